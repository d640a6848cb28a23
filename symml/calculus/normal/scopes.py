"""Sums over whole numbers, integrals and expectations in the normal form: linear, with canonically named variables.

A variable is a label: while its body is formed it has a name of its own, and in the finished atom a name that says only
how deep scopes are nested (and, for random symbols, which one it is). What does not depend on the variables stands
outside. Sums over axes are opened, so that finite sums and the sign of a scope change places.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symml.calculus.normal.atoms import Atom, Atoms, Frozen, Label, Monomial, Poly, TooLarge, freeze, inner_atoms

if TYPE_CHECKING:
    from symml.calculus.normal.relabel import Labels
    from symml.expr.scoped import Bound

_UNIT = Fraction(1)
_MAX_OPENED = 4


@dataclass(frozen=True)
class Head:
    """What a scope is besides its body.

    Attributes:
        kind: ``Series``, ``Integral`` or ``Expectation``.
        ends: The frozen ends; ``None`` for an infinite one.
        fixed: Frozen conditions, then parameters, of an expectation, each with its rank.
        given: How many of these are conditions.
    """

    kind: str
    ends: tuple[Frozen | None, ...] = ()
    fixed: tuple[tuple[Frozen, int], ...] = ()
    given: int = 0


def provisional(variable: Bound) -> str:
    """The label of a variable while its body is formed."""
    return f"!{variable.level}:{variable.name}"


def bound_entry(algebra: Labels, label: str, domain: Any, places: tuple[Label, ...]) -> Poly:
    """An entry of a bound variable."""
    free = frozenset({label, *places})
    atom = algebra.atoms.intern(("bound", label, domain, places), free, positive="positive" in domain.facts)
    return algebra.variable(atom)


def scope(algebra: Labels, head: Head, names: tuple[str, ...], body: Poly) -> Poly:
    """The sum, integral or mean of a polynomial over the variables with these labels."""
    parts = []
    for monomial, coef in body.items():
        inner, axes = _opened(algebra, monomial, names)
        terms = [algebra.scale(c, _term(algebra, head, names, m)) for m, c in inner.items()]
        parts.append(algebra.scale(coef, algebra.total(algebra.add(*terms), axes)))
    return algebra.add(*parts)


def _opened(algebra: Labels, monomial: Monomial, names: tuple[str, ...]) -> tuple[Poly, tuple[tuple[Label, Any], ...]]:
    """The monomial with sums over axes multiplied out, and the axes over which it is to be summed."""
    axes: list[tuple[Label, Any]] = []
    rest: dict[Atom, Fraction] = {}
    result = algebra.number(1)
    for atom, exponent in monomial:
        is_sum = algebra.atoms.kind(atom) == "sum" and algebra.atoms.labels(atom) & set(names)
        if not is_sum or exponent.denominator > 1 or not 0 < exponent <= _MAX_OPENED:
            rest[atom] = exponent
            continue
        _, bound, dims, inner = algebra.atoms.key(atom)
        for _ in range(int(exponent)):
            renaming = {name: algebra.fresh() for name in bound}
            axes += [(renaming[name], dim) for name, dim in zip(bound, dims, strict=True)]
            result = algebra.multiply(result, algebra.rename_monomial(inner, renaming))
    return algebra.multiply(result, algebra.monomial(rest, _UNIT)), tuple(axes)


def _term(algebra: Labels, head: Head, names: tuple[str, ...], monomial: Monomial) -> Poly:
    atoms, wanted = algebra.atoms, set(names)
    inside = tuple((a, e) for a, e in monomial if atoms.labels(a) & wanted)
    outside = algebra.monomial({a: e for a, e in monomial if not atoms.labels(a) & wanted}, _UNIT)
    if head.kind == "Expectation":
        present = atoms.monomial_labels(inside)
        names = tuple(sorted((name for name in names if name in present), key=_own_name))
        if not inside:
            return outside
        averaged = _total_expectation(algebra, head, names, inside)
        if averaged is not None:
            return algebra.multiply(outside, averaged)
    depth = 1 + max((_depth(atoms, a) for a, _ in inside), default=0)
    final = tuple(_final(name, depth, head.kind) for name in names)
    renamed = algebra.rename_monomial(inside, dict(zip(names, final, strict=True)))
    if len(renamed) != 1:
        raise TooLarge
    ((body, coef),) = renamed.items()
    free = (atoms.monomial_labels(body) - set(final)) | _labels(atoms, head)
    atom = atoms.intern(("scope", head.kind, final, body, head.ends, head.fixed, head.given), free)
    return algebra.multiply(outside, algebra.variable(atom, coef))


def _total_expectation(algebra: Labels, head: Head, names: tuple[str, ...], inside: Monomial) -> Poly | None:
    """E[g(z) E[f | z]] = E[g(z) f]"""
    means = [a for a, e in inside if algebra.atoms.kind(a) == "scope" and e == 1]
    if len(means) != 1 or head.fixed[head.given :]:
        return None
    _, kind, bound, body, _, fixed, given = algebra.atoms.key(means[0])
    rest = tuple((a, e) for a, e in inside if a != means[0])
    known = {label for poly, _ in fixed for label in algebra.atoms.poly_labels(poly)}
    others = {condition for condition, _ in fixed if not algebra.atoms.poly_labels(condition) & set(names)}
    plain = kind == "Expectation" and given == len(fixed) and others == {condition for condition, _ in head.fixed}
    again = set(map(_own_name, bound)) & set(map(_own_name, names))
    if not plain or again or not algebra.atoms.monomial_labels(rest) & set(names) <= known:
        return None
    fresh = {name: f"{algebra.fresh()}:{_own_name(name)}" for name in bound}
    opened = algebra.multiply(algebra.monomial(dict(rest), _UNIT), algebra.rename_monomial(body, fresh))
    return scope(algebra, head, (*names, *fresh.values()), opened)


def _own_name(label: str) -> str:
    """The name of the random symbol that a label stands for."""
    return label.partition(":")[2]


def _final(name: str, depth: int, kind: str) -> str:
    """``%2`` for the variable of a sum; a random symbol keeps its name, since its law goes with it."""
    return f"%{depth}:{_own_name(name)}" if kind == "Expectation" else f"%{depth}"


def _labels(atoms: Atoms, head: Head) -> frozenset[Label]:
    found: frozenset[Label] = frozenset()
    for end in head.ends:
        found |= atoms.poly_labels(end) if end is not None else frozenset()
    for fixed, rank in head.fixed:
        found |= atoms.poly_labels(fixed) - set(axes_of_fixed(rank))
    return found


def axes_of_fixed(rank: int) -> tuple[str, ...]:
    """The labels with which a condition or a parameter is formed."""
    return tuple(f"^{k}" for k in range(rank))


def _depth(atoms: Atoms, atom: Atom) -> int:
    """How deep scopes are nested inside an atom."""
    key = atoms.key(atom)
    own = int(key[2][0][1:].partition(":")[0]) if key[0] == "scope" else 0
    return max(own, max((_depth(atoms, a) for a in inner_atoms(key)), default=0))


# ---- renaming --------------------------------------------------------------------------------------------------------
def renamed_bound(algebra: Labels, parts: list[Any], renaming: Mapping[Label, Label]) -> Poly:
    """A bound variable with other labels."""
    label, domain, places = parts
    return bound_entry(
        algebra, str(renaming.get(label, label)), domain, tuple(renaming.get(place, place) for place in places)
    )


def renamed_scope(algebra: Labels, parts: list[Any], renaming: Mapping[Label, Label]) -> Poly:
    """A scope with other free labels; its own variables get labels that nothing else has on the way."""
    kind, names, body, ends, fixed, given = parts
    ends = tuple(None if end is None else freeze(algebra.rename(end, renaming)) for end in ends)
    fixed = tuple((freeze(algebra.rename(poly, renaming)), rank) for poly, rank in fixed)
    fresh = {name: f"{algebra.fresh()}:{_own_name(name)}" for name in names}
    inside = algebra.rename_monomial(body, {**renaming, **fresh})
    return scope(algebra, Head(kind, ends, fixed, given), tuple(fresh.values()), inside)
