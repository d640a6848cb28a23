"""Sums multiplied out."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import inf, prod

from symml.expr.arithmetic import scale
from symml.expr.contract import contract
from symml.expr.nodes import Add, Contract, Expr, Power, Symbol
from symml.expr.walk import depends_on, topological

_MAX_TERMS = 200
_TWO = Fraction(2)


def summands(node: Expr) -> list[Expr]:
    """The terms of a sum, or of a multiple of a sum, as they stand."""
    axes = tuple(range(len(node.shape)))
    if (
        isinstance(node, Contract)
        and node.subs == (axes,)
        and len(node.dims) == len(axes)
        and isinstance(node.args[0], Add)
    ):
        return [scale(node.coef, term) for term in node.args[0].args]
    return list(node.args) if isinstance(node, Add) else [node]


def degree(node: Expr, x: Symbol) -> float:
    """The degree of an expression as a polynomial in a symbol; infinite where it is none."""
    depends = depends_on(node, x)
    found: dict[Expr, float] = {}
    for part in topological(node):
        known = [found[arg] for arg in part.args]
        whole = isinstance(part, Power) and part.exponent.denominator == 1 and part.exponent > 0
        if part not in depends:
            found[part] = 0
        elif part is x:
            found[part] = 1
        elif isinstance(part, Add):
            found[part] = max(known)
        elif isinstance(part, Contract):
            found[part] = sum(known)
        else:
            found[part] = known[0] * int(part.exponent) if isinstance(part, Power) and whole else inf
    return found[node]


def is_polynomial(node: Expr, x: Symbol) -> bool:
    """Whether a symbol occurs in sums, products and whole positive powers only: derivatives then tell everything."""
    return degree(node, x) < inf


def addends(node: Expr) -> list[Expr]:
    """The terms of an expression with products of sums multiplied out; itself alone when that would be long."""
    done: dict[Expr, list[Expr]] = {}
    for part in topological(node):
        found = _terms(part, done)
        done[part] = found if len(found) <= _MAX_TERMS else [part]
    return done[node]


def _terms(node: Expr, done: dict[Expr, list[Expr]]) -> list[Expr]:
    if isinstance(node, Add):
        return [term for arg in node.args for term in done[arg]]
    if isinstance(node, Power) and node.exponent == _TWO and len(done[node.args[0]]) > 1:
        axes = tuple(range(len(node.shape)))
        pairs = product(done[node.args[0]], repeat=2)
        return [contract([(a, axes), (b, axes)], axes, dims=dict(enumerate(node.shape))) for a, b in pairs]
    if not isinstance(node, Contract) or prod(len(done[arg]) for arg in node.args) in (1, 0):
        return [node]
    if prod(len(done[arg]) for arg in node.args) > _MAX_TERMS:
        return [node]
    rank = len(node.shape)
    dims = dict(enumerate(node.shape))
    return [
        contract(list(zip(choice, node.subs, strict=True)), range(rank), coef=node.coef, dims=dims)
        for choice in product(*(done[arg] for arg in node.args))
    ]
