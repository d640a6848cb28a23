"""Copies, windows and moves of entries: tile, repeat, pad, take, convolve, cross, running products."""

from __future__ import annotations

from collections.abc import Sequence

from symml.errors import ShapeError, SymmlError
from symml.expr import build, functions, sequences
from symml.expr.arithmetic import brief, broadcast, full, lift, times, transpose, zeros
from symml.expr.contract import contract
from symml.expr.functions.along import along
from symml.expr.indexing import index
from symml.expr.nodes import Expr, add_node, selector, show_shape

_MAX_COPIES = 64
_SPACE = 3


def _whole(value: object, what: str) -> int:
    number = getattr(lift(value), "value", None)
    if number is None or getattr(number, "denominator", 0) != 1:
        raise SymmlError(f"{what} is a whole number, not {value}", cure="write it as a number")
    return int(number)


def _along_axis(x: Expr, axis: int, part: object) -> Expr:
    return index(x, (*[slice(None)] * axis, part))


# ---- copies ----------------------------------------------------------------------------------------------------------
def tile(x: object, reps: object) -> Expr:
    """The array repeated as a whole, ``reps`` times along each axis."""
    node = lift(x)
    counts = [_whole(k, "a number of copies") for k in (reps if isinstance(reps, tuple | list) else [reps])]
    for _ in range(len(counts) - len(node.shape)):
        node = index(node, None)
    counts = [1] * (len(node.shape) - len(counts)) + counts
    for axis, count in enumerate(counts):
        _need_few(count)
        node = node if count == 1 else build.concatenate([node] * count, axis)
    return node


def repeat(x: object, repeats: object, axis: int | None = None) -> Expr:
    """Each entry ``repeats`` times in a row along ``axis``; of a matrix without one, row by row."""
    node = lift(x)
    if not node.shape or (axis is None and len(node.shape) > 1):
        node, axis = build.reshape(node, (-1,)), 0
    (place,) = build.axes_of(node, 0 if axis is None else axis)
    count, entries = _whole(repeats, "a number of copies"), node.shape[place]
    _need_few(count)
    if not isinstance(entries, int):
        raise SymmlError(
            f"each of {entries} entries {count} times needs a number of entries",
            cure=f"declare a number in the place of {entries}, or use einsum with a 0/1 matrix",
        )
    parts = [_along_axis(node, place, slice(k, k + 1)) for k in range(entries) for _ in range(count)]
    return build.concatenate(parts, place)


def _need_few(count: int) -> None:
    if not 0 < count <= _MAX_COPIES:
        raise SymmlError(f"{count} copies", cure=f"use 1 to {_MAX_COPIES}, or broadcasting")


def broadcast_to(x: object, shape: object) -> Expr:
    """The array stretched to a shape."""
    return broadcast(lift(x), build.shape_of(shape))


def pad(x: object, pad_width: object, mode: str = "constant", constant_values: object = 0) -> Expr:
    """Entries of one value (zero) around the array: one width, a pair, or a pair for each axis."""
    node = lift(x)
    if mode != "constant":
        raise SymmlError(f"padding with mode {mode!r} has no expression", cure="pad with a constant, or concatenate")
    value = lift(constant_values)
    for axis, (before, after) in enumerate(_widths(pad_width, len(node.shape))):
        if not before and not after:
            continue
        sides = [(*node.shape[:axis], width, *node.shape[axis + 1 :]) for width in (before, after)]
        left, right = (full(value, side) for side in sides)
        node = build.concatenate([left, node, right], axis)
    return node


def _widths(given: object, rank: int) -> list[tuple[int, int]]:
    if not isinstance(given, tuple | list):
        width = _whole(given, "a width")
        return [(width, width)] * rank
    if not any(isinstance(part, tuple | list) for part in given):
        before, after = (_whole(part, "a width") for part in (given if len(given) > 1 else [*given, *given]))
        return [(before, after)] * rank
    pairs = [tuple(_whole(width, "a width") for width in pair) for pair in given]
    if len(pairs) == 1:
        pairs = pairs * rank
    if len(pairs) != rank or any(len(pair) != 2 for pair in pairs):
        raise ShapeError(f"{len(pairs)} pairs of widths for an array with {rank} axes")
    return [(pair[0], pair[1]) for pair in pairs]


# ---- moves -----------------------------------------------------------------------------------------------------------
def take(x: object, indices: object, axis: int | None = None) -> Expr:
    """The entries at the given places along ``axis``."""
    node = lift(x)
    if axis is None and len(node.shape) != 1:
        raise SymmlError("take from a matrix needs an axis", cure="write take(X, labels, axis=0)")
    (place,) = build.axes_of(node, 0 if axis is None else axis)
    return _along_axis(node, place, lift(indices) if isinstance(indices, list | tuple) else indices)


