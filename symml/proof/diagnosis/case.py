"""A refuted claim beside the truth, and the points at which hypotheses about the mistake are screened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np

from symml.calculus.differentiate import evaluate_derivatives
from symml.calculus.floating import FloatPoint
from symml.calculus.sampling import Point, generic_points
from symml.errors import NotEvaluable
from symml.expr.nodes import Derivative, Expr, Symbol
from symml.proof.coverage import Coverage

_POINTS, _TRIES, _WIDE_TRIES = 4, 12, 24
_RTOL = 1e-9


@dataclass(frozen=True)
class Case:
    """A refuted claim.

    Attributes:
        truth: What is right.
        claim: What was claimed.
        loss: What was differentiated, when the claim is a derivative.
        wrt: The variable of differentiation.
        numbers: The numbers in the place of named dims, when the claim was decided for such.
        witness: A point at which the sides differ.
    """

    truth: Expr
    claim: Expr
    loss: Expr | None = None
    wrt: Symbol | None = None
    numbers: Mapping[str, int] = field(default_factory=dict)
    witness: Point | None = None

    @classmethod
    def of_identity(cls, left: Expr, right: Expr) -> Case:
        """The case of ``left == right``; a derivative on one side is the truth about the other."""
        if isinstance(right, Derivative) and not isinstance(left, Derivative):
            left, right = right, left
        truth, claim = evaluate_derivatives(left), evaluate_derivatives(right)
        if isinstance(left, Derivative):
            wrt = left.args[1]
            assert isinstance(wrt, Symbol)
            return cls(truth, claim, evaluate_derivatives(left.args[0]), wrt)
        return cls(truth, claim)

    @property
    def roots(self) -> list[Expr]:
        """Everything that needs values."""
        return [self.truth, self.claim, *([self.loss] if self.loss is not None else [])]


Values = Sequence[Any]


class Samples:
    """Float values of expressions at a few generic points with pairwise distinct dims.

    Args:
        points: The points; at each the truth and the claim have values, and at one they differ.
    """

    def __init__(self, points: Sequence[FloatPoint]) -> None:
        self.points = points

    def first(self, expr: Expr) -> Any:
        """The value at the first point, or ``None``."""
        try:
            return self.points[0].value(expr)
        except (NotEvaluable, MemoryError):
            return None

    def values(self, expr: Expr) -> Values | None:
        """The values at all points, or ``None``."""
        try:
            return [point.value(expr) for point in self.points]
        except (NotEvaluable, MemoryError):
            return None

    def equal(self, a: Expr, b: Expr) -> bool:
        """Whether two expressions agree at every point, to float accuracy."""
        if a.shape != b.shape:
            return False
        for point in self.points:
            try:
                if not close(point.value(a), point.value(b)):
                    return False
            except NotEvaluable:
                return False
        return True


def close(x: Any, y: Any) -> bool:
    """Whether two arrays are equal up to the errors of float64."""
    scale = max(float(np.max(np.abs(y), initial=0.0)), float(np.max(np.abs(x), initial=0.0)))
    return bool(np.all(np.abs(x - y) <= _RTOL * (np.abs(y) + 0.1 * scale)))


def draw_samples(case: Case) -> Samples | None:
    """Points for a case; ``None`` when no point with values is found at which the sides differ."""
    found: list[FloatPoint] = []
    differ = False
    for point in islice(_candidates(case), _TRIES + _WIDE_TRIES + 1):
        if len(found) >= _POINTS and differ:
            break
        at = FloatPoint(point)
        try:
            sides = [at.value(root) for root in case.roots]
        except NotEvaluable:
            continue
        here = case.truth.shape != case.claim.shape or not close(sides[0], sides[1])
        if len(found) >= _POINTS and not here:
            continue
        if here and not differ:
            found.insert(0, at)
        else:
            found.append(at)
        differ = differ or here
    return Samples(found) if differ and len(found) >= 2 else None


def _candidates(case: Case) -> Iterator[Point]:
    """Generic points, then the witness, then points far out and close in where rare branches are met."""
    yield from generic_points(case.roots, count=_TRIES, seed=23)
    if case.witness is not None:
        yield case.witness
    if case.truth.shape == case.claim.shape:
        yield from islice(Coverage(case.truth, case.claim).wider_points(), _WIDE_TRIES)
