"""Which notation a text is in: NumPy code, LaTeX, or Unicode mathematics."""

from __future__ import annotations

import ast
import re

from symml.read.math.unicode import ACCENTS, LOWERED, RAISED, SIGNS

# What stands in NumPy code and in no formula; quotes of strings would be transposes in a formula.
_CODE = re.compile(
    r"@|\*\*|\bnp\.|\[|\]|\.T\b|\.\w+\(|;|\n|\b(axis|keepdims|ddof|dtype)\s*=|\b(def|return|lambda|if|for)\b"
)
_LATEX = re.compile(r"\\[A-Za-z|,;{]|[_^]\s*\{|\$")


def notation_of(text: str) -> str:
    """``numpy``, ``latex`` or ``text``."""
    if _LATEX.search(text):
        return "latex"
    if "||" in text or any(_is_sign(char) for char in text):
        return "text"
    if looks_like_code(text):
        return "numpy"
    return "numpy" if "^" not in text and _is_code(text) else "text"


def looks_like_code(text: str) -> bool:
    """Whether something stands in the text that is written in NumPy code only."""
    return _CODE.search(text) is not None


def _is_sign(char: str) -> bool:
    """Whether a character stands in mathematics but in no name of Python."""
    if char.isascii():
        return False
    return char in RAISED or char in LOWERED or char in ACCENTS or (char in SIGNS and not char.isidentifier())


def _is_code(text: str) -> bool:
    try:
        ast.parse(text.strip())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
