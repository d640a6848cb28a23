"""The verifier: true claims are proved, false ones refuted with a witness, and each verdict says what was shown."""

from __future__ import annotations

import json

import pytest

from symml.errors import ReadError, SymmlError
from symml.proof.verify import verify
from symml.read.latex import read_latex

PROVED = {
    "logistic gradient": ("-X.T @ (y/(1+exp(y*(X@w))))", "-X.T @ (y*sigmoid(-y*(X@w)))", "X: n d, y: n sign, w: d"),
    "tanh slope": ("1-tanh(x)**2", "4/(exp(x)+exp(-x))**2", "x: real"),
    "tanh by sigmoid": ("tanh(x)", "2*sigmoid(2*x)-1", "x:"),
    "inverse": ("inv(A)@A", "eye(d)", "A: d d invertible"),
    "relu": ("relu(x)-relu(-x)", "x", "x:"),
    "Bernoulli KL": (
        "p*log(p/q)+(1-p)*log((1-p)/(1-q))",
        "p*(log(p)-log(q))+(1-p)*(log(1-p)-log(1-q))",
        "p: unit, q: unit",
    ),
    "softmax shift": ("softmax(x-max(x))", "softmax(x)", "x: n"),
    "logsumexp shift": ("logsumexp(x - c)", "logsumexp(x) - c", "x: n, c:"),
    "variance": ("var(x)", "mean(x**2) - mean(x)**2", "x: n"),
    "Frobenius": ("trace(X.T@X)", "sum(X**2)", "X: n d"),
    "sigmoid of logit": ("sigmoid(log(p) - log(1-p))", "p", "p: unit"),
}
RANDOMIZED = {
    "Woodbury": (
        "inv(A + U@C@V)",
        "inv(A) - inv(A)@U@inv(inv(C) + V@inv(A)@U)@V@inv(A)",
        "A: d d invertible, U: d k, C: k k invertible, V: k d",
    ),
    "push through": ("X.T@inv(X@X.T + lam*eye(n))", "inv(X.T@X + lam*eye(d))@X.T", "X: n d, lam: positive"),
    "determinant lemma": ("det(A + outer(u, v))", "det(A)*(1 + v@inv(A)@u)", "A: d d invertible, u: d, v: d"),
    "log of a product": ("log((1+exp(x))*(1+exp(-x)))", "softplus(x) + softplus(-x)", "x:"),
}
REFUTED = {
    "sign": ("-X.T @ (y/(1+exp(y*(X@w))))", "X.T @ (y*sigmoid(-y*(X@w)))", "X: n d, y: n sign, w: d"),
    "sum of inverses": ("inv(A+B)", "inv(A)+inv(B)", "A: d d invertible, B: d d invertible"),
    "cross term": ("(a+b)**2", "a**2+b**2", "a:, b:"),
    "softmax over the other axis": ("softmax(Z, axis=0)", "softmax(Z, axis=1)", "Z: n k"),
    "ddof": ("var(x)", "var(x, ddof=1)", "x: n"),
    "a tie": ("where(x > 0, 1, 0)", "where(x >= 0, 1, 0)", "x: nonnegative"),
    "log of a sum": ("log(a+b)", "log(a)+log(b)", "a: positive, b: positive"),
    "KL is not symmetric": ("sum(p*log(p/q))", "sum(q*log(q/p))", "p: k simplex, q: k simplex"),
    "tiny difference": ("x*1.0000001", "x", "x: positive"),
    "huge offset": ("(x + 1000000000000)**2 - 1000000000000**2", "x**2 + 2000000000001*x", "x:"),
    "float constant": ("0.1*x + 0.2*x", "0.30000000000000004*x", "x: positive"),
    "trace of a square": ("trace(A@A)", "trace(A)**2", "A: d d"),
    "e is not four": ("exp(1)", "4", ""),
}


@pytest.mark.parametrize("name", PROVED)
def test_a_true_claim_is_proved(name: str) -> None:
    left, right, shapes = PROVED[name]
    assert verify(left, right, shapes=shapes).verdict == "proved"


@pytest.mark.parametrize("name", RANDOMIZED)
def test_a_true_claim_without_a_normal_form_is_proved_by_a_randomized_test(name: str) -> None:
    left, right, shapes = RANDOMIZED[name]
    verdict = verify(left, right, shapes=shapes)
    assert verdict.verdict == "proved_randomized"
    assert 0 < verdict.evidence[0].details["error_bound"] < 1e-6


