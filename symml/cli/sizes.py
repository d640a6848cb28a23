"""Lengths of dimensions on the command line."""

from __future__ import annotations

from symml.errors import SymmlError


def parse_sizes(text: str) -> dict[str, int]:
    """``n=1000, d=32``.

    Raises:
        SymmlError: A part is not a dimension with a length.
    """
    found = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, value = (word.strip() for word in part.partition("="))
        if not value.isdecimal() or not int(value):
            raise SymmlError(f"--sizes: {part!r} is not a dimension with its length", cure="write n=1000,d=32")
        found[name] = int(value)
    return found
