"""Rules for axes along which everything is stretched: it is worked out without them, and stretched then."""

from __future__ import annotations

from symml.calculus.simplify.rule import Rule, Uses, items_of
from symml.expr.contract import contract
from symml.expr.nodes import Add, Apply, Contract, Expr, Power
from symml.expr.walk import rebuild


def stretched_outside(node: Expr, uses: Uses) -> Expr | None:
    """f(x stretched) = f(x) stretched"""
    axes = [i for i in range(len(node.shape)) if all(_is_stretched(arg, i) for arg in node.args)]
    if not axes:
        return None
    kept = tuple(i for i in range(len(node.shape)) if i not in axes)
    inner = rebuild(node, tuple([_squeezed(arg, kept) for arg in node.args]))
    return contract([(inner, kept)], range(len(node.shape)), dims=dict(enumerate(node.shape)))


def _is_stretched(arg: Expr, axis: int) -> bool:
    return isinstance(arg, Contract) and all(axis not in sub for sub in arg.subs)


def _squeezed(arg: Expr, kept: tuple[int, ...]) -> Expr:
    assert isinstance(arg, Contract)
    return contract(items_of(arg), kept, coef=arg.coef, dims={i: arg.dims[i] for i in kept})


RULES = (Rule("a stretched axis", (Add, Power, Apply), stretched_outside, quiet=True),)
