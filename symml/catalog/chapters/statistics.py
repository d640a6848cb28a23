"""Statistics of samples: moments, covariance and correlation, averaging.

``mean``, ``var`` and ``std`` are NumPy's, with ``ddof=0`` (over n); unbiased estimates say ``ddof=1`` (over n - 1).

Main results: ``var_decomposition``, ``covariance_eq_product``, ``correlation_affine_eq``, ``average_var``,
``clt_exponential_limit``.
Notation: ``x y`` are samples of size n, ``X`` n samples in rows, ``w`` weights.
References: cheatsheet 3, statistics; cheatsheet 7, covariance and central limit theorem.
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
    limit,
    rounded,
    tight,
)
from symml.catalog.domains import Matrix, Nonnegative, Positive, PositiveVector, Real, Unit, Vector
from symml.expr.build import array, dot, mean, ones, outer, sqrt, std, sum, var
from symml.expr.functions import exp, log, sign
from symml.expr.nodes import ONE, ZERO, extent
from symml.expr.sequences import quantile


# ---- one sample ------------------------------------------------------------------------------------------------------
@example(source="cheatsheet 3.29", tags="statistics mean")
def one_to_ten_mean() -> Chain:
    """The mean of 1, ..., 10 is 5.5; so is the median, halfway between the fifth and the sixth value."""
    yield mean(array([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]))
    yield by.arithmetic, ONE * Fraction(11, 2)


@example(source="cheatsheet 3.29", tags="statistics variance ddof population")
def one_to_ten_var() -> Chain:
    """The population variance of 1, ..., 10 is 8.25 (ddof=0)."""
    yield var(array([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]))
    yield by.arithmetic, ONE * Fraction(33, 4)


@example(source="cheatsheet 3.29 and 1.24", tags="statistics variance ddof unbiased covariance")
def one_to_ten_unbiased_var() -> Chain:
    """The unbiased variance of 1, ..., 10 is 9.1667 (ddof=1): what np.cov divides by, and np.var does not."""
    yield var(array([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), ddof=1)
    yield by.arithmetic, ONE * Fraction(55, 6)
    yield by.rounding, rounded("9.1667")


@example(source="cheatsheet 3.29", tags="statistics range")
def one_to_ten_range_eq() -> Chain:
    """The range of 1, ..., 10 is 9."""
    x = let(x=array([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]))
    yield x[9] - x[0]
    yield by.arithmetic, 9 * ONE


@example(source="cheatsheet 3.29", tags="statistics median quartile interquartile range interpolation")
def one_to_ten_iqr_eq() -> Chain:
    """The interquartile range of 1, ..., 10 is 4.5 when quartiles interpolate between ranks, as NumPy's do."""
    x = let(x=array([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]))
    yield quantile(x, 0.75) - quantile(x, 0.25)
    yield by.rounding, rounded("4.5")


@example(source="cheatsheet 3.29", tags="statistics skewness symmetric")
def one_to_ten_skewness_eq_zero() -> Chain:
    """Data that mirror about their mean have no skewness."""
    x = let(x=array([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]))
    m = let(m=mean(x))
    s = let(s=std(x))
    yield mean((x - m) ** 3) / s**3
    yield by.symmetry, ZERO


@example(source="cheatsheet 3.29", tags="statistics kurtosis excess")
def one_to_ten_kurtosis_eq() -> Chain:
    """The excess kurtosis of 1, ..., 10 is -1.2242: SciPy subtracts the normal's 3."""
    x = let(x=array([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]))
    m = let(m=mean(x))
    v = let(v=var(x))
    yield mean((x - m) ** 4) / v**2 - 3
    yield by.rounding, rounded("-1.2242")


@identity(source="cheatsheet 3.29", tags="statistics variance decomposition")
def var_decomposition(x: Vector["n"]) -> Chain:
    """The variance is the mean square less the squared mean."""
    yield var(x)
    yield by.linearity, mean(x**2) - mean(x) ** 2


@identity(source="casella2002", tags="statistics variance pairs")
def var_eq_pairs(x: Vector["n"]) -> Chain:
    """The variance is half the mean squared difference of pairs: no mean is needed."""
    yield var(x)
    yield by.linearity, mean(x**2) - mean(x) ** 2
    yield by.algebra, mean((x[:, None] - x[None, :]) ** 2) / 2


