"""Big operators: sums, products, maxima and minima over running indices."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from symml.expr import arithmetic, functions
from symml.expr.contract import contract
from symml.expr.dims import Dim
from symml.expr.functions import AXIS_FUNCTIONS
from symml.expr.functions.along import along
from symml.expr.nodes import Expr, extent, eye
from symml.expr.sequences import triangle
from symml.read.math.bigs import Bound
from symml.read.math.elaborate import Range
from symml.read.math.rules import expectations, ranges
from symml.read.math.rules.indices import letter_of
from symml.read.math.tree import Node, walk
from symml.read.math.value import Value, spread, summed_over, union

if TYPE_CHECKING:
    from symml.read.math.elaborate import Elaborator

# The sign between two indices, as a comparison of the column with the row.
_COMPARE = {
    "<": functions.greater,
    "<=": functions.greater_equal,
    ">": functions.less,
    ">=": functions.less_equal,
}


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
    running = {letter: _range(e, node, bound, letter) for letter in bound.letters}
    if _counts(e, bound, running, body):
        return ranges.whole_numbers(e, node, bound)
    with e.running(running):
        value = e.value(body)
        value = _restricted(e, node, bound, value)
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


def _range(e: Elaborator, node: Node, bound: Bound, letter: str) -> Range:
    """What a letter runs over: its bounds, or whatever it indexes."""
    for condition in bound.conditions:
        if condition.value[0] == "in" and letter_of(condition.args[0]) == letter:
            return Range(_set_size(e, condition, letter))
    if bound.high is None:
        return Range(e.unknown(f"n_{node.start}_{_plain(letter)}"))
    if bound.low is None:
        return Range(_upper(e, bound.high))
    low, high = e.dim(bound.low), _upper(e, bound.high)
    count = high - low + 1
    assert not isinstance(count, Expr)
    if isinstance(count, int) and count < 1:
        raise e.error(bound.high, f"this runs from {low} to {high}", "the upper bound lies below the lower one")
    return Range(count, low)


def _plain(letter: str) -> str:
    return "".join(c for c in letter if c.isalnum())


def _upper(e: Elaborator, node: Node) -> Dim:
    return e.dim(node)


def _set_size(e: Elaborator, condition: Node, letter: str) -> Dim:
    r"""``x \in \mathcal{X}`` runs over everything; ``i \in [n]`` and ``\{1, ..., n\}`` over numbers."""
    where = condition.args[1]
    if where.kind == "braces":
        first, last = where.args[0], where.args[-1]
        if first.kind == "number" and first.value == 1 and any(part.kind == "dots" for part in where.args):
            return e.dim(last)
    if where.kind == "group" and where.value in ("[", r"\{"):
        inner = where.args[0]
        if inner.kind in ("name", "declared", "number", "sum") and where.value == "[":
            return e.dim(inner)
    if (where.kind == "name" and not where.args and letter.upper() == where.value.base[-2:-1]) or (
        where.kind == "name" and where.value.base == letter.upper()
    ):
        return e.unknown(f"n_{condition.start}_{_plain(letter)}")
    what = f"not understood: {letter} runs over {e.written(where)}"
    raise e.error(condition, what, r"write \sum_{i=1}^n; sums over subsets have no expression here")


def _restricted(e: Elaborator, node: Node, bound: Bound, value: Value) -> Value:
    """The body where the conditions below the operator hold."""
    for condition in bound.conditions:
        sign = condition.value[0]
        if sign == "in":
            continue
        if bound.operator != "sum":
            raise e.error(condition, "a condition on the index of a product or an extremum", "write it with a sum")
        a, b = (letter_of(side) for side in condition.args)
        if a is None or b is None or e.range_of(a) is None or e.range_of(b) is None:
            raise e.error(condition, f"not understood: {e.written(condition)}", "conditions compare two indices")
        value = _masked(e, condition, value, a, b, sign)
    return value


def _masked(e: Elaborator, node: Node, value: Value, a: str, b: str, sign: str) -> Value:
    """The body times 1 where two indices compare as said, else 0."""
    labels = tuple(dict.fromkeys((*value.labels, a, b)))
    dims = e.dims_of(labels)
    if dims[a] != dims[b] and not e.unify(dims[a], dims[b]):
        raise e.error(node, f"{a} and {b} run over different ranges")
    dim = dims[a]
    body = spread(value, labels, value.core, dims)
    own = [*(("run", x) for x in labels), *(("own", k) for k in range(value.rank))]
    if sign == "!=":
        diagonal = contract([(body, own), (eye(dim), (("run", a), ("run", b)))], own)
        return Value(arithmetic.minus(body, diagonal), labels, value.row)
    mask = triangle(dim, dim, 0, _COMPARE[sign])
    return Value(contract([(body, own), (mask, (("run", a), ("run", b)))], own), labels, value.row)


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
