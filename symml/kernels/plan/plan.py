"""A kernel for arrays of known shapes: no memory is allocated in a call that is given its outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from threading import local
from typing import TYPE_CHECKING, Any

import numpy as np

from symml.errors import ShapeError, SymmlError
from symml.expr.dims import Size, dim_names, dim_value
from symml.expr.nodes import show_shape
from symml.kernels.binding import Binding, check_out
from symml.kernels.compile import compiled
from symml.kernels.plan.better import improved
from symml.kernels.plan.phases import phases
from symml.kernels.plan.shapes import Form, forms
from symml.kernels.plan.steps import NoSteps, Step, Steps, steps_of
from symml.kernels.plan.write import Writer, Written

if TYPE_CHECKING:
    from symml.kernels.kernel import Kernel

_WRITTEN_ENTRIES = 16384
_READ_ENTRIES = 65536
_ROWS_OF_PRODUCTS = 1024
_LEAST_BLOCKS = 1


class Plan:
    """A kernel that is ready for arrays of one shape and type.

    Calls from several threads are safe: every thread has its own workspace.

    Attributes:
        source: The module: three-address NumPy with positional ``out``, in blocks of rows where that pays.
        shapes: The shape of each argument.
        dtype: The type of the floats.
        block: The rows of a block; 0 where the arrays are processed in one piece.
        workspace: The bytes of the buffers of one thread.
        results: The shape of each result.
    """

    def __init__(self, kernel: Kernel, sizes: Mapping[str, int], dtype: Any) -> None:
        self.name, self.dtype = kernel.name, np.dtype(dtype)
        # Squares that are split in two need the bits of float64; single precision is computed through it.
        self._work = np.dtype(float) if "np.rint(" in kernel.source else self.dtype
        self._binding: Binding = kernel.binding
        self.shapes = {n: tuple(dim_value(d, sizes) for d in shape) for n, shape in kernel.shapes.items()}
        self._extra = {name: sizes[name] for name in kernel.arguments if name not in kernel.shapes}
        self.results = tuple(tuple(dim_value(d, sizes) for d in root.shape) for root in kernel.expressions)
        self._labels = {n for n, s in zip(kernel.arguments, kernel.symbols, strict=False) if s.domain.name == "label"}
        self.block = 0
        written, found = self._write(kernel, sizes)
        self.source = _module(kernel, found, written, self.results)
        self._function = compiled(self.source, f"{kernel.name}_plan")
        self._buffers = written.buffers if written else {}
        self.workspace = sum(self._bytes(shape, boolean) for shape, boolean in self._buffers.values())
        self._local = local()
        self._expected = [(self.shapes.get(n) or None, self._type(n)) for n in kernel.arguments]

    # ---- the source --------------------------------------------------------------------------------------------------
    def _write(self, kernel: Kernel, sizes: Mapping[str, int]) -> tuple[Written | None, Steps | None]:
        if 0 in sizes.values():
            return None, None  # NumPy's own rules for empty arrays.
        try:
            found = steps_of(kernel.source, kernel.name)
        except NoSteps:
            return None, None
        name, length, axes = _rows(kernel, sizes)
        known = self._forms(found.steps, axes, length)
        found.steps = improved(found, known)
        known = self._forms(found.steps, axes, length)
        parts = phases(found.steps, known) if name else None
        block = _block(found.steps, known, length)
        if parts is not None and length > _LEAST_BLOCKS * block:
            self.block = block
            return Writer(found, known, kernel.arguments).blocked(parts, length, block, axes), found
        return Writer(found, known, kernel.arguments).straight(), found

    def _forms(self, steps: Sequence[Step], axes: Mapping[str, Sequence[int]], length: int) -> dict[str, Form]:
        return forms(steps, {**self.shapes, **self._extra}, self._labels, axes, length)

    def _type(self, name: str) -> Any:
        return np.dtype(int) if name in self._labels else self._work

    def _bytes(self, shape: tuple[int, ...], boolean: bool) -> int:
        return prod(shape) * (1 if boolean else self._work.itemsize)

    # ---- calls -------------------------------------------------------------------------------------------------------
    def __call__(self, /, *args: Any, out: Any = None, **kwargs: Any) -> Any:
        """The value at these arguments, by position or by name.

        Args:
            args: The first arguments in order.
            out: An array of the result's shape and of the plan's type (a tuple for several results, with ``None``
                for scalars). It may share memory with the arguments.
            kwargs: The other arguments by name.

        Raises:
            ShapeError: An argument or ``out`` has not the shape that the plan was made for.
            SymmlError: An argument is missing, unknown or no array of numbers; ``out`` cannot be written.
        """
        values = self._fast_values(args, kwargs) or self._values(args, kwargs)
        arrays = self._outputs(out, values)
        scalars = self._function(*values, *arrays, *self._workspace())
        if out is None or not self._is_clean(out, arrays):
            results = tuple(s if a is None else a for a, s in zip(arrays, scalars, strict=True))
            if out is not None:
                _hand_over(out, results)
                results = tuple(r if o is None else o for r, o in zip(results, _several(out, results), strict=True))
            elif self._work != self.dtype:
                results = tuple(np.asarray(r).astype(self.dtype)[()] for r in results)
            return results[0] if len(results) == 1 else results
        return out

    def _fast_values(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Sequence[Any] | None:
        """The arguments where all of them are arrays of the right shape and type."""
        try:
            given = [kwargs[name] for name in self._binding.arguments] if kwargs and not args else args
            if len(given) != len(self._expected) or (kwargs and len(kwargs) != len(given)):
                return None
            for value, (shape, dtype) in zip(given, self._expected, strict=True):
                if type(value) is not np.ndarray or value.shape != shape or value.dtype != dtype:
                    return None
        except KeyError:
            return None
        return given

    def _values(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[Any]:
        given = self._binding.values(args, kwargs)
        return [self._value(name, value) for name, value in given.items()]

    def _value(self, name: str, value: Any) -> Any:
        if name not in self.shapes:
            if value != self._extra[name]:
                raise ShapeError(f"{name} is {value}; the plan was made for {self._extra[name]}")
            return value
        if value.shape != self.shapes[name]:
            found, needed = show_shape(value.shape), show_shape(self.shapes[name])
            raise ShapeError(f"{name} has shape {found}; the plan was made for {needed}", cure="make another plan")
        value = value if name in self._labels else value.astype(self._work, copy=False)
        return value if value.shape else value[()]

    def _outputs(self, out: Any, values: Sequence[Any]) -> Sequence[Any]:
        if out is None:
            return [np.empty(shape, self._work) if shape else None for shape in self.results]
        given = out if len(self.results) > 1 else (out,)
        if not isinstance(given, tuple | list) or len(given) != len(self.results):
            raise ShapeError(f"out must be {len(self.results)} arrays, one for each result")
        found = []
        for k, (array, shape) in enumerate(zip(given, self.results, strict=True)):
            plain = type(array) is np.ndarray and array.shape == shape and array.dtype == self._work
            if shape and not (plain and array.flags.writeable):
                check_out(array, [shape])
            alone = not any(_share(array, v) for v in values) and not any(_share(array, o) for o in given[:k])
            found.append((array if plain and alone else np.empty(shape, self._work)) if shape else None)
        return found

    def _is_clean(self, out: Any, arrays: Sequence[Any]) -> bool:
        """Whether every output was written where the caller wants it."""
        given = out if len(self.results) > 1 else (out,)
        return all(a is b and b is not None for a, b in zip(given, arrays, strict=True))

    def _workspace(self) -> list[Any]:
        found: list[Any] | None = getattr(self._local, "buffers", None)
        if found is None:
            found = [np.empty(shape, bool if boolean else self._work) for shape, boolean in self._buffers.values()]
            self._local.buffers = found
        return found

    def __repr__(self) -> str:
        named = ", ".join(f"{name} {show_shape(shape)}" for name, shape in self.shapes.items())
        blocks = f"blocks of {self.block} rows" if self.block else "one piece"
        return f"Plan of {self.name} for {named}: {self.dtype}, {blocks}, {self.workspace} bytes of workspace"


def _share(array: Any, value: Any) -> bool:
    if type(value) is not np.ndarray or array is None:
        return False
    if array.base is None and value.base is None:
        return array is value
    return np.may_share_memory(array, value)


def _several(out: Any, results: Sequence[Any]) -> Sequence[Any]:
    return out if len(results) > 1 else (out,)


def _hand_over(out: Any, results: Sequence[Any]) -> None:
    """Copies what was computed beside an output that is also an argument, and scalars into 0-d arrays."""
    for array, result in zip(_several(out, results), results, strict=True):
        if isinstance(array, np.ndarray) and array is not result:
            array[...] = result


# ---- how it is cut ---------------------------------------------------------------------------------------------------
def _rows(kernel: Kernel, sizes: Mapping[str, int]) -> tuple[str, int, dict[str, tuple[int, ...]]]:
    """The longest dimension, its length, and the axes of the arguments along it."""
    plain = {d.terms[0][0] for shape in kernel.shapes.values() for d in shape if isinstance(d, Size) and _is_plain(d)}
    if not plain:
        return "", 1, {}
    name = max(sorted(plain), key=lambda n: sizes[n])
    axes = {
        argument: tuple(k for k, d in enumerate(shape) if isinstance(d, Size) and name in dim_names(d))
        for argument, shape in kernel.shapes.items()
    }
    if name in kernel.arguments:
        axes[name] = ()
    return name, sizes[name], {argument: found for argument, found in axes.items() if found or argument == name}


def _is_plain(dim: Size) -> bool:
    return dim.offset == 0 and len(dim.terms) == 1 and dim.terms[0][1] == 1


def _block(steps: Sequence[Step], known: Mapping[str, Form], length: int) -> int:
    """How many rows are worked on at once: what is written and what is read twice stays in the cache."""
    made = {step.target for step in steps if step.kind not in ("view", "number")}
    widths = {name: prod(form.shape) // length for name, form in known.items() if form.rows and length}
    written = max([width for name, width in widths.items() if name in made], default=1)
    read = max(widths.values(), default=1)
    rows = max(1, min(_WRITTEN_ENTRIES // max(1, written), _READ_ENTRIES // max(1, read)))
    matrices = any(s.kind == "matmul" and min(len(known[a].shape) for a in s.args) > 1 for s in steps)
    return max(rows, _ROWS_OF_PRODUCTS) if matrices else rows


# ---- the module ------------------------------------------------------------------------------------------------------
def _module(kernel: Kernel, found: Steps | None, written: Written | None, results: Sequence[tuple[int, ...]]) -> str:
    outs = [f"out{k}" for k in range(len(results))]
    head, _, _ = kernel.source.partition(f"def {kernel.name}(")
    if written is not None and found is not None and not found.helpers:
        head = "import numpy as np\n\n\n"
    silent = written is not None and found is not None and found.silent
    names = [*kernel.arguments, *outs, *(written.buffers if written else ())]
    lines = [f"def {kernel.name}_plan({', '.join(names)}):"]
    if written is None:
        call = f"{kernel.name}({', '.join(kernel.arguments)})"
        lines += [f"    found = {call}", "    found = found if isinstance(found, tuple) else (found,)"]
        lines += [f"    np.copyto({out}, found[{k}])" for k, out in enumerate(outs) if results[k]]
        lines += [f"    return {', '.join('None' if s else f'found[{k}]' for k, s in enumerate(results))},"]
        return kernel.source + "\n\n" + "\n".join(lines) + "\n"
    if silent:
        lines += ['    with np.errstate(all="ignore"):', *(f"    {line}" for line in written.lines)]
    else:
        lines += written.lines
    return head + "\n".join(lines) + "\n"


def _solve(sizes: dict[str, int], kernel: Kernel, given: Mapping[str, tuple[int, ...]]) -> None:
    """Dimensions that follow from an axis of several, such as d from an axis of n + d."""
    for argument, found in given.items():
        for dim, length in zip(kernel.shapes[argument], found, strict=True):
            unknown = [name for name in dim_names(dim) if name not in sizes]
            if isinstance(dim, Size) and len(unknown) == 1:
                rest = dim_value(dim, {**sizes, unknown[0]: 0})
                sizes[unknown[0]] = (length - rest) // dict(dim.terms)[unknown[0]]


def plan(kernel: Kernel, shapes: Mapping[str, Any], dtype: Any) -> Plan:
    """A plan; see ``Kernel.plan``."""
    if np.dtype(dtype) not in (np.dtype(np.float64), np.dtype(np.float32)):
        raise SymmlError(f"a plan has float64 or float32, not {np.dtype(dtype)}")
    dims: dict[str, Any] = {}
    given: dict[str, tuple[int, ...]] = {}
    for name, value in shapes.items():
        argument = kernel.binding.aliases.get(name, name)
        if argument in kernel.shapes and not isinstance(value, int):
            given[argument] = tuple(value.shape) if hasattr(value, "shape") else tuple(value)
        else:
            dims[name] = value
    sizes = {**kernel.binding.sizes_of_shapes(given, dims), **dims}
    _solve(sizes, kernel, given)
    needed = {name for shape in kernel.shapes.values() for dim in shape for name in dim_names(dim)}
    missing = sorted(name for name in needed | set(kernel.arguments) - set(kernel.shapes) if name not in sizes)
    if missing:
        raise ShapeError(
            f"the shapes do not tell {', '.join(missing)}", cure=f"give {missing[0]}=... or an array's shape"
        )
    wrong = [name for name in dims if name not in needed and name not in kernel.arguments]
    if wrong:
        raise SymmlError(f"{kernel.name} has neither an argument nor a dimension {wrong[0]}")
    return Plan(kernel, sizes, dtype)
