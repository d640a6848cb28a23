"""Whether a value is zero only on a set without volume: a proof almost everywhere may take its sign for 1 or -1."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

from symml.calculus.normal.atoms import Atom, Atoms, Frozen, Monomial, inner_atoms

_DISCRETE = frozenset({"label", "integer", "binary", "sign", "onehot", "random"})
_MAX_SIGNS = 5
NONE: frozenset[str] = frozenset()


def ties_are_rare(atoms: Atoms, body: Frozen, moving: frozenset[str]) -> bool:
    """Whether the polynomial is not zero on any open set of values of the moving symbols.

    A comparison of data alone (a count that is zero, a mask) ties for whole data sets: that is never rare.

    An analytic function is zero on an open set only if it is zero. Signs and absolute values cut space into pieces: on
    each of them the polynomial must keep a term. An extremum is met by an entry all the time.
    """
    kinds, signs, names = set(), set(), set()
    top = {atom for monomial, _ in body for atom, _ in monomial}
    stack = list(top)
    while stack:
        atom = stack.pop()
        key = atoms.key(atom)
        if key[0] in ("sgn", "unitsgn", "abs"):
            if atom not in top or _has_signs_inside(atoms, atom):
                return False
            signs.add(atom)
        if key[0] == "entry":
            names.add(key[1].name)
        discrete = key[0] == "entry" and bool(key[1].domain.facts & _DISCRETE)
        kinds.add("discrete" if discrete else key[0])
        stack += inner_atoms(key)
    if not names & moving or "along" in kinds or len(signs) > _MAX_SIGNS:
        return False
    return all(
        _on_piece(atoms, body, dict(zip(signs, pattern, strict=True)))
        for pattern in product((1, -1), repeat=len(signs))
    )


def _has_signs_inside(atoms: Atoms, atom: Atom) -> bool:
    stack = inner_atoms(atoms.key(atom))
    while stack:
        key = atoms.key(stack.pop())
        if key[0] in ("sgn", "unitsgn", "abs"):
            return True
        stack += inner_atoms(key)
    return False


def _on_piece(atoms: Atoms, body: Frozen, pattern: dict[Atom, int]) -> bool:
    """Whether a term with an atom is left where the signs are these."""
    left: dict[Monomial, Fraction] = {}
    for monomial, coef in body:
        powers: dict[Atom, Fraction] = {}
        for atom, e in monomial:
            sign = pattern.get(atom)
            if sign is not None and e.denominator == 1:
                coef *= sign if e % 2 else 1
            if sign is None:
                powers[atom] = powers.get(atom, Fraction(0)) + e
            elif atoms.kind(atom) == "abs":
                inner = atoms.key(atom)[1]
                powers[inner] = powers.get(inner, Fraction(0)) + e
        key = tuple(sorted((a, e) for a, e in powers.items() if e))
        left[key] = left.get(key, Fraction(0)) + coef
    return any(coef and monomial for monomial, coef in left.items())
