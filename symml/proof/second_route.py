"""The second route to a refutation: differences of the function itself must side with the derived derivative."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import chain, pairwise
from random import Random

import mpmath
import numpy as np

from symml.calculus.identity_test import identity_test
from symml.calculus.numeric import evaluate
from symml.calculus.sampling import Point, generic_points, nearby
from symml.errors import NotEvaluable
from symml.expr.nodes import Expr, Symbol
from symml.proof.coverage import Coverage, data_jumps
from symml.proof.refute import compare, counterexample, shrink
from symml.proof.smoothness import at_a_tie, away_from_ties, completed
from symml.proof.verdict import Counterexample, Evidence, Verdict

_STEP = Fraction(1, 10**16)
_DIGITS = 60
_NEIGHBORS = 4
_CERTIFYING = 24
_NOTE = "true almost everywhere: at ties (kinks) there is no derivative, and the sides choose different values"


def second_route(found: Verdict, root: Expr, wrt: Symbol, reference: Expr, claim: Expr) -> Verdict:
    """Differences of the loss itself must side with the reference before the claim is refuted."""
    witness = found.counterexample
    if witness is None:
        return found
    if not _counts(root, wrt, reference, claim, witness):
        # The simplest witness may sit on a kink, where there is no derivative: look for one beside it.
        other = _smooth_witness(root, wrt, reference, claim)
        if other is None:
            almost = _almost_everywhere(reference, claim, found.statement, wrt)
            if almost is not None:
                return almost
            reason = "the derived gradient and differences of the loss could not be brought to agree at the witness"
            return replace(found, verdict="not_understood", reason=reason, assumption="")
        witness = other
    shown = f"differences of the loss at the same point agree with the derived gradient ({witness.left})"
    return replace(found, counterexample=witness, evidence=(*found.evidence, Evidence("second route", shown)))


def _almost_everywhere(reference: Expr, claim: Expr, statement: str, wrt: Symbol) -> Verdict | None:
    """A proof that the sides differ at kinks only; ties on open sets are part of the draws."""
    proved = away_from_ties(reference, claim, statement, {wrt.name})
    if proved is not None:
        return proved
    drawn = identity_test(reference, claim)
    if data_jumps(reference, wrt) != data_jumps(claim, wrt):
        return None
    if drawn.status != "zero":
        return _certified_away_from_ties(reference, claim, statement)
    shown = f"the difference is zero in {drawn.draws} random draws over finite fields, at {drawn.where}"
    reason = f"an identity of these functions would be missed with probability below {drawn.error_bound:.0e}"
    return Verdict("proved_randomized", statement, reason, (Evidence("finite fields", shown),), notes=(_NOTE,))


def _certified_away_from_ties(reference: Expr, claim: Expr, statement: str) -> Verdict | None:
    """A certificate at random points on all branches, where the sides differ at kinks only."""
    coverage, agreeing = Coverage(reference, claim), 0
    for point in generic_points([reference, claim], count=_CERTIFYING, seed=37):
        outcome = compare(reference, claim, point).outcome
        if outcome == "differs":
            return None
        agreeing += outcome == "agrees"
        coverage.visit(point)
    for point in coverage.wider_points():
        coverage.visit(point)
    if agreeing < _CERTIFYING // 2 or not coverage.is_complete:
        return None
    shown = f"both sides agree at {agreeing} random points, on every branch"
    return Verdict("certified", statement, shown, (Evidence("points", shown, {"points": agreeing}),), notes=(_NOTE,))


def sides_with(root: Expr, wrt: Symbol, reference: Expr, witness: Counterexample) -> bool:
    """Whether differences of the function agree with the derived derivative at a witness."""
    try:
        return differences_agree(root, wrt, reference, replace(witness, point=completed(witness.point, root)))
    except NotEvaluable:
        return False


def _smooth_witness(root: Expr, wrt: Symbol, reference: Expr, claim: Expr) -> Counterexample | None:
    """A counterexample at which differences of the loss agree with the derived gradient, as simple as possible."""

    def accept(point: Point) -> bool:
        return _counts(root, wrt, reference, claim, counterexample(reference, claim, point))

    for point in chain(generic_points([reference, claim], count=12), Coverage(reference, claim).wider_points()):
        if compare(reference, claim, point).outcome == "differs" and accept(point):
            return shrink(reference, claim, point, accept=accept)
    return None


def _counts(root: Expr, wrt: Symbol, reference: Expr, claim: Expr, witness: Counterexample) -> bool:
    """Whether a difference at a point refutes: the loss has its derivative there, by more than a tie's chance."""
    if not sides_with(root, wrt, reference, witness):
        return False
    return not at_a_tie([root], witness.point) or _differs_nearby(reference, claim, witness.point, wrt)


def _differs_nearby(reference: Expr, claim: Expr, point: Point, wrt: Symbol) -> bool:
    """Whether the sides differ at almost every value of the variable nearby: single ties say nothing."""
    rng = Random(0)
    return any(compare(reference, claim, nearby(point, rng, wrt.name)).outcome == "differs" for _ in range(_NEIGHBORS))


def differences_agree(root: Expr, wrt: Symbol, reference: Expr, witness: Counterexample) -> bool:
    """Whether differences of the loss on both sides agree with the derived gradient at the witness's entry."""
    value = np.array(witness.point.values[_own(witness.point, wrt)], dtype=object)
    heights, rank = [], len(root.shape)
    place = witness.place[rank:]
    for step in (-1, 0, 1):
        moved = value.copy()
        moved[place] = moved[place] + step * _STEP
        point = witness.point.replaced(_own(witness.point, wrt), moved)
        heights.append(evaluate(root, point, _DIGITS)[witness.place[:rank]])
    with mpmath.workdps(_DIGITS):
        derived = evaluate(reference, witness.point, _DIGITS)[witness.place]
        slopes = [(b - a) * _STEP.denominator / _STEP.numerator for a, b in pairwise(heights)]
        # A kink has a slope of its own on each side, and their mean may be the derived value by chance.
        central = (slopes[0] + slopes[1]) / 2
        smooth = abs(slopes[0] - slopes[1]) <= mpmath.mpf(10) ** -6 * (1 + abs(derived))
        return bool(smooth and abs(central - derived) <= mpmath.mpf(10) ** -12 * (1 + abs(derived)))


def _own(point: Point, wrt: Symbol) -> Symbol:
    return next((symbol for symbol in point.values if symbol.name == wrt.name), wrt)
