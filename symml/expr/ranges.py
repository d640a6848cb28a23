"""Sums over whole numbers and integrals, as people write them: ``series(x**k / gamma(k + 1), k, 0, inf)``."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from symml.errors import ShapeError, SymmlError
from symml.expr.arithmetic import lift
from symml.expr.binders import bind, ranged_node
from symml.expr.domains import DOMAINS, REAL, Domain, internal
from symml.expr.nodes import Constant, Expr, Symbol, show_shape
from symml.expr.scoped import Integral, Series
from symml.expr.walk import symbols

_INFINITE = (float("inf"), float("-inf"))
COUNTING = internal("counting", r"\mathbb{N}_{+}", {"integer", "positive", "nonnegative", "nonzero"})
NATURAL = internal("natural", r"\mathbb{N}", {"integer", "nonnegative"})


def series(body: object, variable: Symbol, lower: object, upper: object) -> Expr:
    """The sum of ``body`` over the whole numbers from ``lower`` to ``upper``, both included.

    Args:
        body: An expression in the variable, of any shape.
        variable: A scalar symbol; it is bound, so a symbol of that name elsewhere is another one.
        lower: A whole number, an expression, or ``-inf``.
        upper: A whole number, an expression, or ``inf``. The sum is zero where it is one below the lower end, and has
            no value where it is lower still.

    Raises:
        ShapeError: The variable or an end is not a scalar.
        SymmlError: An end is not whole, is on the wrong side, or contains the variable.
    """
    low, high = _ends(variable, lower, upper)
    for end in (low, high):
        value = end.value if isinstance(end, Constant) else 0
        if not isinstance(value, int | Fraction) or Fraction(value).denominator != 1:
            raise SymmlError(f"a sum runs over whole numbers; {end} is none", cure="use whole numbers as ends")
    start = _number(low)
    domain = DOMAINS["integer"] if start is None or start < 0 else COUNTING if start >= 1 else NATURAL
    bound_body, (bound,) = bind(lift(body), {variable: domain})
    return ranged_node(Series, bound_body, bound, low, high)


def integral(body: object, variable: Symbol, lower: object, upper: object) -> Expr:
    """The integral of ``body`` over a real ``variable`` from ``lower`` to ``upper``.

    Args:
        body: An expression in the variable, of any shape; the integral is taken entry by entry.
        variable: A scalar symbol; it is bound, so a symbol of that name elsewhere is another one.
        lower: A number, an expression, or ``-inf``.
        upper: A number, an expression, or ``inf``.

    Raises:
        ShapeError: The variable or an end is not a scalar.
        SymmlError: An end contains the variable, or is on the wrong side.
    """
    low, high = _ends(variable, lower, upper)
    bound_body, (bound,) = bind(lift(body), {variable: _values(low, high)})
    return ranged_node(Integral, bound_body, bound, low, high)


def _ends(variable: Symbol, lower: object, upper: object) -> tuple[Expr | None, Expr | None]:
    if not isinstance(variable, Symbol):
        raise SymmlError(f"{variable} is not a variable", cure="name it: series(k**2, k, 1, n)")
    if variable.shape:
        raise ShapeError(f"{variable.name} has shape {show_shape(variable.shape)}: the variable is a number")
    if lower == _INFINITE[0] or upper == _INFINITE[1]:
        raise SymmlError("the ends are on the wrong sides", cure="the lower end stands before the upper end")
    ends = [None if _is_infinite(end) else lift(end) for end in (lower, upper)]
    for end in ends:
        if end is not None and variable in symbols(end):
            raise SymmlError(f"{variable.name} is bound and cannot stand in its own ends", cure="rename one of them")
    return ends[0], ends[1]


def _is_infinite(end: object) -> bool:
    return isinstance(end, float) and end in _INFINITE


def _number(end: Expr | None) -> Fraction | None:
    value = end.value if isinstance(end, Constant) else None
    return value if isinstance(value, Fraction) else None


def _values(low: Expr | None, high: Expr | None) -> Domain:
    """What is known of the variable of an integral, almost everywhere."""
    start, stop = _number(low), _number(high)
    if start is None or start < 0 or not (high is None or (stop is not None and stop >= start)):
        return REAL
    return DOMAINS["unit"] if stop is not None and stop <= 1 else DOMAINS["positive"]


Builder = Callable[..., Expr]
BUILDERS: dict[str, Builder] = {"series": series, "integral": integral}
