"""``symml check``: identities, and gradients given as text or as functions in files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typer

from symml.cli.output import say, say_json
from symml.errors import SymmlError
from symml.proof.gradient_check import check_gradient
from symml.proof.verdict import Verdict
from symml.proof.verify import verify
from symml.read.trace import load_function

_PASSED = ("proved", "proved_randomized", "certified", "convention")


def run(left: str, right: str, wrt: str, shapes: str, digits: int, let: list[str], *, json: bool) -> None:
    """Decides the claim; exit code 1 when it does not hold or could not be decided."""
    verdict = _decide(left, right, wrt, shapes, digits, let)
    if json:
        say_json({"schema": 1, "command": "check", **verdict.to_json()})
    else:
        say(repr(verdict))
    if verdict.verdict not in _PASSED:
        raise typer.Exit(1)


def _decide(left: str, right: str, wrt: str, shapes: str, digits: int, let: list[str]) -> Verdict:
    names_function = "::" in left or "::" in right
    if names_function and not (wrt and right):
        raise SymmlError(
            "functions in files are checked as a loss and its gradient",
            cure="write: symml check FILE.py::loss FILE.py::grad --wrt w --shapes 'X: n d, w: d'",
        )
    if wrt:
        if not right:
            raise SymmlError("there is no gradient to check", cure="give the gradient after the loss")
        return check_gradient(_given(left), _given(right), wrt=wrt, shapes=shapes, digits=digits)
    if not right:
        return verify(left, shapes=shapes, digits=digits, let=let)
    return verify(left, right, shapes=shapes, digits=digits, let=let)


def _given(text: str) -> str | Callable[..., Any]:
    return load_function(text) if "::" in text else text
