"""Optimization: optimality, convexity, update rules, constraints.

Main results: ``square_convex``, ``newton_quadratic_update``, ``momentum_update``, ``adam_update``, ``svm_dual``.
Notation: ``x y theta w`` are points, ``g`` a gradient, ``H S`` Hessians, ``alpha`` a step, ``lam`` a multiplier.
References: cheatsheet 4, optimization; cheatsheet 7, Adam, convexity; Boyd and Vandenberghe.
"""

from symml.catalog import by
from symml.catalog.declare import (
    Chain,
    algorithm,
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
from symml.catalog.domains import (
    PSD,
    SPD,
    Function,
    Matrix,
    Nonnegative,
    NonnegativeVector,
    Positive,
    Probability,
    Real,
    Signs,
    Unit,
    Vector,
)
from symml.expr.build import array, diag, dot, inv, mean, sqrt, sum
from symml.expr.functions import exp, log, maximum, power, relu, sigmoid, sin, softplus
from symml.expr.nodes import ONE, ZERO, constant

PI = constant("pi")


# ---- optimality ------------------------------------------------------------------------------------------------------
@identity(source="cheatsheet 4.1", tags="optimality first order stationary gradient zero quadratic")
def first_order_eq_zero(S: SPD["d", "d"], b: Vector["d"]) -> Chain:
    """At an interior minimum the gradient vanishes: for x'Sx/2 - b'x that is at S^-1 b."""
    x = let(x=inv(S) @ b)
    yield S @ x - b
    yield by.inverse, 0 * b


@inequality(source="cheatsheet 4.2", tags="optimality second order sufficient positive definite minimum")
def second_order_le(S: SPD["d", "d"], b: Vector["d"], h: Vector["d"]) -> Chain:
    """With a positive definite Hessian a stationary point is a minimum: every step h away from it goes up."""
    yield dot(h, S @ h) / 2
    yield by.definition, at_least(0 * sum(h))
    yield tight(h, 0 * h)


@example(source="cheatsheet 4.3", tags="optimality semidefinite inconclusive minimum")
def flat_minimum_eq_zero() -> Chain:
    """diag(2, 0) has a zero eigenvalue: the Hessian of x^2, which has minima and no saddle, along (0, 1)."""
    h = array([0, 1])
    yield dot(h, diag(array([2, 0])) @ h)
    yield by.arithmetic, ZERO


# ---- convexity -------------------------------------------------------------------------------------------------------
@definition(source="cheatsheet 4.4 and 7.20", tags="convex function definition chord")
def convexity_gap_def(x: Real, y: Real, t: Probability, f: Function) -> Chain:
    """A function is convex when its chord is never below it: this gap is not negative, for x, y in a convex domain."""
    yield t * f(x) + (1 - t) * f(y) - f(t * x + (1 - t) * y)


@inequality(source="cheatsheet 4.8", tags="convex square chord")
def square_convex(x: Real, y: Real, t: Probability) -> Chain:
    """The square is convex: its chord gap is t (1 - t) times the squared distance."""
    yield t * x**2 + (1 - t) * y**2 - (t * x + (1 - t) * y) ** 2
    yield by.algebra, t * (1 - t) * (x - y) ** 2
    yield by.squares, at_least(ZERO)
    yield tight(y, x)


@inequality(source="cheatsheet 4.8", tags="convex absolute value chord triangle")
def absolute_convex(x: Real, y: Real, t: Probability) -> Chain:
    """The absolute value is convex, by the triangle inequality."""
    yield abs(t * x + (1 - t) * y)
    yield by.triangle, at_most(t * abs(x) + (1 - t) * abs(y))
    yield tight(y, x)


@inequality(
    source="cheatsheet 4.8 and 7.22",
    tags="convex exponential second derivative",
    tightness="approached far to the left",
)
def exp_convex(x: Real) -> Chain:
    """The exponential is convex: its second derivative is positive everywhere."""
    yield deriv(deriv(exp(x), x), x)
    yield by.table, exp(x)
    yield by.bounded, at_least(ZERO)


@inequality(
    source="cheatsheet 4.8 and 7.22",
    tags="convex logarithm second derivative",
    tightness="approached as x grows",
)
def neg_log_convex(x: Positive) -> Chain:
    """Minus the logarithm is convex: its second derivative is 1/x^2."""
    yield deriv(deriv(-log(x), x), x)
    yield by.table, deriv(-1 / x, x)
    yield by.power_rule, 1 / x**2
    yield by.squares, at_least(ZERO)


@example(source="cheatsheet 4.8", tags="convex counterexample cube")
def cube_chord_eq() -> Chain:
    """x^3 is not convex: between -2 and 0 the chord's middle, -4, lies below the curve's, -1."""
    x = let(x=array([-2, 0]))
    yield mean(x**3) - mean(x) ** 3
    yield by.arithmetic, -3 * ONE


@example(source="cheatsheet 4.8", tags="convex counterexample sine")
def sine_chord_eq() -> Chain:
    """The sine is not convex: between 0 and pi the middle of the chord lies 1 below the curve."""
    yield (sin(ZERO) + sin(PI)) / 2 - sin(PI / 2)
    yield by.rounding, rounded("-1")


@inequality(source="cheatsheet 4.5", tags="convex tangent global minimum first order")
def convex_tangent_le(x: Real, y: Real) -> Chain:
    """A convex function lies above its tangents; where the tangent is flat, that is a global minimum. Here exp."""
    yield exp(y)
    yield by.exponential, exp(x) * exp(y - x)
    yield by.exp_bound, at_least(exp(x) * (1 + y - x))
    yield tight(y, x)


@inequality(source="cheatsheet 4.6", tags="convex sum nonnegative weights")
def convex_sum_nonneg(a: Nonnegative, b: Nonnegative, P: PSD["d", "d"], Q: PSD["d", "d"], v: Vector["d"]) -> Chain:
    """Sums of convex functions with nonnegative weights are convex: their Hessians add up to a semidefinite one."""
    yield dot(v, (a * P + b * Q) @ v)
    yield by.linearity, a * dot(v, P @ v) + b * dot(v, Q @ v)
    yield by.nonnegative, at_least(0 * sum(v))
    yield tight(v, 0 * v)


@inequality(source="cheatsheet 4.7", tags="convex maximum chord")
def convex_maximum_le(a: Real, b: Real, c: Real, d: Real, t: Probability) -> Chain:
    """The maximum of two linear pieces, and so of convex functions, is convex."""
    yield maximum(t * a + (1 - t) * b, t * c + (1 - t) * d)
    yield by.convexity, at_most(t * maximum(a, c) + (1 - t) * maximum(b, d))
    yield tight(b, a, d, c)


@inequality(
    source="cheatsheet 7.21 and 7.22",
    tags="convex logistic loss second derivative",
    tightness="approached in both tails",
)
def logistic_convex(z: Real) -> Chain:
    """The logistic loss is convex: its second derivative s(1 - s) is positive."""
    yield deriv(deriv(softplus(z), z), z)
    yield by.entry("activations.softplus_deriv"), deriv(sigmoid(z), z)
    yield by.entry("activations.sigmoid_deriv"), sigmoid(z) * (1 - sigmoid(z))
    yield by.bounded, at_least(ZERO)


@inequality(source="cheatsheet 7.21", tags="convex least squares hessian gram")
def least_squares_convex(X: Matrix["n", "d"], v: Vector["d"]) -> Chain:
    """Least squares is convex: its Hessian is a Gram matrix."""
    yield 2 * dot(v, X.T @ X @ v)
    yield by.algebra, 2 * sum((X @ v) ** 2)
    yield by.squares, at_least(0 * sum(v))
    yield tight(v, 0 * v)


@inequality(source="nesterov2018", tags="descent lemma smooth step gradient quadratic")
def descent_lemma_le(x: Vector["d"], a: Vector["d"], L: Positive) -> Chain:
    """For (L/2) times the squared distance to a, a step 1/L reaches the minimum: smoothness fixes the step."""
    y = let(y=x - 1 / L * (L * (x - a)))
    yield L / 2 * dot(y - a, y - a)
    yield by.cancellation, at_most(L / 2 * dot(x - a, x - a))
    yield tight(x, a)


@identity(source="cheatsheet 4.9 and 7.20", tags="gradient descent step size contraction divergence")
def step_size_update(x: Real, h: Positive, alpha: Positive) -> Chain:
    """On a parabola of curvature h a step of gradient descent multiplies the distance by 1 - alpha h.

    It converges for alpha below 2/h only: convexity guarantees nothing, the step must be tuned.
    """
    yield x - alpha * deriv(h * x**2 / 2, x)
    yield by.power_rule, (1 - alpha * h) * x


# ---- update rules ----------------------------------------------------------------------------------------------------
@algorithm(source="cheatsheet 4.9 and 8.1", tags="optimizer gradient descent stopping criterion")
def descent_step_update(x: Vector["d"], g: Vector["d"], lr: Positive) -> Chain:
    """The step of gradient descent; stop when the gradient is small, not the step, and return the new iterate."""
    yield x, x - lr * g


@algorithm(source="cheatsheet 4.10; robbins1951", tags="optimizer sgd minibatch stochastic")
def sgd_update(x: Vector["d"], G: Matrix["m", "d"], lr: Positive) -> Chain:
    """Stochastic gradient descent steps along the mean gradient of a batch, a row a sample.

    With a constant step it ends in a noise ball; convergence needs steps that shrink.
    """
    yield x, x - lr * mean(G, 0)


@algorithm(source="cheatsheet 4.11; polyak1964", tags="optimizer momentum heavy ball velocity")
def momentum_update(x: Vector["d"], v: Vector["d"], g: Vector["d"], lr: Positive, beta: Unit) -> Chain:
    """Momentum accumulates gradients in a velocity; the averaged form has a factor 1 - beta in front of g."""
    yield v, beta * v + g
    yield x, x - lr * (beta * v + g)


@limit(source="cheatsheet 4.11", at="k -> oo", tags="optimizer momentum effective step constant gradient")
def momentum_limit(k: Positive, g: Real) -> Chain:
    """Under a constant gradient the velocity tends to g / (1 - beta), ten gradients for beta = 0.9."""
    beta = let(beta=9 * ONE / 10)
    yield (1 - power(beta, k)) / (1 - beta) * g
    yield by.limit, 10 * g


@algorithm(source="cheatsheet 4.12 and 7.15; kingma2015", tags="optimizer adam moments bias correction")
def adam_update(
    x: Vector["d"],
    m: Vector["d"],
    v: NonnegativeVector["d"],
    g: Vector["d"],
    b1: Unit,
    b2: Unit,
    t: Positive,
    lr: Positive,
    eps: Positive,
) -> Chain:
    """Adam: averages of gradients and of their squares, corrected for their start at zero; eps outside the root.

    The usual constants are lr = 0.001, b1 = 0.9, b2 = 0.999, eps = 1e-8.
    """
    u = let(u=b1 * m + (1 - b1) * g)
    q = let(q=b2 * v + (1 - b2) * g**2)
    yield m, u
    yield v, q
    yield x, x - lr * (u / (1 - power(b1, t))) / (sqrt(q / (1 - power(b2, t))) + eps)


@identity(source="cheatsheet 4.12; kingma2015", tags="optimizer adam bias correction constant gradient")
def adam_bias_eq(g: Real, beta: Unit, t: Positive) -> Chain:
    """Under a constant gradient the average after t + 1 steps is (1 - beta^(t+1)) g, so the correction gives g back."""
    yield beta * ((1 - power(beta, t)) * g) + (1 - beta) * g
    yield by.exponential, (1 - power(beta, t + 1)) * g


@algorithm(source="loshchilov2019", tags="optimizer adamw decoupled weight decay")
def weight_decay_update(w: Vector["d"], u: Vector["d"], lr: Positive, lam: Positive) -> Chain:
    """Decoupled weight decay shrinks the weights beside the adaptive step u, not inside it."""
    yield w, w - lr * (u + lam * w)
    yield by.algebra, (1 - lr * lam) * w - lr * u


@algorithm(source="tieleman2012", tags="optimizer rmsprop adaptive")
def rmsprop_update(
    x: Vector["d"], v: NonnegativeVector["d"], g: Vector["d"], rho: Unit, lr: Positive, eps: Positive
) -> Chain:
    """RMSProp divides by a running root mean square of the gradients."""
    yield v, rho * v + (1 - rho) * g**2
    yield x, x - lr * g / (sqrt(rho * v + (1 - rho) * g**2) + eps)


@algorithm(source="duchi2011", tags="optimizer adagrad adaptive")
def adagrad_update(x: Vector["d"], s: NonnegativeVector["d"], g: Vector["d"], lr: Positive, eps: Positive) -> Chain:
    """AdaGrad divides by the root of all squared gradients so far."""
    yield s, s + g**2
    yield x, x - lr * g / (sqrt(s + g**2) + eps)


@algorithm(source="cheatsheet 4.14", tags="optimizer newton hessian solve")
def newton_update(x: Vector["d"], g: Vector["d"], H: SPD["d", "d"]) -> Chain:
    """Newton's step solves with the Hessian; the Hessian must be positive definite for it to go down."""
    yield x, x - inv(H) @ g


@identity(source="cheatsheet 4.14", tags="optimizer newton quadratic one step")
def newton_quadratic_update(x: Vector["d"], S: SPD["d", "d"], b: Vector["d"]) -> Chain:
    """On a quadratic Newton's method is done after one step, from anywhere."""
    yield x - inv(S) @ (S @ x - b)
    yield by.inverse, inv(S) @ b


# ---- constraints -----------------------------------------------------------------------------------------------------
@definition(source="cheatsheet 4.15", tags="lagrangian constraint equality multiplier")
def lagrangian_def(x: Vector["d"], a: Vector["d"], b: Real, lam: Real) -> Chain:
    """The Lagrangian adds the constraint times a multiplier; here x'x/2 on the plane a'x = b."""
    yield dot(x, x) / 2 + lam * (dot(a, x) - b)


@identity(source="cheatsheet 4.15 and 4.16", tags="lagrangian stationarity projection plane kkt")
def plane_projection_kkt(a: Vector["d"], b: Real) -> Chain:
    """The point of the plane a'x = b nearest to the origin is ab / (a'a): it is stationary and feasible.

    With an inequality the multiplier is not negative and is zero unless the constraint is active.
    """
    x = let(x=b / dot(a, a) * a)
    yield dot(a, x)
    yield by.cancellation, b + 0 * dot(a, a)


@identity(source="cheatsheet 4.16", tags="kkt complementarity halfspace projection")
def halfspace_kkt(z: Real, c: Real) -> Chain:
    """Complementarity for min (x - z)^2 / 2 with x <= c: the multiplier max(z - c, 0) times the slack is zero."""
    x = let(x=z - relu(z - c))
    lam = let(lam=relu(z - c))
    yield lam * (x - c)
    yield by.cases, ZERO


@identity(source="cheatsheet 4.17", tags="svm dual lagrangian kernel support vector")
def svm_dual(a: NonnegativeVector["n"], X: Matrix["n", "d"], y: Signs["n"], b: Real) -> Chain:
    """The soft-margin Lagrangian at its stationary weights is the dual objective, less b times the sum of a y.

    That sum is zero in the dual; the box 0 <= a <= C comes from the slack variables.
    """
    w = let(w=X.T @ (a * y))
    yield dot(w, w) / 2 - dot(a, y * (X @ w + b) - 1)
    yield by.linearity, sum(a) - dot(a * y, X @ X.T @ (a * y)) / 2 - b * dot(a, y)
