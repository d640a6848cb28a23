"""Algorithms in closed form: line search, acceleration, quasi-Newton, mirror descent, proximal steps, policy updates.

Main results: ``exact_line_search_update``, ``quadratic_descent_decomposition``, ``bfgs_secant_eq``,
``mirror_step_eq``, ``proximal_l2_update``.
Notation: ``x`` a point, ``g`` a gradient, ``S`` a positive definite Hessian, ``s y`` a step and its change of gradient.
References: Boyd and Vandenberghe; Nesterov; Nocedal and Wright.
"""

from symml.catalog import by
from symml.catalog.declare import (
    Chain,
    algorithm,
    at_least,
    at_most,
    deriv,
    identity,
    inequality,
    let,
    limit,
    tight,
)
from symml.catalog.domains import SPD, Nonnegative, NonzeroVector, Positive, Real, Simplex, Unit, Vector
from symml.expr.build import dot, inv, log_softmax, outer, softmax, sqrt, sum
from symml.expr.functions import exp, log, maximum, power, sign
from symml.expr.nodes import ONE, ZERO


# ---- gradient descent on a quadratic ---------------------------------------------------------------------------------
@identity(source="boyd2004", tags="optimizer line search exact step quadratic gradient")
def exact_line_search_update(g: NonzeroVector["d"], S: SPD["d", "d"]) -> Chain:
    """On a quadratic the best step along the gradient is g'g / g'Sg: there the new gradient is orthogonal to g."""
    a = let(a=dot(g, g) / dot(g, S @ g))
    yield dot(g, g - a * (S @ g))
    yield by.linearity, dot(g, g) - a * dot(g, S @ g)
    yield by.cancellation, ZERO


@identity(source="boyd2004; nesterov2018", tags="optimizer descent quadratic decrease smooth step")
def quadratic_descent_decomposition(g: Vector["d"], S: SPD["d", "d"], a: Real) -> Chain:
    """A step a against the gradient lowers a quadratic by a g'g less a^2 g'Sg / 2, exactly.

    With S at most L and a = 1/L that is at least g'g / (2L): the descent lemma.
    """
    h = let(h=-a * g)
    yield dot(g, h) + dot(h, S @ h) / 2
    yield by.linearity, -a * dot(g, g) + a**2 * dot(g, S @ g) / 2


@inequality(source="nesterov2018", tags="optimizer descent lemma smooth step decrease curvature")
def descent_step_le(g: Real, c: Nonnegative, L: Positive) -> Chain:
    """Descent lemma along a line: where the curvature L - c is at most L, a step 1/L gains at least g^2 / (2L)."""
    yield -(g**2) / L + (L - c) * (g / L) ** 2 / 2
    yield by.algebra, -(g**2) / (2 * L) - c * (g / L) ** 2 / 2
    yield by.nonnegative, at_most(-(g**2) / (2 * L))
    yield tight(c, 0)


@limit(source="nesterov2018", at="k -> oo", tags="optimizer gradient descent linear convergence rate contraction")
def linear_convergence_limit(k: Positive, x: Real) -> Chain:
    """With a condition number of 10 the best constant step keeps 9/11 of the distance: after k steps almost nothing."""
    q = let(q=9 * ONE / 11)
    yield power(q, k) * x
    yield by.limit, ZERO


@identity(source="nesterov2018", tags="optimizer gradient descent optimal step condition number contraction")
def optimal_step_eq(m: Positive, L: Positive) -> Chain:
    """The step 2 / (m + L) shrinks the flattest and the steepest direction by one factor, (L - m) / (L + m)."""
    a = let(a=2 / (m + L))
    yield 1 - a * m
    yield by.algebra, (L - m) / (L + m)
    yield by.algebra, a * L - 1


@identity(source="robbins1951", tags="optimizer sgd noise variance stationary constant step")
def sgd_noise_var(h: Positive, lr: Positive, s2: Positive) -> Chain:
    """With a constant step SGD on a parabola keeps the variance lr s2 / (h (2 - lr h)): the noise ball.

    It is the variance that a step x - lr (h x + noise) reproduces.
    """
    v = let(v=lr * s2 / (h * (2 - lr * h)))
    yield (1 - lr * h) ** 2 * v + lr**2 * s2
    yield by.algebra, v


# ---- momentum and adaptive steps -------------------------------------------------------------------------------------
@algorithm(source="nesterov1983; nesterov2018", tags="optimizer nesterov acceleration momentum lookahead")
def nesterov_update(x: Vector["d"], v: Vector["d"], g: Vector["d"], lr: Positive, beta: Unit) -> Chain:
    """Nesterov's momentum; g is the gradient at the point x + beta v that is looked ahead to."""
    yield v, beta * v - lr * g
    yield x, x + beta * v - lr * g


