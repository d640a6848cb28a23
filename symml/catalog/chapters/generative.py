"""Latent variables, generative models, policies and preferences.

Main results: ``elbo_decomposition``, ``vae_kl_grad``, ``gaussian_product_eq``, ``diffusion_posterior_eq``,
``policy_baseline_eq_zero``, ``infonce_grad``, ``dpo_grad``.
Notation: ``q`` a variational distribution over k latent values, ``z`` logits, ``mu s`` means and standard deviations.
References: Bishop; Kingma and Welling; Ho, Jain and Abbeel; Sutton and Barto.
"""

from symml.catalog import by
from symml.catalog.declare import (
    Chain,
    algorithm,
    at_least,
    at_most,
    definition,
    deriv,
    identity,
    inequality,
    let,
    limit,
    tight,
)
from symml.catalog.domains import Matrix, OneHot, Positive, PositiveVector, Real, Simplex, Unit, Vector
from symml.expr.build import det, diag, dot, eye, log_softmax, logsumexp, outer, softmax, sqrt, sum
from symml.expr.functions import exp, log, normal_cdf, normal_pdf, power, sigmoid, softplus
from symml.expr.nodes import ONE, ZERO


# ---- bounds on a likelihood ------------------------------------------------------------------------------------------
@identity(source="bishop2006; dempster1977", tags="em elbo evidence lower bound decomposition kl latent")
def elbo_decomposition(q: Simplex["k"], w: PositiveVector["k"]) -> Chain:
    """The log-evidence is the evidence lower bound plus the divergence of the posterior; w are joint probabilities."""
    post = let(post=w / sum(w))
    yield sum(q * log(w / q)) + sum(q * log(q / post))
    yield by.logarithm, sum(q * log(w)) - sum(q * log(post))
    yield by.normalization, log(sum(w))


@inequality(source="bishop2006; dempster1977", tags="em elbo evidence lower bound jensen latent")
def elbo_le_evidence(q: Simplex["k"], w: PositiveVector["k"]) -> Chain:
    """The evidence lower bound is below the log-evidence, and reaches it at the posterior: the E step of EM."""
    total = let(total=sum(w))
    yield sum(q * log(w / q))
    yield by.logarithm, log(total) + sum(q * log(w / (q * total)))
    yield by.log_bound, at_most(log(total) + sum(q * (w / (q * total) - 1)))
    yield by.normalization, log(total)
    yield tight(q, w / total)


@identity(source="bishop2006; dempster1977", tags="em mixture responsibility posterior softmax gradient")
def responsibility_grad(z: Vector["k"]) -> Chain:
    """The log-evidence of a mixture with log-joint z has the responsibilities as its gradient."""
    yield deriv(logsumexp(z), z)
    yield by.chain_rule, exp(z) / sum(exp(z))
    yield by.definition, softmax(z)


@identity(source="bishop2006", tags="em mixture mean gradient responsibility")
def mixture_mean_grad(x: Real, m: Vector["k"], a: Vector["k"]) -> Chain:
    """A component's mean is pulled by each point as far as the component is responsible for it."""
    z = let(z=a - (x - m) ** 2 / 2)
    yield deriv(logsumexp(z), m)
    yield by.chain_rule, softmax(z) * (x - m)


# ---- variational autoencoders ----------------------------------------------------------------------------------------
@definition(source="kingma2014", tags="vae kl gaussian standard normal")
def vae_kl_def(mu: Vector["d"], logvar: Vector["d"]) -> Chain:
    """The divergence, in nats, of N(mu, diag(exp(logvar))) from the standard normal."""
    yield sum(exp(logvar) + mu**2 - 1 - logvar) / 2


@identity(source="kingma2014", tags="vae kl gaussian gradient log-variance")
def vae_kl_grad(mu: Vector["d"], logvar: Vector["d"]) -> Chain:
    """In the log-variance that divergence pulls the variance to one."""
    yield deriv(sum(exp(logvar) + mu**2 - 1 - logvar) / 2, logvar)
    yield by.linearity, (exp(logvar) - 1) / 2


@inequality(source="kingma2014", tags="vae kl gaussian nonnegative")
def vae_kl_nonneg(mu: Real, logvar: Real) -> Chain:
    """That divergence is never negative, and zero for the standard normal itself."""
    yield (exp(logvar) + mu**2 - 1 - logvar) / 2
    yield by.exp_bound, at_least((1 + logvar + mu**2 - 1 - logvar) / 2)
    yield by.cancellation, mu**2 / 2
    yield by.squares, at_least(ZERO)
    yield tight(logvar, 0, mu, 0)


