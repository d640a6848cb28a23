"""Infima in closed form over one variable: of barriers, of quadratics, and the shortest spelling of a value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from symml.calculus.differentiate import derivative, gradient
from symml.calculus.facts import is_pd, is_positive, is_symmetric
from symml.calculus.simplify import simplify
from symml.expr.arithmetic import is_zero, zeros
from symml.expr.build import inv
from symml.expr.contract import contract, factors_of
from symml.expr.nodes import Apply, Contract, Expr, Linalg, Symbol
from symml.expr.walk import depends_on, substitute, symbols, transform
from symml.optimize.expand import is_polynomial
from symml.optimize.grams import with_norms
from symml.optimize.terms import print_length, tidy, unscaled

_SCALES = (Fraction(0), Fraction(1, 2), Fraction(1))


def shortest_infimum(value: Expr, x: Symbol, minimizer: Expr) -> Expr:
    """A function of x at the point where its gradient vanishes, in the shortest of three spellings.

    There ``L - k x . grad L`` is ``L`` for every number k. For a quadratic, k = 1/2 leaves what is linear; for
    ``x log x`` and ``log x``, k = 1 leaves hardly anything.
    """
    slope = along_slopes(value, [x])
    forms = [tidy(value - k * slope) for k in _SCALES]
    found = [tidy(substitute(f, {x: minimizer})) if x in symbols(f) else f for f in forms]
    return min([*found, *_quadratic(value, x, minimizer)], key=print_length)


def _quadratic(value: Expr, x: Symbol, minimizer: Expr) -> list[Expr]:
    """``c + q'x/2`` at the minimizer of ``x'Hx/2 + q'x + c``: without the terms multiplied out, and with."""
    slope = gradient(value, x)
    if not is_polynomial(value, x) or x in symbols(simplify(derivative(slope, x))):
        return []
    axes = tuple(range(len(x.shape)))
    linear, constant = (tidy(substitute(e, {x: zeros(x.shape)})) for e in (slope, value))
    product = simplify(contract([(linear, axes), (minimizer, axes)], (), coef=Fraction(1, 2)))
    product = min((with_norms(product), product, tidy(product)), key=print_length)
    return [simplify(constant + product), tidy(constant + product)]


def along_slopes(value: Expr, variables: Sequence[Symbol]) -> Expr:
    """x . grad f, summed over the variables."""
    total = zeros(())
    for x in variables:
        axes = tuple(range(len(x.shape)))
        if x in symbols(value):
            total = total + contract([(x, axes), (gradient(value, x), axes)], ())
    return total


@dataclass(frozen=True)
class Barrier:
    """``c . x - w log x`` or ``tr(C X) - w logdet X``: the infimum is finite where the slope is positive.

    Attributes:
        slope: ``c`` or ``C``.
        relation: ``>`` for positive entries or a positive number, ``>>`` for a positive definite matrix.
    """

    slope: Expr
    relation: str


def barrier(value: Expr, x: Symbol) -> Barrier | None:
    """Whether a function of positive numbers, or of a positive definite matrix, is affine but for one logarithm."""
    logs = [n for n in depends_on(value, x) if _is_log_of(n, x)]
    if len(logs) != 1 or x.domain.name not in ("positive", "spd"):
        return None
    weight = simplify(-derivative(value, logs[0]))
    rest = simplify(transform(value, lambda node: zeros(node.shape) if node is logs[0] else None))
    slope = gradient(rest, x) if x in symbols(rest) else zeros(x.shape)
    if not is_polynomial(rest, x) or x in symbols(slope, weight) or not is_positive(weight):
        return None
    flat = tidy(slope)
    if x.domain.name == "spd":
        return Barrier(*curvature_bound(flat, ">>"))
    if isinstance(flat, Contract) and not any(arg.shape for arg in flat.args):
        flat = contract([(arg, ()) for arg in flat.args], (), coef=flat.coef)
    return Barrier(flat, ">")


def _is_log_of(node: Expr, x: Symbol) -> bool:
    logarithm = isinstance(node, Apply | Linalg) and node.function.name in ("log", "logdet")
    return logarithm and node.args[0] is x


@dataclass(frozen=True)
class Curved:
    """A quadratic whose curvature depends on multipliers: finite where the matrix is positive (semi)definite.

    Attributes:
        bound: The Hessian up to a positive factor: a matrix, or a number where the rest of it is positive definite.
        relation: ``>>`` definite, ``>>=`` semidefinite, ``>`` and ``>=`` for a number.
        minimizer: Where the infimum is.
        value: The infimum.
    """

    bound: Expr
    relation: str
    minimizer: Expr
    value: Expr


def curved_infimum(value: Expr, x: Symbol) -> Curved | None:
    """The infimum of ``x'Hx/2 + q'x + c`` over a real vector."""
    if len(x.shape) != 1 or x.domain.name != "real" or not is_polynomial(value, x):
        return None
    slope = gradient(value, x)
    matrix = simplify(derivative(slope, x)) if x in symbols(slope) else zeros(())
    if len(matrix.shape) != 2 or is_zero(matrix) or x in symbols(matrix) or not is_symmetric(matrix):
        return None
    linear = tidy(substitute(slope, {x: zeros(x.shape)}))
    constant = tidy(substitute(value, {x: zeros(x.shape)}))
    if is_zero(linear):
        return Curved(*curvature_bound(matrix, ">>="), zeros(x.shape), constant)
    minimizer = tidy(-(inv(matrix) @ linear))
    value = tidy(constant + linear @ minimizer / 2)
    return Curved(*curvature_bound(matrix, ">>"), minimizer, value)


def curvature_bound(matrix: Expr, relation: str) -> tuple[Expr, str]:
    """That a matrix is positive (semi)definite; of a number times a definite matrix, that the number is."""
    _, plain = unscaled(matrix)
    numbers = [arg for arg, sub in factors_of(plain)[1] if not sub]
    arrays = [(arg, sub) for arg, sub in factors_of(plain)[1] if sub]
    if numbers and is_pd(contract(arrays, (0, 1), dims=dict(enumerate(matrix.shape)))):
        return contract([(arg, ()) for arg in numbers], ()), relation[1:]
    return plain, relation
