"""Claims that are wrong only on a rare branch, or where two values tie on a whole interval, are never passed."""

from __future__ import annotations

import pytest

from symml.calculus.branch_degree import branch_degree
from symml.calculus.identity_test import identity_test
from symml.expr.build import vector
from symml.expr.functions import greater, relu
from symml.proof.derive import derive
from symml.proof.gradient_check import check_gradient
from symml.proof.verify import verify
from symml.read.declarations import read_declarations
from symml.read.expression import read_expression

_PASSED = ("proved", "proved_randomized", "certified")
_LETTERS = "abcdghjklm"


def _conditions(count: int, form: str, joined: str) -> str:
    return joined.join(form.replace("?", name) for name in _LETTERS[:count])


@pytest.mark.parametrize("count", [1, 2, 5, 10])
@pytest.mark.parametrize(("form", "joined"), [("where(? > 3, 1, 0)", "*"), ("relu(? - 3)", "*")])
def test_a_term_on_a_rare_branch_is_found(count: int, form: str, joined: str) -> None:
    shapes = ", ".join(f"{name}:" for name in _LETTERS[:count]) + ", x:"
    verdict = verify(f"x**2 + {_conditions(count, form, joined)}*tanh(x)", "x**2", shapes=shapes)
    assert verdict.verdict in ("refuted", "true_if")
    assert verdict.counterexample is not None


@pytest.mark.parametrize("count", [2, 4, 7])
def test_no_draw_passes_a_term_that_needs_many_signs(count: int) -> None:
    shapes = read_declarations(", ".join(f"{name}:" for name in _LETTERS[:count]) + ", x:")
    wrong = read_expression(f"x + {_conditions(count, 'relu(?)', '*')}", shapes)
    assert identity_test(wrong, read_expression("x", shapes)).status != "zero"


def test_a_label_beyond_the_first_two_is_not_forgotten() -> None:
    assert verify("where(y == 2, x, 0)", "0*x", shapes="y: label, x:").verdict not in _PASSED


def test_signs_that_are_multiplied_are_counted() -> None:
    x, y, z = vector("x", 3), vector("y", 3), vector("z", 3)
    assert branch_degree(x * y + 1, {}) == 0
    assert branch_degree(relu(x) + relu(y), {}) == 1
    assert branch_degree(greater(x, 0) * y + greater(y, 0) * z, {}) == 1
    assert branch_degree(greater(x, 0) * greater(y, 0) * greater(z, 0), {}) == 3
    assert branch_degree(greater(x, 0) * greater(x, 0), {}) == 1
    assert branch_degree((greater(x, 0) * y).sum() ** 2, {}) == 2


SHAPES = "r: positive, A:, eps: unit"
PPO = "minimum(r*A, clip(r, 1-eps, 1+eps)*A)"
INSIDE = "where(r < 1+eps, 1, 0)*where(r > 1-eps, 1, 0)"


def _ppo_slope(sign: str) -> str:
    clipped = "clip(r, 1-eps, 1+eps)*A"
    return f"A*where(r*A {sign} {clipped}, 1, 0) + A*where({clipped} < r*A, 1, 0)*{INSIDE}"


def test_a_tie_on_a_whole_interval_has_a_slope() -> None:
    assert check_gradient(PPO, _ppo_slope("<="), wrt="r", shapes=SHAPES).verdict in _PASSED
    assert check_gradient(PPO, _ppo_slope("<"), wrt="r", shapes=SHAPES).verdict == "refuted"


@pytest.mark.parametrize(
    ("condition", "weaker"),
    [
        ("relu(x + 50) > 0", "relu(x + 50) >= 0"),
        ("abs(x - 60) + abs(x + 60) > 120", "abs(x - 60) + abs(x + 60) >= 120"),
        ("maximum(x, 30) > 30", "maximum(x, 30) >= 30"),
        ("sqrt((x - 60)**2) - (60 - x) > 0", "sqrt((x - 60)**2) - (60 - x) >= 0"),
        ("minimum(x, y) > y", "minimum(x, y) >= y"),
        ("relu(x) * relu(y) > 0", "relu(x) * relu(y) >= 0"),
    ],
)
def test_ties_on_an_open_set_are_no_exception(condition: str, weaker: str) -> None:
    verdict = check_gradient(f"where({condition}, x, 0)", f"where({weaker}, 1, 0)", wrt="x", shapes="x:, y:")
    assert verdict.verdict not in _PASSED


