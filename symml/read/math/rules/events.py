"""Probabilities of events: expectations of their indicators, so that Bayes' rule is algebra."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symml.expr import arithmetic
from symml.expr.domains import internal
from symml.expr.nodes import Expr, symbol_node
from symml.expr.probability import expect, random_symbols
from symml.read.math.calls import Applied
from symml.read.math.tree import Node, Written
from symml.read.math.value import Value

if TYPE_CHECKING:
    from symml.read.math.elaborate import Elaborator

_BARS = ("|", r"\mid")
EVENT = internal("event", r"\{0, 1\}", {"random", "binary", "nonnegative", "integer"})


def probability(e: Elaborator, node: Node, head: Applied) -> Value | None:
    """``P(A | B)`` is E[A B] / E[B] of the indicators; of small letters P is a function of its own."""
    if not all(is_event(e, part) for part in node.args):
        return None
    bar = next((k for k, sign in enumerate(head.separators) if sign in _BARS), len(node.args) - 1)
    both = [_indicator(e, part) for part in node.args]
    given = both[bar + 1 :]
    joint = _mean(e, node, both)
    return Value(arithmetic.divide(joint, _mean(e, node, given)) if given else joint)


def is_event(e: Elaborator, node: Node) -> bool:
    """Whether a part is an event: declared, a capital letter, a condition on random symbols, or made of events."""
    if node.kind == "declared":
        return str(node.value.kind) == "event"
    if node.kind == "name":
        written: Written = node.value
        base = written.base.removeprefix(r"\bar{").removeprefix(r"\mathrm{").removesuffix("}")
        row = e.table.find(base)
        return row.kind == "event" if row is not None else base[:1].isupper() and not written.sup
    if node.kind in ("set", "not", "group", "product"):
        return all(is_event(e, part) for part in node.args)
    if node.kind == "mark":
        return node.value == "complement" and is_event(e, node.args[0])
    return node.kind == "relation" and bool(random_symbols(e.value(node).expr))


def _indicator(e: Elaborator, node: Node) -> Expr:
    """1 on the event, else 0."""
    if node.kind == "declared":
        return symbol_node(node.value.name, (), EVENT)
    if node.kind == "name":
        return _named(e, node)
    if node.kind == "group":
        return _indicator(e, node.args[0])
    if node.kind in ("not", "mark"):
        return arithmetic.minus(1, _indicator(e, node.args[0]))
    if node.kind == "relation":
        return e.value(node).expr
    total = _indicator(e, node.args[0])
    for op, part in zip(node.value[1:], node.args[1:], strict=True):
        other = _indicator(e, part)
        if op in (r"\cup", r"\vee"):
            total = arithmetic.minus(arithmetic.plus(total, other), arithmetic.times(total, other))
        elif op == r"\setminus":
            total = arithmetic.times(total, arithmetic.minus(1, other))
        elif op in (r"\cap", r"\wedge", ""):
            total = total if other is total else arithmetic.times(total, other)
        else:
            raise e.error(part, f"not understood: {op} between events", r"write \cap, \cup or \setminus")
    return total


def _named(e: Elaborator, node: Node) -> Expr:
    written: Written = node.value
    if written.base.startswith(r"\bar{"):
        inner = Node("name", (), Written(written.base[len(r"\bar{") : -1], written.sub), node.start, node.end)
        return arithmetic.minus(1, _named(e, inner))
    row = e.table.find(written.key)
    name = row.name if row is not None else written.key
    e.note(f"{name} is an event")
    return symbol_node(name, (), EVENT)


def _mean(e: Elaborator, node: Node, parts: list[Expr]) -> Expr:
    """The mean of the product of indicators; their order does not matter, nor does a repetition."""
    distinct = sorted(dict.fromkeys(parts), key=lambda part: getattr(part, "name", "~"))
    total = distinct[0]
    for part in distinct[1:]:
        total = arithmetic.times(total, part)
    return expect(total)
