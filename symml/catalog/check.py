"""The verdict on an entry: every link decided on its own, by what its kind of relation asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import flint
import numpy as np

from symml.calculus.differentiate import evaluate_derivatives
from symml.calculus.numeric import enclose
from symml.calculus.sampling import Point, points
from symml.catalog.limits import verify_limit
from symml.catalog.links import Link, Tight
from symml.errors import NotEvaluable
from symml.expr.nodes import Expr
from symml.expr.walk import substitute, symbols
from symml.proof.refute import compare
from symml.proof.verdict import Evidence, Verdict, weakest
from symml.proof.verify import verify
from symml.render.text import text

if TYPE_CHECKING:
    from symml.catalog.entry import Entry

GOOD = ("proved", "proved_randomized", "certified")
FALSE = ("refuted", "true_if")
_POINTS = 12


def verify_entry(entry: Entry) -> Verdict:
    """The weakest verdict among the links; for a pitfall the verdict on its false statement."""
    verdicts = link_verdicts(entry)
    if not verdicts:
        return _stated(entry)
    worst = weakest(verdicts)
    if len(verdicts) == 1:
        return worst
    places = [f"link {k}" for k in range(1, len(entry.links) + 1)] + [f"tight {k}" for k in range(1, 9)]
    reasons = [link.reason for link in entry.links] + ["tight"] * len(entry.tight_at)
    shown = tuple(
        Evidence(place, f"[{reason}] {verdict.verdict}: {verdict.reason}")
        for place, reason, verdict in zip(places, reasons, verdicts, strict=False)
    )
    return Verdict(worst.verdict, entry.text(), worst.reason, shown, worst.counterexample, notes=worst.notes)


def link_verdicts(entry: Entry) -> list[Verdict]:
    """The verdict on every link, then on every place where a bound is said to be tight."""
    found = [_link(entry, link) for link in entry.links]
    return found + [_tight(entry, row) for row in entry.tight_at]


def _link(entry: Entry, link: Link) -> Verdict:
    if link.relation == "->":
        return verify_limit(link.left, link.right, entry.symbols[entry.at[0]], entry.at[1])
    if link.relation == "~=":
        return _rounded(link)
    return verify(link.left, link.right, relation=link.relation)


def _tight(entry: Entry, row: Tight) -> Verdict:
    values: dict[Expr, Expr] = dict(row.values)
    sides = [substitute(evaluate_derivatives(side), values) for side in (entry.lhs, entry.rhs)]
    found = verify(*sides)
    where = ", ".join(f"{s.name} = {text(v)}" for s, v in row.values)
    if found.verdict in GOOD:
        return found
    return Verdict("refuted", found.statement, f"the bound is not an equality at {where}: {found.reason}")


# ---- decimals --------------------------------------------------------------------------------------------------------
def _rounded(link: Link) -> Verdict:
    """Whether a number rounds to the digits that are written, by an enclosure of it."""
    claim = f"{text(link.left)} ≈ {text(link.right)}"
    if symbols(link.left, link.right):
        return Verdict("not_understood", claim, "only numbers can be rounded, and there are symbols")
    point = Point({}, {})
    try:
        left, right = (enclose(evaluate_derivatives(side), point) for side in (link.left, link.right))
    except NotEvaluable as error:
        return Verdict("not_understood", claim, str(error))
    tolerance = flint.fmpq(link.tolerance.numerator, link.tolerance.denominator)
    pairs = list(zip(np.asarray(left).flat, np.asarray(right).flat, strict=True))
    if all(bool(abs(a - b) <= tolerance) for a, b in pairs):
        shown = "an enclosure of the value rounds to these digits"
        return Verdict("proved", claim, shown, (Evidence("enclosure", shown),))
    if any(bool(abs(a - b) > tolerance) for a, b in pairs):
        return Verdict("refuted", claim, f"the value is {text(link.left)} = {pairs[0][0]}")
    return Verdict("not_understood", claim, "the enclosure is too wide to round")


# ---- entries without links -------------------------------------------------------------------------------------------
def _stated(entry: Entry) -> Verdict:
    """A definition or an assignment: there is nothing to prove but that it makes sense on its domain."""
    expr = evaluate_derivatives(entry.rhs)
    tried = list(points([expr], count=_POINTS, shapes=2))
    undefined = [p for p in tried if "undefined" in compare(expr, expr, p).outcome]
    shown = f"it has a value at {len(tried) - len(undefined)} of {len(tried)} points of its domain"
    notes = (f"no value at {undefined[0]}",) if undefined else ()
    what = "an assignment" if entry.kind == "algorithm" else "a definition"
    return Verdict("proved", entry.text(), f"true by being {what}", (Evidence("definition", shown),), notes=notes)
