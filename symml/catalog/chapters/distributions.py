"""Distributions: densities, normalization, means and variances as sums and integrals.

A normal distribution is written by its mean ``mu`` and standard deviation ``sigma``; the second parameter of
N(mu, sigma^2) is the variance.

Main results: ``normal_normalization_eq``, ``normal_mean``, ``normal_var``, ``poisson_mean``, ``exponential_mean``,
``bernoulli_var``, ``binomial_mean``.
Notation: ``x k`` are values, ``lam`` a rate, ``mu sigma`` mean and standard deviation, ``p`` a probability.
References: cheatsheet 3, distributions; Casella and Berger.
"""

from symml.catalog import by
from symml.catalog.declare import Chain, definition, deriv, example, identity, let, limit, rounded
from symml.catalog.domains import Positive, Real, Unit, Vector
from symml.expr.build import array, dot, inv, mean, sqrt, sum, var
from symml.expr.functions import erf, exp, gamma, log, normal_cdf, normal_pdf, power
from symml.expr.nodes import ONE, ZERO, constant, extent, positions
from symml.expr.ranges import integral, series

INF = float("inf")
PI = constant("pi")


# ---- normal ----------------------------------------------------------------------------------------------------------
@definition(source="cheatsheet 3.8, 3.9 and 8.6", tags="distribution normal density pdf")
def normal_def(x: Real, mu: Real, sigma: Positive) -> Chain:
    """The normal density with mean mu and variance sigma^2; NumPy's and SciPy's scale is sigma, not the variance."""
    yield exp(-((x - mu) ** 2) / (2 * sigma**2)) / (sigma * sqrt(2 * PI))
    yield by.definition, normal_pdf((x - mu) / sigma) / sigma


@identity(source="cheatsheet 3.8", tags="distribution normal cdf error function")
def normal_cdf_eq_erf(x: Real) -> Chain:
    """The normal distribution function is an error function, shifted and scaled."""
    yield normal_cdf(x)
    yield by.definition, (1 + erf(x / sqrt(2))) / 2


@identity(source="cheatsheet 3.9", tags="distribution normal density integral normalization")
def normal_normalization_eq(x: Real, mu: Real, sigma: Positive) -> Chain:
    """The normal density integrates to one."""
    yield integral(exp(-((x - mu) ** 2) / (2 * sigma**2)) / (sigma * sqrt(2 * PI)), x, -INF, INF)
    yield by.integral, ONE


@identity(source="cheatsheet 3.10", tags="distribution normal mean")
def normal_mean(x: Real, mu: Real, sigma: Positive) -> Chain:
    """The mean of the normal distribution is mu."""
    yield integral(x * exp(-((x - mu) ** 2) / (2 * sigma**2)) / (sigma * sqrt(2 * PI)), x, -INF, INF)
    yield by.integral, mu


@identity(source="cheatsheet 3.11", tags="distribution normal variance")
def normal_var(x: Real, mu: Real, sigma: Positive) -> Chain:
    """The variance of the normal distribution is sigma squared."""
    yield integral((x - mu) ** 2 * exp(-((x - mu) ** 2) / (2 * sigma**2)) / (sigma * sqrt(2 * PI)), x, -INF, INF)
    yield by.integral, sigma**2


@identity(source="casella2002", tags="distribution normal moment generating function")
def normal_mgf(x: Real, t: Real) -> Chain:
    """The moment-generating function of the standard normal distribution."""
    yield integral(exp(t * x) * exp(-(x**2) / 2) / sqrt(2 * PI), x, -INF, INF)
    yield by.integral, exp(t**2 / 2)


@example(source="cheatsheet 3.12", tags="distribution normal sixty-eight rule")
def normal_one_sigma_eq() -> Chain:
    """One standard deviation about the mean holds 68.27 % of a normal distribution."""
    yield normal_cdf(1 * ONE) - normal_cdf(-1 * ONE)
    yield by.rounding, rounded("0.6827")


