"""An expression from whatever a caller gives: an expression itself, or NumPy-style text."""

from __future__ import annotations

from symml.errors import ReadError
from symml.expr.nodes import Expr
from symml.read.declarations import Declarations
from symml.read.numpy_source import is_script, read_assignments, read_numpy


def read_expression(value: Expr | str, declarations: Declarations) -> Expr:
    """The expression that ``value`` is or spells; text may name parts first: ``r = X@w - y; mean(r**2)``.

    Raises:
        ReadError: The text cannot be read, or the value is neither text nor an expression.
    """
    if isinstance(value, Expr):
        return value
    if isinstance(value, str):
        return read_assignments(value, declarations) if is_script(value) else read_numpy(value, declarations)
    raise ReadError(f"{type(value).__name__} is not an expression", cure="give text in NumPy syntax, or an expression")
