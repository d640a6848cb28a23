"""Differences of equal functions, and of functions and their arguments, that cancel where the two are close."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

from symml.calculus.facts import is_positive
from symml.expr import functions as F
from symml.expr.arithmetic import scale
from symml.expr.nodes import Add, Apply, Contract, Expr, constant
from symml.kernels import monomials as M
from symml.kernels.monomials import UNIT, Monomial, Sum
from symml.kernels.rewrites.products import calls, swapped, term
from symml.kernels.rewrites.row import Row, is_call, terms
from symml.kernels.rewrites.sums import opened
from symml.kernels.rows import (
    erfcx,
    exp_difference,
    exp_gap,
    expm1_excess,
    expm1_excess_quotient,
    log_cosh,
    log_expm1,
    log_mean_exp,
    log_quotient,
    relative_excess,
    softplus_difference,
)

_ONE, _HALF = Fraction(1), Fraction(1, 2)
_MOST_POWERS = 6


def _swap(found: Sum, gone: list[Monomial], new: Sum, node: Expr) -> Expr:
    """The sum with some of its terms written in another way."""
    rest = {monomial: coef for monomial, coef in found.items() if monomial not in gone}
    return M.build(M.added([rest, new]), node.shape)


def _without_sum(found: Sum, part: Sum) -> list[Monomial] | None:
    """The monomials of a part whose coefficients a sum has."""
    return list(part) if part and all(found.get(monomial) == coef for monomial, coef in part.items()) else None


# ---- softplus --------------------------------------------------------------------------------------------------------
def softplus_less_its_argument(node: Expr) -> Expr | None:
    """softplus(x) - x = softplus(-x); softplus(x) - x/2 = log cosh(x/2) + log(2)"""
    found = terms(node)
    for monomial, coef in found.items():
        for (atom, labels), p in monomial:
            if p != 1 or not is_call(atom, F.softplus):
                continue
            beside = M.without(monomial, (atom, labels))
            x = M.scaled(M.expand(atom.args[0], labels=labels), -coef, beside)
            whole, half = _without_sum(found, x), _without_sum(found, M.scaled(x, _HALF))
            if whole is not None:
                new = M.times(beside, M.atom_of(F.softplus(scale(-1, atom.args[0])), labels))
                return _swap(found, [monomial, *whole], {new: coef}, node)
            if half is not None:
                new = M.times(beside, M.atom_of(log_cosh(scale(_HALF, atom.args[0])), labels))
                two = M.times(beside, M.atom_of(F.log(constant(2)), ()))
                return _swap(found, [monomial, *half], {new: coef, two: coef}, node)
    return None


def difference_of_softplus(node: Expr) -> Expr | None:
    """softplus(a) - softplus(b) = log1p(sigmoid(b) expm1(a - b)) near a = b; the same for log sigmoid(-x)"""
    found = terms(node)
    parts = [(m, c, *_softplus_of(m)) for m, c in found.items() if _softplus_of(m)[0] is not None]
    for (m, c, a, sign, beside), (n, d, b, other, rest) in permutations(parts, 2):
        if a is None or b is None or beside != rest or sign * c != -other * d or sign * c < 0:
            continue
        new = M.times(beside, M.atom_of(softplus_difference(a, b)))
        return _swap(found, [m, n], {new: sign * c}, node)
    return None


def _softplus_of(monomial: Monomial) -> tuple[Expr | None, int, Monomial]:
    """The argument of a softplus, the sign before it, and the factors beside it; log sigmoid(x) = -softplus(-x)."""
    for (atom, labels), p in monomial:
        if p == 1 and is_call(atom, F.softplus, F.log_sigmoid) and labels == tuple(range(len(atom.shape))):
            plain = is_call(atom, F.softplus)
            x = atom.args[0] if plain else scale(-1, atom.args[0])
            return x, 1 if plain else -1, M.without(monomial, (atom, labels))
    return None, 0, UNIT


# ---- exponentials ----------------------------------------------------------------------------------------------------
def difference_of_exponentials(node: Expr) -> Expr | None:
    """e^a - e^b = e^b expm1(a - b) near a = b"""
    found = terms(node)
    parts = [(m, c, atom) for m, c in found.items() for atom, p in m if p == 1 and is_call(atom[0], F.exp)]
    for (m, c, a), (n, d, b) in permutations(parts, 2):
        beside = M.without(m, a)
        if c < 0 or c != -d or a[1] != b[1] or beside != M.without(n, b):
            continue
        new = M.atom_of(exp_gap(a[0].args[0], b[0].args[0]), a[1])
        return _swap(found, [m, n], {M.times(beside, new): c}, node)
    return None


def exponential_less_its_tangent(node: Expr) -> Expr | None:
    """e^x - 1 - x by its series near 0"""
    found = terms(node)
    for monomial, coef in found.items():
        for (atom, labels), p in monomial:
            if p != 1 or not is_call(atom, F.expm1):
                continue
            beside = M.without(monomial, (atom, labels))
            gone = _without_sum(found, M.scaled(M.expand(atom.args[0], labels=labels), -coef, beside))
            if gone is not None:
                new = M.times(beside, M.atom_of(expm1_excess(atom.args[0]), labels))
                return _swap(found, [monomial, *gone], {new: coef}, node)
    return None


def tangent_over_square(node: Expr) -> Expr | None:
    """(e^x - 1 - x)/x^2, which is 1/2 at 0"""
    found = term(node)
    if found is None:
        return None
    coef, monomial = found
    for (atom, labels), p in calls(monomial, expm1_excess):
        x = (atom.args[0], labels)
        if p == 1 and M.powers(monomial).get(x, Fraction(0)) <= -2:
            rest = M.without(M.without(monomial, (atom, labels)), x, -2)
            return swapped(node, coef, rest, M.atom_of(expm1_excess_quotient(atom.args[0]), labels))
    return None


def quotient_that_is_tanh(node: Expr) -> Expr | None:
    """(1 - e^u)/(1 + e^u) = -tanh(u/2), without infinity over infinity"""
    found = term(node)
    if found is None:
        return None
    coef, monomial = found
    exponents = M.powers(monomial)
    for (low, labels), p in exponents.items():
        below = _one_and_exponential(low) if p <= -1 else None
        for (top, other), q in exponents.items() if below is not None else ():
            above = _one_and_exponential(top) if q >= 1 and other == labels else None
            if below is None or above is None or above[1] is not below[1] or below[0][0] != below[0][1]:
                continue
            if above[0][0] == -above[0][1]:
                rest = M.without(M.without(monomial, (top, labels)), (low, labels), -1)
                ratio = -coef * above[0][0] / below[0][0]
                return swapped(node, ratio, rest, M.atom_of(F.tanh(scale(_HALF, above[1])), labels))
    return None


def _one_and_exponential(node: Expr) -> tuple[tuple[Fraction, Fraction], Expr] | None:
    """``(a, b)`` and ``u`` of ``a + b e^u``."""
    found = terms(node) if isinstance(node, Add) else {}
    if len(found) != 2 or UNIT not in found:
        return None
    ((monomial, b),) = ((m, c) for m, c in found.items() if m != UNIT)
    if len(monomial) != 1:
        return None
    (((atom, labels), p),) = monomial
    if p != 1 or labels != tuple(range(len(node.shape))):
        return None
    if is_call(atom, F.exp):
        return (found[UNIT], b), atom.args[0]
    return ((found[UNIT], b), _difference(atom)) if is_call(atom, exp_difference) else None


def _difference(atom: Expr) -> Expr:
    found: Expr = atom.args[0] - atom.args[1]
    return found


def scaled_complementary_error(node: Expr) -> Expr | None:
    """e^(x^2) erfc(x) = erfcx(x) where one overflows and the other underflows"""
    found = term(node)
    if found is None:
        return None
    coef, monomial = found
    for (atom, labels), p in calls(monomial, F.erfc):
        x = M.single(M.expand(atom.args[0], labels=labels))
        for (other, place), q in calls(monomial, F.exp):
            power = M.single(M.expand(other.args[0], labels=place))
            if x is None or power is None or p != 1 or q != 1 or labels != place:
                continue
            if power == (x[0] ** 2, M.raised(x[1], Fraction(2))):
                rest = M.without(M.without(monomial, (atom, labels)), (other, place))
                return swapped(node, coef, rest, M.atom_of(erfcx(atom.args[0]), labels))
    return None


# ---- logarithms ------------------------------------------------------------------------------------------------------
def difference_of_logarithms(node: Expr) -> Expr | None:
    """log(a) - log(b) = log1p((a - b)/b) where a - b is shorter than a and b"""
    found = terms(node)
    parts = [(m, c, a) for m, c in found.items() for a, p in m if p == 1 and is_call(a[0], F.log, F.log1p)]
    for (m, c, a), (n, d, b) in permutations(parts, 2):
        beside = M.without(m, a)
        if c != -d or a[1] != b[1] or beside != M.without(n, b):
            continue
        top, low = _argument(a[0]), _argument(b[0])
        rest = M.added([top, M.scaled(low, -_ONE)])
        base = M.build(low, a[0].shape)
        if len(low) != 1 or len(rest) >= len(top) or not rest or not is_positive(base):
            continue
        (under, number) = next(iter(low.items()))
        quotient = M.build(M.scaled(rest, 1 / number, M.raised(under, -_ONE)), a[0].shape)
        return _swap(found, [m, n], {M.times(beside, M.atom_of(F.log1p(quotient), a[1])): c}, node)
    return None


def _argument(atom: Expr) -> Sum:
    """What the logarithm is taken of."""
    found = terms(atom.args[0])
    return M.added([found, {UNIT: _ONE}]) if is_call(atom, F.log1p) else found


def logarithm_of_expm1(node: Expr) -> Expr | None:
    """log(e^x - 1) = x + log(1 - e^-x) where e^x overflows"""
    inner = node.args[0] if is_call(node, F.log) else node
    return log_expm1(inner.args[0]) if is_call(inner, F.expm1) and inner is not node else None


def logarithm_of_mean_of_exponentials(node: Expr) -> Expr | None:
    """log(c (e^a + e^b)) = log(c) + log(e^a + e^b); with c = 1/2 it is (a + b)/2 + log cosh((a - b)/2) near a = b"""
    found = terms(node.args[0]) if is_call(node, F.log) else {}
    if len(found) == 1:
        ((outer, coef),) = found.items()
        if len(outer) == 1 and isinstance(next(iter(outer))[0][0], Add) and next(iter(outer))[1] == 1:
            found = M.scaled(terms(next(iter(outer))[0][0]), coef)
    coefs = set(found.values())
    plain = all(len(m) == 1 and is_call(a[0], F.exp) and p == 1 for m in found for a, p in m) and UNIT not in found
    if len(found) < 2 or len(coefs) != 1 or not plain:
        return None
    coef = coefs.pop()
    if coef <= 0 or coef == 1:
        return None
    first, *rest = (a[0].args[0] for m in found for a, _ in m)
    if coef == _HALF and len(rest) == 1:
        return log_mean_exp(first, rest[0])
    for other in rest:
        first = F.logaddexp(first, other)
    total: Expr = first + F.log(constant(coef))
    return total


def excess_of_quotient(node: Expr) -> Expr | None:
    """a/b - log(a/b) - 1 = (b log(b/a) - b + a)/b >= 0"""
    found = terms(node)
    for monomial, coef in found.items():
        for (atom, labels), p in monomial:
            if p != 1 or len(monomial) > 1 or not is_call(atom, log_quotient):
                continue
            a, b = (M.expand(arg, labels=labels) for arg in atom.args)
            low = M.single(b)
            if low is None:
                continue
            ratio = M.scaled(a, -coef / low[0], M.raised(low[1], -_ONE))
            gone = _without_sum(found, ratio)
            if gone is not None and found.get(UNIT) == coef:
                sharp = M.atom_of(relative_excess(atom.args[1], atom.args[0]), labels)
                new = {M.times(sharp, M.raised(low[1], -_ONE)): -coef / low[0]}
                return _swap(found, [monomial, UNIT, *gone], new, node)
    return None


# ---- powers ----------------------------------------------------------------------------------------------------------
def one_less_a_power(node: Expr) -> Expr | None:
    """1 - (1 - u)^n = u (1 + (1 - u) + ... + (1 - u)^(n - 1))"""
    found = terms(node)
    coef = found.get(UNIT)
    for monomial, other in found.items():
        powers = {p for _, p in monomial}
        if coef is None or monomial == UNIT or other != -coef or len(powers) != 1:
            continue
        (n,) = powers
        if n.denominator != 1 or not 1 <= n <= _MOST_POWERS or not any(isinstance(a[0], Add) for a, _ in monomial):
            continue
        base = M.raised(monomial, Fraction(1, int(n)))
        inner = opened({base: _ONE}, UNIT)
        if inner is None or inner.get(UNIT) != 1:
            continue
        u = M.atom_of(M.build({m: -c for m, c in inner.items() if m != UNIT}, node.shape))
        tail = M.build({M.raised(base, Fraction(k)): _ONE for k in range(int(n))}, node.shape)
        new = M.times(u, M.atom_of(tail)) if n > 1 else u
        return _swap(found, [UNIT, monomial], {new: coef}, node)
    return None


def terms_that_meet(node: Expr) -> Expr | None:
    """a + b - b = a, where rewriting has made terms equal"""
    found = terms(node)
    leaves = [set(terms(arg)) for arg in node.args]
    met = sum(map(len, leaves)) > len(set().union(*leaves))
    return M.build(found, node.shape) if met and len(found) < len(set().union(*leaves)) else None


def gamma_over_gamma(node: Expr) -> Expr | None:
    """G(a)/G(b) = exp(log G(a) - log G(b)) where both overflow"""
    found = term(node)
    if found is None:
        return None
    coef, monomial = found
    gammas = [((atom, labels), p) for (atom, labels), p in calls(monomial, F.gamma)]
    if not any(p > 0 for _, p in gammas) or not any(p < 0 for _, p in gammas):
        return None
    axes = tuple(range(len(node.shape)))
    if any(labels != axes or not is_positive(atom.args[0]) for (atom, labels), _ in gammas):
        return None
    log = M.build({M.atom_of(F.lgamma(atom.args[0])): Fraction(p) for (atom, _), p in gammas}, node.shape)
    rest = monomial
    for atom, p in gammas:
        rest = M.without(rest, atom, p)
    return swapped(node, coef, rest, M.atom_of(F.exp(log)))


ROWS = (
    Row(
        "softplus(x) - x = softplus(-x); softplus(x) - x/2 = log cosh(x/2) + log(2)",
        "everywhere",
        (Add,),
        softplus_less_its_argument,
        "softplus",
        ("softplus(x) - x", "x: real"),
    ),
    Row(
        "softplus(a) - softplus(b) = log1p(sigmoid(b) expm1(a - b))",
        "everywhere",
        (Add,),
        difference_of_softplus,
        "softplus log_sigmoid",
        ("log_sigmoid(x) - log_sigmoid(y)", "x: real, y: real"),
    ),
    Row(
        "e^a - e^b = e^b expm1(a - b) near a = b",
        "everywhere",
        (Add,),
        difference_of_exponentials,
        "exp",
        ("exp(x) - exp(y)", "x: real, y: real"),
    ),
    Row(
        "e^x - 1 - x by its series near 0",
        "everywhere",
        (Add,),
        exponential_less_its_tangent,
        "expm1",
        ("exp(x) - 1 - x", "x: real"),
    ),
    Row(
        "(e^x - 1 - x)/x^2 = 1/2 + x/6 + ... near 0",
        "x nonzero",
        (Contract,),
        tangent_over_square,
        "",
        ("(exp(x) - 1 - x)/x**2", "x: positive"),
    ),
    Row(
        "(1 - e^u)/(1 + e^u) = -tanh(u/2)",
        "everywhere",
        (Contract,),
        quotient_that_is_tanh,
        "pole",
        ("(exp(x) - 1)/(exp(x) + 1) - (1 - exp(x))/(1 + exp(x))", "x: real"),
    ),
    Row(
        "e^(x^2) erfc(x) = erfcx(x)",
        "everywhere",
        (Contract,),
        scaled_complementary_error,
        "erfc",
        ("exp(x**2)*(1 - erf(x))", "x: real"),
    ),
    Row(
        "log(a) - log(b) = log1p((a - b)/b)",
        "a, b > 0",
        (Add,),
        difference_of_logarithms,
        "log log1p",
        ("log(x + 1) - log(x)", "x: positive"),
    ),
    Row(
        "log(e^x - 1) = x + log(1 - e^-x)",
        "x > 0",
        (Apply,),
        logarithm_of_expm1,
        "log",
        ("log(exp(x) - 1)", "x: positive"),
    ),
    Row(
        "log((e^a + e^b)/2) = (a + b)/2 + log cosh((a - b)/2)",
        "everywhere",
        (Apply,),
        logarithm_of_mean_of_exponentials,
        "log",
        ("log((exp(x) + exp(y))/2)", "x: real, y: real"),
    ),
    Row(
        "a/b - log(a/b) - 1 = (b log(b/a) - b + a)/b",
        "a, b > 0",
        (Add,),
        excess_of_quotient,
        "log_quotient",
        ("x/y - log(x/y) - 1", "x: positive, y: positive"),
    ),
    Row(
        "1 - (1 - u)^n = u (1 + (1 - u) + ... + (1 - u)^(n - 1))",
        "everywhere",
        (Add,),
        one_less_a_power,
        "",
        ("1 - (1 - x**2)**3", "x: unit"),
    ),
    Row(
        "G(a)/G(b) = exp(log G(a) - log G(b))",
        "a, b > 0",
        (Contract,),
        gamma_over_gamma,
        "gamma",
        ("gamma(x + y)/gamma(x)", "x: positive, y: positive"),
    ),
    Row(
        "a + b - b = a",
        "everywhere",
        (Add,),
        terms_that_meet,
        "",
        ("log(1 + exp(2*x)) - x - log(2)", "x: real"),
    ),
)
