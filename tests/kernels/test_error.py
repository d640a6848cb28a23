"""The measured error of a kernel."""

from __future__ import annotations

import pytest

from symml.errors import SymmlError
from symml.expr import build as b
from symml.faces import grad, kernel
from symml.kernels.compile import compiled

SHARP = {
    "sigmoid": ("1/(1 + exp(-x))", "x: real", 4),
    "pseudo-Huber": ("sqrt(1 + x**2) - 1", "x: real", 4),
    "log(1 - e^x)": ("log(x/(1 - x))", "x: unit", 4),
    "binary divergence": ("x*log(x/y) + (1 - x)*log((1 - x)/(1 - y))", "x: unit, y: unit", 8),
    "gelu": ("x*(1 + erf(x/sqrt(2)))/2", "x: real", 16),
    "log-beta": ("log(gamma(x)*gamma(y)/gamma(x + y))", "x: positive, y: positive", 64),
}


@pytest.mark.parametrize("name", SHARP)
def test_naive_formulas_are_computed_to_their_bounds(name: str) -> None:
    text, shapes, bound = SHARP[name]
    found = kernel(text, shapes=shapes).error
    assert found.excess <= bound
    assert found.lost == 0


def test_a_kernel_that_loses_digits_is_told() -> None:
    sharp = kernel("log(1 + x)", shapes="x: positive")
    sharp._function = compiled("import numpy as np\ndef naive(x):\n    return np.log(1 + x)\n", "naive")
    assert sharp.error.excess > 1e4


def test_the_condition_number_is_not_the_kernels_fault() -> None:
    found = kernel("sum(x) - 1", shapes="x: n positive").error
    assert found.excess <= 4


def test_the_error_of_matrix_kernels_is_measured_too() -> None:
    loss = "mean(log1p(exp(-y*(X@w))))"
    shapes = "X: n d, y: n sign, w: d"
    assert kernel([b.sum(grad(loss, "w", shapes))]).error.entries > 10


def test_a_measured_kernel_shows_its_error() -> None:
    found = kernel("exp(x)", shapes="x: real")
    assert "measured" not in repr(found)
    assert "ulp at most" in str(found.error)
    assert repr(found).rstrip().endswith(f"# measured: {found.error}")


def test_without_a_value_there_is_no_error() -> None:
    with pytest.raises(SymmlError, match="no point of the domain"):
        _ = kernel("log(-x)", shapes="x: positive").error
