"""Activations that are written with others: their names and default arguments are PyTorch's."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from symml.expr import arithmetic, functions
from symml.expr.nodes import Expr, constant

_LEAK = Fraction(1, 100)
# The numbers of Klambauer et al. 2017: mean zero and variance one are a fixed point.
_SELU_SCALE = Fraction("1.0507009873554804934193349852946")
_SELU_ALPHA = Fraction("1.6732632423543772848170429916717")


def elu(x: object, alpha: object = 1) -> Expr:
    """x for x > 0, else alpha (exp(x) - 1)."""
    return functions.elu(x, alpha)


def celu(x: object, alpha: object = 1) -> Expr:
    """x for x > 0, else alpha (exp(x/alpha) - 1)."""
    node = arithmetic.lift(x)
    return functions.where(functions.greater(node, 0), node, alpha * functions.expm1(arithmetic.divide(node, alpha)))


def selu(x: object) -> Expr:
    """A multiple of elu whose mean zero and variance one are a fixed point."""
    return arithmetic.scale(_SELU_SCALE, functions.elu(x, constant(_SELU_ALPHA)))


def leaky_relu(x: object, negative_slope: object = _LEAK) -> Expr:
    """x for x > 0, else a small multiple of it."""
    return functions.leaky_relu(x, negative_slope)


def softsign(x: object) -> Expr:
    """x / (1 + |x|)"""
    return arithmetic.divide(x, 1 + functions.abs(x))


def hardtanh(x: object, min_val: object = -1, max_val: object = 1) -> Expr:
    """x, cut off at both ends."""
    return functions.minimum(functions.maximum(x, min_val), max_val)


def hardsigmoid(x: object) -> Expr:
    """x/6 + 1/2, cut off at 0 and 1."""
    return hardtanh(arithmetic.divide(x, 6) + Fraction(1, 2), 0, 1)


def hardswish(x: object) -> Expr:
    """x hardsigmoid(x)"""
    return arithmetic.times(x, hardsigmoid(x))


def softshrink(x: object, lambd: object = Fraction(1, 2)) -> Expr:
    """sign(x) max(|x| - lambd, 0)"""
    return arithmetic.times(functions.sign(x), functions.relu(functions.abs(x) - lambd))


def tanhshrink(x: object) -> Expr:
    """x - tanh(x)"""
    return arithmetic.minus(x, functions.tanh(x))


def logaddexp2(a: object, b: object) -> Expr:
    """log2(2^a + 2^b)"""
    unit = functions.log(2)
    return arithmetic.divide(functions.logaddexp(arithmetic.times(a, unit), arithmetic.times(b, unit)), unit)


def _turned(factor: Expr) -> Callable[[object], Expr]:
    return lambda x: arithmetic.times(x, factor)


_DEGREE = arithmetic.divide(constant("pi"), 180)
ACTIVATION_NAMES: dict[str, Callable[..., Expr]] = {
    "elu": elu,
    "celu": celu,
    "selu": selu,
    "leaky_relu": leaky_relu,
    "softsign": softsign,
    "hardtanh": hardtanh,
    "relu6": lambda x: hardtanh(x, 0, 6),
    "hardsigmoid": hardsigmoid,
    "hardswish": hardswish,
    "softshrink": softshrink,
    "tanhshrink": tanhshrink,
    "logsigmoid": functions.log_sigmoid,
    "logaddexp2": logaddexp2,
    "radians": _turned(_DEGREE),
    "deg2rad": _turned(_DEGREE),
    "degrees": _turned(arithmetic.divide(1, _DEGREE)),
    "rad2deg": _turned(arithmetic.divide(1, _DEGREE)),
}
