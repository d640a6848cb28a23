"""The typed tree: what a text says, before it is known what the parts are; every node knows its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


def set_of(words: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(words.split())


@dataclass(frozen=True, eq=False, slots=True)
class Node:
    """A part of a formula.

    Attributes:
        kind: What it is: ``number``, ``name``, ``sum``, ``product``, ``power``, ``call``, ``big`` ...
        args: Its parts.
        value: What the kind needs besides.
        start: Where it starts in the source.
        end: Where it ends in the source.
    """

    kind: str
    args: tuple[Node, ...] = ()
    value: Any = None
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Written:
    r"""A symbol as it is written: ``\hat{W}'_{ij}^{(l)}``.

    Attributes:
        base: The letter with its style and accents, in canonical LaTeX.
        sub: What stands below, in canonical LaTeX.
        sup: What stands above, in canonical LaTeX.
        primes: The number of primes.
    """

    base: str
    sub: str = ""
    sup: str = ""
    primes: int = 0

    @property
    def key(self) -> str:
        """The symbol in one canonical spelling."""
        below = f"_{{{self.sub}}}" if self.sub else ""
        above = f"^{{{self.sup}}}" if self.sup else ""
        return self.base + "'" * self.primes + below + above

    def __str__(self) -> str:
        return self.key.replace(r"\mathrm{", "").replace("}", "") if self.base.startswith(r"\mathrm{") else self.key


def walk(root: Node) -> list[Node]:
    """Every node under ``root``, a part before its whole."""
    found: list[Node] = []
    todo = [root]
    while todo:
        node = todo.pop()
        found.append(node)
        todo.extend(node.args)
    return found[::-1]
