"""``symml demo``: the whole job on one page, offline, in a few seconds."""

from __future__ import annotations

from typing import Any

import numpy as np

from symml.cli.output import rule, say, say_json
from symml.proof.derive import derive
from symml.proof.gradient_check import check_gradient

LOSS = "mean(log(1 + exp(-y * (X @ w)))) + lam/2 * dot(w, w)"
SHAPES = "X: n d, y: n sign, w: d, lam: positive"


def right_gradient(X: Any, y: Any, w: Any, lam: Any) -> Any:
    """A gradient as somebody would write it."""
    margin = y * (X @ w)
    return -X.T @ (y / (1 + np.exp(margin))) / len(y) + lam * w


def wrong_gradient(X: Any, y: Any, w: Any, lam: Any) -> Any:
    """The same with the mean forgotten in the first term."""
    margin = y * (X @ w)
    return -X.T @ (y / (1 + np.exp(margin))) + lam * w


def run(json: bool) -> None:
    """Derives, prints, computes, proves and refutes."""
    found = derive(LOSS, "w", shapes=SHAPES)
    emitted = found.kernel("logistic_grad")
    rng = np.random.default_rng(0)
    X, y, w = rng.standard_normal((5, 3)), np.array([1.0, -1, 1, 1, -1]), rng.standard_normal(3)
    value = emitted(X=X, y=y, w=w, lam=0.1)
    right = check_gradient(LOSS, right_gradient, wrt="w", shapes=SHAPES)
    wrong = check_gradient(LOSS, wrong_gradient, wrt="w", shapes=SHAPES)
    if json:
        verdicts = {"right": right.to_json(), "wrong": wrong.to_json()}
        say_json({"command": "demo", **found.to_json(), "kernel": emitted.source, "checked": verdicts})
        return
    rule("derive: the regularized logistic loss, step by step")
    say(repr(found))
    say(f"every step checked: {found.verdict.verdict}")
    rule("print: LaTeX")
    say(found.latex())
    rule("compute: a NumPy function that needs nothing but NumPy")
    say(emitted.source)
    say(f">>> logistic_grad(X, y, w, lam=0.1)\n{np.array2string(np.asarray(value), precision=6)}")
    rule("verify: a gradient written by hand, right")
    say(repr(right))
    rule("verify: the same with the mean forgotten")
    say(repr(wrong))
