"""NumPy, SciPy and ``math`` as traced code sees them: the same names, whose functions build expressions."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from functools import reduce
from types import ModuleType
from typing import Any

import numpy as np

from symml.errors import TraceError
from symml.expr import names
from symml.expr.nodes import constant
from symml.read.tracing import dispatch, special
from symml.read.tracing.array import TracedArray
from symml.read.tracing.record import recorded
from symml.read.tracing.selection import Selection

_WHOLE = frozenset(["prod", "sum", "max", "min", "maximum", "minimum", "abs", "absolute"])


def has_traced(*values: Any) -> bool:
    """Whether a traced array is among the values, or in a list or tuple among them."""
    return any(
        isinstance(v, TracedArray | Selection) or (isinstance(v, list | tuple) and has_traced(*v)) for v in values
    )


def _is_whole(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_is_whole, value))
    return value is None or isinstance(value, int)


class TracedFunction:
    """A function of NumPy or SciPy under its name."""

    def __init__(self, name: str, original: Any) -> None:
        self.__name__, self._original = name, original

    def __call__(self, *args: Any, **options: Any) -> Any:
        """The function of traced arrays or numbers."""
        if self.__name__ in _WHOLE and _is_whole(args) and _is_whole(tuple(options.values())):
            return int(self._original(*args, **options))
        if isinstance(self._original, np.ufunc) and len(args) == self._original.nin + 1:
            args, options = args[:-1], {**options, "out": args[-1]}
        return dispatch.call(self.__name__, args, options)

    def reduce(self, *args: Any, **options: Any) -> Any:
        """``np.add.reduce(x)`` and the like."""
        return dispatch.ufunc(self.__name__, "reduce", args, options)

    def outer(self, *args: Any, **options: Any) -> Any:
        """``np.multiply.outer(a, b)`` and the like."""
        return dispatch.ufunc(self.__name__, "outer", args, options)

    def at(self, *args: Any) -> None:
        """``np.add.at(x, labels, values)``."""
        dispatch.ufunc(self.__name__, "at", args, {})


def _refusing(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
    """A function without an expression: it still works on plain numbers."""

    @recorded
    def call(*args: Any, **options: Any) -> Any:
        if has_traced(*args, *options.values()):
            raise dispatch.unsupported(name, name)
        return original(*args, **options)

    return call


class _Type(type):
    """A number or array type: traced values are instances, and calling it keeps them traced."""

    _original: type
    _kind: str

    def __call__(cls, *args: Any, **options: Any) -> Any:
        if cls._kind and has_traced(*args):
            return dispatch.cast(special.FUNCTIONS["asarray"](args[0]), cls._original)
        return cls._original(*args, **options)

    def __instancecheck__(cls, value: Any) -> bool:
        if isinstance(value, TracedArray):
            return value.kind == cls._kind and not value.ndim if cls._kind else value.ndim > 0
        return isinstance(value, cls._original)

    def __getattr__(cls, name: str) -> Any:
        return getattr(cls._original, name)


def _traced_type(original: type, kind: str) -> Any:
    return _Type(original.__name__, (), {"_original": original, "_kind": kind, "dtype": np.dtype(original)})


_CONSTANTS = ("pi", "e")
_TYPES = {
    "ndarray": _Type("ndarray", (), {"_original": np.ndarray, "_kind": ""}),
    "float64": _traced_type(np.float64, "f"),
    "double": _traced_type(np.float64, "f"),
    "float32": _traced_type(np.float32, "f"),
    "int64": _traced_type(np.int64, "i"),
    "int32": _traced_type(np.int32, "i"),
}


class _Joined:
    """``np.c_[a, b]`` and ``np.r_[a, b]``."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getitem__(self, parts: Any) -> Any:
        if any(isinstance(part, slice | str) for part in (parts if isinstance(parts, tuple) else (parts,))):
            raise TraceError("slices inside np.r_ and np.c_ cannot be traced", cure="use np.concatenate and np.arange")
        return dispatch.call(self._name, (parts if isinstance(parts, tuple) else (parts,),), {})


_JOINED = {"c_": _Joined("column_stack"), "r_": _Joined("hstack")}


class Namespace:
    """A module whose functions build expressions.

    Args:
        module: The module.
        prefix: What its names begin with in the table of names, such as ``linalg.``.
    """

    def __init__(self, module: ModuleType, prefix: str = "") -> None:
        self._module, self._prefix = module, prefix

    @recorded
    def __getattr__(self, name: str) -> Any:
        original = getattr(self._module, name)
        if name == "random":
            raise TraceError("the function draws random numbers", cure="pass them in as an argument")
        if name in _CONSTANTS and isinstance(original, float):
            return TracedArray(constant(name))
        if original is np.ndarray or (isinstance(original, type) and name in _TYPES):
            return _TYPES[name]
        if self._module is np and name in _JOINED:
            return _JOINED[name]
        if isinstance(original, ModuleType):
            known = name in ("linalg", "special", "lib", "stride_tricks")
            return Namespace(original, name + "." if name in ("linalg", "special") else "") if known else original
        return function(self._prefix + name, original)


def function(name: str, original: Any) -> Any:
    """What stands for a function of NumPy or SciPy; constants and classes stand for themselves."""
    if name == "linalg.cholesky" and (getattr(original, "__module__", "") or "").startswith("scipy"):
        name = "linalg.scipy_cholesky"
    if name in special.FUNCTIONS or names.find(name) is not None or name in _BITWISE:
        return TracedFunction(name.removeprefix("special."), original)
    if isinstance(original, type) or not callable(original):
        return original
    return _refusing(name, original)


_BITWISE = frozenset(["bitwise_and", "bitwise_or", "bitwise_xor", "invert", "logical_xor", "floor_divide", "remainder"])


# ---- Python's builtins -----------------------------------------------------------------------------------------------
def _len(x: Any) -> Any:
    if isinstance(x, Selection):
        return x.count
    return x.shape[0] if isinstance(x, TracedArray) and x.ndim else len(x)


def _range(*bounds: Any) -> Any:
    """A range; up to a named dim it can serve as an index."""
    if len(bounds) == 1 and isinstance(bounds[0], TracedArray):
        return special.FUNCTIONS["arange"](bounds[0])
    return range(*bounds)


def _sum(values: Any, start: Any = 0) -> Any:
    if isinstance(values, TracedArray):
        return dispatch.call("sum", (values,), {"axis": 0}) + start
    return builtins.sum(values, start)


def _extremum(name: str, original: Callable[..., Any], pair: str) -> Callable[..., Any]:
    def call(*values: Any, **options: Any) -> Any:
        if len(values) == 1 and isinstance(values[0], TracedArray) and values[0].ndim == 1:
            return dispatch.call(name, values, {})
        items = list(values[0]) if len(values) == 1 else list(values)
        if options or not has_traced(*items):
            return original(*values, **options)
        if any(isinstance(item, TracedArray) and item.ndim for item in items):
            raise TraceError(f"Python's {name} of arrays", cure=f"use np.{pair}(a, b)")
        return reduce(lambda a, b: dispatch.call(pair, (a, b), {}), items)

    return call


def _silent(*args: Any, **options: Any) -> None:
    """Printing has no place in a formula."""


QUIET: dict[str, Any] = {"print": _silent}
BUILTINS: dict[str, Any] = {
    "float": _traced_type(float, "f"),
    "int": _traced_type(int, "i"),
    "len": _len,
    "range": _range,
    "sum": _sum,
    "max": _extremum("max", max, "maximum"),
    "min": _extremum("min", min, "minimum"),
    "print": _silent,
}
