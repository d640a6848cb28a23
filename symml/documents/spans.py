"""Pieces of a document, with their places: mathematics, code, and the prose before them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Span:
    """A piece of a document.

    Attributes:
        kind: ``latex``, ``text`` (Unicode mathematics) or ``code``.
        source: The piece, without its dollars or fences.
        line: The line of its first character, from 1.
        column: The column of its first character, from 1.
        block: The number of the block (paragraph, list item, cell) that it stands in.
        before: The prose of the block before it.
        section: The number of its section; definitions hold within one.
        written: The piece as it is written, where its macros are expanded in ``source``.
        is_sure: Whether it is marked as mathematics; of what is not, only what makes sense is looked at.
    """

    kind: str
    source: str
    line: int
    column: int
    block: int
    before: str = ""
    section: int = 0
    written: str = ""
    is_sure: bool = True
