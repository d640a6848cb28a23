"""Tracing: the user's own NumPy function is run on symbolic arrays, and what it returns is an expression."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import math
import sys
import traceback
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from symml.calculus.sampling import size_draws
from symml.errors import ReadError, SymmlError, TraceError
from symml.expr import arithmetic
from symml.expr.nodes import Expr
from symml.read.declarations import Declarations, read_declarations
from symml.read.shim import BUILTINS, Shim, shimmed
from symml.read.traced_array import NeedsNumbers, TracedArray

_MODULES = ("numpy", "numpy.linalg", "scipy.special", "math", "jax.numpy")


@dataclass(frozen=True)
class Trace:
    """What a function returned on symbolic arrays.

    Attributes:
        value: An expression, or a tuple or dict of expressions.
        sizes: The numbers that stood for named dims; empty when the code works for all dims.
    """

    value: Any
    sizes: dict[str, int] = field(default_factory=dict)


def trace(
    function: Callable[..., Any],
    shapes: Declarations | str | Mapping[str, object] | None = None,
) -> Trace:
    """Runs a function on symbolic arrays.

    The function itself is not changed: a copy of it is run, in which NumPy is replaced by functions that build
    expressions. Dims stay symbolic where the code allows it, else they become pairwise distinct numbers.

    Args:
        function: A Python function written with NumPy.
        shapes: Declarations of its parameters, by name; parameters with a default may be left out.

    Raises:
        TraceError: A parameter is not declared, the code branches on data, or does something without an expression;
            the message names the line.
    """
    declarations = read_declarations(shapes)
    try:
        return Trace(_run(function, declarations))
    except NeedsNumbers:
        sizes = size_draws(sorted(declarations.sizes), 1)[0]
    try:
        return Trace(_run(function, declarations.with_numbers(sizes)), sizes)
    except NeedsNumbers:
        raise TraceError(
            f"{_name(function)} needs the number behind an array's entry", cure="write it with array operations"
        ) from None


def _name(function: Any) -> str:
    return str(getattr(function, "__name__", function))


def _run(function: Callable[..., Any], declarations: Declarations) -> Any:
    args = _arguments(function, declarations)
    copy = _Copier().function(function)
    try:
        value = copy(**args)
    except (NeedsNumbers, SymmlError) as error:
        if isinstance(error, NeedsNumbers):
            raise
        raise TraceError(f"{_where(function)}: {error.what}", cure=error.cure) from None
    except RecursionError:
        raise TraceError(f"{_name(function)} recurses too deeply") from None
    except Exception as error:  # the user's code may raise anything
        reason = f"{type(error).__name__}: {error}"
        raise TraceError(
            f"{_where(function)}: {reason}", cure="see which operation symml can trace in the documentation"
        ) from None
    return _result(value, function)


def _where(function: Callable[..., Any]) -> str:
    """The line of the user's code that was running."""
    file = getattr(getattr(function, "__code__", None), "co_filename", "")
    frames = [f for f in traceback.extract_tb(sys.exc_info()[2]) if f.filename == file]
    if not frames:
        return _name(function)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}: {frames[-1].line}"


def _arguments(function: Callable[..., Any], declarations: Declarations) -> dict[str, Any]:
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        raise TraceError(
            f"{_name(function)} has no signature: it is compiled", cure="give a function written in Python"
        ) from None
    args: dict[str, Any] = {}
    for name, parameter in parameters.items():
        if name in declarations.symbols:
            args[name] = TracedArray(declarations.symbols[name])
        elif (
            parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
            or parameter.default is not parameter.empty
        ):
            continue
        else:
            known = ", ".join(declarations.symbols) or "nothing"
            raise TraceError(
                f"{_name(function)} has a parameter {name} that is not declared",
                cure=f"add '{name}: dims domain' to the shapes; declared: {known}",
            )
    return args


