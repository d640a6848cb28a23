"""The book's index: every entry of every chapter by its id; chapters are loaded when they are needed."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from pathlib import Path

from symml.catalog.entry import Entry
from symml.errors import UnknownEntry

_CHAPTERS = Path(__file__).parent / "chapters"


@cache
def chapters() -> tuple[str, ...]:
    """The names of the chapters, from the files of their folder."""
    return tuple(sorted(file.stem for file in _CHAPTERS.glob("*.py") if not file.stem.startswith("_")))


@cache
def _by_id() -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for chapter in chapters():
        module = import_module(f"symml.catalog.chapters.{chapter}")
        found |= {e.id: e for e in vars(module).values() if isinstance(e, Entry) and e.chapter == chapter}
    return found


def entries(chapter: str = "") -> tuple[Entry, ...]:
    """All entries, or those of one chapter.

    Raises:
        UnknownEntry: There is no such chapter.
    """
    if chapter and chapter not in chapters():
        raise UnknownEntry(f"there is no chapter {chapter}", cure=f"the chapters are: {', '.join(chapters())}")
    return tuple(e for e in _by_id().values() if not chapter or e.chapter == chapter)


def has_entry(id: str) -> bool:
    """Whether the book has an entry of this id."""
    return id in _by_id()


def entry(id: str) -> Entry:
    """The entry ``chapter.name``; a unique name is enough, also with the chapter in which it once stood.

    Raises:
        UnknownEntry: There is none; the message names the nearest ids.
    """
    found = _by_id().get(id)
    if found is not None:
        return found
    named = [e for e in _by_id().values() if e.name == id.rpartition(".")[2]]
    if len(named) == 1:
        return named[0]
    close = get_close_matches(id, [*_by_id(), *(e.name for e in _by_id().values())], n=3, cutoff=0.5)
    raise UnknownEntry(
        f"the book has no entry {id}",
        cure=f"did you mean {' or '.join(close)}?" if close else "search with: symml find WORD",
    )


def chapter_text(chapter: str) -> str:
    """The docstring of a chapter: title, main results, notation, references."""
    return inspect.getdoc(import_module(f"symml.catalog.chapters.{chapter}")) or chapter


def select(names: tuple[str, ...]) -> Iterator[Entry]:
    """The entries that ids or chapters name; the whole book when there is none."""
    if not names:
        yield from entries()
    for name in names:
        if name in chapters():
            yield from entries(name)
        else:
            yield entry(name)
