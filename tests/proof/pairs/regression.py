"""Regression losses and their gradients, in several coding styles."""

from __future__ import annotations

from typing import Any

import numpy as np

Pair = tuple[Any, Any, str, str]


def mse(w: Any, X: Any, y: Any) -> Any:
    n = X.shape[0]
    r = X @ w - y
    return (r @ r) / n


def mse_grad(w: Any, X: Any, y: Any) -> Any:
    n = X.shape[0]
    r = X @ w - y
    return (2.0 / n) * (X.T @ r)


def ridge(w: Any, X: Any, y: Any, lam: Any) -> Any:
    return 0.5 * np.sum((y - X.dot(w)) ** 2) + 0.5 * lam * np.sum(w * w)


def ridge_grad(w: Any, X: Any, y: Any, lam: Any) -> Any:
    pred = X.dot(w)
    return X.T.dot(pred - y) + lam * w


def with_intercept(b: Any, X: Any, y: Any, w: Any) -> Any:
    yhat = X @ w + b
    return ((yhat - y) ** 2).mean()


def with_intercept_grad(b: Any, X: Any, y: Any, w: Any) -> Any:
    yhat = X @ w + b
    return 2 * (yhat - y).mean()


def weighted(w: Any, X: Any, y: Any, s: Any) -> Any:
    err = X @ w - y
    return np.sum(s * err**2) / np.sum(s)


def weighted_grad(w: Any, X: Any, y: Any, s: Any) -> Any:
    err = X @ w - y
    return 2 * X.T @ (s * err) / s.sum()


def log_cosh(w: Any, X: Any, y: Any) -> Any:
    return np.mean(np.log(np.cosh(X @ w - y)))


def log_cosh_grad(w: Any, X: Any, y: Any) -> Any:
    grad = np.zeros_like(w)
    for i in range(len(y)):
        grad += np.tanh(X[i] @ w - y[i]) * X[i]
    return grad / len(y)


def pinball(w: Any, X: Any, y: Any, tau: Any) -> Any:
    u = y - X @ w
    return np.mean(np.where(u >= 0, tau * u, (tau - 1) * u))


def pinball_grad(w: Any, X: Any, y: Any, tau: Any) -> Any:
    u = y - X @ w
    slope = np.where(u >= 0, tau, tau - 1)
    return -X.T @ slope / len(y)


def cauchy(w: Any, X: Any, y: Any, c: Any) -> Any:
    r = (y - X @ w) / c
    return np.sum(np.log1p(r**2))


def cauchy_grad(w: Any, X: Any, y: Any, c: Any) -> Any:
    r = (y - X @ w) / c
    psi = 2 * r / (1 + r * r)
    return -(X.T @ psi) / c


def poisson(w: Any, X: Any, y: Any) -> Any:
    eta = X @ w
    return np.mean(np.exp(eta) - y * eta)


def poisson_grad(w: Any, X: Any, y: Any) -> Any:
    mu = np.exp(X @ w)
    return X.T @ (mu - y) / X.shape[0]


def gamma_regression(w: Any, X: Any, y: Any) -> Any:
    eta = X @ w
    return np.sum(eta + y * np.exp(-eta))


def gamma_regression_grad(w: Any, X: Any, y: Any) -> Any:
    return X.T @ (1 - y * np.exp(-X @ w))


def multi_output(W: Any, X: Any, Y: Any, lam: Any) -> Any:
    E = X @ W - Y
    return np.sum(E**2) / (2 * X.shape[0]) + lam * np.sum(W**2)


def multi_output_grad(W: Any, X: Any, Y: Any, lam: Any) -> Any:
    n, _ = X.shape
    E = np.matmul(X, W) - Y
    dW = np.matmul(X.T, E) / n
    dW += 2 * lam * W
    return dW


def smoothed_lasso(w: Any, X: Any, y: Any, lam: Any, eps: Any) -> Any:
    return np.linalg.norm(X @ w - y) ** 2 / 2 + lam * np.sum(np.sqrt(w**2 + eps))


def smoothed_lasso_grad(w: Any, X: Any, y: Any, lam: Any, eps: Any) -> Any:
    data = X.T @ (X @ w - y)
    penalty = lam * w / np.sqrt(w**2 + eps)
    return data + penalty


def root_error(w: Any, X: Any, y: Any) -> Any:
    return np.linalg.norm(X @ w - y)


def root_error_grad(w: Any, X: Any, y: Any) -> Any:
    r = X @ w - y
    return X.T @ r / np.linalg.norm(r)


def laplacian(f: Any, L: Any, y: Any, mu: Any) -> Any:
    return f @ L @ f + mu * np.sum((f - y) ** 2)


def laplacian_grad(f: Any, L: Any, y: Any, mu: Any) -> Any:
    return L @ f + L.T @ f + 2 * mu * (f - y)


def total_variation(x: Any, y: Any, lam: Any, eps: Any) -> Any:
    d = x[1:] - x[:-1]
    return 0.5 * np.sum((x - y) ** 2) + lam * np.sum(np.sqrt(d**2 + eps))


def total_variation_grad(x: Any, y: Any, lam: Any, eps: Any) -> Any:
    d = x[1:] - x[:-1]
    s = d / np.sqrt(d**2 + eps)
    g = x - y
    g[1:] += lam * s
    g[:-1] -= lam * s
    return g


def group_lasso(W: Any, lam: Any, eps: Any) -> Any:
    return lam * np.sum(np.sqrt(np.sum(W**2, axis=1) + eps))


def group_lasso_grad(W: Any, lam: Any, eps: Any) -> Any:
    norms = np.sqrt(np.sum(W**2, axis=1, keepdims=True) + eps)
    return lam * W / norms


PAIRS: dict[str, Pair] = {
    "mse": (mse, mse_grad, "w", "w: d, X: n d, y: n"),
    "ridge": (ridge, ridge_grad, "w", "w: d, X: n d, y: n, lam: positive"),
    "intercept": (with_intercept, with_intercept_grad, "b", "b:, X: n d, y: n, w: d"),
    "weighted": (weighted, weighted_grad, "w", "w: d, X: n d, y: n, s: n positive"),
    "log cosh": (log_cosh, log_cosh_grad, "w", "w: d, X: n d, y: n"),
    "pinball": (pinball, pinball_grad, "w", "w: d, X: n d, y: n, tau: unit"),
    "cauchy": (cauchy, cauchy_grad, "w", "w: d, X: n d, y: n, c: positive"),
    "poisson": (poisson, poisson_grad, "w", "w: d, X: n d, y: n nonnegative"),
    "gamma": (gamma_regression, gamma_regression_grad, "w", "w: d, X: n d, y: n positive"),
    "multi output": (multi_output, multi_output_grad, "W", "W: d k, X: n d, Y: n k, lam: positive"),
    "smoothed lasso": (smoothed_lasso, smoothed_lasso_grad, "w", "w: d, X: n d, y: n, lam: positive, eps: positive"),
    "root error": (root_error, root_error_grad, "w", "w: d, X: n d, y: n"),
    "laplacian": (laplacian, laplacian_grad, "f", "f: n, L: n n, y: n, mu: positive"),
    "total variation": (total_variation, total_variation_grad, "x", "x: n, y: n, lam: positive, eps: positive"),
    "group lasso": (group_lasso, group_lasso_grad, "W", "W: d k, lam: positive, eps: positive"),
}
