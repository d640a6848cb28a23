"""Losses and their gradients.

Main results: ``mse_grad``, ``bce_grad``, ``bce_logits_grad``, ``softmax_ce_grad``, ``ridge_grad``.
Notation: ``X`` is n samples in rows, ``y`` targets, ``w`` weights, ``z`` logits, ``p`` probabilities.
References: cheatsheet 4, 5, 6 and 7.
"""

from symml.catalog import by
from symml.catalog.declare import Chain, deriv, identity, let, limit
from symml.catalog.domains import (
    Binary,
    Matrix,
    Nonnegative,
    NonzeroVector,
    OneHot,
    Positive,
    Real,
    Signs,
    Unit,
    Units,
    Vector,
)
from symml.expr.build import diag, dot, log_softmax, logsumexp, mean, norm, ones, softmax, sqrt, sum
from symml.expr.functions import (
    cosh,
    exp,
    greater,
    less,
    log,
    maximum,
    power,
    sigmoid,
    sign,
    sinh,
    softplus,
    tanh,
    where,
)
from symml.expr.nodes import ONE, ZERO, extent


@identity(source="cheatsheet 6.8, MSE", tags="loss regression gradient mse")
def mse_grad(X: Matrix["n", "d"], w: Vector["d"], y: Vector["n"]) -> Chain:
    """The gradient of the mean squared error is the mean of residuals times inputs, doubled."""
    n = extent(X.shape[0])
    yield deriv(mean((X @ w - y) ** 2), w)
    yield by.chain_rule, 2 / n * X.T @ (X @ w - y)


@identity(source="cheatsheet 6.8, MSE", tags="loss regression hessian mse")
def mse_hessian(X: Matrix["n", "d"], w: Vector["d"], y: Vector["n"]) -> Chain:
    """The Hessian of the mean squared error does not depend on the weights."""
    n = extent(X.shape[0])
    yield deriv(2 / n * X.T @ (X @ w - y), w)
    yield by.linearity, 2 / n * X.T @ X


@identity(source="cheatsheet 4.19, ridge", tags="loss regression gradient regularization ridge l2")
def ridge_grad(X: Matrix["n", "d"], w: Vector["d"], y: Vector["n"], lam: Positive) -> Chain:
    """The L2 penalty adds twice lambda times the weights to the gradient.

    With a half in front of the penalty the factor 2 goes.
    """
    n = extent(X.shape[0])
    yield deriv(mean((y - X @ w) ** 2) + lam * dot(w, w), w)
    yield by.sum_rule, -2 / n * X.T @ (y - X @ w) + 2 * lam * w


@identity(source="cheatsheet 4.18 and 7.16, lasso", tags="loss regression gradient regularization lasso l1")
def l1_grad(w: Vector["d"], lam: Positive) -> Chain:
    """The gradient of the L1 penalty is lambda times the signs, where no weight is zero."""
    yield deriv(lam * sum(abs(w)), w)
    yield by.cases, lam * sign(w)


@identity(source="cheatsheet 7.5, BCE", tags="loss classification gradient bce cross-entropy")
def bce_grad(p: Unit, y: Binary) -> Chain:
    """The slope of binary cross-entropy in the probability is the error over the variance."""
    yield deriv(-(y * log(p) + (1 - y) * log(1 - p)), p)
    yield by.linearity, (1 - y) / (1 - p) - y / p
    yield by.common_factor, (p - y) / (p * (1 - p))


@identity(source="cheatsheet 7.7, cross-entropy and MSE", tags="loss classification gradient bce logits")
def bce_logits_grad(z: Real, y: Binary) -> Chain:
    """With a sigmoid in front, the slope of binary cross-entropy is the plain error.

    The factor p(1 - p) that makes squared error vanish in the tails cancels.
    """
    p = let(p=sigmoid(z))
    yield deriv(-(y * log(p) + (1 - y) * log(1 - p)), z)
    yield by.chain_rule, (p - y) / (p * (1 - p)) * (p * (1 - p))
    yield by.cancellation, p - y


@identity(source="cheatsheet 7.7, cross-entropy and MSE", tags="loss classification stable bce logits")
def bce_logits_stable(z: Real, y: Binary) -> Chain:
    """Binary cross-entropy of a logit is softplus less the logit of the positive class."""
    p = let(p=sigmoid(z))
    yield -(y * log(p) + (1 - y) * log(1 - p))
    yield by.definition, y * softplus(-z) + (1 - y) * softplus(z)
    yield by.algebra, softplus(z) - y * z


@identity(source="cheatsheet 7.7, cross-entropy and MSE", tags="loss classification gradient mse vanishing")
def sigmoid_mse_grad(z: Real, y: Binary) -> Chain:
    """Squared error behind a sigmoid keeps the factor p(1 - p), so its slope vanishes when p is confidently wrong."""
    p = let(p=sigmoid(z))
    yield deriv((p - y) ** 2, z)
    yield by.chain_rule, 2 * (p - y) * p * (1 - p)


