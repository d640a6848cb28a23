"""What the parameters of laws must be: positive rates, probabilities, ends in order, positive definite covariances."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil

import mpmath
import numpy as np

from symml.calculus.facts import is_nonnegative, is_positive, is_psd, rational
from symml.calculus.moments.laws import Law, Model
from symml.calculus.numeric import approximate
from symml.calculus.sampling import Point
from symml.expr.domains import DOMAINS
from symml.expr.nodes import Expr, Symbol, symbol_node
from symml.expr.walk import substitute, symbols

_DOMAIN = {"probability": "unit", "positive": "positive", "nonnegative": "positive", "count": "positive"}
_DIGITS = 20


@dataclass(frozen=True)
class Requirement:
    """``expr`` is ``positive``, ``nonnegative``, ``probability``, ``count`` or ``semidefinite``."""

    kind: str
    expr: Expr

    def holds(self, point: Point) -> bool:
        """Whether it holds at a point."""
        values = np.asarray(approximate(self.expr, point, _DIGITS), dtype=object)
        if any(v is None for v in values.flat):
            return False
        if self.kind == "semidefinite":
            matrix = mpmath.matrix(values.tolist())
            symmetric = mpmath.norm(matrix - matrix.T) < mpmath.mpf(10) ** -12
            return bool(symmetric and min(mpmath.eigsy(matrix, eigvals_only=True)) > -(mpmath.mpf(10) ** -12))
        low = min(values.flat)
        if self.kind == "probability":
            return bool(low >= 0 and max(values.flat) <= 1)
        if self.kind == "count":
            return bool(low >= 0 and low == mpmath.floor(low))
        return bool(low > 0 if self.kind == "positive" else low >= 0)


def requirements(model: Model) -> list[Requirement]:
    """What must hold of the parameters for the laws to exist, less what declared facts settle."""
    found: list[Requirement] = []
    for law in model.laws.values():
        for kind, value in _needs(law):
            settled = {
                "positive": is_positive,
                "nonnegative": is_nonnegative,
                "semidefinite": is_psd,
                "probability": _is_probability,
                "count": _is_count,
            }[kind]
            if not settled(value):
                found.append(Requirement(kind, value))
    return list(dict.fromkeys(found))


def _is_count(node: Expr) -> bool:
    number = rational(node)
    return number is not None and number.denominator == 1


def with_whole_counts(model: Model, point: Point) -> Point:
    """The point with whole numbers for the symbols that count trials."""
    for law in model.laws.values():
        for kind, value in _needs(law):
            if kind == "count" and isinstance(value, Symbol) and value in point.values:
                whole = Fraction(ceil(np.asarray(point.values[value], dtype=object).item()))
                point = point.replaced(value, np.array(whole, dtype=object))
    return point


def _is_probability(node: Expr) -> bool:
    return isinstance(node, Symbol) and "probability" in node.domain.facts


def _needs(law: Law) -> list[tuple[str, Expr]]:
    row = law.distribution
    if law.symbol.shape:
        return [("semidefinite", law.covariance)] if row is None or row.name == "normal" else []
    if row is None:
        return [("nonnegative", law.covariance)]
    pairs = [(need, value) for need, value in zip(row.domains, law.parameters, strict=True) if need]
    if row.name == "uniform":
        pairs.append(("positive", law.parameters[1] - law.parameters[0]))
    return pairs


def tightened(model: Model) -> tuple[Model, dict[Symbol, Symbol]]:
    """The model with its parameters in the domains that their laws ask for, and these symbols by the old ones."""
    new: dict[Symbol, Symbol] = {}
    for law in model.laws.values():
        for kind, value in _needs(law):
            if isinstance(value, Symbol) and value.domain.name in ("real", "nonnegative", "positive", "probability"):
                domain = DOMAINS["spd" if kind == "semidefinite" else _DOMAIN[kind]]
                stronger = domain.facts > value.domain.facts
                if stronger and "random" not in value.domain.facts:
                    new[value] = symbol_node(value.name, value.shape, domain)
    laws = {s: _changed(law, new) for s, law in model.laws.items()}
    return replace(model, laws=laws), new


def _changed(law: Law, new: dict[Symbol, Symbol]) -> Law:
    def put(node: Expr) -> Expr:
        present = set(symbols(node))
        return substitute(node, {a: b for a, b in new.items() if a in present})

    return replace(law, mean=put(law.mean), covariance=put(law.covariance), parameters=tuple(map(put, law.parameters)))
