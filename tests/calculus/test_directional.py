"""Products with Hessians and Jacobians agree with the whole tensors; conventions of structured gradients."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

import symml
from symml.calculus.sampling import draw, size_draws
from symml.errors import ShapeError, SymmlError
from symml.expr.nodes import Expr
from symml.expr.walk import size_names, symbols
from symml.proof.derive import derive
from symml.proof.verify import verify
from tests import oracle

SCALARS = {
    "logistic": ("mean(softplus(-y*(X@w)))", "w", "X: n d, y: n sign, w: d"),
    "least squares": ("norm(A@X - B)**2", "X", "A: m n, X: n d, B: m d"),
    "cross-entropy": ("-sum(Y*log_softmax(X@W, axis=1))", "W", "X: n d, W: d k, Y: n k onehot"),
    "log det": ("logdet(S)", "S", "S: d d spd"),
    "scalar": ("exp(a*x)", "x", "a:, x:"),
}
ARRAYS = {
    "softmax": ("softmax(z)", "z", "z: k"),
    "layer": ("tanh(W@x)", "W", "W: n d, x: d"),
    "inverse": ("inv(X)", "X", "X: d d invertible"),
    "Gram": ("X.T@X", "X", "X: n d"),
}


def _value(expr: Expr, roots: list[Expr]) -> np.ndarray:
    sizes = size_draws(size_names(*roots), 1)[0]
    point = draw(symbols(*roots), sizes, Random(1), roots)
    return oracle.evaluate(expr, {s.name: np.asarray(v, float) for s, v in point.values.items()}, sizes)


@pytest.mark.parametrize("name", SCALARS)
def test_a_hessian_product_is_the_hessian_times_the_direction(name: str) -> None:
    text, wrt, shapes = SCALARS[name]
    product, whole = symml.hvp(text, wrt, shapes=shapes), symml.hessian(text, wrt, shapes=shapes)
    direction = next(s for s in symbols(product) if s.name.rstrip("_") in ("t", "v", "V"))
    roots = [product, whole, direction]
    rank = len(product.shape)
    expected = np.tensordot(_value(whole, roots), _value(direction, roots), rank)
    np.testing.assert_allclose(_value(product, roots), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", ARRAYS)
def test_jacobian_products_are_the_jacobian_times_direction_and_cotangent(name: str) -> None:
    text, wrt, shapes = ARRAYS[name]
    jacobian = symml.jacobian(text, wrt, shapes=shapes)
    product = symml.jvp(text, wrt, shapes=shapes)
    direction = next(s for s in symbols(product) if s.name.rstrip("_") in ("v", "V"))
    roots = [jacobian, product, direction]
    expected = np.tensordot(_value(jacobian, roots), _value(direction, roots), len(direction.shape))
    np.testing.assert_allclose(_value(product, roots), expected, rtol=1e-9, atol=1e-12)
    cotangent = symml.symbol("G", *product.shape)
    pulled = symml.vjp(text, wrt, cotangent, shapes=shapes)
    roots = [jacobian, pulled, cotangent]
    expected = np.tensordot(_value(cotangent, roots), _value(jacobian, roots), len(cotangent.shape))
    np.testing.assert_allclose(_value(pulled, roots), expected, rtol=1e-9, atol=1e-12)


def test_a_direction_of_another_shape_is_an_error() -> None:
    with pytest.raises(ShapeError, match=r"the direction has shape \(n,\)"):
        symml.hvp("norm(X@w)**2", "w", "y", shapes="X: n d, w: d, y: n")
    with pytest.raises(ShapeError, match="a Hessian is of a scalar"):
        symml.hvp("X@w", "w", shapes="X: n d, w: d")


@pytest.mark.parametrize(
    ("convention", "text"),
    [("unstructured", "x yᵀ"), ("projected", "(x yᵀ + y xᵀ)/2"), ("cookbook", "x yᵀ + y xᵀ - diag(diag(x yᵀ))")],
)
def test_the_gradient_by_a_symmetric_matrix_has_three_conventions(convention: str, text: str) -> None:
    found = derive("x@S@y", "S", shapes="S: d d symmetric, x: d, y: d", convention=convention)
    assert (found.text(), found.verdict.verdict, found.convention) == (text, "proved", convention)


def test_the_projected_gradient_of_an_orthogonal_matrix_is_tangent() -> None:
    shapes = "A: d d, Q: d d orthogonal"
    found = derive("trace(A@Q)", "Q", shapes=shapes, convention="projected")
    q = found.wrt
    assert verify(q.T @ found.result + found.result.T @ q, 0 * (q.T @ q)).verdict in ("proved", "proved_randomized")


@pytest.mark.parametrize(
    ("shapes", "convention", "message"),
    [
        ("x: d", "projected", "does not speak of x"),
        ("x: d", "book", "there is no convention 'book'"),
    ],
)
def test_a_convention_that_does_not_apply_is_an_error(shapes: str, convention: str, message: str) -> None:
    with pytest.raises(SymmlError, match=message):
        derive("x@x", "x", shapes=shapes, convention=convention)


def test_second_derivatives_do_not_use_the_symmetry_of_the_variable() -> None:
    """The gradient of log det S is S^-T; its derivative is that of S^-T, not of S^-1."""
    found = derive("logdet(S)", "S", shapes="S: d d spd", order=2)
    assert found.text() == "[ijkl] ↦ -S⁻¹[j,k] S⁻¹[i,l]"
    assert found.operator is not None
    assert found.operator.text() == "-S⁻¹ Vᵀ S⁻¹"
