"""NumPy's functions of traced arrays, found by name; the kind of the result follows NumPy's promotion."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from fractions import Fraction
from typing import Any

import numpy as np

from symml.errors import TraceError
from symml.expr import arithmetic, build, functions, names
from symml.expr.indexing import is_whole
from symml.expr.nodes import Expr
from symml.read.tracing.array import TracedArray
from symml.read.tracing.record import recorded, remember
from symml.read.tracing.selection import Selection, elementwise, refuse

_MAX_ENTRIES = 10_000
_KINDS = "bif"
_CONDITIONS = frozenset(
    [
        "greater",
        "greater_equal",
        "less",
        "less_equal",
        "equal",
        "not_equal",
        "logical_and",
        "logical_or",
        "logical_not",
        "logical_xor",
    ]
)
_EXACT = frozenset(
    [
        "add",
        "subtract",
        "multiply",
        "power",
        "negative",
        "positive",
        "absolute",
        "abs",
        "square",
        "sign",
        "maximum",
        "minimum",
        "clip",
    ]
)
_ELEMENTWISE = frozenset(functions.FUNCTIONS) | frozenset(
    [
        "add",
        "subtract",
        "multiply",
        "divide",
        "true_divide",
        "power",
        "float_power",
        "pow",
        "negative",
        "positive",
        "square",
        "sqrt",
        "reciprocal",
        "absolute",
        "fabs",
        "asin",
        "acos",
        "atan",
        "asinh",
        "acosh",
        "atanh",
        "logical_and",
        "logical_or",
        "logical_not",
        "clip",
        "expit",
        "log_expit",
        "gammaln",
        "loggamma",
        "psi",
        "ndtr",
        "heaviside",
    ]
)
_REDUCED = {
    "add": "sum",
    "multiply": "prod",
    "maximum": "max",
    "minimum": "min",
    "logaddexp": "logsumexp",
    "logical_and": "all",
    "logical_or": "any",
}
_LOGICAL = {
    "bitwise_and": "logical_and",
    "bitwise_or": "logical_or",
    "bitwise_xor": "not_equal",
    "invert": "logical_not",
}
_BINARY_OF_CONDITIONS = {"add": "logical_or", "maximum": "logical_or", "minimum": "logical_and"}
_PLUMBING = ("order", "casting", "subok", "optimize", "copy")


# ---- values ----------------------------------------------------------------------------------------------------------
def operand(value: Any) -> tuple[Expr, str]:
    """(expression, kind) of a traced array, a number, an array of numbers, or a list of such.

    Raises:
        TraceError: The value is none of these.
    """
    if isinstance(value, TracedArray):
        return value.expr, value.kind
    if isinstance(value, bool | np.bool_):
        return arithmetic.lift(bool(value)), "b"
    if isinstance(value, int | float | Fraction):
        return arithmetic.lift(value), "i" if isinstance(value, int) else "f"
    if isinstance(value, np.ndarray | np.generic):
        return _numbers(value)
    if isinstance(value, list | tuple):
        parts = [operand(part) for part in value]
        return build.stack([part for part, _ in parts]), highest(*(kind for _, kind in parts))
    if isinstance(value, Expr):
        return value, "f"
    if isinstance(value, Selection):
        refuse()
    raise TraceError(
        f"a value of type {type(value).__name__} takes part in the calculation", cure="use numbers and arrays"
    )


def _numbers(value: Any) -> tuple[Expr, str]:
    if value.size > _MAX_ENTRIES:
        raise TraceError(f"an array of {value.size} numbers stands in the code", cure="pass it in as an argument")
    if value.dtype.kind == "O":
        return operand(value.tolist())
    if value.dtype.kind not in "biuf":
        raise TraceError(f"an array of {value.dtype} takes part in the calculation", cure="use real numbers")
    return arithmetic.lift(value.tolist()), {"u": "i"}.get(value.dtype.kind, value.dtype.kind)


def unwrap(value: Any) -> Any:
    """Expressions in the place of traced arrays, also in lists, tuples and dicts."""
    if isinstance(value, TracedArray):
        return value.expr
    if isinstance(value, Selection | np.ndarray):
        return operand(value)[0]
    if isinstance(value, list | tuple):
        return type(value)([unwrap(part) for part in value])
    return {key: unwrap(part) for key, part in value.items()} if isinstance(value, dict) else value


def highest(*kinds: str) -> str:
    """The kind that NumPy promotes to."""
    return max(kinds, key=_KINDS.index, default="f")


def kind_of(dtype: Any) -> str:
    """The kind of a NumPy or Python type."""
    kind = getattr(dtype, "kind", None)
    if not isinstance(kind, str):
        kind = np.dtype(dtype).kind
    if kind not in "biuf":
        raise TraceError(f"numbers of type {dtype} cannot be traced", cure="use float")
    return {"u": "i"}.get(kind, kind)


def cast(array: TracedArray, dtype: Any) -> TracedArray:
    """A copy with another kind of entries."""
    kind, x = kind_of(dtype), array.expr
    if kind == "b" != array.kind:
        return TracedArray(functions.not_equal(x, 0), "b")
    if kind == "i" and array.kind == "f" and not is_whole(x):
        raise TraceError(
            "real numbers are cut to whole numbers", cure="declare labels as such: 'y: n label'; else keep real numbers"
        )
    return TracedArray(x, kind)


# ---- functions -------------------------------------------------------------------------------------------------------
@recorded
def call(name: str, args: tuple[Any, ...], options: Mapping[str, Any]) -> Any:
    """A NumPy or SciPy function by its name, such as ``exp`` or ``linalg.norm``.

    Raises:
        TraceError: The function has no expression, or is given what cannot be traced.
    """
    result = _called(name, args, options)
    if isinstance(result, TracedArray):
        remember(result.expr)
    return result


def _called(name: str, args: tuple[Any, ...], options: Mapping[str, Any]) -> Any:
    found = special.FUNCTIONS.get(name)
    if found is not None:
        return found(*args, **options)
    rest = {key: value for key, value in options.items() if key not in (*_PLUMBING, "out", "dtype", "where")}
    if options.get("where", True) is not True:
        raise TraceError(f"np.{name} with where= cannot be traced", cure="use np.where(condition, a, b)")
    result = _selected(name, args, rest) if any(isinstance(a, Selection) for a in args) else _built(name, args, rest)
    if options.get("dtype") is not None:
        result = cast(result, options["dtype"])
    target = options.get("out")
    target = target[0] if isinstance(target, tuple) else target
    return result if target is None else _stored(result, target)


def _stored(result: Any, target: Any) -> Any:
    if not isinstance(target, TracedArray):
        raise TraceError("out= names an array from outside the function", cure="make it inside with np.zeros_like")
    return target.updated(result)


def _selected(name: str, args: tuple[Any, ...], options: Mapping[str, Any]) -> Any:
    """A function of the entries under a condition."""
    if name in ("sum", "mean", "prod") and isinstance(args[0], Selection):
        return getattr(args[0], name)(*args[1:], **options)
    if name not in _ELEMENTWISE and name not in _LOGICAL:
        raise unsupported(f"np.{name} of the entries under a condition", "")
    return elementwise(name, args, options)


def _built(name: str, args: tuple[Any, ...], options: Mapping[str, Any]) -> TracedArray:
    elementwise = name in _LOGICAL or name in _CONDITIONS or name in _ELEMENTWISE
    kinds = [operand(arg)[1] for arg in args if arg is not None] if elementwise else ["f"]
    if name in _LOGICAL:
        if set(kinds) != {"b"}:
            raise TraceError(f"np.{name} needs conditions, such as x > 0", cure="use it on conditions only")
        name = _LOGICAL[name]
    if set(kinds) == {"b"}:
        if name in ("subtract", "negative"):
            raise TraceError(f"NumPy has no {name} of truth values", cure="write 1 - condition, or ~condition")
        name = _BINARY_OF_CONDITIONS.get(name, name)
    builder = names.find(name)
    if builder is None:
        raise unsupported(f"np.{name}", name)
    plain = _plain_sum(name, args)
    value = builder(*unwrap(args), **unwrap(dict(options))) if plain is None else plain
    return TracedArray(value, _result_kind(name, kinds))


def _plain_sum(name: str, args: tuple[Any, ...]) -> Expr | None:
    """What is added to a buffer of zeros, or has nothing added to it."""
    if name not in ("add", "subtract") or len(args) != 2:
        return None
    a, b = (operand(arg)[0] for arg in args)
    shape = arithmetic.broadcast_shape(a.shape, b.shape) if arithmetic.is_zero(a) or arithmetic.is_zero(b) else ()
    if arithmetic.is_zero(b):
        return arithmetic.broadcast(a, shape)
    if arithmetic.is_zero(a):
        return arithmetic.broadcast(b if name == "add" else arithmetic.scale(-1, b), shape)
    return None


def _result_kind(name: str, kinds: list[str]) -> str:
    return "b" if name in _CONDITIONS else highest(*kinds) if name in _EXACT else "f"


def unsupported(what: str, name: str) -> TraceError:
    """The error for a function that has no expression."""
    known = [*names.NAMES, *special.FUNCTIONS]
    own = name.rpartition(".")[2]
    longer = [other for other in known if len(own) > 2 and other.rpartition(".")[2].startswith(own)]
    close = [*get_close_matches(own, known, n=3), *longer[:2]] if name else []
    cure = (
        f"the nearest that can: {', '.join(dict.fromkeys(close))}"
        if close
        else "use sums, products and named functions"
    )
    return TraceError(f"{what} cannot be traced", cure=cure)


@recorded
def ufunc(name: str, method: str, inputs: tuple[Any, ...], options: Mapping[str, Any]) -> Any:
    """``np.add(a, b)``, ``np.add.reduce(x)``, ``np.multiply.outer(a, b)``, ``np.add.at(x, labels, values)``."""
    if method == "__call__":
        return call(name, inputs, options)
    if method == "reduce" and name in _REDUCED:
        return call(_REDUCED[name], inputs[:1], {"axis": 0, **options})
    if method == "outer" and len(inputs) == 2:
        a, b = (TracedArray(*operand(value)) for value in inputs)
        return call(name, (a[(..., *[None] * b.ndim)], b), options)
    if method == "at" and name in ("add", "subtract"):
        target, key, value = inputs
        keys.add_at(target, key, value if name == "add" else call("negative", (value,), {}))
        return None
    raise unsupported(f"np.{name}.{method}", name)


# The functions with rules of their own are made of those by name, and brackets write values.
from symml.read.tracing import keys, special  # noqa: E402  # see the line above
