"""Information: entropy, cross-entropy, divergences, mutual information.

Everything is in nats unless ``bits`` is said: one logarithm for all, so that KL is cross-entropy less entropy.
Distributions have full support here; with 0 log 0 = 0, by continuity, the statements extend to the boundary.

Main results: ``kl_nonneg``, ``cross_entropy_decomposition``, ``entropy_le_log_k``, ``mutual_information_eq_kl``.
Notation: ``p q`` are distributions over k outcomes, ``K`` a row of conditional probabilities for each outcome of ``p``.
References: cheatsheet 5, information theory; Cover and Thomas.
"""

from fractions import Fraction

from symml.catalog import by
from symml.catalog.declare import (
    Chain,
    at_least,
    at_most,
    definition,
    deriv,
    example,
    identity,
    inequality,
    let,
    limit,
    rounded,
    tight,
)
from symml.catalog.domains import Positive, PositiveVector, Simplex, Unit, Vector
from symml.expr.build import array, dot, logsumexp, ones, outer, softmax, sqrt, sum
from symml.expr.functions import exp, log, log2, logit, xlogy
from symml.expr.nodes import ONE, ZERO, extent


@definition(source="cheatsheet 5.1", tags="information entropy")
def entropy_def(p: Simplex["k"]) -> Chain:
    """The entropy of a distribution, in nats; divide by log 2 for bits, and 0 log 0 counts as 0."""
    yield -sum(p * log(p))
    yield by.definition, -sum(xlogy(p, p))


@identity(source="cheatsheet 5.2", tags="information entropy bits nats base")
def entropy_bits_eq(p: Simplex["k"]) -> Chain:
    """Entropy in bits is entropy in nats over log 2: functions that are combined must share their base."""
    yield -sum(p * log2(p))
    yield by.logarithm, -sum(p * log(p)) / log(2 * ONE)


@example(source="cheatsheet 5.3", tags="information entropy bits coin")
def coin_entropy_eq_one_bit() -> Chain:
    """A fair coin has an entropy of one bit."""
    p = let(p=array([Fraction(1, 2), Fraction(1, 2)]))
    yield -sum(p * log2(p))
    yield by.arithmetic, ONE


@example(source="cheatsheet 5.4", tags="information entropy certain zero")
def certain_entropy_eq_zero() -> Chain:
    """A certain outcome has no entropy: 0 log 0 is 0 by continuity."""
    p = let(p=array([1, 0]))
    yield -sum(xlogy(p, p))
    yield by.arithmetic, ZERO


@example(source="cheatsheet 5.5", tags="information entropy bits uniform")
def four_entropy_eq_two_bits() -> Chain:
    """Four equally likely outcomes have an entropy of two bits."""
    p = let(p=ones(4) / 4)
    yield -sum(p * log2(p))
    yield by.arithmetic, 2 * ONE


@limit(source="cheatsheet 5.1", at="p -> 0+", tags="information entropy zero convention")
def x_log_x_limit(p: Unit) -> Chain:
    """The term p log p vanishes with p: the reason for the convention 0 log 0 = 0."""
    yield p * log(p)
    yield by.limit, ZERO


@inequality(
    source="cheatsheet 5.6",
    tags="information entropy nonnegative discrete",
    tightness="approached as one probability goes to 1",
)
def entropy_nonneg(p: Simplex["k"]) -> Chain:
    """The entropy of a discrete distribution is never negative; a density's can be."""
    yield -sum(p * log(p))
    yield by.log_bound, at_least(sum(p * (1 - p)))
    yield by.bounded, at_least(ZERO)


@inequality(source="cheatsheet 5.7", tags="information entropy maximum uniform")
def entropy_le_log_k(p: Simplex["k"]) -> Chain:
    """The uniform distribution has the largest entropy, log k, among distributions over k outcomes."""
    k = extent(p.shape[0])
    yield -sum(p * log(p))
    yield by.logarithm, log(k) + sum(p * log(1 / (k * p)))
    yield by.log_bound, at_most(log(k) + sum(p * (1 / (k * p) - 1)))
    yield by.normalization, log(k)
    yield tight(p, ones(p.shape) / k)


