"""What people write along a sequence: differences, running sums, shifts, triangles, order statistics, joins."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from symml.errors import ShapeError, SymmlError
from symml.expr import build, functions
from symml.expr.arithmetic import brief, lift, minus, times
from symml.expr.contract import contract
from symml.expr.dims import Dim, as_dim
from symml.expr.function import Function
from symml.expr.functions.along import along
from symml.expr.indexing import index
from symml.expr.nodes import Expr, positions, show_shape


def _axis_of(x: Expr, axis: int) -> int:
    (found,) = build.axes_of(x, axis)
    return found


def _cut(x: Expr, axis: int, part: slice) -> Expr:
    return index(x, (slice(None),) * axis + (part,))


def diff(x: object, n: int = 1, axis: int = -1) -> Expr:
    """Differences of neighbors, ``n`` times."""
    node = lift(x)
    place = _axis_of(node, axis)
    for _ in range(n):
        node = _cut(node, place, slice(1, None)) - _cut(node, place, slice(None, -1))
    return node


def roll(x: object, shift: int, axis: int | None = None) -> Expr:
    """The entries moved by ``shift`` places around the end."""
    node = lift(x)
    if axis is None and len(node.shape) != 1:
        raise SymmlError("roll of a matrix needs an axis", cure="write roll(X, 1, axis=0)")
    place = _axis_of(node, 0 if axis is None else axis)
    if shift == 0:
        return node
    parts = [_cut(node, place, slice(-shift, None)), _cut(node, place, slice(None, -shift))]
    return build.concatenate(parts, place)


def flip(x: object, axis: int | None = None) -> Expr:
    """The entries in reverse order along ``axis`` (all axes by default)."""
    node = lift(x)
    for place in build.axes_of(node, axis):
        node = _cut(node, place, slice(None, None, -1))
    return node


# ---- triangles -------------------------------------------------------------------------------------------------------
def triangle(rows: Dim, cols: Dim, k: int, comparison: Function) -> Expr:
    """1 where ``comparison(column, row + k)`` holds."""
    row = contract([(positions(rows), (0,))], (0, 1), dims={1: cols})
    col = contract([(positions(cols), (1,))], (0, 1), dims={0: rows})
    return comparison(col, row + k if k else row)


def tri(rows: object, cols: object = None, k: int = 0) -> Expr:
    """Ones on and below a diagonal, zeros above."""
    n = as_dim(rows)
    return triangle(n, n if cols is None else as_dim(cols), k, functions.less_equal)


def tril(x: object, k: int = 0) -> Expr:
    """The entries on and below a diagonal; zeros above."""
    return _masked(x, k, functions.less_equal)


def triu(x: object, k: int = 0) -> Expr:
    """The entries on and above a diagonal; zeros below."""
    return _masked(x, k, functions.greater_equal)


def _masked(x: object, k: int, comparison: Function) -> Expr:
    node = lift(x)
    if len(node.shape) < 2:
        raise ShapeError(f"a triangle needs a matrix; {brief(node)} is {show_shape(node.shape)}")
    return times(node, triangle(node.shape[-2], node.shape[-1], k, comparison))


def cumsum(x: object, axis: int | None = None) -> Expr:
    """Running sums along ``axis``."""
    node = lift(x)
    if axis is None and len(node.shape) != 1:
        raise SymmlError("cumsum of a matrix needs an axis", cure="write cumsum(X, axis=0)")
    place = _axis_of(node, 0 if axis is None else axis)
    dim = node.shape[place]
    axes: list[object] = list(range(len(node.shape)))
    inside = [*axes[:place], "term", *axes[place + 1 :]]
    return contract([(triangle(dim, dim, 0, functions.less_equal), (place, "term")), (node, inside)], axes)


# ---- order statistics ------------------------------------------------------------------------------------------------
def sort(x: object, axis: int = -1) -> Expr:
    """The entries in increasing order along ``axis``."""
    node = lift(x)
    return along(functions.AXIS_FUNCTIONS["sort"], node, (_axis_of(node, axis),))


def median(x: object, axis: int | None = None) -> Expr:
    """The middle entry in order; the mean of the two middle ones for an even number."""
    return quantile(x, Fraction(1, 2), axis)


def quantile(x: object, q: object, axis: int | None = None) -> Expr:
    """The value below which a share ``q`` of the entries lies, by NumPy's linear interpolation.

    Raises:
        SymmlError: The number of entries is a symbol, or the share is no number.
    """
    node, share = lift(x), lift(q)
    if axis is None and len(node.shape) != 1:
        raise SymmlError("the quantile of a matrix needs an axis", cure="write median(X, axis=0)")
    place = _axis_of(node, 0 if axis is None else axis)
    count, value = node.shape[place], getattr(share, "value", None)
    if not isinstance(count, int) or not isinstance(value, Fraction):
        raise SymmlError(
            f"which entry is the quantile depends on {count}", cure=f"declare a number in the place of {count}"
        )
    if not 0 <= value <= 1:
        raise SymmlError(f"a share lies between 0 and 1, not at {value}")
    ordered, at = sort(node, place), value * (count - 1)
    low = at.numerator // at.denominator
    below = index(ordered, (slice(None),) * place + (low,))
    if at == low:
        return below
    above = index(ordered, (slice(None),) * place + (low + 1,))
    return (1 - (at - low)) * below + (at - low) * above


def ptp(x: object, axis: int | None = None) -> Expr:
    """The largest entry less the smallest."""
    return build.max(x, axis) - build.min(x, axis)


def average(x: object, axis: int | None = None, weights: object = None) -> Expr:
    """The mean, with weights where they are given."""
    node = lift(x)
    if weights is None:
        return build.mean(node, axis)
    weight = lift(weights)
    if weight.shape != node.shape and axis is not None:
        place = _axis_of(node, axis)
        weight = contract([(weight, (place,))], range(len(node.shape)), dims=dict(enumerate(node.shape)))
    return build.sum(times(node, weight), axis) / build.sum(weight, axis)


def cov(x: object, y: object = None, *, rowvar: bool = True, bias: bool = False, ddof: int | None = None) -> Expr:
    """The covariance matrix of the rows (of the columns with ``rowvar=False``), over n - 1."""
    node = lift(x) if y is None else build.stack([lift(x), lift(y)])
    if len(node.shape) == 1:
        return build.var(node, ddof=1 - bias if ddof is None else ddof)
    rows = node if rowvar else node.T
    centered = rows - build.mean(rows, 1, keepdims=True)
    free = 1 - bias if ddof is None else ddof
    return (centered @ centered.T) / minus(as_dim(rows.shape[1]), free)


# ---- joins -----------------------------------------------------------------------------------------------------------
def hstack(parts: Sequence[object]) -> Expr:
    """Vectors one after the other, matrices side by side."""
    nodes = [lift(part) for part in parts]
    return build.concatenate(nodes, 0 if len(nodes[0].shape) == 1 else 1)


def vstack(parts: Sequence[object]) -> Expr:
    """Vectors as rows, matrices one below the other."""
    nodes = [lift(part) for part in parts]
    rows = [index(node, None) if len(node.shape) == 1 else node for node in nodes]
    return build.concatenate(rows, 0)


def column_stack(parts: Sequence[object]) -> Expr:
    """Vectors as columns, matrices side by side."""
    nodes = [lift(part) for part in parts]
    return build.concatenate([index(node, (..., None)) if len(node.shape) == 1 else node for node in nodes], 1)


def block(rows: Sequence[object]) -> Expr:
    """A matrix from blocks: ``[[A, B], [C, D]]``."""
    lines = [list(row) if isinstance(row, tuple | list) else [row] for row in rows]
    return build.concatenate([build.concatenate(line, 1) for line in lines], 0)


def kron(a: object, b: object) -> Expr:
    """The Kronecker product, where the dims are numbers."""
    left, right = lift(a), lift(b)
    if len(left.shape) != 2 or len(right.shape) != 2:
        raise ShapeError(f"kron needs two matrices, not {show_shape(left.shape)} and {show_shape(right.shape)}")
    if not all(isinstance(dim, int) for dim in left.shape + right.shape):
        raise SymmlError(
            "the axes of a Kronecker product are products of dims, which need numbers",
            cure="declare numbers as dims, or write einsum('ij,kl->ikjl', A, B)",
        )
    whole = contract([(left, "ij"), (right, "kl")], "ikjl")
    pairs = list(zip(left.shape, right.shape, strict=True))
    return build.reshape(whole, [int(str(m)) * int(str(n)) for m, n in pairs])


def tensordot(a: object, b: object, axes: object = 2) -> Expr:
    """The sum of products over pairs of axes, as in NumPy."""
    left, right = lift(a), lift(b)
    if isinstance(axes, tuple | list):
        ours, theirs = (list(part) if isinstance(part, tuple | list) else [part] for part in axes)
    else:
        count = int(str(axes))
        ours, theirs = list(range(len(left.shape) - count, len(left.shape))), list(range(count))
    mine: list[object] = [("left", i) for i in range(len(left.shape))]
    other: list[object] = [("right", i) for i in range(len(right.shape))]
    for i, j in zip(ours, theirs, strict=True):
        other[j % len(other)] = mine[i % len(mine)]
    shared = set(mine) & set(other)
    return contract([(left, mine), (right, other)], [i for i in [*mine, *other] if i not in shared])
