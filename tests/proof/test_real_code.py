"""Real code: guarding clips, rounded constants, entrywise derivatives, methods of objects, annotated shapes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.linalg
from scipy.stats import norm

from symml.calculus.floating import FloatPoint
from symml.calculus.sampling import Point
from symml.errors import DeclarationError
from symml.expr.walk import symbols
from symml.proof.gradient_check import check_gradient
from symml.read.annotations import shapes_of
from symml.read.trace import trace

PROVED = ("proved", "proved_randomized")


def clipped_entropy(p: Any, y: Any) -> Any:
    q = np.clip(p, 1e-12, 1 - 1e-12)
    return -np.sum(y * np.log(q) + (1 - y) * np.log(1 - q))


def test_a_clip_that_guards_a_logarithm_is_said_in_a_note() -> None:
    verdict = check_gradient(clipped_entropy, lambda p, y: (p - y) / (p * (1 - p)), wrt="p", shapes="p: n unit, y: n")
    assert verdict.verdict in PROVED
    assert any("no clip" in note for note in verdict.notes)


def probit(z: Any) -> Any:
    return -np.sum(np.log(np.clip(norm._cdf(z), 2.2e-16, 1)))


def probit_slope(z: Any) -> Any:
    return -norm._pdf(z) / np.clip(norm._cdf(z), 2.2e-16, 1 - 2.2e-16)


def test_a_probability_is_clipped_at_one_for_its_rounding_only() -> None:
    verdict = check_gradient(probit, probit_slope, wrt="z", shapes="z: n")
    assert verdict.verdict in PROVED
    assert check_gradient(probit, lambda z: -probit_slope(z), wrt="z", shapes="z: n").verdict == "refuted"


def test_a_ceiling_at_one_of_anything_else_is_no_guard() -> None:
    verdict = check_gradient(lambda x: np.minimum(x / 9, 1), lambda x: x / x / 9, wrt="x", shapes="x: positive")
    assert verdict.verdict in ("refuted", "true_if")


def shares(s: Any) -> Any:
    e = np.exp(s - np.max(s, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def masked(q: Any, k: Any) -> Any:
    return np.where(np.tril(np.ones((3, 3))) == 1, q @ k.T, -1e9)


def causal(q: Any, k: Any, g: Any) -> Any:
    return np.sum(g * shares(masked(q, k)))


def causal_slope(q: Any, k: Any, g: Any) -> Any:
    a = shares(masked(q, k))
    return a * (g - np.sum(a * g, axis=-1, keepdims=True)) @ k


def test_a_fill_that_stands_for_minus_infinity_refutes_nothing() -> None:
    """The entries that are left out have a slope of exp(-1e9), which no float can hold."""
    shapes = "q: 3 d, k: 3 d, g: 3 3"
    assert check_gradient(causal, causal_slope, wrt="q", shapes=shapes).verdict == "certified"
    for wrong in (lambda q, k, g: (1 + 1e-7) * causal_slope(q, k, g), lambda q, k, g: causal_slope(k, q, g)):
        assert check_gradient(causal, wrong, wrt="q", shapes=shapes).verdict == "refuted"


def test_a_clip_that_is_part_of_the_function_is_no_guard() -> None:
    verdict = check_gradient(lambda x: np.sum(np.clip(x, 0.1, 0.9) ** 2), lambda x: 2 * x, wrt="x", shapes="x: n")
    assert verdict.verdict == "refuted"


def test_a_relu_with_a_tiny_threshold_is_no_guard() -> None:
    verdict = check_gradient(lambda x: np.sum(np.maximum(x, 1e-8)), lambda x: np.ones_like(x), wrt="x", shapes="x: n")
    assert verdict.verdict in ("refuted", "true_if")
    far = check_gradient(lambda x: np.exp(np.minimum(x, 700)), lambda x: np.exp(x), wrt="x", shapes="x:")
    assert far.verdict in PROVED
    assert any("no clip" in note for note in far.notes)


def test_a_guarded_gradient_that_is_wrong_is_refuted() -> None:
    verdict = check_gradient(clipped_entropy, lambda p, y: (y - p) / (p * (1 - p)), wrt="p", shapes="p: n unit, y: n")
    assert verdict.verdict == "refuted"


def test_rounded_constants_refute_nothing() -> None:
    c = 4.685
    verdict = check_gradient(lambda z: c**2 / 6 * z**2, lambda z: c * c / 3.0 * z, wrt="z", shapes="z:")
    assert verdict.verdict in (*PROVED, "certified")
    wrong = check_gradient(lambda z: c**2 / 6 * z**2, lambda z: c * c / 3.0000001 * z, wrt="z", shapes="z:")
    assert wrong.verdict == "refuted"


def test_a_derivative_entry_by_entry_is_the_diagonal() -> None:
    verdict = check_gradient(lambda x: np.tanh(x), lambda x: 1 - np.tanh(x) ** 2, wrt="x", shapes="x: n")
    assert verdict.verdict in PROVED
    assert any("entry by entry" in note for note in verdict.notes)


class Model:
    """A loss that keeps what it needs for the gradient."""

    def __init__(self, c: float) -> None:
        self.c = c
        self.count = 0

    def scale(self, x: Any) -> Any:
        return self.c * np.asarray(x)

    def loss(self, x: Any) -> Any:
        self.count += 1
        return np.sum(self.scale(x) ** 2)

    def grad(self, x: Any) -> Any:
        return 2 * self.c * self.scale(x)


class Doubled(Model):
    """The same with twice the slope."""

    def grad(self, x: Any) -> Any:
        return 2 * super().grad(x)


def test_methods_are_traced_and_the_object_stays_as_it_is() -> None:
    model = Model(1.5)
    assert check_gradient(model.loss, model.grad, wrt="x", shapes="x: n").verdict in PROVED
    assert model.count == 0


def test_methods_of_a_subclass_call_those_of_its_base() -> None:
    model = Doubled(1.5)
    found = check_gradient(model.loss, model.grad, wrt="x", shapes="x: n")
    assert found.verdict in ("refuted", "disagrees")


def annotated(X: Any, y: Any, w: Any, lam: float = 0.1) -> Any:
    return np.mean(np.log1p(np.exp(-y * (X @ w)))) + lam * w @ w


annotated.__annotations__ |= {"X": "n d", "y": "'n sign'", "w": "Float[Array, 'd']"}


def test_annotations_are_declarations() -> None:
    assert shapes_of(annotated) == {"X": "n d", "y": "n sign", "w": "d", "lam": ""}
    verdict = check_gradient(
        annotated, lambda X, y, w, lam: -X.T @ (y / (1 + np.exp(y * (X @ w)))) / len(y) + 2 * lam * w, wrt="w",
        shapes="X: n d, y: n sign, w: d, lam:",
    )  # fmt: skip
    assert verdict.verdict in PROVED


def test_a_parameter_without_annotation_is_an_error_with_the_cure() -> None:
    with pytest.raises(DeclarationError, match="the shape of x is not declared"):
        check_gradient(lambda x: x.sum(), lambda x: x, wrt="x")


def test_a_function_may_refuse_inputs_on_every_way_but_one() -> None:
    def guarded(x: Any) -> Any:
        assert x > 0, "x must be positive"
        return np.log(x)

    found = trace(guarded, "x:")
    assert found.guard is not None
    assert "x must be positive" in found.notes[0]


def evidence(s: Any, K: Any, y: Any) -> Any:
    L = np.linalg.cholesky(K + s * np.eye(len(y)))
    a = np.linalg.solve(L.T, np.linalg.solve(L, y))
    return 0.5 * y @ a + np.sum(np.log(np.diag(L)))


def test_cholesky_factors_are_written_out() -> None:
    def grad(s: Any, K: Any, y: Any) -> Any:
        P = np.linalg.inv(K + s * np.eye(len(y)))
        return 0.5 * np.trace(P) - 0.5 * y @ P @ P @ y

    shapes = "s: positive, K: 2 2 spd, y: 2"
    assert check_gradient(evidence, grad, wrt="s", shapes=shapes).verdict in PROVED
    assert check_gradient(evidence, lambda s, K, y: 2 * grad(s, K, y), wrt="s", shapes=shapes).verdict == "refuted"


def test_each_library_s_cholesky_is_its_own() -> None:
    values = np.array([[4.0, 1.0], [1.0, 3.0]])
    for library in (np.linalg, scipy.linalg):
        factor = library.cholesky
        found = trace(lambda S, factor=factor: factor(S), "S: 2 2 spd", arguments={"S": "S"}).expression
        point = Point({}, {symbols(found)[0]: values.astype(int)})
        assert np.allclose(FloatPoint(point).value(found), factor(values))


def test_triangular_systems_look_at_their_triangle_only() -> None:
    def loss(b: Any, S: Any) -> Any:
        return b @ scipy.linalg.cho_solve(scipy.linalg.cho_factor(S, lower=True), b)

    def grad(b: Any, S: Any) -> Any:
        L = np.linalg.cholesky(S)
        z = scipy.linalg.solve_triangular(L, b, lower=True)
        return 2 * scipy.linalg.solve_triangular(L.T, z, lower=False)

    assert check_gradient(loss, grad, wrt="b", shapes="S: 2 2 spd, b: 2").verdict in PROVED


def net(params: Any, X: Any, Y: Any) -> Any:
    H = np.tanh(X @ params["W1"])
    return 0.5 * np.sum((H @ params["W2"] - Y) ** 2)


def net_grad(params: Any, X: Any, Y: Any) -> Any:
    grads = {}
    H = np.tanh(X @ params["W1"])
    R = H @ params["W2"] - Y
    grads["dW2"] = H.T @ R
    grads["dW1"] = X.T @ (R @ params["W2"].T * (1 - H**2))
    return grads


def test_parameters_and_gradients_in_dicts_are_found_by_name() -> None:
    shapes = "X: n d, Y: n k, W1: d m, W2: m k"
    assert check_gradient(net, net_grad, wrt=["W1", "W2"], shapes=shapes).verdict in PROVED
    swapped = check_gradient(net, lambda params, X, Y: {"W1": net_grad(params, X, Y)["dW1"]}, wrt="W1", shapes=shapes)
    assert swapped.verdict in PROVED
