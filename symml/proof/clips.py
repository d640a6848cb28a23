"""Clips that only guard against overflow: ``clip(p, 1e-12, 1 - 1e-12)``, ``maximum(x, eps)``, ``minimum(z, 700)``."""

from __future__ import annotations

from fractions import Fraction

from symml.expr.nodes import Apply, Constant, Contract, Expr
from symml.expr.walk import transform

_TINY, _HUGE = Fraction(1, 10**5), 300


def without_clips(root: Expr) -> Expr:
    """The expression where no guarding clip is active."""
    return transform(root, _unguarded)


def _unguarded(node: Expr) -> Expr | None:
    if not isinstance(node, Apply) or node.function.name not in ("maximum", "minimum"):
        return None
    for bound, other in (node.args, node.args[::-1]):
        value = _number(bound)
        if value is not None and _is_guard(node.function.name, value):
            return other
    return None


def _is_guard(name: str, value: Fraction) -> bool:
    """Whether a bound is next to zero from above, next to one from below, or where an exponential overflows."""
    if name == "maximum":
        return 0 < value <= _TINY or value <= -_HUGE
    return 0 < 1 - value <= _TINY or value >= _HUGE


def _number(node: Expr) -> Fraction | None:
    if isinstance(node, Contract) and not node.args:
        return node.coef
    return node.value if isinstance(node, Constant) and isinstance(node.value, Fraction) else None
