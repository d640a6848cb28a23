"""Symbols as they are written, and the table of what is declared: the longest declared name wins."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from symml.errors import DeclarationError, ReadError
from symml.expr.dims import Shape, Size
from symml.expr.nodes import Symbol
from symml.read.declarations import Declarations
from symml.read.math.tokens import Token, tokens
from symml.read.math.tree import Written, set_of
from symml.read.math.vocabulary import LETTER_FUNCTIONS
from symml.render.names import latex_name

LETTERS = set_of(
    r"""\alpha \beta \gamma \delta \epsilon \varepsilon \zeta \eta \theta \vartheta \iota \kappa \lambda \mu \nu \xi
    \pi \rho \varrho \varsigma \sigma \tau \upsilon \phi \varphi \chi \psi \omega \Gamma \Delta \Theta \Lambda
    \Xi \Pi \Sigma \Upsilon \Phi \Psi \Omega \ell \hbar \imath \jmath \emptyset \varnothing"""
)
_TWO_FORMS = ("epsilon", "phi", "theta", "rho")
STYLES = frozenset([r"\mathbf", r"\mathcal", r"\mathbb", r"\mathfrak", r"\vec"])
ACCENTS = frozenset([r"\hat", r"\bar", r"\tilde", r"\dot", r"\ddot", r"\check", r"\breve", r"\underline", r"\acute"])
# As names these letters are no signs of a sum or a product.
_CAPITALS = str.maketrans({"Σ": r"\Sigma", "Π": r"\Pi"})
_PLAIN_STYLE = re.compile(r"\\(?:mathbf|vec|mathrm|underline)\{(\\?[A-Za-z]+|\\[a-z]+\{\\?[A-Za-z]+\})\}")


def spell(found: Sequence[Token]) -> str:
    """Tokens in one canonical spelling: no spaces but those that end a command, no braces around a single token."""
    text = ""
    for k, token in enumerate(found):
        own = token.text.replace(" ", "") if token.kind == "word" else token.text
        if text and own[:1].isalpha() and re.search(r"\\[A-Za-z]+\Z", text):
            text += " "
        if token.text == "{" and k + 2 < len(found) and found[k + 2].text == "}" and _has_no_argument(found, k):
            continue
        if token.text == "}" and k >= 2 and found[k - 2].text == "{" and _has_no_argument(found, k - 2):
            continue
        text += own
    return text


def _has_no_argument(found: Sequence[Token], k: int) -> bool:
    """Whether the brace at ``k`` is mere grouping, not the argument of a style or an accent."""
    return k == 0 or found[k - 1].text not in STYLES | ACCENTS


def scan_base(found: Sequence[Token], k: int, stop: int) -> tuple[str, int] | None:
    """The letter, with style and accents, that starts at ``k``, and the place after it."""
    if k >= stop:
        return None
    token = found[k]
    if token.kind == "letter":
        return token.text, k + 1
    if token.kind == "word":
        return r"\mathrm{" + token.text.replace(" ", "") + "}" if len(token.text) > 1 else token.text, k + 1
    if token.text in LETTERS:
        return token.text, k + 1
    if token.text not in STYLES | ACCENTS:
        return None
    braced = k + 1 < stop and found[k + 1].text == "{"
    inner = scan_base(found, k + 1 + braced, stop)
    if inner is None and k + 1 + braced < stop and found[k + 1 + braced].kind == "number":
        inner = found[k + 1 + braced].text[: None if braced else 1], k + 2 + braced
    if inner is None or (braced and (inner[1] >= stop or found[inner[1]].text != "}")):
        return None
    return f"{token.text}{{{inner[0]}}}", inner[1] + braced


def scripts_of(found: Sequence[Token]) -> Written:
    """A whole declared name as it is written.

    Raises:
        ReadError: It is not one symbol.
    """
    base = scan_base(found, 0, len(found))
    if base is None:
        raise ReadError("this is not one symbol", cure=r"write one letter with its marks, such as \hat{y} or W^{(1)}")
    parts = {"_": "", "^": ""}
    primes, place = 0, base[1]
    while place < len(found):
        mark = found[place].text
        if mark == "'":
            primes, place = primes + 1, place + 1
        elif mark in parts and place + 1 < len(found):
            stop = group_end(found, place + 1)
            inner = found[place + 2 : stop - 1] if found[place + 1].text == "{" else found[place + 1 : stop]
            parts[mark], place = spell(inner), stop
        else:
            raise ReadError("this is not one symbol", cure=r"write one letter with its marks, such as \hat{y}")
    return Written(base[0], parts["_"], parts["^"], primes)


def group_end(found: Sequence[Token], k: int) -> int:
    """The place after the group, or the single token, at ``k``."""
    if found[k].text != "{":
        base = scan_base(found, k, len(found))
        return base[1] if base is not None else k + 1
    depth = 0
    for place in range(k, len(found)):
        depth += {"{": 1, "}": -1}.get(found[place].text, 0)
        if depth == 0:
            return place + 1
    return len(found)


@dataclass(frozen=True)
class Declared:
    """What a written symbol stands for.

    Attributes:
        kind: ``symbol``, ``size``, ``number``, ``function``, ``event`` or ``random``.
        name: The declared name.
        value: The symbol, the size or the number.
    """

    kind: str
    name: str
    value: Symbol | Size | int | None = None


class Table:
    """Declared names by the way they are written."""

    def __init__(self, declared: Declarations) -> None:
        self.found: dict[str, Declared] = {}
        self.words: set[str] = set()
        self.results: dict[str, Shape] = declared.results
        self.notation, self.granted = declared.notation, declared.granted
        self.letters = LETTER_FUNCTIONS | dict(declared.notation.functions)
        for name, symbol in declared.symbols.items():
            self._add(name, Declared("symbol", name, symbol))
        for name, own in declared.sizes.items():
            self._add(name, Declared("size", name, own))
        for name, number in declared.numbers.items():
            self._add(name, Declared("number", name, number))
        for name in declared.functions:
            self._add(name, Declared("function", name))
        for name, kind in declared.kinds.items():
            self._add(name, Declared(kind, name))

    def _add(self, name: str, row: Declared) -> None:
        for key in keys_of(name):
            self.found.setdefault(key, row)
        if name.isidentifier():
            self.words.add(name)

    def find(self, key: str) -> Declared | None:
        """What is declared under this spelling; a bold letter is also found under the plain one."""
        row = self.found.get(key)
        if row is None and "\\" in key:
            row = next((self.found[other] for other in _variants(key) if other in self.found), None)
        if row is None and "\\" in key:
            plain = _PLAIN_STYLE.sub(r"\1", key)
            row = self.found.get(plain) if plain != key else None
        return row

    def has_letters(self, word: str) -> bool:
        """Whether every letter of a word is declared."""
        return all(letter in self.found for letter in word)


def _variants(key: str) -> Iterator[str]:
    """The spelling with the other form of a letter that has two, such as epsilon."""
    for letter in _TWO_FORMS:
        if rf"\var{letter}" in key:
            yield key.replace(rf"\var{letter}", rf"\{letter}")
        elif rf"\{letter}" in key:
            yield key.replace(rf"\{letter}", rf"\var{letter}")


@lru_cache(maxsize=4096)
def keys_of(name: str) -> tuple[str, ...]:
    """The spellings under which a declared name is found.

    Raises:
        DeclarationError: The name is no symbol.
    """
    name = name.translate(_CAPITALS)
    try:
        if not name.isidentifier():
            return (scripts_of(tokens(name)).key,)
        keys = [scripts_of(tokens(latex_name(name))).key]
        if len(name) > 1:
            keys.append(r"\mathrm{" + name + "}")
        base, _, below = name.partition("_")
        if below and base and "_" not in below:
            keys.append(Written(base if len(base) == 1 else r"\mathrm{" + base + "}", below).key)
        return tuple(keys)
    except ReadError as error:
        raise DeclarationError(f"{name!r} is not a name: {error.what}", cure=error.cure) from None
