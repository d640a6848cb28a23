"""An entry's statement as a SymPy equation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symml.calculus.differentiate import evaluate_derivatives
from symml.calculus.sampling import size_draws
from symml.expr.nodes import Expr
from symml.expr.sympy_bridge import to_sympy
from symml.expr.walk import size_names

if TYPE_CHECKING:
    from symml.catalog.declare import Entry


def sizes_of(entry: Entry) -> dict[str, int]:
    """Small pairwise distinct numbers for the entry's dims."""
    return size_draws(size_names(entry.lhs, entry.rhs), 1)[0]


def equation(entry: Entry) -> Any:
    """The statement as ``Eq``: scalars with symbolic derivatives and sums, arrays written out at small sizes."""
    import sympy

    return sympy.Eq(side(entry, entry.lhs), side(entry, entry.rhs), evaluate=False)


def side(entry: Entry, expr: Expr) -> Any:
    """One side in SymPy."""
    has_arrays = bool(entry.lhs.shape) or any(s.shape for s in entry.symbols.values() if isinstance(s, Expr))
    if not has_arrays:
        return to_sympy(expr)
    found = to_sympy(evaluate_derivatives(expr), sizes_of(entry))
    return found.as_immutable() if hasattr(found, "as_immutable") else found
