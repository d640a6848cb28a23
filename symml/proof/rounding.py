"""Float constants in code that are no mathematics: rounded ones, and those that stand for minus infinity.

``c**2 / 6`` with ``c = 4.685`` is rounded by Python before anybody sees it as a formula; ``np.where(mask, s, -1e9)``
under a softmax means that an entry is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import mpmath
import numpy as np

from symml.calculus.numeric import evaluate
from symml.calculus.sampling import Point, generic_points
from symml.errors import NotEvaluable
from symml.expr.nodes import Apply, Constant, Contract, Expr
from symml.expr.walk import topological

_POINTS, _LONG, _DIGITS = 8, 10**12, 30
_ALLOWED = Fraction(1, 10**12)
# Next to such a fill value an exponential vanishes in floats: below the smallest of them there is nothing to tell.
_FILL, _VANISHING = 10**4, mpmath.mpf(10) ** -300


def differs_by_rounding_only(a: Expr, b: Expr, witness: Sequence[Point]) -> int:
    """At how many points the sides agree to 12 digits, when they do so everywhere and hold such constants; else 0.

    Args:
        a: One side.
        b: The other, of the same shape.
        witness: Points at which they differ.
    """
    nodes = list(topological(a, b))
    filled = any(map(_has_fill, nodes))
    if not (filled or any(map(_is_rounded, nodes))):
        return 0
    agreeing, floor = 0, _VANISHING if filled else 0
    for point in [*witness, *generic_points([a, b], count=_POINTS, seed=31)]:
        try:
            x, y = (evaluate(side, point, _DIGITS) for side in (a, b))
        except NotEvaluable:
            continue
        with mpmath.workdps(_DIGITS):
            scale = max((abs(v) for v in (*np.ravel(x), *np.ravel(y))), default=0)
            gap = max((abs(v) for v in np.ravel(x - y)), default=0)
            if gap * _ALLOWED.denominator > scale and gap > floor:
                return 0
        agreeing += 1
    return agreeing


def _has_fill(node: Expr) -> bool:
    """Whether a node chooses a huge negative number: what stands for minus infinity under a softmax."""
    if not isinstance(node, Apply) or node.function.name != "where":
        return False
    return any(value is not None and value <= -_FILL for value in map(_number, node.args[1:]))


def _number(node: Expr) -> Fraction | None:
    if isinstance(node, Contract) and not node.args:
        return node.coef
    return node.value if isinstance(node, Constant) and isinstance(node.value, Fraction) else None


def _is_rounded(node: Expr) -> bool:
    """Whether a node has a number of so many digits that it is the result of a float calculation."""
    value = node.value if isinstance(node, Constant) else node.coef if isinstance(node, Contract) else None
    return isinstance(value, Fraction) and min(abs(value.numerator), value.denominator) > _LONG
