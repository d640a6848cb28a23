"""The book as one web page: formulas in MathML, plots in SVG, a search box; it needs no network and no other file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from html import escape
from importlib.resources import files

from symml.catalog.aliases import groups
from symml.catalog.bibliography import WORKS, keys
from symml.catalog.book import chapter_text, entries, has_entry
from symml.catalog.entry import Entry
from symml.catalog.printing.curves import plot_of
from symml.catalog.printing.mathml import large, mathml
from symml.catalog.printing.svg import svg
from symml.catalog.report import Decided
from symml.catalog.views import code, domain_latex, latex_rows, latex_value, tight_latex, where_latex
from symml.proof.verdict import HEADLINES

_ID = re.compile(r"\b([a-z_]+\.[a-z_0-9]+)\b")


def web_page(chapters: Iterable[str], verdicts: Mapping[str, Decided]) -> str:
    """The chapters as an HTML document.

    Args:
        chapters: The chapters in order.
        verdicts: The verdicts to print, by id; pitfalls show their witnesses.
    """
    names = tuple(chapters)
    found = {name: entries(name) for name in names}
    contents = "".join(f'<li><a href="#{name}">{_heading(name)}</a> {len(found[name])}</li>' for name in names)
    body = "".join(part for name in names for part in _chapter(name, found[name], verdicts))
    count = sum(map(len, found.values()))
    words = json.dumps([list(group) for group in groups()], ensure_ascii=False).replace("</", r"<\/")
    return "".join(
        [
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            f"<title>The symml book: {count} entries</title>\n<style>\n{_asset('book.css')}</style>\n</head>\n<body>\n",
            '<header><strong>The symml book</strong><input type="search" autofocus aria-label="Search"',
            ' placeholder="Search: sigmoid slope, kl divergence, 6.19 ... (press /)"><output></output></header>\n',
            f'<div class="columns">\n<nav><ol>{contents}</ol></nav>\n<main>\n{body}',
            f"{_bibliography(found.values())}</main>\n</div>\n",
            f'<script type="application/json" id="other-words">{words}</script>\n',
            f"<script>\n{_asset('book.js')}</script>\n</body>\n</html>\n",
        ]
    )


@cache
def _asset(name: str) -> str:
    return files("symml.catalog.printing").joinpath("assets", name).read_text(encoding="utf-8")


# ---- chapters --------------------------------------------------------------------------------------------------------
def _heading(chapter: str) -> str:
    return escape(chapter_text(chapter).partition("\n")[0].rstrip(".").partition(":")[0])


def _chapter(name: str, found: Iterable[Entry], verdicts: Mapping[str, Decided]) -> Iterator[str]:
    title, _, about = chapter_text(name).partition("\n")
    yield f'<section>\n<h2 id="{name}">{escape(title.rstrip("."))}</h2>\n'
    yield f'<p class="about">{_prose(_unwrapped(about), name)}</p>\n'
    for e in found:
        yield _article(e, verdicts.get(e.id))
    yield "</section>\n"


def _unwrapped(text: str) -> str:
    """Paragraphs and labeled lines as one line each."""
    return re.sub(r"\n(?![A-Z][a-z ]+:|\n)", " ", text.strip()).replace("\n ", "\n")


def _prose(text: str, chapter: str) -> str:
    """Prose with ``names`` as code, and names of entries as links."""

    def named(match: re.Match[str]) -> str:
        id = match[1] if "." in match[1] else f"{chapter}.{match[1]}"
        return f'<a href="#{id}"><code>{match[1]}</code></a>' if has_entry(id) else f"<code>{match[1]}</code>"

    return re.sub(r"``([^`]+)``", named, escape(text))


def _linked(text: str) -> str:
    """Text in which ids of entries are links."""
    return _ID.sub(lambda m: f'<a href="#{m[0]}">{m[0]}</a>' if has_entry(m[0]) else m[0], escape(text))


# ---- entries ---------------------------------------------------------------------------------------------------------
def _article(e: Entry, verdict: Decided | None) -> str:
    style = "refuted" if e.pitfall else "verdict"
    said = f'<span class="mark {style}">{HEADLINES[verdict.verdict]}</span>' if verdict else ""
    words = escape(" ".join([e.kind, e.id.replace("_", " "), *e.tags, e.source]), quote=True)
    parts = [
        f'<article id="{e.id}" data-words="{words}"{" class=refuted" if e.pitfall else ""}>\n',
        f'<h3><a href="#{e.id}"><code>{e.name}</code></a><span class="mark">{e.kind}</span>{said}</h3>\n',
        f'<p class="sentence">{_prose(e.sentence, e.chapter)}</p>\n',
        f'<p class="remark">{_prose(" ".join(e.remark.split()), e.chapter)}</p>\n' if e.remark else "",
        _figure(e),
        _chain(e),
        "<dl>" + "".join(f"<dt>{label}</dt><dd>{text}</dd>" for label, text in _notes(e, verdict)) + "</dl>\n",
        _source(e),
        "</article>\n",
    ]
    return "".join(parts)


def _chain(e: Entry) -> str:
    rows = []
    for left, sign, right, reason in latex_rows(e):
        shown = [large(cell) if cell else "" for cell in (left, sign, right)]
        why = _linked(reason.removeprefix("entry "))
        rows.append(
            '<tr><td>{}</td><td class="sign">{}</td><td>{}</td>'.format(*shown) + f'<td class="reason">{why}</td></tr>'
        )
    return f'<div class="scroll"><table class="chain">{"".join(rows)}</table></div>\n'


def _notes(e: Entry, verdict: Decided | None) -> Iterator[tuple[str, str]]:
    for name, value in where_latex(e):
        yield "where", large(f"{name} = {value}")
    if e.declared:
        yield "for", ", ".join(mathml(domain_latex(e, name)) for name in e.declared)
    if e.given:
        yield "given", escape(e.given)
    for row in tight_latex(e):
        yield "equality at", mathml(row)
    if e.tightness:
        yield "tight", escape(e.tightness)
    if e.pitfall and verdict is not None:
        yield "witness", escape(verdict.witness)
        if verdict.assumption:
            yield "true if", escape(verdict.assumption)
    if e.instead:
        yield "instead", _linked(e.instead)
    yield "source", re.sub(r"[a-z]+\d{4}", lambda m: f'<a href="#{m[0]}">{m[0]}</a>', escape(e.source))


def _figure(e: Entry) -> str:
    plot = plot_of(e)
    if plot is None:
        return ""
    names = ", ".join(f'<span class="key-{k}">{curve.name}</span>' for k, curve in enumerate(plot.curves))
    held = "".join(f", {mathml(latex_value(e, name, value))}" for name, value in plot.held)
    return f"<figure>{svg(plot)}<figcaption>{names}{held}</figcaption></figure>\n"


def _source(e: Entry) -> str:
    source = code(e)
    return f"<details><summary>NumPy</summary><pre>{escape(source)}</pre></details>\n" if source else ""


def _bibliography(found: Iterable[Iterable[Entry]]) -> str:
    cited = sorted({key for row in found for e in row for key in keys(e.source) if key in WORKS})
    rows = "".join(f'<li id="{key}"><code>{key}</code> {escape(WORKS[key])}</li>' for key in cited)
    return f'<section class="works"><h2 id="references">References</h2><ul>{rows}</ul></section>\n' if rows else ""