def test_a_witness_on_a_kink_is_moved_off_it() -> None:
    verdict = check_gradient("where(x > 0, x, 0)", "where(relu(x) >= 0, 1, 0)", wrt="x", shapes="x:")
    assert verdict.counterexample is not None
    assert str(verdict.counterexample).startswith("at x = -1:")


def test_networks_without_biases_are_still_proved() -> None:
    claim = "V.T @ (where(V@x >= 0, 1, 0) * (W.T @ where(W @ relu(V@x) >= 0, 1, 0)))"
    verdict = check_gradient("sum(relu(W @ relu(V@x)))", claim, wrt="x", shapes="x: d, V: m d, W: k m")
    assert verdict.verdict in ("proved", "proved_randomized")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("where(x - y > 0, 1, 0)", "where(x - y >= 0, 1, 0)"),
        ("where(sqrt((2 + y)**2) >= 0, 1, 0)", "where(sqrt((2 + y)**2) > 0, 1, 0)"),
        ("sign(sqrt((x - y)**2))", "sign(sqrt((x + y)**2))"),
        ("abs(where(x > 2, 1, 0))", "abs(where(x > 3, 1, 0))"),
        ("where(y > sign(x + 1), 1, 0)", "where(y >= sign(x + 1), 1, 0)"),
    ],
)
def test_an_identity_that_fails_at_a_tie_or_between_thresholds_is_not_passed(left: str, right: str) -> None:
    verdict = verify(left, right, shapes="x:, y:")
    assert verdict.verdict not in _PASSED
    assert verdict.counterexample is not None


def test_a_tie_that_no_point_meets_is_never_called_proved() -> None:
    verdict = verify("where(y > log(1 + exp(x)), 1, 0)", "where(y >= log(1 + exp(x)), 1, 0)", shapes="x:, y:")
    assert verdict.verdict not in ("proved", "proved_randomized")
    assert verdict.verdict != "certified" or "ties that no point met are not covered" in verdict.notes


@pytest.mark.parametrize(
    ("left", "right", "shapes"),
    [
        ("x - y", "(x + where(x == y, 1, 0)) - y", "x: positive, y: real"),
        ("minimum(exp(x/2), 1)", "minimum(exp((x + where(x == y, 1, 0))/2), 1)", "x:, y:"),
        ("where(4 >= 2/(x - y), x, 1)", "where(4 > 2/(x - y), x, 1)", "x:, y:"),
        ("where(X@w > y, 1, 0)", "where(X@w >= y, 1, 0)", "X: n d, w: d, y: n"),
        ("sum(where(x > mean(x), x, 0))", "sum(where(x >= mean(x), x, 0))", "x: n"),
        ("sign(sqrt(x - y)/sqrt(x - y))", "sign(sqrt(x - abs(y))/sqrt(x - y))", "x: nonnegative, y:"),
        ("exp(x)", "exp(x + where(x == sqrt(y**2), 1, 0))", "x: positive, y:"),
        (
            "minimum(logaddexp(0.5 - y, where(0.5 > x, x + 1, y)), 1)",
            "minimum(logaddexp(0.5 - y, where(0.5 > x, x + 1, abs(y))), 1)",
            "x:, y:",
        ),
    ],
)
def test_branches_are_tried_where_they_meet(left: str, right: str, shapes: str) -> None:
    verdict = verify(left, right, shapes=shapes)
    assert verdict.verdict in ("refuted", "true_if")
    assert verdict.counterexample is not None


def test_a_tie_at_no_rational_point_is_met_by_solving_for_a_symbol() -> None:
    verdict = verify("where(y > log(1 + exp(x)), 1, 0)", "where(y >= log(1 + exp(x)), 1, 0)", shapes="x:, y:")
    assert verdict.verdict == "refuted"
    assert "y = log(1 + exp(x))" in verdict.notes[0]