@example(source="cheatsheet 3.12", tags="distribution normal ninety-five rule")
def normal_two_sigma_eq() -> Chain:
    """Two standard deviations about the mean hold 95.45 %; for 95 % it takes 1.96."""
    yield normal_cdf(2 * ONE) - normal_cdf(-2 * ONE)
    yield by.rounding, rounded("0.9545")


@identity(source="casella2002", tags="distribution normal score slope log density")
def normal_score_deriv(x: Real, mu: Real, sigma: Positive) -> Chain:
    """The log-density's slope pulls towards the mean."""
    yield deriv(-((x - mu) ** 2) / (2 * sigma**2) - log(sigma), x)
    yield by.chain_rule, (mu - x) / sigma**2


@example(source="cheatsheet 3.13", tags="distribution multivariate normal covariance positive definite")
def bivariate_example_eq() -> Chain:
    """The covariance [[1, 1/2], [1/2, 1]] is positive definite: it is LL' with a real triangular L."""
    L = let(L=array([[1, 0], [ONE / 2, sqrt(3) / 2]]))
    yield L @ L.T
    yield by.arithmetic, array([[1, ONE / 2], [ONE / 2, 1]])


@identity(source="cheatsheet 3.13", tags="distribution bivariate normal correlation exponent")
def bivariate_exponent_eq(x: Real, y: Real, rho: Unit) -> Chain:
    """The exponent of the bivariate normal density with correlation rho, by completing the square in y."""
    v = let(v=array([x, y]))
    S = let(S=array([[1, rho], [rho, 1]]))
    yield dot(v, inv(S) @ v)
    yield by.inverse, (x**2 - 2 * rho * x * y + y**2) / (1 - rho**2)
    yield by.complete_square, x**2 + (y - rho * x) ** 2 / (1 - rho**2)


# ---- Bernoulli, binomial, Poisson ------------------------------------------------------------------------------------
@definition(source="cheatsheet 3.14", tags="distribution bernoulli pmf")
def bernoulli_def(p: Unit) -> Chain:
    """A Bernoulli variable is 1 with probability p and 0 with probability 1 - p."""
    yield array([1 - p, p])


@identity(source="cheatsheet 3.15", tags="distribution bernoulli mean")
def bernoulli_mean(p: Unit) -> Chain:
    """The mean of a Bernoulli variable is p."""
    yield dot(array([1 - p, p]), array([0, 1]))
    yield by.definition, p


@identity(source="cheatsheet 3.16", tags="distribution bernoulli variance")
def bernoulli_var(p: Unit) -> Chain:
    """The variance of a Bernoulli variable is p (1 - p)."""
    yield dot(array([1 - p, p]), (array([0, 1]) - p) ** 2)
    yield by.definition, (1 - p) * p**2 + p * (1 - p) ** 2
    yield by.common_factor, p * (1 - p)


@definition(source="cheatsheet 3.17", tags="distribution binomial pmf")
def binomial_def(k: Positive, n: Positive, p: Unit) -> Chain:
    """The probability of k successes in n independent trials."""
    yield gamma(n + 1) / (gamma(k + 1) * gamma(n - k + 1)) * power(p, k) * power(1 - p, n - k)


@identity(source="cheatsheet 3.17", tags="distribution binomial normalization four trials")
def binomial_normalization_eq(p: Unit) -> Chain:
    """The probabilities of 0 to 4 successes in four trials add up to one: the binomial theorem."""
    q = 1 - p
    yield q**4 + 4 * p * q**3 + 6 * p**2 * q**2 + 4 * p**3 * q + p**4
    yield by.algebra, (p + q) ** 4
    yield by.cancellation, ONE


@limit(source="cheatsheet 3.18", at="t -> 0", tags="distribution binomial mean generating function")
def binomial_mean(n: Positive, p: Unit, t: Real) -> Chain:
    """The mean of a binomial variable is np, the slope at 0 of its log-moment-generating function.

    A binomial variable is a sum of n independent Bernoulli variables; such functions add up.
    """
    yield deriv(n * log(1 - p + p * exp(t)), t)
    yield by.chain_rule, n * p * exp(t) / (1 - p + p * exp(t))
    yield by.limit, n * p


