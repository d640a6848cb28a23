"""Families of distributions: gamma, beta, Dirichlet, Student, Laplace, counts.

Moments are integrals and sums. An entropy or a divergence is a mean of log-densities: it is put together from the means
of the statistics, x and log x, of which the second is a slope of the log-normalizer.

Main results: ``gamma_mean``, ``gamma_kl``, ``beta_mean``, ``dirichlet_kl``, ``negative_binomial_mean``,
``student_mixture_eq``.
Notation: ``a b`` shapes, ``lam`` a rate, ``x k`` values, ``alpha`` Dirichlet weights.
References: Casella and Berger; Murphy.
"""

from symml.catalog import by
from symml.catalog.declare import Chain, definition, deriv, identity, let, limit
from symml.catalog.domains import Positive, PositiveVector, Real, Unit
from symml.expr.build import diag, dot, outer, sqrt, sum
from symml.expr.functions import (
    digamma,
    exp,
    gamma,
    lgamma,
    log,
    polygamma,
    power,
)
from symml.expr.nodes import ONE, ZERO, constant
from symml.expr.ranges import integral, series

INF = float("inf")
PI = constant("pi")


# ---- gamma -----------------------------------------------------------------------------------------------------------
@definition(source="casella2002", tags="distribution gamma density shape rate")
def gamma_def(x: Positive, a: Positive, lam: Positive) -> Chain:
    """The gamma density of shape a and rate lam; NumPy's and SciPy's scale is 1 / lam."""
    yield power(lam, a) * power(x, a - 1) * exp(-lam * x) / gamma(a)


@identity(source="casella2002", tags="distribution gamma normalization integral")
def gamma_normalization_eq(x: Real, a: Positive) -> Chain:
    """The gamma density integrates to one, by the definition of the gamma function."""
    yield integral(power(x, a - 1) * exp(-x), x, 0, INF) / gamma(a)
    yield by.integral, ONE


@identity(source="casella2002", tags="distribution gamma mean integral")
def gamma_mean(x: Real, a: Positive, lam: Positive) -> Chain:
    """The mean of a gamma variable is its shape over its rate."""
    yield integral(x * power(lam, a) * power(x, a - 1) * exp(-lam * x) / gamma(a), x, 0, INF)
    yield by.integral, a / lam


@identity(source="casella2002", tags="distribution gamma variance integral")
def gamma_var(x: Real, a: Positive, lam: Positive) -> Chain:
    """The variance of a gamma variable is its shape over its squared rate."""
    yield integral((x - a / lam) ** 2 * power(lam, a) * power(x, a - 1) * exp(-lam * x) / gamma(a), x, 0, INF)
    yield by.integral, a / lam**2


@identity(source="casella2002", tags="distribution gamma mean logarithm digamma cumulant")
def gamma_log_mean(a: Positive, lam: Positive) -> Chain:
    """The mean of log x is the slope of the log-normalizer in the shape: digamma(a) - log(lam)."""
    yield deriv(lgamma(a) - a * log(lam), a)
    yield by.linearity, digamma(a) - log(lam)


@identity(source="casella2002", tags="distribution gamma score shape digamma")
def gamma_shape_grad(x: Positive, a: Positive, lam: Positive) -> Chain:
    """The score of a gamma distribution's shape compares the log value with its mean, digamma(a) - log(rate)."""
    yield deriv(a * log(lam) - lgamma(a) + (a - 1) * log(x) - lam * x, a)
    yield by.linearity, log(x) - (digamma(a) - log(lam))


@identity(source="casella2002", tags="distribution gamma fisher information trigamma")
def gamma_shape_hessian(x: Positive, a: Positive, lam: Positive) -> Chain:
    """The curvature in the shape is minus the trigamma function, whatever the value: it is the Fisher information."""
    yield deriv(deriv(a * log(lam) - lgamma(a) + (a - 1) * log(x) - lam * x, a), a)
    yield by.linearity, deriv(log(x) - (digamma(a) - log(lam)), a)
    yield by.table, -polygamma(1, a)


@identity(source="casella2002", tags="distribution gamma differential entropy digamma")
def gamma_entropy(a: Positive, lam: Positive) -> Chain:
    """The entropy of a gamma variable, in nats: minus the mean log-density, from the means of x and of log x."""
    m = let(m=digamma(a) - log(lam))
    yield lgamma(a) - a * log(lam) - (a - 1) * m + lam * (a / lam)
    yield by.cancellation, a - log(lam) + lgamma(a) + (1 - a) * digamma(a)


