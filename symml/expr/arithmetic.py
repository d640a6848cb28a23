"""The arithmetic people write, with NumPy's meaning; broadcasting becomes explicit in the tree."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symml.errors import ShapeError, SymmlError
from symml.expr.contract import contract
from symml.expr.dims import Size
from symml.expr.nodes import (
    Constant,
    Contract,
    Expr,
    add_node,
    apply_node,
    constant,
    contract_node,
    extent,
    face,
    power_node,
    show_shape,
)

if TYPE_CHECKING:
    from symml.expr.dims import Dim, Shape
    from symml.expr.function import Function

_SHORT = 60
_MAX_BITS = 40_000


def lift(value: object) -> Expr:
    """An expression from a number, a size, a (nested) list of numbers, or an expression.

    A float stands for the decimal that is written: ``0.1`` is one tenth exactly.
    """
    if isinstance(value, Expr):
        return value
    if isinstance(value, bool):
        return constant(int(value))
    if isinstance(value, int | Fraction):
        return constant(value)
    if isinstance(value, Size):
        return extent(value)
    if isinstance(value, float):
        return constant(_exact(value))
    if isinstance(value, list | tuple):
        return build.array(value)
    if isinstance(getattr(value, "expr", None), Expr):
        return value.expr  # type: ignore[attr-defined,no-any-return] # a stand-in for an array, see above
    if hasattr(value, "tolist"):
        return lift(value.tolist())
    raise SymmlError(f"{value!r} cannot be part of an expression", cure="use numbers, symbols and functions of symml")


def _exact(value: float) -> Fraction:
    if value != value or value in (float("inf"), float("-inf")):
        raise SymmlError(f"{value} is not a real number", cure="symml reasons about finite real numbers")
    return Fraction(Decimal(repr(float(value))))


# ---- shapes ----------------------------------------------------------------------------------------------------------
def broadcast_shape(*shapes: Shape) -> Shape:
    """The common shape by NumPy's rule: equal dims agree, a dim of 1 stretches.

    Raises:
        ShapeError: Two dims differ and neither is 1.
    """
    rank = max(map(len, shapes))
    result: list[Dim] = []
    for axis in range(-rank, 0):
        found: Dim = 1
        for shape in shapes:
            if len(shape) < -axis or shape[axis] == 1:
                continue
            if found != 1 and found != shape[axis]:
                raise ShapeError("cannot broadcast " + " with ".join(map(show_shape, shapes)))
            found = shape[axis]
        result.append(found)
    return tuple(result)


def _labels(x: Expr, shape: Shape) -> tuple[Any, ...]:
    """Labels of the axes of ``x`` inside a result with labels 0, 1, ...; a stretched axis is summed over its entry."""
    shift = len(shape) - len(x.shape)
    return tuple([i + shift if dim == shape[i + shift] else ("one", i) for i, dim in enumerate(x.shape)])


def broadcast(x: Expr, shape: Shape) -> Expr:
    """``x`` stretched to ``shape``."""
    if x.shape == shape:
        return x
    if broadcast_shape(x.shape, shape) != shape:
        raise ShapeError(f"cannot broadcast {show_shape(x.shape)} to {show_shape(shape)}")
    return contract([(x, _labels(x, shape))], range(len(shape)), dims=dict(enumerate(shape)))


def full(value: object, shape: Shape) -> Expr:
    """An array of one value."""
    return broadcast(lift(value), shape)


def is_zero(node: Expr) -> bool:
    """Whether the node is a written zero, of any shape."""
    return getattr(node, "coef", None) == 0 or (isinstance(node, Constant) and node.value == 0)


def zeros(shape: Shape) -> Expr:
    """An array of zeros."""
    return contract_node(Fraction(0), (), (), shape, len(shape)) if shape else constant(0)


# ---- sums ------------------------------------------------------------------------------------------------------------
def plus(a: object, b: object) -> Expr:
    """``a + b`` with broadcasting."""
    left, right = lift(a), lift(b)
    if isinstance(left, Constant) and isinstance(right, Constant):
        folded = _fold(left, right)
        if folded is not None:
            return folded
    shape = _common("+", left, right)
    return add_node((broadcast(left, shape), broadcast(right, shape)))


def minus(a: object, b: object) -> Expr:
    """``a - b`` with broadcasting."""
    return plus(a, scale(-1, lift(b)))


def _fold(a: Constant, b: Constant) -> Expr | None:
    if isinstance(a.value, Fraction) and isinstance(b.value, Fraction):
        return constant(a.value + b.value)
    return None


def _common(sign: str, a: Expr, b: Expr) -> Shape:
    try:
        return broadcast_shape(a.shape, b.shape)
    except ShapeError:
        raise ShapeError(
            f"{_operand(a)} {sign} {_operand(b)}: "
            f"shapes {show_shape(a.shape)} and {show_shape(b.shape)} do not broadcast",
            cure=_mend(a, b),
        ) from None


def _mend(a: Expr, b: Expr) -> str:
    if len(a.shape) == len(b.shape) == 2 and a.shape == b.shape[::-1]:
        return "did you mean a transpose (.T) of one of them?"
    if len(a.shape) == 2 and len(b.shape) == 1 and b.shape[0] == a.shape[0]:
        return f"a vector runs along the last axis; for one entry a row write {_operand(b)}[:, None]"
    return "make the shapes agree; a dim of 1 stretches"


def brief(node: Expr) -> str:
    """A short text of the node for messages, as it would be typed."""
    text = face("code", node)
    return text if len(text) <= _SHORT else text[: _SHORT - 3] + "..."


def _operand(node: Expr) -> str:
    """The same as an operand: in brackets when it is not one word or one call."""
    text, depth = brief(node), 0
    for char in text:
        depth += (char in "([") - (char in ")]")
        if char in " -" and depth == 0:
            return f"({text})"
    return text


# ---- products --------------------------------------------------------------------------------------------------------
def times(a: object, b: object) -> Expr:
    """``a * b``, elementwise with broadcasting."""
    left, right = lift(a), lift(b)
    shape = _common("*", left, right)
    labels = [_labels(x, shape) for x in (left, right)]
    rename = {label: ("right", label) for label in labels[1] if isinstance(label, tuple)}
    second = tuple([rename.get(label, label) for label in labels[1]])
    return contract([(left, labels[0]), (right, second)], range(len(shape)), dims=dict(enumerate(shape)))


def scale(coef: Fraction | int, x: object) -> Expr:
    """A rational multiple."""
    node = lift(x)
    axes = range(len(node.shape))
    return contract([(node, axes)], axes, coef=coef)


def divide(a: object, b: object) -> Expr:
    """``a / b``, elementwise with broadcasting."""
    return times(a, power(b, -1))


def power(base: object, exponent: object) -> Expr:
    """``base ** exponent``, elementwise; a rational exponent gives a power node."""
    x, y = lift(base), lift(exponent)
    if isinstance(y, Contract) and not y.args and _common("**", x, y) == x.shape:
        return rational_power(x, y.coef)
    if not (isinstance(y, Constant) and isinstance(y.value, Fraction)):
        return functions.power(x, y)
    return rational_power(x, y.value)


def rational_power(x: Expr, exponent: Fraction) -> Expr:
    """``x`` to a rational power; numbers are folded where the result is rational."""
    if exponent == 1:
        return x
    if exponent == 0:
        return full(1, x.shape)
    if (
        isinstance(x, Constant)
        and isinstance(x.value, Fraction)
        and exponent.denominator == 1
        and (x.value or exponent > 0)
        and abs(exponent) * _bits(x.value) <= _MAX_BITS
    ):
        return constant(x.value ** int(exponent))
    return power_node(x, exponent)


def _bits(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def matmul(a: object, b: object) -> Expr:
    """``a @ b`` for vectors, matrices and stacks of matrices."""
    left, right = lift(a), lift(b)
    if not left.shape or not right.shape:
        raise ShapeError(f"{_operand(left)} @ {_operand(right)}: @ needs axes on both sides", cure="use * for a scalar")
    inner = right.shape[-2] if len(right.shape) > 1 else right.shape[0]
    if left.shape[-1] != inner:
        a_text, b_text = _operand(left), _operand(right)
        raise ShapeError(
            f"{a_text} @ {b_text}: {a_text} is {show_shape(left.shape)}, {b_text} is {show_shape(right.shape)}",
            cure=_mend_product(left, right),
        )
    stack = _stack_labels(left.shape[:-2], right.shape[:-2])
    rows = ("row",) if len(left.shape) > 1 else ()
    cols = ("col",) if len(right.shape) > 1 else ()
    sub_a = (*stack[0], *rows, "inner")
    sub_b = (*stack[1], "inner", *cols)
    return contract([(left, sub_a), (right, sub_b)], (*stack[2], *rows, *cols))


def _stack_labels(a: Shape, b: Shape) -> tuple[tuple[object, ...], tuple[object, ...], tuple[object, ...]]:
    """Labels of leading axes of both operands and of the result; axes align from the right."""
    shape = broadcast_shape(a, b) if a or b else ()
    out = tuple(("stack", i) for i in range(len(shape)))

    def labels(own: Shape, side: str) -> tuple[object, ...]:
        shift = len(shape) - len(own)
        return tuple(out[i + shift] if dim == shape[i + shift] else (side, i) for i, dim in enumerate(own))

    return labels(a, "a"), labels(b, "b"), out


def _mend_product(a: Expr, b: Expr) -> str:
    if len(a.shape) == 2 and a.shape[0] in (b.shape[0], *b.shape[-2:-1]):
        return f"did you mean {_operand(a)}.T @ {_operand(b)}?"
    if len(b.shape) == 2 and a.shape[-1] == b.shape[1]:
        return f"did you mean {_operand(a)} @ {_operand(b)}.T?"
    return "the last axis of the left and the first axis of the right must agree"


def transpose(x: object, axes: Sequence[int] | None = None) -> Expr:
    """The array with its axes in reverse, or in the given, order."""
    node = lift(x)
    rank = len(node.shape)
    order = tuple(range(rank))[::-1] if axes is None else tuple(axis % rank for axis in axes)
    if sorted(order) != list(range(rank)):
        raise ShapeError(f"transpose: {tuple(axes or ())} is not an order of {rank} axes")
    return contract([(node, range(rank))], order)


def apply(function: Function, args: Sequence[object]) -> Expr:
    """A scalar function of arguments broadcast to one shape."""
    nodes = [lift(arg) for arg in args]
    if len(nodes) != function.arity:
        raise SymmlError(f"{function.name} takes {function.arity} argument(s), not {len(nodes)}")
    shape = nodes[0].shape
    for node in nodes[1:]:
        shape = _common(function.name, nodes[0], node) if node.shape != shape else shape
    shape = broadcast_shape(*(node.shape for node in nodes))
    return apply_node(function, tuple([broadcast(node, shape) for node in nodes]))


# Nested lists and general exponents are built by modules that stand on this one.
from symml.expr import build, functions  # noqa: E402  # see the line above
