"""Tracing: the user's own NumPy function is run on symbolic arrays, and what it returns is an expression."""

from __future__ import annotations

import inspect
import linecache
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, count
from pathlib import Path
from types import FunctionType, MethodType, TracebackType
from typing import Any

from symml.errors import SymmlError, TraceError
from symml.expr.dims import show_sizes
from symml.expr.functions import undefined
from symml.expr.nodes import Expr, Symbol, extent
from symml.expr.walk import symbols
from symml.read.declarations import Declarations, read_declarations
from symml.read.load import load_function as load_function
from symml.read.places import SourcePlace
from symml.read.positions import NeedsNumbers, resolve
from symml.read.tracing import special
from symml.read.tracing.array import TracedArray
from symml.read.tracing.branches import Explored, Stops
from symml.read.tracing.dispatch import operand
from symml.read.tracing.rebind import Rebinder
from symml.read.tracing.record import recording, remembering
from symml.read.tracing.records import parts_of, with_parts
from symml.read.tracing.selection import Selection

_FIRST_SIZES = (3, 2)
# A parameter of such a name that is not declared is a dict of what is declared and is no parameter itself.
DICTS = ("params", "parameters", "weights", "theta", "model")
Arguments = Sequence[str] | Mapping[str, object] | None


@dataclass(frozen=True)
class Trace:
    """What a function returned on symbolic arrays.

    Attributes:
        value: An expression, or a tuple or dict of values.
        sizes: The numbers that stood for named dims; empty when the trace holds for all dims.
        name: The function's name.
        origins: Where in the source the expressions were made that are parts of the value.
        notes: What was left out: inputs at which the function raises an error of its own.
        guard: Zero where the function returns, and without a value at the inputs that were left out.
    """

    value: Any
    sizes: dict[str, int] = field(default_factory=dict)
    name: str = "function"
    origins: dict[Expr, SourcePlace] = field(default_factory=dict, repr=False, compare=False)
    notes: tuple[str, ...] = ()
    guard: Expr | None = None

    @property
    def expression(self) -> Expr:
        """The value, where the function returned a single array or number.

        Raises:
            TraceError: It returned several.
        """
        if isinstance(self.value, Expr):
            return self.value
        raise TraceError(f"{self.name} returns several arrays", cure="take one of .value")

    def __repr__(self) -> str:
        scope = f" for {show_sizes(self.sizes)}" if self.sizes else ""
        return f"{self.name}{scope}: {self.value!r}"


def trace(
    function: Callable[..., Any],
    shapes: Declarations | str | Mapping[str, object] | None = None,
    *,
    arguments: Arguments = None,
) -> Trace:
    """Runs a function on symbolic arrays.

    A copy of the function is run, in which NumPy, SciPy's special functions and ``math`` build expressions; the
    function and its module stay as they are. Dims stay symbolic where the code allows it; else it is run again with
    pairwise distinct numbers in their place.

    Args:
        function: A Python function written with NumPy.
        shapes: Declarations of the function's arguments, such as ``"X: n d, y: n sign, w: d"``.
        arguments: What is passed: names of declarations in the order of the parameters, or a mapping from parameters to
            names of declarations or to plain values. By default each parameter gets the declaration of its own name;
            ``params``, where it is not declared, is a dict of the declared arrays that are no parameters themselves.

    Returns:
        The expressions that the function returns, and the numbers in the place of dims, if any.

    Raises:
        TraceError: The code does something that has no expression; the message shows the line and says what to write.
    """
    declared = read_declarations(shapes)
    run = _Run(function, arguments)
    try:
        return run.trace(declared, {})
    except TraceError as error:
        first = error
    if not declared.sizes:
        raise first
    sizes = numbers_for(declared)
    try:
        return run.trace(declared.with_numbers(sizes), sizes)
    except TraceError as error:
        raise (error if run.needed_numbers else first) from None


def numbers_for(declared: Declarations) -> dict[str, int]:
    """Pairwise distinct numbers for named dims, different from the numbers among the dims."""
    used = {dim for symbol in declared.symbols.values() for dim in symbol.shape}
    free = (n for n in chain(_FIRST_SIZES, count(4)) if n not in used)
    return dict(zip(declared.sizes, free, strict=False))