@identity(source="murphy2022", tags="distribution gamma kl divergence digamma")
def gamma_kl(a: Positive, lam: Positive, b: Positive, mu: Positive) -> Chain:
    """The divergence of Gamma(b, mu) from Gamma(a, lam), in nats: the mean difference of log-densities."""
    m = let(m=digamma(a) - log(lam))
    yield (a * log(lam) - lgamma(a) + (a - 1) * m - a) - (b * log(mu) - lgamma(b) + (b - 1) * m - mu * (a / lam))
    yield by.algebra, (a - b) * digamma(a) - lgamma(a) + lgamma(b) + b * log(lam / mu) + a * (mu - lam) / lam


# ---- beta and Dirichlet ----------------------------------------------------------------------------------------------
@definition(source="casella2002", tags="distribution beta density")
def beta_def(x: Unit, a: Positive, b: Positive) -> Chain:
    """The beta density on the unit interval."""
    yield gamma(a + b) / (gamma(a) * gamma(b)) * power(x, a - 1) * power(1 - x, b - 1)


@identity(source="casella2002", tags="distribution beta mean gamma integral")
def beta_mean(x: Real, a: Positive, b: Positive) -> Chain:
    """The mean of a beta variable is a / (a + b).

    It is the share of one gamma variable in a sum of two, and independent of that sum: its mean is a quotient of means.
    """
    s = let(s=a + b)
    yield (
        integral(x * power(x, a - 1) * exp(-x) / gamma(a), x, 0, INF)
        / integral(x * power(x, s - 1) * exp(-x) / gamma(s), x, 0, INF)
    )
    yield by.integral, a / (a + b)


@identity(source="casella2002", tags="distribution beta variance gamma function")
def beta_var(a: Positive, b: Positive) -> Chain:
    """The variance of a beta variable from its first two moments, each a quotient of beta integrals."""
    s = let(s=a + b)
    yield a * (a + 1) / (s * (s + 1)) - (a / s) ** 2
    yield by.common_factor, a * b / (s**2 * (s + 1))


@identity(source="casella2002", tags="distribution beta score digamma")
def beta_score_grad(x: Unit, a: Positive, b: Positive) -> Chain:
    """The score of a beta distribution's first parameter compares log x with its mean."""
    yield deriv(lgamma(a + b) - lgamma(a) - lgamma(b) + (a - 1) * log(x) + (b - 1) * log(1 - x), a)
    yield by.linearity, log(x) - (digamma(a) - digamma(a + b))


@identity(source="murphy2022", tags="distribution dirichlet mean logarithm digamma cumulant")
def dirichlet_log_mean(alpha: PositiveVector["k"]) -> Chain:
    """The means of the log-probabilities under a Dirichlet are the slopes of its log-normalizer."""
    yield deriv(sum(lgamma(alpha)) - lgamma(sum(alpha)), alpha)
    yield by.linearity, digamma(alpha) - digamma(sum(alpha))


@identity(source="murphy2022", tags="distribution dirichlet second moment gamma integral")
def dirichlet_square_mean(x: Real, a: Positive, s: Positive) -> Chain:
    """The mean square of a component of weight a, of total weight s, is a (a + 1) / (s (s + 1)).

    Normalized gamma variables are Dirichlet, independently of their total: the moments are quotients of gamma moments.
    """
    yield (
        integral(x**2 * power(x, a - 1) * exp(-x) / gamma(a), x, 0, INF)
        / integral(x**2 * power(x, s - 1) * exp(-x) / gamma(s), x, 0, INF)
    )
    yield by.integral, a * (a + 1) / (s * (s + 1))


@identity(source="murphy2022", tags="distribution dirichlet variance covariance")
def dirichlet_var(alpha: PositiveVector["k"]) -> Chain:
    """The covariance of Dirichlet probabilities, from their second moments; m are the means, s is the total weight."""
    s = let(s=sum(alpha))
    m = let(m=alpha / s)
    yield (outer(alpha, alpha) + diag(alpha)) / (s * (s + 1)) - outer(m, m)
    yield by.algebra, (diag(m) - outer(m, m)) / (s + 1)


