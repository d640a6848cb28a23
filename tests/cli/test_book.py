"""``symml find``, ``show``, ``book``, ``new`` and ``crosscheck`` as a reader of the book uses them."""

import json
from pathlib import Path

import pytest

from tests.cli.harness import run


def test_a_slip_of_the_pen_is_said_and_corrected() -> None:
    found = run("find", "sigmod")
    assert found.code == 0
    assert found.out.startswith("no entry contains 'sigmod'; these contain 'sigmoid':")
    data = json.loads(run("find", "sigmod", "--json").out)
    assert data["understood"] == "sigmoid"
    assert data["entries"]


def test_a_formula_finds_entries() -> None:
    assert "activations.sigmoid_deriv" in run("find", r"\frac{1}{1+e^{-t}}").out


def test_a_plot_is_drawn_in_the_terminal_or_written_to_a_file(tmp_path: Path) -> None:
    shown = run("show", "activations.gelu_deriv", "--plot")
    assert "● function: gelu(x)" in shown.out
    pytest.importorskip("matplotlib")
    written = run("show", "activations.gelu_deriv", "--out", str(tmp_path / "gelu.png"))
    assert written.code == 0
    assert (tmp_path / "gelu.png").read_bytes().startswith(b"\x89PNG")
    refused = run("show", "activations.gelu_deriv", "--out", str(tmp_path / "gelu.nosuch"))
    assert refused.code == 2
    assert "name a file such as" in refused.err


def test_an_entry_without_a_plot_says_why() -> None:
    refused = run("show", "networks.batchnorm_grad", "--plot")
    assert refused.code == 2
    assert "not about a function of one real variable" in refused.err


def test_steps_say_what_the_names_stand_for() -> None:
    assert "  where h = (x - (𝟏ᵀ x)𝟏/n)/s" in run("show", "networks.batchnorm_grad", "--steps").out


def test_chapters_are_printed_as_a_web_page() -> None:
    pytest.importorskip("latex2mathml")
    page = run("book", "regularization", "--format", "html")
    assert page.code == 0
    assert page.out.startswith("<!DOCTYPE html>")
    assert 'id="regularization.l2_grad"' in page.out
    decided = run("book", "differentiation_rules", "--format", "html", "--verdicts")
    assert ">proved</span>" in decided.out


def test_verdicts_are_for_the_web_page_only() -> None:
    refused = run("book", "vectors", "--verdicts")
    assert refused.code == 2
    assert "only a web page shows verdicts" in refused.err


def test_a_skeleton_names_only_imports_that_its_chapter_lacks() -> None:
    printed = run("new", "activations.bent_deriv").out
    assert "import" not in printed
    assert "yield deriv(x**2, x)" in printed
    assert "from symml.catalog import by" in run("new", "quantum.spin_deriv").out


def test_an_unknown_id_names_the_nearest_ones() -> None:
    refused = run("show", "activations.sigmoid_derv")
    assert refused.code == 2
    assert "did you mean activations.sigmoid_deriv" in refused.err
