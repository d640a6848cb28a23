"""Probability on a finite sample space.

Outcomes are the places of a vector ``p`` of probabilities; an event is a 0/1 vector, a random variable a real vector,
its expectation an inner product with ``p``. Statements that hold here for every number of outcomes are the rules that
hold in general.

Main results: ``union_eq``, ``bayes_eq``, ``total_probability_eq``, ``variance_decomposition``, ``markov_le``,
``chebyshev_le``, ``jensen_log_le``.
Notation: ``p`` probabilities, ``a b`` events, ``x y`` random variables, ``Z`` a partition (a one-hot row per outcome).
References: cheatsheet 3, probability.
"""

from fractions import Fraction

from symml.catalog import by
from symml.catalog.declare import (
    Chain,
    at_least,
    at_most,
    definition,
    example,
    identity,
    inequality,
    let,
    rounded,
    tight,
)
from symml.catalog.domains import Event, OneHot, Positive, PositiveVector, Real, Simplex, Unit, Vector
from symml.expr.build import array, dot, ones, sum
from symml.expr.functions import exp, greater_equal, log, maximum
from symml.expr.nodes import ONE, ZERO


# ---- events ----------------------------------------------------------------------------------------------------------
@inequality(source="cheatsheet 3.1", tags="probability event range")
def event_probability_le_one(p: Simplex["k"], a: Event["k"]) -> Chain:
    """A probability is at most 1."""
    yield dot(p, a)
    yield by.bounded, at_most(sum(p))
    yield by.normalization, ONE
    yield tight(a, ones(a.shape))


@inequality(source="cheatsheet 3.1", tags="probability event range")
def event_probability_nonneg(p: Simplex["k"], a: Event["k"]) -> Chain:
    """A probability is never negative."""
    yield dot(p, a)
    yield by.nonnegative, at_least(ZERO)
    yield tight(a, 0 * a)


@identity(source="cheatsheet 3.1", tags="probability event complement")
def complement_eq(p: Simplex["k"], a: Event["k"]) -> Chain:
    """The probabilities of an event and its complement add up to one."""
    yield dot(p, 1 - a)
    yield by.linearity, sum(p) - dot(p, a)
    yield by.normalization, 1 - dot(p, a)


@identity(source="cheatsheet 3.2", tags="probability event union inclusion exclusion")
def union_eq(p: Simplex["k"], a: Event["k"], b: Event["k"]) -> Chain:
    """Inclusion and exclusion: a union's probability counts the common outcomes once."""
    yield dot(p, maximum(a, b))
    yield by.cases, dot(p, a + b - a * b)
    yield by.linearity, dot(p, a) + dot(p, b) - dot(p, a * b)


@inequality(source="wasserman2004", tags="probability event union bound boole")
def union_le_sum(p: Simplex["k"], a: Event["k"], b: Event["k"]) -> Chain:
    """Union bound: the probability of a union is at most the sum; equality for events without common outcomes."""
    yield dot(p, maximum(a, b))
    yield by.cases, dot(p, a) + dot(p, b) - dot(p, a * b)
    yield by.nonnegative, at_most(dot(p, a) + dot(p, b))
    yield tight(b, 0 * a)


@definition(source="cheatsheet 3.3", tags="probability conditional")
def conditional_def(p: Simplex["k"], a: Event["k"], b: Event["k"]) -> Chain:
    """The probability of a given b is that of both over that of b, which must be positive."""
    yield dot(p, a * b) / dot(p, b)


@identity(source="cheatsheet 3.3", tags="probability conditional product rule")
def product_rule_eq(p: Simplex["k"], a: Event["k"], b: Event["k"]) -> Chain:
    """P(A and B) is P(A given B) times P(B), where P(B) > 0."""
    yield dot(p, a * b) / dot(p, b) * dot(p, b)
    yield by.cancellation, dot(p, a * b)


