"""``symml kkt``, ``symml dual`` and ``symml convex``."""

from __future__ import annotations

from collections.abc import Sequence

from symml.cli.output import say, say_json
from symml.optimize.convexity import Convexity, convexity
from symml.optimize.critical import critical_points
from symml.optimize.dual import dual
from symml.optimize.dual_problem import Dual
from symml.optimize.kkt import KKT, kkt
from symml.optimize.updates import Update, update


def run_kkt(f: str, over: str, subject: Sequence[str], shapes: str, sense: str, *, latex: bool, json: bool) -> None:
    """Prints the KKT conditions of a problem and its solution where one is found."""
    _print(kkt(f, over, list(subject), shapes=shapes, sense=sense), "kkt", latex=latex, json=json)


def run_dual(f: str, over: str, subject: Sequence[str], shapes: str, sense: str, *, latex: bool, json: bool) -> None:
    """Prints the dual of a problem."""
    _print(dual(f, over, list(subject), shapes=shapes, sense=sense), "dual", latex=latex, json=json)


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
