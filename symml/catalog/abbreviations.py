"""Names for parts of a formula: ``h = let(h=(x - mean(x)) / s)``.

An entry's body is read twice. In the mathematics an abbreviation is what it stands for; on paper it is its name, and
the page says below what the name stands for. So a line is proved in full and printed as a book would print it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from symml.errors import SymmlError
from symml.expr.arithmetic import lift
from symml.expr.nodes import Expr, Symbol, symbol_node
from symml.expr.walk import symbols

Abbreviation = tuple[Symbol, Expr]
_RECORD: ContextVar[list[Abbreviation] | None] = ContextVar("abbreviations", default=None)


def let(**named: Any) -> Expr:
    """The one argument's value, which is printed by its name.

    Raises:
        SymmlError: There is not exactly one name.
    """
    if len(named) != 1:
        raise SymmlError(f"let names one thing, not {len(named)}", cure="write h = let(h=(x - mean(x)) / s)")
    ((name, value),) = named.items()
    expr, record = lift(value), _RECORD.get()
    if record is None:
        return expr
    symbol = symbol_node(name, expr.shape)
    record.append((symbol, expr))
    return symbol


@contextmanager
def on_paper() -> Iterator[list[Abbreviation]]:
    """Abbreviations are their names inside, and are recorded in the list."""
    record: list[Abbreviation] = []
    token = _RECORD.set(record)
    try:
        yield record
    finally:
        _RECORD.reset(token)


def used(record: list[Abbreviation], lines: list[Expr]) -> tuple[Abbreviation, ...]:
    """The abbreviations that the lines mention, themselves or through others, in the order in which they were made."""
    needed = set(symbols(*lines))
    for symbol, value in reversed(record):
        if symbol in needed:
            needed |= set(symbols(value))
    return tuple((symbol, value) for symbol, value in record if symbol in needed)
