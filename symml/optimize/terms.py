"""Sums multiplied out and like terms collected, so that a substituted Lagrangian comes out short."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import prod

from symml.calculus.moments.collect import collected
from symml.calculus.simplify import simplify
from symml.expr.arithmetic import full
from symml.expr.contract import contract
from symml.expr.nodes import Add, Contract, Expr, Power
from symml.expr.walk import topological

_MAX_TERMS = 200
_TWO = Fraction(2)


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


def tidy(node: Expr) -> Expr:
    """The shorter of the simplified expression and its collected terms."""
    plain = simplify(node)
    flat = simplify(collected(addends(plain))) if plain is not full(0, plain.shape) else plain
    return min((flat, plain), key=lambda e: len(topological(e)))
