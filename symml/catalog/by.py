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
squares = Reason("squares are not negative")
nonnegative = Reason("no term is negative")
bounded = Reason("range of the function")
log_bound = Reason("log t <= t - 1")
exp_bound = Reason("exp t >= 1 + t")
indicator = Reason("an indicator is at most the ratio")
complete_square = Reason("completing the square")
arithmetic = Reason("arithmetic")
rounding = Reason("rounding")
limit = Reason("limit")
triangle = Reason("triangle inequality")
conditioning = Reason("conditional probability")
total = Reason("total probability")
mean_of_sum = Reason("linearity of expectation")
orthogonality = Reason("orthogonal factors cancel")
inverse = Reason("a matrix times its inverse")
trace_rule = Reason("cyclic trace")
determinant_rule = Reason("product rule of determinants")
factors = Reason("the factors")
stationarity = Reason("the gradient vanishes")
integral = Reason("integration")
series = Reason("summation")


def entry(name: str) -> Reason:
    """An entry of the book as a reason."""
    return Reason(f"entry {name}")
