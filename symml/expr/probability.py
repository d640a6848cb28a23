"""Expectations of expressions with random symbols: ``expect``, ``variance``, ``covariance``.

A random symbol is declared ``random``: ``x: d random``. Nothing is computed here; ``calculus.moments`` does.
"""

from __future__ import annotations

from collections.abc import Iterable

from symml.errors import ShapeError, SymmlError
from symml.expr.arithmetic import lift, times
from symml.expr.binders import bind, expectation_node, free_bounds, opened, put_in
from symml.expr.build import outer
from symml.expr.nodes import Add, Contract, Expr, Power, Symbol, show_shape, symbol_node
from symml.expr.scoped import Expectation
from symml.expr.walk import symbols

Given = object
_PAIR = 2


def is_random(node: Expr) -> bool:
    """Whether a symbol or a bound variable is declared random."""
    domain = getattr(node, "domain", None)
    return domain is not None and "random" in domain.facts


def random_symbols(*roots: Expr) -> list[Symbol]:
    """The random symbols that are free in the expressions, in the order in which they are met."""
    return [symbol for symbol in symbols(*roots) if is_random(symbol)]


def expect(body: object, given: Given = None, *, over: Symbol | Iterable[Symbol] | None = None) -> Expr:
    """The mean of ``body`` over its random symbols.

    Args:
        body: An expression of any shape.
        given: A random symbol, or several, on which the mean is conditioned; they stay free.
        over: The random symbol, or several, that are averaged; by default all that occur and are not given.

    Raises:
        SymmlError: No random symbol occurs, or a condition is not a random symbol.
    """
    node = lift(body)
    conditions = _conditions(given)
    present = random_symbols(node)
    rows = [over] if isinstance(over, Symbol) else over
    chosen = [s for s in present if s not in conditions] if rows is None else list(rows)
    if not present:
        raise SymmlError(f"nothing in {node} is random", cure="declare a random symbol: 'x: d random'")
    if any(not is_random(s) or s in conditions for s in chosen):
        raise SymmlError("an expectation is taken over random symbols that are not given")
    if not chosen:
        return node
    averaged, variables = bind(node, {s: s.domain for s in chosen})
    return expectation_node(averaged, variables, tuple(conditions))


def _conditions(given: Given) -> list[Symbol]:
    if given is None:
        return []
    rows: list[Symbol] = []
    for row in given if isinstance(given, tuple | list) else (given,):
        if not isinstance(row, Symbol) or not is_random(row):
            raise SymmlError(f"a condition is a random symbol, not {row}", cure="name it: z = g(y), and declare z")
        rows.append(row)
    return rows


def averages_some(node: Expectation) -> bool:
    """Whether random symbols of the body stay free that are not given: only then must the averaged ones be named."""
    present = {s.name for s in random_symbols(node.body)}
    present |= {v.name for v in free_bounds(node.body) if is_random(v)}
    given = {getattr(condition, "name", "") for condition in node.conditions}
    return bool(present - given - {v.name for v in node.variables})


def variance(x: object, given: Given = None) -> Expr:
    """E[(x - E x)^2] of a scalar; the covariance matrix E[(x - E x)(x - E x)'] of a vector."""
    return covariance(x, x, given)


def covariance(x: object, y: object, given: Given = None) -> Expr:
    """E[(x - E x)(y - E y)] of two scalars; of vectors, with the axes of ``x``, then of ``y``."""
    left, right = lift(x), lift(y)
    if len(left.shape) > 1 or len(right.shape) > 1:
        shapes = f"{show_shape(left.shape)} and {show_shape(right.shape)}"
        raise ShapeError(f"the covariance is of numbers and vectors, not of {shapes}", cure="take rows or entries")
    a, b = left - _mean(left, given), right - _mean(right, given)
    product = outer(a, b) if a.shape and b.shape else a**2 if left is right else times(a, b)
    return expect(product, given) if random_symbols(product) else product


def as_covariance(node: Expectation) -> tuple[Expr, Expr] | None:
    """The two sides when the expectation is a variance or a covariance as it is built here.

    Variables of enclosing binders are shown as symbols of their name.
    """
    free = {v: symbol_node(v.name, v.shape, v.domain) for v in free_bounds(node)}
    shown = put_in(node, dict(free)) if free else node
    return _as_covariance(shown) if isinstance(shown, Expectation) else None


def _as_covariance(node: Expectation) -> tuple[Expr, Expr] | None:
    body = opened(node, [symbol_node(v.name, v.shape, v.domain) for v in node.variables])
    sides = body.args * 2 if isinstance(body, Power) else body.args if isinstance(body, Contract) else ()
    pair = [_uncentered(side) for side in sides]
    if len(pair) != _PAIR or pair[0] is None or pair[1] is None:
        return None
    given = node.conditions or None
    found = (pair[0], pair[1])
    for left, right in (found, found[::-1]):
        if covariance(left, right, given) is node:
            return left, right
    return None


def _uncentered(side: Expr) -> Expr | None:
    """``x`` of ``x - E[x]``."""
    if not isinstance(side, Add) or len(side.args) != _PAIR:
        return None
    x, mean = side.args
    body = mean.args[0] if isinstance(mean, Contract) and mean.coef == -1 and len(mean.args) == 1 else None
    return x if isinstance(body, Expectation) else None


def _mean(x: Expr, given: Given) -> Expr:
    return expect(x, given) if random_symbols(x) else x
