"""Gaussian identities: block matrices, conditioning, products, entropy, divergence, filters.

Main results: ``schur_decomposition``, ``block_inverse_eq``, ``conditioning_decomposition``, ``normal_kl``,
``multivariate_normal_grad``, ``joseph_eq``.
Notation: ``A B C D`` blocks, ``S T P R`` covariances, ``x y mu`` vectors, ``K`` a gain, ``H`` an observation matrix.
References: Bishop; Petersen and Pedersen; Rasmussen and Williams.
"""

from symml.catalog import by
from symml.catalog.declare import Chain, at_least, definition, deriv, identity, inequality, let, tight
from symml.catalog.domains import SPD, Invertible, Matrix, Positive, PositiveVector, Real, Unit, Vector
from symml.expr.build import det, diag, dot, eye, inv, logdet, outer, sqrt, sum, trace
from symml.expr.functions import exp, log
from symml.expr.nodes import ONE, ZERO, constant, extent
from symml.expr.ranges import integral
from symml.expr.sequences import block

INF = float("inf")
PI = constant("pi")


# ---- blocks ----------------------------------------------------------------------------------------------------------
@identity(source="bishop2006; petersen2012", tags="gaussian schur complement block quadratic form completing square")
def schur_decomposition(
    A: SPD["n", "n"], B: Matrix["n", "m"], D: SPD["m", "m"], x: Vector["n"], y: Vector["m"]
) -> Chain:
    """A quadratic form in two blocks splits at the Schur complement D - B'A^-1 B: the square is completed in x."""
    z = let(z=x + inv(A) @ B @ y)
    yield dot(x, A @ x) + 2 * dot(x, B @ y) + dot(y, D @ y)
    yield by.complete_square, dot(z, A @ z) + dot(y, (D - B.T @ inv(A) @ B) @ y)


@identity(source="petersen2012", tags="matrix schur complement block determinant")
def schur_det_eq(A: Invertible["2", "2"], B: Matrix["2", "2"], C: Matrix["2", "2"], D: Invertible["2", "2"]) -> Chain:
    """The determinant of a block matrix is that of a block times that of its Schur complement; here blocks of two."""
    yield det(block([[A, B], [C, D]]))
    yield by.determinant_rule, det(A) * det(D - C @ inv(A) @ B)


@identity(source="petersen2012", tags="matrix schur complement block triangular factorization ldu")
def schur_product_eq(A: Invertible["n", "n"], B: Matrix["n", "m"], C: Matrix["m", "n"], y: Vector["m"]) -> Chain:
    """The Schur complement is what is left of the second block when the first unknown is eliminated."""
    x = let(x=-inv(A) @ B @ y)
    yield A @ x + B @ y
    yield by.inverse, 0 * (B @ y)


@identity(source="petersen2012", tags="matrix schur complement block inverse woodbury")
def block_inverse_eq(A: SPD["n", "n"], B: Matrix["n", "m"], D: SPD["m", "m"]) -> Chain:
    """The first block of the inverse of [[A, B], [B', D]] in two forms: one inverts D, the other A."""
    yield inv(A - B @ inv(D) @ B.T)
    yield by.entry("matrices.woodbury_eq"), inv(A) + inv(A) @ B @ inv(D - B.T @ inv(A) @ B) @ B.T @ inv(A)


@identity(source="bishop2006", tags="gaussian conditional mean covariance precision regression")
def conditioning_decomposition(
    P: SPD["n", "n"], Q: Matrix["n", "m"], x: Vector["n"], y: Vector["m"], mu: Vector["n"], nu: Vector["m"]
) -> Chain:
    """Conditioning a Gaussian on y shifts its mean linearly and keeps its precision block P.

    In x the exponent is a square about mu - P^-1 Q (y - nu), plus terms without x.
    """
    u = let(u=x - mu)
    v = let(v=y - nu)
    m = let(m=mu - inv(P) @ Q @ (y - nu))
    yield dot(u, P @ u) + 2 * dot(u, Q @ v)
    yield by.complete_square, dot(x - m, P @ (x - m)) - dot(Q @ v, inv(P) @ (Q @ v))


@identity(source="bishop2006", tags="gaussian product posterior precision matrix conjugate")
def precision_product_eq(P: SPD["d", "d"], Q: SPD["d", "d"], a: Vector["d"], b: Vector["d"], x: Vector["d"]) -> Chain:
    """Multiplying two Gaussians adds their precision matrices; the slope of the exponent vanishes at the new mean."""
    m = let(m=inv(P + Q) @ (P @ a + Q @ b))
    yield P @ (x - a) + Q @ (x - b)
    yield by.linearity, (P + Q) @ (x - m)


