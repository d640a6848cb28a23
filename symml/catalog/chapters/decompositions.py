"""Matrix factors: eigenvalues, singular values, QR, Cholesky, definiteness, Mahalanobis.

A factorization is stated by its factors: A stands for the product, and the facts of the factors (orthogonal,
invertible, diagonal) do the work.

Main results: ``eigen_factors_eq``, ``svd_gram_eq``, ``qr_gram_eq``, ``spectral_quadratic_eq``,
``mahalanobis_whitened_eq``.
Notation: ``Q U V`` are orthogonal or invertible matrices, ``s`` singular values, ``ev`` eigenvalues.
References: cheatsheet 1, eigenvalues and decompositions; cheatsheet 7, positive definite matrices.
"""

from symml.catalog import by
from symml.catalog.declare import Chain, at_least, definition, example, identity, inequality, let, tight
from symml.catalog.domains import (
    SPD,
    Invertible,
    Matrix,
    Orthogonal,
    PositiveVector,
    Vector,
)
from symml.expr.build import array, diag, dot, eye, inv, logdet, ones, outer, sqrt, sum, trace
from symml.expr.functions import log


@identity(source="cheatsheet 1.16 and 8.8", tags="matrix eigenvalue eigenvector", given="A = V diag(ev) V^-1")
def eigen_factors_eq(V: Invertible["d", "d"], ev: Vector["d"]) -> Chain:
    """A matrix acts on its eigenvectors, the columns of V, by the eigenvalues.

    Column by column it says A v = l v with v not zero, for the columns of an invertible matrix are not.
    """
    A = let(A=V @ diag(ev) @ inv(V))
    yield A @ V
    yield by.factors, V @ diag(ev) @ inv(V) @ V
    yield by.inverse, V @ diag(ev)


@example(source="cheatsheet 1.17", tags="matrix eigenvalue eigenvector")
def eigenvalue_example_eq() -> Chain:
    """The matrix [[4, 2], [1, 3]] has eigenvalues 5 and 2; sign and length of an eigenvector are free."""
    yield array([[4, 2], [1, 3]]) @ array([[2, 1], [1, -1]])
    yield by.arithmetic, array([[10, 2], [5, -2]])
    yield by.factors, array([[2, 1], [1, -1]]) @ diag(array([5, 2]))


@identity(source="cheatsheet 1.17", tags="matrix eigenvalue trace")
def trace_eq_eigenvalues(V: Invertible["d", "d"], ev: Vector["d"]) -> Chain:
    """The trace is the sum of the eigenvalues."""
    yield trace(V @ diag(ev) @ inv(V))
    yield by.trace_rule, trace(diag(ev) @ inv(V) @ V)
    yield by.inverse, sum(ev)


@identity(source="cheatsheet 1.18; horn2013", tags="matrix eigenvalue pca orthogonal spectral")
def pca_variance_eq(X: Matrix["n", "d"], Q: Orthogonal["d", "d"]) -> Chain:
    """Rotating the data to principal axes keeps the total variance."""
    yield trace((X @ Q).T @ (X @ Q))
    yield by.trace_rule, trace(X.T @ X @ Q @ Q.T)
    yield by.orthogonality, trace(X.T @ X)


@identity(source="cheatsheet 1.19 and 8.9", tags="matrix svd singular value", given="A = U diag(s) V'")
def svd_gram_eq(U: Orthogonal["d", "d"], V: Orthogonal["d", "d"], s: Vector["d"]) -> Chain:
    """The Gram matrix of A = U diag(s) V' has the columns of V as eigenvectors and the squares of s as eigenvalues."""
    A = let(A=U @ diag(s) @ V.T)
    yield A.T @ A
    yield by.factors, V @ diag(s) @ U.T @ U @ diag(s) @ V.T
    yield by.orthogonality, V @ diag(s**2) @ V.T


