"""Sums in which logarithms, or derivatives of quotients, cancel."""

from __future__ import annotations

from fractions import Fraction

from symml.expr import functions as F
from symml.expr.arithmetic import scale
from symml.expr.nodes import Add, Expr, Symbol
from symml.kernels import monomials as M
from symml.kernels.monomials import UNIT, Monomial, Sum
from symml.kernels.rewrites.logs import complement
from symml.kernels.rewrites.row import Row, is_call, terms
from symml.kernels.rewrites.sums import hypot_of
from symml.kernels.rows import (
    binary_kl,
    cosc,
    cosc_slope,
    cross_entropy,
    expm1_quotient,
    expm1_quotient_slope,
    log1p_square,
    log1p_square_excess,
    log_complement_quotient,
    log_excess,
    log_quotient,
    relative_excess,
)

_ONE = Fraction(1)
_SHARES = frozenset({"unit", "binary", "probability"})


def logarithms_that_meet(node: Expr) -> Expr | None:
    """log(x) - log1p(-x) = logit(x)"""
    found = terms(node)
    for monomial, coef in found.items():
        for (atom, labels), p in monomial:
            if p != 1 or not is_call(atom, F.log):
                continue
            x = atom.args[0]
            partner = M.times(M.without(monomial, (atom, labels)), M.atom_of(F.log1p(scale(-1, x)), labels))
            if found.get(partner) == -coef:
                new = M.times(M.without(monomial, (atom, labels)), M.atom_of(F.logit(x), labels))
                return replaced(found, [monomial, partner], {new: coef}, node)
    return None


def sigmoids_that_meet(node: Expr) -> Expr | None:
    """log sigmoid(x) - log sigmoid(-x) = x; softplus(x) - softplus(-x) = x"""
    found = terms(node)
    for monomial, coef in found.items():
        for (atom, labels), p in monomial:
            if p != 1 or not is_call(atom, F.log_sigmoid, F.softplus):
                continue
            beside, x = M.without(monomial, (atom, labels)), atom.args[0]
            mirror = F.log_sigmoid(scale(-1, x)) if is_call(atom, F.log_sigmoid) else F.softplus(scale(-1, x))
            partner = M.times(beside, M.atom_of(mirror, labels))
            if found.get(partner) == -coef:
                new = M.multiplied({beside: coef}, M.expand(x, labels=labels))
                return replaced(found, [monomial, partner], new, node)
    return None


def cross_entropy_of_sigmoid(node: Expr) -> Expr | None:
    """-y log sigmoid(x) - (1 - y) log sigmoid(-x) = (1 - y) max(x, 0) - y min(x, 0) + log1p(e^-|x|)"""
    found = terms(node)
    for monomial, coef in found.items():
        for (atom, labels), p in monomial:
            if p != 1 or not is_call(atom, F.log_sigmoid) or len(monomial) != 2:
                continue
            (((y, place), q),) = M.without(monomial, (atom, labels))
            mirror = F.log_sigmoid(scale(-1, atom.args[0]))
            if q != 1 or place != labels or complement(y) is not None:
                continue
            for other, d in found.items():
                rest = M.times(other, M.raised(M.atom_of(mirror, labels), -_ONE))
                if d == coef and len(rest) == 1 and complement(next(iter(rest))[0][0]) is y:
                    new = M.atom_of(_entropy(atom.args[0], y), labels)
                    return replaced(found, [monomial, other], {new: -coef}, node)
    return None


def softplus_less_a_share(node: Expr) -> Expr | None:
    """softplus(x) - y x = (1 - y) max(x, 0) - y min(x, 0) + log1p(e^-|x|) for y in [0, 1]"""
    found = terms(node)
    for monomial, coef in found.items():
        for (atom, labels), p in monomial:
            if p != 1 or len(monomial) > 1 or not is_call(atom, F.softplus):
                continue
            x = M.single(M.expand(atom.args[0], labels=labels))
            for other, minus in found.items() if x is not None else ():
                rest = M.times(other, M.raised(x[1], -_ONE)) if x is not None else UNIT
                if x is None or len(rest) != 1 or minus != -coef * x[0]:
                    continue
                (((y, place), q),) = rest
                if q == 1 and place == labels and isinstance(y, Symbol) and y.domain.facts & _SHARES:
                    new = M.atom_of(_entropy(atom.args[0], y), labels)
                    return replaced(found, [monomial, other], {new: coef}, node)
    return None


