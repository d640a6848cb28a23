"""Formulas typed on a plain keyboard mean what they mean on paper; NumPy code stays NumPy code."""

from __future__ import annotations

import pytest

from symml.errors import ReadError
from symml.proof.verify import verify
from symml.read.declarations import read_declarations
from symml.read.expression import read_expression
from symml.read.recognize import notation_of

SHAPES = "X: n d, A: d d, w: d, v: d, y: n, lam: positive"
SAME = [
    ("X w", "X @ w"),
    ("Xw - y", "X @ w - y"),
    ("w'X'X w", "w @ X.T @ X @ w"),
    ("X^T(Xw - y)", "X.T @ (X @ w - y)"),
    ("(X w - y)'(X w - y)/n", "dot(X@w - y, X@w - y)/X.shape[0]"),
    ("w^T A w", "w @ A @ w"),
    ("A^-1 w", "inv(A) @ w"),
    ("lam w", "lam * w"),
    ("tr(A'A)", "trace(A.T @ A)"),
    ("softmax(Aw)", "softmax(A @ w)"),
    ("mean(y - Xw)", "mean(y - X@w)"),
    ("σ(Xw)", "sigmoid(X @ w)"),
    ("exp(X)A", "exp(X) @ A"),
]


@pytest.mark.parametrize(("formula", "code"), SAME)
def test_a_plain_formula_is_the_code_it_stands_for(formula: str, code: str) -> None:
    declared = read_declarations(SHAPES)
    assert read_expression(formula, declared).shape == read_expression(code, declared).shape
    assert verify(formula, code, shapes=SHAPES).verdict == "proved"


@pytest.mark.parametrize("code", ["X @ w", "sum(w**2)", "X.T", "w[0]", "sum(X, axis=0)", "x = w; sum(x)", "w * v", "a"])
def test_code_stays_code(code: str) -> None:
    assert notation_of(code) == "numpy"


@pytest.mark.parametrize(("text", "said"), [("softmax(Qw)", "Qw is not declared"), ("sum(w @ v", "never closed")])
def test_what_is_neither_is_an_error_about_the_code(text: str, said: str) -> None:
    with pytest.raises(ReadError, match=said):
        read_expression(text, read_declarations(SHAPES))
