"""Kernels keep their digits where the formula as it stands cancels, overflows or underflows."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

from symml.calculus.differentiate import gradient
from symml.expr import build as b
from symml.expr import functions as F
from symml.expr.nodes import Expr
from symml.kernels import kernel

x = b.scalar("x")
v = b.vector("v", "n")
m = mpmath.mp.clone()
m.dps = 60
POINTS = (-1e3, -700.0, -40.0, -5.0, -0.5, -1e-9, 1e-9, 0.5, 5.0, 40.0, 700.0, 1e3)


def _sigma(u: Any) -> Any:
    return 1 / (1 + m.exp(-u))


def _phi(u: Any) -> Any:
    return m.erfc(-u / m.sqrt(2)) / 2


SHARP: dict[str, tuple[Expr, Callable[[Any], Any]]] = {
    "sigmoid": (1 / (1 + F.exp(-x)), _sigma),
    "sigmoid as a ratio": (F.exp(x) / (1 + F.exp(x)), _sigma),
    "1 - sigmoid": (1 - F.sigmoid(x), lambda u: _sigma(-u)),
    "slope of sigmoid": (F.sigmoid(x) * (1 - F.sigmoid(x)), lambda u: _sigma(u) * _sigma(-u)),
    "logistic density": (F.exp(x) / (1 + F.exp(x)) ** 2, lambda u: _sigma(u) * _sigma(-u)),
    "log sigmoid": (F.log(F.sigmoid(x)), lambda u: m.log(_sigma(u))),
    "softplus": (F.log(1 + F.exp(x)), lambda u: m.log1p(m.exp(u))),
    "logaddexp": (F.log(F.exp(x) + F.exp(2 * x)), lambda u: m.log(m.exp(u) + m.exp(2 * u))),
    "1 - tanh^2": (1 - F.tanh(x) ** 2, lambda u: m.sech(u) ** 2),
    "1 - tanh": (1 - F.tanh(x), lambda u: 2 * _sigma(-2 * u)),
    "1 + tanh": (1 + F.tanh(x), lambda u: 2 * _sigma(2 * u)),
    "sech^2": (4 / (F.exp(x) + F.exp(-x)) ** 2, lambda u: m.sech(u) ** 2),
    "tanh as a ratio": ((F.exp(x) - F.exp(-x)) / (F.exp(x) + F.exp(-x)), m.tanh),
    "1 - cos": (1 - F.cos(x), lambda u: 2 * m.sin(u / 2) ** 2),
    "log(1 + x^2)": (F.log(1 + x**2), lambda u: m.log1p(u**2)),
    "1 + erf": (1 + F.erf(x), lambda u: m.erfc(-u)),
    "1 - normal cdf": (1 - F.normal_cdf(x), lambda u: _phi(-u)),
    "log normal cdf": (F.log(F.normal_cdf(x)), lambda u: m.log(_phi(u))),
    "slope of log normal cdf": (gradient(F.log(F.normal_cdf(x)), x), lambda u: m.npdf(u) / _phi(u)),
    "slope of softplus": (gradient(F.softplus(x), x), _sigma),
}


@pytest.mark.parametrize("name", SHARP)
def test_a_kernel_keeps_its_digits_on_the_whole_line_without_a_warning(name: str) -> None:
    expr, exact = SHARP[name]
    found = kernel(expr)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        got = [float(found(x=point)) for point in POINTS]
    expected = [float(exact(m.mpf(point))) for point in POINTS]
    np.testing.assert_allclose(got, expected, rtol=2e-13, atol=1e-300)


@pytest.mark.parametrize("point", [-1e3, -40.0, -0.6, -0.5, -0.4, -1e-3, -1e-12])
def test_log_of_one_minus_exp_is_sharp_at_both_ends(point: float) -> None:
    expected = float(m.log(-m.expm1(m.mpf(point))))
    assert kernel(F.log(1 - F.exp(x)))(x=point) == pytest.approx(expected, rel=1e-14, abs=1e-300)


def test_exp_minus_one_keeps_its_digits_inside_a_longer_sum() -> None:
    got = kernel(F.exp(x) - 1 + b.scalar("y"))(x=1e-12, y=0.0)
    assert got == pytest.approx(1e-12, rel=1e-11)
    assert kernel(3 - 3 * F.exp(x))(x=1e-12) == pytest.approx(-3e-12, rel=1e-11)


@pytest.mark.parametrize("scale", [-1e3, -1.0, 1.0, 1e3])
def test_functions_along_axes_are_shifted(scale: float) -> None:
    values = scale * np.array([1.0, -2.0, 3.0])
    exps = [m.exp(m.mpf(value)) for value in values]
    p = np.array([float(e / m.fsum(exps)) for e in exps])
    total = float(m.log(m.fsum(exps)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_allclose(kernel(F.exp(v) / b.sum(F.exp(v)))(v=values), p, rtol=1e-12, atol=1e-300)
        np.testing.assert_allclose(kernel(F.log(b.sum(F.exp(v))))(v=values), total, rtol=1e-14)
        np.testing.assert_allclose(kernel(F.log(b.softmax(v)))(v=values), values - total, rtol=1e-14)
        np.testing.assert_allclose(kernel(gradient(b.logsumexp(v), v))(v=values), p, rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize("point", [-1e3, 0.0, 1e3])
@pytest.mark.parametrize("name", ["sigmoid", "log_sigmoid", "softplus", "relu", "gelu", "silu", "mish", "tanh", "erf"])
def test_activations_and_their_slopes_are_finite_and_silent(name: str, point: float) -> None:
    f = F.FUNCTIONS[name](x)
    found = kernel([f, gradient(f, x)])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.all(np.isfinite(found(x=point)))


def test_what_is_not_chosen_neither_warns_nor_spoils_the_value() -> None:
    f = b.sum(F.where(v > 0, F.log(v), F.exp(v) - 1))
    found = kernel([f, gradient(f, v)])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value, slope = found(v=[-1e3, 0.0, 2.0, 1e3])
    assert value == pytest.approx(-1 + 0 + np.log(2) + np.log(1e3))
    np.testing.assert_allclose(slope, [0.0, 1.0, 0.5, 1e-3])


def test_what_is_chosen_still_warns() -> None:
    found = kernel(b.sum(F.log(v)) + b.sum(F.where(v > 0, F.log(v), v)))
    with pytest.warns(RuntimeWarning, match="invalid value"):
        found(v=[-1.0])


def test_zero_log_zero_is_zero_where_the_domain_has_zero() -> None:
    p, y = b.vector("p", "k", "probability"), b.vector("y", "k", "binary")
    assert kernel(-b.sum(p * F.log(p)))(p=[1.0, 0.0]) == 0
    assert kernel(-b.sum(y * F.log(p)))(y=[1.0, 0.0], p=[1.0, 0.0]) == 0
    assert kernel(b.sum(y * F.log(p)))(y=[1.0, 1.0], p=[1.0, 0.5]) == pytest.approx(np.log(0.5))


def test_the_determinant_of_a_large_definite_matrix_does_not_overflow() -> None:
    S = b.matrix("S", "d", "d", "spd")
    assert kernel(F.log(b.det(S)))(S=1e3 * np.eye(200)) == pytest.approx(200 * np.log(1e3))


ONE_ARGUMENT = [name for name, row in F.FUNCTIONS.items() if row.arity == 1 and not row.jumps]


@pytest.mark.parametrize("name", ONE_ARGUMENT)
def test_nan_goes_in_and_comes_out(name: str) -> None:
    assert np.isnan(kernel(F.FUNCTIONS[name](v))(v=[np.nan]))


@pytest.mark.parametrize("function", [b.softmax, b.log_softmax, b.logsumexp, b.max, b.prod])
def test_nan_goes_along_axes(function: Callable[[Expr], Expr]) -> None:
    assert np.all(np.isnan(kernel(function(v))(v=[np.nan, 1.0])))


def test_infinite_entries_have_their_limits() -> None:
    assert kernel(b.logsumexp(v))(v=[np.inf, 0.0]) == np.inf
    assert kernel(b.logsumexp(v))(v=[-np.inf, 3.0]) == 3
    np.testing.assert_array_equal(kernel(b.softmax(v))(v=[-np.inf, 3.0]), [0, 1])
    np.testing.assert_array_equal(kernel(F.sigmoid(v))(v=[-np.inf, np.inf]), [0, 1])
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(kernel(F.gamma(v))(v=[171.0, 172.0, 1e3]) == np.inf, [False, True, True])
