"""``kernel``: from an expression to a NumPy function and its source."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from symml.errors import ShapeError, SymmlError
from symml.expr.dims import Dim, Shape, Size, dim_names, dim_value, size
from symml.expr.nodes import Expr, Symbol, show_shape
from symml.expr.walk import size_names, symbols
from symml.kernels.compile import compiled
from symml.kernels.emit import Emitter, safe_name
from symml.kernels.helpers import source_of
from symml.kernels.stabilize import stabilize
from symml.render import text
from symml.render.formula import formula


class Kernel:
    """A NumPy function emitted from an expression; its repr is its source.

    Attributes:
        name: The function's name.
        source: The module's source; it imports NumPy and, where needed, ``math``, and nothing else.
        arguments: The names of the arguments in order.
        shapes: The shape of each argument.
        backend: ``"numpy"``.
    """

    backend = "numpy"

    def __init__(
        self, name: str, source: str, symbols: Sequence[Symbol], names: Sequence[str], extra: Sequence[str]
    ) -> None:
        self.name, self.source = name, source
        self.arguments = (*names, *extra)
        self.shapes: dict[str, Shape] = {n: s.shape for n, s in zip(names, symbols, strict=True)}
        self.domains = {n: s.domain.name for n, s in zip(names, symbols, strict=True)}
        self._extra = tuple(extra)
        self._function: Callable[..., Any] = compiled(source, name)

    def __call__(self, *args: Any, out: Any = None, **kwargs: Any) -> Any:
        """The value at these arguments, by position or by name; ``out`` receives it when it is given.

        Raises:
            ShapeError: An argument's shape does not fit the declared one.
            SymmlError: An argument is missing or unknown.
        """
        values = self._bound(args, kwargs)
        self._check(values)
        return self._function(*values.values(), out=out)

    def _bound(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        given = dict(zip(self.arguments, args, strict=False)) | kwargs
        missing = [name for name in self.arguments if name not in given]
        unknown = [name for name in kwargs if name not in self.arguments]
        if missing or unknown or len(args) > len(self.arguments):
            what = (
                f"{self.name} misses {', '.join(missing)}"
                if missing
                else f"{self.name} has no argument {', '.join(unknown)}"
            )
            raise SymmlError(what, cure=f"its arguments are: {', '.join(self.arguments)}")
        arrays = {n: np.asarray(given[n], float) if n in self.shapes else given[n] for n in self.arguments}
        return {n: a.astype(int) if self.domains.get(n) == "label" else a for n, a in arrays.items()}

    def _check(self, values: dict[str, Any]) -> None:
        """Every dim has one length; named sizes are bound by the first plain axis that carries them."""
        sizes = {name: int(values[name]) for name in self._extra}
        for name, shape in self.shapes.items():
            found = values[name].shape
            if len(found) != len(shape):
                raise ShapeError(f"{name} has shape {found}; it is declared {show_shape(shape)}")
            for dim, length in zip(shape, found, strict=True):
                if isinstance(dim, Size) and dim is size(dim_names(dim)[0]):
                    sizes.setdefault(str(dim), length)
        for name, shape in self.shapes.items():
            for axis, (dim, length) in enumerate(zip(shape, values[name].shape, strict=True)):
                if dim_value(dim, sizes) != length:
                    needed = f"{show_shape(shape)} needs {dim} = {dim_value(dim, sizes)}"
                    raise ShapeError(
                        f"{name} has {length} entries along axis {axis}; {needed}",
                        cure="dims of one name must have one length",
                    )

    def write(self, path: str) -> None:
        """Writes the source to a file."""
        try:
            Path(path).write_text(self.source, encoding="utf-8")
        except OSError as error:
            raise SymmlError(f"cannot write {path}: {error.strerror}", cure="choose another file") from None

    def to_json(self) -> dict[str, Any]:
        """The kernel as plain data."""
        shapes = {name: [str(dim) for dim in shape] for name, shape in self.shapes.items()}
        return {
            "name": self.name,
            "backend": self.backend,
            "arguments": list(self.arguments),
            "shapes": shapes,
            "source": self.source,
        }

    def __repr__(self) -> str:
        return self.source


def kernel(expr: Expr | Sequence[Expr], *, name: str = "kernel", arguments: Sequence[str] | None = None) -> Kernel:
    """A NumPy function that computes the expression, or a tuple of expressions that share their parts.

    Args:
        expr: One expression or several.
        name: The function's name.
        arguments: The order of the arguments; by default as they occur.

    Raises:
        SymmlError: ``arguments`` are not the expression's symbols, or a name cannot be used in code.
    """
    roots = [expr] if isinstance(expr, Expr) else list(expr)
    if not name.isidentifier():
        raise SymmlError(f"{name!r} is not a function name", cure="use letters, digits and _")
    found = _ordered(symbols(*roots), arguments)
    taken: set[str] = set()
    names = {}
    for symbol in found:
        names[symbol.name] = safe_name(symbol.name, taken)
        taken.add(names[symbol.name])
    stable = [stabilize(root) for root in roots]
    emitter = Emitter(stable, names, formula(stable[0]).names if len(stable) == 1 else {})
    results = emitter.body()
    carried = _size_lines(found, names, size_names(*roots))
    extra = [n for n in sorted(emitter.sizes) if n not in carried]
    source = _module(name, roots, found, [names[s.name] for s in found], extra, emitter, results, carried)
    return Kernel(name, source, found, [names[s.name] for s in found], extra)


def _ordered(found: list[Symbol], arguments: Sequence[str] | None) -> list[Symbol]:
    if arguments is None:
        return found
    by_name = {symbol.name: symbol for symbol in found}
    missing = [symbol.name for symbol in found if symbol.name not in arguments]
    if missing:
        raise SymmlError(f"the arguments leave out {', '.join(missing)}", cure=f"name all of: {', '.join(by_name)}")
    return [by_name[name] for name in arguments if name in by_name]


def _size_lines(found: Sequence[Symbol], names: dict[str, str], wanted: Sequence[str]) -> dict[str, str]:
    """For each named size, the code that reads it from an argument's shape."""
    lines: dict[str, str] = {}
    for symbol in found:
        for axis, dim in enumerate(symbol.shape):
            code = _size_code(dim, f"{names[symbol.name]}.shape[{axis}]")
            for name in dim_names(dim) if code else ():
                if name in wanted:
                    lines.setdefault(name, code)
    return lines


