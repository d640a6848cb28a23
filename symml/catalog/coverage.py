"""Which entries state which items of the cheatsheet, and what was decided about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from symml.catalog.book import entries
from symml.catalog.inventory import Item, cited, items


@dataclass(frozen=True)
class Covered:
    """An item of the cheatsheet and the entries that state it.

    Attributes:
        item: The item.
        ids: The ids of the entries that cite it, pitfalls last.
    """

    item: Item
    ids: tuple[str, ...]

    @property
    def state(self) -> str:
        """``covered``, ``prose`` (nothing to decide) or ``missing``."""
        return "covered" if self.ids else "missing" if self.item.is_checkable else "prose"

    def to_json(self) -> dict[str, Any]:
        """The row as plain data."""
        return {**vars(self.item), "state": self.state, "entries": list(self.ids)}


def coverage() -> tuple[Covered, ...]:
    """Every item in order, with the entries that cite it."""
    found: dict[str, list[str]] = {number: [] for number in items()}
    for e in sorted(entries(), key=lambda e: e.pitfall):
        for number in dict.fromkeys(cited(e.source)):
            found[number].append(e.id)
    return tuple(Covered(item, tuple(found[number])) for number, item in items().items())


def table(rows: tuple[Covered, ...], verdicts: Mapping[str, str]) -> str:
    """The coverage as a Markdown table; ``verdicts`` maps entry ids to verdicts."""
    lines = ["| item | kind | mark | about | entry | verdict |", "|---|---|---|---|---|---|"]
    for row in rows:
        item = row.item
        start = f"| {item.number} | {item.kind} | {item.mark} | {item.title} |"
        if not row.ids:
            lines.append(f"{start} {row.state} | |")
        for k, id in enumerate(row.ids):
            lines.append(f"{start if not k else '| | | | |'} `{id}` | {verdicts.get(id, '')} |")
    return "\n".join(lines)


def summary(rows: tuple[Covered, ...]) -> str:
    """How many items are covered, in one line."""
    checkable = [row for row in rows if row.item.is_checkable]
    done = sum(bool(row.ids) for row in checkable)
    return f"{done} of {len(checkable)} checkable items covered; {len(rows) - len(checkable)} are prose"