@example(source="cheatsheet 5.8", tags="information entropy zero deterministic")
def half_entropy_positive_eq() -> Chain:
    """Entropy is zero for a certain outcome only: with probabilities 1/2 and 1/2 it is log 2."""
    p = let(p=array([Fraction(1, 2), Fraction(1, 2)]))
    yield -sum(p * log(p))
    yield by.logarithm, log(2 * ONE)
    yield by.rounding, rounded("0.6931")


@identity(source="cover2006", tags="information entropy gradient")
def entropy_grad(p: PositiveVector["k"]) -> Chain:
    """The gradient of entropy in the probabilities, without their constraint."""
    yield deriv(-sum(p * log(p)), p)
    yield by.product_rule, -log(p) - 1


@identity(source="cover2006", tags="information binary entropy slope logit")
def binary_entropy_deriv(p: Unit) -> Chain:
    """The slope of binary entropy is minus the logit: it peaks at 1/2."""
    yield deriv(-p * log(p) - (1 - p) * log(1 - p), p)
    yield by.product_rule, log(1 - p) - log(p)
    yield by.definition, -logit(p)


@identity(source="cover2006", tags="information entropy softmax")
def softmax_entropy_eq(z: Vector["k"]) -> Chain:
    """The entropy of a softmax is its log-normalizer less the mean logit."""
    p = let(p=softmax(z))
    yield -sum(p * log(p))
    yield by.definition, -sum(p * (z - logsumexp(z)))
    yield by.normalization, logsumexp(z) - dot(p, z)


# ---- cross-entropy and divergence ------------------------------------------------------------------------------------
@definition(source="cheatsheet 5.9 and 8.3", tags="information cross-entropy loss")
def cross_entropy_def(p: Simplex["k"], q: Simplex["k"]) -> Chain:
    """The cross-entropy of a prediction q under a truth p, for one sample, in nats."""
    yield -sum(p * log(q))


@example(source="cheatsheet 5.11", tags="information cross-entropy bce loss")
def bce_example_eq() -> Chain:
    """The mean binary cross-entropy of four predictions is 0.19763."""
    y = let(y=array([1, 0, 1, 1]))
    p = let(p=array([Fraction(9, 10), Fraction(1, 10), Fraction(8, 10), Fraction(7, 10)]))
    yield -sum(y * log(p) + (1 - y) * log(1 - p)) / 4
    yield by.rounding, rounded("0.19763")


@example(source="cheatsheet 5.10", tags="information cross-entropy clip cap stable")
def clipped_loss_eq() -> Chain:
    """Clipping at 1e-15 caps the loss of a certain, wrong prediction at 34.54; the true loss is infinite.

    Work with logits instead, as in ``losses.bce_logits_stable``.
    """
    yield -log(ONE / 10**15)
    yield by.rounding, rounded("34.54")


@definition(source="cheatsheet 5.13, 5.15 and 8.7", tags="information kl divergence relative entropy")
def kl_def(p: Simplex["k"], q: Simplex["k"]) -> Chain:
    """The divergence of q from p, in nats; it needs q > 0 wherever p > 0.

    Where p is 0 the term is 0, by continuity; code that computes 0 log 0 returns NaN.
    """
    yield sum(p * log(p / q))
    yield by.logarithm, sum(p * (log(p) - log(q)))


@identity(source="cheatsheet 5.14", tags="information kl cross-entropy entropy decomposition")
def cross_entropy_decomposition(p: Simplex["k"], q: Simplex["k"]) -> Chain:
    """Divergence is cross-entropy less entropy, in one base."""
    yield -sum(p * log(q)) + sum(p * log(p))
    yield by.logarithm, sum(p * log(p / q))


