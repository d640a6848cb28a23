"""Classification losses and their gradients, in several coding styles."""

from __future__ import annotations

from typing import Any

import numpy as np

Pair = tuple[Any, Any, str, str]


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def softmax(z: Any) -> Any:
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


def bce(w: Any, X: Any, y: Any, lam: Any) -> Any:
    p = sigmoid(X @ w)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)) + lam / 2 * w @ w


def bce_grad(w: Any, X: Any, y: Any, lam: Any) -> Any:
    p = sigmoid(X @ w)
    return X.T @ (p - y) / len(y) + lam * w


def logistic_loop(w: Any, X: Any, y: Any) -> Any:
    total = 0.0
    for i in range(X.shape[0]):
        total = total + np.log(1 + np.exp(-y[i] * np.dot(X[i], w)))
    return total


def logistic_loop_grad(w: Any, X: Any, y: Any) -> Any:
    g = np.zeros(X.shape[1])
    for i in range(X.shape[0]):
        m = y[i] * np.dot(X[i], w)
        g = g - y[i] * X[i] / (1 + np.exp(m))
    return g


def cross_entropy(W: Any, X: Any, y: Any) -> Any:
    p = softmax(X @ W)
    return -np.mean(np.log(p[np.arange(len(y)), y]))


def cross_entropy_grad(W: Any, X: Any, y: Any) -> Any:
    n = len(y)
    dZ = softmax(X @ W)
    dZ[np.arange(n), y] -= 1
    dZ /= n
    return X.T @ dZ


def one_hot_entropy(W: Any, X: Any, Y: Any, lam: Any) -> Any:
    logp = X @ W - np.log(np.sum(np.exp(X @ W), axis=1, keepdims=True))
    return -np.sum(Y * logp) / X.shape[0] + 0.5 * lam * np.sum(W**2)


def one_hot_entropy_grad(W: Any, X: Any, Y: Any, lam: Any) -> Any:
    P = softmax(X @ W)
    return X.T @ (P - Y) / X.shape[0] + lam * W


def bias_entropy(b: Any, X: Any, W: Any, Y: Any) -> Any:
    Z = X @ W + b
    return -np.sum(Y * np.log(softmax(Z)))


def bias_entropy_grad(b: Any, X: Any, W: Any, Y: Any) -> Any:
    dZ = softmax(X @ W + b) - Y
    return dZ.sum(axis=0)


def temperature(T: Any, z: Any, t: Any) -> Any:
    s = z / T
    return np.log(np.sum(np.exp(s))) - t @ s


def temperature_grad(T: Any, z: Any, t: Any) -> Any:
    p = np.exp(z / T) / np.sum(np.exp(z / T))
    return -((p - t) @ z) / T**2


def smoothing(z: Any, t: Any, a: Any) -> Any:
    k = len(z)
    q = (1 - a) * t + a / k
    return np.log(np.exp(z).sum()) - np.sum(q * z)


def smoothing_grad(z: Any, t: Any, a: Any) -> Any:
    k = len(z)
    p = np.exp(z) / np.exp(z).sum()
    return p - (1 - a) * t - a / k


def focal(z: Any, y: Any) -> Any:
    p = sigmoid(y * z)
    return -np.sum((1 - p) ** 2 * np.log(p))


def focal_grad(z: Any, y: Any) -> Any:
    p = sigmoid(y * z)
    return y * (1 - p) * (2 * p * (1 - p) * np.log(p) - (1 - p) ** 2)


def hinge_squared(w: Any, X: Any, y: Any, C: Any) -> Any:
    m = np.maximum(0, 1 - y * (X @ w))
    return 0.5 * np.dot(w, w) + C * np.sum(m**2)


def hinge_squared_grad(w: Any, X: Any, y: Any, C: Any) -> Any:
    m = np.maximum(0, 1 - y * (X @ w))
    return w - 2 * C * X.T @ (y * m)


def multiclass_hinge(z: Any, t: Any) -> Any:
    return np.sum(np.log(1 + np.exp(1 + z - t @ z)))


def multiclass_hinge_grad(z: Any, t: Any) -> Any:
    s = sigmoid(1 + z - t @ z)
    return s - t * s.sum()


def bradley_terry(r: Any, A: Any) -> Any:
    margins = A @ r
    return np.sum(np.log1p(np.exp(-margins)))


def bradley_terry_grad(r: Any, A: Any) -> Any:
    margins = A @ r
    return -A.T @ (1 / (1 + np.exp(margins)))


def info_nce(q: Any, K: Any, pos: Any, tau: Any) -> Any:
    logits = K @ q / tau
    return np.log(np.exp(logits).sum()) - pos @ logits


def info_nce_grad(q: Any, K: Any, pos: Any, tau: Any) -> Any:
    logits = K @ q / tau
    p = np.exp(logits - logits.max())
    p = p / p.sum()
    return K.T @ (p - pos) / tau


def skip_gram(v: Any, u: Any, N: Any) -> Any:
    return -np.log(sigmoid(u @ v)) - np.sum(np.log(sigmoid(-N @ v)))


def skip_gram_grad(v: Any, u: Any, N: Any) -> Any:
    return (sigmoid(u @ v) - 1) * u + N.T @ sigmoid(N @ v)


def exponential_loss(w: Any, X: Any, y: Any) -> Any:
    return np.mean(np.exp(-y * (X @ w)))


def exponential_loss_grad(w: Any, X: Any, y: Any) -> Any:
    e = np.exp(-y * (X @ w))
    return -np.mean((y * e)[:, None] * X, axis=0)


PAIRS: dict[str, Pair] = {
    "bce": (bce, bce_grad, "w", "w: d, X: n d, y: n binary, lam: positive"),
    "logistic loop": (logistic_loop, logistic_loop_grad, "w", "w: d, X: n d, y: n sign"),
    "cross entropy": (cross_entropy, cross_entropy_grad, "W", "W: d k, X: n d, y: n label"),
    "one-hot entropy": (one_hot_entropy, one_hot_entropy_grad, "W", "W: d k, X: n d, Y: n k onehot, lam: positive"),
    "bias entropy": (bias_entropy, bias_entropy_grad, "b", "b: k, X: n d, W: d k, Y: n k onehot"),
    "temperature": (temperature, temperature_grad, "T", "T: positive, z: k, t: k onehot"),
    "smoothing": (smoothing, smoothing_grad, "z", "z: k, t: k onehot, a: unit"),
    "focal": (focal, focal_grad, "z", "z: n, y: n sign"),
    "squared hinge": (hinge_squared, hinge_squared_grad, "w", "w: d, X: n d, y: n sign, C: positive"),
    "soft multiclass hinge": (multiclass_hinge, multiclass_hinge_grad, "z", "z: k, t: k onehot"),
    "bradley terry": (bradley_terry, bradley_terry_grad, "r", "r: k, A: m k"),
    "info nce": (info_nce, info_nce_grad, "q", "q: d, K: m d, pos: m onehot, tau: positive"),
    "skip gram": (skip_gram, skip_gram_grad, "v", "v: d, u: d, N: m d"),
    "exponential": (exponential_loss, exponential_loss_grad, "w", "w: d, X: n d, y: n sign"),
}
