"""``symml derive``."""

from __future__ import annotations

from symml.cli.output import say, say_json
from symml.errors import SymmlError
from symml.proof.derive import derive
from symml.read.numpy_source import Statement, read_statement


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
    _refuse_statement(expression, shapes)
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


def _refuse_statement(expression: str, shapes: str) -> None:
    """An equation has no derivative; as an expression it would be a constant 0 or 1."""
    is_script = ";" in expression or "\n" in expression
    if not is_script and isinstance(read_statement(expression, shapes), Statement):
        raise SymmlError(
            "this is a statement, and only expressions have derivatives",
            cure=f"derive one of its sides, or decide it: symml check {expression!r}",
        )
