"""Networks: bias and variance, likelihood, vanishing gradients, normalization layers, attention, initialization.

Main results: ``bias_variance_decomposition``, ``sigmoid_slope_le_quarter``, ``batchnorm_grad``, ``layernorm_grad``,
``attention_grad``, ``xavier_var``.
Notation: ``x`` a column of a batch or one sample's features, ``c`` the gradient that arrives, ``W`` weights.
References: cheatsheet 7; the papers that introduced the layers.
"""

from symml.catalog import by
from symml.catalog.declare import Chain, algorithm, at_most, definition, deriv, identity, inequality, let, limit, tight
from symml.catalog.domains import (
    Binary,
    Matrix,
    OneHot,
    Positive,
    Real,
    Simplex,
    Unit,
    Units,
    Vector,
)
from symml.expr.build import array, diag, dot, log_softmax, mean, norm, ones, outer, softmax, sqrt, sum, var
from symml.expr.functions import exp, greater, log, logit, power, relu, sigmoid, silu, tanh
from symml.expr.nodes import ONE, ZERO, constant, extent
from symml.expr.ranges import integral


# ---- bias, variance, likelihood --------------------------------------------------------------------------------------
@identity(
    source="cheatsheet 7.3",
    tags="bias variance noise decomposition squared error",
    given="p weighs training sets, q weighs noise, independently of each other; the noise has mean zero",
)
def bias_variance_decomposition(p: Simplex["n"], q: Simplex["k"], h: Vector["n"], e: Vector["k"], f: Real) -> Chain:
    """At a fixed input the expected squared error is squared bias plus variance plus the noise's variance.

    Predictions h vary over training sets, the target f + e - E e over noise.
    """
    m = let(m=dot(p, h))
    u = let(u=e - dot(q, e))
    yield sum(outer(p, q) * (f + u[None, :] - h[:, None]) ** 2)
    yield by.linearity, (f - m) ** 2 + dot(p, (h - m) ** 2) + dot(q, u**2)


@identity(source="cheatsheet 7.6", tags="likelihood bernoulli cross-entropy mle")
def bernoulli_mle(p: Unit, y: Binary) -> Chain:
    """The log-likelihood of a Bernoulli variable is minus the binary cross-entropy."""
    yield log(power(p, y) * power(1 - p, 1 - y))
    yield by.logarithm, y * log(p) + (1 - y) * log(1 - p)


@identity(source="cheatsheet 7.6", tags="likelihood categorical cross-entropy mle one-hot")
def categorical_mle(p: Units["k"], y: OneHot["k"]) -> Chain:
    """The log-likelihood of a categorical variable is minus the categorical cross-entropy."""
    yield log(dot(y, p))
    yield by.cases, sum(y * log(p))


@identity(source="cheatsheet 7.5", tags="bce cce two classes softmax sigmoid")
def bce_eq_two_class_cce(z: Real, y: Binary) -> Chain:
    """Binary cross-entropy is categorical cross-entropy of two classes with logits z and 0."""
    yield -y * log(exp(z) / (exp(z) + 1)) - (1 - y) * log(1 / (exp(z) + 1))
    yield by.definition, -(y * log(sigmoid(z)) + (1 - y) * log(1 - sigmoid(z)))


# ---- vanishing and exploding gradients -------------------------------------------------------------------------------
@inequality(source="cheatsheet 7.26", tags="sigmoid slope maximum quarter vanishing gradient")
def sigmoid_slope_le_quarter(x: Real) -> Chain:
    """The sigmoid's slope is at most 1/4, at x = 0: each sigmoid layer shrinks a gradient at least fourfold."""
    s = sigmoid(x)
    yield s * (1 - s)
    yield by.complete_square, ONE / 4 - (s - ONE / 2) ** 2
    yield by.squares, at_most(ONE / 4)
    yield tight(x, 0)


@inequality(source="cheatsheet 7.26", tags="tanh slope maximum one")
def tanh_slope_le_one(x: Real) -> Chain:
    """The slope of tanh is at most 1, at x = 0."""
    yield 1 - tanh(x) ** 2
    yield by.squares, at_most(ONE)
    yield tight(x, 0)


@limit(source="cheatsheet 7.26", at="n -> oo", tags="vanishing gradient product layers")
def vanishing_limit(n: Positive) -> Chain:
    """A product of n slopes of 1/4 vanishes."""
    yield power(ONE / 4, n)
    yield by.limit, ZERO


@limit(source="cheatsheet 7.26", at="n -> oo", tags="exploding gradient product layers")
def exploding_limit(n: Positive) -> Chain:
    """A product of n factors of 3/2 explodes: its inverse vanishes."""
    yield 1 / power(3 * ONE / 2, n)
    yield by.limit, ZERO


