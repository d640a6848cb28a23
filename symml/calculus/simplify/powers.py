"""Rules for powers, exponentials, logarithms and for functions of broadcast arguments."""

from __future__ import annotations

from fractions import Fraction
from math import isqrt

from symml.calculus.facts import is_nonnegative, is_positive
from symml.calculus.simplify.rule import Rule, Uses, items_of
from symml.expr.arithmetic import rational_power
from symml.expr.contract import contract
from symml.expr.functions import abs as absolute
from symml.expr.nodes import Apply, Constant, Contract, Expr, Power, apply_node, constant, power_node


def power_of_power(node: Expr, uses: Uses) -> Expr | None:
    """(x^a)^b = x^(ab) for an integer b or x >= 0;  (x^2)^(1/2) = |x|"""
    assert isinstance(node, Power)
    inner = node.args[0]
    if not isinstance(inner, Power):
        return None
    base, a, b = inner.args[0], inner.exponent, node.exponent
    if b.denominator == 1 or is_nonnegative(base) or a.denominator % 2 == 0:
        return rational_power(base, a * b)
    if a.denominator == 1 and a.numerator % 2 == 0:
        return rational_power(absolute(base), a * b)
    return None


def even_power_of_abs(node: Expr, uses: Uses) -> Expr | None:
    """|x|^2 = x^2"""
    assert isinstance(node, Power)
    inner = node.args[0]
    even = node.exponent.denominator == 1 and node.exponent.numerator % 2 == 0
    if even and isinstance(inner, Apply) and inner.function is absolute:
        return rational_power(inner.args[0], node.exponent)
    return None


def power_of_product(node: Expr, uses: Uses) -> Expr | None:
    """(c a b)^p = c^p a^p b^p when nothing is summed; for a broken p all factors but one must be positive"""
    assert isinstance(node, Power)
    inner = node.args[0]
    if not isinstance(inner, Contract) or len(inner.dims) > len(inner.shape) or inner.coef == 0:
        return None
    if any(len(set(sub)) < len(sub) for sub in inner.subs):
        return None
    p = node.exponent
    if p.denominator > 1 and not _splits(inner, p):
        return None
    items = [(rational_power(arg, p), sub) for arg, sub in items_of(inner)]
    root = rational_power(constant(inner.coef), p) if inner.coef != 1 else constant(1)
    rank = len(inner.shape)
    return contract([(root, ()), *items], range(rank), dims=dict(enumerate(inner.shape)))


def _splits(inner: Contract, p: Fraction) -> bool:
    """Whether a broken power may be taken factor by factor: each factor stays in the domain of the power."""
    unknown = [arg for arg in inner.args if not is_positive(arg)]
    if inner.coef < 0 or len(unknown) > 1:
        return False
    return len(inner.args) > 1 or inner.coef != 1 or inner.subs[0] != tuple(range(len(inner.shape)))


def exact_root(node: Expr, uses: Uses) -> Expr | None:
    """4^(1/2) = 2"""
    assert isinstance(node, Power)
    base, p = node.args[0], node.exponent
    if not isinstance(base, Constant) or not isinstance(base.value, Fraction) or p.denominator not in (1, 2):
        return None
    value = base.value
    if value <= 0:
        return None
    if p.denominator == 1:
        return constant(value ** int(p))
    top, low = isqrt(value.numerator), isqrt(value.denominator)
    if top * top == value.numerator and low * low == value.denominator:
        return constant(Fraction(top, low) ** int(p * 2))
    whole = p.numerator // 2
    if whole and p.numerator > 0:
        return contract([(power_node(base, Fraction(1, 2)), ())], (), coef=value**whole)
    return None


def log_of_exp(node: Expr, uses: Uses) -> Expr | None:
    """log e^u = u;  e^(log u) = u"""
    assert isinstance(node, Apply)
    inverse = {"log": "exp", "exp": "log"}.get(node.function.name)
    inner = node.args[0]
    if inverse and isinstance(inner, Apply) and inner.function.name == inverse:
        return inner.args[0]
    return None


def function_of_broadcast(node: Expr, uses: Uses) -> Expr | None:
    """f(x 1') = f(x) 1':  a function of entries that are repeated is computed once and repeated"""
    assert isinstance(node, Apply | Power)
    rank = len(node.shape)
    carried = set()
    for arg in node.args:
        if not isinstance(arg, Contract):
            return None
        carried |= {i for sub in arg.subs for i in sub if i < rank}
    if len(carried) == rank:
        return _function_of_transpose(node) if len(node.args) == 1 else None
    keep = tuple(sorted(carried))
    args = tuple([_without_axes(arg, keep) for arg in node.args if isinstance(arg, Contract)])
    inner = apply_node(node.function, args) if isinstance(node, Apply) else rational_power(args[0], node.exponent)
    return contract([(inner, keep)], range(rank), dims=dict(enumerate(node.shape)))


def _without_axes(arg: Contract, keep: tuple[int, ...]) -> Expr:
    """The product without the output axes that nothing carries."""
    return contract(items_of(arg), keep, coef=arg.coef, dims={i: arg.dims[i] for i in keep})


def _function_of_transpose(node: Apply | Power) -> Expr | None:
    """f(X') = f(X)'"""
    arg = node.args[0]
    assert isinstance(arg, Contract)
    if arg.coef != 1 or len(arg.args) != 1 or sorted(arg.subs[0]) != list(range(len(arg.shape))):
        return None
    x = arg.args[0]
    inner = apply_node(node.function, (x,)) if isinstance(node, Apply) else rational_power(x, node.exponent)
    return contract([(inner, arg.subs[0])], range(len(node.shape)))


RULES = (
    Rule("a power of a power", (Power,), power_of_power),
    Rule("an even power forgets the sign", (Power,), even_power_of_abs),
    Rule("a power of a product", (Power,), power_of_product, quiet=True),
    Rule("an exact root", (Power,), exact_root, quiet=True),
    Rule("log and exp are inverse", (Apply,), log_of_exp, condition="the argument of the logarithm is positive"),
    Rule("a function of repeated entries", (Apply, Power), function_of_broadcast, quiet=True),
)
