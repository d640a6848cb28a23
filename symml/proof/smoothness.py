"""Where a function has a derivative: away from the ties at which its branches meet."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import chain
from random import Random

import numpy as np

from symml.calculus.normal import prove_equal
from symml.calculus.numeric import enclose
from symml.calculus.sampling import Point, draw, generic_points
from symml.errors import NotEvaluable
from symml.expr.nodes import Along, Expr
from symml.expr.walk import size_names, symbols, topological
from symml.proof.coverage import Coverage, deciders
from symml.proof.refute import compare
from symml.proof.verdict import Evidence, Verdict

_GUARD_POINTS = 8


def at_a_tie(roots: Sequence[Expr], point: Point) -> bool:
    """Whether a function may be at a tie between branches, where it need not have a derivative."""
    if any(isinstance(node, Along) and node.function.definition is None for node in topological(*roots)):
        return True
    try:
        heights = [enclose(decider, completed(point, *roots)) for decider in deciders(*roots)]
    except NotEvaluable:
        return True
    return any(height is None or not bool(height != 0) for row in heights for height in np.asarray(row).flat)


def only_at_ties(left: Expr, right: Expr, roots: Sequence[Expr]) -> bool:
    """Whether two claimed derivatives were seen to differ at ties of the functions alone."""
    for point in chain(generic_points([left, right], count=_GUARD_POINTS), Coverage(left, right).wider_points()):
        if compare(left, right, point).outcome == "differs" and not at_a_tie(roots, point):
            return False
    return True


def away_from_ties(left: Expr, right: Expr, claim: str, moving: Collection[str]) -> Verdict | None:
    """A proof for almost all values of the moving symbols: where no comparison that they decide ties.

    It is sampled besides, as a guard. Comparisons of data alone are met at their ties.
    """
    proof = prove_equal(left, right, generic=frozenset(moving))
    if proof is None:
        return None
    agreeing = 0
    for point in generic_points([left, right], count=_GUARD_POINTS):
        outcome = compare(left, right, point).outcome
        if outcome == "differs":
            return None
        agreeing += outcome == "agrees"
    if not agreeing:
        return None
    shown = f"{proof}, away from ties; {agreeing} random points agree"
    note = "true almost everywhere: at ties (kinks) there is no derivative, and the sides choose different values"
    return Verdict("proved", claim, str(proof), (Evidence("normal form", shown),), notes=(note,))


def completed(point: Point, *roots: Expr) -> Point:
    """The point with values for the symbols that only the functions have."""
    missing = [s for s in symbols(*roots) if s.name not in {known.name for known in point.values}]
    more = draw(missing, point.sizes | _missing_sizes(point, roots), Random(0), roots)
    return Point(more.sizes, {**more.values, **point.values})


def _missing_sizes(point: Point, roots: Sequence[Expr]) -> dict[str, int]:
    return {name: 2 for name in size_names(*roots) if name not in point.sizes}