@limit(source="cheatsheet 3.19", at="t -> 0", tags="distribution binomial variance generating function")
def binomial_var(n: Positive, p: Unit, t: Real) -> Chain:
    """The variance of a binomial variable is np(1 - p), the second slope at 0 of the same function."""
    s = let(s=p * exp(t) / (1 - p + p * exp(t)))
    yield deriv(deriv(n * log(1 - p + p * exp(t)), t), t)
    yield by.chain_rule, deriv(n * s, t)
    yield by.quotient_rule, n * s * (1 - s)
    yield by.limit, n * p * (1 - p)


@definition(source="cheatsheet 3.20", tags="distribution poisson pmf")
def poisson_def(k: Positive, lam: Positive) -> Chain:
    """The probability of k events at rate lam."""
    yield exp(-lam) * power(lam, k) / gamma(k + 1)


@identity(source="cheatsheet 3.20", tags="distribution poisson normalization series")
def poisson_normalization_eq(k: Real, lam: Positive) -> Chain:
    """The Poisson probabilities add up to one: the exponential series."""
    yield series(exp(-lam) * lam**k / gamma(k + 1), k, 0, INF)
    yield by.series, ONE


@identity(source="cheatsheet 3.21", tags="distribution poisson mean series")
def poisson_mean(k: Real, lam: Positive) -> Chain:
    """The mean of a Poisson variable is its rate."""
    yield series(k * exp(-lam) * lam**k / gamma(k + 1), k, 0, INF)
    yield by.series, lam


@identity(source="cheatsheet 3.22", tags="distribution poisson variance series")
def poisson_var(k: Real, lam: Positive) -> Chain:
    """The variance of a Poisson variable is its rate, too."""
    yield series((k - lam) ** 2 * exp(-lam) * lam**k / gamma(k + 1), k, 0, INF)
    yield by.series, lam


@limit(source="casella2002", at="n -> oo", tags="distribution poisson binomial limit rare events")
def binomial_poisson_limit(n: Positive, lam: Positive, t: Real) -> Chain:
    """Many rare trials are Poisson: the binomial log-moment-generating function tends to the Poisson one."""
    yield n * log(1 + lam / n * (exp(t) - 1))
    yield by.limit, lam * (exp(t) - 1)


# ---- uniform, exponential, geometric ---------------------------------------------------------------------------------
@identity(source="cheatsheet 3.23", tags="distribution uniform mean integral")
def uniform_mean(x: Real, a: Real, w: Positive) -> Chain:
    """The mean of the uniform distribution on [a, a + w] is the middle."""
    yield integral(x / w, x, a, a + w)
    yield by.integral, a + w / 2


@identity(source="cheatsheet 3.23", tags="distribution uniform variance integral")
def uniform_var(x: Real, a: Real, w: Positive) -> Chain:
    """The variance of the uniform distribution is the squared width over 12."""
    yield integral((x - a - w / 2) ** 2 / w, x, a, a + w)
    yield by.integral, w**2 / 12


@identity(source="cheatsheet 3.23", tags="distribution discrete uniform mean sum")
def integers_mean(x: Vector["n"]) -> Chain:
    """The mean of a uniform draw from 1 to n, the size of x, is (n + 1) / 2."""
    n = extent(x.shape[0])
    yield mean(positions(x.shape[0]) + 1)
    yield by.series, (n + 1) / 2


@identity(source="cheatsheet 3.23", tags="distribution discrete uniform variance sum")
def integers_var(x: Vector["n"]) -> Chain:
    """The variance of a uniform draw from 1 to n, the size of x, is (n^2 - 1) / 12."""
    n = extent(x.shape[0])
    yield var(positions(x.shape[0]) + 1)
    yield by.series, (n**2 - 1) / 12


@example(source="cheatsheet 3.23", tags="distribution discrete uniform die")
def discrete_uniform_mean() -> Chain:
    """randint(1, 7) draws 1 to 6, for the upper end is excluded: the mean is 3.5."""
    yield sum(array([1, 2, 3, 4, 5, 6])) / 6
    yield by.arithmetic, ONE * 7 / 2


