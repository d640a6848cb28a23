"""The speed of plans beside careful hand-written NumPy: the same problem, outputs given, engines taking turns.

The best of many runs of each counts, so that a busy machine hits both; read the ratios, not the times.

    python benchmarks/kernels.py [kernel ...] [--sizes tiny,medium,large] [--json FILE]

Set OMP_NUM_THREADS=1 and OPENBLAS_NUM_THREADS=1 for one thread.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from symml.faces import grad, hessian, kernel, read_numpy

Arrays = dict[str, Any]
RNG = np.random.default_rng(0)
VECTORS = {"tiny": {"n": 32}, "medium": {"n": 32_768}, "large": {"n": 5_000_000}}
TALL = {"tiny": {"n": 16, "d": 4}, "medium": {"n": 1024, "d": 32}, "large": {"n": 200_000, "d": 32}}
ROWS = {"tiny": {"n": 4, "k": 16}, "medium": {"n": 128, "k": 256}, "large": {"n": 5_000, "k": 1000}}


# ---- by hand ---------------------------------------------------------------------------------------------------------
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


# ---- the problems ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Problem:
    """A formula, its derivatives, the sizes, and the same by hand."""

    texts: tuple[str, ...]
    shapes: str
    wrt: str
    sizes: Mapping[str, Mapping[str, int]]
    by_hand: Callable[[Arrays], Callable[[], Any]]
    first: int = 0
    order: int = 1


BCE = "mean(-(y*log(1/(1 + exp(-z))) + (1 - y)*log(1 - 1/(1 + exp(-z)))))"
LOGISTIC = "mean(log(1 + exp(X@w)) - y*(X@w))"
GELU = "x*(1 + erf(x/sqrt(2)))/2"
SOFTMAX = "softmax(Z, axis=1)*(V - sum(softmax(Z, axis=1)*V, axis=1, keepdims=True))"
PROBLEMS = {
    "sigmoid'": Problem(("sum(1/(1 + exp(-x)))",), "x: n", "x", VECTORS, sigmoid_slope, first=1),
    "cross-entropy, gradient": Problem((BCE,), "z: n, y: n binary", "z", VECTORS, entropy),
    "gelu, gelu'": Problem((GELU,), "x: n", "x", VECTORS, gelu),
    "logistic loss, gradient": Problem((LOGISTIC,), "X: n d, y: n binary, w: d", "w", TALL, logistic),
    "logistic Hessian": Problem(
        ("mean(log(1 + exp(X@w)))",), "X: n d, w: d", "w", TALL, logistic_hessian, first=1, order=2
    ),
    "ridge gradient": Problem(("sum((X@w - y)**2) + 0.1*dot(w, w)",), "X: n d, y: n, w: d", "w", TALL, ridge, first=1),
    "Mahalanobis": Problem(
        ("sum(((X - mu)@inv(S))*(X - mu), axis=1)",), "X: n d, mu: d, S: d d spd", "", TALL, mahalanobis
    ),
    "softmax product": Problem((SOFTMAX,), "Z: n k, V: n k", "", ROWS, softmax_product),
}


def prepared(problem: Problem, sizes: Mapping[str, int]) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """The plan and the hand-written function on the same arrays."""
    from symml.kernels.bench import inputs

    roots = [read_numpy(text, problem.shapes) for text in problem.texts][problem.first :]
    if problem.order == 2:
        roots.append(hessian(problem.texts[0], problem.wrt, problem.shapes))
    elif problem.wrt:
        text = problem.texts[0]
        total = text if read_numpy(text, problem.shapes).shape == () else f"sum({text})"
        roots.append(grad(total, problem.wrt, problem.shapes))
    made = kernel(roots if len(roots) > 1 else roots[0])
    given = inputs(made, dict(sizes), 0)
    planned = made.plan(sizes)
    outs = tuple(np.empty(shape) if shape else None for shape in planned.results)
    arguments = [given[name] for name in made.arguments]
    out = outs if len(outs) > 1 else outs[0]
    return (lambda: planned(*arguments, out=out)), problem.by_hand(given)


def best_times(*runs: Callable[[], Any], seconds: float = 0.4, rounds: int = 25) -> list[float]:
    start = time.perf_counter()
    runs[-1]()
    count = max(1, min(2000, int(seconds / rounds / max(time.perf_counter() - start, 1e-7))))
    best = [math.inf] * len(runs)
    gc.disable()
    for _ in range(rounds):
        for k, run in enumerate(runs):
            start = time.perf_counter()
            for _ in range(count):
                run()
            best[k] = min(best[k], (time.perf_counter() - start) / count)
    gc.enable()
    return best


def check(a: Any, b: Any) -> None:
    for x, y in zip(a, b, strict=True) if isinstance(a, tuple) else [(a, b)]:
        np.testing.assert_allclose(x, y, rtol=1e-7, atol=1e-10)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kernels", nargs="*")
    parser.add_argument("--sizes", default="tiny,medium,large")
    parser.add_argument("--json")
    given = parser.parse_args()
    found = {}
    for name in given.kernels or PROBLEMS:
        for size in given.sizes.split(","):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                planned, by_hand = prepared(PROBLEMS[name], PROBLEMS[name].sizes[size])
            check(planned(), by_hand())
            times = best_times(planned, by_hand)
            found[f"{name} / {size}"] = times
            ratio = f"plan / hand {times[0] / times[1]:5.2f}"
            print(f"{name:26s} {size:7s} by hand {times[1] * 1e6:10.1f} us   {ratio}", flush=True)
    if given.json:
        Path(given.json).write_text(json.dumps(found, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
