"""The rewrites of a simplification as steps that show the whole line, with the rewritten part marked."""

from __future__ import annotations

from symml.calculus.simplify import Log
from symml.expr.nodes import Expr
from symml.expr.walk import substitute, topological
from symml.proof.step import Step
from symml.render import text
from symml.render.names import columns

_LONG = 72
_LARGE = 400


def rewriting(log: Log, whole: Expr, left: tuple[str, ...]) -> list[Step]:
    """A step for each rewrite that a reader would see.

    A line shows the whole expression where that is short, and else the part that was rewritten.

    Args:
        log: The rewrites, in order.
        whole: The expression before the first.
        left: What the lines are about.
    """
    steps = []
    for row in log:
        new = substitute(whole, {row.before: row.after})
        if not row.rule.quiet:
            step = _step(row.rule.name, row.rule.condition, (row.before, row.after), (whole, new), left)
            steps += [step] if step is not None else []
        whole = new
    return steps


def is_readable(*exprs: Expr) -> bool:
    """Whether expressions are small enough to be printed at once."""
    return len(topological(*exprs)) <= _LARGE


def _step(
    name: str, condition: str, part: tuple[Expr, Expr], whole: tuple[Expr, Expr], left: tuple[str, ...]
) -> Step | None:
    """The step, or ``None`` where nothing changes that is printed."""
    if is_readable(*part) and text.show(part[0]) == text.show(part[1]):
        return None
    if whole[0] is not whole[1] and is_readable(whole[1]) and columns(text.show(whole[1])) <= _LONG:
        return Step(name, *whole, left, condition, changed=(part[1],))
    return Step(name, *part, condition=condition)