@identity(source="kingma2014", tags="vae reparameterization gradient scale noise")
def reparameterization_grad(mu: Vector["d"], s: Vector["d"], e: Vector["d"], c: Vector["d"]) -> Chain:
    """With z = mu + s * e the gradient in the scale is that of z times the noise."""
    yield deriv(dot(c, mu + s * e), s)
    yield by.linearity, c * e


# ---- Gaussians and diffusion -----------------------------------------------------------------------------------------
@identity(source="bishop2006", tags="gaussian product posterior precision completing square")
def gaussian_product_eq(x: Real, a: Real, b: Real, p: Positive, q: Positive) -> Chain:
    """Multiplying Gaussians adds precisions p, q; the mean is their weighted mean: conjugate updates."""
    m = let(m=(p * a + q * b) / (p + q))
    yield p * (x - a) ** 2 + q * (x - b) ** 2
    yield by.complete_square, (p + q) * (x - m) ** 2 + p * q / (p + q) * (a - b) ** 2


@algorithm(source="ho2020", tags="diffusion forward noising step")
def diffusion_forward_update(x: Vector["d"], e: Vector["d"], beta: Unit) -> Chain:
    """A forward step of diffusion shrinks the signal and adds noise so that the variance stays one."""
    yield x, sqrt(1 - beta) * x + sqrt(beta) * e


@identity(source="ho2020", tags="diffusion forward variance preserved")
def diffusion_forward_var(beta: Unit, s2: Positive) -> Chain:
    """From unit variance a forward step gives unit variance: 1 - beta of signal and beta of noise."""
    yield sqrt(1 - beta) ** 2 * s2 + sqrt(beta) ** 2 * s2
    yield by.cancellation, s2


@identity(source="ho2020", tags="diffusion posterior variance precision")
def diffusion_posterior_var(a: Unit, b: Unit) -> Chain:
    """The reverse step's variance: with alpha_t = a and cumulative b before t it is (1 - a)(1 - b) / (1 - ab)."""
    yield 1 / (a / (1 - a) + 1 / (1 - b))
    yield by.algebra, (1 - a) * (1 - b) / (1 - a * b)


@identity(source="ho2020", tags="diffusion posterior mean gaussian product")
def diffusion_posterior_eq(x: Real, y: Real, a: Unit, b: Unit) -> Chain:
    """The reverse step's mean mixes the noisy value x and the clean one y."""
    v = let(v=(1 - a) * (1 - b) / (1 - a * b))
    yield v * (sqrt(a) * x / (1 - a) + sqrt(b) * y / (1 - b))
    yield by.algebra, (sqrt(a) * (1 - b) * x + sqrt(b) * (1 - a) * y) / (1 - a * b)


@identity(source="ho2020", tags="diffusion noise prediction score denoising")
def diffusion_noise_eq(y: Real, e: Real, b: Unit) -> Chain:
    """The clean value is recovered from the noisy one and its noise."""
    x = let(x=sqrt(b) * y + sqrt(1 - b) * e)
    yield (x - sqrt(1 - b) * e) / sqrt(b)
    yield by.cancellation, y


# ---- policies --------------------------------------------------------------------------------------------------------
@identity(source="williams1992; sutton2018", tags="policy gradient reinforce softmax expected reward")
def policy_grad(z: Vector["k"], r: Vector["k"]) -> Chain:
    """The gradient of the expected reward of a softmax policy weighs advantages by probabilities."""
    p = let(p=softmax(z))
    yield deriv(dot(p, r), z)
    yield by.entry("activations.softmax_jacobian"), p * r - p * dot(p, r)
    yield by.common_factor, p * (r - dot(p, r))


@identity(source="williams1992; sutton2018", tags="policy gradient baseline score mean zero")
def policy_baseline_eq_zero(p: Simplex["k"], g: Matrix["k", "d"], b: Real) -> Chain:
    """A baseline adds nothing on average: scores g, centered by their mean under p, have mean zero."""
    yield p @ (b * (g - (p @ g)[None, :]))
    yield by.linearity, b * (p @ g) - b * (p @ g)
    yield by.cancellation, 0 * (p @ g)


@identity(source="williams1992", tags="policy score function log probability gradient")
def policy_score_grad(z: Vector["k"], y: OneHot["k"]) -> Chain:
    """The score of a softmax policy is the action taken less the probabilities."""
    yield deriv(dot(y, log_softmax(z)), z)
    yield by.linearity, y - sum(y) * softmax(z)
    yield by.normalization, y - softmax(z)


