"""Rules of sums over whole numbers, integrals and expectations: what does not depend on their variables comes out."""

from __future__ import annotations

from fractions import Fraction

from symml.calculus.simplify.rule import Rule, Uses, items_of
from symml.expr.binders import free_bounds, over
from symml.expr.contract import contract
from symml.expr.nodes import Contract, Expr
from symml.expr.scoped import Binder, Expectation, Integral, Series

_ONE = Fraction(1)


def constants_out(node: Expr, uses: Uses) -> Expr | None:
    """E[c f] = c E[f]; a mean of a constant is the constant"""
    assert isinstance(node, Binder)
    body, own = node.body, frozenset(node.variables)
    if isinstance(node, Expectation) and not free_bounds(body) & own:
        return body
    if not isinstance(body, Contract):
        return None
    items = items_of(body)
    inside = [(arg, sub) for arg, sub in items if free_bounds(arg) & own]
    outside = [(arg, sub) for arg, sub in items if not free_bounds(arg) & own]
    if body.coef == 0 or not inside or (not outside and body.coef == _ONE):
        return None
    rank = len(body.shape)
    needed = set(range(rank)) | {i for _, sub in outside for i in sub}
    kept = sorted({i for _, sub in inside for i in sub} & needed)
    inner = contract(inside, kept)
    return contract(
        [*outside, (over(node, inner), kept)], range(rank), coef=body.coef, dims=dict(enumerate(body.dims[:rank]))
    )


RULES = (Rule("what does not depend on the variable comes out", (Series, Integral, Expectation), constants_out),)