@identity(source="goodfellow2016", tags="residual connection gradient identity skip")
def residual_jacobian(W: Matrix["d", "d"], x: Vector["d"]) -> Chain:
    """A skip connection adds the identity to a layer's Jacobian: gradients pass undamped."""
    yield deriv(x + tanh(W @ x), x)
    yield by.chain_rule, diag(ones(x.shape)) + diag(1 - tanh(W @ x) ** 2) @ W


@definition(source="cheatsheet 7.29", tags="gradient norm monitor clipping")
def clipped_gradient_def(g: Vector["d"], c: Positive) -> Chain:
    """Clipping by norm leaves short gradients alone and scales long ones to length c."""
    yield g * (1 - greater(norm(g), c) * (1 - c / norm(g)))


# ---- normalization layers --------------------------------------------------------------------------------------------
@definition(source="cheatsheet 7.30; ioffe2015", tags="batch-norm forward normalization")
def batchnorm_def(x: Vector["n"], gamma: Real, beta: Real, eps: Positive) -> Chain:
    """Batch normalization of one feature over a batch: biased variance in training, running averages afterwards."""
    yield gamma * (x - mean(x)) / sqrt(var(x) + eps) + beta


@identity(source="cheatsheet 7.30; ioffe2015", tags="batch-norm backward gradient")
def batchnorm_grad(x: Vector["n"], c: Vector["n"], gamma: Real, beta: Real, eps: Positive) -> Chain:
    """Backward through batch normalization: center the arriving gradient and project out the normalized input."""
    s = let(s=sqrt(var(x) + eps))
    h = let(h=(x - mean(x)) / s)
    yield deriv(dot(c, gamma * h + beta), x)
    yield by.chain_rule, gamma / s * (c - mean(c) - h * mean(c * h))


@identity(source="ioffe2015", tags="batch-norm backward scale gradient")
def batchnorm_scale_grad(x: Vector["n"], c: Vector["n"], gamma: Real, beta: Real, eps: Positive) -> Chain:
    """The scale's gradient is the arriving gradient's inner product with the normalized input."""
    h = let(h=(x - mean(x)) / sqrt(var(x) + eps))
    yield deriv(dot(c, gamma * h + beta), gamma)
    yield by.linearity, dot(c, h)


@identity(source="ioffe2015", tags="batch-norm invariance shift")
def batchnorm_shift_eq(x: Vector["n"], b: Real, eps: Positive) -> Chain:
    """A bias in front of batch normalization has no effect."""
    y = let(y=x + b)
    yield (y - mean(y)) / sqrt(var(y) + eps)
    yield by.cancellation, (x - mean(x)) / sqrt(var(x) + eps)


@identity(source="ba2016", tags="layer-norm backward gradient gain")
def layernorm_grad(x: Vector["d"], c: Vector["d"], g: Vector["d"], eps: Positive) -> Chain:
    """Backward through layer normalization: as for a batch, with the gains folded into the gradient."""
    s = let(s=sqrt(var(x) + eps))
    h = let(h=(x - mean(x)) / s)
    u = let(u=c * g)
    yield deriv(dot(c, g * h), x)
    yield by.chain_rule, (u - mean(u) - h * mean(u * h)) / s


@identity(source="zhang2019", tags="rms-norm backward gradient")
def rmsnorm_grad(x: Vector["d"], c: Vector["d"], eps: Positive) -> Chain:
    """Backward through RMS normalization: there is no mean to subtract."""
    r = let(r=sqrt(mean(x**2) + eps))
    yield deriv(dot(c, x / r), x)
    yield by.quotient_rule, (c - x / r * mean(c * x / r)) / r


@identity(source="srivastava2014", tags="dropout inverted mean mask")
def dropout_mean(x: Real, p: Unit) -> Chain:
    """Inverted dropout keeps the mean: a value kept with probability p is scaled by 1/p, else it is zero."""
    w = let(w=array([p, 1 - p]))
    u = let(u=array([x / p, 0]))
    yield dot(w, u)
    yield by.cancellation, x


@identity(source="srivastava2014", tags="dropout inverted variance mask")
def dropout_var(x: Real, p: Unit) -> Chain:
    """Inverted dropout adds variance x^2 (1 - p) / p."""
    yield p * (x / p - x) ** 2 + (1 - p) * x**2
    yield by.algebra, x**2 * (1 - p) / p


# ---- initialization --------------------------------------------------------------------------------------------------
@identity(source="cheatsheet 7.26; glorot2010", tags="initialization xavier glorot variance fan-in")
def xavier_var(w: Vector["d"], s2: Positive) -> Chain:
    """With weights of variance 1/d a linear unit keeps the variance s2 of its d inputs.

    For independent weights and inputs of mean zero; v are the variances of the weights, q of the inputs.
    """
    d = extent(w.shape[0])
    v = let(v=ones(w.shape) / d)
    q = let(q=s2 * ones(w.shape))
    yield dot(v, q)
    yield by.algebra, s2


