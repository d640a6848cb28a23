"""Activation functions and their derivatives.

Main results: ``sigmoid_deriv``, ``tanh_deriv``, ``relu_deriv``, ``softmax_jacobian``, ``logsumexp_grad``.
Notation: ``x`` is a real variable, ``z`` a vector of k logits.
References: cheatsheet 6, activation functions.
"""

from symml.catalog import by
from symml.catalog.declare import Chain, deriv, identity, let, limit
from symml.catalog.domains import Positive, Real, Unit, Vector
from symml.expr.build import array, diag, log_softmax, logsumexp, ones, outer, softmax, sum
from symml.expr.functions import (
    elu,
    exp,
    gelu,
    greater,
    leaky_relu,
    log,
    logit,
    mish,
    normal_cdf,
    normal_pdf,
    relu,
    sigmoid,
    silu,
    softplus,
    tanh,
    where,
)
from symml.expr.nodes import ONE


@identity(source="cheatsheet 6.12-6.13, 2.6 and 8.4", tags="activation backprop sigmoid")
def sigmoid_deriv(x: Real) -> Chain:
    """The sigmoid's slope is the sigmoid times its complement.

    It peaks at 1/4 when x = 0 and dies away in both tails: vanishing gradients.
    """
    s = sigmoid(x)
    yield deriv(s, x)
    yield by.definition, deriv(1 / (1 + exp(-x)), x)
    yield by.reciprocal, exp(-x) / (1 + exp(-x)) ** 2
    yield by.definition, s * (1 - s)


@identity(source="cheatsheet 6.12", tags="activation sigmoid")
def sigmoid_symm(x: Real) -> Chain:
    """The sigmoid at -x is the complement of the sigmoid at x."""
    yield sigmoid(-x)
    yield by.definition, 1 / (1 + exp(x))
    yield by.algebra, 1 - sigmoid(x)


@identity(source="cheatsheet 6.12", tags="activation sigmoid logit inverse")
def sigmoid_eq_logit_inverse(p: Unit) -> Chain:
    """The sigmoid undoes the logit."""
    yield sigmoid(logit(p))
    yield by.definition, 1 / (1 + (1 - p) / p)
    yield by.algebra, p


@identity(source="cheatsheet 6.14, tanh", tags="activation tanh sigmoid")
def tanh_eq_sigmoid(x: Real) -> Chain:
    """The hyperbolic tangent is a sigmoid, stretched and centered."""
    yield tanh(x)
    yield by.definition, (exp(x) - exp(-x)) / (exp(x) + exp(-x))
    yield by.algebra, 2 * sigmoid(2 * x) - 1


@identity(source="cheatsheet 6.15, tanh", tags="activation backprop tanh")
def tanh_deriv(x: Real) -> Chain:
    """The slope of tanh is one less its square; it is at most 1, at x = 0."""
    yield deriv(tanh(x), x)
    yield by.quotient_rule, 4 / (exp(x) + exp(-x)) ** 2
    yield by.algebra, 1 - tanh(x) ** 2


@identity(source="cheatsheet 6.16-6.17, ReLU", tags="activation backprop relu")
def relu_deriv(x: Real) -> Chain:
    """The slope of relu is 1 for positive x and 0 for negative x.

    At x = 0 there is no slope; 0 is the usual choice among the subgradients in [0, 1].
    """
    yield deriv(relu(x), x)
    yield by.cases, where(greater(x, 0), 1, 0)


@identity(source="cheatsheet 6.16, ReLU", tags="activation relu")
def relu_decomposition(x: Real) -> Chain:
    """A number is its positive part less its negative part."""
    yield relu(x) - relu(-x)
    yield by.cases, x


@identity(source="cheatsheet 6.16, ReLU", tags="activation relu absolute")
def relu_eq_abs(x: Real) -> Chain:
    """The positive part is half of x plus its absolute value."""
    yield relu(x)
    yield by.cases, (x + abs(x)) / 2


