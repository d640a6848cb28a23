"""Choices: comparisons (1 where they hold, else 0), where, maximum, minimum, absolute value and sign."""

from __future__ import annotations

from symml.expr.function import Function

_BINARY = frozenset({"binary", "nonnegative"})

greater: Function = Function(
    "greater",
    ">",
    slopes=(None, None),
    sympy=lambda S, a, b: S.Piecewise((1, a > b), (0, True)),
    numpy="greater",
    facts=_BINARY,
    jumps=True,
)
less: Function = Function(
    "less",
    "<",
    slopes=(None, None),
    sympy=lambda S, a, b: S.Piecewise((1, a < b), (0, True)),
    numpy="less",
    facts=_BINARY,
    jumps=True,
)
greater_equal: Function = Function(
    "greater_equal",
    r"\ge",
    slopes=(None, None),
    sympy=lambda S, a, b: S.Piecewise((1, a >= b), (0, True)),
    numpy="greater_equal",
    facts=_BINARY,
    jumps=True,
)
less_equal: Function = Function(
    "less_equal",
    r"\le",
    slopes=(None, None),
    sympy=lambda S, a, b: S.Piecewise((1, a <= b), (0, True)),
    numpy="less_equal",
    facts=_BINARY,
    jumps=True,
)
equal: Function = Function(
    "equal",
    "=",
    slopes=(None, None),
    sympy=lambda S, a, b: S.Piecewise((1, S.Eq(a, b)), (0, True)),
    numpy="equal",
    facts=_BINARY,
    jumps=True,
)
not_equal: Function = Function(
    "not_equal",
    r"\ne",
    slopes=(None, None),
    sympy=lambda S, a, b: S.Piecewise((1, S.Ne(a, b)), (0, True)),
    numpy="not_equal",
    facts=_BINARY,
    jumps=True,
)
where: Function = Function(
    "where",
    r"\mathrm{where}",
    slopes=(None, lambda c, a, b, f: c, lambda c, a, b, f: 1 - c),
    sympy=lambda S, c, a, b: S.Piecewise((a, S.Ne(c, 0)), (b, True)),
    numpy="where",
)
sign: Function = Function(
    "sign",
    r"\operatorname{sign}",
    slopes=(None,),
    sympy=lambda S, x: S.sign(x),
    mpmath="sign",
    flint="sgn",
    numpy="sign",
    jumps=True,
)
abs: Function = Function(
    "abs",
    "|",
    slopes=(lambda x, f: sign(x),),
    definition=lambda x: x * sign(x),
    sympy=lambda S, x: S.Abs(x),
    mpmath="fabs",
    flint="__abs__",
    numpy="abs",
    facts=frozenset({"nonnegative"}),
    kinks=lambda x: x,
)
# A tie on a whole interval (min(r, clip(r)) of PPO) has one slope: the slopes of both arguments must sum to one there.
maximum: Function = Function(
    "maximum",
    r"\max",
    slopes=(lambda a, b, f: greater_equal(a, b), lambda a, b, f: greater(b, a)),
    definition=lambda a, b: where(greater(a, b), a, b),
    sympy=lambda S, a, b: S.Max(a, b),
    numpy="maximum",
    kinks=lambda a, b: a - b,
)
minimum: Function = Function(
    "minimum",
    r"\min",
    slopes=(lambda a, b, f: less_equal(a, b), lambda a, b, f: less(b, a)),
    definition=lambda a, b: where(less(a, b), a, b),
    sympy=lambda S, a, b: S.Min(a, b),
    numpy="minimum",
    kinks=lambda a, b: a - b,
)
