r"""Of ``j \ne i`` below a sum: i is given where it stands free in the same formula, else both run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from symml.read.math.bigs import Bound, names_of
from symml.read.math.calls import Applied
from symml.read.math.parser import Parser
from symml.read.math.tree import Node

Scoped = tuple[Node, frozenset[str]]


def settled(p: Parser, sides: Iterable[Node]) -> list[Node]:
    """The sides of one formula, with every letter below a big operator running or given.

    Raises:
        ReadError: Nobody knows whether a letter runs, too.
    """
    found = list(sides)
    if not any(_is_doubtful(node) for side in found for node, _ in _scoped(side)):
        return found
    free = {node.value.key for side in found for node, bound in _scoped(side) if _is_free(node, bound)}
    return [_settled(p, side, free) for side in found]


def _is_doubtful(node: Node) -> bool:
    return isinstance(node.value, Bound) and bool(node.value.doubtful)


def _is_free(node: Node, bound: frozenset[str]) -> bool:
    return node.kind == "name" and not node.args and node.value.key not in bound


def _scoped(root: Node) -> Iterator[Scoped]:
    """Every node with the letters that are bound around it."""
    todo: list[Scoped] = [(root, frozenset())]
    while todo:
        node, bound = todo.pop()
        yield node, bound
        inner = bound
        if isinstance(node.value, Bound):
            inner = bound | frozenset(node.value.letters)
            ends = (node.value.low, node.value.high)
            todo += [(end, bound) for end in ends if end is not None]
            todo += [(condition, inner) for condition in node.value.conditions]
        if isinstance(node.value, Applied) and node.value.below is not None:
            todo.append((node.value.below, bound))
        todo += [(part, inner) for part in node.args]


def _settled(p: Parser, node: Node, free: set[str]) -> Node:
    if not any(_is_doubtful(part) for part, _ in _scoped(node)):
        return node
    args = tuple(_settled(p, part, free) for part in node.args)
    bound = node.value
    if not isinstance(bound, Bound) or not bound.doubtful:
        return replace(node, args=args)
    _check(p, node, bound, free)
    given = {letter for letter in bound.doubtful if letter in free}
    running = tuple(letter for letter in bound.letters if letter not in given)
    return replace(node, args=args, value=replace(bound, letters=running, doubtful=()))


def _check(p: Parser, node: Node, bound: Bound, free: set[str]) -> None:
    r"""Of ``j \ne i`` with an i that stands nowhere else, nobody knows whether i runs, too."""
    used = {part.value.key for part, _ in _scoped(node.args[0]) if part.kind == "name" and not part.args}
    for condition in bound.conditions:
        names = [name for side in condition.args for name in names_of(side)]
        if condition.value[0] == "in" or len(names) != 2 or len(bound.letters) != 2:
            continue
        one, other = names
        if other in bound.doubtful and other not in free and (other < one or other not in used):
            what = (
                f"ambiguous: {p.source[condition.start : condition.end]} runs over {one} for a given {other}, or both"
            )
            cure = rf"write \sum_{{{other}}} \sum_{{{one} \ne {other}}} for both, x_{other} = ... for one"
            raise p.error(condition, what, cure)
