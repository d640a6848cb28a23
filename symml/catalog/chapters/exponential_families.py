"""Exponential families: log-normalizers and their duality, directions, Wishart matrices.

The slope of a log-normalizer is the mean of the statistic, its curvature the covariance and the Fisher information; the
convex conjugate is the negative entropy, and a divergence is a Bregman divergence.

Main results: ``multinomial_mean``, ``expfam_bregman_kl``, ``expfam_conjugate_eq``, ``vmf_mean``,
``wishart_score_mean``.
Notation: ``z u`` natural parameters, ``p q`` mean parameters, ``kappa`` a concentration, ``S`` a Wishart's scale.
References: McCullagh and Nelder; Amari; Mardia and Jupp.
"""

from symml.catalog import by
from symml.catalog.declare import Chain, at_least, deriv, identity, inequality, let, limit, tight
from symml.catalog.domains import SPD, Matrix, Positive, Real, Simplex, Vector
from symml.expr.build import diag, dot, inv, logdet, logsumexp, outer, softmax, sum, trace
from symml.expr.functions import cosh, exp, log, sinh
from symml.expr.nodes import ONE, constant
from symml.expr.ranges import integral

PI = constant("pi")


# ---- log-normalizers -------------------------------------------------------------------------------------------------
@identity(source="mccullagh1989", tags="distribution multinomial mean cumulant softmax")
def multinomial_mean(z: Vector["k"], n: Positive) -> Chain:
    """The mean counts of a multinomial with natural parameters z are the slopes of n log-sum-exp: n softmax(z)."""
    yield deriv(n * logsumexp(z), z)
    yield by.entry("activations.logsumexp_grad"), n * softmax(z)


@identity(source="mccullagh1989", tags="distribution multinomial covariance variance cumulant softmax")
def multinomial_var(z: Vector["k"], n: Positive) -> Chain:
    """The covariance of multinomial counts is the curvature of the same log-normalizer."""
    p = let(p=softmax(z))
    yield deriv(n * p, z)
    yield by.entry("activations.softmax_jacobian"), n * (diag(p) - outer(p, p))


@identity(source="amari2016", tags="exponential family kl bregman divergence duality log-normalizer")
def expfam_bregman_kl(z: Vector["k"], u: Vector["k"]) -> Chain:
    """A divergence in an exponential family is a Bregman divergence of the log-normalizer, with arguments exchanged."""
    p = let(p=softmax(z))
    q = let(q=softmax(u))
    yield sum(p * log(p / q))
    yield by.definition, sum(p * (z - logsumexp(z) - u + logsumexp(u)))
    yield by.normalization, logsumexp(u) - logsumexp(z) - dot(p, u - z)


@identity(source="amari2016", tags="exponential family conjugate entropy legendre fenchel duality")
def expfam_conjugate_eq(z: Vector["k"]) -> Chain:
    """At its own mean parameters the conjugate of the log-normalizer is the negative entropy."""
    p = let(p=softmax(z))
    yield dot(p, z) - logsumexp(z)
    yield by.normalization, sum(p * log(p))


@inequality(source="amari2016", tags="exponential family fenchel young inequality duality entropy")
def fenchel_young_le(q: Simplex["k"], z: Vector["k"]) -> Chain:
    """Fenchel and Young: log-sum-exp plus negative entropy is at least the inner product, with equality at softmax."""
    yield logsumexp(z) + sum(q * log(q))
    yield by.logarithm, dot(q, z) + sum(q * log(q / softmax(z)))
    yield by.log_bound, at_least(dot(q, z) + sum(q * (1 - softmax(z) / q)))
    yield by.normalization, dot(q, z)
    yield tight(q, softmax(z))


@identity(source="mccullagh1989", tags="exponential family poisson cumulant mean variance")
def poisson_cumulant_hessian(t: Real) -> Chain:
    """For a Poisson variable with natural parameter t, the log rate, mean and variance are one: exp(t)."""
    yield deriv(deriv(exp(t), t), t)
    yield by.table, deriv(exp(t), t)
    yield by.table, exp(t)


