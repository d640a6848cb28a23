"""An entry's statement in SymPy."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symml.calculus.differentiate import evaluate_derivatives
from symml.calculus.sampling import size_draws
from symml.catalog.views import title
from symml.errors import SymmlError
from symml.expr.nodes import Expr, Linalg
from symml.expr.sympy_bridge import to_sympy
from symml.expr.walk import size_names, topological

if TYPE_CHECKING:
    from symml.catalog.entry import Entry


def sizes_of(entry: Entry) -> dict[str, int]:
    """Small pairwise distinct numbers for the entry's dims."""
    return size_draws(size_names(entry.lhs, entry.rhs), 1)[0]


def statement(entry: Entry) -> Any:
    """The statement: ``Eq``, ``Le`` or ``Ge`` of its sides, ``Eq`` of a ``Limit``, of a name, or of each variable.

    Scalars keep their derivatives and sums, arrays are written out at small sizes.
    """
    import sympy

    right = side(entry, entry.rhs)
    if entry.kind == "definition":
        return sympy.Eq(sympy.Symbol(title(entry)), right, evaluate=False) if not entry.rhs.shape else right
    if entry.kind == "algorithm":
        return {symbol.name: side(entry, value) for symbol, value in entry.assignments}
    left = side(entry, entry.lhs)
    if entry.kind == "limit":
        variable = next(s for s in left.free_symbols if str(s) == entry.at[0])
        left = sympy.Limit(
            left, variable, {"oo": sympy.oo, "-oo": -sympy.oo}.get(entry.at[1], entry.at[1].rstrip("+-"))
        )
    relation = {"<=": sympy.Le, ">=": sympy.Ge}.get(entry.relation, sympy.Eq)
    return relation(left, right, evaluate=False)


def place(text: str) -> tuple[Any, str]:
    """Where a limit goes, and the side from which it is approached.

    Raises:
        SymmlError: The text is neither ``oo``, ``-oo`` nor a number, perhaps followed by ``+`` or ``-``.
    """
    import sympy

    infinite = {"oo": sympy.oo, "-oo": -sympy.oo}.get(text)
    if infinite is not None:
        return infinite, "+-"
    one_sided = text[-1:] in ("+", "-")
    try:
        number = Fraction(text[:-1] if one_sided else text)
    except ValueError:
        raise SymmlError(f"{text!r} is no place for a limit", cure="write oo, -oo, 0, 0+ or 1/2") from None
    return sympy.Rational(number.numerator, number.denominator), text[-1] if one_sided else "+-"


def has_nested_inverse(expr: Expr) -> bool:
    """Whether an inverse stands inside another: written out entry by entry it is too large to work with."""
    nodes = [node for node in topological(expr) if isinstance(node, Linalg)]
    return any(isinstance(inner, Linalg) for node in nodes for inner in topological(node.args[0]))


def side(entry: Entry, expr: Expr) -> Any:
    """One side in SymPy."""
    has_arrays = bool(entry.lhs.shape) or any(s.shape for s in entry.symbols.values() if isinstance(s, Expr))
    if not has_arrays:
        return to_sympy(expr)
    found = to_sympy(evaluate_derivatives(expr), sizes_of(entry))
    return found.as_immutable() if hasattr(found, "as_immutable") else found
