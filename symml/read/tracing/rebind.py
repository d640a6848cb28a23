"""Copies of the user's functions in which NumPy is replaced; the user's modules stay as they are."""

from __future__ import annotations

import functools
import math
import sys
import sysconfig
import types
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from symml.expr.nodes import constant
from symml.read.tracing.array import TracedArray
from symml.read.tracing.distributions import Normal, Stats, is_normal
from symml.read.tracing.namespace import BUILTINS, QUIET, Namespace, function
from symml.read.tracing.torch_names import TorchNamespace

_PREFIXES = {
    "numpy": "",
    "numpy.linalg": "linalg.",
    "numpy.lib.stride_tricks": "",
    "scipy": "",
    "scipy.special": "special.",
    "scipy.linalg": "linalg.",
    "math": "",
    "scipy._lib.array_api_extra": "xpx.",
    "jax.numpy": "",
    "jax.nn": "",
    "jax.scipy.special": "special.",
    "autograd.numpy": "",
}
_NUMPY = Namespace(np)
# What SciPy's own functions use to find the array library of their arguments.
_ARRAY_API = {
    "array_namespace": lambda *arrays, **options: _NUMPY,
    "xp_promote": lambda *arrays, **options: arrays[0] if len(arrays) == 1 else arrays,
    "xp_copy": lambda x, **options: _NUMPY.copy(x),
}


class Rebinder:
    """Copies a function together with the helpers that it calls.

    Args:
        package: The top-level package of the function: helpers in it are copied even where it is installed.
        codes: Other code in the place of a function's own. Then NumPy stays NumPy: the copy computes numbers.

    Attributes:
        files: The files in which the copied functions were written.
        functions: The functions that were copied.
    """

    def __init__(self, package: str, codes: Mapping[types.CodeType, types.CodeType] | None = None) -> None:
        self._package = package
        self._symbolic, self._codes = codes is None, codes or {}
        self.files: set[str] = set()
        self.functions: list[types.FunctionType] = []
        self._copies: dict[int, Any] = {}
        self._spaces: dict[int, dict[str, Any]] = {}
        self._kept: list[Any] = []

    def value(self, value: Any) -> Any:
        """What stands for a value that the user's code refers to."""
        if isinstance(value, types.ModuleType):
            known = self._library(value) if self._symbolic else None
            if known is not None:
                return known
            return _Module(value, self) if self._is_own(value.__name__, getattr(value, "__file__", None)) else value
        if isinstance(value, types.MethodType):
            return types.MethodType(self.value(value.__func__), self.value(value.__self__))
        if isinstance(value, functools.partial):
            return functools.partial(self.value(value.func), *value.args, **value.keywords)
        if isinstance(value, np.ndarray):
            return self._array(value)
        if self._symbolic and is_normal(value):
            return Normal()
        if isinstance(value, type):
            return self._class(value) if self._is_own_class(value) else value
        if self._is_own_class(type(value)):
            return self._instance(value)
        return self._callable(value) if callable(value) else value

    def _library(self, module: types.ModuleType) -> Any:
        """What stands for a library whose functions build expressions."""
        if module.__name__ == "scipy.stats":
            return Stats(module)
        prefix = _PREFIXES.get(module.__name__)
        if prefix is not None:
            return Namespace(module, prefix)
        if module.__name__ in ("torch", "torch.nn.functional"):
            return TorchNamespace(module)
        return _Module(module, self) if module.__name__ in ("jax", "autograd") else None

    # ---- classes and objects -----------------------------------------------------------------------------------------
    def _is_own_class(self, kind: type) -> bool:
        home = sys.modules.get(kind.__module__)
        return home is not None and self._is_own(kind.__module__, getattr(home, "__file__", None))

    def _class(self, kind: type) -> Any:
        """A subclass whose methods are copies; what cannot have a subclass stays as it is."""
        if id(kind) in self._copies:
            return self._copies[id(kind)]
        try:
            made: Any = type(kind)(kind.__name__, (kind,), {"__module__": kind.__module__})
        except Exception:
            # Enumerations, final classes, and whatever else a class may do when a subclass is made.
            made = kind
        self._copies[id(kind)] = made
        self._kept.append(kind)
        if made is not kind:
            for name, member in self._members(kind).items():
                setattr(made, name, member)
        return made

    def _members(self, kind: type) -> dict[str, Any]:
        """The methods of a class and of its own bases, copied."""
        found: dict[str, Any] = {}
        for base in reversed(kind.__mro__):
            if not self._is_own_class(base):
                continue
            for name, member in vars(base).items():
                if isinstance(member, types.FunctionType):
                    found[name] = self.copy(member)
                elif isinstance(member, staticmethod | classmethod):
                    found[name] = type(member)(self.value(member.__func__))
                elif isinstance(member, property) and isinstance(member.fget, types.FunctionType):
                    found[name] = property(self.copy(member.fget), member.fset, member.fdel)
        return found

    def _instance(self, value: Any) -> Any:
        """An object of the copied class with the same attributes: what the code changes in it is not the user's."""
        if id(value) in self._copies:
            return self._copies[id(value)]
        kind = self._class(type(value))
        if kind is type(value) or not hasattr(value, "__dict__"):
            return value
        try:
            made = object.__new__(kind)
        except TypeError:
            return value
        self._copies[id(value)] = made
        self._kept.append(value)
        made.__dict__.update({name: self.value(part) for name, part in vars(value).items()})
        return made

    # ---- functions ---------------------------------------------------------------------------------------------------

    def _array(self, value: Any) -> Any:
        """A copy that the code may change."""
        if id(value) not in self._copies:
            self._copies[id(value)] = value.copy()
            self._kept.append(value)
        return self._copies[id(value)]

    def _callable(self, value: Any) -> Any:
        inner = getattr(value, "__wrapped__", None)
        if isinstance(inner, types.FunctionType) and not isinstance(value, types.FunctionType):
            return self._callable(inner)  # a cache: traced arrays cannot be its keys
        home, name = getattr(value, "__module__", None) or "", getattr(value, "__name__", "")
        known = _of_library(value, home, name) if self._symbolic else None
        if known is None and isinstance(value, types.FunctionType) and self._is_own(home, value.__code__.co_filename):
            return self.copy(value)
        return value if known is None else known

    def _is_own(self, home: str, file: str | None) -> bool:
        return bool(file) and (home.partition(".")[0] == self._package or not _is_installed(str(file)))

    def copy(self, original: types.FunctionType) -> Any:
        """The copy of a function; asked again, the same copy."""
        if id(original) in self._copies:
            return self._copies[id(original)]
        code = self._codes.get(original.__code__, original.__code__)
        self.functions.append(original)
        space = self._space(original.__globals__)
        cells = tuple(types.CellType() for _ in original.__closure__ or ())
        made = types.FunctionType(code, space, original.__name__, None, cells)
        made.__kwdefaults__ = {key: self.value(v) for key, v in (original.__kwdefaults__ or {}).items()}
        made.__dict__.update(original.__dict__)
        self._copies[id(original)] = made
        self._kept.append(original)
        self.files.add(code.co_filename)
        made.__defaults__ = tuple(map(self.value, original.__defaults__ or ()))
        for name in _names(code):
            if name in original.__globals__:
                space[name] = self._global(name, original.__globals__[name])
        for cell, old in zip(cells, original.__closure__ or (), strict=True):
            try:
                cell.cell_contents = self.value(old.cell_contents)
            except ValueError:
                continue  # an empty cell stays empty
        return made

    def _global(self, name: str, value: Any) -> Any:
        if self._symbolic and name in ("pi", "e") and isinstance(value, float) and value == getattr(math, name):
            return TracedArray(constant(name))
        return self.value(value)

    def _space(self, original: dict[str, Any]) -> dict[str, Any]:
        """The globals of all copies of one module's functions."""
        if id(original) not in self._spaces:
            kept: dict[str, Any] = {
                key: original[key] for key in ("__name__", "__file__", "__builtins__") if key in original
            }
            self._spaces[id(original)] = {**(BUILTINS if self._symbolic else QUIET), **kept}
        return self._spaces[id(original)]


