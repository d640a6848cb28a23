"""``symml kkt``, ``symml dual`` and ``symml convex``."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from symml.cli.output import say, say_json
from symml.optimize.convexity import Convexity, convexity
from symml.optimize.critical import critical_points
from symml.optimize.dual import dual
from symml.optimize.dual_claims import check_dual
from symml.optimize.dual_problem import Dual
from symml.optimize.kkt import KKT, kkt
from symml.optimize.points import read_point, read_point_file
from symml.optimize.updates import Update, update


def run_kkt(
    f: str,
    over: str,
    subject: Sequence[str],
    shapes: str,
    sense: str,
    at: str,
    at_file: str,
    *,
    latex: bool,
    json: bool,
) -> None:
    """Prints the KKT conditions of a problem and its solution where one is found, or their residuals at a point.

    Raises:
        typer.Exit: With code 1 when the point does not satisfy them.
    """
    found = kkt(f, over, list(subject), shapes=shapes, sense=sense)
    if not at and not at_file:
        _print(found, "kkt", latex=latex, json=json)
        return
    point = {**(read_point_file(at_file) if at_file else {}), **(read_point(at) if at else {})}
    residuals = found.check_at(point)
    if json:
        say_json({"command": "kkt", **residuals.to_json()})
    else:
        say(repr(residuals))
    if not residuals.satisfied:
        raise typer.Exit(1)


def run_dual(
    f: str, over: str, subject: Sequence[str], shapes: str, sense: str, claim: str, *, latex: bool, json: bool
) -> None:
    """Prints the dual of a problem, or the verdict on a claimed dual objective.

    Raises:
        typer.Exit: With code 1 when the claim was not shown.
    """
    found = dual(f, over, list(subject), shapes=shapes, sense=sense)
    if not claim:
        _print(found, "dual", latex=latex, json=json)
        return
    verdict = check_dual(found, claim, shapes=shapes)
    if json:
        say_json({"command": "dual", **verdict.to_json()})
    else:
        say(f"{verdict!r}\n\n{found.text()}")
    if verdict.verdict not in ("proved", "proved_randomized", "certified", "convention", "true_if"):
        raise typer.Exit(1)


def run_convex(f: str, wrt: str, shapes: str, *, json: bool) -> None:
    """Prints whether an expression is convex."""
    _print(convexity(f, wrt, shapes=shapes), "convex", latex=False, json=json)


def run_critical(f: str, wrt: str, shapes: str, *, json: bool) -> None:
    """Prints the critical points of an expression with their kinds."""
    found = critical_points(f, wrt, shapes=shapes)
    if json:
        say_json({"command": "critical", "schema": 1, "points": [point.to_json() for point in found]})
        return
    for point in found:
        say(repr(point))
    say("" if found else "no critical points")
    say("found by SymPy; points that repeat with a period are listed once")


def run_update(name: str, *, latex: bool, code: bool, json: bool) -> None:
    """Prints an update rule."""
    found = update(name)
    if code:
        say(found.kernel().source)
    else:
        _print(found, "update", latex=latex, json=json)


def _print(found: KKT | Dual | Convexity | Update, command: str, *, latex: bool, json: bool) -> None:
    if json:
        say_json({"command": command, **found.to_json()})
    else:
        say(found.latex() if latex else repr(found))
