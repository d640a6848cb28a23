"""Refuted claims come with the mistake, the fix and the line: one row a mistake, and mutants of right gradients."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from symml.proof.gradient_check import check_gradient
from symml.proof.verify import verify
from tests.proof.mutants import load, mutants, same_values

DATA = "X: n d, y: n, w: d, lam: positive"
RIDGE = "mean((y - X@w)**2) + lam*dot(w, w)"
LOGISTIC = "mean(log(1 + exp(-y*(X@w)))) + lam/2*dot(w, w)"
NET = "sum((tanh(X@W)@v - y)**2)/2"
NET_SHAPES = "X: n d, W: d m, v: m, y: n"
ROWS: dict[str, tuple[str, str, str, str, str]] = {
    "sign": (RIDGE, "2/n*X.T@(y - X@w) - 2*lam*w", "w", DATA, "sign"),
    "constant factor": (RIDGE, "X.T@(X@w - y)/n + lam*w", "w", DATA, "constant factor"),
    "factor n": (RIDGE, "2*X.T@(X@w - y) + 2*lam*w*n", "w", DATA, "factor n"),
    "sign of a term": (RIDGE, "2/n*X.T@(X@w - y) - 2*lam*w", "w", DATA, "sign of a term"),
    "half on the regularizer": (RIDGE, "2/n*X.T@(X@w - y) + lam*w", "w", DATA, "factor on the regularizer"),
    "missing regularizer": (RIDGE, "2/n*X.T@(X@w - y)", "w", DATA, "missing term"),
    "factor n in a term": (RIDGE, "2*X.T@(X@w - y) + 2*lam*w", "w", DATA, "factor n in a term"),
    "factor lam": ("lam*dot(w, w)", "2*w", "w", DATA, "factor λ"),
    "extra term": (RIDGE, "2/n*X.T@(X@w - y) + 2*lam*w + X.T@y", "w", DATA, "extra term"),
    "activation": (NET, "X.T@(outer(tanh(X@W)@v - y, v))", "W", NET_SHAPES, "missing activation derivative"),
    "activation's argument": (
        NET, "X.T@(outer(tanh(X@W)@v - y, v)*(1 - tanh(tanh(X@W))**2))", "W", NET_SHAPES,
        "activation derivative at the wrong argument",
    ),
    "another activation": (
        NET, "X.T@(outer(tanh(X@W)@v - y, v)*tanh(X@W)*(1 - tanh(X@W)))", "W", NET_SHAPES,
        "derivative of another activation",
    ),
    "log base": ("sum(log2(x))", "1/x", "x", "x: n positive", "log base"),
    "norm": ("sqrt(sum((X@w - y)**2))", "2*X.T@(X@w - y)", "w", DATA, "wrong power of a norm"),
    "transpose": ("dot(a, A@b)", "outer(b, a)", "A", "A: d d, a: d, b: d", "transpose"),
    "transposed factor": ("sum((A@x - b)**2)", "2*A@(A@x - b)", "x", "A: d d, x: d, b: d", "transpose"),
    "product rule": ("dot(x, A@x)*dot(b, x)", "(A + A.T)@x*dot(b, x)", "x", "A: d d, x: d, b: d", "missing term"),
    "inverse": ("dot(a, inv(A)@b)", "outer(inv(A).T@a, inv(A)@b)", "A", "A: d d invertible, a: d, b: d", "sign"),
    "log-determinant": ("log(det(A))", "inv(A)", "A", "A: d d invertible", "transpose"),
    "softmax's diagonal": (
        "dot(t, softmax(z))", "t*softmax(z)*(1 - softmax(z))", "z", "z: k, t: k", "diagonal only",
    ),
    "eps": ("sum(sqrt(x**2 + eps))", "x/sqrt(x**2)", "x", "x: n positive, eps: positive", "eps dropped"),
    "power": ("sum(x**3)", "3*x**3", "x", "x: n", "wrong power"),
    "swapped names": ("sum(u*v**2)", "2*u*u", "v", "u: n, v: n", "index swapped"),
    "sine": ("sum(sin(x))", "sin(x)", "x", "x: n", "wrong function"),
    "two mistakes": (LOGISTIC, "X.T@(y*sigmoid(-y*(X@w))) + lam*w*n", "w", "X: n d, y: n sign, w: d, lam: positive",
                     "sign and factor n"),
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_the_mistake_is_named(name: str) -> None:
    loss, claim, wrt, shapes, kind = ROWS[name]
    verdict = check_gradient(loss, claim, wrt=wrt, shapes=shapes)
    assert verdict.verdict in ("refuted", "true_if")
    assert verdict.diagnosis is not None
    assert verdict.diagnosis.kind == kind
    assert verdict.diagnosis.confirmed


@pytest.mark.parametrize("name", ROWS)
def test_the_fix_is_the_gradient(name: str) -> None:
    loss, claim, wrt, shapes, _ = ROWS[name]
    found = check_gradient(loss, claim, wrt=wrt, shapes=shapes).diagnosis
    assert found is not None
    assert check_gradient(loss, found.code.replace("np.", "").replace("\n", "; "), wrt=wrt, shapes=shapes).verdict in (
        "proved",
        "proved_randomized",
    )


CONVENTIONS = {
    "log-parameter": ("sum(exp(-D/(2*l**2)))", "sum(exp(-D/(2*l**2))*D)/l**2", "l", "D: n n, l: positive"),
    "squared parameter": ("-n*log(s)", "-n/(2*s**2)", "s", "s: positive, x: n"),
    "activation": ("sigmoid(x)", "x*(1 - x)", "x", "x:"),
    "layout": ("A@x", "A.T", "x", "A: m n, x: n"),
}


@pytest.mark.parametrize("name", CONVENTIONS)
def test_another_convention_is_said(name: str) -> None:
    loss, claim, wrt, shapes = CONVENTIONS[name]
    verdict = check_gradient(loss, claim, wrt=wrt, shapes=shapes)
    assert verdict.verdict == "convention"
    assert verdict.diagnosis is not None


def test_a_real_parameter_has_no_logarithm() -> None:
    verdict = check_gradient("w**3", "3*w**3", wrt="w", shapes="w:")
    assert verdict.verdict == "refuted"


@pytest.mark.parametrize(
    ("left", "right", "shapes", "kind"),
    [
        ("softmax(Z, axis=0)", "softmax(Z, axis=1)", "Z: n k", "wrong axis"),
        ("var(x)", "var(x, ddof=1)", "x: n", "factor n and factor n - 1 (ddof)"),
        ("(a - b)**2", "a**2 - 2*a*b - b**2", "a:, b:", "sign of a term"),
        ("trace(A@B)", "sum(A*B)", "A: n n, B: n n", "transpose"),
    ],
)
def test_mistakes_in_identities_are_named(left: str, right: str, shapes: str, kind: str) -> None:
    found = verify(left, right, shapes=shapes).diagnosis
    assert found is not None
    assert found.kind == kind


def test_the_line_that_is_to_blame_is_shown() -> None:
    def loss(X: Any, y: Any, W: Any, v: Any) -> Any:
        return 0.5 * np.sum((np.tanh(X @ W) @ v - y) ** 2)

    def grad(X: Any, y: Any, W: Any, v: Any) -> Any:
        H = np.tanh(X @ W)
        R = y - H @ v
        D = np.outer(R, v) * (1 - H**2)
        return X.T @ D

    verdict = check_gradient(loss, grad, wrt="W", shapes=NET_SHAPES)
    assert verdict.diagnosis is not None
    assert verdict.diagnosis.kind == "sign"
    assert verdict.diagnosis.where is not None
    assert "return X.T @ D" in verdict.diagnosis.where.text

    def square(X: Any, y: Any, W: Any, v: Any) -> Any:
        H = np.tanh(X @ W)
        R = H @ v - y
        D = np.outer(R, v) * (1 - H**3)
        return X.T @ D

    found = check_gradient(loss, square, wrt="W", shapes=NET_SHAPES).diagnosis
    assert found is not None and found.where is not None
    assert found.kind == "wrong power"
    assert "D = np.outer(R, v) * (1 - H**3)" in found.where.text


def test_a_mistake_in_a_loop_is_mended_in_every_round() -> None:
    def loss(x: Any, y: Any, w: Any) -> Any:
        return np.sum((np.sin(x * w) - y) ** 2)

    def grad(x: Any, y: Any, w: Any) -> Any:
        total = 0.0
        for i in range(3):
            total = total + 2 * (np.sin(x[i] * w) - y[i]) * np.sin(x[i] * w) * x[i]
        return total

    found = check_gradient(loss, grad, wrt="w", shapes="x: 3, y: 3, w:").diagnosis
    assert found is not None
    assert found.kind == "wrong function"


def test_the_diagnosis_is_part_of_the_report_and_of_the_json() -> None:
    loss, claim, wrt, shapes, kind = ROWS["half on the regularizer"]
    verdict = check_gradient(loss, claim, wrt=wrt, shapes=shapes)
    assert "likely    factor on the regularizer" in repr(verdict)
    plain = json.loads(json.dumps(verdict.to_json()))["diagnosis"]
    assert plain["kind"] == kind
    assert set(plain) >= {"kind", "words", "fix", "latex", "code", "where", "confirmed", "also"}


def test_what_fits_no_hypothesis_has_no_diagnosis() -> None:
    verdict = check_gradient("sum(sin(x)*log(y))", "arctan(x)*cosh(y)**3", wrt="x", shapes="x: n, y: n positive")
    assert verdict.verdict == "refuted"
    assert verdict.diagnosis is None


# ---- mutants ---------------------------------------------------------------------------------------------------------
FAMILIES = ("regression", "classification", "networks", "probability", "matrices")


@pytest.mark.parametrize("family", FAMILIES)
def test_right_gradients_are_proved(family: str) -> None:
    for loss, grad, wrt, shapes in import_module(f"tests.proof.pairs.{family}").PAIRS.values():
        assert check_gradient(loss, grad, wrt=wrt, shapes=shapes).verdict in ("proved", "proved_randomized")


@pytest.mark.parametrize("family", FAMILIES)
def test_a_sample_of_planted_mistakes_is_refuted(family: str, tmp_path: Path) -> None:
    from benchmarks.gradient_mutants import arguments

    home = import_module(f"tests.proof.pairs.{family}")
    for number, (loss, grad, wrt, shapes) in enumerate(home.PAIRS.values()):
        every = mutants(grad)
        mutant = every[number * 7 % len(every)]
        function = load({"wrong": mutant.source}, home, tmp_path)["wrong"]
        if same_values(grad, function, [arguments(shapes, seed) for seed in (1, 2, 3)]) is False:
            assert check_gradient(loss, function, wrt=wrt, shapes=shapes).verdict in ("refuted", "true_if"), mutant
