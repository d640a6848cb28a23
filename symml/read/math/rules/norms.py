"""Norms, absolute values, determinants by bars, inner products."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from symml.errors import SymmlError
from symml.expr import arithmetic, functions
from symml.expr.build import det, inv, norm, sqrt
from symml.expr.nodes import Symbol, show_shape
from symml.read.math.rules.algebra import inner, matmul
from symml.read.math.tree import Node
from symml.read.math.value import Value, describe

if TYPE_CHECKING:
    from symml.read.math.elaborate import Elaborator

_ORDERS: dict[str, object] = {"": None, "2": 2, "1": 1, "0": 0, "F": "fro", r"\infty": float("inf"), "Fro": "fro",
    "inf": float("inf"), r"\inf": float("inf"), r"\ell_{1}": 1, r"\ell_{2}": 2}  # fmt: skip
_MATRIX_ORDERS: dict[str, object] = {
    "": "fro", "F": "fro", "Fro": "fro", "2": 2, "op": 2, r"\mathrm{op}": 2, "*": "nuc",
}  # fmt: skip
_FROBENIUS = (r"\mathrm{F}", r"\mathrm{Fro}", r"\mathcal{F}", "fro", "frob", "Frob")


def norm_of(e: Elaborator, node: Node) -> Value:
    r"""``\|x\|_p``: vectors of any order, matrices by Frobenius unless another order is written."""
    value = e.value(node.args[0])
    order = "F" if node.value in _FROBENIUS else node.value
    axes = tuple(range(len(value.labels), len(value.expr.shape)))
    if value.rank == 0:
        e.note(f"{e.written(node)} is an absolute value")
        return value.with_expr(functions.abs(value.expr))
    if value.rank == 2:
        return _matrix_norm(e, node, value, order, axes)
    if order not in _ORDERS:
        return _special_norm(e, node, value, order, axes)
    given = None if order == "F" else _ORDERS[order]
    return Value(norm(value.expr, given, axes), value.labels)


def _matrix_norm(e: Elaborator, node: Node, value: Value, order: str, axes: tuple[int, ...]) -> Value:
    if order in _MATRIX_ORDERS:
        if order == "":
            e.note(f"{e.written(node)} is the Frobenius norm")
        if order == "2":
            e.note(f"{e.written(node)} is the spectral norm")
        return Value(norm(value.expr, _MATRIX_ORDERS[order], axes), value.labels)
    names = {"1": "order 1", r"\infty": "order infinity"}
    what = f"not understood: the {names.get(order, 'order ' + order)} norm of a matrix"
    raise e.error(node, what, r"the Frobenius norm is \|A\|_F; sums of absolute values are written with \sum")


def _special_norm(e: Elaborator, node: Node, value: Value, order: str, axes: tuple[int, ...]) -> Value:
    r"""Norms of order p, and ``\|x\|_A`` of a matrix A."""
    if order.isdecimal():
        return Value(norm(value.expr, int(order), axes), value.labels)
    base = order.removesuffix("^{-1}")
    row = e.table.find(base)
    if row is None or row.kind not in ("symbol", "size", "number"):
        raise e.error(node, f"not understood: the norm of order {order}", r"orders are numbers, \infty, F, or declared")
    symbol = row.value
    shape = getattr(symbol, "shape", ())
    if not shape:
        try:
            return Value(norm(value.expr, arithmetic.lift(symbol), axes), value.labels)
        except SymmlError as error:
            raise e.error(node, error.what, error.cure) from None
    if len(shape) != 2 or value.labels or shape != (value.core[0],) * 2:
        raise e.misfit(
            node, f"the norm of {describe(value)} by {order} of shape {show_shape(shape)}", "declare it square"
        )
    assert isinstance(symbol, Symbol)
    return Value(sqrt(value.expr @ (inv(symbol) if base != order else symbol) @ value.expr))


def bars(e: Elaborator, node: Node) -> Value:
    """``|x|``: the absolute value of a number, the determinant of a square matrix."""
    value = e.value(node.args[0])
    if value.rank == 0:
        return value.with_expr(functions.abs(value.expr))
    if value.rank == 2 and e.unify(*value.core) and not value.labels:
        return Value(det(value.expr))
    if value.rank == 1:
        what = f"ambiguous: {e.written(node)} of a vector is its norm, or the absolute values of its entries"
        raise e.error(node, what, r"write \|x\|_2, or |x_i| with an index")
    raise e.error(node, f"not understood: bars around a matrix that is not square: {e.written(node)}")


def angles(e: Elaborator, node: Node) -> Value:
    r"""``\langle a, b \rangle``, and ``\langle a, b \rangle_M`` with a square matrix below."""
    a, b = (e.value(part) for part in node.args[:2])
    for part in node.args[2:]:
        weight = e.value(part)
        if weight.rank != 2 or a.rank != 1:
            raise e.error(part, f"not understood: {e.written(part)} below an inner product", "write a square matrix")
        b = matmul(e, part, weight, b)
    if a.rank == 0 and b.rank == 0:
        return Value(arithmetic.times(a.expr, b.expr)) if not a.labels + b.labels else inner(e, node, a, b)
    return inner(e, node, a, b)


RULES: dict[str, Callable[..., Value]] = {"norm": norm_of, "bars": bars, "inner": angles}
