"""LaTeX of expressions."""

from __future__ import annotations

from collections.abc import Mapping

from symml.expr.nodes import Expr
from symml.render.names import latex_name as name
from symml.render.spelling import LATEX
from symml.render.views import printed

__all__ = ["latex", "name", "show"]


def latex(expr: Expr, names: Mapping[Expr, str] | None = None) -> str:
    """The expression in LaTeX: matrix notation where there is one, else indices with explicit sums.

    A very deep expression is printed in stages: ``tanh(u2)  where u1 = ..., u2 = ...``.

    Args:
        expr: Any expression.
        names: Nodes that are printed as symbols of these names.
    """
    return printed(expr, LATEX, names)


show = latex