def _size_code(dim: Dim, length: str) -> str:
    """The only name of ``name + offset`` from a length; empty for other dims."""
    if isinstance(dim, int) or len(dim.terms) != 1 or dim.terms[0][1] != 1:
        return ""
    return length if not dim.offset else f"{length} - {dim.offset}" if dim.offset > 0 else f"{length} + {-dim.offset}"


def _module(
    name: str,
    roots: Sequence[Expr],
    found: Sequence[Symbol],
    names: Sequence[str],
    extra: Sequence[str],
    emitter: Emitter,
    results: Sequence[str],
    carried: dict[str, str],
) -> str:
    """The source of the whole module."""
    helpers = source_of(emitter.helpers)
    head = "import math\n\nimport numpy as np\n" if "math." in helpers else "import numpy as np\n"
    signature = ", ".join([*names, *extra, "out=None"])
    lines = [f"def {name}({signature}):", f'    """{_one_line(text.show(roots[0]))}', ""]
    if found:
        lines += [
            "    Args:",
            *(f"        {n}: {show_shape(s.shape)}, {s.domain.name}." for n, s in zip(names, found, strict=True)),
        ]
    lines += [*(f"        {n}: the dimension {n}." for n in extra), ""]
    lines += [f"    Returns: {', '.join(show_shape(root.shape) for root in roots)}.", '    """']
    lines += [f"    {n} = {code}" for n, code in carried.items() if n in emitter.sizes]
    lines += ["    " + line for line in emitter.lines]
    value = results[0] if len(results) == 1 else "(" + ", ".join(results) + ")"
    lines += _return(value, len(results))
    return head + ("\n\n" + helpers if helpers else "") + "\n\n" + "\n".join(lines) + "\n"


def _return(value: str, count: int) -> list[str]:
    if count > 1:
        return [f"    return {value}"]
    return [
        f"    result = {value}",
        "    if out is None:",
        "        return result",
        "    out[...] = result",
        "    return out",
    ]


def _one_line(shown: str) -> str:
    """A formula that may stand in a docstring."""
    return shown.replace("\\", "/").replace('"""', "'''").replace("\n", " ")
