"""Naive formulas that cancel, overflow or meet 0 / 0, at the points where they do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

from symml.faces import grad, kernel

m = mpmath.mp.clone()
m.dps = 400
Exact = Callable[..., Any]


def _softplus(x: Any) -> Any:
    return m.log1p(m.exp(x))


CASES: dict[str, tuple[str, tuple[tuple[float, ...], ...], Exact]] = {
    "log(exp(x) - 1)": ("x: positive", ((1e-300,), (0.5,), (1.5,), (40.0,), (900.0,)), lambda x: m.log(m.expm1(x))),
    "exp(x)/(exp(x) + exp(y)) - 1/2": (
        "x: real, y: real",
        ((1e-9, 2e-9), (800.0, -800.0), (-1e3, 1e3), (3.0, 3.0000001)),
        lambda x, y: m.tanh((x - y) / 2) / 2,
    ),
    "sqrt(x + y) - sqrt(x)": (
        "x: positive, y: positive",
        ((1e10, 1e-10), (1.0, 3.0), (1e-300, 1.0)),
        lambda x, y: m.sqrt(x + y) - m.sqrt(x),
    ),
    "(exp(x) - 1 - x)/x**2": (
        "x: nonzero",
        ((1e-200,), (-1e-5,), (0.9,), (-1.1,), (300.0,)),
        lambda x: (m.expm1(x) - x) / x**2,
    ),
    "log(1/(1 + exp(-x))) - log(1/(1 + exp(-y)))": (
        "x: real, y: real",
        ((1e-20, 2e-20), (50.0, 50.5), (-700.0, 700.0)),
        lambda x, y: _softplus(-y) - _softplus(-x),
    ),
    "log(x + 1) - log(x)": ("x: positive", ((1e300,), (1.0,), (1e-300,)), lambda x: m.log1p(1 / x)),
    "(1 - (1 + erf(x/sqrt(2)))/2)/(exp(-x**2/2)/sqrt(2*pi))": (
        "x: real",
        ((50.0,), (3.0,), (-2.0,), (1e10,)),
        lambda x: m.erfc(x / m.sqrt(2)) / 2 * m.exp(x * x / 2) * m.sqrt(2 * m.pi) if x < 100 else 1 / x,
    ),
    "exp(x**2)*(1 - erf(x))": ("x: real", ((40.0,), (1.0,), (-3.0,), (-26.0,)), lambda x: m.exp(x * x) * m.erfc(x)),
    "x/y - log(x/y) - 1": (
        "x: positive, y: positive",
        ((3.0, 3.0000001), (1e-5, 7.0), (7.0, 1e-5)),
        lambda x, y: x / y - m.log(x / y) - 1,
    ),
    "1 - (1 - x**2)**3": ("x: unit", ((1e-100,), (0.3,), (0.999,)), lambda x: 1 - (1 - x * x) ** 3),
    "log(1 + exp(x)) - x": ("x: real", ((-5.0,), (40.0,), (900.0,)), lambda x: _softplus(-x)),
    "log(1 + exp(2*x)) - x - log(2)": ("x: real", ((1e-9,), (3.0,), (-500.0,)), lambda x: m.log(m.cosh(x))),
    "cosh(x) - 1": ("x: real", ((1e-9,), (2.0,), (-300.0,)), lambda x: 2 * m.sinh(x / 2) ** 2),
    "exp(x) - exp(y)": (
        "x: real, y: real",
        ((1e-30, 2e-30), (-33.0, 32.4), (700.0, -700.0)),
        lambda x, y: m.exp(y) * m.expm1(x - y),
    ),
    "log((exp(x) + exp(y))/2)": (
        "x: real, y: real",
        ((1e-20, 3e-20), (1e3, -1e3), (-1e200, 3.0)),
        lambda x, y: m.log((m.exp(x) + m.exp(y)) / 2) if x > -1e9 else y - m.log(2),
    ),
    "1 - 2*x*y/(x**2 + y**2)": (
        "x: positive, y: positive",
        ((22.094, 22.0941), (1.0, 3.0)),
        lambda x, y: (x - y) ** 2 / (x * x + y * y),
    ),
    "1 - x/y": ("x: positive, y: positive", ((3.0, 3.0000001), (1e-9, 5.0)), lambda x, y: (y - x) / y),
}


@pytest.mark.parametrize("text", CASES)
def test_the_naive_formula_keeps_its_digits(text: str) -> None:
    shapes, points, exact = CASES[text]
    found = kernel(text, shapes=shapes)
    for point in points:
        truth = float(exact(*map(m.mpf, point)))
        value = float(found(**dict(zip("xy", point, strict=False))))
        assert abs(value - truth) <= 8 * np.spacing(abs(truth)), (point, value, truth)


SLOPES: dict[str, tuple[str, tuple[float, ...], Exact]] = {
    "log(exp(x) - 1)": ("x: positive", (1e-9, 1.0, 900.0), lambda x: -1 / m.expm1(-x)),
    "sin(x)/x": ("x: nonzero", (1e-9, 0.5, 2.0), lambda x: (m.cos(x) - m.sin(x) / x) / x),
    "-log(1 - (1 + erf(x/sqrt(2)))/2)": (
        "x: real",
        (-9.0, 1.0, 50.0),
        lambda x: 2 * m.exp(-x * x / 2) / m.sqrt(2 * m.pi) / m.erfc(x / m.sqrt(2)),
    ),
    "1 - erf(x)": ("x: real", (0.3, 20.0), lambda x: -2 * m.exp(-x * x) / m.sqrt(m.pi)),
}


@pytest.mark.parametrize("text", SLOPES)
def test_the_slope_of_a_naive_formula_keeps_its_digits(text: str) -> None:
    shapes, points, exact = SLOPES[text]
    found = kernel(grad(text, "x", shapes))
    for x in points:
        truth, value = float(exact(m.mpf(x))), float(found(x=x))
        assert abs(value - truth) <= 8 * np.spacing(abs(truth)), (x, value, truth)
