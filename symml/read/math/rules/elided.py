r"""Elided sums and products: ``x_1 + x_2 + \dots + x_n``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from symml.read.math.bigs import Bound
from symml.read.math.tree import Node, Written
from symml.read.math.value import Value

if TYPE_CHECKING:
    from symml.read.math.elaborate import Elaborator

_LETTER = "elided"


def total(e: Elaborator, node: Node) -> Value:
    """A sum with dots: the terms before and after them differ in one number."""
    return _elided(e, node, "sum", "sum")


def product(e: Elaborator, node: Node) -> Value:
    """A product with dots."""
    return _elided(e, node, "product", "prod")


def _elided(e: Elaborator, node: Node, kind: str, operator: str) -> Value:
    at = next(k for k, part in enumerate(node.args) if part.kind == "dots")
    if not 1 <= at == len(node.args) - 2 or any(sign not in ("", "+") for sign in node.value[at:]):
        raise e.error(node.args[at], r"not understood: \dots here", r"write \sum_{i=1}^n")
    last = node.args[-1]
    before = node.args[:at]
    firsts = _first_of_run(e, before, last)
    body, low, high = _pattern(e, node.args[at], before[firsts], last)
    for k, part in enumerate(before[firsts:]):
        own = _pattern(e, node.args[at], part, last)[1]
        if own.kind != "number" or low.kind != "number" or own.value != low.value + k:
            raise e.error(part, r"the terms before \dots do not count up", r"write \sum_{i=1}^n")
    bound = Bound(operator, (_LETTER,), low, high)
    whole = Node("big", (body,), bound, before[firsts].start, last.end)
    if not firsts:
        return e.value(whole)
    rest = Node(kind, (*before[:firsts], whole), (*node.value[:firsts], node.value[firsts]), node.start, node.end)
    return e.value(rest)


def _first_of_run(e: Elaborator, before: tuple[Node, ...], last: Node) -> int:
    """The first of the terms that belong to the elided run."""
    first = len(before)
    while first and _differences(before[first - 1], last) is not None:
        first -= 1
    if first == len(before):
        raise e.error(last, r"the terms around \dots are not alike", r"write \sum_{i=1}^n")
    return first


def _pattern(e: Elaborator, dots: Node, first: Node, last: Node) -> tuple[Node, Node, Node]:
    """(the term with a running letter, its first value, its last value)."""
    found = _differences(first, last)
    if not found or len({_shown(a) for a, _ in found}) > 1 or len({_shown(b) for _, b in found}) > 1:
        raise e.error(dots, r"the terms around \dots are not alike", r"write \sum_{i=1}^n")
    low, high = found[0]
    letter = Node("name", (), Written(_LETTER), low.start, low.end)
    return _replaced(first, {id(a) for a, _ in found}, letter), low, high


def _shown(node: Node) -> str:
    return f"{node.kind}{node.value}{[_shown(part) for part in node.args]}"


def _differences(a: Node, b: Node) -> list[tuple[Node, Node]] | None:
    """Where two terms differ, if they differ in numbers of the first only."""
    if a.kind == "number" and not (b.kind == "number" and a.value == b.value):
        return [(a, b)]
    if a.kind != b.kind or len(a.args) != len(b.args) or not _same_value(a.value, b.value, bool(a.args)):
        return None
    found: list[tuple[Node, Node]] = []
    for x, y in zip(a.args, b.args, strict=True):
        inner = _differences(x, y)
        if inner is None:
            return None
        found += inner
    return found


def _same_value(a: Any, b: Any, has_parts: bool) -> bool:
    if isinstance(a, Written) and isinstance(b, Written) and has_parts:
        return a.base == b.base
    return bool(a == b)


def _replaced(node: Node, old: set[int], new: Node) -> Node:
    """The term with a running letter in the place of the numbers that differ."""
    if id(node) in old:
        return new
    if not node.args:
        return node
    value = Written(node.value.base) if node.kind == "name" else node.value
    return replace(node, args=tuple(_replaced(part, old, new) for part in node.args), value=value)
