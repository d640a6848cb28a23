"""Products with a condition: ``(x > 0) * log(x)`` is ``where(x > 0, log(x), 0)``: 0 times infinity is never met."""

from __future__ import annotations

from symml.calculus.facts import is_nonnegative, is_nonzero, is_positive
from symml.calculus.simplify.rule import items_of, remake
from symml.expr import functions as F
from symml.expr.arithmetic import full, scale
from symml.expr.contract import contract
from symml.expr.nodes import Add, Apply, Contract, Expr, Power

CONDITIONS = frozenset({F.greater, F.less, F.greater_equal, F.less_equal, F.equal, F.not_equal})
_EVERYWHERE = frozenset(
    {F.sin, F.cos, F.tanh, F.arctan, F.arcsinh, F.abs, F.sign, F.maximum, F.minimum, F.where, F.sigmoid, F.log_sigmoid}
    | {F.softplus, F.relu, F.leaky_relu, F.elu, F.gelu, F.silu, F.mish, F.erf, F.erfc, F.normal_cdf, F.normal_pdf}
    | {F.xlogy, F.logaddexp}
    | CONDITIONS
)


def may_be_undefined(node: Expr) -> bool:
    """Whether the operation itself may have no finite value, or warn, at some arguments."""
    if isinstance(node, Power):
        base = node.args[0]
        return (node.exponent < 0 and not is_nonzero(base)) or (
            node.exponent.denominator > 1 and not is_nonnegative(base)
        )
    if not isinstance(node, Apply) or node.function in _EVERYWHERE:
        return False
    return node.function is not F.log or not is_positive(node.args[0])


def guarded(node: Expr) -> Expr | None:
    """c f(x) = where(c, f(x), 0) for a condition c, where f(x) may be infinite"""
    assert isinstance(node, Contract)
    items = items_of(node)
    for k, (a, sub) in enumerate(items):
        found = _condition(a)
        risky = [i for i, (b, other) in enumerate(items) if other == sub and may_be_undefined(b)]
        if found is None or not risky:
            continue
        condition, holds = found
        axes = range(len(sub))
        value = contract([(items[i][0], axes) for i in risky], axes)
        zero = full(0, value.shape)
        chosen = F.where(condition, value, zero) if holds else F.where(condition, zero, value)
        rest = [item for i, item in enumerate(items) if i != k and i not in risky]
        return remake(node, [*rest, (chosen, sub)])
    return None


def _condition(node: Expr) -> tuple[Expr, bool] | None:
    """The condition in ``c`` or ``1 - c``, and whether it holds where the factor is one."""
    if isinstance(node, Apply) and node.function in CONDITIONS:
        return node, True
    if isinstance(node, Add) and len(node.args) == 2 and full(1, node.shape) in node.args:
        other = next((arg for arg in node.args if arg is not full(1, node.shape)), node)
        inner = scale(-1, other)
        return (inner, False) if isinstance(inner, Apply) and inner.function in CONDITIONS else None
    return None
