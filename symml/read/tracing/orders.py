"""Orders of a traced array's entries: the largest one, the sorted order; each way the entries may compare is followed.

Equal entries keep their order, and the first of equal ones is the largest, as in NumPy with a stable sort.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from symml.errors import TraceError
from symml.expr import functions
from symml.expr.nodes import Expr
from symml.read.tracing.array import TracedArray
from symml.read.tracing.dispatch import operand
from symml.read.tracing.known import truth

_MAX_SORTED = 4


def _entries(x: Any, what: str) -> list[Expr]:
    array = TracedArray(*operand(x))
    if array.ndim != 1:
        raise TraceError(f"np.{what} of an array with {array.ndim} axes cannot be traced", cure="take it row by row")
    return [array[k].expr for k in range(len(array))]


def _argsort(x: Any, axis: int = -1, kind: Any = None, **options: Any) -> Any:
    entries = _entries(x, "argsort")
    if len(entries) > _MAX_SORTED:
        raise TraceError(
            f"{len(entries)} entries can be in more orders than can be followed", cure="declare a smaller dim"
        )
    order: list[int] = []
    for k, entry in enumerate(entries):
        place = len(order)
        while place and truth(functions.greater(entries[order[place - 1]], entry)):
            place -= 1
        order.insert(place, k)
    return np.array(order)


def _extreme(what: str, beats: Callable[[Expr, Expr], Expr]) -> Callable[..., int]:
    def found(x: Any, axis: int | None = None, out: Any = None, keepdims: bool = False) -> int:
        if keepdims:
            raise TraceError(f"np.{what} with keepdims cannot be traced", cure="take the place as a number")
        entries = _entries(TracedArray(*operand(x)).ravel() if axis is None else x, what)
        best = 0
        for k, entry in enumerate(entries):
            if k and truth(beats(entry, entries[best])):
                best = k
        return best

    return found


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "argsort": _argsort,
    "argmax": _extreme("argmax", functions.greater),
    "argmin": _extreme("argmin", functions.less),
}