@identity(source="cheatsheet 6.18, leaky ReLU", tags="activation backprop relu leaky")
def leaky_relu_deriv(x: Real, alpha: Positive) -> Chain:
    """The slope of leaky relu is 1 for positive x and alpha for negative x."""
    yield deriv(leaky_relu(x, alpha), x)
    yield by.cases, where(greater(x, 0), 1, alpha)


@identity(source="clevert2016", tags="activation backprop elu")
def elu_deriv(x: Real, alpha: Positive) -> Chain:
    """The slope of elu is 1 for positive x and a decaying exponential for negative x."""
    yield deriv(elu(x, alpha), x)
    yield by.cases, where(greater(x, 0), 1, alpha * exp(x))


@identity(source="goodfellow2016", tags="activation backprop softplus")
def softplus_deriv(x: Real) -> Chain:
    """The slope of softplus is the sigmoid."""
    yield deriv(softplus(x), x)
    yield by.definition, deriv(log(1 + exp(x)), x)
    yield by.chain_rule, exp(x) / (1 + exp(x))
    yield by.definition, sigmoid(x)


@identity(source="goodfellow2016", tags="activation softplus")
def softplus_symm(x: Real) -> Chain:
    """Softplus at x and at -x differ by x."""
    yield softplus(x) - softplus(-x)
    yield by.logarithm, log((1 + exp(x)) / (1 + exp(-x)))
    yield by.algebra, x


@identity(source="ramachandran2017", tags="activation backprop silu swish")
def silu_deriv(x: Real) -> Chain:
    """The slope of silu mixes the sigmoid with its own slope."""
    s = sigmoid(x)
    yield deriv(silu(x), x)
    yield by.product_rule, s + x * s * (1 - s)
    yield by.common_factor, s * (1 + x * (1 - s))


@identity(source="hendrycks2016", tags="activation backprop gelu")
def gelu_deriv(x: Real) -> Chain:
    """The slope of gelu is the normal distribution function plus x times the density."""
    yield deriv(gelu(x), x)
    yield by.definition, deriv(x * normal_cdf(x), x)
    yield by.product_rule, normal_cdf(x) + x * normal_pdf(x)


@identity(source="misra2019", tags="activation backprop mish")
def mish_deriv(x: Real) -> Chain:
    """The slope of mish by the product rule."""
    t = let(t=tanh(softplus(x)))
    yield deriv(mish(x), x)
    yield by.product_rule, t + x * (1 - t**2) * sigmoid(x)


@identity(source="murphy2022", tags="activation logit")
def logit_deriv(p: Unit) -> Chain:
    """The slope of the logit is the inverse of the Bernoulli variance."""
    yield deriv(logit(p), p)
    yield by.linearity, 1 / p + 1 / (1 - p)
    yield by.algebra, 1 / (p * (1 - p))


@identity(source="cheatsheet 6.19, softmax", tags="activation softmax normalization")
def softmax_sum_eq_one(z: Vector["k"]) -> Chain:
    """The entries of softmax sum to one."""
    yield sum(softmax(z))
    yield by.normalization, ones(())


@identity(source="cheatsheet 6.19, softmax", tags="activation softmax stable shift")
def softmax_shift_stable(z: Vector["k"], c: Real) -> Chain:
    """Softmax does not change when every logit is shifted by the same number.

    Shifting by the largest logit of each row keeps the exponentials from overflowing.
    """
    yield softmax(z - c)
    yield by.definition, exp(z - c) / sum(exp(z - c))
    yield by.exponential, softmax(z)


@identity(source="cheatsheet 6.19 and 8.2, softmax", tags="activation backprop softmax jacobian")
def softmax_jacobian(z: Vector["k"]) -> Chain:
    """The Jacobian of softmax is a diagonal less an outer product.

    It is symmetric, and its rows sum to zero.
    """
    p = let(p=softmax(z))
    yield deriv(p, z)
    yield by.quotient_rule, diag(p) - outer(p, p)


@identity(source="boyd2004", tags="activation softmax gradient")
def logsumexp_grad(z: Vector["k"]) -> Chain:
    """The gradient of log-sum-exp is softmax."""
    yield deriv(logsumexp(z), z)
    yield by.definition, deriv(log(sum(exp(z))), z)
    yield by.chain_rule, exp(z) / sum(exp(z))
    yield by.definition, softmax(z)


