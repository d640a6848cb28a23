"""Where a density lives, and sums and integrals over it by numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np

from symml.calculus.moments.laws import Law
from symml.calculus.numeric import approximate
from symml.calculus.sampling import Point
from symml.errors import SymmlError
from symml.expr.arithmetic import lift
from symml.expr.nodes import Expr, Symbol

_MANY, _TINY = 4000, -60
_DIGITS, _WORKING, _DEGREE = 15, 40, 5
Number = Any


@dataclass(frozen=True)
class Support:
    """The values of a number: an interval, or whole numbers.

    Attributes:
        low: The lower end; ``None`` for minus infinity.
        high: The upper end; ``None`` for infinity.
        discrete: Whether the values are whole numbers.
        declared: Whether it was stated; the real line is a guess otherwise.
    """

    low: Expr | None
    high: Expr | None
    discrete: bool = False
    declared: bool = True

    def ends(self, point: Point) -> tuple[Number, Number]:
        """Both ends at a point of the parameters."""
        low = -mpmath.inf if self.low is None else number(self.low, point)
        high = mpmath.inf if self.high is None else number(self.high, point)
        return low, high

    def mean(
        self, weight: Callable[[Number], list[Number]], point: Point, breaks: Sequence[Number] = ()
    ) -> tuple[list[Number], Number]:
        """The sums or integrals of several functions at once, and an estimate of the error.

        Args:
            weight: The functions.
            point: The parameters.
            breaks: Where the functions have kinks.
        """
        low, high = self.ends(point)
        with mpmath.workdps(_DIGITS):
            if self.discrete:
                return _summed(weight, int(low), high), mpmath.mpf(10) ** (5 - _DIGITS)
            pieces = sorted({*_pieces(low, high), *(b for b in breaks if low < b < high)})
            known: dict[Number, list[Number]] = {}

            def entry(t: Number, k: int) -> Number:
                if t in (low, high):
                    return mpmath.mpf(0)  # rounded to an end of the support
                if t not in known:
                    known[t] = weight(t)
                return known[t][k]

            count = len(weight(_inside(low, high)))
            rows = [
                mpmath.quad(lambda t, k=k: entry(t, k), pieces, error=True, maxdegree=_DEGREE) for k in range(count)
            ]
            return [value for value, _ in rows], max(error for _, error in rows)


def _inside(low: Number, high: Number) -> Number:
    if mpmath.isinf(low) and mpmath.isinf(high):
        return mpmath.mpf("0.3")
    if mpmath.isinf(low):
        return high - 1
    return low + 1 if mpmath.isinf(high) else low + (high - low) / 3


def _pieces(low: Number, high: Number) -> list[Number]:
    """Break points, so that a peak near the middle is seen."""
    if mpmath.isinf(low) and mpmath.isinf(high):
        return [low, -4, -1, 0, 1, 4, high]
    if mpmath.isinf(high):
        return [low, low + mpmath.mpf("0.5"), low + 2, low + 8, high]
    return [low, (low + high) / 2, high]


def _summed(weight: Callable[[Number], list[Number]], low: int, high: Number) -> list[Number]:
    totals: list[Number] = []
    for k in _whole(low, high):
        row = weight(mpmath.mpf(k))
        totals = row if not totals else [a + b for a, b in zip(totals, row, strict=True)]
        if k > low + 20 and all(abs(v) < mpmath.mpf(2) ** _TINY for v in row):
            return totals
    if mpmath.isinf(high):
        raise SymmlError("the sum does not settle")
    return totals


def _whole(low: int, high: Number) -> Iterator[int]:
    last = low + _MANY if mpmath.isinf(high) else int(high)
    yield from range(low, min(last, low + _MANY) + 1)


def number(node: Expr, point: Point, digits: int = _WORKING) -> Number:
    """The value of a number at a point.

    Raises:
        SymmlError: It has none there.
    """
    value = np.asarray(approximate(node, point, digits), dtype=object).item()
    if value is None:
        raise SymmlError(f"{node} has no value at {point}")
    return value


def exact(value: Number) -> Fraction:
    """A number of mpmath as a fraction."""
    value = mpmath.mpf(value)
    mantissa, exponent = value.man_exp
    size = Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
    return -size if value < 0 and mantissa > 0 else size


def support_of(value: Symbol, law: Law | None) -> Support | None:
    """What the law or the declared domain says; ``None`` for arrays."""
    if value.shape:
        return None
    if law is not None and law.distribution is not None:
        low, high = law.distribution.support(*law.parameters)
        return Support(end_of(low), end_of(high), law.distribution.discrete)
    facts = value.domain.facts
    if "binary" in facts:
        return Support(end_of(0), end_of(1), discrete=True)
    if "integer" in facts:
        return Support(end_of(0), None, discrete=True) if "nonnegative" in facts else None
    if "unit" in facts or "probability" in facts:
        return Support(end_of(0), end_of(1))
    if "nonnegative" in facts:
        return Support(end_of(0), None)
    return Support(None, None, declared=False)


def end_of(value: object) -> Expr | None:
    """An end as an expression; ``None`` for the infinite ones."""
    return None if isinstance(value, float) else lift(value)
