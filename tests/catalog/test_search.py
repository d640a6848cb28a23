"""Looking for entries: words, other words, slips of the pen, and pieces of formulas."""

import pytest

from symml.catalog.book import entries
from symml.catalog.fragments import is_latex, occurs, tokens
from symml.catalog.search import corrected, find


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("sigmoid", "activations.sigmoid_deriv"),
        ("logistic slope", "activations.sigmoid_deriv"),
        ("cross entropy", "information.cross_entropy_def"),
        ("kl divergence", "information.kl_nonneg"),
        ("6.19 pitfall", "pitfalls.softmax_whole_batch_eq"),
        (r"\sigma slope", "activations.sigmoid_deriv"),
        (r"\frac{1}{1+e^{-x}}", "activations.sigmoid_deriv"),
        (r"\dfrac{1}{1 + \exp(-z)}", "activations.sigmoid_deriv"),
        (r"x^T A x", "matrices.quadratic_form_symm"),
        (r"\mathbf{x}^\top \mathbf{A} \mathbf{x}", "matrices.quadratic_form_symm"),
        (r"X^\top (Xw - y)", "losses.mse_grad"),
    ],
)
def test_words_and_formulas_lead_to_the_entry(words: str, expected: str) -> None:
    assert expected in [e.id for e in find(words)]


def test_a_word_in_the_name_comes_before_a_word_in_the_sentence() -> None:
    found = [e.id for e in find("sigmoid")]
    assert found[0] == "activations.sigmoid_deriv"
    assert found.index("losses.bce_logits_grad") > found.index("networks.sigmoid_slope_le_quarter")


def test_no_words_find_the_whole_book() -> None:
    assert len(find()) == len(entries())


@pytest.mark.parametrize(
    ("written", "meant"),
    [("sigmod", "sigmoid"), ("softmx jacobain", "softmax jacobian"), ("gausian", "gaussian"), ("xqzjw", "xqzjw")],
)
def test_a_slip_of_the_pen_is_corrected(written: str, meant: str) -> None:
    assert corrected(written) == meant


def test_letters_in_a_formula_may_have_other_names_but_the_same_one_throughout() -> None:
    book = tokens(r"x^{\top} A x")
    assert occurs(tokens(r"u^\top B u"), book, renaming=True)
    assert not occurs(tokens(r"u^\top B v"), book, renaming=True)
    assert not occurs(tokens(r"u^\top B u"), book, renaming=False)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (r"e^{-\left(x+1\right)}", r"\exp(-(x+1))"),
        (r"e^x", r"\exp\left(x\right)"),
        (r"e^{x^{2}} + {y}", r"\exp(x^2)+y"),
        (r"A^T", r"\mathbf{A}^{\top}"),
        (r"\ln x \cdot y", r"\log x y"),
    ],
)
def test_spellings_of_one_formula_have_the_same_tokens(left: str, right: str) -> None:
    assert tokens(left) == tokens(right)


def test_a_formula_is_told_from_words() -> None:
    assert is_latex(r"\frac12")
    assert is_latex("x^2")
    assert not is_latex("sigmoid slope 6.19")