@identity(source="casella2002", tags="statistics mean squares least deviation")
def mean_deviation_decomposition(x: Vector["n"], c: Real) -> Chain:
    """The mean squared deviation from c is least at the mean: the excess is the squared distance."""
    yield mean((x - c) ** 2)
    yield by.linearity, mean(x**2) - 2 * c * mean(x) + c**2
    yield by.complete_square, var(x) + (mean(x) - c) ** 2


@identity(source="casella2002", tags="statistics variance ddof bessel unbiased")
def bessel_var(x: Vector["n"]) -> Chain:
    """The unbiased variance is n / (n - 1) times the population variance."""
    n = extent(x.shape[0])
    yield var(x, ddof=1)
    yield by.algebra, n / (n - 1) * var(x)


@identity(source="welford1962", tags="statistics mean online update welford")
def running_mean_update(x: Vector["n"], z: Real) -> Chain:
    """A new value moves the mean by its deviation over the new count."""
    n = extent(x.shape[0])
    yield (sum(x) + z) / (n + 1)
    yield by.algebra, mean(x) + (z - mean(x)) / (n + 1)


@identity(source="welford1962", tags="statistics variance online update welford")
def running_var_update(x: Vector["n"], z: Real) -> Chain:
    """Welford: a new value adds its deviation from the old mean times that from the new mean to the squares."""
    n = extent(x.shape[0])
    new = let(new=(sum(x) + z) / (n + 1))
    yield sum((x - new) ** 2) + (z - new) ** 2
    yield by.algebra, sum((x - mean(x)) ** 2) + (z - mean(x)) * (z - new)


# ---- two variables ---------------------------------------------------------------------------------------------------
@definition(source="cheatsheet 3.30", tags="statistics covariance")
def covariance_def(x: Vector["n"], y: Vector["n"]) -> Chain:
    """The covariance is the mean product of deviations (over n; np.cov divides by n - 1)."""
    u = let(u=x - mean(x))
    v = let(v=y - mean(y))
    yield mean(u * v)


@identity(source="cheatsheet 3.30", tags="statistics covariance")
def covariance_eq_product(x: Vector["n"], y: Vector["n"]) -> Chain:
    """The covariance is the mean product less the product of means."""
    u = let(u=x - mean(x))
    v = let(v=y - mean(y))
    yield mean(u * v)
    yield by.linearity, mean(x * y) - mean(x) * mean(y)


@identity(source="cheatsheet 1.24", tags="statistics covariance matrix centered gram")
def covariance_matrix_eq(X: Matrix["n", "d"]) -> Chain:
    """The covariance matrix of samples in rows is the Gram matrix of the centered data over n - 1 (ddof=1)."""
    n = extent(X.shape[0])
    m = let(m=mean(X, 0))
    yield (X - m).T @ (X - m) / (n - 1)
    yield by.linearity, (X.T @ X - n * outer(m, m)) / (n - 1)


@identity(source="cheatsheet 1.24", tags="statistics correlation matrix standardized")
def correlation_matrix_eq(X: Matrix["n", "d"]) -> Chain:
    """The correlation matrix is the Gram matrix of the standardized columns over n; constant columns have none."""
    n = extent(X.shape[0])
    Y = let(Y=X - mean(X, 0))
    s = let(s=std(X, 0))
    Z = let(Z=Y / s)
    yield Z.T @ Z / n
    yield by.definition, Y.T @ Y / n / outer(s, s)


@definition(source="cheatsheet 3.31", tags="statistics correlation pearson")
def pearson_def(x: Vector["n"], y: Vector["n"]) -> Chain:
    """Pearson's correlation is the covariance over the standard deviations; neither sample may be constant."""
    u = let(u=x - mean(x))
    v = let(v=y - mean(y))
    s = let(s=std(x))
    t = let(t=std(y))
    yield mean(u * v) / (s * t)


