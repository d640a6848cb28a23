r"""What an index runs over: numbers, an axis, a set, or bounds that move with another index (``\sum_{j=1}^{i}``)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from symml.expr.dims import Dim
from symml.expr.nodes import Expr
from symml.read.math.bigs import Bound
from symml.read.math.elaborate import Range
from symml.read.math.rules.indices import letter_of, shifted
from symml.read.math.tree import Node, walk

if TYPE_CHECKING:
    from symml.read.math.elaborate import Elaborator


@dataclass(frozen=True)
class Guard:
    """``letter sign other + shift`` must hold: a bound of one index that moves with another."""

    node: Node
    letter: str
    sign: str
    other: str
    shift: int


@dataclass(frozen=True)
class _Moving:
    """An end ``letter + shift`` of a range."""

    letter: str
    shift: int
    range: Range


def span(e: Elaborator, node: Node, bound: Bound, letter: str) -> tuple[Range, list[Guard]]:
    """The numbers that a letter runs over, and what must hold of them beside."""
    for condition in bound.conditions:
        if condition.value[0] == "in" and letter_of(condition.args[0]) == letter:
            return Range(_set_size(e, condition, letter)), []
    if bound.high is None:
        return Range(e.unknown(f"n_{node.start}_{_plain(letter)}")), []
    low = _moving(e, node, bound.low)
    high = _moving(e, node, bound.high)
    if bound.low is None:
        if high is not None:
            raise e.error(bound.high, f"where {letter} starts is not said", rf"write \sum_{{{letter}=1}}^{{...}}")
        return Range(e.dim(bound.high)), []
    start = _start_of(low) if low is not None else e.dim(bound.low)
    stop = _stop_of(high) if high is not None else e.dim(bound.high)
    count = stop - start + 1
    assert not isinstance(count, Expr)
    if isinstance(count, int) and count < 1:
        raise e.error(bound.high, f"this runs from {start} to {stop}", "the upper bound lies below the lower one")
    guards = [Guard(bound.low, letter, ">=", low.letter, low.shift)] if low is not None else []
    guards += [Guard(bound.high, letter, "<=", high.letter, high.shift)] if high is not None else []
    return Range(count, start), guards


def _moving(e: Elaborator, node: Node, end: Node | None) -> _Moving | None:
    """The end of a range as another index and a number, if it moves."""
    if end is None:
        return None
    letter, shift = shifted(e, end)
    if letter is None:
        _refuse_hidden_index(e, end)
        return None
    row = e.range_of(letter)
    if row is None and letter not in ("i", "j") and not _is_index_in(node, letter):
        return None
    if row is None:
        row = e.free_index(letter, e.unknown(f"n_{end.start}_{_plain(letter)}"))
    if not isinstance(shift, int):
        raise e.error(end, f"not understood: a bound {e.written(end)}", f"write {letter} + 1, {letter} - 2")
    return _Moving(letter, shift, row)


def _refuse_hidden_index(e: Elaborator, end: Node) -> None:
    """``2i`` as a bound."""
    for part in walk(end):
        letter = letter_of(part)
        if letter is not None and e.range_of(letter) is not None:
            raise e.error(end, f"not understood: a bound {e.written(end)}", f"write {letter} + 1, {letter} - 2")


def _is_index_in(node: Node, letter: str) -> bool:
    """Whether a letter stands as an index somewhere in the body."""
    return any(
        letter_of(part) == letter
        for entry in walk(node.args[0])
        if entry.kind in ("entry", "name", "label")
        for part in entry.args[entry.kind != "name" :]
    )


def _start_of(low: _Moving) -> Dim:
    """The least number from which a range can start; that of the other index where this is less."""
    first = 1 if low.range.low is None else low.range.low
    return first if low.shift >= 0 else _plus(first, low.shift)


def _stop_of(high: _Moving) -> Dim:
    """The largest number at which a range can stop; that of the other index where this is more."""
    first = 1 if high.range.low is None else high.range.low
    return _plus(_plus(_plus(first, high.range.dim), -1), max(high.shift, 0))


def _plus(a: Dim, b: Dim) -> Dim:
    found = a + b
    assert not isinstance(found, Expr)
    return found


def _plain(letter: str) -> str:
    return "".join(c for c in letter if c.isalnum())


def _set_size(e: Elaborator, condition: Node, letter: str) -> Dim:
    r"""``x \in \mathcal{X}`` runs over everything; ``i \in [n]`` and ``\{1, ..., n\}`` over numbers."""
    where = condition.args[1]
    if where.kind == "braces":
        first, last = where.args[0], where.args[-1]
        if first.kind == "number" and first.value == 1 and any(part.kind == "dots" for part in where.args):
            return e.dim(last)
    if where.kind == "group" and where.value in ("[", r"\{"):
        inner = where.args[0]
        if inner.kind in ("name", "declared", "number", "sum") and where.value == "[":
            return e.dim(inner)
    if (where.kind == "name" and not where.args and letter.rstrip("'").upper() == where.value.base[-2:-1]) or (
        where.kind == "name" and where.value.base == letter.rstrip("'").upper()
    ):
        return e.unknown(f"n_{condition.start}_{_plain(letter)}")
    what = f"not understood: {letter} runs over {e.written(where)}"
    raise e.error(condition, what, r"write \sum_{i=1}^n; sums over subsets have no expression here")