@identity(source="murphy2022", tags="distribution dirichlet differential entropy digamma")
def dirichlet_entropy(alpha: PositiveVector["k"]) -> Chain:
    """The entropy of a Dirichlet, in nats: its log-normalizer less the mean of the exponent."""
    s = let(s=sum(alpha))
    m = let(m=digamma(alpha) - digamma(s))
    yield sum(lgamma(alpha)) - lgamma(s) - dot(alpha - 1, m)
    yield by.linearity, sum(lgamma(alpha)) - lgamma(s) + digamma(s) * sum(alpha - 1) - dot(alpha - 1, digamma(alpha))


@identity(source="murphy2022", tags="distribution dirichlet kl divergence digamma")
def dirichlet_kl(alpha: PositiveVector["k"], beta: PositiveVector["k"]) -> Chain:
    """The divergence of Dirichlet(beta) from Dirichlet(alpha), in nats: the mean difference of log-densities."""
    m = let(m=digamma(alpha) - digamma(sum(alpha)))
    p = let(p=lgamma(sum(alpha)) - sum(lgamma(alpha)))
    q = let(q=lgamma(sum(beta)) - sum(lgamma(beta)))
    yield (p + dot(alpha - 1, m)) - (q + dot(beta - 1, m))
    yield by.linearity, p - q + dot(alpha - beta, m)


@identity(source="bishop2006", tags="distribution dirichlet categorical conjugate posterior")
def dirichlet_posterior_eq(alpha: PositiveVector["k"], c: PositiveVector["k"], p: PositiveVector["k"]) -> Chain:
    """A Dirichlet prior and counts c make a Dirichlet posterior: the counts are added to the weights."""
    yield dot(alpha - 1, log(p)) + dot(c, log(p))
    yield by.common_factor, dot(alpha + c - 1, log(p))


# ---- Student, Laplace ------------------------------------------------------------------------------------------------
@identity(source="casella2002", tags="distribution student t score robust")
def student_score_deriv(x: Real, nu: Positive) -> Chain:
    """The score of Student's t is bounded: outliers pull less the farther out they are."""
    yield deriv(-(nu + 1) / 2 * log(1 + x**2 / nu), x)
    yield by.chain_rule, -(nu + 1) * x / (nu + x**2)


@limit(source="casella2002", at="nu -> oo", tags="distribution student t normal limit")
def student_normal_limit(x: Real, nu: Positive) -> Chain:
    """With many degrees of freedom Student's t becomes normal."""
    yield -(nu + 1) / 2 * log(1 + x**2 / nu)
    yield by.limit, -(x**2) / 2


@identity(source="casella2002", tags="distribution student t normalization three degrees integral")
def student_three_normalization_eq(x: Real) -> Chain:
    """Student's density with three degrees of freedom integrates to one."""
    yield integral(2 / (PI * sqrt(3) * (1 + x**2 / 3) ** 2), x, -INF, INF)
    yield by.integral, ONE


@identity(source="casella2002", tags="distribution student t variance three degrees integral")
def student_three_var(x: Real) -> Chain:
    """With three degrees of freedom the variance is 3, nu / (nu - 2): heavier tails than the normal's 1."""
    yield integral(x**2 * 2 / (PI * sqrt(3) * (1 + x**2 / 3) ** 2), x, -INF, INF)
    yield by.integral, 3 * ONE


@identity(source="casella2002", tags="distribution student t scale mixture gamma precision integral")
def student_mixture_eq(x: Real, s: Real, a: Positive) -> Chain:
    """Averaging a normal over gamma precisions of shape a and rate a gives Student's t with 2a degrees of freedom.

    Here without the constants: the power is -(nu + 1) / 2 with nu = 2a.
    """
    yield integral(power(s, a - ONE / 2) * exp(-s * (a + x**2 / 2)), s, 0, INF)
    yield by.integral, gamma(a + ONE / 2) * power(a + x**2 / 2, -a - ONE / 2)


@identity(source="casella2002", tags="distribution laplace normalization integral")
def laplace_normalization_eq(x: Real, b: Positive) -> Chain:
    """The Laplace density integrates to one, half of it on each side."""
    yield 2 * integral(exp(-x / b) / (2 * b), x, 0, INF)
    yield by.integral, ONE


@identity(source="casella2002", tags="distribution laplace variance integral")
def laplace_var(x: Real, b: Positive) -> Chain:
    """The variance of a Laplace variable is twice its squared scale."""
    yield 2 * integral(x**2 * exp(-x / b) / (2 * b), x, 0, INF)
    yield by.integral, 2 * b**2


@identity(source="casella2002", tags="distribution laplace differential entropy")
def laplace_entropy(x: Real, b: Positive) -> Chain:
    """The entropy of a Laplace variable, in nats."""
    yield 2 * integral(exp(-x / b) / (2 * b) * (log(2 * b) + x / b), x, 0, INF)
    yield by.integral, 1 + log(2 * b)


