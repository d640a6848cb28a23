"""The verdict of a derivation: each step as a claim, and the result against differences of the function itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from symml.expr.nodes import Expr, Symbol
from symml.proof.step import Step

if TYPE_CHECKING:
    from symml.proof.verdict import Verdict


def check_derivative(expr: Expr, wrt: Symbol, order: int, result: Expr, steps: Sequence[Step]) -> Verdict:
    """Decides a derivation."""
    raise AssertionError