class _Run:
    """Runs one function, and says where it failed."""

    def __init__(self, function: Callable[..., Any], arguments: Arguments) -> None:
        self.name = str(getattr(function, "__name__", type(function).__name__))
        self.function, self.arguments = function, arguments
        self.needed_numbers = False
        self.origins: dict[Expr, SourcePlace] = {}
        self.notes: tuple[str, ...] = ()
        self.guard: Expr | None = None

    def trace(self, declared: Declarations, sizes: dict[str, int]) -> Trace:
        """The trace over these declarations."""
        value = self.value(declared)
        return Trace(value, sizes, self.name, self.origins, self.notes, self.guard)

    def value(self, declared: Declarations) -> Any:
        """The expressions that the function returns, put together over the ways through it.

        Raises:
            TraceError: The function fails.
        """
        self.origins = {}
        explored = Explored(lambda: self._once(declared))
        self.notes = tuple(dict.fromkeys(f"left out: the inputs at which {stop}" for stop in explored.stopped))
        self.guard = explored.guard
        return explored.value

    def _once(self, declared: Declarations) -> Any:
        package = (getattr(self.function, "__module__", None) or "").partition(".")[0]
        rebinder = Rebinder(package)
        copy = _copied(rebinder, self.function, self.name)
        args, options = self._arguments(copy, declared)
        try:
            with recording() as failures, remembering(self.origins, rebinder.files):
                value = copy(*args, **options)
            if failures:
                raise failures[0]
            return self._result(value)
        except (Exception, SystemExit) as error:
            # The user's code may raise anything; what it raised is shown with its line.
            self.needed_numbers = self.needed_numbers or isinstance(error, NeedsNumbers)
            found = self._located(error, rebinder.files)
            if not isinstance(error, SymmlError) and _is_meant(error, rebinder.files):
                raise Stops(found) from None
            raise found from None

    # ---- arguments ---------------------------------------------------------------------------------------------------
    def _arguments(self, copy: Callable[..., Any], declared: Declarations) -> tuple[list[Any], dict[str, Any]]:
        try:
            parameters = list(inspect.signature(copy).parameters.values())
        except (TypeError, ValueError):
            raise TraceError(f"{self.name} has no signature", cure="give a function written in Python") from None
        given = self._given(parameters)
        args: list[Any] = []
        options: dict[str, Any] = {}
        for parameter in parameters:
            if parameter.kind is parameter.VAR_KEYWORD:
                continue
            if parameter.kind is parameter.VAR_POSITIONAL:
                raise TraceError(f"{self.name} takes *{parameter.name}", cure="give a function with named parameters")
            value = given.get(parameter.name, parameter.name)
            if isinstance(value, str) and _is_declared(value, declared):
                found = _argument(value, declared)
            elif parameter.name in given and not isinstance(value, str):
                found = value
            elif parameter.default is not parameter.empty and parameter.name not in given:
                found = parameter.default
            elif value in DICTS and declared.symbols:
                taken = {other.name for other in parameters}
                found = {name: _argument(name, declared) for name in declared.symbols if name not in taken}
            else:
                raise self._undeclared(parameter.name, str(value), declared)
            if parameter.kind is parameter.KEYWORD_ONLY:
                options[parameter.name] = found
            else:
                args.append(found)
        return args, options

    def _given(self, parameters: list[inspect.Parameter]) -> dict[str, object]:
        if self.arguments is None:
            return {}
        names = [parameter.name for parameter in parameters]
        if isinstance(self.arguments, Mapping):
            given = dict(self.arguments)
        else:
            if len(self.arguments) > len(names):
                raise TraceError(f"{self.name} takes {', '.join(names) or 'no arguments'}", cure="name one each")
            given = dict(zip(names, self.arguments, strict=False))
        unknown = [name for name in given if name not in names]
        if unknown:
            raise TraceError(
                f"{self.name} has no parameter {unknown[0]}", cure=f"its parameters are: {', '.join(names) or 'none'}"
            )
        return given

    def _undeclared(self, parameter: str, name: str, declared: Declarations) -> TraceError:
        known = ", ".join(declared.symbols) or "nothing"
        return TraceError(
            f"{self.name}({parameter}): {name} is not declared; declared: {known}",
            cure=f"add it to the shapes: '{name}: n d' (a matrix), '{name}: d' (a vector), '{name}:' (a number)",
        )

    # ---- results -----------------------------------------------------------------------------------------------------
    def _result(self, value: Any) -> Any:
        parts = parts_of(value)
        if parts is None:
            return self._part(value)
        # Among the parts, in a cache, stand also texts and missing values.
        plain = {k: v if v is None or isinstance(v, str) else self._result(v) for k, v in parts.items()}
        return with_parts(value, plain)

    def _part(self, value: Any) -> Any:
        if isinstance(value, Selection):
            raise TraceError(
                "it returns the entries under a condition: their number depends on data",
                cure="return np.where(condition, x, 0)",
            )
        if value is None:
            raise TraceError("it returns nothing", cure="add a return statement")
        if isinstance(value, str | set | bytes) or callable(value):
            raise TraceError(f"it returns a {type(value).__name__}", cure="return numbers and arrays")
        found = resolve(operand(value)[0])
        if any(symbol.name == special.UNSET for symbol in symbols(found)):
            raise TraceError(
                "it returns entries of np.empty that were never written", cure="use np.zeros, or fill all entries"
            )
        return found

    # ---- errors ------------------------------------------------------------------------------------------------------
    def _located(self, error: BaseException, files: set[str]) -> TraceError:
        what = error.what if isinstance(error, SymmlError) else f"{type(error).__name__}: {error}"
        cure = error.cure if isinstance(error, SymmlError) else _CURES.get(type(error), "")
        if "<locals>" in what:
            what = what.partition("() ")[2]
        if isinstance(error, RecursionError):
            what = "the calls are nested too deeply"
        place = _last_line(error.__traceback__, files)
        if place is None:
            return TraceError(f"{self.name}: {what}", cure=cure)
        file, line, column, name = place
        source = linecache.getline(file, line).rstrip("\n")
        return TraceError(
            f"{Path(file).name}:{line} in {name}: {what}", cure=cure, source=source, column=column if source else None
        )