@identity(source="cheatsheet 3.4, 3.27 and 8.5", tags="probability bayes conditional posterior")
def bayes_eq(p: Simplex["k"], a: Event["k"], b: Event["k"]) -> Chain:
    """Bayes: P(A given B) is P(B given A) P(A) over P(B); both events need positive probability."""
    yield dot(p, a * b) / dot(p, b)
    yield by.conditioning, dot(p, b * a) / dot(p, a) * dot(p, a) / dot(p, b)


@identity(source="cheatsheet 3.27", tags="probability bayes odds likelihood ratio")
def bayes_odds_eq(p: Simplex["k"], a: Event["k"], b: Event["k"]) -> Chain:
    """In odds, evidence multiplies the prior by the likelihood ratio."""
    yield dot(p, a * b) / dot(p, (1 - a) * b)
    yield (
        by.conditioning,
        (dot(p, a) / dot(p, 1 - a)) * ((dot(p, a * b) / dot(p, a)) / (dot(p, (1 - a) * b) / dot(p, 1 - a))),
    )


@definition(source="cheatsheet 3.5", tags="probability independence")
def independence_gap_def(p: Simplex["k"], a: Event["k"], b: Event["k"]) -> Chain:
    """Two events are independent when this gap is zero; it is the covariance of their indicators."""
    yield dot(p, a * b) - dot(p, a) * dot(p, b)
    yield by.linearity, dot(p, (a - dot(p, a)) * (b - dot(p, b)))


@identity(source="cheatsheet 3.5", tags="probability independence product space")
def independent_joint_eq(p: Simplex["n"], q: Simplex["k"], a: Event["n"], b: Event["k"]) -> Chain:
    """Under a product of distributions, events about different factors are independent."""
    yield sum(p[:, None] * q[None, :] * (a[:, None] * b[None, :]))
    yield by.common_factor, dot(p, a) * dot(q, b)


@identity(source="wasserman2004", tags="probability total law partition")
def total_probability_eq(p: Simplex["k"], a: Event["k"], b: Event["k"]) -> Chain:
    """The law of total probability, for a partition into an event and its complement."""
    c = let(c=1 - b)
    yield dot(p, a * b) / dot(p, b) * dot(p, b) + dot(p, a * c) / dot(p, c) * dot(p, c)
    yield by.cancellation, dot(p, a * b) + dot(p, a * (1 - b))
    yield by.linearity, dot(p, a)


@identity(source="cheatsheet 3.28", tags="probability bayes medical test posterior sensitivity prevalence")
def medical_test_eq(prior: Unit, sens: Unit, fpr: Unit) -> Chain:
    """A positive test's posterior from prevalence, sensitivity and false positive rate."""
    yield sens * prior / (sens * prior + fpr * (1 - prior))
    yield by.algebra, 1 / (1 + fpr / sens * (1 - prior) / prior)


@example(source="cheatsheet 3.28", tags="probability bayes medical test base rate")
def medical_test_eq_876() -> Chain:
    """With prevalence 1 %, sensitivity 95 % and 10 % false positives, a positive test means 8.76 % disease.

    The cheatsheet's sentence rounds it down to 8.7 %.
    """
    prior = let(prior=Fraction(1, 100))
    sens = let(sens=Fraction(95, 100))
    fpr = let(fpr=Fraction(10, 100))
    yield sens * prior / (sens * prior + fpr * (1 - prior))
    yield by.rounding, rounded("0.0876")


# ---- expectation and variance ----------------------------------------------------------------------------------------
@example(source="cheatsheet 3.6", tags="probability expectation die")
def die_mean_eq() -> Chain:
    """The mean of a fair die is 3.5."""
    yield dot(ones(6) / 6, array([1, 2, 3, 4, 5, 6]))
    yield by.arithmetic, ONE * Fraction(7, 2)


