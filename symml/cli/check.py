"""``symml check``: identities, and gradients given as text or as functions in files."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer

from symml.cli.output import say, say_json
from symml.errors import SymmlError
from symml.proof.backward_passes import check_backward
from symml.proof.custom_rules import check_custom_rule
from symml.proof.derivative_claims import check_hessian, check_hvp, check_objective
from symml.proof.gradient_check import check_gradient
from symml.proof.verdict import PASSED, Verdict
from symml.proof.verify import verify
from symml.read.declarations import Declarations
from symml.read.inference import infer
from symml.read.recognize import notation_of
from symml.read.settings import noted
from symml.read.trace import load_function

_FILE = re.compile(r"([^\s:]+\.(?:py|ipynb))(?::(\w*))?")
_PLACE = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*(\([^()]*\))?[\w.]*")
_CUSTOM = "custom"
CHECKS: dict[str, Callable[..., Verdict]] = {
    "gradient": check_gradient,
    "hessian": check_hessian,
    "hvp": check_hvp,
    "backward": check_backward,
    "objective": check_objective,
}


def run(
    left: str,
    right: str,
    wrt: str,
    shapes: str,
    digits: int,
    let: list[str],
    kind: str,
    given: str = "",
    profile: str = "",
    *,
    json: bool,
) -> None:
    """Decides the claim; exit code 1 when it does not hold or could not be decided."""
    is_code = kind == _CUSTOM or _is_place(left) or _is_place(right)
    declared = shapes if is_code else noted(shapes, profile, Path.cwd())
    _report(_decide(left, right, wrt, declared, digits, let, kind, given), json=json)


def run_inferred(
    left: str, right: str, wrt: str, shapes: str, digits: int, let: list[str], profile: str = "", *, json: bool
) -> None:
    """Decides a statement whose shapes are inferred where they are not declared."""
    if right or wrt or _is_place(left):
        raise SymmlError("shapes are inferred of one statement", cure="write it whole: symml check 'a = b' --infer")
    found = infer(left, noted(shapes, profile, Path.cwd()), one_line=notation_of(left) != "latex", let=let)[0]
    assumed = (f"assumed: {found.assumed}",) if found.assumed else ()
    verdict = verify(left, shapes=found.declarations, digits=digits, let=let)
    _report(verdict.with_notes(*assumed), json=json)


def _report(verdict: Verdict, *, json: bool) -> None:
    if json:
        say_json({"schema": 1, "command": "check", **verdict.to_json()})
    else:
        say(repr(verdict))
    if verdict.verdict not in PASSED:
        raise typer.Exit(1)


def _decide(
    left: str, right: str, wrt: str, shapes: str | Declarations, digits: int, let: list[str], kind: str, given: str
) -> Verdict:
    if kind not in (*CHECKS, _CUSTOM):
        raise SymmlError(f"{kind!r} is not a kind of claim", cure=f"use one of: {', '.join(CHECKS)}, {_CUSTOM}")
    if given and wrt:
        raise SymmlError("laws are for claims on expectations", cure="leave out --given, or --wrt")
    if kind == _CUSTOM:
        return check_custom_rule(load_function(left), wrt=wrt.replace(",", " ").split(), shapes=shapes, digits=digits)
    both = _is_place(left) and not right
    if any(map(_is_place, (left, right))) and not (wrt and (right or kind == "gradient")):
        raise SymmlError(
            "functions in files are checked as a loss and its gradient",
            cure="write: symml check FILE.py::loss FILE.py::grad --wrt w --shapes 'X: n d, w: d'",
        )
    if wrt:
        if not (right or both):
            raise SymmlError("there is no gradient to check", cure="give the gradient after the loss")
        names = wrt.replace(",", " ").split()
        variables: Any = names if len(names) > 1 else names[0]
        sides = [_given(left)] if both else [_given(left), _given(right)]
        return CHECKS[kind](*sides, wrt=variables, shapes=shapes, digits=digits)
    return verify(left, right or None, shapes=shapes, digits=digits, let=let, given=given)


def _given(text: str) -> str | Callable[..., Any]:
    found = _FILE.fullmatch(text.strip())
    if found:
        name = found.group(2) or "FUNCTION"
        raise SymmlError(f"{text} does not name a function of a file", cure=f"write {found.group(1)}::{name}")
    return load_function(text) if _is_place(text) else text


def _is_place(text: str) -> bool:
    """Whether a text names a function in a file or a module."""
    return "::" in text or (_PLACE.fullmatch(text) is not None and _FILE.fullmatch(text.strip()) is None)
