"""Pieces of Python with their precedence: brackets stand where they are needed and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

COMPARE, SUM, MATMUL, PRODUCT, UNARY, POWER, ATOM = range(7)


@dataclass(frozen=True)
class Code:
    """A Python expression: its text without a leading minus, how tightly it binds, and whether the minus stands."""

    text: str
    level: int = ATOM
    negative: bool = False

    def __str__(self) -> str:
        if not self.negative:
            return self.text
        return f"-{self.text}" if self.level >= PRODUCT and not _has_matmul(self.text) else f"-({self.text})"

    def at(self, level: int) -> str:
        """The text, in brackets where it binds less tightly than ``level``."""
        own = min(self.level, UNARY) if self.negative else self.level
        return str(self) if own >= level else f"({self})"

    def __neg__(self) -> Code:
        return replace(self, negative=not self.negative)

    @property
    def positive(self) -> Code:
        """The code without its minus."""
        return replace(self, negative=False)

    @property
    def is_name(self) -> bool:
        """Whether this is a mere name or number, perhaps transposed: free to write twice."""
        plain = self.text.removesuffix(".T").replace(".", "").replace("_", "")
        return self.level == ATOM and not self.negative and plain.isalnum()


def _has_matmul(text: str) -> bool:
    """Whether ``@`` stands outside brackets: a minus in front would negate the whole left matrix."""
    depth = 0
    for k, letter in enumerate(text):
        depth += (letter in "([") - (letter in ")]")
        if depth == 0 and text.startswith(" @ ", k):
            return True
    return False


def as_float(code: Code) -> Code:
    """The code, where a whole number is written as a float."""
    return replace(code, text=code.text + ".0") if code.text.isdecimal() else code


def call(function: str, *args: object) -> Code:
    """``function(a, b)``."""
    return Code(f"{function}({', '.join(map(str, args))})")


def subscript(base: Code, keys: Iterable[str]) -> Code:
    """``base[keys]``; a minus stays in front."""
    return Code(f"{base.positive.at(ATOM)}[{', '.join(keys)}]", negative=base.negative)


def transposed(base: Code) -> Code:
    """``base.T`` of a matrix; a double transpose cancels."""
    if base.level == ATOM and not base.negative and base.text.endswith(".T"):
        return Code(base.text[:-2])
    return Code(base.positive.at(ATOM) + ".T", negative=base.negative)


def power(base: Code, exponent: str) -> Code:
    """``base**exponent``."""
    return Code(f"{base.at(ATOM)}**{exponent}", POWER)


def matmul(left: Code, right: Code) -> Code:
    """``left @ right``."""
    text = f"{left.positive.at(POWER)} @ {right.positive.at(POWER)}"
    return Code(text, MATMUL, left.negative != right.negative)


def times(*parts: Code) -> Code:
    """``a * b * c``, the signs gathered in front."""
    if len(parts) == 1:
        return parts[0]
    first, *rest = (part.positive for part in parts)
    text = " * ".join([first.at(PRODUCT), *(part.at(POWER) for part in rest)])
    return Code(text, PRODUCT, sum(part.negative for part in parts) % 2 == 1)


def over(top: Code, *below: Code) -> Code:
    """``top / b / c``."""
    text = " / ".join([top.positive.at(MATMUL), *(part.positive.at(POWER) for part in below)])
    return Code(text, PRODUCT, sum(part.negative for part in (top, *below)) % 2 == 1) if below else top


def plus(terms: Iterable[Code]) -> Code:
    """``a + b - c``, a term without a minus in front where there is one."""
    ordered = list(terms)
    first = next((k for k, term in enumerate(ordered) if not term.negative), 0)
    lead = ordered.pop(first)
    text = lead.at(SUM) if ordered else str(lead)
    for term in ordered:
        text += (" - " if term.negative else " + ") + term.positive.at(MATMUL)
    return Code(text, SUM) if ordered else lead
