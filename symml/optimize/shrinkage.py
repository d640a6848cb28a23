"""Proximal problems: a quadratic with a multiple of the identity plus a norm shrinks what the quadratic alone gives."""

from __future__ import annotations

from symml.calculus.differentiate import derivative, gradient
from symml.calculus.facts import is_nonnegative, is_positive
from symml.calculus.simplify import simplify
from symml.expr import functions
from symml.expr.arithmetic import zeros
from symml.expr.build import norm
from symml.expr.nodes import Apply, Expr, Symbol
from symml.expr.walk import depends_on, substitute, symbols, transform
from symml.optimize.isolate import multiple_of
from symml.optimize.problem import Problem
from symml.optimize.solution import Solution
from symml.optimize.terms import tidy


def shrinkage(problem: Problem, lagrangian: Expr) -> Solution | None:
    """s/2 |x|^2 - c'x plus t|x|_1 or t|x|: zero lies in the subgradient.

    The first gives ``sign(c) max(|c| - t, 0)/s`` entry by entry, the second ``max(|c| - t, 0) c/(s |c|)``.
    """
    x = problem.variables[0]
    if len(problem.variables) > 1 or problem.constraints:
        return None
    kinks = [n for n in depends_on(problem.objective, x) if _is_modulus(n, x) or n is norm(x)]
    if len(kinks) != 1 or (not x.shape and kinks[0] is norm(x) and not _is_modulus(kinks[0], x)):
        return None
    weight = simplify(derivative(problem.objective, kinks[0]))
    smooth = simplify(transform(problem.objective, lambda node: zeros(node.shape) if node is kinks[0] else None))
    if x in symbols(weight) or not is_nonnegative(weight) or x not in symbols(smooth):
        return None
    slope = gradient(smooth, x)
    center = tidy(-substitute(slope, {x: zeros(x.shape)}))
    factor = multiple_of(simplify(slope + center), x)
    if factor is None or not is_positive(factor):
        return None
    return _shrunk(x, center, factor, weight, by_entry=_is_modulus(kinks[0], x))


def _shrunk(x: Symbol, center: Expr, factor: Expr, weight: Expr, *, by_entry: bool) -> Solution:
    if by_entry:
        value = functions.sign(center) * functions.relu(functions.abs(center) - weight) / factor
        reason = "soft thresholding: 0 lies in the subgradient, entry by entry"
        return Solution(((x, simplify(value)),), (), (), (reason,))
    length = norm(center)
    value = functions.relu(1 - weight / length) * center / factor
    reason = "block soft thresholding: 0 lies in the subgradient; where the bracket is 0/0, x = 0"
    return Solution(((x, simplify(value)),), (), (), (reason,))


def _is_modulus(node: Expr, x: Symbol) -> bool:
    return isinstance(node, Apply) and node.function is functions.abs and node.args[0] is x
