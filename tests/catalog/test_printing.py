"""The book as a web page, and the plots of its entries."""

import math
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from symml.catalog.book import chapters, entries, entry
from symml.catalog.printing import mathml as mathml_module
from symml.catalog.printing.book import book, reading_order
from symml.catalog.printing.curves import plot_of, required_plot
from symml.catalog.printing.drawing import drawn, figure, saved
from symml.catalog.printing.mathml import large, mathml
from symml.catalog.printing.svg import svg, ticks
from symml.catalog.report import Decided, decided_of_many
from symml.errors import SymmlError

VOID = {"meta", "input", "br", "link"}


class Page(HTMLParser):
    """Ids, links, tags left open, and addresses outside the page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        assert not {"src", "srcset"} & values.keys(), "nothing is loaded from elsewhere"
        self.ids += [v for k, v in attrs if k == "id" and v]
        self.links += [v for k, v in attrs if k == "href" and v]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


@pytest.fixture(scope="module")
def text() -> str:
    pytest.importorskip("latex2mathml")
    ids = [e.id for e in entries("pitfalls")]
    return book("html", (), decided_of_many(ids, jobs=1))


def test_the_page_has_every_entry_and_closes_every_tag(text: str) -> None:
    page = Page(text)
    assert page.open == []
    assert {e.id for e in entries()} | set(chapters()) <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))


def test_the_page_needs_no_other_file_and_its_links_lead_somewhere(text: str) -> None:
    page = Page(text)
    assert all(link.startswith("#") for link in page.links)
    assert {link[1:] for link in page.links} <= set(page.ids)
    assert "url(" not in text
    assert not re.search(r"https?://(?!www\.w3\.org/)", text)


def test_formulas_are_drawn_by_the_browser(text: str) -> None:
    assert text.count("<math") > 2000
    visible = re.sub(r"<(script|style|pre)\b.*?</\1>", "", text, flags=re.DOTALL)
    assert "\\" not in visible


def test_a_pitfall_shows_its_witness_and_what_is_true(text: str) -> None:
    article = text.partition('<article id="pitfalls.sigmoid_deriv_plus"')[2].partition("</article>")[0]
    assert "at x = 0: left = 1/4, right = 3/4" in article
    assert 'href="#activations.sigmoid_deriv"' in article
    assert "&#x02260;" in article


def test_a_derivation_shows_its_reasons_and_verdict() -> None:
    pytest.importorskip("latex2mathml")
    page = book("html", ["information"], {"information.kl_nonneg": Decided("proved")})
    article = page.partition('<article id="information.kl_nonneg"')[2].partition("</article>")[0]
    assert '<td class="reason">log t &lt;= t - 1</td>' in article
    assert ">proved</span>" in article
    assert "equality at" in article


def test_prose_is_escaped() -> None:
    pytest.importorskip("latex2mathml")
    assert "a < b" not in book("html", ["regularization"])


def test_the_reading_order_has_every_chapter_once_and_pitfalls_last() -> None:
    assert sorted(reading_order()) == sorted(chapters())
    assert reading_order()[0] == "vectors"
    assert reading_order()[-1] == "pitfalls"


def test_a_page_without_latex2mathml_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "latex2mathml.converter", None)
    mathml_module._converter.cache_clear()
    try:
        with pytest.raises(SymmlError, match="latex2mathml"):
            mathml("x")
    finally:
        mathml_module._converter.cache_clear()


def test_a_raised_matrix_is_raised_as_a_whole() -> None:
    pytest.importorskip("latex2mathml")
    tree = ElementTree.fromstring(mathml(r"\begin{bmatrix} 1 \\ 2 \end{bmatrix}^{\top}"))
    raised = next(node for node in tree.iter() if node.tag.endswith("msup"))
    assert len(raised) == 2
    assert 'displaystyle="true"' in large("x")


# ---- plots -----------------------------------------------------------------------------------------------------------
def test_a_derivative_is_drawn_beside_its_function() -> None:
    plot = required_plot(entry("activations.sigmoid_deriv"))
    assert [curve.name for curve in plot.curves] == ["function", "slope"]
    assert plot.variable == "x"
    middle = len(plot.places) // 2
    assert plot.places[middle] == 0
    assert [curve.values[middle] for curve in plot.curves] == [0.5, 0.25]


def test_a_bound_is_drawn_with_both_sides_and_a_limit_with_its_value() -> None:
    bound = required_plot(entry("networks.sigmoid_slope_le_quarter"))
    assert [curve.name for curve in bound.curves] == ["left side", "right side"]
    assert set(bound.curves[1].values) == {0.25}
    limit = required_plot(entry("networks.vanishing_limit"))
    assert limit.curves[1].name == "limit"
    assert limit.places[-1] == 20


def test_parameters_are_held_at_values_that_are_said() -> None:
    plot = required_plot(entry("activations.leaky_relu_deriv"))
    assert plot.held == (("alpha", "1/2"),)
    assert "alpha = 1/2" in drawn(plot)


@pytest.mark.parametrize("id", ["networks.batchnorm_grad", "vectors.dot_eq_thirty_two", "optimization.adam_update"])
def test_an_entry_that_is_no_function_of_one_number_has_no_plot(id: str) -> None:
    assert plot_of(entry(id)) is None
    with pytest.raises(SymmlError, match="has no plot"):
        required_plot(entry(id))


def test_enough_entries_have_plots_and_every_plot_can_be_drawn() -> None:
    plots = [plot for e in entries() if (plot := plot_of(e))]
    assert len(plots) > 60
    for plot in plots:
        low, high = plot.window
        assert math.isfinite(low)
        assert low < high
        ElementTree.fromstring(svg(plot))
        assert drawn(plot).count("\n") > 18


def test_ticks_are_round_numbers_inside() -> None:
    assert ticks(-4, 4) == [-4, -2, 0, 2, 4]
    assert ticks(0.005, 0.995) == [0.2, 0.4, 0.6, 0.8]


def test_a_figure_has_a_line_a_curve(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    plot = required_plot(entry("activations.gelu_deriv"))
    axes = figure(plot, "gelu").axes[0]
    assert [line.get_label() for line in axes.lines[:2]] == ["function", "slope"]
    assert saved(plot, "gelu", tmp_path / "gelu.svg").stat().st_size > 1000
    assert entry("activations.gelu_deriv").plot().axes
    with pytest.raises(SymmlError, match="cannot write"):
        saved(plot, "gelu", tmp_path / "gelu.nosuch")


def test_a_figure_without_matplotlib_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(SymmlError, match="needs matplotlib"):
        figure(required_plot(entry("activations.gelu_deriv")), "gelu")
