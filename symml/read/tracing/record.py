"""What could not be traced is remembered, so that the user's own ``except`` cannot hide it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, TypeVar

from symml.errors import SymmlError

_failures: ContextVar[list[SymmlError] | None] = ContextVar("failures", default=None)
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
