r"""Conditions beside a statement are used, or refused: never dropped."""

from __future__ import annotations

import pytest

from symml.errors import ReadError
from symml.proof.verify import verify
from symml.read.math.said import domain_of, is_known, spelled

SHAPES = {"x": "", "a": "", "b": "", "A": "n n", "z": "K", "u": "n", "p": ""}
PROVED = [
    r"\sqrt{x^2} = x \text{ for } x > 0",
    r"\sqrt{x^2} = x \quad (x \ge 0)",
    r"\forall x > 0: \sqrt{x^2} = x",
    r"\forall x \in \mathbb{R}: \sqrt{x^2} = |x|",
    r"\log(ab) = \log a + \log b \quad \forall a, b > 0",
    r"\log(ab) = \log a + \log b, \quad a > 0 \text{ and } b > 0",
    r"u^\top A u = u^\top A^\top u, \quad A = A^\top",
    r"\text{If } A \text{ is symmetric, then } \nabla_u u^\top A u = 2Au",
    r"\text{If } A \text{ is symmetric then } \nabla_u u^\top A u = 2Au",
    r"\nabla_u u^\top A u = 2Au \text{ for symmetric } A",
    r"\nabla_u u^\top A u = 2Au \text{ if } A \text{ is symmetric}",
    r"\text{Let } x > 0. \text{ Then } \sqrt{x^2} = x",
    r"\text{For } x > 0, \ \log x \le x - 1",
    r"\frac{d}{dx} |x| = 1 \text{ if } x > 0",
    r"|x|=x \text{ whenever } x\geq 0",
    r"\mathrm{softmax}(z)_k = \frac{e^{z_k}}{\sum_j e^{z_j}}, \quad k = 1, \dots, K",
    r"\log p + \log(1-p) = \log(p(1-p)), \quad p \in (0,1)",
    "sqrt(x²) = x if x > 0",
    "uᵀAu = uᵀAᵀu if A is symmetric",
]


@pytest.mark.parametrize("statement", PROVED)
def test_a_condition_is_used(statement: str) -> None:
    verdict = verify(statement, shapes=SHAPES)
    assert verdict.verdict == "proved"
    assert any(note.startswith("said with it") for note in verdict.notes)


@pytest.mark.parametrize(
    "statement",
    [
        r"\sqrt{x^2} = x, \quad x \in \mathbb{R}",
        r"\nabla_u u^\top A u = 2Au \text{ for all } u \in \mathbb{R}^n",
        r"u_k = 1, \quad k = 1, \dots, n",
    ],
)
def test_a_condition_that_does_not_help_leaves_the_claim_false(statement: str) -> None:
    assert verify(statement, shapes=SHAPES).verdict in ("refuted", "true_if")


@pytest.mark.parametrize(
    "statement",
    [
        r"\sqrt{x^2} = x, \quad x > a",
        r"u_i u_j = 0, \quad i \ne j",
        r"u_k = 1, \quad k = 3, \dots, n",
        r"\exists x: x = 1",
        r"|x| = x \text{ more often than not}",
        r"\text{If } A \text{ is nice, then } A = A^\top",
        r"|u_2| = u_2, \quad u_1 > 0",
        r"\sum_i |u_i| = \sum_i u_i, \quad u_n > 0",
        r"u_k = 1, \quad k = 1, \dots, m",
        r"A = A^\top \text{ if not symmetric}",
    ],
)
def test_a_condition_that_cannot_be_used_is_said_and_not_dropped(statement: str) -> None:
    with pytest.raises(ReadError):
        verify(statement, shapes=SHAPES)


def test_a_condition_on_every_entry_is_one_on_the_array() -> None:
    assert verify(r"\sum_i |u_i| = \sum_i u_i, \quad u_i > 0", shapes=SHAPES).verdict == "proved"


def test_a_declared_domain_and_a_condition_are_joined() -> None:
    assert verify(r"|x| = x, x \ge 0", shapes="x: positive").verdict == "proved"
    with pytest.raises(ReadError, match="cannot be joined"):
        verify(r"u = u, u \in (0, 1)", shapes="u: n sign")


@pytest.mark.parametrize(
    ("condition", "domain"),
    [
        (r"$x\geq0$", "nonnegative"),
        (r"0 < x < 1", "unit"),
        (r"x \in [0, 1]", "probability"),
        (r"x \in \mathbb{R}_{>0}^n", "positive"),
        (r"y \in \{-1, +1\}^n", "sign"),
        (r"y_i \in \{0, 1\}", "binary"),
        (r"\Sigma \succ 0", "spd"),
        (r"Q^{\top} Q = I", "orthogonal"),
        ("S positive definite", "spd"),
        ("S is invertible", "invertible"),
        ("x ≠ 0", "nonzero"),
    ],
)
def test_what_a_condition_says(condition: str, domain: str) -> None:
    found = domain_of(spelled(condition))
    assert found is not None
    assert found[1] == domain


@pytest.mark.parametrize(
    "text", ["x > y", "x y", r"\sum_i p_i = 1", "x > 0 or y > 0", "i = 2, ..., n", "A = B^T", r"A^\top B = I"]
)
def test_what_no_domain_says_is_not_known(text: str) -> None:
    assert not is_known(text)


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"|x-1| = x - 1, \quad x > 1", "proved"),
        (r"\sqrt{x^2} = -x \text{ for } x < 0", "proved"),
        (r"\sqrt{x^2} = x \text{ for } x \ge -1", "refuted"),
        (r"|x+y| = x+y, \quad x > 0, y > 1", "proved"),
        (r"|x| = 3 + x, \quad 2 < x", "refuted"),
    ],
)
def test_a_bound_on_a_symbol_is_used(claim: str, verdict: str) -> None:
    found = verify(claim, shapes="x:, y:")
    assert found.verdict == verdict
    assert "with u" in repr(found)


@pytest.mark.parametrize(
    "claim",
    [
        r"\frac{d}{dx}|x-1| = 1, \quad x > 1",
        r"|x| = x, \quad x \ge 0.5, x \le 3",
        r"|p| = p, \quad p > 1",
        r"\sum_i q_i^2 = 1, \quad \sum_i q_i = 1",
        r"x = y, \quad x \ne y",
    ],
)
def test_a_bound_that_cannot_be_used_is_not_dropped(claim: str) -> None:
    with pytest.raises(ReadError, match="this condition cannot be used"):
        verify(claim, shapes="x:, y:, p: unit, q: k")
