"""What reaches a layer: the delta of the output from the loss, and that of a hidden layer from the layer after it."""

from __future__ import annotations

from dataclasses import dataclass

from symml.calculus.differentiate import derivative
from symml.calculus.directional import inner
from symml.calculus.simplify import simplify
from symml.expr.arithmetic import is_zero
from symml.expr.nodes import Apply, Expr, Symbol
from symml.expr.walk import substitute
from symml.proof.networks.forms import entrywise_product
from symml.proof.networks.layers import Layer


@dataclass(frozen=True)
class Delta:
    """The delta of a layer.

    Attributes:
        whole: The formula.
        factors: What is pulled back and the slope, where the formula is their elementwise product.
    """

    whole: Expr
    factors: tuple[Expr, ...] = ()


def delta_of_output(loss: Expr, z: Symbol, layer: Layer, a: Symbol) -> Expr:
    """The slope of the loss in the last pre-activation, written with the output."""
    return _named(simplify(derivative(simplify(loss), z)), layer, z, a)


def delta_of_layer(after: Expr, delta: Symbol, a: Symbol, z: Symbol, layer: Layer) -> Delta:
    """The next delta pulled back through ``after``, the next pre-activation, times the slope of the layer's function.

    Args:
        after: The next layer's pre-activation, written with ``a``.
        delta: The next layer's delta.
        a: The layer's output.
        z: The layer's pre-activation.
        layer: The layer.
    """
    pulled = simplify(derivative(inner(delta, after), a))
    if layer.is_identity:
        return Delta(pulled)
    value = layer.apply(z)
    if not isinstance(value, Apply):
        return Delta(_named(simplify(derivative(inner(pulled, value), z)), layer, z, a))
    rule = value.function.slopes[0]
    slope = None if rule is None else rule(z, value)
    if slope is None or is_zero(slope):
        return Delta(simplify(derivative(inner(pulled, value), z)))
    named = _named(simplify(slope), layer, z, a)
    return Delta(entrywise_product(pulled, named), (pulled, named))


def _named(found: Expr, layer: Layer, z: Symbol, a: Symbol) -> Expr:
    """The formula with the output's name where the layer's function is written out."""
    return substitute(found, {layer.apply(z): a})
