"""Exponentials, logarithms, trigonometric and hyperbolic functions."""

from __future__ import annotations

from fractions import Fraction

from symml.expr.arithmetic import full, lift
from symml.expr.function import Function
from symml.expr.nodes import Expr

_HALF = Fraction(1, 2)


def _sqrt(x: Expr) -> Expr:
    return x**_HALF


exp: Function = Function(
    "exp",
    r"\exp",
    slopes=(lambda x, f: f,),
    sympy=lambda S, x: S.exp(x),
    mpmath="exp",
    flint="exp",
    numpy="exp",
    facts=frozenset({"positive"}),
)
log: Function = Function(
    "log",
    r"\log",
    slopes=(lambda x, f: 1 / x,),
    sympy=lambda S, x: S.log(x),
    mpmath="log",
    flint="log",
    numpy="log",
    needs=((0, "positive"),),
)
log1p: Function = Function(
    "log1p",
    r"\mathrm{log1p}",
    slopes=(lambda x, f: 1 / (1 + x),),
    definition=lambda x: log(1 + x),
    sympy=lambda S, x: S.log(1 + x),
    numpy="log1p",
)
expm1: Function = Function(
    "expm1",
    r"\mathrm{expm1}",
    slopes=(lambda x, f: exp(x),),
    definition=lambda x: exp(x) - 1,
    sympy=lambda S, x: S.exp(x) - 1,
    numpy="expm1",
)
log2: Function = Function(
    "log2",
    r"\log_2",
    slopes=(lambda x, f: 1 / (x * log(2)),),
    definition=lambda x: log(x) / log(lift(2)),
    sympy=lambda S, x: S.log(x) / S.log(2),
    numpy="log2",
)
log10: Function = Function(
    "log10",
    r"\log_{10}",
    slopes=(lambda x, f: 1 / (x * log(10)),),
    definition=lambda x: log(x) / log(lift(10)),
    sympy=lambda S, x: S.log(x) / S.log(10),
    numpy="log10",
)
power: Function = Function(
    "power",
    r"\mathrm{pow}",
    slopes=(lambda x, y, f: y * power(x, y - 1), lambda x, y, f: f * log(x)),
    definition=lambda x, y: exp(y * log(x)),
    sympy=lambda S, x, y: x**y,
    numpy="power",
    facts=frozenset({"positive"}),
)
sin: Function = Function(
    "sin",
    r"\sin",
    slopes=(lambda x, f: cos(x),),
    sympy=lambda S, x: S.sin(x),
    mpmath="sin",
    flint="sin",
    numpy="sin",
)
cos: Function = Function(
    "cos",
    r"\cos",
    slopes=(lambda x, f: -sin(x),),
    sympy=lambda S, x: S.cos(x),
    mpmath="cos",
    flint="cos",
    numpy="cos",
)
tan: Function = Function(
    "tan",
    r"\tan",
    slopes=(lambda x, f: 1 + f**2,),
    definition=lambda x: sin(x) / cos(x),
    sympy=lambda S, x: S.tan(x),
    numpy="tan",
)
arcsin: Function = Function(
    "arcsin",
    r"\arcsin",
    slopes=(lambda x, f: 1 / _sqrt(1 - x**2),),
    sympy=lambda S, x: S.asin(x),
    mpmath="asin",
    flint="asin",
    numpy="arcsin",
    needs=((0, "within one"),),
)
arccos: Function = Function(
    "arccos",
    r"\arccos",
    slopes=(lambda x, f: -1 / _sqrt(1 - x**2),),
    sympy=lambda S, x: S.acos(x),
    mpmath="acos",
    flint="acos",
    numpy="arccos",
    needs=((0, "within one"),),
    facts=frozenset({"nonnegative"}),
)
arctan: Function = Function(
    "arctan",
    r"\arctan",
    slopes=(lambda x, f: 1 / (1 + x**2),),
    sympy=lambda S, x: S.atan(x),
    mpmath="atan",
    flint="atan",
    numpy="arctan",
)
# The angle of the point (x, y), from -pi to pi.
arctan2: Function = Function(
    "arctan2",
    r"\operatorname{atan2}",
    slopes=(lambda y, x, f: x / (x**2 + y**2), lambda y, x, f: -y / (x**2 + y**2)),
    sympy=lambda S, y, x: S.atan2(y, x),
    mpmath="atan2",
    flint="atan2",
    numpy="arctan2",
)
sinh: Function = Function(
    "sinh",
    r"\sinh",
    slopes=(lambda x, f: cosh(x),),
    definition=lambda x: (exp(x) - exp(-x)) / 2,
    sympy=lambda S, x: S.sinh(x),
    numpy="sinh",
)
cosh: Function = Function(
    "cosh",
    r"\cosh",
    slopes=(lambda x, f: sinh(x),),
    definition=lambda x: (exp(x) + exp(-x)) / 2,
    sympy=lambda S, x: S.cosh(x),
    numpy="cosh",
    facts=frozenset({"positive"}),
)
tanh: Function = Function(
    "tanh",
    r"\tanh",
    slopes=(lambda x, f: 1 - f**2,),
    definition=lambda x: 1 - 2 / (exp(2 * x) + 1),
    sympy=lambda S, x: S.tanh(x),
    numpy="tanh",
)
arcsinh: Function = Function(
    "arcsinh",
    r"\operatorname{arsinh}",
    slopes=(lambda x, f: 1 / _sqrt(1 + x**2),),
    definition=lambda x: log(x + _sqrt(x**2 + 1)),
    sympy=lambda S, x: S.asinh(x),
    numpy="arcsinh",
)
arccosh: Function = Function(
    "arccosh",
    r"\operatorname{arcosh}",
    slopes=(lambda x, f: 1 / (_sqrt(x - 1) * _sqrt(x + 1)),),
    definition=lambda x: log(x + _sqrt(x - 1) * _sqrt(x + 1)),
    sympy=lambda S, x: S.acosh(x),
    numpy="arccosh",
    facts=frozenset({"nonnegative"}),
)
arctanh: Function = Function(
    "arctanh",
    r"\operatorname{artanh}",
    slopes=(lambda x, f: 1 / (1 - x**2),),
    definition=lambda x: (log(1 + x) - log(full(1, x.shape) - x)) / 2,
    sympy=lambda S, x: S.atanh(x),
    numpy="arctanh",
)
