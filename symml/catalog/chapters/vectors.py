"""Vectors: norms, angles, projections.

Main results: ``cauchy_schwarz_le_norms``, ``projection_residual_eq_zero``, ``pythagoras_decomposition``.
Notation: ``a b x`` are real vectors.
References: cheatsheet 1, vectors.
"""

from symml.catalog import by
from symml.catalog.declare import Chain, at_least, at_most, definition, example, identity, inequality, let, tight
from symml.catalog.domains import (
    NonzeroVector,
    Vector,
)
from symml.expr.build import array, dot, eye, mean, norm, ones, outer, sqrt, sum
from symml.expr.functions import arccos


@example(source="cheatsheet 1.1", tags="vector norm euclidean")
def euclidean_norm_eq_sqrt14() -> Chain:
    """The Euclidean norm of (1, 2, 3) is the root of 14."""
    yield norm(array([1, 2, 3]))
    yield by.arithmetic, sqrt(14)


@example(source="cheatsheet 1.2", tags="vector norm manhattan")
def manhattan_norm_eq_six() -> Chain:
    """The 1-norm of (1, 2, 3) is 6."""
    yield norm(array([1, 2, 3]), 1)
    yield by.arithmetic, ones(()) * 6


@example(source="cheatsheet 1.3", tags="vector dot inner product")
def dot_eq_thirty_two() -> Chain:
    """The inner product of (1, 2, 3) and (4, 5, 6) is 32."""
    yield dot(array([1, 2, 3]), array([4, 5, 6]))
    yield by.arithmetic, ones(()) * 32


@definition(source="cheatsheet 1.4", tags="vector angle cosine")
def angle_def(a: NonzeroVector["n"], b: NonzeroVector["n"]) -> Chain:
    """The angle between two vectors is the arccosine of their inner product over the norms.

    Neither vector may be zero. In floating point the quotient can leave [-1, 1] by rounding and must be clipped.
    """
    yield arccos(dot(a, b) / (norm(a) * norm(b)))


@example(source="cheatsheet 1.5", tags="vector orthogonal")
def orthogonal_dot_eq_zero() -> Chain:
    """The vectors (1, 2) and (-2, 1) are orthogonal: their inner product is zero."""
    yield dot(array([1, 2]), array([-2, 1]))
    yield by.arithmetic, ones(()) * 0


@identity(source="cheatsheet 1.5", tags="vector orthogonal pythagoras")
def pythagoras_decomposition(a: Vector["n"], b: NonzeroVector["n"]) -> Chain:
    """A vector's squared length is that of its projection plus that of the residual."""
    p = let(p=dot(a, b) / dot(b, b) * b)
    yield dot(p, p) + dot(a - p, a - p)
    yield by.algebra, dot(a, b) ** 2 / dot(b, b) + (dot(a, a) - dot(a, b) ** 2 / dot(b, b))
    yield by.cancellation, dot(a, a)


@identity(source="cheatsheet 1.6", tags="vector norm unit normalize")
def normalized_norm_eq_one(x: NonzeroVector["n"]) -> Chain:
    """A vector over its norm has length one; the zero vector has no direction."""
    yield norm(x / norm(x))
    yield by.definition, norm(x) / norm(x)
    yield by.cancellation, ones(())


@identity(source="cheatsheet 1.7", tags="vector projection residual orthogonal")
def projection_residual_eq_zero(a: Vector["n"], b: NonzeroVector["n"]) -> Chain:
    """What the projection on b leaves over is orthogonal to b; b must not be zero."""
    yield dot(a - dot(a, b) / norm(b) ** 2 * b, b)
    yield by.linearity, dot(a, b) - dot(a, b) / dot(b, b) * dot(b, b)
    yield by.cancellation, 0 * dot(a, b)


@identity(source="cheatsheet 1.7", tags="vector projection idempotent")
def projection_idempotent_eq(a: Vector["n"], b: NonzeroVector["n"]) -> Chain:
    """Projecting twice is projecting once."""
    p = let(p=dot(a, b) / dot(b, b) * b)
    yield dot(p, b) / dot(b, b) * b
    yield by.substitution, dot(a, b) / dot(b, b) * dot(b, b) / dot(b, b) * b
    yield by.cancellation, p


@identity(source="cheatsheet 1.7", tags="vector projection matrix")
def projection_matrix_eq(a: Vector["n"], b: NonzeroVector["n"]) -> Chain:
    """The projection on a line is a matrix of rank one applied to the vector."""
    yield outer(b, b) / dot(b, b) @ a
    yield by.linearity, dot(b, a) / dot(b, b) * b


@inequality(source="cheatsheet 1.4; boyd2004", tags="vector norm cauchy schwarz")
def cauchy_schwarz_le_norms(a: Vector["n"], b: Vector["n"]) -> Chain:
    """The squared inner product is at most the product of the squared norms.

    So the cosine of an angle lies between -1 and 1. The gap is Lagrange's sum of squares.
    """
    yield dot(a, b) ** 2
    yield by.algebra, dot(a, a) * dot(b, b) - sum((outer(a, b) - outer(b, a)) ** 2) / 2
    yield by.squares, at_most(dot(a, a) * dot(b, b))
    yield tight(b, 2 * a)


@inequality(source="horn2013", tags="vector norm")
def manhattan_ge_norm(x: Vector["n"]) -> Chain:
    """The squared 1-norm is at least the squared Euclidean norm."""
    r = let(r=abs(x))
    yield sum(r) ** 2
    yield by.algebra, dot(x, x) + sum(outer(r, r) * (1 - eye(x.shape[0])))
    yield by.nonnegative, at_least(dot(x, x))
    yield tight(x, 0 * x)


@inequality(source="horn2013", tags="vector norm manhattan euclidean")
def manhattan_le_euclidean(x: Vector["n"]) -> Chain:
    """The squared mean of magnitudes is at most the mean of squares: the 1-norm is at most root n times the 2-norm."""
    m = let(m=mean(abs(x)))
    yield m**2
    yield by.algebra, mean(x**2) - mean((abs(x) - m) ** 2)
    yield by.squares, at_most(mean(x**2))
    yield tight(x, ones(x.shape))


@identity(source="horn2013", tags="vector norm parallelogram")
def parallelogram_eq(a: Vector["n"], b: Vector["n"]) -> Chain:
    """The squared diagonals of a parallelogram add up to the squared sides."""
    yield norm(a + b) ** 2 + norm(a - b) ** 2
    yield by.linearity, 2 * norm(a) ** 2 + 2 * norm(b) ** 2


@identity(source="horn2013", tags="vector norm polarization inner product")
def polarization_eq(a: Vector["n"], b: Vector["n"]) -> Chain:
    """Lengths determine the inner product."""
    yield (norm(a + b) ** 2 - norm(a - b) ** 2) / 4
    yield by.linearity, dot(a, b)


@identity(source="horn2013", tags="vector distance expand gram kernel")
def squared_distance_eq(a: Vector["n"], b: Vector["n"]) -> Chain:
    """The squared distance is two squared norms less twice the inner product."""
    yield norm(a - b) ** 2
    yield by.linearity, dot(a, a) - 2 * dot(a, b) + dot(b, b)
