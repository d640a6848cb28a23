"""Differences of log-gamma and digamma functions, in which large parts cancel before anything is computed."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, permutations

from symml.calculus.facts import is_positive
from symml.expr import functions as F
from symml.expr.function import Function
from symml.expr.nodes import Add, Expr
from symml.kernels import monomials as M
from symml.kernels.monomials import UNIT, Atom, Monomial, Sum
from symml.kernels.rewrites.log_sums import replaced
from symml.kernels.rewrites.logs import split_logarithm
from symml.kernels.rewrites.row import Row, is_call, terms
from symml.kernels.rows import digamma_half_step, digamma_step, lgamma_half_step, log_beta

_ONE, _HALF = Fraction(1), Fraction(1, 2)
_Item = tuple[Monomial, Fraction, Atom]


def _calls(found: Sum, function: Function) -> list[_Item]:
    """Terms with a call of the function, and the call."""
    return [
        (monomial, coef, atom)
        for monomial, coef in found.items()
        for atom, p in monomial
        if p == 1 and is_call(atom[0], function)
    ]


def _open(node: Expr) -> Sum:
    return M.expand(node, opened=True)


def _gap(high: Atom, low: Atom) -> Sum:
    """The difference of two arguments."""
    return M.added([_open(high[0].args[0]), M.scaled(_open(low[0].args[0]), -_ONE)])


def _beside(item: _Item) -> Monomial:
    return M.without(item[0], item[2])


def step_of_log_gamma(node: Expr) -> Expr | None:
    """log G(a + 1/2) - log G(a) = log(a)/2 + a small rest"""
    found = terms(node)
    for one, two in permutations(_calls(found, F.lgamma), 2):
        if one[1] == -two[1] and _beside(one) == _beside(two) and _gap(one[2], two[2]) == {UNIT: _HALF}:
            a, labels = two[2][0].args[0], two[2][1]
            base = M.single(M.expand(a, labels=labels))
            log = {M.atom_of(F.log(a), labels): _ONE} if base is None else split_logarithm(*base)
            parts = M.scaled(log, _HALF)
            sharp = M.added([parts, {M.atom_of(lgamma_half_step(a), labels): _ONE}])
            return replaced(found, [one[0], two[0]], M.scaled(sharp, one[1], _beside(one)), node)
    return None


def step_of_digamma(node: Expr) -> Expr | None:
    """psi(a + 1/2) - psi(a) = 1/(2 a) + a small rest; psi(a + d) - psi(a) for positive d"""
    found = terms(node)
    for one, two in permutations(_calls(found, F.digamma), 2):
        if one[1] != -two[1] or _beside(one) != _beside(two):
            continue
        gap, (low, labels) = _gap(one[2], two[2]), two[2]
        a = low.args[0]
        if gap == {UNIT: _HALF}:
            half = M.raised(M.atom_of(a, labels), -_ONE)
            if (base := M.single(M.expand(a, labels=labels))) is not None:
                half, number = M.raised(base[1], -_ONE), _HALF / base[0]
            else:
                number = _HALF
            sharp = M.added([{half: number}, {M.atom_of(digamma_half_step(a), labels): _ONE}])
        elif is_positive(step := M.build(gap, low.shape)) and is_positive(a):
            sharp = {M.atom_of(digamma_step(a, step), labels): _ONE}
        else:
            continue
        return replaced(found, [one[0], two[0]], M.scaled(sharp, one[1], _beside(one)), node)
    return None


def logarithm_of_beta(node: Expr) -> Expr | None:
    """log G(a) + log G(b) - log G(a + b) = log B(a, b); log G(a) - log G(b) - log G(c) for b + c = a + 1"""
    found = terms(node)
    calls = _calls(found, F.lgamma)
    for one, two in combinations(calls, 2):
        for three in calls:
            if one[1] != two[1] or three[1] != -one[1] or not _beside(one) == _beside(two) == _beside(three):
                continue
            (a, labels), (b, _), (c, _) = one[2], two[2], three[2]
            x, y, z = a.args[0], b.args[0], c.args[0]
            rest = M.added([_open(x), _open(y), M.scaled(_open(z), -_ONE)])
            if rest and rest != {UNIT: _ONE}:
                continue
            sharp: Sum = {M.atom_of(log_beta(x, y), labels): _ONE}
            if rest:
                sharp[M.atom_of(F.log(z), labels)] = _ONE
            return replaced(found, [one[0], two[0], three[0]], M.scaled(sharp, one[1], _beside(one)), node)
    return None


_XY = "x: positive, y: positive"
ROWS = (
    Row(
        "log G(a) + log G(b) - log G(a + b) = log B(a, b)",
        "a, b > 0",
        (Add,),
        logarithm_of_beta,
        "lgamma",
        ("lgamma(x) + lgamma(y) - lgamma(x + y)", _XY),
    ),
    Row(
        "log G(a + 1/2) - log G(a) = log(a)/2 + O(1/a)",
        "a > 0",
        (Add,),
        step_of_log_gamma,
        "lgamma",
        ("lgamma(x + 1/2) - lgamma(x)", "x: positive"),
    ),
    Row(
        "psi(a + d) - psi(a) = log1p(d/a) + ...",
        "a, d > 0",
        (Add,),
        step_of_digamma,
        "digamma",
        ("digamma(x + y) - digamma(x)", _XY),
    ),
)
