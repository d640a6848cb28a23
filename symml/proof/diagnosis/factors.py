"""Scalar factors that people lose: signs, numbers, dims, hyperparameters, logarithms of a base."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import log as ln
from math import pi
from typing import Any

import numpy as np

from symml.calculus.floating import FloatPoint
from symml.errors import NotEvaluable
from symml.expr.arithmetic import lift, rational_power, times
from symml.expr.dims import Size, size
from symml.expr.functions import log
from symml.expr.nodes import ONE, ZERO, Expr, Symbol, constant, extent
from symml.expr.walk import size_names, symbols, topological
from symml.proof.diagnosis.case import Samples, Values, close
from symml.render import text

_TIGHT = 1e-8
_SIMPLE = 48
_MAX_SCALARS, _MAX_NAME = 14, 48
_POWERS = tuple(Fraction(p, 2) for p in (2, -2, 4, -4, 1, -1, 6, -6))


@dataclass(frozen=True)
class Factor:
    """A scalar factor: ``number`` times the atoms.

    Attributes:
        expr: The factor as an expression.
        kind: What losing it is called.
        words: The factor as people write it, such as ``2/n``.
    """

    expr: Expr
    kind: str
    words: str

    @property
    def is_one(self) -> bool:
        """Whether there is no factor at all."""
        return self.expr is ONE


@dataclass(frozen=True)
class _Atom:
    """Something that factors are made of, with its value at each point."""

    name: str
    expr: Expr
    kind: str
    values: Any


class Factors:
    """The factors that occur in a case, and how to recognize them.

    Args:
        samples: The points.
        roots: The expressions of the case.
        numbers: The numbers in the place of named dims.
    """

    def __init__(self, samples: Samples, roots: Sequence[Expr], numbers: Mapping[str, int]) -> None:
        self._numbers = {value: name for name, value in numbers.items()}
        self._names = list(_atoms(samples.points, roots))
        self._nodes = list(_scalar_nodes(samples.points, roots))
        self._count = len(samples.points)

    def between(self, whole: Values, part: Values, *, nodes: bool = False) -> Factor | None:
        """The factor ``f`` with ``whole = f * part`` at every point.

        Args:
            whole: Values.
            part: Values.
            nodes: Whether the factor may also be made of what is computed on the way: norms, sums, determinants.
        """
        ratios = []
        for w, p in zip(whole, part, strict=True):
            norm = float(np.sum(p * p))
            if not norm or w.shape != p.shape:
                return None
            ratio = float(np.sum(w * p)) / norm
            if not close(w - ratio * p + p, p):
                return None
            ratios.append(ratio)
        return self.named(np.array(ratios), nodes=nodes)

    def named(self, ratios: Any, *, nodes: bool = False) -> Factor | None:
        """The factor with these values at the points."""
        if np.all(np.abs(ratios) <= _TIGHT):
            return Factor(ZERO, "zero", "0")
        if np.any(np.abs(ratios) <= 1e-12):
            return None
        number = _constant(ratios, exact=True)
        if number is not None:
            return self._number(number)
        for atoms in _monomials([*self._names, *(self._nodes if nodes else [])]):
            rest = ratios
            for atom, power in atoms:
                rest = rest / atom.values ** float(power)
            number = _constant(rest, exact=False)
            if number is not None:
                return _product(number, atoms)
        number = _constant(ratios, exact=True, loose=True)
        return None if number is None else self._number(number)

    def _number(self, number: Fraction) -> Factor:
        expr = constant(number)
        if number == 1:
            return Factor(expr, "none", "1")
        if number == -1:
            return Factor(expr, "sign", "-1")
        for value, name in self._numbers.items():
            for power, shown in ((1, f"{name} (= {value})"), (-1, f"1/{name} (= 1/{value})")):
                # A two is the constant of a square more often than a dim.
                if number == Fraction(value) ** power and value != 2:
                    return Factor(expr, f"factor {name}", shown)
        kind = "sign and constant factor" if number < 0 else "constant factor"
        return Factor(expr, kind, _shown(number))


def _monomials(atoms: Sequence[_Atom]) -> Iterator[list[tuple[_Atom, Fraction]]]:
    for power in _POWERS:
        for atom in atoms:
            yield [(atom, power)]
    for a, b in combinations(atoms, 2):
        for p in (Fraction(1), Fraction(-1)):
            for q in (Fraction(1), Fraction(-1)):
                yield [(a, p), (b, q)]


def _atoms(points: Sequence[FloatPoint], roots: Sequence[Expr]) -> Iterator[_Atom]:
    for name in size_names(*roots):
        whole: Size = size(name)
        values = np.array([point.point.sizes[name] for point in points], float)
        if len(set(values)) > 1:
            yield _Atom(name, extent(whole), f"factor {name}", values)
            yield _Atom(f"({name} - 1)", extent(whole) - 1, f"factor {name} - 1 (ddof)", values - 1)
    yield _Atom("ln 2", log(lift(2)), "log base", np.full(len(points), ln(2)))
    yield _Atom("ln 10", log(lift(10)), "log base", np.full(len(points), ln(10)))
    for symbol in symbols(*roots):
        if not symbol.shape:
            yield from _atom_of(points, symbol, text.show(symbol))
    yield _Atom("pi", constant("pi"), "factor pi", np.full(len(points), pi))


def _scalar_nodes(points: Sequence[FloatPoint], roots: Sequence[Expr]) -> Iterator[_Atom]:
    """Norms, sums, determinants: scalars that are computed on the way to an array."""
    if not roots[0].shape:
        return
    scalars = [node for node in topological(*roots) if not node.shape and symbols(node) and node not in roots]
    for node in [node for node in scalars if not isinstance(node, Symbol)][:_MAX_SCALARS]:
        shown = text.show(node)
        if len(shown) <= _MAX_NAME:
            yield from _atom_of(points, node, f"({shown})")


def _atom_of(points: Sequence[FloatPoint], node: Expr, name: str) -> Iterator[_Atom]:
    try:
        values = np.array([float(point.value(node)) for point in points])
    except NotEvaluable:
        return
    if np.all(values != 0):
        yield _Atom(name, node, f"factor {name}", values)


def _constant(ratios: Any, *, exact: bool, loose: bool = False) -> Fraction | None:
    """The rational number that all ratios are, when it is simple (or, loosely, any decimal)."""
    first = float(ratios[0])
    if not np.isfinite(ratios).all() or np.max(np.abs(ratios - first)) > _TIGHT * abs(first):
        return None
    simple = Fraction(first).limit_denominator(_SIMPLE)
    if simple and abs(float(simple) - first) <= _TIGHT * abs(first):
        return simple if exact or abs(simple.numerator) <= _SIMPLE else None
    if not loose:
        return None
    decimal = Fraction(first).limit_denominator(10**8)
    return decimal if abs(float(decimal) - first) <= 1e-10 * abs(first) else None


def _product(number: Fraction, atoms: Sequence[tuple[_Atom, Fraction]]) -> Factor:
    expr: Expr = constant(number)
    top: list[str] = []
    low: list[str] = []
    for atom, power in atoms:
        expr = times(expr, rational_power(atom.expr, power))
        shown = (
            atom.name if abs(power) == 1 else f"sqrt({atom.name})" if abs(power) < 1 else f"{atom.name}^{abs(power)}"
        )
        (top if power > 0 else low).append(shown)
    sign = "-" if number < 0 else ""
    if abs(number).numerator != 1 or not top:
        top.insert(0, str(abs(number).numerator))
    if number.denominator != 1:
        low.insert(0, str(number.denominator))
    words = sign + "*".join(top) + ("/" + ("*".join(low) if len(low) == 1 else f"({'*'.join(low)})") if low else "")
    kinds = list(dict.fromkeys(atom.kind for atom, _ in atoms))
    if abs(number) != 1:
        kinds.append("constant factor")
    return Factor(expr, " and ".join((["sign"] if number < 0 else []) + kinds), words)


def _shown(number: Fraction) -> str:
    return str(number) if number.denominator <= 10**4 else repr(float(number))
