"""Central moments of named laws: from the moment generating function, or from the moments about zero."""

from __future__ import annotations

from math import comb

from symml.calculus.differentiate import derivative
from symml.calculus.moments.laws import Law, sum_of
from symml.calculus.moments.shorten import shortened
from symml.calculus.simplify import simplify
from symml.expr.arithmetic import is_zero
from symml.expr.build import scalar
from symml.expr.functions import exp, power
from symml.expr.nodes import ONE, ZERO, Apply, Expr
from symml.expr.walk import substitute, transform

_MAX_ORDER = 12


def central_moment(law: Law, order: int) -> Expr | None:
    """E[(x - E x)^n] of a number with a named law; ``None`` where no rule is known."""
    row = law.distribution
    if row is None or order > _MAX_ORDER:
        return None
    if row.raw is not None:
        raw = row.raw
        terms = [(-law.mean) ** order] + [
            comb(order, k) * (-law.mean) ** (order - k) * raw(k, *law.parameters) for k in range(1, order + 1)
        ]
        return shortened(simplify(sum_of(terms)))
    if row.mgf is None:
        return None
    t = scalar("t (of the moment generating function)")
    value = exp(-law.mean * t) * row.mgf(t, *law.parameters)
    for _ in range(order):
        value = simplify(derivative(value, t))
    return shortened(simplify(transform(simplify(substitute(value, {t: ZERO})), _unit)))


def _unit(node: Expr) -> Expr | None:
    """exp(0) = 1 and 1^k = 1"""
    if not isinstance(node, Apply):
        return None
    at_zero = node.function is exp and is_zero(node.args[0])
    return ONE if at_zero or (node.function is power and simplify(node.args[0]) is ONE) else None
