"""Hypotheses about a mistake, and what the rules that make them look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from symml.expr.nodes import Expr
from symml.proof.diagnosis.case import Case, Samples, Values
from symml.proof.diagnosis.factors import Factor, Factors
from symml.render import code, text

_SHORT = 60


@dataclass(frozen=True)
class Suspect:
    """A hypothesis.

    Attributes:
        kind: What the mistake is called.
        words: The mistake in words, or what spells them: formulas are long, and most hypotheses fail.
        candidate: What the claim would be if it were so; with ``mends``, the claim after mending, which would be right.
        mends: Which of the two ``candidate`` is.
        site: The node of the claim that is to blame, where one is.
        convention: The other convention under which the claim is right.
    """

    kind: str
    words: str | Callable[[], str]
    candidate: Expr
    mends: bool = False
    site: Expr | None = None
    convention: str = ""

    def said(self) -> str:
        """The words."""
        return self.words if isinstance(self.words, str) else self.words()


@dataclass(frozen=True)
class Context:
    """What the rules look at: the case, its samples and factors, and the claim's nodes by their place in the source."""

    case: Case
    samples: Samples
    factors: Factors
    groups: dict[Expr, frozenset[Expr]]

    @property
    def same_shape(self) -> bool:
        """Whether truth and claim have one shape."""
        return self.case.truth.shape == self.case.claim.shape

    def group(self, node: Expr) -> frozenset[Expr]:
        """The nodes of the claim that the same piece of code made."""
        return self.groups.get(node, frozenset([node]))


def brief(expr: Expr) -> str:
    """A short text of an expression."""
    shown = text.show(expr)
    return shown if len(shown) <= _SHORT else shown[: _SHORT - 1] + "…"


def told_apart(a: Expr | None, b: Expr | None) -> tuple[str, str]:
    """Short texts of two expressions; as code where the notation hides what is different (an axis)."""
    if a is None or b is None:
        return ("…" if a is None else brief(a)), ("…" if b is None else brief(b))
    first, second = brief(a), brief(b)
    return (first, second) if first != second else (code.show(a), code.show(b))


def factor_between(ctx: Context, whole: Expr, part: Expr, *, nodes: bool = False) -> Factor | None:
    """The scalar factor between two expressions, if there is one; with ``nodes`` also a computed one."""
    if whole.shape != part.shape or ctx.samples.first(whole) is None or ctx.samples.first(part) is None:
        return None
    a, b = ctx.samples.values(whole), ctx.samples.values(part)
    return None if a is None or b is None else ctx.factors.between(a, b, nodes=nodes)


def difference(ctx: Context, a: Expr, b: Expr) -> Values | None:
    """The values of ``a - b``."""
    if a.shape != b.shape:
        return None
    left, right = ctx.samples.values(a), ctx.samples.values(b)
    return None if left is None or right is None else [x - y for x, y in zip(left, right, strict=True)]


def parallel(a: Any, b: Any) -> bool:
    """Whether one array is a multiple of the other (as every number is of every other)."""
    if a.shape != b.shape:
        return False
    inner = float(np.sum(a * b))
    norms = float(np.sum(a * a)), float(np.sum(b * b))
    if a.size < 2 or not all(norms):
        return bool(a.size)
    return abs(inner * inner / (norms[0] * norms[1]) - 1) < 1e-9


def repeats(whole: Any, part: Any) -> bool:
    """Whether a part is the whole again, up to a factor (a sign, for a number)."""
    return bool(np.allclose(abs(whole), abs(part))) if part.size < 2 and whole.size < 2 else parallel(whole, part)
