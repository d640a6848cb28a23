"""Which branches the points have visited: a certificate needs each comparison to have gone both ways."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random

import flint
import numpy as np

from symml.calculus.numeric import enclose
from symml.calculus.sampling import Point, draw, size_draws
from symml.errors import NotEvaluable
from symml.expr.nodes import Apply, Expr
from symml.expr.walk import size_names, symbols, topological

_SCALES = (Fraction(10), Fraction(1, 10), Fraction(100), Fraction(1, 100), Fraction(1000), Fraction(1, 1000))
_WIDE = ("real", "nonzero", "positive", "nonnegative")
_TRIES = 4


class Coverage:
    """The signs that each deciding expression has taken."""

    def __init__(self, a: Expr, b: Expr) -> None:
        self.roots = [a, b]
        self.seen: dict[Expr, set[int]] = {expr: set() for expr in deciders(a, b)}

    def visit(self, point: Point) -> None:
        """Notes the signs at a point."""
        for expr, seen in self.seen.items():
            if len(seen) < 2:
                seen |= _signs(expr, point)

    @property
    def missing(self) -> list[Expr]:
        """The expressions that have kept one sign."""
        return [expr for expr, seen in self.seen.items() if len(seen) < 2]

    def wider_points(self) -> Iterator[Point]:
        """Points farther out and closer in than usual, to meet rare branches."""
        wanted, names = symbols(*self.roots), size_names(*self.roots)
        for k, scale in enumerate(_SCALES * _TRIES):
            sizes = size_draws(names, 1, k)[0]
            point = draw(wanted, sizes, Random(k), self.roots)
            values = {s: v * scale if s.domain.name in _WIDE else v for s, v in point.values.items()}
            yield Point(sizes, values)


def _signs(expr: Expr, point: Point) -> set[int]:
    try:
        values = enclose(expr, point)
    except NotEvaluable:
        return set()
    found = set()
    for value in np.asarray(values, dtype=object).flat:
        if value is None:
            continue
        if isinstance(value, flint.fmpq):
            found.add(int(value > 0) - int(value < 0))
        elif value > 0 or value < 0:
            found.add(1 if value > 0 else -1)
    # A tie belongs to one side or the other: it does not count as a visit.
    return found - {0}


def deciders(*roots: Expr) -> list[Expr]:
    """The expressions whose sign decides between branches, where both signs are possible at all."""
    found: list[Expr] = []
    for node in topological(*roots):
        if not isinstance(node, Apply):
            continue
        if node.function.jumps:
            found.append(node.args[0] - node.args[1] if len(node.args) == 2 else node.args[0])
        elif node.function.kinks is not None:
            found.append(node.function.kinks(*node.args))
    return [expr for expr in dict.fromkeys(found) if symbols(expr)]
