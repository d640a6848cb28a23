"""The cheatsheet's items, the works that are cited, and what is printed of the book."""

import ast

import pytest

from symml.catalog.aliases import meanings
from symml.catalog.bibliography import WORKS, keys, unknown
from symml.catalog.book import chapters, entries, entry
from symml.catalog.coverage import coverage, summary, table
from symml.catalog.entry import KINDS
from symml.catalog.inventory import cited, items
from symml.catalog.printing.book import book, escaped
from symml.catalog.report import checked, crosscheck_many
from symml.catalog.search import find
from symml.catalog.skeleton import skeleton
from symml.errors import SymmlError

ALL = [e.id for e in entries()]


def test_the_inventory_has_its_tally() -> None:
    rows = items().values()
    assert len(rows) == 194
    assert sum(row.mark == "wrong" for row in rows) == 10
    assert sum(row.is_checkable for row in rows) == 183


def test_every_checkable_item_is_covered() -> None:
    assert [row.item.number for row in coverage() if row.state == "missing"] == []
    assert summary(coverage()).startswith("183 of 183")


@pytest.mark.parametrize("number", [number for number, row in items().items() if row.mark == "wrong"])
def test_a_wrong_item_is_a_pitfall_that_points_to_what_is_true(number: str) -> None:
    row = next(row for row in coverage() if row.item.number == number)
    assert any(entry(id).pitfall and entry(id).instead for id in row.ids)
    assert any(not entry(id).pitfall for id in row.ids)


@pytest.mark.parametrize("entry_id", ALL)
def test_a_source_is_an_item_or_a_work(entry_id: str) -> None:
    source = entry(entry_id).source
    assert unknown(source) == []
    assert [*cited(source), *keys(source)], "a source names something"


def test_every_work_is_cited_by_an_entry() -> None:
    used = {key for e in entries() for key in keys(e.source)}
    assert set(WORKS) == used


def test_ranges_of_items_are_understood() -> None:
    assert list(cited("cheatsheet 6.12-6.14 and 8.4; boyd2004")) == ["6.12", "6.13", "6.14", "8.4"]
    assert unknown("cheatsheet 6.99; nobody2020") == ["nobody2020", "6.99"]


def test_the_coverage_table_has_a_row_for_every_item() -> None:
    shown = table(coverage(), {"vectors.euclidean_norm_eq_sqrt14": "proved"})
    assert "| 1.1 | N | ok | the Euclidean norm of (1, 2, 3) | `vectors.euclidean_norm_eq_sqrt14` | proved |" in shown


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("expit derivative", "activations.sigmoid_deriv"),
        ("gaussian variance", "distributions.normal_var"),
        ("relative-entropy nonnegative", "information.kl_nonneg"),
        ("taxicab", "distances.manhattan_def"),
        ("6.19 pitfall", "pitfalls.softmax_whole_batch_eq"),
    ],
)
def test_other_words_lead_to_the_entry(words: str, expected: str) -> None:
    assert expected in [e.id for e in find(words)]


def test_a_word_without_a_group_means_itself() -> None:
    assert meanings("Woodbury") == ("woodbury",)


def test_the_book_has_more_than_six_hundred_entries() -> None:
    assert len(ALL) >= 600
    assert len(chapters()) >= 24


def test_an_entry_that_moved_is_found_under_its_old_id() -> None:
    assert entry("statistics.chi_square_eq").id == "hypothesis_tests.chi_square_eq"
    with pytest.raises(SymmlError, match="did you mean"):
        entry("statistics.chi_squared")


@pytest.mark.parametrize("format", ["md", "latex"])
def test_a_chapter_is_printed_with_every_entry(format: str) -> None:
    text = book(format, ["vectors"])
    for e in entries("vectors"):
        assert (e.id if format == "md" else escaped(e.id)) in text


def test_latex_of_prose_is_escaped() -> None:
    assert escaped("100 % of x_1 & {y}") == r"100 \% of x\_1 \& \{y\}"


@pytest.mark.parametrize("kind", KINDS)
def test_a_skeleton_is_python_that_declares_the_kind(kind: str) -> None:
    text = skeleton("vectors.new_thing_eq", kind)
    tree = ast.parse(text)
    function = next(node for node in tree.body if isinstance(node, ast.FunctionDef))
    assert function.name == "new_thing_eq"
    assert f"@{kind}(" in text


@pytest.mark.parametrize(
    ("id", "kind", "message"),
    [
        ("nodot", "identity", "is not an id"),
        ("vectors.new", "theorem", "the kinds are"),
        ("information.kl_nonneg", "inequality", "already has"),
    ],
)
def test_a_skeleton_that_cannot_be_is_refused(id: str, kind: str, message: str) -> None:
    with pytest.raises(SymmlError, match=message):
        skeleton(id, kind)


def test_many_entries_are_checked_in_processes_in_their_order() -> None:
    ids = [e.id for e in entries("vectors")]
    seen: list[str] = []
    rows = crosscheck_many(ids, jobs=2, done=lambda row: seen.append(row.id))
    assert [row.id for row in rows] == seen == ids
    assert all(row.good for row in rows)


def test_an_entry_that_cannot_be_checked_says_where_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(found: object) -> None:
        raise ValueError("no such luck")

    monkeypatch.setattr("symml.catalog.report.crosscheck", broken)
    row = checked("vectors.parallelogram_eq")
    assert (row.verdict, row.good) == ("broken", False)
    assert "vectors.py:" in row.reason
    assert "no such luck" in row.reason
