"""Products that are convex as a whole, though none of their factors says so: perspectives, fractions, spectral sums."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from symml.calculus.facts import is_nonnegative, is_pd, is_positive, is_psd
from symml.expr.nodes import Along, Apply, Contract, Expr, Linalg, Power

CONSTANT, AFFINE = "constant", "affine"
_SPECTRAL = ("exp", "abs", "cosh", "softplus", "relu")
Item = tuple[Expr, tuple[int, ...]]
Kinds = Mapping[Expr, str]


def convex_product(kinds: Kinds, node: Contract) -> str:
    """Why a product is convex, in words; empty where none of these rules says so.

    Args:
        kinds: The curvatures of the factors.
        node: A product; the number in front of it is left out of account.
    """
    items = list(zip(node.args, node.subs, strict=True))
    return (
        _square_over_linear(kinds, items)
        or _relative_entropy(kinds, items)
        or _matrix_fraction(kinds, node, items)
        or _spectral_sum(kinds, node, items)
    )


def _split(kinds: Kinds, items: list[Item]) -> tuple[list[Item], bool]:
    """The factors with a variable, and whether the others are not negative."""
    moving = [item for item in items if kinds[item[0]] != CONSTANT]
    return moving, all(is_nonnegative(arg) for arg, _ in items if kinds[arg] == CONSTANT)


def _is_affine(kinds: Kinds, node: Expr) -> bool:
    return kinds.get(node) in (AFFINE, CONSTANT)


def _square_over_linear(kinds: Kinds, items: list[Item]) -> str:
    """a^2 / t of an affine a and a positive affine t"""
    moving, weights = _split(kinds, items)
    below = [(arg, sub) for arg, sub in moving if isinstance(arg, Power) and arg.exponent == -1]
    above = [item for item in moving if item not in below]
    if (
        not weights
        or len(below) != 1
        or not is_positive(below[0][0].args[0])
        or not _is_affine(kinds, below[0][0].args[0])
    ):
        return ""
    pair = len(above) == 2 and above[0] == above[1] and _is_affine(kinds, above[0][0])
    square = len(above) == 1 and isinstance(above[0][0], Power) and above[0][0].exponent == 2
    if pair or (square and _is_affine(kinds, above[0][0].args[0])):
        return "squares of affine functions over a positive affine one"
    return ""


def _relative_entropy(kinds: Kinds, items: list[Item]) -> str:
    """x log(x / y) of positive affine x and y, jointly"""
    moving, weights = _split(kinds, items)
    logs = [(arg, sub) for arg, sub in moving if isinstance(arg, Apply) and arg.function.name == "log"]
    if not weights or len(moving) != 2 or len(logs) != 1:
        return ""
    x, place = next(item for item in moving if item is not logs[0] and item != logs[0])
    ratio = logs[0][0].args[0]
    axes = tuple(range(len(ratio.shape)))
    if place != logs[0][1] or not isinstance(ratio, Contract) or ratio.coef <= 0 or len(ratio.dims) > len(axes):
        return ""
    parts = dict(zip(ratio.args, ratio.subs, strict=True))
    below = [arg for arg in parts if isinstance(arg, Power) and arg.exponent == -1]
    rest = [arg for arg in parts if arg is not x and arg not in below]
    fits = len(below) == 1 and parts.get(x) == axes == parts[below[0]] and not rest
    if fits and all(is_positive(e) and _is_affine(kinds, e) for e in (x, below[0].args[0])):
        return "x log(x/y) is convex jointly"
    return ""


def _matrix_fraction(kinds: Kinds, node: Contract, items: list[Item]) -> str:
    """tr(A S^-1) and B' S^-1 B of an affine positive definite S, a semidefinite A and an affine B"""
    inverses = [item for item in items if isinstance(item[0], Linalg) and item[0].function.name == "inv"]
    if node.shape or len(inverses) != 1 or not _is_affine(kinds, inverses[0][0].args[0]):
        return ""
    inverse, ends = inverses[0]
    rest = [item for item in items if item is not inverses[0]]
    numbers = [arg for arg, sub in rest if not sub]
    arrays = [(arg, sub) for arg, sub in rest if sub]
    if not is_pd(inverse.args[0]) or not all(kinds[n] == CONSTANT and is_nonnegative(n) for n in numbers):
        return ""
    if len(set(ends)) == 1:
        return "" if arrays else "the trace of an inverse is convex on positive definite matrices"
    if len(arrays) == 1 and set(arrays[0][1]) == set(ends) and kinds[arrays[0][0]] == CONSTANT and is_psd(arrays[0][0]):
        return "the trace of an inverse is convex on positive definite matrices"
    mirrored = len(arrays) == 2 and arrays[0][0] is arrays[1][0] and _is_affine(kinds, arrays[0][0])
    if mirrored and _mirrors(arrays[0][1], arrays[1][1], ends):
        return "a quadratic form of an inverse is convex jointly"
    return ""


def _mirrors(first: tuple[int, ...], second: tuple[int, ...], ends: tuple[int, ...]) -> bool:
    """Whether two index lists are equal but for the two ends of the matrix between them, which each has once."""
    a, b = ends
    swapped = tuple({a: b, b: a}.get(i, i) for i in first)
    return swapped == second and first.count(a) + first.count(b) == 1


def _spectral_sum(kinds: Kinds, node: Contract, items: list[Item]) -> str:
    """The sum of f(eigenvalues) of an affine symmetric matrix with a convex f, and of singular values"""
    moving, weights = _split(kinds, items)
    if node.shape or len(moving) != 1 or not weights or any(sub for arg, sub in items if arg is not moving[0][0]):
        return ""
    inner = moving[0][0]
    if isinstance(inner, Apply) and inner.function.name in _SPECTRAL and _spectrum_of(inner.args[0]) is not None:
        matrix = _spectrum_of(inner.args[0])
        affine = matrix is not None and _is_affine(kinds, matrix)
        return "a sum of a convex function of the eigenvalues" if affine else ""
    if isinstance(inner, Power) and inner.exponent == Fraction(1, 2) and is_gram(kinds, _spectrum_of(inner.args[0])):
        return "the nuclear norm of an affine matrix"
    return ""


def is_spectral_norm(kinds: Kinds, node: Power) -> bool:
    """Whether a root is the largest singular value of an affine matrix."""
    base = node.args[0]
    largest = isinstance(base, Along) and base.function.name == "max"
    return largest and is_gram(kinds, _spectrum_of(base.args[0]))


def _spectrum_of(node: Expr) -> Expr | None:
    """The matrix of eigenvalues."""
    return node.args[0] if isinstance(node, Linalg) and node.function.name == "eigvals" else None


def is_gram(kinds: Kinds, matrix: Expr | None) -> bool:
    """Whether a matrix is A'A or AA' of an affine A."""
    if not isinstance(matrix, Contract) or matrix.coef <= 0 or len(matrix.args) != 2 or len(matrix.dims) != 3:
        return False
    (a, b), subs = matrix.args, set(matrix.subs)
    return a is b and _is_affine(kinds, a) and subs in ({(2, 0), (2, 1)}, {(0, 2), (1, 2)})
