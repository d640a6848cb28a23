"""Differences of one function at two places, and logarithms of such differences."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import permutations

from symml.calculus.facts import is_positive
from symml.expr import functions as F
from symml.expr.function import Function
from symml.expr.nodes import Add, Apply, Contract, Expr, constant
from symml.kernels import monomials as M
from symml.kernels.rewrites.log_sums import replaced
from symml.kernels.rewrites.products import calls, swapped, term
from symml.kernels.rewrites.row import Row, is_call, terms
from symml.kernels.rows import cos_gap, exp_gap, log1mexp, sigmoid_gap, sigmoid_slope, sin_gap

_GAPS: dict[Function, Callable[[Expr, Expr], Expr]] = {
    F.sigmoid: lambda x, y: sigmoid_gap(x, y),
    F.tanh: lambda x, y: 2 * sigmoid_gap(2 * x, 2 * y),
    F.cos: lambda x, y: cos_gap(x, y),
    F.sin: lambda x, y: sin_gap(x, y),
}


def difference_of_one_function(node: Expr) -> Expr | None:
    """sigmoid(x) - sigmoid(y), tanh(x) - tanh(y), cos(x) - cos(y) and sin(x) - sin(y), exact near x = y"""
    found = terms(node)
    parts = [(m, c, a) for m, c in found.items() for a, p in m if p == 1 and is_call(a[0], *_GAPS)]
    for (m, c, a), (n, d, b) in permutations(parts, 2):
        beside = M.without(m, a)
        if not (c > 0 and c == -d and a[1] == b[1] and beside == M.without(n, b)):
            continue
        x, y = a[0], b[0]
        if isinstance(x, Apply) and isinstance(y, Apply) and x.function is y.function:
            sharp = M.expand(_GAPS[x.function](x.args[0], y.args[0]), labels=a[1])
            return replaced(found, [m, n], M.scaled(sharp, c, beside), node)
    return None


def logarithm_of_gap(node: Expr) -> Expr | None:
    """log(e^x - e^y) = x + log(1 - e^(y - x)); log(sigmoid(x) sigmoid(-x)) = log sigmoid(x) + log sigmoid(-x)"""
    if not is_call(node, F.log):
        return None
    inner = node.args[0]
    found: Expr | None = None
    if is_call(inner, exp_gap):
        x, y = inner.args
        found = x + log1mexp(_difference(y, x))
    elif is_call(inner, sigmoid_slope):
        found = F.log_sigmoid(inner.args[0]) + F.log_sigmoid(-inner.args[0])
    return found


def exponential_over_gap(node: Expr) -> Expr | None:
    """e^y/(e^x - e^y) = 1/(e^(x - y) - 1) and e^x/(e^x - e^y) = -1/(e^(y - x) - 1)"""
    found = term(node)
    if found is None:
        return None
    coef, monomial = found
    for (low, labels), p in calls(monomial, exp_gap):
        if p > -1:
            continue
        for (top, place), q in calls(monomial, F.exp):
            if q < 1 or place != labels or top.args[0] not in low.args:
                continue
            x, y = low.args
            sign, step = (1, _difference(x, y)) if top.args[0] is y else (-1, _difference(y, x))
            rest = M.without(M.without(monomial, (top, place)), (low, labels), -1)
            return swapped(node, coef * sign, rest, M.raised(M.atom_of(F.expm1(step), labels), Fraction(-1)))
    return None


def _difference(x: Expr, y: Expr) -> Expr:
    """x - y after all that cancels."""
    parts = [M.expand(x, opened=True), M.scaled(M.expand(y, opened=True), Fraction(-1))]
    return M.build(M.added(parts), x.shape)


def right_angle_less_arctangent(node: Expr) -> Expr | None:
    """pi/2 - arctan(x) = arctan(1/x) for x > 0"""
    found = terms(node)
    right = M.expand(constant("pi"))
    (angle,) = right
    for monomial, c in found.items():
        for (atom, labels), p in monomial:
            if p != 1 or not is_call(atom, F.arctan) or not is_positive(atom.args[0]):
                continue
            partner = M.times(M.without(monomial, (atom, labels)), angle)
            if found.get(partner) == -c * Fraction(1, 2):
                sharp = M.atom_of(F.arctan(1 / atom.args[0]), labels)
                new = M.times(M.without(monomial, (atom, labels)), sharp)
                return replaced(found, [monomial, partner], {new: -c}, node)
    return None


ROWS = (
    Row(
        "sigmoid(x) - sigmoid(y) = sigmoid(x) sigmoid(-y) (1 - e^(y - x))",
        "everywhere",
        (Add,),
        difference_of_one_function,
        "sigmoid tanh cos sin",
        ("sigmoid(x) - sigmoid(y)", "x: real, y: real"),
    ),
    Row(
        "log(e^x - e^y) = x + log(1 - e^(y - x))",
        "x > y",
        (Apply,),
        logarithm_of_gap,
        "",
        ("log(sigmoid(x)*sigmoid(-x))", "x: real"),
    ),
    Row(
        "e^y/(e^x - e^y) = 1/(e^(x - y) - 1)",
        "x != y",
        (Contract,),
        exponential_over_gap,
        "exp_gap",
        ("exp(y)/(exp(x) - exp(y))", "x: real, y: real"),
    ),
    Row(
        "pi/2 - arctan(x) = arctan(1/x)",
        "x > 0",
        (Add,),
        right_angle_less_arctangent,
        "arctan",
        ("1/2 - arctan(x)/pi", "x: positive"),
    ),
)
