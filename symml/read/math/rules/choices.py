"""Choices: cases, indicators, comparisons, maxima and minima of several values."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from symml.expr import arithmetic, functions
from symml.expr.contract import contract
from symml.expr.functions import AXIS_FUNCTIONS
from symml.expr.functions.along import along
from symml.expr.nodes import onehot
from symml.read.math.rules.indices import is_label, letter_of
from symml.read.math.tree import Node
from symml.read.math.value import Value, describe, spread, union

if TYPE_CHECKING:
    from symml.read.math.elaborate import Elaborator

_COMPARISONS = {
    "==": functions.equal, "!=": functions.not_equal, "<": functions.less, "<=": functions.less_equal,
    ">": functions.greater, ">=": functions.greater_equal,
}  # fmt: skip
_PAIRWISE = ("max", "min")
_OPPOSITE = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "==": "!=", "!=": "=="}
_MIRROR = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}


def relation(e: Elaborator, node: Node) -> Value:
    """A comparison, or a chain of them: 1 where all hold, else 0."""
    result: Value | None = None
    for sign, a, b in zip(node.value, node.args, node.args[1:], strict=False):
        held = compare(e, node, sign, a, b)
        result = held if result is None else both(e, node, result, held)
    assert result is not None
    return result


def compare(e: Elaborator, node: Node, sign: str, a: Node, b: Node) -> Value:
    """One comparison."""
    if sign == "in":
        return _membership(e, node, a, b)
    function = _COMPARISONS.get(sign)
    if function is None:
        raise e.error(node, f"not understood: {e.written(node)} as a condition", "conditions are comparisons")
    named = _entry_named(e, sign, a, b)
    if named is not None:
        return named
    left, right = e.value(a), e.value(b)
    if left.rank == right.rank == 2 and sign in ("==", "!="):
        e.note(f"{e.written(node)} is taken of every entry")
    elif left.rank and right.rank and sign in ("==", "!="):
        raise e.error(node, "arrays are compared as a whole", "compare entries: x_i = y_i")
    return pointwise(e, node, function, left, right)


def _entry_named(e: Elaborator, sign: str, a: Node, b: Node) -> Value | None:
    """``y_i = k`` of labels and a running index: the entries that labels name; ``i = j`` of two indices."""
    if sign not in ("==", "!="):
        return None
    for one, other in ((a, b), (b, a)):
        letter = letter_of(other)
        row = e.range_of(letter) if letter is not None else None
        if letter is None or row is None:
            continue
        first = letter_of(one)
        if first is not None and e.range_of(first) is not None:
            return _same_index(e, a, sign, first, letter)
        value = e.value(one)
        if is_label_value(value) and not value.rank:
            hot = Value(onehot(value.expr, e.resolve(row.dim)), (*value.labels, letter))
            return hot if sign == "==" else hot.with_expr(arithmetic.minus(1, hot.expr))
    return None


def _same_index(e: Elaborator, node: Node, sign: str, a: str, b: str) -> Value:
    from symml.read.math.rules.names import kronecker

    hot = kronecker(e, node, a, b)
    return hot if sign == "==" else hot.with_expr(arithmetic.minus(1, hot.expr))


def is_label_value(value: Value) -> bool:
    """Whether the entries of a value are labels."""
    inner = value.expr.args[0] if value.expr.args and len(value.expr.args) == 1 else value.expr
    return is_label(inner)


def _membership(e: Elaborator, node: Node, a: Node, b: Node) -> Value:
    raise e.error(node, f"not understood: {e.written(node)} as a condition", "write inequalities: 0 < x < 1")


def pointwise(e: Elaborator, node: Node, function: Callable[..., object], *values: Value) -> Value:
    """A scalar function of values, entry by entry."""
    core = max((value.core for value in values), key=len)
    for value in values:
        if value.rank and (
            value.rank != len(core) or not all(e.unify(x, y) for x, y in zip(value.core, core, strict=True))
        ):
            raise e.error(node, f"{describe(value)} beside {describe(values[0])}", "make the shapes agree")
    labels = union(*values)
    dims = e.dims_of(labels)
    rows = [value.row for value in values if value.rank]
    expr = function(*(spread(value, labels, core, dims) for value in values))
    return Value(expr, labels, bool(rows and rows[0]), True)  # type: ignore[arg-type] # functions build expressions


def both(e: Elaborator, node: Node, a: Value, b: Value) -> Value:
    """1 where both conditions hold."""
    return pointwise(e, node, arithmetic.times, a, b)


def _all(e: Elaborator, node: Node) -> Value:
    result = e.value(node.args[0])
    for part in node.args[1:]:
        held = e.value(part)
        rule = arithmetic.times if node.kind == "and" else functions.maximum
        result = pointwise(e, node, rule, result, held)
    return result


def indicator(e: Elaborator, node: Node) -> Value:
    """1 where the condition holds."""
    return e.value(node.args[0])


# ---- cases -----------------------------------------------------------------------------------------------------------
def cases(e: Elaborator, node: Node) -> Value:
    """The first value whose condition holds; the last must hold whenever no other does."""
    values, conditions = node.args[::2], node.args[1::2]
    last = conditions[-1]
    if last.kind != "otherwise" and not _exhaustive(e, conditions):
        raise e.error(last, "the cases do not say what holds otherwise", r"write \text{otherwise} for the last case")
    result = e.value(values[-1])
    for value, condition in zip(values[-2::-1], conditions[-2::-1], strict=True):
        if condition.kind == "otherwise":
            raise e.error(condition, "otherwise stands before the last case")
        result = pointwise(e, node, functions.where, e.value(condition), e.value(value), result)
    return result


def _exhaustive(e: Elaborator, conditions: tuple[Node, ...]) -> bool:
    """Whether the last condition is the opposite of all others: signs that cover the line at one point."""
    rows = [_simple(e, condition) for condition in conditions]
    if any(row is None for row in rows):
        return _covers_line(e, conditions)
    found = [row for row in rows if row is not None]
    left, right = found[0][0], found[0][2]
    signs = set()
    for a, sign, b in found:
        if (a, b) == (left, right):
            signs.add(sign)
        elif (b, a) == (left, right):
            signs.add(_MIRROR[sign])
        else:
            return _covers_line(e, conditions)
    covered = "".join(sorted(signs))
    reach = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "==": "=", "!=": "<>"}
    return set("<=>") <= set("".join(reach[sign] for sign in signs)) and bool(covered)


def _simple(e: Elaborator, node: Node) -> tuple[Value, str, Value] | None:
    if node.kind != "relation" or len(node.args) != 2 or node.value[0] not in _OPPOSITE:
        return None
    return e.value(node.args[0]), node.value[0], e.value(node.args[1])


def _covers_line(e: Elaborator, conditions: tuple[Node, ...]) -> bool:
    r"""``x < a``, ``a \le x \le b``, ``x > b``: pieces of a line whose ends meet."""
    pieces: list[tuple[object, Value | None, str, Value | None, str]] = []
    for node in conditions:
        piece = _interval(e, node)
        if piece is None:
            return False
        pieces.append(piece)
    if len({id(piece[0]) for piece in pieces}) != 1:
        return False
    start = next((piece for piece in pieces if piece[1] is None), None)
    seen = 0
    while start is not None and seen <= len(pieces):
        _, _, _, high, sign = start
        seen += 1
        if high is None:
            return True
        meets = "<=" if sign == "<" else ""
        start = next((p for p in pieces if p[1] == high and (not meets or p[2] == "<=")), None)
    return False


def _interval(e: Elaborator, node: Node) -> tuple[object, Value | None, str, Value | None, str] | None:
    """(variable, low, its sign, high, its sign) of a condition on one variable."""
    if node.kind == "indicator":
        node = node.args[0]
    if node.kind != "relation" or any(sign not in ("<", "<=", ">", ">=") for sign in node.value):
        return None
    values = [e.value(part) for part in node.args]
    signs = list(node.value)
    if signs[0] in (">", ">="):
        values, signs = values[::-1], [_MIRROR[sign] for sign in signs[::-1]]
    if len(values) == 3 and all(sign in ("<", "<=") for sign in signs):
        return values[1].expr, values[0], signs[0], values[2], signs[1]
    if len(values) != 2:
        return None
    symbols = [bool(value.expr.args or hasattr(value.expr, "domain")) for value in values]
    if symbols[0] and not symbols[1]:
        return values[0].expr, None, "", values[1], signs[0]
    if symbols[1] and not symbols[0]:
        return values[1].expr, values[0], signs[0], None, ""
    return values[0].expr, None, "", values[1], signs[0]


# ---- extrema ---------------------------------------------------------------------------------------------------------
def extremum(e: Elaborator, node: Node) -> Value:
    r"""``\max(a, b, ...)`` entry by entry, or the largest entry of one vector."""
    name = node.value
    if name in ("argmax", "argmin"):
        raise e.error(node, f"{name} is not a number", "it may stand alone on a side: w^* = \\arg\\min_w f(w)")
    values = [e.value(part) for part in node.args]
    if len(values) == 1:
        value = values[0]
        if not value.rank:
            raise e.error(node, f"the {name} of one number", f"write {name}(a, b), or an index below")
        if name == "sum":
            return Value(contract([(value.expr, range(len(value.expr.shape)))], range(len(value.labels))), value.labels)
        axes = tuple(range(len(value.labels), len(value.expr.shape)))
        return Value(along(AXIS_FUNCTIONS[name], value.expr, axes), value.labels)
    if name not in _PAIRWISE:
        raise e.error(node, f"the {name} of several values", "write one vector")
    rule = functions.maximum if name == "max" else functions.minimum
    result = values[0]
    for part, value in zip(node.args[1:], values[1:], strict=True):
        result = pointwise(e, part, rule, result, value)
    return result


RULES: dict[str, Callable[..., Value]] = {
    "relation": relation,
    "indicator": indicator,
    "cases": cases,
    "extremum": extremum,
    "and": _all,
    "or": _all,
}
