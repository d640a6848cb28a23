"""Regularization: L1, L2, elastic net and their closed forms.

Main results: ``ridge_solution_eq_zero``, ``soft_threshold_le``, ``elastic_net_eq``, ``ridge_shrinkage_eq``.
Notation: ``w`` weights, ``lam alpha`` strengths, ``r`` the share of L1, ``z`` an unpenalized solution.
References: cheatsheet 4 and 7, regularization; Hastie, Tibshirani and Friedman.
"""

from symml.catalog import by
from symml.catalog.declare import Chain, at_most, definition, deriv, identity, inequality, let, limit, tight
from symml.catalog.domains import (
    Matrix,
    Positive,
    Real,
    Unit,
    Vector,
)
from symml.expr.build import eye, inv, sum
from symml.expr.functions import exp, greater, log, relu, sign, softplus, where
from symml.expr.nodes import ONE, constant

PI = constant("pi")


@definition(source="cheatsheet 4.20 and 7.18; zou2005", tags="penalty elastic net l1 l2")
def elastic_net_def(w: Vector["d"], alpha: Positive, r: Unit) -> Chain:
    """The elastic net as the cheatsheet's code writes it: alpha times a mixture of the L1 and squared L2 norms.

    scikit-learn has a half in front of the squares; two weights lam1, lam2 besides alpha are one too many.
    """
    yield alpha * (r * sum(abs(w)) + (1 - r) * sum(w**2))


@identity(source="cheatsheet 7.18; zou2005", tags="penalty elastic net parameters")
def elastic_net_eq(w: Vector["d"], alpha: Positive, r: Unit) -> Chain:
    """The mixture is the form with two weights lam1 = alpha r and lam2 = alpha (1 - r)."""
    yield alpha * (r * sum(abs(w)) + (1 - r) * sum(w**2))
    yield by.linearity, alpha * r * sum(abs(w)) + alpha * (1 - r) * sum(w**2)


@identity(source="cheatsheet 7.17", tags="penalty l2 gradient ridge lambda")
def l2_grad(w: Vector["d"], lam: Positive) -> Chain:
    """The gradient of lam times the squared norm is 2 lam w, with the lam."""
    yield deriv(lam * sum(w**2), w)
    yield by.power_rule, 2 * lam * w


@identity(source="cheatsheet 4.19; hastie2009", tags="ridge closed form normal equations stationary")
def ridge_solution_eq_zero(X: Matrix["n", "d"], y: Vector["n"], lam: Positive) -> Chain:
    """The ridge gradient vanishes at (X'X + lam I)^-1 X'y, for the sum of squares plus lam times the squared norm."""
    A = let(A=X.T @ X + lam * eye(X.shape[1]))
    w = let(w=inv(A) @ X.T @ y)
    yield X.T @ (X @ w - y) + lam * w
    yield by.linearity, A @ w - X.T @ y
    yield by.inverse, 0 * w


@identity(source="hastie2009", tags="ridge shrinkage singular value proportional")
def ridge_shrinkage_eq(s: Positive, u: Real, lam: Positive) -> Chain:
    """Along a singular direction ridge shrinks the least-squares coefficient u/s by s^2 / (s^2 + lam)."""
    yield s / (s**2 + lam) * u
    yield by.algebra, s**2 / (s**2 + lam) * (u / s)


@inequality(source="cheatsheet 4.21 and 7.16; tibshirani1996", tags="lasso soft threshold sparsity proximal")
def soft_threshold_le(z: Real, w: Real, lam: Positive) -> Chain:
    """L1 gives exact zeros: soft-thresholding minimizes (w - z)^2 / 2 + lam |w|, and is zero for |z| <= lam."""
    s = let(s=sign(z) * relu(abs(z) - lam))
    yield (s - z) ** 2 / 2 + lam * abs(s)
    yield by.cases, at_most((w - z) ** 2 / 2 + lam * abs(w))
    yield tight(w, s)


@identity(source="tibshirani1996", tags="lasso soft threshold relu")
def soft_threshold_eq(z: Real, lam: Positive) -> Chain:
    """Soft-thresholding is a difference of two rectifiers."""
    yield sign(z) * relu(abs(z) - lam)
    yield by.cases, relu(z - lam) - relu(-z - lam)


@inequality(source="cheatsheet 7.19", tags="penalty balls diamond circle l1 l2")
def l1_ball_le_l2(x: Real, y: Real) -> Chain:
    """The L1 ball lies inside the L2 ball and touches it at the axes, where coordinates are zero."""
    yield x**2 + y**2
    yield by.algebra, (abs(x) + abs(y)) ** 2 - 2 * abs(x) * abs(y)
    yield by.nonnegative, at_most((abs(x) + abs(y)) ** 2)
    yield tight(y, 0)


@limit(source="cheatsheet 7.21", at="k -> oo", tags="softplus hinge smooth relu")
def softplus_relu_limit(k: Positive) -> Chain:
    """A sharpened softplus tends to the hinge's corner; here at 1, softplus(k)/k tends to 1."""
    yield log(1 + exp(k)) / k
    yield by.limit, ONE


@identity(source="boyd2004", tags="prox projection box clip")
def huber_prox_eq(r: Real, delta: Positive) -> Chain:
    """The slope of the Huber loss is the residual less its soft-thresholded part."""
    yield r - sign(r) * relu(abs(r) - delta)
    yield by.cases, where(greater(abs(r), delta), delta * sign(r), r)


@inequality(source="boyd2004", tags="softplus relu bound", tightness="approached in both tails")
def relu_le_softplus(x: Real) -> Chain:
    """Softplus lies above the rectifier."""
    yield relu(x)
    yield by.cases, at_most(softplus(x))
