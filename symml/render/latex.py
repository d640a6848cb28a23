"""LaTeX of expressions."""

from __future__ import annotations

from symml.expr.binders import readable
from symml.expr.nodes import Expr
from symml.render.indices import index_form
from symml.render.matrix_form import CannotRaise
from symml.render.names import latex_name as name
from symml.render.printer import Printer
from symml.render.raising import raise_form
from symml.render.spelling import LATEX

__all__ = ["latex", "name", "show"]
_PRINTER = Printer(LATEX)


def latex(expr: Expr, names: dict[Expr, str] | None = None) -> str:
    """The expression in LaTeX: matrix notation where there is one, else indices with explicit sums.

    Args:
        expr: Any expression.
        names: Nodes that are printed as symbols of these names.
    """
    expr = readable(expr)
    try:
        return _PRINTER.show(raise_form(expr, names))
    except CannotRaise:
        return index_form(expr, LATEX, names)


show = latex
