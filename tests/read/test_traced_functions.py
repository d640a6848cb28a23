"""NumPy and SciPy functions of traced code whose meaning is more than one expression: orders, windows, eigenvectors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

from symml.errors import TraceError
from symml.proof.gradient_check import check_gradient
from symml.read.trace import trace

Function = Callable[..., Any]


def sorted_loss(x: Any, c: Any) -> Any:
    return np.sum(c * x[np.argsort(x)] ** 2)


def sorted_grad(x: Any, c: Any) -> Any:
    order = np.argsort(x)
    out = np.zeros_like(x)
    out[order] = 2 * c * x[order]
    return out


def sorted_grad_unsorted(x: Any, c: Any) -> Any:
    return 2 * c * x


def largest_loss(x: Any) -> Any:
    return x[np.argmax(x)] ** 2 - x[x.argmin()]


def largest_grad(x: Any) -> Any:
    out = np.zeros_like(x)
    k = np.argmax(x)
    out[k] += 2 * x[k]
    out[np.argmin(x)] -= 1
    return out


def largest_grad_first(x: Any) -> Any:
    out = np.zeros_like(x)
    out[0] += 2 * x[0]
    out[np.argmin(x)] -= 1
    return out


def window_loss(x: Any, w: Any) -> Any:
    views = np.lib.stride_tricks.sliding_window_view(x, 3)
    return np.sum((views @ w) ** 2) / 2


def window_grad(x: Any, w: Any) -> Any:
    views = np.lib.stride_tricks.sliding_window_view(x, 3)
    return views.T @ (views @ w)


def window_grad_reversed(x: Any, w: Any) -> Any:
    views = np.lib.stride_tricks.sliding_window_view(x, 3)
    return views.T @ (views @ w[::-1])


def strided_loss(x: Any, w: Any) -> Any:
    step = x.strides[0]
    views = np.lib.stride_tricks.as_strided(x, (4, 3), (step, step))
    return np.sum((views @ w) ** 2) / 2


def strided_grad(x: Any, w: Any) -> Any:
    rows = np.stack([x[k : k + 3] for k in range(4)])
    return rows.T @ (rows @ w)


def probit_loss(X: Any, y: Any, w: Any) -> Any:
    return -np.sum(norm.logcdf(y * (X @ w)))


def probit_grad(X: Any, y: Any, w: Any) -> Any:
    z = y * (X @ w)
    return -X.T @ (y * norm.pdf(z) / norm.cdf(z))


def probit_grad_without_label(X: Any, y: Any, w: Any) -> Any:
    z = y * (X @ w)
    return -X.T @ (norm.pdf(z) / norm.cdf(z))


def density_loss(x: Any, m: Any, s: Any) -> Any:
    return -np.sum(norm.logpdf(x, m, s))


def density_grad(x: Any, m: Any, s: Any) -> Any:
    return -np.sum(x - m) / s**2


def density_grad_by_s(x: Any, m: Any, s: Any) -> Any:
    return -np.sum(x - m) / s


def spectral_loss(A: Any) -> Any:
    values, _ = np.linalg.eigh(A)
    return np.sum(values**2)


def spectral_grad(A: Any) -> Any:
    values, vectors = np.linalg.eigh(A)
    return 2 * vectors @ np.diag(values) @ vectors.T


def spectral_grad_lost_two(A: Any) -> Any:
    values, vectors = np.linalg.eigh(A)
    return vectors @ np.diag(values) @ vectors.T


WINDOWS, PROBIT, DENSITY = "x: 6, w: 3", "X: n d, y: n sign, w: d", "x: n, m:, s: positive"
RIGHT = [
    (sorted_loss, sorted_grad, "x", "x: 3, c: 3"),
    (largest_loss, largest_grad, "x", "x: 3"),
    (window_loss, window_grad, "w", WINDOWS),
    (strided_loss, strided_grad, "w", WINDOWS),
    (probit_loss, probit_grad, "w", PROBIT),
    (density_loss, density_grad, "m", DENSITY),
    (spectral_loss, spectral_grad, "A", "A: d d symmetric"),
]
WRONG = [
    (sorted_loss, sorted_grad_unsorted, "x", "x: 3, c: 3"),
    (largest_loss, largest_grad_first, "x", "x: 3"),
    (window_loss, window_grad_reversed, "w", WINDOWS),
    (probit_loss, probit_grad_without_label, "w", PROBIT),
    (density_loss, density_grad_by_s, "m", DENSITY),
    (spectral_loss, spectral_grad_lost_two, "A", "A: d d symmetric"),
]


def _name(value: object) -> str | None:
    return getattr(value, "__name__", None)


@pytest.mark.parametrize(("loss", "grad", "wrt", "shapes"), RIGHT, ids=_name)
def test_a_right_gradient_is_passed(loss: Function, grad: Function, wrt: str, shapes: str) -> None:
    assert check_gradient(loss, grad, wrt=wrt, shapes=shapes).verdict in ("proved", "proved_randomized", "certified")


@pytest.mark.parametrize(("loss", "grad", "wrt", "shapes"), WRONG, ids=_name)
def test_a_wrong_gradient_is_refuted(loss: Function, grad: Function, wrt: str, shapes: str) -> None:
    assert check_gradient(loss, grad, wrt=wrt, shapes=shapes).verdict == "refuted"


@pytest.mark.parametrize(
    ("function", "shapes", "said"),
    [
        (lambda x: x[np.argsort(x)], "x: 9", "more orders than can be followed"),
        (lambda X: np.argsort(X), "X: 2 3", "row by row"),
        (lambda x: np.argmax(x, keepdims=True), "x: 3", "keepdims"),
        (lambda x: np.lib.stride_tricks.as_strided(x, (4, 4), (8, 8)), "x: 6", "beyond the array's memory"),
        (lambda A: np.linalg.eigh(A, UPLO="U")[0], "A: 3 3 symmetric", "upper triangle"),
        (lambda x: norm.ppf(x), "x: n unit", "norm.ppf"),
    ],
    ids=["argsort", "argsort matrix", "argmax", "as_strided", "eigh", "ppf"],
)
def test_what_is_not_followed_is_refused(function: Function, shapes: str, said: str) -> None:
    with pytest.raises(TraceError) as found:
        trace(function, shapes)
    assert said in str(found.value)
