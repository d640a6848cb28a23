"""Proof of equality: the difference of two normal forms, over a common denominator, has no terms left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from time import process_time

from symml.calculus.normal.algebra import Algebra
from symml.calculus.normal.atoms import Atom, Poly, TooLarge, Unsupported
from symml.calculus.normal.form import Former, Places, too_deep
from symml.calculus.normal.ties import NONE
from symml.calculus.simplify import simplify
from symml.expr.arithmetic import is_zero
from symml.expr.dims import show_sizes
from symml.expr.nodes import Apply, Expr
from symml.expr.scoped import Ranged
from symml.expr.walk import size_names, topological

_MAX_ROUNDS = 12
_BRANCHING = frozenset({"where", "xlogy", "leaky_relu", "elu"})
_ZERO, _MINUS = Fraction(0), Fraction(-1)


@dataclass(frozen=True)
class NormalProof:
    """A deterministic proof that two expressions are equal wherever both are defined.

    Attributes:
        method: How it was shown.
        sizes: The dims for which it was shown; empty when for all.
        symbolic: Whether there are symbolic dims at all.
    """

    method: str
    sizes: Mapping[str, int] = field(default_factory=dict)
    symbolic: bool = True

    def __str__(self) -> str:
        if self.sizes:
            return f"{self.method}, for {show_sizes(self.sizes)}"
        return self.method + (", for all dims" if self.symbolic else "")


def prove_equal(
    a: Expr, b: Expr, *, sizes: Mapping[str, int] | None = None, generic: frozenset[str] = NONE, seconds: float = 5.0
) -> NormalProof | None:
    """Proves ``a = b`` by simplification or by normal forms; ``None`` says nothing about falsehood.

    Args:
        a: The left side.
        b: The right side, of the same shape.
        sizes: Dims at which every sum is written out; by default the proof is for all dims.
        generic: The names of symbols whose continuous values may be taken not to tie in comparisons: a proof for almost
            all of their values.
        seconds: The processor time after which the proof is given up.
    """
    if a.shape != b.shape:
        return None
    symbolic = bool(size_names(a, b))
    if a is b:
        return NormalProof("the same expression", symbolic=symbolic)
    if sizes is None and (simplify(a) is simplify(b) or is_zero(simplify(a - b))):
        return NormalProof("both sides simplify to the same expression", symbolic=symbolic)
    if too_deep(a) or too_deep(b):
        return None
    try:
        if not _equal_entries(a, b, sizes, generic, process_time() + seconds):
            return None
    except (TooLarge, Unsupported):
        return None
    return NormalProof("both sides have the same normal form", dict(sizes or {}), symbolic)


def _equal_entries(a: Expr, b: Expr, sizes: Mapping[str, int] | None, generic: frozenset[str], deadline: float) -> bool:
    branches = any(map(_branches, topological(a, b)))
    former = Former(dict(sizes) if sizes is not None else None, unconditional=not branches, generic=generic)
    former.deadline = deadline
    labels: Places = tuple(f"i{k}" for k in range(len(a.shape)))
    places = [labels] if sizes is None else former.explicit(a.shape)
    for place in places:
        if process_time() > deadline:
            raise TooLarge
        difference = former.add(former.form(a, place), former.scale(_MINUS, former.form(b, place)))
        if not _vanishes(former, _resolved(former, difference)):
            return False
    return True


def _branches(node: Expr) -> bool:
    """Whether an argument may be without a value though the node has one: a branch not taken, a range without terms."""
    return isinstance(node, Ranged) or (isinstance(node, Apply) and node.function.name in _BRANCHING)


def _resolved(former: Former, poly: Poly) -> Poly:
    """The polynomial with sums over one-hot rows replaced by the entry that the row picks."""
    parts = []
    for monomial, coef in poly.items():
        found = former.resolved(monomial)
        parts.append({monomial: coef} if found is None else former.scale(coef, found))
    return former.add(*parts)


def _vanishes(algebra: Algebra, poly: Poly) -> bool:
    """Whether a polynomial is zero once every denominator is cleared."""
    for _ in range(_MAX_ROUNDS):
        if not poly:
            return True
        lowest = _denominators(algebra, poly)
        if not lowest:
            return False
        atom = max(lowest)
        poly = _cleared(algebra, poly, atom, lowest[atom])
    return not poly


def _denominators(algebra: Algebra, poly: Poly) -> dict[Atom, int]:
    """The sums in denominators with the power that clears them."""
    lowest: dict[Atom, int] = {}
    for monomial in poly:
        for atom, e in monomial:
            if algebra.atoms.kind(atom) == "den" and e < 0:
                lowest[atom] = max(lowest.get(atom, 0), -(e.numerator // e.denominator))
    return lowest


def _cleared(algebra: Algebra, poly: Poly, atom: Atom, times: int) -> Poly:
    parts = []
    for monomial, coef in poly.items():
        exponents = dict(monomial)
        exponents[atom] = exponents.get(atom, _ZERO) + times
        parts.append(algebra.monomial(exponents, coef))
    return algebra.add(*parts)
