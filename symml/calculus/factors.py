"""Derivatives of eigenvalues, eigenvectors and Cholesky factors: functions of the symmetric part of a matrix."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from symml.calculus.canonical import add_terms
from symml.expr.arithmetic import full, rational_power, scale
from symml.expr.contract import contract
from symml.expr.functions import greater, where
from symml.expr.functions.matrix import eigvals, eigvecs, inv
from symml.expr.nodes import Expr, Linalg, eye, linalg_node, positions

Labels = tuple[int, ...]
_HALF = Fraction(1, 2)


def _pull_eigvals(g: Expr, node: Linalg, seeds: Labels) -> Expr:
    """d lambda = diag(U' dA U)"""
    vectors = linalg_node(eigvecs, node.args[0])
    return contract([(vectors, (0, 2)), (g, (*seeds, 2)), (vectors, (1, 2))], (*seeds, 0, 1))


def _pull_eigvecs(g: Expr, node: Linalg, seeds: Labels) -> Expr:
    """dU = U (F * (U' dA U)) with F_kl = 1 / (lambda_l - lambda_k) off the diagonal (distinct eigenvalues)"""
    n = node.shape[0]
    values = linalg_node(eigvals, node.args[0])
    gaps = add_terms([_along_columns(values), scale(-1, _along_rows(values))])
    parts = where(eye(n), full(0, (n, n)), rational_power(gaps, Fraction(-1)))
    # 0, 1: the axes of dA; 2: k; 3: l; 4: a component of the vectors
    factors = [(node, (0, 2)), (node, (4, 2)), (g, (*seeds, 4, 3)), (parts, (2, 3)), (node, (1, 3))]
    return _symmetric(contract(factors, (*seeds, 0, 1)), seeds)


def _pull_cholesky(g: Expr, node: Linalg, seeds: Labels) -> Expr:
    """dL = L phi(L^-1 dA L^-T), where phi keeps what is below the diagonal and half of the diagonal"""
    n = node.shape[0]
    inverse = linalg_node(inv, node)
    below = greater(_along_rows(positions(n)), _along_columns(positions(n)))
    phi = add_terms([below, scale(_HALF, eye(n))])
    # 0, 1: the axes of dA; 2, 3: of phi; 4: inside L'G
    factors = [(inverse, (2, 0)), (node, (4, 2)), (g, (*seeds, 4, 3)), (phi, (2, 3)), (inverse, (3, 1))]
    return _symmetric(contract(factors, (*seeds, 0, 1)), seeds)


def _along_rows(v: Expr) -> Expr:
    """The entry of ``v`` for the row of each place of a matrix."""
    return contract([(v, (0,))], (0, 1), dims={1: v.shape[0]})


def _along_columns(v: Expr) -> Expr:
    """The entry of ``v`` for the column of each place of a matrix."""
    return contract([(v, (1,))], (0, 1), dims={0: v.shape[0]})


def _symmetric(adjoint: Expr, seeds: Labels) -> Expr:
    """(A + A') / 2 over the last two axes."""
    swapped = contract([(adjoint, (*seeds, 1, 0))], (*seeds, 0, 1))
    return scale(_HALF, add_terms([adjoint, swapped]))


PULL_FACTORS: dict[str, Callable[[Expr, Linalg, Labels], Expr]] = {
    "eigvals": _pull_eigvals,
    "eigvecs": _pull_eigvecs,
    "cholesky": _pull_cholesky,
}
