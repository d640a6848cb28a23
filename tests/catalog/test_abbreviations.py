"""Abbreviations: proved in full, printed by name."""

import pytest

from symml.catalog import by
from symml.catalog.abbreviations import let
from symml.catalog.book import entry
from symml.catalog.declare import Chain, identity
from symml.catalog.domains import Real, Vector
from symml.catalog.views import latex, text, where_texts
from symml.errors import SymmlError
from symml.expr.build import mean
from symml.expr.nodes import ZERO
from symml.expr.walk import symbols

Points = Vector["n"]


@identity(source="boyd2004")
def centered_eq(x: Points) -> Chain:
    """Centered values have mean zero."""
    m = let(m=mean(x))
    u = let(u=x - m)
    spare = let(spare=2 * u)
    yield mean(u) if spare.shape else spare
    yield by.linearity, ZERO


@identity(source="boyd2004")
def clashing_eq(x: Real) -> Chain:
    """A parameter is no abbreviation."""
    yield let(x=x + 1)
    yield by.algebra, 1 + x


def test_the_mathematics_has_no_abbreviations_and_the_page_has_those_that_it_uses() -> None:
    assert [symbol.name for symbol in symbols(centered_eq.lhs)] == ["x"]
    assert [symbol.name for symbol in symbols(centered_eq.on_paper.lhs)] == ["u"]
    assert [symbol.name for symbol, _ in centered_eq.abbreviations] == ["m", "u"]
    assert centered_eq.verify().verdict == "proved"


def test_the_page_says_what_a_name_stands_for() -> None:
    assert where_texts(centered_eq) == ["m = 𝟏ᵀ x/n", "u = x - m 𝟏"]
    assert text(centered_eq).endswith("m = 𝟏ᵀ x/n, u = x - m 𝟏")
    assert r"\text{where } u &= x - m\mathbf{1}" in latex(centered_eq, steps=True)
    assert "where u = x - m 𝟏" in repr(centered_eq)
    assert centered_eq.to_json()["where"][1]["name"] == "u"


def test_the_kernel_and_the_sympy_form_compute_with_what_it_stands_for() -> None:
    e = entry("networks.batchnorm_grad")
    assert set(e.kernel().arguments) == {"x", "c", "gamma", "eps"}
    assert "h" not in {str(s) for s in e.sympy.free_symbols}


def test_outside_an_entry_an_abbreviation_is_its_value() -> None:
    assert let(y=1) is let(z=1)
    with pytest.raises(SymmlError, match="names one thing"):
        let(a=1, b=2)


def test_an_abbreviation_that_is_a_parameter_is_refused() -> None:
    with pytest.raises(SymmlError, match="x is a parameter and an abbreviation"):
        str(clashing_eq.on_paper)
