"""Functions of the normal form: exp, log, sign and opaque functions of polynomials."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

from symml.calculus.normal.algebra import Algebra, factor
from symml.calculus.normal.atoms import ONE, Atom, Atoms, Frozen, Monomial, Poly, Unsupported, freeze, thaw
from symml.calculus.normal.ties import NONE
from symml.expr.dims import Size
from symml.expr.functions import cos, sin

_UNIT = Fraction(1)
_MAX_LISTED = 3
_ODD = frozenset({"erf", "sin", "arctan", "arcsin"})
_EVEN = frozenset({"cos"})
_TRIGONOMETRIC = {"sin": sin, "cos": cos}


class Scalars(Algebra):
    """Polynomials with exponentials, logarithms, signs and opaque functions."""

    def __init__(self, atoms: Atoms, *, generic: frozenset[str] = NONE) -> None:
        super().__init__(atoms, generic=generic)
        # Atoms and sums whose sign a written logarithm decides: 1 for positive, -1 for negative.
        self.assumed: dict[Any, int] = {}

    def dimension(self, dim: Any) -> Poly:
        """A dimension as a number."""
        if isinstance(dim, int):
            return self.number(dim)
        assert isinstance(dim, Size)
        parts = [
            self.scale(Fraction(coef), self.variable(self.atoms.intern(("size", name), frozenset(), positive=True)))
            for name, coef in dim.terms
        ]
        return self.add(*parts, self.number(dim.offset))

    def named(self, name: str) -> Poly:
        """``pi`` or ``e``."""
        return self.variable(self.atoms.intern(("number", name), frozenset(), positive=True))

    def assume_positive(self, poly: Poly) -> None:
        """Notes that a written logarithm needs its argument to be positive, when one factor decides the sign."""
        coef, common, rest = self.primitive(poly)
        unknown = [atom for atom, e in common.items() if not self.atoms.is_positive(atom) and e % 2]
        ((_, c), *more) = rest.items()
        if not more and c > 0 and len(unknown) == 1:
            self.assumed[unknown[0]] = 1
        if more and not unknown and coef > 0:
            sign = 1 if rest[max(rest)] > 0 else -1
            self.assumed[freeze(self.scale(Fraction(sign), rest))] = sign

    # ---- exponential and logarithm -----------------------------------------------------------------------------------
    def exp(self, poly: Poly) -> Poly:
        """e to a sum: each monomial has its own positive base, coefficients are exponents."""
        return self.by_signs(poly, self._exp)

    def _exp(self, poly: Poly) -> Poly:
        result = self.number(1)
        for monomial, coef in poly.items():
            result = self.multiply(result, self._exp_term(monomial, coef))
        return result

    def _exp_term(self, monomial: Monomial, coef: Fraction) -> Poly:
        if monomial == ONE:
            atom = self.atoms.intern(("number", "e"), frozenset(), positive=True)
            return self.variable(atom, coef)
        if len(monomial) == 1 and monomial[0][1] == 1 and self.atoms.kind(monomial[0][0]) == "log":
            body = self.atoms.key(monomial[0][0])[1]
            if isinstance(body, int) and self.atoms.is_positive(body):
                return self.variable(body, coef)
            if body in self.assumed and not isinstance(body, int):
                return self.power(self.scale(Fraction(self.assumed[body]), thaw(body)), coef)
            if not isinstance(body, int) and self.is_positive(thaw(body)):
                return self.power(thaw(body), coef)
            if isinstance(body, int) and body in self.assumed:
                return self.variable(body, coef)
        atom = self.atoms.intern(("exp", monomial), self.atoms.monomial_labels(monomial), positive=True)
        return self.variable(atom, coef)

    def log(self, poly: Poly) -> Poly:
        """log|poly|, by its factors; equal to the logarithm wherever that exists."""
        return self.by_signs(poly, self._log)

    def _log(self, poly: Poly) -> Poly:
        if not poly:
            raise Unsupported
        coef, common, rest = self.primitive(poly)
        parts = [self._log_number(coef)]
        parts += [self.scale(e, self._log_atom(atom)) for atom, e in common.items()]
        if len(rest) == 1:
            ((monomial, c),) = rest.items()
            parts += [self._log_number(abs(c))] + [self.scale(e, self._log_atom(a)) for a, e in monomial]
        else:
            parts.append(self._log_sum(rest))
        return self.add(*parts)

    def _log_number(self, value: Fraction) -> Poly:
        return self.add(*(self.scale(Fraction(k), self._log_prime(p)) for p, k in factor(value).items()))

    def _log_prime(self, prime: int) -> Poly:
        atom = self.atoms.intern(("prime", prime), frozenset(), positive=True)
        return self.variable(self.atoms.intern(("log", atom), frozenset()))

    def _log_atom(self, atom: Atom) -> Poly:
        kind, *parts = self.atoms.key(atom)
        if kind == "exp":
            return {parts[0]: _UNIT}
        if kind == "number" and parts[0] == "e":
            return self.number(1)
        if kind == "den":
            return self._log_sum(thaw(parts[0]))
        if kind == "abs":
            return self._log_atom(parts[0])
        return self.variable(self.atoms.intern(("log", atom), self.atoms.labels(atom)))

    def _log_sum(self, body: Poly) -> Poly:
        sign = 1 if body[max(body)] > 0 else -1
        frozen = freeze(self.scale(Fraction(sign), body))
        return self.variable(self.atoms.intern(("log", frozen), self.atoms.poly_labels(frozen)))

    # ---- sign --------------------------------------------------------------------------------------------------------
    def sign(self, poly: Poly) -> Poly:
        """-1, 0 or 1: multiplicative, and one for what is visibly positive."""
        if not poly:
            return {}
        _, common, rest = self.primitive(poly)
        result = self.number(1)
        for atom, e in common.items():
            if self.atoms.is_positive(atom):
                continue
            # A root of zero is zero: it has the sign of what it is the root of, squared for an absolute value.
            power = Fraction(2 if self.atoms.kind(atom) == "abs" else 1) if e.denominator > 1 else e
            result = self.multiply(result, self._power_of_sign(self._sign_atom(atom), power))
        if len(rest) == 1 and ONE in rest:
            return self.scale(Fraction(1 if rest[ONE] > 0 else -1), result)
        if self.is_positive(rest):
            return result
        listed = self._sign_by_choices(rest)
        if listed is not None:
            return self.multiply(result, listed)
        flip = 1 if rest[max(rest)] > 0 else -1
        body = freeze(self.scale(Fraction(flip), rest))
        return self.scale(Fraction(flip), self.multiply(result, self.variable(self.sign_atom(body))))

    def _sign_atom(self, atom: Atom) -> Poly:
        kind = self.atoms.kind(atom)
        if kind in ("signs", "sgn", "unitsgn", "bits"):
            return self.variable(atom)
        return self.variable(self.sign_atom(freeze({((atom, _UNIT),): _UNIT})))

    def _sign_by_choices(self, poly: Poly) -> Poly | None:
        """The sign of a polynomial in a few bits and signs, as a polynomial that agrees at every choice of them."""
        atoms = sorted({atom for monomial in poly for atom, _ in monomial})
        kinds = [self.atoms.kind(atom) for atom in atoms]
        whole = all(e.denominator == 1 and e > 0 for monomial in poly for _, e in monomial)
        if len(atoms) > _MAX_LISTED or not whole or not all(kind in ("bits", "signs") for kind in kinds):
            return None
        parts = []
        for choice in product(*[(0, 1) if kind == "bits" else (-1, 1) for kind in kinds]):
            at = dict(zip(atoms, choice, strict=True))
            value = sum(coef * prod(at[atom] ** int(e) for atom, e in monomial) for monomial, coef in poly.items())
            term = self.number((value > 0) - (value < 0))
            for atom, picked in at.items():
                term = self.multiply(term, self._is_picked(atom, picked))
            parts.append(term)
        return self.add(*parts)

    def _is_picked(self, atom: Atom, value: int) -> Poly:
        """1 where the bit or sign has this value, else 0."""
        if self.atoms.kind(atom) == "signs":
            return self.add(self.number(Fraction(1, 2)), self.scale(Fraction(value, 2), self.variable(atom)))
        return self.variable(atom) if value else self.add(self.number(1), self.scale(Fraction(-1), self.variable(atom)))

    def _power_of_sign(self, sign: Poly, e: Fraction) -> Poly:
        return sign if e % 2 else self.multiply(sign, sign)

    # ---- opaque functions --------------------------------------------------------------------------------------------
    def opaque(self, function: Any, args: tuple[Poly, ...], *, positive: bool) -> Poly:
        """A function that obeys no law here but its parity."""
        name, sign = function.name, 1
        if name in _ODD | _EVEN and args[0] and args[0][max(args[0])] < 0:
            args = (self.scale(Fraction(-1), args[0]),)
            sign = -1 if name in _ODD else 1
        frozen = tuple(freeze(arg) for arg in args)
        labels = frozenset[Any]().union(*(self.atoms.poly_labels(f) for f in frozen))
        key = (name, frozen[0]) if name in ("sin", "cos") else ("fn", function, frozen)
        return self.scale(Fraction(sign), self.variable(self.atoms.intern(key, labels, positive=positive)))

    # ---- renaming ----------------------------------------------------------------------------------------------------
    def renamed_scalar(self, kind: str, parts: list[Any], rename: Callable[[Poly | Frozen], Poly]) -> Poly:
        """An atom without labels of its own, rebuilt over renamed parts."""
        if kind == "exp":
            return self.exp(rename({parts[0]: _UNIT}))
        if kind == "log":
            body = parts[0]
            return self.log(rename({((body, _UNIT),): _UNIT} if isinstance(body, int) else body))
        if kind == "den":
            return rename(parts[0])
        if kind in ("sgn", "unitsgn"):
            return self.sign(rename(parts[0]))
        if kind == "abs":
            inner = rename({((parts[0], _UNIT),): _UNIT})
            return self.multiply(inner, self.sign(inner))
        if kind == "fn":
            function = parts[0]
            return self.opaque(function, tuple(rename(p) for p in parts[1]), positive="positive" in function.facts)
        if kind in ("sin", "cos"):
            return self.opaque(_TRIGONOMETRIC[kind], (rename(parts[0]),), positive=False)
        raise Unsupported
