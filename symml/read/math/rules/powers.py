"""Quotients, powers, roots and inverses, by the types of their parts."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING

from symml.expr import arithmetic
from symml.expr.build import inv
from symml.expr.nodes import Constant, constant
from symml.read.limits import MAX_EXPONENT
from symml.read.math.rules.algebra import matmul
from symml.read.math.rules.definitions import square_of
from symml.read.math.tree import Node
from symml.read.math.value import Value, describe, einsum, spread, union

if TYPE_CHECKING:
    from symml.read.math.elaborate import Elaborator


def power(e: Elaborator, node: Node) -> Value:
    """A power, by the type of its base."""
    base_node, exponent_node = node.args
    if _is_e(base_node):
        return e.value(Node("call", (exponent_node,), "exp", node.start, node.end))
    square = square_of(e, base_node, exponent_node)
    if square is not None:
        return square
    base = e.value(base_node)
    if base.rank and exponent_node.kind == "declared" and exponent_node.value.name == "T":
        e.note(f"{e.written(node)} is a transpose")
        return transpose(e, Node("mark", (base_node,), "transpose", node.start, node.end), base)
    _refuse_moment(e, node, base, exponent_node)
    exponent = e.scalar(exponent_node, "an exponent")
    number = exponent.expr.value if isinstance(exponent.expr, Constant) else None
    if number == -1 and _is_entry_of_matrix(e, base_node):
        what = f"ambiguous: {e.written(node)} is an entry of the inverse, or one over the entry"
        raise e.error(node, what, r"write (A^{-1})_{ij}, or 1/A_{ij}")
    if node.value == "elementwise" or base.rank == 0:
        return raise_to(e, node, base, exponent)
    if base.rank == 1:
        e.note(f"{e.written(node)}: the power is taken entry by entry")
        return raise_to(e, node, base, exponent)
    if not isinstance(number, Fraction) or number.denominator != 1 or not 1 <= abs(number) <= 16:
        if base.elementwise:
            return raise_to(e, node, base, exponent)
        raise e.error(
            node,
            "not understood: this power of a matrix",
            r"powers of matrices are whole numbers; entry by entry: A^{\odot 2}",
        )
    return _matrix_power(e, node, base, int(number))


def _refuse_moment(e: Elaborator, node: Node, base: Value, exponent: Node) -> None:
    r"""``w^t`` of an array: a power of every entry, or w at a time t?"""
    parts = exponent.args if exponent.kind == "sum" else (exponent,)
    unknown = [p for p in parts if p.kind == "name" and not p.args and not e.is_given(p.value.key)]
    if not base.rank or not unknown or e.range_of(unknown[0].value.key) is not None or node.value == "elementwise":
        return
    written = e.written(exponent)
    what = f"ambiguous: {e.written(node)} is a power of every entry, or an array of its own, at {written}"
    raise e.error(node, what, rf"write ^{{({written})}} or declare it as it is written; powers: ^{{\odot {written}}}")


def _is_entry_of_matrix(e: Elaborator, node: Node) -> bool:
    """Whether the base is ``A_{ij}`` of a square matrix that is declared."""
    if node.kind != "entry" or node.args[0].kind != "declared" or "[" in e.source[node.start : node.end]:
        return False
    shape: tuple[object, ...] = getattr(node.args[0].value.value, "shape", ())
    return len(node.args[1:]) == len(shape) > 1 and shape[0] == shape[1]


def _is_e(node: Node) -> bool:
    return node.kind == "name" and node.value.key in ("e", r"\mathrm{e}")


def _matrix_power(e: Elaborator, node: Node, base: Value, number: int) -> Value:
    if base.rank != 2 or not e.unify(*base.core):
        if base.elementwise and number > 0:
            return raise_to(e, node, base, Value(constant(number)))
        what = f"the power {number} of {describe(base)}"
        raise e.error(node, what, r"only square matrices have powers; entry by entry: A^{\odot 2}")
    if base.elementwise and number > 1:
        what = f"ambiguous: {e.written(node)} is a matrix product, or the power of every entry"
        raise e.error(node, what, r"write A A, or A^{\odot 2}")
    step = inverse(e, node, base) if number < 0 else base
    total = step
    for _ in range(abs(number) - 1):
        total = matmul(e, node, total, step)
    return total


def raise_to(e: Elaborator, node: Node, base: Value, exponent: Value) -> Value:
    """The power of every entry."""
    number = exponent.expr.value if isinstance(exponent.expr, Constant) else None
    if isinstance(number, Fraction) and not exponent.labels:
        if abs(number) > MAX_EXPONENT or number.denominator > MAX_EXPONENT:
            raise e.error(node, "this exponent is too large", f"use an exponent of at most {MAX_EXPONENT}")
        if number < 0 and isinstance(base.expr, Constant) and base.expr.value == 0:
            raise e.error(node, "division by zero")
        return base.with_expr(arithmetic.rational_power(base.expr, number), elementwise=True)
    labels = union(base, exponent)
    dims = e.dims_of(labels)
    left, right = spread(base, labels, base.core, dims), spread(exponent, labels, base.core, dims)
    return Value(arithmetic.power(left, right), labels, base.row, True)


def inverse(e: Elaborator, node: Node, x: Value) -> Value:
    """The inverse of a square matrix."""
    if x.rank != 2 or not e.unify(*x.core):
        raise e.error(node, f"the inverse of {describe(x)}", "only square matrices have an inverse")
    if x.labels:
        raise e.error(node, "the inverse of a matrix that depends on a running index", "write it for one index")
    return Value(inv(x.expr))


def transpose(e: Elaborator, node: Node, x: Value) -> Value:
    """Rows become columns."""
    if x.rank == 0:
        if _bare(node.args[0]).kind in ("name", "declared", "label"):
            raise e.error(
                node,
                f"the transpose of a number: {e.written(node)}",
                "declare the shape of the symbol, or the number T",
            )
        return x
    if x.rank == 1:
        return x.with_expr(x.expr, row=not x.row)
    if x.rank > 2:
        raise e.error(node, f"the transpose of {describe(x)}")
    return x.with_expr(einsum([(x, "ij")], "ji"))


def _bare(node: Node) -> Node:
    """What stands in braces and brackets."""
    while node.kind == "group":
        node = node.args[0]
    return node


def root(e: Elaborator, node: Node) -> Value:
    """A square root, or one of a given degree."""
    inner = e.value(node.args[0])
    if inner.rank == 2 and inner.is_square and not inner.elementwise:
        raise e.error(node, "the root of a matrix", "write the root of its entries with indices")
    degree = Fraction(2)
    if len(node.args) == 2:
        given = e.scalar(node.args[1], "the degree of a root").expr
        if not (isinstance(given, Constant) and isinstance(given.value, Fraction) and given.value > 0):
            return raise_to(e, node, inner, Value(arithmetic.divide(1, given)))
        degree = given.value
    return raise_to(e, node, inner, Value(constant(1 / degree)))


RULES: dict[str, Callable[..., Value]] = {"power": power, "root": root}
