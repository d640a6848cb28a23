"""``symml show``, ``find``, ``list``, ``book``, ``new`` and ``crosscheck``: the book from the command line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import typer

from symml.catalog.book import entries, entry, select
from symml.catalog.entry import KINDS, Entry
from symml.cli.output import say, say_json
from symml.cli.progress import progress
from symml.errors import SymmlError


@dataclass(frozen=True)
class Views:
    """Which views of an entry are asked for."""

    steps: bool = False
    latex: bool = False
    code: bool = False
    sympy: bool = False
    plot: bool = False


def show_entry(id: str, views: Views, out: Path | None, *, json: bool) -> None:
    """Prints an entry, or the views of it that are asked for."""
    found = entry(id)
    if json:
        say_json({"schema": 1, "command": "show", **found.to_json(), "verdict": found.verify().to_json()})
        return
    if views.steps:
        _show_steps(found)
    if views.latex:
        say(found.latex(steps=True))
    if views.code:
        say(found.kernel().source)
    if views.sympy:
        say(str(found.sympy))
    if views.plot:
        _show_plot(found, out)
    if views == Views():
        say(repr(found))
        say(f"  verdict: {found.verify().verdict}")


def _show_plot(found: Entry, out: Path | None) -> None:
    from symml.catalog.printing.curves import required_plot
    from symml.catalog.printing.drawing import drawn, saved

    plot = required_plot(found)
    say(drawn(plot) if out is None else f"wrote {saved(plot, found.id, out)}")


def _show_steps(found: Entry) -> None:
    from symml.catalog.check import link_verdicts
    from symml.catalog.views import chain_lines, where_texts

    verdicts = [verdict.verdict for verdict in link_verdicts(found)]
    lines = chain_lines(found)
    first = len(lines) - len(found.links)
    for line in lines[:first]:
        say(line)
    for line, verdict in zip(lines[first:], verdicts, strict=False):
        say(f"{line}   {verdict}")
    for row in where_texts(found):
        say(f"  where {row}")


def find_entries(words: str, *, json: bool) -> None:
    """Prints the entries that contain the words; exit code 1 when there is none, even with the words corrected."""
    from symml.catalog.search import corrected, find

    found, understood = find(words), words
    if not found and (understood := corrected(words)) != words:
        found = find(understood)
    if json:
        rows = [{"id": e.id, "kind": e.kind, "sentence": e.sentence, "tags": list(e.tags)} for e in found]
        say_json({"schema": 1, "command": "find", "words": words, "understood": understood, "entries": rows})
    else:
        if found and understood != words:
            say(f"no entry contains {words!r}; these contain {understood!r}:")
        for e in found:
            say(f"{e.id:44} {e.sentence}")
        if not found:
            say(f"no entry contains {words!r}; try fewer words")
    if not found:
        raise typer.Exit(1)


def list_entries(chapter: str, kind: str, *, unproved: bool, json: bool) -> None:
    """Prints the entries of a chapter or kind; with ``unproved`` those with a link that is only certified."""
    if kind and kind not in KINDS:
        raise SymmlError(f"there is no kind {kind!r}", cure=f"the kinds are: {', '.join(KINDS)}")
    found = [e for e in entries(chapter) if not kind or e.kind == kind]
    links = _certified(found) if unproved else {}
    found = [e for e in found if e.id in links] if unproved else found
    if json:
        rows = [{"id": e.id, "kind": e.kind, "sentence": e.sentence, "links": list(links.get(e.id, ()))} for e in found]
        say_json({"schema": 1, "command": "list", "entries": rows})
        return
    for e in found:
        say(f"{e.id:44} {e.kind:11} {', '.join(links[e.id]) if unproved else e.sentence}")
    say(f"{len(found)} entries" + (" with a link that is certified, not proved" if unproved else ""))


def _certified(found: list[Entry]) -> dict[str, tuple[str, ...]]:
    from symml.catalog.report import links_of_many, unproved

    ids = [e.id for e in found if not e.pitfall]
    with progress(len(ids), "links") as advance:
        return unproved(links_of_many(ids, done=lambda row: advance()))


def list_inventory(*, json: bool) -> None:
    """Prints every item of the cheatsheet with the entries that state it."""
    from symml.catalog.coverage import coverage, summary

    rows = coverage()
    if json:
        say_json({"schema": 1, "command": "list", "inventory": [row.to_json() for row in rows]})
        return
    for row in rows:
        item = row.item
        say(f"{item.number:5} {item.kind} {item.mark:6} {item.title:50} {', '.join(row.ids) or row.state}")
    say(summary(rows))


def print_book(chapters: tuple[str, ...], format: str, *, verdicts: bool) -> None:
    """Prints chapters as one document; a web page shows the witnesses of pitfalls, and the verdicts if asked for."""
    from symml.catalog.printing.book import FORMATS, book, reading_order
    from symml.catalog.report import decided_of_many

    if format not in FORMATS:
        raise SymmlError(f"there is no format {format!r}", cure=f"the formats are: {', '.join(FORMATS)}")
    if verdicts and format != "html":
        raise SymmlError("only a web page shows verdicts", cure="symml book --format html --verdicts > book.html")
    found = [e for chapter in chapters or reading_order() for e in entries(chapter)]
    ids = [e.id for e in found if format == "html" and (verdicts or e.pitfall)]
    with progress(len(ids), "entries") as advance:
        decided = decided_of_many(ids, done=lambda row: advance())
    say(book(format, chapters, decided))


def print_skeleton(id: str, kind: str) -> None:
    """Prints the beginning of a new entry."""
    from symml.catalog.skeleton import skeleton

    say(skeleton(id, kind))


def crosscheck_entries(names: tuple[str, ...], *, jobs: int, json: bool) -> None:
    """Cross-checks entries and prints the table; exit code 1 on any disagreement."""
    from symml.catalog.crosscheck import table
    from symml.catalog.report import counts, crosscheck_many

    ids = [e.id for e in select(names)]
    with progress(len(ids), "entries") as advance:
        rows = crosscheck_many(ids, jobs=jobs, done=lambda row: advance())
    bad = [row for row in rows if not row.good]
    if json:
        totals = counts(row.verdict for row in rows)
        report = {"rows": [row.to_json() for row in rows], "bad": len(bad), "verdicts": totals}
        say_json({"schema": 1, "command": "crosscheck", **report})
    else:
        say(table(rows))
        say(f"{len(rows)} {'entry' if len(rows) == 1 else 'entries'}, {len(bad)} with a disagreement")
    if bad:
        raise typer.Exit(1)