@identity(source="cheatsheet 5.9, cross-entropy", tags="loss classification gradient softmax cross-entropy")
def softmax_ce_grad(z: Vector["k"], y: OneHot["k"]) -> Chain:
    """The gradient of softmax cross-entropy in the logits is the predicted less the true distribution.

    It needs the entries of y to sum to one.
    """
    yield deriv(-sum(y * log_softmax(z)), z)
    yield by.definition, deriv(logsumexp(z) * sum(y) - dot(y, z), z)
    yield by.linearity, softmax(z) * sum(y) - y
    yield by.normalization, softmax(z) - y


@identity(source="cheatsheet 5.9, cross-entropy", tags="loss classification hessian softmax cross-entropy convex")
def softmax_ce_hessian(z: Vector["k"], y: OneHot["k"]) -> Chain:
    """The Hessian of softmax cross-entropy is the softmax Jacobian: the loss is convex in the logits."""
    p = let(p=softmax(z))
    yield deriv(p - y, z)
    yield by.linearity, diag(p) - p[:, None] * p[None, :]


@identity(source="cheatsheet 7.21, convex losses", tags="loss classification gradient logistic")
def logistic_grad(X: Matrix["n", "d"], y: Signs["n"], w: Vector["d"]) -> Chain:
    """The gradient of the logistic loss weighs each sample by the probability of being wrong."""
    m = let(m=y * (X @ w))
    yield deriv(sum(log(1 + exp(-m))), w)
    yield by.chain_rule, -X.T @ (y / (1 + exp(m)))
    yield by.definition, -X.T @ (y * sigmoid(-m))


@identity(source="cheatsheet 7.21, convex losses", tags="loss classification hessian logistic convex")
def logistic_hessian(X: Matrix["n", "d"], w: Vector["d"], y: Vector["n"]) -> Chain:
    """The Hessian of the logistic loss is a weighted Gram matrix, so the loss is convex."""
    p = let(p=sigmoid(X @ w))
    yield deriv(X.T @ (p - y), w)
    yield by.chain_rule, X.T @ diag(p * (1 - p)) @ X


@identity(source="cheatsheet 7.21, convex losses", tags="loss classification gradient hinge svm")
def hinge_deriv(m: Real) -> Chain:
    """The slope of the hinge is -1 inside the margin and 0 outside; at m = 1 there is none."""
    yield deriv(maximum(0, 1 - m), m)
    yield by.cases, where(less(m, 1), -1, 0)


@identity(source="huber1964", tags="loss regression gradient huber")
def huber_deriv(r: Real, delta: Positive) -> Chain:
    """The slope of the Huber loss is the residual, clipped to [-delta, delta]."""
    yield deriv(where(less(abs(r), delta), r**2 / 2, delta * (abs(r) - delta / 2)), r)
    yield by.cases, where(less(abs(r), delta), r, delta * sign(r))


@identity(source="koenker1978", tags="loss regression gradient quantile pinball")
def quantile_deriv(r: Real, tau: Unit) -> Chain:
    """The slope of the quantile loss is tau above and tau - 1 below zero."""
    yield deriv(maximum(tau * r, (tau - 1) * r), r)
    yield by.cases, where(greater(r, 0), tau * ones(()), tau - 1)


@identity(source="goodfellow2016", tags="loss regression gradient log cosh robust")
def log_cosh_deriv(r: Real) -> Chain:
    """The slope of log-cosh is tanh: linear for small residuals, bounded for large ones."""
    yield deriv(log(cosh(r)), r)
    yield by.chain_rule, sinh(r) / cosh(r)
    yield by.definition, tanh(r)


@identity(source="huber1964", tags="loss regression gradient pseudo huber robust smooth")
def pseudo_huber_deriv(r: Real, delta: Positive) -> Chain:
    """The slope of the pseudo-Huber loss tends to delta, smoothly."""
    yield deriv(delta**2 * (sqrt(1 + (r / delta) ** 2) - 1), r)
    yield by.chain_rule, r / sqrt(1 + (r / delta) ** 2)


@identity(source="vapnik1995", tags="loss regression gradient epsilon insensitive svr tube")
def epsilon_insensitive_deriv(r: Real, eps: Positive) -> Chain:
    """The slope of the epsilon-insensitive loss is zero inside the tube and the residual's sign outside."""
    yield deriv(maximum(0, abs(r) - eps), r)
    yield by.cases, where(greater(abs(r), eps), sign(r), 0)


@identity(source="hastie2009", tags="loss classification gradient squared hinge svm")
def squared_hinge_deriv(m: Real) -> Chain:
    """The slope of the squared hinge has no jump at the margin."""
    yield deriv(maximum(0, 1 - m) ** 2, m)
    yield by.chain_rule, -2 * maximum(0, 1 - m)


