"""Statements about random symbols: ``"x ~ normal(mu, Sigma); eps ~ (0, sigma2); x, eps independent"``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from symml.calculus.moments.laws import Law, Model, law
from symml.calculus.moments.support import Support, end_of
from symml.errors import DeclarationError, SymmlError
from symml.expr.nodes import Expr, Symbol
from symml.expr.probability import is_random
from symml.read.declarations import Declarations
from symml.read.numpy_source import read_numpy

_FORM = "write 'x ~ normal(mu, Sigma)', 'x ~ (mean, variance)' or 'x, y independent', separated by ';'"
_SUPPORT_FORM = "write an interval '(0, inf)', or whole numbers '0, 1, ...' or '0, 1, ..., n'"
_SUPPORT = re.compile(r"\s*[(\[](.*),(.*)[)\]]\s*\Z", re.DOTALL)
_WHOLE = re.compile(r"\s*(\d+)\s*,\s*(\d+)\s*,\s*\.\.\.\s*(?:,(.*))?\Z", re.DOTALL)
_LAW = re.compile(r"\s*(\w+)\s*~\s*(\w*)\s*\((.*)\)\s*\Z", re.DOTALL)
_INDEPENDENT = re.compile(r"(.*?)\b(?:are |is )?(?:mutually )?indep(?:endent)?\b(.*)\Z", re.DOTALL)


def read_model(text: str | Model | None, declared: Declarations) -> Model:
    """The laws and the independence that a text states.

    Args:
        text: Statements, separated by semicolons or line ends.
        declared: Declarations; the symbols of the laws are declared ``random``.

    Raises:
        DeclarationError: A statement cannot be read, or names what is not random; the message has a caret.
    """
    if text is None:
        return Model()
    if isinstance(text, Model):
        return text
    laws: dict[Symbol, Law] = {}
    blocks: list[tuple[frozenset[Symbol], ...]] = []
    for statement, column in _statements(text):
        try:
            found = _LAW.match(statement)
            if found is not None:
                own = _law(found, declared)
                if own.symbol in laws:
                    raise DeclarationError(f"{own.symbol.name} has two laws", cure="state one")
                laws[own.symbol] = own
                continue
            blocks.append(_independence(statement, declared))
        except SymmlError as error:
            raise DeclarationError(error.what, cure=error.cure or _FORM, source=text, column=column) from None
    return Model(laws, tuple(blocks))


def law_statements(text: str, declared: Declarations) -> list[tuple[str, str, list[Expr]]]:
    """The laws that a text states, of data: pairs of a name with a law and its parameters.

    Raises:
        DeclarationError: A statement is no law, or cannot be read; the message has a caret.
    """
    rows = []
    for statement, column in _statements(text):
        found = _LAW.match(statement)
        if found is None:
            raise DeclarationError(f"{statement!r} is not a law", cure=_FORM, source=text, column=column)
        try:
            parameters = [read_numpy(part, declared) for part in _arguments(found.group(3))]
        except SymmlError as error:
            raise DeclarationError(error.what, cure=error.cure or _FORM, source=text, column=column) from None
        rows.append((found.group(1), found.group(2).lower(), parameters))
    return rows


def _statements(text: str) -> Iterator[tuple[str, int]]:
    start = 0
    for part in re.split(r"[;\n]", text):
        if part.strip():
            yield part.strip(), start + len(part) - len(part.lstrip())
        start += len(part) + 1


def _law(found: re.Match[str], declared: Declarations) -> Law:
    symbol = _random(found.group(1), declared)
    parameters = [read_numpy(part, declared) for part in _arguments(found.group(3))]
    shaped = [
        _in_shape(value, shape) for value, shape in zip(parameters, (symbol.shape, symbol.shape * 2), strict=False)
    ]
    return law(symbol, found.group(2).lower(), *shaped, *parameters[2:])


def _in_shape(value: Expr, shape: tuple[object, ...]) -> Expr:
    """A written 0 stands for zeros of the shape that is asked for."""
    from symml.expr.arithmetic import is_zero, zeros

    return zeros(shape) if shape and not value.shape and is_zero(value) else value  # type: ignore[arg-type] # a tuple of dims


def _arguments(text: str) -> Iterator[str]:
    """The parts between commas outside brackets."""
    depth, start = 0, 0
    for place, char in enumerate(text):
        depth += (char in "([{") - (char in ")]}")
        if char == "," and not depth:
            yield text[start:place]
            start = place + 1
    yield text[start:]


def _random(name: str, declared: Declarations) -> Symbol:
    symbol = declared.symbols.get(name.strip())
    if symbol is None or not is_random(symbol):
        raise DeclarationError(f"{name.strip()!r} is not a random symbol", cure=f"declare it: '{name.strip()}: random'")
    return symbol


def _independence(statement: str, declared: Declarations) -> tuple[frozenset[Symbol], ...]:
    """``x, y, z independent`` or ``x independent of y, z``."""
    found = _INDEPENDENT.match(statement)
    if found is None:
        raise DeclarationError(f"{statement!r} is neither a law nor a statement of independence", cure=_FORM)
    left, right = ([_random(n, declared) for n in re.split(r",|\band\b", part) if n.strip()] for part in _sides(found))
    blocks = [frozenset(left), frozenset(right)] if right else [frozenset([symbol]) for symbol in left]
    if len(blocks) < 2 or len(frozenset().union(*blocks)) != sum(map(len, blocks)):
        raise DeclarationError("independence is between different symbols", cure=_FORM)
    return tuple(blocks)


def _sides(found: re.Match[str]) -> tuple[str, str]:
    right = found.group(2).strip()
    if right and not re.match(r"(of|from)\b", right):
        raise DeclarationError(f"{right!r} after 'independent'", cure=_FORM)
    return found.group(1), re.sub(r"^(of|from)\b", "", right)


def read_support(text: str, declared: Declarations) -> Support:
    """The support that a text states: ``"(0, inf)"``, ``"0, 1, ..."`` or ``"0, 1, ..., n"``.

    Raises:
        DeclarationError: The text is none of these.
    """
    whole = _WHOLE.match(text)
    if whole is not None and int(whole.group(2)) == int(whole.group(1)) + 1:
        last = whole.group(3)
        return Support(end_of(int(whole.group(1))), None if last is None else read_numpy(last, declared), discrete=True)
    interval = _SUPPORT.match(text)
    if interval is None:
        raise DeclarationError(f"{text!r} is no support", cure=_SUPPORT_FORM)
    ends = [None if part.strip() in ("inf", "-inf") else read_numpy(part, declared) for part in interval.groups()]
    return Support(ends[0], ends[1])
