"""Error functions, the normal distribution, gamma functions, and products with logarithms."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from symml.expr.arithmetic import lift
from symml.expr.function import Function
from symml.expr.functions.choice import equal, where
from symml.expr.functions.elementary import exp, log
from symml.expr.nodes import Constant, Expr, constant

_HALF = Fraction(1, 2)
_PI = constant("pi")


def _bell(x: Expr) -> Expr:
    """``2 exp(-x^2) / sqrt(pi)``."""
    return 2 * exp(-(x**2)) * _PI ** (-_HALF)


def _next_polygamma(m: Expr, x: Expr, f: Expr) -> Expr:
    return polygamma(m + 1, x)


def _polygamma(ctx: Any, m: Any, x: Any) -> Any:
    return ctx.psi(int(m), x)


erf: Function = Function(
    "erf",
    r"\operatorname{erf}",
    slopes=(lambda x, f: _bell(x),),
    sympy=lambda S, x: S.erf(x),
    mpmath="erf",
    flint="erf",
)
erfc: Function = Function(
    "erfc",
    r"\operatorname{erfc}",
    slopes=(lambda x, f: -_bell(x),),
    definition=lambda x: 1 - erf(x),
    sympy=lambda S, x: S.erfc(x),
    mpmath="erfc",
    flint="erfc",
    facts=frozenset({"positive"}),
)
normal_cdf: Function = Function(
    "normal_cdf",
    r"\Phi",
    slopes=(lambda x, f: normal_pdf(x),),
    definition=lambda x: erfc(-x * lift(2) ** (-_HALF)) / 2,
    sympy=lambda S, x: S.erfc(-x / S.sqrt(2)) / 2,
    facts=frozenset({"unit", "positive"}),
)
normal_pdf: Function = Function(
    "normal_pdf",
    r"\varphi",
    slopes=(lambda x, f: -x * f,),
    definition=lambda x: exp(-(x**2) / 2) * (2 * _PI) ** (-_HALF),
    sympy=lambda S, x: S.exp(-(x**2) / 2) / S.sqrt(2 * S.pi),
    facts=frozenset({"positive"}),
)
gamma: Function = Function(
    "gamma",
    r"\Gamma",
    slopes=(lambda x, f: f * digamma(x),),
    sympy=lambda S, x: S.gamma(x),
    mpmath="gamma",
    flint="gamma",
    needs=((0, "positive"),),
    facts=frozenset({"positive"}),
)
lgamma: Function = Function(
    "lgamma",
    r"\log\Gamma",
    slopes=(lambda x, f: digamma(x),),
    sympy=lambda S, x: S.loggamma(x),
    mpmath="loggamma",
    flint="lgamma",
    needs=((0, "positive"),),
)
digamma: Function = Function(
    "digamma",
    r"\psi",
    slopes=(lambda x, f: polygamma(1, x),),
    sympy=lambda S, x: S.digamma(x),
    mpmath="digamma",
    flint="digamma",
    needs=((0, "positive"),),
)
polygamma: Function = Function(
    "polygamma",
    r"\psi",
    slopes=(None, _next_polygamma),
    sympy=lambda S, m, x: S.polygamma(m, x),
    mpmath=_polygamma,
    needs=((1, "positive"),),
)
xlogy: Function = Function(
    "xlogy",
    r"\operatorname{xlogy}",
    slopes=(lambda x, y, f: log(y), lambda x, y, f: x / y),
    definition=lambda x, y: where(equal(x, 0), 0, x * log(y)),
    sympy=lambda S, x, y: S.Piecewise((0, S.Eq(x, 0)), (x * S.log(y), True)),
)


def polygamma_order(order: Expr) -> int | None:
    """The order of a polygamma function when it is a written number."""
    if isinstance(order, Constant) and isinstance(order.value, Fraction) and order.value.denominator == 1:
        return int(order.value)
    return None
