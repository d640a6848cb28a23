"""Refutation and certification by rigorous enclosures at exact points of the declared domains."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Any

import flint
import mpmath
import numpy as np

from symml.calculus.floating import FloatPoint
from symml.calculus.numeric import enclose, enclose_all, evaluate
from symml.calculus.sampling import Point, draw, is_continuous, is_inside, points, simpler_entries
from symml.errors import NotEvaluable
from symml.expr.nodes import Expr, Symbol
from symml.expr.walk import symbols
from symml.proof.verdict import Counterexample

_BITS, _FLOATS_AGREE = 192, 1e-11
_SHOWN_DIGITS = 8
_READABLE = 100
_DENOMINATORS = (1, 2, 3, 10, 100)


@dataclass(frozen=True)
class Comparison:
    """What one point says: the sides differ at ``place``, agree to ``digits``, or one of them has no value."""

    outcome: str
    place: tuple[int, ...] = ()
    digits: float = 0.0


def compare(a: Expr, b: Expr, point: Point, relation: str = "==", bits: int = _BITS) -> Comparison:
    """Compares two sides at a point by enclosures."""
    try:
        left, right = enclose_all([a, b], point, bits)
    except NotEvaluable:
        return Comparison("undecided")
    missing = [k for k, side in enumerate((left, right)) if any(v is None for v in side.flat)]
    if missing:
        return Comparison(("left undefined", "right undefined")[missing[0]] if len(missing) == 1 else "both undefined")
    digits = 1e9
    for place in np.ndindex(*left.shape):
        outcome, own = _entry(left[place], right[place], relation)
        if outcome == "differs":
            return Comparison("differs", place)
        digits = min(digits, own)
    return Comparison("agrees", digits=digits)


def may_differ(a: Expr, b: Expr, point: Point, relation: str = "==") -> bool:
    """Whether floats leave it open that the sides differ: enclosures cost much more, and some points are many."""
    if relation != "==":
        return True
    at = FloatPoint(point)
    try:
        left, right = at.value(a), at.value(b)
    except (NotEvaluable, ArithmeticError):
        return True
    return bool(np.any(np.abs(left - right) > _FLOATS_AGREE * np.maximum(np.abs(left), np.abs(right))))


def _entry(x: Any, y: Any, relation: str) -> tuple[str, float]:
    """Whether two enclosures exclude the relation, else to how many digits they agree."""
    difference = x - y
    if isinstance(difference, flint.fmpq):
        broken = {"==": difference != 0, "<=": difference > 0, ">=": difference < 0}[relation]
        return ("differs", 0.0) if broken else ("agrees", 1e9)
    broken = {"==": bool(difference != 0), "<=": bool(difference > 0), ">=": bool(difference < 0)}[relation]
    if broken:
        return "differs", 0.0
    if relation != "==":
        return "agrees", 1e9
    scale = float(abs(flint.arb(x).mid())) + 1e-300
    radius = float(difference.rad()) + float(abs(difference.mid()))
    return "agrees", 1e9 if radius == 0 else float(-np.log10(max(radius / max(scale, 1e-30), 1e-300)))


def surely_at_most(a: Expr, b: Expr) -> bool:
    """Whether enclosures of two arrays of numbers, without symbols, show that ``a <= b``."""
    try:
        left, right = (enclose(side, Point({}, {}), _BITS) for side in (a, b))
    except NotEvaluable:
        return False
    pairs = zip(left.flat, right.flat, strict=True)
    return all(x is not None and y is not None and bool(x - y <= 0) for x, y in pairs)


def search(
    a: Expr, b: Expr, relation: str = "==", *, count: int = 12, shapes: int = 3, seed: int = 0
) -> Iterator[tuple[Point, Comparison]]:
    """Compares the sides at point after point."""
    for point in points([a, b], count=count, shapes=shapes, seed=seed):
        yield point, compare(a, b, point, relation)


def shrink(
    a: Expr, b: Expr, point: Point, relation: str = "==", accept: Callable[[Point], bool] = lambda point: True
) -> Counterexample:
    """The counterexample with smaller sizes and simpler entries, as far as it still refutes and is accepted."""
    point = _smaller_sizes(a, b, point, relation, accept)
    for symbol in point.values:
        for place in np.ndindex(*np.shape(point.values[symbol])):
            present: Any = np.asarray(point.values[symbol], dtype=object)
            for entry in _candidates(symbol, present[place]):
                value = np.array(point.values[symbol], dtype=object)
                if value[place] == entry:
                    break
                value[place] = entry
                simpler = point.replaced(symbol, value)
                if compare(a, b, simpler, relation).outcome == "differs" and accept(simpler):
                    point = simpler
                    break
    return counterexample(a, b, _one_value(a, b, point, relation, accept), relation)


def _candidates(symbol: Symbol, entry: Fraction) -> Iterator[Fraction]:
    """Simpler entries of the domain, the simplest first."""
    yield from simpler_entries(symbol)
    if is_continuous(symbol) and Fraction(entry).denominator > _READABLE:
        yield from (near for k in _DENOMINATORS if is_inside(symbol, near := Fraction(entry).limit_denominator(k)))


def _one_value(a: Expr, b: Expr, point: Point, relation: str, accept: Callable[[Point], bool]) -> Point:
    """The point with one simple value everywhere, where ties keep its own entries from being simple."""
    plain = [symbol for symbol in point.values if simpler_entries(symbol)]
    if all(Fraction(v).denominator == 1 for s in plain for v in np.asarray(point.values[s], dtype=object).flat):
        return point
    for entry in simpler_entries(plain[0]) if len(plain) > 1 else ():
        if all(entry in simpler_entries(symbol) for symbol in plain):
            same = {symbol: np.full(np.shape(point.values[symbol]), entry, dtype=object) for symbol in plain}
            simpler = Point(point.sizes, {**point.values, **same})
            if compare(a, b, simpler, relation).outcome == "differs" and accept(simpler):
                return simpler
    return point


def _smaller_sizes(a: Expr, b: Expr, point: Point, relation: str, accept: Callable[[Point], bool]) -> Point:
    wanted = symbols(a, b)
    for total in range(1, sum(point.sizes.values())):
        for sizes in _splits(list(point.sizes), total):
            for seed in (0, 1):
                smaller = draw(wanted, sizes, Random(seed), [a, b])
                if compare(a, b, smaller, relation).outcome == "differs" and accept(smaller):
                    return smaller
        if total > len(point.sizes) + 3:
            break
    return point


def _splits(names: Sequence[str], total: int) -> Iterator[dict[str, int]]:
    """Ways to give each name at least one, summing to ``total``."""
    if not names:
        return
    if len(names) == 1:
        yield {names[0]: total}
        return
    for first in range(1, total - len(names) + 2):
        for rest in _splits(names[1:], total - first):
            yield {names[0]: first, **rest}


def counterexample(a: Expr, b: Expr, point: Point, relation: str = "==") -> Counterexample:
    """The point with both values at the entry where the sides differ."""
    place = compare(a, b, point, relation).place
    left, right = (_shown(side, point, place) for side in (a, b))
    return Counterexample(point, place, left, right)


def _shown(side: Expr, point: Point, place: tuple[int, ...]) -> str:
    value = enclose(side, point, _BITS)[place]
    if isinstance(value, flint.fmpq):
        exact = Fraction(int(value.p), int(value.q))
        return str(exact) if len(str(exact)) <= 24 else str(float(exact))
    try:
        with mpmath.workdps(40):
            return str(mpmath.nstr(evaluate(side, point, 30)[place], _SHOWN_DIGITS)).removesuffix(".0")
    except NotEvaluable:
        return str(value.mid().str(_SHOWN_DIGITS, radius=False))
