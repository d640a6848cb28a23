"""Products in the order in which they are computed: slices, sums and pairs of factors, cheapest first.

The result is an expression of the same value in which every product is one NumPy call: a slice (a factor with 0/1
arrays), a scatter, a pick by labels, a diagonal, a sum over axes, a pair of factors with summed indices, or an
elementwise product. Equal parts of different products become one node.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from fractions import Fraction

from symml.calculus.facts import is_symmetric
from symml.expr.contract import Factor, contract
from symml.expr.dims import Dim
from symml.expr.nodes import Basis, Contract, Expr, Eye, Linalg, OneHot, Power, Selector, basis, extent
from symml.expr.walk import rebuild, topological
from symml.kernels.axes import Axes, live_axes

_USUAL_SIZE = 64
_MOST_FACTORS = 12


def schedule(roots: Sequence[Expr], kept: Collection[Expr] = ()) -> tuple[list[Expr], dict[Expr, Expr]]:
    """The roots with scheduled products, and what each node became; nodes in ``kept`` are never opened."""
    uses = Counter(roots)
    order = topological(*roots)
    for node in order:
        uses.update(node.args)
    plan = _Plan(uses, frozenset(kept))
    for node in order:
        plan.add(node)
    return [plan.done[root] for root in roots], plan.done


class _Plan:
    """What has been scheduled so far."""

    def __init__(self, uses: Counter[Expr], kept: frozenset[Expr]) -> None:
        self.uses, self.kept = uses, kept
        self.done: dict[Expr, Expr] = {}
        self.live: dict[Expr, Axes] = {}

    def add(self, node: Expr) -> None:
        """Schedules one node whose arguments are scheduled."""
        if isinstance(node, Contract):
            self.done[node] = Product(self, self._opened(node)).scheduled()
        else:
            self.done[node] = self.noted(rebuild(node, tuple(self.done[arg] for arg in node.args)))

    def noted(self, node: Expr) -> Expr:
        """The node, after its live axes are known."""
        for part in topological(node) if node not in self.live else ():
            if part not in self.live:
                self.live[part] = live_axes(part, self.live)
        return node

    def _opened(self, node: Contract) -> Contract:
        """The product with the factors of products that nobody else uses."""

        def merge(inner: Expr) -> bool:
            return self.uses[inner] == 1 and inner not in self.kept and len(inner.args) < _MOST_FACTORS

        rank = len(node.shape)
        items = list(zip(node.args, node.subs, strict=True))
        found = contract(items, range(rank), coef=node.coef, dims=dict(enumerate(node.shape)), merge=merge)
        if not isinstance(found, Contract):
            return node
        return found


class Product:
    """One product under work: factors with indices, where an index below ``rank`` is an output axis."""

    def __init__(self, plan: _Plan, node: Contract) -> None:
        self.plan, self.shape, self.coef = plan, node.shape, node.coef
        self.rank = len(node.shape)
        self.dims: dict[int, Dim] = dict(enumerate(node.dims))
        self.items: list[Factor] = [
            (plan.done.get(arg, arg), sub) for arg, sub in zip(node.args, node.subs, strict=True)
        ]
        for arg, _ in self.items:
            plan.noted(arg)

    def scheduled(self) -> Expr:
        """The value of the product as a tree of single steps."""
        if self.coef == 0:
            return self._made([], range(self.rank), Fraction(0))
        scatter = self._scatter()
        if scatter is not None:
            return scatter
        self._gather()
        self._pick()
        self.items = [self._settled(item) for item in self.items]
        self._sum_out()
        return self._made(self.items, range(self.rank), self.coef)

    def labels(self, item: Factor) -> tuple[int, ...]:
        """The indices along which a factor varies."""
        live = self.plan.live[item[0]]
        return tuple(i for k, i in enumerate(item[1]) if k in live)

    def carriers(self, label: int) -> list[int]:
        """The places of the factors that vary with an index."""
        return [k for k, item in enumerate(self.items) if label in self.labels(item)]

    def _made(self, items: Sequence[Factor], out: Sequence[int], coef: Fraction | int = 1) -> Expr:
        dims = {i: self.dims[i] for i in out}
        return self.plan.noted(contract(items, out, coef=coef, dims=dims, merge=lambda node: False))

    def _new_label(self, dim: Dim) -> int:
        label = max(self.dims, default=-1) + 1
        self.dims[label] = dim
        return label

    # ---- 0/1 factors -------------------------------------------------------------------------------------------------
    def _scatter(self) -> Expr | None:
        """Entries placed inside zeros: the 0/1 factors around the product of the others."""
        outer: list[Factor] = []
        inner: list[Factor] = []
        out = {i: i for i in range(self.rank)}
        for node, sub in self.items:
            if isinstance(node, Basis) and out.get(sub[0]) == sub[0]:
                del out[sub[0]]
                outer.append((node, sub))
            elif isinstance(node, Selector) and self._places(node, sub, out):
                out[sub[1]] = sub[0]
                outer.append((node, sub))
            else:
                inner.append((node, sub))
        if not outer or any(sub[-1] in x for _, sub in outer for _, x in inner):
            return None
        rows = list(out.values())
        part = self._made(inner, rows, self.coef)
        if isinstance(part, Contract):
            part = Product(self.plan, part).scheduled()
        return self._made([(part, tuple(rows)), *outer], range(self.rank))

    def _places(self, node: Selector, sub: tuple[int, ...], out: dict[int, int]) -> bool:
        row, col = sub
        return row >= self.rank and out.get(col) == col and row not in out.values()

    def _gather(self) -> None:
        """Slices and entries of the factors that carry a summed index of a 0/1 factor."""
        views: dict[int, list[tuple[Expr, int, int | None]]] = {}
        for item in list(self.items):
            node, sub = item
            label = sub[-1] if isinstance(node, Basis | Selector) else -1
            if label < self.rank:
                continue
            place = self.items.index(item)
            others = [k for k in self.carriers(label) if k != place]
            if any(self.items[k][1].count(label) > 1 or k in views and isinstance(node, Basis) and False for k in others):
                continue
            self._cut(place, others, label)

    def _cut(self, place: int, others: list[int], label: int) -> None:
        raise NotImplementedError