def _entropy(x: Expr, y: Expr) -> Expr:
    """The cross-entropy of sigmoid(x) and y; for y in {0, 1} a softplus whose argument has the sign turned by y."""
    return F.softplus((1 - 2 * y) * x) if isinstance(y, Symbol) and "binary" in y.domain.facts else cross_entropy(x, y)


def excess_of_logarithm(node: Expr) -> Expr | None:
    """y - 1 - log(y) and y^2 - 1 - 2 log(y) near y = 1"""
    found = terms(node)
    for monomial, a in found.items():
        for (atom, labels), p in monomial:
            if p != 1 or len(monomial) > 1 or not is_call(atom, F.log):
                continue
            y = M.expand(atom.args[0], labels=labels)
            base = M.single(y)
            if base is None or base[0] != 1:
                continue
            for k in (1, 2):
                power = M.raised(base[1], Fraction(k))
                b = found.get(power, Fraction(0))
                if b and b * k == -a and found.get(UNIT) == -b:
                    sharp: Sum = {M.atom_of(log_excess(atom.args[0]), labels): b * k}
                    if k == 2:
                        gap = M.build(M.added([y, {UNIT: -_ONE}]), atom.shape)
                        sharp[M.raised(M.atom_of(gap, labels), Fraction(2))] = b
                    return replaced(found, [monomial, power, UNIT], sharp, node)
    return None


def relative_entropy(node: Expr) -> Expr | None:
    """x log(x/y) - x + y >= 0, and x log(x/y) + (1 - x) log((1 - x)/(1 - y)) >= 0"""
    found = terms(node)
    for monomial, c in found.items():
        for (atom, labels), p in monomial:
            if p != 1 or not is_call(atom, log_quotient):
                continue
            x, y = atom.args
            if M.times(monomial, UNIT) != M.times(M.atom_of(atom, labels), M.atom_of(x, labels)):
                continue
            first, second = M.atom_of(x, labels), M.atom_of(y, labels)
            if found.get(first) == -c and found.get(second) == c:
                return replaced(found, [monomial, first, second], {M.atom_of(relative_excess(x, y), labels): c}, node)
            rest = M.atom_of(log_complement_quotient(x, y), labels)
            for other, d in found.items():
                factor = M.times(other, M.raised(rest, -_ONE))
                if d == c and len(factor) == 1 and complement(next(iter(factor))[0][0]) is x:
                    return replaced(found, [monomial, other], {M.atom_of(binary_kl(x, y), labels): c}, node)
    return None


def excess_of_square(node: Expr) -> Expr | None:
    """log(1 + x^2) - x^2 / (1 + x^2) near x = 0"""
    found = terms(node)
    for monomial, c in found.items():
        for (atom, labels), p in monomial:
            if p != 1 or not is_call(atom, log1p_square):
                continue
            x = atom.args[0]
            beside = M.without(monomial, (atom, labels))
            square = M.single(M.expand(x**2, labels=labels))
            root = hypot_of(M.build(M.added([{UNIT: _ONE}, M.expand(x**2)]), x.shape))
            below = None if root is None else M.single(M.expand(root, labels=labels))
            if square is None or below is None:
                continue
            coef, share = square[0], M.times(square[1], M.raised(below[1], Fraction(-2)))
            partner = M.times(beside, share)
            if found.get(partner) == -c * coef:
                new = M.times(beside, M.atom_of(log1p_square_excess(x), labels))
                return replaced(found, [monomial, partner], {new: c}, node)
    return None


