"""``symml expect`` and ``symml fisher``."""

from __future__ import annotations

from symml.cli.output import say, say_json
from symml.proof.expectation import expectation
from symml.proof.fisher import fisher


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


def run_fisher(likelihood: str, wrt: str, shapes: str, given: str, *, json: bool) -> None:
    """Prints a Fisher information."""
    found = fisher(likelihood, wrt, shapes=shapes, given=given)
    if json:
        say_json({"command": "fisher", **found.to_json()})
    else:
        say(repr(found))
