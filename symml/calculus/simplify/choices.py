"""Rules for absolute values, signs, comparisons and choices."""

from __future__ import annotations

from symml.calculus.facts import is_nonnegative, is_positive
from symml.calculus.simplify.rule import Rule, Uses, items_of, remake
from symml.expr.arithmetic import full, is_zero
from symml.expr.functions import abs as absolute
from symml.expr.functions import greater, maximum, relu, sign, where
from symml.expr.nodes import Apply, Contract, Expr


def known_sign(node: Expr, uses: Uses) -> Expr | None:
    """|x| = x, relu(x) = x for x >= 0;  sign(x) = 1 for x > 0"""
    assert isinstance(node, Apply)
    x = node.args[0]
    if node.function in (absolute, relu) and is_nonnegative(x):
        return x
    return full(1, x.shape) if node.function is sign and is_positive(x) else None


def maximum_with_zero(node: Expr, uses: Uses) -> Expr | None:
    """max(x, 0) = relu(x)"""
    assert isinstance(node, Apply)
    if node.function is not maximum:
        return None
    a, b = node.args
    return relu(b) if is_zero(a) else relu(a) if is_zero(b) else None


def same_choice(node: Expr, uses: Uses) -> Expr | None:
    """where(c, a, a) = a;  where(c, 1, 0) = c for a comparison c"""
    assert isinstance(node, Apply)
    if node.function is not where:
        return None
    condition, a, b = node.args
    if a is b:
        return a
    binary = isinstance(condition, Apply) and "binary" in condition.function.facts
    return condition if binary and a is full(1, a.shape) and is_zero(b) else None


def sign_meets_abs(node: Expr, uses: Uses) -> Expr | None:
    """x sign(x) = |x|;  |x| sign(x) = x;  1[x > 0] relu(x) = relu(x)"""
    assert isinstance(node, Contract)
    items = items_of(node)
    for k, (arg, sub) in enumerate(items):
        if not isinstance(arg, Apply) or arg.function not in (sign, greater):
            continue
        for j, (other, where_) in enumerate(items):
            if j == k or where_ != sub:
                continue
            product = _sign_times(arg, other)
            if product is not None:
                rest = [item for i, item in enumerate(items) if i not in (j, k)]
                return remake(node, [*rest, (product, sub)])
    return None


def _sign_times(arg: Apply, other: Expr) -> Expr | None:
    x = arg.args[0]
    if arg.function is sign:
        if other is x:
            return absolute(x)
        return x if isinstance(other, Apply) and other.function is absolute and other.args[0] is x else None
    is_relu = isinstance(other, Apply) and other.function is relu and other.args[0] is x
    return other if is_relu and is_zero(arg.args[1]) else None


RULES = (
    Rule("max(x, 0) is relu(x)", (Apply,), maximum_with_zero),
    Rule("the sign is known", (Apply,), known_sign),
    Rule("both choices agree", (Apply,), same_choice),
    Rule("a sign times its own value", (Contract,), sign_meets_abs),
)
