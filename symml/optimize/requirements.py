"""What the steps of a solution need: conditions that the facts do not settle, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from symml.calculus.definedness import Condition, holds
from symml.calculus.facts import is_nonzero, is_pd, is_symmetric
from symml.expr.nodes import ONE, Contract, Expr, Power, Symbol
from symml.expr.walk import substitute, symbols
from symml.optimize.rational import Item, components
from symml.optimize.terms import tidy, unscaled
from symml.render import text

_WORDS = {
    "nonzero": "is not zero",
    "not all zero": "is not zero",
    "positive": "is positive",
    "nonnegative": "is not negative",
    "invertible": "is invertible",
    "definite": "is positive definite",
    "symmetric": "is symmetric",
}


def unmet(conditions: Iterable[Condition], values: Sequence[tuple[Symbol, Expr]] = ()) -> tuple[str, ...]:
    """The conditions that the facts do not settle, in words, with what was found put in.

    Args:
        conditions: What the steps need.
        values: What symbols in the conditions were found to be.
    """
    found: list[str] = []
    for condition in conditions:
        for part in _parts(Condition(condition.kind, _put(condition.expr, values))):
            if not _holds(part):
                found.append(_said(part))
    return tuple(dict.fromkeys(found))


def _holds(condition: Condition) -> bool:
    if condition.kind == "symmetric":
        return is_symmetric(condition.expr)
    if condition.kind == "not all zero":
        return is_nonzero(condition.expr)
    return holds(condition)


def _said(condition: Condition) -> str:
    shown = text.show(condition.expr)
    if condition.kind == "nonzero" and condition.expr.shape:
        return f"no entry of {shown} is zero"
    return f"{shown} {_WORDS[condition.kind]}"


def _put(expr: Expr, values: Sequence[tuple[Symbol, Expr]]) -> Expr:
    for _ in values:
        present: dict[Expr, Expr] = {s: v for s, v in values if s in symbols(expr)}
        if not present:
            break
        expr = substitute(expr, present)
    return tidy(expr)


def _parts(condition: Condition) -> Iterator[Condition]:
    """A product is not zero when no factor is; a multiple of a matrix is invertible when both parts are."""
    waiting = [condition]
    while waiting:
        kind, expr = waiting[-1].kind, waiting.pop().expr
        if kind in ("nonzero", "invertible"):
            expr = unscaled(expr)[1]
        if kind == "nonzero" and isinstance(expr, Power) and expr.exponent > 0:
            waiting.append(Condition(kind, expr.args[0]))
        elif kind in ("nonzero", "invertible") and isinstance(expr, Contract):
            rows = [_factor(kind, expr, items, out) for items, out in components(expr)]
            if None in rows:
                yield Condition(kind, expr)
            else:
                waiting.extend(row for row in rows if row is not None)
        else:
            yield Condition(kind, expr)


def _factor(kind: str, whole: Contract, items: list[Item], out: bool) -> Condition | None:
    """What one factor must be for a product to be invertible or not zero; ``None`` where that is not known."""
    first, sub = items[0]
    rank = len(whole.shape)
    if len(items) == 1 and not sub:
        return Condition("nonzero", first)
    if len(items) == 1 and out and sorted(sub) == list(range(rank)) and not any(i >= rank for i in sub):
        return Condition(kind, first)
    if out:
        return None
    if len(items) == 1 and isinstance(first, Power) and first.exponent == 2 and len(set(sub)) == len(sub):
        return Condition("not all zero", first.args[0])
    if len(items) == 2 and items[0] == items[1] and len(sub) == 1:
        return Condition("not all zero", first)
    matrices = [(a, s) for a, s in items if len(s) == 2 and is_pd(a)]
    vectors = [(a, s) for a, s in items if len(s) == 1]
    if len(matrices) != 1 or len(vectors) + 1 != len(items) or len(set(matrices[0][1])) != 2:
        return None
    if not vectors:
        return Condition("nonzero", ONE)
    same = len(vectors) == 2 and vectors[0][0] is vectors[1][0] and vectors[0][1] != vectors[1][1]
    return Condition("not all zero", vectors[0][0]) if same else None
