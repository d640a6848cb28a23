"""Very deep and very shared expressions are printed in stages, and read back."""

import pytest

from symml.calculus.differentiate import derivative
from symml.expr import build, functions
from symml.expr.nodes import Expr
from symml.read.declarations import read_declarations
from symml.read.latex import reading
from symml.render import latex, text
from symml.render.formula import formula

DEPTH = 16_384


def chain(depth: int) -> tuple[Expr, Expr]:
    x = build.scalar("x")
    found: Expr = x
    for _ in range(depth):
        found = functions.tanh(found)
    return found, x


@pytest.mark.parametrize("view", [text.text, latex.latex], ids=["text", "latex"])
def test_depth_does_not_recurse(view: object) -> None:
    shown = view(chain(DEPTH)[0])
    assert shown.count("where") == 1
    assert len(shown) < 20 * DEPTH


def test_a_gradient_of_a_shared_chain_does_not_explode() -> None:
    x = build.scalar("x")
    found: Expr = x
    for _ in range(100):
        found = found * functions.sigmoid(found)
    for shown in (text.text(found), formula(derivative(found, x)).text()):
        assert len(shown) < 40_000


def test_stages_are_read_back() -> None:
    found, _ = chain(100)
    again = reading(text.text(found), read_declarations("x: real"), one_line=True).value
    assert again is found
