"""mpmath values and rigorous enclosures agree with the independent evaluator, and say where there is no value."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
import pytest

from symml.calculus.numeric import enclose, evaluate
from symml.calculus.sampling import Point, points
from symml.errors import NotEvaluable
from symml.expr import build as b
from symml.expr import functions as F
from symml.expr.nodes import Expr
from tests import oracle
from tests.calculus.test_differentiate import ARRAYS, SCALARS

CORPUS = {**SCALARS, **ARRAYS}
x = b.scalar("x")


def _at(value: object) -> Point:
    return Point({}, {x: np.array(Fraction(value), dtype=object)})  # type: ignore[arg-type] # anything exact


@pytest.mark.parametrize("name", CORPUS)
def test_both_evaluators_agree_with_floats(name: str) -> None:
    root, _ = CORPUS[name]
    for point in points([root], count=1, shapes=2):
        floats = {symbol.name: np.asarray(value, float) for symbol, value in point.values.items()}
        expected = oracle.evaluate(root, floats, point.sizes)
        digits = evaluate(root, point, digits=30)
        balls = enclose(root, point)
        np.testing.assert_allclose(digits.astype(float), expected, rtol=1e-9, atol=1e-11)
        np.testing.assert_allclose(np.vectorize(float)(balls), expected, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("name", [n for n, row in F.FUNCTIONS.items() if row.arity == 1])
def test_every_function_of_one_argument_has_both_values(name: str) -> None:
    at = _at("3/2" if name == "arccosh" else "1/3")
    root = F.FUNCTIONS[name](x)
    value, ball = evaluate(root, at, digits=40).item(), enclose(root, at, bits=200).item()
    assert abs(value - mpmath.mpf(str(float(ball)))) < 1e-12
    expected = float(oracle.FUNCTIONS[name](float(Fraction("3/2") if name == "arccosh" else Fraction(1, 3))))
    assert float(value) == pytest.approx(expected, rel=1e-13)


def test_fifty_digits_are_right_where_floats_lose_all() -> None:
    root = (1 - F.cos(x)) / x**2
    assert mpmath.nstr(evaluate(root, _at("1/10000000000"), digits=30).item(), 12) == "0.5"


@pytest.mark.parametrize(
    "root", [F.log(x), b.sqrt(x), F.arcsin(2 + x * 0), 1 / (x + 1)], ids=["log", "root", "arcsin", "pole"]
)
def test_a_value_that_does_not_exist_is_said_to_be_missing(root: Expr) -> None:
    with pytest.raises(NotEvaluable, match="no value"):
        evaluate(root, _at(-1))
    assert enclose(root, _at(-1)).item() is None


def test_the_branch_that_is_not_taken_may_be_without_a_value() -> None:
    root = F.where(F.greater(x, 0), F.log(x), 0)
    assert float(evaluate(root, _at(-1)).item()) == 0


def test_ties_are_decided_exactly() -> None:
    assert enclose(F.greater(x - Fraction(1, 3), 0), _at("1/3")).item() == 0
    assert enclose(F.equal(x * 3, 1), _at("1/3")).item() == 1


def test_a_tie_of_transcendental_values_is_not_guessed() -> None:
    with pytest.raises(NotEvaluable, match="too close to call"):
        enclose(F.greater(F.exp(F.log(2 + x)) - 2 - x, 0), _at(1))


def test_an_undefined_function_is_consistent_with_its_derivative() -> None:
    f = F.undefined("f")
    h = Fraction(1, 10**12)
    slope = (evaluate(f(x), _at(1 + h)).item() - evaluate(f(x), _at(1 - h)).item()) / (2 * mpmath.mpf(10) ** -12)
    assert float(slope) == pytest.approx(float(evaluate(F.undefined("f")(x) * 0 + _prime(f), _at(1)).item()), rel=1e-8)


def _prime(f: object) -> Expr:
    from symml.calculus.differentiate import jacobian

    return jacobian(f(x), x)  # type: ignore[operator] # a function


def test_a_singular_matrix_has_no_inverse() -> None:
    A = b.matrix("A", 2, 2)
    at = Point({}, {A: np.array([[Fraction(1), Fraction(2)], [Fraction(2), Fraction(4)]], dtype=object)})
    assert enclose(b.det(A), at).item() == 0
    assert enclose(b.inv(A), at)[0, 0] is None
