"""Sums over whole numbers and integrals, where the variable is a number and not the index of an entry."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from symml.calculus.differentiate import evaluate_derivatives
from symml.expr.nodes import Expr, Symbol, symbol_node
from symml.expr.ranges import integral, series
from symml.expr.walk import substitute, symbols
from symml.read.math.bigs import Bound
from symml.read.math.rules import algebra
from symml.read.math.rules.names import identifier
from symml.read.math.tree import Node, Written
from symml.read.math.value import Value

if TYPE_CHECKING:
    from symml.read.math.elaborate import Elaborator

_INFINITY = float("inf")


def is_infinite(node: Node | None) -> bool:
    """Whether an end is infinity, with or without a minus."""
    while node is not None and node.kind in ("negative", "group", "sum") and len(node.args) == 1:
        node = node.args[0]
    return node is not None and node.kind == "infinity"


def whole_numbers(e: Elaborator, node: Node, bound: Bound) -> Value:
    r"""``\sum_{k=0}^\infty x^k / k!``: the index is a number in the body."""
    letter = bound.letters[0]
    if (
        len(bound.letters) != 1
        or bound.conditions
        or bound.low is None
        or bound.high is None
        or bound.operator != "sum"
    ):
        raise e.error(node, f"not understood: {e.written(node)}", r"write \sum_{k=0}^{\infty}")
    variable = symbol_node(identifier(Written(letter)), ())
    body = _with_variable(e, node.args[0], letter, variable)
    return Value(series(body, variable, _end(e, bound.low), _end(e, bound.high)))


def integrate(e: Elaborator, node: Node) -> Value:
    r"""``\int_a^b f(x) dx``"""
    body, variable_node, *ends = node.args
    if not ends:
        raise e.error(node, "an integral without limits", r"write \int_a^b, or \int_{-\infty}^{\infty}")
    written: Written = variable_node.value
    variable = symbol_node(identifier(written), ())
    return Value(integral(_with_variable(e, body, written.key, variable), variable, *(_end(e, end) for end in ends)))


def _with_variable(e: Elaborator, body: Node, letter: str, variable: Symbol) -> Expr:
    """The body, in which the letter is a number of its own."""
    with e.running({}):
        outer, e.local = e.local, e.local | {letter: Value(variable)}
        value = e.value(body)
        e.local = outer
    if value.labels:
        raise e.error(body, "a running index in this body", "write the sum over entries apart")
    return value.expr


def _end(e: Elaborator, node: Node) -> object:
    if is_infinite(node):
        return -_INFINITY if _is_negative(node) else _INFINITY
    return e.scalar(node, "an end").expr


def _is_negative(node: Node) -> bool:
    return node.kind == "negative" or (node.kind == "sum" and node.value == ("-",))


def evaluated(e: Elaborator, node: Node) -> Value:
    r"""``\left. f'(x) \right|_{x = a}``; with a second place above, ``|_{x = a}^{x = b}``, the difference."""
    body, *places = node.args
    value = _value_at(e, body, places[0], places[0])
    if len(places) == 1:
        return value
    high = _value_at(e, body, places[0], places[1])
    return algebra.plus(e, node, high, algebra.negative(value))


def _value_at(e: Elaborator, body: Node, first: Node, place: Node) -> Value:
    """The derivatives are carried out, then the value is put in."""
    if first.kind != "relation" or first.value != ("==",) or (place.kind == "relation" and place.value != ("==",)):
        raise e.error(first, "this does not say where", "write x = a below the bar")
    variable = e.value(first.args[0]).expr
    if not isinstance(variable, Symbol):
        raise e.error(first, "only symbols are given values here", "write x = a below the bar")
    value, at = e.value(body), e.value(place.args[1] if place.kind == "relation" else place)
    if place.kind == "relation" and e.value(place.args[0]).expr is not variable:
        raise e.error(place, "two variables at one bar", f"write {variable.name} = ... above")
    unknown = next((s for s in symbols(value.expr) if s in e.undefined.values()), None)
    if unknown is not None:
        what = f"the value at a point of {unknown.name}, of which nothing is known"
        raise e.error(body, what, "define it with --let")
    if at.labels or at.core != variable.shape:
        raise e.error(place, f"{variable.name} and its value have different shapes")
    return value.with_expr(substitute(evaluate_derivatives(value.expr), {variable: at.expr}))


RULES: dict[str, Callable[..., Value]] = {"integral": integrate, "evaluated": evaluated}
