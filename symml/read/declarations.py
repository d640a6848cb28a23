"""Declarations: ``"X: n d, w: d, lam: positive"`` says the name, the dims and the domain of each symbol."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from symml.errors import DeclarationError, SymmlError
from symml.expr.dims import Dim, Size, as_dim, dim_names, size
from symml.expr.domains import DOMAINS, REAL
from symml.expr.nodes import Symbol, symbol_node

_ITEM = re.compile(r"\s*([^:,]*?)\s*(?::([^,()]*(?:\([^()]*\)[^,()]*)?))?\s*(?:,|\Z)")
_MAX = 20_000


@dataclass(frozen=True)
class Declarations:
    """Names and what they stand for.

    Attributes:
        symbols: Symbols by name.
        sizes: Dimensions by name; each is also a number in expressions.
        functions: Names of undefined functions.
    """

    symbols: dict[str, Symbol] = field(default_factory=dict)
    sizes: dict[str, Size] = field(default_factory=dict)
    functions: frozenset[str] = frozenset()

    def with_numbers(self, numbers: Mapping[str, int]) -> Declarations:
        """The same declarations with numbers in the place of named dims."""

        def concrete(dim: Dim) -> Dim:
            return dim if isinstance(dim, int) else dim.offset + sum(c * numbers[name] for name, c in dim.terms)

        symbols = {
            name: symbol_node(name, tuple(concrete(dim) for dim in s.shape), s.domain)
            for name, s in self.symbols.items()
        }
        return Declarations(symbols, {}, self.functions)


def read_declarations(shapes: str | Mapping[str, object] | Declarations | None) -> Declarations:
    """Reads declarations from text or from a mapping of names.

    Args:
        shapes: ``"X: n d, y: n sign, lam: positive"``; or a mapping from a name to ``"n d spd"``, to a tuple of dims,
            or to a symbol.

    Raises:
        DeclarationError: A name, a dim or a domain makes no sense; the message has a caret.
    """
    if shapes is None:
        return Declarations()
    if isinstance(shapes, Declarations):
        return shapes
    rows = list(_items(shapes)) if isinstance(shapes, str) else [(name, value, None) for name, value in shapes.items()]
    source = shapes if isinstance(shapes, str) else ""
    symbols: dict[str, Symbol] = {}
    functions = set()
    for name, value, column in rows:
        try:
            _check_name(name, symbols)
            if isinstance(value, str) and value.strip() == "function":
                functions.add(name)
            else:
                symbols[name] = _symbol(name, value)
        except SymmlError as error:
            raise DeclarationError(error.what, cure=error.cure, source=source, column=column) from None
    sizes = {n: size(n) for s in symbols.values() for dim in s.shape for n in dim_names(dim)}
    for name in sizes:
        if name in symbols:
            raise DeclarationError(
                f"{name} is declared as a symbol and used as a dimension", cure="give one of them another name"
            )
    return Declarations(symbols, sizes, frozenset(functions))


def _items(text: str) -> Iterator[tuple[str, str, int]]:
    """(name, what stands after the colon, column) of each declaration."""
    if len(text) > _MAX:
        raise DeclarationError(f"the declarations have {len(text)} characters; at most {_MAX} are read")
    place = 0
    while place < len(text) and text[place:].strip():
        found = _ITEM.match(text, place)
        if found is None or found.end() == place:
            raise DeclarationError(
                "this is not a declaration",
                source=text,
                column=place,
                cure="write NAME: dims domain, as in 'X: n d, lam: positive'",
            )
        yield found.group(1), found.group(2) or "", found.start(1)
        place = found.end()


def _check_name(name: str, symbols: Mapping[str, Symbol]) -> None:
    if not name.isidentifier():
        raise DeclarationError(f"{name!r} is not a name", cure="write NAME: dims domain, as in 'X: n d, lam: positive'")
    if name in symbols:
        raise DeclarationError(f"{name} is declared twice", cure="declare each name once")


def _symbol(name: str, value: object) -> Symbol:
    if isinstance(value, Symbol):
        return value
    if isinstance(value, tuple | list):
        words = [str(word) if isinstance(word, str | int | Size) else "" for word in value]
    elif isinstance(value, str):
        words = value.replace("(", " ").replace(")", " ").replace(",", " ").split()
    else:
        raise DeclarationError(f"{name} is declared by {value!r}", cure="write dims and a domain, as in 'n d spd'")
    dims: list[Dim] = []
    domain = REAL
    for place, word in enumerate(words):
        row = DOMAINS.get(word)
        if row is not None:
            domain = row
            if place < len(words) - 1:
                raise DeclarationError(
                    f"{name}: the domain {word} stands before a dim", cure="write dims first, then the domain"
                )
        else:
            dims.append(_dim(name, word))
    return symbol_node(name, tuple(dims), domain)


def _dim(name: str, word: str) -> Dim:
    close = get_close_matches(word, DOMAINS, n=1, cutoff=0.75)
    if close and len(word) > 3:
        raise DeclarationError(f"{name}: {word!r} is not a domain", cure=f"did you mean {close[0]}?")
    if word.isdecimal():
        if len(word) > 6:
            raise DeclarationError(f"{name}: a dim of {word} is too large", cure="use a name such as n")
        return int(word)
    try:
        dim = as_dim(word)
    except SymmlError:
        raise DeclarationError(
            f"{name}: {word!r} is neither a dim nor a domain",
            cure="dims are names or numbers; domains are " + ", ".join(sorted(DOMAINS)),
        ) from None
    return dim
