"""How deeply signs, roots and discrete symbols are multiplied in an expression: what a random draw may miss.

A draw picks every sign at random. Seen as a function of its signs alone, an entry is a polynomial without squares; when
its degree is k and it is not zero, it is not zero for at least one pattern in 2^k. So k says how many draws are needed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from symml.expr.arithmetic import is_zero
from symml.expr.dims import dim_value
from symml.expr.nodes import (
    Add,
    Along,
    Apply,
    Constant,
    Contract,
    Expr,
    Extent,
    Linalg,
    OneHot,
    Power,
    Symbol,
)
from symml.expr.walk import topological

COMPARISONS = frozenset({"greater", "less", "greater_equal", "less_equal", "equal", "not_equal"})
DISCRETE = frozenset({"binary", "sign", "onehot", "label"})
LABELS = 16

# An entry's dependence: a bit for every choice it depends on, and the degree in these choices.
Entry = tuple[int, int]
_FREE: Entry = (0, 0)


@dataclass
class _Walk:
    """The choices met so far, each with a bit of its own."""

    sizes: dict[str, int]
    known: dict[Any, int] = field(default_factory=dict)
    bits: int = 0

    def choice(self, key: Any, alternatives: int = 2) -> Entry:
        """The dependence on one choice: as many bits as its alternatives need."""
        width = max(1, (alternatives - 1).bit_length())
        if key not in self.known:
            self.known[key] = ((1 << width) - 1) << self.bits
            self.bits += width
        return self.known[key], width

    def shape(self, node: Expr) -> tuple[int, ...]:
        return tuple(dim_value(dim, self.sizes) for dim in node.shape)


def branch_degree(root: Expr, sizes: dict[str, int]) -> int:
    """The degree of the root's entries in their signs and discrete choices, at these sizes (an upper bound)."""
    walk = _Walk(sizes)
    found: dict[Expr, Any] = {}
    for node in topological(root):
        rule: Callable[..., Any] = _RULES.get(type(node), _any_function)
        found[node] = rule(walk, node, [found[arg] for arg in node.args])
    return max((degree for _, degree in found[root].flat), default=0)


# ---- combining -------------------------------------------------------------------------------------------------------
def _filled(shape: tuple[int, ...], entry: Callable[[tuple[int, ...]], Entry]) -> Any:
    result = np.empty(shape, dtype=object)
    for place in np.ndindex(*shape):
        result[place] = entry(place)
    return result


def _sum(entries: list[Entry]) -> Entry:
    mask = degree = 0
    for m, d in entries:
        mask, degree = mask | m, max(degree, d)
    return mask, degree


def _product(entries: list[Entry]) -> Entry:
    mask = degree = 0
    for m, d in entries:
        mask, degree = mask | m, degree + d
    return mask, min(degree, mask.bit_count())


def _function(entries: list[Entry]) -> Entry:
    """Any function of the entries: at worst every choice is multiplied with every other."""
    mask = 0
    for m, _ in entries:
        mask |= m
    return mask, mask.bit_count()


# ---- one rule a node type --------------------------------------------------------------------------------------------
def _symbol(walk: _Walk, node: Symbol, args: list[Any]) -> Any:
    facts, shape = node.domain.facts & DISCRETE, walk.shape(node)
    if "orthogonal" in node.domain.facts:
        # The determinant is 1 or -1.
        return _filled(shape, lambda at: walk.choice((node, "determinant", at[:-2])))
    if not facts:
        return _filled(shape, lambda at: _FREE)
    if "onehot" in facts:
        return _filled(shape, lambda at: walk.choice((node, at[:-1]), shape[-1]))
    return _filled(shape, lambda at: walk.choice((node, at), LABELS if "label" in facts else 2))


def _constant(walk: _Walk, node: Expr, args: list[Any]) -> Any:
    return _filled(walk.shape(node), lambda at: _FREE)


def _add(walk: _Walk, node: Expr, args: list[Any]) -> Any:
    return _filled(walk.shape(node), lambda at: _sum([arg[at] for arg in args]))