# ---- log-density -----------------------------------------------------------------------------------------------------
@definition(source="cheatsheet 3.13; bishop2006", tags="gaussian multivariate normal log density")
def multivariate_normal_def(x: Vector["d"], mu: Vector["d"], S: SPD["d", "d"]) -> Chain:
    """The log-density of the multivariate normal distribution with covariance S."""
    yield -(extent(x.shape[0]) * log(2 * PI) + logdet(S) + dot(x - mu, inv(S) @ (x - mu))) / 2


@identity(source="bishop2006", tags="gaussian multivariate normal score mean gradient")
def multivariate_normal_grad(x: Vector["d"], mu: Vector["d"], S: SPD["d", "d"]) -> Chain:
    """The score of the mean is the deviation, weighed by the precision."""
    yield deriv(-(logdet(S) + dot(x - mu, inv(S) @ (x - mu))) / 2, mu)
    yield by.chain_rule, inv(S) @ (x - mu)


@identity(source="petersen2012", tags="gaussian multivariate normal score covariance gradient")
def covariance_score_grad(x: Vector["d"], mu: Vector["d"], S: SPD["d", "d"]) -> Chain:
    """The score of the covariance vanishes where the deviation's outer product is the covariance, on average."""
    r = let(r=x - mu)
    yield deriv(-(logdet(S) + dot(r, inv(S) @ r)) / 2, S)
    yield by.matrix_rule, inv(S) @ (outer(r, r) - S) @ inv(S) / 2


@identity(source="bishop2006", tags="gaussian multivariate normal maximum likelihood mean")
def multivariate_normal_mle(X: Matrix["n", "d"], mu: Vector["d"], S: SPD["d", "d"]) -> Chain:
    """The log-likelihood of n samples in rows has a slope in the mean that vanishes at the sample mean."""
    n = extent(X.shape[0])
    r = let(r=X - mu)
    yield deriv(-trace(r @ inv(S) @ r.T) / 2, mu)
    yield by.chain_rule, inv(S) @ (sum(X, axis=0) - n * mu)


@identity(source="bishop2006", tags="gaussian multivariate normal whitening change of variables jacobian")
def affine_density_eq(z: Vector["d"], L: Invertible["d", "d"], mu: Vector["d"]) -> Chain:
    """With x = mu + Lz the density of x is that of z over |det L|: the quadratic form is unchanged."""
    x = let(x=mu + L @ z)
    yield dot(x - mu, inv(L @ L.T) @ (x - mu)) + logdet(L @ L.T)
    yield by.inverse, dot(z, z) + 2 * logdet(L)


# ---- entropy and divergence ------------------------------------------------------------------------------------------
@identity(source="cover2006", tags="gaussian normal differential entropy integral")
def normal_entropy(x: Real, sigma: Positive) -> Chain:
    """The differential entropy of a normal variable, in nats; it is negative for a small sigma."""
    density = exp(-(x**2) / (2 * sigma**2)) / (sigma * sqrt(2 * PI))
    yield integral(density * (x**2 / (2 * sigma**2) + log(sigma * sqrt(2 * PI))), x, -INF, INF)
    yield by.integral, (1 + log(2 * PI * sigma**2)) / 2


@identity(source="cover2006", tags="gaussian normal kl divergence integral")
def normal_kl(x: Real, mu: Real, s: Positive, t: Positive) -> Chain:
    """The divergence of N(mu, t^2) from N(0, s^2), in nats: the mean difference of log-densities."""
    density = exp(-(x**2) / (2 * s**2)) / (s * sqrt(2 * PI))
    ratio = (x - mu) ** 2 / (2 * t**2) - x**2 / (2 * s**2) + log(t / s)
    yield integral(density * ratio, x, -INF, INF)
    yield by.integral, log(t / s) + (s**2 + mu**2) / (2 * t**2) - ONE / 2


@identity(source="kingma2014", tags="gaussian kl divergence multivariate trace covariance")
def gaussian_trace_eq(V: Matrix["n", "d"], p: Vector["n"], S: SPD["d", "d"]) -> Chain:
    """A mean quadratic form is a trace: the mean of v'S^-1 v, with weights p on the rows of V, is tr(S^-1 E vv')."""
    yield sum(p * sum(V @ inv(S) * V, axis=1))
    yield by.trace_rule, trace(inv(S) @ (V.T @ diag(p) @ V))


