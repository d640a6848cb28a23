"""Duals that someone derived by hand: proved equal to the derived one, or refuted, under the dual's own conditions."""

from __future__ import annotations

from random import Random

from symml.calculus.sampling import Point, draw, size_draws
from symml.calculus.simplify import simplify
from symml.errors import SymmlError
from symml.expr.arithmetic import scale
from symml.expr.nodes import Expr
from symml.expr.walk import size_names, symbols
from symml.optimize.dual_problem import Dual
from symml.optimize.on_equations import on_equations
from symml.optimize.polish import with_sum
from symml.optimize.problem import Shapes
from symml.proof.refute import compare, counterexample
from symml.proof.verdict import HEADLINES, Verdict
from symml.proof.verify import verify
from symml.read.declarations import Declarations, read_declarations
from symml.read.expression import read_expression

_POINTS, _LEAST = 8, 4
_SHOWN = ("proved", "proved_randomized", "certified")


def check_dual(found: Dual, claim: Expr | str, *, shapes: Shapes = None) -> Verdict:
    """Decides whether an objective is that of the dual.

    Args:
        found: The derived dual.
        claim: The objective in the same multipliers; its negative, as of a minimization, is said to be that.
        shapes: The declarations of the problem.

    Returns:
        A verdict. Where the sides differ only off the dual's equations, it is ``true_if`` these hold.

    Raises:
        SymmlError: The claim has other symbols than the dual.
    """
    declared = read_declarations(shapes)
    names = {**declared.symbols, **{m.name: m for m in found.problem.multipliers}}
    value = read_expression(claim, Declarations(names, declared.sizes))
    gone = [m for m in found.problem.multipliers if m in symbols(value) and m not in found.variables]
    if gone or set(found.problem.variables) & set(symbols(value)):
        present = ", ".join(m.name for m in found.variables) or "no multiplier"
        raise SymmlError("the claim is in other symbols than the dual", cure=f"the dual's objective is in {present}")
    direct = verify(value, found.objective)
    if direct.verdict in _SHOWN:
        return direct
    turned = verify(value, simplify(scale(-1, found.objective)))
    if turned.verdict in _SHOWN:
        verb = "minimized" if found.problem.sense == "min" else "maximized"
        how = f"shown of its negative: {HEADLINES[turned.verdict]}"
        why = f"it is minus the dual's objective, which is to be {verb}"
        return Verdict("convention", direct.statement, why, notes=(how,))
    equations = [b for b in found.bounds if b.relation == "=="]
    return _under(found, value, direct) if equations else direct


def _under(found: Dual, claim: Expr, direct: Verdict) -> Verdict:
    """The verdict where the dual's equations hold."""
    equations = [b for b in found.bounds if b.relation == "=="]
    said = " and ".join(b.text() for b in equations)
    left, right = claim, found.objective
    for bound in equations:
        if not bound.left.shape:
            equation = simplify(bound.left - bound.right)
            left, right = (with_sum(side, equation, found.variables) for side in (left, right))
    if verify(left, right).verdict in _SHOWN[:2]:
        return Verdict("true_if", direct.statement, f"equal where {said}", assumption=said)
    points = [point for k in range(_POINTS) if (point := _point(found, claim, k)) is not None]
    outcomes = [(point, compare(claim, found.objective, point)) for point in points]
    wrong = next((point for point, outcome in outcomes if outcome.outcome == "differs"), None)
    if wrong is not None and direct.verdict == "refuted":
        return direct.with_notes(f"the sides differ where {said} holds, too")
    if wrong is not None:
        witness = counterexample(claim, found.objective, wrong)
        return Verdict("refuted", direct.statement, f"the sides differ where {said}", counterexample=witness)
    agreeing = [outcome.digits for _, outcome in outcomes if outcome.outcome == "agrees"]
    if len(agreeing) >= _LEAST:
        digits = min(50, int(min(agreeing)))
        return Verdict(
            "certified", direct.statement, f"equal to {digits} digits at {len(agreeing)} points where {said}"
        )
    if direct.verdict == "refuted":
        return Verdict("not_understood", direct.statement, f"too few points where {said} could be tried")
    return direct


def _point(found: Dual, claim: Expr, seed: int) -> Point | None:
    """Exact data and multipliers that satisfy the dual's equations."""
    equations = [simplify(b.left - b.right) for b in found.bounds if b.relation == "=="]
    roots = [claim, found.objective, *equations]
    sizes = size_draws(size_names(*roots), 4, 1)
    point = draw(symbols(*roots), sizes[seed % len(sizes)], Random(seed), roots)
    return on_equations(point, equations, [m for m in found.variables if m in point.values])
