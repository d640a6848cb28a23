"""Plans keep the digits where they take a shorter way: distances by BLAS, normal tails without a split square."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
import pytest

from symml.faces import grad, kernel
from symml.kernels import kernel as kernel_of

RNG = np.random.default_rng(0)
GELU = "x*(1 + erf(x/sqrt(2)))/2"
SQUARES = "sum((X[:, None, :] - Y[None, :, :])**2, axis=2)"


def _squares(X: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """Squared distances of rows by coordinates, which cancel nothing."""
    found: np.ndarray = np.sum((X[:, None, :] - Y[None, :, :]) ** 2, axis=2)
    return found


@pytest.mark.parametrize("spread", [1.0, 1e-9])
@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_distances_by_products_keep_the_digits_of_close_rows(spread: float, offset: float) -> None:
    planned = kernel(SQUARES, shapes="X: n d, Y: m d").plan(n=100, m=90, d=8)
    X = offset + RNG.normal(size=(100, 8))
    Y = np.concatenate([X[:30] + spread * RNG.normal(size=(30, 8)), offset + RNG.normal(size=(60, 8))])
    assert "_distances" in planned.source
    np.testing.assert_allclose(planned(X, Y), _squares(X, Y), rtol=1e-14)


def test_rows_that_are_not_finite_do_not_reach_other_rows() -> None:
    planned = kernel(SQUARES, shapes="X: n d, Y: m d").plan(n=100, m=90, d=8)
    X, Y = RNG.normal(size=(100, 8)), RNG.normal(size=(90, 8))
    X[3, 2], Y[5, 1] = np.nan, np.inf
    found = planned(X, Y)
    assert np.isnan(found[3]).all()
    assert np.isinf(np.delete(found[:, 5], 3)).all()
    rest = np.ix_(np.delete(np.arange(100), 3), np.delete(np.arange(90), 5))
    np.testing.assert_allclose(found[rest], _squares(X, Y)[rest], rtol=1e-14)


def test_a_row_has_no_distance_from_itself() -> None:
    planned = kernel("sum((X[:, None, :] - X[None, :, :])**2, axis=2)", shapes="X: n d").plan(n=100, d=8)
    assert not planned(RNG.normal(size=(100, 8))).diagonal().any()


@pytest.mark.parametrize("n", [33, 3000])
@pytest.mark.parametrize("far", [4.9, 37.0])
def test_normal_tails_are_sharp_in_plans_of_any_length(n: int, far: float) -> None:
    x = np.linspace(-far, far, n)
    found = kernel(GELU, shapes="x: n").plan(n=n)(x)
    with mpmath.workdps(40):
        for entry, value in zip(x[:: max(1, n // 200)], found[:: max(1, n // 200)], strict=True):
            exact = entry * mpmath.ncdf(mpmath.mpf(entry))
            assert abs(mpmath.mpf(value) - exact) <= 16 * np.spacing(abs(float(exact)))


def test_tails_of_entries_that_are_not_finite() -> None:
    x = np.array([np.nan, np.inf, -1e300, 0.0] * 4)
    with np.errstate(all="raise", under="ignore"):
        found = kernel(GELU, shapes="x: n").plan(n=16)(x)
    np.testing.assert_array_equal(found[:4], [np.nan, np.inf, 0.0, 0.0])


def test_slopes_of_tanh_keep_their_digits_until_they_vanish() -> None:
    x = np.array([0.0, 0.3, 3.0, 18.0, 300.0, 400.0, 1000.0, np.inf, np.nan])
    with np.errstate(all="raise", under="ignore"):
        found = kernel_of(grad("sum(tanh(x))", "x", "x: n")).plan(n=9)(x)
    with mpmath.workdps(40):
        exact = [float(mpmath.sech(mpmath.mpf(entry)) ** 2) if np.isfinite(entry) else 0.0 for entry in x[:8]]
    np.testing.assert_allclose(found, [*exact, np.nan], rtol=1e-15)


@pytest.mark.parametrize("y", [0.0, 1.0])
def test_cross_entropy_of_a_label_is_a_softplus(y: float) -> None:
    text = "-(y*log(1/(1 + exp(-z))) + (1 - y)*log(1 - 1/(1 + exp(-z))))"
    found = kernel(text, shapes="z: n, y: n binary")
    z = np.array([-np.inf, -800.0, -1e-3, 0.0, 40.0, 800.0, np.inf])
    turned = z if y == 0 else -z
    np.testing.assert_allclose(found(z=z, y=np.full(7, y)), np.logaddexp(0.0, turned), rtol=1e-15)
    assert "_softplus" in found.source


def test_rows_of_a_plan_agree_with_whole_numbers_of_exact_arithmetic() -> None:
    X, Y = RNG.integers(-9, 9, size=(80, 4)).astype(float), RNG.integers(-9, 9, size=(70, 4)).astype(float)
    found = kernel(SQUARES, shapes="X: n d, Y: m d").plan(n=80, m=70, d=4)(X, Y)
    exact = [[sum(Fraction(int(a) - int(b)) ** 2 for a, b in zip(x, y, strict=True)) for y in Y[:5]] for x in X[:5]]
    np.testing.assert_allclose(found[:5, :5], np.array(exact, dtype=float), rtol=1e-14)
