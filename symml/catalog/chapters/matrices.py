"""Matrices: products, inverses, determinants, traces.

Main results: ``transpose_product_eq``, ``inverse_product_eq``, ``woodbury_eq``, ``det_lemma_eq``.
Notation: ``A B C`` are matrices, ``S T`` symmetric positive definite ones, ``u v x`` vectors.
References: cheatsheet 1, matrices; The Matrix Cookbook.
"""

from fractions import Fraction

from symml.catalog import by
from symml.catalog.declare import Chain, example, identity, let
from symml.catalog.domains import (
    SPD,
    Invertible,
    Matrix,
    Real,
    Vector,
)
from symml.expr.build import array, det, dot, eye, inv, ones, outer, sum, trace


@example(source="cheatsheet 1.8", tags="matrix transpose")
def transpose_example_eq() -> Chain:
    """Transposing turns rows into columns."""
    A = let(A=array([[1, 2], [3, 4]]))
    yield A.T
    yield by.definition, array([[1, 3], [2, 4]])


@example(source="cheatsheet 1.9", tags="matrix determinant")
def det_example_eq_minus_two() -> Chain:
    """The determinant of [[1, 2], [3, 4]] is exactly -2; in floating point it is -2.0000000000000004."""
    yield det(array([[1, 2], [3, 4]]))
    yield by.definition, ones(()) * 1 * 4 - 2 * 3


@example(source="cheatsheet 1.10", tags="matrix trace")
def trace_example_eq_five() -> Chain:
    """The trace of [[1, 2], [3, 4]] is 5."""
    yield trace(array([[1, 2], [3, 4]]))
    yield by.arithmetic, ones(()) * 5


@example(source="cheatsheet 1.11", tags="matrix rank determinant")
def rank_deficient_det_eq_zero() -> Chain:
    """A matrix with dependent rows has rank below its size, and determinant zero.

    In floating point the rank is a decision about a tolerance.
    """
    yield det(array([[1, 2], [2, 4]]))
    yield by.arithmetic, ones(()) * 0


@example(source="cheatsheet 1.12", tags="matrix inverse determinant")
def inverse_example_eq() -> Chain:
    """The inverse of [[1, 2], [3, 4]] exists, for its determinant is not zero.

    The determinant is no measure of how close to singular a matrix is: it scales with the size of the entries.
    """
    yield inv(array([[1, 2], [3, 4]]))
    yield by.arithmetic, array([[-2, 1], [Fraction(3, 2), Fraction(-1, 2)]])


@identity(source="cheatsheet 1.12", tags="matrix determinant scale")
def det_scale_eq(c: Real) -> Chain:
    """A factor c on a matrix of size 3 multiplies the determinant by its cube: a tiny determinant proves nothing."""
    A = let(A=array([[2, 1, 0], [1, 3, 1], [0, 1, 4]]))
    yield det(c * A)
    yield by.determinant_rule, c**3 * det(A)


@identity(source="cheatsheet 1.13", tags="matrix transpose product")
def transpose_product_eq(A: Matrix["n", "d"], B: Matrix["d", "k"]) -> Chain:
    """The transpose of a product is the product of the transposes in reverse order, for any shapes that fit."""
    P = let(P=A @ B)
    yield P.T
    yield by.transpose_rule, B.T @ A.T


@identity(source="cheatsheet 1.14", tags="matrix inverse product")
def inverse_product_eq(A: Invertible["d", "d"], B: Invertible["d", "d"]) -> Chain:
    """The inverse of a product is the product of the inverses in reverse order; both must be square and invertible."""
    yield inv(A @ B)
    yield by.inverse, inv(B) @ inv(A)


@identity(source="cheatsheet 1.14", tags="matrix inverse")
def inverse_eq_identity(A: Invertible["d", "d"]) -> Chain:
    """A matrix times its inverse is the identity."""
    yield A @ inv(A)
    yield by.inverse, eye(A.shape[0])


@identity(source="cheatsheet 1.14", tags="matrix inverse transpose")
def inverse_transpose_eq(A: Invertible["d", "d"]) -> Chain:
    """Inverting and transposing may be exchanged."""
    yield inv(A.T)
    yield by.transpose_rule, inv(A).T


@identity(source="cheatsheet 1.15", tags="matrix identity")
def identity_matrix_eq(A: Matrix["n", "d"], B: Matrix["n", "n"]) -> Chain:
    """The identity matrix changes nothing: in a sum of factors it contributes the other factor as it is."""
    yield (eye(A.shape[0]) + B) @ A
    yield by.linearity, A + B @ A


