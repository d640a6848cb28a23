"""Markdown: formulas between dollars, formulas of plain text in bold or after a colon, and blocks of code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

from symml.documents.spans import Span

_MATH_FENCES = ("math", "latex", "tex", "{math}")
_BRACKETED = re.compile(r"\\\((.+?)\\\)|\\\[(.+?)\\\]", re.DOTALL)
_RELATION = re.compile(r"(?<![<>!=:])=(?!=)|[≤≥≈]")
_WORD = re.compile(r"[^\W\d_]{3,}")
_MATHEMATICAL = re.compile(
    r"exp|log|sin|cos|tan|sinh|cosh|tanh|arcsin|arccos|arctan|sqrt|abs|det|trace|rank|diag|max|min|argmax|argmin|sup|inf"
    r"|var|cov|std|mean|softmax|sigmoid|relu|gelu|softplus|sign|erf|lim|vec|mod|proj|new|old|pred|true|lam|eps|eta|rho|tau"
    r"|phi|psi|chi|alpha|beta|gamma|delta|theta|kappa|lambda|sigma|omega|logdet|logsumexp",
    re.IGNORECASE,
)
# Pieces of plain text that may be formulas stand between colons, arrows and semicolons.
_WHOLE = re.compile(r".+", re.DOTALL)
_PIECE = re.compile(r"[^:;→⇒]+")


def spans(source: str) -> Iterator[Span]:
    """The formulas and the code of a Markdown text, in order."""
    parser = MarkdownIt("commonmark").enable("table")
    for plugin in (dollarmath_plugin, amsmath_plugin, front_matter_plugin):
        parser.use(plugin)
    lines = source.splitlines()
    section = 0
    for block, token in enumerate(parser.parse(source)):
        section += token.type == "heading_open" and token.tag in ("h1", "h2")
        if token.map is None:
            continue
        found: Iterable[Span] = ()
        if token.type in ("math_block", "math_block_label", "amsmath"):
            found = (_displayed(token, lines, block),)
        elif token.type == "fence":
            found = _fence(token, block)
        elif token.type == "inline":
            found = _inline(token, lines, block)
        yield from (replace(span, section=section) for span in found)


def _displayed(token: Token, lines: list[str], block: int) -> Span:
    assert token.map is not None
    first = next((part for part in token.content.splitlines() if part.strip()), "")
    line = next((k for k in range(*token.map) if first.strip() in lines[k]), token.map[0])
    return Span("latex", token.content.strip(), line + 1, max(lines[line].find(first.strip()), 0) + 1, block)


def _fence(token: Token, block: int) -> Iterator[Span]:
    assert token.map is not None
    language = token.info.split()[0].lower() if token.info.split() else ""
    if language in _MATH_FENCES:
        yield Span("latex", token.content.strip(), token.map[0] + 2, 1, block)
    elif language in ("python", "py", "python3"):
        yield Span("code", token.content, token.map[0] + 2, 1, block)


def _inline(token: Token, lines: list[str], block: int) -> Iterator[Span]:
    """The formulas of a paragraph, each looked up in the lines from where the last one ended."""
    assert token.map is not None
    line, column = token.map[0], 0
    before, depth = "", 0
    for child in token.children or []:
        depth += child.nesting if child.type in ("strong_open", "strong_close", "em_open", "em_close") else 0
        for kind, text, at in _formulas(child, depth > 0):
            first = text.split("\n", 1)[0]
            line, column = _place(lines, first, line, column, token.map[1])
            said = before + child.content[:at]
            yield Span(kind, text, line + 1, column + 1, block, said, is_sure=kind == "latex")
            column += len(first)
        before += child.content if child.type not in ("softbreak", "hardbreak") else "\n"


def _formulas(child: Token, is_marked: bool) -> Iterator[tuple[str, str, int]]:
    """(kind, text, offset) of the formulas of a part of a line."""
    if child.type in ("math_inline", "math_inline_double", "math_single"):
        yield "latex", child.content.strip(), 0
    if child.type not in ("text", "code_inline"):
        return
    bracketed = list(_BRACKETED.finditer(child.content))
    for found in bracketed:
        yield "latex", (found[1] or found[2]).strip(), found.start()
    if bracketed:
        return
    pieces = _WHOLE if child.type == "code_inline" or is_marked else _PIECE
    for found in pieces.finditer(child.content):
        text = found[0].strip()
        if _RELATION.search(text) and not _is_prose(text):
            yield "text", text, found.start()


def _is_prose(text: str) -> bool:
    """Whether there are words in a text that are no functions; one may be the name of what is defined."""
    words = [word for word in _WORD.findall(text) if not (_MATHEMATICAL.fullmatch(word) or _is_product(word))]
    return len(words) > 1 or (len(words) == 1 and not text.startswith(words[0]))


def _is_product(word: str) -> bool:
    """Whether a word may be capitals side by side, such as ABC."""
    return len(word) == 3 and word.isupper()


def _place(lines: list[str], text: str, line: int, column: int, end: int) -> tuple[int, int]:
    """(line, column) of a text at or after a place; the place itself where it is written otherwise."""
    for k in range(line, min(end, len(lines))):
        at = lines[k].find(text, column if k == line else 0)
        if at >= 0:
            return k, at
    return line, column
