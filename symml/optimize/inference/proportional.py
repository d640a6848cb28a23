"""Whether one array is a number times another, axes permuted."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

from symml.calculus.moments.collect import term_ratio
from symml.expr.contract import contract
from symml.expr.nodes import Expr

Match = tuple[Fraction, tuple[int, ...] | None]


def ratio(a: Expr, b: Expr) -> Match | None:
    """A number ``c`` and the order of axes with ``a = c b`` (``b``'s axis ``k`` is ``a``'s axis ``order[k]``)."""
    if len(a.shape) != len(b.shape):
        return None
    for order in permutations(range(len(a.shape))):
        if tuple(a.shape[i] for i in order) != b.shape:
            continue
        moved = contract([(a, tuple(range(len(order))))], order)
        coef = term_ratio(moved, b)
        if coef is not None:
            return coef, None if order == tuple(range(len(order))) else order
    return None