@example(source="cheatsheet 5.16", tags="information kl divergence nats")
def kl_example_eq() -> Chain:
    """The divergence of (0.8, 0.2) from (1/2, 1/2) is 0.22314 nats."""
    p = let(p=array([Fraction(1, 2), Fraction(1, 2)]))
    q = let(q=array([Fraction(4, 5), Fraction(1, 5)]))
    yield sum(p * log(p / q))
    yield by.logarithm, log(Fraction(5, 4) * ONE)
    yield by.rounding, rounded("0.22314")


@inequality(source="cheatsheet 5.17 and 5.18", tags="information kl gibbs nonnegative")
def kl_nonneg(p: Simplex["k"], q: Simplex["k"]) -> Chain:
    """Gibbs: a divergence is never negative, and zero when the distributions agree.

    Both must be normalized.
    """
    yield sum(p * log(p / q))
    yield by.log_bound, at_least(sum(p * (1 - q / p)))
    yield by.normalization, ZERO
    yield tight(q, p)


@inequality(source="cheatsheet 5.12", tags="information cross-entropy entropy gibbs coding")
def cross_entropy_le_entropy(p: Simplex["k"], q: Simplex["k"]) -> Chain:
    """No prediction has a lower cross-entropy than the truth itself.

    This is the sense in which a closer prediction is better: in divergence, not in distance.
    """
    yield -sum(p * log(q))
    yield by.logarithm, sum(p * log(p / q)) - sum(p * log(p))
    yield by.log_bound, at_least(sum(p * (1 - q / p)) - sum(p * log(p)))
    yield by.normalization, -sum(p * log(p))
    yield tight(q, p)


@identity(source="cheatsheet 5.19", tags="information kl symmetric jeffreys")
def jeffreys_symm(p: Simplex["k"], q: Simplex["k"]) -> Chain:
    """The sum of both divergences is symmetric; one alone is not."""
    yield sum(p * log(p / q)) + sum(q * log(q / p))
    yield by.logarithm, sum((p - q) * log(p / q))


@inequality(source="cover2006", tags="information log sum inequality")
def log_sum_le(a: PositiveVector["k"], b: PositiveVector["k"]) -> Chain:
    """Log-sum: merging outcomes can only lower a divergence."""
    s = let(s=sum(a))
    t = let(t=sum(b))
    yield sum(a * log(a / b))
    yield by.logarithm, s * log(s / t) + sum(a * log(a * t / (b * s)))
    yield by.log_bound, at_least(s * log(s / t) + sum(a * (1 - b * s / (a * t))))
    yield by.algebra, s * log(s / t)
    yield tight(b, a)


@inequality(source="cover2006", tags="information chi square divergence kl bound")
def kl_le_chi_square(p: Simplex["k"], q: Simplex["k"]) -> Chain:
    """The chi-square divergence bounds the divergence in nats from above."""
    yield sum(p * log(p / q))
    yield by.log_bound, at_most(sum(p * (p / q - 1)))
    yield by.normalization, sum((p - q) ** 2 / q)
    yield tight(q, p)


@inequality(source="cover2006", tags="information hellinger divergence kl bound")
def hellinger_le_kl(p: Simplex["k"], q: Simplex["k"]) -> Chain:
    """The squared Hellinger distance bounds the divergence from below."""
    yield sum(p * log(p / q))
    yield by.logarithm, sum(-2 * p * log(sqrt(q / p)))
    yield by.log_bound, at_least(sum(-2 * p * (sqrt(q / p) - 1)))
    yield by.normalization, sum((sqrt(p) - sqrt(q)) ** 2)
    yield tight(q, p)


@inequality(source="cover2006", tags="information pinsker total variation kl bound")
def pinsker_binary_le(p: Unit, q: Unit) -> Chain:
    """Pinsker for two outcomes: twice the squared difference is at most the divergence in nats."""
    yield 2 * (p - q) ** 2
    yield by.convexity, at_most(p * log(p / q) + (1 - p) * log((1 - p) / (1 - q)))
    yield tight(q, p)


