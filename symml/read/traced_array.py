"""A stand-in for an array in the user's code: it behaves like NumPy's and builds expressions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from symml.calculus.simplify import simplify
from symml.errors import TraceError
from symml.expr import arithmetic, build, functions, indexing, names, numpy_api
from symml.expr.contract import contract
from symml.expr.dims import as_position
from symml.expr.nodes import Apply, Constant, Expr, OneHot, Symbol, extent, onehot


class NeedsNumbers(Exception):
    """The code asks for the number behind a symbolic dim: it must be traced again with numbers."""


class Labels:
    """``np.arange(n)`` in the place of an index: every row in turn."""

    def __init__(self, count: object) -> None:
        self.count = count


def unwrap(value: Any) -> Any:
    """Expressions in the place of traced arrays, also inside lists and tuples."""
    if isinstance(value, TracedArray):
        return value.expr
    if isinstance(value, list | tuple) and any(isinstance(v, TracedArray | list | tuple) for v in value):
        return type(value)(unwrap(v) for v in value)
    return value


def wrap(value: Any) -> Any:
    """A traced array around an expression."""
    return TracedArray(value) if isinstance(value, Expr) else value


def _binary_method(builder: Callable[[Any, Any], Expr], *, swapped: bool = False) -> Callable[[Any, Any], Any]:
    def method(self: TracedArray, other: Any) -> Any:
        if not _is_operand(other):
            return NotImplemented
        a, b = self.expr, arithmetic.lift(unwrap(other))
        return TracedArray(builder(b, a) if swapped else builder(a, b))

    return method


def _is_operand(value: Any) -> bool:
    return isinstance(value, TracedArray | Expr | int | float | list | tuple) or hasattr(value, "tolist")


def _in_place_method(builder: Callable[[Any, Any], Expr]) -> Callable[[Any, Any], Any]:
    def method(self: TracedArray, other: Any) -> Any:
        more = arithmetic.lift(unwrap(other))
        fresh = builder is arithmetic.plus and arithmetic.is_zero(self.expr) and more.shape == self.expr.shape
        new = more if fresh else builder(self.expr, more)
        self.assign(arithmetic.broadcast(new, self.expr.shape) if self.expr.shape else new)
        return self

    return method


class TracedArray:
    """An array whose value is an expression; basic slices are views that write through."""

    __array_priority__ = 1000

    def __init__(self, expr: Expr, base: TracedArray | None = None, key: Any = None) -> None:
        self._expr, self._base, self._key = expr, base, key

    @property
    def expr(self) -> Expr:
        """The current value."""
        if self._base is None:
            return self._expr
        return indexing.index(self._base.expr, self._key)

    def assign(self, value: Expr) -> None:
        """Changes the whole array, and the array it is a view of."""
        if self._base is None:
            self._expr = value
        else:
            self._base[self._key] = TracedArray(value)

    # ---- shape -------------------------------------------------------------------------------------------------------
    @property
    def shape(self) -> tuple[Any, ...]:
        """Numbers, or traced numbers for symbolic dims."""
        return tuple(dim if isinstance(dim, int) else TracedArray(extent(dim)) for dim in self.expr.shape)

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.expr.shape)

    @property
    def size(self) -> Any:
        """The number of entries."""
        return wrap(build.count(self.expr, tuple(range(self.ndim)))) if self._symbolic() else self._count()

    def _symbolic(self) -> bool:
        return any(not isinstance(dim, int) for dim in self.expr.shape)

    def _count(self) -> int:
        total = 1
        for dim in self.expr.shape:
            assert isinstance(dim, int)
            total *= dim
        return total

    @property
    def dtype(self) -> Any:
        """Float: the only kind of number there is here."""
        return float

    @property
    def T(self) -> TracedArray:
        """The transpose."""
        return TracedArray(self.expr.T)

    def __len__(self) -> int:
        dim = self.expr.shape[0] if self.expr.shape else None
        if isinstance(dim, int):
            return dim
        raise NeedsNumbers if dim is not None else TypeError("a scalar has no length")

    def __iter__(self) -> Iterator[TracedArray]:
        for k in range(len(self)):
            yield self[k]

    def __index__(self) -> int:
        value = self._number()
        if value is None or value.denominator != 1:
            raise NeedsNumbers
        return int(value)

    __int__ = __index__

    def __float__(self) -> float:
        value = self._number()
        if value is None:
            raise NeedsNumbers
        return float(value)

    def _number(self) -> Any:
        expr = self.expr
        return expr.value if isinstance(expr, Constant) and not isinstance(expr.value, str) else None

    def __bool__(self) -> bool:
        value = self._number()
        if value is not None:
            return bool(value)
        raise TraceError(
            "a branch depends on the data: " + str(self.expr), cure="write np.where(condition, a, b) in the place of if"
        )

    def __hash__(self) -> int:
        return id(self)

    # ---- operators ---------------------------------------------------------------------------------------------------
    __add__ = _binary_method(arithmetic.plus)
    __radd__ = _binary_method(arithmetic.plus, swapped=True)
    __sub__ = _binary_method(arithmetic.minus)
    __rsub__ = _binary_method(arithmetic.minus, swapped=True)
    __mul__ = _binary_method(arithmetic.times)
    __rmul__ = _binary_method(arithmetic.times, swapped=True)
    __truediv__ = _binary_method(arithmetic.divide)
    __rtruediv__ = _binary_method(arithmetic.divide, swapped=True)
    __pow__ = _binary_method(arithmetic.power)
    __rpow__ = _binary_method(arithmetic.power, swapped=True)
    __matmul__ = _binary_method(arithmetic.matmul)
    __rmatmul__ = _binary_method(arithmetic.matmul, swapped=True)
    __lt__ = _binary_method(functions.less)
    __le__ = _binary_method(functions.less_equal)
    __gt__ = _binary_method(functions.greater)
    __ge__ = _binary_method(functions.greater_equal)
    __and__ = _binary_method(arithmetic.times)
    __rand__ = _binary_method(arithmetic.times, swapped=True)
    __or__ = _binary_method(functions.maximum)
    __iadd__ = _in_place_method(arithmetic.plus)
    __isub__ = _in_place_method(arithmetic.minus)
    __imul__ = _in_place_method(arithmetic.times)
    __itruediv__ = _in_place_method(arithmetic.divide)
    __ipow__ = _in_place_method(arithmetic.power)

    def __eq__(self, other: object) -> Any:
        return TracedArray(functions.equal(self.expr, arithmetic.lift(unwrap(other)))) if _is_operand(other) else False

    def __ne__(self, other: object) -> Any:
        return (
            TracedArray(functions.not_equal(self.expr, arithmetic.lift(unwrap(other)))) if _is_operand(other) else True
        )

    def __invert__(self) -> TracedArray:
        return TracedArray(arithmetic.minus(1, self.expr))

    def __neg__(self) -> TracedArray:
        return TracedArray(-self.expr)

    def __pos__(self) -> TracedArray:
        return self

    def __abs__(self) -> TracedArray:
        return TracedArray(functions.abs(self.expr))

    # ---- brackets ----------------------------------------------------------------------------------------------------
    def __getitem__(self, key: Any) -> Any:
        rows = _rows_and_labels(key)
        if rows is not None:
            return TracedArray(indexing.pick(self.expr, rows))
        if isinstance(key, TracedArray) and is_mask(key.expr):
            raise TraceError(
                "a boolean mask picks a number of entries that depends on the data",
                cure="multiply by the mask, or use np.where(mask, x, 0)",
            )
        plain = unwrap(key)
        value = indexing.index(self.expr, _as_key(plain))
        is_view = not isinstance(key, TracedArray) and not _has_array(key)
        return TracedArray(value, self, _as_key(plain)) if is_view and value.shape else TracedArray(value)

    def __setitem__(self, key: Any, value: Any) -> None:
        new = arithmetic.lift(unwrap(value))
        rows = _rows_and_labels(key)
        if rows is not None:
            self.assign(_with_picked(self.expr, rows, new))
        elif isinstance(key, TracedArray) and is_mask(key.expr):
            self.assign(_with_masked(self.expr, key.expr, new))
        elif key is Ellipsis or key == slice(None):
            self.assign(arithmetic.broadcast(new, self.expr.shape))
        else:
            self.assign(_with_part(self.expr, _as_key(unwrap(key)), new))

    # ---- methods -----------------------------------------------------------------------------------------------------
    def __getattr__(self, name: str) -> Any:
        if name in ("copy", "astype", "item", "ravel", "flatten"):
            return lambda *args, **kwargs: self._plain(name)
        builder = names.find(name) if name in _METHODS else None
        if builder is None:
            raise AttributeError(f"a traced array has no {name}")
        return lambda *args, **kwargs: TracedArray(builder(self.expr, *map(unwrap, args), **_unwrapped(kwargs)))

    def _plain(self, name: str) -> TracedArray:
        if name in ("ravel", "flatten") and self.ndim != 1:
            if self.ndim:
                raise TraceError(f".{name}() mixes axes", cure="keep the axes, and sum over both")
            return TracedArray(build.reshape(self.expr, (1,)))
        return TracedArray(self.expr)

    def __array_ufunc__(self, ufunc: Callable[..., Any], method: str, *inputs: Any, **options: Any) -> Any:
        target = options.pop("out", None)
        value = TracedArray(numpy_api.ufunc(ufunc, method, tuple(map(unwrap, inputs)), options))
        if target is not None and isinstance(target[0], TracedArray):
            target[0].assign(value.expr)
            return target[0]
        return value

    def __array_function__(self, function: Callable[..., Any], types: Any, args: Any, kwargs: Any) -> Any:
        return wrap(numpy_api.function(function, tuple(map(unwrap, args)), _unwrapped(kwargs)))


_METHODS = frozenset(
    [
        "sum",
        "mean",
        "max",
        "min",
        "var",
        "std",
        "prod",
        "dot",
        "trace",
        "diagonal",
        "reshape",
        "transpose",
        "squeeze",
        "clip",
        "swapaxes",
    ]
)


def _unwrapped(kwargs: dict[str, Any]) -> dict[str, Any]:
    return {key: unwrap(value) for key, value in kwargs.items()}


def is_mask(expr: Expr) -> bool:
    """Whether every entry is the truth value of a comparison."""
    if isinstance(expr, Apply):
        return "binary" in expr.function.facts or (expr.function.name == "maximum" and all(map(is_mask, expr.args)))
    return bool(expr.args) and all(is_mask(arg) for arg in expr.args) and not isinstance(expr, OneHot)


def _rows_and_labels(key: Any) -> Expr | None:
    """The labels of ``p[np.arange(n), y]``."""
    if isinstance(key, tuple) and len(key) == 2 and isinstance(key[0], Labels) and isinstance(key[1], TracedArray):
        return key[1].expr
    return None


def _has_array(key: Any) -> bool:
    parts = key if isinstance(key, tuple) else (key,)
    return any(isinstance(part, TracedArray) and part.expr.shape for part in parts)


def _as_key(key: Any) -> Any:
    """A key with sizes and numbers in the place of expressions that stand for them."""
    if isinstance(key, tuple):
        return tuple(_as_key(part) for part in key)
    if isinstance(key, slice):
        return slice(*(_as_key(part) for part in (key.start, key.stop, key.step)))
    if isinstance(key, TracedArray):
        return _as_key(key.expr)
    if isinstance(key, Expr) and not key.shape and not isinstance(key, Symbol):
        return as_position(key)
    return key


def _with_picked(x: Expr, labels: Expr, value: Expr) -> Expr:
    """``x`` with one entry of each row replaced."""
    change = simplify(arithmetic.broadcast(value, labels.shape) - indexing.pick(x, labels))
    axes = tuple(range(len(x.shape)))
    return x + contract([(onehot(labels, x.shape[-1]), axes), (change, axes[:-1])], axes)


def _with_masked(x: Expr, mask: Expr, value: Expr) -> Expr:
    """``x`` with the entries under a mask replaced; a mask of fewer axes stretches over the last ones."""
    missing = len(x.shape) - len(mask.shape)
    shaped = indexing.index(mask, (Ellipsis, *[None] * missing)) if missing > 0 else mask
    return functions.where(shaped, value, x)


def _with_part(x: Expr, key: Any, value: Expr) -> Expr:
    """``x`` with the part at a basic key replaced."""
    part = indexing.index(x, key)
    new = arithmetic.broadcast(value, part.shape)
    placed = indexing.place(new, x.shape, key)
    if arithmetic.is_zero(x):
        return placed
    return x * (1 - indexing.place(arithmetic.full(1, part.shape), x.shape, key)) + placed


__all__ = ["Labels", "NeedsNumbers", "TracedArray", "is_mask", "unwrap", "wrap"]
