"""What gradient functions return: tuples, dicts, named tuples, data classes, flat vectors, a loss first; failures."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from symml.errors import SymmlError, TraceError
from symml.proof.backward_passes import check_backward
from symml.proof.gradient_check import check_gradient

SHAPES = "X: n d, Y: n m, W: d m, b: m"
Grads = namedtuple("Grads", "db dW")


@dataclass
class Record:
    dW: Any
    db: Any


def loss(X: Any, Y: Any, W: Any, b: Any) -> Any:
    return 0.5 * np.sum((X @ W + b - Y) ** 2)


def slopes(X: Any, Y: Any, W: Any, b: Any) -> Any:
    r = X @ W + b - Y
    return X.T @ r, r.sum(axis=0)


RETURNED: dict[str, Callable[[Any, Any, Any], Any]] = {
    "tuple": lambda L, dW, db: (dW, db),
    "loss first": lambda L, dW, db: (L, dW, db),
    "loss and tuple": lambda L, dW, db: (L, (dW, db)),
    "loss and dict": lambda L, dW, db: (L, {"b": db, "W": dW}),
    "dict of dict": lambda L, dW, db: {"loss": L, "grads": {"dW": dW, "db": db}},
    "named tuple": lambda L, dW, db: Grads(dW=dW, db=db),
    "data class": lambda L, dW, db: Record(db=db, dW=dW),
    "flat": lambda L, dW, db: np.concatenate([dW.ravel(), db]),
    "loss and flat": lambda L, dW, db: (L, np.r_[dW.reshape(-1), db]),
}


@pytest.mark.parametrize("returned", RETURNED.values(), ids=RETURNED)
def test_gradients_come_in_many_wrappings(returned: Callable[[Any, Any, Any], Any]) -> None:
    def grad(X: Any, Y: Any, W: Any, b: Any) -> Any:
        return returned(loss(X, Y, W, b), *slopes(X, Y, W, b))

    def wrong(X: Any, Y: Any, W: Any, b: Any) -> Any:
        dW, db = slopes(X, Y, W, b)
        return returned(loss(X, Y, W, b), dW, 2 * db)

    assert check_gradient(loss, grad, wrt=["W", "b"], shapes=SHAPES).verdict == "proved"
    assert check_gradient(loss, wrong, wrt=["W", "b"], shapes=SHAPES).verdict == "refuted"


def both(X: Any, Y: Any, W: Any, b: Any) -> Any:
    r = X @ W + b - Y
    return 0.5 * np.sum(r**2), {"W": X.T @ r, "b": r.sum(axis=0)}


def test_one_function_returns_the_loss_and_the_gradients() -> None:
    assert check_gradient(both, wrt=["W", "b"], shapes=SHAPES).verdict == "proved"
    assert check_gradient(both, wrt="b", shapes=SHAPES).verdict == "proved"
    with pytest.raises(SymmlError, match="returns a loss alone"):
        check_gradient(loss, wrt="W", shapes=SHAPES)


def test_a_gradient_of_another_variable_is_not_taken_for_one() -> None:
    with pytest.raises(SymmlError, match="returns 2 arrays for 1 variable"):
        check_gradient(loss, slopes, wrt="W", shapes=SHAPES)
    with pytest.raises(SymmlError, match="no entry for b"):
        check_gradient(loss, lambda X, Y, W, b: {"dW": slopes(X, Y, W, b)[0]}, wrt=["W", "b"], shapes=SHAPES)


@dataclass
class Cache:
    x: Any
    kind: str
    mask: Any


def forward(x: Any, w: Any) -> Any:
    return np.maximum(x @ w, 0), Cache(x, "relu", x @ w > 0)


def backward(dout: Any, cache: Cache, w: Any) -> Any:
    dz = dout * cache.mask if cache.kind == "relu" else dout
    return {"dx": dz @ w.T, "dw": cache.x.T @ dz}


def test_a_cache_is_a_data_class_with_texts() -> None:
    verdict = check_backward(forward, backward, wrt=["x", "w"], shapes="x: n d, w: d m")
    assert verdict.verdict == "proved"


# ---- functions that fail ---------------------------------------------------------------------------------------------
def mse(X: Any, y: Any, w: Any) -> Any:
    return np.mean((X @ w - y) ** 2)


def without_transpose(X: Any, y: Any, w: Any) -> Any:
    r = X @ w - y
    return 2 * X @ r / len(y)


def past_the_end(X: Any, y: Any, w: Any) -> Any:
    g = np.zeros_like(w)
    for j in range(len(y)):
        g[j] = 2 * np.mean((X @ w - y) * X[:, j])
    return g


def misspelled(X: Any, y: Any, w: Any) -> Any:
    return 2 * X.T @ (X @ w - target) / len(y)  # type: ignore[name-defined] # noqa: F821 # the mistake


@pytest.mark.parametrize(("grad", "reason"), [(without_transpose, "mismatch"), (past_the_end, "out of bounds")])
def test_shapes_that_do_not_fit_refute_a_gradient(grad: Callable[..., Any], reason: str) -> None:
    verdict = check_gradient(mse, grad, wrt="w", shapes="X: n d, y: n, w: d")
    assert verdict.verdict == "refuted"
    assert reason in verdict.reason
    assert "X (3, 2), y (3,), w (2,)" in verdict.evidence[0].shown
    assert verdict.diagnosis is not None
    assert verdict.diagnosis.where is not None


def test_the_missing_transpose_is_written_into_the_line() -> None:
    verdict = check_gradient(mse, without_transpose, wrt="w", shapes="X: n d, y: n, w: d")
    assert verdict.diagnosis is not None
    assert verdict.diagnosis.kind == "transpose"
    assert verdict.diagnosis.rewrite == ("return (2 * X).T @ r / len(y)",)


def test_a_loss_that_fails_too_refutes_nothing() -> None:
    def loss_too(X: Any, y: Any, w: Any) -> Any:
        return np.mean((X.T @ w - y) ** 2)

    with pytest.raises(TraceError, match="mismatch"):
        check_gradient(loss_too, without_transpose, wrt="w", shapes="X: n d, y: n, w: d")


def test_code_that_cannot_run_is_an_error_with_the_call() -> None:
    with pytest.raises(TraceError, match="name 'target' is not defined"):
        check_gradient(mse, misspelled, wrt="w", shapes="X: n d, y: n, w: d")


def test_a_function_that_refuses_its_shapes_itself_is_an_error() -> None:
    def strict(X: Any, y: Any, w: Any) -> Any:
        if X.shape[0] != X.shape[1]:
            raise ValueError("dimension mismatch: X must be square")
        return 2 * X.T @ (X @ w - y) / len(y)

    with pytest.raises(TraceError, match="must be square"):
        check_gradient(mse, strict, wrt="w", shapes="X: n d, y: n, w: d")
