"""Arrays that symml prints by name: slices, one-hot rows, triangles, sorted entries, factors of matrices."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from symml.errors import SymmlError
from symml.expr import sequences
from symml.expr.dims import Dim, as_dim, as_position, is_count
from symml.expr.functions import AXIS_FUNCTIONS, MATRIX_FUNCTIONS
from symml.expr.functions.along import along
from symml.expr.indexing import is_whole
from symml.expr.nodes import Expr, linalg_node, onehot, positions, selector
from symml.read.math.tree import Node
from symml.read.math.value import Value, describe

if TYPE_CHECKING:
    from symml.read.math.elaborate import Elaborator


def one_hot(e: Elaborator, node: Node, values: list[Value]) -> Value:
    """``onehot[k](y)``: labels as rows of k entries."""
    if len(values) != 2:
        raise e.error(node, "onehot says how many labels there are", "write onehot[k](y)")
    labels, depth = values
    if labels.labels or not is_whole(labels.expr):
        raise e.error(node, f"{e.written(node.args[0])} is not known to be labels", "declare it: 'y: n label'")
    return Value(onehot(labels.expr, _dim(e, node.args[1], depth)))


def of_matrix(name: str) -> Callable[[Elaborator, Node, list[Value]], Value]:
    """A function of a square matrix by its name."""

    def rule(e: Elaborator, node: Node, values: list[Value]) -> Value:
        x = _one(e, node, values, name)
        if x.rank != 2 or x.labels or not e.unify(*x.core):
            raise e.error(node, f"{name} of {describe(x)}", f"{name} needs a square matrix")
        return Value(linalg_node(MATRIX_FUNCTIONS[name], x.expr))

    return rule


def sort(e: Elaborator, node: Node, values: list[Value]) -> Value:
    """``sort(x)``: increasing."""
    x = _one(e, node, values, "sort")
    if x.rank != 1 or x.labels:
        raise e.error(node, f"sort of {describe(x)}", "write sort[rows](X) or sort[cols](X)")
    return Value(along(AXIS_FUNCTIONS["sort"], x.expr, (0,)))


def cumsum(e: Elaborator, node: Node, values: list[Value]) -> Value:
    """``cumsum(x)``: running sums of a vector."""
    x = _one(e, node, values, "cumsum")
    if x.rank != 1 or x.labels:
        raise e.error(node, f"cumsum of {describe(x)}", "write tril(1 1') X for the sums along a matrix")
    return Value(sequences.cumsum(x.expr), row=x.row)


def triangle(name: str) -> Callable[[Elaborator, Node, list[Value]], Value]:
    """``tril(X)``, ``tril(X, -1)``: what lies on and below a diagonal."""

    def rule(e: Elaborator, node: Node, values: list[Value]) -> Value:
        shift = as_position(values[1].expr) if len(values) == 2 else 0
        if len(values) > 2 or values[0].rank != 2 or values[0].labels or not isinstance(shift, int):
            raise e.error(node, f"{name} of {describe(values[0])}", f"{name} needs a matrix, and a whole number")
        build = sequences.tril if name == "tril" else sequences.triu
        return Value(build(values[0].expr, shift))

    return rule


def cut(e: Elaborator, node: Node, dim: Dim) -> Expr:
    """The 0/1 rows of ``2:n`` and ``n:1:-1``, both ends included and counted from 1."""
    first, last, *rest = [_dim(e, part, e.value(part)) for part in node.args]
    step, start = rest[0] if rest else 1, first - 1
    assert not isinstance(start, Expr)
    if not isinstance(step, int) or not step:
        raise e.error(node, "the step of a slice is a number")
    if is_count(last - dim - 1) or is_count(first - dim - 1):
        raise e.error(node, f"this slice leaves an axis of {dim}", "both ends are included, and counted from 1")
    run = (last - first) * (1 if step > 0 else -1)
    if isinstance(run, int):
        return selector(run // abs(step) + 1, dim, start, step)
    if abs(step) > 1:
        raise e.error(node, "a slice of symbolic length has step 1", "declare numbers as dims")
    rows = run + 1
    assert not isinstance(rows, Expr)
    return selector(rows, dim, start, step)


def counted(e: Elaborator, node: Node) -> Value:
    """``(0:n - 1)``: the numbers from 0 on."""
    first, last = [_dim(e, part, e.value(part)) for part in node.args]
    if first != 0:
        raise e.error(node, "a vector of numbers starts at 0", "write (0:n - 1)")
    return Value(positions(as_dim(last + 1)))


def _one(e: Elaborator, node: Node, values: list[Value], name: str) -> Value:
    if len(values) != 1:
        raise e.error(node, f"{name} takes one argument, not {len(values)}")
    return values[0]


def _dim(e: Elaborator, node: Node, value: Value) -> Dim:
    """A whole number or a dim."""
    try:
        if not value.rank and not value.labels:
            return as_position(value.expr)
    except SymmlError:
        pass
    raise e.error(node, f"{e.written(node)} is no whole number and no dim", "write numbers and dims: 2:n")
