"""Determinants and inverses of small matrices by cofactors: any entries, and nothing is simplified."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Rows = Sequence[Sequence[Any]]


def determinant(rows: Rows) -> Any:
    """The determinant, expanded along the first row."""
    if len(rows) == 1:
        return rows[0][0]
    terms = [(-1) ** k * entry * determinant(minor(rows, 0, k)) for k, entry in enumerate(rows[0]) if entry != 0]
    return sum(terms[1:], terms[0]) if terms else rows[0][0]


def minor(rows: Rows, i: int, j: int) -> list[list[Any]]:
    """The matrix without row ``i`` and column ``j``."""
    return [[entry for c, entry in enumerate(row) if c != j] for r, row in enumerate(rows) if r != i]


def inverse_entry(rows: Rows, i: int, j: int, over: Any) -> Any:
    """An entry of the inverse; ``over`` is the determinant."""
    if len(rows) == 1:
        return 1 / over
    return (-1) ** (i + j) * determinant(minor(rows, j, i)) / over