@example(source="cheatsheet 3.32", tags="statistics correlation spearman rank")
def spearman_example_eq() -> Chain:
    """Spearman's correlation is Pearson's of the ranks; without ties it is 1 - 6 sum d^2 / (n (n^2 - 1))."""
    r = let(r=array([1, 2, 3, 4, 5]))
    s = let(s=array([2, 1, 4, 3, 5]))
    u = let(u=r - mean(r))
    v = let(v=s - mean(s))
    yield mean(u * v) / (std(r) * std(s))
    yield by.arithmetic, 1 - 6 * sum((r - s) ** 2) / (5 * (5**2 - 1))
    yield by.arithmetic, ONE * Fraction(4, 5)


@identity(source="cheatsheet 3.33", tags="statistics correlation linear exact")
def linear_correlation_eq_sign(x: Vector["n"], a: Real, b: Real) -> Chain:
    """An exact linear relation has correlation 1 or -1, the sign of its slope."""
    y = let(y=a * x + b)
    u = let(u=x - mean(x))
    v = let(v=y - mean(y))
    s = let(s=std(x))
    t = let(t=std(y))
    yield mean(u * v) / (s * t)
    yield by.linearity, a * mean(u**2) / (s * abs(a) * s)
    yield by.cancellation, sign(a)


@example(source="cheatsheet 3.33", tags="statistics correlation zero dependent")
def parabola_covariance_eq_zero() -> Chain:
    """No linear relation does not mean no relation: x and x^2 are uncorrelated on symmetric data."""
    x = let(x=array([-2, -1, 0, 1, 2]))
    yield mean((x - mean(x)) * (x**2 - mean(x**2)))
    yield by.symmetry, ZERO


@identity(source="cheatsheet 7.1", tags="statistics covariance units scale")
def covariance_scale_eq(x: Vector["n"], y: Vector["n"], a: Real, b: Real, c: Real, d: Real) -> Chain:
    """A covariance scales with the units of both variables and ignores their origins."""
    u = let(u=a * x + b)
    v = let(v=c * y + d)
    r = let(r=x - mean(x))
    t = let(t=y - mean(y))
    yield mean((u - mean(u)) * (v - mean(v)))
    yield by.linearity, a * c * mean(r * t)


@identity(source="cheatsheet 7.1", tags="statistics correlation scale invariance")
def correlation_affine_eq(x: Vector["n"], y: Vector["n"], a: Positive, b: Real, c: Positive, d: Real) -> Chain:
    """Correlation does not depend on units or origins; a negative factor turns its sign."""
    u = let(u=x - mean(x))
    v = let(v=y - mean(y))
    s = let(s=std(x))
    t = let(t=std(y))
    p = let(p=a * x + b)
    q = let(q=c * y + d)
    yield mean((p - mean(p)) * (q - mean(q))) / (std(p) * std(q))
    yield by.linearity, a * c * mean(u * v) / (a * s * (c * t))
    yield by.cancellation, mean(u * v) / (s * t)


@inequality(source="cheatsheet 3.31 and 3.33", tags="statistics correlation bound cauchy schwarz")
def covariance_le_stds(x: Vector["n"], y: Vector["n"]) -> Chain:
    """The squared covariance is at most the product of the variances: correlations lie between -1 and 1."""
    u = let(u=x - mean(x))
    v = let(v=y - mean(y))
    yield mean(u * v) ** 2
    yield by.algebra, mean(u**2) * mean(v**2) - mean((outer(u, v) - outer(v, u)) ** 2) / 2
    yield by.squares, at_most(mean(u**2) * mean(v**2))
    yield tight(y, x)


@identity(source="cheatsheet 7.21; hastie2009", tags="statistics regression slope least squares correlation")
def simple_regression_eq(x: Vector["n"], y: Vector["n"]) -> Chain:
    """The least-squares slope makes the residuals uncorrelated with the input."""
    u = let(u=x - mean(x))
    v = let(v=y - mean(y))
    slope = let(slope=mean(u * v) / mean(u**2))
    yield mean(u * (v - slope * u))
    yield by.linearity, mean(u * v) - slope * mean(u**2)
    yield by.cancellation, 0 * slope


