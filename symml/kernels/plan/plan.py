"""A kernel for arrays of known shapes: no memory is allocated in a call that is given its outputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import prod
from threading import local
from typing import TYPE_CHECKING, Any

import numpy as np

from symml.errors import ShapeError, SymmlError
from symml.expr.dims import Size, dim_names, dim_value
from symml.expr.nodes import show_shape
from symml.kernels.binding import Binding, check_out
from symml.kernels.compile import compiled
from symml.kernels.plan.build import numpy_built
from symml.kernels.plan.job import Built, Job, floats
from symml.kernels.plan.module import Door, door_source

if TYPE_CHECKING:
    from symml.kernels.kernel import Kernel


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

    def __init__(self, kernel: Kernel, sizes: Mapping[str, int], dtype: Any, build: Callable[[Job], Built]) -> None:
        job = Job(kernel, sizes, np.dtype(dtype) if build is not numpy_built else floats(kernel, dtype))
        self.name, self.dtype, self._work = kernel.name, np.dtype(dtype), job.work
        self._binding: Binding = kernel.binding
        self.shapes, self.results = job.shapes, job.results
        self._extra, self._labels, self._names = job.extra, job.labels, job.names
        self._built = build(job)
        self.source, self.block = self._built.source, self._built.block
        self._function, self._buffers = self._built.function, self._built.buffers
        self.workspace = sum(self._bytes(shape, boolean) for shape, boolean in self._buffers.values())
        self._local, self._count = local(), len(kernel.binding.arguments)
        self._enter = self._door()

    def _bytes(self, shape: tuple[int, ...], boolean: bool) -> int:
        return prod(shape) * (1 if boolean else self._work.itemsize)

    # ---- calls -------------------------------------------------------------------------------------------------------
    def _door(self) -> Callable[..., Any]:
        """The straight way from arguments that need no conversion to the function."""
        if self._work != self.dtype:
            return lambda *_: None
        shapes: dict[str, Any] = {**self.shapes, **self._extra}
        given = {self._names[name]: shapes[name] for name in self._binding.arguments}
        whole = frozenset(self._names[name] for name in self._labels)
        numbers = (float, np.float64) if self.dtype == np.float64 else (float, np.float32)
        world = {"ndarray": np.ndarray, "empty": np.empty, "real": self.dtype, "whole": np.dtype(int)}
        world |= {"numbers": numbers, "run": self._function, "workspace": self._workspace, "here": self._local}
        door = Door(given, whole, self.results, self._built.is_strict)
        return compiled(door_source(door), "enter", world)

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
        plain = len(args) == self._count and not kwargs
        found = self._enter(*args, out) if plain else self.straight(args, kwargs, out)
        return self._checked(args, kwargs, out) if found is None else found

    def straight(self, args: Sequence[Any], kwargs: Mapping[str, Any], out: Any) -> Any:
        """The value where nothing needs a conversion or a closer look; ``None`` otherwise."""
        names = self._binding.arguments
        if len(args) == len(names) and not kwargs:
            return self._enter(*args, out)
        if len(kwargs) == len(names) and not args and kwargs.keys() >= self._binding.names:
            return self._enter(*[kwargs[name] for name in names], out)
        return None

    def bind(self, /, *args: Any, out: Any = None, **kwargs: Any) -> Callable[[], Any]:
        """The plan on arrays that stay where they are, as a function without arguments and without checks.

        Every call reads the arrays anew, computes in one workspace of its own and returns the same arrays: for inner
        loops, one thread at a time. Copies of arguments of another type are made once.

        Args:
            args: The first arguments in order.
            out: As in a call; new arrays where it is left out. It must not share memory with the arguments.
            kwargs: The other arguments by name.

        Raises:
            ShapeError: An argument or ``out`` has not the shape that the plan was made for.
            SymmlError: An argument is missing or unknown; ``out`` cannot be written or shares memory with an argument.
        """
        values = self._values(args, kwargs)
        arrays = self._outputs(out, values)
        if out is not None and not self._is_clean(out, arrays):
            raise SymmlError(
                f"out of a bound plan must be {self._work} arrays in C order that share no memory with the arguments",
                cure="call the plan itself, which computes beside them and copies",
            )
        used = [array for array, shape in zip(arrays, self.results, strict=True) if shape]
        return partial(self._function, *values, *used, *self._fresh_workspace())

    def _checked(self, args: Sequence[Any], kwargs: Mapping[str, Any], out: Any) -> Any:
        """A call whose arguments are converted and whose outputs may be arguments."""
        values = self._values(args, kwargs)
        arrays = self._outputs(out, values)
        used = [array for array, shape in zip(arrays, self.results, strict=True) if shape]
        found = self._function(*values, *used, *self._workspace())
        results = found if len(self.results) > 1 else (found,)
        if out is not None:
            _hand_over(out, results)
            results = tuple(r if o is None else o for r, o in zip(results, _several(out, results), strict=True))
        elif self._work != self.dtype:
            results = tuple(np.asarray(r).astype(self.dtype)[()] for r in results)
        return results[0] if len(results) == 1 else results

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
        if not value.shape:
            return value[()]
        return np.require(value, requirements=["C", "W"]) if self._built.is_strict else value

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
            # BLAS writes into rows that lie one after the other only.
            usable = plain and alone and array.flags.carray
            found.append((array if usable else np.empty(shape, self._work)) if shape else None)
        return found

    def _is_clean(self, out: Any, arrays: Sequence[Any]) -> bool:
        """Whether every output was written where the caller wants it."""
        given = out if len(self.results) > 1 else (out,)
        shaped = [pair for pair, shape in zip(zip(given, arrays, strict=True), self.results, strict=True) if shape]
        return all(a is b for a, b in shaped)

    def _workspace(self) -> list[Any]:
        try:
            found: list[Any] = self._local.buffers
        except AttributeError:
            found = self._local.buffers = self._fresh_workspace()
        return found

    def _fresh_workspace(self) -> list[Any]:
        return [np.empty(shape, bool if boolean else self._work) for shape, boolean in self._buffers.values()]

    @property
    def signature(self) -> str:
        """What the function of the source takes, as a comment: arguments, outputs, workspace."""
        shapes: dict[str, Any] = {**self.shapes, **self._extra}
        parts = [f"{self._names[name]} {show_shape(s) if isinstance(s, tuple) else s}" for name, s in shapes.items()]
        outs = [f"out{k} {show_shape(shape)}" for k, shape in enumerate(self.results) if shape]
        memory = [f"{n} {show_shape(s)}{' bool' if is_bool else ''}" for n, (s, is_bool) in self._buffers.items()]
        lines = [f"# {self.name}_plan for {self._work} arrays: {', '.join(parts) or 'none'}"]
        lines += [f"# outputs: {', '.join(outs)}"] if outs else []
        return "\n".join([*lines, f"# workspace: {', '.join(memory)}"] if memory else lines)

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


def _solve(sizes: dict[str, int], kernel: Kernel, given: Mapping[str, tuple[int, ...]]) -> None:
    """Dimensions that follow from an axis of several, such as d from an axis of n + d."""
    for argument, found in given.items():
        for dim, length in zip(kernel.shapes[argument], found, strict=True):
            unknown = [name for name in dim_names(dim) if name not in sizes]
            if isinstance(dim, Size) and len(unknown) == 1:
                rest = dim_value(dim, {**sizes, unknown[0]: 0})
                sizes[unknown[0]] = (length - rest) // dict(dim.terms)[unknown[0]]


def plan(kernel: Kernel, shapes: Mapping[str, Any], dtype: Any, build: Callable[[Job], Built] = numpy_built) -> Plan:
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
    return Plan(kernel, sizes, dtype, build)
