"""Quadratic forms that are squared norms: ``v' A A' v`` is the squared norm of ``A' v``."""

from __future__ import annotations

from fractions import Fraction

from symml.calculus.canonical import add_terms, product_key
from symml.expr.arithmetic import rational_power
from symml.expr.contract import contract
from symml.expr.nodes import Contract, Expr
from symml.optimize.expand import addends

Item = tuple[Expr, tuple[int, ...]]


def with_norms(node: Expr) -> Expr:
    """A sum of numbers with every term that is a multiple of a squared norm written as one."""
    return node if node.shape else add_terms([_as_norm(term) for term in addends(node)])


def _as_norm(term: Expr) -> Expr:
    if not isinstance(term, Contract) or term.shape:
        return term
    flat = contract(list(zip(term.args, term.subs, strict=True)), (), coef=term.coef, merge=lambda arg: True)
    if not isinstance(flat, Contract):
        return term
    items = list(zip(flat.args, flat.subs, strict=True))
    numbers, arrays = [i for i in items if not i[1]], [i for i in items if i[1]]
    for joint in range(len(flat.dims)):
        half = _half(arrays, joint)
        if half is not None:
            square = rational_power(contract(half, (joint,)), Fraction(2))
            return contract([*numbers, (square, (0,))], (), coef=flat.coef)
    return term


def _half(items: list[Item], joint: int) -> list[Item] | None:
    """One half of a product that falls into two mirror images when cut at an index."""
    if len(items) % 2 or len(items) < 4:
        return None
    first = _connected(items, joint)
    second = [item for k, item in enumerate(items) if k not in first]
    left = [items[k] for k in sorted(first)]
    if len(left) != len(second) or not all(any(joint in sub for _, sub in half) for half in (left, second)):
        return None
    return left if _key(left, joint) == _key(second, joint) else None


def _connected(items: list[Item], joint: int) -> set[int]:
    """The places of the factors that hang together with the first one by other indices than ``joint``."""
    found, labels = {0}, set(items[0][1]) - {joint}
    while True:
        more = {k for k, (_, sub) in enumerate(items) if k not in found and set(sub) & labels}
        if not more:
            return found
        found |= more
        labels |= {i for k in more for i in items[k][1]} - {joint}


def _key(items: list[Item], joint: int) -> object:
    """The canonical key of a half, with the joint index as its output."""
    number = {joint: 0}
    subs = tuple(tuple(number.setdefault(i, len(number)) for i in sub) for _, sub in items)
    return product_key(tuple(arg for arg, _ in items), subs, 1)
