"""``kernel``: from an expression to a NumPy function and its source."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from symml.errors import ShapeError, SymmlError
from symml.expr.dims import Shape, dim_names, dim_value
from symml.expr.nodes import Expr, Symbol, show_shape
from symml.expr.walk import symbols
from symml.kernels.compile import compiled
from symml.kernels.sizes import readings
from symml.kernels.source import Written, is_function_name, written


class Kernel:
    """A NumPy function emitted from an expression; its repr is its source.

    Attributes:
        name: The function's name.
        source: The module's source; it imports NumPy and, where needed, ``math``, and nothing else.
        arguments: The names of the arguments in order.
        shapes: The shape of each argument that is an array.
        backend: ``"numpy"``.
    """

    backend = "numpy"

    def __init__(self, name: str, found: Written) -> None:
        self.name, self.source = name, found.source
        self.arguments = (*found.names, *found.extra)
        self.shapes: dict[str, Shape] = {n: s.shape for n, s in zip(found.names, found.symbols, strict=True)}
        self._labels = {n for n, s in zip(found.names, found.symbols, strict=True) if s.domain.name == "label"}
        self._aliases = {s.name: n for n, s in zip(found.names, found.symbols, strict=True)}
        self._readings = readings(found.symbols, found.names)
        self._function: Callable[..., Any] = compiled(found.source, name)

    def __call__(self, /, *args: Any, out: Any = None, **kwargs: Any) -> Any:
        """The value at these arguments, by position or by name.

        Args:
            args: The first arguments in order: arrays, numbers or lists.
            out: An array that receives the result (a tuple of arrays for several results).
            kwargs: The other arguments by name.

        Raises:
            ShapeError: An argument's shape does not fit the declared one.
            SymmlError: An argument is missing, unknown or no array of numbers.
        """
        values = self._bound(args, kwargs)
        self._check(values)
        result = self._function(*values.values())
        return result if out is None else _into(out, result)

    def _bound(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """A value for every argument."""
        cure = f"its arguments are: {', '.join(self.arguments)}"
        if len(args) > len(self.arguments):
            raise SymmlError(f"{self.name} takes {len(self.arguments)} arguments, not {len(args)}", cure=cure)
        given = dict(zip(self.arguments, args, strict=False))
        for key, value in kwargs.items():
            name = self._aliases.get(key, key)
            if name not in self.arguments:
                raise SymmlError(f"{self.name} has no argument {key}", cure=cure)
            if name in given:
                raise SymmlError(f"{self.name} gets {key} twice", cure=cure)
            given[name] = value
        missing = [name for name in self.arguments if name not in given]
        if missing:
            raise SymmlError(f"{self.name} misses {', '.join(missing)}", cure=cure)
        return {name: self._converted(name, given[name]) for name in self.arguments}

    def _converted(self, name: str, value: Any) -> Any:
        whole = name in self._labels or name not in self.shapes
        try:
            array = np.asarray(value, float)
            found = array.astype(int) if whole else array
        except (TypeError, ValueError):
            raise SymmlError(f"{name} is not an array of numbers: {value!r:.60}") from None
        if whole and not np.array_equal(found, array):
            raise SymmlError(f"{name} must hold whole numbers")
        return found if name in self.shapes else int(found)

    def _check(self, values: Mapping[str, Any]) -> None:
        """Every dim has one length; named dims are bound by the first axis that tells them."""
        for name, shape in self.shapes.items():
            if values[name].ndim != len(shape):
                found = show_shape(values[name].shape)
                raise ShapeError(f"{name} has shape {found}; it is declared {show_shape(shape)}")
        sizes = {name: values[name] for name in self.arguments if name not in self.shapes}
        for reading in self._readings:
            sizes[reading.name] = reading.value(values[reading.argument].shape[reading.axis], sizes)
        for name, shape in self.shapes.items():
            for axis, (dim, length) in enumerate(zip(shape, values[name].shape, strict=True)):
                if sizes.keys() >= set(dim_names(dim)) and dim_value(dim, sizes) != length:
                    needed = f"{show_shape(shape)} needs {dim} = {dim_value(dim, sizes)}"
                    if isinstance(dim, int):
                        needed = f"{show_shape(shape)} needs {dim}"
                    raise ShapeError(
                        f"{name} has {length} entries along axis {axis}; {needed}",
                        cure="dims of one name must have one length",
                    )

    def write(self, path: str | Path) -> None:
        """Writes the source to a file.

        Raises:
            SymmlError: The file cannot be written.
        """
        try:
            Path(path).write_text(self.source, encoding="utf-8")
        except OSError as error:
            raise SymmlError(f"cannot write {path}: {error.strerror}", cure="choose another file") from None

    def to_json(self) -> dict[str, Any]:
        """The kernel as plain data."""
        return {
            "name": self.name,
            "backend": self.backend,
            "arguments": list(self.arguments),
            "shapes": {name: [str(dim) for dim in shape] for name, shape in self.shapes.items()},
            "source": self.source,
        }

    def __repr__(self) -> str:
        return self.source


def _into(out: Any, result: Any) -> Any:
    """Copies a result, or each of several, into the arrays of the caller."""
    if isinstance(result, tuple):
        if not isinstance(out, tuple | list) or len(out) != len(result):
            raise ShapeError(f"out must be {len(result)} arrays, one for each result")
        return tuple(_into(one, part) for one, part in zip(out, result, strict=True))
    if not isinstance(out, np.ndarray) or out.shape != np.shape(result):
        raise ShapeError(f"out must be an array of shape {show_shape(np.shape(result))}")
    out[...] = result
    return out


def kernel(expr: Expr | Sequence[Expr], *, name: str = "kernel", arguments: Sequence[str] | None = None) -> Kernel:
    """A NumPy function that computes the expression, or a tuple of expressions that share their parts.

    Args:
        expr: One expression or several.
        name: The function's name.
        arguments: The symbols in the order of the arguments; by default as they occur. A symbol that does not occur
            in the expression is left out.

    Raises:
        SymmlError: ``arguments`` leave out a symbol, or the name cannot be the name of a function.
        NotEvaluable: The expression has a part without a value, such as an undefined function.
    """
    roots = [expr] if isinstance(expr, Expr) else list(expr)
    if not roots or not all(isinstance(root, Expr) for root in roots):
        raise SymmlError(
            "a kernel needs an expression, or several of them", cure="read text with symml.read_numpy first"
        )
    if not is_function_name(name):
        raise SymmlError(f"{name!r} is not a function name", cure="use letters, digits and _; no word of Python")
    return Kernel(name, written(name, roots, _ordered(symbols(*roots), arguments)))


def _ordered(found: Sequence[Symbol], arguments: Sequence[str] | None) -> list[Symbol]:
    if arguments is None:
        return list(found)
    by_name = {symbol.name: symbol for symbol in found}
    missing = [name for name in by_name if name not in arguments]
    if missing:
        raise SymmlError(f"the arguments leave out {', '.join(missing)}", cure=f"name all of: {', '.join(by_name)}")
    return [by_name[name] for name in dict.fromkeys(arguments) if name in by_name]
