"""Alignments as statements: rows that go on with a relation or an operator belong to the chain before them."""

from __future__ import annotations

from symml.read.math.environments import ALIGNED
from symml.read.math.tokens import Token
from symml.read.math.vocabulary import RELATIONS

_CONTINUES = frozenset(["+", "-", r"\pm", r"\cdot", r"\times", "*", "/", r"\odot", r"\stackrel", r"\overset"]) | set(
    RELATIONS
)


def statements(found: list[Token]) -> list[list[Token]]:
    """The tokens of each statement, without alignment marks."""
    rows = _rows(_without_alignment(found))
    result: list[list[Token]] = []
    for row, indented in rows:
        goes_on = result and (
            row[0].text in RELATIONS
            or (indented and row[0].text in _CONTINUES)
            or result[-1][-1].text in _CONTINUES
            or not _has_relation(row)
        )
        if goes_on:
            result[-1] += row
        else:
            result.append(list(row))
    return result


def _without_alignment(found: list[Token]) -> list[Token]:
    """Without the marks of environments that only align."""
    kept = []
    k = 0
    while k < len(found):
        token = found[k]
        k += 1
        if token.kind in ("begin", "end") and token.text in ALIGNED:
            if (
                token.text in ("alignat", "alignedat")
                and token.kind == "begin"
                and found[k : k + 1]
                and found[k].text == "{"
            ):
                k += 3
            continue
        kept.append(token)
    return kept


def _rows(found: list[Token]) -> list[tuple[list[Token], bool]]:
    """Rows at the top level; whether an alignment mark stood first in each."""
    rows: list[tuple[list[Token], bool]] = []
    row: list[Token] = []
    indented, depth = False, 0
    for token in found:
        depth += {"begin": 1, "end": -1}.get(token.kind, 0)
        depth += {"{": 1, "}": -1}.get(token.text, 0) if token.kind == "sign" else 0
        if depth == 0 and token.text == r"\\":
            rows.append((row, indented))
            row, indented = [], False
        elif depth == 0 and token.text == "&":
            indented = indented or not row
        else:
            row.append(token)
    rows.append((row, indented))
    return [(_trimmed(tokens), mark) for tokens, mark in rows if _trimmed(tokens)]


def _trimmed(row: list[Token]) -> list[Token]:
    """Without the punctuation of a sentence at the end."""
    while row and row[-1].text in (".", ",", ";") and row[-1].kind == "sign":
        row = row[:-1]
    return row


def _has_relation(row: list[Token]) -> bool:
    depth = 0
    for token in row:
        depth += {"{": 1, "}": -1, "(": 1, ")": -1, "[": 1, "]": -1}.get(token.text, 0)
        if depth == 0 and token.text in RELATIONS:
            return True
    return False
