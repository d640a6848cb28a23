"""Letters side by side as words: ``softmax(Xw)`` is a function's name, a bracket and two letters."""

from __future__ import annotations

from collections.abc import Iterator

from symml.read.math.names import Table
from symml.read.math.tokens import Token
from symml.read.math.tree import set_of
from symml.read.math.vocabulary import METRICS, OPERATORS, is_function

_LONGEST = 24
_PROSE = set_of("if for where and or otherwise else when with is all let be iff then st")


def with_words(found: list[Token], table: Table, *, one_line: bool) -> list[Token]:
    """The tokens with runs of letters joined where they are a word.

    Args:
        found: The tokens.
        table: What is declared; declared names win over known functions.
        one_line: Whether unknown words are names of their own, as in plain text.
    """
    return list(_joined(found, table, one_line))


def _joined(found: list[Token], table: Table, one_line: bool) -> Iterator[Token]:
    k = 0
    while k < len(found):
        whole = _identifier(found, k, table) if one_line else None
        if whole is not None:
            yield _word(found[k:whole])
            k = whole
            continue
        stop = k
        while stop < len(found) and found[stop].kind == "letter" and (stop == k or not found[stop].gap):
            stop += 1
        if stop - k < 2:
            yield found[k]
            k += 1
            continue
        if not one_line and k and found[k - 1].text == "_" and found[k - 1].kind == "sign":
            yield found[k]
            k += 1
            continue
        word = "".join(token.text for token in found[k:stop])
        if word in OPERATORS and stop < len(found) and found[stop].text == "_" and not found[stop].gap:
            yield _word(found[k:stop])
            k = stop
            continue
        below = k > 0 and found[k - 1].text in ("_", "{")
        yield from _split(found[k:stop], table, one_line, below)
        k = stop


def _identifier(found: list[Token], k: int, table: Table) -> int | None:
    """The place after a known name with digits or underscores that starts here: ``log_softmax``, ``log1p``."""
    if found[k].kind != "letter" or (k and found[k - 1].text == "_" and not found[k].gap):
        return None
    best, text = None, ""
    for place in range(k, min(k + _LONGEST, len(found))):
        token = found[place]
        if (token.gap and place > k) or not (token.kind in ("letter", "number") or token.text == "_"):
            break
        text += token.text
        if not text.isalpha() and (is_function(text) or text in table.words):
            best = place + 1
    return best


def _split(run: list[Token], table: Table, one_line: bool, below: bool) -> Iterator[Token]:
    word = "".join(token.text for token in run)
    if _is_word(word, table, one_line, below):
        yield _word(run)
        return
    k = 0
    while k < len(run):
        size = next((n for n in range(min(len(run) - k, _LONGEST), 1, -1) if word[k : k + n] in table.words), 1)
        yield _word(run[k : k + size]) if size > 1 else run[k]
        k += size


def _is_word(word: str, table: Table, one_line: bool, below: bool) -> bool:
    if word in table.words:
        return True
    if is_function(word) or word in OPERATORS or word in _PROSE or word in METRICS:
        return not table.has_letters(word)
    if not one_line or table.has_letters(word) or (len(word) == 2 and word[0] == "d"):
        return False
    return below or not _is_product(word, table)


def _is_product(word: str, table: Table) -> bool:
    """Whether a run of letters is a product: made of declared names."""
    k = 0
    while k < len(word):
        size = next((n for n in range(min(len(word) - k, _LONGEST), 0, -1) if word[k : k + n] in table.words), 0)
        if not size:
            return False
        k += size
    return True


def _word(run: list[Token]) -> Token:
    first = run[0]
    text = "".join(token.text for token in run)
    return Token(text, "word", first.start, run[-1].end, first.side, first.gap)
