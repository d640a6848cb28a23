"""Values of symbols in a finite field: free entries, entries under the equations of a domain, and finite choices.

A symbol with finitely many values (one-hot, binary, sign, labels) can make a false claim true at nearly all of them, so
its values are gone through one by one. Where nothing jumps, free entries in their place show more than is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, product
from math import prod
from random import Random
from typing import Any

import numpy as np

from symml.calculus.finite_field import Redraw
from symml.calculus.sampling import label_depths
from symml.expr.dims import dim_value
from symml.expr.nodes import Expr, OneHot, Symbol
from symml.expr.walk import symbols

_FINITE = frozenset({"onehot", "binary", "sign", "label"})
_EQUATIONS = frozenset({"rows_sum_to_one", "orthogonal"})
Choice = dict[Symbol, Any]


def is_finite(symbol: Symbol) -> bool:
    """Whether the symbol has finitely many values."""
    return bool(symbol.domain.facts & _FINITE)


def constrained(root: Expr) -> list[Symbol]:
    """The symbols whose values are fewer than free entries."""
    return [s for s in symbols(root) if is_finite(s) or s.domain.facts & (_EQUATIONS | {"integer"})]


def labels_of(nodes: Sequence[Expr]) -> set[Expr]:
    """What is taken as integer labels: it has no meaning as a free number."""
    return {node.args[0] for node in nodes if isinstance(node, OneHot)}


class Choices:
    """The values of the finite symbols of an expression at given sizes.

    Attributes:
        count: How many there are.
    """

    def __init__(self, root: Expr, sizes: dict[str, int]) -> None:
        depths = label_depths([root], sizes)
        self.rows = {s: _values(s, sizes, depths.get(s)) for s in symbols(root) if is_finite(s) or s in depths}
        self.count = prod(len(entries) ** places for entries, places, _ in self.rows.values())

    def __iter__(self) -> Iterator[Choice]:
        """Every joint choice."""
        single = [product(entries, repeat=places) for entries, places, _ in self.rows.values()]
        for joint in islice(product(*single), self.count):
            rows = zip(self.rows.items(), joint, strict=True)
            yield {s: np.array(picked, dtype=object).reshape(shape) for (s, (_, _, shape)), picked in rows}


def _values(symbol: Symbol, sizes: dict[str, int], depth: int | None) -> tuple[list[Any], int, tuple[int, ...]]:
    """The values of one place, the number of places, and the whole shape."""
    shape = tuple(dim_value(dim, sizes) for dim in symbol.shape)
    if depth is not None:
        return list(range(depth)), prod(shape), shape
    if "onehot" in symbol.domain.facts:
        rows = [tuple(int(i == hot) for i in range(shape[-1])) for hot in range(shape[-1])]
        return rows, prod(shape[:-1]), shape
    return [-1, 1] if "sign" in symbol.domain.facts else [0, 1], prod(shape), shape


def free_entries(symbol: Symbol, shape: tuple[int, ...], p: int, rng: Random) -> Any:
    """Random entries without the symbol's equations; positive numbers are squares."""
    facts = symbol.domain.facts
    squares = bool(facts & {"positive", "nonnegative"})
    values = _filled(shape, lambda: pow(rng.randrange(1, p), 2 if squares else 1, p))
    if "diagonal" in facts:
        return values * _identity(shape)
    if "psd" in facts:
        return np.einsum("...ik,...jk->...ij", values, values) % p
    return (values + np.swapaxes(values, -1, -2)) % p if "symmetric" in facts else values


def entries_on(symbol: Symbol, shape: tuple[int, ...], p: int, rng: Random) -> Any:
    """Random entries that satisfy the symbol's equations."""
    facts = symbol.domain.facts
    if "orthogonal" in facts:
        return _orthogonal(shape, p, rng)
    values = free_entries(symbol, shape, p, rng)
    if "rows_sum_to_one" in facts:
        last = (1 - values[..., :-1].sum(axis=-1)) % p
        if any(pow(int(v), (p - 1) // 2, p) != 1 for v in np.asarray(last, dtype=object).flat):
            raise Redraw
        values[..., -1] = last
    return values


def _orthogonal(shape: tuple[int, ...], p: int, rng: Random) -> Any:
    """A product of n or n - 1 reflections: every orthogonal matrix is one, by Cartan and Dieudonné."""
    n = shape[-1]
    result = _identity(shape)
    for _ in range(n - rng.randrange(2)):
        v = _filled(shape[:-1], lambda: rng.randrange(p))
        lengths = (v * v).sum(axis=-1) % p
        if any(int(x) == 0 for x in np.asarray(lengths, dtype=object).flat):
            raise Redraw
        scales = np.vectorize(lambda x: 2 * pow(int(x), -1, p) % p, otypes=[object])(lengths)
        along = np.einsum("...ij,...j->...i", result, v) * scales[..., None] % p
        result = (result - along[..., :, None] * v[..., None, :]) % p
    return result


def _identity(shape: tuple[int, ...]) -> Any:
    return np.broadcast_to(np.array(np.eye(shape[-1], dtype=int), dtype=object), shape).copy()


def _filled(shape: tuple[int, ...], draw: Any) -> Any:
    result = np.empty(shape, dtype=object)
    for place in np.ndindex(*shape):
        result[place] = draw()
    return result