@pytest.mark.parametrize("special", ["x == 0", "x == 1.7", "x == mean(x)"])
def test_a_gradient_that_is_wrong_at_one_smooth_point_is_refuted(special: str) -> None:
    assert check_gradient("sum(x**2)", f"where({special}, 1, 2*x)", wrt="x", shapes="x: n").verdict == "refuted"


def test_a_derivative_in_a_statement_that_is_wrong_at_one_smooth_point_is_refuted() -> None:
    assert verify(r"\frac{d}{dx} x^2", "where(x == 0, 1, 2*x)", shapes="x:").verdict == "refuted"


def test_a_subgradient_chosen_at_a_kink_is_no_mistake() -> None:
    assert check_gradient("sum(abs(x - y))", "where(x > y, 1, -1)", wrt="x", shapes="x: n, y: n").verdict == "proved"
    assert verify(r"\frac{d}{dx} |x|", "where(x > 0, 1, -1)", shapes="x:").verdict == "proved"


def test_the_square_of_a_sign_beside_roots_does_not_recurse() -> None:
    claim = "maximum(x, sqrt(maximum(x, y) + minimum(x, y) - y**2) - y)**2 * sqrt(where(y > 0, 1, 0)**2)"
    truth = "maximum(x, x - y)**2 * sqrt(where(y > 0, 1, 0)**2)"
    assert verify(truth, claim, shapes="x: nonnegative, y:").verdict == "refuted"


@pytest.mark.parametrize(
    "loss", ["max(Y@w)", "min(exp(Y@w))", "sum(sort(Y@w)*t)", "max(where(t > 0, sum(w), sum(w**2)))"]
)
def test_entries_that_tie_for_good_share_the_slope(loss: str) -> None:
    found = derive(loss, wrt="w", shapes="Y: n d onehot, w: d, t: n")
    assert found.verdict.verdict == "proved"
    assert "differences" in {evidence.stage for evidence in found.verdict.evidence}


def test_a_derivative_is_not_refuted_at_a_jump() -> None:
    assert derive("mean(sign(w))", wrt="w", shapes="w: d").verdict.verdict == "proved"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("sign(x)**2 + maximum(x - y - 1, x**0.5)", "sign(x)**2 + maximum(x - y*sign(x) - 1, x**0.5)"),
        ("where(exp(y) > minimum(x - y, x), 1, 0)", "where(exp(y) >= minimum(x - y, x), 1, 0)"),
        ("where(abs(y) > exp(x), 1, 0)", "where(abs(y) >= exp(x), 1, 0)"),
        ("sign(x**2 + y**2 - 3)*y + sign(x**2 + y**2 - 3)**2", "sign(x**2 + y**2 - 3)*y + 1"),
        ("where(x**2 + y**2 > 3, 1, 0)", "where(x**2 + y**2 >= 3, 1, 0)"),
    ],
)
def test_equal_comparisons_used_in_other_ways_are_met_at_their_ties(left: str, right: str) -> None:
    assert verify(left, right, shapes="x: nonnegative, y:").verdict == "refuted"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("where(2*(x + 1) > where(2 > y, 1, 0), 1, 0)", "where(2*(x + 1) > where(3 > y, 1, 0), 1, 0)"),
        ("where(minimum(x - y, 1) > exp(x - y) - (x - y) + x, 1, 0)",
         "where(minimum(x - y, 1) >= exp(x - y) - (x - y) + x, 1, 0)"),
        ("where(x > 1/2, where(y > 5, 1, 0), 0)", "where(x > 1/2, where(y > 7, 1, 0), 0)"),
        ("relu(x - 3)*relu(4 - x)", "0*x"),
    ],
)  # fmt: skip
def test_a_cell_between_the_numbers_of_a_claim_is_visited(left: str, right: str) -> None:
    assert verify(left, right, shapes="x:, y:").verdict in ("refuted", "true_if")
