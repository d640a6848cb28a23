"""Equations ``sum_j w_ij exp(k x_i + c_ij) = r_i`` are solved for ``x`` by a logsumexp."""

from __future__ import annotations

from collections.abc import Sequence

from symml.calculus.canonical import add_terms
from symml.calculus.facts import is_positive
from symml.calculus.simplify import simplify
from symml.expr import build, functions
from symml.expr.arithmetic import is_zero, scale, transpose, zeros
from symml.expr.contract import contract, factors_of
from symml.expr.nodes import ONE, Apply, Contract, Expr, Symbol, extent
from symml.expr.walk import substitute, symbols
from symml.optimize.expand import addends
from symml.optimize.rational import Item


def log_sum_exp(
    left: Contract, node: Apply, sub: Sequence[int], rest: list[Item], right: Expr, x: Symbol
) -> Expr | None:
    """``x = (log r - logsumexp(c + log w))/k``; ``None`` where the equation is not of this form.

    Args:
        left: The sum of weighted exponentials.
        node: The exponentials.
        sub: Their indices in the sum.
        rest: The weights with their indices.
        right: ``r``.
        x: The unknown, one number for each output axis of the sum.
    """
    rank = len(left.shape)
    if x.shape != left.shape or len(set(sub)) != len(sub) or any(set(s) - set(sub) for _, s in rest):
        return None
    order = sorted(range(len(sub)), key=lambda k: sub[k])
    argument = simplify(transpose(node.args[0], order))
    fixed = simplify(substitute(argument, {x: zeros(x.shape)}))
    number = _slope(simplify(argument - fixed), x, rank)
    place = {label: k for k, label in enumerate(sorted(sub))}
    items = [(arg, [place[i] for i in s]) for arg, s in rest]
    weights = contract(items, range(len(sub)), dims=dict(enumerate(argument.shape))) if rest else None
    if number is None or left.coef <= 0 or (weights is not None and not is_positive(weights)):
        return None
    inner = fixed if weights is None else simplify(fixed + functions.log(weights))
    target = simplify(scale(1 / left.coef, right))
    total = zeros(x.shape) if is_zero(simplify(target - ONE)) else functions.log(target)
    return (total - _shifted(inner, tuple(range(rank, len(sub))))) / number


def _slope(moved: Expr, x: Symbol, rank: int) -> Expr | None:
    """The number k of an array ``k x_i`` that is constant along its last axes."""
    total = zeros(())
    for term in addends(moved):
        coef, items = factors_of(term)
        numbers = [arg for arg, s in items if arg is not x]
        places = [s for arg, s in items if arg is x]
        if places != [tuple(range(rank))] or any(arg.shape for arg in numbers) or x in symbols(*numbers):
            return None
        total = total + contract([(arg, ()) for arg in numbers], (), coef=coef)
    return simplify(total)


def _shifted(z: Expr, axes: tuple[int, ...]) -> Expr:
    """logsumexp(z + c) = logsumexp(z) + c, with the numbers c that stand in every entry taken out"""
    terms = addends(z)
    flat = [t for t in terms if isinstance(t, Contract) and not any(arg.shape for arg in t.args)]
    numbers = [contract([(arg, ()) for arg in t.args], (), coef=t.coef) for t in flat]
    rest = [t for t in terms if t not in flat and not is_zero(t)]
    if rest:
        inner = build.logsumexp(simplify(add_terms(rest)), axes)
    else:
        counts = [(extent(z.shape[k]), ()) for k in axes]
        inner = functions.log(contract(counts, ()))
    return simplify(add_terms([inner, *numbers])) if numbers and not inner.shape else _with(inner, numbers)


def _with(inner: Expr, numbers: list[Expr]) -> Expr:
    for number in numbers:
        inner = inner + number
    return simplify(inner)
