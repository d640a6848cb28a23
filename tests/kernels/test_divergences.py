"""Naive divergences near their zeros, and means and powers whose parts overflow: the digits are there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

from symml.expr import build
from symml.faces import grad, kernel, read_numpy
from symml.kernels import kernel as kernel_of

m = mpmath.mp.clone()
m.dps = 400
UNIT, POSITIVE = "x: n unit, y: n unit", "x: n positive, y: n positive"
Exact = Callable[[Any, Any], Any]


def _entropy(a: Any, b: Any) -> Any:
    return a * m.log(a / b)


def _affinity(x: Any, y: Any) -> Any:
    return m.sqrt(x * y) + m.sqrt((1 - x) * (1 - y))


CASES: dict[str, tuple[str, str, Exact, tuple[tuple[float, float], ...]]] = {
    "Jensen-Shannon": (
        "0.5*(x*log(2*x/(x + y)) + (1 - x)*log(2*(1 - x)/(2 - x - y)))"
        " + 0.5*(y*log(2*y/(x + y)) + (1 - y)*log(2*(1 - y)/(2 - x - y)))",
        UNIT,
        lambda x, y: sum(_entropy(a, (x + y) / 2) + _entropy(1 - a, 1 - (x + y) / 2) for a in (x, y)) / 2,
        ((0.25, 0.250000001), (0.25, 0.75), (1e-200, 1e-100)),
    ),
    "two relative entropies": (
        "x*log(2*x/(x + y)) + y*log(2*y/(x + y))",
        POSITIVE,
        lambda x, y: _entropy(x, (x + y) / 2) + _entropy(y, (x + y) / 2),
        ((3.0, 3.000001), (1e-100, 1e100)),
    ),
    "Hellinger": (
        "1 - (sqrt(x*y) + sqrt((1 - x)*(1 - y)))",
        UNIT,
        lambda x, y: 1 - _affinity(x, y),
        ((0.3, 0.300001), (1e-40, 3e-60), (0.9, 1e-3)),
    ),
    "Bhattacharyya": (
        "-2*log(sqrt(x*y) + sqrt((1 - x)*(1 - y)))",
        UNIT,
        lambda x, y: -2 * m.log(_affinity(x, y)),
        ((0.3, 0.300001), (1e-40, 3e-60), (0.999, 1e-9)),
    ),
    "normal scales": (
        "log(y/x) + x**2/(2*y**2) - 0.5",
        POSITIVE,
        lambda x, y: m.log(y / x) + (x / y) ** 2 / 2 - m.mpf(1) / 2,
        ((5.0, 5.000001), (1e-50, 3.0)),
    ),
    "exponentials": ("log(x/y) + y/x - 1", POSITIVE, lambda x, y: m.log(x / y) + y / x - 1, ((5.0, 5.000001),)),
    "gamma deviance": (
        "2*(-log(x/y) + (x - y)/y)",
        POSITIVE,
        lambda x, y: 2 * (-m.log(x / y) + (x - y) / y),
        ((5.0, 5.000001), (1e9, 2e-9)),
    ),
    "negative binomial": (
        "x*log(x/y) - (x + 7)*log((x + 7)/(y + 7))",
        POSITIVE,
        lambda x, y: _entropy(x, y) - _entropy(x + 7, y + 7),
        ((5.0, 5.000001), (8e90, 5e90), (1e-40, 3.0), (4e25, 5e140)),
    ),
    "Box-Cox": (
        "(x**y - 1)/y",
        POSITIVE,
        lambda x, y: (x**y - 1) / y,
        ((3.0, 1e-20), (1.000001, 2.0), (1e20, 1.5)),
    ),
    "Yeo-Johnson": (
        "((x + 1)**y - 1)/y",
        POSITIVE,
        lambda x, y: ((1 + x) ** y - 1) / y,
        ((1e-20, 1e-20), (3.0, 0.5), (1e20, 1.5)),
    ),
    "sigmoids": (
        "1/(1 + exp(-x)) - 1/(1 + exp(-y))",
        "x: n, y: n",
        lambda x, y: 1 / (1 + m.exp(-x)) - 1 / (1 + m.exp(-y)),
        ((1e-60, -1e-70), (30.0, 30.000001)),
    ),
    "hyperbolic tangents": ("tanh(x) - tanh(y)", "x: n, y: n", lambda x, y: m.tanh(x) - m.tanh(y), ((20.0, 20.001),)),
    "cosines": ("cos(x) - cos(y)", "x: n, y: n", lambda x, y: m.cos(x) - m.cos(y), ((1e-60, -1e-70), (1.0, 1.000001))),
    "a logarithm of a difference": (
        "log(exp(x) - exp(y))",
        "x: n, y: n",
        lambda x, y: x + m.log1p(-m.exp(y - x)),
        ((700.0, 699.999), (-1e-20, -1e-19), (900.0, -900.0)),
    ),
    "the Cauchy tail": ("1/2 - arctan(x)/pi", POSITIVE, lambda x, y: m.atan(1 / x) / m.pi, ((1e40, 1.0), (0.5, 1.0))),
    "harmonic mean": ("2*x*y/(x + y)", POSITIVE, lambda x, y: 2 * x * y / (x + y), ((1e-200, 1e-180), (1e307, 3e5))),
    "geometric mean": ("sqrt(x*y)", POSITIVE, lambda x, y: m.sqrt(x * y), ((1e-200, 1e-180), (1e200, 1e180))),
}


def _slope(exact: Exact, x: Any, y: Any) -> Any:
    step = x * m.mpf(10) ** -120
    return (exact(x + step, y) - exact(x - step, y)) / (2 * step)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("is_slope", [False, True])
def test_the_digits_are_there(name: str, is_slope: bool) -> None:
    text, shapes, exact, points = CASES[name]
    found = (
        kernel_of(grad(build.sum(read_numpy(text, shapes)), "x", shapes)) if is_slope else kernel(text, shapes=shapes)
    )
    x, y = np.array(points).T
    with np.errstate(all="raise", under="ignore"):
        got = found.call_known({"x": x, "y": y, "n": len(x)})
    for value, *point in zip(got, x, y, strict=True):
        a, b = map(m.mpf, point)
        truth = _slope(exact, a, b) if is_slope else exact(a, b)
        # Where x + y is computed first, its last bit is the distance of x and y times their condition number.
        room = 20 + (4 * abs(a / (a - b)) if name == "Jensen-Shannon" else 0)
        assert abs(m.mpf(value) - truth) <= room * np.spacing(abs(float(truth)))


def test_the_box_cox_transformation_goes_on_at_zero() -> None:
    found = kernel("(x**y - 1)/y", shapes="x: positive, y: real")
    assert found(x=3.0, y=0.0) == np.log(3.0)


def test_terms_with_different_functions_keep_their_own_denominators() -> None:
    found = kernel("log(x)/(x + y) - x/(x + y) + exp(y)", shapes=POSITIVE)
    assert found.source.count("np.log") == found.source.count("np.exp") == 1
    assert found.source.count("*") < 8
