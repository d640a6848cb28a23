"""One product as a tree of single steps: 0/1 factors become slices, the rest is contracted pair by pair."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from math import prod

from symml.calculus.facts import is_symmetric
from symml.expr.contract import Factor, contract
from symml.expr.dims import Dim, dim_names
from symml.expr.nodes import Basis, Contract, Expr, Eye, Linalg, OneHot, Power, Selector, Symbol, basis, extent
from symml.kernels.axes import LiveAxes
from symml.kernels.views import Cutter, cut

_USUAL_SIZE = 64
_SAMPLES = frozenset({"n", "N", "m", "M", "B", "T"})
Labels = tuple[int, ...]
Item = tuple[Expr, Labels]


def is_pickable(labels: Labels, chosen: Labels) -> bool:
    """Whether labels with indices ``chosen`` pick entries of a factor by fancy indexing; the last is summed."""
    *rows, entry = chosen
    if len(set(labels)) < len(labels) or entry not in labels:
        return False
    return not set(rows) & set(labels) or (len(rows) == 1 and set(labels) == set(chosen))


class Product:
    """A product under work: factors with indices; an index below ``rank`` is an output axis, others are summed."""

    def __init__(self, node: Contract, done: Mapping[Expr, Expr], live: LiveAxes) -> None:
        self.live, self.coef, self.rank = live, node.coef, len(node.shape)
        self.dims: dict[int, Dim] = dict(enumerate(node.dims))
        self.summed = set(range(self.rank, len(node.dims)))
        self.items: list[Item] = [(done.get(arg, arg), sub) for arg, sub in zip(node.args, node.subs, strict=True)]

    def scheduled(self) -> Expr:
        """The value of the product as a tree of single steps."""
        if self.coef == 0:
            return self._made((), range(self.rank), Fraction(0))
        self._meet_deltas()
        self.items = [self._settled(item) for item in self.items]
        outer = self._scatters()
        if outer:
            return self._scattered(outer)
        self._gather()
        self._pick()
        self.items = [self._settled(item) for item in self.items]
        self._count_uncarried()
        self._sum_alone()
        while self.summed:
            self._join(*self._cheapest_pair())
            self._sum_alone()
        return self._made(self.items, range(self.rank), self.coef)

    def _made(self, items: Iterable[Item], out: Sequence[int], coef: Fraction | int = 1) -> Expr:
        """A product of its own; nothing in it is opened."""
        factors: list[Factor] = list(items)
        dims = {i: self.dims[i] for i in out}
        return contract(factors, out, coef=coef, dims=dims, merge=lambda inner: False)

    def _carriers(self, label: int) -> list[Item]:
        return [item for item in self.items if label in item[1]]

    # ---- factors on their own ----------------------------------------------------------------------------------------
    def _meet_deltas(self) -> None:
        """Beside an identity matrix its two indices are one."""
        for node, sub in self.items:
            if isinstance(node, Eye) and sub[0] != sub[1]:
                low, high = min(sub), max(sub)
                self.items = [
                    (a, s if isinstance(a, Eye) else tuple(low if i == high else i for i in s)) for a, s in self.items
                ]

    def _settled(self, item: Item) -> Item:
        """The factor with live axes and different indices only."""
        node, sub = item
        for axis in reversed(range(len(sub))):
            if axis not in self.live(node):
                node, sub = cut(node, axis, basis(node.shape[axis], 0)), sub[:axis] + sub[axis + 1 :]
        if isinstance(node, Linalg | Symbol) and is_symmetric(node):
            sub = tuple(sorted(sub))
        if len(set(sub)) == len(sub):
            return node, sub
        if len(sub) == 2 and sub[0] in self.summed and len(self._carriers(sub[0])) == 1:
            self.summed.discard(sub[0])
            return self._made([(node, sub)], ()), ()
        kept = tuple(dict.fromkeys(sub))
        return self._made([(node, sub)], kept), kept

    def _count_uncarried(self) -> None:
        """A summed index that no factor carries counts its dimension."""
        for label in sorted(self.summed):
            if not self._carriers(label):
                self.summed.discard(label)
                self.items.append((extent(self.dims[label]), ()))

    # ---- 0/1 factors -------------------------------------------------------------------------------------------------
    def _replace(self, label: int, cutter: Cutter, row: Labels) -> None:
        """Cuts every axis that carries ``label``; its index becomes ``row``."""
        for k, (node, sub) in enumerate(self.items):
            while label in sub:
                axis = sub.index(label)
                node, sub = cut(node, axis, cutter), sub[:axis] + row + sub[axis + 1 :]
            self.items[k] = node, sub
        self.summed.discard(label)

    def _scatters(self) -> list[tuple[Cutter, Labels]]:
        """The 0/1 factors that place entries inside zeros, taken out of the factors."""
        outer: list[tuple[Cutter, Labels]] = []
        used: set[int] = set()
        for item in list(self.items):
            node, sub = item
            if not isinstance(node, Basis | Selector) or used & set(sub) or sub[-1] in self.summed:
                continue
            if isinstance(node, Selector) and sub[0] not in self.summed:
                continue
            self.items.remove(item)
            self._replace(sub[-1], node, sub[:-1])
            outer.append((node, sub))
            used |= set(sub)
        return outer

    def _scattered(self, outer: list[tuple[Cutter, Labels]]) -> Expr:
        """The product of the other factors, placed inside zeros."""
        rows = {sub[-1]: sub[:-1] for _, sub in outer}
        inner = tuple(label for i in range(self.rank) for label in rows.get(i, (i,)))
        part = self._made(self.items, inner, self.coef)
        if isinstance(part, Contract):
            part = Product(part, {}, self.live).scheduled()
        return self._made([(part, inner), *outer], range(self.rank))

    def _gather(self) -> None:
        """Slices and entries of the factors that carry a summed index of a 0/1 factor."""
        for item in list(self.items):
            node, sub = item
            if isinstance(node, Basis | Selector) and item in self.items and sub[-1] in self.summed:
                self.items.remove(item)
                self._replace(sub[-1], node, sub[:-1])

    def _pick(self) -> None:
        """Entries by labels of the factors that carry the summed index of a one-hot factor."""
        for item in list(self.items):
            node, sub = item
            if not isinstance(node, OneHot) or sub[-1] not in self.summed or item not in self.items:
                continue
            others = [other for other in self._carriers(sub[-1]) if other != item]
            if all(is_pickable(labels, sub) for _, labels in others):
                picked = [self._picked(other, item) for other in others]
                self.items = [other for other in self.items if sub[-1] not in other[1]] + picked
                self.summed.discard(sub[-1])

    def _picked(self, other: Item, item: Item) -> Item:
        place = other[1].index(item[1][-1])
        rows = item[1][:-1]
        out = rows if set(rows) & set(other[1]) else (*other[1][:place], *rows, *other[1][place + 1 :])
        return self._made([other, item], out), out

    # ---- sums and pairs ----------------------------------------------------------------------------------------------
    def _sum_alone(self) -> None:
        """Sums every index that a single factor carries."""
        for k, (node, sub) in enumerate(self.items):
            alone = {i for i in sub if i in self.summed and len(self._carriers(i)) == 1}
            if alone:
                kept = tuple(i for i in sub if i not in alone)
                square = isinstance(node, Power) and node.exponent == 2 and len(sub) == 1
                factors = [(node.args[0], sub)] * 2 if square else [(node, sub)]
                self.items[k] = self._made(factors, kept), kept
                self.summed -= alone

    def _cheapest_pair(self) -> tuple[Item, Item]:
        """Two factors with a common summed index: the fewest operations, then the smallest result."""
        pairs = [pair for pair in combinations(self.items, 2) if set(pair[0][1]) & set(pair[1][1]) & self.summed]
        return min(pairs, key=self._cost)

    def _cost(self, pair: tuple[Item, Item]) -> tuple[int, int, int]:
        every = {*pair[0][1], *pair[1][1]}
        left = every - self._finished(pair)
        return self._volume(every), self._volume(left), sum(_is_samples(self.dims[i]) for i in left)

    def _volume(self, labels: Iterable[int]) -> int:
        dims = (self.dims[i] for i in labels)
        return prod(dim if isinstance(dim, int) else _USUAL_SIZE for dim in dims)

    def _finished(self, pair: tuple[Item, Item]) -> set[int]:
        """The summed indices that no other factor carries."""
        rest = list(self.items)
        for item in pair:
            rest.remove(item)
        others = {i for _, sub in rest for i in sub}
        return ({*pair[0][1], *pair[1][1]} & self.summed) - others

    def _join(self, a: Item, b: Item) -> None:
        finished = self._finished((a, b))
        self.items.remove(a)
        self.items.remove(b)
        a, b = self._in_order(_summed_last(a, finished), _summed_last(b, finished))
        out = tuple(dict.fromkeys((*a[1], *b[1])))
        if not _is_elementwise(a, b):
            out = tuple(i for i in out if i not in finished)
            self.summed -= finished
        self.items.append((self._made([a, b], out), out))

    def _in_order(self, a: Item, b: Item) -> tuple[Item, Item]:
        """The factor whose own output index comes first stands first; the larger factor where nothing is its own."""
        own_a = [i for i in a[1] if i not in b[1]]
        own_b = [i for i in b[1] if i not in a[1]]
        if own_a and own_b:
            return (b, a) if min(own_b) < min(own_a) and min(own_b) < self.rank else (a, b)
        return (b, a) if own_b else (a, b)


def _is_samples(dim: Dim) -> bool:
    """Whether a dimension is named like a number of samples, of which there are more than features."""
    return not isinstance(dim, int) and bool(_SAMPLES.intersection(dim_names(dim)))


def _summed_last(item: Item, summed: set[int]) -> Item:
    """A symmetric matrix with its summed index behind, so that equal products are written alike."""
    node, sub = item
    if len(sub) == 2 and sub[0] in summed and isinstance(node, Linalg | Symbol) and is_symmetric(node):
        return node, sub[::-1]
    return item


def _is_elementwise(a: Item, b: Item) -> bool:
    """Whether the factors are multiplied before anything is summed: all indices shared, or a division."""
    if set(a[1]) == set(b[1]) and len(a[1]) > 1:
        return True
    pairs = ((a, b), (b, a))
    return any(isinstance(u[0], Power) and u[0].exponent < 0 and set(u[1]) <= set(o[1]) for u, o in pairs)
