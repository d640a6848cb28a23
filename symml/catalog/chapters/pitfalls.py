"""Tempting falsehoods: each is refuted by a witness, and says what is true instead.

Main results: none of these equations holds.
Notation: as in the chapters that state the truth.
References: cheatsheet inventory; common errors in notes and code.
"""

from symml.catalog import by
from symml.catalog.declare import Chain, at_least, at_most, deriv, let, pitfall
from symml.catalog.domains import (
    Event,
    Invertible,
    Matrix,
    Orthogonal,
    Positive,
    PositiveVector,
    Real,
    Simplex,
    Unit,
    Vector,
)
from symml.expr.build import array, det, diag, dot, inv, log_softmax, mean, norm, outer, softmax, sqrt, sum, trace, var
from symml.expr.functions import exp, log, log2, maximum, relu, sigmoid, sign, tanh
from symml.expr.nodes import ONE, ZERO


@pitfall(source="rudin1976", instead="derivative_table.sqrt_square_eq_abs", tags="root absolute")
def sqrt_square_eq_x(x: Real) -> Chain:
    """The root of a square is not x: it is never negative."""
    yield sqrt(x**2)
    yield by.algebra, x


@pitfall(source="rudin1976", instead="derivative_table.square_sum_eq", tags="power")
def square_of_sum_eq(a: Real, b: Real) -> Chain:
    """The square of a sum has a cross term."""
    yield (a + b) ** 2
    yield by.algebra, a**2 + b**2


@pitfall(source="rudin1976", instead="derivative_table.log_product_eq", tags="logarithm")
def log_of_sum_eq(a: Positive, b: Positive) -> Chain:
    """The logarithm turns products into sums, not sums into sums."""
    yield log(a + b)
    yield by.logarithm, log(a) + log(b)


@pitfall(source="rudin1976", instead="derivative_table.exp_sum_eq", tags="exponential")
def exp_of_sum_eq(a: Real, b: Real) -> Chain:
    """The exponential turns sums into products, not sums into sums."""
    yield exp(a + b)
    yield by.exponential, exp(a) + exp(b)


@pitfall(source="cheatsheet 1.13", instead="matrices.transpose_product_eq", tags="matrix transpose")
def transpose_of_product_eq(A: Matrix["d", "d"], B: Matrix["d", "d"]) -> Chain:
    """Transposing a product reverses the factors."""
    yield (A @ B).T
    yield by.transpose_rule, A.T @ B.T


@pitfall(source="cheatsheet 1.14", instead="matrices.inverse_difference_eq", tags="matrix inverse")
def inverse_of_sum_eq(A: Invertible["d", "d"], B: Invertible["d", "d"]) -> Chain:
    """The inverse of a sum is not the sum of the inverses."""
    yield inv(A + B)
    yield by.algebra, inv(A) + inv(B)


@pitfall(source="petersen2012", instead="matrices.det_product_eq", tags="matrix determinant")
def det_of_sum_eq(A: Matrix["d", "d"], B: Matrix["d", "d"]) -> Chain:
    """The determinant is multiplicative, not additive."""
    yield det(A + B)
    yield by.linearity, det(A) + det(B)


@pitfall(source="petersen2012", instead="matrices.trace_cyclic_eq", tags="matrix trace")
def trace_of_product_eq(A: Matrix["d", "d"], B: Matrix["d", "d"]) -> Chain:
    """The trace of a product is not the product of the traces."""
    yield trace(A @ B)
    yield by.linearity, trace(A) * trace(B)


@pitfall(source="petersen2012", instead="differentiation_rules.quadratic_form_grad", tags="matrix gradient quadratic")
def quadratic_grad_eq_2ax(x: Vector["d"], A: Matrix["d", "d"]) -> Chain:
    """The gradient of x'Ax is 2Ax only when A is symmetric."""
    yield deriv(x @ A @ x, x)
    yield by.product_rule, 2 * A @ x


@pitfall(source="cheatsheet 6.13", instead="activations.sigmoid_deriv", tags="activation sigmoid")
def sigmoid_deriv_plus(x: Real) -> Chain:
    """The slope of the sigmoid has a minus: s(1 - s)."""
    yield deriv(sigmoid(x), x)
    yield by.chain_rule, sigmoid(x) * (1 + sigmoid(x))


