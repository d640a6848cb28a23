"""Like terms collected by their normal form: two spellings of one product count as one term."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from time import monotonic

from symml.calculus.canonical import add_terms, term_key
from symml.calculus.normal.atoms import Frozen, TooLarge, Unsupported, freeze
from symml.calculus.normal.form import Former
from symml.calculus.simplify import simplify
from symml.expr.arithmetic import is_zero, scale, zeros
from symml.expr.contract import contract
from symml.expr.nodes import Contract, Expr, Power
from symml.expr.walk import topological, transform

_SQUARE = Fraction(2)
_SECONDS = 3.0


def collected(terms: Sequence[Expr], *, longest: int | None = None) -> Expr:
    """The sum of the terms, which have one shape; of like terms the shortest spelling stays.

    Args:
        terms: What is added.
        longest: Products of more factors than this are like only when they are written alike.
    """
    former = patient_former()
    groups: dict[object, list[tuple[Fraction, Expr]]] = {}
    for term in map(simplify, terms):
        if is_zero(term):
            continue
        coef, key = like(former, term, longest)
        groups.setdefault(key, []).append((coef, term))
    kept = [_merged(group) for group in groups.values()]
    kept = [term for term in kept if not is_zero(term)]
    return add_terms(kept) if kept else zeros(terms[0].shape)


def term_ratio(a: Expr, b: Expr) -> Fraction | None:
    """The number ``c`` with ``a = c b`` by their normal forms; ``None`` when none is found."""
    former = patient_former()
    (first, key), (second, other) = (like(former, simplify(term)) for term in (a, b))
    return first / second if key == other and first and second else None


def patient_former() -> Former:
    """Normal forms for collecting terms, within a time limit."""
    former = Former(unconditional=True)
    former.deadline = monotonic() + _SECONDS
    return former


def like(former: Former, term: Expr, longest: int | None = None) -> tuple[Fraction, object]:
    """A number and a key; terms with one key are multiples of each other in the ratio of their numbers."""
    flat = transform(term, opened)
    if longest is not None and isinstance(flat, Contract) and len(flat.args) > longest:
        return term_key(flat)
    try:
        poly = former.form(flat, tuple(f"i{k}" for k in range(len(term.shape))))
    except (TooLarge, Unsupported):
        return Fraction(1), term
    if not poly:
        return Fraction(0), ()
    lead = poly[max(poly)]
    key: Frozen = freeze({monomial: c / lead for monomial, c in poly.items()})
    return lead, key


def opened(node: Expr) -> Expr | None:
    """Products inside products opened, squares too, so that every sum stands in one place."""
    axes = tuple(range(len(node.shape)))
    if isinstance(node, Power) and node.exponent == _SQUARE and isinstance(node.args[0], Contract):
        items: list[tuple[Expr, tuple[int, ...]]] = [(node.args[0], axes)] * 2
        coef = Fraction(1)
    elif isinstance(node, Contract) and any(isinstance(arg, Contract) for arg in node.args):
        items, coef = list(zip(node.args, node.subs, strict=True)), node.coef
    else:
        return None
    return contract(items, axes, coef=coef, dims=dict(enumerate(node.shape)), merge=lambda arg: True)


def _merged(group: list[tuple[Fraction, Expr]]) -> Expr:
    total = sum((coef for coef, _ in group), Fraction(0))
    if not total:
        return zeros(group[0][1].shape)
    coef, shortest = min(group, key=lambda row: len(topological(row[1])))
    return shortest if coef == total else scale(total / coef, shortest)
