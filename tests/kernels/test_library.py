"""The functions that are pasted into kernels, against mpmath on their whole domains."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

from symml.kernels.compile import compiled
from symml.kernels.library import HELPERS, source_of

m = mpmath.mp.clone()
m.dps = 330
LINE = np.concatenate(
    [np.linspace(-45, 45, 301), [-1e300, -1e5, -700.0, -1e-9, -1e-300, 1e-300, 1e-9, 700.0, 1e5, 1e300]]
)
POSITIVE = np.concatenate(
    [np.geomspace(1e-12, 1e12, 241), np.linspace(0.4, 3.2, 57), [1e-300, 9.99, 10.0, 10.01, 1e100]]
)
UNIT = np.concatenate([np.linspace(0.002, 0.998, 250), [1e-300, 1e-12, 0.5 - 1e-9, 0.5 + 1e-9, 1 - 1e-12]])
PAIRS = np.array([(a, b) for a in UNIT[::7] for b in (a * (1 - 1e-9), a * 0.7, min(a * 1.3, 1 - 1e-9), 0.3, 1e-200)]).T
AWAY = np.array([(a, b) for a in POSITIVE[POSITIVE < 1e15][::9] for b in (1e-9, 0.4, 1.0, 7.0, 300.0, 1e12)]).T
POWERS = np.array([(a, b) for a in POSITIVE[::11] for b in (1e-12, -1e-3, 0.5, -2.0, 9.0) if 1e-30 < a < 1e30]).T
CLOSE = np.array([(a, b) for a in POSITIVE[::9] for b in (a, a * (1 + 1e-9), a * 0.9, a * 1.6, a * 1e3, a / 1e3)]).T
TRIPLES = np.array([(a, b, k) for a, b in CLOSE.T for k in (1e-3, 1.0, 40.0)]).T


def _cdf(u: Any) -> Any:
    return m.erfc(-u / m.sqrt(2)) / 2


def _hazard(u: Any) -> Any:
    return m.npdf(u) / _cdf(u)


def _gap(z: Any) -> Any:
    return (1 - z * _cdf(-z) / m.npdf(z)) * (1 + z / 4) ** 2


def _log(u: Any) -> Any:
    return m.log(u)


# name: arguments, the truth, the largest error in ulps
EXACT: dict[str, tuple[np.ndarray, Callable[..., Any], float]] = {
    "logit": (UNIT, lambda p: _log(p / (1 - p)), 3),
    "log_quotient": (PAIRS, lambda x, y: _log(x / y), 4),
    "log_complement_quotient": (PAIRS, lambda x, y: _log((1 - x) / (1 - y)), 4),
    "sigmoid_gap": (
        np.array([(a, b) for a in LINE[::11] for b in (a, a + 1e-9, a - 3.0, -a, 30.0) if abs(a) < 1e4]).T,
        lambda a, b: 1 / (1 + m.exp(-a)) - 1 / (1 + m.exp(-b)),
        5,
    ),
    "cos_gap": (
        np.array([(a, b) for a in np.linspace(-3, 3, 40) for b in (a, a + 1e-9, 0.2 - a)]).T,
        lambda a, b: m.cos(a) - m.cos(b),
        32,
    ),
    "sin_gap": (
        np.array([(a, b) for a in np.linspace(-3, 3, 40) for b in (a, a + 1e-9, a + 0.4)]).T,
        lambda a, b: m.sin(a) - m.sin(b),
        32,
    ),
    "log_near_one": (
        np.array([POSITIVE, POSITIVE - 1.0])[:, (POSITIVE < 0.4) | ((POSITIVE > 1.0) & (POSITIVE < 1e15))],
        lambda q, d: _log(q) if abs(d) > m.mpf(1) / 2 else _log(1 + d),
        3,
    ),
    "power_less_one": (POWERS, lambda x, y: x**y - 1, 4),
    "power1p_less_one": (POWERS, lambda x, y: (1 + x) ** y - 1, 16),
    "box_cox": (POWERS, lambda x, y: (x**y - 1) / y, 4),
    "box_cox1p": (POWERS, lambda x, y: ((1 + x) ** y - 1) / y, 16),
    "parallel": (CLOSE, lambda x, y: x * y / (x + y), 2),
    "log_cross_ratio": (TRIPLES, lambda x, y, k: _log(x / y) - _log((x + k) / (y + k)), 16),
    "negative_binomial_excess": (TRIPLES, lambda x, y, k: x * _log(x / y) - (x + k) * _log((x + k) / (y + k)), 16),
    "log1pmx": (POSITIVE, lambda z: m.log1p(z) - z, 4),
    "log_excess": (POSITIVE, lambda y: y - 1 - _log(y), 4),
    "relative_excess": (PAIRS, lambda x, y: x * _log(x / y) - x + y, 8),
    "binary_kl": (PAIRS, lambda x, y: x * _log(x / y) + (1 - x) * _log((1 - x) / (1 - y)), 8),
    "log1mexp": (-POSITIVE, lambda x: _log(-m.expm1(x)), 4),
    "log_cosh": (LINE, lambda x: abs(x) + m.log1p(m.exp(-2 * abs(x))) - m.log(2), 4),
    "log1p_square": (LINE, lambda x: m.log1p(x * x), 4),
    "log1p_square_excess": (LINE, lambda x: m.log1p(x * x) - x * x / (1 + x * x), 12),
    "sech": (LINE, m.sech, 4),
    "sech_square": (LINE, lambda x: m.sech(x) ** 2, 5),
    "expm1_quotient": (LINE[np.abs(LINE) < 700], lambda x: m.expm1(x) / x if x else m.mpf(1), 3),
    "expm1_quotient_slope": (
        LINE[np.abs(LINE) < 700],
        lambda x: (m.exp(x) * (x - 1) + 1) / x**2 if abs(x) > 1e-200 else m.mpf(1) / 2,
        6,
    ),
    "cosc": (LINE[np.abs(LINE) < 1e15], lambda x: 2 * (m.sin(x / 2) / x) ** 2 if x else m.mpf(1) / 2, 8),
    "cosc_slope": (
        np.linspace(-6, 6, 98),
        lambda x: (m.sin(x) - 2 * (1 - m.cos(x)) / x) / x**2,
        12,
    ),
    "bell": (LINE[np.abs(LINE) < 1e5], lambda x: m.exp(-x * x / 2), 3),
    "square_bell": (LINE[np.abs(LINE) < 1e5], lambda x: x * x * m.exp(-x * x / 2), 5),
    "mills": (POSITIVE[POSITIVE < 50], lambda z: _cdf(-z) / m.npdf(z), 6),
    "mills_gap": (POSITIVE[POSITIVE < 50], _gap, 24),
    "erf": (LINE[np.abs(LINE) < 1e6], m.erf, 4),
    "erfc": (LINE[np.abs(LINE) < 1e6], m.erfc, 10),
    "normal_cdf": (LINE[np.abs(LINE) < 1e6], _cdf, 10),
    "log_normal_cdf": (LINE[np.abs(LINE) < 50], lambda x: _log(_cdf(x)), 10),
    "normal_hazard": (LINE[np.abs(LINE) < 50], _hazard, 10),
    "normal_hazard_slope": (LINE[np.abs(LINE) < 50], lambda x: -_hazard(x) * (_hazard(x) + x), 16),
    "stirling": (
        np.geomspace(10, 1e9, 40),
        lambda x: m.loggamma(x) - (x - m.mpf(1) / 2) * _log(x) + x - _log(2 * m.pi) / 2,
        6,
    ),
    "lgamma": (POSITIVE, m.loggamma, 12),
    "lgamma_half_step": (
        POSITIVE[POSITIVE < 1e15],
        lambda x: m.loggamma(x + m.mpf(1) / 2) - m.loggamma(x) - _log(x) / 2,
        16,
    ),
    "digamma_half_step": (
        POSITIVE[POSITIVE < 1e15],
        lambda x: m.digamma(x + m.mpf(1) / 2) - m.digamma(x) - 1 / (2 * x),
        16,
    ),
    "log_beta": (AWAY, lambda x, y: m.loggamma(x) + m.loggamma(y) - m.loggamma(x + y), 64),
    "digamma_step": (AWAY, lambda x, y: m.digamma(x + y) - m.digamma(x), 16),
}


def _function(name: str) -> Callable[..., Any]:
    source = "import math\nimport numpy as np\n" + "\n".join(source_of([name]))
    return compiled(source, f"_{name}")


def _worst(name: str, columns: np.ndarray, exact: Callable[..., Any]) -> float:
    """The largest error in ulps; truths below the normal range are judged by their absolute error."""
    arguments = np.atleast_2d(columns)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        got = np.asarray(_function(name)(*arguments))
    truth = np.array([float(exact(*map(m.mpf, row))) for row in arguments.T])
    assert np.all(np.isfinite(got) == np.isfinite(truth))
    normal = np.isfinite(truth) & (np.abs(truth) > 1e-300)
    np.testing.assert_allclose(got[~normal], truth[~normal], atol=1e-300)
    return float(np.max(np.abs(got - truth)[normal] / np.spacing(np.abs(truth[normal]))))


@pytest.mark.parametrize("name", EXACT)
def test_a_library_function_is_exact_to_a_few_ulps_on_its_whole_domain(name: str) -> None:
    columns, exact, bound = EXACT[name]
    assert _worst(name, columns, exact) <= bound


@pytest.mark.parametrize("name", [name for name in HELPERS if name in EXACT])
def test_a_library_function_passes_nan_on(name: str) -> None:
    columns = np.atleast_2d(EXACT[name][0])
    with np.errstate(all="ignore"):
        assert np.isnan(_function(name)(*np.full((len(columns), 1), np.nan)))[0]