@identity(source="cheatsheet 1.19", tags="matrix svd singular value frobenius norm", given="A = U diag(s) V'")
def svd_frobenius_eq(U: Orthogonal["d", "d"], V: Orthogonal["d", "d"], s: Vector["d"]) -> Chain:
    """The squared Frobenius norm is the sum of squared singular values."""
    A = let(A=U @ diag(s) @ V.T)
    yield sum(A**2)
    yield by.trace_rule, trace(A.T @ A)
    yield by.orthogonality, sum(s**2)


@identity(source="cheatsheet 1.19", tags="matrix svd pseudoinverse least squares", given="A = U diag(s) V'")
def svd_inverse_eq(U: Orthogonal["d", "d"], V: Orthogonal["d", "d"], s: PositiveVector["d"]) -> Chain:
    """The inverse of A = U diag(s) V' turns the factors around and inverts the singular values."""
    yield U @ diag(s) @ V.T @ (V @ diag(1 / s) @ U.T)
    yield by.orthogonality, U @ diag(s) @ diag(1 / s) @ U.T
    yield by.orthogonality, eye(s.shape[0])


@identity(source="cheatsheet 1.20", tags="matrix svd reconstruction reduced")
def svd_reconstruction_eq(U: Matrix["n", "2"], V: Matrix["d", "2"], s: Vector["2"]) -> Chain:
    """A matrix is the sum of its singular values times outer products of the singular vectors; here of rank two.

    The factors have as many columns as there are singular values (full_matrices=False): with the full V' of a 2 x 3
    matrix the product does not fit.
    """
    u = let(u=U[:, 0])
    w = let(w=U[:, 1])
    a = let(a=V[:, 0])
    b = let(b=V[:, 1])
    yield U @ diag(s) @ V.T
    yield by.definition, s[0] * outer(u, a) + s[1] * outer(w, b)


@identity(source="cheatsheet 1.21", tags="matrix qr gram least squares", given="A = Q R")
def qr_gram_eq(Q: Orthogonal["d", "d"], R: Invertible["d", "d"]) -> Chain:
    """With A = QR the Gram matrix is R'R: R is a Cholesky factor of it, up to signs of rows."""
    A = let(A=Q @ R)
    yield A.T @ A
    yield by.factors, R.T @ Q.T @ Q @ R
    yield by.orthogonality, R.T @ R


@identity(source="cheatsheet 1.21", tags="matrix qr least squares solve", given="A = Q R")
def qr_solve_eq(Q: Orthogonal["d", "d"], R: Invertible["d", "d"], b: Vector["d"]) -> Chain:
    """With A = QR a linear system needs one product with Q' and one triangular solve."""
    yield inv(Q @ R) @ b
    yield by.inverse, inv(R) @ inv(Q) @ b
    yield by.orthogonality, inv(R) @ Q.T @ b


@example(source="cheatsheet 1.22", tags="matrix cholesky")
def cholesky_example_eq() -> Chain:
    """The Cholesky factor of [[4, 2], [2, 3]] is [[2, 0], [1, root 2]]."""
    L = let(L=array([[2, 0], [1, sqrt(2)]]))
    yield L @ L.T
    yield by.arithmetic, array([[4, 2], [2, 3]])


@identity(source="cheatsheet 1.22", tags="matrix cholesky determinant logdet", given="S = L L'")
def cholesky_logdet_eq(L: Invertible["d", "d"]) -> Chain:
    """The log-determinant of LL' is twice that of the factor; for a triangular L that is a sum over its diagonal."""
    yield logdet(L @ L.T)
    yield by.determinant_rule, 2 * logdet(L)


@inequality(source="cheatsheet 7.8", tags="matrix positive definite quadratic form")
def spd_quadratic_nonneg(x: Vector["d"], S: SPD["d", "d"]) -> Chain:
    """The quadratic form of a positive definite matrix is never negative; it is zero for x = 0 only."""
    yield dot(x, S @ x)
    yield by.definition, at_least(0 * sum(x))
    yield tight(x, 0 * x)


