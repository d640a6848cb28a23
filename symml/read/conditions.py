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
from symml.expr.walk import size_names, substitute, symbols, topological
from symml.read.halflines import beyond, half_line
from symml.read.latex import name_as_declared
from symml.read.math.said import domain_of, joined, parts, runs_over, spelled
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
    return [replace(link, conditions=(*map(spelled, conditions), *link.conditions)) for link in found]


def _with(links: list[Statement], part: str, source: str) -> list[Statement]:
    said = domain_of(part)
    if said is None:
        if runs_over(part) and _runs_to_the_end(part, links):
            return links
        line = half_line(part)
        found = beyond(links, line) if line is not None else None
        if found is None:
            raise _unused(source)
        return found
    names, domain = said
    replaced: dict[Expr, Expr] = {}
    for name in names:
        symbol = _symbol(name, links, source)
        if symbol is None and re.fullmatch(r"[^\W\d_]{2,}", name):
            raise _unused(source)  # a word, not a name
        if symbol is not None:
            replaced[symbol] = symbol_node(symbol.name, symbol.shape, DOMAINS[_stronger(symbol, domain, source)])
    return [replace(x, lhs=substitute(x.lhs, replaced), rhs=substitute(x.rhs, replaced)) for x in links]


def _unused(source: str) -> ReadError:
    return ReadError(
        f"this condition cannot be used: {source}",
        cure="conditions are such as x > 0, p in (0, 1), A = A^T; or declare the domain, as in 'x: positive'",
    )


def _runs_to_the_end(part: str, links: Iterable[Statement]) -> bool:
    """Whether an index runs over a whole axis: its last value, where one is named, is a size or the number of one."""
    last = re.search(r"\.\.\. *,? *(\w+)", part)
    if last is None:
        return True
    roots = [side for link in links for side in (link.lhs, link.rhs)]
    lengths = {str(dim) for node in topological(*roots) for dim in node.shape}
    return last[1] in size_names(*roots) or last[1] in lengths


def _symbol(name: str, links: Iterable[Statement], source: str) -> Symbol | None:
    """The symbol of this name, or of this name without an index that stands for every entry.

    Raises:
        ReadError: The name is that of one entry.
    """
    roots = [side for link in links for side in (link.lhs, link.rhs)]
    known = {symbol.name: symbol for symbol in symbols(*roots)}
    whole = known.get(name_as_declared(name, known))
    below = re.search(r"_(?:\{([^{}]*)\}|(\w))", name)
    if whole is not None or below is None:
        return whole
    found = known.get(name_as_declared(name.replace(below[0], ""), known))
    index = (below[1] or below[2]).strip()
    if found is not None and (not re.fullmatch(r"[A-Za-z](?: *,? *[A-Za-z])*", index) or index in size_names(*roots)):
        raise ReadError(
            f"this condition is about one entry, {name}: {source}", cure="write it of every entry, as in x_i > 0"
        )
    return found


def _stronger(symbol: Symbol, domain: str, source: str) -> str:
    """Of what is declared and what the condition says, that which implies the other."""
    own = symbol.domain.name
    found = joined(own, domain)
    if found is None:
        raise ReadError(
            f"{source} and the declared domain {own} cannot be joined", cure=f"declare {symbol.name} in one domain"
        )
    return found