@algorithm(source="chen2023", tags="optimizer lion sign momentum")
def lion_update(x: Vector["d"], m: Vector["d"], g: Vector["d"], b1: Unit, b2: Unit, lr: Positive) -> Chain:
    """Lion steps by the sign of an average: every coordinate moves by the learning rate."""
    yield m, b2 * m + (1 - b2) * g
    yield x, x - lr * sign(b1 * m + (1 - b1) * g)


@identity(source="kingma2015", tags="optimizer adam bias correction first step sign")
def adam_first_step_eq(g: NonzeroVector["d"], b1: Unit, b2: Unit) -> Chain:
    """Adam's first step, without eps, is the sign of the gradient: its size does not enter."""
    m = let(m=(1 - b1) * g)
    v = let(v=(1 - b2) * g**2)
    yield m / (1 - b1) / sqrt(v / (1 - b2))
    yield by.cancellation, g / abs(g)
    yield by.cases, sign(g)


@identity(source="polyak1964", tags="optimizer momentum ema average closed form equivalent")
def momentum_ema_eq(v: Vector["d"], g: Vector["d"], beta: Unit) -> Chain:
    """Heavy-ball momentum is the averaged form over 1 - beta: their steps agree for learning rates in that ratio."""
    m = let(m=(1 - beta) * v)
    yield (beta * m + (1 - beta) * g) / (1 - beta)
    yield by.cancellation, beta * v + g


# ---- second order ----------------------------------------------------------------------------------------------------
@identity(source="nocedal2006", tags="optimizer quasi-newton bfgs secant equation")
def bfgs_secant_eq(B: SPD["d", "d"], s: Vector["d"], y: Vector["d"]) -> Chain:
    """The BFGS update of a Hessian B satisfies the secant equation: applied to the step it gives the new slope y."""
    yield (B - outer(B @ s, B @ s) / dot(s, B @ s) + outer(y, y) / dot(y, s)) @ s
    yield by.linearity, B @ s - B @ s * dot(s, B @ s) / dot(s, B @ s) + y * dot(y, s) / dot(y, s)
    yield by.cancellation, y


@identity(source="nocedal2006", tags="optimizer quasi-newton sr1 rank one secant equation")
def sr1_secant_eq(B: SPD["d", "d"], s: Vector["d"], y: Vector["d"]) -> Chain:
    """The symmetric rank-one update satisfies the secant equation, where r's is not zero for the residual r."""
    r = let(r=y - B @ s)
    yield (B + outer(r, r) / dot(r, s)) @ s
    yield by.linearity, B @ s + r * dot(r, s) / dot(r, s)
    yield by.cancellation, y


@identity(source="nocedal2006", tags="optimizer gauss-newton least squares jacobian residual levenberg")
def gauss_newton_update(J: SPD["d", "d"], r: Vector["d"]) -> Chain:
    """A Gauss-Newton step solves the linearized residual; with a square Jacobian it is Newton's method for r = 0."""
    yield inv(J.T @ J) @ (J.T @ r)
    yield by.inverse, inv(J) @ r


@identity(source="amari2016", tags="optimizer natural gradient fisher softmax invariance")
def natural_gradient_eq(p: Simplex["k"], r: Vector["k"]) -> Chain:
    """The Fisher matrix of a softmax turns centered rewards into the policy gradient: they are the natural gradient."""
    u = let(u=r - dot(p, r))
    yield p * u - p * dot(p, u)
    yield by.normalization, p * u


# ---- mirror descent and proximal steps -------------------------------------------------------------------------------
@identity(source="nesterov2018", tags="optimizer mirror descent exponentiated gradient multiplicative weights simplex")
def mirror_step_eq(q: Simplex["k"], g: Vector["k"], eta: Positive) -> Chain:
    """Mirror descent on the simplex multiplies by exp(-eta g) and normalizes: a softmax of shifted logarithms."""
    u = let(u=q * exp(-eta * g))
    yield softmax(log(q) - eta * g)
    yield by.exponential, u / sum(u)


@inequality(source="nesterov2018", tags="optimizer mirror descent optimal kl regularization simplex")
def mirror_step_le(p: Simplex["k"], q: Simplex["k"], g: Vector["k"]) -> Chain:
    """That step minimizes the linear loss plus the divergence from q, here with eta = 1."""
    u = let(u=q * exp(-g))
    s = let(s=sum(u))
    yield dot(g, p) + sum(p * log(p / q))
    yield by.logarithm, -log(s) + sum(p * log(p * s / u))
    yield by.log_bound, at_least(-log(s) + sum(p * (1 - u / (p * s))))
    yield by.normalization, -log(s)
    yield tight(p, u / s)


