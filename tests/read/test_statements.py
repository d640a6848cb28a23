"""Statements as people write them are decided: true ones proved, false ones refused; the rest says why not."""

from __future__ import annotations

import pytest

from symml import derive, verify
from symml.errors import ReadError
from symml.read.latex import read_latex, read_text, reading
from symml.read.math.relation import Optimum, Phrase, Relation

RANDOM = {"X": "random", "Y": "random", "a": "", "b": "", "A": "event", "B": "event", "f": "function", "p": "function"}
RIDGE = "X: n d, w: d, y: n, lam: positive"


@pytest.mark.parametrize(
    "claim",
    [
        r"\mathbb{E}[aX+b] = a\,\mathbb{E}[X] + b",
        r"\mathrm{Var}(X) = \mathbb{E}[X^2] - \mathbb{E}[X]^2",
        r"\mathrm{Var}(X) = \mathbb{E}[(X - \mathbb{E}[X])^2]",
        r"\operatorname{Cov}(X,Y) = E[XY]-E[X]E[Y]",
        r"\mathbb{E}[\mathbb{E}[X|Y]] = \mathbb{E}[X]",
        r"P(A \mid B) = \frac{P(B \mid A) P(A)}{P(B)}",
        r"P(A\cup B) = P(A)+P(B)-P(A\cap B)",
        r"\mathbb{P}(A^c) = 1-\mathbb{P}(A)",
        r"P(A) = P(A|B)P(B) + P(A|\neg B)P(\neg B)",
        r"\mathbb{E}_{X\sim p}[f(X)] = \sum_X p(X) f(X)",
    ],
)
def test_rules_of_probability_are_proved(claim: str) -> None:
    assert verify(claim, shapes=RANDOM).verdict == "proved"


@pytest.mark.parametrize("claim", [r"\mathbb{E}[XY]=\mathbb{E}[X]\mathbb{E}[Y]", r"\mathrm{Var}(aX)=a\mathrm{Var}(X)"])
def test_false_rules_of_probability_are_not_proved(claim: str) -> None:
    assert verify(claim, shapes=RANDOM).verdict not in ("proved", "proved_randomized", "certified")


def test_a_hand_derived_gradient_is_proved_with_the_loss_given_beside_it() -> None:
    claim = r"\nabla_w L = \frac{2}{n} X^\top (Xw - y) + 2\lambda w"
    loss = r"L = \frac1n\|Xw-y\|_2^2 + \lambda\|w\|_2^2"
    assert verify(claim, shapes=RIDGE, let=[loss]).verdict == "proved"
    assert verify(claim.replace("2\\lambda", "\\lambda"), shapes=RIDGE, let=[loss]).verdict == "refuted"


def test_a_gradient_of_something_undefined_is_not_decided() -> None:
    with pytest.raises(ReadError, match="L is not defined"):
        verify(r"\nabla_w L = 2w", shapes=RIDGE)
    with pytest.raises(ReadError, match="is not defined"):
        verify(r"\hat{w} = (X^\top X)^{-1}X^\top y", shapes=RIDGE)


def test_every_link_of_a_chain_is_decided() -> None:
    chain = r"\begin{align} \|Xw-y\|^2 &= (Xw-y)^\top(Xw-y) \\ &= w^\top X^\top X w - 2y^\top Xw + y^\top y \end{align}"
    assert verify(chain, shapes=RIDGE).verdict == "proved"
    assert verify(chain.replace("- 2y", "- y"), shapes=RIDGE).verdict == "refuted"


def test_defined_functions_are_applied() -> None:
    shapes = {"A": "n d", "x": "d", "b": "n"}
    let = [r"f(x) = \|Ax-b\|^2"]
    assert verify(r"\nabla f(x) = 2A^\top(Ax-b)", shapes=shapes, let=let).verdict == "proved"
    assert verify(r"f(2x) = \|2Ax-b\|^2", shapes=shapes, let=let).verdict == "proved"


def test_latex_and_unicode_text_are_recognized_where_numpy_text_is() -> None:
    wanted = derive("mean((X@w - y)**2)", "w", shapes=RIDGE).result
    for loss in (r"\frac1n\|Xw-y\|_2^2", "‖Xw − y‖²/n"):
        assert verify(derive(loss, "w", shapes=RIDGE).result, wanted).verdict == "proved"
    assert verify("‖w‖² = wᵀw", shapes=RIDGE).verdict == "proved"


