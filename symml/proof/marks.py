"""Marks on what a step changed: a box in LaTeX, a line of carets under text."""

from __future__ import annotations

from collections.abc import Sequence

from symml.expr.nodes import Expr
from symml.render import latex, text
from symml.render.names import columns

Span = tuple[int, int]


def marked_latex(line: str, whole: Expr, parts: Sequence[Expr]) -> str:
    """The line with a box around each part that is found in it."""
    spans = _spans(line, [latex.latex(part) for part in parts if part is not whole])
    for start, end in reversed(spans):
        line = f"{line[:start]}\\boxed{{{line[start:end]}}}{line[end:]}"
    return line


def underlined(before: str, line: str, parts: Sequence[Expr]) -> str:
    """Carets under each part that is found in the line, which stands after ``before``; empty where none is."""
    spans = _spans(line, [text.show(part) for part in parts])
    if not spans or spans == [(0, len(line))]:
        return ""
    row = [" "] * columns(line)
    for start, end in spans:
        first = columns(line[:start])
        row[first : first + columns(line[start:end])] = "^" * columns(line[start:end])
    return " " * columns(before) + "".join(row).rstrip()


def _spans(line: str, shown: Sequence[str]) -> list[Span]:
    """Where the parts stand as wholes in the line, without overlaps, from left to right."""
    found = [span for part in shown for span in _places(line, part)]
    kept: list[Span] = []
    for start, end in sorted(found, key=lambda span: (span[0], -span[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept


def _places(line: str, part: str) -> list[Span]:
    places = []
    start = line.find(part)
    while start >= 0:
        end = start + len(part)
        if _is_whole(line, start, end) and _is_balanced(part):
            places.append((start, end))
        start = line.find(part, start + 1)
    return places


def _is_whole(line: str, start: int, end: int) -> bool:
    """Whether no name is cut, on either side."""
    cut_left = start > 0 and _same_name(line[start - 1], line[start])
    cut_right = end < len(line) and _same_name(line[end - 1], line[end])
    return not cut_left and not cut_right and (start == 0 or line[start - 1] not in "\\∂_ⅆ")


def _same_name(a: str, b: str) -> bool:
    """Whether two characters side by side belong to one name or number."""
    return a.isalnum() and (b.isalnum() or b in "_[") and not (b in "²³ᵀ" or a in "²³ᵀ")


def _is_balanced(part: str) -> bool:
    return all(part.count(a) == part.count(b) for a, b in (("{", "}"), ("(", ")"), (r"\left", r"\right")))
