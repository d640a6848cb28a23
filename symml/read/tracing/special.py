"""NumPy's functions that need a rule of their own: buffers, joins, choices, and what is said of shapes."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from math import isinf
from typing import Any

from symml.errors import TraceError
from symml.expr import arithmetic, build, functions, names, spectral
from symml.expr.dims import Dim, as_dim
from symml.expr.nodes import Expr, symbol_node
from symml.read import positions
from symml.read.tracing import orders, triangular, windows
from symml.read.tracing.array import TracedArray
from symml.read.tracing.dispatch import call, cast, highest, kind_of, operand, unwrap
from symml.read.tracing.known import number, whole_number
from symml.read.tracing.selection import Selection

UNSET = "np.empty"


# ---- new arrays ------------------------------------------------------------------------------------------------------
def _shape(shape: Any) -> tuple[Dim, ...]:
    parts = shape if isinstance(shape, tuple | list) else (shape,)
    return tuple(
        as_dim(int(d) if hasattr(d, "__index__") and not isinstance(d, TracedArray) else unwrap(d)) for d in parts
    )


def _filled(value: int) -> Callable[..., TracedArray]:
    return lambda shape, dtype=float, order="C", **device: TracedArray(
        arithmetic.full(value, _shape(shape)), kind_of(dtype)
    )


def _full(shape: Any, value: Any, dtype: Any = None, order: str = "C") -> TracedArray:
    entry, kind = operand(value)
    return TracedArray(arithmetic.full(entry, _shape(shape)), kind if dtype is None else kind_of(dtype))


def _empty(shape: Any, dtype: Any = float, order: str = "C") -> TracedArray:
    return TracedArray(symbol_node(UNSET, _shape(shape)), kind_of(dtype))


def _like(maker: Callable[..., TracedArray]) -> Callable[..., TracedArray]:
    def made(x: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None) -> TracedArray:
        expr, kind = operand(x)
        return maker(expr.shape if shape is None else shape, dtype=dtype or _NUMPY[kind])

    return made


def _full_like(x: Any, value: Any, dtype: Any = None, **options: Any) -> TracedArray:
    expr, kind = operand(x)
    return _full(expr.shape, value, _NUMPY[kind] if dtype is None else dtype)


_NUMPY = {"b": bool, "i": int, "f": float}


def _array(x: Any, dtype: Any = None, copy: Any = True, **options: Any) -> TracedArray:
    if not copy:
        return _same(x, dtype)
    made = TracedArray(*operand(x))
    return made if dtype is None else cast(made, dtype)


def _same(x: Any, dtype: Any = None, **options: Any) -> TracedArray:
    fits = isinstance(x, TracedArray) and (dtype is None or kind_of(dtype) == x.kind)
    return x if fits else _array(x, dtype)


def _at_least(rank: int) -> Callable[..., TracedArray]:
    def made(x: Any, ndim: int = rank, xp: Any = None) -> TracedArray:
        array = _same(x)
        return array[(None,) * (ndim - array.ndim)] if array.ndim < ndim else array

    return made


def _arange(start: Any, stop: Any = None, step: Any = 1, dtype: Any = None) -> TracedArray:
    first, last = (0, start) if stop is None else (start, stop)
    low, high, pace = operand(first)[0], operand(last)[0], operand(step)[0]
    if pace is arithmetic.lift(1):
        rows = as_dim(_span(low, high))
    else:
        rows = len(range(whole_number(low), whole_number(high), whole_number(pace)))
    found = TracedArray(positions.arange(rows), "i")
    if not arithmetic.is_zero(low) or pace is not arithmetic.lift(1):
        found = found * TracedArray(pace, "i") + TracedArray(low, "i")
    return found if dtype is None else cast(found, dtype)


def _span(low: Expr, high: Expr) -> Expr:
    return high if arithmetic.is_zero(low) else arithmetic.minus(high, low)


# ---- joins and parts -------------------------------------------------------------------------------------------------
def _join(parts: Any, axis: int | None = 0, **options: Any) -> TracedArray:
    arrays = [_same(part) for part in parts]
    if axis is None:
        arrays, axis = [part.ravel() for part in arrays], 0
    kind = highest(*(part.kind for part in arrays))
    return TracedArray(build.concatenate([part.expr for part in arrays], axis), kind)


def _stack(parts: Any, axis: int = 0, **options: Any) -> TracedArray:
    arrays = [_same(part) for part in parts]
    return TracedArray(build.stack([part.expr for part in arrays], axis), highest(*(part.kind for part in arrays)))


def _hstack(parts: Any, **options: Any) -> TracedArray:
    arrays = [_at_least(1)(part) for part in parts]
    return _join(arrays, 0 if arrays[0].ndim == 1 else 1)


def _vstack(parts: Any, **options: Any) -> TracedArray:
    return _join([_at_least(2)(part) for part in parts], 0)


def _column_stack(parts: Any) -> TracedArray:
    arrays = [_same(part) for part in parts]
    return _join([part[:, None] if part.ndim == 1 else part for part in arrays], 1)


def _append(x: Any, values: Any, axis: int | None = None) -> TracedArray:
    return _join((_same(x), _same(values)), axis)


def _tile(x: Any, reps: Any) -> TracedArray:
    array = _same(x)
    counts = _shape(reps)
    array = array[(None,) * (len(counts) - array.ndim)] if array.ndim < len(counts) else array
    counts = (1,) * (array.ndim - len(counts)) + counts
    if any(count != 1 and dim != 1 for count, dim in zip(counts, array.dims, strict=True)):
        raise TraceError("np.tile along an axis of several entries cannot be traced", cure="use broadcasting")
    shape = tuple(dim if count == 1 else count for count, dim in zip(counts, array.dims, strict=True))
    return TracedArray(arithmetic.broadcast(array.expr, shape), array.kind)


def _broadcast_to(x: Any, shape: Any) -> TracedArray:
    array = _same(x)
    return TracedArray(arithmetic.broadcast(array.expr, _shape(shape)), array.kind, shares=array)


def _cumsum(x: Any, axis: int | None = None, **options: Any) -> TracedArray:
    array = _same(x).ravel() if axis is None else _same(x)
    place = (axis or 0) % array.ndim
    whole: tuple[Any, ...] = (slice(None),) * place
    rows = [array[(*whole, k)] for k in range(len(array.transpose(place, *_others(array, place))))]
    sums = [reduce(lambda a, b: a + b, rows[: k + 1]) for k in range(len(rows))]
    return _stack(sums, place)


def _others(array: TracedArray, axis: int) -> list[int]:
    return [k for k in range(array.ndim) if k != axis]


def _expand_dims(x: Any, axis: int) -> TracedArray:
    array = _same(x)
    place = axis % (array.ndim + 1)
    return array.at([*[slice(None)] * place, None, *[slice(None)] * (array.ndim - place)])


def _squeeze(x: Any, axis: int | None = None) -> TracedArray:
    array = _same(x)
    gone = [k for k, dim in enumerate(array.dims) if dim == 1 and (axis is None or k == axis % array.ndim)]
    if axis is not None and not gone:
        raise TraceError(f"axis {axis} has more than one entry", cure="squeeze axes of dim 1 only")
    return array.at([0 if k in gone else slice(None) for k in range(array.ndim)])


def _swapaxes(x: Any, a: int, b: int) -> TracedArray:
    array = _same(x)
    order = list(range(array.ndim))
    order[a], order[b] = order[b], order[a]
    return array.transpose(*order)


# ---- choices and conditions ------------------------------------------------------------------------------------------
def _where(condition: Any, *branches: Any) -> TracedArray:
    if len(branches) != 2:
        raise TraceError(
            "np.where(condition) gives as many positions as the data decide", cure="write np.where(condition, a, b)"
        )
    (c, _), (a, kind_a), (b, kind_b) = map(operand, (condition, *branches))
    return TracedArray(names.NAMES["where"](c, a, b), highest(kind_a, kind_b))


def _select(conditions: Any, choices: Any, default: Any = 0) -> Any:
    result = default
    for condition, choice in zip(reversed(conditions), reversed(choices), strict=True):
        result = _where(condition, choice, result)
    return result


def _all(x: Any, axis: Any = None, out: Any = None, keepdims: bool = False) -> TracedArray:
    return _truths("min", 1, x, axis, keepdims)


def _any(x: Any, axis: Any = None, out: Any = None, keepdims: bool = False) -> TracedArray:
    return _truths("max", 0, x, axis, keepdims)


def _truths(name: str, plain: int, x: Any, axis: Any, keepdims: bool) -> TracedArray:
    array = cast(_same(x), bool)
    value = 0 if arithmetic.is_zero(array.expr) else number(array.expr)
    if axis is None and value is not None:
        return TracedArray(arithmetic.lift(value), "b")
    builder = build.max if name == "max" else build.min
    return TracedArray(builder(array.expr, axis, keepdims=keepdims), "b")


def _constant(value: int) -> Callable[..., TracedArray]:
    return lambda x, **options: TracedArray(arithmetic.full(value, operand(x)[0].shape), "b")


def _whole_numbers(rule: Callable[[int, int], int]) -> Callable[..., TracedArray]:
    def made(a: Any, b: Any) -> TracedArray:
        (left, _), (right, _) = operand(a), operand(b)
        if left.shape or right.shape:
            raise TraceError("// and % of arrays cannot be traced", cure="use real division")
        return TracedArray(arithmetic.lift(rule(whole_number(left), whole_number(right))), "i")

    return made


# ---- sums with kinds, linear algebra, in-place functions -------------------------------------------------------------
def _total(name: str) -> Callable[..., Any]:
    """Sums and products count conditions; extrema keep the kind."""

    def made(x: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False) -> Any:
        if isinstance(x, Selection):
            return getattr(x, name)(axis, keepdims=keepdims)
        array = _same(x)
        builder: Any = getattr(build, name)
        value = TracedArray(builder(array.expr, _axes(axis), keepdims=bool(keepdims)), _counted(name, array.kind))
        return value if out is None else out.updated(value)

    return made


def _axes(axis: Any) -> Any:
    return tuple(map(int, axis)) if isinstance(axis, tuple | list) else None if axis is None else int(axis)


def _counted(name: str, kind: str) -> str:
    return "i" if kind == "b" and name in ("sum", "prod") else kind


def _slogdet(x: Any) -> tuple[TracedArray, TracedArray]:
    expr = operand(x)[0]
    return TracedArray(functions.sign(build.det(expr))), TracedArray(build.logdet(expr))


def _eigh(x: Any, UPLO: str = "L") -> tuple[TracedArray, TracedArray]:
    if UPLO != "L":
        raise TraceError("eigh of an upper triangle cannot be traced", cure="give the whole symmetric matrix")
    values, vectors = spectral.eigh(operand(x)[0])
    return TracedArray(values), TracedArray(vectors)


def _diag(x: Any, k: int = 0, **options: Any) -> TracedArray:
    expr, kind = operand(x)
    return TracedArray(build.diag(expr, int(options.get("offset", k))), kind)


def _fill_diagonal(x: TracedArray, value: Any) -> None:
    rows = TracedArray(positions.arange(x.dims[0]), "i")
    x[rows, rows] = value


def _fill(x: TracedArray, value: Any) -> None:
    x[...] = value


class At:
    """``at(x)[key].set(value)`` of the array API: a copy with a part replaced."""

    def __init__(self, x: TracedArray, key: Any = ...) -> None:
        self.x, self.key = x, key

    def __getitem__(self, key: Any) -> At:
        return At(self.x, key)

    def set(self, value: Any, **options: Any) -> TracedArray:
        """The array with the part replaced."""
        made = self.x.copy()
        made[self.key] = value
        return made

    def add(self, value: Any, **options: Any) -> TracedArray:
        """The array with something added to the part."""
        return self.set(self.x[self.key] + value)


def _clip(x: Any, a_min: Any = None, a_max: Any = None, out: Any = None, **options: Any) -> Any:
    """An infinite bound is none."""
    low, high = options.get("min", a_min), options.get("max", a_max)
    result = x
    for name, bound in (("maximum", low), ("minimum", high)):
        if bound is not None and not (isinstance(bound, float) and isinf(bound)):
            result = call(name, (result, bound), {})
    return result if out is None else out.updated(result)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "clip": _clip,
    "zeros": _filled(0),
    "ones": _filled(1),
    "empty": _empty,
    "full": _full,
    "zeros_like": _like(_filled(0)),
    "ones_like": _like(_filled(1)),
    "empty_like": _like(_empty),
    "full_like": _full_like,
    "array": _array,
    "copy": _array,
    "asarray": _same,
    "asanyarray": _same,
    "ascontiguousarray": _same,
    "asfarray": _same,
    "atleast_1d": _at_least(1),
    "atleast_2d": _at_least(2),
    "arange": _arange,
    "concatenate": _join,
    "stack": _stack,
    "hstack": _hstack,
    "vstack": _vstack,
    "row_stack": _vstack,
    "column_stack": _column_stack,
    "append": _append,
    "expand_dims": _expand_dims,
    "squeeze": _squeeze,
    "swapaxes": _swapaxes,
    "tile": _tile,
    "broadcast_to": _broadcast_to,
    "cumsum": _cumsum,
    "where": _where,
    "select": _select,
    "all": _all,
    "any": _any,
    "isnan": _constant(0),
    "isinf": _constant(0),
    "isfinite": _constant(1),
    "floor_divide": _whole_numbers(lambda a, b: a // b),
    "remainder": _whole_numbers(lambda a, b: a % b),
    "sum": _total("sum"),
    "prod": _total("prod"),
    "max": _total("max"),
    "min": _total("min"),
    "amax": _total("max"),
    "amin": _total("min"),
    "linalg.slogdet": _slogdet,
    **triangular.FUNCTIONS,
    **orders.FUNCTIONS,
    **windows.FUNCTIONS,
    "linalg.multi_dot": lambda arrays: reduce(lambda a, b: a @ b, map(_same, arrays)),
    "diag": _diag,
    "diagonal": lambda x, offset=0: _diag(x, offset),
    "transpose": lambda x, axes=None: _same(x).transpose(*(axes or ())),
    "reshape": lambda x, shape, *order, **options: _same(x).reshape(shape, **options),
    "ravel": lambda x, *order: _same(x).ravel(),
    "shape": lambda x: _same(x).shape,
    "ndim": lambda x: _same(x).ndim,
    "size": lambda x, axis=None: _same(x).size if axis is None else _same(x).shape[axis],
    "isscalar": lambda x: _same(x).ndim == 0,
    "fill_diagonal": _fill_diagonal,
    "copyto": _fill,
    "fill": _fill,
    "linalg.eigh": _eigh,
    "xpx.create_diagonal": lambda x, *, offset=0, xp=None: _diag(x, offset),
    "xpx.at": At,
    "xpx.atleast_nd": lambda x, *, ndim, xp=None: _at_least(ndim)(x),
}

__all__ = ["FUNCTIONS", "UNSET", "call"]
