"""Gauss elimination over exact rationals, balls or mpmath numbers."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from symml.calculus.scalars import Field, Undecided


def eliminate(field: Field, matrix: Any) -> tuple[Any, Any]:
    """(inverse or None, determinant) by Gauss elimination with the largest pivot."""
    size = len(matrix)
    one, zero, minus = field.number(1), field.number(0), field.number(-1)
    rows = [list(matrix[r]) + [one if r == c else zero for c in range(size)] for r in range(size)]
    determinant = one
    for c in range(size):
        pivot = _pivot(field, rows, c)
        if pivot is None:
            return None, zero
        if pivot != c:
            rows[c], rows[pivot] = rows[pivot], rows[c]
            determinant = field.multiply(minus, determinant)
        determinant = field.multiply(determinant, rows[c][c])
        scale = field.power(rows[c][c], Fraction(-1))
        rows[c] = [field.multiply(v, scale) for v in rows[c]]
        for r in range(size):
            if r != c:
                factor = field.multiply(minus, rows[r][c])
                rows[r] = [field.add(v, field.multiply(factor, w)) for v, w in zip(rows[r], rows[c], strict=True)]
    inverse = np.empty((size, size), dtype=object)
    for r in range(size):
        inverse[r] = rows[r][size:]
    return inverse, determinant


def _pivot(field: Field, rows: list[list[Any]], c: int) -> int | None:
    """A row whose entry surely differs from zero; ``None`` when all are exactly zero."""
    undecided = False
    for r in range(c, len(rows)):
        try:
            if field.sign(rows[r][c]):
                return r
        except Undecided:
            undecided = True
    if undecided:
        raise Undecided
    return None
