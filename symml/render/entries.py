"""Entries in print: an array whose every index is fixed by a unit vector is one number, such as X_12."""

from __future__ import annotations

from typing import Any

from symml.expr.nodes import Basis, Expr
from symml.render.matrix_form import Form

Item = tuple[Expr, Form, tuple[int, ...]]


def entries_taken(items: list[Item], rank: int) -> tuple[list[tuple[Form, tuple[int, ...]]], set[int]]:
    """The factors of a product with entries as numbers in the place of arrays and unit vectors, and the indices gone.

    Args:
        items: The factors: node, formula and indices.
        rank: The number of output indices; all others are summed.
    """
    uses: dict[int, int] = {}
    for _, _, sub in items:
        for i in sub:
            uses[i] = uses.get(i, 0) + 1
    places: dict[int, Any] = {
        sub[0]: node.position for node, _, sub in items if isinstance(node, Basis) and _is_inner(sub[0], rank, uses)
    }
    found: list[tuple[Form, tuple[int, ...]]] = []
    used: set[int] = set()
    for node, form, sub in items:
        if form.kind == "sym" and sub and not isinstance(node, Basis) and all(i in places for i in sub):
            found.append((Form("entry", (form,), tuple(places[i] for i in sub)), ()))
            used |= set(sub)
        else:
            found.append((form, sub))
    return [(form, sub) for form, sub in found if not (len(sub) == 1 and sub[0] in used)], used


def _is_inner(i: int, rank: int, uses: dict[int, int]) -> bool:
    """Whether an index is summed, and stands on one other factor."""
    return i >= rank and uses[i] == 2
