r"""Conditions such as ``x > 1`` and ``x \le -2``: the symbol is written as its bound and what is beyond it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from symml.expr import arithmetic
from symml.expr.domains import DOMAINS
from symml.expr.nodes import Derivative, Expr, Symbol, symbol_node
from symml.expr.walk import size_names, substitute, symbols, topological
from symml.read.latex import name_as_declared
from symml.read.math.said import NAME
from symml.read.numpy_source import Statement

_NUMBER = r"(?P<number>-?\s*\d{1,9}(?:\.\d{1,9})?)"
_AFTER = re.compile(rf"(?P<name>{NAME})\s*(?P<sign>>|<|\\ge|\\le)\s*{_NUMBER}")
_BEFORE = re.compile(rf"{_NUMBER}\s*(?P<sign>>|<|\\ge|\\le)\s*(?P<name>{NAME})")
_MIRROR = {">": "<", "<": ">", r"\ge": r"\le", r"\le": r"\ge"}
_LETTERS = "uvstabcdghpqrz"


@dataclass(frozen=True)
class HalfLine:
    """``name sign bound``."""

    name: str
    sign: str
    bound: Fraction


def half_line(part: str) -> HalfLine | None:
    """What a part of a condition says, if it bounds one name by a number."""
    after = _AFTER.fullmatch(part)
    found = after or _BEFORE.fullmatch(part)
    if found is None:
        return None
    sign = found["sign"] if after else _MIRROR[found["sign"]]
    return HalfLine(found["name"], sign, Fraction(found["number"].replace(" ", "")))


def beyond(links: Sequence[Statement], line: HalfLine) -> list[Statement] | None:
    """The links with ``bound + u`` or ``bound - u`` in the symbol's place; ``None`` where this says something else.

    A derivative by the symbol is left alone: at its kinks it needs the symbol itself.
    """
    roots = [side for link in links for side in (link.lhs, link.rhs)]
    known = {symbol.name: symbol for symbol in symbols(*roots)}
    symbol = known.get(name_as_declared(line.name, known))
    if symbol is None or symbol.domain.name != "real":
        return None
    if any(isinstance(node, Derivative) for node in topological(*roots)):
        return None
    taken = set(known) | set(size_names(*roots))
    letter = next((letter for letter in _LETTERS if letter not in taken), None)
    if letter is None:
        return None
    rest = symbol_node(letter, symbol.shape, DOMAINS["positive" if line.sign in "<>" else "nonnegative"])
    return [_replaced(link, symbol, _at(line, rest), line, rest) for link in links]


def _at(line: HalfLine, rest: Symbol) -> Expr:
    bound = arithmetic.full(line.bound, rest.shape)
    upward = line.sign in (">", r"\ge")
    return arithmetic.plus(bound, rest) if upward else arithmetic.minus(bound, rest)


def _replaced(link: Statement, symbol: Symbol, value: Expr, line: HalfLine, rest: Symbol) -> Statement:
    places: dict[Expr, Expr] = {symbol: value}
    shown = f"{symbol.name} = {line.bound} {'+' if line.sign in ('>', chr(92) + 'ge') else '-'} {rest.name}"
    said = (*link.conditions, f"{shown} with {rest.name} {'> 0' if line.sign in '<>' else chr(92) + 'ge 0'}")
    return replace(link, lhs=substitute(link.lhs, places), rhs=substitute(link.rhs, places), conditions=said)