_CURES: dict[type[BaseException], str] = {
    TypeError: "use NumPy functions, and arrays that are made inside the function",
    ValueError: "arrays that are changed must be made inside the function",
    AttributeError: "use np.where, sums, products and named functions of arrays",
}


def _copied(rebinder: Rebinder, function: Any, name: str) -> Callable[..., Any]:
    """The copy of a function, of a method, or of what an object does when it is called."""
    if not callable(function) or isinstance(function, type):
        raise TraceError(f"{name} is not a function", cure="give a function written with NumPy")
    own_call = getattr(type(function), "__call__", None)  # noqa: B004  # the method itself is wanted
    if isinstance(own_call, FunctionType):
        return MethodType(rebinder.copy(own_call), rebinder.value(function))
    made: Any = rebinder.copy(function) if isinstance(function, FunctionType) else rebinder.value(function)
    if not isinstance(made, FunctionType | MethodType | partial):
        raise TraceError(f"{name} is not written in Python", cure=f"give a function: lambda x: {name}(x)")
    return made


def _is_declared(name: str, declared: Declarations) -> bool:
    return any(name in table for table in (declared.symbols, declared.sizes, declared.numbers, declared.functions))


def _argument(name: str, declared: Declarations) -> Any:
    if name in declared.symbols:
        symbol: Symbol = declared.symbols[name]
        return TracedArray(symbol, "i" if "label" in symbol.domain.facts else "f")
    if name in declared.sizes:
        return TracedArray(extent(declared.sizes[name]), "i")
    if name in declared.numbers:
        return declared.numbers[name]
    return lambda *args: TracedArray(undefined(name, len(args))(*(operand(arg)[0] for arg in args)))


def _is_meant(error: BaseException, files: set[str]) -> bool:
    """Whether the user's code raises the error itself: it refuses some inputs."""
    place = _last_line(error.__traceback__, files)
    if place is None:
        return False
    line = linecache.getline(place[0], place[1])
    return line.lstrip().startswith(("raise ", "assert ")) or line[place[2] :].startswith("raise ")


def _last_line(trace: TracebackType | None, files: set[str]) -> tuple[str, int, int, str] | None:
    """(file, line, column, function) of the innermost frame that the user wrote."""
    found = None
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename in files:
            positions = list(code.co_positions())[trace.tb_lasti // 2]
            found = (code.co_filename, trace.tb_lineno, positions[2] or 0, code.co_name)
        trace = trace.tb_next
    return found
