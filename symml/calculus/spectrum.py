"""Eigenvalues, eigenvectors, Cholesky factors and sorting, with balls or with mpmath numbers."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cmp_to_key
from typing import Any

import flint
import mpmath
import numpy as np

from symml.calculus.scalars import Balls, Field, Undecided

_HALF = Fraction(1, 2)


def symmetric_part(field: Field, matrix: Any) -> Any:
    """(A + A') / 2"""
    half = field.number(_HALF)
    result = np.empty(matrix.shape, dtype=object)
    for i, j in np.ndindex(*matrix.shape):
        result[i, j] = matrix[i, i] if i == j else field.multiply(half, field.add(matrix[i, j], matrix[j, i]))
    return result


def _eigen(field: Field, matrix: Any) -> tuple[Any, Any]:
    """Eigenvalues in increasing order; the vectors as columns, the largest entry of each positive."""
    size = len(matrix)
    if isinstance(field, Balls):
        values, vectors = _eigen_of_balls(matrix)
    else:
        found, columns = mpmath.eigsy(mpmath.matrix([list(row) for row in matrix]))
        values = list(found)
        vectors = [[columns[i, k] for i in range(size)] for k in range(size)]
    order = _order(field, values)
    result = np.empty((size, size), dtype=object)
    for place, k in enumerate(order):
        result[:, place] = _normed(field, vectors[k])
    return np.array([values[k] for k in order] + [None], dtype=object)[:-1], result


def _eigen_of_balls(matrix: Any) -> tuple[list[Any], list[list[Any]]]:
    """Enclosures of the eigenvalues, which are real, and of real vectors; undecided where eigenvalues are too close."""
    size = len(matrix)
    balls = flint.acb_mat([[flint.acb(flint.arb(entry)) for entry in row] for row in matrix])
    try:
        values, columns = balls.eig(right=True, algorithm="rump")
    except (ValueError, ArithmeticError):
        raise Undecided from None
    vectors = []
    for k in range(size):
        column = [columns[i, k] for i in range(size)]
        largest = max(column, key=lambda z: float(abs(z).mid()))
        vectors.append([(z / largest).real for z in column])
    return [value.real for value in values], vectors


def _normed(field: Field, vector: list[Any]) -> list[Any]:
    """The vector over its length, with the sign of its largest entry taken out."""
    total = field.number(0)
    for entry in vector:
        total = field.add(total, field.multiply(entry, entry))
    largest = max(vector, key=lambda entry: abs(float(entry.mid() if isinstance(entry, flint.arb) else entry)))
    scale = field.multiply(field.power(total, -_HALF), field.number(field.sign(largest)))
    return [field.multiply(scale, entry) for entry in vector]


def _order(field: Field, values: list[Any]) -> list[int]:
    minus = field.number(-1)

    def compare(a: int, b: int) -> int:
        return field.sign(field.add(values[a], field.multiply(minus, values[b])))

    return sorted(range(len(values)), key=cmp_to_key(compare))


def _cholesky(field: Field, matrix: Any) -> Any:
    """The lower factor with a positive diagonal; no value where the matrix is not positive definite."""
    size, minus = len(matrix), field.number(-1)
    lower = np.full((size, size), field.number(0), dtype=object)
    for i in range(size):
        for j in range(i + 1):
            rest = matrix[i, j]
            for k in range(j):
                rest = field.add(rest, field.multiply(minus, field.multiply(lower[i, k], lower[j, k])))
            if i == j and field.sign(rest) <= 0:
                return np.full((size, size), None, dtype=object)
            root = field.power(lower[j, j], Fraction(-1)) if i != j else field.power(rest, -_HALF)
            lower[i, j] = field.multiply(rest, root)
    return lower


def sorted_along(field: Field, values: Any, axis: int) -> Any:
    """The entries along an axis in increasing order."""
    moved = np.moveaxis(values, axis, -1)
    result = np.empty(moved.shape, dtype=object)
    for place in np.ndindex(*moved.shape[:-1]):
        row = list(moved[place])
        missing = any(entry is None for entry in row)
        for k, source in enumerate([0] * len(row) if missing else _order(field, row)):
            result[(*place, k)] = None if missing else row[source]
    return np.moveaxis(result, -1, axis)


FACTORS: dict[str, Callable[[Field, Any], Any]] = {
    "eigvals": lambda field, matrix: _eigen(field, matrix)[0],
    "eigvecs": lambda field, matrix: _eigen(field, matrix)[1],
    "cholesky": _cholesky,
}
