"""Writes ``rules.md``: every rule that a step of a derivation can name. ``python docs/rules.py``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from symml.proof.rules import CHAPTERS, Note

PAGE = Path(__file__).with_name("rules.md")
HEAD = """# Rules of derivations

This page is written by `python docs/rules.py`. Every step of a derivation names its rules, and each is one of these.
The entries are those of the book: `symml show ENTRY` prints one with its proof.
"""


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for title, notes in CHAPTERS.items():
        parts += [f"## {title}\n", *(_section(note) for note in notes)]
    return "\n".join(parts)


def _section(note: Note) -> str:
    return "\n".join(_lines(note)) + "\n"


def _lines(note: Note) -> Iterator[str]:
    yield f"({note.id})="
    yield f"### {note.name.replace('|', chr(92) + '|')}\n"
    yield _plain(note.sentence)
    if note.entries:
        yield "\nIn the book: " + ", ".join(f"`{entry}`" for entry in note.entries) + "."


def _plain(sentence: str) -> str:
    """A sentence in which stars, angles and bars are themselves."""
    return "".join("\\" + c if c in "*<>|_" else c for c in sentence)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
