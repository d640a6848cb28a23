"""``kernel``: from an expression to a NumPy function and its source."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from symml.errors import SymmlError
from symml.expr.nodes import Expr, Symbol
from symml.expr.walk import symbols
from symml.kernels.batched import Batched
from symml.kernels.binding import Binding, check_out
from symml.kernels.compile import compiled
from symml.kernels.error import Error, measure
from symml.kernels.fused.build import Fusion
from symml.kernels.fused.fast import Fast
from symml.kernels.objective import Objective, objective
from symml.kernels.plan import Plan, plan
from symml.kernels.source import Written, is_function_name, written


class Kernel:
    """A NumPy function emitted from an expression; its repr is its source.

    Attributes:
        name: The function's name.
        source: The module's source; it imports NumPy and, where needed, ``math``, and nothing else.
        arguments: The names of the arguments in order.
        shapes: The shape of each argument that is an array.
        expressions: What it computes.
        symbols: The symbols of the arguments, in order.
        backend: ``"numpy"``.
    """

    backend = "numpy"

    def __init__(self, name: str, roots: Sequence[Expr], found: Written) -> None:
        self.name, self.source, self.expressions = name, found.source, tuple(roots)
        self.symbols = found.symbols
        self.binding = Binding(name, found.symbols, found.names, found.extra)
        self.arguments, self.shapes = self.binding.arguments, self.binding.shapes
        self._error: Error | None = None
        self._function: Callable[..., Any] = compiled(found.source, name)

    def __call__(self, /, *args: Any, out: Any = None, **kwargs: Any) -> Any:
        """The value at these arguments, by position or by name.

        Args:
            args: The first arguments in order: arrays, numbers or lists.
            out: An array that receives the result (a tuple of arrays for several results). It may be one of the
                arguments: the result is complete before it is written.
            kwargs: The other arguments by name.

        Raises:
            ShapeError: The shape of an argument or of ``out`` does not fit.
            SymmlError: An argument is missing, unknown or no array of numbers; ``out`` cannot be written.
        """
        values = self.binding.values(args, kwargs)
        result = self._function(*values.values())
        return result if out is None else _into(out, result)

    def sizes_of(self, values: Mapping[str, Any]) -> dict[str, int]:
        """The dimensions that the shapes of some of the arguments tell."""
        return self.binding.sizes({name: self.binding.converted(name, value) for name, value in values.items()})

    def argument_of(self, symbol: Symbol) -> str:
        """The argument that a symbol became."""
        return self.binding.aliases[symbol.name]

    # ---- what else it can do -----------------------------------------------------------------------------------------
    @property
    def error(self) -> Error:
        """The measured error against the exact expression; measured when first asked for."""
        if self._error is None:
            self._error = measure(self)
        return self._error

    def scipy(self, *parameters: str, **data: Any) -> Objective:
        """The kernel as the objective of ``scipy.optimize.minimize``.

        Args:
            parameters: The arguments to optimize over; by default all arrays and scalars that ``data`` leaves open.
            data: The values of the other arguments.

        Returns:
            An object with ``fun``, ``jac``, ``hess`` and ``hessp`` of one vector, and ``pack`` and ``unpack``.

        Raises:
            ShapeError: The kernel is not one scalar, or the data do not tell a parameter's shape.
            SymmlError: An argument is unknown, or neither a parameter nor given.
        """
        return objective(self, parameters, data)

    def plan(
        self, shapes: Mapping[str, Any] | None = None, dtype: Any = float, *, fast: bool = False, **dims: int
    ) -> Plan:
        """The kernel for arrays of known shapes: no memory is allocated in a call that is given its outputs.

        Args:
            shapes: Arguments with their shapes (or arrays of such shapes), or dimensions with their lengths.
            dtype: ``float64`` or ``float32``.
            fast: Whether numba compiles loops for what is elementwise or runs along rows.
            dims: Dimensions with their lengths.

        Raises:
            ShapeError: The shapes contradict each other, or do not tell every dimension.
            NotFusable: ``fast`` is asked for and no step gains from a compiled loop.
            SymmlError: A name is unknown, the type is no float, or numba is asked for and not installed.
        """
        given = {**(shapes or {}), **dims}
        return plan(self, given, dtype, Fusion()) if fast else plan(self, given, dtype)

    def batched(self) -> Batched:
        """The kernel over leading axes: arguments may have more axes in front, results have them too."""
        return Batched(self)

    def fast(self, *, cache: bool = True, wait: bool = False, threads: int | None = None) -> Fast:
        """The kernel with loops compiled by numba; NumPy answers until they are ready.

        Args:
            cache: Whether compiled loops are kept on disk for the next process.
            wait: Whether to return only once numba answers.
            threads: The most threads for long arrays; results do not depend on it.

        Raises:
            NotFusable: No step of the kernel gains from a compiled loop.
            SymmlError: numba is not installed.
        """
        return Fast(self, cache=cache, wait=wait, threads=threads)

    def sibling(self, roots: Sequence[Expr], name: str) -> Kernel:
        """A kernel of other expressions."""
        return kernel(roots, name=name)

    def call_known(self, values: Mapping[str, Any]) -> Any:
        """The value, from a table that may hold more than the arguments."""
        return self(**{name: values[name] for name in self.arguments})

    def call_arrays(self, values: Sequence[Any]) -> Any:
        """The value at all arguments in order, without a look at their shapes."""
        return self._function(*values)

    def write(self, path: str | Path) -> None:
        """Writes the source to a file.

        Raises:
            SymmlError: The file cannot be written.
        """
        write_text(path, self.source)

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
        if self._error is None:
            return self.source
        return f"{self.source}\n# measured: {self._error}\n"


def write_text(path: str | Path, text: str) -> None:
    """Writes a source to a file.

    Raises:
        SymmlError: The file cannot be written.
    """
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise SymmlError(f"cannot write {path}: {error.strerror}", cure="choose another file") from None


def _into(out: Any, result: Any) -> Any:
    """Copies a result, or each of several, into the arrays of the caller."""
    several = isinstance(result, tuple)
    parts = result if several else (result,)
    arrays = check_out(out, [np.shape(part) for part in parts])
    for array, part in zip(arrays, parts, strict=True):
        array[...] = part
    return arrays if several else out


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
    return Kernel(name, roots, written(name, roots, _ordered(symbols(*roots), arguments)))


def _ordered(found: Sequence[Symbol], arguments: Sequence[str] | None) -> list[Symbol]:
    if arguments is None:
        return list(found)
    by_name = {symbol.name: symbol for symbol in found}
    missing = [name for name in by_name if name not in arguments]
    if missing:
        raise SymmlError(f"the arguments leave out {', '.join(missing)}", cure=f"name all of: {', '.join(by_name)}")
    return [by_name[name] for name in dict.fromkeys(arguments) if name in by_name]
