"""Arrays of a traced function: mutable as NumPy's are, with an expression as value."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any, NoReturn

import numpy as np

from symml.errors import ShapeError, TraceError
from symml.expr import build
from symml.expr.dims import Dim
from symml.expr.nodes import Expr, extent, show_shape
from symml.read.positions import NeedsNumbers, is_arange
from symml.read.tracing.known import truth, whole_number
from symml.read.tracing.memory import Memory, View, view_of
from symml.read.tracing.operators import ArrayOperators
from symml.read.tracing.record import recorded

METHODS = frozenset(
    [
        "all",
        "any",
        "argmax",
        "argmin",
        "argsort",
        "clip",
        "cumsum",
        "diagonal",
        "dot",
        "fill",
        "max",
        "mean",
        "min",
        "prod",
        "squeeze",
        "std",
        "sum",
        "swapaxes",
        "trace",
        "var",
    ]
)
ITEM_BYTES = 8
_DTYPES = {"b": "bool", "i": "int64", "f": "float64"}


class TracedArray(ArrayOperators):
    """An array whose value is an expression; basic slices and transposes are views that write through.

    Args:
        value: The value, or the view of another array's memory.
        kind: ``b`` for truth values, ``i`` for whole numbers, ``f`` for real numbers.
        shares: The array whose memory NumPy might share here, where symml made a copy.
    """

    __slots__ = ("_shares", "_stamp", "_view", "kind")

    def __init__(self, value: Expr | View, kind: str = "f", shares: TracedArray | None = None) -> None:
        self._view = value if isinstance(value, View) else view_of(value)
        self.kind = kind
        self._shares: Memory | None = None if shares is None else shares._view.memory
        self._stamp = 0 if self._shares is None else self._shares.version

    def call(self, name: str, *args: Any) -> Any:
        """The NumPy function of this name, of these arguments."""
        return dispatch.call(name, args, {})

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return dispatch.ufunc(ufunc.__name__, method, inputs, options)

    def __array_function__(self, function: Any, types: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        prefix = "linalg." if "linalg" in (getattr(function, "__module__", "") or "") else ""
        return dispatch.call(prefix + function.__name__, args, kwargs)

    # ---- value -------------------------------------------------------------------------------------------------------
    @property
    def expr(self) -> Expr:
        """The value now."""
        if self._shares is not None and self._shares.version != self._stamp:
            raise TraceError(
                "an array was changed after it was reshaped; NumPy may or may not share the memory",
                cure="reshape after the change, or write .copy()",
            )
        return self._view.read()

    def write(self, value: Expr, kind: str) -> None:
        """Replaces all entries, here and in every array that shares them."""
        self._view_for(kind).write(value)

    def _view_for(self, kind: str) -> View:
        """The view, where values of this kind may be written to it."""
        if self._shares is not None:
            raise TraceError(
                "an array is changed after it was reshaped; NumPy may or may not share the memory",
                cure="change it before reshaping, or write .copy()",
            )
        if _RANK[kind] > _RANK[self.kind]:
            raise TraceError(
                f"NumPy would cut the {_DTYPES[kind]} values to {_DTYPES[self.kind]} here",
                cure="make the array with dtype=float",
            )
        return self._view

    @recorded
    def updated(self, value: TracedArray) -> TracedArray:
        """The array after ``+=`` and the like: changed in place, or a new number for a scalar."""
        if not self.ndim:
            return value
        if value.dims != self.dims:
            raise ShapeError(
                f"the result has shape {show_shape(value.dims)}, the array that is changed {show_shape(self.dims)}",
                cure="write x = x + y in the place of x += y, or make the shapes agree",
            )
        self.write(value.expr, value.kind)
        return self

    # ---- shape -------------------------------------------------------------------------------------------------------
    @property
    def dims(self) -> tuple[Dim, ...]:
        """The dims as the language knows them."""
        return self._view.shape

    @property
    def shape(self) -> tuple[Any, ...]:
        """Numbers, and whole traced numbers for named dims."""
        return tuple(dim if isinstance(dim, int) else TracedArray(extent(dim), "i") for dim in self.dims)

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.dims)

    @property
    def size(self) -> Any:
        """The number of entries."""
        count = TracedArray(build.count(self.expr, tuple(range(self.ndim))), "i")
        return int(count) if all(isinstance(dim, int) for dim in self.dims) else count

    @property
    def dtype(self) -> Any:
        """NumPy's type for entries of this kind."""
        return np.dtype(_DTYPES[self.kind])

    @property
    def strides(self) -> tuple[int, ...]:
        """How many bytes lie between neighbors along each axis, for dims that are numbers."""
        if self._shares is None and not self._view.is_whole:
            raise TraceError("the strides of a part of an array are not known", cure="take them of a copy: x.copy()")
        lengths = [len(self.transpose(k, *(j for j in range(self.ndim) if j != k))) for k in range(self.ndim)]
        return tuple(ITEM_BYTES * prod(lengths[k + 1 :]) for k in range(self.ndim))

    @property
    def T(self) -> TracedArray:
        """The transpose, a view."""
        return self.transpose()

    def t(self) -> TracedArray:
        """The transpose, as PyTorch writes it."""
        return self.transpose()

    def clone(self) -> TracedArray:
        """A copy, as PyTorch writes it."""
        return self.copy()

    def transpose(self, *axes: Any) -> TracedArray:
        """The array with its axes in reverse, or in the given, order; a view."""
        given = axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes
        order = list(given) if given else list(range(self.ndim))[::-1]
        if sorted(k % max(self.ndim, 1) for k in order) != list(range(self.ndim)):
            raise ShapeError(f"transpose: {tuple(order)} is not an order of {self.ndim} axes")
        return TracedArray(self._view.transposed(order), self.kind)

    def reshape(self, *shape: Any, **options: Any) -> TracedArray:
        """The array in another shape."""
        wanted = shape[0] if len(shape) == 1 and isinstance(shape[0], tuple | list) else shape
        if options.get("order", "C") != "C":
            raise TraceError("reshape in another order than C cannot be traced", cure="transpose first")
        return TracedArray(build.reshape(self.expr, dispatch.unwrap(wanted)), self.kind, shares=self)

    def ravel(self, *order: Any) -> TracedArray:
        """The array with a single axis."""
        return self if self.ndim == 1 else self.reshape(-1)

    def flatten(self, *order: Any) -> TracedArray:
        """A copy with a single axis."""
        return self.ravel().copy()

    def copy(self, *order: Any) -> TracedArray:
        """A copy with a memory of its own."""
        return TracedArray(self._view.copied() if self._shares is None else self.expr, self.kind)

    def astype(self, dtype: Any, **options: Any) -> TracedArray:
        """The array with entries of another kind."""
        return dispatch.cast(self, dtype)

    def item(self, *place: Any) -> TracedArray:
        """The entry of an array with one entry."""
        return keys.take(self, place) if place else self.reshape(())

    @recorded
    def __len__(self) -> int:
        if not self.ndim:
            raise TypeError("len() of a scalar")
        dim = self.dims[0]
        if not isinstance(dim, int):
            raise NeedsNumbers(f"len() is needed as a number, but it is {dim}")
        return dim

    def __iter__(self) -> Iterator[Any]:
        if is_arange(self.expr):
            return iter(range(len(self)))
        return (self[k] for k in range(len(self)))

    # ---- plain numbers -----------------------------------------------------------------------------------------------
    def __bool__(self) -> bool:
        return truth(self.expr)

    def __index__(self) -> int:
        return whole_number(self.expr)

    __int__ = __index__

    @recorded
    def __float__(self) -> NoReturn:
        raise TraceError(
            "a traced value is put where only a plain number fits",
            cure="make the array with np.zeros inside the function, and use NumPy in the place of other libraries",
        )

    def __array__(self, *args: Any, **kwargs: Any) -> NoReturn:
        self.__float__()

    def __repr__(self) -> str:
        return f"TracedArray({self.expr!r})"

    # ---- entries -----------------------------------------------------------------------------------------------------
    def __getitem__(self, key: Any) -> Any:
        return keys.take(self, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        keys.put(self, key, value)

    def at(self, items: list[object]) -> TracedArray:
        """The view of a basic key; a single entry is a number of its own."""
        view = self._view.at(items)
        return TracedArray(view if view.axes else view.read(), self.kind)

    def write_at(self, items: list[object], value: Expr, kind: str) -> None:
        """Writes to the view of a basic key."""
        self._view_for(kind).at(items).write(value)

    def __getattr__(self, name: str) -> Any:
        if name not in METHODS:
            if name in torch_names.METHODS:
                return lambda *args, **options: torch_names.call(name, (self, *args), options)
            raise AttributeError(f"a traced array has no .{name}")
        return lambda *args, **options: dispatch.call(name, (self, *args), _numpy_options(options))

    def __iadd__(self, other: Any) -> TracedArray:
        return self.updated(dispatch.call("add", (self, other), {}))

    def __isub__(self, other: Any) -> TracedArray:
        return self.updated(dispatch.call("subtract", (self, other), {}))

    def __imul__(self, other: Any) -> TracedArray:
        return self.updated(dispatch.call("multiply", (self, other), {}))

    def __itruediv__(self, other: Any) -> TracedArray:
        return self.updated(dispatch.call("divide", (self, other), {}))

    def __ipow__(self, other: Any) -> TracedArray:
        return self.updated(dispatch.call("power", (self, other), {}))


def _numpy_options(options: dict[str, Any]) -> dict[str, Any]:
    """Options under NumPy's names; torch says ``dim`` and ``keepdim``."""
    return {{"dim": "axis", "keepdim": "keepdims"}.get(key, key): value for key, value in options.items()}


_RANK = {"b": 0, "i": 1, "f": 2}

# Keys and functions make arrays, and arrays are indexed and computed with.
from symml.read.tracing import dispatch, keys, torch_names  # noqa: E402  # see the line above
