"""NumPy as traced code sees it: constructors that hold expressions, functions that build them."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

import numpy as np

from symml.errors import SymmlError, TraceError
from symml.expr import arithmetic, build, functions, names
from symml.expr.dims import Size
from symml.expr.nodes import Expr
from symml.read.traced_array import Labels, TracedArray, unwrap, wrap

_PLAIN = frozenset(
    [
        "pi",
        "e",
        "inf",
        "newaxis",
        "float64",
        "float32",
        "float16",
        "int64",
        "int32",
        "nan",
        "bool_",
        "ndarray",
        "finfo",
        "errstate",
        "integer",
        "floating",
    ]
)


def _is_traced(value: Any) -> bool:
    if isinstance(value, TracedArray | Expr | Size):
        return True
    return isinstance(value, list | tuple) and any(map(_is_traced, value))


class Shim:
    """A module such as ``np``, ``np.linalg`` or ``scipy.special``."""

    def __init__(self, module: Any, prefix: str = "") -> None:
        self._module, self._prefix = module, prefix

    def __getattr__(self, name: str) -> Any:
        special = _SPECIAL.get(self._prefix + name)
        if special is not None:
            return special
        original = getattr(self._module, name, None)
        if isinstance(original, types.ModuleType):
            return Shim(original, name + "." if name == "linalg" else "")
        if name in _PLAIN or not callable(original):
            return original
        return shimmed(original, self._prefix + name)


def shimmed(original: Callable[..., Any], name: str) -> Callable[..., Any]:
    """The function that builds an expression when an argument is traced, and computes otherwise."""

    def call(*args: Any, **kwargs: Any) -> Any:
        if not any(map(_is_traced, (*args, *kwargs.values()))):
            return original(*args, **kwargs)
        builder = names.find(name)
        if builder is None:
            raise TraceError(
                f"np.{name} of a traced array has no expression", cure="use sums, products and named functions"
            )
        target = kwargs.pop("out", None)
        value = builder(*map(unwrap, args), **{k: unwrap(v) for k, v in kwargs.items()})
        if isinstance(target, TracedArray):
            target.assign(value)
            return target
        return wrap(value)

    return call


# ---- constructors: buffers may be filled with expressions later ------------------------------------------------------
def _filled(value: int) -> Callable[..., Any]:
    return lambda shape, *args, **kwargs: TracedArray(arithmetic.full(value, build.shape_of(unwrap(shape))))


def _filled_like(value: int) -> Callable[..., Any]:
    return lambda x, *args, **kwargs: TracedArray(build.full_like(arithmetic.lift(unwrap(x)), value))


def _array(x: Any, *args: Any, **kwargs: Any) -> Any:
    if isinstance(x, TracedArray):
        return TracedArray(x.expr)
    return TracedArray(arithmetic.lift(unwrap(x))) if _is_traced(x) else np.asarray(x, dtype=float)


def _same(x: Any, *args: Any, **kwargs: Any) -> Any:
    return x if isinstance(x, TracedArray) else _array(x)


def _arange(*args: Any, **kwargs: Any) -> Any:
    if len(args) == 1:
        return Labels(args[0]) if isinstance(args[0], TracedArray) else _Range(int(args[0]))
    return np.arange(*args, **kwargs)


class _Range(Labels):
    """``np.arange`` of a number: also an array of numbers."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self._numbers = np.arange(count)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._numbers, name)

    def __iter__(self) -> Any:
        return iter(int(k) for k in self._numbers)

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        return self._numbers


def _atleast_1d(x: Any) -> Any:
    traced = _same(x)
    return traced if traced.ndim else traced.reshape(1)


def _slogdet(x: Any) -> Any:
    if not isinstance(x, TracedArray):
        return np.linalg.slogdet(x)
    return TracedArray(functions.sign(build.det(x.expr))), TracedArray(build.logdet(x.expr))


def _create_diagonal(x: Any, *, offset: int = 0, xp: Any = None) -> Any:
    return TracedArray(build.diag(x.expr, offset))


class _At:
    """``at(x)[key].set(value)``."""

    def __init__(self, x: TracedArray, key: Any = None) -> None:
        self.x, self.key = x, key

    def __getitem__(self, key: Any) -> _At:
        return _At(self.x, key)

    def set(self, value: Any, **kwargs: Any) -> TracedArray:
        """The array with a part replaced."""
        new = TracedArray(self.x.expr)
        new[self.key] = value
        return new


def _select(conditions: Any, choices: Any, default: Any = 0) -> Any:
    result = arithmetic.lift(unwrap(default))
    for condition, choice in zip(reversed(conditions), reversed(choices), strict=True):
        result = functions.where(unwrap(condition), unwrap(choice), result)
    return TracedArray(result)


_SPECIAL: dict[str, Any] = {
    "zeros": _filled(0),
    "empty": _filled(0),
    "ones": _filled(1),
    "zeros_like": _filled_like(0),
    "empty_like": _filled_like(0),
    "ones_like": _filled_like(1),
    "array": _array,
    "asarray": _same,
    "ascontiguousarray": _same,
    "atleast_1d": _atleast_1d,
    "copy": _array,
    "arange": _arange,
    "linalg.slogdet": _slogdet,
    "slogdet": _slogdet,
    "create_diagonal": _create_diagonal,
    "at": _At,
    "select": _select,
    "float64": _same,
    "float32": _same,
}


# ---- builtins --------------------------------------------------------------------------------------------------------
def _len(x: Any) -> Any:
    return x.shape[0] if isinstance(x, TracedArray) else len(x)


def _extremum(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
    builder = {"max": functions.maximum, "min": functions.minimum}[name]

    def call(*args: Any, **kwargs: Any) -> Any:
        if not any(isinstance(a, TracedArray) for a in args):
            return original(*args, **kwargs)
        if len(args) == 1:
            return wrap(names.NAMES[name](args[0].expr))
        result = arithmetic.lift(unwrap(args[0]))
        for more in args[1:]:
            result = builder(result, unwrap(more))
        return TracedArray(result)

    return call


def _float(x: Any = 0.0) -> Any:
    return x if isinstance(x, TracedArray) else float(x)


BUILTINS: dict[str, Any] = {
    "len": _len,
    "max": _extremum("max", max),
    "min": _extremum("min", min),
    "float": _float,
    "array_namespace": lambda *args, **kwargs: Shim(np),
    "xp_promote": lambda *args, **kwargs: args[0] if len(args) == 1 else args,
}


def no_randomness(*args: Any, **kwargs: Any) -> Any:
    """Random numbers cannot be part of a formula."""
    raise SymmlError("the function draws random numbers", cure="pass them in as an argument")
