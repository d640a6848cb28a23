"""The verdict of a derivation: each step as a claim, and the result against differences of the function itself."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING

import mpmath
import numpy as np

from symml.calculus.differentiate import evaluate_derivatives, hessian, jacobian, without_equations
from symml.calculus.numeric import evaluate
from symml.calculus.sampling import Point, nearby, points
from symml.errors import NotEvaluable
from symml.expr.nodes import Expr, Symbol
from symml.expr.walk import substitute
from symml.proof.verdict import Evidence, Verdict
from symml.render import text

if TYPE_CHECKING:
    from symml.proof.step import Step

_STEP = Fraction(1, 10**16)
_DIGITS = 50
_POINTS = 2
_ORDERS = {1: "first", 2: "second", 3: "third", 4: "fourth"}
_GOOD = ("proved", "proved_randomized", "certified")


def check_derivative(
    expr: Expr, wrt: Symbol, order: int, result: Expr, steps: Sequence[Step], convention: str = "unstructured"
) -> Verdict:
    """Decides a derivation: proved when every step is, and differences of the function agree with the result."""
    claim = f"the {_ORDERS[order]} derivative of {text.show(expr)} with respect to {wrt.name} is {text.show(result)}"
    for place, step in enumerate(steps, 1):
        verdict = step.verdict
        if verdict.verdict not in _GOOD:
            return Verdict(verdict.verdict, claim, f"step {place} ({step.reason}): {verdict.reason}", verdict.evidence)
    free = result if convention == "unstructured" else _unstructured(expr, wrt, order)
    agreeing = agreeing_points(expr, wrt, order, free)
    if agreeing < 0:
        return Verdict("refuted", claim, "differences of the function disagree with the result")
    shown = [Evidence("steps", f"all {len(steps)} steps hold, each decided on its own")]
    if agreeing:
        shown.append(Evidence("differences", f"central differences agree to 12 digits at {agreeing} points"))
    weakest = max((_GOOD.index(step.verdict.verdict) for step in steps), default=0)
    return Verdict(_GOOD[weakest], claim, "every step is a rule of the calculus, checked as a claim", tuple(shown))


def _unstructured(expr: Expr, wrt: Symbol, order: int) -> Expr:
    """The derivative by free entries, which differences can be compared with."""
    return jacobian(expr, wrt) if order == 1 else hessian(expr, wrt)


def agreeing_points(expr: Expr, wrt: Symbol, order: int, result: Expr) -> int:
    """The number of points at which differences agree; -1 as soon as one disagrees."""
    before, bare = without_equations(evaluate_derivatives(expr), wrt)
    for _ in range(order - 1):
        before = jacobian(before, bare)
    before = substitute(before, {bare: wrt})
    agreeing = 0
    for point in points([before, result, wrt], count=_POINTS, shapes=1, seed=3):
        # Where branches tie there may be no derivative: a disagreement counts when it is met beside the point, too.
        found = [_agrees(before, wrt, result, near) for near in (point, nearby(point, Random(0)))]
        if found == [False, False]:
            return -1
        agreeing += found[0] is True
    return agreeing


def _agrees(before: Expr, wrt: Symbol, result: Expr, point: Point) -> bool | None:
    """Whether the difference quotient in a fixed direction is the derivative in that direction; ``None``: no value."""
    value = np.array(point.values[wrt], dtype=object)
    rank = value.ndim
    direction = np.array([Fraction(k % 5 - 2 or 1) for k in range(value.size)], dtype=object).reshape(value.shape)
    try:
        ends = [evaluate(before, point.replaced(wrt, value + sign * _STEP * direction), _DIGITS) for sign in (1, -1)]
        derived = evaluate(result, point, _DIGITS)
    except NotEvaluable:
        return None
    with mpmath.workdps(_DIGITS):
        slope = (ends[0] - ends[1]) * (_STEP.denominator // 2)
        numbers = np.vectorize(lambda q: mpmath.mpf(q.numerator) / q.denominator, otypes=[object])(direction)
        expected = np.tensordot(derived, numbers, axes=rank) if rank else derived * numbers
        gap = np.abs(np.asarray(slope - expected, dtype=object))
        scale = 1 + np.max(np.abs(np.asarray(expected, dtype=object)), initial=0)
        return bool(np.max(gap, initial=0) <= mpmath.mpf(10) ** -12 * scale)
