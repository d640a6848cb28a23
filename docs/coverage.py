"""Writes ``coverage.md``: the cheatsheet's items with their entries and verdicts. ``python docs/coverage.py``."""

from __future__ import annotations

from pathlib import Path

from symml.catalog.book import entries, entry
from symml.catalog.coverage import coverage, summary, table
from symml.catalog.report import counts, crosscheck_many, links_of_many, unproved

PAGE = Path(__file__).with_name("coverage.md")
HEAD = """# How the book covers the cheatsheet

This page is written by `python docs/coverage.py`. An item is a statement of the cheatsheet; `wrong` ones are pitfalls,
refuted with a witness, beside the entry that says what is true; `sloppy` ones are stated with the missing condition.
"""


def page() -> str:
    """The whole page."""
    ids = [e.id for e in entries()]
    rows = crosscheck_many(ids)
    links = links_of_many([e.id for e in entries() if not e.pitfall])
    verdicts = {row.id: "definition" if not entry(row.id).links else row.verdict for row in rows}
    covered = coverage()
    numbers = counts(verdict for row in links.values() for verdict in row)
    bad = sum(not row.good for row in rows)
    parts = [
        HEAD,
        f"- {summary(covered)}",
        f"- {len(ids)} entries; links: " + ", ".join(f"{count} {name}" for name, count in numbers.items()),
        f"- cross-check of kernels, SymPy's functions and differences: {bad} disagreements\n",
        "## Links that are certified at points and not proved\n",
        *(f"- `{id}`: {entry(id).sentence}" for id in unproved(links)),
        "\n## The items\n",
        table(covered, verdicts),
    ]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
