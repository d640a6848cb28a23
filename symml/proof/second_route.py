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
from symml.calculus.sampling import Point, draw, generic_points
from symml.errors import NotEvaluable
from symml.expr.nodes import Expr, Symbol
from symml.expr.walk import size_names, symbols
from symml.proof.coverage import Coverage, data_jumps
from symml.proof.refute import compare, counterexample, shrink
from symml.proof.verdict import Counterexample, Evidence, Verdict
from symml.proof.verify import away_from_ties

_STEP = Fraction(1, 10**16)
_DIGITS = 60
_CERTIFYING = 24
_NOTE = "true almost everywhere: at ties (kinks) there is no derivative, and the sides choose different values"


def second_route(found: Verdict, root: Expr, wrt: Symbol, reference: Expr, claim: Expr) -> Verdict:
    """Differences of the loss itself must side with the reference before the claim is refuted."""
    witness = found.counterexample
    if witness is None:
        return found
    if not sides_with(root, wrt, reference, witness):
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
        return differences_agree(root, wrt, reference, replace(witness, point=_completed(witness.point, root)))
    except NotEvaluable:
        return False


def _smooth_witness(root: Expr, wrt: Symbol, reference: Expr, claim: Expr) -> Counterexample | None:
    """A counterexample at which differences of the loss agree with the derived gradient, as simple as possible."""

    def accept(point: Point) -> bool:
        return sides_with(root, wrt, reference, counterexample(reference, claim, point))

    for point in chain(generic_points([reference, claim], count=12), Coverage(reference, claim).wider_points()):
        if compare(reference, claim, point).outcome == "differs" and accept(point):
            return shrink(reference, claim, point, accept=accept)
    return None


def _completed(point: Point, root: Expr) -> Point:
    """The point with values for the symbols that only the loss has."""
    missing = [s for s in symbols(root) if s.name not in {known.name for known in point.values}]
    more = draw(missing, point.sizes | _missing_sizes(point, root), Random(0), [root])
    return Point(more.sizes, {**more.values, **point.values})


def _missing_sizes(point: Point, root: Expr) -> dict[str, int]:
    return {name: 2 for name in size_names(root) if name not in point.sizes}


def differences_agree(root: Expr, wrt: Symbol, reference: Expr, witness: Counterexample) -> bool:
    """Whether differences of the loss agree with the derived gradient at the witness's entry, and there is no kink."""
    value = np.array(witness.point.values[_own(witness.point, wrt)], dtype=object)
    ends, rank = [], len(root.shape)
    place = witness.place[rank:]
    for sign in (1, 0, -1):
        moved = value.copy()
        moved[place] = moved[place] + sign * _STEP
        point = witness.point.replaced(_own(witness.point, wrt), moved)
        ends.append(evaluate(root, point, _DIGITS)[witness.place[:rank]])
    with mpmath.workdps(_DIGITS):
        forward, backward = ((a - b) * _STEP.denominator / _STEP.numerator for a, b in pairwise(ends))
        derived = evaluate(reference, witness.point, _DIGITS)[witness.place]
        scale = 1 + abs(derived)
        smooth = abs(forward - backward) <= mpmath.mpf(10) ** -6 * scale
        return bool(smooth and abs((forward + backward) / 2 - derived) <= mpmath.mpf(10) ** -12 * scale)


def _own(point: Point, wrt: Symbol) -> Symbol:
    return next((symbol for symbol in point.values if symbol.name == wrt.name), wrt)
