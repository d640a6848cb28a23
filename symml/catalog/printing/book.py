"""The book as one document: Markdown with dollar math, LaTeX, or a web page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING

from symml.catalog.book import chapter_text, chapters, entries
from symml.catalog.entry import Entry
from symml.catalog.views import domain_latex, latex, tight_latex

if TYPE_CHECKING:
    from symml.catalog.report import Decided

FORMATS = ("md", "latex", "html")
# A reading order; a chapter that is not named here comes before the pitfalls.
_ORDER = (
    "vectors", "matrices", "decompositions", "derivative_table", "differentiation_rules", "gradients", "probability",
    "concentration", "distributions", "families", "exponential_families", "gaussians", "statistics",
    "hypothesis_tests", "information",
    "optimization", "algorithms", "regularization", "losses", "metrics", "distances",
    "activations", "networks", "generative",
)  # fmt: skip
_HEAD = r"""\documentclass{article}
\usepackage[a4paper,margin=22mm]{geometry}
\usepackage{amsmath,amssymb,bm}
\allowdisplaybreaks
\title{The symml book}
\date{}
\begin{document}
\maketitle
\tableofcontents
"""


def reading_order() -> tuple[str, ...]:
    """The chapters as a reader would take them."""
    places = {name: k for k, name in enumerate(_ORDER)}
    return tuple(sorted(chapters(), key=lambda name: (name == "pitfalls", places.get(name, len(places)))))


def book(format: str, only: Iterable[str] = (), verdicts: Mapping[str, Decided] = MappingProxyType({})) -> str:
    """The chapters as a document.

    Args:
        format: ``md``, ``latex`` or ``html``.
        only: The chapters to print; all by default.
        verdicts: For a web page: the verdicts to print, by id.

    Raises:
        SymmlError: A web page is asked for and latex2mathml is not installed.
    """
    wanted = tuple(only) or reading_order()
    if format == "html":
        from symml.catalog.printing.web import web_page

        return web_page(wanted, verdicts)
    if format == "md":
        return "\n".join(line for chapter in wanted for line in _chapter_md(chapter))
    body = "\n".join(line for chapter in wanted for line in _chapter_latex(chapter))
    return f"{_HEAD}{body}\n\\end{{document}}\n"


Note = tuple[str, str, bool]


def _notes(entry: Entry) -> Iterator[Note]:
    """What stands under the formula: label, text, and whether the text is a formula."""
    for name in entry.declared:
        yield "for", domain_latex(entry, name), True
    if entry.given:
        yield "given", entry.given, False
    for row in tight_latex(entry):
        yield "equality at", row, True
    if entry.tightness:
        yield "tight", entry.tightness, False
    if entry.instead:
        yield "instead", entry.instead, False
    yield "source", entry.source, False


def _labeled(notes: Iterable[Note], prose: Callable[[str], str]) -> Iterator[str]:
    """The notes as lines, those with one label on one line."""
    for label, rows in groupby(notes, key=lambda note: note[0]):
        yield f"{label}: " + ", ".join(f"${text}$" if is_math else prose(text) for _, text, is_math in rows)


# ---- Markdown --------------------------------------------------------------------------------------------------------
def _chapter_md(chapter: str) -> Iterator[str]:
    first, _, rest = chapter_text(chapter).partition("\n")
    yield f"# {first.rstrip('.')}\n\n{rest.strip()}\n"
    for e in entries(chapter):
        yield f"## `{e.id}`\n\n*{e.kind}* — {e.sentence}\n"
        if e.remark:
            yield e.remark + "\n"
        yield f"$$\n{latex(e, steps=True)}\n$$\n"
        yield "\n".join(f"- {line}" for line in _labeled(_notes(e), str)) + "\n"


# ---- LaTeX -----------------------------------------------------------------------------------------------------------
def _chapter_latex(chapter: str) -> Iterator[str]:
    first, _, rest = chapter_text(chapter).partition("\n")
    yield rf"\section{{{escaped(first.rstrip('.'))}}}"
    yield escaped(rest.strip()) + "\n"
    for e in entries(chapter):
        yield rf"\paragraph{{\texttt{{{escaped(e.id)}}} ({e.kind}).}} {escaped(e.sentence)} {escaped(e.remark)}"
        yield f"\\[\n{latex(e, steps=True)}\n\\]"
        yield r"\noindent{\footnotesize " + "; ".join(_labeled(_notes(e), escaped)) + "}\n"


_SPECIAL = {"\\": r"\textbackslash{}", "^": r"\^{}", "~": r"\~{}", "<": r"\ensuremath{<}", ">": r"\ensuremath{>}"}


def escaped(text: str) -> str:
    """Prose as LaTeX."""
    plain = text.replace("``", "")
    return "".join(_SPECIAL.get(c, "\\" + c if c in "&%$#_{}" else c) for c in plain)
