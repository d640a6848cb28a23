"""Networks and layers with their backward passes, in several coding styles."""

from __future__ import annotations

from typing import Any

import numpy as np

Pair = tuple[Any, Any, str, str]


def mlp(W1: Any, b1: Any, W2: Any, X: Any, Y: Any) -> Any:
    h = np.tanh(X @ W1 + b1)
    return np.sum((h @ W2 - Y) ** 2) / X.shape[0]


def mlp_grad_w1(W1: Any, b1: Any, W2: Any, X: Any, Y: Any) -> Any:
    n = X.shape[0]
    h = np.tanh(X @ W1 + b1)
    dout = 2 * (h @ W2 - Y) / n
    dh = dout @ W2.T
    dz = dh * (1 - h**2)
    return X.T @ dz


def mlp_grad_b1(W1: Any, b1: Any, W2: Any, X: Any, Y: Any) -> Any:
    n = X.shape[0]
    h = np.tanh(X @ W1 + b1)
    dout = 2 * (h @ W2 - Y) / n
    dz = (dout @ W2.T) * (1 - h * h)
    return np.sum(dz, axis=0)


def sigmoid_net(W: Any, v: Any, X: Any, y: Any) -> Any:
    a = 1 / (1 + np.exp(-X @ W))
    return 0.5 * np.sum((a @ v - y) ** 2)


def sigmoid_net_grad(W: Any, v: Any, X: Any, y: Any) -> Any:
    a = 1 / (1 + np.exp(-X @ W))
    delta = np.outer(a @ v - y, v) * a * (1 - a)
    return X.T @ delta


def relu_net(W1: Any, W2: Any, X: Any, Y: Any) -> Any:
    hidden = np.maximum(X @ W1, 0)
    return 0.5 * np.mean(np.sum((hidden @ W2 - Y) ** 2, axis=1))


def relu_net_grad(W1: Any, W2: Any, X: Any, Y: Any) -> Any:
    z = X @ W1
    hidden = np.maximum(z, 0)
    grad_out = (hidden @ W2 - Y) / len(X)
    grad_hidden = grad_out @ W2.T
    grad_z = grad_hidden * (z > 0)
    return X.T @ grad_z


def layer_norm(x: Any, g: Any, t: Any, eps: Any) -> Any:
    mu = x.mean()
    s = np.sqrt(x.var() + eps)
    return np.sum(t * g * (x - mu) / s)


def layer_norm_grad(x: Any, g: Any, t: Any, eps: Any) -> Any:
    d = len(x)
    s = np.sqrt(x.var() + eps)
    xhat = (x - x.mean()) / s
    dy = t * g
    return (dy - dy.mean() - xhat * np.sum(dy * xhat) / d) / s


def rms_norm(x: Any, g: Any, t: Any, eps: Any) -> Any:
    r = np.sqrt(np.mean(x**2) + eps)
    return np.sum(t * g * x / r)


def rms_norm_grad(x: Any, g: Any, t: Any, eps: Any) -> Any:
    r = np.sqrt(np.mean(x**2) + eps)
    dy = t * g
    return dy / r - x * np.mean(dy * x) / r**3


def gamma_of_batch_norm(g: Any, X: Any, b: Any, T: Any, eps: Any) -> Any:
    xhat = (X - X.mean(axis=0)) / np.sqrt(X.var(axis=0) + eps)
    return np.sum(T * (g * xhat + b))


def gamma_of_batch_norm_grad(g: Any, X: Any, b: Any, T: Any, eps: Any) -> Any:
    xhat = (X - X.mean(axis=0)) / np.sqrt(X.var(axis=0) + eps)
    return np.sum(T * xhat, axis=0)


def silu_gate(W: Any, V: Any, x: Any, t: Any) -> Any:
    a, b = W @ x, V @ x
    return t @ (a / (1 + np.exp(-a)) * b)


def silu_gate_grad(W: Any, V: Any, x: Any, t: Any) -> Any:
    a, b = W @ x, V @ x
    s = 1 / (1 + np.exp(-a))
    da = t * b * (s + a * s * (1 - s))
    return np.outer(da, x)


def attention_values(V: Any, Q: Any, K: Any, T: Any) -> Any:
    S = Q @ K.T / np.sqrt(Q.shape[1])
    A = np.exp(S) / np.exp(S).sum(axis=1, keepdims=True)
    return np.sum(T * (A @ V))


def attention_values_grad(V: Any, Q: Any, K: Any, T: Any) -> Any:
    S = Q @ K.T / np.sqrt(Q.shape[1])
    A = np.exp(S) / np.exp(S).sum(axis=1, keepdims=True)
    return A.T @ T


def attention_queries(Q: Any, K: Any, V: Any, T: Any) -> Any:
    S = Q @ K.T / np.sqrt(Q.shape[1])
    A = np.exp(S) / np.exp(S).sum(axis=1, keepdims=True)
    return np.sum(T * (A @ V))