@inequality(source="cover2006", tags="information pinsker total variation chi square pointwise bound")
def pinsker_pointwise_le(t: Positive) -> Chain:
    """The bound behind Pinsker's, for a ratio t: 3 (t - 1)^2 is at most (2t + 4)(t log t - t + 1)."""
    yield 3 * (t - 1) ** 2
    yield by.convexity, at_most((2 * t + 4) * (t * log(t) - t + 1))
    yield tight(t, 1)


@inequality(source="cover2006", tags="information pinsker total variation kl bound l1 distance")
def pinsker_le(p: Simplex["k"], q: Simplex["k"]) -> Chain:
    """Pinsker: half the squared L1 distance is at most the divergence in nats.

    First Cauchy and Schwarz with weights w of sum 2, then ``pinsker_pointwise_le`` in every place.
    """
    w = let(w=2 * (p + 2 * q) / 3)
    r = let(r=abs(p - q))
    yield sum(r) ** 2 / 2
    yield by.algebra, sum(r**2 / w) - sum(outer(w, w) * (outer(r / w, 1 + 0 * r) - outer(1 + 0 * r, r / w)) ** 2) / 4
    yield by.squares, at_most(sum(r**2 / w))
    yield by.entry("information.pinsker_pointwise_le"), at_most(sum(p * log(p / q)))
    yield tight(q, p)


@inequality(source="cover2006", tags="information data processing inequality channel kl")
def data_processing_le(p: Simplex["n"], q: Simplex["n"], K: Simplex["n", "k"]) -> Chain:
    """Data processing: no channel K, a distribution for each outcome, makes two distributions easier to tell apart."""
    u = let(u=p @ K)
    v = let(v=q @ K)
    a = p[:, None] * K
    r = q[:, None] * u[None, :] / (p[:, None] * v[None, :])
    yield sum(p * log(p / q))
    yield by.normalization, sum(a * log(p / q)[:, None])
    yield by.logarithm, sum(a * log(u / v)[None, :]) + sum(a * log(1 / r))
    yield by.log_bound, at_least(sum(a * log(u / v)[None, :]) + sum(a * (1 - r)))
    yield by.normalization, sum(u * log(u / v))
    yield tight(q, p)


@inequality(source="cover2006", tags="information kl jointly convex mixture")
def kl_convex(p: Positive, q: Positive, r: Positive, s: Positive, t: Unit) -> Chain:
    """The divergence is jointly convex, term by term: mixing both arguments mixes the terms to something smaller."""
    a = let(a=t * p + (1 - t) * r)
    b = let(b=t * q + (1 - t) * s)
    yield t * p * log(p / q) + (1 - t) * r * log(r / s)
    yield by.logarithm, a * log(a / b) + t * p * log(p * b / (q * a)) + (1 - t) * r * log(r * b / (s * a))
    yield (
        by.log_bound,
        at_least(a * log(a / b) + t * p * (1 - q * a / (p * b)) + (1 - t) * r * (1 - s * a / (r * b))),
    )
    yield by.algebra, a * log(a / b)
    yield tight(r, p, s, q)


@identity(source="cover2006", tags="information kl chain rule joint conditional")
def joint_kl_decomposition(p: Simplex["n"], q: Simplex["n"], K: Simplex["n", "k"], M: Simplex["n", "k"]) -> Chain:
    """Chain rule: a divergence of joints is that of the first variable plus the mean one of the second given it."""
    yield sum(p[:, None] * K * log(p[:, None] * K / (q[:, None] * M)))
    yield by.logarithm, sum(p[:, None] * K * (log(p / q)[:, None] + log(K / M)))
    yield by.normalization, sum(p * log(p / q)) + sum(p[:, None] * K * log(K / M))


@identity(source="cover2006", tags="information kl gradient softmax logits")
def kl_softmax_grad(p: Simplex["k"], z: Vector["k"]) -> Chain:
    """The gradient of the divergence from a softmax in its logits is predicted less true."""
    yield deriv(sum(p * (log(p) - z + logsumexp(z))), z)
    yield by.linearity, sum(p) * softmax(z) - p
    yield by.normalization, softmax(z) - p


