"""Code that can only be called is compared with differences: agrees, disagrees or undecided, never proved."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.special as special

from symml.calculus.differences import slope
from symml.errors import TraceError
from symml.proof.gradient_check import check_gradient

CALLS = {"count": 0}


def opaque(x: Any) -> Any:
    """The number again, by a way that no tracer follows."""
    return json.loads(json.dumps(float(x)))


def sorted_cubes(x: Any) -> Any:
    return float(np.sum(np.array(sorted(np.asarray(x).tolist())) ** 3))


def counted(x: Any) -> Any:
    CALLS["count"] += 1
    return opaque(x) + CALLS["count"]


def test_a_right_gradient_agrees_and_says_why_it_is_no_proof() -> None:
    verdict = check_gradient(sorted_cubes, lambda x: 3 * np.asarray(x) ** 2, wrt="x", shapes="x: n")
    assert verdict.verdict == "agrees"
    assert "not a proof" in verdict.notes[0]
    assert verdict.evidence[0].details["points"] == 8


@pytest.mark.parametrize("wrong", [lambda x: 3.0001 * np.asarray(x) ** 2, lambda x: np.asarray(x) ** 2 * 3 + 1e-6])
def test_a_wrong_gradient_disagrees_with_a_witness(wrong: Callable[..., Any]) -> None:
    verdict = check_gradient(sorted_cubes, wrong, wrt="x", shapes="x: n")
    assert verdict.verdict == "disagrees"
    assert verdict.counterexample is not None


def test_a_compiled_function_is_called() -> None:
    assert check_gradient(special.j0, lambda x: -special.j1(x), wrt="x", shapes="x:").verdict == "agrees"
    assert check_gradient(special.j0, lambda x: special.j1(x), wrt="x", shapes="x:").verdict == "disagrees"


def test_text_stands_beside_a_black_box() -> None:
    assert check_gradient(lambda x: opaque(x) ** 3, "3*x**2", wrt="x", shapes="x:").verdict == "agrees"


@pytest.mark.parametrize(
    ("loss", "grad", "reason"),
    [
        (counted, lambda x: 1.0, "another value when it is called again"),
        (lambda x: np.sin(1e6 * opaque(x)), lambda x: 1e6 * np.cos(1e6 * x), "every point was at a kink"),
        (lambda x: 1e12 + opaque(x) ** 2, lambda x: 2 * x, "only right to"),
        (lambda x: np.log(-abs(opaque(x)) - 1), lambda x: x, "is nan"),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_what_differences_cannot_tell_is_undecided(loss: Any, grad: Any, reason: str) -> None:
    verdict = check_gradient(loss, grad, wrt="x", shapes="x:")
    assert verdict.verdict == "undecided"
    assert reason in verdict.reason


def test_a_kink_is_left_out() -> None:
    verdict = check_gradient(lambda x: abs(opaque(x)), lambda x: np.sign(x), wrt="x", shapes="x:")
    assert verdict.verdict == "agrees"


def test_a_wrong_shape_disagrees() -> None:
    verdict = check_gradient(sorted_cubes, lambda x: 3 * np.asarray(x)[:, None] ** 2, wrt="x", shapes="x: n")
    assert verdict.verdict == "disagrees"
    assert "shape" in verdict.reason


def test_what_cannot_even_be_called_is_an_error_with_the_call() -> None:
    def broken(x: Any) -> Any:
        return opaque(x)["loss"]

    with pytest.raises(TraceError, match=r"broken raises TypeError: .*, called with x="):
        check_gradient(broken, lambda x: x, wrt="x", shapes="x:")


@pytest.mark.parametrize("function", [np.exp, np.tanh, np.square, lambda x: 1 / (1 + x**2)])
def test_the_error_of_a_difference_is_no_smaller_than_the_truth(function: Callable[..., Any]) -> None:
    at = np.float64(0.7)
    step = 1e-30
    exact = function(at + 1j * step).imag / step
    found = slope(lambda x: function(np.real(x)), at, np.float64(1.0))
    assert abs(found.value - exact) <= 8 * found.error
    assert found.error < 1e-6