@definition(source="cheatsheet 3.24", tags="distribution exponential density")
def exponential_def(x: Positive, lam: Positive) -> Chain:
    """The exponential density at rate lam; NumPy's scale is 1 / lam."""
    yield lam * exp(-lam * x)


@identity(source="cheatsheet 3.24", tags="distribution exponential normalization integral")
def exponential_normalization_eq(x: Real, lam: Positive) -> Chain:
    """The exponential density integrates to one."""
    yield integral(lam * exp(-lam * x), x, 0, INF)
    yield by.integral, ONE


@identity(source="cheatsheet 3.25", tags="distribution exponential mean integral")
def exponential_mean(x: Real, lam: Positive) -> Chain:
    """The mean waiting time is one over the rate."""
    yield integral(x * lam * exp(-lam * x), x, 0, INF)
    yield by.integral, 1 / lam


@identity(source="cheatsheet 3.26", tags="distribution exponential variance integral")
def exponential_var(x: Real, lam: Positive) -> Chain:
    """The variance of the waiting time is one over the squared rate."""
    yield integral((x - 1 / lam) ** 2 * lam * exp(-lam * x), x, 0, INF)
    yield by.integral, 1 / lam**2


@identity(source="casella2002", tags="distribution exponential memoryless survival")
def exponential_memoryless_eq(s: Positive, t: Positive, lam: Positive) -> Chain:
    """The exponential distribution has no memory: having waited s does not change the wait to come."""
    yield exp(-lam * (s + t)) / exp(-lam * s)
    yield by.exponential, exp(-lam * t)


@identity(source="casella2002", tags="distribution exponential differential entropy")
def exponential_entropy(x: Real, lam: Positive) -> Chain:
    """The differential entropy of the exponential distribution, in nats: negative for rates above e."""
    yield integral(-lam * exp(-lam * x) * (log(lam) - lam * x), x, 0, INF)
    yield by.integral, 1 - log(lam)


@identity(source="casella2002", tags="distribution cauchy normalization integral heavy tail")
def cauchy_normalization_eq(x: Real) -> Chain:
    """The Cauchy density integrates to one, though it has no mean: averages do not settle."""
    yield integral(1 / (PI * (1 + x**2)), x, -INF, INF)
    yield by.integral, ONE


@identity(source="casella2002", tags="distribution logistic density sigmoid slope")
def logistic_density_symm(x: Real) -> Chain:
    """The logistic density, the sigmoid's slope, is symmetric."""
    yield exp(-x) / (1 + exp(-x)) ** 2
    yield by.algebra, exp(x) / (1 + exp(x)) ** 2


@identity(source="murphy2022", tags="distribution normal kl divergence gradient")
def normal_kl_grad(mu: Real, s: Positive) -> Chain:
    """The divergence of N(mu, s^2) from the standard normal has slope mu in the mean: it pulls to zero."""
    yield deriv((mu**2 + s**2 - 1) / 2 - log(s), mu)
    yield by.power_rule, mu


@limit(source="casella2002", at="x -> oo", tags="distribution normal tail")
def normal_tail_limit(x: Positive) -> Chain:
    """The normal distribution function tends to one."""
    yield (1 + erf(x / sqrt(2))) / 2
    yield by.limit, ONE


@identity(source="murphy2022", tags="distribution gumbel max softmax trick")
def gumbel_slope_deriv(x: Real) -> Chain:
    """The Gumbel density is the slope of exp(-exp(-x))."""
    yield deriv(exp(-exp(-x)), x)
    yield by.chain_rule, exp(-x) * exp(-exp(-x))


@identity(source="casella2002", tags="distribution fisher information bernoulli")
def bernoulli_fisher_eq(p: Unit) -> Chain:
    """The Fisher information of a Bernoulli variable is one over its variance."""
    yield p * (1 / p) ** 2 + (1 - p) * (-1 / (1 - p)) ** 2
    yield by.algebra, 1 / (p * (1 - p))


@identity(source="casella2002", tags="distribution score mean zero bernoulli")
def bernoulli_score_mean(p: Unit) -> Chain:
    """A score has mean zero."""
    yield p * (1 / p) + (1 - p) * (-1 / (1 - p))
    yield by.cancellation, ZERO
