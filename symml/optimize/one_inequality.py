"""One inequality of a convex problem: it is slack, or it holds with equality and fixes its multiplier."""

from __future__ import annotations

from symml.calculus.differentiate import gradient
from symml.calculus.simplify import simplify
from symml.expr import functions
from symml.expr.arithmetic import rational_power, zeros
from symml.expr.build import norm
from symml.expr.nodes import Expr, Power, Symbol
from symml.expr.walk import substitute, symbols, transform
from symml.optimize.convexity import decide
from symml.optimize.isolate import Isolated, isolate
from symml.optimize.problem import Constraint, Problem
from symml.optimize.requirements import unmet
from symml.optimize.solution import Solution
from symml.optimize.terms import tidy
from symml.render import text

_REASON = "the problem is convex: the constraint is slack, or it holds with equality and fixes the multiplier"
_TIGHT = "the problem is convex and its objective has no minimum of its own: the constraint holds with equality"


def one_inequality(problem: Problem, lagrangian: Expr) -> Solution | None:
    """The two cases of a single inequality between numbers."""
    if len(problem.variables) > 1 or len(problem.inequalities) != 1 or problem.equalities:
        return None
    x, c = problem.variables[0], problem.inequalities[0]
    if c.value.shape or not all(decide(part, (x,), search=False).is_convex for part in (problem.objective, c.value)):
        return None
    found, equation = _active(lagrangian, c, x)
    if found is None or c.multiplier not in symbols(equation):
        return None
    slope = gradient(problem.objective, x)
    free = isolate(slope, x) if x in symbols(slope) else None
    root = isolate(equation, c.multiplier, inside=False)
    if root is None:
        return Solution(((x, found.value),), ((c.multiplier, equation),), unmet(found.conditions), (_ACTIVE,))
    on = tidy(substitute(found.value, {c.multiplier: root.value}))
    active = ((x, on), (c.multiplier, tidy(root.value)))
    conditions = unmet((*found.conditions, *root.conditions), active)
    if free is None:
        only = x not in symbols(slope)
        return Solution(active, (), conditions, (_TIGHT if only else _ACTIVE,))
    return _two_cases(c, x, simplify(free.value), active, conditions)


_ACTIVE = "the constraint holds with equality; where it is slack instead, its multiplier is zero"


def _active(lagrangian: Expr, c: Constraint, x: Symbol) -> tuple[Isolated | None, Expr]:
    """The variable in terms of the multiplier, and the constraint with that put in."""
    slope = gradient(lagrangian, x)
    found = isolate(slope, x)
    length = norm(x)
    bound = c.rhs if c.lhs is length else c.lhs if c.rhs is length else None
    if found is None and bound is not None:
        found = isolate(simplify(transform(slope, lambda node: _at_length(node, length, bound))), x)
    if found is None:
        return None, slope
    return found, tidy(substitute(c.value, {x: found.value}))


def _at_length(node: Expr, length: Expr, bound: Expr) -> Expr | None:
    """Powers of |x| where it equals the bound."""
    if isinstance(node, Power) and isinstance(length, Power) and node.args[0] is length.args[0]:
        return rational_power(bound, node.exponent / length.exponent)
    return None


def _two_cases(
    c: Constraint, x: Symbol, free: Expr, active: tuple[tuple[Symbol, Expr], ...], conditions: tuple[str, ...]
) -> Solution:
    (_, on), (_, multiplier) = active
    slack = functions.less_equal(simplify(substitute(c.value, {x: free})), 0)
    left, right = text.show(substitute(c.lhs, {x: free})), text.show(substitute(c.rhs, {x: free}))
    cases = (
        (f"if {left} {'≤' if c.relation == '<=' else '≥'} {right}", ((x, free), (c.multiplier, zeros(())))),
        ("otherwise", active),
    )
    values = ((x, functions.where(slack, free, on)), (c.multiplier, functions.where(slack, 0, multiplier)))
    return Solution(values, (), conditions, (_REASON,), cases=cases)
