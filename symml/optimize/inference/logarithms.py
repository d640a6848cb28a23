"""The logarithm of a density as a sum: products, powers, exponentials and determinants are opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce
from operator import mul

from symml.calculus.canonical import add_terms
from symml.calculus.facts import is_nonnegative, is_positive
from symml.calculus.simplify import simplify
from symml.expr import build, functions
from symml.expr.arithmetic import broadcast, is_zero, rational_power, zeros
from symml.expr.contract import contract, factors_of
from symml.expr.nodes import ONE, Along, Apply, Constant, Contract, Expr, Linalg, Power, constant, extent
from symml.expr.walk import transform
from symml.optimize.expand import addends

_EVEN = 2


@dataclass
class Logarithm:
    """The logarithm of one expression that is positive, on its way to a sum.

    Attributes:
        terms: The terms found so far.
        todo: Factors that are still products: a factor and the number of times it occurs.
        conditions: What must be positive for the terms to be defined.
        supports: The conditions outside which the expression is zero.
    """

    terms: list[Expr] = field(default_factory=list)
    todo: list[tuple[Expr, Expr]] = field(default_factory=list)
    conditions: list[Expr] = field(default_factory=list)
    supports: list[Expr] = field(default_factory=list)

    def leaf(self, node: Expr, weight: Expr) -> None:
        """The logarithm of what is no product."""
        if node is ONE:
            return
        if not is_positive(node):
            self.conditions.append(node)
        self.terms.append(weight * functions.log(node))


def logarithm(node: Expr) -> tuple[Expr, Logarithm]:
    """The logarithm of a positive expression as a sum, with the conditions it needs."""
    log = Logarithm(todo=[(node, ONE)])
    while log.todo:
        factor, weight = log.todo.pop()
        rule = _RULES.get(type(factor))
        if rule is None or not rule(log, factor, weight):
            log.leaf(factor, weight)
    log.terms.reverse()
    terms = [broadcast(term, node.shape) for term in log.terms]
    return (simplify(add_terms(terms)) if terms else zeros(node.shape)), log


def open_logarithms(root: Expr) -> Expr:
    """The expression with every logarithm of a product as a sum, and log-determinants of multiples opened."""
    return simplify(transform(root, _opened))


def _opened(node: Expr) -> Expr | None:
    if isinstance(node, Apply) and node.function is functions.log:
        found, _ = logarithm(node.args[0])
        return None if found is node else found
    if isinstance(node, Linalg) and node.function.name == "logdet":
        return _logdet(node.args[0])
    return None


def exponential(node: Expr) -> Expr:
    """exp of a sum as a product: the inverse of ``logarithm``, for print."""
    if node.shape:
        return functions.exp(node)
    found: Expr = ONE
    rest: list[Expr] = []
    for term in addends(node):
        coef, factors = factors_of(term)
        logs = [(f, s) for f, s in factors if _unlogged(f) is not None]
        others = [f for f, _ in factors if _unlogged(f) is None]
        if len(logs) != 1 or any(f.shape for f, _ in factors):
            rest.append(term)
            continue
        base = _unlogged(logs[0][0])
        assert base is not None
        if others:
            found = found * functions.power(base, reduce(mul, others) * coef)
        else:
            found = found * rational_power(base, coef)
    if rest:
        left = simplify(add_terms(rest))
        found = found if is_zero(left) else found * functions.exp(left)
    return simplify(found)


def _unlogged(node: Expr) -> Expr | None:
    """The argument of a logarithm; the gamma function of a log-gamma."""
    if not isinstance(node, Apply):
        return None
    if node.function is functions.log:
        return node.args[0]
    return functions.gamma(node.args[0]) if node.function is functions.lgamma else None


# ---- rules: each pushes the factors of a product and says whether it did --------------------------------------------
def _contract(log: Logarithm, node: Contract, weight: Expr) -> bool:
    """log(c a b) = log c + log a + log b; a minus goes to a factor that is not known to be positive"""
    axes = tuple(range(len(node.shape)))
    if len(node.dims) > len(axes) or not node.coef or (len(node.args) < 2 and node.coef in (1, -1) and not node.shape):
        return False
    dims = dict(enumerate(node.shape))
    parts = [contract([(a, s)], axes, dims=dims) for a, s in zip(node.args, node.subs, strict=True)]
    if node in parts:
        return False
    if node.coef < 0:
        turned = _with_minus(parts)
        if turned is None:
            return False
        parts = turned
    log.todo += [(part, weight) for part in parts]
    if abs(node.coef) != 1:
        log.todo.append((constant(abs(node.coef)), weight))
    return True


def _with_minus(parts: list[Expr]) -> list[Expr] | None:
    """The factors of a negative multiple with the minus given to the one whose sign is not known."""
    unsure = [k for k, part in enumerate(parts) if not is_positive(part)]
    surely = [k for k in unsure if is_nonnegative(-parts[k]) or _is_log(parts[k])]
    unsure = surely if len(surely) == 1 else unsure
    if len(unsure) != 1:
        return None
    part = parts[unsure[0]]
    odd = isinstance(part, Power) and part.exponent.denominator == 1 and part.exponent % _EVEN == 1
    turned = rational_power(-part.args[0], part.exponent) if isinstance(part, Power) and odd else -part
    return [*parts[: unsure[0]], turned, *parts[unsure[0] + 1 :]]


def _is_log(node: Expr) -> bool:
    inner = node.args[0] if isinstance(node, Power) else node
    return isinstance(inner, Apply) and inner.function is functions.log


def _constant(log: Logarithm, node: Constant, weight: Expr) -> bool:
    """log e = 1"""
    if node.value != "e":
        return False
    log.terms.append(weight)
    return True


def _power(log: Logarithm, node: Power, weight: Expr) -> bool:
    """log a^r = r log a; log a^2 = 2 log|a|"""
    base = node.args[0]
    if node.exponent.denominator == 1 and node.exponent % _EVEN == 0 and not is_nonnegative(base):
        base = functions.abs(base)
    log.todo.append((base, weight * node.exponent))
    return True


def _apply(log: Logarithm, node: Apply, weight: Expr) -> bool:
    rule = _FUNCTIONS.get(node.function.name)
    return rule is not None and rule(log, node, weight)


def _exp(log: Logarithm, node: Apply, weight: Expr) -> bool:
    """log exp a = a"""
    log.terms.append(weight * node.args[0])
    return True


def _variable_power(log: Logarithm, node: Apply, weight: Expr) -> bool:
    """log a^b = b log a"""
    log.todo.append((node.args[0], weight * node.args[1]))
    return True


def _sigmoid(log: Logarithm, node: Apply, weight: Expr) -> bool:
    """log sigmoid(a) = -softplus(-a)"""
    log.terms.append(weight * -functions.softplus(-node.args[0]))
    return True


def _gamma(log: Logarithm, node: Apply, weight: Expr) -> bool:
    """log Gamma(a) = lgamma(a)"""
    log.terms.append(weight * functions.lgamma(node.args[0]))
    return True


def _where(log: Logarithm, node: Apply, weight: Expr) -> bool:
    """A density that is zero elsewhere: the condition is its support."""
    if not is_zero(node.args[2]):
        return False
    log.supports.append(node.args[0])
    log.todo.append((node.args[1], weight))
    return True


def _along(log: Logarithm, node: Along, weight: Expr) -> bool:
    """log prod a = sum log a; log softmax(a) = a - logsumexp(a)"""
    if node.function.name == "softmax":
        log.terms.append(weight * build.log_softmax(node.args[0], node.axes[0]))
        return True
    if node.function.name != "prod":
        return False
    inner, found = logarithm(node.args[0])
    log.conditions += found.conditions
    log.supports += found.supports
    log.terms.append(weight * build.sum(inner, node.axes))
    return True


def _linalg(log: Logarithm, node: Linalg, weight: Expr) -> bool:
    """log det A = logdet A"""
    if node.function.name != "det":
        return False
    whole = build.logdet(node.args[0])
    opened = _logdet(node.args[0])
    log.terms.append(weight * (whole if opened is None else opened))
    return True


def _logdet(matrix: Expr) -> Expr | None:
    """logdet(c A) = n log c + logdet A, with a positive number c; logdet inv(A) = -logdet A"""
    if isinstance(matrix, Linalg) and matrix.function.name == "inv":
        return -build.logdet(matrix.args[0])
    if not isinstance(matrix, Contract) or len(matrix.dims) > _EVEN:
        return None
    numbers = [a for a in matrix.args if not a.shape]
    arrays = [(a, s) for a, s in zip(matrix.args, matrix.subs, strict=True) if a.shape]
    if len(arrays) != 1 or arrays[0][1] != (0, 1) or (matrix.coef == 1 and not numbers):
        return None
    if matrix.coef <= 0 or not all(map(is_positive, numbers)):
        return None
    factor: Expr = constant(Fraction(matrix.coef))
    for number in numbers:
        factor = factor * number
    inner = _logdet(arrays[0][0])
    rest = build.logdet(arrays[0][0]) if inner is None else inner
    return extent(matrix.shape[0]) * logarithm(simplify(factor))[0] + rest


Rule = Callable[..., bool]
_RULES: dict[type[Expr], Rule] = {
    Contract: _contract,
    Constant: _constant,
    Power: _power,
    Apply: _apply,
    Along: _along,
    Linalg: _linalg,
}
_FUNCTIONS: dict[str, Rule] = {
    "exp": _exp,
    "power": _variable_power,
    "sigmoid": _sigmoid,
    "gamma": _gamma,
    "where": _where,
}
