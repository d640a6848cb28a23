"""Sums, integrals and expectations bind their variables, and nothing is ever captured."""

import pytest

from symml.errors import ShapeError, SymmlError
from symml.expr.binders import bound_node, free_bounds, is_open, opened, readable, scope
from symml.expr.build import scalar, vector
from symml.expr.dims import dims
from symml.expr.functions import exp, gamma
from symml.expr.nodes import Expr
from symml.expr.probability import covariance, expect, variance
from symml.expr.ranges import integral, series
from symml.expr.scoped import Binder, Bound, Series
from symml.expr.sympy_bridge import from_sympy, to_sympy
from symml.expr.walk import substitute, symbols, topological, transform

INF = float("inf")
a, k, m, t, x = (scalar(name) for name in "akmtx")
y, z = scalar("y", "random"), scalar("z", "random")
(n,) = dims("n")


def test_the_variable_of_a_sum_is_no_symbol_of_it() -> None:
    assert symbols(series(k * x, k, 1, m)) == [x, m]


def test_a_symbol_outside_a_sum_is_not_its_variable() -> None:
    both = k * series(k, k, 1, m)
    assert symbols(both) == [k, m]
    assert symbols(substitute(both, {k: x})) == [x, m]


def test_what_is_put_into_a_body_is_not_captured() -> None:
    inside = substitute(series(x * k, k, 1, m), {x: k})
    assert k in symbols(inside)
    assert isinstance(inside, Binder)
    assert len(free_bounds(inside.body)) == 1


def test_a_sum_put_into_a_sum_keeps_its_own_variable() -> None:
    inner = series(k**2, k, 1, m)
    outer = substitute(series(x * k, k, 1, m), {x: inner})
    assert isinstance(outer, Series)
    assert outer.variables[0].level == 2
    assert not is_open(outer)
    assert free_bounds(outer.body) == frozenset(outer.variables)


def test_levels_grow_outward_whatever_is_put_in() -> None:
    deep: Expr = x
    for _ in range(5):
        deep = series(deep * k, k, 1, m)
    grown = substitute(deep, {x: series(k, k, 1, 2)})
    for node in topological(grown):
        if isinstance(node, Binder):
            assert node.variables[0].level > scope(node.body)[1]
            assert node.variables[0].level not in {v.level for v in free_bounds(node.body) - {node.variables[0]}}


def test_a_variable_of_an_enclosing_sum_is_not_put_under_a_sum_that_would_take_it() -> None:
    inner = series(x * k, k, 1, m)
    assert isinstance(inner, Series)
    with pytest.raises(SymmlError, match="captured"):
        substitute(inner, {x: inner.variables[0]})


def test_opening_a_sum_gives_its_term() -> None:
    node = series(k * x, k, 1, m)
    assert isinstance(node, Binder)
    assert opened(node, [a]) is a * x


def test_rebuilding_keeps_the_node() -> None:
    node = series(exp(k * x), k, 1, m) + integral(t * x, t, 0, x) + expect(y * x)
    assert transform(node, lambda part: None) is node


def test_a_variable_cannot_stand_in_its_own_ends() -> None:
    with pytest.raises(SymmlError, match="its own ends"):
        series(k, k, 1, k)


@pytest.mark.parametrize(("low", "high"), [(INF, 1), (0, -INF)])
def test_infinite_ends_on_the_wrong_side_are_refused(low: float, high: float) -> None:
    with pytest.raises(SymmlError, match="wrong sides"):
        integral(t, t, low, high)


def test_ends_are_numbers_and_those_of_a_sum_are_whole() -> None:
    with pytest.raises(ShapeError):
        series(k, k, 1, vector("v", n))
    with pytest.raises(SymmlError, match="whole numbers"):
        series(k, k, 0.5, 3)
    with pytest.raises(ShapeError):
        series(k, vector("v", n), 1, 3)


def test_the_variable_of_a_sum_from_one_is_known_to_be_positive() -> None:
    node = series(k, k, 1, m)
    assert isinstance(node, Series)
    assert "positive" in node.variables[0].domain.facts
    assert "positive" not in series(k, k, m, 3).variables[0].domain.facts  # type: ignore[attr-defined] # a sum


def test_printed_names_of_bound_variables_cannot_be_taken_for_others() -> None:
    nested = series(series(k, k, 1, m) * k, k, 1, m)
    assert str(nested) == "Σ[j=1..m] j(Σ[k=1..m] k)"
    assert str(substitute(series(x * k, k, 1, m), {x: k})) == "Σ[j=1..m] k j"
    assert readable(series(k, k, 1, m)) is series(k, k, 1, m)


def test_sums_and_integrals_are_printed_with_their_ends() -> None:
    assert str(series(x**2 / gamma(k + 1), k, 0, INF)) == "Σ[k=0..∞] x²/Γ(k + 1)"
    assert integral(exp(-t), t, 0, x)._repr_latex_() == r"$\displaystyle \int_{0}^{x} e^{-t} \, dt$"
    assert series(k, k, 1, n)._repr_latex_() == r"$\displaystyle \sum_{k=1}^{n} k$"
    assert str(a * series(k, k, 1, n)) == "a(Σ[k=1..n] k)"


def test_an_expectation_is_printed_with_its_conditions() -> None:
    assert str(expect(y * z, z)) == "E[y z | z]"
    assert expect(y * x)._repr_latex_() == r"$\displaystyle \mathbb{E}\left[yx\right]$"


def test_sums_and_integrals_go_to_sympy_and_back() -> None:
    for node in (series(k**2, k, 1, m), integral(exp(-t), t, 0, INF)):
        assert str(from_sympy(to_sympy(node), {"m": m})) == str(node)


def test_an_expectation_needs_something_random() -> None:
    with pytest.raises(SymmlError, match="random"):
        expect(x)
    with pytest.raises(SymmlError, match="condition"):
        expect(y, x)
    assert expect(z**2, z) is z**2


def test_a_random_symbol_is_averaged_inside_and_free_outside() -> None:
    node = y - expect(y)
    assert symbols(node) == [y]
    assert symbols(expect(node)) == []
    assert any(isinstance(part, Bound) and part.name == "y" for part in topological(node))


def test_covariances_have_the_axes_of_both() -> None:
    u, v = vector("u", n, "random"), vector("v", 3, "random")
    assert covariance(u, v).shape == (n, 3)
    assert variance(u).shape == (n, n)
    assert covariance(u, y).shape == (n,)
    assert variance(y).shape == ()


def test_a_bound_variable_is_interned() -> None:
    domain = y.domain
    assert bound_node("y", 1, domain) is bound_node("y", 1, domain)
