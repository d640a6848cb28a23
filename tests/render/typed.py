"""Typed matrices for reading printed formulas: a product checks rows and columns, ones and identities have any size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Typed:
    """A number, column, row or matrix; an axis of size 1 repeats, as in a vector of ones."""

    a: np.ndarray
    rows: bool = False
    cols: bool = False

    @property
    def is_scalar(self) -> bool:
        return not self.rows and not self.cols

    @property
    def T(self) -> Typed:
        return Typed(self.a.T, self.cols, self.rows)

    def map(self, function: Any) -> Typed:
        return Typed(np.asarray(function(self.a)), self.rows, self.cols)


@dataclass(frozen=True)
class Identity:
    """A multiple of the identity and a number in every entry, of the size that its sum or product needs."""

    scale: float = 1.0
    fill: float = 0.0
    is_scalar = False

    def sized(self, n: int) -> np.ndarray:
        return self.scale * np.eye(n) + self.fill


@dataclass(frozen=True)
class Unit:
    """A unit vector, of the size that its product needs."""

    place: int
    T = property(lambda self: self)


def number(value: float) -> Typed:
    return Typed(np.array([[float(value)]]))


ONES = Typed(np.ones((1, 1)), rows=True)


def typed(value: Any) -> Typed:
    """A NumPy array as a column or a matrix."""
    array = np.asarray(value, float)
    if array.ndim == 0:
        return number(float(array))
    return Typed(array[:, None], rows=True) if array.ndim == 1 else Typed(array, rows=True, cols=True)


def untyped(value: Typed, shape: tuple[int, ...]) -> np.ndarray:
    """The value as an array of a shape that it must have, up to repetition."""
    if isinstance(value, Identity):
        return value.sized(shape[0])
    assert (value.rows, value.cols) == (len(shape) > 0, len(shape) > 1) or value.is_scalar, "the printed shape is wrong"
    own = value.a.reshape(value.a.shape[: len(shape)]) if len(shape) < 2 else value.a
    return np.broadcast_to(own, shape)


def add(x: Any, y: Any, sign: int) -> Any:
    if isinstance(x, Identity) and isinstance(y, Identity):
        return Identity(x.scale + sign * y.scale, x.fill + sign * y.fill)
    if isinstance(x, Identity):
        if y.a.shape == (1, 1):
            return Identity(x.scale, x.fill + sign * float(y.a[0, 0]))
        return Typed(x.sized(len(y.a)) + sign * y.a, True, True)
    if isinstance(y, Identity):
        if x.a.shape == (1, 1):
            return Identity(sign * y.scale, sign * y.fill + float(x.a[0, 0]))
        return Typed(x.a + sign * y.sized(len(x.a)), True, True)
    return _elementwise(x, y, x.a + sign * y.a)


def hadamard(x: Typed, y: Typed, power: int) -> Typed:
    return _elementwise(x, y, x.a * y.a**power)


def _elementwise(x: Typed, y: Typed, value: np.ndarray) -> Typed:
    shapes = {(v.rows, v.cols) for v in (x, y) if not v.is_scalar}
    assert len(shapes) <= 1, "terms of different shapes"
    return Typed(value, *(shapes.pop() if shapes else (False, False)))


def product(x: Any, y: Any) -> Any:
    if isinstance(x, Identity) and isinstance(y, Identity):
        assert not (x.fill and y.fill), "a product of ones of no size"
        return Identity(x.scale * y.scale, x.fill * y.scale + x.scale * y.fill)
    if isinstance(x, Identity):
        if isinstance(y, Typed) and not y.is_scalar:
            return Typed(x.sized(len(y.a)) @ y.a, y.rows, y.cols)
        x, y = y, x
    if isinstance(y, Identity):
        if not x.is_scalar:
            return Typed(x.a @ y.sized(x.a.shape[1]), x.rows, x.cols)
        return Identity(float(x.a[0, 0]) * y.scale, float(x.a[0, 0]) * y.fill)
    if isinstance(y, Unit):
        return Typed(x.a[:, y.place : y.place + 1], rows=x.rows) if not x.is_scalar else y
    if isinstance(x, Unit):
        return Typed(y.a[x.place : x.place + 1], cols=y.cols)
    if x.is_scalar or y.is_scalar:
        return _elementwise(x, y, x.a * y.a)
    if not x.cols and not y.rows:
        return Typed(x.a * y.a, x.rows, y.cols)
    assert x.cols and y.rows, "a product of two columns or two rows"
    size = max(x.a.shape[1], y.a.shape[0])
    assert size > 1, "a product of repeated axes has no size"
    left, right = np.broadcast_to(x.a, (len(x.a), size)), np.broadcast_to(y.a, (size, y.a.shape[1]))
    return Typed(left @ right, x.rows, y.cols)


def divide(x: Any, y: Typed) -> Any:
    assert y.is_scalar, "a division by an array"
    number = float(y.a[0, 0])
    return Identity(x.scale / number, x.fill / number) if isinstance(x, Identity) else x.map(lambda a: a / y.a)


def raised(x: Typed, exponent: Any, elementwise: bool) -> Typed:
    if isinstance(exponent, Typed):
        return Typed(np.power(x.a, exponent.a), x.rows, x.cols)
    assert elementwise == (not x.is_scalar), "an elementwise power of a number, or a plain power of an array"
    return x.map(lambda a: np.power(a, float(exponent)))
