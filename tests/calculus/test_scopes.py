"""Every operation knows sums over whole numbers, integrals and expectations, or says that it does not."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest

from symml.calculus.closed_forms import close
from symml.calculus.differentiate import derivative, gradient, hessian
from symml.calculus.facts import is_nonnegative, is_positive, is_psd, is_symmetric
from symml.calculus.normal import prove_equal
from symml.calculus.numeric import enclose, evaluate
from symml.calculus.sampling import Point
from symml.calculus.simplify import simplify
from symml.calculus.sympy_process import ask_sympy
from symml.errors import NotDerivable, NotEvaluable, SymmlError
from symml.expr.build import full_like, matrix, outer, scalar, trace, vector
from symml.expr.build import sum as total
from symml.expr.dims import dims
from symml.expr.functions import cos, exp, log
from symml.expr.nodes import Expr
from symml.expr.probability import covariance, expect, variance
from symml.expr.ranges import integral, series
from symml.expr.scoped import Binder
from symml.expr.sympy_bridge import to_sympy
from symml.kernels import kernel
from symml.render.code import code
from symml.render.latex import latex
from symml.render.text import text

INF = float("inf")
k, t, x, s = (scalar(name) for name in "ktxs")
j, m, q = (scalar(name, "integer") for name in "jmq")
p = scalar("p", "positive")
y, z, v = (scalar(name, "random") for name in "yzv")
d, r = dims("d r")
u, w = vector("u", d, "random"), vector("w", d)
A = matrix("A", r, d)
ALL = [series(k * x, k, 1, m), series(exp(-k * p), k, 0, INF), integral(exp(-t * x), t, 0, x), expect(y * x + z)]


def at(**values: Any) -> Point:
    names = {"x": x, "s": s, "m": m, "p": p}
    return Point({}, {names[key]: np.array(Fraction(value), dtype=object) for key, value in values.items()})


@pytest.mark.parametrize("node", ALL, ids=str)
@pytest.mark.parametrize(
    "operation", [simplify, text, latex, code, to_sympy, kernel, close, lambda e: derivative(e, x)]
)
def test_every_operation_answers_or_says_why_not(operation: Callable[[Expr], object], node: Expr) -> None:
    try:
        assert operation(node) is not None
    except SymmlError as error:
        assert str(error)


# ---- derivatives -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "root",
    [
        series(exp(k * x) / k, k, 1, 4),
        integral(exp(-t * x), t, 0, x**2),
        integral(cos(x * t), t, x, x + 1) * series(x**2 * k, k, 1, 3),
        series(integral(exp(-k * t * x), t, 0, k * x), k, 1, 2),
    ],
    ids=str,
)
def test_derivatives_agree_with_differences(root: Expr) -> None:
    slope = evaluate(gradient(root, x), at(x=Fraction(3, 4)), 15)[()]
    with mpmath.workdps(40):
        h = mpmath.mpf(10) ** -10
        low, high = (evaluate(root, at(x=Fraction(3, 4) + Fraction(step, 10**10)), 35)[()] for step in (-1, 1))
        assert abs((high - low) / (2 * h) - slope) < 1e-8


def test_a_sum_that_is_differentiated_twice_is_a_sum() -> None:
    found = hessian(series(exp(k * x), k, 1, m), x)
    assert prove_equal(found, series(k**2 * exp(k * x), k, 1, m)) is not None


def test_an_end_of_a_sum_has_no_derivative() -> None:
    with pytest.raises(NotDerivable, match="an end of the sum"):
        gradient(series(k, k, 1, x), x)


def test_the_law_of_what_is_given_is_not_differentiated() -> None:
    with pytest.raises(NotDerivable, match="law of y depends on z"):
        gradient(expect(y * z, z), z)


def test_gradients_go_under_the_expectation() -> None:
    loss = expect((y - w @ u) ** 2)
    claim = 2 * expect(outer(u, u)) @ w - 2 * expect(y * u)
    assert prove_equal(gradient(loss, w), claim) is not None


# ---- values ----------------------------------------------------------------------------------------------------------
def test_finite_sums_are_exact() -> None:
    assert enclose(series(k**2 * x, k, 1, m), at(x=Fraction(1, 2), m=4))[()] == 15


def test_an_empty_sum_is_zero_and_a_backward_one_has_no_value() -> None:
    node = series(k, k, 1, m)
    assert enclose(node, at(m=0))[()] == 0
    assert enclose(node, at(m=-1))[()] is None


def test_infinite_sums_and_integrals_have_digits_but_no_enclosure() -> None:
    basel, gauss = series(1 / k**2, k, 1, INF), integral(exp(-(t**2)), t, -INF, INF)
    with mpmath.workdps(40):
        assert abs(evaluate(basel, at(), 30)[()] - mpmath.pi**2 / 6) < mpmath.mpf(10) ** -28
        assert abs(evaluate(gauss, at(), 30)[()] - mpmath.sqrt(mpmath.pi)) < mpmath.mpf(10) ** -28
    with pytest.raises(NotEvaluable, match="no rigorous enclosure"):
        enclose(basel, at())


def test_an_end_that_is_not_whole_is_refused() -> None:
    with pytest.raises(NotEvaluable, match="not a whole number"):
        enclose(series(k, k, 1, m), at(m=Fraction(1, 2)))


def test_a_conditional_expectation_has_no_value_without_a_law() -> None:
    with pytest.raises(NotEvaluable, match="not known"):
        enclose(expect(y * z, z), Point({}, {z: 1}))


# ---- facts -----------------------------------------------------------------------------------------------------------
def test_signs_of_sums_and_means() -> None:
    assert is_positive(expect(exp(y)))
    assert is_nonnegative(series(exp(k), k, 1, m))
    assert not is_positive(series(exp(k), k, 1, m))
    assert is_nonnegative(integral(exp(t), t, 0, INF))
    assert not is_nonnegative(integral(exp(t), t, x, 0))
    assert is_symmetric(expect(outer(u, u)))
    assert not is_symmetric(expect(outer(u, 2 * u) @ matrix("Q", d, d)))
    assert is_psd(expect(matrix("P", d, d, "psd") * exp(y)))


# ---- normal form -----------------------------------------------------------------------------------------------------
TRUE = [
    (series(k * x, k, 1, m), x * series(j, j, 1, m)),
    (series(series(k * j * x, k, 1, j), j, 1, m), x * series(k * series(j, j, 1, k), k, 1, m)),
    (series(k + x * k, k, 1, m), (1 + x) * series(k, k, 1, m)),
    (integral(t * x + 1, t, 0, p), x * integral(s, s, 0, p) + integral(1, t, 0, p)),
    (variance(y), expect(y**2) - expect(y) ** 2),
    (variance(x * y + s), x**2 * variance(y)),
    (covariance(y, z), covariance(z, y)),
    (variance(y + z), variance(y) + 2 * covariance(y, z) + variance(z)),
    (covariance(A @ u, u), A @ variance(u)),
    (expect(total(u**2)), trace(expect(outer(u, u)))),
    (expect((w @ u) ** 2), w @ expect(outer(u, u)) @ w),
    (expect(expect(y) * z), expect(y) * expect(z)),
    (expect(z * expect(y, z)), expect(y * z)),
    (variance(y), expect(variance(y, z)) + variance(expect(y, z))),
    (covariance(y, x * z), expect(covariance(y, x * z, z)) + covariance(expect(y, z), x * z)),
    (expect(v * expect(y, (z, v)), z), expect(v * y, z)),
]


@pytest.mark.parametrize(("left", "right"), TRUE, ids=lambda side: str(side))
def test_linear_laws_are_proved(left: Expr, right: Expr) -> None:
    assert prove_equal(left, right) is not None


FALSE = [
    (series(k * x, k, 1, m), series(k * x, k, 1, q)),
    (series(k * x, k, 1, m), x * series(k**2, k, 1, m)),
    (series(series(k, k, 1, j), j, 1, m), series(series(j, k, 1, j), j, 1, m)),
    (series(k, k, 0, m), series(k**2, k, 1, m)),
    (integral(t * x, t, 0, p), x * integral(t, t, 0, x)),
    (expect(y * z), expect(y) * expect(z)),
    (expect(y), expect(z)),
    (expect(y**2), expect(y) ** 2),
    (variance(y + z), variance(y) + variance(z)),
    (expect(y, z), expect(y)),
    (expect((w @ u) ** 2), (w @ expect(u)) ** 2),
    (expect(exp(y)), exp(expect(y))),
    (expect(z * expect(y, z)), expect(y) * expect(z)),
    (expect(v * expect(y, z)), expect(v * y)),
    (expect(v * expect(y, v), z), expect(v * y)),
    (variance(y), expect(variance(y, z))),
]


@pytest.mark.parametrize(("left", "right"), FALSE, ids=lambda side: str(side))
def test_what_only_looks_like_a_law_is_not_proved(left: Expr, right: Expr) -> None:
    assert prove_equal(left, right) is None


def test_a_sum_over_an_axis_inside_an_end_keeps_its_own_index() -> None:
    c = matrix("C", d, r, "integer")
    rows, columns = (sum_of_ends(c, axis) for axis in (0, 1))
    assert prove_equal(rows, rows + 0 * x) is not None
    assert prove_equal(rows, columns) is None


def sum_of_ends(c: Expr, axis: int) -> Expr:
    """sum_i of the sum of k up to the total of row (or column) i."""
    (size,) = (c.shape[axis],)
    entry = c[0] if axis == 0 else c[:, 0]
    return total(full_like(vector("one", size), series(k, k, 1, total(entry))))


def test_what_does_not_depend_on_the_variable_comes_out() -> None:
    assert simplify(expect(2 * (A @ u))) is simplify(2 * (A @ expect(u)))
    assert simplify(integral(x * exp(-t), t, 0, INF)) is simplify(x * integral(exp(-t), t, 0, INF))
    assert simplify(gradient(expect((y - w @ u) ** 2), w)) is simplify(-2 * expect((y - w @ u) * u))


# ---- SymPy in its process --------------------------------------------------------------------------------------------
def test_closed_forms_are_found_and_checked() -> None:
    assert str(close(integral(exp(-t * p), t, 0, INF)).expr) == "1/p"
    assert prove_equal(close(series(k, k, 1, m)).expr, m * (m + 1) / 2) is not None
    assert close(integral(log(t) * exp(-(t**3)), t, 1, 2), seconds=1.0).done == ()


def test_a_process_that_is_too_slow_is_killed_and_started_again() -> None:
    import sympy as S

    n = S.Symbol("n")
    assert ask_sympy("simplify", S.sin(n) ** 2 + S.cos(n) ** 2) == 1
    assert ask_sympy("no such task") is None
    assert ask_sympy("solve", [n**2 - 4], [n]) == [{n: -2}, {n: 2}]
    slow = S.Integral(S.exp(S.sin(n)) * S.log(n + S.cos(n**3)), (n, 1, 2))
    assert ask_sympy("closed_form", slow, (), seconds=0.05) is None
    assert ask_sympy("simplify", S.sin(n) ** 2 + S.cos(n) ** 2) == 1


def test_the_body_of_an_expectation_is_written_with_bound_variables() -> None:
    node = expect(y * x)
    assert isinstance(node, Binder)
    assert y not in set(node.body.args)
