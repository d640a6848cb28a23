"""Which parts of an expression get names in print: what is long and printed more than once, and what is too deep.

A chain of ten thousand layers is printed stage by stage, each in terms of the one before; nothing recurses over it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import chain, count

from symml.expr.binders import is_open, reached
from symml.expr.nodes import Expr, Extent, Symbol
from symml.expr.scoped import Bound
from symml.expr.walk import size_names, topological

Wanted = Callable[[Expr, Mapping[Expr, str]], Iterable[str] | None]
_MAX_DEPTH, _MAX_SIZE = 24, 500
# With an index, letters that are neither symbols nor dims of the formula: h_2 would be an entry of h.
_INDEXED = {0: "ctazqb", 1: "uvhzqb", 2: "GHBCFZQUVAMNKLSTWXY"}


class Namer:
    """Gives names that are not taken."""

    def __init__(self, root: Expr) -> None:
        nodes = topological(root)
        self.taken = {node.name for node in nodes if isinstance(node, Symbol | Bound)} | {"e", "d", "I", "T", "E"}
        self.taken |= {str(node.size) for node in nodes if isinstance(node, Extent)} | set(size_names(root))
        self.letters = {rank: [c for c in row if c not in self.taken] or ["z_z"] for rank, row in _INDEXED.items()}
        self.counters = {rank: count(1) for rank in _INDEXED}

    def fresh(self, rank: int, options: Iterable[str] = ()) -> str:
        """The first option that is free, or a letter with an index."""
        numbered = (f"{self.letters[rank][0]}{k}" for k in self.counters[rank])
        found = next(option for option in chain(options, numbered) if option not in self.taken)
        self.taken.add(found)
        return found


def staged(
    root: Expr, wanted: Callable[[Expr, Mapping[Expr, str]], Iterable[str] | None] | None = None
) -> dict[Expr, str]:
    """Names for parts of an expression, in the order in which they are defined.

    Args:
        root: The expression.
        wanted: The names that a part would like, or ``None`` where it needs none; asked for every part.
    """
    nodes = topological(root)
    # Scopes are found for all parts at once.
    is_open(root)
    namer: Namer | None = None
    names: dict[Expr, str] = {}
    depth: dict[Expr, int] = {}
    size: dict[Expr, int] = {}
    for node in nodes:
        depth[node] = 1 + max((depth[arg] for arg in node.args), default=0)
        size[node] = 1 + sum(size[arg] for arg in node.args)
        if node is root or not 0 <= len(node.shape) <= 2 or is_open(node):
            continue
        options = wanted(node, names) if wanted is not None else None
        if options is None and depth[node] <= _MAX_DEPTH and size[node] <= _MAX_SIZE:
            continue
        if options is None and not node.args:
            continue
        namer = namer or Namer(root)
        names[node] = namer.fresh(len(node.shape), options or ())
        depth[node] = size[node] = 1
    return names


def visible(root: Expr, names: Mapping[Expr, str]) -> list[Expr]:
    """The nodes that are printed, arguments first: nothing under a named node."""
    if not names:
        return topological(root)
    return reached(root, lambda node: node.args if node is root or node not in names else ())