@pitfall(source="cheatsheet 6.15", instead="activations.tanh_deriv", tags="activation tanh")
def tanh_deriv_not_squared(x: Real) -> Chain:
    """The slope of tanh is one less its square, not one less itself."""
    yield deriv(tanh(x), x)
    yield by.table, 1 - tanh(x)


@pitfall(source="goodfellow2016", instead="activations.softmax_jacobian", tags="activation softmax jacobian")
def softmax_jacobian_diagonal(z: Vector["k"]) -> Chain:
    """Softmax is not elementwise: its Jacobian is not diagonal."""
    p = let(p=softmax(z))
    yield deriv(p, z)
    yield by.chain_rule, diag(p * (1 - p))


@pitfall(source="goodfellow2016", instead="losses.softmax_ce_grad", tags="softmax gradient")
def log_softmax_sum_grad(z: Vector["k"]) -> Chain:
    """Summing log-softmax over all classes does not give 1 - p."""
    yield deriv(sum(log_softmax(z)), z)
    yield by.linearity, 1 - softmax(z)


@pitfall(source="cheatsheet 5.19", instead="information.jeffreys_symm", tags="information kl symmetric")
def kl_symm(p: Simplex["k"], q: Simplex["k"]) -> Chain:
    """The Kullback-Leibler divergence is not symmetric."""
    yield sum(p * log(p / q))
    yield by.symmetry, sum(q * log(q / p))


@pitfall(source="cheatsheet 7.1", instead="probability.affine_var", tags="statistics variance")
def variance_scale_eq(x: Vector["n"], c: Real) -> Chain:
    """A factor leaves the variance squared."""
    yield var(c * x)
    yield by.linearity, c * var(x)


@pitfall(source="casella2002", instead="statistics.weighted_ratio_mean", tags="statistics mean ratio")
def mean_of_ratios_eq(x: Vector["n"], y: Vector["n"]) -> Chain:
    """The mean of ratios is not the ratio of the means."""
    yield mean(x / y)
    yield by.linearity, mean(x) / mean(y)


@pitfall(source="petersen2012", instead="gradients.norm_grad", tags="norm gradient")
def norm_grad_eq_2x(x: Vector["d"]) -> Chain:
    """The gradient 2x belongs to the squared norm."""
    yield deriv(norm(x), x)
    yield by.chain_rule, 2 * x


@pitfall(source="goodfellow2016", instead="activations.relu_decomposition", tags="activation relu linear")
def relu_additive_eq(a: Real, b: Real) -> Chain:
    """Relu is not linear: it does not split over a sum."""
    yield relu(a + b)
    yield by.linearity, relu(a) + relu(b)


# ---- what the cheatsheet gets wrong ----------------------------------------------------------------------------------
@pitfall(source="cheatsheet 1.20", instead="decompositions.svd_reconstruction_eq", tags="matrix svd reconstruction")
def svd_untransposed_eq(U: Orthogonal["d", "d"], V: Orthogonal["d", "d"], s: Vector["d"]) -> Chain:
    """The third factor of the SVD is transposed; NumPy returns it so, and square for a wide matrix by default.

    U @ diag(s) @ Vt of a 2 x 3 matrix does not fit: it needs full_matrices=False.
    """
    yield U @ diag(s) @ V.T
    yield by.factors, U @ diag(s) @ V


@pitfall(source="cheatsheet 2.11", instead="gradients.layer_weight_grad", tags="backprop loss vector scalar")
def vector_loss_grad(W: Matrix["m", "n"], b: Vector["m"], x: Vector["n"]) -> Chain:
    """The square of a layer's output is a vector, and its derivative in W has three axes: a loss must be a number."""
    yield deriv((W @ x + b) ** 2, W)
    yield by.chain_rule, outer(2 * (W @ x + b), x)


@pitfall(source="cheatsheet 2.12", instead="gradients.layer_weight_grad", tags="backprop transpose outer product")
def matmul_weight_grad(W: Matrix["d", "d"], b: Vector["d"], x: Vector["d"]) -> Chain:
    """With 1-D arrays x.T is x, so 2y @ x.T is an inner product: a number in place of a matrix."""
    yield deriv(sum((W @ x + b) ** 2), W)
    yield by.chain_rule, 2 * (W @ x + b) @ x.T


@pitfall(source="cheatsheet 4.3", instead="optimization.flat_minimum_eq_zero", tags="hessian semidefinite saddle")
def flat_is_saddle_le(x: Real) -> Chain:
    """A zero eigenvalue of the Hessian makes no saddle: x^4 has one at 0, and never goes below."""
    yield x**4
    yield by.stationarity, at_most(ZERO)


