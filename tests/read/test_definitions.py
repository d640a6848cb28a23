"""Definitions beside a formula hold in it, in any order; what is not used is a claim of its own; carets stay true."""

from __future__ import annotations

import pytest

from symml import verify
from symml.errors import ReadError
from symml.read.latex import read_latex, reading, readings
from symml.read.math.relation import Relation

SHAPES = "X: n d, w: d, y: n, z: k, p: k simplex, W: k d, x: d, b:, tau: positive"


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        (r"W^\top(q - z), \quad q = \mathrm{softmax}(u), \quad u = Wx", r"W^\top(\mathrm{softmax}(Wx) - z)"),
        (r"W^\top(p - z) \text{ where } p = \mathrm{softmax}(z)", r"W^\top(\mathrm{softmax}(z) - z)"),
        (
            r"\frac{x-m}{\sqrt{\sigma^2+1}}, m = \frac1d\sum_{i=1}^d x_i, \sigma^2 = \frac1d\sum_{i=1}^d(x_i-m)^2",
            r"\frac{x-\frac1d\mathbf{1}^\top x}{\sqrt{\frac1d\|x-\frac1d\mathbf{1}^\top x\|^2+1}}",
        ),
        (r"b/s, \quad s^2 = x^\top x", r"b/\sqrt{x^\top x}"),
        (r"\sum_{i=1}^n \ell_i \text{ where } \ell_i = (y_i - x^\top X_i)^2", r"\|y - Xx\|^2"),
        (r"\sum_{i=1}^n \rho(y_i - b) \text{ where } \rho(t) = t^2 + s, s = 3t", r"\|y-b\|^2 + 3\sum_i (y_i - b)"),
        (r"f'(b^2) \text{ where } f(t) = t^3", r"3b^4"),
        (r"g(2b) \text{ where } g(b) = s + 1, s = b^2", r"4b^2 + 1"),
        (r"\sum_{i} \rho_\tau(y_i) \text{ where } \rho_\tau(t) = \tau t^2", r"\tau\sum_i y_i^2"),
    ],
)
def test_definitions_hold_in_any_order(text: str, meaning: str) -> None:
    left, right = (read_latex(part, SHAPES) for part in (text, meaning))
    assert verify(left, right).verdict in ("proved", "proved_randomized", "certified")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a + b, a = b + a", "a is defined by itself"),
        (r"f(2), \quad f(t) = t^2 + f(t)", "f is defined by itself"),
        (r"p^\top p, p = p/2", "p is defined by itself"),
        (r"x^\top x \text{ where } x = Xw", "x is declared as"),
        (r"\alpha_{ij} + b, \quad \alpha_{ij} = w_i", "the right side does not depend on j"),
    ],
)
def test_definitions_without_sense_are_refused(text: str, words: str) -> None:
    with pytest.raises(ReadError, match=words):
        read_latex(text, SHAPES)


def test_a_definition_that_is_not_used_is_a_claim_that_is_not_dropped() -> None:
    found = read_latex(r"y^\top y = \|y\|^2, \quad b = 3", SHAPES)
    assert isinstance(found, Relation)
    assert found.conditions == ("b = 3",)
    with pytest.raises(ReadError, match="this condition cannot be used: b = 3"):
        verify(r"y^\top y = \|y\|^2, \quad b = 3", shapes=SHAPES)


def test_the_caret_points_into_the_definition() -> None:
    with pytest.raises(ReadError) as caught:
        reading(r"L + 1", SHAPES, let=[r"L = w^\top x + \bigoplus"])
    assert caught.value.source == r"L = w^\top x + \bigoplus"
    with pytest.raises(ReadError) as caught:
        reading(r"L + 1", SHAPES, let=[r"L = w^\top y"])
    assert caught.value.source == r"L = w^\top y"


def test_every_line_of_an_alignment_is_a_statement() -> None:
    text = r"\begin{align} q &= \sigma(Xw) \\ \nabla_w L &= X^\top(q - y) \end{align}"
    loss = r"L = \sum_i \left(\log(1+e^{w^\top X_i}) - y_i w^\top X_i\right)"
    found = readings(text, SHAPES, let=[loss])
    assert [one.defines for one in found] == [True, False]
    assert verify(text, shapes=SHAPES, let=[loss]).verdict == "proved"
    both = r"\begin{gather} \nabla_w w^\top w = 2w \\ \nabla_w (a^\top w) = w \end{gather}"
    assert verify(both, shapes="a: d, w: d").verdict == "refuted"
    assert verify(both.replace("= w ", "= a "), shapes="a: d, w: d").verdict == "proved"