def _result(value: Any, function: Callable[..., Any]) -> Any:
    if isinstance(value, tuple | list) and not all(isinstance(v, int | float) for v in value):
        return tuple(_result(v, function) for v in value)
    if isinstance(value, dict):
        return {str(key): _result(v, function) for key, v in value.items()}
    if isinstance(value, TracedArray):
        return value.expr
    if isinstance(value, Expr | int | float) or hasattr(value, "tolist"):
        return arithmetic.lift(value)
    raise TraceError(
        f"{_name(function)} returns {type(value).__name__}",
        cure="return a number, an array, or a tuple or dict of arrays",
    )


class _Copier:
    """Copies functions with NumPy replaced in their globals and closures; helpers are copied with them."""

    def __init__(self) -> None:
        self.done: dict[int, Any] = {}

    def function(self, original: Any) -> Any:
        """A copy of a function; anything that is not written in Python stays."""
        if isinstance(original, types.MethodType):
            return types.MethodType(self.function(original.__func__), original.__self__)
        original = inspect.unwrap(original) if hasattr(original, "__wrapped__") else original
        if not isinstance(original, types.FunctionType):
            raise TraceError(f"{_name(original)} is not a Python function", cure="give a function written with def")
        if id(original) in self.done:
            return self.done[id(original)]
        namespace: dict[str, Any] = dict(original.__globals__)
        cells = tuple(types.CellType() for _ in original.__closure__ or ())
        copy = types.FunctionType(original.__code__, namespace, original.__name__, original.__defaults__, cells or None)
        copy.__kwdefaults__ = original.__kwdefaults__
        self.done[id(original)] = copy
        for name in {*original.__code__.co_names, *_inner_names(original.__code__)} & namespace.keys():
            namespace[name] = self.value(namespace[name])
        namespace.update(BUILTINS)
        for cell, old in zip(cells, original.__closure__ or (), strict=True):
            cell.cell_contents = self.value(old.cell_contents)
        return copy

    def value(self, value: Any) -> Any:
        """What stands for a global: a shim for NumPy and its functions, a copy of a helper function."""
        if isinstance(value, types.ModuleType):
            known = value.__name__ in _MODULES or value.__name__.endswith("array_api_extra")
            prefix = "linalg." if value.__name__ == "numpy.linalg" else ""
            return Shim(np if value is math else value, prefix) if known else value
        module = getattr(value, "__module__", "") or ""
        if isinstance(value, np.ufunc) or (callable(value) and module.startswith(("numpy", "scipy.special"))):
            return shimmed(value, getattr(value, "__name__", "")) if not isinstance(value, type) else value
        if isinstance(value, types.FunctionType) and not module.startswith(("scipy", "symml")):
            return self.function(value)
        return value


def _inner_names(code: types.CodeType) -> set[str]:
    """The names that functions inside a function use."""
    found: set[str] = set()
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found |= {*constant.co_names, *_inner_names(constant)}
    return found


def load_function(spec: str) -> Callable[..., Any]:
    """The function that ``file.py::name`` or ``module:name`` names.

    Raises:
        ReadError: There is no such file, module or function, or the file cannot be run.
    """
    place, separator, name = spec.partition("::") if "::" in spec else spec.partition(":")
    if not separator or not name:
        raise ReadError(f"{spec!r} does not name a function", cure="write FILE.py::FUNCTION")
    module = _load_file(place) if place.endswith(".py") else _load_module(place)
    found = getattr(module, name, None)
    if not callable(found):
        functions = [key for key, value in vars(module).items() if inspect.isfunction(value)]
        raise ReadError(f"{place} has no function {name}", cure=f"its functions are: {', '.join(functions) or 'none'}")
    return found  # type: ignore[no-any-return] # callable, see above


def _load_file(place: str) -> types.ModuleType:
    path = Path(place)
    if not path.is_file():
        raise ReadError(f"there is no file {place}", cure="check the path")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ReadError(f"{place} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # the user's file may raise anything
        raise ReadError(f"{place} cannot be run: {type(error).__name__}: {error}") from None
    return module


def _load_module(place: str) -> types.ModuleType:
    try:
        return importlib.import_module(place)
    except ImportError as error:
        raise ReadError(f"there is no module {place}: {error}", cure="write FILE.py::FUNCTION for a file") from None
