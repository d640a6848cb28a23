"""The book as one document: Markdown with dollar math, or LaTeX."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from symml.catalog.book import chapter_text, chapters, entries
from symml.catalog.entry import Entry
from symml.catalog.views import domain_text, latex, tight_texts

FORMATS = ("md", "latex")
_HEAD = r"""\documentclass{article}
\usepackage{amsmath,amssymb,bm}
\begin{document}
"""


def book(format: str, only: Iterable[str] = ()) -> str:
    """The chapters as a document.

    Args:
        format: ``md`` or ``latex``.
        only: The chapters to print; all by default.
    """
    wanted = tuple(only) or chapters()
    if format == "md":
        return "\n".join(line for chapter in wanted for line in _chapter_md(chapter))
    body = "\n".join(line for chapter in wanted for line in _chapter_latex(chapter))
    return f"{_HEAD}{body}\n\\end{{document}}\n"


def _where(entry: Entry) -> str:
    return ", ".join(f"{name}: {domain_text(declared)}" for name, declared in entry.declared.items())


def _notes(entry: Entry) -> Iterator[tuple[str, str]]:
    """What stands under the formula, as label and text."""
    if entry.declared:
        yield "for", _where(entry)
    if entry.given:
        yield "given", entry.given
    for row in tight_texts(entry):
        yield "tight", row
    if entry.instead:
        yield "instead", entry.instead
    yield "source", entry.source


# ---- Markdown --------------------------------------------------------------------------------------------------------
def _chapter_md(chapter: str) -> Iterator[str]:
    first, _, rest = chapter_text(chapter).partition("\n")
    yield f"# {first.rstrip('.')}\n\n{rest.strip()}\n"
    for e in entries(chapter):
        yield f"## `{e.id}`\n\n*{e.kind}* — {e.sentence}\n"
        if e.remark:
            yield e.remark + "\n"
        yield f"$$\n{latex(e, steps=True)}\n$$\n"
        yield "\n".join(f"- {label}: {text}" for label, text in _notes(e)) + "\n"


# ---- LaTeX -----------------------------------------------------------------------------------------------------------
def _chapter_latex(chapter: str) -> Iterator[str]:
    first, _, _ = chapter_text(chapter).partition("\n")
    yield rf"\section{{{escaped(first.rstrip('.'))}}}"
    for e in entries(chapter):
        yield rf"\paragraph{{\texttt{{{escaped(e.id)}}} ({e.kind}).}} {escaped(e.sentence)} {escaped(e.remark)}"
        yield f"\\[\n{latex(e, steps=True)}\n\\]"
        yield r"\noindent{\footnotesize " + escaped("; ".join(": ".join(note) for note in _notes(e))) + "}\n"


_SPECIAL = {"\\": r"\textbackslash{}", "^": r"\^{}", "~": r"\~{}", "<": r"\ensuremath{<}", ">": r"\ensuremath{>}"}


def escaped(text: str) -> str:
    """Prose as LaTeX."""
    return "".join(_SPECIAL.get(c, "\\" + c if c in "&%$#_{}" else c) for c in text)
