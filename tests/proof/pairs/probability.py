"""Likelihoods and divergences with their gradients, in several coding styles."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import digamma, gammaln

Pair = tuple[Any, Any, str, str]


def gaussian_mean(mu: Any, x: Any, s: Any) -> Any:
    return np.sum(0.5 * ((x - mu) / s) ** 2 + np.log(s))


def gaussian_mean_grad(mu: Any, x: Any, s: Any) -> Any:
    return np.sum(mu - x) / s**2


def gaussian_scale(s: Any, x: Any, mu: Any) -> Any:
    return np.sum(0.5 * ((x - mu) / s) ** 2 + np.log(s))


def gaussian_scale_grad(s: Any, x: Any, mu: Any) -> Any:
    n = x.size
    return n / s - np.sum((x - mu) ** 2) / s**3


def kl_mean(m: Any, s: Any) -> Any:
    return 0.5 * np.sum(m**2 + s**2 - 1 - 2 * np.log(s))


def kl_mean_grad(m: Any, s: Any) -> Any:
    return m


def kl_log_variance(v: Any, m: Any) -> Any:
    return -0.5 * np.sum(1 + v - m**2 - np.exp(v))


def kl_log_variance_grad(v: Any, m: Any) -> Any:
    return 0.5 * (np.exp(v) - 1)


def kl_gaussians(s: Any, m: Any, t: Any) -> Any:
    return np.log(t / s) + (s**2 + m**2) / (2 * t**2) - 0.5


def kl_gaussians_grad(s: Any, m: Any, t: Any) -> Any:
    return s / t**2 - 1 / s


def student(mu: Any, x: Any, nu: Any) -> Any:
    return (nu + 1) / 2 * np.sum(np.log(1 + (x - mu) ** 2 / nu))


def student_grad(mu: Any, x: Any, nu: Any) -> Any:
    d = x - mu
    return -(nu + 1) * np.sum(d / (nu + d**2))


def weibull(k: Any, x: Any) -> Any:
    return -np.sum(np.log(k) + (k - 1) * np.log(x) - x**k)


def weibull_grad(k: Any, x: Any) -> Any:
    lx = np.log(x)
    return -np.sum(1 / k + lx - x**k * lx)


def beta(a: Any, b: Any, x: Any) -> Any:
    return (
        -(a - 1) * np.sum(np.log(x))
        - (b - 1) * np.sum(np.log(1 - x))
        + len(x) * (gammaln(a) + gammaln(b) - gammaln(a + b))
    )


def beta_grad(a: Any, b: Any, x: Any) -> Any:
    return -np.sum(np.log(x)) + len(x) * (digamma(a) - digamma(a + b))


def dirichlet(alpha: Any, logp: Any) -> Any:
    return np.sum(gammaln(alpha)) - gammaln(np.sum(alpha)) - np.sum((alpha - 1) * logp)


def dirichlet_grad(alpha: Any, logp: Any) -> Any:
    return digamma(alpha) - digamma(alpha.sum()) - logp


def exponential_rate(rate: Any, x: Any) -> Any:
    return rate * x.sum() - len(x) * np.log(rate)


def exponential_rate_grad(rate: Any, x: Any) -> Any:
    return x.sum() - len(x) / rate


def bernoulli_logit(z: Any, y: Any) -> Any:
    return np.sum(np.logaddexp(0, z) - y * z)


def bernoulli_logit_grad(z: Any, y: Any) -> Any:
    return 1 / (1 + np.exp(-z)) - y


def entropy(p: Any) -> Any:
    return -np.sum(p * np.log(p))


def entropy_grad(p: Any) -> Any:
    return -np.log(p) - 1


def kl_discrete(q: Any, p: Any) -> Any:
    return np.sum(p * np.log(p / q))


def kl_discrete_grad(q: Any, p: Any) -> Any:
    return -p / q


def mixture(m: Any, x: Any, w: Any) -> Any:
    logs = np.log(w) - 0.5 * (x - m) ** 2
    return -np.log(np.sum(np.exp(logs)))


def mixture_grad(m: Any, x: Any, w: Any) -> Any:
    logs = np.log(w) - 0.5 * (x - m) ** 2
    r = np.exp(logs) / np.sum(np.exp(logs))
    return -r * (x - m)


def heteroscedastic(v: Any, mu: Any, y: Any) -> Any:
    return 0.5 * np.mean(v + (y - mu) ** 2 / np.exp(v))


def heteroscedastic_grad(v: Any, mu: Any, y: Any) -> Any:
    n = len(v)
    return 0.5 * (1 - (y - mu) ** 2 * np.exp(-v)) / n


def policy(theta: Any, a: Any, R: Any, c: Any) -> Any:
    p = np.exp(theta) / np.sum(np.exp(theta))
    return -R * np.log(a @ p) + c * np.sum(p * np.log(p))


def policy_grad(theta: Any, a: Any, R: Any, c: Any) -> Any:
    p = np.exp(theta) / np.sum(np.exp(theta))
    h = np.sum(p * np.log(p))
    return -R * (a - p) + c * p * (np.log(p) - h)


PAIRS: dict[str, Pair] = {
    "gaussian mean": (gaussian_mean, gaussian_mean_grad, "mu", "mu:, x: n, s: positive"),
    "gaussian scale": (gaussian_scale, gaussian_scale_grad, "s", "s: positive, x: n, mu:"),
    "kl mean": (kl_mean, kl_mean_grad, "m", "m: d, s: d positive"),
    "kl log variance": (kl_log_variance, kl_log_variance_grad, "v", "v: d, m: d"),
    "kl gaussians": (kl_gaussians, kl_gaussians_grad, "s", "s: positive, m:, t: positive"),
    "student": (student, student_grad, "mu", "mu:, x: n, nu: positive"),
    "weibull": (weibull, weibull_grad, "k", "k: positive, x: n positive"),
    "beta": (beta, beta_grad, "a", "a: positive, b: positive, x: n unit"),
    "dirichlet": (dirichlet, dirichlet_grad, "alpha", "alpha: k positive, logp: k"),
    "exponential rate": (exponential_rate, exponential_rate_grad, "rate", "rate: positive, x: n positive"),
    "bernoulli logit": (bernoulli_logit, bernoulli_logit_grad, "z", "z: n, y: n binary"),
    "entropy": (entropy, entropy_grad, "p", "p: k positive"),
    "kl discrete": (kl_discrete, kl_discrete_grad, "q", "q: k positive, p: k positive"),
    "mixture": (mixture, mixture_grad, "m", "m: k, x:, w: k positive"),
    "heteroscedastic": (heteroscedastic, heteroscedastic_grad, "v", "v: n, mu: n, y: n"),
    "policy": (policy, policy_grad, "theta", "theta: k, a: k onehot, R:, c: positive"),
}
