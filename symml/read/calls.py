"""Calls in NumPy-style text: functions by their NumPy or SciPy name, and methods of arrays."""

from __future__ import annotations

import ast
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

from symml.errors import SymmlError
from symml.expr import arithmetic, build, functions, names, spectral
from symml.expr.dims import as_dim
from symml.expr.functions import undefined
from symml.expr.indexing import is_whole
from symml.expr.nodes import Expr
from symml.read import bindings, loops, positions
from symml.read.advice import WRITTEN_OTHERWISE
from symml.read.interpreter import Interpreter, dotted, power

_MAX_EINSUM = 200
_FLOATS = frozenset({"float", "np.float64", "numpy.float64", "np.float32", "numpy.float32", "np.double"})
_WITH_TEXT = frozenset(
    {
        "einsum",
        "norm",
        "convolve",
        "correlate",
        "pad",
        "cdist",
        "cross_entropy",
        "nll_loss",
        "mse_loss",
        "l1_loss",
        "huber_loss",
        "kl_div_loss",
        "binary_cross_entropy",
        "binary_cross_entropy_with_logits",
    }
)
_TEXT_OPTIONS = ("ord", "mode", "reduction", "metric")
# What PyTorch calls axis and keepdims.
_KEYWORDS = {"dim": "axis", "keepdim": "keepdims"}
_POWERS = ("power", "pow", "float_power")


def call(r: Interpreter, node: ast.Call) -> Any:
    """The value of a call."""
    name = dotted(node.func)
    if isinstance(node.func, ast.Attribute) and (not name or _is_array(r, node.func.value)):
        return _method(r, node, node.func)
    name = name or (node.func.id if isinstance(node.func, ast.Name) else "")
    if name in r.declared.functions:
        return _undefined(r, node, name)
    short = _short(name)
    if short in bindings.BUILDERS:
        return bindings.call(r, node, short)
    rule = _RULES.get(short)
    if rule is None and names.find(short) is None:
        raise _unknown(r, node, name)
    if short == "sum" and len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp):
        return loops.total(r, node.args[0])
    args, options = _arguments(r, node, short), _options(r, node)
    if rule is not None:
        return rule(*args, **options)
    if short in _POWERS and len(args) == 2:
        return power(r, node, arithmetic.lift(args[0]), arithmetic.lift(args[1]))
    if name in ("max", "min") and _is_pair(args):
        return (functions.maximum if name == "max" else functions.minimum)(*args)
    builder = names.find(short)
    assert builder is not None
    return builder(*args, **options)


def _undefined(r: Interpreter, node: ast.Call, name: str) -> Expr:
    if node.keywords or not node.args:
        raise r.source.error(node, f"{name} is an undefined function", f"write {name}(x) or {name}(x, y)")
    return undefined(name, len(node.args))(*(r.expr(arg) for arg in node.args))


