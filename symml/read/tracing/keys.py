"""Brackets of traced arrays: views, masks and integer labels, read and written."""

from __future__ import annotations

from operator import index as as_index
from typing import Any

import numpy as np

from symml.errors import SymmlError, TraceError
from symml.expr import arithmetic, functions, indexing
from symml.expr.dims import Shape
from symml.expr.nodes import Expr
from symml.read.positions import arange, is_arange
from symml.read.tracing.array import TracedArray
from symml.read.tracing.known import dim_of
from symml.read.tracing.memory import difference
from symml.read.tracing.record import recorded
from symml.read.tracing.selection import Selection, stretched

_WHOLE = slice(None)


class _Mask:
    """A condition as a key."""

    def __init__(self, expr: Expr) -> None:
        self.expr = expr


@recorded
def take(array: TracedArray, key: Any) -> Any:
    """``array[key]``: a view for integers and slices, a selection for a condition, a copy for labels."""
    items = _items(key)
    mask = _mask_of(items)
    if mask is not None:
        stretched(mask, array.expr)
        return Selection(array.expr, mask, array.kind)
    if any(isinstance(item, Expr | list) for item in items):
        return TracedArray(indexing.index(array.expr, tuple(items)), array.kind)
    if is_arange(array.expr) and len(items) == 1 and isinstance(items[0], int):
        return indexing.position(array.dims[0], items[0])
    return array.at(indexing.full_key(array.expr, tuple(items)))


@recorded
def put(array: TracedArray, key: Any, value: Any) -> None:
    """``array[key] = value``."""
    items = _items(key)
    mask = _mask_of(items)
    if mask is not None:
        _put_masked(array, mask, value)
        return
    new, kind = dispatch.operand(value)
    if any(isinstance(item, Expr | list) for item in items):
        _put_labeled(array, tuple(items), new, kind)
    else:
        array.write_at(indexing.full_key(array.expr, tuple(items)), new, kind)


def add_at(array: TracedArray, key: Any, value: Any) -> None:
    """``np.add.at(array, key, value)``: equal labels add up."""
    items = _items(key)
    if _mask_of(items) is not None:
        raise TraceError("np.add.at with a condition cannot be traced", cure="write array += np.where(mask, value, 0)")
    new, kind = dispatch.operand(value)
    x = array.expr
    plan = indexing.plan(x, tuple(items))
    more = plan.put(arithmetic.broadcast(new, plan.take(x).shape), x.shape)
    array.write(more if arithmetic.is_zero(x) else arithmetic.plus(x, more), kind)


# ---- keys ------------------------------------------------------------------------------------------------------------
def _items(key: Any) -> list[object]:
    return [_item(part) for part in (key if isinstance(key, tuple) else (key,))]


def _item(part: Any) -> object:
    if part is None or part is Ellipsis:
        return part
    if isinstance(part, slice):
        return slice(*(None if bound is None else _bound(bound) for bound in (part.start, part.stop, part.step)))
    if isinstance(part, range):
        return arange(len(part)) if part == range(len(part)) else list(part)
    if isinstance(part, Selection):
        raise TraceError("the entries under a condition cannot be labels", cure="use the whole array of labels")
    if isinstance(part, bool):
        raise TraceError(f"an array is indexed by {part}", cure="use integers, slices, conditions or labels")
    if isinstance(part, int):
        return part
    expr, kind = dispatch.operand(part)
    if kind == "b":
        return _Mask(expr)
    entries = part.tolist() if isinstance(part, np.ndarray) else part
    if _is_whole_list(entries):
        return entries
    known = dim_of(expr)
    return expr if known is None else known


def _is_whole_list(entries: Any) -> bool:
    return isinstance(entries, list) and all(isinstance(k, int) or _is_whole_list(k) for k in entries)


def _bound(value: Any) -> object:
    if not isinstance(value, TracedArray):
        return as_index(value)
    known = dim_of(value.expr)
    return int(value) if known is None else known


def _mask_of(items: list[object]) -> Expr | None:
    masks = [item for item in items if isinstance(item, _Mask)]
    if not masks:
        return None
    others = [item for item in items if not isinstance(item, _Mask) and item is not Ellipsis and item != _WHOLE]
    if len(masks) > 1 or others or not isinstance(items[0], _Mask):
        raise TraceError(
            "a condition together with other indices cannot be traced", cure="use np.where(condition, a, b)"
        )
    return masks[0].expr


# ---- writing ---------------------------------------------------------------------------------------------------------
def _put_masked(array: TracedArray, mask: Expr, value: Any) -> None:
    if isinstance(value, Selection):
        if value.mask is not mask:
            raise TraceError(
                "the two sides select by different conditions", cure="use np.where with one and the same condition"
            )
        new, kind = value.expr, value.kind
    else:
        new, kind = dispatch.operand(value)
        if new.shape:
            raise TraceError(
                "an array is written under a condition: its length would depend on data",
                cure="write x[mask] = y[mask], or x = np.where(mask, y, x)",
            )
    array.write(functions.where(stretched(mask, array.expr), new, array.expr), kind)


def _put_labeled(array: TracedArray, items: tuple[object, ...], new: Expr, kind: str) -> None:
    x = array.expr
    plan = indexing.plan(x, items)
    if plan.joint and not any(_is_distinct(item, len(plan.joint)) for item in items):
        raise TraceError(
            "entries are written at labels that may repeat, where NumPy keeps the last value only",
            cure="write np.add.at(x, labels, values), or use np.arange(n) for the rows",
        )
    old = plan.take(x)
    if len(new.shape) > len(old.shape):
        raise SymmlError(f"an array of shape {new.shape} does not fit a part of shape {old.shape}")
    if _is_all(items, x.shape):
        array.write(plan.put(arithmetic.broadcast(new, old.shape), x.shape), kind)
        return
    change = plan.put(difference(arithmetic.broadcast(new, old.shape), old), x.shape)
    array.write(change if arithmetic.is_zero(x) else arithmetic.plus(x, change), kind)


def _is_all(items: tuple[object, ...], shape: Shape) -> bool:
    """Whether the labels are all rows in some order: nothing is left of what was there."""
    (entries, *more), rows = items, shape[0]
    return not more and isinstance(entries, list) and isinstance(rows, int) and sorted(entries) == [*range(rows)]


def _is_distinct(item: object, rank: int) -> bool:
    entries = indexing.whole_entries(item) if isinstance(item, Expr) else item
    if isinstance(entries, list):
        return rank == 1 and all(isinstance(k, int) and k >= 0 for k in entries) and len(set(entries)) == len(entries)
    return isinstance(item, Expr) and is_arange(item) and rank == 1


# Values of every kind become operands by the rules that functions use.
from symml.read.tracing import dispatch  # noqa: E402  # see the line above
