"""Two ways to compute with numbers: rigorous balls (python-flint) and mpmath at a precision.

A value that does not exist (log of a negative number, division by zero) is ``None``; every operation passes it on.
Balls keep rational numbers exact as long as the operations are rational, so ties are decided exactly.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import isqrt
from typing import Any, Protocol

import flint
import mpmath

from symml.expr.function import Function

# Where a transcendental function has a rational value that is worth keeping exact.
_EXACT = {"exp": 0, "log": 1}


class Undecided(Exception):
    """A comparison of balls that overlap: more bits are needed."""


class Field(Protocol):
    """What the evaluator asks of a kind of numbers."""

    def number(self, value: Fraction | int) -> Any:
        """An exact number."""
        ...

    def named(self, name: str) -> Any:
        """Pi or e."""
        ...

    def add(self, a: Any, b: Any) -> Any:
        """The sum."""
        ...

    def multiply(self, a: Any, b: Any) -> Any:
        """The product."""
        ...

    def power(self, a: Any, exponent: Fraction) -> Any:
        """A rational power."""
        ...

    def sign(self, a: Any) -> int:
        """-1, 0 or 1."""
        ...

    def call(self, function: Function, args: tuple[Any, ...]) -> Any:
        """A primitive function."""
        ...


class Balls:
    """Exact rationals and balls that surely contain the true value."""

    def __init__(self, bits: int) -> None:
        self.bits = bits

    def number(self, value: Fraction | int) -> Any:
        """An exact rational."""
        exact = Fraction(value)
        return flint.fmpq(exact.numerator, exact.denominator)

    def named(self, name: str) -> Any:
        """Pi or e."""
        return flint.arb.pi() if name == "pi" else flint.arb.const_e()

    def add(self, a: Any, b: Any) -> Any:
        """The sum."""
        return a + b

    def multiply(self, a: Any, b: Any) -> Any:
        """The product; an exact zero wins."""
        return a * b

    def power(self, a: Any, exponent: Fraction) -> Any:
        """A rational power; whole powers of rationals and roots of squares stay exact."""
        if isinstance(a, flint.fmpq):
            if a == 0:
                return None if exponent < 0 else a
            if exponent.denominator == 1 and abs(exponent) <= 64:
                return a ** int(exponent)
            root = _exact_root(a) if exponent.denominator == 2 and abs(exponent) <= 64 else None
            if root is not None:
                return root**exponent.numerator
            a = flint.arb(a)
        if exponent.denominator == 1:
            return _finite(a ** int(exponent))
        if exponent.denominator == 2:
            return _finite(a.sqrt() ** exponent.numerator)
        return _finite((a.log() * self.number(exponent)).exp())

    def sign(self, a: Any) -> int:
        """-1, 0 or 1; raises Undecided when the ball contains zero."""
        if isinstance(a, flint.fmpq):
            return int(a > 0) - int(a < 0)
        if a > 0:
            return 1
        if a < 0:
            return -1
        raise Undecided

    def call(self, function: Function, args: tuple[Any, ...]) -> Any:
        """A primitive function."""
        if function.name in ("abs", "sign"):
            return self._signed(function.name, args[0])
        if args[0] == _EXACT.get(function.name):
            return self.number(int(function.name == "exp"))
        if function.name == "polygamma":
            return _finite(flint.acb(args[1]).polygamma(flint.acb(args[0])).real)
        return _finite(getattr(flint.arb, function.flint)(*map(_ball, args)))

    def _signed(self, name: str, x: Any) -> Any:
        if name == "sign":
            return self.number(self.sign(x))
        return abs(x)


def _exact_root(value: Any) -> Any:
    """The root of the square of a rational; ``None`` for other numbers."""
    if value < 0:
        return None
    over, under = int(value.p), int(value.q)
    root, part = isqrt(over), isqrt(under)
    return flint.fmpq(root, part) if root * root == over and part * part == under else None


def _ball(x: Any) -> Any:
    return flint.arb(x) if isinstance(x, flint.fmpq) else x


def _finite(value: Any) -> Any:
    """``None`` for what is not a number; an infinite ball only says that more bits are needed."""
    if value.is_nan():
        return None
    if not value.is_finite():
        raise Undecided
    return value


class Digits:
    """mpmath numbers at the working precision that is set around an evaluation."""

    def number(self, value: Fraction | int) -> Any:
        """A rational, rounded."""
        exact = Fraction(value)
        return mpmath.mpf(exact.numerator) / exact.denominator

    def named(self, name: str) -> Any:
        """Pi or e."""
        return +(mpmath.pi if name == "pi" else mpmath.e)

    def add(self, a: Any, b: Any) -> Any:
        """The sum."""
        return a + b

    def multiply(self, a: Any, b: Any) -> Any:
        """The product."""
        return a * b

    def power(self, a: Any, exponent: Fraction) -> Any:
        """A rational power."""
        if a == 0:
            return None if exponent < 0 else mpmath.mpf(0)
        if exponent.denominator == 1:
            return a ** int(exponent)
        return None if a < 0 else a ** self.number(exponent)

    def sign(self, a: Any) -> int:
        """-1, 0 or 1."""
        return int(mpmath.sign(a))

    def call(self, function: Function, args: tuple[Any, ...]) -> Any:
        """A primitive function; ``None`` where it has no real value."""
        if function.name == "sign":
            return self.number(self.sign(args[0]))
        named = function.mpmath
        rule: Callable[..., Any] = (lambda *a: named(mpmath.mp, *a)) if callable(named) else getattr(mpmath, named)
        try:
            value = rule(*args)
        except (ValueError, ZeroDivisionError):
            return None
        real = not isinstance(value, mpmath.mpc)
        return value if real and mpmath.isfinite(value) else None
