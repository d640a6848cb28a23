"""The reasons of the book: a closed vocabulary."""

from __future__ import annotations


class Reason(str):
    """Why one line follows from the line before."""

    __slots__ = ()


definition = Reason("definition")
algebra = Reason("algebra")
substitution = Reason("substitution")
sum_rule = Reason("sum rule")
product_rule = Reason("product rule")
quotient_rule = Reason("quotient rule")
chain_rule = Reason("chain rule")
power_rule = Reason("power rule")
linearity = Reason("linearity")
reciprocal = Reason("derivative of a reciprocal")
exponential = Reason("laws of exponents")
logarithm = Reason("laws of logarithms")
trigonometry = Reason("trigonometric identity")
table = Reason("derivative table")
cancellation = Reason("cancellation")
common_factor = Reason("common factor")
normalization = Reason("the entries sum to one")
transpose_rule = Reason("transpose rule")
matrix_rule = Reason("matrix differential")
cases = Reason("cases")
symmetry = Reason("symmetry")
convexity = Reason("convexity")


def entry(name: str) -> Reason:
    """An entry of the book as a reason."""
    return Reason(f"entry {name}")