@inequality(source="cheatsheet 7.10 and 7.11", tags="matrix gram kernel covariance positive semidefinite")
def gram_quadratic_nonneg(X: Matrix["n", "d"], v: Vector["d"]) -> Chain:
    """A Gram matrix is positive semidefinite: covariance matrices and linear kernels are."""
    yield dot(v, X.T @ X @ v)
    yield by.algebra, sum((X @ v) ** 2)
    yield by.squares, at_least(0 * sum(v))
    yield tight(v, 0 * v)


@example(source="cheatsheet 7.9", tags="matrix positive definite eigenvalue symmetric counterexample")
def nonsymmetric_form_eq_minus_three() -> Chain:
    """[[1, 5], [0, 1]] has eigenvalues 1 and 1, yet its quadratic form takes the value -3: it is not symmetric."""
    x = let(x=array([1, -1]))
    yield dot(x, array([[1, 5], [0, 1]]) @ x)
    yield by.arithmetic, ones(()) * -3


@identity(source="cheatsheet 7.9", tags="matrix positive definite eigenvalue", given="S = Q diag(ev) Q'")
def spectral_quadratic_eq(Q: Orthogonal["d", "d"], ev: Vector["d"], x: Vector["d"]) -> Chain:
    """A symmetric matrix's quadratic form weighs the squared coordinates along its eigenvectors by the eigenvalues.

    So for a symmetric matrix positive eigenvalues and positive definiteness are one condition.
    """
    yield dot(x, Q @ diag(ev) @ Q.T @ x)
    yield by.factors, sum(ev * (Q.T @ x) ** 2)


@example(source="cheatsheet 2.19 and 7.9", tags="matrix hessian eigenvalue")
def hessian_eigen_example_eq() -> Chain:
    """The Hessian [[2, 1], [1, 2]] has eigenvalues 3 and 1: positive definite."""
    V = let(V=array([[1, 1], [1, -1]]))
    yield array([[2, 1], [1, 2]]) @ V
    yield by.factors, V @ diag(array([3, 1]))


# ---- Mahalanobis and whitening ---------------------------------------------------------------------------------------
@definition(source="cheatsheet 1.23", tags="distance mahalanobis covariance")
def mahalanobis_def(x: Vector["d"], mu: Vector["d"], S: SPD["d", "d"]) -> Chain:
    """The Mahalanobis distance measures a deviation in units of the covariance.

    For one sample; a batch needs one number a row. Solve with S, or with its Cholesky factor, instead of inverting.
    """
    yield sqrt(dot(x - mu, inv(S) @ (x - mu)))


@identity(source="cheatsheet 1.23", tags="distance mahalanobis whitening cholesky", given="S = L L'")
def mahalanobis_whitened_eq(x: Vector["d"], mu: Vector["d"], L: Invertible["d", "d"]) -> Chain:
    """The squared Mahalanobis distance is the squared length of the whitened deviation, one triangular solve."""
    z = let(z=inv(L) @ (x - mu))
    yield dot(x - mu, inv(L @ L.T) @ (x - mu))
    yield by.inverse, dot(x - mu, inv(L).T @ (inv(L) @ (x - mu)))
    yield by.algebra, dot(z, z)


@identity(source="cheatsheet 1.23", tags="distance mahalanobis affine invariance")
def mahalanobis_affine_eq(x: Vector["d"], mu: Vector["d"], S: SPD["d", "d"], A: Invertible["d", "d"]) -> Chain:
    """The Mahalanobis distance does not depend on the choice of coordinates."""
    yield dot(A @ (x - mu), inv(A @ S @ A.T) @ (A @ (x - mu)))
    yield by.inverse, dot(x - mu, inv(S) @ (x - mu))


@identity(source="petersen2012", tags="matrix logdet log determinant eigenvalue", given="S = Q diag(ev) Q'")
def logdet_eq_eigenvalues(Q: Orthogonal["d", "d"], ev: PositiveVector["d"]) -> Chain:
    """The log-determinant is the sum of the logarithms of the eigenvalues."""
    yield logdet(Q @ diag(ev) @ Q.T)
    yield by.determinant_rule, sum(log(ev))