@identity(source="goodfellow2016", tags="activation softmax logarithm")
def log_softmax_def(z: Vector["k"]) -> Chain:
    """The logarithm of softmax is the logit less log-sum-exp."""
    yield log_softmax(z)
    yield by.definition, log(softmax(z))
    yield by.logarithm, z - logsumexp(z)


@identity(source="cheatsheet 6.13", tags="activation sigmoid curvature second derivative")
def sigmoid_curvature_deriv(x: Real) -> Chain:
    """The sigmoid's curvature changes its sign at x = 0, where the slope is largest."""
    s = let(s=sigmoid(x))
    yield deriv(deriv(sigmoid(x), x), x)
    yield by.entry("activations.sigmoid_deriv"), deriv(s * (1 - s), x)
    yield by.product_rule, s * (1 - s) * (1 - 2 * s)


@limit(source="cheatsheet 6.12", at="x -> oo", tags="activation sigmoid range open saturation")
def sigmoid_limit(x: Real) -> Chain:
    """The sigmoid tends to 1 and never reaches it: its range is the open interval (0, 1)."""
    yield 1 / (1 + exp(-x))
    yield by.limit, ONE


@limit(source="cheatsheet 6.14", at="x -> -oo", tags="activation tanh range open saturation")
def tanh_limit(x: Real) -> Chain:
    """To the left tanh tends to -1 and never reaches it: its range is the open interval (-1, 1)."""
    yield tanh(x)
    yield by.limit, -ONE


@identity(source="goodfellow2016", tags="activation log sigmoid stable softplus")
def log_sigmoid_deriv(x: Real) -> Chain:
    """The slope of the log-sigmoid, minus softplus of -x, is the chance of the other class."""
    yield deriv(log(sigmoid(x)), x)
    yield by.definition, deriv(-softplus(-x), x)
    yield by.entry("activations.softplus_deriv"), sigmoid(-x)


@identity(source="boyd2004", tags="activation softplus logsumexp two")
def softplus_eq_logsumexp(x: Real) -> Chain:
    """Softplus is log-sum-exp of two logits, 0 and x."""
    yield softplus(x)
    yield by.definition, log(1 + exp(x))
    yield by.definition, logsumexp(array([0, x]))


@identity(source="murphy2022", tags="activation backprop softsign")
def softsign_deriv(x: Real) -> Chain:
    """Softsign has tails like 1/x^2 in its slope: it saturates more slowly than tanh."""
    yield deriv(x / (1 + abs(x)), x)
    yield by.quotient_rule, 1 / (1 + abs(x)) ** 2


@identity(source="klambauer2017", tags="activation backprop selu self-normalizing")
def selu_deriv(x: Real, lam: Positive, alpha: Positive) -> Chain:
    """The slope of selu is that of elu, scaled by lambda."""
    yield deriv(lam * elu(x, alpha), x)
    yield by.entry("activations.elu_deriv"), lam * where(greater(x, 0), 1, alpha * exp(x))


@identity(source="shazeer2020", tags="activation backprop squared relu")
def squared_relu_deriv(x: Real) -> Chain:
    """The slope of the squared rectifier is twice the rectifier: it has no jump."""
    yield deriv(relu(x) ** 2, x)
    yield by.chain_rule, 2 * relu(x)


@identity(source="hendrycks2016", tags="activation gelu swish symmetric odd part")
def gelu_symm(x: Real) -> Chain:
    """Like every gated identity, gelu at x less gelu at -x is x: Phi(x) and Phi(-x) add up to one."""
    yield gelu(x) - gelu(-x)
    yield by.definition, x * normal_cdf(x) + x * normal_cdf(-x)
    yield by.symmetry, x


@limit(source="hinton2015", at="t -> 0+", tags="activation softmax temperature argmax")
def cold_softmax_limit(t: Positive) -> Chain:
    """A cold softmax picks the largest logit; here of the logits 1 and 0."""
    yield exp(1 / t) / (exp(1 / t) + 1)
    yield by.limit, ONE