def test_the_variable_may_be_named_as_it_is_written() -> None:
    found = derive(r"\theta^\top \theta + \lambda", r"\theta", shapes={r"\theta": "d", "lam": ""})
    assert found.wrt.name == r"\theta"
    assert derive(r"\lambda^2", r"\lambda", shapes="lam:").wrt.name == "lam"


def test_symbols_keep_the_names_of_their_declarations() -> None:
    found = reading(
        r"\hat{y} + W^{(1)} x + \theta_{t+1}", {r"\hat{y}": "n", "W^{(1)}": "n d", "x": "d", r"\theta_{t+1}": "n"}
    )
    assert {s.name for s in found.symbols.values()} == {r"\hat{y}", "W^{(1)}", "x", r"\theta_{t+1}"}
    assert found.notes == ()


def test_what_was_assumed_is_listed() -> None:
    found = reading(r"\frac{1}{n}\sum_{i=1}^n (w^\top x_i - y_i)^2", RIDGE)
    assert found.notes == ("x_i is row i of X",)


def test_an_optimum_stands_on_a_side() -> None:
    found = read_latex(r"w^* = \arg\min_w \|Xw-y\|_2^2 + \lambda\|w\|^2", RIDGE)
    assert isinstance(found, Relation)
    assert isinstance(found.rhs, Optimum)
    assert (found.rhs.kind, found.rhs.variables) == ("argmin", ("w",))
    with pytest.raises(ReadError, match="nothing to decide"):
        verify(r"w^* = \arg\min_w \|Xw-y\|_2^2", shapes=RIDGE)


def test_laws_and_sets_are_phrases() -> None:
    found = read_latex(r"y \sim \mathcal{N}(Xw, \lambda I)", RIDGE)
    assert isinstance(found, Relation)
    assert found.relation == "~"
    assert isinstance(found.rhs, Phrase)


def test_the_relation_of_a_chain_is_that_of_its_ends() -> None:
    found = read_text("0 ≤ t < lam = 1", "t:, lam:")
    assert isinstance(found, Relation)
    assert found.relations == ("<=", "<", "==")
    assert found.relation == "<"


def test_macros_of_the_user_are_expanded() -> None:
    macros = r"\newcommand{\norm}[1]{\left\|#1\right\|} \def\R{\lambda} \DeclareMathOperator{\sgm}{sigmoid}"
    assert read_latex(macros + r" \norm{w}^2 + \R + \sgm(\R)", RIDGE) is read_latex(
        r"\|w\|^2+\lambda+\sigma(\lambda)", RIDGE
    )
    with pytest.raises(ReadError, match="do not come to an end"):
        read_latex(r"\newcommand{\a}{\a\a} \a", RIDGE)


def test_errors_point_at_the_place() -> None:
    with pytest.raises(ReadError) as caught:
        read_latex(r"w^\top w + \bigoplus w", RIDGE)
    first, line, caret, *_ = str(caught.value).splitlines()
    assert "not understood: \\bigoplus" in first
    assert "(column 12)" in first
    assert line[caret.index("^")] == "\\"


def test_both_readings_of_an_ambiguous_formula_are_shown() -> None:
    with pytest.raises(ReadError, match=r"ambiguous: .* is .*, or .*"):
        read_latex(r"a/b c", "a:, b:, c:")
    with pytest.raises(ReadError, match="ambiguous"):
        read_latex(r"\log(a)^2", "a: positive")


def test_one_reading_that_fits_the_shapes_is_taken() -> None:
    assert read_latex(r"1/2 w^\top w", RIDGE) is read_latex(r"\frac12 w^\top w", RIDGE)


def test_a_power_after_the_bracket_of_a_factor_is_of_the_bracket() -> None:
    assert read_latex("a + a(x+1)^2") is read_latex(r"a + a \cdot \left[(x+1)^2\right]")
    assert read_latex("a + a^2(x+1)") is read_latex(r"a + a^2 \cdot (x+1)")
    squared = read_latex("f(x)^2")
    assert squared is read_latex(r"\left[f(x)\right]^2")


