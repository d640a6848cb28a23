"""Branches on data: a function is run once for each way its conditions can turn out, and the results are put together.

Each run follows decisions that were made beforehand; a condition that is met for the first time is taken to hold, and
the other way is noted to be run later. The same condition is decided once in a run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from fractions import Fraction
from typing import Any

from symml.errors import TraceError
from symml.expr import names
from symml.expr.nodes import ZERO, Expr, power_node, show_shape
from symml.read.tracing.records import parts_of, with_parts

_MAX_PATHS, _MAX_CONDITIONS = 64, 64
_UNDEFINED = power_node(ZERO, Fraction(-1))
Decisions = tuple[bool, ...]


class Path:
    """One way through the function.

    Attributes:
        taken: The conditions in the order in which they were met, with the decisions.
    """

    def __init__(self, decisions: Decisions) -> None:
        self._decisions = decisions
        self.taken: list[tuple[Expr, bool]] = []

    @property
    def decisions(self) -> Decisions:
        """The decisions on the way."""
        return tuple(decision for _, decision in self.taken)

    def decide(self, condition: Expr) -> bool:
        """Whether the condition holds on this way."""
        for known, decision in self.taken:
            if known is condition:
                return decision
        place = len(self.taken)
        if place >= _MAX_CONDITIONS:
            raise TraceError(
                f"a branch depends on the data, more than {_MAX_CONDITIONS} times on one way through the function",
                cure="use a loop with a fixed number of rounds, and np.where(condition, a, b) in the place of if",
            )
        decision = self._decisions[place] if place < len(self._decisions) else True
        self.taken.append((condition, decision))
        return decision


_path: ContextVar[Path | None] = ContextVar("path", default=None)


@contextmanager
def following(path: Path) -> Iterator[None]:
    """Lets the conditions that are met be decided by a path."""
    token = _path.set(path)
    try:
        yield
    finally:
        _path.reset(token)


def decided(condition: Expr) -> bool | None:
    """The decision on a condition; ``None`` when no path is followed."""
    path = _path.get()
    return None if path is None else path.decide(condition)


class Stops(Exception):
    """The function stops on this way with an error of its own: ``raise`` or ``assert``."""

    def __init__(self, error: TraceError) -> None:
        super().__init__(error.what)
        self.error = error


class Explored:
    """All ways through a function.

    Attributes:
        value: The results, put together by the conditions.
        paths: How many ways there are.
        stopped: The errors with which ways end.
        guard: Zero where the function returns, without a value where it stops; ``None`` when it always returns.
    """

    def __init__(self, run: Callable[[], Any]) -> None:
        self.stopped: list[str] = []
        leaves: dict[Decisions, Any] = {}
        conditions: dict[Decisions, Expr] = {}
        pending: list[Decisions] = [()]
        while pending:
            prefix = pending.pop()
            path = Path(prefix)
            with following(path):
                try:
                    found = run()
                except Stops as stop:
                    found = stop
                    self.stopped.append(str(stop))
            leaves[path.decisions] = found
            for k in range(len(prefix), len(path.taken)):
                conditions[path.decisions[:k]] = path.taken[k][0]
                pending.append((*path.decisions[:k], not path.taken[k][1]))
            if len(leaves) + len(pending) > _MAX_PATHS:
                raise TraceError(
                    f"a branch depends on the data, and there are more than {_MAX_PATHS} ways through the function",
                    cure="use np.where(condition, a, b) in the place of if",
                )
        self.paths = len(leaves)
        guards: dict[Decisions, Any] = {key: _UNDEFINED if isinstance(v, Stops) else ZERO for key, v in leaves.items()}
        for prefix in sorted(conditions, key=len, reverse=True):
            for tree in (leaves, guards):
                tree[prefix] = _either(conditions[prefix], tree[*prefix, True], tree[*prefix, False])
        self.value = leaves[()]
        self.guard: Expr | None = guards[()] if self.stopped else None
        if isinstance(self.value, Stops):
            raise self.value.error


def _either(condition: Expr, yes: Any, no: Any) -> Any:
    """One of two results; a way that stops leaves the other."""
    if isinstance(yes, Stops) or isinstance(no, Stops):
        return no if isinstance(yes, Stops) else yes
    first, second = parts_of(yes), parts_of(no)
    if first is not None and second is not None and first.keys() == second.keys():
        return with_parts(yes, {key: _either(condition, first[key], second[key]) for key in first})
    if isinstance(yes, Expr) and isinstance(no, Expr):
        if yes is no:
            return yes
        if yes.shape != no.shape:
            raise TraceError(
                f"the branches return shapes {show_shape(yes.shape)} and {show_shape(no.shape)}",
                cure="return arrays of one shape",
            )
        return names.NAMES["where"](condition, yes, no)
    if yes is no or (isinstance(yes, str) and yes == no):
        return yes
    raise TraceError("the branches return values of different kinds", cure="return the same kind on each branch")