@pitfall(source="cheatsheet 4.9", instead="optimization.descent_step_update", tags="gradient descent stopping")
def small_step_le_tolerance(g: Real, alpha: Positive) -> Chain:
    """A small step is no small gradient: with a small learning rate it stops anywhere."""
    yield abs(g)
    yield by.definition, at_most(alpha * abs(g))


@pitfall(source="cheatsheet 5.15", instead="information.kl_nonneg", tags="information kl unnormalized")
def kl_unnormalized_nonneg(p: PositiveVector["k"], q: PositiveVector["k"]) -> Chain:
    """A divergence of vectors that do not sum to one can be negative; code must check, and treat zeros apart."""
    yield sum(p * log(p / q))
    yield by.log_bound, at_least(ZERO)


@pitfall(source="cheatsheet 5.15", instead="information.kl_def", tags="information kl smoothing epsilon")
def kl_smoothed_eq(p: Simplex["k"], q: Simplex["k"], eps: Positive) -> Chain:
    """Adding a constant against zeros changes the divergence."""
    yield sum(p * log(p / q))
    yield by.algebra, sum(p * log((p + eps) / (q + eps)))


@pitfall(source="cheatsheet 5.21", instead="statistics.bin_width_def", tags="information binning histogram edges")
def bin_width_eq(low: Real, high: Real, k: Positive) -> Chain:
    """linspace(low, high, k) gives k edges and so k - 1 cells, plus one that holds the maximum alone."""
    yield (high - low) / (k - 1)
    yield by.definition, (high - low) / k


@pitfall(
    source="cheatsheet 5.22", instead="information.mutual_information_nonneg", tags="information mutual plug-in bias"
)
def plugin_information_eq_zero(N: PositiveVector["n", "m"]) -> Chain:
    """The mutual information of a sample is positive even for independent variables: counts fluctuate."""
    n = sum(N)
    yield sum(N / n * log(N * n / (sum(N, 1)[:, None] * sum(N, 0)[None, :])))
    yield by.definition, ZERO


@pitfall(source="cheatsheet 6.19", instead="activations.softmax_shift_stable", tags="activation softmax batch axis")
def softmax_whole_batch_eq(X: Matrix["n", "k"]) -> Chain:
    """A batch is normalized row by row; shift each row by its own maximum, or a low row becomes 0/0."""
    yield softmax(X)
    yield by.definition, exp(X) / sum(exp(X))


@pitfall(source="cheatsheet 7.20", instead="optimization.step_size_update", tags="convex gradient descent step tuning")
def any_step_le_one(h: Positive, alpha: Positive) -> Chain:
    """Gradient descent on a convex parabola does not converge for every step: the step must be tuned."""
    yield (1 - alpha * h) ** 2
    yield by.convexity, at_most(ONE)


@pitfall(
    source="cheatsheet 7.9", instead="decompositions.spectral_quadratic_eq", tags="matrix positive definite symmetric"
)
def triangular_form_nonneg(x: Real, y: Real) -> Chain:
    """Positive eigenvalues of a matrix that is not symmetric do not make its quadratic form positive."""
    yield dot(array([x, y]), array([[1, 5], [0, 1]]) @ array([x, y]))
    yield by.definition, at_least(ZERO)


@pitfall(
    source="cheatsheet 5.2 and 5.14",
    instead="information.cross_entropy_decomposition",
    tags="information base bits nats",
)
def mixed_bases_eq(p: Simplex["k"], q: Simplex["k"]) -> Chain:
    """Cross-entropy in nats less entropy in bits is no divergence: one base for all."""
    yield -sum(p * log(q)) + sum(p * log2(p))
    yield by.logarithm, sum(p * log(p / q))


@pitfall(source="cheatsheet 3.29 and 1.24", instead="statistics.bessel_var", tags="statistics variance ddof covariance")
def ddof_eq(x: Vector["n"]) -> Chain:
    """np.var divides by n, np.cov by n - 1: they do not agree."""
    yield var(x)
    yield by.definition, var(x, ddof=1)


@pitfall(
    source="cheatsheet 4.20 and 7.18", instead="regularization.elastic_net_eq", tags="penalty elastic net parameters"
)
def elastic_net_swapped_eq(w: Vector["d"], alpha: Positive, r: Unit) -> Chain:
    """The share r belongs to the L1 norm, 1 - r to the squares."""
    yield alpha * (r * sum(abs(w)) + (1 - r) * sum(w**2))
    yield by.definition, alpha * ((1 - r) * sum(abs(w)) + r * sum(w**2))


