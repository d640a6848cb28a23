"""Differences of softplus, logarithms, quotients and powers that cancel where the two are close."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

from symml.calculus.facts import is_positive
from symml.expr import functions as F
from symml.expr.arithmetic import scale
from symml.expr.nodes import Add, Apply, Expr, Symbol, constant
from symml.kernels import monomials as M
from symml.kernels.monomials import UNIT, Monomial, Sum
from symml.kernels.rewrites.log_sums import replaced
from symml.kernels.rewrites.row import Row, is_call, terms
from symml.kernels.rewrites.sums import opened
from symml.kernels.rows import log_cosh, log_expm1, log_mean_exp, log_quotient, relative_excess, softplus_difference

_ONE, _HALF = Fraction(1), Fraction(1, 2)
_MOST_POWERS = 6


def part_of(found: Sum, part: Sum) -> list[Monomial] | None:
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
            whole, half = part_of(found, x), part_of(found, M.scaled(x, _HALF))
            if whole is not None:
                new = M.times(beside, M.atom_of(F.softplus(scale(-1, atom.args[0])), labels))
                return replaced(found, [monomial, *whole], {new: coef}, node)
            if half is not None:
                new = M.times(beside, M.atom_of(log_cosh(scale(_HALF, atom.args[0])), labels))
                two = M.times(beside, M.atom_of(F.log(constant(2)), ()))
                return replaced(found, [monomial, *half], {new: coef, two: coef}, node)
    return None


def difference_of_softplus(node: Expr) -> Expr | None:
    """softplus(a) - softplus(b) = log1p(sigmoid(b) expm1(a - b)) near a = b; the same for log sigmoid(-x)"""
    found = terms(node)
    parts = [(m, c, *_softplus_of(m)) for m, c in found.items() if _softplus_of(m)[0] is not None]
    for (m, c, a, sign, beside), (n, d, b, other, rest) in permutations(parts, 2):
        if a is None or b is None or beside != rest or sign * c != -other * d or sign * c < 0:
            continue
        new = M.times(beside, M.atom_of(softplus_difference(a, b)))
        return replaced(found, [m, n], {new: sign * c}, node)
    return None


def _softplus_of(monomial: Monomial) -> tuple[Expr | None, int, Monomial]:
    """The argument of a softplus, the sign before it, and the factors beside it; log sigmoid(x) = -softplus(-x)."""
    for (atom, labels), p in monomial:
        if p == 1 and is_call(atom, F.softplus, F.log_sigmoid) and labels == tuple(range(len(atom.shape))):
            plain = is_call(atom, F.softplus)
            x = atom.args[0] if plain else scale(-1, atom.args[0])
            return x, 1 if plain else -1, M.without(monomial, (atom, labels))
    return None, 0, UNIT


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
        return replaced(found, [m, n], {M.times(beside, M.atom_of(F.log1p(quotient), a[1])): c}, node)
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
            gone = part_of(found, ratio)
            if gone is not None and found.get(UNIT) == coef:
                sharp = M.atom_of(relative_excess(atom.args[1], atom.args[0]), labels)
                new = {M.times(sharp, M.raised(low[1], -_ONE)): -coef / low[0]}
                return replaced(found, [monomial, UNIT, *gone], new, node)
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
        return replaced(found, [UNIT, monomial], {new: coef}, node)
    return None


def terms_that_meet(node: Expr) -> Expr | None:
    """a + b - b = a, where rewriting has made terms equal"""
    found = terms(node)
    leaves = [set(terms(arg)) for arg in node.args]
    met = sum(map(len, leaves)) > len(set().union(*leaves))
    return M.build(found, node.shape) if met and len(found) < len(set().union(*leaves)) else None


def one_less_a_quotient(node: Expr) -> Expr | None:
    """1 - a/b = (b - a)/b: the difference of close floats is exact"""
    found = terms(node)
    if len(found) != 2 or UNIT not in found:
        return None
    ((monomial, coef),) = ((m, c) for m, c in found.items() if m != UNIT)
    exponents = M.powers(monomial)
    if coef != -found[UNIT] or sorted(exponents.values()) != [-1, 1]:
        return None
    ((low, _),) = ((atom, p) for atom, p in exponents.items() if p < 0)
    ((top, _),) = ((atom, p) for atom, p in exponents.items() if p > 0)
    if not all(isinstance(atom[0], Symbol) and is_positive(atom[0]) for atom in (low, top)):
        return None
    gap = M.build({M.made({low: _ONE}): _ONE, M.made({top: _ONE}): -_ONE}, node.shape)
    return M.build({M.times(M.atom_of(gap), M.made({low: -_ONE})): found[UNIT]}, node.shape)


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
        "1 - a/b = (b - a)/b",
        "a, b > 0",
        (Add,),
        one_less_a_quotient,
        "inverse",
        ("1 - x/y", "x: positive, y: positive"),
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
