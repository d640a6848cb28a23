"""Cholesky factors and triangular systems, written out entry by entry; dims must be numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symml.errors import TraceError
from symml.expr import build
from symml.expr.arithmetic import lift
from symml.expr.nodes import Expr, extent
from symml.read.tracing.array import TracedArray
from symml.read.tracing.known import whole_number

_MAX_SIZE = 6


def _size(matrix: Expr) -> int:
    rows = whole_number(extent(matrix.shape[0]))
    if rows > _MAX_SIZE:
        raise TraceError(f"a Cholesky factor of {rows} rows is too large to write out", cure="declare smaller dims")
    return rows


def cholesky(matrix: Any, lower: bool = True, **options: Any) -> TracedArray:
    """The lower factor ``L`` with ``L L' = A``, from the lower triangle of ``A``; or the upper one from the upper."""
    a = TracedArray(matrix.expr) if lower else TracedArray(matrix.expr).T
    n = _size(a.expr)
    entries: list[list[Any]] = [[lift(0)] * n for _ in range(n)]
    for j in range(n):
        rest = a[j, j].expr
        for k in range(j):
            rest = rest - entries[j][k] ** 2
        entries[j][j] = build.sqrt(rest)
        for i in range(j + 1, n):
            rest = a[i, j].expr
            for k in range(j):
                rest = rest - entries[i][k] * entries[j][k]
            entries[i][j] = rest / entries[j][j]
    found = TracedArray(build.array(entries))
    return found if lower else found.T


def scipy_cholesky(matrix: Any, lower: bool = False, **options: Any) -> TracedArray:
    """SciPy gives the upper factor by default."""
    return cholesky(matrix, lower)


def solve_triangular(a: Any, b: Any, trans: Any = 0, lower: bool = False, **options: Any) -> TracedArray:
    """The solution of a triangular system; the other triangle of the matrix is not looked at."""
    matrix = TracedArray(a.expr)
    n = _size(matrix.expr)
    kept = [[matrix[i, j].expr if (i >= j) == bool(lower) or i == j else lift(0) for j in range(n)] for i in range(n)]
    triangle = build.array(kept)
    return TracedArray(build.solve(triangle.T if trans in (1, "T") else triangle, lift(b)))


def cho_factor(matrix: Any, lower: bool = False, **options: Any) -> tuple[TracedArray, bool]:
    """The factor and which triangle it is, for ``cho_solve``."""
    return cholesky(matrix, lower), lower


def cho_solve(factor: tuple[Any, bool], b: Any, **options: Any) -> TracedArray:
    """The solution of ``A x = b`` from ``A``'s Cholesky factor."""
    matrix, lower = factor
    first = solve_triangular(matrix, b, 0 if lower else 1, lower)
    return solve_triangular(matrix, first, 1 if lower else 0, lower)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "linalg.cholesky": cholesky,
    "linalg.scipy_cholesky": scipy_cholesky,
    "linalg.solve_triangular": solve_triangular,
    "linalg.cho_factor": cho_factor,
    "linalg.cho_solve": cho_solve,
}
