"""Distances, similarities and scalings.

Main results: ``cosine_eq_euclidean``, ``zscore_mean``, ``zscore_var``, ``minmax_range_eq``, ``rbf_kernel_eq``.
Notation: ``x y`` are vectors, ``a b`` 0/1 vectors (sets), ``X`` n samples in rows.
References: cheatsheet 6, distances and normalization.
"""

from symml.catalog import by
from symml.catalog.declare import Chain, at_least, at_most, definition, identity, inequality, let, limit, tight
from symml.catalog.domains import (
    Event,
    Matrix,
    NonzeroVector,
    Orthogonal,
    Positive,
    PositiveVector,
    Real,
    Vector,
)
from symml.expr.build import dot, eye, max, mean, min, norm, ones, outer, sqrt, std, sum
from symml.expr.functions import exp, maximum, minimum, power
from symml.expr.nodes import ONE, ZERO
from symml.expr.sequences import median, quantile


@definition(source="cheatsheet 6.20", tags="distance euclidean l2")
def euclidean_def(x: Vector["d"], y: Vector["d"]) -> Chain:
    """The Euclidean distance."""
    yield sqrt(sum((x - y) ** 2))


@definition(source="cheatsheet 6.21", tags="distance manhattan l1")
def manhattan_def(x: Vector["d"], y: Vector["d"]) -> Chain:
    """The Manhattan distance."""
    yield sum(abs(x - y))


@definition(source="cheatsheet 6.22", tags="distance minkowski lp")
def minkowski_def(x: Vector["d"], y: Vector["d"], p: Positive) -> Chain:
    """The Minkowski distance of order p; the triangle inequality needs p >= 1."""
    yield power(sum(power(abs(x - y), p)), 1 / p)


@limit(source="cheatsheet 6.22", at="p -> oo", tags="distance minkowski chebyshev maximum")
def minkowski_limit(p: Positive) -> Chain:
    """For a large order the Minkowski distance is the largest coordinate's; here for differences 1, 2 and 3."""
    yield power(power(1 * ONE, p) + power(2 * ONE, p) + power(3 * ONE, p), 1 / p)
    yield by.limit, 3 * ONE


@inequality(source="cheatsheet 6.21", tags="distance manhattan triangle")
def manhattan_triangle_le(x: Real, y: Real, z: Real) -> Chain:
    """Triangle inequality: a detour is never shorter; coordinate by coordinate."""
    yield abs(x - z)
    yield by.triangle, at_most(abs(x - y) + abs(y - z))
    yield tight(y, x)


@inequality(source="cheatsheet 6.20 and 6.21", tags="distance euclidean manhattan")
def manhattan_ge_euclidean(x: Vector["d"], y: Vector["d"]) -> Chain:
    """The squared Manhattan distance is at least the squared Euclidean distance."""
    r = let(r=abs(x - y))
    yield sum(r) ** 2
    yield by.algebra, sum((x - y) ** 2) + sum(outer(r, r) * (1 - eye(x.shape[0])))
    yield by.nonnegative, at_least(sum((x - y) ** 2))
    yield tight(y, x)


@identity(source="cheatsheet 6.20", tags="distance euclidean rotation invariance")
def euclidean_rotation_eq(Q: Orthogonal["d", "d"], x: Vector["d"], y: Vector["d"]) -> Chain:
    """Rotations keep Euclidean distances."""
    yield norm(Q @ x - Q @ y) ** 2
    yield by.definition, dot(x - y, Q.T @ (Q @ (x - y)))
    yield by.orthogonality, norm(x - y) ** 2


@definition(source="cheatsheet 6.23", tags="similarity cosine")
def cosine_def(x: NonzeroVector["d"], y: NonzeroVector["d"]) -> Chain:
    """The cosine similarity of two vectors; the zero vector has none."""
    yield dot(x, y) / (norm(x) * norm(y))


@identity(source="cheatsheet 6.23", tags="similarity cosine scale invariance")
def cosine_scale_eq(x: NonzeroVector["d"], y: NonzeroVector["d"], a: Positive, b: Positive) -> Chain:
    """Cosine similarity ignores lengths."""
    yield dot(a * x, b * y) / (norm(a * x) * norm(b * y))
    yield by.linearity, a * b * dot(x, y) / (a * norm(x) * b * norm(y))
    yield by.cancellation, dot(x, y) / (norm(x) * norm(y))


