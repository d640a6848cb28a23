r"""TeX's infix fractions: ``{a \over b}`` and ``{n \choose k}`` as the commands that stand before their arguments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symml.read.math.tokens import Token

_MAX = 200
_COMMANDS = {r"\over": r"\frac", r"\choose": r"\binom"}


def infix_first(found: Sequence[Token]) -> list[Token]:
    r"""``\frac{a}{b}`` of ``{a \over b}``; the rest as it is."""
    tokens = list(found)
    if sum(token.text in _COMMANDS for token in tokens) > _MAX:
        return tokens
    place = 0
    while place < len(tokens):
        if tokens[place].text in _COMMANDS and tokens[place].kind == "command":
            ends = _braces(tokens, place)
            if ends is not None:
                tokens = _rewritten(tokens, place, *ends)
                place += 2
        place += 1
    return tokens


def _rewritten(tokens: list[Token], place: int, first: int, last: int) -> list[Token]:
    sign = tokens[place]
    opening, closing = tokens[first], tokens[last]
    command = replace(opening, text=_COMMANDS[sign.text], kind="command")
    middle = [replace(closing, start=sign.start, end=sign.start), replace(opening, start=sign.end, end=sign.end)]
    above, below = tokens[first + 1 : place], tokens[place + 1 : last]
    inner = [command, opening, *above, *middle, *below, closing]
    return [*tokens[: first + 1], *inner, *tokens[last:]]


def _braces(tokens: Sequence[Token], place: int) -> tuple[int, int] | None:
    """The places of the braces around a token."""
    first = _brace(tokens, range(place - 1, -1, -1), "}", "{")
    last = _brace(tokens, range(place + 1, len(tokens)), "{", "}")
    return None if first is None or last is None else (first, last)


def _brace(tokens: Sequence[Token], places: range, inner: str, wanted: str) -> int | None:
    depth = 0
    for k in places:
        text = tokens[k].text
        if text == wanted and not depth:
            return k
        depth += (text == inner) - (text == wanted)
    return None