class _Module:
    """One of the user's own modules, its functions copied when they are asked for."""

    def __init__(self, module: types.ModuleType, rebinder: Rebinder) -> None:
        self._module, self._rebinder = module, rebinder

    def __getattr__(self, name: str) -> Any:
        return self._rebinder.value(getattr(self._module, name))


def _of_library(value: Any, home: str, name: str) -> Any:
    """What stands for a function of NumPy or SciPy; ``None`` for all others."""
    if home.startswith("scipy._lib") and name in _ARRAY_API:
        return _ARRAY_API[name]
    if isinstance(value, np.ufunc) or home.partition(".")[0] in ("numpy", "math"):
        return function(_library_prefix(home) + name, value)
    if home.startswith(("scipy.special", "scipy.linalg")):
        return function(_library_prefix(home) + name, value)
    return None


def _library_prefix(home: str) -> str:
    return "linalg." if "linalg" in home else ""


def _names(code: types.CodeType) -> Iterator[str]:
    """The names that a function and the functions inside it may look up."""
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            yield from _names(inner)


def _is_installed(file: str) -> bool:
    """Whether a file belongs to an installed library or to Python itself."""
    path = Path(file)
    return bool({"site-packages", "dist-packages"} & set(path.parts)) or path.is_relative_to(_STANDARD)


_STANDARD = Path(sysconfig.get_paths()["stdlib"])
