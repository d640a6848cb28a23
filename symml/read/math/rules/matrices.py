"""Matrices written out: of numbers, of vectors side by side, of blocks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from symml.expr import arithmetic
from symml.expr.build import concatenate, det, reshape, stack
from symml.expr.dims import Dim
from symml.expr.nodes import Constant, Expr
from symml.read.math.tree import Node
from symml.read.math.value import Value, describe

if TYPE_CHECKING:
    from symml.read.math.elaborate import Elaborator

_BARS = ("vmatrix",)


def matrix(e: Elaborator, node: Node) -> Value:
    """A matrix; one column is a vector, one row of numbers a row."""
    kind, columns = node.value
    values = [e.value(part) for part in node.args]
    for part, value in zip(node.args, values, strict=True):
        if value.labels:
            raise e.error(part, "an entry with a running index", "write the matrix for one index")
    rows = [values[k : k + columns] for k in range(0, len(values), columns)]
    made = _of_numbers(rows) if all(value.rank == 0 for value in values) else _of_blocks(e, node, rows)
    if kind in _BARS:
        if not made.is_square:
            raise e.error(node, f"the determinant of {describe(made)}", "only square matrices have one")
        return Value(det(made.expr))
    if kind == "Vmatrix":
        raise e.error(node, "not understood: a matrix between double bars", r"write \|A\|_F")
    return made


def _of_numbers(rows: list[list[Value]]) -> Value:
    if len(rows[0]) == 1:
        return Value(stack([row[0].expr for row in rows]))
    if len(rows) == 1:
        return Value(stack([value.expr for value in rows[0]]), row=True)
    return Value(stack([stack([value.expr for value in row]) for row in rows]))


def _of_blocks(e: Elaborator, node: Node, rows: list[list[Value]]) -> Value:
    """Blocks side by side; a zero has the size that its row and its column leave."""
    if len(rows[0]) == 1 and all(row[0].rank <= 1 and not row[0].row for row in rows):
        parts = [row[0].expr if row[0].rank else stack([row[0].expr]) for row in rows]
        return Value(concatenate(parts))
    heights = [_extent(e, node, row, 0) for row in rows]
    widths = [_extent(e, node, [row[j] for row in rows], 1) for j in range(len(rows[0]))]
    if len(rows) == 1 and all(value.row for value in rows[0]):
        return Value(concatenate([value.expr for value in rows[0]]), row=True)
    lines = [
        concatenate([_block(e, node, value, h, w) for value, w in zip(row, widths, strict=True)], axis=1)
        for row, h in zip(rows, heights, strict=True)
    ]
    return Value(concatenate(lines, axis=0))


def _shape(value: Value) -> tuple[Dim, Dim]:
    if value.rank == 2:
        return value.core[0], value.core[1]
    return (1, value.core[0]) if value.row else (value.core[0], 1)


def _extent(e: Elaborator, node: Node, values: list[Value], side: int) -> Dim:
    """The height of a row of blocks, or the width of a column."""
    dims = [_shape(value)[side] for value in values if value.rank]
    if not dims:
        return 1
    for dim in dims[1:]:
        if not e.unify(dims[0], dim):
            raise e.error(
                node, f"blocks of {dims[0]} and {dim} beside one another", "the blocks of this matrix do not fit"
            )
    return e.resolve(dims[0])


def _block(e: Elaborator, node: Node, value: Value, height: Dim, width: Dim) -> Expr:
    if value.rank:
        return value.expr if value.rank == 2 else reshape(value.expr, _shape(value))
    if isinstance(value.expr, Constant) and value.expr.value == 0:
        return arithmetic.zeros((height, width))
    if height == 1 and width == 1:
        return reshape(value.expr, (1, 1))
    raise e.error(node, "a number beside blocks", "only 0 stands for a block of its size")


RULES: dict[str, Callable[..., Value]] = {"matrix": matrix}
