"""Exact points at which affine equations hold: some entries of the unknowns are moved until they do."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import flint
import numpy as np

from symml.calculus.numeric import enclose_all
from symml.calculus.sampling import Point
from symml.errors import NotEvaluable
from symml.expr.nodes import Expr, Symbol


def on_equations(point: Point, equations: Sequence[Expr], unknowns: Sequence[Symbol]) -> Point | None:
    """The point with values for the unknowns at which every equation is exactly zero.

    Args:
        point: Exact values of all symbols.
        equations: What must be zero; affine in the unknowns.
        unknowns: The symbols that may be moved.

    Returns:
        The point; ``None`` where the equations are not affine, have no solution, or are not rational.
    """
    start = np.concatenate([np.ravel(point.values[s]) for s in unknowns])
    base = _values(equations, point)
    if base is None:
        return None
    columns = []
    for k in range(start.size):
        moved = start.copy()
        moved[k] += 1
        there = _values(equations, _with(point, unknowns, moved))
        if there is None:
            return None
        columns.append([a - b for a, b in zip(there, base, strict=True)])
    shift = _solved(columns, base)
    if shift is None:
        return None
    found = _with(point, unknowns, start + np.array(shift, dtype=object))
    rest = _values(equations, found)
    return found if rest is not None and not any(rest) else None


def _values(equations: Sequence[Expr], point: Point) -> list[Fraction] | None:
    """The entries of the equations, where all are rational."""
    try:
        found = [entry for array in enclose_all(equations, point) for entry in np.ravel(array)]
    except NotEvaluable:
        return None
    if not all(isinstance(entry, flint.fmpq) for entry in found):
        return None
    return [Fraction(int(entry.p), int(entry.q)) for entry in found]


def _with(point: Point, unknowns: Sequence[Symbol], flat: np.ndarray) -> Point:
    place = 0
    for symbol in unknowns:
        old = np.asarray(point.values[symbol], dtype=object)
        point = point.replaced(symbol, flat[place : place + old.size].reshape(old.shape))
        place += old.size
    return point


def _solved(columns: list[list[Fraction]], base: list[Fraction]) -> list[Fraction] | None:
    """A shift with ``columns @ shift = -base``; what is free stays."""
    rows = [[*(column[i] for column in columns), -value] for i, value in enumerate(base)]
    width = len(columns)
    shift = [Fraction(0)] * width
    pivots: list[tuple[int, list[Fraction]]] = []
    for row in rows:
        for k, pivot in pivots:
            row = [a - row[k] * b for a, b in zip(row, pivot, strict=True)]
        lead = next((k for k in range(width) if row[k]), None)
        if lead is None:
            if row[-1]:
                return None
            continue
        row = [value / row[lead] for value in row]
        pivots = [(k, [a - p[lead] * b for a, b in zip(p, row, strict=True)]) for k, p in pivots]
        pivots.append((lead, row))
    for k, row in pivots:
        shift[k] = row[-1]
    return shift