@algorithm(source="sutton2018", tags="temporal difference td learning value bootstrap")
def td_update(v: Real, r: Real, w: Real, gamma: Unit, alpha: Unit) -> Chain:
    """Temporal-difference learning moves a value towards the reward plus the discounted next value w."""
    yield v, v + alpha * (r + gamma * w - v)
    yield by.algebra, (1 - alpha) * v + alpha * (r + gamma * w)


@limit(source="sutton2018", at="n -> oo", tags="discounted return geometric series")
def discounted_return_limit(n: Positive, r: Real) -> Chain:
    """A constant reward r, discounted by 0.9, is worth ten times r."""
    g = let(g=9 * ONE / 10)
    yield r * (1 - power(g, n)) / (1 - g)
    yield by.limit, 10 * r


# ---- contrast and preference -----------------------------------------------------------------------------------------
@identity(source="oord2018", tags="contrastive infonce gradient softmax similarity temperature")
def infonce_grad(s: Vector["k"], y: OneHot["k"], t: Positive) -> Chain:
    """The InfoNCE loss is a softmax cross-entropy over similarities: its gradient is predicted less true, over t."""
    yield deriv(logsumexp(s / t) - dot(y, s) / t, s)
    yield by.linearity, (softmax(s / t) - y) / t


@identity(source="rafailov2023", tags="preference dpo bradley terry gradient margin")
def dpo_grad(m: Real, beta: Positive) -> Chain:
    """The preference loss -log sigmoid(beta m) pushes the margin up, the more the more it is wrong."""
    yield deriv(-log(sigmoid(beta * m)), m)
    yield by.chain_rule, -beta * (1 - sigmoid(beta * m))
    yield by.entry("activations.sigmoid_symm"), -beta * sigmoid(-beta * m)


@identity(source="gutmann2010", tags="noise contrastive estimation logistic ratio optimal discriminator")
def optimal_discriminator_eq(p: Positive, q: Positive) -> Chain:
    """The best discriminator between densities p and q is p / (p + q): the sigmoid of their log-ratio."""
    yield sigmoid(log(p / q))
    yield by.definition, 1 / (1 + q / p)
    yield by.algebra, p / (p + q)


# ---- generalized linear models ---------------------------------------------------------------------------------------
@identity(source="mccullagh1989", tags="glm poisson regression gradient canonical link")
def poisson_regression_grad(X: Matrix["n", "d"], y: Vector["n"], w: Vector["d"]) -> Chain:
    """With the canonical link a generalized linear model's gradient is X' times predicted less observed: Poisson."""
    yield deriv(sum(exp(X @ w) - y * (X @ w)), w)
    yield by.chain_rule, X.T @ (exp(X @ w) - y)


@identity(source="mccullagh1989", tags="glm logistic regression gradient canonical link")
def logistic_regression_grad(X: Matrix["n", "d"], y: Vector["n"], w: Vector["d"]) -> Chain:
    """The same for 0/1 targets: X' times predicted less observed, with the sigmoid as mean."""
    yield deriv(sum(softplus(X @ w) - y * (X @ w)), w)
    yield by.chain_rule, X.T @ (sigmoid(X @ w) - y)


@identity(source="mccullagh1989", tags="exponential family cumulant bernoulli mean variance duality")
def bernoulli_cumulant_hessian(t: Real) -> Chain:
    """The second slope of a log-normalizer is the statistic's variance; for a Bernoulli variable p (1 - p)."""
    p = let(p=sigmoid(t))
    yield deriv(deriv(softplus(t), t), t)
    yield by.entry("activations.softplus_deriv"), deriv(p, t)
    yield by.entry("activations.sigmoid_deriv"), p * (1 - p)


@identity(source="mccullagh1989", tags="glm poisson regression hessian irls weights")
def poisson_regression_hessian(X: Matrix["n", "d"], y: Vector["n"], w: Vector["d"]) -> Chain:
    """Its curvature is a Gram matrix weighed by the means: iteratively reweighted least squares."""
    yield deriv(X.T @ (exp(X @ w) - y), w)
    yield by.chain_rule, X.T @ diag(exp(X @ w)) @ X


@identity(source="mccullagh1989", tags="glm probit link slope")
def probit_deriv(z: Real) -> Chain:
    """A probit model's log-likelihood has the slope density over probability, not observed less expected."""
    yield deriv(log(normal_cdf(z)), z)
    yield by.chain_rule, normal_pdf(z) / normal_cdf(z)