@identity(source="glorot2010", tags="initialization xavier uniform bound variance")
def xavier_uniform_var(m: Positive, n: Positive) -> Chain:
    """A uniform weight on [-a, a] with a^2 = 6 / (m + n) has variance 2 / (m + n)."""
    a = let(a=sqrt(6 / (m + n)))
    yield (2 * a) ** 2 / 12
    yield by.algebra, 2 / (m + n)


@identity(source="he2015", tags="initialization he kaiming relu second moment normal integral")
def he_var(x: Real, sigma: Positive) -> Chain:
    """A rectified normal variable keeps half of the second moment: so He's weights have variance 2/d, not 1/d."""
    yield integral(x**2 * exp(-(x**2) / (2 * sigma**2)) / (sigma * sqrt(2 * constant("pi"))), x, 0, float("inf"))
    yield by.integral, sigma**2 / 2


@identity(source="he2015", tags="initialization he kaiming relu second moment symmetric half")
def relu_square_decomposition(x: Real) -> Chain:
    """The squares of the positive parts of x and -x add up to x^2: symmetric inputs split them evenly.

    So a rectifier halves the second moment, and weights need variance 2/d in place of 1/d.
    """
    yield relu(x) ** 2 + relu(-x) ** 2
    yield by.cases, x**2


# ---- attention and heads ---------------------------------------------------------------------------------------------
@identity(source="vaswani2017", tags="attention softmax values gradient")
def attention_grad(s: Vector["n"], V: Matrix["n", "d"], c: Vector["d"]) -> Chain:
    """The gradient of attention in its scores compares each value's payoff with the average payoff."""
    p = let(p=softmax(s))
    yield deriv(dot(c, p @ V), s)
    yield by.entry("activations.softmax_jacobian"), (diag(p) - outer(p, p)) @ (V @ c)
    yield by.algebra, p * (V @ c - dot(p, V @ c))


@identity(source="vaswani2017", tags="attention query gradient keys scale")
def attention_query_grad(q: Vector["d"], K: Matrix["n", "d"], v: Vector["n"], t: Positive) -> Chain:
    """The gradient in the query averages keys by how much their values stand out; t is the root of the width."""
    p = let(p=softmax(K @ q / t))
    yield deriv(dot(p, v), q)
    yield by.chain_rule, K.T @ (p * (v - dot(p, v))) / t


@identity(source="vaswani2017", tags="attention scale variance dot product")
def dot_product_var(q: Vector["d"]) -> Chain:
    """A sum of d independent products of unit variance, v, has variance d; over the root of d it has variance one."""
    d = extent(q.shape[0])
    v = let(v=ones(q.shape))
    t = let(t=sqrt(d))
    yield sum(v) / t**2
    yield by.cancellation, ONE


@identity(source="shazeer2020", tags="swiglu glu gate gradient")
def swiglu_gate_grad(a: Real, b: Real) -> Chain:
    """The gate's slope in SwiGLU is the slope of silu times the gated value."""
    s = sigmoid(a)
    yield deriv(silu(a) * b, a)
    yield by.product_rule, (s + a * s * (1 - s)) * b


@identity(source="hinton2015", tags="softmax temperature distillation gradient")
def temperature_grad(z: Vector["k"], y: OneHot["k"], t: Positive) -> Chain:
    """A temperature divides the logits and their gradient."""
    yield deriv(-sum(y * log_softmax(z / t)), z)
    yield by.chain_rule, (softmax(z / t) * sum(y) - y) / t
    yield by.normalization, (softmax(z / t) - y) / t


@identity(source="szegedy2016", tags="label smoothing gradient cross-entropy")
def label_smoothing_grad(z: Vector["k"], y: OneHot["k"], a: Unit) -> Chain:
    """With smoothed labels the gradient is still predicted less target."""
    k = extent(z.shape[0])
    t = let(t=(1 - a) * y + a / k * ones(z.shape))
    yield deriv(-sum(t * log_softmax(z)), z)
    yield by.normalization, softmax(z) - t


@algorithm(source="goodfellow2016", tags="polyak averaging ema weights target network")
def ema_update(w: Vector["d"], theta: Vector["d"], tau: Unit) -> Chain:
    """An exponential moving average of the weights follows them with inertia."""
    yield w, (1 - tau) * w + tau * theta
    yield by.algebra, w + tau * (theta - w)


@identity(source="murphy2022", tags="logit calibration log odds additive bias")
def logit_shift_eq(p: Unit, b: Real) -> Chain:
    """Shifting a logit by b multiplies the odds by exp(b)."""
    q = let(q=sigmoid(logit(p) + b))
    yield q / (1 - q)
    yield by.exponential, exp(b) * p / (1 - p)
