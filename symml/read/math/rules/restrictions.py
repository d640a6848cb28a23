r"""Conditions on running indices: ``i < j``, ``j \ne i``, ``i : x_i > 0``, and bounds that move with another index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from symml.calculus.definedness import conditions as needs
from symml.expr import arithmetic, functions
from symml.expr.contract import contract
from symml.expr.functions import AXIS_FUNCTIONS
from symml.expr.functions.along import along
from symml.expr.nodes import Expr, constant, eye
from symml.expr.sequences import triangle
from symml.read.math.bigs import Bound
from symml.read.math.rules.indices import letter_of
from symml.read.math.rules.spans import Guard
from symml.read.math.tree import Node
from symml.read.math.value import Value, spread, union

if TYPE_CHECKING:
    from symml.read.math.elaborate import Elaborator

# The sign between two indices, as a comparison of the column with the row.
_COMPARE = {
    "<": functions.greater,
    "<=": functions.greater_equal,
    ">": functions.less,
    ">=": functions.less_equal,
}
_MIRROR = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_NEUTRAL = {"sum": 0, "prod": 1}


def restricted(e: Elaborator, node: Node, bound: Bound, guards: Sequence[Guard], value: Value) -> Value:
    """The body where the conditions below the operator hold, and elsewhere what does not change the result."""
    for condition in bound.conditions:
        if condition.value[0] == "in":
            continue
        letters = [letter_of(side) for side in condition.args]
        known = [letter for letter in letters if letter is not None and e.range_of(letter) is not None]
        unequal = bound.operator == "sum" and condition.value == ("!=",) and len(known) == 2
        if unequal and not needs(value.expr):
            value = _off_diagonal(e, condition, value, known[0], known[1])
        else:
            if bound.operator not in _NEUTRAL and len(known) < 2:
                what = f"a {bound.operator} over a set that may be empty: {e.written(condition)}"
                raise e.error(condition, what, "write the cases")
            value = _where(e, condition, bound, _held(e, condition, letters), value)
    for guard in guards:
        value = _where(e, guard.node, bound, _guarded(e, guard), value)
    return value


def _held(e: Elaborator, node: Node, letters: Sequence[str | None]) -> Value:
    """1 where a condition holds: of two indices, or of values that depend on the index."""
    a, b = letters[0], letters[-1]
    if len(letters) == 2 and a and b and e.range_of(a) is not None and e.range_of(b) is not None:
        if node.value[0] in _COMPARE:
            return _compared(e, node, a, node.value[0], b, 0)
        return e.value(node)
    if node.kind != "relation":
        raise e.error(node, f"not understood: {e.written(node)}", "conditions are comparisons")
    held = e.value(node)
    if held.rank:
        raise e.error(node, f"{e.written(node)} is a condition on an array", "compare numbers: x_i > 0")
    return held


def _guarded(e: Elaborator, guard: Guard) -> Value:
    return _compared(e, guard.node, guard.letter, guard.sign, guard.other, guard.shift)


def _compared(e: Elaborator, node: Node, a: str, sign: str, b: str, shift: int) -> Value:
    """1 where ``a sign b + shift``: rows are the values of a, columns those of b."""
    first, second = e.range_of(a), e.range_of(b)
    assert first is not None and second is not None
    low, other = (1 if row.low is None else row.low for row in (first, second))
    k = low - other - shift
    if not isinstance(k, int):
        raise e.error(node, f"not understood: {e.written(node)}", "let both indices start at numbers")
    return Value(triangle(e.resolve(first.dim), e.resolve(second.dim), k, _COMPARE[sign]), (a, b))


def _off_diagonal(e: Elaborator, node: Node, value: Value, a: str, b: str) -> Value:
    """The body without its entries at equal indices."""
    labels = tuple(dict.fromkeys((*value.labels, a, b)))
    dims = e.dims_of(labels)
    if dims[a] != dims[b] and not e.unify(dims[a], dims[b]):
        raise e.error(node, f"{a} and {b} run over different ranges")
    body = spread(value, labels, value.core, dims)
    own = [*(("run", x) for x in labels), *(("own", k) for k in range(value.rank))]
    diagonal = contract([(body, own), (eye(dims[a]), (("run", a), ("run", b)))], own)
    return Value(arithmetic.minus(body, diagonal), labels, value.row)


def _where(e: Elaborator, node: Node, bound: Bound, held: Value, value: Value) -> Value:
    """The body where ``held`` is 1; sums take 0 elsewhere, products 1, maxima the least of all entries."""
    labels = union(value, held)
    dims = e.dims_of(labels)
    body = spread(value, labels, value.core, dims)
    if bound.operator == "sum" and not needs(body):
        own = [*(("run", x) for x in labels), *(("own", k) for k in range(value.rank))]
        return Value(contract([(body, own), (held.expr, [("run", x) for x in held.labels])], own), labels, value.row)
    mask = spread(held, labels, value.core, dims)
    return Value(functions.where(mask, body, _neutral(e, node, bound, labels, body)), labels, value.row)


def _neutral(e: Elaborator, node: Node, bound: Bound, labels: tuple[str, ...], body: Expr) -> Expr:
    """What does not change the result of the operator."""
    if bound.operator in _NEUTRAL:
        return constant(_NEUTRAL[bound.operator])
    if needs(body):
        raise e.error(node, f"a condition on a {bound.operator} of values that do not always exist", "write the cases")
    opposite = {"max": "min", "min": "max"}[bound.operator]
    at = tuple(k for k, label in enumerate(labels) if label in bound.letters)
    least = along(AXIS_FUNCTIONS[opposite], body, at)
    rest = [k for k in range(len(body.shape)) if k not in at]
    return contract([(least, rest)], range(len(body.shape)), dims={k: body.shape[k] for k in at})
