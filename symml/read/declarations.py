"""Declarations: ``"X: n d, w: d, lam: positive"`` says the name, the dims and the domain of each symbol."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from itertools import pairwise
from keyword import iskeyword

from symml.errors import DeclarationError, SymmlError
from symml.expr.dims import Dim, Shape, Size, as_dim, dim_names, dim_value, size
from symml.expr.domains import DOMAINS, REAL, Domain
from symml.expr.nodes import Expr, Symbol, symbol_node
from symml.read.profiles import DEFAULT, Notation
from symml.read.sentences import is_sentence, read_sentence

_FORM = "write NAME: dims domain, as in 'X: n d, y: n sign, lam: positive, c:'"
_WORD = re.compile(r"[^\s(),]+")
_TERM = re.compile(r"([+-]?)(?:(\d+)\*)?([^\W\d]\w*|\d+)")
_MATHEMATICS = re.compile(
    r"(?:\\[A-Za-z]+|[^\W\d]|\W(?<![\s,;:\"#%&@~`$]))(?:\\[A-Za-z]+\s?|[\w{}()\[\]^+*'_. ,-]|[^\x00-\x7f])*"
)
_MAX_TEXT = 20_000
_MAX_AXES = 8
_MAX_DIGITS = 6
_SHORT = 40
_FUNCTION = "function"
_KINDS = ("event",)
_DIM, _INDEX = "dim", "index"
_NEEDS_AXIS = ("onehot", "simplex")


@dataclass(frozen=True)
class Declarations:
    """Names and what they stand for.

    Attributes:
        symbols: Symbols by name.
        sizes: Named dims by name; each is also a number in expressions.
        functions: Names of undefined functions.
        numbers: The numbers that stand in the place of named dims.
        kinds: Names that are no arrays: ``event``.
        results: The shapes of what undefined functions give, where they are no numbers.
        notation: What is taken for granted beside.
        granted: The symbols that only the notation declares.
    """

    symbols: dict[str, Symbol] = field(default_factory=dict)
    sizes: dict[str, Size] = field(default_factory=dict)
    functions: frozenset[str] = frozenset()
    numbers: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    results: dict[str, Shape] = field(default_factory=dict)
    notation: Notation = DEFAULT
    granted: frozenset[str] = frozenset()

    def with_numbers(self, numbers: Mapping[str, int]) -> Declarations:
        """The same declarations with numbers in the place of named dims."""
        symbols = {
            name: symbol_node(name, tuple(dim_value(dim, numbers) for dim in symbol.shape), symbol.domain)
            for name, symbol in self.symbols.items()
        }
        results: dict[str, Shape] = {
            name: tuple(dim_value(dim, numbers) for dim in shape) for name, shape in self.results.items()
        }
        numbered = {name: numbers[name] for name in self.sizes}
        return replace(self, symbols=symbols, sizes={}, numbers=numbered, results=results)


def read_declarations(shapes: str | Mapping[str, object] | Declarations | None) -> Declarations:
    r"""Reads declarations from text or from a mapping of names.

    Args:
        shapes: ``"X: n d, y: n sign, lam: positive, f: function, g: function d"``; or a sentence such as
            ``"let X be an n x d matrix and y \in R^n"``; or a mapping from a name to ``"n d spd"``, to a tuple of
            dims, or to a symbol.

    Raises:
        DeclarationError: A name, a dim or a domain makes no sense; the message has a caret.
    """
    if shapes is None:
        return Declarations()
    if isinstance(shapes, Declarations):
        return shapes
    if isinstance(shapes, str) and is_sentence(shapes):
        return read_declarations(read_sentence(shapes))
    if isinstance(shapes, str):
        return _Reader(shapes).read(_items(shapes))
    if isinstance(shapes, Mapping):
        return _Reader("").read((name, 0, value, 0) for name, value in shapes.items())
    raise DeclarationError(f"declarations cannot be given as {type(shapes).__name__}", cure=_FORM)


Item = tuple[object, int, object, int]


def _items(text: str) -> Iterator[Item]:
    """(name, its column, what stands after the colon, its column) of each declaration."""
    if len(text) > _MAX_TEXT:
        raise DeclarationError(f"the declarations have {len(text)} characters; at most {_MAX_TEXT} are read")
    start = 0
    for stop in _separators(text):
        item = text[start:stop]
        if item.strip():
            column = start + len(item) - len(item.lstrip())
            name, colon, rest = item.partition(":")
            if not colon and name.strip().isidentifier():
                short = _short(name.strip())
                cure = f"dims stand side by side, without commas: 'X: n d'; a number is declared as {short}:"
                raise DeclarationError(f"{short} has no colon", source=text, column=column, cure=cure)
            yield name.strip(), column, rest, start + len(name) + 1
        start = stop + 1


def _separators(text: str) -> Iterator[int]:
    """The places of commas, semicolons and line ends outside brackets, and the end."""
    opened: list[int] = []
    for place, char in enumerate(text):
        if char == "(":
            opened.append(place)
        elif char == ")" and not opened:
            raise DeclarationError("the brackets do not match", source=text, column=place, cure=_FORM)
        elif char == ")":
            opened.pop()
        elif not opened and char in ",;\n":
            yield place
    if opened:
        raise DeclarationError("a bracket is not closed", source=text, column=opened[0], cure=_FORM)
    yield len(text)


def _short(text: object) -> str:
    """A text in quotes, cut where it is long."""
    return repr(str(text)) if len(str(text)) <= _SHORT else repr(str(text)[:_SHORT]) + "..."


def _is_mathematics(name: str) -> bool:
    r"""Whether a name is a symbol as LaTeX or Unicode text writes it, such as ``\hat{y}`` or ``W^{(1)}``."""
    return 0 < len(name.strip()) <= _SHORT and _MATHEMATICS.fullmatch(name.strip()) is not None


def _sum(a: Dim, b: Dim, factor: int) -> Dim:
    total = a + b * factor
    assert not isinstance(total, Expr)
    return total


class _Reader:
    """Collects declarations; knows the text for carets."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.symbols: dict[str, Symbol] = {}
        self.functions: set[str] = set()
        self.kinds: dict[str, str] = {}
        self.sizes: dict[str, Size] = {}
        self.columns: dict[str, int] = {}
        self.results: dict[str, Shape] = {}

    def read(self, items: Iterator[Item]) -> Declarations:
        for given, column, value, place in items:
            name = self._name(given, column)
            self.columns[name] = column
            word = value.strip().lower() if isinstance(value, str) else ""
            if word.split()[:1] == [_FUNCTION]:
                self._function(name, str(value), place)
                continue
            if word in _KINDS:
                self.kinds[name] = word
                continue
            if word == _DIM:
                self.sizes[name] = self._size(name, column)
                continue
            try:
                self.symbols[name] = self._symbol(name, value, place)
            except DeclarationError:
                raise
            except SymmlError as error:
                raise self._error(column, error.what, error.cure) from None
        shapes = [*(s.shape for s in self.symbols.values()), *self.results.values()]
        sizes = {name: size(name) for shape in shapes for dim in shape for name in dim_names(dim)}
        for name in sizes:
            if name in self.columns:
                if name in self.sizes:
                    continue
                what = f"{name} is declared as a symbol and used as a dimension"
                raise self._error(self.columns[name], what, "give one of them another name")
        functions = frozenset(self.functions)
        return Declarations(self.symbols, self.sizes | sizes, functions, {}, self.kinds, self.results)

    def _function(self, name: str, text: str, place: int) -> None:
        """A function, with the dims of what it gives after the word."""
        self.functions.add(name)
        start = text.lower().index(_FUNCTION) + len(_FUNCTION)
        words = [(found.group(), place + found.start()) for found in _WORD.finditer(text, start)]
        if words:
            self.results[name] = tuple(self._dim(name, word, column) for word, column in words)

    def _size(self, name: str, column: int) -> Size:
        if not name.isidentifier():
            raise self._error(column, f"{_short(name)} is no name for a dim", "use letters and digits: n, d_k")
        return size(name)

    def _error(self, column: int, what: str, cure: str) -> DeclarationError:
        return DeclarationError(what, source=self.source, column=column if self.source else None, cure=cure)

    def _name(self, given: object, column: int) -> str:
        if not isinstance(given, str) or not (given.isidentifier() or _is_mathematics(given)):
            raise self._error(column, f"{_short(given)} is not a name", _FORM)
        name = unicodedata.normalize("NFKC", given) if given.isidentifier() else given.strip()
        if iskeyword(name):
            raise self._error(column, f"{name} is a word of Python's own", "use another name, such as lam")
        if name in self.columns:
            raise self._error(column, f"{name} is declared twice", "declare each name once")
        return name

    # ---- dims and domain ---------------------------------------------------------------------------------------------
    def _symbol(self, name: str, value: object, place: int) -> Symbol:
        column = self.columns[name]
        if isinstance(value, Symbol):
            if value.name != name:
                raise self._error(place, f"{name} is declared as the symbol {value.name}", "use the symbol's own name")
            return value
        if isinstance(value, tuple | list):
            dims, domain = self._parts(name, value)
        elif isinstance(value, str):
            dims, domain = self._words(name, value, place)
        else:
            raise self._error(place, f"{name} is declared by {value!r}", "write dims and a domain, as in 'n d spd'")
        if len(dims) > _MAX_AXES:
            raise self._error(column, f"{name} has {len(dims)} axes", f"use at most {_MAX_AXES}")
        if domain.name in _NEEDS_AXIS and not dims:
            cure = f"write '{name}: k {domain.name}'"
            raise self._error(column, f"{name} is declared {domain.name}, but has no dim", cure)
        return symbol_node(name, dims, domain)

    def _parts(self, name: str, parts: Sequence[object]) -> tuple[tuple[Dim, ...], Domain]:
        """Dims given one by one; the last may be a text with a domain."""
        dims: list[Dim] = []
        domain = REAL
        for part in parts:
            own, domain = self._words(name, part, 0) if isinstance(part, str) else ((as_dim(part),), REAL)
            dims += own
        return tuple(dims), domain

    def _words(self, name: str, text: str, place: int) -> tuple[tuple[Dim, ...], Domain]:
        words = [(found.group(), place + found.start()) for found in _WORD.finditer(text)]
        last = words[-1][0].lower() if words else ""
        domain = DOMAINS.get("label" if last == _INDEX else last)
        for (word, _), (after, column) in pairwise(words):
            if after == _FUNCTION:
                raise self._error(column, "a function has no dims", f"write {name}: function")
            if word.lower() in DOMAINS and domain is not None:
                what = f"{name} is declared {domain.name} and {word.lower()}"
                raise self._error(self.columns[name], what, "one domain is enough")
            if word.lower() in DOMAINS:
                raise self._error(column, f"the domain {word} stands before {after}", _FORM)
        if words and domain is None:
            self._refuse_misspelled(name, *words[-1])
        dims = words if domain is None else words[:-1]
        return tuple(self._dim(name, word, column) for word, column in dims), domain or REAL

    def _refuse_misspelled(self, name: str, word: str, column: int) -> None:
        close = get_close_matches(word.lower(), DOMAINS, n=1, cutoff=0.75) if 3 < len(word) <= _SHORT else []
        if close:
            cure = f"did you mean {close[0]}? A dim needs a name that is less like a domain's"
            raise self._error(column, f"{name}: {word!r} is not a domain", cure)

    def _dim(self, name: str, word: str, column: int) -> Dim:
        """A dim such as ``n``, ``3``, ``n-1`` or ``2*n``."""
        place = 0
        total: Dim = 0
        while place < len(word):
            found = _TERM.match(word, place)
            if found is None or (place and not found.group(1)) or iskeyword(found.group(3)):
                cure = "dims are names or numbers; domains are " + ", ".join(sorted(DOMAINS))
                raise self._error(column, f"{name}: {_short(word)} is neither a dim nor a domain", cure)
            place = found.end()
            sign, factor, base = found.groups()
            if max(len(factor or ""), len(base) if base.isdecimal() else 0) > _MAX_DIGITS:
                raise self._error(column, f"{name}: a dim of {word[:_SHORT]} is too large", "use a name such as n")
            own: Dim = int(base) if base.isdecimal() else size(unicodedata.normalize("NFKC", base))
            total = _sum(total, own, int(factor or 1) * (-1 if sign == "-" else 1))
        if isinstance(total, int) and total < 1:
            raise self._error(column, f"{name}: a dim cannot be {total}", "dims are 1 or more")
        return total
