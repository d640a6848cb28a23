"""Limits on the powers that a text may ask for: beyond them every calculation would stand still."""

from __future__ import annotations

from fractions import Fraction

from symml.errors import ReadError
from symml.expr.nodes import Expr, Power
from symml.expr.walk import topological

MAX_EXPONENT = 1000
_MAX_DEGREE = 10_000


def within_limits(root: Expr) -> Expr:
    """The expression itself.

    Raises:
        ReadError: Its powers, and powers of powers, are too large, or have no simple fraction as exponent.
    """
    degrees: dict[Expr, Fraction] = {}
    for node in topological(root):
        degree = max((degrees[arg] for arg in node.args), default=Fraction(1))
        if isinstance(node, Power):
            degree *= max(abs(node.exponent), Fraction(1))
            if node.exponent.denominator > MAX_EXPONENT or degree > _MAX_DEGREE:
                raise ReadError(
                    "an exponent, or a power of powers, is too large",
                    cure=f"use exponents of at most {MAX_EXPONENT}, and fractions such as 1/3 in the place of 0.3333",
                )
        degrees[node] = degree
    return root
