"""Big operators: sums, products, maxima and minima over running indices."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from symml.expr import arithmetic
from symml.expr.dims import Dim
from symml.expr.functions import AXIS_FUNCTIONS
from symml.expr.functions.along import along
from symml.expr.nodes import Expr, extent
from symml.read.math.bigs import Bound
from symml.read.math.elaborate import Range
from symml.read.math.rules import expectations, ranges
from symml.read.math.rules.restrictions import restricted
from symml.read.math.rules.spans import Guard, span
from symml.read.math.tree import Node, walk
from symml.read.math.value import Value, spread, summed_over, union

if TYPE_CHECKING:
    from symml.read.math.elaborate import Elaborator


def big(e: Elaborator, node: Node) -> Value:
    """A body over a range of indices."""
    bound: Bound = node.value
    (body,) = node.args
    if bound.operator in ("argmax", "argmin"):
        raise e.error(
            node, f"{bound.operator} is not a number", "it may stand alone on a side: w^* = \\arg\\min_w f(w)"
        )
    if not bound.letters:
        return _over_what_is_free(e, node, bound, body)
    weighted = expectations.weighted(e, node, bound)
    if weighted is not None:
        return weighted
    if ranges.is_infinite(bound.high):
        return ranges.whole_numbers(e, node, bound)
    running: dict[str, Range] = {}
    guards: list[Guard] = []
    for letter in bound.letters:
        running[letter], own = span(e, node, bound, letter)
        guards += own
    if not guards and _counts(e, bound, running, body):
        return ranges.whole_numbers(e, node, bound)
    with e.running(running):
        value = e.value(body)
        value = restricted(e, node, bound, guards, value)
        return _reduced(e, node, bound.operator, value, bound.letters)


def _counts(e: Elaborator, bound: Bound, running: dict[str, Range], body: Node) -> bool:
    """Whether the index is only a number in the body, and runs over a symbolic range."""
    letter = bound.letters[0]
    if len(running) > 1 or bound.low is None or bound.high is None or isinstance(e.resolve(running[letter].dim), int):
        return False
    indices = {id(part) for node in walk(body) if node.kind in ("entry", "label") for part in node.args[1:]}
    indices |= {id(part) for node in walk(body) if node.kind == "name" for part in node.args}
    below = {id(part) for node in walk(body) if id(node) in indices for part in walk(node)}
    uses = [node for node in walk(body) if node.kind == "name" and node.value.key == letter and not node.args]
    return bool(uses) and not any(id(node) in below for node in uses)


def _over_what_is_free(e: Elaborator, node: Node, bound: Bound, body: Node) -> Value:
    """``Σ P(x) log P(x)``: over the indices that nothing else binds."""
    before = set(e.free)
    with e.running({}):
        value = e.value(body)
        found = tuple(label for label in value.labels if label in e.free and label not in before)
        if not found:
            return _over_entries(e, node, bound, value)
        e.note(f"{e.written(node)} runs over {', '.join(found)}")
        result = _reduced(e, node, bound.operator, value, found)
        for letter in found:
            del e.free[letter]
        return result


def _over_entries(e: Elaborator, node: Node, bound: Bound, value: Value) -> Value:
    """A sum without an index over a vector is over its entries."""
    if value.rank != 1:
        raise e.error(node, "this sum does not say over what it runs", r"write \sum_{i=1}^n")
    e.note(f"{e.written(node)} runs over the entries")
    return _reduced(e, node, bound.operator, Value(value.expr, (*value.labels, "entries")), ("entries",))


def _reduced(e: Elaborator, node: Node, operator: str, value: Value, letters: tuple[str, ...]) -> Value:
    """Sums, multiplies or takes the extremum over the letters."""
    present = [letter for letter in letters if letter in value.labels]
    if operator == "sum":
        total = summed_over(value, letters)
        for letter in letters:
            if letter not in present:
                total = total.with_expr(arithmetic.times(_count(e, node, letter), total.expr))
        return total
    if len(present) < len(letters):
        missing = next(letter for letter in letters if letter not in present)
        if operator == "prod" and len(letters) == 1:
            return _power(e, node, value, missing)
        raise e.error(node, f"{missing} does not occur in the body of this {operator}")
    axes_at = tuple(sorted(value.labels.index(letter) for letter in letters))
    kept = tuple(label for label in value.labels if label not in letters)
    return Value(along(AXIS_FUNCTIONS[operator], value.expr, axes_at), kept, value.row)


def _count(e: Elaborator, node: Node, letter: str) -> Expr:
    row = e.range_of(letter)
    assert row is not None
    dim = e.resolve(row.dim)
    if not isinstance(dim, int) and any(name.startswith("n_") and name in e.open_dims for name, _ in dim.terms):
        raise e.error(node, f"how many values {letter} takes is not said", r"write \sum_{i=1}^n")
    return extent(dim)


def _power(e: Elaborator, node: Node, value: Value, letter: str) -> Value:
    """A product of equal factors."""
    return Value(arithmetic.power(value.expr, _count(e, node, letter)), value.labels, value.row)


def summed(e: Elaborator, values: list[Value], core: tuple[Dim, ...]) -> Value:
    """The sum of values of one shape."""
    labels = union(*values)
    total = arithmetic.zeros(core) if not values else None
    for value in values:
        own = spread(value, labels, core, e.dims_of(labels))
        total = own if total is None else arithmetic.plus(total, own)
    assert total is not None
    return Value(total, labels)


RULES: dict[str, Callable[..., Value]] = {"big": big}
