"""Factors side by side: a space where two words, and a dot where two numbers, would run together."""

from __future__ import annotations

from unicodedata import combining

from symml.render.spelling import Spelling

_DIGITS = "0123456789"


def juxtaposed(spelling: Spelling, parts: list[str]) -> str:
    """The texts in a row: ``a log x``, ``5 · 2^x``."""
    text = parts[0]
    for part in parts[1:]:
        # A list right after a name would be its index.
        if part[0] in _DIGITS or (part[0] == "[" and text[-1] != "]" and spelling.one_line):
            dot = spelling.signs["."]
            text += (f" {dot} " if spelling.one_line else dot) + part
        else:
            text += (" " if _needs_space(text, part, spelling.one_line) else "") + part
    return text


def _needs_space(left: str, right: str, one_line: bool) -> bool:
    if one_line:
        return (_in_word(left[-1]) or left[-1] in "]}|‖") and (_in_word(right[0]) or right[0] in "|‖")
    return right[0].isalnum() and _ends_in_command(left)


def _in_word(char: str) -> bool:
    return char.isalnum() or char == "_" or combining(char) != 0


def _ends_in_command(left: str) -> bool:
    tail = left[left.rfind("\\") + 1 :]
    return "\\" in left and tail.isalpha()
