"""Points in the cells between the numbers that a claim names: its branches may meet in one small cell only.

``where(2*(x + 1) > where(y < 2, 1, 0), 1, 0)`` with 3 in the place of 2 differs where y lies between 2 and 3 and x just
above -1. Entries are drawn from the numbers in the claim, their negatives, the middles between them, and beyond.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from random import Random
from time import process_time
from typing import Any

import numpy as np

from symml.calculus.sampling import Point, draw, is_continuous, is_inside, size_draws
from symml.expr.nodes import Constant, Contract, Expr, Symbol
from symml.expr.walk import size_names, symbols, topological
from symml.proof.refute import may_differ

_DRAWS = 600
_SECONDS = 0.6
_MOST, _LARGEST = 12, 1000
_WIDER = (Fraction(1, 7), Fraction(-1, 7))


def cell_points(left: Expr, right: Expr, relation: str) -> Iterator[Point]:
    """Points at which floats leave it open that the sides differ; within a short time."""
    roots = (left, right)
    wanted, names = symbols(*roots), size_names(*roots)
    entries = {s: _entries(s, numbers_in(roots)) for s in wanted if is_continuous(s)}
    if not entries:
        return
    end = process_time() + _SECONDS
    for k in range(_DRAWS):
        if process_time() > end:
            return
        rng = Random(f"cells {k}")
        point = draw(wanted, size_draws(names, 1, k)[0], rng, roots)
        values = {s: _drawn(v, entries[s], rng) if entries.get(s) else v for s, v in point.values.items()}
        moved = Point(point.sizes, values)
        if may_differ(left, right, moved, relation):
            yield moved


def numbers_in(roots: Sequence[Expr]) -> list[Fraction]:
    """The numbers that a claim names, with zero and their negatives, in order."""
    found = {Fraction(0), Fraction(1)}
    for node in topological(*roots):
        value = node.value if isinstance(node, Constant) else node.coef if isinstance(node, Contract) else None
        if isinstance(value, Fraction) and abs(value) <= _LARGEST and len(found) < _MOST:
            found |= {value, 1 / value} if value else set()
    return sorted(found | {-value for value in found})


def _entries(symbol: Symbol, numbers: Sequence[Fraction]) -> list[Fraction]:
    """Numbers, the middles between them, what lies beyond, and what lies just beside, as far as the domain has them."""
    middles = [(a + b) / 2 for a, b in pairwise(numbers)]
    beyond = [2 * numbers[0] - 1, 2 * numbers[-1] + 1]
    beside = [value + step for value in numbers for step in _WIDER]
    return [value for value in (*numbers, *middles, *beyond, *beside) if is_inside(symbol, value)]


def _drawn(value: Any, entries: Sequence[Fraction], rng: Random) -> Any:
    drawn = np.vectorize(lambda _: rng.choice(entries), otypes=[object])(value)
    return np.array(drawn, dtype=object).reshape(np.shape(value))
