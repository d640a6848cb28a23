"""Eigenvalues, spectral norms, Cholesky factors and matrix powers."""

from __future__ import annotations

from symml.errors import ShapeError, SymmlError
from symml.expr import build
from symml.expr.arithmetic import brief, lift, matmul
from symml.expr.functions.matrix import cholesky as cholesky_row
from symml.expr.functions.matrix import eigvals, eigvecs
from symml.expr.indexing import index
from symml.expr.nodes import Expr, eye, linalg_node, show_shape

_MAX_POWER = 64


def eigvalsh(x: object) -> Expr:
    """The eigenvalues of the symmetric part of a matrix, in increasing order."""
    return linalg_node(eigvals, lift(x))


def eigh(x: object) -> tuple[Expr, Expr]:
    """The eigenvalues of the symmetric part, and orthonormal eigenvectors as columns, each up to its sign."""
    node = lift(x)
    return linalg_node(eigvals, node), linalg_node(eigvecs, node)


def cholesky(x: object) -> Expr:
    """The lower triangular L with a positive diagonal and L L' = A."""
    return linalg_node(cholesky_row, lift(x))


def spectral_norm(x: object) -> Expr:
    """The largest singular value."""
    node = lift(x)
    return build.sqrt(build.max(eigvalsh(_gram(node))))


def nuclear_norm(x: object) -> Expr:
    """The sum of the singular values.

    Raises:
        SymmlError: It is not known which side of the matrix is shorter.
    """
    return build.sum(singular_values(x))


def singular_values(x: object) -> Expr:
    """The singular values, in increasing order: the roots of the eigenvalues of the smaller Gram matrix."""
    node = lift(x)
    if len(node.shape) == 2 and node.shape[0] != node.shape[1] and not all(isinstance(d, int) for d in node.shape):
        raise SymmlError(
            f"how many singular values {brief(node)} has depends on its shape {show_shape(node.shape)}",
            cure="declare numbers as dims, or use the Frobenius norm",
        )
    return build.sqrt(eigvalsh(_gram(node)))


def svdvals(x: object) -> Expr:
    """The singular values in decreasing order."""
    return index(singular_values(x), slice(None, None, -1))


def svd(x: object, full_matrices: bool = True, compute_uv: bool = True) -> Expr:
    """The singular values, where no singular vectors are asked for.

    Raises:
        SymmlError: Singular vectors are asked for.
    """
    if compute_uv:
        raise SymmlError(
            "singular vectors have no expression", cure="use svd(X, compute_uv=False), or eigh(X.T @ X) for V"
        )
    return svdvals(x)


def pinv(x: object) -> Expr:
    """The pseudo-inverse of a matrix of full rank: (X'X)^-1 X', or X'(XX')^-1 of a wide one.

    Raises:
        SymmlError: It is not known which side of the matrix is shorter.
    """
    node = lift(x)
    if len(node.shape) == 2 and node.shape[0] == node.shape[1]:
        return build.inv(node)
    if len(node.shape) != 2 or not all(isinstance(d, int) for d in node.shape):
        raise SymmlError(
            f"which pseudo-inverse {brief(node)} has depends on its shape {show_shape(node.shape)}",
            cure="write inv(X.T@X)@X.T for a tall matrix of full rank, X.T@inv(X@X.T) for a wide one",
        )
    gram = build.inv(_gram(node))
    return matmul(node.T, gram) if gram.shape[0] == node.shape[0] else matmul(gram, node.T)


def _gram(node: Expr) -> Expr:
    """``X'X``, or ``XX'`` where that is smaller."""
    if len(node.shape) != 2:
        raise ShapeError(f"a matrix is needed; {brief(node)} is {show_shape(node.shape)}")
    rows, cols = node.shape
    wide = isinstance(rows, int) and isinstance(cols, int) and rows < cols
    return matmul(node, node.T) if wide else matmul(node.T, node)


def matrix_power(x: object, power: object) -> Expr:
    """A whole power of a square matrix; negative ones are powers of the inverse."""
    node = lift(x)
    if len(node.shape) != 2 or node.shape[0] != node.shape[1]:
        raise ShapeError(f"a power needs a square matrix; {brief(node)} is {show_shape(node.shape)}")
    count = int(str(lift(power)))
    if abs(count) > _MAX_POWER:
        raise SymmlError(f"the power {count} is too large", cure=f"use at most {_MAX_POWER}")
    base, result = (build.inv(node) if count < 0 else node), eye(node.shape[0])
    for k in range(abs(count)):
        result = matmul(result, base) if k else base  # type: ignore[assignment] # a product in the place of I
    return result
