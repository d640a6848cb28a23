"""Hessians, products with them, backward passes and objectives of boosting: right ones proved, wrong ones refuted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import rosen, rosen_hess, rosen_hess_prod

from symml.errors import ShapeError, SymmlError
from symml.proof.backward_passes import check_backward
from symml.proof.derivative_claims import check_hessian, check_hvp, check_objective

PROVED = ("proved", "proved_randomized")
LOGISTIC = "sum(log(1 + exp(-y*(X@w))))"
SHAPES = "X: n d, y: n sign, w: d, v: d"


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


# ---- second derivatives ----------------------------------------------------------------------------------------------
def logistic_hessian(X: Any, y: Any, w: Any) -> Any:
    s = sigmoid(y * (X @ w))
    return X.T @ ((s * (1 - s))[:, None] * X)


def test_a_hessian_is_proved_for_all_dims() -> None:
    assert check_hessian(LOGISTIC, logistic_hessian, wrt="w", shapes=SHAPES).verdict in PROVED
    assert check_hessian(rosen, rosen_hess, wrt="x", shapes="x: 4").verdict in PROVED


def test_a_wrong_hessian_is_refuted_and_diagnosed() -> None:
    verdict = check_hessian(LOGISTIC, lambda X, y, w: 2 * logistic_hessian(X, y, w), wrt="w", shapes=SHAPES)
    assert verdict.verdict == "refuted"
    assert verdict.diagnosis is not None
    assert verdict.diagnosis.kind == "constant factor"


def test_a_product_with_the_hessian_is_proved_without_the_hessian() -> None:
    def product(X: Any, y: Any, w: Any, v: Any) -> Any:
        s = sigmoid(y * (X @ w))
        return X.T @ (s * (1 - s) * (X @ v))

    assert check_hvp(LOGISTIC, product, wrt="w", shapes=SHAPES).verdict in PROVED
    assert check_hvp(rosen, rosen_hess_prod, wrt="x", direction="p", shapes="x: 4, p: 4").verdict in PROVED
    wrong = check_hvp(LOGISTIC, lambda X, y, w, v: X.T @ (sigmoid(X @ w) * (X @ v)), wrt="w", shapes=SHAPES)
    assert wrong.verdict == "refuted"


def test_a_direction_of_another_shape_is_an_error() -> None:
    with pytest.raises(ShapeError, match="the direction v must be declared in the shape of w"):
        check_hvp(LOGISTIC, "X.T@(X@w)", wrt="w", shapes="X: n d, y: n sign, w: d, v: n")


# ---- backward passes -------------------------------------------------------------------------------------------------
def affine_forward(x: Any, w: Any, b: Any) -> Any:
    return x @ w + b, (x, w)


def affine_backward(dout: Any, cache: Any) -> Any:
    x, w = cache
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)


def relu_forward(x: Any) -> Any:
    return np.maximum(x, 0), {"x": x}


def relu_backward(dout: Any, cache: Any) -> Any:
    dx = dout.copy()
    dx[cache["x"] <= 0] = 0
    return dx


AFFINE = "x: n d, w: d m, b: m"


def test_a_backward_pass_with_a_cache_is_proved() -> None:
    verdict = check_backward(affine_forward, affine_backward, wrt=["x", "w", "b"], shapes=AFFINE)
    assert verdict.verdict in PROVED
    assert check_backward(relu_forward, relu_backward, wrt="x", shapes="x: n d").verdict in PROVED


def test_a_backward_pass_with_the_arguments_is_proved() -> None:
    def backward(grad_out: Any, z: Any) -> Any:
        p = np.exp(z) / np.exp(z).sum()
        return p * (grad_out - p @ grad_out)

    assert check_backward(lambda z: np.exp(z) / np.exp(z).sum(), backward, wrt="z", shapes="z: k").verdict in PROVED


@pytest.mark.parametrize(
    "wrong",
    [
        lambda dout, cache: (dout @ cache[1].T, cache[0].T @ dout, dout.sum()),
        lambda dout, cache: (dout @ cache[1].T, cache[0].T @ dout, dout.mean(axis=0)),
        lambda dout, cache: (-dout @ cache[1].T, cache[0].T @ dout, dout.sum(axis=0)),
    ],
)
def test_a_wrong_backward_pass_is_refuted(wrong: Any) -> None:
    assert check_backward(affine_forward, wrong, wrt=["x", "w", "b"], shapes=AFFINE).verdict == "refuted"


# ---- objectives ------------------------------------------------------------------------------------------------------
def log_loss(y: Any, margin: Any) -> Any:
    return np.logaddexp(0, margin) - y * margin


def test_an_objective_of_boosting_is_proved() -> None:
    def objective(y: Any, margin: Any) -> Any:
        p = sigmoid(margin)
        return p - y, p * (1 - p)

    assert check_objective(log_loss, objective, wrt="margin", shapes="y: n binary, margin: n").verdict in PROVED


@pytest.mark.parametrize(
    ("wrong", "part"),
    [
        (lambda y, margin: (y - sigmoid(margin), sigmoid(margin) * (1 - sigmoid(margin))), "the gradient"),
        (lambda y, margin: (sigmoid(margin) - y, sigmoid(margin)), "the Hessian's diagonal"),
    ],
)
def test_a_wrong_objective_is_refuted_in_its_part(wrong: Any, part: str) -> None:
    verdict = check_objective(log_loss, wrong, wrt="margin", shapes="y: n binary, margin: n")
    assert verdict.verdict == "refuted"
    assert verdict.statement.startswith(part)


def test_the_diagonal_of_a_coupled_hessian_is_compared() -> None:
    def loss(Y: Any, Z: Any) -> Any:
        return np.sum(np.log(np.exp(Z).sum(axis=1))) - np.sum(Y * Z)

    def objective(Y: Any, Z: Any) -> Any:
        P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
        return P - Y, P * (1 - P)

    def doubled(Y: Any, Z: Any) -> Any:
        g, h = objective(Y, Z)
        return g, 2 * h

    shapes = "Y: n k onehot, Z: n k"
    verdict = check_objective(loss, objective, wrt="Z", shapes=shapes)
    assert verdict.verdict in PROVED
    assert any("not diagonal" in note for note in verdict.notes)
    assert check_objective(loss, doubled, wrt="Z", shapes=shapes).verdict == "refuted"


def test_an_objective_returns_a_pair() -> None:
    with pytest.raises(SymmlError, match="does not return a pair"):
        check_objective(log_loss, lambda y, margin: y, wrt="margin", shapes="y: n, margin: n")
