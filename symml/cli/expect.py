"""``symml expect``."""

from __future__ import annotations

from symml.cli.output import say, say_json
from symml.proof.expectation import expectation


def run(expression: str, shapes: str, given: str, *, latex: bool, code: bool, json: bool) -> None:
    """Carries out expectations and prints the result with its reasons."""
    found = expectation(expression, shapes=shapes, given=given)
    if json:
        say_json({"command": "expect", **found.to_json()})
    elif latex:
        say(found.latex())
    elif code:
        say(found.code())
    else:
        say(repr(found))
