r"""A piece of LaTeX inside a longer one, whatever the spacing, the braces, the fonts and the names of letters."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TOKEN = re.compile(r"\\[a-zA-Z]+|\\.|[a-zA-Z]|\d+(?:\.\d+)?|\S")
_DROPPED = frozenset((
    r"\left", r"\right", r"\big", r"\Big", r"\bigl", r"\bigr", r"\,", r"\;", r"\:", r"\!", r"\quad", r"\qquad",
    r"\displaystyle", r"\cdot", r"\limits", r"&", r"$", r"\mathbf", r"\boldsymbol", r"\bm", r"\mathrm",
    r"\operatorname", r"\text", r"\mathit", r"\vec",
))  # fmt: skip
_SAME = {
    r"\dfrac": r"\frac", r"\tfrac": r"\frac", r"\ln": r"\log", r"\leq": r"\le", r"\geq": r"\ge", r"\neq": r"\ne",
    r"\lVert": r"\|", r"\rVert": r"\|", r"\Vert": r"\|", r"\lvert": "|", r"\rvert": "|", r"\mid": "|",
    r"\circ": r"\odot", r"\varepsilon": r"\epsilon",
}  # fmt: skip
# Letters that name something fixed.
_FIXED = frozenset("ed")
_MARKS = re.compile(r"\\[a-zA-Z]|[{}^_]")


def is_latex(text: str) -> bool:
    """Whether a text is a piece of a formula in LaTeX rather than words."""
    return bool(_MARKS.search(text))


def tokens(latex: str) -> tuple[str, ...]:
    r"""The tokens that carry meaning; ``e^{x}`` and ``\exp(x)`` are the same, and so are ``{x}`` and ``x``."""
    plain = [_SAME.get(token, token) for token in _TOKEN.findall(latex) if token not in _DROPPED]
    return tuple(_without_braces(_exponentials(plain)))


def _exponentials(plain: list[str]) -> list[str]:
    r"""``e ^ { ... }`` as ``\exp ( ... )``."""
    out, depth, closers = [], 0, []
    k = 0
    while k < len(plain):
        if plain[k : k + 3] == ["e", "^", "{"]:
            out += [r"\exp", "("]
            depth += 1
            closers.append(depth)
            k += 3
            continue
        if plain[k : k + 2] == ["e", "^"] and k + 2 < len(plain):
            out += [r"\exp", "(", plain[k + 2], ")"]
            k += 3
            continue
        depth += plain[k] == "{"
        if plain[k] == "}":
            closes = bool(closers) and closers[-1] == depth
            out.append(")" if closes else "}")
            closers = closers[:-1] if closes else closers
            depth -= 1
        else:
            out.append(plain[k])
        k += 1
    return out


def _without_braces(plain: list[str]) -> Iterator[str]:
    """Without braces about one token, which need not be written."""
    k = 0
    while k < len(plain):
        if plain[k] == "{" and plain[k + 2 : k + 3] == ["}"]:
            yield _transposed(plain, k + 1)
            k += 3
        else:
            yield _transposed(plain, k)
            k += 1


def _transposed(plain: list[str], k: int) -> str:
    r"""A raised ``T`` is a transpose."""
    raised = plain[k] == "T" and "^" in plain[max(0, k - 2) : k]
    return r"\top" if raised or plain[k] == "'" else plain[k]


def occurs(wanted: tuple[str, ...], found: tuple[str, ...], *, renaming: bool) -> bool:
    """Whether the tokens occur in a row; with ``renaming`` letters may have other names, the same one throughout."""
    size = len(wanted)
    return bool(wanted) and any(
        _agree(wanted, found[k : k + size], renaming=renaming) for k in range(len(found) - size + 1)
    )


def _agree(wanted: tuple[str, ...], piece: tuple[str, ...], *, renaming: bool) -> bool:
    if not renaming:
        return wanted == piece
    there: dict[str, str] = {}
    back: dict[str, str] = {}
    for a, b in zip(wanted, piece, strict=True):
        if not (_is_letter(a) and _is_letter(b)):
            if a != b:
                return False
        elif there.setdefault(a, b) != b or back.setdefault(b, a) != a:
            return False
    return True


def _is_letter(token: str) -> bool:
    return len(token) == 1 and token.isalpha() and token not in _FIXED
