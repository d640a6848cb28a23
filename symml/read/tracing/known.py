"""What is known of a traced value as a plain number: constants, dims, and comparisons of them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from symml.errors import ShapeError, TraceError
from symml.expr.arithmetic import brief
from symml.expr.dims import Dim, as_position
from symml.expr.nodes import Add, Apply, Constant, Contract, Expr, Extent, Power, Symbol
from symml.expr.walk import topological
from symml.read.positions import NeedsNumbers
from symml.read.tracing.branches import decided
from symml.read.tracing.record import recorded

_RULES: dict[str, Callable[..., Fraction | int]] = {
    "greater": lambda a, b: a > b,
    "greater_equal": lambda a, b: a >= b,
    "less": lambda a, b: a < b,
    "less_equal": lambda a, b: a <= b,
    "equal": lambda a, b: a == b,
    "not_equal": lambda a, b: a != b,
    "maximum": max,
    "minimum": min,
    "abs": abs,
    "where": lambda c, a, b: a if c else b,
}
_SAME = {"equal": 1, "greater_equal": 1, "less_equal": 1, "not_equal": 0, "greater": 0, "less": 0}
_MAX_EXPONENT = 100


def number(root: Expr) -> Fraction | None:
    """The value of a scalar that is built from numbers only; ``None`` when it depends on more."""
    if root.shape:
        return None
    found: dict[Expr, Fraction | None] = {}
    for node in topological(root):
        found[node] = _value(node, [found[arg] for arg in node.args])
    return found[root]


def _value(node: Expr, given: list[Fraction | None]) -> Fraction | None:
    if isinstance(node, Constant):
        return node.value if isinstance(node.value, Fraction) else None
    if isinstance(node, Apply) and node.function.name in _SAME and node.args[0] is node.args[1]:
        return Fraction(_SAME[node.function.name])
    args = [value for value in given if value is not None]
    if node.shape or len(args) < len(given):
        return None
    if isinstance(node, Add):
        return sum(args, Fraction(0))
    if isinstance(node, Contract) and not node.dims:
        product = node.coef
        for value in args:
            product *= value
        return product
    if isinstance(node, Power) and node.exponent.denominator == 1 and args[0] and abs(node.exponent) <= _MAX_EXPONENT:
        return args[0] ** int(node.exponent)
    if isinstance(node, Apply) and node.function.name in _RULES:
        return Fraction(_RULES[node.function.name](*args))
    return None


@recorded
def whole_number(node: Expr) -> int:
    """The whole number that a scalar is.

    Raises:
        NeedsNumbers: It depends on named dims.
        TraceError: It depends on data, or is not whole.
    """
    value = number(node)
    if value is not None and value.denominator == 1:
        return int(value)
    raise _unknown(node, "a whole number is needed, but its value is", "keep the data in arrays: index with labels")


@recorded
def truth(node: Expr) -> bool:
    """Whether a scalar condition holds.

    Raises:
        NeedsNumbers: It depends on named dims.
        TraceError: It depends on data.
    """
    value = number(node)
    if value is not None:
        return value != 0
    error = _unknown(node, "a branch depends on the data:", "use np.where(condition, a, b) in the place of if")
    found = None if node.shape or isinstance(error, NeedsNumbers) else decided(node)
    if found is not None:
        return found
    raise error


def _unknown(node: Expr, what: str, cure: str) -> TraceError:
    parts = topological(node)
    if node.shape:
        return TraceError(f"an array of several entries is used as one: {brief(node)}", cure="use .any() or .sum()")
    if any(isinstance(part, Symbol) for part in parts) or not any(isinstance(part, Extent) for part in parts):
        return TraceError(f"{what} {brief(node)}", cure=cure)
    return NeedsNumbers(f"{brief(node)} depends on named dims", cure="declare numbers in the place of dims")


def dim_of(node: Expr) -> Dim | None:
    """The dim that a scalar stands for, such as ``n - 1``; ``None`` when it stands for none."""
    if node.shape:
        return None
    try:
        return as_position(node)
    except ShapeError:
        return None
