"""Convexity: certified by rules, by the Hessian, or excluded by two points; never claimed where it does not hold."""

from __future__ import annotations

import pytest

from symml.errors import SymmlError
from symml.optimize.convexity import convexity

CONVEX = {
    "ridge": ("mean((y - X@w)**2) + lam*dot(w, w)", "w", "X: n d, y: n, w: d, lam: positive"),
    "logistic": ("sum(log(1 + exp(-y*(X@w))))", "w", "X: n d, y: n, w: d"),
    "hinge": ("sum(maximum(0, 1 - y*(X@w + b)))", "w, b", "X: n d, y: n, w: d, b:"),
    "logsumexp": ("logsumexp(A@x + b)", "x", "A: m n, b: m, x: n"),
    "negative entropy": ("sum(p*log(p))", "p", "p: k positive"),
    "norm": ("norm(A@x - b)", "x", "A: m n, b: m, x: n"),
    "lasso": ("sum((y - X@w)**2) + lam*sum(abs(w))", "w", "X: n d, y: n, w: d, lam: positive"),
    "barrier": ("-sum(log(b - A@x))", "x", "A: m n, b: m, x: n"),
    "log det": ("trace(S@A) - logdet(S)", "S", "S: d d spd, A: d d spd"),
    "quadratic form": ("x@P@x", "x", "x: n, P: n n psd"),
    "gram form": ("x@A.T@A@x", "x", "x: n, A: m n"),
    "inverse": ("1/x", "x", "x: positive"),
    "mean squared error": ("E((y - w@x)**2)", "w", "x: d random, y: random, w: d"),
    "weighted squares": ("sum(c*(y - w)**2)", "w", "y: n, w: n, c: n nonnegative"),
    "largest eigenvalue": ("max(np.linalg.eigvalsh(S))", "S", "S: d d symmetric"),
    "Poisson loss": ("sum(exp(X@w) - y*(X@w))", "w", "X: n d, y: n, w: d"),
}
CONCAVE = {
    "root": ("sqrt(x)", "x", "x: positive"),
    "log likelihood": ("sum(log_sigmoid(X@w))", "w", "X: n d, w: d"),
    "minus a modulus": ("-abs(x)", "x", "x:"),
    "minus a root of a square": ("-sqrt(x**2)", "x", "x:"),
}
NEITHER = {
    "product": ("x*y", "x, y", "x:, y:"),
    "cube": ("x**3", "x", "x:"),
    "sigmoid": ("sigmoid(x)", "x", "x:"),
    "double well": ("x**4 - x**2", "x", "x:"),
    "step": ("where(x > 0, 0, 1)", "x", "x:"),
    "indefinite form": ("x@P@x", "x", "x: n, P: n n symmetric"),
    "signs unknown": ("sum(c*(y - w)**2)", "w", "y: n, w: n, c: n"),
}
NOT_CLAIMED = {
    "zero second derivative with a kink": ("abs(x) - 2*relu(x - 1)", "x", "x:"),
    "log of a square": ("-log(x**2)", "x", "x:"),
    "inverse square across zero": ("1/x**2", "x", "x:"),
    "steep leak": ("leaky_relu(x, 2)", "x", "x:"),
    "x log x of something curved": ("(x**2)*log(x**2)", "x", "x:"),
    "sorted powers": ("c@sort(x**1.5)", "x", "x: d positive, c: d positive"),
    "sorted entries": ("c@(x*x) - c@sort(-x)", "x", "x: d, c: d positive"),
    "a maximum on the set where it is positive": ("exp(log(max(c*x)))", "x", "x: d, c: d positive"),
}


@pytest.mark.parametrize("name", CONVEX)
def test_convex_functions_are_certified(name: str) -> None:
    found = convexity(*CONVEX[name][:2], shapes=CONVEX[name][2])
    assert found.verdict == "convex"
    assert found.reasons


@pytest.mark.parametrize("name", CONCAVE)
def test_concave_functions_are_certified(name: str) -> None:
    assert convexity(*CONCAVE[name][:2], shapes=CONCAVE[name][2]).verdict == "concave"


@pytest.mark.parametrize("name", NEITHER)
def test_two_chords_exclude_both(name: str) -> None:
    found = convexity(*NEITHER[name][:2], shapes=NEITHER[name][2])
    assert found.verdict == "neither"
    assert found.against_convex is not None and found.against_concave is not None


@pytest.mark.parametrize("name", NOT_CLAIMED)
def test_second_derivatives_do_not_decide_across_kinks_and_poles(name: str) -> None:
    assert convexity(*NOT_CLAIMED[name][:2], shapes=NOT_CLAIMED[name][2]).verdict not in ("convex", "affine")


@pytest.mark.parametrize(
    ("text", "shapes", "strict"),
    [("exp(x)", "x:", True), ("sum(p*log(p))", "p: k positive", True), ("abs(x)", "x:", False), ("x@x", "x: n", True)],
)
def test_strictness_is_read_off_the_hessian(text: str, shapes: str, strict: bool) -> None:
    variable = shapes.partition(":")[0]
    assert convexity(text, variable, shapes=shapes).strict is strict


def test_affine_functions_are_both() -> None:
    found = convexity("a@x + c", "x", shapes="a: n, x: n, c:")
    assert found.verdict == "affine"
    assert found.is_convex


def test_sets_that_are_not_convex_are_refused() -> None:
    with pytest.raises(SymmlError, match="not a convex set"):
        convexity("x**2", "x", shapes="x: sign")


def test_the_report_is_data_too() -> None:
    data = convexity("x*y", "x, y", shapes="x:, y:").to_json()
    assert data["verdict"] == "neither"
    assert data["counterexamples"]["not_convex"]["first"]["values"]
