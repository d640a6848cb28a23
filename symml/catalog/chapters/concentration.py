"""Concentration: how far a mean strays from its expectation.

Markov's, Chebyshev's and Chernoff's bounds stand in ``probability``; here they are sharpened for bounded variables and
for averages.

Main results: ``hoeffding_lemma_le``, ``hoeffding_exponent_eq``, ``weak_law_limit``, ``jensen_exp_le``.
Notation: ``p`` probabilities of outcomes, ``x`` a variable with values in the unit interval, ``m`` its mean, ``n`` a
number of independent draws, ``eps`` a deviation.
References: Wasserman; Shalev-Shwartz and Ben-David.
"""

from symml.catalog import by
from symml.catalog.declare import Chain, at_most, deriv, identity, inequality, let, limit, tight
from symml.catalog.domains import Positive, Real, Simplex, Unit, Units, Vector
from symml.expr.build import dot, ones
from symml.expr.functions import exp, log, sigmoid, softplus
from symml.expr.nodes import ONE, ZERO


@limit(source="cheatsheet 3.36; wasserman2004", at="n -> oo", tags="law large numbers chebyshev variance limit")
def weak_law_limit(n: Positive, v: Positive, eps: Positive) -> Chain:
    """Law of large numbers: Chebyshev's bound v / (n eps^2) for the mean of n draws vanishes, for every deviation."""
    yield v / n / eps**2
    yield by.limit, ZERO


@inequality(source="wasserman2004", tags="concentration jensen exponential convex mean")
def jensen_exp_le(p: Simplex["k"], x: Vector["k"]) -> Chain:
    """Jensen for the exponential: the exponential of a mean is at most the mean exponential."""
    m = let(m=dot(p, x))
    yield exp(m)
    yield by.normalization, exp(m) * dot(p, 1 + x - m)
    yield by.exp_bound, at_most(exp(m) * dot(p, exp(x - m)))
    yield by.exponential, dot(p, exp(x))
    yield tight(x, ones(x.shape))


@inequality(source="shalev2014", tags="concentration hoeffding chord exponential convex bounded")
def exp_chord_le(u: Unit, t: Real) -> Chain:
    """On the unit interval an exponential exp(t u) lies below its chord c: the exponent is at most log c."""
    c = let(c=1 - u + u * exp(t))
    yield u * t
    yield by.logarithm, log(c) + (1 - u) * log(1 / c) + u * log(exp(t) / c)
    yield by.log_bound, at_most(log(c) + (1 - u) * (1 / c - 1) + u * (exp(t) / c - 1))
    yield by.cancellation, log(c)
    yield tight(t, 0)


@inequality(source="shalev2014", tags="concentration hoeffding lemma moment generating function bounded")
def hoeffding_lemma_le(m: Unit, t: Real) -> Chain:
    """Hoeffding's lemma: the log moment-generating function of a variable in [0, 1] of mean m is at most m t + t^2/8.

    By ``exp_chord_le`` it is at most log(1 - m + m e^t), the one of a coin, whose curvature is
    at most 1/4 by ``hoeffding_curvature_le``.
    """
    yield log(1 - m + m * exp(t))
    yield by.convexity, at_most(m * t + t**2 / 8)
    yield tight(t, 0)


@inequality(source="shalev2014", tags="concentration hoeffding curvature variance quarter popoviciu")
def hoeffding_curvature_le(z: Real) -> Chain:
    """The curvature of softplus, the variance of a coin, is at most 1/4: the constant in Hoeffding's lemma."""
    s = let(s=sigmoid(z))
    yield deriv(deriv(softplus(z), z), z)
    yield by.entry("generative.bernoulli_cumulant_hessian"), s * (1 - s)
    yield by.complete_square, ONE / 4 - (s - ONE / 2) ** 2
    yield by.squares, at_most(ONE / 4)
    yield tight(z, 0)


@identity(source="shalev2014", tags="concentration hoeffding inequality exponent optimal chernoff")
def hoeffding_exponent_eq(n: Positive, t: Real, eps: Positive) -> Chain:
    """Hoeffding: of all Chernoff exponents n (t^2/8 - t eps) the one at t = 4 eps is best, -2 n eps^2.

    So a mean of n values in [0, 1] exceeds its expectation by eps with probability at most exp(-2 n eps^2).
    """
    yield n * (t**2 / 8 - t * eps)
    yield by.complete_square, -2 * n * eps**2 + n * (t - 4 * eps) ** 2 / 8


@inequality(source="shalev2014", tags="concentration hoeffding inequality exponent lower bound")
def hoeffding_exponent_le(n: Positive, t: Real, eps: Positive) -> Chain:
    """No t makes Hoeffding's exponent smaller than -2 n eps^2."""
    yield -2 * n * eps**2
    yield by.complete_square, n * (t**2 / 8 - t * eps) - n * (t - 4 * eps) ** 2 / 8
    yield by.squares, at_most(n * (t**2 / 8 - t * eps))
    yield tight(t, 4 * eps)


@identity(source="shalev2014", tags="concentration sample size confidence hoeffding")
def hoeffding_sample_eq(eps: Positive, delta: Unit) -> Chain:
    """n = log(2 / delta) / (2 eps^2) draws suffice for a deviation of eps with confidence 1 - delta, on both sides."""
    n = let(n=log(2 / delta) / (2 * eps**2))
    yield 2 * exp(-2 * n * eps**2)
    yield by.exponential, delta


@inequality(
    source="shalev2014",
    tags="concentration popoviciu variance bounded quarter",
    tightness="reached by a fair coin on 0 and 1",
)
def bounded_var_le_quarter(p: Simplex["k"], x: Units["k"]) -> Chain:
    """A variable with values in the unit interval has variance at most 1/4."""
    m = let(m=dot(p, x))
    yield dot(p, (x - m) ** 2)
    yield by.normalization, ONE / 4 - (m - ONE / 2) ** 2 - dot(p, x * (1 - x))
    yield by.nonnegative, at_most(ONE / 4)