@pytest.mark.parametrize("name", REFUTED)
def test_a_false_claim_is_refuted_with_a_witness(name: str) -> None:
    left, right, shapes = REFUTED[name]
    verdict = verify(left, right, shapes=shapes)
    assert verdict.verdict == "refuted"
    assert verdict.counterexample is not None
    assert verdict.counterexample.left != verdict.counterexample.right


@pytest.mark.parametrize(
    ("left", "right", "shapes", "assumption"),
    [
        ("sqrt(x**2)", "x", "x:", "x >= 0"),
        ("A@x", "A.T@x", "A: d d, x: d", "A is symmetric"),
        ("sum(p)", "1", "p: k nonnegative", "p sums to one"),
    ],
)
def test_an_assumption_that_mends_a_false_claim_is_named(left: str, right: str, shapes: str, assumption: str) -> None:
    verdict = verify(left, right, shapes=shapes)
    assert (verdict.verdict, verdict.assumption) == ("true_if", assumption)
    assert verdict.counterexample is not None


def test_the_root_of_a_square_is_refuted_at_a_negative_point() -> None:
    witness = verify("sqrt(x**2)", "x", shapes="x:").counterexample
    assert witness is not None
    assert float(next(iter(witness.point.values.values())).item()) < 0


def test_x_over_x_says_where_it_is_undefined() -> None:
    verdict = verify("x/x", "1", shapes="x:")
    assert verdict.verdict == "proved"
    assert verdict.notes == ("equal where both are defined; the left is undefined at x = 0",)


def test_log_of_a_square_says_where_the_right_side_is_undefined() -> None:
    verdict = verify("log(x**2)", "2*log(x)", shapes="x: nonzero")
    assert any("the right is undefined at x = -" in note for note in verdict.notes)


def test_shapes_that_differ_refute_and_name_a_transpose() -> None:
    verdict = verify("X", "X.T", shapes="X: n d")
    assert verdict.verdict == "refuted"
    assert "(n, d)" in verdict.reason
    assert "transposing one side" in verdict.notes[0]


def test_an_inequality_is_proved_certified_or_refuted() -> None:
    assert verify("log(x) <= x - 1", shapes="x: positive").verdict == "proved"
    assert verify("x*y <= x**2 + y**2", shapes="x: real, y: real").verdict == "certified"
    refuted = verify("exp(x) <= 1 + x", shapes="x: real")
    assert refuted.verdict == "refuted"
    assert refuted.counterexample is not None


def test_what_cannot_be_proved_is_certified_with_its_points() -> None:
    verdict = verify("lgamma(x+1)", "lgamma(x)+log(x)", shapes="x: positive")
    assert verdict.verdict == "certified"
    assert verdict.evidence[0].details["points"] >= 12


def test_an_identity_wrong_only_on_a_rare_branch_is_not_passed() -> None:
    verdict = verify("where(x > 2.9, 0, x)", "x", shapes="x:")
    assert verdict.verdict in ("refuted", "true_if")


def test_a_verdict_has_no_truth_value() -> None:
    with pytest.raises(SymmlError, match="never a bare truth value"):
        bool(verify("x", "x", shapes="x:"))


def test_the_report_says_what_was_shown() -> None:
    report = repr(verify("x*2", "x*3", shapes="x:"))
    assert report.splitlines()[0] == "REFUTED"
    assert "witness   at x = 1: left = 2, right = 3" in report
    json.dumps(verify("x*2", "x*3", shapes="x:").to_json())


def test_a_single_text_needs_a_relation() -> None:
    with pytest.raises(SymmlError, match="there is no relation"):
        verify("x + 1", shapes="x:")


def test_an_unknown_symbol_is_an_error_with_a_caret() -> None:
    with pytest.raises(ReadError, match="z is not declared"):
        verify("x + z", "x", shapes="x:")


@pytest.mark.parametrize(
    ("claim", "repair"),
    [
        (r"\nabla_w L = 2X(Xw - y)", "transpose"),
        (r"X^\top y = X y", "transpose"),
        ("X@(X@w - y) == X@w", "X.T @ (X @ w - y)"),
        (r"X w + y = y + w", ""),
    ],
)
def test_shapes_that_do_not_fit_inside_a_side_refute_a_claim(claim: str, repair: str) -> None:
    let = [r"L = \|Xw - y\|^2"] if r"\nabla" in claim else []
    verdict = verify(claim, shapes="X: n d, w: d, y: n", let=let)
    assert verdict.verdict == "refuted"
    assert verdict.evidence[0].stage == "shapes"
    assert repair in " ".join(verdict.notes)


def test_a_misfit_in_a_formula_that_is_no_claim_is_an_error() -> None:
    with pytest.raises(ReadError, match="does not fit"):
        read_latex("X y", "X: n d, y: n")
