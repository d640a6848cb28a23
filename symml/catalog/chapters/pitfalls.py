"""Tempting falsehoods: each is refuted by a witness, and says what is true instead.

Main results: none of these equations holds.
Notation: as in the chapters that state the truth.
References: cheatsheet inventory; common errors in notes and code.
"""

from symml.catalog import by
from symml.catalog.declare import Chain, deriv, pitfall
from symml.catalog.domains import Invertible, Matrix, Positive, Real, Simplex, Vector
from symml.expr.build import det, diag, inv, log_softmax, mean, norm, softmax, sqrt, sum, trace, var
from symml.expr.functions import exp, log, relu, sigmoid, tanh


@pitfall(source="rudin1976", instead="sqrt(x^2) = |x|", tags="root absolute")
def sqrt_square_eq_x(x: Real) -> Chain:
    """The root of a square is not x: it is never negative."""
    yield sqrt(x**2)
    yield by.algebra, x


@pitfall(source="rudin1976", instead="(a + b)^2 = a^2 + 2ab + b^2", tags="power")
def square_of_sum_eq(a: Real, b: Real) -> Chain:
    """The square of a sum has a cross term."""
    yield (a + b) ** 2
    yield by.algebra, a**2 + b**2


@pitfall(source="rudin1976", instead="log(ab) = log a + log b", tags="logarithm")
def log_of_sum_eq(a: Positive, b: Positive) -> Chain:
    """The logarithm turns products into sums, not sums into sums."""
    yield log(a + b)
    yield by.logarithm, log(a) + log(b)


@pitfall(source="rudin1976", instead="exp(a + b) = exp(a) exp(b)", tags="exponential")
def exp_of_sum_eq(a: Real, b: Real) -> Chain:
    """The exponential turns sums into products, not sums into sums."""
    yield exp(a + b)
    yield by.exponential, exp(a) + exp(b)


@pitfall(source="cheatsheet 1.13", instead="(AB)' = B'A'", tags="matrix transpose")
def transpose_of_product_eq(A: Matrix["d", "d"], B: Matrix["d", "d"]) -> Chain:
    """Transposing a product reverses the factors."""
    yield (A @ B).T
    yield by.transpose_rule, A.T @ B.T


@pitfall(source="cheatsheet 1.14", instead="(AB)^-1 = B^-1 A^-1", tags="matrix inverse")
def inverse_of_sum_eq(A: Invertible["d", "d"], B: Invertible["d", "d"]) -> Chain:
    """The inverse of a sum is not the sum of the inverses."""
    yield inv(A + B)
    yield by.algebra, inv(A) + inv(B)


@pitfall(source="petersen2012", instead="det(AB) = det(A) det(B)", tags="matrix determinant")
def det_of_sum_eq(A: Matrix["d", "d"], B: Matrix["d", "d"]) -> Chain:
    """The determinant is multiplicative, not additive."""
    yield det(A + B)
    yield by.linearity, det(A) + det(B)


@pitfall(source="petersen2012", instead="tr(AB) = tr(BA)", tags="matrix trace")
def trace_of_product_eq(A: Matrix["d", "d"], B: Matrix["d", "d"]) -> Chain:
    """The trace of a product is not the product of the traces."""
    yield trace(A @ B)
    yield by.linearity, trace(A) * trace(B)


@pitfall(source="petersen2012", instead="the gradient is (A + A')x", tags="matrix gradient quadratic")
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
    p = softmax(z)
    yield deriv(p, z)
    yield by.chain_rule, diag(p * (1 - p))


@pitfall(
    source="goodfellow2016", instead="the gradient of -log p_y needs the one-hot y: p - y", tags="softmax gradient"
)
def log_softmax_sum_grad(z: Vector["k"]) -> Chain:
    """Summing log-softmax over all classes does not give 1 - p."""
    yield deriv(sum(log_softmax(z)), z)
    yield by.linearity, 1 - softmax(z)


@pitfall(source="cheatsheet 5.19", instead="KL(p||q) and KL(q||p) differ in general", tags="information kl symmetric")
def kl_symm(p: Simplex["k"], q: Simplex["k"]) -> Chain:
    """The Kullback-Leibler divergence is not symmetric."""
    yield sum(p * log(p / q))
    yield by.symmetry, sum(q * log(q / p))


@pitfall(source="cheatsheet 7.1", instead="Var(cx) = c^2 Var(x)", tags="statistics variance")
def variance_scale_eq(x: Vector["n"], c: Real) -> Chain:
    """A factor leaves the variance squared."""
    yield var(c * x)
    yield by.linearity, c * var(x)


@pitfall(source="casella2002", instead="the mean of ratios weighs each ratio", tags="statistics mean ratio")
def mean_of_ratios_eq(x: Vector["n"], y: Vector["n"]) -> Chain:
    """The mean of ratios is not the ratio of the means."""
    yield mean(x / y)
    yield by.linearity, mean(x) / mean(y)


@pitfall(source="petersen2012", instead="the gradient of ||x|| is x / ||x||", tags="norm gradient")
def norm_grad_eq_2x(x: Vector["d"]) -> Chain:
    """The gradient 2x belongs to the squared norm."""
    yield deriv(norm(x), x)
    yield by.chain_rule, 2 * x


@pitfall(source="goodfellow2016", instead="activations.relu_decomposition", tags="activation relu linear")
def relu_additive_eq(a: Real, b: Real) -> Chain:
    """Relu is not linear: it does not split over a sum."""
    yield relu(a + b)
    yield by.linearity, relu(a) + relu(b)
