"""Shapes that nobody declared: found by unification, the most customary first, and said."""

from __future__ import annotations

import pytest

from symml.errors import ReadError
from symml.read.declarations import read_declarations
from symml.read.inference import infer, kinds_of
from tests.cli.harness import run

LATEX = [
    (r"(AB)^\top = B^\top A^\top", "A: n d, B: d m"),
    (r"A v = \lambda v", "A: n n, v: n, lam:"),
    (r"\nabla_w \|Xw-y\|_2^2 = 2X^\top(Xw-y)", "X: n d, w: d, y: n"),
    (r"\frac{\partial L}{\partial w} = X^\top (p - y)", "X: n d, w: d, p: n, y: n"),
    (r"L(w) = \frac1n \sum_{i=1}^n (y_i - w^\top x_i)^2", "y: n, w: d, X: n d"),
    (r"\mathrm{tr}(ABC) = \mathrm{tr}(CAB)", "A: n d, B: d m, C: m n"),
    (
        r"(A+UCV)^{-1} = A^{-1} - A^{-1}U(C^{-1}+VA^{-1}U)^{-1}VA^{-1}",
        "A: n n, U: n d, C: d d, V: d n",
    ),
    (r"\mathbf{x}^\top\boldsymbol{\Sigma}^{-1}\mathbf{x}", r"\mathbf{x}: n, \mathbf{\Sigma}: n n"),
    (r"\|x\|_2 \le \|x\|_1", "x: n"),
    (r"\det(AB) = \det(A)\det(B)", "A: n n, B: n n"),
    (r"\mathbb{E}[aX+b] = a\mathbb{E}[X]+b", "X: random"),
    (r"\frac{d}{dx} \tanh(x) = 1-\tanh^2(x)", ""),
    (r"\frac{\partial}{\partial v}(v_1^2 v_2)", "v: n"),
    (r"\bar x = \frac1n\sum_{i=1}^n x_i", ""),
]
TEXT = [
    ("(AB)^T = B^T A^T", "A: n d, B: d m"),
    ("Av = λv", "A: n n, v: n, lam:"),
    ("A = U Σ V^T", "Σ: n d, U: m n, V: k d"),
    ("w = (X^T X)^(-1) X^T y", "X: n d, y: n"),
    ("∇_w ‖Xw − y‖² = 2Xᵀ(Xw − y)", "X: n d, w: d, y: n"),
]


@pytest.mark.parametrize(("source", "assumed"), LATEX, ids=[row[0] for row in LATEX])
def test_latex_tells_its_shapes(source: str, assumed: str) -> None:
    found = infer(source)[0]
    assert set(found.assumed.split(", ")) == set(assumed.split(", "))


@pytest.mark.parametrize(("source", "assumed"), TEXT, ids=[row[0] for row in TEXT])
def test_plain_text_tells_its_shapes(source: str, assumed: str) -> None:
    found = infer(source, one_line=True)[0]
    assert set(found.assumed.split(", ")) == set(assumed.split(", "))


def test_readings_come_in_the_order_of_custom() -> None:
    found = infer(r"x^\top A x")
    assert [reading.assumed for reading in found] == ["x: n, A: n n", "x: n, A:"]
    assert found[0].cost < found[1].cost


def test_what_is_declared_stays_as_it_is() -> None:
    found = infer(r"X w - y", read_declarations("X: m p, lam: positive"))[0]
    assert found.assumed == "w: p, y: m"
    assert found.declarations.symbols["lam"].domain.name == "positive"


def test_definitions_are_read_with_it() -> None:
    found = infer(r"\nabla_w L = X^\top (Xw - y)", let=[r"L = \frac12\|Xw - y\|^2"])[0]
    assert not found.reading.undefined
    assert set(found.assumed.split(", ")) == {"X: n d", "w: d", "y: n"}


def test_what_makes_no_sense_under_any_shapes_is_an_error() -> None:
    with pytest.raises(ReadError, match="bigoplus"):
        infer(r"A \bigoplus B")


def test_letters_are_what_custom_makes_them() -> None:
    assert [kinds_of(name)[0] for name in ("A", "x", r"\mathbf{w}", r"\Sigma", r"\lambda", "n", r"\hat{y}")] == [
        "matrix",
        "vector",
        "vector",
        "matrix",
        "number",
        "number",
        "vector",
    ]


def test_the_commands_say_what_they_assumed() -> None:
    read = run("read", r"\nabla_w \|Xw-y\|^2", "--infer")
    assert (read.code, "assumed: X: n d, w: d, y: n" in read.out) == (0, True)
    check = run("check", "(AB)^T = A^T B^T", "--infer")
    assert (check.code, "assumed: A: n n, B: n n" in check.out) == (1, True)
    both = run("check", "a", "b", "--infer")
    assert (both.code, "one statement" in both.err) == (2, True)
