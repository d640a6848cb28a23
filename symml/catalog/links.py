"""The links of a chain: how one line relates to the line before, and what a chain states as a whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from symml.errors import SymmlError
from symml.expr.arithmetic import lift
from symml.expr.nodes import Expr, Symbol

SIGNS = {"==": "=", "<=": "≤", ">=": "≥", "~=": "≈", "->": "→", "<-": "←"}
LATEX_SIGNS = {"==": "=", "<=": r"\le", ">=": r"\ge", "~=": r"\approx", "->": r"\to", "<-": r"\leftarrow"}


@dataclass(frozen=True)
class Line:
    """A further line of a chain: an expression and how it relates to the line before.

    Attributes:
        relation: ``==``, ``<=``, ``>=`` or ``~=`` (equal when rounded).
        expr: The expression.
        tolerance: For ``~=``, half a unit of the last digit that is written.
    """

    relation: str
    expr: Expr
    tolerance: Fraction = Fraction(0)


@dataclass(frozen=True)
class Tight:
    """Where an inequality is an equality: the values to put in place of symbols."""

    values: tuple[tuple[Symbol, Expr], ...]


@dataclass(frozen=True)
class Link:
    """One relation between neighbors of a chain, by ``reason``."""

    reason: str
    left: Expr
    right: Expr
    relation: str = "=="
    tolerance: Fraction = field(default=Fraction(0))


def at_most(expr: Any) -> Line:
    """The next line is an upper bound of the line before."""
    return Line("<=", lift(expr))


def at_least(expr: Any) -> Line:
    """The next line is a lower bound of the line before."""
    return Line(">=", lift(expr))


def rounded(digits: str) -> Line:
    """The next line is the value, rounded to the digits that are written: ``rounded("0.0876")``."""
    _, _, decimals = digits.partition(".")
    return Line("~=", lift(Fraction(digits)), Fraction(1, 2 * 10 ** len(decimals)))


def tight(symbol: Symbol, value: Any, *more: Any) -> Tight:
    """The inequality is an equality when ``symbol`` has this value; further symbols and values may follow."""
    pairs = [symbol, value, *more]
    return Tight(tuple((s, lift(v)) for s, v in zip(pairs[::2], pairs[1::2], strict=True)))


def line(value: Any) -> Line:
    """A yielded expression as a line; a plain expression is equal to the line before."""
    return value if isinstance(value, Line) else Line("==", lift(value))


def overall(relations: Iterable[str], where: str) -> str:
    """What a chain of relations states about its ends.

    Raises:
        SymmlError: Upper and lower bounds are mixed, so the ends are not related.
    """
    found = {relation for relation in relations if relation != "=="}
    if len(found) > 1:
        shown = " and ".join(sorted(SIGNS[relation] for relation in found))
        raise SymmlError(f"{where} mixes {shown}", cure="keep one direction in a chain, or state two entries")
    return found.pop() if found else "=="