@identity(source="hastie2009", tags="statistics regression r squared correlation")
def r_squared_eq_correlation(x: Vector["n"], y: Vector["n"]) -> Chain:
    """In simple regression the explained share of the variance is the squared correlation."""
    u = let(u=x - mean(x))
    v = let(v=y - mean(y))
    c = let(c=mean(u * v))
    r = let(r=v - c / mean(u**2) * u)
    yield 1 - mean(r**2) / mean(v**2)
    yield by.linearity, 1 - (mean(v**2) - c**2 / mean(u**2)) / mean(v**2)
    yield by.algebra, c**2 / (mean(u**2) * mean(v**2))


# ---- averaging and limits --------------------------------------------------------------------------------------------
@identity(source="cheatsheet 3.36", tags="statistics mean variance law large numbers averaging", given="independent")
def average_var(w: Vector["n"], s2: Positive) -> Chain:
    """Averaging n independent values divides the variance by n: the core of the law of large numbers."""
    n = extent(w.shape[0])
    u = let(u=ones(w.shape) / n)
    yield s2 * dot(u, u)
    yield by.algebra, s2 / n


@identity(source="hastie2009", tags="statistics bagging variance correlated averaging")
def correlated_average_var(w: Vector["n"], s2: Positive, rho: Unit) -> Chain:
    """Averaging values of pairwise correlation rho leaves a variance of at least rho times the variance: bagging."""
    n = extent(w.shape[0])
    u = let(u=ones(w.shape) / n)
    yield s2 * ((1 - rho) * dot(u, u) + rho * sum(u) ** 2)
    yield by.algebra, rho * s2 + (1 - rho) / n * s2


@inequality(source="casella2002", tags="statistics weights averaging variance inverse optimal")
def uniform_weights_le(w: Vector["n"]) -> Chain:
    """Among weights with sum s the equal ones give the smallest variance, s^2 / n."""
    n = extent(w.shape[0])
    yield sum(w) ** 2 / n
    yield by.algebra, dot(w, w) - sum((w - mean(w)) ** 2)
    yield by.squares, at_most(dot(w, w))
    yield tight(w, ones(w.shape))


@limit(source="cheatsheet 3.37 and 7.13", at="n -> oo", tags="statistics central limit theorem clt exponential")
def clt_exponential_limit(n: Positive, t: Nonnegative) -> Chain:
    """The standardized mean of n unit exponentials has a log-moment-generating function that tends to the normal's.

    A finite variance is needed: means of Cauchy variables do not settle.
    """
    yield n * (-log(1 + t / sqrt(n)) + t / sqrt(n))
    yield by.limit, t**2 / 2


@limit(source="cheatsheet 7.13", at="n -> oo", tags="statistics central limit theorem clt coin")
def clt_coin_limit(n: Positive, t: Real) -> Chain:
    """The standardized sum of n fair signs has a log-moment-generating function that tends to the normal's."""
    yield n * log((exp(t / sqrt(n)) + exp(-t / sqrt(n))) / 2)
    yield by.limit, t**2 / 2


@inequality(source="casella2002", tags="statistics means harmonic arithmetic")
def harmonic_le_mean(x: PositiveVector["n"]) -> Chain:
    """The harmonic mean is at most the arithmetic mean: mean times mean reciprocal is at least 1."""
    yield mean(x) * mean(1 / x)
    yield by.algebra, 1 + mean((x[:, None] - x[None, :]) ** 2 / (x[:, None] * x[None, :])) / 2
    yield by.squares, at_least(ONE)
    yield tight(x, ones(x.shape))


@identity(source="casella2002", tags="statistics mean ratio weights")
def weighted_ratio_mean(x: Vector["n"], y: PositiveVector["n"]) -> Chain:
    """The ratio of two means is the mean of the ratios, weighed by the denominators."""
    yield mean(x) / mean(y)
    yield by.cancellation, sum(y * (x / y)) / sum(y)


@definition(source="cheatsheet 5.21", tags="statistics histogram binning edges cells")
def bin_width_def(low: Real, width: Positive, k: Positive) -> Chain:
    """k + 1 edges bound k cells: for k cells between low and low + width, linspace needs k + 1 points."""
    yield (low + width - low) / k
    yield by.cancellation, width / k