def moveaxis(x: object, source: int, destination: int) -> Expr:
    """One axis moved to another place."""
    node = lift(x)
    order = list(range(len(node.shape)))
    (origin,) = build.axes_of(node, source)
    (target,) = build.axes_of(node, destination)
    order.insert(target, order.pop(origin))
    return transpose(node, order)


# ---- windows ---------------------------------------------------------------------------------------------------------
def convolve(a: object, v: object, mode: str = "full") -> Expr:
    """The discrete convolution of two vectors, the shorter of which has a number of entries."""
    return _windows(lift(a), lift(v), mode, reverse=True)


def correlate(a: object, v: object, mode: str = "valid") -> Expr:
    """The sliding inner product of two vectors, the second of which has a number of entries."""
    return _windows(lift(a), lift(v), mode, reverse=False)


def _windows(signal: Expr, taps: Expr, mode: str, *, reverse: bool) -> Expr:
    if len(signal.shape) != 1 or len(taps.shape) != 1:
        raise ShapeError(f"two vectors are needed, not {show_shape(signal.shape)} and {show_shape(taps.shape)}")
    if reverse and not isinstance(taps.shape[0], int):
        signal, taps = taps, signal
    count, length = taps.shape[0], signal.shape[0]
    if not isinstance(count, int):
        raise SymmlError(
            f"how many terms the sums of a convolution have depends on {count}",
            cure=f"declare a number in the place of {count}",
        )
    if isinstance(length, int) and length < count and mode != "full":
        if not reverse:
            raise SymmlError("the second vector is longer than the first", cure="put the longer one first")
        signal, taps, count, length = taps, signal, length, count
    ends = {"full": (count - 1, count - 1), "valid": (0, 0), "same": (count // 2, (count - 1) // 2)}
    if mode not in ends:
        raise SymmlError(f"there is no mode {mode!r}", cure="use 'full', 'same' or 'valid'")
    before, after = ends[mode] if reverse or mode != "same" else ((count - 1) // 2 + (count + 1) % 2, (count - 1) // 2)
    padded = pad(signal, (before, after)) if before or after else signal
    rows = padded.shape[0] - (count - 1)
    assert not isinstance(rows, Expr)
    terms = []
    for k in range(count):
        tap = index(taps, count - 1 - k if reverse else k)
        window = contract([(padded, "j"), (selector(rows, padded.shape[0], k, 1), "ij")], "i")
        terms.append(times(tap, window))
    return terms[0] if count == 1 else add_node(tuple(terms))


# ---- products --------------------------------------------------------------------------------------------------------
def cross(a: object, b: object) -> Expr:
    """The vector product of two vectors of three entries."""
    left, right = lift(a), lift(b)
    if left.shape != (_SPACE,) or right.shape != (_SPACE,):
        raise ShapeError(
            f"cross needs two vectors of 3 entries; these are {show_shape(left.shape)} and {show_shape(right.shape)}"
        )
    u, v = ([index(x, k) for k in range(_SPACE)] for x in (left, right))
    return build.stack([u[k - 2] * v[k - 1] - u[k - 1] * v[k - 2] for k in range(_SPACE)])


def cumprod(x: object, axis: int | None = None) -> Expr:
    """Running products along ``axis``."""
    node = lift(x)
    if axis is None and len(node.shape) != 1:
        raise SymmlError("cumprod of a matrix needs an axis", cure="write cumprod(X, axis=0)")
    (place,) = build.axes_of(node, 0 if axis is None else axis)
    rank, dim = len(node.shape), node.shape[place]
    # The last axis runs over the factors of each entry; factors after the entry are one.
    axes = tuple(range(rank))
    factors = contract([(node, (*axes[:place], rank, *axes[place + 1 :]))], (*axes, rank), dims={place: dim})
    mask = contract([(sequences.tri(dim), (place, rank))], (*axes, rank), dims=dict(enumerate(node.shape)))
    kept = functions.where(mask, factors, full(1, factors.shape))
    return along(functions.AXIS_FUNCTIONS["prod"], kept, (rank,))


def multi_dot(parts: Sequence[object]) -> Expr:
    """The matrix product of all parts."""
    nodes = [lift(part) for part in parts]
    if len(nodes) < 2:
        raise SymmlError("multi_dot needs at least two arrays")
    result = nodes[0]
    for node in nodes[1:]:
        result = build.dot(result, node)
    return result


def vander(x: object, N: object = None, increasing: bool = False) -> Expr:
    """The powers of a vector's entries as columns, from the highest to the lowest unless ``increasing``."""
    node = lift(x)
    if len(node.shape) != 1:
        raise ShapeError(f"vander needs a vector; {brief(node)} is {show_shape(node.shape)}")
    count = _whole(node.shape[0] if N is None else N, "the number of columns")
    powers = range(count) if increasing else range(count - 1, -1, -1)
    columns = [full(1, node.shape) if p == 0 else node if p == 1 else node**p for p in powers]
    return build.stack(columns, 1) if columns else zeros((node.shape[0], 0))
