"""Bounds on a variable of a separable convex problem: what stationarity gives, clipped to the bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symml.calculus.differentiate import derivative, gradient
from symml.calculus.facts import is_nonnegative, is_positive
from symml.calculus.simplify import simplify
from symml.expr import functions
from symml.expr.arithmetic import is_zero, zeros
from symml.expr.nodes import Expr, Symbol
from symml.expr.walk import substitute, symbols
from symml.optimize.convexity import decide
from symml.optimize.expand import is_polynomial
from symml.optimize.isolate import diagonal, isolate
from symml.optimize.problem import Constraint, Problem
from symml.optimize.requirements import unmet
from symml.optimize.solution import Solution
from symml.optimize.terms import tidy
from symml.render import text


@dataclass(frozen=True)
class Bound:
    """``x >= limit`` (lower) or ``x <= limit``, entry by entry."""

    constraint: Constraint
    limit: Expr
    lower: bool


def bounded(problem: Problem, lagrangian: Expr) -> Solution | None:
    """Entry by entry: the slope is zero inside, not negative at a lower bound and not positive at an upper one."""
    x, rows = problem.variables[0], problem.inequalities
    found = [bound for c in rows if (bound := _as_bound(c, x)) is not None]
    if len(problem.variables) > 1 or not found or len(found) < len(rows) or len({b.lower for b in found}) < len(found):
        return None
    idle: dict[Expr, Expr] = {c.multiplier: zeros(c.multiplier.shape) for c in rows}
    slope = gradient(simplify(substitute(lagrangian, idle)), x)
    if x not in symbols(slope):
        return _linear(problem, x, slope, found)
    if not decide(problem.objective, (x,), search=False).is_convex:
        return None
    inside = isolate(slope, x)
    entry = diagonal(simplify(derivative(slope, x))) if len(x.shape) < 2 else None
    if inside is None or entry is None or not is_positive(entry):
        return None
    value = clipped(tidy(inside.value), found)
    rest = simplify(substitute(slope, {x: value}))
    multipliers = [(b.constraint.multiplier, _multiplier(rest, b, found)) for b in found]
    left = tuple((c.multiplier, tidy(substitute(c.value, {x: value}))) for c in problem.equalities)
    reason = "entry by entry: the slope is zero, or the entry is at a bound and the slope pushes it there"
    return Solution(((x, value), *multipliers), left, (*unmet(inside.conditions), *_ordered(found)), (reason,))


def _linear(problem: Problem, x: Symbol, slope: Expr, bounds: Sequence[Bound]) -> Solution | None:
    """A linear objective between two bounds: each entry is at the end to which its slope points."""
    if len(bounds) != 2 or problem.equalities or not is_polynomial(problem.objective, x):
        return None
    low, high = sorted(bounds, key=lambda b: not b.lower)
    ends = functions.where(functions.greater(slope, 0), low.limit, high.limit)
    opposite = is_zero(simplify(low.limit + high.limit))
    value = simplify(-(high.limit * functions.sign(slope))) if opposite else ends
    multipliers = (
        (low.constraint.multiplier, functions.relu(slope)),
        (high.constraint.multiplier, functions.relu(-slope)),
    )
    reason = "the objective is linear: each entry is at the end to which its slope points; where it is zero, any value"
    return Solution(((x, value), *multipliers), (), _ordered(bounds), (reason,))


def _ordered(bounds: Sequence[Bound]) -> tuple[str, ...]:
    """That the lower bound is below the upper one, where that is not known."""
    if len(bounds) < 2:
        return ()
    low, high = sorted((b for b in bounds), key=lambda b: not b.lower)
    room = simplify(high.limit - low.limit)
    return () if is_nonnegative(room) else (f"{text.show(low.limit)} ≤ {text.show(high.limit)}",)


def _as_bound(c: Constraint, x: Symbol) -> Bound | None:
    if c.value.shape != x.shape:
        return None
    for sign in (1, -1):
        limit = simplify(zeros(x.shape) - sign * (c.value - sign * x))
        if x not in symbols(limit):
            return Bound(c, limit, sign < 0)
    return None


def clipped(value: Expr, bounds: Sequence[Bound]) -> Expr:
    """The value, raised to lower bounds and cut to upper ones."""
    for bound in sorted(bounds, key=lambda b: not b.lower):
        if not bound.lower:
            value = functions.minimum(value, bound.limit)
        elif not is_zero(bound.limit):
            value = functions.maximum(value, bound.limit)
        elif not is_nonnegative(value):
            value = functions.relu(value)
    return simplify(value)


def _multiplier(slope: Expr, bound: Bound, bounds: Sequence[Bound]) -> Expr:
    """The slope at the point: one bound alone has it whole, a pair shares it by sign."""
    signed = slope if bound.lower else -slope
    return tidy(signed if len(bounds) == 1 else functions.relu(signed))
