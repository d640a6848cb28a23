"""Closed forms are tried at random points before they are given: one that fails is not given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import numpy as np

from symml.calculus.differentiate import gradient
from symml.calculus.floating import FloatPoint
from symml.calculus.sampling import draw, size_draws
from symml.errors import NotEvaluable
from symml.expr.nodes import Expr, Symbol
from symml.expr.walk import size_names, substitute, symbols
from symml.optimize.problem import Problem
from symml.optimize.solution import Solution

_POINTS, _TOLERANCE = 8, 1e-6


def fails(problem: Problem, lagrangian: Expr, found: Solution) -> bool:
    """Whether a solution violates the conditions at random data.

    What an open equation fixes is random too: then only what holds at all of its values is tried. A solution that needs
    something of the data fails where it fails everywhere.
    """
    values = resolved(found.values)
    rows = list(_conditions(problem, lagrangian, values, {s for s, _ in found.open}))
    outcomes = [ok for k in range(_POINTS) if (ok := _holds(rows, k)) is not None]
    if not outcomes:
        return bool(found.conditions and not found.open)
    return not any(outcomes) if found.conditions else not all(outcomes)


def exceeds(lagrangian: Expr, objective: Expr, bounds: Sequence[tuple[Expr, str]], *, conditional: bool) -> bool:
    """Whether a dual function lies above the Lagrangian somewhere: an infimum never does.

    Args:
        lagrangian: Its infimum is taken over the primal variables.
        objective: The dual function.
        bounds: What makes it finite: ``value >= 0`` or ``value > 0`` entry by entry; others are not tried.
        conditional: Whether it needs something of the data; then it must lie above at every point that is tried.
    """
    if any(relation not in (">=", ">") for _, relation in bounds):
        return False
    roots = [lagrangian, objective, *(value for value, _ in bounds)]
    outcomes = []
    for k in range(3 * _POINTS):
        try:
            above, below, *rows = _at(k, roots)
        except (NotEvaluable, ArithmeticError, np.linalg.LinAlgError):
            continue
        if all((row >= 0).all() for row in rows):
            outcomes.append(bool(below > above + _TOLERANCE * (1 + abs(above))))
    return bool(outcomes) and (all(outcomes) if conditional else any(outcomes))


def signs_at_random(number: Expr) -> set[int]:
    """The signs that a number takes at random data."""
    found = set()
    for k in range(_POINTS):
        try:
            found.add(int(np.sign(np.round(_at(k, [number])[0], 9))))
        except (NotEvaluable, ArithmeticError, np.linalg.LinAlgError):
            continue
    return found


def resolved(values: Sequence[tuple[Symbol, Expr]]) -> dict[Expr, Expr]:
    """Values in terms of data only: later ones put into earlier ones."""
    found: dict[Expr, Expr] = {}
    for symbol, value in reversed(values):
        present = set(symbols(value))
        found[symbol] = substitute(value, {s: v for s, v in found.items() if s in present})
    return found


def _conditions(
    problem: Problem, lagrangian: Expr, values: dict[Expr, Expr], free: set[Symbol]
) -> Iterator[tuple[str, Expr]]:
    """(kind, expression): ``zero`` expressions vanish, ``low`` ones are at most zero."""

    def put(expr: Expr) -> Expr:
        present = set(symbols(expr))
        return substitute(expr, {s: v for s, v in values.items() if s in present})

    for x in problem.variables:
        if x in symbols(lagrangian):
            yield "zero", put(gradient(lagrangian, x))
    for c in problem.inequalities:
        if c.multiplier not in free:
            yield "zero", put(c.multiplier * c.value)
        if not free:
            yield "low", put(c.value)
            yield "low", put(-c.multiplier)
    for c in problem.equalities:
        if not free:
            yield "zero", put(c.value)


def _holds(rows: Sequence[tuple[str, Expr]], seed: int) -> bool | None:
    """Whether the conditions hold at a random point; ``None`` where they have no value there."""
    try:
        found = _at(seed, [expr for _, expr in rows])
    except (NotEvaluable, ArithmeticError, np.linalg.LinAlgError):
        return None
    return all(_small(kind, value) for (kind, _), value in zip(rows, found, strict=True))


def _at(seed: int, roots: Sequence[Expr]) -> list[Any]:
    wanted, sizes = symbols(*roots), size_draws(size_names(*roots), 4, 1)
    point = FloatPoint(draw(wanted, sizes[seed % len(sizes)], Random(seed), roots))
    return [np.asarray(point.value(root), dtype=float) for root in roots]


def _small(kind: str, value: Any) -> bool:
    worst = np.abs(value) if kind == "zero" else value
    return bool(worst.size == 0 or worst.max() <= _TOLERANCE)
