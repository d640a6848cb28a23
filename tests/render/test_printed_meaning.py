"""What is printed means what was written: an independent reader computes the same numbers from the text."""

import numpy as np
import pytest

from symml.expr.arithmetic import scale
from symml.expr.build import dot, symbol
from symml.expr.dims import dim_value
from symml.expr.nodes import Expr
from symml.faces import read_numpy
from symml.render import latex, text
from tests import oracle
from tests.render.cases import CASES, random_expressions
from tests.render.reader import Reader, latex_tokens, text_tokens
from tests.render.typed import untyped

VIEWS = {"text": (text, text_tokens), "latex": (latex, latex_tokens)}


def value_of_print(view: str, root: Expr, seed: int = 1) -> tuple[np.ndarray, np.ndarray, str]:
    """The value that a reader computes from the printed formula, the value of the expression, and the print."""
    module, tokens = VIEWS[view]
    shown = getattr(module, view)(root)
    sizes = oracle.sizes_of(root, start=3)
    values = oracle.draw(root, sizes=sizes, seed=seed)
    names = {module.name(name): name for name in [*values, *sizes]}
    shape = tuple(dim_value(dim, sizes) for dim in root.shape)
    found = Reader(tokens(shown, names), values, sizes).read()
    return untyped(found, shape), oracle.evaluate(root, values, sizes), shown


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(("source", "shapes"), CASES, ids=[source for source, _ in CASES])
def test_a_printed_formula_has_the_value_of_the_expression(source: str, shapes: str, view: str) -> None:
    found, expected, shown = value_of_print(view, read_numpy(source, shapes))
    np.testing.assert_allclose(found, expected, rtol=1e-9, err_msg=shown)


@pytest.mark.parametrize("view", VIEWS)
def test_random_formulas_keep_their_value_when_printed(view: str) -> None:
    for source, shapes in random_expressions(300):
        found, expected, shown = value_of_print(view, read_numpy(source, shapes))
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9, err_msg=f"{source}  printed as  {shown}")


@pytest.mark.parametrize("view", VIEWS)
def test_a_sum_whose_terms_are_all_zero_is_printed(view: str) -> None:
    p, x = symbol("p", "k"), symbol("x", "k")
    zero = scale(0, x)
    assert "0" in getattr(VIEWS[view][0], view)(dot(p, (zero - dot(p, zero)) ** 2)).replace("𝟎", "0")
