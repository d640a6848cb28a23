"""Points at which claims are tried: exact rational values from the declared domains, special ones first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np

from symml.expr.dims import dim_value, show_sizes
from symml.expr.domains import special_points
from symml.expr.nodes import Expr, OneHot, Symbol
from symml.expr.walk import size_names, symbols, topological

_LENGTHS = (2, 3, 4, 5, 6, 7, 8, 9)
_INSIDE: dict[str, Callable[[Fraction], bool]] = {
    "real": lambda t: True,
    "nonzero": lambda t: t != 0,
    "positive": lambda t: t > 0,
    "nonnegative": lambda t: t >= 0,
    "unit": lambda t: 0 < t < 1,
    "probability": lambda t: 0 <= t <= 1,
}


@dataclass(frozen=True)
class Point:
    """A value for every size and every symbol.

    Attributes:
        sizes: Named sizes.
        values: For each symbol an object array of fractions in the symbol's shape.
    """

    sizes: dict[str, int]
    values: dict[Symbol, Any]

    def __str__(self) -> str:
        parts = [show_sizes(self.sizes)] if self.sizes else []
        parts += [f"{symbol.name} = {show_array(value)}" for symbol, value in self.values.items()]
        return ", ".join(parts)

    def replaced(self, symbol: Symbol, value: Any) -> Point:
        """The point with another value for one symbol."""
        return Point(self.sizes, {**self.values, symbol: value})

    def to_json(self) -> dict[str, Any]:
        """The point as plain data; fractions as text."""
        values = {symbol.name: _nested(value) for symbol, value in self.values.items()}
        return {"sizes": dict(self.sizes), "values": values}


def show_array(value: Any) -> str:
    """An array of fractions on one line."""
    array = np.asarray(value, dtype=object)
    return str(_nested(array)).replace("'", "") if array.ndim else str(array.item())


def _nested(value: Any) -> Any:
    array = np.asarray(value, dtype=object)
    return [_nested(row) for row in array] if array.ndim else str(array.item())


def size_draws(names: Sequence[str], count: int, seed: int = 0) -> list[dict[str, int]]:
    """Sizes that are pairwise distinct, so that a transpose or a wrong axis cannot hide."""
    rng = Random(seed)
    draws = [dict(zip(names, _LENGTHS, strict=False))] if len(names) <= len(_LENGTHS) else []
    while len(draws) < count:
        pool = list(_LENGTHS[: max(4, len(names))]) if len(names) <= len(_LENGTHS) else list(range(2, len(names) + 2))
        rng.shuffle(pool)
        draws.append(dict(zip(names, pool, strict=False)))
    return draws[:count]


def draw(wanted: Sequence[Symbol], sizes: dict[str, int], rng: Random, roots: Sequence[Expr] = ()) -> Point:
    """A random point of the declared domains."""
    depths = label_depths(roots, sizes)
    values = {}
    for symbol in wanted:
        shape = tuple(dim_value(dim, sizes) for dim in symbol.shape)
        if symbol in depths:
            entries = [Fraction(rng.randrange(depths[symbol])) for _ in range(int(np.prod(shape)))]
        else:
            entries = symbol.domain.sample(rng, shape)
        values[symbol] = as_array(entries, shape)
    return Point(sizes, values)


def as_array(entries: Sequence[Fraction], shape: tuple[int, ...]) -> Any:
    """Entries in row-major order as an object array."""
    array = np.empty(len(entries), dtype=object)
    array[:] = list(entries)
    return array.reshape(shape)


def label_depths(roots: Sequence[Expr], sizes: dict[str, int]) -> dict[Symbol, int]:
    """For each symbol that labels one-hot rows, the number of labels."""
    found: dict[Symbol, int] = {}
    for node in topological(*roots):
        if isinstance(node, OneHot) and isinstance(node.args[0], Symbol):
            depth = dim_value(node.shape[-1], sizes)
            found[node.args[0]] = min(depth, found.get(node.args[0], depth))
    return found


def points(roots: Sequence[Expr], *, count: int, shapes: int = 3, seed: int = 0) -> Iterator[Point]:
    """Points for the symbols of ``roots``: random and special ones in turn, at several draws of the sizes.

    Args:
        roots: The expressions whose symbols get values.
        count: How many points at each draw of the sizes.
        shapes: How many draws of the sizes; one when no dim is symbolic.
        seed: Fixes the draws.
    """
    wanted = symbols(*roots)
    names = size_names(*roots)
    rng = Random(seed)
    for sizes in size_draws(names, shapes if names else 1, seed):
        special = _special_points(wanted, sizes, rng, roots)
        for k in range(count):
            point = next(special, None) if k % 2 else None
            yield draw(wanted, sizes, rng, roots) if point is None else point


def generic_points(roots: Sequence[Expr], *, count: int, seed: int = 11) -> Iterator[Point]:
    """Random points only: no entry is special, so continuous values do not tie."""
    wanted, rng = symbols(*roots), Random(seed)
    for sizes in size_draws(size_names(*roots), count, seed):
        yield draw(wanted, sizes, rng, roots)


def _special_points(
    wanted: Sequence[Symbol], sizes: dict[str, int], rng: Random, roots: Sequence[Expr]
) -> Iterator[Point]:
    """Symbols of finitely many values at theirs together; then one symbol after the other, the rest random."""
    shapes = {symbol: tuple(dim_value(dim, sizes) for dim in symbol.shape) for symbol in wanted}
    finite = [symbol for symbol in wanted if symbol.domain.facts & {"binary", "sign"} and symbol.domain.special]
    for k in (1, 0) if len(finite) > 1 else ():
        point = draw(wanted, sizes, rng, roots)
        for symbol in finite:
            entry = symbol.domain.special[k]
            point = point.replaced(symbol, as_array([entry] * int(np.prod(shapes[symbol])), shapes[symbol]))
        yield point
    for symbol in wanted:
        for entries in special_points(symbol.domain, shapes[symbol], limit=4):
            yield draw(wanted, sizes, rng, roots).replaced(symbol, as_array(entries, shapes[symbol]))


def simpler_entries(symbol: Symbol) -> tuple[Fraction, ...]:
    """Entries that a reader would find simple, inside the symbol's domain."""
    return symbol.domain.special if is_continuous(symbol) else ()


def is_continuous(symbol: Symbol) -> bool:
    """Whether each entry ranges over an interval by itself."""
    return symbol.domain.name in _INSIDE


def is_inside(symbol: Symbol, entry: Fraction) -> bool:
    """Whether an entry of a continuous symbol may have this value."""
    return _INSIDE[symbol.domain.name](entry)


def nearby(point: Point, rng: Random, name: str = "") -> Point:
    """The point with every entry of the continuous symbols, or of one, moved a little, as far as its domain allows."""
    moved = {s: _moved(s, value, rng) if name in ("", s.name) else value for s, value in point.values.items()}
    return Point(point.sizes, moved)


def _moved(symbol: Symbol, value: Any, rng: Random) -> Any:
    if not is_continuous(symbol):
        return value
    moved = np.array(value, dtype=object)
    for place in np.ndindex(*moved.shape):
        near = moved[place] + Fraction(rng.randrange(-999, 1000), 10**9)
        if is_inside(symbol, near):
            moved[place] = near
    return moved