def test_a_value_at_a_point_is_of_the_whole_derivative() -> None:
    assert verify(r"\frac{d}{dx}x^3\Big|_{x=2}", "12", shapes="x:").verdict == "proved"
    assert verify(r"\left.x^2 + 1\right|_{x=3} = 10", shapes="x:").verdict == "proved"


def test_integrals_and_infinite_sums_are_read() -> None:
    assert verify(r"\int_0^1 x^2\,dx = \frac13").verdict == "proved"
    assert verify(r"\sum_{k=0}^\infty \frac{x^k}{k!} = e^x", shapes="x:").verdict == "proved"


def test_labels_and_moments_are_symbols_of_the_same_kind() -> None:
    found = reading(r"w_{t+1} = w_t - \lambda w^{(0)}", "w: d, lam:").value
    assert isinstance(found, Relation)
    assert str(found.lhs) == "w_{t+1}"
    assert len(found.rhs.shape) == 1
    assert len(read_latex("w^{(1)}", "w: d").shape) == 1


def test_an_entry_below_an_inverse_is_not_one_over_the_entry() -> None:
    with pytest.raises(ReadError, match=r"ambiguous: .* is an entry of the inverse"):
        read_latex(r"X^{-1}_{jk}", "X: d d")
    assert read_latex(r"(X^{-1})_{jk}", "X: d d") is read_latex("X^{-1}", "X: d d")


def test_a_column_times_a_row_is_an_outer_product_whatever_the_sign_between_them() -> None:
    assert read_text("u · vᵀ", "u: n, v: d") is read_text("u vᵀ", "u: n, v: d")
    assert read_text("uᵀ · w", "u: n, w: n") is read_text("uᵀ w", "u: n, w: n")


@pytest.mark.parametrize(
    ("claim", "shapes", "verdict"),
    [
        (r"(x + a)^n = \sum_{k=0}^n \binom{n}{k} x^k a^{n-k}", "x: positive, a: positive", "certified"),
        (r"(x + a)^n = \sum_{k=0}^n {n \choose k} x^k a^{n-k}", "x: positive, a: positive", "certified"),
        (r"n x = \sum_{k=1}^n x", "x:", "proved"),
        (r"\frac{n(n+1)}{2} = \sum_{k=1}^n k", "", "proved"),
        (r"d^2 \|x\| = \sum_{i=1}^d \sum_{j=1}^d \|x\|", "x: m", "proved"),
        (r"n + 1 = \sum_{k=1}^n 1", "", "refuted"),
    ],
)
def test_a_letter_that_counts_is_one_thing_wherever_it_stands(claim: str, shapes: str, verdict: str) -> None:
    assert verify(claim, shapes=shapes).verdict == verdict


@pytest.mark.parametrize(
    ("text", "same"),
    [
        (r"{x+1 \over 2}", r"\frac{x+1}{2}"),
        (r"{a \over {x \over 2}}", r"\frac{a}{\frac{x}{2}}"),
        (r"\sqrt{x \over 2}", r"\sqrt{\frac{x}{2}}"),
        (r"{\frac{1}{2} \over x}", r"\frac{\frac12}{x}"),
    ],
)
def test_infix_fractions_are_fractions(text: str, same: str) -> None:
    assert reading(text).value == reading(same).value


@pytest.mark.parametrize(
    ("claim", "holds"),
    [
        (r"(A \otimes B)(C \otimes D) = (AC) \otimes (BD)", True),
        (r"(A \otimes B)^\top = A^\top \otimes B^\top", True),
        (r"(A \otimes B)^\top = B^\top \otimes A^\top", False),
        (r"\mathrm{tr}(D \otimes D) = \mathrm{tr}(D)^2", True),
        (r"\mathrm{vec}(A C D) = (D^\top \otimes A)\mathrm{vec}(C)", True),
    ],
)
def test_kronecker_products_of_matrices_with_numbers_as_dims(claim: str, holds: bool) -> None:
    found = verify(claim, shapes="A: 2 3, B: 3 2, C: 3 2, D: 2 2")
    assert (found.verdict in ("proved", "proved_randomized"), found.verdict == "refuted") == (holds, not holds)
    assert len(found.statement) < 1000
