"""Unicode text of expressions, for terminals."""

from __future__ import annotations

from collections.abc import Mapping

from symml.expr.nodes import Expr
from symml.render.names import text_name as name
from symml.render.spelling import TEXT
from symml.render.views import printed

__all__ = ["name", "show", "text"]


def text(expr: Expr, names: Mapping[Expr, str] | None = None) -> str:
    """The expression as Unicode text: matrix notation where there is one, else indices with explicit sums.

    A very deep expression is printed in stages: ``tanh(u2)  where u1 = ..., u2 = ...``.

    Args:
        expr: Any expression.
        names: Nodes that are printed as symbols of these names.
    """
    return printed(expr, TEXT, names)


show = text
