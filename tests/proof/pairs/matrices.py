"""Matrix losses with their gradients, in several coding styles."""

from __future__ import annotations

from typing import Any

import numpy as np

Pair = tuple[Any, Any, str, str]


def quadratic(x: Any, A: Any, b: Any) -> Any:
    return 0.5 * x @ A @ x - b @ x


def quadratic_grad(x: Any, A: Any, b: Any) -> Any:
    return 0.5 * (A @ x + A.T @ x) - b


def log_det(A: Any) -> Any:
    return np.linalg.slogdet(A)[1]


def log_det_grad(A: Any) -> Any:
    return np.linalg.inv(A).T


def precision(P: Any, S: Any) -> Any:
    return np.trace(S @ P) - np.linalg.slogdet(P)[1]


def precision_grad(P: Any, S: Any) -> Any:
    return S.T - np.linalg.inv(P).T


def covariance(S: Any, x: Any) -> Any:
    return 0.5 * x @ np.linalg.inv(S) @ x + 0.5 * np.log(np.linalg.det(S))


def covariance_grad(S: Any, x: Any) -> Any:
    P = np.linalg.inv(S)
    return 0.5 * P.T - 0.5 * P.T @ np.outer(x, x) @ P.T


def left_factor(U: Any, V: Any, R: Any, lam: Any) -> Any:
    return 0.5 * np.sum((R - U @ V.T) ** 2) + 0.5 * lam * np.sum(U**2)


def left_factor_grad(U: Any, V: Any, R: Any, lam: Any) -> Any:
    E = R - U @ V.T
    return -E @ V + lam * U


def right_factor(V: Any, U: Any, R: Any, M: Any) -> Any:
    E = M * (R - U @ V.T)
    return np.sum(E**2)


def right_factor_grad(V: Any, U: Any, R: Any, M: Any) -> Any:
    E = M * (R - np.dot(U, V.T))
    return -2 * (M * E).T @ U


def reconstruction(W: Any, X: Any) -> Any:
    return np.linalg.norm(X - X @ W @ W.T) ** 2


def reconstruction_grad(W: Any, X: Any) -> Any:
    E = X - X @ W @ W.T
    return -2 * (X.T @ E @ W + E.T @ X @ W)


def rayleigh(x: Any, A: Any) -> Any:
    return (x @ A @ x) / (x @ x)


def rayleigh_grad(x: Any, A: Any) -> Any:
    q = x @ x
    return (A @ x + A.T @ x) / q - 2 * (x @ A @ x) * x / q**2


def inverse_form(A: Any, b: Any, c: Any) -> Any:
    return c @ np.linalg.solve(A, b)


def inverse_form_grad(A: Any, b: Any, c: Any) -> Any:
    x = np.linalg.solve(A, b)
    z = np.linalg.solve(A.T, c)
    return -np.outer(z, x)


def frobenius(X: Any, A: Any, B: Any) -> Any:
    return np.sum((A @ X - B) ** 2)


def frobenius_grad(X: Any, A: Any, B: Any) -> Any:
    return 2 * A.T @ (A @ X - B)


def bilinear(W: Any, x: Any, y: Any, t: Any) -> Any:
    return (x @ W @ y - t) ** 2


def bilinear_grad(W: Any, x: Any, y: Any, t: Any) -> Any:
    e = x @ W @ y - t
    return 2 * e * np.outer(x, y)


def normalized(x: Any, t: Any) -> Any:
    u = x / np.linalg.norm(x)
    return 0.5 * np.sum((u - t) ** 2)


def normalized_grad(x: Any, t: Any) -> Any:
    r = np.linalg.norm(x)
    u = x / r
    d = u - t
    return (d - u * (u @ d)) / r


def kernel_scale(ell: Any, D: Any, T: Any) -> Any:
    K = np.exp(-D / (2 * ell**2))
    return np.sum(T * K)


def kernel_scale_grad(ell: Any, D: Any, T: Any) -> Any:
    K = np.exp(-D / (2 * ell**2))
    return np.sum(T * K * D) / ell**3


def evidence(s: Any, K: Any, y: Any) -> Any:
    n = len(y)
    C = K + s * np.eye(n)
    return 0.5 * y @ np.linalg.inv(C) @ y + 0.5 * np.linalg.slogdet(C)[1]


def evidence_grad(s: Any, K: Any, y: Any) -> Any:
    n = len(y)
    P = np.linalg.inv(K + s * np.eye(n))
    return -0.5 * y @ P @ P @ y + 0.5 * np.trace(P)


def factorization_machine(V: Any, x: Any) -> Any:
    s = V.T @ x
    q = (V**2).T @ x**2
    return 0.5 * np.sum(s**2 - q)


def factorization_machine_grad(V: Any, x: Any) -> Any:
    s = V.T @ x
    return np.outer(x, s) - V * (x**2)[:, None]


PAIRS: dict[str, Pair] = {
    "quadratic": (quadratic, quadratic_grad, "x", "x: d, A: d d, b: d"),
    "log det": (log_det, log_det_grad, "A", "A: d d invertible"),
    "precision": (precision, precision_grad, "P", "P: d d invertible, S: d d"),
    "covariance": (covariance, covariance_grad, "S", "S: d d spd, x: d"),
    "left factor": (left_factor, left_factor_grad, "U", "U: n k, V: m k, R: n m, lam: positive"),
    "right factor": (right_factor, right_factor_grad, "V", "V: m k, U: n k, R: n m, M: n m binary"),
    "reconstruction": (reconstruction, reconstruction_grad, "W", "W: d k, X: n d"),
    "rayleigh": (rayleigh, rayleigh_grad, "x", "x: d, A: d d"),
    "inverse form": (inverse_form, inverse_form_grad, "A", "A: d d invertible, b: d, c: d"),
    "frobenius": (frobenius, frobenius_grad, "X", "X: d k, A: n d, B: n k"),
    "bilinear": (bilinear, bilinear_grad, "W", "W: d m, x: d, y: m, t:"),
    "normalized": (normalized, normalized_grad, "x", "x: d, t: d"),
    "kernel scale": (kernel_scale, kernel_scale_grad, "ell", "ell: positive, D: n n nonnegative, T: n n"),
    "evidence": (evidence, evidence_grad, "s", "s: positive, K: n n spd, y: n"),
    "factorization machine": (factorization_machine, factorization_machine_grad, "V", "V: d k, x: d"),
}
