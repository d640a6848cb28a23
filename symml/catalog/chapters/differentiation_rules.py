"""Rules of differentiation, for functions of which nothing is known.

Main results: ``sum_rule_deriv``, ``product_rule_deriv``, ``quotient_rule_deriv``, ``quadratic_form_grad``.
Notation: ``f`` and ``g`` are undefined differentiable functions, ``x`` a real variable.
References: cheatsheet 2, rules of differentiation.
"""

from symml.catalog import by
from symml.catalog.declare import Chain, deriv, identity
from symml.catalog.domains import Function, Matrix, Real, Vector
from symml.expr.build import det, inv, trace
from symml.expr.functions import exp, log


@identity(source="cheatsheet 2.7, sum rule", tags="rule")
def sum_rule_deriv(x: Real, f: Function, g: Function) -> Chain:
    """The slope of a sum is the sum of the slopes."""
    yield deriv(f(x) + g(x), x)
    yield by.linearity, deriv(f(x), x) + deriv(g(x), x)


@identity(source="cheatsheet 2.7, sum rule", tags="rule")
def constant_factor_deriv(x: Real, c: Real, f: Function) -> Chain:
    """A constant factor goes in front of the slope."""
    yield deriv(c * f(x), x)
    yield by.linearity, c * deriv(f(x), x)


@identity(source="cheatsheet 2.8, product rule", tags="rule")
def product_rule_deriv(x: Real, f: Function, g: Function) -> Chain:
    """Each factor is differentiated in turn, the other kept."""
    yield deriv(f(x) * g(x), x)
    yield by.product_rule, deriv(f(x), x) * g(x) + f(x) * deriv(g(x), x)


@identity(source="cheatsheet 2.9, quotient rule", tags="rule")
def quotient_rule_deriv(x: Real, f: Function, g: Function) -> Chain:
    """Bottom times slope of top less top times slope of bottom, over the bottom squared.

    Only where g is not zero.
    """
    yield deriv(f(x) / g(x), x)
    yield by.product_rule, deriv(f(x), x) / g(x) - f(x) * deriv(g(x), x) / g(x) ** 2
    yield by.common_factor, (deriv(f(x), x) * g(x) - f(x) * deriv(g(x), x)) / g(x) ** 2


@identity(source="cheatsheet 2.10, chain rule", tags="rule backprop")
def exp_chain_deriv(x: Real, f: Function) -> Chain:
    """The exponential of f grows by the slope of f."""
    yield deriv(exp(f(x)), x)
    yield by.chain_rule, exp(f(x)) * deriv(f(x), x)


@identity(source="cheatsheet 2.10, chain rule", tags="rule")
def square_chain_deriv(x: Real, f: Function) -> Chain:
    """The slope of a squared function is twice the function times its slope."""
    yield deriv(f(x) ** 2, x)
    yield by.chain_rule, 2 * f(x) * deriv(f(x), x)


@identity(source="cheatsheet 2.10, chain rule", tags="rule score")
def log_derivative_deriv(x: Real, f: Function) -> Chain:
    """The slope of log(f^2)/2 is the relative slope of f: the log-derivative trick."""
    yield deriv(log(f(x) ** 2) / 2, x)
    yield by.chain_rule, deriv(f(x), x) / f(x)


@identity(source="cheatsheet 2.14, gradient", tags="rule matrix")
def linear_grad(w: Vector["d"], x: Vector["d"]) -> Chain:
    """The gradient of an inner product is the other vector."""
    yield deriv(w @ x, w)
    yield by.linearity, x


@identity(source="cheatsheet 2.14, gradient", tags="rule matrix quadratic")
def quadratic_form_grad(x: Vector["d"], A: Matrix["d", "d"]) -> Chain:
    """The gradient of a quadratic form uses the matrix and its transpose.

    It is 2Ax only for symmetric A.
    """
    yield deriv(x @ A @ x, x)
    yield by.product_rule, (A + A.T) @ x


@identity(source="petersen2012", tags="rule matrix trace")
def trace_linear_grad(X: Matrix["n", "d"], A: Matrix["d", "n"]) -> Chain:
    """The gradient of tr(AX) is the transpose of A."""
    yield deriv(trace(A @ X), X)
    yield by.linearity, A.T


@identity(source="petersen2012", tags="rule matrix determinant")
def det_grad(A: Matrix["d", "d"]) -> Chain:
    """Jacobi's formula: the gradient of the determinant is the determinant times the transposed inverse."""
    yield deriv(det(A), A)
    yield by.matrix_rule, det(A) * inv(A).T


@identity(source="petersen2012", tags="rule matrix frobenius norm")
def frobenius_grad(X: Matrix["n", "d"]) -> Chain:
    """The gradient of the squared Frobenius norm is twice the matrix."""
    yield deriv(trace(X.T @ X), X)
    yield by.product_rule, 2 * X
