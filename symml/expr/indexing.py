"""Brackets: integers, slices, new axes and integer labels, each as a product with a 0/1 array."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from symml.errors import ShapeError, SymmlError
from symml.expr.arithmetic import brief, lift, zeros
from symml.expr.contract import Factor, contract
from symml.expr.dims import Dim, Size
from symml.expr.nodes import Expr, add_node, basis, onehot, selector, show_shape

if TYPE_CHECKING:
    from symml.expr.dims import Shape

_WHOLE = slice(None)


def index(x: Expr, key: object) -> Expr:
    """``x[key]`` with NumPy's meaning for integers, slices, ``None``, ``...`` and one array of integer labels.

    Raises:
        ShapeError: There are more indices than axes, or an integer lies outside.
        SymmlError: The key is of a kind that has no expression.
    """
    keys = _full_key(x, key if isinstance(key, tuple) else (key,))
    factors: list[Factor] = []
    labels: list[object] = []
    out: list[object] = []
    ones: dict[object, Dim] = {}
    for place, item in enumerate(keys):
        if item is None:
            out.append(("new", place))
            ones["new", place] = 1
            continue
        axis = len(labels)
        labels.append(("axis", axis))
        out += _one_axis(x, axis, item, factors)
    return contract([(x, labels), *factors], out, dims=ones)


def _full_key(x: Expr, keys: tuple[object, ...]) -> list[object]:
    """The key with ``...`` and missing axes written out."""
    used = len([k for k in keys if k is not None and k is not Ellipsis])
    rank = len(x.shape)
    if used > rank:
        raise ShapeError(f"{brief(x)} has {rank} axes; the key has {used} indices")
    spread = [k for k in keys if k is Ellipsis]
    if len(spread) > 1:
        raise SymmlError("a key has at most one ...")
    whole: list[object] = [_WHOLE] * (rank - used)
    if not spread:
        return [*keys, *whole]
    place = next(i for i, k in enumerate(keys) if k is Ellipsis)
    return [*keys[:place], *whole, *keys[place + 1 :]]


def _one_axis(x: Expr, axis: int, item: object, factors: list[Factor]) -> list[object]:
    """Adds the 0/1 factor that ``item`` stands for; gives the output labels."""
    label, dim = ("axis", axis), x.shape[axis]
    if isinstance(item, slice):
        if item == _WHOLE:
            return [label]
        rows, start, step = _slice(dim, item)
        factors.append((selector(rows, dim, start, step), (("cut", axis), label)))
        return [("cut", axis)]
    if isinstance(item, int | Size) and not isinstance(item, bool):
        factors.append((basis(dim, _position(x, dim, item)), (label,)))
        return []
    if isinstance(item, Expr):
        names = [("label", axis, k) for k in range(len(item.shape))]
        factors.append((onehot(item, dim), (*names, label)))
        return list(names)
    if isinstance(item, list):
        return _one_axis(x, axis, lift(item), factors)
    raise SymmlError(f"{item!r} cannot index an array", cure="use integers, slices, None, ... or an array of labels")


def _position(x: Expr, dim: Dim, item: int | Size) -> Dim:
    if isinstance(item, int) and item < 0:
        return _shift(dim, item)
    if isinstance(dim, int) and isinstance(item, int) and item >= dim:
        raise ShapeError(
            f"index {item} lies outside an axis of {dim} entries",
            source="",
            cure=f"{brief(x)} is {show_shape(x.shape)}",
        )
    return item


def _shift(dim: Dim, offset: Dim) -> Dim:
    moved = dim + offset
    if isinstance(moved, Expr) or (isinstance(moved, int) and moved < 0):
        raise ShapeError(f"index {offset} lies outside an axis of {dim} entries")
    return moved


def _slice(dim: Dim, item: slice) -> tuple[Dim, Dim, int]:
    """(number of rows, first position, step) of a slice of an axis."""
    if isinstance(dim, int) and not any(isinstance(v, Size) for v in (item.start, item.stop)):
        chosen = range(*item.indices(dim))
        return len(chosen), chosen.start if len(chosen) else 0, chosen.step
    step = 1 if item.step is None else item.step
    if step == -1 and item.start is None and item.stop is None:
        return dim, _shift(dim, -1), -1
    if step != 1:
        raise SymmlError(
            f"a slice with step {step} needs a number as dimension, not {dim}", cure="declare the dim as a number"
        )
    start = _end(dim, item.start, 0)
    stop = _end(dim, item.stop, dim)
    rows = stop - start
    if isinstance(rows, Expr) or (isinstance(rows, int) and rows < 0):
        raise SymmlError(f"the slice {item.start}:{item.stop} of an axis of {dim} entries has no length")
    return rows, start, 1


def _end(dim: Dim, value: int | Size | None, default: Dim) -> Dim:
    if value is None:
        return default
    return _shift(dim, value) if isinstance(value, int) and value < 0 else value


def pick(x: Expr, labels: Expr) -> Expr:
    """One entry of the last axis for each row: ``x[np.arange(n), labels]``, shape ``(n,)``."""
    axes = tuple(range(len(x.shape)))
    return contract([(x, axes), (onehot(labels, x.shape[-1]), axes)], axes[:-1])


def place_side_by_side(nodes: Sequence[Expr], axis: int) -> Expr:
    """Arrays one after the other along ``axis``."""
    total: Dim = 0
    starts: list[Dim] = []
    for node in nodes:
        starts.append(total)
        grown = total + node.shape[axis]
        assert not isinstance(grown, Expr)
        total = grown
    terms = [_placed(node, axis, start, total) for node, start in zip(nodes, starts, strict=True)]
    return terms[0] if len(terms) == 1 else add_node(tuple(terms))


def _placed(node: Expr, axis: int, start: Dim, total: Dim) -> Expr:
    """``node`` inside an array of zeros whose ``axis`` has ``total`` entries."""
    axes: list[object] = list(range(len(node.shape)))
    out = [*axes[:axis], "wide", *axes[axis + 1 :]]
    return contract([(node, axes), (selector(node.shape[axis], total, start, 1), (axis, "wide"))], out)


def place(part: Expr, shape: Shape, key: object) -> Expr:
    """``part`` at ``key`` of an array of zeros: the inverse of a basic index."""
    keys = [k for k in _full_key(zeros(shape), key if isinstance(key, tuple) else (key,)) if k is not None]
    factors: list[Factor] = []
    labels: list[object] = []
    out: list[object] = []
    for axis, item in enumerate(keys):
        out.append(("axis", axis))
        labels += _one_axis(zeros(shape), axis, item, factors)
    return contract([(part, labels), *factors], out)
