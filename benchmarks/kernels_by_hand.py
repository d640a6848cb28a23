"""Careful NumPy by hand: outputs and buffers given, as few passes as the formulas allow; arrays in, a call out."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

Arrays = dict[str, Any]
EPS = 1e-5


def sigmoid_slope(a: Arrays) -> Callable[[], Any]:
    x = a["x"]
    out, w = np.empty_like(x), np.empty_like(x)

    def run() -> Any:
        np.abs(x, w)
        np.negative(w, w)
        np.exp(w, w)
        np.add(w, 1.0, out)
        np.multiply(out, out, out)
        return np.divide(w, out, out)

    return run


def _entropy(z: Any, y: Any, slope: Any, w: Any, v: Any) -> float:
    """The sum of the losses; the residuals in ``slope``."""
    np.abs(z, w)
    np.negative(w, w)
    np.exp(w, w)
    np.log1p(w, v)
    loss = v.sum()
    np.maximum(z, 0.0, out=v)
    loss += v.sum() - np.dot(z, y)
    np.add(w, 1.0, v)
    np.greater_equal(z, 0.0, slope)
    np.maximum(w, slope, out=w)
    np.divide(w, v, slope)
    np.subtract(slope, y, slope)
    return float(loss)


def entropy(a: Arrays) -> Callable[[], Any]:
    z, y = a["z"], a["y"]
    slope, w, v = (np.empty_like(z) for _ in range(3))

    def run() -> Any:
        loss = _entropy(z, y, slope, w, v)
        return loss / z.size, np.multiply(slope, 1.0 / z.size, slope)

    return run


def logistic(a: Arrays) -> Callable[[], Any]:
    X, y, w = a["X"], a["y"], a["w"]
    z, r, u, v = (np.empty(len(y)) for _ in range(4))
    out = np.empty_like(w)

    def run() -> Any:
        loss = _entropy(np.dot(X, w, z), y, r, u, v)
        np.dot(r, X, out)
        return loss / len(y), np.multiply(out, 1.0 / len(y), out)

    return run


def logistic_hessian(a: Arrays) -> Callable[[], Any]:
    X, w = a["X"], a["w"]
    z, o, t = (np.empty(len(X)) for _ in range(3))
    A, out = np.empty_like(X), np.empty((len(w), len(w)))

    def run() -> Any:
        np.dot(X, w, z)
        np.abs(z, t)
        np.negative(t, t)
        np.exp(t, t)
        np.add(t, 1.0, o)
        np.multiply(o, o, o)
        np.divide(t, o, o)
        np.divide(o, len(X), o)
        np.sqrt(o, o)
        np.multiply(X, o[:, None], A)
        return np.matmul(A.T, A, out)

    return run


def ridge(a: Arrays) -> Callable[[], Any]:
    X, y, w = a["X"], a["y"], a["w"]
    r, out, t = np.empty_like(y), np.empty_like(w), np.empty_like(w)

    def run() -> Any:
        np.dot(X, w, r)
        np.subtract(r, y, r)
        np.dot(r, X, out)
        np.multiply(w, 0.1, t)
        np.add(out, t, out)
        return np.multiply(out, 2.0, out)

    return run


def mahalanobis(a: Arrays) -> Callable[[], Any]:
    X, mu, S = a["X"], a["mu"], a["S"]
    D, Y, out = np.empty_like(X), np.empty_like(X), np.empty(len(X))

    def run() -> Any:
        half = np.linalg.inv(np.linalg.cholesky(S)).T.copy()
        np.subtract(X, mu, D)
        np.matmul(D, half, Y)
        return np.einsum("ij,ij->i", Y, Y, out=out)

    return run


def softmax_product(a: Arrays) -> Callable[[], Any]:
    Z, V = a["Z"], a["V"]
    out, t, c = np.empty_like(Z), np.empty_like(Z), np.empty((len(Z), 1))

    def run() -> Any:
        np.maximum.reduce(Z, 1, None, c, True)
        np.subtract(Z, c, out)
        np.exp(out, out)
        np.add.reduce(out, 1, None, c, True)
        np.divide(out, c, out)
        mean = np.einsum("ij,ij->i", out, V)
        np.subtract(V, mean[:, None], t)
        return np.multiply(out, t, out)

    return run


def gelu(a: Arrays) -> Callable[[], Any]:
    from scipy.special import ndtr

    x = a["x"]
    value, slope, w = (np.empty_like(x) for _ in range(3))

    def run() -> Any:
        ndtr(x, slope)
        np.multiply(x, slope, value)
        np.multiply(x, x, w)
        np.multiply(w, -0.5, w)
        np.exp(w, w)
        np.multiply(w, x, w)
        np.multiply(w, 1 / math.sqrt(2 * math.pi), w)
        return value, np.add(slope, w, slope)

    return run


def softmax_entropy(a: Arrays) -> Callable[[], Any]:
    X, W, y = a["X"], a["W"], a["y"]
    n, k = len(X), W.shape[1]
    Z, c, out, rows = np.empty((n, k)), np.empty((n, 1)), np.empty_like(W), np.arange(n)

    def run() -> Any:
        np.matmul(X, W, Z)
        np.maximum.reduce(Z, 1, None, c, True)
        np.subtract(Z, c, Z)
        loss = -Z[rows, y].sum()
        np.exp(Z, Z)
        np.add.reduce(Z, 1, None, c, True)
        loss += np.log(c).sum()
        np.multiply(c, n, c)
        np.divide(Z, c, Z)
        Z[rows, y] -= 1.0 / n
        return loss / n, np.matmul(X.T, Z, out)

    return run


def gaussian(a: Arrays) -> Callable[[], Any]:
    X, mu, S = a["X"], a["mu"], a["S"]
    n, d = X.shape
    D, C, ones = np.empty_like(X), np.empty((d, d)), np.ones(n)

    def run() -> Any:
        np.subtract(X, mu, D)
        P = np.linalg.inv(S)
        np.matmul(D.T, D, C)
        return -(P @ (ones @ D)), 0.5 * (n * P - P @ C @ P)

    return run


def layer_norm(a: Arrays) -> Callable[[], Any]:
    X, g, D = a["X"], a["g"], a["D"]
    n, k = X.shape
    out, H, T, ones, rows = np.empty_like(X), np.empty_like(X), np.empty_like(X), np.ones(k), np.ones(n)

    def run() -> Any:
        m = X @ ones
        m /= k
        np.subtract(X, m[:, None], H)
        v = np.vecdot(H, H)
        v /= k
        v += EPS
        r = 1 / np.sqrt(v)
        np.multiply(H, r[:, None], H)
        np.multiply(D, H, T)
        c, b = T @ g / k, D @ g / k
        np.multiply(D, g, out)
        np.multiply(H, c[:, None], H)
        np.subtract(out, H, out)
        np.subtract(out, b[:, None], out)
        return np.multiply(out, r[:, None], out), rows @ T, rows @ D

    return run


def batch_norm(a: Arrays) -> Callable[[], Any]:
    X, g, D = a["X"], a["g"], a["D"]
    n = len(X)
    out, H, ones = np.empty_like(X), np.empty_like(X), np.ones(n)

    def run() -> Any:
        np.subtract(X, ones @ X / n, H)
        r = 1 / np.sqrt(np.einsum("ij,ij->j", H, H) / n + EPS)
        shift = ones @ D
        slope = np.einsum("ij,ij->j", D, H) * r
        np.multiply(H, -(slope * r / n), out)
        np.add(out, D, out)
        np.subtract(out, shift / n, out)
        return np.multiply(out, g * r, out), slope, shift

    return run


def divergence(a: Arrays) -> Callable[[], Any]:
    A, B = a["A"], a["B"]
    P, Q, U = (np.empty_like(A) for _ in range(3))

    def run() -> Any:
        np.subtract(A, np.maximum.reduce(A, 1, None, None, True), P)
        np.subtract(B, np.maximum.reduce(B, 1, None, None, True), Q)
        np.subtract(P, Q, U)
        np.exp(P, P)
        p = np.add.reduce(P, 1, None, None, True)
        np.divide(P, p, P)
        np.exp(Q, Q)
        q = np.add.reduce(Q, 1, None, None, True)
        np.divide(Q, q, Q)
        value = np.vecdot(P, U) - np.log(p / q)[:, 0]
        return value, np.subtract(Q, P, Q)

    return run


def gaussian_kernel(a: Arrays) -> Callable[[], Any]:
    """By |x|^2 + |y|^2 - 2 x y, which loses the digits of close points."""
    X, length = a["X"], float(a["l"])
    n = len(X)
    K, G = np.empty((n, n)), np.empty((n, n))

    def run() -> Any:
        scaled = X / (length * math.sqrt(2.0))
        h = np.vecdot(scaled, scaled)
        np.matmul(scaled, 2 * scaled.T, K)
        np.subtract(K, h, K)
        np.subtract(K, h[:, None], K)
        np.minimum(K, 0.0, out=K)
        np.multiply(K, -2.0 / length, G)
        np.exp(K, K)
        return K, np.multiply(G, K, G)

    return run


def network(a: Arrays) -> Callable[[], Any]:
    X, Y, W1, W2, W3 = (a[name] for name in ("X", "Y", "W1", "W2", "W3"))
    n, h = len(X), W1.shape[1]
    A, B, D, U, E = *(np.empty((n, h)) for _ in range(4)), np.empty_like(Y)
    outs = [np.empty_like(W) for W in (W1, W2, W3)]

    def run() -> Any:
        np.tanh(np.matmul(X, W1, A), A)
        np.tanh(np.matmul(A, W2, B), B)
        np.subtract(np.matmul(B, W3, E), Y, E)
        np.multiply(E, 2.0 / Y.size, E)
        np.matmul(B.T, E, outs[2])
        np.matmul(E, W3.T, D)
        np.subtract(1.0, np.multiply(B, B, B), B)
        np.multiply(D, B, D)
        np.matmul(A.T, D, outs[1])
        np.matmul(D, W2.T, U)
        np.subtract(1.0, np.multiply(A, A, A), A)
        np.multiply(U, A, U)
        np.matmul(X.T, U, outs[0])
        return tuple(outs)

    return run


def adam(a: Arrays) -> Callable[[], Any]:
    p, g, m, v = (a[name] for name in "pgmv")
    P, M, V, w = (np.empty_like(p) for _ in range(4))

    def run() -> Any:
        np.multiply(m, 0.9, M)
        np.multiply(g, 0.1, w)
        np.add(M, w, M)
        np.multiply(g, w, w)
        np.multiply(w, 0.01, w)
        np.multiply(v, 0.999, V)
        np.add(V, w, V)
        np.sqrt(V, w)
        np.multiply(w, 1 / math.sqrt(1 - 0.999**10), w)
        np.add(w, 1e-8, w)
        np.divide(M, w, w)
        np.multiply(w, 1e-3 / (1 - 0.9**10), w)
        np.subtract(p, w, P)
        return P, M, V

    return run