# ---- counts ----------------------------------------------------------------------------------------------------------
@identity(source="casella2002", tags="distribution geometric mean series")
def geometric_mean(k: Real, q: Unit) -> Chain:
    """The mean number of failures, of probability q each, before the first success."""
    yield series(k * (1 - q) * q**k, k, 0, INF)
    yield by.series, q / (1 - q)


@identity(source="casella2002", tags="distribution geometric variance series")
def geometric_var(k: Real, q: Unit) -> Chain:
    """The variance of that number."""
    yield series((k - q / (1 - q)) ** 2 * (1 - q) * q**k, k, 0, INF)
    yield by.series, q / (1 - q) ** 2


@definition(source="casella2002", tags="distribution negative binomial pmf")
def negative_binomial_def(k: Positive, r: Positive, q: Unit) -> Chain:
    """The probability of k failures, of probability q each, before the r-th success."""
    yield gamma(k + r) / (gamma(k + 1) * gamma(r)) * power(q, k) * power(1 - q, r)


@identity(source="casella2002", tags="distribution negative binomial normalization series")
def negative_binomial_sum_eq_one(k: Real, r: Positive, q: Unit) -> Chain:
    """The negative binomial probabilities add up to one: the binomial series."""
    yield series(gamma(k + r) / (gamma(k + 1) * gamma(r)) * q**k, k, 0, INF) * power(1 - q, r)
    yield by.series, power(1 - q, -r) * power(1 - q, r)
    yield by.cancellation, ONE


@identity(source="casella2002", tags="distribution negative binomial mean series")
def negative_binomial_mean(k: Real, r: Positive, q: Unit) -> Chain:
    """The mean number of failures before the r-th success is r times that before the first."""
    yield power(1 - q, r) * series(k * gamma(k + r) / (gamma(k + 1) * gamma(r)) * q**k, k, 0, INF)
    yield by.series, r * q / (1 - q)


@identity(source="casella2002", tags="distribution poisson fisher information series")
def poisson_fisher_eq(k: Real, lam: Positive) -> Chain:
    """The Fisher information of a Poisson rate, the mean squared score k / lam - 1, is one over the rate."""
    yield series((k - lam) ** 2 * exp(-lam) * lam**k / gamma(k + 1), k, 0, INF) / lam**2
    yield by.entry("distributions.poisson_var"), lam / lam**2
    yield by.cancellation, 1 / lam


@identity(source="casella2002", tags="distribution poisson kl divergence series")
def poisson_kl(k: Real, lam: Positive, mu: Positive) -> Chain:
    """The divergence of Poisson(mu) from Poisson(lam), in nats: the mean difference of log-probabilities."""
    yield log(lam / mu) * series(k * exp(-lam) * lam**k / gamma(k + 1), k, 0, INF) - lam + mu
    yield by.entry("distributions.poisson_mean"), lam * log(lam / mu) - lam + mu


@identity(source="casella2002", tags="distribution exponential kl divergence integral")
def exponential_kl(x: Real, lam: Positive, mu: Positive) -> Chain:
    """The divergence of Exp(mu) from Exp(lam), in nats."""
    yield integral(lam * exp(-lam * x) * (log(lam / mu) - (lam - mu) * x), x, 0, INF)
    yield by.integral, log(lam / mu) + mu / lam - 1


# ---- posteriors and scores -------------------------------------------------------------------------------------------
@identity(source="casella2002", tags="distribution beta bernoulli conjugate posterior mean shrinkage")
def beta_posterior_mean(a: Positive, b: Positive, k: Positive, m: Positive) -> Chain:
    """After k successes and m failures the mean mixes the prior mean and the observed share, by their weights."""
    w = let(w=(a + b) / (a + b + k + m))
    yield (a + k) / (a + b + k + m)
    yield by.algebra, w * (a / (a + b)) + (1 - w) * (k / (k + m))


@identity(source="casella2002", tags="distribution score mean zero poisson series")
def poisson_score_mean(k: Real, lam: Positive) -> Chain:
    """The score of a Poisson rate, k / lam - 1, has mean zero."""
    yield series(k * exp(-lam) * lam**k / gamma(k + 1), k, 0, INF) / lam - 1
    yield by.entry("distributions.poisson_mean"), lam / lam - 1
    yield by.cancellation, ZERO
