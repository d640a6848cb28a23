"""Sums of products over indices, on exact numbers: what is zero is left out, and two factors at a time are joined.

Shifts, slices, one-hot labels and unit vectors are mostly zeros, and code that loops over rows is full of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np

from symml.calculus.scalars import Field

Axes = tuple[int, ...]
# A factor: its indices, and its entries that are not zero by place.
Factor = tuple[Axes, dict[tuple[int, ...], Any]]


def summed_product(
    field: Field, arrays: Sequence[tuple[Any, Axes]], lengths: Sequence[int], rank: int, coef: Any
) -> Any:
    """The sum over all indices from ``rank`` on of a product of entries, for each place of the first indices.

    Args:
        field: How numbers are added and multiplied.
        arrays: Object arrays without missing values, each with the index of each of its axes.
        lengths: The length of each index.
        rank: How many indices the result has.
        coef: What each sum is multiplied by; ``None`` for one.
    """
    factors = [_factor(array, axes) for array, axes in arrays]
    while len(factors) > 1:
        first, second = min(combinations(factors, 2), key=_cost)
        factors = [factor for factor in factors if factor is not first and factor is not second]
        needed = {*range(rank), *(index for axes, _ in factors for index in axes)}
        factors.append(_summed(field, _joined(field, first, second), needed))
    axes, entries = _summed(field, factors[0], set(range(rank)))
    carried = {index for _, own in arrays for index in own}
    times = int(np.prod([n for index, n in enumerate(lengths) if index >= rank and index not in carried]))
    scale = coef if times == 1 else field.multiply(field.number(times), field.number(1) if coef is None else coef)
    return _spread(field, axes, entries, tuple(lengths[:rank]), scale)


def _factor(array: Any, axes: Axes) -> Factor:
    """The entries of an array that are not zero; of an index that stands twice only the diagonal."""
    own = tuple(dict.fromkeys(axes))
    if len(own) == len(axes):
        return own, {place: value for place, value in np.ndenumerate(array) if value != 0}
    entries = {}
    for place, value in np.ndenumerate(array):
        at = dict(zip(axes, place, strict=True))
        if value != 0 and all(at[index] == i for index, i in zip(axes, place, strict=True)):
            entries[tuple([at[index] for index in own])] = value
    return own, entries


def _cost(pair: tuple[Factor, Factor]) -> tuple[bool, int]:
    (first, left), (second, right) = pair
    return not set(first) & set(second), len(left) * len(right)


def _joined(field: Field, first: Factor, second: Factor) -> Factor:
    """The product of two factors, over the indices of both."""
    (axes, entries), (others, table) = first, second
    shared = [index for index in axes if index in others]
    extra = [k for k, index in enumerate(others) if index not in axes]
    mine, theirs = [axes.index(index) for index in shared], [others.index(index) for index in shared]
    rows: dict[tuple[int, ...], list[tuple[tuple[int, ...], Any]]] = {}
    for place, value in table.items():
        key = tuple([place[k] for k in theirs])
        rows.setdefault(key, []).append((tuple([place[k] for k in extra]), value))
    joined = {}
    for place, value in entries.items():
        for rest, other in rows.get(tuple([place[k] for k in mine]), ()):
            joined[place + rest] = _times(field, value, other)
    return axes + tuple([others[k] for k in extra]), joined


def _times(field: Field, a: Any, b: Any) -> Any:
    """The product; what is only copied stays the same object."""
    return b if a == 1 else a if b == 1 else field.multiply(a, b)


def _summed(field: Field, factor: Factor, needed: set[int]) -> Factor:
    """The sum over the indices that are not needed any more."""
    axes, entries = factor
    kept = [k for k, index in enumerate(axes) if index in needed]
    if len(kept) == len(axes):
        return factor
    totals: dict[tuple[int, ...], Any] = {}
    for place, value in entries.items():
        key = tuple([place[k] for k in kept])
        totals[key] = field.add(totals[key], value) if key in totals else value
    return tuple([axes[k] for k in kept]), totals


def _spread(field: Field, axes: Axes, entries: dict[Any, Any], shape: tuple[int, ...], scale: Any) -> Any:
    """The entries in the shape of the result, along all indices."""
    zero = field.number(0)
    scaled = {place: value if scale is None else _times(field, scale, value) for place, value in entries.items()}
    result = np.empty(shape, dtype=object)
    for at in np.ndindex(*shape):
        result[at] = scaled.get(tuple([at[index] for index in axes]), zero)
    return result
