"""Loss and gradient pairs as they are written in courses; each gradient is right."""

from __future__ import annotations

from typing import Any

import numpy as np

Pair = tuple[Any, Any, Any, str]


def linear(X: Any, y: Any, w: Any) -> Any:
    return np.mean((X @ w - y) ** 2)


def linear_grad(X: Any, y: Any, w: Any) -> Any:
    n = len(y)
    return 2 / n * X.T.dot(X.dot(w) - y)


def logistic(X: Any, y: Any, w: Any, lam: Any) -> Any:
    return np.mean(np.log(1 + np.exp(-y * (X @ w)))) + lam / 2 * np.sum(w**2)


def logistic_grad(X: Any, y: Any, w: Any, lam: Any) -> Any:
    margin = y * (X @ w)
    return -X.T @ (y / (1 + np.exp(margin))) / X.shape[0] + lam * w


def softmax(X: Any, y: Any, W: Any) -> Any:
    Z = X @ W
    Z = Z - Z.max(axis=1, keepdims=True)
    p = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    n = X.shape[0]
    return -np.sum(np.log(p[np.arange(n), y])) / n


def softmax_grad(X: Any, y: Any, W: Any) -> Any:
    Z = X @ W
    Z -= np.max(Z, axis=1, keepdims=True)
    p = np.exp(Z)
    p /= p.sum(1, keepdims=True)
    n = X.shape[0]
    p[np.arange(n), y] -= 1
    return X.T @ p / n


def tanh_net(X: Any, Y: Any, W1: Any, W2: Any) -> Any:
    return 0.5 * np.sum((np.tanh(X @ W1) @ W2 - Y) ** 2)


def tanh_net_grad(X: Any, Y: Any, W1: Any, W2: Any) -> Any:
    H = np.tanh(X @ W1)
    R = H @ W2 - Y
    return {"W1": X.T @ ((R @ W2.T) * (1 - H**2)), "W2": H.T @ R}


def relu_net(X: Any, Y: Any, W1: Any, W2: Any) -> Any:
    H = np.maximum(0, X @ W1)
    return 0.5 * np.sum((H @ W2 - Y) ** 2)


def relu_net_grad(X: Any, Y: Any, W1: Any, W2: Any) -> Any:
    Z = X @ W1
    H = np.maximum(0, Z)
    R = H @ W2 - Y
    dZ = R @ W2.T
    dZ[Z <= 0] = 0
    return X.T @ dZ, H.T @ R


def batch_norm(X: Any, g: Any, b: Any, G: Any, eps: Any) -> Any:
    mu, v = X.mean(axis=0), X.var(axis=0)
    return np.sum(G * (g * (X - mu) / np.sqrt(v + eps) + b))


def batch_norm_grad(X: Any, g: Any, b: Any, G: Any, eps: Any) -> Any:
    n = X.shape[0]
    s = np.sqrt(X.var(0) + eps)
    xh = (X - X.mean(0)) / s
    d = G * g
    return (n * d - d.sum(0) - xh * (d * xh).sum(0)) / (n * s)


def hinge(X: Any, y: Any, w: Any) -> Any:
    return np.mean(np.maximum(0, 1 - y * (X @ w)))


def hinge_grad(X: Any, y: Any, w: Any) -> Any:
    m = y * (X @ w)
    g = np.zeros_like(w)
    for i in range(len(y)):
        g += np.where(m[i] < 1, -y[i], 0) * X[i]
    return g / len(y)


def elastic_net(X: Any, y: Any, w: Any, lam: Any, mu: Any) -> Any:
    return np.sum((y - X @ w) ** 2) / (2 * len(y)) + lam * np.sum(np.abs(w)) + mu * w.dot(w)


def elastic_net_grad(X: Any, y: Any, w: Any, lam: Any, mu: Any) -> Any:
    return -(X.T @ (y - X @ w)) / len(y) + lam * np.sign(w) + 2 * mu * w


def huber(X: Any, y: Any, w: Any, delta: Any) -> Any:
    r = X @ w - y
    small = np.abs(r) <= delta
    return np.sum(np.where(small, 0.5 * r**2, delta * (np.abs(r) - 0.5 * delta)))


def huber_grad(X: Any, y: Any, w: Any, delta: Any) -> Any:
    return X.T @ np.clip(X @ w - y, -delta, delta)


def cosine(u: Any, v: Any) -> Any:
    return u @ v / (np.linalg.norm(u) * np.linalg.norm(v))


def cosine_grad(u: Any, v: Any) -> Any:
    nu, nv = np.sqrt((u**2).sum()), np.sqrt((v**2).sum())
    return v / (nu * nv) - (u @ v) * u / (nu**3 * nv)


PAIRS: dict[str, Pair] = {
    "linear": (linear, linear_grad, "w", "X: n d, y: n, w: d"),
    "logistic": (logistic, logistic_grad, "w", "X: n d, y: n sign, w: d, lam: positive"),
    "softmax": (softmax, softmax_grad, "W", "X: n d, y: n label, W: d k"),
    "tanh net": (tanh_net, tanh_net_grad, ["W1", "W2"], "X: n d, Y: n k, W1: d m, W2: m k"),
    "relu net": (relu_net, relu_net_grad, ["W1", "W2"], "X: n d, Y: n k, W1: d m, W2: m k"),
    "batch norm": (batch_norm, batch_norm_grad, "X", "X: n d, g: d, b: d, G: n d, eps: positive"),
    "hinge": (hinge, hinge_grad, "w", "X: n d, y: n sign, w: d"),
    "elastic net": (elastic_net, elastic_net_grad, "w", "X: n d, y: n, w: d, lam: positive, mu: positive"),
    "huber": (huber, huber_grad, "w", "X: n d, y: n, w: d, delta: positive"),
    "cosine": (cosine, cosine_grad, "u", "u: d, v: d"),
}
