"""``symml show``, ``symml find`` and ``symml crosscheck``."""

from __future__ import annotations

import sys

import typer

from symml.catalog.book import entry, find, select
from symml.cli.output import say, say_json


def show_entry(id: str, *, latex: bool, code: bool, json: bool) -> None:
    """Prints an entry."""
    found = entry(id)
    if json:
        say_json({"schema": 1, "command": "show", **found.to_json()})
    elif latex:
        say(found.latex(steps=True))
    elif code:
        say(found.kernel().source)
    else:
        say(repr(found))
        say(f"  verdict: {found.verify().verdict}")


def find_entries(words: str, *, json: bool) -> None:
    """Prints the entries that contain the words; exit code 1 when there is none."""
    found = find(words)
    if json:
        rows = [{"id": e.id, "sentence": e.sentence, "tags": list(e.tags)} for e in found]
        say_json({"schema": 1, "command": "find", "entries": rows})
    else:
        for e in found:
            say(f"{e.id:44} {e.sentence}")
        if not found:
            say(f"no entry contains {words!r}; try fewer words")
    if not found:
        raise typer.Exit(1)


def crosscheck_entries(names: tuple[str, ...], *, json: bool) -> None:
    """Cross-checks entries and prints the table; exit code 1 on any disagreement."""
    from symml.catalog.crosscheck import crosscheck, table

    chosen = list(select(names))
    rows = []
    for k, e in enumerate(chosen, 1):
        if sys.stderr.isatty():
            typer.echo(f"\r{k}/{len(chosen)} {e.id:50}", err=True, nl=False)
        rows.append(crosscheck(e))
    if sys.stderr.isatty():
        typer.echo("\r" + " " * 60 + "\r", err=True, nl=False)
    bad = [row for row in rows if not row.good]
    if json:
        say_json({"schema": 1, "command": "crosscheck", "rows": [row.to_json() for row in rows], "bad": len(bad)})
    else:
        say(table(rows))
        say(f"{len(rows)} {'entry' if len(rows) == 1 else 'entries'}, {len(bad)} with a disagreement")
    if bad:
        raise typer.Exit(1)
