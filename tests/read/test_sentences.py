"""Declarations written as sentences."""

from __future__ import annotations

import pytest

from symml import verify
from symml.errors import DeclarationError
from symml.read.declarations import read_declarations

SENTENCES = {
    r"Let $X \in \mathbb{R}^{n\times d}$ and $w\in\mathbb{R}^d$": {"X": "n d real", "w": "d real"},
    "let X be an n x d matrix": {"X": "n d real"},
    r"$w \in \mathbb{R}^d$ and $y\in\{-1,1\}^n$": {"w": "d real", "y": "n sign"},
    "X is an n by d matrix, y is a vector of length n, and w ∈ ℝᵈ": {"X": "n d real", "y": "n real", "w": "d real"},
    r"\lambda > 0, A \in \mathbb{S}^n_{++}": {r"\lambda": "positive", "A": "n n spd"},
    r"A \in \mathbb{R}^{n \times n} where A is symmetric": {"A": "n n symmetric"},
    "w, b ∈ R^d": {"w": "d real", "b": "d real"},
    r"p \in \Delta^k": {"p": "k simplex"},
    r"W^{(1)} \in \mathbb{R}^{k \times d_k}": {"W^{(1)}": "k d_k real"},
    "S is an n x n positive definite matrix": {"S": "n n spd"},
    "a is a scalar and b is nonnegative": {"a": "real", "b": "nonnegative"},
    "let x be a d-dimensional vector. Let B be a k×d matrix.": {"x": "d real", "B": "k d real"},
    "X ∈ ℝⁿˣᵈ": {"X": "n d real"},
    "X ∈ R^{nxd}": {"X": "n d real"},
}


@pytest.mark.parametrize("sentence", SENTENCES, ids=str)
def test_a_sentence_declares_dims_and_domains(sentence: str) -> None:
    found = read_declarations(sentence).symbols
    said = {name: " ".join([*map(str, s.shape), s.domain.name]) for name, s in found.items()}
    assert said == SENTENCES[sentence]


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("X is a matrix", "the shape of X is not said"),
        ("the weather is nice", "not understood"),
        (r"x \in \mathcal{X}", "not understood"),
        ("X ∈ R^{n×d} of full rank", "not understood: of full rank"),
        ("X ∈ R^{n×d}, X ∈ R^n", "declared with"),
        ("p ∈ (0,1), p ∈ {-1,1}", "declared unit and sign"),
    ],
)
def test_what_a_sentence_says_beyond_declarations_is_refused(sentence: str, words: str) -> None:
    with pytest.raises(DeclarationError, match=words):
        read_declarations(sentence)


def test_sentences_serve_wherever_declarations_do() -> None:
    claim = r"\nabla_w \|Xw-y\|^2 = 2X^\top(Xw-y)"
    assert (
        verify(claim, shapes=r"Let $X \in \mathbb{R}^{n\times d}$, $w\in\mathbb{R}^d$ and $y \in \mathbb{R}^n$").verdict
        == "proved"
    )
