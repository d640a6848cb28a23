"""Arithmetic of the normal form: Laurent polynomials in atoms, reduced by the laws that each kind of atom obeys.

A sum in a denominator or under a root is an atom of its own, ``P``; with ``P^-1`` the leading monomial of ``P`` is
eliminated (``E / (1 + E) = 1 - 1 / (1 + E)``), so that equal fractions meet in one form. Every law holds wherever both
sides are defined, so a difference that reduces to zero is zero there.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import gcd, lcm
from time import process_time

from symml.calculus.normal.atoms import (
    ONE,
    Atom,
    Atoms,
    Frozen,
    Label,
    Monomial,
    Poly,
    TooLarge,
    freeze,
    thaw,
)
from symml.calculus.normal.ties import NONE, ties_are_rare

_ZERO, _UNIT = Fraction(0), Fraction(1)
_MAX_TERMS = 3000
_MAX_POWER = 12
_MAX_DEPTH = 60
_MAX_SPLIT = 2
_PLAIN = frozenset({"entry", "size", "exp", "log", "fn", "mat", "delta", "along", "number", "bound", "scope"})


class Algebra:
    """Polynomials over one table of atoms.

    Attributes:
        deadline: The time after which no further monomial is reduced.
    """

    def __init__(self, atoms: Atoms, *, generic: frozenset[str] = NONE) -> None:
        self.atoms, self.generic, self._eliminations = atoms, generic, 0
        self.deadline = float("inf")

    # ---- construction ------------------------------------------------------------------------------------------------
    def number(self, value: Fraction | int) -> Poly:
        """A rational constant."""
        return {ONE: Fraction(value)} if value else {}

    def variable(self, atom: Atom, exponent: Fraction = _UNIT) -> Poly:
        """An atom to a power."""
        return self.monomial({atom: exponent}, _UNIT)

    def add(self, *polys: Poly) -> Poly:
        """The sum."""
        total: Poly = {}
        for poly in polys:
            for monomial, coef in poly.items():
                value = total.get(monomial, _ZERO) + coef
                if value:
                    total[monomial] = value
                else:
                    total.pop(monomial, None)
        if len(total) > _MAX_TERMS:
            raise TooLarge
        return total

    def scale(self, coef: Fraction, poly: Poly) -> Poly:
        """A rational multiple."""
        return {monomial: coef * c for monomial, c in poly.items()} if coef else {}

    def multiply(self, a: Poly, b: Poly) -> Poly:
        """The product, reduced."""
        if len(a) * len(b) > _MAX_TERMS * 4:
            raise TooLarge
        parts = []
        for left, c in a.items():
            for right, d in b.items():
                exponents = dict(left)
                for atom, e in right:
                    exponents[atom] = exponents.get(atom, _ZERO) + e
                parts.append(self.monomial(exponents, c * d))
        return self.add(*parts)

    # ---- reduction of one monomial -----------------------------------------------------------------------------------
    def monomial(self, exponents: dict[Atom, Fraction], coef: Fraction) -> Poly:
        """``coef`` times a product of atoms, reduced by the laws of its atoms.

        Raises:
            TooLarge: The deadline has passed.
        """
        if process_time() > self.deadline:
            raise TooLarge
        kept: dict[Atom, Fraction] = {}
        factors: list[Poly] = []
        for atom, exponent in exponents.items():
            if not exponent:
                continue
            law = None if self.atoms.kind(atom) in _PLAIN else getattr(self, "_reduce_" + self.atoms.kind(atom))
            if law is None:
                kept[atom] = kept.get(atom, _ZERO) + exponent
                continue
            more = law(atom, exponent, kept)
            if more is not None:
                factors.append(more)
        kept = {atom: e for atom, e in kept.items() if e}
        result = self._eliminate(kept, coef)
        for factor in factors:
            result = self.multiply(result, factor)
        return result

    def _eliminate(self, kept: dict[Atom, Fraction], coef: Fraction) -> Poly:
        """Removes leading monomials beside an inverse sum, and beside the square of a sign."""
        for atom, exponent in kept.items():
            kind = self.atoms.kind(atom)
            if kind == "den" and exponent < 0:
                law = self._divide
            elif kind == "sgn" and exponent == 2:
                law = self._square_of_sign
            else:
                continue
            self._eliminations += 1
            if self._eliminations > _MAX_DEPTH:
                raise TooLarge
            rest = law(kept, atom, coef)
            self._eliminations -= 1
            if rest is not None:
                return rest
        return {tuple(sorted(kept.items())): coef}

    def _divide(self, kept: dict[Atom, Fraction], atom: Atom, coef: Fraction) -> Poly | None:
        """lead / P = (1 - rest / P) / c"""
        body = thaw(self.atoms.key(atom)[1])
        lead = self._lead(body)
        if lead is None or any(kept.get(a, _ZERO) < e for a, e in lead):
            return None
        quotient = dict(kept)
        for a, e in lead:
            quotient[a] -= e
        c = body.pop(lead)
        whole = dict(quotient)
        whole[atom] += 1
        first = self.monomial(whole, coef / c)
        second = self.multiply(self.monomial(quotient, -coef / c), body)
        return self.add(first, second)

    def _square_of_sign(self, kept: dict[Atom, Fraction], atom: Atom, coef: Fraction) -> Poly | None:
        """P sign(P)^2 = P, by the leading monomial of P"""
        body = thaw(self.atoms.key(atom)[1])
        lead = self._lead(body)
        if lead is None or any(kept.get(a, _ZERO) < e for a, e in lead):
            return None
        quotient = {a: e for a, e in kept.items() if a != atom}
        for a, e in lead:
            quotient[a] -= e
        c = body.pop(lead)
        body_over = self.scale(1 / c, body)
        inner = self.add({lead: _UNIT}, body_over)
        first = self.multiply(self.monomial(quotient, coef), inner)
        squared = dict(quotient)
        squared[atom] = Fraction(2)
        second = self.multiply({tuple(sorted((a, e) for a, e in squared.items() if e)): -coef}, body_over)
        return self.add(first, second)

    def _lead(self, body: Poly) -> Monomial | None:
        """The largest monomial by degree, then by its newest atoms; only where it has positive exponents alone."""
        lead = max(body, key=lambda m: (sum((e for _, e in m), _ZERO), m[::-1]))
        return lead if lead and all(e > 0 for _, e in lead) else None

    # ---- the laws of each kind: keep a power, or give a factor to multiply with --------------------------------------
    def _reduce_den(self, atom: Atom, exponent: Fraction, kept: dict[Atom, Fraction]) -> Poly | None:
        """P^3 is multiplied out; P^-1 and P^(1/2) stay"""
        whole = exponent.numerator // exponent.denominator
        if whole <= 0:
            kept[atom] = exponent
            return None
        if exponent != whole:
            kept[atom] = exponent - whole
        return self._times_itself(thaw(self.atoms.key(atom)[1]), whole)

    def _times_itself(self, poly: Poly, times: int) -> Poly:
        if times > _MAX_POWER:
            raise TooLarge
        result = self.number(1)
        for _ in range(times):
            result = self.multiply(result, poly)
        return result

    def _reduce_sgn(self, atom: Atom, exponent: Fraction, kept: dict[Atom, Fraction]) -> Poly | None:
        """s^3 = s;  1/s = s"""
        power = abs(exponent)
        kept[atom] = Fraction(1) if power % 2 else Fraction(2)
        return None

    def _reduce_unitsgn(self, atom: Atom, exponent: Fraction, kept: dict[Atom, Fraction]) -> Poly | None:
        """s^2 = 1 for a value that is never zero"""
        if exponent % 2:
            kept[atom] = Fraction(1)
        return None

    def _reduce_abs(self, atom: Atom, exponent: Fraction, kept: dict[Atom, Fraction]) -> Poly | None:
        """|x|^2 = x^2"""
        inner = self.atoms.key(atom)[1]
        pairs = exponent.numerator // exponent.denominator // 2
        rest = exponent - 2 * pairs
        if rest:
            kept[atom] = rest
        return self.variable(inner, Fraction(2 * pairs)) if pairs else None

    def _reduce_sin(self, atom: Atom, exponent: Fraction, kept: dict[Atom, Fraction]) -> Poly | None:
        """sin^2 = 1 - cos^2"""
        if exponent < 2 or exponent.denominator > 1:
            kept[atom] = exponent
            return None
        if exponent % 2:
            kept[atom] = Fraction(1)
        body = self.atoms.key(atom)[1]
        cosine = self.atoms.intern(("cos", body), self.atoms.labels(atom))
        return self._times_itself(self.add(self.number(1), {((cosine, Fraction(2)),): -_UNIT}), int(exponent) // 2)

    def _reduce_cos(self, atom: Atom, exponent: Fraction, kept: dict[Atom, Fraction]) -> Poly | None:
        kept[atom] = exponent
        return None

    def _reduce_prime(self, atom: Atom, exponent: Fraction, kept: dict[Atom, Fraction]) -> Poly | None:
        """2^(3/2) = 2 sqrt(2)"""
        whole = exponent.numerator // exponent.denominator
        if exponent != whole:
            kept[atom] = exponent - whole
        return self.number(Fraction(self.atoms.key(atom)[1]) ** whole) if whole else None

    def _reduce_signs(self, atom: Atom, exponent: Fraction, kept: dict[Atom, Fraction]) -> Poly | None:
        """An entry -1 or 1: even powers are one"""
        return self._reduce_unitsgn(atom, exponent, kept)

    def _reduce_bits(self, atom: Atom, exponent: Fraction, kept: dict[Atom, Fraction]) -> Poly | None:
        """An entry 0 or 1: positive powers are itself"""
        kept[atom] = _UNIT if exponent > 0 else exponent
        return None

    def _reduce_sum(self, atom: Atom, exponent: Fraction, kept: dict[Atom, Fraction]) -> Poly | None:
        kept[atom] = exponent
        return None

    # ---- powers ------------------------------------------------------------------------------------------------------
    def content(self, poly: Poly) -> tuple[Fraction, dict[Atom, Fraction]]:
        """The positive rational and the monomial that divide every term."""
        numerators = [abs(c.numerator) for c in poly.values()]
        denominators = [c.denominator for c in poly.values()]
        coef = Fraction(gcd(*numerators), lcm(*denominators))
        common = dict(next(iter(poly)))
        for monomial in poly:
            own = dict(monomial)
            for atom in set(common) | set(own):
                common[atom] = min(common.get(atom, _ZERO), own.get(atom, _ZERO))
        return coef, {atom: e for atom, e in common.items() if e}

    def primitive(self, poly: Poly) -> tuple[Fraction, dict[Atom, Fraction], Poly]:
        """(content, common monomial, the rest) with ``poly = content * monomial * rest``."""
        coef, common = self.content(poly)
        undo = self.monomial({atom: -e for atom, e in common.items()}, 1 / coef)
        return coef, common, self.multiply(poly, undo)

    def sum_atom(self, poly: Poly, *, positive: bool = False) -> Atom:
        """The atom of a sum in a denominator or under a root."""
        known = positive or self.is_positive(poly)
        return self.atoms.intern(("den", freeze(poly)), self.atoms.poly_labels(poly), positive=known)

    def is_positive(self, poly: Poly) -> bool:
        """Whether every term is visibly positive."""
        return bool(poly) and all(c > 0 and self._monomial_positive(m) for m, c in poly.items())

    def _monomial_positive(self, monomial: Monomial) -> bool:
        return all(self.atoms.is_positive(atom) for atom, _ in monomial)

    def invert(self, poly: Poly, times: Fraction) -> Poly:
        """``poly`` to an integer power below zero."""
        coef, common, rest = self.primitive(poly)
        result = self.monomial({atom: e * times for atom, e in common.items()}, coef ** int(times))
        if len(rest) == 1 and ONE in rest:
            return self.scale(rest[ONE] ** int(times), result)
        sign = 1 if rest[max(rest)] > 0 else -1
        atom = self.sum_atom(self.scale(Fraction(sign), rest))
        return self.scale(Fraction(sign) ** int(times), self.multiply(result, self.variable(atom, times)))

    def power(self, poly: Poly, exponent: Fraction) -> Poly:
        """``poly`` to a rational power, on the set where that is a real number."""
        if not poly:
            if exponent > 0:
                return {}
            raise TooLarge
        if exponent.denominator == 1:
            if exponent > 0:
                return self._times_itself(poly, int(exponent))
            return self.by_signs(poly, lambda piece: self.invert(piece, exponent) if piece else _no_value())
        return self._root(poly, exponent)

    def by_signs(self, poly: Poly, function: Callable[[Poly], Poly]) -> Poly:
        """A function of a polynomial in signs that are never zero, piece by piece: exp(-|x|) is exp(-x) or exp(x)."""
        signs = sorted({atom for monomial in poly for atom, _ in monomial if self.atoms.kind(atom) == "unitsgn"})
        if not signs or len(signs) > _MAX_SPLIT:
            return function(poly)
        parts = []
        for value in (1, -1):
            piece: Poly = {}
            for monomial, coef in poly.items():
                rest = tuple((atom, e) for atom, e in monomial if atom != signs[0])
                odd = any(e % 2 for atom, e in monomial if atom == signs[0])
                piece[rest] = piece.get(rest, Fraction(0)) + (coef * value if odd else coef)
            piece = {monomial: coef for monomial, coef in piece.items() if coef}
            here = self.add(self.number(Fraction(1, 2)), self.scale(Fraction(value, 2), self.variable(signs[0])))
            parts.append(self.multiply(here, self.by_signs(piece, function)))
        return self.add(*parts)

    def _root(self, poly: Poly, p: Fraction) -> Poly:
        """A broken power: positive factors go out, even powers give absolute values, the rest is an atom."""
        coef, common, rest = self.primitive(poly)
        result = self.number_power(coef, p)
        inside: dict[Atom, Fraction] = {}
        for atom, e in common.items():
            if self.atoms.is_positive(atom) or (p.denominator % 2 and e.denominator == 1):
                result = self.multiply(result, self.variable(atom, e * p))
            elif e.denominator == 1 and e % 2 == 0:
                result = self.multiply(result, self.power_of_absolute(atom, e * p))
            else:
                inside[atom] = e
        body = self.multiply(rest, self.monomial(inside, _UNIT)) if inside else rest
        if body == {ONE: _UNIT}:
            return result
        return self.multiply(result, self.variable(self.sum_atom(body), p))

    def absolute(self, atom: Atom) -> Atom:
        """The atom of an atom's absolute value."""
        if self.atoms.is_positive(atom) or self.atoms.kind(atom) == "abs":
            return atom
        return self.atoms.intern(("abs", atom), self.atoms.labels(atom))

    def power_of_absolute(self, atom: Atom, exponent: Fraction) -> Poly:
        """|x|^p; for a whole p that is x^p sign(x)^p."""
        if exponent.denominator > 1:
            return self.variable(self.absolute(atom), exponent)
        sign = self.sign_atom(freeze({((atom, _UNIT),): _UNIT}))
        signs = {} if exponent % 2 == 0 else {sign: _UNIT}
        return self.monomial({atom: exponent, **signs}, _UNIT)

    def sign_atom(self, body: Frozen) -> Atom:
        """The atom of a sum's sign; away from ties the sign of a continuous value is never zero."""
        kind = "unitsgn" if self.generic and ties_are_rare(self.atoms, body, self.generic) else "sgn"
        return self.atoms.intern((kind, body), self.atoms.poly_labels(body))

    def number_power(self, value: Fraction, p: Fraction) -> Poly:
        """A positive rational to a broken power, by its primes."""
        exponents: dict[Atom, Fraction] = {}
        for prime, k in factor(value).items():
            atom = self.atoms.intern(("prime", prime), frozenset(), positive=True)
            exponents[atom] = p * k
        return self.monomial(exponents, _UNIT)

    def relevant(self, frozen: Frozen, labels: frozenset[Label]) -> bool:
        """Whether a frozen polynomial mentions one of these labels."""
        return bool(self.atoms.poly_labels(frozen) & labels)


def _no_value() -> Poly:
    raise TooLarge


def factor(value: Fraction) -> dict[int, int]:
    """The primes of a positive rational with their exponents; a large rest counts as a prime."""
    found: dict[int, int] = {}
    for part, sign in ((value.numerator, 1), (value.denominator, -1)):
        n, p = part, 2
        while p * p <= n and p < 5000:
            while n % p == 0:
                found[p] = found.get(p, 0) + sign
                n //= p
            p += 1 if p == 2 else 2
        if n > 1:
            found[n] = found.get(n, 0) + sign
    return found
