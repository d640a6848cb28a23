"""Python entry points that take an expression or a text with declarations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from symml.calculus import differentiate, directional
from symml.calculus import simplify as _simplify
from symml.errors import SymmlError
from symml.expr.nodes import Expr, Symbol
from symml.kernels import Kernel
from symml.kernels import kernel as _kernel
from symml.proof.derive import find_variable
from symml.read.declarations import Declarations, read_declarations
from symml.read.expression import read_expression

if TYPE_CHECKING:
    Shapes = str | Mapping[str, object] | Declarations | None


def read_numpy(text: Expr | str, shapes: Shapes = None) -> Expr:
    """Reads text in NumPy syntax as an expression.

    Args:
        text: The text, such as ``"mean((y - X@w)**2)"``.
        shapes: Declarations such as ``"X: n d, w: d, y: n"``.

    Raises:
        ReadError: The text cannot be read; the message has a caret and what to write instead.
    """
    return read_expression(text, read_declarations(shapes))


def simplify(expression: Expr | str, shapes: Shapes = None) -> Expr:
    """The expression after symml's named local rules; the factored form is kept."""
    return _simplify.simplify(read_numpy(expression, shapes))


def grad(f: Expr | str, wrt: Symbol | str, shapes: Shapes = None) -> Expr:
    """The gradient of a scalar in the variable's shape, simplified, without the steps; ``derive`` has the steps.

    Raises:
        ShapeError: ``f`` is not a scalar.
        NotDerivable: The variable does not occur.
    """
    root, variable = _pair(f, wrt, shapes)
    return differentiate.gradient(root, variable)


def jacobian(f: Expr | str, wrt: Symbol | str, shapes: Shapes = None) -> Expr:
    """The Jacobian with axes of ``f``, then axes of the variable, simplified."""
    root, variable = _pair(f, wrt, shapes)
    return differentiate.jacobian(root, variable)


def hessian(f: Expr | str, wrt: Symbol | str, shapes: Shapes = None) -> Expr:
    """The Hessian of a scalar with the variable's axes twice, simplified."""
    root, variable = _pair(f, wrt, shapes)
    return differentiate.hessian(root, variable)


def hvp(f: Expr | str, wrt: Symbol | str, direction: Expr | str | None = None, shapes: Shapes = None) -> Expr:
    """The Hessian of a scalar applied to a direction, in the variable's shape: the gradient of <gradient, direction>.

    Args:
        f: The scalar, an expression or text.
        wrt: The variable.
        direction: An array in the variable's shape, or its text; a new symbol ``v`` or ``V`` by default.
        shapes: Declarations, needed for text.
    """
    root, variable = _pair(f, wrt, shapes)
    return directional.hvp(root, variable, _direction(direction, variable, root, shapes))


def jvp(f: Expr | str, wrt: Symbol | str, direction: Expr | str | None = None, shapes: Shapes = None) -> Expr:
    """The Jacobian applied to a direction, in the shape of ``f``."""
    root, variable = _pair(f, wrt, shapes)
    return directional.jvp(root, variable, _direction(direction, variable, root, shapes))


def vjp(f: Expr | str, wrt: Symbol | str, cotangent: Expr | str, shapes: Shapes = None) -> Expr:
    """A cotangent in the shape of ``f`` pulled back: the gradient of <f, cotangent>, in the variable's shape."""
    root, variable = _pair(f, wrt, shapes)
    return directional.vjp(root, variable, read_numpy(cotangent, shapes))


def _direction(given: Expr | str | None, wrt: Symbol, root: Expr, shapes: Shapes) -> Expr:
    return directional.direction_for(wrt, root) if given is None else read_numpy(given, shapes)


def _pair(f: Expr | str, wrt: Symbol | str, shapes: Shapes) -> tuple[Expr, Symbol]:
    declarations = read_declarations(shapes)
    root = read_expression(f, declarations)
    return root, find_variable(root, wrt, declarations)


def kernel(
    expression: Expr | str | Sequence[Expr],
    *,
    shapes: Shapes = None,
    name: str = "kernel",
    arguments: Sequence[str] | None = None,
) -> Kernel:
    """A NumPy function that computes the expression; its source stands alone.

    Args:
        expression: An expression, NumPy-style text, or several expressions that share their subterms.
        shapes: Declarations, needed when the expression is text.
        name: The function's name.
        arguments: The order of the arguments; by default as they occur.
    """
    if isinstance(expression, Expr | str):
        return _kernel(read_numpy(expression, shapes), name=name, arguments=arguments)
    if not isinstance(expression, list | tuple):
        raise SymmlError(
            f"{type(expression).__name__} is not an expression", cure="give text in NumPy syntax, or expressions"
        )
    return _kernel(expression, name=name, arguments=arguments)
