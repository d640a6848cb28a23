"""Elementwise expressions as sums of monomials: the form in which rewrites see what cancels.

A monomial is a product of rational powers of atoms, a sum maps monomials to rational coefficients. An atom is any node
with its axes; sums stay atoms unless they are opened. Prime numbers under roots are atoms too, so that constants fold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from symml.calculus.facts import is_nonzero, is_positive
from symml.expr.arithmetic import full, rational_power
from symml.expr.contract import contract
from symml.expr.dims import Shape
from symml.expr.nodes import Add, Constant, Contract, Expr, Eye, Power, add_node, constant

Labels = tuple[int, ...]
Atom = tuple[Expr, Labels]
Monomial = frozenset[tuple[Atom, Fraction]]
Sum = dict[Monomial, Fraction]

UNIT: Monomial = frozenset()
_ONE = Fraction(1)
_FIRST: Any = 1
_DEPTH = 8
_MOST_TERMS = 24
_MOST_FACTORS = 16
_LIGHT = 1
_LARGEST_PRIME = 100


# ---- monomials -------------------------------------------------------------------------------------------------------
def powers(monomial: Monomial) -> dict[Atom, Fraction]:
    """The exponent of each atom."""
    return dict(monomial)


def made(exponents: Mapping[Atom, Fraction]) -> Monomial:
    """The monomial with these exponents."""
    return frozenset((atom, p) for atom, p in exponents.items() if p)


def times(a: Monomial, b: Monomial) -> Monomial:
    """The product of two monomials."""
    found = dict(a)
    for atom, p in b:
        found[atom] = found[atom] + p if atom in found else p
    return made(found)


def raised(a: Monomial, p: Fraction) -> Monomial:
    """``a**p``; whoever asks for a fractional power knows the atoms to be positive."""
    return frozenset((atom, q * p) for atom, q in a)


def without(monomial: Monomial, atom: Atom, p: Fraction | int = 1) -> Monomial:
    """The monomial divided by a power of one of its atoms."""
    return times(monomial, frozenset({(atom, Fraction(-p))}))


def atom_of(node: Expr, labels: Labels | None = None) -> Monomial:
    """The monomial of a single atom."""
    return frozenset({((node, tuple(range(len(node.shape))) if labels is None else labels), _FIRST)})


def square_root(monomial: Monomial) -> Monomial | None:
    """The root of a perfect square: even exponents, or any exponent of a positive atom beside at least one even one."""
    even = [p for _, p in monomial if p.denominator == 1 and p.numerator % 2 == 0]
    other = [atom for atom, p in monomial if not (p.denominator == 1 and p.numerator % 2 == 0)]
    if (other and not even) or not all(is_positive(node) for node, _ in other):
        return None
    return raised(monomial, Fraction(1, 2))


def root_of(number: Fraction) -> Fraction | None:
    """The rational square root of a perfect square."""
    for value in (number.numerator, number.denominator):
        root = round(abs(value) ** 0.5)
        if value < 0 or root * root != value:
            return None
    return Fraction(round(number.numerator**0.5), round(number.denominator**0.5))


# ---- sums ------------------------------------------------------------------------------------------------------------
def added(parts: Iterable[Sum]) -> Sum:
    """The sum of sums, like terms collected."""
    total: Sum = {}
    for part in parts:
        for monomial, coef in part.items():
            total[monomial] = total[monomial] + coef if monomial in total else coef
    return {monomial: coef for monomial, coef in total.items() if coef}


def multiplied(a: Sum, b: Sum) -> Sum:
    """The product of two sums, term by term."""
    return added({times(x, y): c * d} for x, c in a.items() for y, d in b.items())


def scaled(a: Sum, coef: Fraction, monomial: Monomial = UNIT) -> Sum:
    """A multiple of a sum."""
    return {times(x, monomial): c * coef for x, c in a.items()}


def single(a: Sum) -> tuple[Fraction, Monomial] | None:
    """The coefficient and the monomial of a sum with one term."""
    if len(a) != 1:
        return None
    ((monomial, coef),) = a.items()
    return coef, monomial


def only(a: Sum) -> Monomial:
    """The monomial of a sum with one term."""
    (found,) = a
    return found


# ---- from and to expressions -----------------------------------------------------------------------------------------
@dataclass
class View:
    """What one pass over an expression knows: the nodes used more than once, and the sums and traits found so far."""

    shared: set[Expr] = field(default_factory=set)
    known: dict[Expr, Sum] = field(default_factory=dict)
    traits: dict[Expr, frozenset[str]] = field(default_factory=dict)


VIEW: ContextVar[View | None] = ContextVar("view", default=None)


def expand(node: Expr, *, opened: bool = False, labels: Labels | None = None) -> Sum:
    """The node as a sum of monomials; ``opened`` multiplies out the sums inside products and whole powers.

    Products that are used more than once stay atoms where the pass that runs says so: opened they would be computed
    again.
    """
    axes = tuple(range(len(node.shape))) if labels is None else labels
    view = VIEW.get()
    if opened or view is None:
        found = _expand(node, axes, opened, _DEPTH)
        return _as_atom(node, axes) if found is None else found
    if node not in view.known:
        own = tuple(range(len(node.shape)))
        found = _expand(node, own, False, _DEPTH)
        view.known[node] = _as_atom(node, own) if found is None else found
    plain = axes == tuple(range(len(node.shape)))
    return view.known[node] if plain else _relabeled(view.known[node], axes)


def _as_atom(node: Expr, axes: Labels) -> Sum:
    return {frozenset({((node, axes), _FIRST)}): _ONE}


def _relabeled(a: Sum, axes: Labels) -> Sum:
    return {frozenset(((n, tuple(axes[i] for i in ls)), p) for (n, ls), p in mono): c for mono, c in a.items()}


def _inner(node: Expr, axes: Labels, opened: bool, depth: int) -> Sum:
    """The sum of an argument; an atom where it is shared, long, or deep."""
    view = VIEW.get()
    if not depth:
        return _as_atom(node, axes)
    if opened or view is None:
        found = _expand(node, axes, opened, depth - 1)
        return _as_atom(node, axes) if found is None else found
    known = view.known.get(node)
    if known is None:
        own = tuple(range(len(node.shape)))
        found = _expand(node, own, False, depth - 1)
        known = _as_atom(node, own) if found is None else found
    if node in view.shared and sum(len(monomial) for monomial in known) > _LIGHT:
        return _as_atom(node, axes)
    if any(len(monomial) > _MOST_FACTORS for monomial in known):
        return _as_atom(node, axes)
    return _relabeled(known, axes)


def _expand(node: Expr, axes: Labels, opened: bool, depth: int) -> Sum | None:
    if isinstance(node, Constant):
        return {UNIT: node.value} if isinstance(node.value, Fraction) and node.value else None
    if isinstance(node, Add):
        found = added(_inner(arg, axes, opened, depth) for arg in node.args)
        return found if len(found) <= _MOST_TERMS else None
    if isinstance(node, Power):
        return _expand_power(node, axes, opened, depth)
    if isinstance(node, Contract) and is_elementwise(node):
        return _expand_product(node, axes, opened, depth)
    return None


def is_elementwise(node: Contract) -> bool:
    """Whether a product has no sums, no diagonals and no identity matrices."""
    plain = all(len(set(sub)) == len(sub) for sub in node.subs)
    return node.coef != 0 and len(node.dims) == len(node.shape) and plain and not any(type(a) is Eye for a in node.args)


def _expand_product(node: Contract, axes: Labels, opened: bool, depth: int) -> Sum | None:
    total: Sum = {UNIT: node.coef}
    if len(node.args) > _MOST_FACTORS:
        return None
    for arg, sub in zip(node.args, node.subs, strict=True):
        place = tuple(axes[i] for i in sub)
        part = _inner(arg, place, opened, depth)
        if len(part) > 1 and not opened:
            part = _as_atom(arg, place)
        if len(part) * len(total) > _MOST_TERMS:
            return None
        total = multiplied(total, part)
    return normal(total)


def _expand_power(node: Power, axes: Labels, opened: bool, depth: int) -> Sum | None:
    base, p = node.args[0], node.exponent
    if isinstance(base, Constant):
        return _expand_root(base, p)
    inner = _inner(base, axes, opened, depth)
    term = single(inner)
    if term is None:
        if opened and p in (2, 3):
            square = multiplied(inner, inner)
            found = square if p == 2 else multiplied(square, inner)
            return found if len(found) <= _MOST_TERMS else None
        return {frozenset({((base, axes), _plain(p))}): _ONE}
    coef, monomial = term
    whole = p.denominator == 1
    if not whole and (coef < 0 or not all(is_positive(atom) for (atom, _), _ in monomial)):
        return {frozenset({((base, axes), _plain(p))}): _ONE}
    number = {UNIT: coef ** int(p)} if whole else _expand_root(constant(coef), p)
    return None if number is None else normal(scaled(number, _ONE, raised(monomial, _plain(p))))


def _plain(p: Fraction) -> Fraction:
    """Whole exponents as plain integers, which are quick to hash and to add."""
    return p.numerator if p.denominator == 1 else p  # type: ignore[return-value] # an int is as good as a fraction


def _expand_root(base: Constant, p: Fraction) -> Sum | None:
    """A power of a number: primes with exponents between 0 and 1, the rest in the coefficient."""
    if isinstance(base.value, str):
        return {frozenset({((base, ()), p)}): _ONE}
    if base.value <= 0:
        return {UNIT: base.value ** int(p)} if base.value and p.denominator == 1 else None
    coef, monomial = _ONE, UNIT
    for value, sign in ((base.value.numerator, 1), (base.value.denominator, -1)):
        for prime, count in _primes(value):
            exponent = p * count * sign
            whole = exponent.numerator // exponent.denominator
            coef *= Fraction(prime) ** whole
            monomial = times(monomial, made({(constant(prime), ()): exponent - whole}))
    return _carried(coef, monomial)


def _carried(coef: Fraction, monomial: Monomial) -> Sum:
    """Whole powers of primes belong to the coefficient."""
    found = {}
    for (node, labels), p in monomial:
        if isinstance(node, Constant) and isinstance(node.value, Fraction):
            whole = p.numerator // p.denominator
            coef *= node.value**whole
            p -= whole
        found[node, labels] = p
    return {made(found): coef}


def _primes(value: int) -> list[tuple[int, int]]:
    """The prime factors of a number, what is left after the small ones in one piece."""
    found = []
    for prime in range(2, _LARGEST_PRIME):
        count = 0
        while value % prime == 0:
            value, count = value // prime, count + 1
        if count:
            found.append((prime, count))
    return [*found, (value, 1)] if value > 1 else found


def normal(a: Sum) -> Sum:
    """The sum with whole powers of primes in the coefficients."""
    if not any(isinstance(node, Constant) for monomial in a for (node, _), _ in monomial):
        return a
    return added(scaled(_carried(_ONE, monomial), coef) for monomial, coef in a.items())


def build(a: Sum, shape: Shape) -> Expr:
    """The expression of a sum."""
    terms = [build_term(coef, monomial, shape) for monomial, coef in normal(a).items()]
    if not terms:
        return full(0, shape)
    return terms[0] if len(terms) == 1 else add_node(tuple(terms))


def build_term(coef: Fraction, monomial: Monomial, shape: Shape) -> Expr:
    """The expression of one term."""
    ordered = sorted(monomial, key=lambda item: (item[0][0].uid, item[0][1]))
    factors = [(rational_power(node, Fraction(p)), labels) for (node, labels), p in ordered]
    return contract(factors, range(len(shape)), coef=coef, dims=dict(enumerate(shape)))


def same(a: Sum, b: Sum) -> bool:
    """Whether two sums have the same terms."""
    return normal(a) == normal(b)


# ---- what rewrites look for ------------------------------------------------------------------------------------------
def content(a: Sum) -> Monomial:
    """The atoms that every term has, with their smallest exponents."""
    terms = [dict(monomial) for monomial in a]
    shared = set(terms[0]).intersection(*terms[1:]) if terms else set()
    return made({atom: min(term[atom] for term in terms) for atom in shared})


def poles(a: Sum) -> Monomial:
    """The smallest product of powers that clears every denominator."""
    found: dict[Atom, Fraction] = {}
    for monomial in a:
        for atom, p in monomial:
            if p < 0:
                found[atom] = max(found.get(atom, Fraction(0)), -p)
    return made(found)


def may_cancel(node: Expr, p: Fraction, q: Fraction) -> bool:
    """Whether ``x**p * x**q`` may be written as one power: no value is given to a point that had none."""
    return (p > 0) == (q > 0) or p + q < 0 or is_nonzero(node)