@definition(source="cheatsheet 6.24", tags="distance cosine")
def cosine_distance_def(x: NonzeroVector["d"], y: NonzeroVector["d"]) -> Chain:
    """The cosine distance is one less the similarity; its range is [0, 2], and it is no metric.

    For nearly parallel vectors the difference cancels; half the squared distance of the unit vectors does not.
    """
    yield 1 - dot(x, y) / (norm(x) * norm(y))


@identity(source="cheatsheet 6.24", tags="distance cosine euclidean unit stable")
def cosine_eq_euclidean(x: NonzeroVector["d"], y: NonzeroVector["d"]) -> Chain:
    """The cosine distance is half the squared Euclidean distance of the unit vectors."""
    yield 1 - dot(x, y) / (norm(x) * norm(y))
    yield by.algebra, norm(x / norm(x) - y / norm(y)) ** 2 / 2


@definition(source="cheatsheet 6.25", tags="distance jaccard sets")
def jaccard_def(a: Event["n"], b: Event["n"]) -> Chain:
    """The Jaccard distance of two sets, as 0/1 vectors; two empty sets have none."""
    yield 1 - sum(minimum(a, b)) / sum(maximum(a, b))
    yield by.cases, 1 - dot(a, b) / (sum(a) + sum(b) - dot(a, b))


@identity(source="cheatsheet 6.25", tags="distance hamming sets binary")
def hamming_eq_squares(a: Event["n"], b: Event["n"]) -> Chain:
    """The number of places where two 0/1 vectors differ is their squared Euclidean distance."""
    yield sum(maximum(a, b) - minimum(a, b))
    yield by.cases, sum((a - b) ** 2)


# ---- scalings --------------------------------------------------------------------------------------------------------
@definition(source="cheatsheet 6.26", tags="scaling minmax normalization")
def minmax_def(x: Vector["n"]) -> Chain:
    """Min-max scaling maps a column onto [0, 1]; a constant column has no scale."""
    low = let(low=min(x))
    high = let(high=max(x))
    yield (x - low) / (high - low)


@identity(source="cheatsheet 6.26", tags="scaling minmax range")
def minmax_range_eq(x: Vector["n"]) -> Chain:
    """Scaled values range over one: the largest is 1, the smallest 0."""
    low = let(low=min(x))
    high = let(high=max(x))
    yield (high - low) / (high - low) - (low - low) / (high - low)
    yield by.cancellation, ONE


@definition(source="cheatsheet 6.27", tags="scaling zscore standardization")
def zscore_def(x: Vector["n"]) -> Chain:
    """Standardizing subtracts the mean and divides by the standard deviation (ddof=0); not for a constant column."""
    yield (x - mean(x)) / std(x)


@identity(source="cheatsheet 6.27", tags="scaling zscore mean")
def zscore_mean(x: Vector["n"]) -> Chain:
    """Standardized values have mean zero."""
    m = let(m=mean(x))
    s = let(s=std(x))
    yield mean((x - m) / s)
    yield by.linearity, (mean(x) - m) / s
    yield by.cancellation, 0 * m


@identity(source="cheatsheet 6.27", tags="scaling zscore variance")
def zscore_var(x: Vector["n"]) -> Chain:
    """Standardized values have variance one."""
    m = let(m=mean(x))
    s = let(s=std(x))
    yield mean(((x - m) / s) ** 2)
    yield by.linearity, mean((x - m) ** 2) / s**2
    yield by.definition, ONE


@identity(source="cheatsheet 6.27", tags="scaling zscore affine invariance units")
def zscore_affine_eq(x: Vector["n"], a: Positive, b: Real) -> Chain:
    """Standardizing removes units and origin."""
    u = let(u=a * x + b)
    yield (u - mean(u)) / std(u)
    yield by.linearity, a * (x - mean(x)) / (a * std(x))
    yield by.cancellation, (x - mean(x)) / std(x)


@definition(source="cheatsheet 6.28", tags="scaling row l2 unit")
def row_l2_def(X: NonzeroVector["n", "d"]) -> Chain:
    """Each row over its Euclidean norm; a zero row has no direction."""
    r = let(r=norm(X, axis=1))
    yield X / r[:, None]


