"""Derivatives in a direction: Hessian-vector, Jacobian-vector and vector-Jacobian products."""

from __future__ import annotations

from collections.abc import Sequence

from symml.calculus.differentiate import derivative, evaluate_derivatives, gradient, without_equations
from symml.calculus.simplify import simplify
from symml.errors import ShapeError
from symml.expr.contract import contract
from symml.expr.dims import Shape
from symml.expr.nodes import Expr, Symbol, show_shape, symbol_node
from symml.expr.walk import size_names, substitute, symbols

_NAMES = {0: "t", 1: "v", 2: "V"}


def direction_for(wrt: Symbol, *roots: Expr) -> Symbol:
    """A symbol in the variable's shape under a name that does not occur."""
    taken = {symbol.name for symbol in symbols(wrt, *roots)} | set(size_names(wrt, *roots))
    name = _NAMES.get(len(wrt.shape), "V")
    while name in taken:
        name += "_"
    return symbol_node(name, wrt.shape)


def hvp(root: Expr, wrt: Symbol, direction: Expr) -> Expr:
    """The Hessian applied to a direction: the gradient of <gradient, direction>, in the variable's shape.

    Raises:
        ShapeError: The root is no scalar, or the direction is not in the variable's shape.
    """
    _need(direction, wrt.shape, "direction")
    if root.shape:
        raise ShapeError(
            f"a Hessian is of a scalar; this has shape {show_shape(root.shape)}", cure="sum it, or use jvp"
        )
    free, bare = without_equations(evaluate_derivatives(root), wrt)
    slope = inner(simplify(derivative(simplify(free), bare)), direction)
    found = derivative(simplify(slope), bare)
    return simplify(substitute(found, {bare: wrt}) if bare is not wrt else found)


def applied(root: Expr, wrt: Symbol, directions: Sequence[Symbol]) -> Expr:
    """A derivative of any order applied to directions, one after the other.

    Of a scalar it is the gradient of <.., V>, so ``directions`` are one fewer than the order; anything else is
    differentiated along every direction.
    """
    free, bare = without_equations(evaluate_derivatives(root), wrt)
    found = simplify(free)
    if not root.shape:
        found = simplify(derivative(found, bare))
        for direction in directions:
            found = simplify(derivative(simplify(inner(found, direction)), bare))
    else:
        for direction in directions:
            found = simplify(_along(derivative(found, bare), direction, len(root.shape)))
    return simplify(substitute(found, {bare: wrt}) if bare is not wrt else found)


def directions_for(wrt: Symbol, count: int, *roots: Expr) -> list[Symbol]:
    """Symbols in the variable's shape under names that do not occur: V, U, S."""
    names = ("V", "U", "S", "R") if len(wrt.shape) > 1 else ("v", "u", "s", "r") if wrt.shape else ("t", "s", "r", "q")
    taken = {symbol.name for symbol in symbols(wrt, *roots)} | set(size_names(wrt, *roots))
    found: list[Symbol] = []
    for name in names[:count]:
        while name in taken:
            name += "_"
        taken.add(name)
        found.append(symbol_node(name, wrt.shape))
    return found


def _along(jacobian: Expr, direction: Expr, rank: int) -> Expr:
    axes = tuple(range(len(jacobian.shape)))
    return contract([(jacobian, axes), (direction, axes[rank:])], axes[:rank])


def jvp(root: Expr, wrt: Symbol, direction: Expr) -> Expr:
    """The Jacobian applied to a direction, in the shape of ``root``."""
    _need(direction, wrt.shape, "direction")
    free, bare = without_equations(evaluate_derivatives(root), wrt)
    jacobian = derivative(simplify(free), bare)
    found = _along(jacobian, direction, len(root.shape))
    return simplify(substitute(found, {bare: wrt}) if bare is not wrt else found)


def vjp(root: Expr, wrt: Symbol, cotangent: Expr) -> Expr:
    """A cotangent pulled back: the gradient of <root, cotangent>, in the variable's shape."""
    _need(cotangent, root.shape, "cotangent")
    return gradient(inner(root, cotangent), wrt)


def inner(a: Expr, b: Expr) -> Expr:
    """The sum of the products of the entries of two arrays of one shape."""
    axes = tuple(range(len(a.shape)))
    return contract([(a, axes), (b, axes)], ())


def _need(given: Expr, shape: Shape, what: str) -> None:
    if given.shape != shape:
        raise ShapeError(
            f"the {what} has shape {show_shape(given.shape)}",
            cure=f"give one of shape {show_shape(shape)}",
        )
