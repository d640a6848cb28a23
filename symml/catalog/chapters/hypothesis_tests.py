"""Tests and estimates: t, F and chi-square statistics, p-values, maximum likelihood.

Main results: ``two_sample_t_def``, ``two_sample_f_eq_t``, ``chi_square_eq``, ``two_sided_p_value_def``,
``normal_variance_mle``.
Notation: ``x y`` are samples of sizes n and m, ``a b c d`` the counts of a 2 x 2 table.
References: cheatsheet 3, tests; cheatsheet 7, p-values; Casella and Berger.
"""

from symml.catalog import by
from symml.catalog.declare import Chain, definition, deriv, example, identity, let, rounded
from symml.catalog.domains import Nonnegative, Positive, Real, Vector
from symml.expr.build import array, mean, outer, sqrt, sum, var
from symml.expr.functions import erf, log, normal_cdf
from symml.expr.nodes import ONE, extent


@definition(source="cheatsheet 3.35", tags="statistics t-test student pooled")
def two_sample_t_def(x: Vector["n"], y: Vector["m"]) -> Chain:
    """Student's statistic for two means, with one pooled variance: it assumes equal variances."""
    n, m = extent(x.shape[0]), extent(y.shape[0])
    pooled = let(pooled=(sum((x - mean(x)) ** 2) + sum((y - mean(y)) ** 2)) / (n + m - 2))
    yield (mean(x) - mean(y)) / sqrt(pooled * (1 / n + 1 / m))


@identity(source="cheatsheet 3.35", tags="statistics anova f-test t-test")
def two_sample_f_eq_t(x: Vector["n"], y: Vector["m"]) -> Chain:
    """With two groups the F statistic of one-way ANOVA is the square of Student's t."""
    n, m = extent(x.shape[0]), extent(y.shape[0])
    pooled = let(pooled=(sum((x - mean(x)) ** 2) + sum((y - mean(y)) ** 2)) / (n + m - 2))
    grand = let(grand=(n * mean(x) + m * mean(y)) / (n + m))
    yield (n * (mean(x) - grand) ** 2 + m * (mean(y) - grand) ** 2) / pooled
    yield by.algebra, (mean(x) - mean(y)) ** 2 / (pooled * (1 / n + 1 / m))


@identity(source="cheatsheet 3.35", tags="statistics anova decomposition within between")
def anova_decomposition(x: Vector["n"], y: Vector["m"]) -> Chain:
    """Total squares are squares within the groups plus squares between them."""
    n, m = extent(x.shape[0]), extent(y.shape[0])
    grand = let(grand=(n * mean(x) + m * mean(y)) / (n + m))
    yield sum((x - grand) ** 2) + sum((y - grand) ** 2)
    yield (
        by.algebra,
        sum((x - mean(x)) ** 2) + sum((y - mean(y)) ** 2) + n * (mean(x) - grand) ** 2 + m * (mean(y) - grand) ** 2,
    )


@identity(source="cheatsheet 3.35", tags="statistics chi-square contingency independence yates")
def chi_square_eq(a: Positive, b: Positive, c: Positive, d: Positive) -> Chain:
    """For a 2 x 2 table the chi-square statistic, without Yates' correction, has a closed form."""
    n = let(n=a + b + c + d)
    r = let(r=a + b)
    s = let(s=c + d)
    u = let(u=a + c)
    v = let(v=b + d)
    yield (
        (a - r * u / n) ** 2 / (r * u / n)
        + (b - r * v / n) ** 2 / (r * v / n)
        + (c - s * u / n) ** 2 / (s * u / n)
        + (d - s * v / n) ** 2 / (s * v / n)
    )
    yield by.algebra, n * (a * d - b * c) ** 2 / (r * s * u * v)


@example(source="cheatsheet 3.35", tags="statistics chi-square contingency")
def chi_square_example_eq() -> Chain:
    """The table [[10, 20], [30, 40]] has chi-square 0.794 without Yates' correction."""
    N = let(N=array([[10, 20], [30, 40]]))
    E = let(E=outer(sum(N, 1), sum(N, 0)) / sum(N))
    yield sum((N - E) ** 2 / E)
    yield by.rounding, rounded("0.794")


@definition(source="cheatsheet 7.27", tags="statistics p-value z-test normal tail")
def two_sided_p_value_def(z: Nonnegative) -> Chain:
    """The p-value of a two-sided z-test: how probable a statistic at least as extreme is, if the null is true.

    It is not the probability of the null hypothesis.
    """
    yield 1 - erf(z / sqrt(2))


@identity(source="casella2002", tags="statistics maximum likelihood normal mean score")
def normal_mean_mle(x: Vector["n"], mu: Real, s2: Positive) -> Chain:
    """The log-likelihood of a normal mean has slope n (mean - mu) / variance: it vanishes at the sample mean."""
    n = extent(x.shape[0])
    yield deriv(-sum((x - mu) ** 2) / (2 * s2), mu)
    yield by.chain_rule, sum(x - mu) / s2
    yield by.linearity, n * (mean(x) - mu) / s2


@identity(source="casella2002", tags="statistics maximum likelihood normal variance score")
def normal_variance_mle(x: Vector["n"], mu: Real, s2: Positive) -> Chain:
    """The slope in the variance vanishes at the mean squared deviation: the biased estimate, over n."""
    n = extent(x.shape[0])
    yield deriv(-n / 2 * log(s2) - sum((x - mu) ** 2) / (2 * s2), s2)
    yield by.chain_rule, -n / (2 * s2) + sum((x - mu) ** 2) / (2 * s2**2)
    yield by.common_factor, n / (2 * s2**2) * (mean((x - mu) ** 2) - s2)


@definition(source="cheatsheet 3.35", tags="statistics t-test welch unequal variances")
def welch_t_def(x: Vector["n"], y: Vector["m"]) -> Chain:
    """Welch's statistic for two means does not assume equal variances; SciPy's default does."""
    n, m = extent(x.shape[0]), extent(y.shape[0])
    yield (mean(x) - mean(y)) / sqrt(var(x, ddof=1) / n + var(y, ddof=1) / m)


@identity(source="cheatsheet 3.35", tags="statistics chi-square yates continuity correction contingency")
def yates_chi_square_eq(a: Positive, b: Positive, c: Positive, d: Positive) -> Chain:
    """Yates' correction takes one half off every deviation: SciPy's default for 2 x 2 tables; here for ad > bc."""
    n = let(n=a + b + c + d)
    u = let(u=(a * d - b * c) / n)
    r = let(r=1 / ((a + b) * (a + c)) + 1 / ((a + b) * (b + d)))
    s = let(s=1 / ((c + d) * (a + c)) + 1 / ((c + d) * (b + d)))
    yield n * (u - ONE / 2) ** 2 * (r + s)
    yield by.algebra, n * (a * d - b * c - n / 2) ** 2 / ((a + b) * (c + d) * (a + c) * (b + d))


@identity(source="cheatsheet 7.27", tags="statistics p-value normal distribution function tail")
def p_value_eq_cdf(z: Nonnegative) -> Chain:
    """The two-sided p-value is twice the upper tail of the normal distribution."""
    yield 1 - erf(z / sqrt(2))
    yield by.definition, 2 * (1 - normal_cdf(z))
