"""Masks of triangles: comparisons of an entry's row with its column, which books write as triangular ones."""

from __future__ import annotations

from fractions import Fraction

from symml.expr.nodes import Add, Apply, Constant, Contract, Expr, Positions

# For a comparison of a with b: the sign of b - a that holds, and by how much the bound is tight.
_HOLDS = {"less_equal": (1, 0), "less": (1, -1), "greater_equal": (-1, 0), "greater": (-1, -1)}


def triangle_of(node: Apply) -> tuple[str, int] | None:
    """("tril" or "triu", the diagonal) of a mask; ``None`` for any other comparison."""
    holds = _HOLDS.get(node.function.name)
    if holds is None or len(node.shape) != 2:
        return None
    left, right = (_place(arg) for arg in node.args)
    if left is None or right is None or left[0] == right[0]:
        return None
    (axis, shift), (_, other) = left, right
    sign, slack = holds
    # sign (b - a) + slack >= 0, where one of a, b is the row i and the other is the column j.
    bound = sign * (other - shift) + slack
    is_lower = (axis == 1) == (sign > 0)
    return ("tril", bound) if is_lower else ("triu", -bound)


def _place(node: Expr) -> tuple[int, int] | None:
    """(axis, shift) of an array whose entries are their place along an axis plus a whole number."""
    shift = 0
    found: int | None = None
    for term in node.args if isinstance(node, Add) else (node,):
        number = _number(term)
        if number is not None:
            shift += number
            continue
        axis = _axis(term)
        if axis is None or found is not None:
            return None
        found = axis
    return None if found is None else (found, shift)


def _number(term: Expr) -> int | None:
    """The whole number that every entry is."""
    if isinstance(term, Contract) and not term.args and len(term.dims) == len(term.shape):
        return int(term.coef) if term.coef.denominator == 1 else None
    value = term.value if isinstance(term, Constant) else None
    return int(value) if isinstance(value, Fraction) and value.denominator == 1 else None


def _axis(term: Expr) -> int | None:
    plain = isinstance(term, Contract) and term.coef == 1 and len(term.args) == 1
    if not plain or not isinstance(term.args[0], Positions):
        return None
    assert isinstance(term, Contract)
    return term.subs[0][0] if len(term.dims) == len(term.shape) else None