@identity(source="cover2006", tags="information kl gibbs variational free energy softmax")
def gibbs_variational_eq(q: Simplex["k"], z: Vector["k"]) -> Chain:
    """Log-sum-exp is the best trade of mean score and entropy; another q than softmax loses its divergence from it."""
    p = let(p=exp(z) / sum(exp(z)))
    yield dot(q, z) - sum(q * log(q)) + sum(q * log(q / p))
    yield by.logarithm, dot(q, z) - sum(q * log(p))
    yield by.normalization, logsumexp(z)


# ---- two variables ---------------------------------------------------------------------------------------------------
@identity(source="cover2006", tags="information chain rule joint conditional entropy")
def joint_entropy_decomposition(p: Simplex["n"], K: Simplex["n", "k"]) -> Chain:
    """Chain rule: joint entropy is that of the first variable plus the mean conditional entropy of the second."""
    joint = let(joint=p[:, None] * K)
    yield -sum(joint * log(joint))
    yield by.logarithm, -sum(joint * (log(p)[:, None] + log(K)))
    yield by.normalization, -sum(p * log(p)) - sum(p[:, None] * K * log(K))


@identity(source="cheatsheet 5.20", tags="information mutual entropy joint kl")
def mutual_information_eq_kl(p: Simplex["n"], K: Simplex["n", "k"]) -> Chain:
    """Mutual information, H(X) + H(Y) - H(X, Y), is the divergence of the joint from the product of its margins."""
    joint = let(joint=p[:, None] * K)
    q = let(q=p @ K)
    yield -sum(p * log(p)) - sum(q * log(q)) + sum(joint * log(joint))
    yield by.normalization, sum(joint * (log(joint) - log(p)[:, None] - log(q)[None, :]))
    yield by.logarithm, sum(joint * log(joint / (p[:, None] * q[None, :])))


@inequality(source="cheatsheet 5.22; cover2006", tags="information mutual nonnegative independence")
def mutual_information_nonneg(p: Simplex["n"], K: Simplex["n", "k"]) -> Chain:
    """Mutual information is never negative, and zero for independent variables.

    A plug-in estimate from finite samples is biased upwards and is positive even for independent variables.
    """
    J = let(J=p[:, None] * K)
    M = let(M=outer(p, p @ K))
    yield sum(J * log(J / M))
    yield by.log_bound, at_least(sum(J * (1 - M / J)))
    yield by.normalization, ZERO
    yield tight(K, ones(K.shape) / extent(K.shape[1]))


@identity(source="cover2006", tags="information mutual conditional entropy")
def mutual_information_decomposition(p: Simplex["n"], K: Simplex["n", "k"]) -> Chain:
    """Mutual information is what knowing X takes from the entropy of Y."""
    q = let(q=p @ K)
    J = let(J=p[:, None] * K)
    M = let(M=outer(p, p @ K))
    yield sum(J * log(J / M))
    yield by.logarithm, sum(J * log(K)) - sum(q * log(q))


@inequality(source="cover2006", tags="information conditioning reduces entropy")
def conditioning_le_entropy(p: Simplex["n"], K: Simplex["n", "k"]) -> Chain:
    """Conditioning reduces entropy on average."""
    q = let(q=p @ K)
    yield -sum(p[:, None] * K * log(K))
    yield by.logarithm, -sum(q * log(q)) + sum(p[:, None] * K * log(q[None, :] / K))
    yield by.log_bound, at_most(-sum(q * log(q)) + sum(p[:, None] * K * (q[None, :] / K - 1)))
    yield by.normalization, -sum(q * log(q))
    yield tight(K, ones(K.shape) / extent(K.shape[1]))


@identity(source="cover2006", tags="information perplexity exponential entropy")
def uniform_perplexity_eq(q: Positive) -> Chain:
    """The perplexity of a uniform guess over q outcomes is q."""
    yield exp(-log(1 / q))
    yield by.logarithm, q
