"""The two sides of a derivative claim as expressions: text, expressions, and functions that are traced."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from symml.calculus.differentiate import evaluate_derivatives
from symml.errors import SymmlError
from symml.expr.nodes import Expr, Symbol
from symml.expr.walk import symbols
from symml.proof.returned import by_name
from symml.read.declarations import Declarations
from symml.read.expression import read_expression
from symml.read.places import SourcePlace
from symml.read.trace import trace

Source = Expr | str | Callable[..., Any]


@dataclass(frozen=True)
class Sides:
    """Loss and gradient as expressions, over numbers in the place of dims where the code needs numbers.

    Attributes:
        loss: What the loss function returns.
        claim: What the gradient function returns.
        declarations: The declarations, with the numbers in them.
        numbers: The numbers in the place of named dims.
        origins: Where in the source the claim's parts were made.
        left_out: Inputs that the functions refuse.
        guards: Without a value at these inputs, else zero.
    """

    loss: Any
    claim: Any
    declarations: Declarations
    numbers: dict[str, int]
    origins: dict[Expr, SourcePlace]
    left_out: tuple[str, ...] = ()
    guards: tuple[Expr, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader of the verdict must know."""
        shown = ", ".join(f"{k}={v}" for k, v in self.numbers.items())
        return (*((f"the code needs numbers as dims: shown for {shown}",) if shown else ()), *self.left_out)


def read_sides(loss: Source, grad: Source, declarations: Declarations) -> Sides:
    """Both sides over the same dims: numbers in their place as soon as one of the functions needs them."""
    traces = [trace(source, declarations) if callable(source) else None for source in (loss, grad)]
    sizes: dict[str, int] = next((found.sizes for found in traces if found is not None and found.sizes), {})
    if sizes:
        declarations = declarations.with_numbers(sizes)
    values: list[Any] = []
    origins: dict[Expr, SourcePlace] = {}
    notes: list[str] = []
    guards: list[Expr] = []
    for source, found in zip((loss, grad), traces, strict=True):
        if found is None:
            values.append(as_read(source, declarations))
            continue
        if sizes and not found.sizes and callable(source):
            found = trace(source, declarations)
        values.append(found.value)
        origins = found.origins
        notes += found.notes
        guards += [found.guard] if found.guard is not None else []
    own = origins if traces[1] is not None else {}
    return Sides(values[0], values[1], declarations, sizes, own, tuple(notes), tuple(guards))


def as_read(source: Source, declarations: Declarations) -> Expr:
    """Text or an expression, its derivatives carried out."""
    if callable(source) and not isinstance(source, Expr):
        raise SymmlError("this function was not traced")
    return evaluate_derivatives(read_expression(source, declarations))


_LOSSES = ("loss", "cost", "value", "L", "J", "nll", "objective", "total")


def only(value: Any) -> Expr:
    """The loss itself when a function returns several things, the loss first."""
    value = by_name(value)
    if isinstance(value, dict):
        value = next((value[name] for name in _LOSSES if name in value), None)
    elif isinstance(value, tuple | list):
        value = value[0]
    if not isinstance(value, Expr):
        raise SymmlError("the loss function does not return a number or an array", cure="return the loss")
    return value


def find_variable(root: Expr, name: str, declarations: Declarations) -> Symbol:
    """The symbol of this name, as it stands in the loss."""
    for symbol in symbols(root):
        if symbol.name == name:
            return symbol
    if name in declarations.symbols:
        return declarations.symbols[name]
    known = ", ".join(symbol.name for symbol in symbols(root))
    raise SymmlError(f"the loss has no variable {name}", cure=f"its symbols are: {known}")
