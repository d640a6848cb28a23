"""Kernels against the independent evaluator; their source stands alone and stays finite."""

from __future__ import annotations

import ast
import warnings

import numpy as np
import pytest

from symml.calculus.differentiate import gradient, jacobian
from symml.errors import ShapeError, SymmlError
from symml.expr import build as b
from symml.expr import functions as F
from symml.expr.nodes import Expr, Symbol
from symml.kernels import kernel
from tests import oracle
from tests.calculus.test_differentiate import ARRAYS, SCALARS

CORPUS = {**SCALARS, **ARRAYS}
x = b.scalar("x")


def _derivative(root: Expr, wrt: Symbol) -> Expr:
    return jacobian(root, wrt) if root.shape else gradient(root, wrt)


def _agrees(expr: Expr) -> None:
    sizes = oracle.sizes_of(expr)
    for seed in (0, 1):
        values = oracle.draw(expr, sizes=sizes, seed=seed)
        found = kernel(expr)
        args = {name: values[name] if name in values else sizes[name] for name in found.arguments}
        got = found(**args)
        expected = oracle.evaluate(expr, values, sizes)
        assert np.shape(got) == expected.shape
        np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("name", CORPUS)
def test_a_kernel_computes_the_expression(name: str) -> None:
    _agrees(CORPUS[name][0])


@pytest.mark.parametrize("name", CORPUS)
def test_a_kernel_computes_the_derivative(name: str) -> None:
    _agrees(_derivative(*CORPUS[name]))


@pytest.mark.parametrize("name", [n for n, row in F.FUNCTIONS.items() if n != "polygamma"])
def test_every_function_has_a_kernel(name: str) -> None:
    row = F.FUNCTIONS[name]
    low = {"arccosh": 1.5, "arcsin": 0.3, "arccos": 0.3, "arctanh": 0.3, "logit": 0.3}.get(name, 0.7)
    args = [b.vector(letter, "n") for letter in "xyz"[: row.arity]]
    values = {arg.name: np.array([low, low + 0.2]) + 0.1 * k for k, arg in enumerate(args)}
    got = kernel(row(*args))(**values)
    np.testing.assert_allclose(got, oracle.evaluate(row(*args), values, {"n": 2}), rtol=1e-13)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_polygamma_is_right_to_double_precision(order: int) -> None:
    at = np.array([1e-3, 0.5, 3.0, 40.0, 1e6])
    v = b.vector("v", 5)
    np.testing.assert_allclose(
        kernel(F.polygamma(order, v))(v=at), oracle.FUNCTIONS["polygamma"](order, at), rtol=1e-12
    )
    np.testing.assert_allclose(kernel(F.digamma(v))(v=at), oracle.FUNCTIONS["digamma"](at), rtol=1e-12)


@pytest.mark.parametrize(
    "name",
    [
        "ridge",
        "logistic",
        "softmax cross-entropy",
        "hinge",
        "trace of a product with an spd variable",
        "quadratic form",
    ],
)
def test_the_source_uses_matmul_and_never_einsum(name: str) -> None:
    source = kernel(_derivative(*SCALARS[name])).source
    assert "einsum" not in source
    assert "symml" not in source
    ast.parse(source)


def test_a_solve_takes_the_place_of_an_inverse() -> None:
    A, v = b.matrix("A", "d", "d", "invertible"), b.vector("v", "d")
    assert "solve(A, v)" in kernel(b.inv(A) @ v).source


@pytest.mark.parametrize("size", [-1e3, -700.0, 0.0, 700.0, 1e3])
@pytest.mark.parametrize(
    "expr",
    [
        F.sigmoid(x),
        F.sigmoid(x) * (1 - F.sigmoid(x)),
        1 - F.tanh(x) ** 2,
        F.log(1 + F.exp(x)),
        F.softplus(x),
        F.log_sigmoid(x),
        1 / (1 + F.exp(-x)),
        F.silu(x),
        F.elu(x, 1),
        b.logsumexp(b.array([x, -x, 0])),
        b.softmax(b.array([x, 2 * x])),
        b.log_softmax(b.array([x, 2 * x])),
    ],
    ids=str,
)
def test_a_kernel_stays_finite_and_silent_at_large_inputs(expr: Expr, size: float) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.all(np.isfinite(kernel(expr)(x=size)))


def test_sigmoid_slope_keeps_its_digits_in_the_tail() -> None:
    got = kernel(F.sigmoid(x) * (1 - F.sigmoid(x)))(x=40.0)
    assert got == pytest.approx(np.exp(-40.0), rel=1e-12)


def test_entropy_of_a_certain_event_is_zero() -> None:
    p = b.vector("p", "k", "probability")
    assert kernel(-b.sum(p * F.log(p)))(p=[1.0, 0.0]) == 0


def test_nan_goes_in_and_comes_out() -> None:
    v = b.vector("v", "n")
    for expr in (F.sigmoid(v), F.softplus(v), b.softmax(v), F.relu(v)):
        assert np.isnan(kernel(expr)(v=[np.nan, 1.0])).any()


def test_several_results_share_their_parts() -> None:
    loss, wrt = SCALARS["logistic"]
    both = kernel([loss, gradient(loss, wrt)], name="loss_and_grad")
    sizes = oracle.sizes_of(loss)
    values = oracle.draw(loss, sizes=sizes)
    value, slope = both(**values)
    np.testing.assert_allclose(value, oracle.evaluate(loss, values, sizes))
    np.testing.assert_allclose(slope, oracle.evaluate(gradient(loss, wrt), values, sizes))


def test_out_receives_the_result() -> None:
    v = b.vector("v", "n")
    out = np.zeros(2)
    assert kernel(F.exp(v))(v=[0.0, 1.0], out=out) is out
    np.testing.assert_allclose(out, [1, np.e])


def test_a_wrong_length_names_the_argument_and_the_dim() -> None:
    X, w = b.matrix("X", "n", "d"), b.vector("w", "d")
    found = kernel(X @ w)
    with pytest.raises(ShapeError, match=r"w has 2 entries along axis 0; \(d,\) needs d = 3"):
        found(X=np.ones((4, 3)), w=[1.0, 2.0])
    with pytest.raises(ShapeError, match=r"w has shape \(\); it is declared \(d,\)"):
        found(X=np.ones((4, 3)), w=1.0)
    with pytest.raises(SymmlError, match="kernel misses w"):
        found(X=np.ones((4, 3)))


def test_awkward_names_are_made_safe() -> None:
    assert kernel(b.scalar("lambda") + b.scalar("np") + b.scalar("y'")).arguments == ("lambda_", "np_", "y_")


def test_a_size_that_no_argument_carries_is_an_argument() -> None:
    from symml.expr.dims import dims
    from symml.expr.nodes import extent

    (n,) = dims("n")
    assert kernel(x / extent(n))(x=6.0, n=3) == 2