@identity(source="kingma2014", tags="gaussian kl divergence multivariate covariance gradient")
def gaussian_kl_grad(S: SPD["d", "d"], T: SPD["d", "d"], m: Vector["d"]) -> Chain:
    """The divergence of N(m, T) from N(0, S) has a slope in S that vanishes for S = T."""
    d = extent(m.shape[0])
    yield deriv((trace(inv(T) @ S) + dot(m, inv(T) @ m) - d + logdet(T) - logdet(S)) / 2, S)
    yield by.matrix_rule, (inv(T) - inv(S)) / 2


@inequality(source="cover2006", tags="gaussian kl divergence covariance nonnegative eigenvalue")
def gaussian_kl_nonneg(ev: PositiveVector["d"]) -> Chain:
    """The divergence between centered Gaussians is not negative; ev are the eigenvalues of T^-1 S."""
    yield sum(ev - 1 - log(ev)) / 2
    yield by.log_bound, at_least(ZERO)
    yield tight(ev, ev / ev)


@identity(source="casella2002", tags="gaussian fisher information mean integral score")
def normal_fisher_eq(x: Real, mu: Real, sigma: Positive) -> Chain:
    """The Fisher information of a normal mean, the mean squared score, is one over the variance."""
    density = exp(-((x - mu) ** 2) / (2 * sigma**2)) / (sigma * sqrt(2 * PI))
    yield integral(((x - mu) / sigma**2) ** 2 * density, x, -INF, INF)
    yield by.integral, 1 / sigma**2


@identity(source="murphy2022", tags="gaussian stein identity integral")
def stein_eq(x: Real, sigma: Positive) -> Chain:
    """Stein: for a centered normal E[x f(x)] less the variance times E[f'(x)] vanishes; here for f(x) = x^3."""
    density = exp(-(x**2) / (2 * sigma**2)) / (sigma * sqrt(2 * PI))
    yield integral((x * x**3 - sigma**2 * 3 * x**2) * density, x, -INF, INF)
    yield by.integral, ZERO


# ---- regression and filtering ----------------------------------------------------------------------------------------
@identity(source="rasmussen2006", tags="gaussian kalman gain filter update optimal")
def kalman_gain_grad(P: SPD["n", "n"], R: SPD["m", "m"], H: Matrix["m", "n"], K: Matrix["n", "m"]) -> Chain:
    """The filtered variance, the trace of (I - KH) P (I - KH)' + K R K', is stationary at the Kalman gain."""
    G = let(G=eye(P.shape[0]) - K @ H)
    yield deriv(trace(G @ P @ G.T + K @ R @ K.T), K)
    yield by.matrix_rule, 2 * (K @ (H @ P @ H.T + R) - P @ H.T)


@identity(source="rasmussen2006", tags="gaussian kalman filter joseph form covariance update")
def joseph_eq(P: SPD["n", "n"], R: SPD["m", "m"], H: Matrix["m", "n"]) -> Chain:
    """At the Kalman gain the filtered covariance is (I - KH) P: Joseph's form, which stays symmetric, is the same."""
    K = let(K=P @ H.T @ inv(H @ P @ H.T + R))
    G = let(G=eye(P.shape[0]) - K @ H)
    yield G @ P @ G.T + K @ R @ K.T
    yield by.inverse, G @ P


@identity(source="rasmussen2006", tags="gaussian process posterior mean kernel ridge regression")
def kernel_ridge_eq(X: Matrix["n", "d"], y: Vector["n"], lam: Positive) -> Chain:
    """Ridge regression in the primal and in the dual: d parameters or n coefficients of kernels give one predictor."""
    yield inv(X.T @ X + lam * eye(X.shape[1])) @ X.T @ y
    yield by.entry("matrices.push_through_eq"), X.T @ inv(X @ X.T + lam * eye(X.shape[0])) @ y


@identity(source="rasmussen2006", tags="gaussian process log marginal likelihood gradient kernel")
def evidence_grad(K: SPD["n", "n"], y: Vector["n"]) -> Chain:
    """The log evidence of a Gaussian process pulls its covariance to the outer product of the data."""
    a = let(a=inv(K) @ y)
    yield deriv(-(dot(y, inv(K) @ y) + logdet(K)) / 2, K)
    yield by.matrix_rule, (outer(a, a) - inv(K)) / 2


@identity(source="bishop2006", tags="gaussian bivariate conditional variance correlation")
def conditional_var(rho: Unit, s: Positive, t: Positive) -> Chain:
    """Knowing a variable of correlation rho leaves 1 - rho^2 of the variance: the Schur complement."""
    yield s**2 - (rho * s * t) * (1 / t**2) * (rho * s * t)
    yield by.common_factor, s**2 * (1 - rho**2)
