"""Hand-derived gradients in NumPy code: right ones are proved, mistakes are refuted with a witness."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.optimize import rosen, rosen_der, rosen_hess

from symml.errors import ShapeError
from symml.proof.gradient_check import check_gradient
from tests.read.course import PAIRS

_PASSED = ("proved", "proved_randomized", "certified", "convention")


@pytest.mark.parametrize("name", PAIRS)
def test_a_right_gradient_is_proved(name: str) -> None:
    loss, grad, wrt, shapes = PAIRS[name]
    verdict = check_gradient(loss, grad, wrt=wrt, shapes=shapes)
    assert verdict.verdict in (("certified",) if name == "huber" else ("proved", "proved_randomized"))


def _first(value: Any) -> Any:
    parts = value.values() if isinstance(value, dict) else value
    return next(iter(parts)) if isinstance(value, tuple | dict) else value


def _of(change: Callable[[Any, dict[str, Any]], Any]) -> Callable[[Any], Callable[..., Any]]:
    def mutate(grad: Any) -> Callable[..., Any]:
        import inspect

        names = list(inspect.signature(grad).parameters)

        def wrong(**values: Any) -> Any:
            return change(_first(grad(**values)), values)

        wrong.__signature__ = inspect.Signature(  # type: ignore[attr-defined] # the tracer reads the signature
            [inspect.Parameter(n, inspect.Parameter.KEYWORD_ONLY) for n in names]
        )
        return wrong

    return mutate


def _some(values: dict[str, Any]) -> Any:
    return next(iter(values.values()))


MISTAKES = {
    "sign": _of(lambda g, v: -g),
    "factor 2": _of(lambda g, v: 2 * g),
    "times n": _of(lambda g, v: g * _some(v).shape[0]),
    "over n": _of(lambda g, v: g / _some(v).shape[0]),
    "extra term": _of(lambda g, v: g + 1),
    "one part in ten million": _of(lambda g, v: g * 1.0000001),
}


@pytest.mark.parametrize("mistake", MISTAKES)
@pytest.mark.parametrize("name", PAIRS)
def test_a_mistake_is_refuted_with_a_witness(name: str, mistake: str) -> None:
    loss, grad, wrt, shapes = PAIRS[name]
    first = wrt if isinstance(wrt, str) else wrt[0]
    verdict = check_gradient(loss, MISTAKES[mistake](grad), wrt=first, shapes=shapes)
    assert verdict.verdict == "refuted"
    assert verdict.counterexample is not None


@pytest.mark.parametrize("n", [2, 3, 4, 5])
def test_scipy_s_rosenbrock_family_is_proved(n: int) -> None:
    assert check_gradient(rosen, rosen_der, wrt="x", shapes=f"x: {n}").verdict == "proved"
    assert check_gradient(rosen_der, rosen_hess, wrt="x", shapes=f"x: {n}").verdict == "proved"


def test_rosenbrock_with_a_wrong_coefficient_is_refuted() -> None:
    def wrong(x: Any) -> Any:
        g = np.zeros_like(x)
        g[1:-1] = 200 * (x[1:-1] - x[:-2] ** 2) - 400 * (x[2:] - x[1:-1] ** 2) * x[1:-1] - 2 * (1 - x[1:-1])
        g[0] = -400 * x[0] * (x[1] - x[0] ** 2) - 2 * (1 - x[0])
        g[-1] = 100 * (x[-1] - x[-2] ** 2)
        return g

    assert check_gradient(rosen, wrong, wrt="x", shapes="x: 4").verdict == "refuted"


MISSING = {
    "logistic": lambda X, y, w, lam: -X.T @ (y / (1 + np.exp(y * (X @ w)))) / X.shape[0],
    "elastic net": lambda X, y, w, lam, mu: -(X.T @ (y - X @ w)) / len(y) + lam * np.sign(w),
    "cosine": lambda u, v: v / (np.linalg.norm(u) * np.linalg.norm(v)),
    "batch norm": lambda X, g, b, G, eps: G * g / np.sqrt(X.var(0) + eps),
}


@pytest.mark.parametrize("name", MISSING)
def test_a_missing_term_is_refuted(name: str) -> None:
    loss, _, wrt, shapes = PAIRS[name]
    assert check_gradient(loss, MISSING[name], wrt=wrt, shapes=shapes).verdict == "refuted"


def test_a_transpose_is_refuted_by_its_shape() -> None:
    loss, grad, _, shapes = PAIRS["softmax"]
    verdict = check_gradient(loss, lambda X, y, W: grad(X, y, W).T, wrt="W", shapes=shapes)
    assert verdict.verdict == "refuted"
    assert "transpose" in verdict.notes[0]


def test_a_transpose_of_a_square_matrix_is_refuted_or_needs_symmetry() -> None:
    verdict = check_gradient("x @ A @ x", "(A + A) @ x", wrt="x", shapes="A: d d, x: d")
    assert (verdict.verdict, verdict.assumption) == ("true_if", "A is symmetric")


def test_an_unstructured_gradient_does_not_use_the_variable_s_symmetry() -> None:
    shapes = "S: d d spd, T: d d"
    assert check_gradient("trace(S @ T)", "T.T", wrt="S", shapes=shapes).verdict == "proved"
    assert check_gradient("trace(S @ T)", "T", wrt="S", shapes=shapes).verdict != "proved"


def test_another_subgradient_at_a_kink_is_right_almost_everywhere() -> None:
    verdict = check_gradient("sum(maximum(0, z))", "where(z >= 0, 1, 0)", wrt="z", shapes="z: n")
    assert verdict.verdict == "proved"
    assert "almost everywhere" in verdict.notes[0]


def test_text_and_functions_mix() -> None:
    loss, _, _, shapes = PAIRS["linear"]
    assert check_gradient(loss, "2/n * X.T @ (X@w - y)", wrt="w", shapes=shapes).verdict == "proved"


def test_a_loss_that_is_no_scalar_is_an_error() -> None:
    with pytest.raises(ShapeError, match=r"the loss has shape \(n,\)"):
        check_gradient("X @ w", "w", wrt="w", shapes="X: n d, w: d")


def _absolute(x: Any) -> Any:
    if x > 0:
        return x
    return -x


def _huber(r: Any, delta: Any) -> Any:
    if delta <= 0:
        raise ValueError("delta must be positive")
    if abs(r) <= delta:
        return r**2 / 2
    return delta * (abs(r) - delta / 2)


def _clipped(r: Any, delta: Any) -> Any:
    if r > delta:
        return delta
    if r < -delta:
        return -delta
    return r


def _hinge(X: Any, y: Any, w: Any) -> Any:
    total = 0
    for i in range(len(y)):
        m = y[i] * (X[i] @ w)
        if m < 1:
            total += 1 - m
    return total


def _hinge_grad(X: Any, y: Any, w: Any) -> Any:
    g = np.zeros_like(w)
    for i in range(len(y)):
        if y[i] * (X[i] @ w) < 1:
            g -= y[i] * X[i]
    return g


def test_branches_on_data_are_followed_both_ways() -> None:
    assert check_gradient(_absolute, "sign(x)", wrt="x", shapes="x:").verdict == "proved"
    assert check_gradient(_absolute, "x/x", wrt="x", shapes="x:").verdict in ("refuted", "true_if")


def test_branches_in_a_loop_are_followed_every_way() -> None:
    shapes = "X: n d, y: n sign, w: d"
    assert check_gradient(_hinge, _hinge_grad, wrt="w", shapes=shapes).verdict == "proved"
    assert check_gradient(_hinge, lambda X, y, w: -_hinge_grad(X, y, w), wrt="w", shapes=shapes).verdict == "refuted"


def test_inputs_that_the_code_refuses_refute_nothing() -> None:
    verdict = check_gradient(_huber, _clipped, wrt="r", shapes="r:, delta:")
    assert verdict.verdict != "refuted"
    assert any("delta must be positive" in note for note in verdict.notes)
    assert check_gradient(_huber, _clipped, wrt="r", shapes="r:, delta: positive").verdict == "certified"
    wrong = check_gradient(_huber, lambda r, delta: 2 * _clipped(r, delta), wrt="r", shapes="r:, delta: positive")
    assert wrong.verdict == "refuted"


def test_dims_that_became_numbers_are_said() -> None:
    loss, grad, wrt, shapes = PAIRS["hinge"]
    assert any("numbers as dims" in note for note in check_gradient(loss, grad, wrt=wrt, shapes=shapes).notes)


def test_every_verdict_of_the_mutants_is_not_passed() -> None:
    for name in ("linear", "softmax"):
        loss, grad, wrt, shapes = PAIRS[name]
        for mutate in MISTAKES.values():
            assert check_gradient(loss, mutate(grad), wrt=wrt, shapes=shapes).verdict not in _PASSED