@identity(source="cheatsheet 6.28", tags="scaling row l2 unit norm")
def row_l2_norm_eq_one(X: NonzeroVector["n", "d"]) -> Chain:
    """Scaled rows have length one."""
    r = let(r=norm(X, axis=1))
    yield norm(X / r[:, None], axis=1)
    yield by.cancellation, ones(X.shape[0])


@definition(source="cheatsheet 6.29", tags="scaling robust median interquartile")
def robust_def(x: Vector["5"]) -> Chain:
    """Robust scaling subtracts the median and divides by the interquartile range, which must not be zero.

    Here for five values; quartiles depend on how values between ranks are interpolated.
    """
    iqr = let(iqr=quantile(x, 0.75) - quantile(x, 0.25))
    yield (x - median(x)) / iqr


# ---- kernels ---------------------------------------------------------------------------------------------------------
@identity(source="rasmussen2006", tags="kernel rbf gaussian distance")
def rbf_kernel_eq(x: Vector["d"], y: Vector["d"], g: Positive) -> Chain:
    """The Gaussian kernel is a product of length factors and an exponential of the inner product."""
    yield exp(-g * norm(x - y) ** 2)
    yield by.definition, exp(-g * (dot(x, x) - 2 * dot(x, y) + dot(y, y)))
    yield by.exponential, exp(-g * dot(x, x)) * exp(-g * dot(y, y)) * exp(2 * g * dot(x, y))


@inequality(source="rasmussen2006", tags="kernel rbf gaussian bound")
def rbf_kernel_le_one(x: Vector["d"], y: Vector["d"], g: Positive) -> Chain:
    """The Gaussian kernel is at most 1, for equal arguments."""
    yield exp(-g * sum((x - y) ** 2))
    yield by.bounded, at_most(ONE)
    yield tight(y, x)


@identity(source="rasmussen2006", tags="kernel polynomial feature map")
def quadratic_kernel_eq(x: Vector["d"], y: Vector["d"]) -> Chain:
    """The squared inner product is an inner product of all pairwise products: the kernel trick."""
    yield dot(x, y) ** 2
    yield by.algebra, sum(outer(x, x) * outer(y, y))


@identity(source="rasmussen2006", tags="kernel centering feature space")
def kernel_centering_eq(X: Matrix["n", "d"]) -> Chain:
    """Centering a Gram matrix needs the matrix only: subtract row and column means, add the grand mean."""
    K = let(K=X @ X.T)
    yield (X - mean(X, 0)) @ (X - mean(X, 0)).T
    yield by.linearity, K - mean(K, 0)[None, :] - mean(K, 1)[:, None] + mean(K)


@identity(source="rasmussen2006", tags="kernel maximum mean discrepancy")
def mmd_eq(X: Matrix["n", "d"], Y: Matrix["m", "d"]) -> Chain:
    """With a linear kernel the maximum mean discrepancy is the squared distance of the means."""
    yield mean(X @ X.T) - 2 * mean(X @ Y.T) + mean(Y @ Y.T)
    yield by.linearity, norm(mean(X, 0) - mean(Y, 0)) ** 2


@inequality(source="rasmussen2006", tags="kernel positive semidefinite quadratic form")
def kernel_form_nonneg(X: Matrix["n", "d"], c: Vector["n"]) -> Chain:
    """A linear kernel is positive semidefinite: its form is a squared length in feature space."""
    yield dot(c, X @ X.T @ c)
    yield by.algebra, norm(X.T @ c) ** 2
    yield by.squares, at_least(ZERO)
    yield tight(c, 0 * c)


@inequality(source="cover2006", tags="distance aitchison geometric mean")
def geometric_le_arithmetic(x: Positive, y: Positive) -> Chain:
    """The geometric mean of two numbers is at most their arithmetic mean."""
    yield sqrt(x * y)
    yield by.algebra, (x + y) / 2 - (sqrt(x) - sqrt(y)) ** 2 / 2
    yield by.squares, at_most((x + y) / 2)
    yield tight(y, x)


@identity(source="rasmussen2006", tags="distance weighted scaling lengthscale ard")
def ard_distance_eq(x: Vector["d"], y: Vector["d"], s: PositiveVector["d"]) -> Chain:
    """Weights on squared differences are a scaling of the coordinates."""
    yield sum((x - y) ** 2 / s**2)
    yield by.linearity, norm(x / s - y / s) ** 2
