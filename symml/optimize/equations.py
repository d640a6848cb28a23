"""Equations and inequalities as books write them: what is sought on the left, signs and common numbers gone."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction
from math import gcd, lcm

from symml.calculus.canonical import add_terms
from symml.calculus.simplify import simplify
from symml.expr.arithmetic import scale, zeros
from symml.expr.nodes import Constant, Contract, Expr
from symml.expr.walk import symbols
from symml.optimize.expand import summands

_FLIPPED = {"<=": ">=", ">=": "<=", "==": "=="}


def balanced(value: Expr) -> tuple[Expr, Expr]:
    """The two sides of ``value = 0`` without minus signs: terms with a minus stand on the right."""
    left, _, right = balanced_relation(value, "==", ())
    return left, right


def balanced_relation(value: Expr, relation: str, wanted: Collection[Expr]) -> tuple[Expr, str, Expr]:
    """``value relation 0`` with the wanted symbols on the left.

    Args:
        value: What is compared with zero.
        relation: ``<=``, ``>=`` or ``==``.
        wanted: The symbols that belong on the left; none: minus signs decide.

    Returns:
        The left side, the relation (turned where the sides are negated) and the right side.
    """
    terms = [scale(1 / _content(value), term) for term in summands(simplify(value))]
    moving = [t for t in terms if (set(symbols(t)) & set(wanted) if wanted else _coef(t) > 0)]
    rest = [t for t in terms if t not in moving]
    if wanted and moving and all(_coef(t) < 0 for t in moving):
        return _side(value, moving, -1), _FLIPPED[relation], _side(value, rest, 1)
    if wanted and moving and not rest and len({_coef(t) > 0 for t in moving}) == 2:
        moving, rest = [t for t in moving if _coef(t) > 0], [t for t in moving if _coef(t) < 0]
    if not wanted and relation == "==" and moving and not symbols(*moving):
        moving, rest = rest, moving
    if not moving:
        return _side(value, rest, -1), _FLIPPED[relation], zeros(value.shape)
    return _side(value, moving, 1), relation, _side(value, rest, -1)


def _side(value: Expr, terms: list[Expr], sign: int) -> Expr:
    return simplify(add_terms([scale(sign, term) for term in terms])) if terms else zeros(value.shape)


def _coef(term: Expr) -> Fraction:
    if isinstance(term, Contract):
        return term.coef
    return term.value if isinstance(term, Constant) and isinstance(term.value, Fraction) else Fraction(1)


def _content(value: Expr) -> Fraction:
    """The positive number that all coefficients have in common."""
    coefs = [c for c in map(_coef, summands(simplify(value))) if c]
    if not coefs:
        return Fraction(1)
    return Fraction(gcd(*(c.numerator for c in coefs)), lcm(*(c.denominator for c in coefs)))
