"""Every error symml raises on purpose: what went wrong, where, why, and what to write instead."""

from __future__ import annotations


class SymmlError(Exception):
    """An error about the user's input.

    Args:
        what: One sentence that says what is wrong.
        cure: What to write instead, if that is known.
        source: The text in which it happened, for a caret.
        column: 0-based offset of the caret in ``source``.
    """

    def __init__(self, what: str, *, cure: str = "", source: str = "", column: int | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.cure = cure
        self.source = source
        self.column = column

    def __str__(self) -> str:
        lines = [self.what]
        if self.source and self.column is not None:
            lines += _excerpt(self.source, self.column)
        if self.cure:
            lines.append(self.cure)
        return "\n".join(lines)


def _excerpt(source: str, column: int, width: int = 76) -> list[str]:
    """The line of ``source`` around ``column`` and a caret under it."""
    start = source.rfind("\n", 0, column) + 1
    end = source.find("\n", column)
    line, offset = source[start : end if end >= 0 else len(source)], column - start
    left = max(0, min(offset - width // 2, len(line) - width))
    return ["  " + line[left : left + width], "  " + " " * (offset - left) + "^"]


class ShapeError(SymmlError):
    """The shapes do not fit together."""


class DomainError(SymmlError):
    """A value lies outside the domain on which the expression is defined."""


class ReadError(SymmlError):
    """A text could not be read as mathematics.

    Attributes:
        unknown: The names of which the text says too little; declaring them may help.
    """

    unknown: tuple[str, ...] = ()


class MisfitError(ReadError):
    """A text adds, multiplies or compares arrays whose shapes do not fit: read as a claim, it is false."""


class DeclarationError(SymmlError):
    """A declaration of names, shapes and domains does not make sense."""


class NotDerivable(SymmlError):
    """There is no derivative rule for this node."""


class NotEvaluable(SymmlError):
    """The expression has no value here: a pole, or a function that the evaluator does not know."""


class TraceError(SymmlError):
    """A Python function could not be traced into an expression."""


class UnknownEntry(SymmlError):
    """The book has no entry of that name."""
