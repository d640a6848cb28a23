"""Points at which a comparison ties, and points just to either side: where two branches meet, wrong claims hide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import islice
from random import Random
from typing import Any

import flint
import numpy as np

from symml.calculus.numeric import enclose
from symml.calculus.sampling import Point, draw, is_continuous, is_inside, size_draws
from symml.errors import NotEvaluable
from symml.expr.nodes import Apply, Contract, Expr, Power, Symbol
from symml.expr.walk import size_names, symbols

_STEPS = (Fraction(1, 97), Fraction(-1, 97), Fraction(1, 5000), Fraction(-1, 5000))
_SCALES = (Fraction(1), Fraction(5), Fraction(1, 4))
_WIDE = ("real", "nonzero", "positive", "nonnegative")
_BUDGET = 36
_LEAST = 4
_MOST_DECIDERS = 12
_ROUNDS = 6
_LARGEST_DENOMINATOR = 10**9
_ZERO_AT_ZERO = frozenset({"abs", "tanh", "arctan", "expm1", "log1p", "sinh", "arcsinh", "erf", "arctanh", "arcsin"})
_STARTS = (Fraction(0), Fraction(1), Fraction(5, 3))


def tie_points(deciders: Sequence[Expr], roots: Sequence[Expr]) -> Iterator[Point]:
    """Points on and beside the zeros of each decider.

    A decider is zero at an exact rational point wherever it is a quotient of linear functions of one entry, piece by
    piece. Elsewhere only the two sides of the zero are met.

    Args:
        deciders: Expressions whose sign decides between branches.
        roots: The expressions whose symbols get values.
    """
    names, wanted = size_names(*roots), symbols(*roots)
    each = max(_LEAST, _BUDGET // max(1, len(deciders)))
    for k, decider in enumerate(map(_with_the_same_zeros, deciders[:_MOST_DECIDERS])):
        movable = [symbol for symbol in symbols(decider) if is_continuous(symbol)]
        for round_ in range(each if movable else 0):
            rng = Random(f"{k} {round_}")
            sizes = size_draws(names, 1, round_)[0]
            base = _scaled(draw(wanted, sizes, rng, roots), _SCALES[round_ % len(_SCALES)])
            symbol = movable[round_ % len(movable)]
            yield from islice(_around_zero(decider, base, symbol, rng), 1 + len(_STEPS))


def _scaled(point: Point, factor: Fraction) -> Point:
    """The point with entries of wide domains farther out or closer in."""
    values = {s: np.asarray(v * factor, dtype=object) if s.domain.name in _WIDE else v for s, v in point.values.items()}
    return Point(point.sizes, values)


def _with_the_same_zeros(decider: Expr) -> Expr:
    """A simpler expression that is zero at the same points."""
    while True:
        rooted = isinstance(decider, Power) and decider.exponent > 0
        odd = isinstance(decider, Apply) and decider.function.name in _ZERO_AT_ZERO
        scaled = isinstance(decider, Contract) and decider.subs == (tuple(range(len(decider.shape))),)
        if not (rooted or odd or scaled):
            return decider
        decider = decider.args[0]


def _around_zero(decider: Expr, base: Point, symbol: Symbol, rng: Random) -> Iterator[Point]:
    """The point moved along one entry of one symbol to where one entry of the decider is zero."""
    line = _Line(decider, base, symbol, rng)
    zero = line.zero()
    if zero is None:
        return
    for t in (zero, *(zero + step for step in _STEPS)):
        if is_inside(symbol, t):
            yield line.at(t)


class _Line:
    """A point with one entry free, and one entry of the decider as its function."""

    def __init__(self, decider: Expr, base: Point, symbol: Symbol, rng: Random) -> None:
        self.decider, self.base, self.symbol = decider, base, symbol
        values = base.values[symbol]
        places = list(np.ndindex(*np.shape(values)))
        self.place = rng.choice(places) if places else ()
        self.output: int | None = None

    def at(self, t: Fraction) -> Point:
        """The point whose free entry is ``t``."""
        value = np.array(self.base.values[self.symbol], dtype=object)
        value[self.place] = t
        return self.base.replaced(self.symbol, value)

    def height(self, t: Fraction) -> Fraction | None:
        """The decider's entry there: exact where it is rational, else the middle of its enclosure."""
        if not is_inside(self.symbol, t):
            return None
        try:
            found = np.asarray(enclose(self.decider, self.at(t)), dtype=object).reshape(-1)
        except NotEvaluable:
            return None
        if self.output is None:
            return None
        return _middle(found[self.output])

    def zero(self) -> Fraction | None:
        """A zero of the entry, by fitting a quotient of linear functions through the last three values."""
        start = Fraction(self.base.values[self.symbol][self.place])
        tries = [start, *(start + step for step in _STARTS[1:])]
        if not self._choose_output(tries[:2]):
            return None
        known = [(t, h) for t in tries if (h := self.height(t)) is not None]
        for _ in range(_ROUNDS):
            exact = [t for t, h in known if h == 0]
            if exact or len(known) < len(_STARTS):
                return exact[0] if exact else None
            t = _moebius_zero(known[-3:])
            if t is None:
                return None
            t = t if t.denominator < _LARGEST_DENOMINATOR else t.limit_denominator(_LARGEST_DENOMINATOR)
            height = self.height(t)
            if height is None or any(t == other for other, _ in known):
                return t if height is not None else None
            known.append((t, height))
        return known[-1][0]

    def _choose_output(self, tries: Sequence[Fraction]) -> bool:
        """Picks an entry of the decider that moves with the free entry."""
        try:
            before, after = (np.asarray(enclose(self.decider, self.at(t)), dtype=object).reshape(-1) for t in tries)
        except (NotEvaluable, ValueError):
            return False
        for k, (x, y) in enumerate(zip(before, after, strict=True)):
            if x is not None and y is not None and bool(x - y != 0):
                self.output = k
                return True
        return False


def _middle(value: Any) -> Fraction | None:
    if value is None:
        return None
    if isinstance(value, flint.fmpq):
        return Fraction(int(value.p), int(value.q))
    middle = float(value.mid())
    return Fraction(middle) if np.isfinite(middle) else None


def _moebius_zero(known: Sequence[tuple[Fraction, Fraction]]) -> Fraction | None:
    """Where the quotient of linear functions through three points is zero: cross-ratios are kept."""
    (t0, h0), (t1, h1), (t2, h2) = known
    if h0 == h1 or t0 == t2 or h2 == 0:
        return None
    ratio = (h1 * (h0 - h2)) / (h2 * (h0 - h1)) * (t0 - t1) / (t0 - t2)
    return None if ratio == 1 else (t1 - ratio * t2) / (1 - ratio)
