"""Laws whose parameters are random themselves: such a law holds given its parameters, which are averaged afterwards."""

from __future__ import annotations

from collections.abc import Iterable

from symml.calculus.moments.laws import Model
from symml.expr.nodes import Symbol
from symml.expr.probability import random_symbols

Symbols = frozenset[Symbol]


def parents(model: Model, symbol: Symbol) -> Symbols:
    """The random symbols on which the law of a symbol depends."""
    law = model.laws.get(symbol)
    return frozenset() if law is None else frozenset(random_symbols(law.mean, law.covariance, *law.parameters))


def ancestors(model: Model, wanted: Iterable[Symbol], given: Symbols = frozenset()) -> Symbols:
    """The parents of symbols, their parents and so on; what is given ends a line and is left out."""
    found: set[Symbol] = set()
    todo = list(wanted)
    while todo:
        for parent in parents(model, todo.pop()) - given:
            if parent not in found:
                found.add(parent)
                todo.append(parent)
    return frozenset(found)


def is_hierarchical(model: Model, wanted: Iterable[Symbol]) -> bool:
    """Whether a symbol's law depends on another random symbol."""
    return any(parents(model, symbol) for symbol in wanted)


def last(model: Model, averaged: Symbols) -> Symbols:
    """The symbols on which the law of no other of them depends: these are averaged first."""
    used = frozenset().union(*(parents(model, symbol) for symbol in averaged)) if averaged else frozenset()
    return averaged - used


def leaves_alone(model: Model, averaged: Symbols, given: Symbols) -> bool:
    """Whether the law of the averaged symbols, given the others, is the one that was stated.

    What is given may be a parameter of a law, or independent of everything that is averaged; not a value that depends
    on what is averaged.
    """
    whole = averaged | ancestors(model, averaged, given)
    fixed = frozenset().union(*(parents(model, symbol) for symbol in whole)) & given
    for other in given - fixed:
        if ancestors(model, [other]) & whole or ancestors(model, [other]) & fixed:
            return False
        if any(part & whole and other in part for part in model.parts(whole | {other})):
            return False
    return not any(ancestors(model, [other]) & whole for other in fixed)
