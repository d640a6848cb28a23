"""The derivative table.

Main results: ``power_deriv``, ``exp_deriv``, ``log_deriv``, ``sin_deriv``, ``normal_pdf_deriv``.
Notation: ``x`` is a real variable, ``a`` a real parameter.
References: cheatsheet 2, calculus.
"""

from symml.catalog import by
from symml.catalog.declare import Chain, deriv, identity
from symml.catalog.domains import Nonzero, Positive, Real, Unit
from symml.expr.build import sqrt
from symml.expr.functions import (
    arcsin,
    arctan,
    cos,
    cosh,
    digamma,
    erf,
    exp,
    expm1,
    lgamma,
    log,
    log1p,
    normal_cdf,
    normal_pdf,
    power,
    sin,
    sinh,
    tan,
)
from symml.expr.nodes import constant


@identity(source="cheatsheet 2.1, derivatives", tags="power table")
def square_deriv(x: Real) -> Chain:
    """The slope of a square is twice its base."""
    yield deriv(x**2, x)
    yield by.power_rule, 2 * x


@identity(source="cheatsheet 2.1, derivatives", tags="power table")
def cube_deriv(x: Real) -> Chain:
    """The slope of a cube is three times the square."""
    yield deriv(x**3, x)
    yield by.power_rule, 3 * x**2


@identity(source="cheatsheet 2.1, derivatives", tags="power table")
def power_deriv(x: Positive, a: Real) -> Chain:
    """A real power brings its exponent down.

    A real exponent needs a positive base; for whole exponents any base will do.
    """
    yield deriv(power(x, a), x)
    yield by.power_rule, a * power(x, a - 1)


@identity(source="cheatsheet 2.1, derivatives", tags="power exponential table")
def exponent_deriv(x: Real, a: Positive) -> Chain:
    """An exponential with base a grows by the logarithm of its base."""
    yield deriv(power(a, x), x)
    yield by.table, power(a, x) * log(a)


@identity(source="cheatsheet 2.1, derivatives", tags="root table")
def sqrt_deriv(x: Positive) -> Chain:
    """The slope of the square root is the inverse of twice the root."""
    yield deriv(sqrt(x), x)
    yield by.power_rule, 1 / (2 * sqrt(x))


@identity(source="cheatsheet 2.1, derivatives", tags="reciprocal table")
def reciprocal_deriv(x: Nonzero) -> Chain:
    """The slope of 1/x is minus the inverse square."""
    yield deriv(1 / x, x)
    yield by.power_rule, -1 / x**2


@identity(source="cheatsheet 2.2, derivatives", tags="exponential table")
def exp_deriv(x: Real) -> Chain:
    """The exponential is its own slope."""
    yield deriv(exp(x), x)
    yield by.table, exp(x)


@identity(source="cheatsheet 2.2, derivatives", tags="exponential table")
def expm1_deriv(x: Real) -> Chain:
    """Subtracting one does not change the slope of the exponential."""
    yield deriv(expm1(x), x)
    yield by.table, exp(x)


@identity(source="cheatsheet 2.3, derivatives", tags="logarithm table")
def log_deriv(x: Positive) -> Chain:
    """The slope of the natural logarithm is the reciprocal."""
    yield deriv(log(x), x)
    yield by.table, 1 / x


@identity(source="cheatsheet 2.3, derivatives", tags="logarithm table")
def log_base_deriv(x: Positive, a: Positive) -> Chain:
    """A logarithm to base a is the natural one over log a."""
    yield deriv(log(x) / log(a), x)
    yield by.table, 1 / (x * log(a))


@identity(source="cheatsheet 2.3, derivatives", tags="logarithm table")
def log1p_deriv(x: Positive) -> Chain:
    """The slope of log(1 + x) is 1 / (1 + x)."""
    yield deriv(log1p(x), x)
    yield by.table, 1 / (1 + x)


@identity(source="cheatsheet 2.4, derivatives", tags="trigonometric table")
def sin_deriv(x: Real) -> Chain:
    """The slope of the sine is the cosine."""
    yield deriv(sin(x), x)
    yield by.table, cos(x)


@identity(source="cheatsheet 2.5, derivatives", tags="trigonometric table")
def cos_deriv(x: Real) -> Chain:
    """The slope of the cosine is minus the sine."""
    yield deriv(cos(x), x)
    yield by.table, -sin(x)