@identity(source="mccullagh1989", tags="exponential family gaussian cumulant mean variance")
def gaussian_cumulant_hessian(t: Real, s2: Positive) -> Chain:
    """For a normal variable of variance s2 the log-normalizer s2 t^2 / 2 has slope s2 t, the mean, and curvature s2."""
    yield deriv(deriv(s2 * t**2 / 2, t), t)
    yield by.power_rule, deriv(s2 * t, t)
    yield by.power_rule, s2


@identity(source="mccullagh1989", tags="exponential family likelihood moment matching gradient mle")
def moment_matching_grad(X: Matrix["n", "k"], z: Vector["k"]) -> Chain:
    """A log-likelihood's slope compares observed with expected statistics: the maximum matches moments."""
    n = let(n=sum(X))
    yield deriv(sum(X @ z) - n * logsumexp(z), z)
    yield by.linearity, sum(X, axis=0) - n * softmax(z)


# ---- directions and covariances --------------------------------------------------------------------------------------
@identity(source="mardia2000", tags="distribution von mises fisher sphere normalization integral")
def vmf_normalization_eq(t: Real, kappa: Positive) -> Chain:
    """On the sphere the von Mises-Fisher density exp(kappa t), t the cosine to its mean, has this normalizer."""
    yield 2 * PI * integral(exp(kappa * t), t, -1, 1)
    yield by.integral, 4 * PI * sinh(kappa) / kappa


@identity(source="mardia2000", tags="distribution von mises fisher sphere mean resultant length")
def vmf_mean(kappa: Positive) -> Chain:
    """The mean cosine is the slope of the log-normalizer: coth(kappa) - 1 / kappa."""
    yield deriv(log(4 * PI * sinh(kappa) / kappa), kappa)
    yield by.chain_rule, cosh(kappa) / sinh(kappa) - 1 / kappa


@limit(source="mardia2000", at="kappa -> oo", tags="distribution von mises fisher concentration")
def vmf_concentration_limit(kappa: Positive) -> Chain:
    """With growing concentration the mean cosine tends to one: all directions agree."""
    yield cosh(kappa) / sinh(kappa) - 1 / kappa
    yield by.limit, ONE


@identity(source="mardia2000", tags="distribution wishart log density score scale gradient")
def wishart_scale_grad(X: SPD["d", "d"], S: SPD["d", "d"], n: Positive) -> Chain:
    """The score of a Wishart's scale, n degrees of freedom, compares X with n times the scale.

    The terms of the log-density without S have no slope.
    """
    yield deriv(-n / 2 * logdet(S) - trace(inv(S) @ X) / 2, S)
    yield by.matrix_rule, inv(S) @ (X - n * S) @ inv(S) / 2


@identity(source="mardia2000", tags="distribution wishart log density matrix gradient mode")
def wishart_grad(X: SPD["d", "d"], S: SPD["d", "d"], c: Positive) -> Chain:
    """The Wishart log-density's slope in X, with c = (n - d - 1) / 2, vanishes at its mode, 2 c S."""
    yield deriv(c * logdet(X) - trace(inv(S) @ X) / 2, X)
    yield by.matrix_rule, c * inv(X) - inv(S) / 2


@identity(source="mardia2000", tags="distribution wishart mean score zero")
def wishart_score_mean(S: SPD["d", "d"], n: Positive) -> Chain:
    """A score has mean zero, so the mean of a Wishart matrix is n S: there the score of the scale vanishes."""
    X = let(X=n * S)
    yield inv(S) @ (X - n * S) @ inv(S) / 2
    yield by.cancellation, 0 * S


@identity(source="mardia2000", tags="distribution wishart scatter outer products sum")
def scatter_mean(p: Simplex["k"], V: Vector["k", "d"], n: Positive) -> Chain:
    """A sum of n outer products of independent draws x, the rows of V with probabilities p, has mean n E xx'."""
    yield n * sum(p[:, None, None] * V[:, :, None] * V[:, None, :], axis=0)
    yield by.definition, n * (V.T @ diag(p) @ V)
