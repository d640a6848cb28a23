"""LaTeX and Unicode mathematics on the command line."""

import json

import pytest

from symml.read.second_reader import why_not
from tests.cli.harness import run

LOSS = r"\frac1n\|Xw-y\|_2^2"
SHAPES = "X: n d, y: n, w: d"


def test_a_formula_is_printed_back_with_what_was_assumed() -> None:
    result = run("read", r"\sum_{i=1}^n (w^\top x_i - y_i)^2", "--shapes", SHAPES)
    assert (result.code, result.err) == (0, "")
    assert "‖X w - y‖²" in result.out
    assert "assumed: x_i is row i of X" in result.out


def test_a_reading_as_json() -> None:
    data = json.loads(run("read", LOSS + r" \le 1", "--shapes", SHAPES, "--json").out)
    assert (data["schema"], data["command"], data["notation"], data["kind"]) == (1, "read", "latex", "statement")
    assert data["relations"] == ["<="]
    assert data["sides"][0] == {"text": "‖X w - y‖²/n", "latex": r"\frac{\left\|Xw - y\right\|_2^2}{n}", "shape": []}
    assert json.loads(run("read", "x + 1", "--shapes", "x:", "--json").out)["notation"] == "numpy"
    assert json.loads(run("read", "‖w‖²", "--shapes", "w: d", "--json").out)["notation"] == "text"


def test_derive_and_check_take_latex() -> None:
    assert run("derive", LOSS, "--wrt", "w", "--shapes", SHAPES).out == "2 Xᵀ(X w - y)/n\n"
    claim = (r"\nabla_w L = \frac2n X^\top(Xw-y)", "--let", f"L = {LOSS}", "--shapes", SHAPES)
    assert run("check", *claim).code == 0
    assert run("check", claim[0].replace(r"\frac2n", r"\frac1n"), *claim[1:]).code == 1
    assert run("check", LOSS, r"\frac2n X^\top(Xw-y)", "--wrt", "w", "--shapes", SHAPES).code == 0


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (r"\foo", "not understood: \\foo (column 1)"),
        ("x^{", "this { has no } (column 3)"),
        (r"a/b\,c", "ambiguous"),
    ],
)
def test_what_is_not_understood_ends_with_two_and_a_caret(text: str, what: str) -> None:
    result = run("read", text)
    assert result.code == 2
    assert what in result.err
    assert "^" in result.err


@pytest.mark.skipif(bool(why_not()), reason="latex2sympy2 cannot be used here")
def test_the_second_reader_reads_the_same_formula() -> None:
    result = run("read", r"\frac{1}{1+e^{-x}}", "--second-reader", "latex2sympy2")
    assert result.code == 0
    assert "latex2sympy2: 1/(1 + exp(-x))" in result.out
    assert run("read", "x", "--second-reader", "nobody").code == 2
