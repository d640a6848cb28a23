"""Rational functions of numbers in lowest terms: the coefficients of a sum, each over one denominator.

``(2 lam c + z)/(1 + 2 lam) - c`` is a sum of multiples of the vectors ``c`` and ``z``. What stands before each of them
is a rational function of numbers; written in lowest terms the whole is ``(z - c)/(1 + 2 lam)``.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import gcd, lcm
from typing import Any

import flint

from symml.calculus.canonical import add_terms
from symml.calculus.facts import rational
from symml.calculus.moments.collect import like, opened, patient_former
from symml.calculus.simplify import simplify
from symml.expr.arithmetic import rational_power, scale, zeros
from symml.expr.contract import contract
from symml.expr.nodes import ONE, Add, Contract, Expr, Power
from symml.expr.walk import topological, transform
from symml.optimize.expand import addends

# The normal form of a long product with equal factors is expensive.
LONGEST = 7
_MAX_ATOMS, _MAX_TERMS, _HALF = 16, 60, Fraction(1, 2)
_RING = flint.fmpq_mpoly_ctx.get([f"x{k}" for k in range(_MAX_ATOMS)], flint.Ordering.degrevlex)
Item = tuple[Expr, tuple[int, ...]]


class TooManyNumbers(Exception):
    """A coefficient is made of more numbers than the ring has variables."""


def lowest_terms(node: Expr) -> list[Expr]:
    """The expression as a sum of arrays with coefficients in lowest terms, and once more over one denominator.

    Returns:
        Spellings of the same expression; none where it is too large.
    """
    rows = [_parted(term) for term in addends(simplify(node))]
    if len(rows) > _MAX_TERMS:
        return []
    try:
        return _combined(rows, node)
    except TooManyNumbers:
        return []


def _combined(rows: Sequence[tuple[Expr, Expr]], node: Expr) -> list[Expr]:
    field = Field([number for number, _ in rows])
    groups: dict[object, tuple[Expr, Ratio]] = {}
    for number, array in rows:
        ratio = field.read(number)
        coef, key = like(field.former, array, LONGEST) if array.shape else (Fraction(1), ())
        shown, total = groups.get(key, (scale(1 / coef, array), field.zero))
        groups[key] = (shown, total + ratio.times(coef))
    kept = [(array, ratio) for array, ratio in groups.values() if not ratio.is_zero]
    if not kept:
        return [zeros(node.shape)]
    return [simplify(form) for form in _spellings(kept, field)]


def _spellings(rows: Sequence[tuple[Expr, Ratio]], field: Field) -> Iterable[Expr]:
    yield add_terms([_multiple(field.write(ratio), array) for array, ratio in rows])
    below = field.one
    for _, ratio in rows:
        below = below * ratio.below / below.gcd(ratio.below)
    if len(rows) > 1 and not below.is_constant():
        tops = [(array, Ratio.of(ratio.above * (below / ratio.below), field.one)) for array, ratio in rows]
        inner = add_terms([_multiple(field.write(ratio), array) for array, ratio in tops])
        yield _multiple(field.write(Ratio.of(field.one, below)), inner)


def _multiple(number: Expr, array: Expr) -> Expr:
    axes = tuple(range(len(array.shape)))
    return number if array is ONE else contract([(number, ()), (array, axes)], axes, merge=lambda arg: arg is number)


def _parted(term: Expr) -> tuple[Expr, Expr]:
    """A term as a number times an array: what hangs together with an output axis is the array."""
    term = transform(term, opened)
    if not isinstance(term, Contract):
        return (ONE, term) if term.shape else (term, ONE)
    axes, parts = tuple(range(len(term.shape))), components(term)
    inside = [item for items, out in parts if out for item in items]
    outside = [(contract(items, ()), ()) for items, out in parts if not out]
    number = contract(outside, (), coef=term.coef, merge=lambda arg: False)
    return number, contract(inside, axes, dims=dict(enumerate(term.shape))) if term.shape else ONE


def components(term: Contract) -> list[tuple[list[Item], bool]]:
    """The factors of a product in groups that share indices, and whether a group has an output axis."""
    groups: list[tuple[set[int], list[Item]]] = []
    for item in zip(term.args, term.subs, strict=True):
        labels, items = set(item[1]), [item]
        for other in [g for g in groups if g[0] & labels]:
            groups.remove(other)
            labels, items = labels | other[0], other[1] + items
        groups.append((labels, items))
    rank = len(term.shape)
    return [(items, any(i < rank for i in labels)) for labels, items in groups]


@dataclass(frozen=True)
class Ratio:
    """A quotient of polynomials without a common factor."""

    above: Any
    below: Any

    @classmethod
    def of(cls, above: Any, below: Any) -> Ratio:
        """The quotient in lowest terms."""
        common = above.gcd(below)
        return cls(above / common, below / common)

    @property
    def is_zero(self) -> bool:
        """Whether it is zero."""
        return bool(self.above.is_zero())

    def __add__(self, other: Ratio) -> Ratio:
        return Ratio.of(self.above * other.below + other.above * self.below, self.below * other.below)

    def __mul__(self, other: Ratio) -> Ratio:
        return Ratio.of(self.above * other.above, self.below * other.below)

    def times(self, number: Fraction) -> Ratio:
        """A rational multiple."""
        return Ratio(self.above * flint.fmpq(number.numerator, number.denominator), self.below)

    def power(self, exponent: int) -> Ratio:
        """An integer power."""
        above, below = (self.above, self.below) if exponent >= 0 else (self.below, self.above)
        return Ratio(above ** abs(exponent), below ** abs(exponent))


class Field:
    """Rational functions of numbers; a number that is no sum, product or whole power of others is a variable."""

    def __init__(self, numbers: Sequence[Expr]) -> None:
        self.former = patient_former()
        self._shown: list[Expr] = []
        self._known: dict[object, Ratio] = {}
        self.one = _RING.constant(1)
        self.zero = Ratio(_RING.constant(0), self.one)
        for node in topological(*numbers):
            if not node.shape and isinstance(node, Power) and node.exponent.denominator == 2:
                self._root(node.args[0])

    def _root(self, square: Expr) -> Ratio:
        """A root is a variable, and what it is the root of is its square: both may occur."""
        coef, key = like(self.former, square, LONGEST)
        if (key, coef) not in self._known:
            root = self._known[key, coef] = self._variable(rational_power(square, _HALF))
            self._known.setdefault(key, root.power(2).times(1 / coef))
        return self._known[key, coef]

    def _variable(self, shown: Expr) -> Ratio:
        if len(self._shown) == _MAX_ATOMS:
            raise TooManyNumbers
        self._shown.append(shown)
        return Ratio(_RING.gen(len(self._shown) - 1), self.one)

    def read(self, number: Expr) -> Ratio:
        """A number as a quotient of polynomials."""
        done: dict[Expr, Ratio] = {}
        for node in _structure(number):
            done[node] = self._ratio(node, done)
        return done[number]

    def _ratio(self, node: Expr, done: Mapping[Expr, Ratio]) -> Ratio:
        value = rational(node)
        one = Ratio(self.one, self.one)
        if value is not None:
            return one.times(value)
        if isinstance(node, Add):
            return reduce(operator.add, (done[arg] for arg in node.args))
        if isinstance(node, Power) and node.exponent.denominator == 1:
            return done[node.args[0]].power(int(node.exponent))
        if isinstance(node, Power) and node.exponent.denominator == 2:
            return self._root(node.args[0]).power(node.exponent.numerator)
        if isinstance(node, Contract) and any(not arg.shape for arg in node.args):
            parts = [items for items, _ in components(node)]
            factors = [
                done[items[0][0]] if not items[0][0].shape else self._atom(contract(items, ())) for items in parts
            ]
            return reduce(operator.mul, factors, one.times(node.coef))
        return self._atom(node)

    def _atom(self, node: Expr) -> Ratio:
        coef, key = like(self.former, node, LONGEST)
        if key not in self._known:
            self._known[key] = self._variable(scale(1 / coef, node) if coef else node)
        return self._known[key].times(coef)

    def write(self, ratio: Ratio) -> Expr:
        """A quotient as an expression, above and below in factors."""
        top, above = self._factors(ratio.above, 1)
        low, below = self._factors(ratio.below, -1)
        return contract([(factor, ()) for factor in above + below], (), coef=top / low, merge=lambda arg: False)

    def _factors(self, poly: Any, sign: int) -> tuple[Fraction, list[Expr]]:
        """A rational number and the irreducible factors with whole coefficients, most of them positive."""
        number, rows = poly.factor()
        coef, found = _fraction(number), []
        for factor, times in rows:
            terms = [(powers, _fraction(c)) for powers, c in factor.terms()]
            content = Fraction(gcd(*(c.numerator for _, c in terms)), lcm(*(c.denominator for _, c in terms)))
            content = -content if 2 * sum(c < 0 for _, c in terms) > len(terms) else content
            coef *= content**times
            body = add_terms([self._monomial(powers, c / content) for powers, c in terms])
            found.append(rational_power(body, Fraction(sign * times)))
        return coef, found

    def _monomial(self, powers: Sequence[int], coef: Fraction) -> Expr:
        rows = [(rational_power(self._shown[k], Fraction(int(p))), ()) for k, p in enumerate(powers) if p]
        return contract(rows, (), coef=coef, merge=lambda arg: False)


def _fraction(number: Any) -> Fraction:
    return Fraction(int(number.p), int(number.q))


def _structure(number: Expr) -> list[Expr]:
    """The numbers of which a number is made by sums, products and whole powers, parts first."""
    order: dict[Expr, None] = {}
    stack = [(number, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            order[node] = None
        elif node not in order:
            stack.append((node, True))
            whole = isinstance(node, Power) and node.exponent.denominator == 1
            if isinstance(node, Add | Contract) or whole:
                stack.extend((arg, False) for arg in node.args if not arg.shape)
    return list(order)