@identity(source="mccullagh1989", tags="glm complementary log-log link slope hazard")
def cloglog_deriv(z: Real) -> Chain:
    """With a complementary log-log link the probability's slope is the rate times the chance of no event."""
    yield deriv(1 - exp(-exp(z)), z)
    yield by.chain_rule, exp(z) * exp(-exp(z))


# ---- further generative models ---------------------------------------------------------------------------------------
@inequality(source="dempster1977; bishop2006", tags="em monotone likelihood bound auxiliary function")
def em_bound_le(w: PositiveVector["k"], u: PositiveVector["k"]) -> Chain:
    """EM never lowers the likelihood: the log-evidence gains at least what the expected log-joint gains.

    w and u are the joint probabilities before and after the M step, p the posterior before it.
    """
    p = let(p=w / sum(w))
    s = let(s=sum(u))
    yield log(s)
    yield by.logarithm, log(sum(w)) + dot(p, log(u / w)) + dot(p, log(p * s / u))
    yield by.log_bound, at_least(log(sum(w)) + dot(p, log(u / w)) + dot(p, 1 - u / (p * s)))
    yield by.normalization, log(sum(w)) + dot(p, log(u / w))
    yield tight(u, w)


@identity(source="goodfellow2014", tags="gan discriminator optimal stationary")
def gan_stationary_eq_zero(p: Positive, q: Positive) -> Chain:
    """p log D + q log(1 - D) has a slope that vanishes at D = p / (p + q): the best discriminator."""
    D = let(D=p / (p + q))
    yield p / D - q / (1 - D)
    yield by.cancellation, ZERO


@identity(source="goodfellow2014", tags="gan jensen shannon divergence value optimal")
def gan_value_eq(p: Simplex["k"], q: Simplex["k"]) -> Chain:
    """At the best discriminator the game's value is twice the Jensen-Shannon divergence less log 4."""
    m = let(m=(p + q) / 2)
    yield sum(p * log(p / (p + q))) + sum(q * log(q / (p + q)))
    yield by.logarithm, sum(p * log(p / m)) + sum(q * log(q / m)) - log(2) * (sum(p) + sum(q))
    yield by.normalization, sum(p * log(p / m)) + sum(q * log(q / m)) - 2 * log(2 * ONE)


@identity(source="rezende2015", tags="normalizing flow planar jacobian determinant lemma")
def planar_flow_eq(u: Vector["d"], w: Vector["d"], h: Real) -> Chain:
    """A planar flow's Jacobian I + h u w' has the determinant 1 + h w'u: linear in the dimension."""
    yield det(eye(u.shape[0]) + h * outer(u, w))
    yield by.entry("matrices.det_lemma_eq"), 1 + h * dot(w, u)


@identity(source="ho2020", tags="diffusion forward marginal variance composition")
def diffusion_marginal_var(a: Unit, b: Unit) -> Chain:
    """Two noising steps are one: variances a (1 - b) and 1 - a of noise add up to 1 - a b."""
    yield sqrt(a) ** 2 * sqrt(1 - b) ** 2 + sqrt(1 - a) ** 2
    yield by.algebra, 1 - a * b


@identity(source="ho2020", tags="diffusion posterior mean noise prediction epsilon parameterization")
def diffusion_epsilon_mean(x: Real, e: Real, a: Unit, b: Unit) -> Chain:
    """The reverse step's mean in terms of the predicted noise e, the form that is trained; c is the cumulative a b."""
    c = let(c=a * b)
    y = let(y=(x - sqrt(1 - c) * e) / sqrt(c))
    yield (sqrt(a) * (1 - b) * x + sqrt(b) * (1 - a) * y) / (1 - c)
    yield by.algebra, (x - (1 - a) / sqrt(1 - c) * e) / sqrt(a)


@identity(source="song2021", tags="diffusion ddim deterministic step noise")
def ddim_eq(y: Real, e: Real, b: Unit, c: Unit) -> Chain:
    """A deterministic reverse step keeps the noise e and changes the noise level from c to b."""
    x = let(x=sqrt(c) * y + sqrt(1 - c) * e)
    yield sqrt(b) * (x - sqrt(1 - c) * e) / sqrt(c) + sqrt(1 - b) * e
    yield by.cancellation, sqrt(b) * y + sqrt(1 - b) * e


@identity(source="ho2020", tags="diffusion score matching noise gaussian gradient")
def diffusion_score_deriv(x: Real, y: Real, b: Unit) -> Chain:
    """The score of the noisy value is minus the noise over its standard deviation: one predicts the other."""
    yield deriv(-((x - sqrt(b) * y) ** 2) / (2 * (1 - b)), x)
    yield by.chain_rule, -(x - sqrt(b) * y) / (1 - b)
