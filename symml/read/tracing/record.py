"""What a run remembers: what could not be traced, which the user's own ``except`` cannot hide, and who made what."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from types import CodeType
from typing import Any, TypeVar

from symml.errors import SymmlError
from symml.expr.nodes import Expr
from symml.read.places import SourcePlace

Origins = dict[Expr, SourcePlace]
_failures: ContextVar[list[SymmlError] | None] = ContextVar("failures", default=None)
_origins: ContextVar[tuple[Origins, set[str]] | None] = ContextVar("origins", default=None)
_MAX_DEPTH = 40
F = TypeVar("F", bound=Callable[..., Any])


@contextmanager
def recording() -> Iterator[list[SymmlError]]:
    """Collects the errors that recorded functions raise."""
    failures: list[SymmlError] = []
    token = _failures.set(failures)
    try:
        yield failures
    finally:
        _failures.reset(token)


def recorded(function: F) -> F:
    """The function, whose errors are remembered while a run records them."""

    @wraps(function)
    def call(*args: Any, **options: Any) -> Any:
        try:
            return function(*args, **options)
        except SymmlError as error:
            failures = _failures.get()
            if failures is not None:
                failures.append(error)
            raise

    return call  # type: ignore[return-value] # it takes and gives what the function does


@contextmanager
def remembering(origins: Origins, files: set[str]) -> Iterator[None]:
    """Remembers where in these files expressions are made."""
    token = _origins.set((origins, files))
    try:
        yield
    finally:
        _origins.reset(token)


def remember(expr: Expr) -> None:
    """Notes the line of the user's code that is at work as the one that made ``expr``."""
    found = _origins.get()
    if found is None or expr in found[0]:
        return
    origins, files = found
    frame = sys._getframe(1)
    for _ in range(_MAX_DEPTH):
        if frame.f_code.co_filename in files:
            origins[expr] = _place(frame.f_code, frame.f_lasti, frame.f_lineno)
            return
        if frame.f_back is None:
            return
        frame = frame.f_back


def _place(code: CodeType, instruction: int, line: int) -> SourcePlace:
    first, _, column, end = list(code.co_positions())[instruction // 2]
    number = first or line
    text = linecache.getline(code.co_filename, number).rstrip("\n")
    return SourcePlace(code.co_filename, number, text, column or 0, end or 0)
