"""Exponentials: their differences and quotients near 0 / 0, and where one overflows beside another that underflows."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

from symml.expr import functions as F
from symml.expr.arithmetic import scale
from symml.expr.nodes import Add, Contract, Expr
from symml.kernels import monomials as M
from symml.kernels.monomials import UNIT
from symml.kernels.rewrites.differences import part_of
from symml.kernels.rewrites.log_sums import replaced
from symml.kernels.rewrites.products import calls, swapped, term
from symml.kernels.rewrites.row import Row, is_call, terms
from symml.kernels.rows import erfcx, exp_difference, exp_gap, expm1_excess, expm1_excess_quotient, sinc_slope

_ONE, _HALF = Fraction(1), Fraction(1, 2)


def difference_of_exponentials(node: Expr) -> Expr | None:
    """e^a - e^b = e^b expm1(a - b) near a = b"""
    found = terms(node)
    parts = [(m, c, atom) for m, c in found.items() for atom, p in m if p == 1 and is_call(atom[0], F.exp)]
    for (m, c, a), (n, d, b) in permutations(parts, 2):
        beside = M.without(m, a)
        if c < 0 or c != -d or a[1] != b[1] or beside != M.without(n, b):
            continue
        new = M.atom_of(exp_gap(a[0].args[0], b[0].args[0]), a[1])
        return replaced(found, [m, n], {M.times(beside, new): c}, node)
    return None


def exponential_less_its_tangent(node: Expr) -> Expr | None:
    """e^x - 1 - x by its series near 0"""
    found = terms(node)
    for monomial, coef in found.items():
        for (atom, labels), p in monomial:
            if p != 1 or not is_call(atom, F.expm1):
                continue
            beside = M.without(monomial, (atom, labels))
            gone = part_of(found, M.scaled(M.expand(atom.args[0], labels=labels), -coef, beside))
            if gone is not None:
                new = M.times(beside, M.atom_of(expm1_excess(atom.args[0]), labels))
                return replaced(found, [monomial, *gone], {new: coef}, node)
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


def exponential_over_its_excess(node: Expr) -> Expr | None:
    """e^x/(e^x - 1) = -1/(e^-x - 1) where e^x overflows"""
    found = term(node)
    if found is None:
        return None
    coef, monomial = found
    for (atom, labels), p in calls(monomial, F.exp):
        x = atom.args[0]
        low = (F.expm1(x), labels)
        if p >= 1 and M.powers(monomial).get(low, Fraction(0)) <= -1:
            rest = M.without(M.without(monomial, (atom, labels)), low, -1)
            below = M.raised(M.atom_of(F.expm1(scale(-1, x)), labels), -_ONE)
            return swapped(node, -coef, rest, below)
    return None


def derivative_of_sinc(node: Expr) -> Expr | None:
    """cos(x) - sin(x)/x by its series near 0"""
    found = terms(node)
    for monomial, coef in found.items():
        for (atom, labels), p in monomial:
            if p != 1 or not is_call(atom, F.cos):
                continue
            x = (atom.args[0], labels)
            beside = M.without(monomial, (atom, labels))
            sine = M.times(beside, M.times(M.atom_of(F.sin(x[0]), labels), M.made({x: -_ONE})))
            if found.get(sine) == -coef:
                new = M.times(beside, M.times(M.atom_of(sinc_slope(x[0]), labels), M.made({x: _ONE})))
                return replaced(found, [monomial, sine], {new: coef}, node)
    return None


ROWS = (
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
        "e^x/(e^x - 1) = -1/(e^-x - 1)",
        "x nonzero",
        (Contract,),
        exponential_over_its_excess,
        "expm1",
        ("exp(x)/(exp(x) - 1)", "x: positive"),
    ),
    Row(
        "cos(x) - sin(x)/x by its series near 0",
        "x nonzero",
        (Add,),
        derivative_of_sinc,
        "cos",
        ("cos(x)/x - sin(x)/x**2", "x: positive"),
    ),
)
