"""``symml derive``."""

from __future__ import annotations

from symml.cli.output import say, say_json
from symml.proof.derive import derive


def run(
    expression: str,
    wrt: str,
    shapes: str,
    order: int,
    *,
    steps: bool,
    latex: bool,
    code: bool,
    check: bool,
    json: bool,
) -> None:
    """Derives and prints what was asked for; the formula as text when nothing else is."""
    found = derive(expression, wrt, shapes=shapes, order=order)
    if json:
        say_json({"command": "derive", **found.to_json()})
        return
    if latex:
        say(found.latex(steps=steps))
    elif steps:
        say(repr(found))
    elif not code:
        say(found.text())
    if code:
        say(found.kernel().source)
    if check:
        say(repr(found.verdict))