@example(source="cheatsheet 3.7", tags="probability variance die")
def die_var_eq() -> Chain:
    """The variance of a fair die is 35/12."""
    x = let(x=array([1, 2, 3, 4, 5, 6]))
    yield dot(ones(6) / 6, (x - dot(ones(6) / 6, x)) ** 2)
    yield by.arithmetic, ONE * Fraction(35, 12)


@definition(source="cheatsheet 3.6", tags="probability expectation mean")
def expectation_def(p: Simplex["k"], x: Vector["k"]) -> Chain:
    """The expectation weighs each value by its probability."""
    yield dot(p, x)


@identity(source="wasserman2004", tags="probability expectation linearity")
def expectation_linear_eq(p: Simplex["k"], x: Vector["k"], y: Vector["k"], a: Real, b: Real, c: Real) -> Chain:
    """Expectation is linear, whether or not the variables are independent."""
    yield dot(p, a * x + b * y + c)
    yield by.linearity, a * dot(p, x) + b * dot(p, y) + c * sum(p)
    yield by.normalization, a * dot(p, x) + b * dot(p, y) + c


@identity(source="cheatsheet 3.7", tags="probability variance decomposition")
def variance_decomposition(p: Simplex["k"], x: Vector["k"]) -> Chain:
    """The variance is the mean square less the squared mean.

    Exact in algebra; in floating point it cancels, and two passes are the stable way.
    """
    m = let(m=dot(p, x))
    yield dot(p, (x - m) ** 2)
    yield by.linearity, dot(p, x**2) - 2 * m * dot(p, x) + m**2 * sum(p)
    yield by.normalization, dot(p, x**2) - dot(p, x) ** 2


@identity(source="wasserman2004", tags="probability variance affine scale")
def affine_var(p: Simplex["k"], x: Vector["k"], a: Real, b: Real) -> Chain:
    """A shift leaves the variance alone, a factor enters squared."""
    y = let(y=a * x + b)
    yield dot(p, (y - dot(p, y)) ** 2)
    yield by.normalization, dot(p, (a * x - a * dot(p, x)) ** 2)
    yield by.common_factor, a**2 * dot(p, (x - dot(p, x)) ** 2)


@identity(source="cheatsheet 3.30", tags="probability covariance")
def covariance_eq(p: Simplex["k"], x: Vector["k"], y: Vector["k"]) -> Chain:
    """The covariance is the mean product less the product of means."""
    yield dot(p, (x - dot(p, x)) * (y - dot(p, y)))
    yield by.linearity, dot(p, x * y) - dot(p, x) * dot(p, y)


@identity(source="wasserman2004", tags="probability variance sum covariance")
def sum_var(p: Simplex["k"], x: Vector["k"], y: Vector["k"]) -> Chain:
    """The variance of a sum has twice the covariance besides the variances."""
    s = let(s=x + y)
    yield dot(p, (s - dot(p, s)) ** 2)
    yield (
        by.linearity,
        dot(p, (x - dot(p, x)) ** 2) + 2 * dot(p, (x - dot(p, x)) * (y - dot(p, y))) + dot(p, (y - dot(p, y)) ** 2),
    )


@identity(source="wasserman2004", tags="probability independence variance product space")
def independent_sum_var(p: Simplex["n"], q: Simplex["k"], x: Vector["n"], y: Vector["k"]) -> Chain:
    """Variances of independent variables add up."""
    s = let(s=x[:, None] + y[None, :] - (dot(p, x) + dot(q, y)))
    yield sum(p[:, None] * q[None, :] * s**2)
    yield by.linearity, dot(p, (x - dot(p, x)) ** 2) + dot(q, (y - dot(q, y)) ** 2)


@identity(source="wasserman2004", tags="probability tower total expectation conditional")
def tower_mean(p: Simplex["n"], x: Vector["n"], Z: OneHot["n", "k"]) -> Chain:
    """The mean of conditional means is the mean; cells must have positive probability."""
    cell = let(cell=Z.T @ p)
    yield sum(cell * (Z.T @ (p * x) / cell))
    yield by.cancellation, sum(Z.T @ (p * x))
    yield by.normalization, dot(p, x)


