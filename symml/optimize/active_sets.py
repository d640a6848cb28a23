"""Problems in numbers: every set of active constraints is tried, and SymPy solves each system exactly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

import mpmath

from symml.calculus.differentiate import gradient
from symml.calculus.numeric import approximate
from symml.calculus.sampling import Point
from symml.calculus.sympy_process import ask_sympy
from symml.errors import NotEvaluable
from symml.expr.arithmetic import zeros
from symml.expr.nodes import Expr, Symbol, symbol_node
from symml.expr.sympy_bridge import from_sympy, to_sympy
from symml.expr.walk import substitute, symbols
from symml.optimize.convexity import decide
from symml.optimize.curvature import AFFINE
from symml.optimize.problem import Constraint, Problem

_MAX_INEQUALITIES = 6
_SECONDS = 4.0
_DIGITS = 30
Values = dict[Symbol, Expr]


def kkt_points(problem: Problem, lagrangian: Expr) -> list[Values] | None:
    """All points that satisfy the conditions, the least objective first; ``None`` when they cannot be listed."""
    named = {*problem.variables, *problem.multipliers}
    arrays = any(s.shape for s in named) or any(c.value.shape for c in problem.constraints)
    if arrays or set(symbols(lagrangian)) - named or len(problem.inequalities) > _MAX_INEQUALITIES:
        return None
    found: list[tuple[Any, Values]] = []
    for active in _subsets(problem.inequalities):
        solutions = _solved(problem, lagrangian, active)
        if solutions is None:
            return None
        for values in solutions:
            value = _feasible_value(problem, values)
            if value is not None and not any(_same(values, other) for _, other in found):
                found.append((value, values))
    found.sort(key=lambda row: row[0])
    return [values for _, values in found]


def is_global(problem: Problem) -> bool:
    """Whether the problem is proved convex, so that a KKT point is its minimum."""
    parts = [problem.objective, *(c.value for c in problem.inequalities)]
    affine = all(is_affine(c.value, problem.variables) for c in problem.equalities)
    return affine and all(decide(part, problem.variables, search=False).is_convex for part in parts)


def is_affine(value: Expr, wrt: tuple[Symbol, ...]) -> bool:
    """Whether a number is an affine function of the variables."""
    return decide(value, wrt, search=False).verdict == AFFINE


def _subsets(rows: Sequence[Constraint]) -> Iterator[tuple[Constraint, ...]]:
    for size in range(len(rows) + 1):
        yield from combinations(rows, size)


def _solved(problem: Problem, lagrangian: Expr, active: tuple[Constraint, ...]) -> list[Values] | None:
    """The real solutions with these inequalities at equality and the multipliers of the others at zero."""
    idle: dict[Expr, Expr] = {c.multiplier: zeros(()) for c in problem.inequalities if c not in active}
    equations = [substitute(gradient(lagrangian, x), idle) for x in problem.variables if x in symbols(lagrangian)]
    equations += [c.value for c in (*problem.equalities, *active)]
    unknowns = [*problem.variables, *(c.multiplier for c in (*problem.equalities, *active))]
    real: dict[Expr, Expr] = {u: symbol_node(u.name, ()) for u in unknowns}
    names = [to_sympy(real[u]) for u in unknowns]
    answer = ask_sympy("solve", [to_sympy(substitute(e, real)) for e in equations], names, seconds=_SECONDS)
    if answer is None:
        return None
    found: list[Values] = []
    for row in answer:
        values = [row.get(name) for name in names]
        if any(v is None or v.free_symbols for v in values):
            return None
        if all(v.is_real is not False for v in values):
            exact = dict(zip(unknowns, map(from_sympy, values), strict=True))
            found.append({**exact, **{c.multiplier: zeros(()) for c in problem.inequalities if c not in active}})
    return found


def _feasible_value(problem: Problem, values: Values) -> Any:
    """The objective at a point; ``None`` where a condition fails."""
    at: dict[Expr, Expr] = dict(zip(values, values.values(), strict=True))
    try:
        rows = [_number(substitute(c.value, at)) for c in problem.inequalities]
        signs = [_number(values[c.multiplier]) for c in problem.inequalities]
        value = _number(substitute(problem.objective, at))
    except NotEvaluable:
        return None
    small = mpmath.mpf(10) ** (-_DIGITS // 2)
    fine = all(g <= small for g in rows) and all(m >= -small for m in signs)
    inside = all("positive" not in x.domain.facts or _number(values[x]) > 0 for x in problem.variables)
    return value if fine and inside else None


def _number(expr: Expr) -> Any:
    value = approximate(expr, Point({}, {}), _DIGITS)[()]
    if value is None:
        raise NotEvaluable("no value")
    return value


def _same(a: Values, b: Values) -> bool:
    return all(abs(_number(a[s]) - _number(b[s])) < mpmath.mpf(10) ** (-_DIGITS // 2) for s in a)
