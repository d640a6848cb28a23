"""The atoms of the normal form: what a polynomial's variables stand for, interned to small numbers.

An atom is a tuple: its kind, then its parts. Index labels are strings (generic) or integers (concrete entries).
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

Atom = int
Label = str | int
Monomial = tuple[tuple[Atom, Fraction], ...]
Poly = dict[Monomial, Fraction]
Frozen = tuple[tuple[Monomial, Fraction], ...]
Key = tuple[Any, ...]

ONE: Monomial = ()


class TooLarge(Exception):
    """The normal form would not fit the budget."""


class Unsupported(Exception):
    """The expression has a part without a normal form in this mode."""


class Atoms:
    """The intern table: keys to numbers and back, with the free labels of each atom."""

    def __init__(self) -> None:
        self._numbers: dict[Key, Atom] = {}
        self._keys: list[Key] = []
        self._labels: list[frozenset[Label]] = []
        self._positive: list[bool] = []

    def intern(self, key: Key, labels: frozenset[Label], *, positive: bool = False) -> Atom:
        """The number of an atom; ``positive`` says that its value is always above zero."""
        found = self._numbers.get(key)
        if found is None:
            found = self._numbers[key] = len(self._keys)
            self._keys.append(key)
            self._labels.append(labels)
            self._positive.append(positive)
        return found

    def key(self, atom: Atom) -> Key:
        """The tuple that an atom stands for."""
        return self._keys[atom]

    def kind(self, atom: Atom) -> str:
        """The kind of an atom."""
        return str(self._keys[atom][0])

    def labels(self, atom: Atom) -> frozenset[Label]:
        """The free labels of an atom."""
        return self._labels[atom]

    def is_positive(self, atom: Atom) -> bool:
        """Whether the atom's value is always above zero."""
        return self._positive[atom]

    def monomial_labels(self, monomial: Monomial) -> frozenset[Label]:
        """The free labels of a monomial."""
        return frozenset().union(*(self._labels[atom] for atom, _ in monomial))

    def poly_labels(self, poly: Poly | Frozen) -> frozenset[Label]:
        """The free labels of a polynomial."""
        terms = poly if isinstance(poly, tuple) else poly.items()
        return frozenset().union(*(self.monomial_labels(monomial) for monomial, _ in terms))


def freeze(poly: Poly) -> Frozen:
    """A polynomial as a hashable value."""
    return tuple(sorted(poly.items()))


def thaw(frozen: Frozen) -> Poly:
    """A frozen polynomial as a polynomial."""
    return dict(frozen)


def inner_atoms(key: Key) -> list[Atom]:
    """The atoms inside an atom's key."""
    kind, *parts = key
    if kind in ("entry", "signs", "bits", "delta", "size", "prime", "number"):
        return []
    if kind in ("abs", "log") and isinstance(parts[0], int):
        return [parts[0]]
    return [atom for part in parts for atom in _atoms_in(part)]


def _atoms_in(part: Any) -> list[Atom]:
    """The atoms of a monomial or of a frozen polynomial inside a key."""
    if not isinstance(part, tuple):
        return []
    if len(part) == 2 and isinstance(part[0], int) and isinstance(part[1], Fraction):
        return [part[0]]
    return [atom for inner in part for atom in _atoms_in(inner)]
