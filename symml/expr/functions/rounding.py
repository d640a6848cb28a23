"""Rounding: floor, ceil and the nearest whole number; steps whose slope is zero wherever it exists."""

from __future__ import annotations

from fractions import Fraction

from symml.expr.function import Function

_HALF, _QUARTER = Fraction(1, 2), Fraction(1, 4)

floor: Function = Function(
    "floor",
    r"\operatorname{floor}",
    slopes=(None,),
    sympy=lambda S, x: S.floor(x),
    mpmath="floor",
    flint="floor",
    numpy="floor",
    jumps=True,
)
ceil: Function = Function(
    "ceil",
    r"\operatorname{ceil}",
    slopes=(None,),
    definition=lambda x: -floor(-x),
    sympy=lambda S, x: S.ceiling(x),
    numpy="ceil",
    jumps=True,
)
# Ties go to the even neighbor, as in NumPy and in Python: the last two terms tell a tie above an even number.
rint: Function = Function(
    "rint",
    r"\operatorname{round}",
    slopes=(None,),
    definition=lambda x: floor(x + _HALF) + ceil(x * _HALF - _QUARTER) - floor(x * _HALF - _QUARTER) - 1,
    sympy=lambda S, x: S.floor(x + S.Rational(1, 2)) + S.ceiling((2 * x - 1) / 4) - S.floor((2 * x - 1) / 4) - 1,
    numpy="rint",
    jumps=True,
)