@identity(source="boyd2004", tags="optimizer proximal squared norm ridge shrinkage")
def proximal_l2_update(z: Vector["d"], lam: Positive) -> Chain:
    """The proximal step of (lam / 2) ||w||^2 shrinks every coordinate by one factor: there the slope vanishes."""
    w = let(w=z / (1 + lam))
    yield w - z + lam * w
    yield by.cancellation, 0 * z


@inequality(source="boyd2004", tags="convex conjugate fenchel young quadratic")
def fenchel_quadratic_le(x: Real, y: Real, a: Positive) -> Chain:
    """Fenchel and Young for a square: a product is at most a x^2 / 2 + y^2 / (2a), with equality for y = a x."""
    yield x * y
    yield by.complete_square, a * x**2 / 2 + y**2 / (2 * a) - (a * x - y) ** 2 / (2 * a)
    yield by.squares, at_most(a * x**2 / 2 + y**2 / (2 * a))
    yield tight(y, a * x)


# ---- policies and values ---------------------------------------------------------------------------------------------
@inequality(source="sutton2018", tags="reinforcement bellman contraction maximum value iteration")
def bellman_contraction_le(a: Real, b: Real, c: Real, e: Real) -> Chain:
    """A maximum grows no more than the argument that grows most: so the Bellman operator contracts by the discount."""
    yield maximum(a, b)
    yield by.algebra, maximum(c + (a - c), e + (b - e))
    yield by.convexity, at_most(maximum(c, e) + maximum(a - c, b - e))
    yield tight(a, c, b, e)


@identity(source="sutton2018", tags="reinforcement advantage temporal difference telescoping discount gae")
def advantage_decomposition(r: Real, s: Real, u: Real, v: Real, w: Real, gamma: Unit) -> Chain:
    """Discounted temporal differences add up to the return less the value: u, v, w are successive values."""
    yield (r + gamma * v - u) + gamma * (s + gamma * w - v)
    yield by.cancellation, r + gamma * s + gamma**2 * w - u


@identity(source="schulman2017", tags="reinforcement ppo importance ratio policy gradient log")
def policy_ratio_grad(z: Vector["k"], u: Vector["k"], r: Vector["k"]) -> Chain:
    """At the old policy the slope of the importance-weighted reward is the policy gradient; u are old logits."""
    p = let(p=softmax(z))
    yield deriv(sum(softmax(u) * exp(log_softmax(z) - log_softmax(u)) * r), z)
    yield by.cancellation, p * (r - dot(p, r))


@identity(source="williams1992", tags="reinforcement baseline variance optimal policy gradient")
def optimal_baseline_eq_zero(p: Simplex["k"], g: NonzeroVector["k"], r: Vector["k"]) -> Chain:
    """The baseline with the least variance is the reward's mean weighed by squared scores: the slope vanishes there."""
    b = let(b=dot(p, g**2 * r) / dot(p, g**2))
    yield -2 * dot(p, g**2 * (r - b))
    yield by.linearity, -2 * dot(p, g**2 * r) + 2 * b * dot(p, g**2)
    yield by.cancellation, ZERO


@identity(source="rasmussen2006", tags="estimator control variate variance optimal coefficient")
def control_variate_var(v: Positive, w: Positive, c: Real, a: Real) -> Chain:
    """Less a times a control variate of variance w and covariance c: the variance v is least at a = c / w."""
    yield v - 2 * a * c + a**2 * w
    yield by.complete_square, v - c**2 / w + w * (a - c / w) ** 2


@identity(source="wasserman2004", tags="estimator importance sampling mean ratio")
def importance_mean(p: Simplex["k"], q: Simplex["k"], x: Vector["k"]) -> Chain:
    """Weighing samples from q by p / q gives the mean under p; q must be positive wherever p is."""
    yield dot(q, p / q * x)
    yield by.cancellation, dot(p, x)


@inequality(source="wasserman2004", tags="estimator importance sampling variance chi square weights")
def importance_square_ge_one(p: Simplex["k"], q: Simplex["k"]) -> Chain:
    """The mean squared importance weight is at least one: every proposal other than p costs samples."""
    yield sum(p**2 / q)
    yield by.complete_square, sum((p - q) ** 2 / q) + 2 * sum(p) - sum(q)
    yield by.normalization, 1 + sum((p - q) ** 2 / q)
    yield by.squares, at_least(ONE)
    yield tight(q, p)
