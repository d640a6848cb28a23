"""Sums multiplied out and like terms collected, so that a substituted Lagrangian comes out short."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import prod

from symml.calculus.canonical import add_terms
from symml.calculus.moments.collect import collected
from symml.calculus.normal import prove_equal
from symml.calculus.simplify import simplify
from symml.expr.arithmetic import is_zero, scale
from symml.expr.build import softmax
from symml.expr.contract import contract
from symml.expr.functions import exp
from symml.expr.nodes import Add, Along, Apply, Contract, Expr, Power
from symml.expr.walk import topological, transform

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
    """The shorter of the simplified expression and its collected terms, without a minus before a bracket."""
    plain = simplify(node)
    if is_zero(plain):
        return plain
    flat = simplify(collected(addends(plain)))
    shorter = min((flat, plain), key=lambda e: (len(addends(e)), len(topological(e))))
    return spread(simplify(transform(shorter, _as_softmax)))


def spread(node: Expr) -> Expr:
    """A number times a sum, term by term."""
    axes = tuple(range(len(node.shape)))
    plain = isinstance(node, Contract) and node.subs == (axes,) and len(node.dims) == len(axes)
    if isinstance(node, Contract) and plain and isinstance(node.args[0], Add):
        return add_terms([scale(node.coef, term) for term in node.args[0].args])
    return node


def _as_softmax(node: Expr) -> Expr | None:
    """exp(z - logsumexp(z)) = softmax(z)"""
    if not isinstance(node, Apply) or node.function is not exp or len(node.shape) != 1:
        return None
    terms = addends(node.args[0])
    for k, term in enumerate(terms):
        inner = term.args[0] if isinstance(term, Contract) and term.coef == -1 and len(term.args) == 1 else None
        if not isinstance(inner, Along) or inner.function.name != "logsumexp" or len(terms) == 1:
            continue
        rest = add_terms(terms[:k] + terms[k + 1 :])
        if prove_equal(rest, inner.args[0]) is not None:
            return softmax(inner.args[0])
    return None