@identity(source="petersen2012", tags="matrix trace cyclic")
def trace_cyclic_eq(A: Matrix["n", "d"], B: Matrix["d", "k"], C: Matrix["k", "n"]) -> Chain:
    """Factors in a trace may be rotated."""
    yield trace(A @ B @ C)
    yield by.trace_rule, trace(B @ C @ A)
    yield by.trace_rule, trace(C @ A @ B)


@identity(source="petersen2012", tags="matrix trace frobenius inner product")
def frobenius_inner_eq(A: Matrix["n", "d"], B: Matrix["n", "d"]) -> Chain:
    """The trace of A'B is the sum of products of entries."""
    yield trace(A.T @ B)
    yield by.definition, sum(A * B)


@identity(source="petersen2012", tags="matrix quadratic form trace")
def quadratic_form_eq_trace(x: Vector["n"], A: Matrix["n", "n"]) -> Chain:
    """A quadratic form is a trace with a rank-one matrix."""
    yield dot(x, A @ x)
    yield by.trace_rule, trace(A @ outer(x, x))


@identity(source="petersen2012", tags="matrix symmetric quadratic form")
def quadratic_form_symm(x: Vector["n"], A: Matrix["n", "n"]) -> Chain:
    """Only the symmetric part of a matrix enters its quadratic form."""
    yield dot(x, A @ x)
    yield by.symmetry, dot(x, (A + A.T) / 2 @ x)


@identity(source="petersen2012", tags="matrix determinant product")
def det_product_eq(A: Invertible["d", "d"], B: Invertible["d", "d"]) -> Chain:
    """The determinant of a product is the product of the determinants."""
    yield det(A @ B)
    yield by.determinant_rule, det(A) * det(B)


@identity(source="petersen2012", tags="matrix determinant inverse")
def det_inverse_eq(A: Invertible["d", "d"]) -> Chain:
    """The determinant of the inverse is the inverse of the determinant."""
    yield det(inv(A))
    yield by.determinant_rule, 1 / det(A)


@identity(source="petersen2012", tags="matrix determinant rank one lemma")
def det_lemma_eq(A: Invertible["d", "d"], u: Vector["d"], v: Vector["d"]) -> Chain:
    """Matrix determinant lemma: an update of rank one multiplies the determinant by a number."""
    yield det(A + outer(u, v))
    yield by.determinant_rule, det(A) * (1 + dot(v, inv(A) @ u))


@identity(source="petersen2012", tags="matrix inverse rank one sherman morrison")
def sherman_morrison_eq(A: Invertible["d", "d"], u: Vector["d"], v: Vector["d"]) -> Chain:
    """Sherman and Morrison: the inverse after an update of rank one, where 1 + v'A^-1 u is not zero."""
    yield inv(A + outer(u, v))
    yield by.inverse, inv(A) - outer(inv(A) @ u, v @ inv(A)) / (1 + dot(v, inv(A) @ u))


@identity(source="petersen2012", tags="matrix inverse woodbury gaussian")
def woodbury_eq(A: SPD["d", "d"], C: SPD["k", "k"], U: Matrix["d", "k"]) -> Chain:
    """Woodbury: the inverse after an update of low rank needs an inverse of the small size only."""
    yield inv(A + U @ C @ U.T)
    yield by.inverse, inv(A) - inv(A) @ U @ inv(inv(C) + U.T @ inv(A) @ U) @ U.T @ inv(A)


@identity(source="petersen2012", tags="matrix determinant sylvester")
def sylvester_det_eq(A: Matrix["n", "d"], B: Matrix["d", "n"]) -> Chain:
    """Sylvester: I + AB and I + BA have one determinant, though their sizes differ."""
    yield det(eye(A.shape[0]) + A @ B)
    yield by.determinant_rule, det(eye(A.shape[1]) + B @ A)


@identity(source="petersen2012", tags="matrix push through ridge kernel")
def push_through_eq(X: Matrix["n", "d"], S: SPD["d", "d"], T: SPD["n", "n"]) -> Chain:
    """A factor may be pushed through an inverse: the primal and the dual form of ridge regression."""
    yield inv(inv(S) + X.T @ inv(T) @ X) @ X.T @ inv(T)
    yield by.inverse, S @ X.T @ inv(X @ S @ X.T + T)


@identity(source="petersen2012", tags="matrix resolvent inverse difference")
def inverse_difference_eq(A: Invertible["d", "d"], B: Invertible["d", "d"]) -> Chain:
    """The difference of two inverses is a product with the difference in the middle."""
    yield inv(A) - inv(B)
    yield by.inverse, inv(A) @ (B - A) @ inv(B)
