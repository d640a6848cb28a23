"""Kinds of entries: bounds, decimals, limits, definitions, algorithms; each is decided in its own way."""

import pytest

from symml.catalog import by
from symml.catalog.book import entries, entry
from symml.catalog.check import GOOD, link_verdicts
from symml.catalog.crosscheck import crosscheck
from symml.catalog.declare import (
    Chain,
    algorithm,
    at_least,
    at_most,
    definition,
    example,
    identity,
    inequality,
    limit,
    rounded,
    tight,
)
from symml.catalog.domains import Positive, Real, Vector
from symml.catalog.entry import KINDS
from symml.errors import SymmlError
from symml.expr.build import sqrt
from symml.expr.functions import exp, tanh
from symml.expr.nodes import ONE, ZERO

Points = Vector["d"]


@inequality(source="boyd2004")
def loose_square_nonneg(x: Real) -> Chain:
    """A square is at least minus one."""
    yield x**2
    yield by.squares, at_least(-ONE)
    yield tight(x, 0)


@inequality(source="boyd2004")
def square_nonneg(x: Real) -> Chain:
    """A square is not negative."""
    yield x**2
    yield by.squares, at_least(ZERO)
    yield tight(x, 0)


@example(source="boyd2004")
def root_two_eq(x: Real) -> Chain:
    """The root of two."""
    yield sqrt(2 * ONE)
    yield by.rounding, rounded("1.4142")


@example(source="boyd2004")
def wrong_root_two_eq(x: Real) -> Chain:
    """The root of two, rounded the wrong way."""
    yield sqrt(2 * ONE)
    yield by.rounding, rounded("1.4143")


@limit(source="boyd2004", at="x -> oo")
def tanh_limit(x: Real) -> Chain:
    """The hyperbolic tangent tends to one."""
    yield tanh(x)
    yield by.limit, ONE


@limit(source="boyd2004", at="x -> oo")
def wrong_tanh_limit(x: Real) -> Chain:
    """The hyperbolic tangent does not tend to two."""
    yield tanh(x)
    yield by.limit, 2 * ONE


@definition(source="boyd2004")
def double_def(x: Real) -> Chain:
    """Twice a number."""
    yield 2 * x


@algorithm(source="boyd2004")
def two_step_update(x: Points, v: Points) -> Chain:
    """Both move by the old values."""
    yield v, v + x
    yield x, x - v
    yield by.algebra, -v + x


@inequality(source="boyd2004")
def mixed_eq(x: Real) -> Chain:
    """Bounds in both directions relate nothing."""
    yield exp(x)
    yield by.exp_bound, at_least(1 + x)
    yield by.algebra, at_most(2 + x)


@identity(source="boyd2004")
def no_link_eq(x: Real) -> Chain:
    """A chain needs a link."""
    yield x


def test_a_bound_that_is_not_tight_where_it_says_so_is_refuted() -> None:
    found = loose_square_nonneg.verify()
    assert found.verdict == "refuted"
    assert "not an equality at x = 0" in found.reason


def test_a_bound_and_its_tight_place_are_proved() -> None:
    assert [v.verdict for v in link_verdicts(square_nonneg)] == ["proved", "proved"]
    assert square_nonneg.relation == ">="
    assert square_nonneg.text() == "x² ≥ 0"


def test_decimals_are_decided_by_an_enclosure() -> None:
    assert root_two_eq.verify().verdict == "proved"
    assert wrong_root_two_eq.verify().verdict == "refuted"


def test_limits_are_decided_by_sympy_and_never_refuted_by_it() -> None:
    assert tanh_limit.verify().verdict == "proved"
    found = wrong_tanh_limit.verify()
    assert (found.verdict, found.reason.startswith("SymPy's limit is 1")) == ("not_understood", True)
    assert r"\lim_{x \to \infty}" in tanh_limit.latex()


def test_a_definition_names_what_it_defines() -> None:
    assert double_def.text() == "double = 2 x" or double_def.text().startswith("double = ")
    assert double_def.verify().reason == "true by being a definition"


def test_an_algorithm_lists_its_assignments_in_order() -> None:
    assert [symbol.name for symbol, _ in two_step_update.assignments] == ["v", "x"]
    assert two_step_update.text().count("←") == 2
    assert two_step_update.verify().verdict == "proved"


def test_bounds_in_both_directions_are_an_error() -> None:
    with pytest.raises(SymmlError, match="keep one direction"):
        _ = mixed_eq.relation


def test_a_chain_without_a_link_is_an_error() -> None:
    with pytest.raises(SymmlError, match="has no link"):
        _ = no_link_eq.links


@pytest.mark.parametrize("kind", KINDS)
def test_the_book_has_entries_of_every_kind(kind: str) -> None:
    assert sum(e.kind == kind for e in entries()) >= 10


@pytest.mark.parametrize("entry_id", [e.id for e in entries() if e.kind == "inequality"])
def test_an_inequality_says_where_it_is_tight(entry_id: str) -> None:
    e = entry(entry_id)
    assert e.relation in ("<=", ">=")
    assert e.tight_at or e.tightness


def test_at_least_nine_of_ten_bounds_are_proved() -> None:
    rows = [link_verdicts(e) for e in entries() if e.kind == "inequality"]
    assert all(v.verdict in GOOD for row in rows for v in row)
    proved = sum(all(v.verdict in ("proved", "proved_randomized") for v in row) for row in rows)
    assert proved >= 0.9 * len(rows)


@pytest.mark.parametrize("name", ["x", "alpha"])
def test_a_limit_needs_its_variable(name: str) -> None:
    e = limit(source="boyd2004", at=f"{name} -> oo")(lambda x: iter(()))
    assert e.at == (name, "oo")
    assert Positive.domain == "positive"


@identity(source="boyd2004")
def wrong_step_eq(x: Real) -> Chain:
    """The second step is wrong."""
    yield exp(x) * exp(x)
    yield by.exponential, exp(2 * x)
    yield by.algebra, exp(x**2)


def test_a_broken_entry_names_its_file_its_step_its_reason_and_a_point() -> None:
    row = crosscheck(wrong_step_eq)
    assert not row.good
    assert "test_kinds.py:" in row.reason
    assert "step 2 [algebra]" in row.reason
    assert "refuted at x = " in row.reason
