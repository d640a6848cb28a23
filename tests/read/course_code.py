"""Losses and gradients as students write them, in NumPy only."""

import numpy as np
from numpy import exp
from scipy.special import expit, logsumexp


def linear_loss(X, y, w):
    residual = X @ w - y
    return (residual**2).mean() / 2


def linear_grad(X, y, w):
    return X.T.dot(X.dot(w) - y) / len(y)


def sigmoid(z):
    return 1.0 / (1.0 + exp(-z))


def logistic_loss(X, y, w, lam=0.1):
    margin = y * (X @ w)
    loss = np.log1p(np.exp(-margin)).sum()
    loss += 0.5 * lam * np.sum(w * w)
    return float(loss)


def logistic_grad(X, y, w, lam=0.1):
    grad = np.zeros_like(w)
    grad -= X.T @ (y * sigmoid(-y * (X @ w)))
    grad += lam * w
    return grad


def softmax_loss(X, y, W):
    n = X.shape[0]
    scores = X.dot(W)
    scores -= np.max(scores, axis=1, keepdims=True)
    p = np.exp(scores)
    p /= p.sum(axis=1, keepdims=True)
    return -np.sum(np.log(p[np.arange(n), y])) / n


def softmax_grad(X, y, W):
    n = X.shape[0]
    scores = X.dot(W)
    scores = scores - logsumexp(scores, axis=1, keepdims=True)
    p = np.exp(scores)
    p[range(n), y] -= 1
    p /= n
    return X.T.dot(p)


def tanh_loss(X, Y, W1, b1, W2, b2):
    H = np.tanh(X @ W1 + b1)
    out = H @ W2 + b2
    return 0.5 * np.sum((out - Y) ** 2) / X.shape[0]


def tanh_grads(X, Y, W1, b1, W2, b2):
    n, _ = X.shape
    H = np.tanh(X @ W1 + b1)
    dout = (H @ W2 + b2 - Y) / n
    dH = dout @ W2.T
    dZ = dH * (1 - H**2)
    return {
        "W1": X.T @ dZ,
        "b1": dZ.sum(axis=0),
        "W2": H.T @ dout,
        "b2": np.sum(dout, 0),
    }


def relu_loss(X, Y, W1, W2):
    Z = X @ W1
    A = np.maximum(0, Z)
    return np.mean(np.sum((A @ W2 - Y) ** 2, axis=1))


def relu_grads(X, Y, W1, W2):
    Z = X @ W1
    A = Z.copy()
    A[A < 0] = 0
    dout = 2 * (A @ W2 - Y) / Y.shape[0]
    dZ = dout @ W2.T
    dZ[Z <= 0] = 0
    return X.T @ dZ, A.T @ dout


def batchnorm_loss(X, gamma, beta, R, eps=1e-5):
    mu = X.mean(axis=0)
    var = X.var(axis=0)
    xhat = (X - mu) / np.sqrt(var + eps)
    return np.sum(R * (gamma * xhat + beta))


def batchnorm_grad(X, gamma, beta, R, eps=1e-5):
    n, _d = X.shape
    xc = X - X.mean(axis=0)
    std = np.sqrt(np.mean(xc**2, axis=0) + eps)
    xhat = xc / std
    dxhat = R * gamma
    return (1.0 / n) / std * (n * dxhat - dxhat.sum(axis=0) - xhat * np.sum(dxhat * xhat, axis=0))


def hinge_loss(X, y, w):
    return np.maximum(0, 1 - y * (X @ w)).mean()


def hinge_grad(X, y, w):
    active = y * (X @ w) < 1
    return -(X * y[:, None])[active].sum(axis=0) / len(y)


def elastic_loss(X, y, w, alpha, rho):
    fit = np.linalg.norm(y - X @ w) ** 2 / (2 * len(y))
    return fit + alpha * rho * np.linalg.norm(w, 1) + 0.5 * alpha * (1 - rho) * np.dot(w, w)


def elastic_grad(X, y, w, alpha, rho):
    return X.T @ (X @ w - y) / y.shape[0] + alpha * rho * np.sign(w) + alpha * (1 - rho) * w


def huber_loss(X, y, w, delta):
    r = X @ w - y
    small = np.abs(r) <= delta
    return np.where(small, 0.5 * r**2, delta * (np.abs(r) - 0.5 * delta)).sum()


def huber_grad(X, y, w, delta):
    r = X @ w - y
    g = r.copy()
    large = abs(r) > delta
    g[large] = delta * np.sign(r[large])
    return X.T @ g


def cosine_loss(a, b):
    return 1 - a @ b / (np.linalg.norm(a) * np.linalg.norm(b))


def cosine_grad(a, b):
    na, nb = np.sqrt(np.sum(a**2)), np.sqrt(b.dot(b))
    return -b / (na * nb) + (a @ b) * a / (na**3 * nb)


def multiclass_hinge_loss(X, y, W):
    n = X.shape[0]
    scores = X.dot(W)
    correct = scores[np.arange(n), y].reshape(-1, 1)
    margins = np.maximum(0, scores - correct + 1)
    margins[np.arange(n), y] = 0
    return np.sum(margins) / n


def multiclass_hinge_grad(X, y, W):
    n = X.shape[0]
    scores = X.dot(W)
    correct = scores[np.arange(n), y][:, np.newaxis]
    mask = np.zeros(scores.shape)
    mask[scores - correct + 1 > 0] = 1
    mask[np.arange(n), y] = 0
    mask[np.arange(n), y] -= mask.sum(axis=1)
    return X.T.dot(mask) / n


def loop_logistic_grad(X, y, w):
    grad = np.zeros(w.shape)
    for i in range(X.shape[0]):
        for j in range(len(w)):
            grad[j] += (expit(X[i].dot(w)) - y[i]) * X[i, j]
    return grad


PAIRS = {
    "linear": (linear_loss, linear_grad, "X: n d, y: n, w: d", "w"),
    "logistic": (logistic_loss, logistic_grad, "X: n d, y: n sign, w: d", "w"),
    "softmax": (softmax_loss, softmax_grad, "X: n d, y: n label, W: d k", "W"),
    "tanh": (tanh_loss, tanh_grads, "X: n d, Y: n k, W1: d h, b1: h, W2: h k, b2: k", "W1 b1 W2 b2"),
    "relu": (relu_loss, relu_grads, "X: n d, Y: n k, W1: d h, W2: h k", "W1 W2"),
    "batchnorm": (batchnorm_loss, batchnorm_grad, "X: n d, gamma: d, beta: d, R: n d", "X"),
    "hinge": (hinge_loss, hinge_grad, "X: n d, y: n sign, w: d", "w"),
    "elastic": (elastic_loss, elastic_grad, "X: n d, y: n, w: d, alpha: positive, rho: unit", "w"),
    "huber": (huber_loss, huber_grad, "X: n d, y: n, w: d, delta: positive", "w"),
    "cosine": (cosine_loss, cosine_grad, "a: d, b: d", "a"),
    "multiclass hinge": (multiclass_hinge_loss, multiclass_hinge_grad, "X: n d, y: n label, W: d k", "W"),
}