def _contract(walk: _Walk, node: Contract, args: list[Any]) -> Any:
    lengths, rank = tuple(dim_value(dim, walk.sizes) for dim in node.dims), len(node.shape)

    def entry(at: tuple[int, ...]) -> Entry:
        terms = []
        for inner in np.ndindex(*lengths[rank:]):
            place = at + inner
            terms.append(
                _product([arg[tuple([place[i] for i in sub])] for arg, sub in zip(args, node.subs, strict=True)])
            )
        return _sum(terms)

    return _filled(lengths[:rank], entry)


def _power(walk: _Walk, node: Power, args: list[Any]) -> Any:
    p = node.exponent
    if p.denominator == 1 and p > 0:
        return _filled(walk.shape(node), lambda at: _product([args[0][at]] * int(p)))
    if p.denominator == 1:
        return _any_function(walk, node, args)
    # The root of a square is an absolute value: a root hides the signs of its factors.
    base = node.args[0]
    return _filled(walk.shape(node), lambda at: _function([args[0][at], *_signs(walk, base, at, roots=True)]))


def _apply(walk: _Walk, node: Apply, args: list[Any]) -> Any:
    name = node.function.name
    if name == "where":
        return _filled(walk.shape(node), lambda at: _chosen(*(arg[at] for arg in args)))
    kinks = node.function.kinks
    if name not in COMPARISONS and name != "sign" and kinks is None:
        return _any_function(walk, node, args)
    decides = kinks(*node.args) if kinks is not None else node.args[0]

    def entry(at: tuple[int, ...]) -> Entry:
        if name in COMPARISONS and not is_zero(node.args[1]):
            own = [walk.choice((frozenset(node.args), "sign", at))]
        else:
            own = _signs(walk, decides, at)
        return _function([*(arg[at] for arg in args), *own])

    return _filled(walk.shape(node), entry)


def _signs(walk: _Walk, node: Expr, at: tuple[int, ...], *, roots: bool = False) -> list[Entry]:
    """The signs that make up the sign of an entry: those of its factors."""
    if isinstance(node, Contract) and len(node.dims) == len(node.shape) and node.args:
        parts = zip(node.args, node.subs, strict=True)
        return [sign for arg, sub in parts for sign in _signs(walk, arg, tuple([at[i] for i in sub]), roots=roots)]
    if isinstance(node, Power) and node.exponent.denominator == 1:
        return _signs(walk, node.args[0], at, roots=roots) if roots or node.exponent % 2 else []
    return [walk.choice((node, "sign", at))]


def _chosen(condition: Entry, a: Entry, b: Entry) -> Entry:
    return _sum([_product([condition, a]), _product([condition, b])])


def _any_function(walk: _Walk, node: Expr, args: list[Any]) -> Any:
    """An elementwise function without laws, or a constant array."""
    if not args:
        return _constant(walk, node, args)
    return _filled(walk.shape(node), lambda at: _function([arg[at] for arg in args]))


def _along(walk: _Walk, node: Along, args: list[Any]) -> Any:
    kept = [i for i in range(args[0].ndim) if i not in node.axes]

    def entry(at: tuple[int, ...]) -> Entry:
        own = [at[i] for i in kept] if node.function.keeps_axes else list(at)
        where: list[Any] = [slice(None)] * args[0].ndim
        for axis, place in zip(kept, own, strict=True):
            where[axis] = place
        return _function(list(args[0][tuple(where)].flat))

    return _filled(walk.shape(node), entry)


def _linalg(walk: _Walk, node: Linalg, args: list[Any]) -> Any:
    whole = _function(list(args[0].flat))
    return _filled(walk.shape(node), lambda at: whole)


def _onehot(walk: _Walk, node: OneHot, args: list[Any]) -> Any:
    return _filled(walk.shape(node), lambda at: _function([args[0][at[:-1]]]))


_RULES: dict[type[Expr], Callable[..., Any]] = {
    Symbol: _symbol,
    Constant: _constant,
    Add: _add,
    Extent: _constant,
    Contract: _contract,
    Power: _power,
    Apply: _apply,
    Along: _along,
    Linalg: _linalg,
    OneHot: _onehot,
}
