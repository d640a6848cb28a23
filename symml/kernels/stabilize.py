"""Rewrites that keep digits: each row is an equality of real numbers, written so that floats do not cancel or overflow.

The rows of ``simplify`` that see a named function in its definition (sigmoid, softplus, softmax, logsumexp) come first.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from symml.calculus.facts import is_nonnegative, is_pd, is_positive
from symml.calculus.simplify.recognize import RULES
from symml.calculus.simplify.rule import Uses, items_of, remake
from symml.expr import functions as F
from symml.expr.arithmetic import full, rational_power, scale
from symml.expr.contract import factors_of
from symml.expr.function import Function
from symml.expr.nodes import ONE, Add, Apply, Contract, Expr, Linalg, Power, add_node, constant, linalg_node
from symml.expr.walk import transform
from symml.kernels.guards import guarded
from symml.kernels.rows import log1mexp, log_normal_cdf, normal_hazard, sech

Term = tuple[Fraction, Expr]
_HALF = Fraction(1, 2)
_ROUNDS = 8


def stabilize(root: Expr) -> Expr:
    """The expression with every row applied, innermost first."""
    return transform(root, _rewritten)


def _rewritten(node: Expr) -> Expr | None:
    found: Expr | None = None
    for _ in range(_ROUNDS):
        again = _once(node if found is None else found)
        if again is None:
            break
        found = again
    return found


def _once(node: Expr) -> Expr | None:
    for rule in RULES:
        if isinstance(node, rule.kinds):
            found = rule.apply(node, Uses(frozenset()))
            if found is not None:
                return found
    return next((found for row in _ROWS.get(type(node), ()) if (found := row(node)) is not None), None)


def _is(node: Expr, function: Function) -> bool:
    return isinstance(node, Apply) and node.function is function


# ---- sums ------------------------------------------------------------------------------------------------------------
def _term(node: Expr) -> Term:
    """A term as a coefficient and what it multiplies; a number stretched to any shape multiplies one."""
    coef, factors = factors_of(node)
    if not factors:
        return coef, ONE
    if len(factors) == 1 and factors[0][1] == tuple(range(len(node.shape))) and factors[0][0].shape == node.shape:
        return coef, factors[0][0]
    return Fraction(1), node


def _square_of(function: Function, node: Expr) -> Expr | None:
    """``x`` of ``f(x)**2``."""
    if isinstance(node, Power) and node.exponent == 2 and _is(node.args[0], function):
        return node.args[0].args[0]
    return None


def _one_minus(node: Expr) -> Expr | None:
    """``1 - f(x)`` without cancellation: sigmoid(-x), -expm1(x), erfc(x), sech(x)^2, 2 sin(x/2)^2 ..."""
    for function, sharp in _COMPLEMENTS.items():
        if _is(node, function):
            return sharp(node.args[0])
    for function, sharp in _SQUARED_COMPLEMENTS.items():
        x = _square_of(function, node)
        if x is not None:
            return sharp(x)
    return None


def _one_plus(node: Expr) -> Expr | None:
    """``1 + f(x)`` for an odd function: ``1 - f(-x)``."""
    if _is(node, F.tanh):
        return 2 * F.sigmoid(2 * node.args[0])
    return F.erfc(-node.args[0]) if _is(node, F.erf) else None


_COMPLEMENTS: dict[Function, Callable[[Expr], Expr]] = {
    F.sigmoid: lambda x: F.sigmoid(-x),
    F.exp: lambda x: -F.expm1(x),
    F.erf: F.erfc,
    F.erfc: F.erf,
    F.normal_cdf: lambda x: F.normal_cdf(-x),
    F.tanh: lambda x: 2 * F.sigmoid(-2 * x),
    F.cos: lambda x: 2 * F.sin(scale(_HALF, x)) ** 2,
}
_SQUARED_COMPLEMENTS: dict[Function, Callable[[Expr], Expr]] = {
    F.tanh: lambda x: sech(x) ** 2,
    F.sin: lambda x: F.cos(x) ** 2,
    F.cos: lambda x: F.sin(x) ** 2,
}


def complements(node: Expr) -> Expr | None:
    """c - c f(x) in one piece: 1 - sigmoid(x) = sigmoid(-x), e^x - 1 = expm1(x), 1 - tanh(x)^2 = sech(x)^2 ..."""
    terms = [_term(arg) for arg in node.args]
    for k, (number, one) in enumerate(terms):
        if one is not ONE:
            continue
        for j, (coef, part) in enumerate(terms):
            sharp = None if part is ONE else _one_minus(part) if coef == -number else None
            sharp = _one_plus(part) if sharp is None and coef == number and part is not ONE else sharp
            if sharp is not None:
                return _sum([a for i, a in enumerate(node.args) if i not in (j, k)], scale(number, sharp))
    return None


def exponentials(node: Expr) -> Expr | None:
    """e^x + e^-x = 2 cosh(x);  e^x - e^-x = 2 sinh(x)"""
    terms = [_term(arg) for arg in node.args]
    for k, (a, left) in enumerate(terms):
        for j, (b, right) in enumerate(terms):
            if _is(left, F.exp) and _is(right, F.exp) and j != k and scale(-1, left.args[0]) is right.args[0] and a > 0:
                rest = [arg for i, arg in enumerate(node.args) if i not in (j, k)]
                if a == abs(b):
                    return _sum(rest, scale(2 * a, (F.cosh if b > 0 else F.sinh)(left.args[0])))
    return None


def _sum(terms: list[Expr], extra: Expr) -> Expr:
    return add_node((*terms, extra)) if terms else extra


# ---- functions -------------------------------------------------------------------------------------------------------
def log_near_one(node: Expr) -> Expr | None:
    """log(1 + x) = log1p(x)"""
    if not _is(node, F.log) or not isinstance(node.args[0], Add):
        return None
    one = full(1, node.shape)
    terms = list(node.args[0].args)
    if one not in terms:
        return None
    terms.remove(one)
    return F.log1p(add_node(tuple(terms)) if len(terms) > 1 else terms[0])


def log_of_exponentials(node: Expr) -> Expr | None:
    """log(e^a + e^b) = logaddexp(a, b);  log(1 - e^a) = log1mexp(a);  log(e^a) = a"""
    inner = node.args[0]
    coef, part = _term(inner)
    if coef == -1 and ((_is(node, F.log1p) and _is(part, F.exp)) or (_is(node, F.log) and _is(part, F.expm1))):
        return log1mexp(part.args[0])
    if not _is(node, F.log):
        return None
    if isinstance(inner, Add) and len(inner.args) == 2 and all(_is(arg, F.exp) for arg in inner.args):
        return F.logaddexp(*(arg.args[0] for arg in inner.args))
    return inner.args[0] if _is(inner, F.exp) else None


def log_of_tails(node: Expr) -> Expr | None:
    """log Phi(x) and log erfc(x) where Phi and erfc underflow;  log det(A) of a positive definite matrix"""
    if not _is(node, F.log):
        return None
    inner = node.args[0]
    if _is(inner, F.normal_cdf):
        return log_normal_cdf(inner.args[0])
    if _is(inner, F.erfc):
        return F.log(constant(2)) + log_normal_cdf(-inner.args[0] * constant(2) ** _HALF)
    if isinstance(inner, Linalg) and inner.function.name == "det" and is_pd(inner.args[0]):
        return linalg_node(F.MATRIX_FUNCTIONS["logdet"], inner.args[0])
    return None


def power_of_power(node: Expr) -> Expr | None:
    """(x^p)^q = x^(p q) for whole p and q"""
    assert isinstance(node, Power)
    inner = node.args[0]
    if isinstance(inner, Power) and inner.exponent.denominator == node.exponent.denominator == 1:
        return rational_power(inner.args[0], inner.exponent * node.exponent)
    return None


def hyperbolic_secant(node: Expr) -> Expr | None:
    """(c cosh(x))^-k = c^-k sech(x)^k"""
    assert isinstance(node, Power)
    coef, part = _term(node.args[0])
    if node.exponent >= 0 or node.exponent.denominator != 1 or not _is(part, F.cosh) or coef <= 0:
        return None
    k = int(-node.exponent)
    return scale(coef**-k, rational_power(sech(part.args[0]), Fraction(k)))


# ---- products --------------------------------------------------------------------------------------------------------
def sine_over_cosine(node: Expr) -> Expr | None:
    """sinh(x) sech(x) = tanh(x)"""
    assert isinstance(node, Contract)
    items = items_of(node)
    for k, (a, sub) in enumerate(items):
        if _is(a, F.sinh) and (partner := (sech(a.args[0]), sub)) in items:
            rest = [item for i, item in enumerate(items) if i != k]
            rest.remove(partner)
            return remake(node, [*rest, (F.tanh(a.args[0]), sub)])
    return None


def density_over_distribution(node: Expr) -> Expr | None:
    """phi(x) / Phi(x) where both underflow"""
    assert isinstance(node, Contract)
    items = items_of(node)
    for k, (a, sub) in enumerate(items):
        partner = (rational_power(F.normal_cdf(a.args[0]), Fraction(-1)), sub) if _is(a, F.normal_pdf) else None
        if partner in items:
            rest = [item for i, item in enumerate(items) if i not in (k, items.index(partner))]
            return remake(node, [*rest, (normal_hazard(a.args[0]), sub)])
    return None


def exponential_times_sigmoids(node: Expr) -> Expr | None:
    """e^x sigmoid(-x)^k = sigmoid(x) sigmoid(-x)^(k-1)"""
    assert isinstance(node, Contract)
    items = items_of(node)
    for k, (e, sub) in enumerate(items):
        if not _is(e, F.exp):
            continue
        x = e.args[0]
        tail = F.sigmoid(scale(-1, x))
        for j, (b, other) in enumerate(items):
            if other == sub and isinstance(b, Power) and b.args[0] is tail and b.exponent >= 1:
                rest = [item for i, item in enumerate(items) if i not in (j, k)]
                return remake(node, [*rest, (F.sigmoid(x), sub), (rational_power(tail, b.exponent - 1), sub)])
    return None


def x_log_y(node: Expr) -> Expr | None:
    """x log y = xlogy(x, y), which is 0 at x = 0, where both may be zero"""
    assert isinstance(node, Contract)
    items = items_of(node)
    for k, (a, sub) in enumerate(items):
        if not is_nonnegative(a) or is_positive(a):
            continue
        for j, (b, other) in enumerate(items):
            if sub == other and _is(b, F.log) and not is_positive(b.args[0]):
                rest = [item for i, item in enumerate(items) if i not in (j, k)]
                return remake(node, [*rest, (F.xlogy(a, b.args[0]), sub)])
    return None


_ROWS: dict[type[Expr], tuple[Callable[[Expr], Expr | None], ...]] = {
    Add: (complements, exponentials),
    Apply: (log_near_one, log_of_exponentials, log_of_tails),
    Power: (power_of_power, hyperbolic_secant),
    Contract: (sine_over_cosine, exponential_times_sigmoids, density_over_distribution, x_log_y, guarded),
}