def _is_array(r: Interpreter, node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and (node.id in r.declared.symbols or node.id in r.local)


def _short(name: str) -> str:
    first, _, rest = name.partition(".")
    if not rest or first == "linalg":
        return name
    for prefix in ("numpy.", "nn.functional.", "nn."):
        rest = rest.removeprefix(prefix)
    return rest


def _unknown(r: Interpreter, node: ast.Call, name: str) -> SymmlError:
    written = r.source.written(node.func)
    if not name:
        return r.source.error(node, f"{written} is not a function", "write a function's name before the bracket")
    if name in r.declared.symbols or name in r.local:
        return r.source.error(node, f"{name} is not a function", f"write {name} * (...) for a product")
    known = [*names.NAMES, *bindings.BUILDERS, *_RULES, *r.declared.functions]
    close = get_close_matches(_short(name), known, n=3) or get_close_matches(name.rpartition(".")[2], known, n=3)
    advice = WRITTEN_OTHERWISE.get(name.rpartition(".")[2])
    if advice:
        cure = advice
    elif close:
        cure = f"did you mean {' or '.join(close)}?"
    elif name.isidentifier():
        cure = f"declare it: '{name}: function'"
    else:
        cure = "write it with sums, products and functions such as exp, log, tanh, softmax, inv"
    return r.source.error(node, f"{name} is not a function that symml knows", cure)


def _is_pair(args: list[Any]) -> bool:
    """Whether Python's ``max(a, b)`` is meant, not NumPy's ``max(x, axis)``."""
    return len(args) == 2 and (isinstance(args[1], Expr) or not arithmetic.lift(args[0]).shape)


# ---- arguments -------------------------------------------------------------------------------------------------------
def _arguments(r: Interpreter, node: ast.Call, name: str) -> list[Any]:
    return [_argument(r, arg, name) for arg in node.args]


def _argument(r: Interpreter, node: ast.AST, name: str) -> Any:
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    if is_text and name.rpartition(".")[2] in _WITH_TEXT:
        if len(node.value) > _MAX_EINSUM:  # type: ignore[attr-defined] # a constant, see above
            raise r.source.error(node, "this text is too long")
        return node.value  # type: ignore[attr-defined] # a constant, see above
    return r.value(node)


def _options(r: Interpreter, node: ast.Call) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for keyword in node.keywords:
        if keyword.arg is None:
            raise r.source.error(keyword.value, "** arguments are not read", "write the arguments out")
        if keyword.arg == "dtype":
            written = r.source.written(keyword.value)
            if written not in _FLOATS:
                raise r.source.error(keyword.value, f"dtype={written} is not read", "numbers are real: leave dtype out")
        elif keyword.arg != "optimize":
            options[_KEYWORDS.get(keyword.arg, keyword.arg)] = _argument(
                r, keyword.value, "norm" if keyword.arg in _TEXT_OPTIONS else ""
            )
    return options


# ---- functions with a rule of their own ------------------------------------------------------------------------------
def _arange(start: Any, stop: Any = None, step: Any = 1) -> Expr:
    low, high = (0, start) if stop is None else (start, stop)
    if step != 1:
        raise SymmlError("arange with a step is not read", cure="write start + step * arange(n)")
    rows = as_dim(arithmetic.minus(high, low)) if low != 0 else as_dim(high)
    return positions.arange(rows) if low == 0 else arithmetic.plus(low, positions.arange(rows))


def _length(x: Any) -> Any:
    shape = arithmetic.lift(x).shape
    if not shape:
        raise SymmlError("a number has no length", cure="use len of a vector or a matrix")
    return shape[0]


def _slogdet(x: Any) -> tuple[Expr, Expr]:
    return functions.sign(build.det(x)), build.logdet(x)


_RULES: dict[str, Callable[..., Any]] = {
    "arange": _arange,
    "range": _arange,
    "len": _length,
    "shape": lambda x: arithmetic.lift(x).shape,
    "ndim": lambda x: len(arithmetic.lift(x).shape),
    "linalg.slogdet": _slogdet,
    "slogdet": _slogdet,
    "linalg.svd": spectral.svd,
    "svd": spectral.svd,
    "linalg.eigh": spectral.eigh,
    "eigh": spectral.eigh,
    "float": arithmetic.lift,
    "float64": arithmetic.lift,
}


# ---- methods ---------------------------------------------------------------------------------------------------------
def _transpose(x: Expr, *axes: Any) -> Expr:
    return arithmetic.transpose(x, (axes[0] if len(axes) == 1 and isinstance(axes[0], tuple) else axes) or None)


_METHODS: dict[str, Callable[..., Any]] = {
    **{name: names.NAMES[name] for name in ("sum", "mean", "max", "min", "var", "std", "prod", "dot", "trace")},
    **{name: names.NAMES[name] for name in ("diagonal", "reshape", "squeeze", "clip", "swapaxes")},
    **{name: names.NAMES[name] for name in ("cumsum", "cumprod", "repeat", "take", "ptp", "round")},
    "transpose": _transpose,
    "copy": lambda x: x,
    "item": lambda x: build.reshape(x, ()),
    "ravel": lambda x: build.reshape(x, (-1,)),
    "flatten": lambda x: build.reshape(x, (-1,)),
}


def _method(r: Interpreter, node: ast.Call, func: ast.Attribute) -> Any:
    if func.attr == "astype":
        return _cast(r, node, func)
    base = r.value(func.value)
    if func.attr not in _METHODS or isinstance(base, tuple | str) or base is None:
        raise r.source.error(
            node, f"an array has no method .{func.attr}() here", "use " + ", ".join(sorted([*_METHODS, "astype"]))
        )
    return _METHODS[func.attr](arithmetic.lift(base), *_arguments(r, node, ""), **_options(r, node))


def _cast(r: Interpreter, node: ast.Call, func: ast.Attribute) -> Expr:
    """``.astype(float)`` keeps every number; ``.astype(int)`` keeps whole numbers and conditions."""
    x = r.expr(func.value)
    written = r.source.written(node.args[0]) if len(node.args) == 1 else ""
    whole = written in ("int", "np.int64", "np.int32") and (is_whole(x) or names.is_condition(x))
    if whole or written in _FLOATS:
        return x
    raise r.source.error(node, f".astype({written}) changes numbers", "leave it out, or declare labels: 'y: n label'")
