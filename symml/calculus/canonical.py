"""Canonical keys of products: two products with equal keys are equal, whatever the order of factors and index names."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from symml.calculus.facts import is_declared_symmetric
from symml.expr.arithmetic import scale, zeros
from symml.expr.nodes import Constant, Contract, Expr, Sub, add_node

Key = tuple[Any, ...]
_ONE = Fraction(1)


def term_key(node: Expr) -> tuple[Fraction, Key]:
    """The rational coefficient of a term and a key of the rest."""
    memo = node.memo
    if memo is None:
        memo = node.memo = {}
    found: tuple[Fraction, Key] | None = memo.get("term_key")
    if found is None:
        found = memo["term_key"] = _term_key(node)
    return found


def _term_key(node: Expr) -> tuple[Fraction, Key]:
    if isinstance(node, Contract):
        if len(node.args) == 1 and node.subs[0] == tuple(range(len(node.dims))) and len(node.dims) == len(node.shape):
            inner, key = term_key(node.args[0])
            return node.coef * inner, key
        return node.coef, product_key(node.args, node.subs, len(node.shape))
    if isinstance(node, Constant) and isinstance(node.value, Fraction):
        return node.value, ((), 0)
    return _ONE, (((node.uid, tuple(range(len(node.shape)))),), len(node.shape))


def product_key(args: tuple[Expr, ...], subs: tuple[Sub, ...], rank: int) -> Key:
    """A key of a product's factors and indices: factors in a canonical order, dummy indices renamed by it."""
    order = range(len(args))
    if len(args) > 1:
        colors = _index_colors(args, subs, rank)
        order = sorted(order, key=lambda k: (args[k].uid, tuple([colors[i] for i in subs[k]])))  # type: ignore[assignment] # a list of positions
    number = {i: i for i in range(rank)}
    rows = []
    for k in order:
        row = []
        for i in subs[k]:
            row.append(number.setdefault(i, len(number)))
        rows.append((args[k].uid, tuple(sorted(row)) if is_declared_symmetric(args[k]) else tuple(row)))
    return tuple(sorted(rows)), rank


def _index_colors(args: tuple[Expr, ...], subs: tuple[Sub, ...], rank: int) -> dict[int, int]:
    """Colors of the indices by refinement: indices of different color play different roles."""
    colors = {i: i if i < rank else rank for sub in subs for i in sub}
    if len(colors) <= rank + 1:
        return colors
    for _ in range(min(3, len(args))):
        signatures = {
            i: (
                colors[i],
                tuple(sorted(_role(arg, sub, i, colors) for arg, sub in zip(args, subs, strict=True) if i in sub)),
            )
            for i in colors
        }
        ranks = {signature: place for place, signature in enumerate(sorted(set(signatures.values())))}
        colors = {i: ranks[signature] for i, signature in signatures.items()}
    return colors


def _role(arg: Expr, sub: Sub, i: int, colors: dict[int, int]) -> tuple[Any, ...]:
    """What an index does on a factor; the order of its axes does not matter where the factor is symmetric."""
    if is_declared_symmetric(arg):
        return arg.uid, tuple(sorted(colors[j] for j in sub)), sub.count(i)
    return arg.uid, tuple([colors[j] for j in sub]), tuple([j == i for j in sub])


def add_terms(terms: list[Expr]) -> Expr:
    """The sum with like terms collected; terms whose coefficients cancel are gone, a lone term is itself."""
    if len(terms) == 1:
        return terms[0]
    shape = terms[0].shape
    groups: dict[Key, list[Expr]] = {}
    for term in terms:
        coef, key = term_key(term)
        if coef:
            groups.setdefault(key, []).append(term)
    kept: list[Expr] = []
    for group in groups.values():
        first = group[0]
        total = sum((term_key(term)[0] for term in group), Fraction(0))
        if total:
            own = term_key(first)[0]
            kept.append(first if total == own else scale(total / own, first))
    if not kept:
        return zeros(shape)
    return kept[0] if len(kept) == 1 else add_node(tuple(kept))