@identity(source="wasserman2004", tags="probability total variance conditional decomposition")
def total_variance_decomposition(p: Simplex["n"], x: Vector["n"], K: Simplex["n", "k"], y: Vector["k"]) -> Chain:
    """Total variance: the mean conditional variance plus the variance of conditional means."""
    m = let(m=K @ y)
    yield sum(p[:, None] * K * (y[None, :] - dot(p, m)) ** 2)
    yield by.linearity, dot(p, K @ y**2 - m**2) + dot(p, m**2) - dot(p, m) ** 2


@inequality(source="wasserman2004", tags="probability markov bound concentration")
def markov_le(p: Simplex["k"], x: PositiveVector["k"], a: Positive) -> Chain:
    """Markov: a positive variable exceeds a with probability at most its mean over a."""
    yield dot(p, greater_equal(x, a))
    yield by.indicator, at_most(dot(p, x) / a)
    yield tight(x, a * ones(x.shape))


@inequality(source="wasserman2004", tags="probability chebyshev bound concentration variance")
def chebyshev_le(p: Simplex["k"], x: Vector["k"], t: Positive) -> Chain:
    """Chebyshev: a deviation of t or more has probability at most the variance over t squared."""
    d = let(d=(x - dot(p, x)) ** 2)
    yield dot(p, greater_equal(d, t**2))
    yield by.indicator, at_most(dot(p, d) / t**2)
    yield tight(x, 0 * x)


@inequality(source="wasserman2004", tags="probability chernoff bound exponential concentration")
def chernoff_le(p: Simplex["k"], x: Vector["k"], a: Real, t: Positive) -> Chain:
    """Chernoff: Markov's bound for exp(tx), with t free to be chosen."""
    yield dot(p, greater_equal(exp(t * x), exp(t * a)))
    yield by.indicator, at_most(dot(p, exp(t * x) / exp(t * a)))
    yield by.exponential, exp(-t * a) * dot(p, exp(t * x))
    yield tight(x, a * ones(x.shape))


@inequality(source="wasserman2004", tags="probability jensen convex variance")
def jensen_square_le(p: Simplex["k"], x: Vector["k"]) -> Chain:
    """Jensen for the square: the squared mean is at most the mean square; the gap is the variance."""
    yield dot(p, x) ** 2
    yield by.algebra, dot(p, x**2) - dot(p, (x - dot(p, x)) ** 2)
    yield by.squares, at_most(dot(p, x**2))
    yield tight(x, ones(x.shape))


@inequality(source="cover2006", tags="probability jensen concave logarithm geometric arithmetic mean")
def jensen_log_le(p: Simplex["k"], x: PositiveVector["k"]) -> Chain:
    """Jensen for the logarithm: the mean log is at most the log of the mean."""
    m = let(m=dot(p, x))
    yield dot(p, log(x))
    yield by.logarithm, log(m) + dot(p, log(x / m))
    yield by.log_bound, at_most(log(m) + dot(p, x / m - 1))
    yield by.normalization, log(m)
    yield tight(x, ones(x.shape))


@inequality(source="wasserman2004", tags="probability covariance cauchy schwarz correlation")
def covariance_le_variances(p: Simplex["k"], x: Vector["k"], y: Vector["k"]) -> Chain:
    """The squared covariance is at most the product of the variances: a correlation lies between -1 and 1."""
    u = let(u=x - dot(p, x))
    v = let(v=y - dot(p, y))
    w = let(w=u[:, None] * v[None, :] - u[None, :] * v[:, None])
    yield dot(p, u * v) ** 2
    yield by.algebra, dot(p, u**2) * dot(p, v**2) - sum(p[:, None] * p[None, :] * w**2) / 2
    yield by.squares, at_most(dot(p, u**2) * dot(p, v**2))
    yield tight(y, x)
