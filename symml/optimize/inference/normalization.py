"""Whether a family integrates to one and its derivatives are its moments, by numbers at one point of the parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random

import mpmath
import numpy as np

from symml.calculus.differentiate import derivative
from symml.calculus.moments.support import Number, Support, exact, number
from symml.calculus.sampling import Point, draw
from symml.calculus.simplify import simplify
from symml.errors import SymmlError
from symml.expr import functions
from symml.expr.arithmetic import is_zero
from symml.expr.nodes import ZERO, Apply, Expr, Symbol
from symml.expr.walk import size_names, substitute, symbols, topological

_TRIES, _AGREE = 4, 9


@dataclass(frozen=True)
class Normalization:
    """What numbers say of a density.

    Attributes:
        point: The parameters at which it was integrated.
        total: Its integral or sum.
        agree: Whether the mean and the variance of every statistic are those that were derived.
    """

    point: Point
    total: float
    error: float
    agree: bool

    @property
    def is_one(self) -> bool:
        """Whether the density integrates to one, to about nine digits."""
        return abs(self.total - 1) < 10.0**-_AGREE

    @property
    def is_not_one(self) -> bool:
        """Whether it surely does not."""
        return abs(self.total - 1) > max(1000 * self.error, 1e-4)


def normalization(
    log_density: Expr, value: Symbol, support: Support, rows: Sequence[tuple[Expr, Expr | None, Expr | None]]
) -> Normalization | None:
    """Integrates the density at a random point of the parameters; ``None`` where that does not work.

    Args:
        log_density: The logarithm of the density of the number ``value``.
        value: The number.
        support: Where it lives.
        rows: For each statistic, itself, its derived mean and its derived variance.
    """
    wanted = [s for s in symbols(log_density, *(e for row in rows for e in row if e is not None)) if s is not value]
    sizes = dict.fromkeys(size_names(log_density), 3)
    rng = Random(5)
    for _ in range(_TRIES):
        point = _with_whole_ends(draw(wanted, sizes, rng), support)
        try:
            return _at(log_density, value, support, rows, point)
        except (SymmlError, ValueError, ArithmeticError, TypeError):
            continue
    return None


def _with_whole_ends(point: Point, support: Support) -> Point:
    """The point with whole numbers for the symbols of the last of finitely many values."""
    ends = symbols(support.high) if support.discrete and support.high is not None else []
    values = {s: np.array(Fraction(2 + k), dtype=object) for k, s in enumerate(ends) if not s.shape}
    return Point(point.sizes, {**point.values, **values})


def _at(
    log_density: Expr,
    value: Symbol,
    support: Support,
    rows: Sequence[tuple[Expr, Expr | None, Expr | None]],
    point: Point,
) -> Normalization:
    def weight(t: Number) -> list[Number]:
        at = point.replaced(value, np.array(exact(t), dtype=object))
        density = mpmath.exp(number(log_density, at))
        found = [density]
        for statistic, _, _ in rows:
            own = number(statistic, at)
            found += [density * own, density * own**2]
        return found

    kinks = [number(kink, point) for kink in _kinks(log_density, value)]
    (total, *rest), error = support.mean(weight, point, kinks)
    agree = True
    for k, (_, mean, variance) in enumerate(rows):
        first, second = rest[2 * k], rest[2 * k + 1]
        agree &= mean is None or _close(first, number(mean, point))
        agree &= variance is None or _close(second - first**2, number(variance, point))
    return Normalization(point, float(total), float(error), agree)


def _kinks(log_density: Expr, value: Symbol) -> list[Expr]:
    """Where absolute values of lines in the value have their kink."""
    found = []
    for node in topological(log_density):
        if isinstance(node, Apply) and node.function is functions.abs and value in symbols(node):
            slope = simplify(derivative(node.args[0], value))
            if value not in symbols(slope) and not is_zero(slope):
                found.append(simplify(-substitute(node.args[0], {value: ZERO}) / slope))
    return found


def _close(a: Number, b: Number) -> bool:
    return bool(abs(a - b) <= mpmath.mpf(10) ** -_AGREE * max(1, abs(b)))
