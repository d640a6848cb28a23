"""Derivatives against central differences, with pairwise distinct dims and non-symmetric matrices."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from symml.calculus.differentiate import derivative, gradient, hessian, jacobian
from symml.errors import NotDerivable, ShapeError
from symml.expr import build as b
from symml.expr import functions as F
from symml.expr.arithmetic import is_zero
from symml.expr.nodes import Expr, Symbol, basis, extent, eye
from symml.expr.walk import topological
from tests.oracle import differences, draw, evaluate, sizes_of

X, Xt, W = b.matrix("X", "n", "d"), b.matrix("Z", "n", "d"), b.matrix("W", "d", "k")
A, B, S = b.matrix("A", "d", "d", "invertible"), b.matrix("B", "d", "d"), b.matrix("S", "d", "d", "spd")
w, v, y = b.vector("w", "d"), b.vector("v", "d"), b.vector("y", "n")
z, p, q = b.vector("z", "k"), b.vector("p", "k", "positive"), b.vector("q", "k", "simplex")
t, lam, eps = b.scalar("t"), b.scalar("lam", "positive"), b.scalar("eps", "positive")
T3 = b.symbol("T", "n", "d", "k")
Y = b.matrix("Y", "n", "k", "onehot")
s = b.vector("s", "n", "sign")
labels = b.vector("c", "n", "label")
I_A = eye(A.shape[0]) - A

SCALARS: dict[str, tuple[Expr, Symbol]] = {
    "ridge": (b.mean((y - X @ w) ** 2) + lam * b.dot(w, w), w),
    "ridge in the penalty": (b.mean((y - X @ w) ** 2) + lam * b.dot(w, w), lam),
    "logistic": (b.sum(F.log1p(F.exp(-s * (X @ w)))), w),
    "softmax cross-entropy": (-b.sum(Y * b.log_softmax(X @ W, 1)) / extent(X.shape[0]), W),
    "cross-entropy by labels": (-b.sum(F.log(b.softmax(X @ W, 1)) * b.one_hot(labels, "k")), W),
    "log det": (b.logdet(A), A),
    "log det, spd": (b.logdet(S), S),
    "det": (b.det(A), A),
    "trace of a product with an spd variable": (b.trace(S @ B), S),
    "trace of the Gram matrix and trace": (b.trace(A.T @ A) + b.trace(A), A),
    "trace less three": (b.trace(A) - 3, A),
    "trace of a square": (b.trace(I_A @ I_A), A),
    "two Frobenius norms": (b.norm(X - Xt) + b.norm(X) ** 2, X),
    "exp of an inner product": (F.exp(v @ w), w),
    "an entry": (X[1, 1], X),
    "a negative entry": (w[-1] ** 3, w),
    "a slice": (b.sum(w[1:] * w[:-1] ** 2), w),
    "logsumexp": (b.logsumexp(z), z),
    "max": (b.max(z), z),
    "min over rows": (b.sum(b.min(X, 1) ** 2), X),
    "prod": (b.prod(p), p),
    "inverse bilinear": (v @ b.inv(A) @ w, A),
    "quadratic form": (w @ B @ w, w),
    "mahalanobis": (b.sqrt((w - v) @ b.inv(S) @ (w - v)), w),
    "layer norm": (b.sum(v * (w - b.mean(w)) / b.sqrt(b.var(w) + eps)), w),
    "batch norm": (b.sum(Xt * (X - b.mean(X, 0)) / b.std(X, 0)), X),
    "entropy with a constraint": (-b.sum(p * F.log(p)) + lam * (b.sum(p) - 1), p),
    "entropy on the simplex": (-b.sum(q * F.log(q)), q),
    "general power": (b.sum(p**lam), p),
    "general power, exponent": (b.sum(p**lam), lam),
    "three axes": (b.sum(F.tanh(T3) ** 2 * v[None, :, None]), T3),
    "one norm": (b.norm(w, 1), w),
    "infinity norm": (b.norm(w, float("inf")), w),
    "matrix one norm": (b.norm(X, 1), X),
    "cosine": (v @ w / (b.norm(v) * b.norm(w)), w),
    "huber": (b.sum(F.where(abs(w) < 1, w**2 / 2, abs(w) - b.array([1, 1])[0] / 2)), w),
    "hinge": (b.sum(F.maximum(0, 1 - s * (X @ w))), w),
}
ARRAYS: dict[str, tuple[Expr, Symbol]] = {
    "softmax": (F.exp(z) / b.sum(F.exp(z)), z),
    "softmax of rows": (b.softmax(X, 1), X),
    "log softmax": (b.log_softmax(z), z),
    "matrix product": (X @ W, X),
    "inverse": (b.inv(A), A),
    "elementwise": (F.sin(w) * v, w),
    "outer": (b.outer(w, w), w),
    "stack and concatenate": (b.concatenate([w, F.exp(w)]), w),
}


def _compare(found: Expr, root: Expr, wrt: Symbol) -> None:
    sizes = sizes_of(root)
    for seed in (0, 1):
        values = draw(root, sizes=sizes, seed=seed)
        expected = differences(root, wrt, values, sizes)
        got = evaluate(found, values, sizes)
        assert got.shape == expected.shape
        np.testing.assert_allclose(got, expected, rtol=2e-6, atol=2e-6 * (1 + np.abs(expected).max()))


@pytest.mark.parametrize("name", SCALARS)
def test_a_gradient_agrees_with_differences(name: str) -> None:
    root, wrt = SCALARS[name]
    found = gradient(root, wrt)
    assert found.shape == wrt.shape
    _compare(found, root, wrt)
    _compare(derivative(root, wrt), root, wrt)


@pytest.mark.parametrize("name", ARRAYS)
def test_a_jacobian_agrees_with_differences(name: str) -> None:
    root, wrt = ARRAYS[name]
    _compare(jacobian(root, wrt), root, wrt)


@pytest.mark.parametrize(
    "name", ["ridge", "logistic", "softmax cross-entropy", "logsumexp", "layer norm", "quadratic form"]
)
def test_a_hessian_is_the_jacobian_of_the_gradient(name: str) -> None:
    root, wrt = SCALARS[name]
    _compare(hessian(root, wrt), gradient(root, wrt), wrt)


@pytest.mark.parametrize("name", [name for name, row in F.FUNCTIONS.items() if not row.jumps and name != "polygamma"])
def test_every_slope_in_the_function_table_agrees_with_differences(name: str) -> None:
    row = F.FUNCTIONS[name]
    near_one = {"arccosh": 1.5, "arcsin": 0.3, "arccos": 0.3, "arctanh": 0.3, "logit": 0.3}
    args = [b.scalar(letter) for letter in "xyz"[: row.arity]]
    values = {arg.name: np.array(near_one.get(name, 0.7) + 0.2 * k) for k, arg in enumerate(args)}
    if name == "where":
        args[0], values = F.greater(args[0], 0), values  # type: ignore[call-overload] # a condition in the first place
    root = row(*args)
    for wrt in [arg for arg in args if isinstance(arg, Symbol)]:
        np.testing.assert_allclose(
            evaluate(jacobian(root, wrt), values, {}), differences(root, wrt, values, {}), rtol=1e-6, atol=1e-9
        )


def test_the_derivative_of_an_spd_variable_is_unstructured() -> None:
    assert gradient(b.trace(S @ B), S) is B.T


def test_a_variable_that_is_absent_gives_zeros_and_one_that_is_present_does_not() -> None:
    assert is_zero(gradient(b.sum(w), lam))
    assert not is_zero(gradient(b.sum(w) * lam, lam))


def test_a_flat_function_gives_zeros() -> None:
    assert is_zero(gradient(b.sum(F.sign(w)), w))


def test_the_gradient_of_a_vector_is_refused() -> None:
    with pytest.raises(ShapeError, match="the gradient is of a scalar"):
        gradient(w, w)


def test_integer_labels_have_no_derivative() -> None:
    with pytest.raises(NotDerivable, match="integer labels"):
        gradient(b.sum(b.one_hot(labels, w.shape[0]) @ w), labels)


def test_a_unit_vector_picks_one_entry() -> None:
    assert gradient(w[1], w) is basis(w.shape[0], 1)


def _chain(depth: int, layer: Callable[[Expr], Expr]) -> tuple[Expr, Symbol]:
    root: Expr = t
    for _ in range(depth):
        root = layer(root)
    return root, t


@pytest.mark.parametrize("layer", [F.tanh, lambda x: x * F.sigmoid(x)], ids=["tanh", "silu"])
def test_the_gradient_of_a_chain_grows_linearly(layer: Callable[[Expr], Expr]) -> None:
    small, large = (len(topological(gradient(*_chain(depth, layer)))) for depth in (16, 64))
    assert large <= 4.2 * small


def test_a_chain_of_depth_16384_is_differentiated_without_recursion() -> None:
    root, wrt = _chain(16384, F.tanh)
    assert len(topological(derivative(root, wrt))) <= 6 * 16384