@pitfall(source="cheatsheet 7.16", instead="losses.l1_grad", tags="penalty l1 gradient lambda")
def l1_grad_without_lambda(w: Vector["d"], lam: Positive) -> Chain:
    """The gradient of the L1 penalty keeps its factor."""
    yield deriv(lam * sum(abs(w)), w)
    yield by.cases, sign(w)


@pitfall(source="casella2002", instead="probability.sum_var", tags="probability variance sum covariance")
def variance_additive_var(p: Simplex["k"], x: Vector["k"], y: Vector["k"]) -> Chain:
    """Variances add up for uncorrelated variables only."""
    yield dot(p, (x + y - dot(p, x + y)) ** 2)
    yield by.linearity, dot(p, (x - dot(p, x)) ** 2) + dot(p, (y - dot(p, y)) ** 2)


@pitfall(source="casella2002", instead="probability.conditional_def", tags="probability bayes transposed conditional")
def transposed_conditional_eq(p: Simplex["k"], a: Event["k"], b: Event["k"]) -> Chain:
    """P(A given B) is not P(B given A)."""
    yield dot(p, a * b) / dot(p, b)
    yield by.conditioning, dot(p, a * b) / dot(p, a)


@pitfall(source="cheatsheet 4.9", instead="optimization.descent_step_update", tags="gradient descent previous iterate")
def previous_iterate_eq(x: Real, g: Real, lr: Positive) -> Chain:
    """Returning the iterate before the step that converged gives away a step."""
    yield x - lr * g
    yield by.definition, x


@pitfall(source="cheatsheet 2.16", instead="gradients.steepest_ascent_le", tags="gradient steepest ascent scale")
def gradient_direction_eq(g: Vector["2"], s: Positive) -> Chain:
    """The steepest direction depends on the units: scaling a coordinate does not scale the gradient likewise."""
    yield deriv(g[0] ** 2 + (g[1] / s) ** 2, g)
    yield by.chain_rule, array([2 * g[0], 2 * s * g[1]])


@pitfall(source="cheatsheet 3.9", instead="distributions.normal_def", tags="normal variance standard deviation scale")
def normal_scale_eq(x: Real, s2: Positive) -> Chain:
    """N(mu, sigma^2) names the variance; NumPy's and SciPy's scale is the standard deviation."""
    yield exp(-(x**2) / (2 * s2))
    yield by.definition, exp(-(x**2) / (2 * s2**2))


@pitfall(source="cheatsheet 5.10", instead="losses.bce_logits_stable", tags="cross-entropy clip bias")
def clipped_cross_entropy_eq(p: Unit, eps: Unit) -> Chain:
    """Clipping probabilities from below changes the loss where it matters most, at confident mistakes."""
    yield -log(p)
    yield by.definition, -log(maximum(p, eps))


@pitfall(source="cheatsheet 6.24", instead="distances.cosine_eq_euclidean", tags="cosine distance triangle metric")
def cosine_triangle_le() -> Chain:
    """The cosine distance is no metric: from a by way of b to c the detour is shorter."""
    a = let(a=array([1, 0]))
    b = let(b=array([1, 1]))
    c = let(c=array([0, 1]))
    yield 1 - dot(a, c)
    yield by.triangle, at_most(1 - dot(a, b) / norm(b) + 1 - dot(b, c) / norm(b))


@pitfall(source="cheatsheet 6.22", instead="distances.manhattan_triangle_le", tags="minkowski order triangle metric")
def minkowski_half_triangle_le(x: Positive, y: Positive) -> Chain:
    """For an order below one Minkowski's distance is no metric: here of order 1/2, from (0, 0) to (x, y)."""
    yield (sqrt(x) + sqrt(y)) ** 2
    yield by.triangle, at_most(x + y)


@pitfall(source="cheatsheet 7.24", instead="gradients.jacobian_chain_jacobian", tags="chain rule jacobian layout order")
def jacobian_order_eq(A: Matrix["d", "d"], B: Matrix["d", "d"], x: Vector["d"]) -> Chain:
    """Jacobians do not commute: in numerator layout the outer one stands on the left."""
    yield deriv(A @ (B @ x), x)
    yield by.chain_rule, B @ A
