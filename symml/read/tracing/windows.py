"""Windows on a traced array: ``sliding_window_view`` and ``as_strided``, as copies of the entries that they show."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from symml.errors import TraceError
from symml.read.tracing.array import ITEM_BYTES, TracedArray
from symml.read.tracing.dispatch import operand

_MAX_ENTRIES = 4096


def _shown(x: Any, offsets: Any) -> TracedArray:
    """The entries at these places of the raveled array."""
    flat = TracedArray(*operand(x)).ravel()
    places = np.asarray(offsets, dtype=int)
    if places.size > _MAX_ENTRIES:
        raise TraceError(f"{places.size} entries of windows are too many to trace", cure="declare smaller dims")
    if places.size and (places.min() < 0 or places.max() >= len(flat)):
        raise TraceError("the windows reach beyond the array's memory", cure="check the shape and the strides")
    taken = flat[places.ravel().tolist()]
    return TracedArray(taken.reshape(*places.shape).expr, flat.kind)


def _sliding(x: Any, window_shape: Any, axis: Any = None, **options: Any) -> TracedArray:
    array = TracedArray(*operand(x))
    lengths = [len(array.transpose(k, *(j for j in range(array.ndim) if j != k))) for k in range(array.ndim)]
    places = np.arange(prod(lengths)).reshape(lengths)
    window = tuple(map(int, window_shape)) if isinstance(window_shape, tuple | list) else int(window_shape)
    return _shown(array, np.lib.stride_tricks.sliding_window_view(places, window, axis=axis))


def _strided(x: Any, shape: Any = None, strides: Any = None, **options: Any) -> TracedArray:
    array = TracedArray(*operand(x))
    wanted = tuple(map(int, array.shape if shape is None else shape))
    steps = tuple(map(int, array.strides if strides is None else strides))
    if any(step % ITEM_BYTES for step in steps):
        raise TraceError("strides are not multiples of the size of an entry", cure="take them from x.strides")
    places = np.zeros(wanted, dtype=int)
    for axis, (length, step) in enumerate(zip(wanted, steps, strict=True)):
        along = np.arange(length) * (step // ITEM_BYTES)
        places = places + along.reshape([-1 if k == axis else 1 for k in range(len(wanted))])
    return _shown(array, places)


FUNCTIONS: dict[str, Callable[..., Any]] = {"sliding_window_view": _sliding, "as_strided": _strided}
