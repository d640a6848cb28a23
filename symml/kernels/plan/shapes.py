"""The shape of every step, found by running views and rare calls on stand-ins, and which axes are the blocked one."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from symml.kernels.compile import compiled
from symml.kernels.plan.steps import Step, is_number

_COMPARISONS = frozenset({"greater", "less", "greater_equal", "less_equal", "equal", "not_equal"}) | {
    "logical_and",
    "logical_or",
    "isfinite",
    "isinf",
    "isnan",
}
_SAMPLES = (5, 6)


@dataclass(frozen=True)
class Form:
    """What is known of a value before it is computed.

    Attributes:
        shape: Its shape.
        rows: The axes that run along the blocked dimension.
        straight: Whether each of those axes is the dimension itself, and not a part of it.
        boolean: Whether it holds truth values.
        array: Whether it is an array; scalars and sizes are not.
    """

    shape: tuple[int, ...]
    rows: tuple[int, ...] = ()
    straight: bool = True
    boolean: bool = False
    array: bool = True


def forms(
    steps: Sequence[Step],
    arguments: Mapping[str, Any],
    labels: Collection[str],
    blocked: Mapping[str, Sequence[int]],
    length: int,
) -> dict[str, Form]:
    """The form of every argument and step.

    Args:
        steps: The steps in order.
        arguments: For each argument its shape, or the whole number it is.
        labels: The arguments that hold whole numbers.
        blocked: For each argument the axes of the blocked dimension.
        length: The length of that dimension.
    """
    first, second = (_run(steps, _resized(arguments, labels, blocked, size)) for size in _SAMPLES)
    return {name: _form(first[name], second[name], length) for name in first}


def _resized(
    arguments: Mapping[str, Any], labels: Collection[str], blocked: Mapping[str, Sequence[int]], size: int
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, shape in arguments.items():
        if isinstance(shape, int):
            found[name] = size if name in blocked else shape
            continue
        sizes = tuple(size if axis in blocked.get(name, ()) else n for axis, n in enumerate(shape))
        found[name] = np.broadcast_to(np.zeros((), int if name in labels else float), sizes)
    return found


def _form(a: Any, b: Any, length: int) -> Form:
    if not isinstance(a, np.ndarray):
        return Form((), array=False)
    shape, rows, straight = [], [], True
    for axis, (small, large) in enumerate(zip(a.shape, b.shape, strict=True)):
        if small == large:
            shape.append(small)
            continue
        rows.append(axis)
        straight = straight and (small, large) == _SAMPLES
        shape.append(small + (length - _SAMPLES[0]) * (large - small))
    return Form(tuple(shape), tuple(rows), straight, a.dtype == bool)


def _run(steps: Sequence[Step], values: dict[str, Any]) -> dict[str, Any]:
    """A stand-in of the right shape and kind for every name."""
    for step in steps:
        args = [_known(arg, values) for arg in step.args]
        values[step.target] = _stand_in(step, args)
    return values


def _known(code: str, values: Mapping[str, Any]) -> Any:
    return values[code] if code in values or not is_number(code) else int(code) if code.isdecimal() else 1.0


def _stand_in(step: Step, args: Sequence[Any]) -> Any:
    if step.kind == "ufunc" and all(isinstance(arg, int) for arg in args):
        return int(getattr(np, step.what)(*args))
    if step.kind == "scratch" and len(args) == 1:
        return _zeros(np.shape(args[0]), False)
    if step.kind in ("ufunc", "where", "helper", "special", "bell"):
        return _zeros(np.broadcast_shapes(*map(np.shape, args)), step.what in _COMPARISONS)
    if step.kind == "copy":
        return args[0]
    if step.kind == "reduce":
        return _zeros(_reduced(np.shape(args[0]), step), False)
    if step.kind == "whole":
        return np.broadcast_to(0.0, (int(step.what), *np.shape(args[0])[1:]))
    if step.kind in ("scratch", "distances"):
        return _zeros((len(args[0]), len(args[1])), step.what == "bool")
    if step.kind == "vecdot":
        return _zeros(np.shape(args[0])[:-1], False)
    if step.kind == "matmul":
        return _zeros(_product(np.shape(args[0]), np.shape(args[1])), False)
    if step.kind == "call":
        args = [_regular(arg) for arg in args]
    if step.kind == "view" and step.what == "{}.T":
        return args[0].T
    names = [f"a{k}" for k in range(len(args))]
    return _rule(f"def f({', '.join(names)}):\n    return {step.what.format(*names)}\n")(*args)


@lru_cache(maxsize=1024)
def _rule(source: str) -> Callable[..., Any]:
    """A view or a call as a function; most kernels have the same ones."""
    return compiled(f"import math\nimport numpy as np\n\n{source}", "f")


def _zeros(shape: tuple[int, ...], boolean: bool) -> Any:
    return np.broadcast_to(np.zeros((), bool if boolean else float), shape) if shape else 0.5


def _regular(value: Any) -> Any:
    """A stand-in on which linear algebra does not fail."""
    if isinstance(value, np.ndarray) and value.ndim == 2 and value.shape[0] == value.shape[1]:
        return np.eye(value.shape[0])
    return np.array(value) if isinstance(value, np.ndarray) else value


def _reduced(shape: tuple[int, ...], step: Step) -> tuple[int, ...]:
    axes = range(len(shape)) if not step.axis else _axes(step.axis, len(shape))
    if step.keep:
        return tuple(1 if axis in axes else n for axis, n in enumerate(shape))
    return tuple(n for axis, n in enumerate(shape) if axis not in axes)


def _axes(code: str, rank: int) -> tuple[int, ...]:
    value = ast.literal_eval(code)
    return tuple(axis % rank for axis in (value if isinstance(value, tuple) else (value,)))


def summed_axes(step: Step, rank: int) -> tuple[int, ...]:
    """The axes that a reduction removes."""
    return tuple(range(rank)) if not step.axis else _axes(step.axis, rank)


def _product(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    left = a[:-1] if len(a) > 1 else ()
    right = b[-1:] if len(b) > 1 else ()
    stack = np.broadcast_shapes(a[:-2], b[:-2]) if len(a) > 2 or len(b) > 2 else ()
    return (*stack, *(left[-1:]), *right)
