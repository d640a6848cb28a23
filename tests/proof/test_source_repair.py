"""The mistake in the user's own source: placed, and the line written right; nothing hangs, nothing is changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from symml.proof.gradient_check import check_gradient
from symml.proof.verdict import Verdict


def loss_ridge(X: Any, y: Any, w: Any, lam: Any) -> Any:
    r = X @ w - y
    return np.sum(r**2) / len(y) + lam * np.sum(w**2)


def grad_ridge_lost_count(X: Any, y: Any, w: Any, lam: Any) -> Any:
    r = X @ w - y
    return 2 * X.T @ r + 2 * lam * w


def grad_ridge_lost_half(X: Any, y: Any, w: Any, lam: Any) -> Any:
    r = X @ w - y
    n = len(y)
    data = 2 / n * (X.T @ r)
    return data + lam * w


def grad_ridge_wrong_sign(X: Any, y: Any, w: Any, lam: Any) -> Any:
    r = y - X @ w
    slope = X.T.dot(r)
    slope *= 2 / X.shape[0]
    return slope + 2 * lam * w


def loss_hinge(X: Any, y: Any, w: Any) -> Any:
    return np.sum(np.maximum(0, 1 - y * (X @ w)))


def grad_hinge_loop(X: Any, y: Any, w: Any) -> Any:
    out = np.zeros_like(w)
    margins = y * (X @ w)
    for i in range(len(y)):
        if margins[i] < 1:
            out += y[i] * X[i]
    return out


def loss_tanh(W: Any, x: Any, t: Any) -> Any:
    return np.sum((np.tanh(W @ x) - t) ** 2) / 2


def grad_tanh_stale(W: Any, x: Any, t: Any) -> Any:
    z = W @ x
    h = np.tanh(z)
    delta = (h - t) * (1 - z**2)
    return np.outer(delta, x)


def loss_cubes(w: Any) -> Any:
    return np.sum(w**3)


def grad_cubes_endless(w: Any) -> Any:
    out = np.zeros_like(w)
    k = 0
    while True:
        if k >= len(w):
            break
        out[k] = 3 * w[k]
        k += 1
    return out


class Layer:
    """A loss and its gradient as methods, with state that they write."""

    def __init__(self) -> None:
        self.scale, self.calls, self.kept = 2.0, 0, np.zeros(3)

    def loss(self, w: Any) -> Any:
        return self.scale * np.sum(w**3)

    def grad(self, w: Any) -> Any:
        self.calls += 1
        self.scale = 1.0 * self.scale
        return self.scale * 3 * w


RIDGE, HINGE, NET = "X: n d, y: n, w: d, lam: positive", "X: n d, y: n sign, w: d", "W: k d, x: d, t: k"
MISTAKES = [
    (loss_ridge, grad_ridge_lost_count, "w", RIDGE, "return 2 * X.T @ r + 2 * lam * w", "/ len(X)"),
    (loss_ridge, grad_ridge_lost_half, "w", RIDGE, "return data + lam * w", "2 * "),
    (loss_ridge, grad_ridge_wrong_sign, "w", RIDGE, "", "-"),
    (loss_hinge, grad_hinge_loop, "w", HINGE, "return out", "return -out"),
    (loss_tanh, grad_tanh_stale, "W", NET, "delta = (h - t) * (1 - z**2)", "1 - h ** 2"),
    (loss_cubes, grad_cubes_endless, "w", "w: 3", "out[k] = 3 * w[k]", "w[k] ** 2"),
]


def diagnosed(loss: Callable[..., Any], grad: Callable[..., Any], wrt: str, shapes: str) -> Verdict:
    verdict = check_gradient(loss, grad, wrt=wrt, shapes=shapes)
    assert verdict.verdict in ("refuted", "disagrees")
    assert verdict.diagnosis is not None
    return verdict


@pytest.mark.parametrize(
    ("loss", "grad", "wrt", "shapes", "line", "cure"), MISTAKES, ids=lambda x: getattr(x, "__name__", "")
)
def test_the_line_is_found_and_written_right(
    loss: Callable[..., Any], grad: Callable[..., Any], wrt: str, shapes: str, line: str, cure: str
) -> None:
    found = diagnosed(loss, grad, wrt, shapes).diagnosis
    assert found is not None
    assert found.where is not None
    assert line in found.where.text
    assert cure in " ".join(found.rewrite)


def test_a_gradient_among_the_methods_of_its_loss_is_mended_and_the_object_is_left_alone() -> None:
    layer = Layer()
    found = diagnosed(layer.loss, layer.grad, "w", "w: 3").diagnosis
    assert found is not None
    assert found.rewrite == ("return self.scale * 3 * w ** 2",)
    assert layer.scale == 2.0
    assert not layer.kept.any()


def test_the_changed_line_makes_the_gradient_right() -> None:
    """The proposal is put into the source and decided anew."""
    found = diagnosed(loss_cubes, grad_cubes_endless, "w", "w: 3").diagnosis
    assert found is not None
    (line,) = found.rewrite
    k, w, out = 1, np.array([2.0, 3.0, 5.0]), np.zeros(3)
    exec(line, {"w": w, "k": k, "out": out, "np": np})  # the line that symml proposes, run as the user would
    assert out[1] == 27


def test_a_right_gradient_has_no_diagnosis() -> None:
    def right(w: Any) -> Any:
        return 3 * w**2

    verdict = check_gradient(loss_cubes, right, wrt="w", shapes="w: d")
    assert verdict.verdict == "proved"
    assert verdict.diagnosis is None


def loss_of_gates(x: Any, g: Any, t: Any) -> Any:
    return t @ np.concatenate([np.tanh(g[:2] * x), np.sin(g[2:] * x)])


def grad_of_gates_swapped(x: Any, g: Any, t: Any) -> Any:
    first = x * (1 - np.tanh(g[:2] * x) ** 2)
    second = x * np.cos(g[2:] * x)
    return np.concatenate([second, first]) * t


def loss_rows(X: Any, b: Any) -> Any:
    return np.sum((X + b) ** 2) / 2


def grad_rows_summed_wrong(X: Any, b: Any) -> Any:
    return (X + b).sum(1)


def test_gates_that_are_stacked_in_the_wrong_order_are_named() -> None:
    verdict = check_gradient(loss_of_gates, grad_of_gates_swapped, wrt="g", shapes="x: 2, g: 4, t: 4")
    assert verdict.verdict == "refuted"
    assert verdict.diagnosis is not None
    assert verdict.diagnosis.kind == "index swapped"
    assert verdict.diagnosis.rewrite == ("return np.concatenate([first, second]) * t",)


def test_an_axis_that_is_given_by_place_is_named() -> None:
    verdict = check_gradient(loss_rows, grad_rows_summed_wrong, wrt="b", shapes="X: n d, b: d")
    assert verdict.verdict == "refuted"
    assert verdict.diagnosis is not None
    assert verdict.diagnosis.kind == "wrong axis"
    assert verdict.diagnosis.rewrite == ("return (X + b).sum(0)",)
