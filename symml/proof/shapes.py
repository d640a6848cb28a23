"""Refutations by shapes alone: arrays that do not fit inside a side, or sides of two shapes."""

from __future__ import annotations

from symml.errors import MisfitError
from symml.expr.nodes import Expr, show_shape
from symml.proof.verdict import Evidence, Verdict


def misfit(error: MisfitError, claim: str) -> Verdict:
    """Shapes that do not fit inside a side refute a claim: the place, and the repair where there is one."""
    note = (error.cure,) if error.cure else ()
    place = str(error).splitlines()[1:3]
    shown = Evidence("shapes", "\n".join(["the place is", *place]))
    return Verdict("refuted", claim, f"the shapes do not fit: {error.what}", (shown,), notes=note)


def different_shapes(left: Expr, right: Expr, claim: str) -> Verdict:
    """Shapes that differ refute an equality; a transpose may mend it."""
    what = f"the left side has shape {show_shape(left.shape)}, the right side {show_shape(right.shape)}"
    note: tuple[str, ...] = ()
    if left.shape == right.shape[::-1]:
        note = ("transposing one side makes the shapes agree",)
    return Verdict("refuted", claim, what, (Evidence("shapes", what),), notes=note)
