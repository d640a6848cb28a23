"""Natural parameters and log-partitions with the names that books give them."""

from __future__ import annotations

from fractions import Fraction

from symml.calculus.canonical import add_terms
from symml.calculus.facts import rational
from symml.calculus.moments.shorten import shortened, size
from symml.calculus.simplify import simplify
from symml.expr import build, functions
from symml.expr.arithmetic import is_zero, rational_power, scale
from symml.expr.contract import contract
from symml.expr.nodes import Add, Apply, Contract, Expr, Linalg, Power, constant
from symml.expr.walk import transform
from symml.optimize.terms import tidy

_MINUS = Fraction(-1)


def named(node: Expr) -> Expr:
    """log p - log(1 - p) as logit(p); log(1/a) as -log(a)."""
    return simplify(transform(node, _rule))


def _rule(node: Expr) -> Expr | None:
    if isinstance(node, Add):
        return _logit(node)
    if isinstance(node, Apply) and node.function is functions.log:
        turned = _turned(node.args[0])
        return None if turned is None else -functions.log(turned)
    if isinstance(node, Linalg) and node.function.name == "logdet":
        turned = _turned_matrix(node.args[0])
        return None if turned is None else -build.logdet(turned)
    if isinstance(node, Power):
        inner = node.args[0]
        if isinstance(inner, Contract) and node.exponent.denominator == 1 and not node.shape:
            return _split_power(inner, node.exponent)
        is_variable = isinstance(inner, Apply) and inner.function is functions.power
        return functions.power(inner.args[0], inner.args[1] * node.exponent) if is_variable else None
    return _inverted(node)


def _split_power(inner: Contract, n: Fraction) -> Expr | None:
    """(a b x'y)^n = a^n b^n (x'y)^n with a whole number n"""
    numbers = [arg for arg in inner.args if not arg.shape]
    arrays = [(arg, sub) for arg, sub in zip(inner.args, inner.subs, strict=True) if arg.shape]
    if not numbers or not inner.coef:
        return None
    found: Expr = rational_power(constant(inner.coef), n)
    for number in numbers:
        found = found * rational_power(number, n)
    dims = dict(enumerate(inner.dims))
    carried = {i for _, sub in arrays for i in sub}
    if set(dims) != carried:
        return None
    return found * rational_power(contract(arrays, ()), n) if arrays else found


def _logit(node: Add) -> Expr | None:
    """c log p - c log(1 - p) = c logit(p)"""
    logs = [(coef, term.args[0], part) for part in node.args for coef, term in [_scaled(part)] if _is_log(term)]
    for a, p, first in logs:
        for b, q, second in logs:
            if first is second or a != -b or not is_zero(simplify(p + q - 1)) or isinstance(p, Add):
                continue
            rest = [part for part in node.args if part is not first and part is not second]
            return add_terms([scale(a, functions.logit(p)), *rest])
    return None


def _scaled(node: Expr) -> tuple[Fraction, Expr]:
    if isinstance(node, Contract) and len(node.args) == 1 and len(node.dims) == len(node.shape):
        return node.coef, node.args[0]
    return Fraction(1), node


def _is_log(node: Expr) -> bool:
    return isinstance(node, Apply) and node.function is functions.log


def _turned(node: Expr) -> Expr | None:
    """The reciprocal of a product of reciprocals"""
    number = rational(node)
    if number is not None:
        return constant(1 / number) if number.numerator == 1 and number < 1 else None
    coef, base = (node.coef, node.args) if isinstance(node, Contract) and not node.shape else (Fraction(1), (node,))
    if isinstance(node, Contract) and (node.dims or not base):
        return None
    powers = [arg for arg in base if isinstance(arg, Power) and arg.exponent == _MINUS]
    if not powers or len(powers) != len(base) or not coef:
        return None
    found: Expr = powers[0].args[0]
    for power in powers[1:]:
        found = found * power.args[0]
    return simplify(scale(1 / coef, found))


def _turned_matrix(node: Expr) -> Expr | None:
    """The inverse of a multiple of an inverse"""
    coef, base = _scaled(node)
    if not isinstance(base, Linalg) or base.function.name != "inv" or not coef:
        return None
    return simplify(scale(1 / coef, base.args[0]))


def _inverted(node: Expr) -> Expr | None:
    """sigmoid(logit(p)) = p; softmax(log p) = p on the simplex"""
    if not isinstance(node, Apply):
        inner = node.args[0] if node.args else None
        is_softmax = getattr(getattr(node, "function", None), "name", "") == "softmax"
        on_simplex = is_softmax and isinstance(inner, Apply) and inner.function is functions.log
        if on_simplex and inner is not None:
            facts: frozenset[str] = getattr(getattr(inner.args[0], "domain", None), "facts", frozenset())
            return inner.args[0] if "rows_sum_to_one" in facts else None
        return None
    inner = node.args[0]
    pairs = (("sigmoid", "logit"), ("logit", "sigmoid"))
    if isinstance(inner, Apply) and (node.function.name, inner.function.name) in pairs:
        return inner.args[0]
    return None


def neat(node: Expr) -> Expr:
    """The shortest of several spellings: as it is, with products of products opened, and as SymPy has it."""
    tidied = tidy(named(node))
    flat = tidy(named(transform(tidied, _flat)))
    found = min((tidied, flat), key=size)
    return shortened(found)


def _flat(node: Expr) -> Expr | None:
    if not isinstance(node, Contract) or not any(isinstance(arg, Contract) for arg in node.args):
        return None
    axes = tuple(range(len(node.shape)))
    items = list(zip(node.args, node.subs, strict=True))
    return contract(items, axes, coef=node.coef, dims=dict(enumerate(node.shape)), merge=lambda arg: True)