@identity(source="hastie2009", tags="loss classification exponential adaboost weight stationary")
def adaboost_weight_eq_zero(e: Unit) -> Chain:
    """AdaBoost's weight, half the log-odds of being right, is where the slope (1 - e) exp(-a) = e exp(a) vanishes."""
    a = let(a=log((1 - e) / e) / 2)
    yield e * exp(a) - (1 - e) * exp(-a)
    yield by.exponential, ZERO


@identity(source="lin2017", tags="loss classification gradient focal logits imbalance")
def focal_grad(z: Real, gamma: Positive) -> Chain:
    """The slope of the focal loss of a positive sample: that of cross-entropy, damped where p is large."""
    p = let(p=sigmoid(z))
    yield deriv(-power(1 - p, gamma) * log(p), z)
    yield by.product_rule, gamma * power(1 - p, gamma - 1) * p * (1 - p) * log(p) - power(1 - p, gamma) * (1 - p)
    yield by.common_factor, power(1 - p, gamma) * (gamma * p * log(p) - (1 - p))


@identity(source="lin2017", tags="loss classification focal cross-entropy zero")
def focal_eq_cross_entropy(p: Unit) -> Chain:
    """With gamma = 0 the focal loss is cross-entropy."""
    yield -power(1 - p, ZERO) * log(p)
    yield by.exponential, -log(p)


@identity(source="mccullagh1989", tags="loss regression gradient poisson nll counts")
def poisson_nll_deriv(z: Real, y: Nonnegative) -> Chain:
    """The slope of the Poisson loss in the log rate is predicted less observed."""
    yield deriv(exp(z) - y * z, z)
    yield by.linearity, exp(z) - y


@identity(source="bishop2006", tags="loss regression gradient gaussian nll variance heteroscedastic")
def gaussian_nll_deriv(r: Real, s: Real) -> Chain:
    """In the log-variance s the Gaussian loss of a residual r pulls the variance to r^2."""
    yield deriv((s + r**2 * exp(-s)) / 2, s)
    yield by.linearity, (1 - r**2 * exp(-s)) / 2


@identity(source="schroff2015", tags="loss metric learning gradient triplet embedding margin")
def triplet_grad(a: Vector["d"], p: Vector["d"], n: Vector["d"], margin: Positive) -> Chain:
    """While the triplet loss is active the anchor moves from the negative towards the positive."""
    yield deriv(sum((a - p) ** 2) - sum((a - n) ** 2) + margin, a)
    yield by.linearity, 2 * (a - p) - 2 * (a - n)
    yield by.cancellation, 2 * (n - p)


@identity(source="hadsell2006", tags="loss metric learning gradient contrastive pair margin")
def contrastive_deriv(u: Positive, y: Binary, m: Positive) -> Chain:
    """The contrastive loss pulls like pairs together and pushes unlike ones apart up to the margin m."""
    yield deriv(y * u**2 + (1 - y) * maximum(0, m - u) ** 2, u)
    yield by.chain_rule, 2 * y * u - 2 * (1 - y) * maximum(0, m - u)


@identity(source="milletari2016", tags="loss segmentation gradient dice overlap")
def dice_grad(p: Units["n"], y: Vector["n"], c: Positive) -> Chain:
    """The gradient of the Dice loss, smoothed by c, compares each target with half the overlap."""
    s = let(s=sum(p) + sum(y) + c)
    D = let(D=(2 * dot(p, y) + c) / (sum(p) + sum(y) + c))
    yield deriv(1 - (2 * dot(p, y) + c) / (sum(p) + sum(y) + c), p)
    yield by.quotient_rule, (D - 2 * y) / s


@identity(source="schroff2015", tags="loss metric learning gradient cosine similarity embedding")
def cosine_grad(x: NonzeroVector["d"], y: NonzeroVector["d"]) -> Chain:
    """The gradient of a cosine similarity is the other unit vector less its part along x, over the length of x."""
    u = let(u=x / norm(x))
    v = let(v=y / norm(y))
    yield deriv(dot(x, y) / (norm(x) * norm(y)), x)
    yield by.quotient_rule, (v - dot(u, v) * u) / norm(x)


@limit(source="cheatsheet 7.7", at="z -> -oo", tags="loss classification gradient mse sigmoid saturation vanishing")
def sigmoid_mse_saturation_limit(z: Real) -> Chain:
    """For a positive sample that is confidently missed the slope of squared error behind a sigmoid vanishes."""
    p = let(p=1 / (1 + exp(-z)))
    yield 2 * (p - 1) * p * (1 - p)
    yield by.limit, ZERO


@limit(source="cheatsheet 7.7", at="z -> -oo", tags="loss classification gradient cross-entropy sigmoid saturation")
def bce_saturation_limit(z: Real) -> Chain:
    """There the slope of cross-entropy, p - 1, stays at -1: learning goes on."""
    yield 1 / (1 + exp(-z)) - 1
    yield by.limit, -ONE