def derivatives_of_quotients(node: Expr) -> Expr | None:
    """The derivatives of (e^x - 1)/x and of (1 - cos x)/x^2, which cancel near x = 0"""
    found = terms(node)
    for monomial, c in found.items():
        for (atom, labels), p in monomial:
            if p != 1 or not is_call(atom, F.exp, F.sin):
                continue
            x = atom.args[0]
            beside = M.without(monomial, (atom, labels))
            place = M.atom_of(x, labels)
            for partner, factor in _partners(atom, labels):
                other = M.times(beside, partner)
                if found.get(other) == factor * c:
                    slope, k = (expm1_quotient_slope, _ONE) if is_call(atom, F.exp) else (cosc_slope, Fraction(2))
                    new = M.times(M.times(beside, M.raised(place, k)), M.atom_of(slope(x), labels))
                    return replaced(found, [monomial, other], {new: c}, node)
    return None


def _partners(atom: Expr, labels: M.Labels) -> list[tuple[Monomial, int]]:
    """What stands beside e^x or sin(x) in the derivatives, and its coefficient."""
    x = atom.args[0]
    if is_call(atom, F.exp):
        return [(M.atom_of(expm1_quotient(x), labels), -1)]
    half = M.raised(M.atom_of(F.sin(scale(Fraction(1, 2), x)), labels), Fraction(2))
    place = M.atom_of(x, labels)
    return [(M.times(half, M.raised(place, -_ONE)), -4), (M.times(M.atom_of(cosc(x), labels), place), -2)]


def replaced(found: Sum, gone: list[Monomial], new: Sum, node: Expr) -> Expr:
    """The sum with some of its terms written in another way."""
    rest = {monomial: coef for monomial, coef in found.items() if monomial not in gone}
    return M.build(M.added([rest, new]), node.shape)


ROWS = (
    Row(
        "log(x) - log(1 - x) = logit(x)",
        "0 < x < 1",
        (Add,),
        logarithms_that_meet,
        "log",
        ("log(x) - log1p(-x)", "x: unit"),
    ),
    Row(
        "log sigmoid(x) - log sigmoid(-x) = x",
        "everywhere",
        (Add,),
        sigmoids_that_meet,
        "log_sigmoid softplus",
        ("log_sigmoid(x) - log_sigmoid(-x)", "x: real"),
    ),
    Row(
        "-y log sigmoid(x) - (1 - y) log sigmoid(-x) >= 0 without cancellation",
        "everywhere",
        (Add,),
        cross_entropy_of_sigmoid,
        "log_sigmoid",
        ("y*log_sigmoid(x) + (1 - y)*log_sigmoid(-x)", "x: real, y: unit"),
    ),
    Row(
        "softplus(x) - y x >= 0 without cancellation",
        "0 <= y <= 1",
        (Add,),
        softplus_less_a_share,
        "softplus",
        ("softplus(x) - y*x", "x: real, y: unit"),
    ),
    Row(
        "y - 1 - log(y) = -log1pmx(y - 1)",
        "y > 0",
        (Add,),
        excess_of_logarithm,
        "log",
        ("y - 1 - log(y)", "y: positive"),
    ),
    Row(
        "x log(x/y) - x + y >= 0",
        "x, y > 0",
        (Add,),
        relative_entropy,
        "log_quotient",
        ("x*log(x/y) - x + y", "x: positive, y: positive"),
    ),
    Row(
        "log(1 + x^2) - x^2/(1 + x^2) >= 0",
        "everywhere",
        (Add,),
        excess_of_square,
        "log1p_square",
        ("log1p(x**2) - x**2/(1 + x**2)", "x: real"),
    ),
    Row(
        "d/dx (e^x - 1)/x by its series near 0",
        "x nonzero",
        (Add,),
        derivatives_of_quotients,
        "exp sin",
        ("exp(x)/x - (exp(x) - 1)/x**2", "x: positive"),
    ),
)
