"""The measured error of a kernel: against the exact expression, at points of the declared domains."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING, Any

import mpmath
import numpy as np

from symml.calculus.numeric import evaluate
from symml.calculus.sampling import Point, as_array, draw, label_depths, size_draws
from symml.errors import SymmlError
from symml.expr.nodes import Expr, Symbol
from symml.expr.walk import size_names, symbols

if TYPE_CHECKING:
    from symml.kernels.kernel import Kernel

_FREE = ("real", "nonzero", "positive", "nonnegative", "unit")
_EXPONENTS = (-30, 30)
_NUDGE = Fraction(1, 2**40)
_TINY = 2.0**-1000


@dataclass(frozen=True)
class Error:
    """How far a kernel's values are from the exact ones.

    Attributes:
        ulp: The largest error of an entry in units in its last place.
        excess: The same divided by the condition number of the entry where that exceeds one: what is left is the
            kernel's own doing, the rest is lost with the rounding of any input.
        bits: The mean number of wrong bits.
        lost: The share of entries with a relative error over 1e-3, or not finite where the exact value is.
        entries: How many entries were compared.
        domain: Where the inputs were drawn.
    """

    ulp: float
    excess: float
    bits: float
    lost: float
    entries: int
    domain: str

    def __str__(self) -> str:
        lost = f"; {100 * self.lost:.2g} % lost" if self.lost else ""
        own = f" ({self.excess:.2g} beside the condition number)" if self.ulp > 4 else ""
        where = f"{self.entries} entries, {self.domain}"
        return f"{self.ulp:.2g} ulp at most{own}, {self.bits:.2f} bits on average{lost}; {where}"


def measure(kernel: Kernel, *, count: int = 40, seed: int = 0) -> Error:
    """The kernel's error at random points.

    Half of the points lie in the working range of the declared domains; in the other half free scalars and arrays
    have magnitudes from 2^-30 to 2^30.

    Raises:
        SymmlError: No point has a value.
    """
    ulps, excesses, lost = [], [], 0
    for point in _points(kernel.expressions, count, seed):
        for got, exact, condition in _compared(kernel, point):
            error = _ulps(got, exact)
            lost += not math.isfinite(got) or error * np.spacing(abs(float(exact))) > 1e-3 * abs(exact)
            ulps.append(error)
            excesses.append(error / max(1.0, condition))
    if not ulps:
        raise SymmlError("no point of the domain has a value that can be computed exactly", cure="check the domains")
    bits = float(np.mean([min(64.0, math.log2(1 + u)) for u in ulps]))
    named = sorted({f"{s.name} {s.domain.name}" for s in symbols(*kernel.expressions)})
    return Error(max(ulps), max(excesses), bits, lost / len(ulps), len(ulps), "; ".join(named) or "no arguments")


def _points(roots: Sequence[Expr], count: int, seed: int) -> Iterator[Point]:
    """Points whose entries are floats."""
    wanted, rng = symbols(*roots), Random(seed)
    for k, sizes in enumerate(size_draws(size_names(*roots), count, seed)):
        sizes = {name: min(length, 4) for name, length in sizes.items()} if len(sizes) < 3 else sizes
        point = draw(wanted, sizes, rng, roots)
        labels = label_depths(roots, sizes)
        for symbol, value in point.values.items():
            wide = k % 2 == 1 and symbol.domain.name in _FREE and symbol not in labels
            entries = [_entry(entry, symbol, wide, rng) for entry in np.asarray(value, dtype=object).flat]
            point = point.replaced(symbol, as_array(entries, np.shape(value)))
        yield point


def _entry(value: Any, symbol: Symbol, wide: bool, rng: Random) -> Fraction:
    if not wide:
        return Fraction(float(value))
    size = Fraction(math.ldexp(1 + rng.random(), rng.randint(*_EXPONENTS)))
    if symbol.domain.name == "unit":
        return Fraction(float(size / (1 + size)) or 0.5) if size < 2**20 else Fraction(1) - Fraction(1, 2**40)
    return -size if value < 0 else size


def _compared(kernel: Kernel, point: Point) -> Iterator[tuple[float, Any, float]]:
    """The kernel's entries, the exact ones and their condition numbers."""
    given: dict[str, Any] = {kernel.argument_of(s): np.asarray(v, dtype=float) for s, v in point.values.items()}
    given |= {name: point.sizes[name] for name in kernel.arguments if name not in kernel.shapes}
    with np.errstate(all="ignore"):
        found = kernel(**given)
    found = found if isinstance(found, tuple) else (found,)
    nudged = _nudged(point)
    for root, values in zip(kernel.expressions, found, strict=True):
        try:
            exact, moved = (evaluate(root, at, digits=30).flat for at in (point, nudged))
        except (SymmlError, OverflowError, MemoryError):
            continue
        for got, truth, other in zip(np.asarray(values).flat, exact, moved, strict=True):
            if abs(truth) > _TINY and abs(truth) < 1 / mpmath.mpf(_TINY):
                yield float(got), truth, float(abs(other - truth) / abs(truth) / mpmath.mpf(_NUDGE.denominator) ** -1)


def _nudged(point: Point) -> Point:
    """The point with every entry a little further from zero or nearer to it."""
    rng, moved = Random(1), point
    for symbol, value in point.values.items():
        if symbol.domain.name in _FREE:
            entries = [e * (1 + rng.choice((-1, 1)) * _NUDGE) for e in np.asarray(value, dtype=object).flat]
            moved = moved.replaced(symbol, as_array(entries, np.shape(value)))
    return moved


def _ulps(got: float, exact: Any) -> float:
    if not math.isfinite(got):
        return 2.0**64
    return float(abs(mpmath.mpf(got) - exact) / mpmath.mpf(float(np.spacing(abs(float(exact))))))
