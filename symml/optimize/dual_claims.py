"""Duals that someone derived by hand: proved equal to the derived one, or refuted, under the dual's own conditions."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np

from symml.calculus.floating import FloatPoint
from symml.calculus.sampling import draw, size_draws
from symml.calculus.simplify import simplify
from symml.errors import NotEvaluable, SymmlError
from symml.expr.arithmetic import scale
from symml.expr.nodes import Expr
from symml.expr.walk import size_names, symbols
from symml.optimize.dual_problem import Dual
from symml.optimize.polish import with_sum
from symml.optimize.problem import Shapes
from symml.proof.verdict import Verdict
from symml.proof.verify import verify
from symml.read.declarations import Declarations, read_declarations
from symml.read.expression import read_expression

_POINTS = 8
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
        return Verdict("convention", direct.statement, f"it is minus the dual's objective, which is to be {verb}")
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
    gaps = [gap for k in range(_POINTS) if (gap := _gap(found, claim, k)) is not None]
    if direct.verdict == "refuted" and not gaps:
        return Verdict("not_understood", direct.statement, f"no point where {said} could be tried")
    if gaps and max(gaps) < 1e-7:
        return Verdict("certified", direct.statement, f"equal at {len(gaps)} random points where {said}")
    return direct.with_notes(f"the sides differ where {said} holds, too") if gaps else direct


def _gap(found: Dual, claim: Expr, seed: int) -> float | None:
    """How far the sides are apart at random data and multipliers that satisfy the equations; in relative terms."""
    equations = [simplify(b.left - b.right) for b in found.bounds if b.relation == "=="]
    roots = [claim, found.objective, *equations]
    sizes = size_draws(size_names(*roots), 4, 1)
    point = draw(symbols(*roots), sizes[seed % len(sizes)], Random(seed), roots)
    start = [np.asarray(point.values[m], dtype=float) for m in found.variables if m in point.values]

    def at(flat: Any, wanted: list[Expr]) -> list[Any]:
        place, own = FloatPoint(point), 0
        for m, value in zip([m for m in found.variables if m in point.values], start, strict=True):
            place.given(m.name, np.reshape(flat[own : own + value.size], value.shape))
            own += value.size
        return [np.ravel(place.value(root)) for root in wanted]

    try:
        flat = np.concatenate([value.ravel() for value in start])
        base = np.concatenate(at(flat, equations))
        slopes = [np.concatenate(at(flat + row, equations)) - base for row in np.eye(flat.size)]
        flat = flat - np.linalg.lstsq(np.stack(slopes, axis=1), base, rcond=None)[0]
        left, right, *rest = at(flat, roots)
    except (NotEvaluable, ArithmeticError, ValueError, np.linalg.LinAlgError):
        return None
    if max(float(np.abs(row).max(initial=0.0)) for row in rest) > 1e-9:
        return None
    return float(abs(left[0] - right[0]) / (1 + abs(right[0])))
