"""Clips that only guard against overflow: ``clip(p, 1e-12, 1 - 1e-12)``, ``maximum(x, eps)``, ``minimum(z, 700)``.

A clip is a guard when its bound is next to zero or one, or huge, *and* it is active hardly anywhere in the bulk of the
declared domains: ``maximum(x, 1e-8)`` of a real ``x`` is a relu, and no guard.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from symml.calculus.facts import is_nonnegative
from symml.calculus.floating import FloatPoint
from symml.calculus.sampling import generic_points
from symml.errors import NotEvaluable
from symml.expr.nodes import Apply, Constant, Contract, Expr
from symml.expr.walk import rebuild, topological

_TINY, _HUGE = Fraction(1, 10**5), 300
_POINTS, _RARE = 16, 0.05


def without_clips(root: Expr) -> Expr:
    """The expression where no guarding clip is active."""
    found = {node: guard for node in topological(root) if (guard := _guard(node)) is not None}
    if not found:
        return root
    idle = _idle(root, found)
    done: dict[Expr, Expr] = {}
    for node in topological(root):
        done[node] = done[idle[node]] if node in idle else rebuild(node, tuple([done[arg] for arg in node.args]))
    return done[root]


def _guard(node: Expr) -> tuple[Expr, Fraction] | None:
    """(what is clipped, the bound) of a clip that may be a guard."""
    if not isinstance(node, Apply) or node.function.name not in ("maximum", "minimum"):
        return None
    for bound, other in (node.args, node.args[::-1]):
        value = _number(bound)
        if value is None:
            continue
        if _is_far_out(node.function.name, value) or (value == 1 and _is_ceiling(node.function.name, other)):
            return other, value
    return None


def _is_ceiling(name: str, clipped: Expr) -> bool:
    """Whether a bound of one can only be met by the rounding of a probability: ``clip(p, eps, 1)``."""
    if name != "minimum":
        return False
    inner = _guard(clipped)
    return is_nonnegative(1 - (clipped if inner is None else inner[0]))


def _is_far_out(name: str, value: Fraction) -> bool:
    """Whether a bound is next to zero from above, next to one from below, or where an exponential overflows."""
    if name == "maximum":
        return 0 < value <= _TINY or value <= -_HUGE
    return 0 < 1 - value <= _TINY or value >= _HUGE


def _idle(root: Expr, found: dict[Expr, tuple[Expr, Fraction]]) -> dict[Expr, Expr]:
    """The clips that are active hardly anywhere, with what they clip."""
    entries, active = dict.fromkeys(found, 0), dict.fromkeys(found, 0)
    for point in generic_points([root], count=_POINTS, seed=41):
        at = FloatPoint(point)
        for node, (other, bound) in found.items():
            try:
                values = at.value(other)
            except NotEvaluable:
                continue
            is_lower = isinstance(node, Apply) and node.function.name == "maximum"
            entries[node] += np.size(values)
            active[node] += int(np.sum(values < float(bound) if is_lower else values > float(bound)))
    return {node: other for node, (other, _) in found.items() if active[node] < _RARE * entries[node]}


def _number(node: Expr) -> Fraction | None:
    if isinstance(node, Contract) and not node.args:
        return node.coef
    return node.value if isinstance(node, Constant) and isinstance(node.value, Fraction) else None
