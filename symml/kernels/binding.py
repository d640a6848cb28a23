"""Arguments at the door of a kernel: by position or by name, of the declared shapes, as arrays of one float type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from symml.errors import ShapeError, SymmlError
from symml.expr.dims import Shape, dim_names, dim_value
from symml.expr.nodes import Symbol, show_shape
from symml.kernels.sizes import readings

_MOST_SHAPES = 256
_CURES = {"c": "give its real part", "M": "give numbers, such as days since a date"}


class Binding:
    """What a kernel knows of its arguments.

    Attributes:
        name: The kernel's name, for messages.
        arguments: The names of the arguments in order: of symbols, then of dimensions that no shape tells.
        shapes: The declared shape of each argument that is an array.
        aliases: The argument of each symbol, by the symbol's own name.
        names: The names of the arguments as a set.
    """

    def __init__(self, name: str, symbols: Sequence[Symbol], names: Sequence[str], extra: Sequence[str]) -> None:
        self.name, self.arguments = name, (*names, *extra)
        self.shapes: dict[str, Shape] = {n: s.shape for n, s in zip(names, symbols, strict=True)}
        self.aliases = {s.name: n for n, s in zip(names, symbols, strict=True)}
        self.names = frozenset(self.arguments)
        self._labels = {n for n, s in zip(names, symbols, strict=True) if s.domain.name == "label"}
        self._readings = readings(symbols, names)
        self._types = {name: np.dtype(int if name in self._labels else float) for name in self.arguments}
        self._fitting: set[tuple[tuple[int, ...], ...]] = set()

    def values(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """An array for every argument.

        Raises:
            ShapeError: An argument's shape does not fit the declared one.
            SymmlError: An argument is missing, unknown or no array of numbers.
        """
        known = self._known(args, kwargs)
        if known is not None:
            return known
        found = self.converted_all(args, kwargs)
        self.sizes(found)
        if len(self._fitting) < _MOST_SHAPES and len(found) == len(self.shapes):
            self._fitting.add(tuple([value.shape for value in found.values()]))
        return found

    def _known(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any] | None:
        """The arguments where nothing is to be converted and their shapes were found to fit before."""
        if args and kwargs:
            return None
        try:
            found = dict(zip(self.arguments, args, strict=True)) if args else {n: kwargs[n] for n in self.arguments}
        except (KeyError, ValueError):
            return None
        shapes = []
        for name, value in found.items():
            if type(value) is not np.ndarray or value.dtype != self._types[name]:
                return None
            shapes.append(value.shape)
        return found if len(found) == len(args or kwargs) and tuple(shapes) in self._fitting else None

    def converted_all(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """The same without a look at the shapes."""
        cure = f"its arguments are: {', '.join(self.arguments)}"
        if len(args) > len(self.arguments):
            raise SymmlError(f"{self.name} takes {len(self.arguments)} arguments, not {len(args)}", cure=cure)
        given = dict(zip(self.arguments, args, strict=False))
        for key, value in kwargs.items():
            name = self.aliases.get(key, key)
            if name not in self.arguments:
                raise SymmlError(f"{self.name} has no argument {key}", cure=cure)
            if name in given:
                raise SymmlError(f"{self.name} gets {key} twice", cure=cure)
            given[name] = value
        missing = [name for name in self.arguments if name not in given]
        if missing:
            raise SymmlError(f"{self.name} misses {', '.join(missing)}", cure=cure)
        return {name: self.converted(name, given[name]) for name in self.arguments}

    def converted(self, name: str, value: Any) -> Any:
        """The argument as an array of floats or whole numbers, or as a whole number."""
        whole = name in self._labels or name not in self.shapes
        array = _floats(name, value)
        with np.errstate(invalid="ignore"):
            found = array.astype(int) if whole else array
        if whole and not np.array_equal(found, array):
            raise SymmlError(f"{name} must hold whole numbers")
        if name not in self.shapes and found.shape:
            raise SymmlError(f"{name} must be one whole number, not an array of shape {show_shape(found.shape)}")
        return found if name in self.shapes else int(found)

    def sizes(self, values: Mapping[str, Any]) -> dict[str, int]:
        """The length of every dimension: named dims are bound by the first axis that tells them.

        Raises:
            ShapeError: Two axes of one dimension have different lengths.
        """
        given = {name: np.shape(values[name]) for name in self.shapes if name in values}
        extra = {name: values[name] for name in self.arguments if name not in self.shapes and name in values}
        return self.sizes_of_shapes(given, extra)

    def sizes_of_shapes(
        self, given: Mapping[str, tuple[int, ...]], extra: Mapping[str, int] | None = None
    ) -> dict[str, int]:
        """The same from shapes."""
        for name, found in given.items():
            if len(found) != len(self.shapes[name]):
                raise ShapeError(
                    f"{name} has shape {show_shape(found)}; it is declared {show_shape(self.shapes[name])}"
                )
        sizes = dict(extra or {})
        for reading in self._readings:
            known = all(name in sizes or name == reading.name for name, _ in reading.dim.terms)
            if reading.argument in given and known:
                sizes[reading.name] = reading.value(given[reading.argument][reading.axis], sizes)
        for name, found in given.items():
            self._check(name, found, sizes)
        return sizes

    def _check(self, name: str, found: Sequence[int], sizes: Mapping[str, int]) -> None:
        shape = self.shapes[name]
        for axis, (dim, length) in enumerate(zip(shape, found, strict=True)):
            if sizes.keys() >= set(dim_names(dim)) and dim_value(dim, sizes) != length:
                needed = f"{show_shape(shape)} needs {dim} = {dim_value(dim, sizes)}"
                if isinstance(dim, int):
                    needed = f"{show_shape(shape)} needs {dim}"
                raise ShapeError(
                    f"{name} has {length} entries along axis {axis}; {needed}",
                    cure="dims of one name must have one length",
                )


def _floats(name: str, value: Any) -> Any:
    """The value as an array of floats; what would lose a part of it is refused."""
    if np.ma.is_masked(value):
        raise SymmlError(f"{name} is a masked array", cure="fill it, or leave the masked entries out")
    try:
        plain = np.asarray(value)
        odd = plain.dtype.kind == "O" and any(entry is None for entry in plain.flat)
        array = np.asarray(plain, float) if plain.dtype.kind in "biufO" and not odd else None
    except (TypeError, ValueError, OverflowError):
        array = None
    if array is None:
        raise SymmlError(f"{name} is not an array of numbers: {value!r:.60}", cure=_CURES.get(_kind(value), ""))
    return array


def _kind(value: Any) -> str:
    try:
        return np.asarray(value).dtype.kind
    except ValueError:
        return ""


def check_out(out: Any, shapes: Sequence[tuple[int, ...]]) -> tuple[Any, ...]:
    """The output arrays, one a result.

    Raises:
        ShapeError: An array has not the result's shape, or there is not one for each result.
        SymmlError: An array cannot be written, holds no floats, or shares its memory with another one.
    """
    if len(shapes) > 1 and (not isinstance(out, tuple | list) or len(out) != len(shapes)):
        raise ShapeError(f"out must be {len(shapes)} arrays, one for each result")
    arrays = tuple(out) if len(shapes) > 1 else (out,)
    for array, shape in zip(arrays, shapes, strict=True):
        if not isinstance(array, np.ndarray) or array.shape != shape:
            raise ShapeError(f"out must be an array of shape {show_shape(shape)}")
        if not array.flags.writeable:
            raise SymmlError("out is read-only", cure="give an array that may be written")
        if not np.issubdtype(array.dtype, np.floating):
            raise SymmlError(f"out has entries of type {array.dtype}", cure="give an array of floats")
    for k, array in enumerate(arrays):
        if any(np.may_share_memory(array, other) for other in arrays[k + 1 :]):
            raise SymmlError("two of the arrays of out share their memory")
    return arrays
