"""Conditions beside a statement, used: a condition on a symbol becomes the symbol's domain.

A statement is never decided without a condition that it carries: what no domain says is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from symml.errors import ReadError
from symml.expr.domains import DOMAINS
from symml.expr.nodes import Expr, Symbol, symbol_node
from symml.expr.walk import substitute, symbols
from symml.read.latex import name_as_declared
from symml.read.math.said import IMPLIED, domain_of, parts, runs_over, spelled
from symml.read.numpy_source import Statement


def conditioned(links: Sequence[Statement], conditions: Sequence[str]) -> list[Statement]:
    """The links, with what the conditions say of their symbols as the symbols' domains.

    Raises:
        ReadError: A condition says something that no domain says.
    """
    found = list(links)
    for condition in conditions:
        for part in parts(spelled(condition)):
            found = _with(found, part, condition)
    return [replace(link, conditions=tuple(map(spelled, conditions))) for link in found]


def _with(links: list[Statement], part: str, source: str) -> list[Statement]:
    said = domain_of(part)
    if said is None:
        if runs_over(part):
            return links
        raise ReadError(
            f"this condition cannot be used: {source}",
            cure="conditions are such as x > 0, p in (0, 1), A = A^T; or declare the domain, as in 'x: positive'",
        )
    names, domain = said
    replaced: dict[Expr, Expr] = {}
    for name in names:
        symbol = _symbol(name, links)
        if symbol is not None:
            replaced[symbol] = symbol_node(symbol.name, symbol.shape, DOMAINS[_stronger(symbol, domain, source)])
    return [Statement(substitute(x.lhs, replaced), x.relation, substitute(x.rhs, replaced)) for x in links]


def _symbol(name: str, links: Iterable[Statement]) -> Symbol | None:
    """The symbol of this name, or of this name without its index."""
    known = {symbol.name: symbol for link in links for symbol in symbols(link.lhs, link.rhs)}
    for written in (name, re.sub(r"_(?:\{[^{}]*\}|\w)", "", name)):
        found = known.get(name_as_declared(written, known))
        if found is not None:
            return found
    return None


def _stronger(symbol: Symbol, domain: str, source: str) -> str:
    """Of what is declared and what the condition says, that which implies the other."""
    own = symbol.domain.name
    if own == domain or domain in IMPLIED.get(own, ()) or domain == "real":
        return own
    if own in IMPLIED.get(domain, ()):
        return domain
    raise ReadError(
        f"{source} and the declared domain {own} cannot be joined", cure=f"declare {symbol.name} in one domain"
    )
