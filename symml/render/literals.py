"""Small arrays written out: a sum of unit vectors with numbers in front is printed as rows and columns."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from symml.expr.nodes import Add, Basis, Contract, Expr
from symml.render.matrix_form import CannotRaise, Form, number, scaled, total

_MAX_ENTRIES = 36
Place = tuple[int, ...]
Entries = dict[Place, list[Form]]


def literal(node: Expr, done: Mapping[Expr, Form]) -> Form | None:
    """The array with its entries; ``None`` for anything but a sum of unit vectors of few entries.

    Args:
        node: A vector or a matrix.
        done: The formulas of everything under it.
    """
    sizes = [dim for dim in node.shape if isinstance(dim, int)]
    if not 1 <= len(sizes) == len(node.shape) <= 2 or not isinstance(node, Add | Basis | Contract):
        return None
    rows, cols = (sizes[0], None) if len(sizes) == 1 else (sizes[0], sizes[1])
    if not 1 < rows * (cols or 1) <= _MAX_ENTRIES:
        return None
    found = _entries(node, done)
    if found is None:
        return None
    places = [(i,) if cols is None else (i, j) for i in range(rows) for j in range(cols or 1)]
    return Form("array", tuple(_sum(found.get(place, [])) for place in places), None, rows, cols)


def rows_of(cells: list[str], form: Form) -> list[list[str]]:
    """The entries of an array row by row; a vector has one in each."""
    width = form.cols if isinstance(form.cols, int) else 1
    return [cells[k : k + width] for k in range(0, len(cells), width)]


def _sum(terms: list[Form]) -> Form:
    return number(0) if not terms else terms[0] if len(terms) == 1 else total(terms)


def _entries(node: Expr, done: Mapping[Expr, Form]) -> Entries | None:
    """The terms of each entry that is not zero."""
    if isinstance(node, Basis):
        return {(node.position,): [number(1)]} if isinstance(node.position, int) else None
    if isinstance(node, Add):
        merged: Entries = {}
        for term in node.args:
            own = _entries(term, done)
            if own is None:
                return None
            for place, forms in own.items():
                merged.setdefault(place, []).extend(forms)
        return merged
    return _of_product(node, done) if isinstance(node, Contract) else None


def _of_product(node: Contract, done: Mapping[Expr, Form]) -> Entries | None:
    """Numbers times arrays of unit vectors, each with axes of its own."""
    axes = [axis for sub in node.subs for axis in sub]
    if sorted(axes) != list(range(len(node.shape))):
        return None
    numbers = [arg for arg in node.args if not arg.shape]
    if any(arg not in done for arg in numbers):
        return None  # what stands inside a merged sum has no formula of its own
    scalars = [done[arg] for arg in numbers]
    found: dict[Place, list[Form]] = {(0,) * len(node.shape): [number(1)]}
    for arg, sub in zip(node.args, node.subs, strict=True):
        if not sub:
            continue
        own = _entries(arg, done)
        if own is None:
            return None
        found = {
            _placed(place, sub, at): [scaled(Fraction(1), [a, b], None) for a in before for b in forms]
            for place, before in found.items()
            for at, forms in own.items()
        }
    try:
        return {place: [scaled(node.coef, [*scalars, a], None) for a in forms] for place, forms in found.items()}
    except CannotRaise:
        return None


def _placed(place: Place, sub: tuple[int, ...], at: Place) -> Place:
    changed = list(place)
    for axis, position in zip(sub, at, strict=True):
        changed[axis] = position
    return tuple(changed)
