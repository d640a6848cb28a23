"""Looking for entries: by words and other words for them, by numbers of the cheatsheet, by a piece of LaTeX."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache

from symml.catalog.aliases import meanings
from symml.catalog.book import entries, entry
from symml.catalog.entry import Entry
from symml.catalog.fragments import is_latex, occurs, tokens

# A word counts most in the name, then in the tags, then in the sentence.
_PLACES = 3
_SIMILAR = 0.72
_WORD = re.compile(r"[a-z][a-z0-9-]+")


def find(words: str = "") -> tuple[Entry, ...]:
    r"""The entries in which every word, or another word for it, occurs; the best first.

    Args:
        words: Words (``sigmoid slope``, ``expit``, ``6.19 pitfall``), or a piece of a formula in LaTeX such as
            ``\frac{1}{1+e^{-x}}``, in which letters may have other names than in the book.
    """
    if is_latex(words) and not all(_is_known(word) for word in words.split()):
        return _with_formula(words)
    wanted = [meanings(word) for word in words.split()]
    ranked = [(_rank(e.id, wanted), e) for e in entries()]
    return tuple(e for rank, e in sorted(ranked, key=lambda row: row[0]) if rank < len(wanted) * _PLACES + 1)


def corrected(words: str) -> str:
    """The words with each unknown one replaced by the most similar word of the book; the same words if none is."""
    return " ".join(_corrected(word) for word in words.split())


def _corrected(word: str) -> str:
    lower = word.lower()
    if is_latex(word) or _is_known(lower):
        return word
    return next(iter(get_close_matches(lower, _vocabulary(), n=1, cutoff=_SIMILAR)), word)


def _is_known(word: str) -> bool:
    return len(meanings(word)) > 1 or any(word.lower() in text for e in entries() for text in _texts(e.id))


@cache
def _vocabulary() -> tuple[str, ...]:
    """The words of names, tags and sentences."""
    return tuple(sorted({word for e in entries() for text in _texts(e.id) for word in _WORD.findall(text)}))


@cache
def _texts(id: str) -> tuple[str, str, str]:
    """Where words are looked for: the name, the tags, and the sentence with kind and source."""
    e = entry(id)
    return (
        f"{e.name.replace('_', ' ')} {e.id}".lower(),
        " ".join([e.chapter.replace("_", " "), *e.tags]).lower(),
        f"{e.kind} {e.sentence} {e.source}".lower(),
    )


def _rank(id: str, wanted: list[tuple[str, ...]]) -> int:
    """The sum of the best places of the words; too large where a word is missing."""
    total = 0
    for group in wanted:
        place = next((k for k, text in enumerate(_texts(id)) if any(word in text for word in group)), None)
        if place is None:
            return len(wanted) * _PLACES + 1
        total += place
    return total


# ---- formulas --------------------------------------------------------------------------------------------------------
def _with_formula(fragment: str) -> tuple[Entry, ...]:
    """The entries with the fragment: first as it stands, then with other letters."""
    wanted = tokens(fragment)
    exact = [e for e in entries() if occurs(wanted, _tokens(e.id), renaming=False)]
    renamed = [e for e in entries() if e not in exact and occurs(wanted, _tokens(e.id), renaming=True)]
    return (*exact, *renamed)


@cache
def _tokens(id: str) -> tuple[str, ...]:
    from symml.catalog.views import latex

    return tokens(latex(entry(id), steps=True))