def attention_queries_grad(Q: Any, K: Any, V: Any, T: Any) -> Any:
    scale = 1 / np.sqrt(Q.shape[1])
    S = Q @ K.T * scale
    A = np.exp(S) / np.exp(S).sum(axis=1, keepdims=True)
    dA = T @ V.T
    dS = A * (dA - np.sum(dA * A, axis=1, keepdims=True))
    return dS @ K * scale


def recurrent(w: Any, x: Any, h0: Any) -> Any:
    h = h0
    for t in range(3):
        h = np.tanh(w * h + x[t])
    return 0.5 * h**2


def recurrent_grad(w: Any, x: Any, h0: Any) -> Any:
    states = [h0]
    for t in range(3):
        states.append(np.tanh(w * states[-1] + x[t]))
    dh = states[-1]
    dw = 0.0
    for t in reversed(range(3)):
        dz = dh * (1 - states[t + 1] ** 2)
        dw = dw + dz * states[t]
        dh = dz * w
    return dw


def residual(W: Any, x: Any, t: Any) -> Any:
    y = x + np.tanh(W @ x)
    return 0.5 * np.sum((y - t) ** 2)


def residual_grad(x: Any, W: Any, t: Any) -> Any:
    a = np.tanh(W @ x)
    r = x + a - t
    return r + W.T @ (r * (1 - a**2))


def softplus_layer(W: Any, x: Any, v: Any) -> Any:
    return v @ np.log1p(np.exp(W @ x))


def softplus_layer_grad(W: Any, x: Any, v: Any) -> Any:
    z = W @ x
    return np.outer(v / (1 + np.exp(-z)), x)


def convolution(k: Any, x: Any, t: Any) -> Any:
    y = k[0] * x[:-2] + k[1] * x[1:-1] + k[2] * x[2:]
    return 0.5 * np.sum((y - t) ** 2)


def convolution_grad(k: Any, x: Any, t: Any) -> Any:
    y = k[0] * x[:-2] + k[1] * x[1:-1] + k[2] * x[2:]
    d = y - t
    return np.array([d @ x[:-2], d @ x[1:-1], d @ x[2:]])


def leaky_head(w: Any, X: Any, y: Any) -> Any:
    z = X @ w
    a = np.where(z > 0, z, 0.1 * z)
    return np.sum((a - y) ** 2)


def leaky_head_grad(w: Any, X: Any, y: Any) -> Any:
    z = X @ w
    a = np.where(z > 0, z, 0.1 * z)
    dz = 2 * (a - y) * np.where(z > 0, 1.0, 0.1)
    return X.T @ dz


def log_softmax_layer(z: Any, g: Any) -> Any:
    return g @ (z - np.log(np.sum(np.exp(z))))


def log_softmax_layer_grad(z: Any, g: Any) -> Any:
    p = np.exp(z) / np.sum(np.exp(z))
    return g - p * g.sum()


PAIRS: dict[str, Pair] = {
    "mlp W1": (mlp, mlp_grad_w1, "W1", "W1: d m, b1: m, W2: m k, X: n d, Y: n k"),
    "mlp b1": (mlp, mlp_grad_b1, "b1", "W1: d m, b1: m, W2: m k, X: n d, Y: n k"),
    "sigmoid net": (sigmoid_net, sigmoid_net_grad, "W", "W: d m, v: m, X: n d, y: n"),
    "relu net": (relu_net, relu_net_grad, "W1", "W1: d m, W2: m k, X: n d, Y: n k"),
    "layer norm": (layer_norm, layer_norm_grad, "x", "x: d, g: d, t: d, eps: positive"),
    "rms norm": (rms_norm, rms_norm_grad, "x", "x: d, g: d, t: d, eps: positive"),
    "batch norm gamma": (
        gamma_of_batch_norm,
        gamma_of_batch_norm_grad,
        "g",
        "g: d, X: n d, b: d, T: n d, eps: positive",
    ),
    "silu gate": (silu_gate, silu_gate_grad, "W", "W: m d, V: m d, x: d, t: m"),
    "attention values": (attention_values, attention_values_grad, "V", "V: m k, Q: n d, K: m d, T: n k"),
    "attention queries": (attention_queries, attention_queries_grad, "Q", "Q: n d, K: m d, V: m k, T: n k"),
    "recurrent": (recurrent, recurrent_grad, "w", "w:, x: 3, h0:"),
    "residual": (residual, residual_grad, "x", "W: d d, x: d, t: d"),
    "softplus layer": (softplus_layer, softplus_layer_grad, "W", "W: m d, x: d, v: m"),
    "convolution": (convolution, convolution_grad, "k", "k: 3, x: 7, t: 5"),
    "leaky head": (leaky_head, leaky_head_grad, "w", "w: d, X: n d, y: n"),
    "log softmax layer": (log_softmax_layer, log_softmax_layer_grad, "z", "z: k, g: k"),
}
