"""Divergences of distributions near the place where both are equal: sums of terms that are never negative."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, permutations

from symml.calculus.facts import is_positive
from symml.expr import functions as F
from symml.expr.nodes import Add, Apply, Expr
from symml.kernels import monomials as M
from symml.kernels.monomials import UNIT, Atom, Labels, Monomial, Sum
from symml.kernels.rewrites.log_sums import replaced
from symml.kernels.rewrites.logs import complement
from symml.kernels.rewrites.row import Row, is_call, terms
from symml.kernels.rows import (
    log_complement_quotient,
    log_cross_ratio,
    log_near_one,
    log_quotient,
    negative_binomial_excess,
    relative_excess,
)

_ONE, _HALF = Fraction(1), Fraction(1, 2)
_MOST_TERMS = 6


def excess_of_quotient(node: Expr) -> Expr | None:
    """y/x - 1 + log(x/y) >= 0 and (y^2/x^2 - 1)/2 + log(x/y) >= 0"""
    found = M.expand(node, opened=True)
    for monomial, c in found.items():
        for (atom, labels), p in monomial:
            if p != 1 or not is_call(atom, log_quotient):
                continue
            beside = M.without(monomial, (atom, labels))
            for (x, y), sign in ((atom.args, _ONE), (atom.args[::-1], -_ONE)):
                new = _excess(found, beside, sign * c, (x, y), labels, node)
                if new is not None:
                    gone, sharp = new
                    return replaced(found, [monomial, *gone], sharp, node)
    return None


def _excess(
    found: Sum, beside: Monomial, c: Fraction, pair: tuple[Expr, Expr], labels: Labels, node: Expr
) -> tuple[list[Monomial], Sum] | None:
    """What goes and what comes for c log(x/y) beside c (y/x - 1), or beside c/2 (y^2/x^2 - 1)."""
    x, y = (M.single(M.expand(part, labels=labels)) for part in pair)
    if x is None or y is None:
        return None
    below = M.raised(x[1], -_ONE)
    share, ratio = M.times(y[1], below), y[0] / x[0]
    excess = M.times(M.times(beside, below), M.atom_of(relative_excess(*pair), labels))
    for k in (1, 2):
        partner = M.times(beside, M.raised(share, Fraction(k)))
        if found.get(partner) == c * ratio**k / k and found.get(beside) == -c / k:
            sharp: Sum = {excess: c / x[0]}
            if k == 2:
                gap = M.build(M.added([M.expand(pair[1]), M.scaled(M.expand(pair[0]), -_ONE)]), pair[0].shape)
                square = M.times(M.raised(M.atom_of(gap, labels), Fraction(2)), M.raised(below, Fraction(2)))
                sharp[M.times(beside, square)] = c / 2 / x[0] ** 2
            return [partner, beside], sharp
    return None


# ---- several relative entropies --------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Entropy:
    """A term ``coef * a * log(a / b)`` of a sum."""

    monomial: Monomial
    coef: Fraction
    a: Expr
    b: Expr
    labels: Labels
    beside: Monomial = UNIT

    @property
    def gap(self) -> Sum:
        """``coef * (a - b)``, all sums opened."""
        parts = [M.expand(part, opened=True, labels=self.labels) for part in (self.a, self.b)]
        return M.added([M.scaled(parts[0], self.coef), M.scaled(parts[1], -self.coef)])


def entropies_that_balance(node: Expr) -> Expr | None:
    """sum a log(a/b) = sum (a log(a/b) - a + b) where sum a = sum b, as in Jensen-Shannon divergences"""
    found = _flat(terms(node), node)
    known = [entropy for monomial, c in found.items() for entropy in _entropies(monomial, c, node)][:_MOST_TERMS]
    for count in range(2, len(known) + 1):
        for chosen in combinations(known, count):
            signs = {entropy.coef > 0 for entropy in chosen}
            whole = len({entropy.monomial for entropy in chosen}) == count
            if whole and len(signs) == 1 and not M.added([entropy.gap for entropy in chosen]):
                new = {M.atom_of(relative_excess(e.a, e.b), e.labels): e.coef for e in chosen}
                return replaced(found, [entropy.monomial for entropy in chosen], new, node)
    return None


def _flat(found: Sum, node: Expr) -> Sum:
    """The sum with the terms of multiples of sums."""
    axes = tuple(range(len(node.shape)))
    parts: list[Sum] = []
    for monomial, coef in found.items():
        inner = next((atom for (atom, labels), p in monomial if p == 1 and labels == axes), None)
        is_sum = len(monomial) == 1 and isinstance(inner, Add)
        parts.append(M.scaled(terms(inner), coef) if inner is not None and is_sum else {monomial: coef})
    return M.added(parts)


def _entropies(monomial: Monomial, coef: Fraction, node: Expr) -> Iterator[_Entropy]:
    """The readings of a term as a multiple of ``a log(a/b)``."""
    for (atom, labels), p in monomial:
        pair = _quotient(atom) if p == 1 and isinstance(atom.shape, tuple) else None
        if pair is None:
            continue
        beside = M.without(monomial, (atom, labels))
        factor = _multiple(beside, pair[0], labels)
        if factor is not None:
            yield _Entropy(monomial, coef * factor, pair[0], pair[1], labels)


def _multiple(beside: Monomial, a: Expr, labels: Labels) -> Fraction | None:
    """``c`` with which ``beside`` is ``c * a``; sums are compared term by term."""
    found = M.expand(a, labels=labels)
    alone = M.single(found)
    if alone is not None:
        return 1 / alone[0] if alone[1] == beside else None
    inner = [(atom, place) for (atom, place), p in beside if p == 1] if len(beside) == 1 else []
    return _ONE if inner and M.expand(inner[0][0], labels=inner[0][1]) == found else None


def _quotient(atom: Expr) -> tuple[Expr, Expr] | None:
    """``a`` and ``b`` of a logarithm of ``a / b``."""
    if is_call(atom, log_quotient):
        return atom.args[0], atom.args[1]
    if is_call(atom, log_complement_quotient):
        return 1 - atom.args[0], 1 - atom.args[1]
    inner = M.single(M.expand(atom.args[0])) if is_call(atom, F.log, log_near_one) else None
    if inner is None or inner[0] <= 0:
        return None
    top = M.made({part: p for part, p in inner[1] if p > 0})
    if not all(is_positive(part) for (part, _), _ in top):  # Then what is below is positive as well.
        return None
    low = M.made({part: -p for part, p in inner[1] if p < 0})
    if not top or not low:
        return None
    shape = atom.args[0].shape
    return M.build({top: inner[0]}, shape), M.build({low: _ONE}, shape)


# ---- counts ----------------------------------------------------------------------------------------------------------
def count_models(node: Expr) -> Expr | None:
    """x log(x/y) - (x + k) log((x + k)/(y + k)) >= 0, and its derivative log(x/y) - log((x + k)/(y + k))"""
    found = _flat(terms(node), node)
    for weighted in (True, False):
        known = [e for m, c in found.items() for e in (_entropies(m, c, node) if weighted else _logarithms(m, c))]
        for first, second in permutations(known, 2):
            k = _common_shift(first, second)
            if k is None or first.coef != -second.coef or first.monomial == second.monomial:
                continue
            row = negative_binomial_excess if weighted else log_cross_ratio
            new = M.atom_of(row(first.a, first.b, k), first.labels)
            beside = UNIT if weighted else first.beside
            gone = [first.monomial, second.monomial]
            return replaced(found, gone, {M.times(beside, new): first.coef}, node)
    return None


def _logarithms(monomial: Monomial, coef: Fraction) -> Iterator[_Entropy]:
    """The readings of a term as a multiple of ``log(a/b)``."""
    for (atom, labels), p in monomial:
        pair = _quotient(atom) if p == 1 else None
        if pair is not None:
            yield _Entropy(monomial, coef, pair[0], pair[1], labels, M.without(monomial, (atom, labels)))


def _common_shift(first: _Entropy, second: _Entropy) -> Expr | None:
    """``k > 0`` with which (a, b) of the first becomes (a, b) of the second."""
    if first.labels != second.labels or first.beside != second.beside:
        return None
    shape = first.a.shape
    pairs = ((first.a, second.a), (first.b, second.b))
    shifts = [M.added([M.expand(v, opened=True), M.scaled(M.expand(u, opened=True), -_ONE)]) for u, v in pairs]
    if shifts[0] != shifts[1] or not shifts[0]:
        return None
    k = M.build(shifts[0], shape)
    return k if is_positive(k) and is_positive(first.a) and is_positive(first.b) else None


# ---- Hellinger distances ---------------------------------------------------------------------------------------------
def affinity_less_one(node: Expr) -> Expr | None:
    """1 - sqrt(x y) - sqrt((1 - x)(1 - y)) = ((sqrt(x) - sqrt(y))^2 + (sqrt(1 - x) - sqrt(1 - y))^2)/2"""
    found = _flat(terms(node), node)
    unit = found.get(UNIT)
    roots = [(m, pair) for m, c in found.items() if unit and c == -unit and (pair := _root_of_product(m))]
    for (m, pair), (n, others) in permutations(roots, 2):
        if {complement(atom[0]) for atom in others} == {atom[0] for atom in pair}:
            new = M.added([_half_square(pair, node), _half_square(others, node)])
            return replaced(found, [UNIT, m, n], M.scaled(new, unit or _ONE), node)
    return None


def logarithm_of_affinity(node: Expr) -> Expr | None:
    """log(sqrt(x y) + sqrt((1 - x)(1 - y))), from what the affinity lacks to 1"""
    found = terms(node.args[0]) if is_call(node, F.log) else {}
    roots = [pair for m, c in found.items() if c == 1 and (pair := _root_of_product(m))]
    if len(found) != 2 or len(roots) != 2:
        return None
    for pair, others in permutations(roots, 2):
        if {complement(atom[0]) for atom in others} == {atom[0] for atom in pair}:
            lack = M.added([_half_square(pair, node), _half_square(others, node)])
            return log_near_one(node.args[0], M.build(M.scaled(lack, -_ONE), node.shape))
    return None


def logarithm_of_share(node: Expr) -> Expr | None:
    """log(2 x/(x + y)), from (x - y)/(x + y) where it is near 0"""
    found = M.single(M.expand(node.args[0])) if is_call(node, F.log) else None
    if found is None or found[0] <= 0:
        return None
    low = [atom for atom, p in found[1] if p == -1 and isinstance(atom[0], Add)]
    top = M.made({atom: p for atom, p in found[1] if p > 0})
    axes = tuple(range(len(node.shape)))
    if len(low) != 1 or low[0][1] != axes or not top or M.times(top, M.raised(M.atom_of(*low[0]), -_ONE)) != found[1]:
        return None
    parts = [M.expand(M.build({top: found[0]}, node.shape), opened=True), M.expand(low[0][0], opened=True)]
    gap = M.added([parts[0], M.scaled(parts[1], -_ONE)])
    if not gap or len(gap) >= len(parts[0]) + len(parts[1]):
        return None
    share = M.build(
        {M.times(M.atom_of(M.build(gap, node.shape)), M.raised(M.atom_of(*low[0]), -_ONE)): _ONE}, node.shape
    )
    return log_near_one(node.args[0], share)


def _root_of_product(monomial: Monomial) -> tuple[Atom, Atom] | None:
    """The atoms of the root of a product of two."""
    if len(monomial) != 2 or any(p != _HALF for _, p in monomial):
        return None
    (first, _), (second, _) = monomial
    return first, second


def _half_square(pair: tuple[Atom, Atom], node: Expr) -> Sum:
    """(x - y)^2 / (sqrt(x) + sqrt(y))^2 / 2, which is (sqrt(x) - sqrt(y))^2 / 2."""
    (x, place), (y, other) = pair
    gap = M.build(M.added([M.expand(x, labels=place), M.scaled(M.expand(y, labels=other), -_ONE)]), node.shape)
    roots = [M.raised(M.atom_of(*atom), _HALF) for atom in pair]
    total = M.build(M.added([{root: _ONE} for root in roots]), node.shape)
    square = M.times(M.raised(M.atom_of(gap), Fraction(2)), M.raised(M.atom_of(total), Fraction(-2)))
    return {square: _HALF}


ROWS = (
    Row(
        "y/x - 1 + log(x/y) >= 0",
        "x, y > 0",
        (Add,),
        excess_of_quotient,
        "log_quotient",
        ("log(x/y) + y/x - 1", "x: positive, y: positive"),
    ),
    Row(
        "sum a log(a/b) = sum (a log(a/b) - a + b) where sum a = sum b",
        "a, b > 0",
        (Add,),
        entropies_that_balance,
        "log log_quotient log_near_one log_complement_quotient",
        ("x*log(2*x/(x + y)) + y*log(2*y/(x + y))", "x: positive, y: positive"),
    ),
    Row(
        "x log(x/y) - (x + k) log((x + k)/(y + k)) >= 0",
        "x, y, k > 0",
        (Add,),
        count_models,
        "log log_quotient log_complement_quotient",
        ("x*log(x/y) - (x + 1)*log((x + 1)/(y + 1))", "x: positive, y: positive"),
    ),
    Row(
        "log(sqrt(x y) + sqrt((1 - x)(1 - y))) = log1p(...)",
        "0 < x, y < 1",
        (Apply,),
        logarithm_of_affinity,
        "log",
        ("log(sqrt(x*y) + sqrt((1 - x)*(1 - y)))", "x: unit, y: unit"),
    ),
    Row(
        "log(2 x/(x + y)) = log1p((x - y)/(x + y))",
        "x, y > 0",
        (Apply,),
        logarithm_of_share,
        "log",
        ("log(2*x/(x + y))", "x: positive, y: positive"),
    ),
    Row(
        "1 - sqrt(x y) - sqrt((1 - x)(1 - y)) >= 0",
        "0 < x, y < 1",
        (Add,),
        affinity_less_one,
        "root",
        ("1 - sqrt(x*y) - sqrt((1 - x)*(1 - y))", "x: unit, y: unit"),
    ),
)