@identity(source="cheatsheet 2.4-2.5, derivatives", tags="trigonometric table")
def tan_deriv(x: Unit) -> Chain:
    """The slope of the tangent is one plus its square."""
    yield deriv(tan(x), x)
    yield by.quotient_rule, (cos(x) ** 2 + sin(x) ** 2) / cos(x) ** 2
    yield by.trigonometry, 1 + tan(x) ** 2


@identity(source="abramowitz1964", tags="trigonometric inverse table")
def arcsin_deriv(x: Unit) -> Chain:
    """The slope of the arcsine is the inverse root of 1 - x^2."""
    yield deriv(arcsin(x), x)
    yield by.table, 1 / sqrt(1 - x**2)


@identity(source="abramowitz1964", tags="trigonometric inverse table")
def arctan_deriv(x: Real) -> Chain:
    """The slope of the arctangent is 1 / (1 + x^2)."""
    yield deriv(arctan(x), x)
    yield by.table, 1 / (1 + x**2)


@identity(source="abramowitz1964", tags="hyperbolic table")
def sinh_deriv(x: Real) -> Chain:
    """The slope of the hyperbolic sine is the hyperbolic cosine."""
    yield deriv(sinh(x), x)
    yield by.definition, (exp(x) + exp(-x)) / 2
    yield by.definition, cosh(x)


@identity(source="abramowitz1964", tags="hyperbolic table")
def cosh_deriv(x: Real) -> Chain:
    """The slope of the hyperbolic cosine is the hyperbolic sine."""
    yield deriv(cosh(x), x)
    yield by.table, sinh(x)


@identity(source="abramowitz1964", tags="normal table")
def erf_deriv(x: Real) -> Chain:
    """The slope of the error function is a scaled bell curve."""
    yield deriv(erf(x), x)
    yield by.table, 2 * exp(-(x**2)) / sqrt(constant("pi"))


@identity(source="abramowitz1964", tags="normal table distribution")
def normal_cdf_deriv(x: Real) -> Chain:
    """The slope of the normal distribution function is the normal density."""
    yield deriv(normal_cdf(x), x)
    yield by.definition, normal_pdf(x)


@identity(source="abramowitz1964", tags="normal table distribution")
def normal_pdf_deriv(x: Real) -> Chain:
    """The slope of the normal density is minus x times the density.

    The root of Stein's identity.
    """
    yield deriv(normal_pdf(x), x)
    yield by.chain_rule, -x * normal_pdf(x)


@identity(source="abramowitz1964", tags="gamma table")
def lgamma_deriv(x: Positive) -> Chain:
    """The slope of log-gamma is the digamma function."""
    yield deriv(lgamma(x), x)
    yield by.definition, digamma(x)


# ---- laws behind the table -------------------------------------------------------------------------------------------
@identity(source="rudin1976", tags="exponential law sum product")
def exp_sum_eq(a: Real, b: Real) -> Chain:
    """The exponential turns sums into products."""
    yield exp(a + b)
    yield by.exponential, exp(a) * exp(b)


@identity(source="rudin1976", tags="logarithm law product sum")
def log_product_eq(a: Positive, b: Positive) -> Chain:
    """The logarithm turns products into sums."""
    yield log(a * b)
    yield by.logarithm, log(a) + log(b)


@identity(source="rudin1976", tags="power square binomial cross term")
def square_sum_eq(a: Real, b: Real) -> Chain:
    """The square of a sum has a cross term."""
    yield (a + b) ** 2
    yield by.algebra, a**2 + 2 * a * b + b**2


@identity(source="rudin1976", tags="root square absolute value")
def sqrt_square_eq_abs(x: Real) -> Chain:
    """The root of a square is the absolute value."""
    yield sqrt(x**2)
    yield by.cases, abs(x)


@identity(source="cheatsheet 2.1, derivatives", tags="power table whole exponent negative")
def reciprocal_square_deriv(x: Nonzero) -> Chain:
    """The power rule holds for negative exponents, away from zero."""
    yield deriv(1 / x**2, x)
    yield by.power_rule, -2 / x**3


@identity(source="cheatsheet 2.3, derivatives", tags="logarithm table absolute value nonzero")
def log_abs_deriv(x: Nonzero) -> Chain:
    """The slope of log |x| is 1/x on both sides of zero."""
    yield deriv(log(x**2) / 2, x)
    yield by.chain_rule, 1 / x
