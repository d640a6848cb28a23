"""The formulas of the accuracy exam: the naive text, the declared domains, the ranges of the inputs, and the truth."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mpmath

m = mpmath.mp
TOP = sys.float_info.max
TINY = 5e-324
Range = tuple[float, float, float, float]

# Lowest and highest float, then the working range.
REAL: Range = (-TOP, TOP, -40.0, 40.0)
POSITIVE: Range = (TINY, TOP, 1e-3, 40.0)
UNIT: Range = (TINY, 1 - 2**-53, 1e-6, 1 - 1e-6)
NEGATIVE: Range = (-TOP, -TINY, -40.0, -1e-3)
WITHIN_ONE: Range = (-1 + 2**-53, 1 - 2**-53, -0.999, 0.999)
TAILS: Range = (-1e150, TOP, -40.0, 40.0)
MODERATE: Range = (-1e150, 1e150, -40.0, 40.0)


@dataclass(frozen=True)
class Formula:
    """A formula of the exam.

    Attributes:
        text: The formula as people write it.
        domains: The declared domain of each argument.
        ranges: Where the inputs of each argument lie.
        exact: The same function for mpmath, in a form that keeps its digits.
        derived: The variable by which ``text`` is differentiated before anything else; ``exact`` is the derivative.
        kind: Which bound holds: ``elementary`` (4 ulp), ``erf`` (16) or ``gamma`` (64).
        slopes: The partial derivatives, where differences of ``exact`` drown in another term.
    """

    text: str
    domains: tuple[str, ...]
    ranges: tuple[Range, ...]
    exact: Callable[..., Any]
    kind: str = "elementary"
    derived: str = ""
    slopes: tuple[Callable[..., Any], ...] = ()


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + m.exp(-x))


def _softplus(x: Any) -> Any:
    return max(x, 0) + m.log1p(m.exp(-abs(x)))


def _cdf(x: Any) -> Any:
    return m.erfc(-x / m.sqrt(2)) / 2


def _pdf(x: Any) -> Any:
    return m.exp(-x * x / 2) / m.sqrt(2 * m.pi)


def _log_cdf(x: Any) -> Any:
    return m.log(_cdf(x)) if x < 5 else m.log1p(-_cdf(-x))


def _hazard(x: Any) -> Any:
    return _pdf(x) / _cdf(x)


def _softmax(x: Any, y: Any) -> Any:
    top = max(x, y, 0)
    return m.exp(x - top) / (m.exp(x - top) + m.exp(y - top) + m.exp(-top))


def _kl(x: Any, y: Any) -> Any:
    return x * m.log(x / y) + (1 - x) * m.log((1 - x) / (1 - y))


def _log_cosh(x: Any) -> Any:
    return abs(x) + m.log1p(m.exp(-2 * abs(x))) - m.log(2)


def _student(x: Any, v: Any) -> Any:
    return m.loggamma((v + 1) / 2) - m.loggamma(v / 2) - m.log(v * m.pi) / 2 - (v + 1) / 2 * m.log1p(x * x / v)


def _variance(x: Any, y: Any) -> Any:
    mean = (x + y + 1) / 3
    return ((x - mean) ** 2 + (y - mean) ** 2 + (1 - mean) ** 2) / 3


def _one(
    text: str,
    exact: Callable[..., Any],
    where: Range = REAL,
    domain: str = "real",
    kind: str = "elementary",
    derived: str = "",
) -> Formula:
    return Formula(text, (domain,), (where,), exact, kind, derived)


FORMULAS: dict[str, Formula] = {
    "sigmoid": _one("1/(1 + exp(-x))", _sigmoid),
    "sigmoid_slope": _one("1/(1 + exp(-x))", lambda x: _sigmoid(x) * _sigmoid(-x), derived="x"),
    "softplus": _one("log(1 + exp(x))", _softplus),
    "log_sigmoid": _one("log(1/(1 + exp(-x)))", lambda x: -_softplus(-x)),
    "logsumexp2": Formula(
        "log(exp(x) + exp(y))", ("real",) * 2, (REAL,) * 2, lambda x, y: max(x, y) + m.log1p(m.exp(-abs(x - y)))
    ),
    "softmax3": Formula("exp(x)/(exp(x) + exp(y) + 1)", ("real",) * 2, (REAL,) * 2, _softmax),
    "bce_logits": Formula(
        "-(y*log(1/(1 + exp(-x))) + (1 - y)*log(1 - 1/(1 + exp(-x))))",
        ("real", "unit"),
        (REAL, UNIT),
        lambda x, y: _softplus(x) - x * y,
    ),
    "bce_logits_slope": Formula(
        "-(y*log(1/(1 + exp(-x))) + (1 - y)*log(1 - 1/(1 + exp(-x))))",
        ("real", "unit"),
        (REAL, UNIT),
        lambda x, y: _sigmoid(x) - y,
        derived="x",
    ),
    "binary_kl": Formula("x*log(x/y) + (1 - x)*log((1 - x)/(1 - y))", ("unit",) * 2, (UNIT,) * 2, _kl),
    "binary_entropy": _one(
        "-x*log(x) - (1 - x)*log(1 - x)", lambda x: -x * m.log(x) - (1 - x) * m.log1p(-x), UNIT, "unit"
    ),
    "x_log_y": Formula("x*log(y)", ("positive",) * 2, (POSITIVE,) * 2, lambda x, y: x * m.log(y)),
    "gelu": _one("x*(1 + erf(x/sqrt(2)))/2", lambda x: x * _cdf(x), kind="erf"),
    "gelu_slope": _one("x*(1 + erf(x/sqrt(2)))/2", lambda x: _cdf(x) + x * _pdf(x), kind="erf", derived="x"),
    "normal_logpdf": Formula(
        "log(exp(-(x/y)**2/2)/(y*sqrt(2*pi)))",
        ("real", "positive"),
        (REAL, POSITIVE),
        lambda x, y: -((x / y) ** 2) / 2 - m.log(y) - m.log(2 * m.pi) / 2,
    ),
    "normal_logcdf": _one("log((1 + erf(x/sqrt(2)))/2)", _log_cdf, TAILS, kind="erf"),
    "inverse_mills": _one("log((1 + erf(x/sqrt(2)))/2)", _hazard, TAILS, kind="erf", derived="x"),
    "gauss_kl": Formula(
        "log(1/y) + (y**2 + x**2)/2 - 1/2",
        ("real", "positive"),
        (REAL, POSITIVE),
        lambda x, y: -m.log(y) + (y * y + x * x - 1) / 2,
        slopes=(lambda x, y: x, lambda x, y: y - 1 / y),
    ),
    "huber": _one(
        "where(abs(x) <= 1, x**2/2, abs(x) - 1/2)", lambda x: x * x / 2 if abs(x) <= 1 else abs(x) - m.mpf(1) / 2
    ),
    "pseudo_huber": _one("sqrt(1 + x**2) - 1", lambda x: x * x / (m.sqrt(1 + x * x) + 1)),
    "log_cosh": _one("log(cosh(x))", _log_cosh),
    "tanh_slope": _one("tanh(x)", lambda x: m.sech(x) ** 2, derived="x"),
    "log1mexp": _one("log(1 - exp(x))", lambda x: m.log(-m.expm1(x)), NEGATIVE),
    "expm1_over_x": _one("(exp(x) - 1)/x", lambda x: m.expm1(x) / x),
    "cosc": _one("(1 - cos(x))/x**2", lambda x: 2 * (m.sin(x / 2) / x) ** 2, (-1e15, 1e15, -40.0, 40.0)),
    "mish": _one("x*tanh(log(1 + exp(x)))", lambda x: x * m.tanh(m.log1p(m.exp(x)))),
    "silu": _one("x/(1 + exp(-x))", lambda x: x * _sigmoid(x)),
    "silu_slope": _one("x/(1 + exp(-x))", lambda x: _sigmoid(x) * (1 + x * _sigmoid(-x)), derived="x"),
    "logit": _one("log(x/(1 - x))", lambda x: m.log(x) - m.log1p(-x), UNIT, "unit"),
    "arctanh": _one("log((1 + x)/(1 - x))/2", m.atanh, WITHIN_ONE),
    "student_logpdf": Formula(
        "log(gamma((y + 1)/2)/(sqrt(y*pi)*gamma(y/2))*(1 + x**2/y)**(-(y + 1)/2))",
        ("real", "positive"),
        (REAL, (1e-3, 1e15, 0.5, 50.0)),
        _student,
        kind="gamma",
    ),
    "cosine_distance": Formula(
        "1 - (x + y)/(sqrt(2)*sqrt(x**2 + y**2))",
        ("positive",) * 2,
        (POSITIVE,) * 2,
        lambda x, y: 1 - (x + y) / m.sqrt(2 * (x * x + y * y)),
    ),
    "hypot": Formula("sqrt(x**2 + y**2)", ("real",) * 2, (REAL,) * 2, m.hypot),
    "variance3": Formula("(x**2 + y**2 + 1)/3 - ((x + y + 1)/3)**2", ("real",) * 2, (MODERATE,) * 2, _variance),
    "focal": _one("-(1 - 1/(1 + exp(-x)))**2*log(1/(1 + exp(-x)))", lambda x: _softplus(-x) * _sigmoid(-x) ** 2),
    "poisson_nll": Formula(
        "exp(x) - y*x + log(gamma(y + 1))",
        ("real", "positive"),
        (REAL, (1e-3, 1e15, 0.0, 50.0)),
        lambda x, y: m.exp(x) - y * x + m.loggamma(y + 1),
        kind="gamma",
        slopes=(lambda x, y: m.exp(x) - y, lambda x, y: m.digamma(y + 1) - x),
    ),
    "log_beta": Formula(
        "log(gamma(x)*gamma(y)/gamma(x + y))",
        ("positive",) * 2,
        ((1e-10, 1e15, 0.1, 50.0),) * 2,
        lambda x, y: m.loggamma(x) + m.loggamma(y) - m.loggamma(x + y),
        kind="gamma",
    ),
}
