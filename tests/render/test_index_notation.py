"""Index notation means what was written: an independent reader runs its sums as loops."""

import numpy as np
import pytest

from symml.calculus.differentiate import hessian
from symml.expr.nodes import Expr
from symml.expr.walk import symbols
from symml.faces import read_numpy
from symml.render.formula import formula
from symml.render.indices import index_form
from symml.render.spelling import LATEX, TEXT
from symml.render.text import name
from tests import oracle
from tests.render.cases import CASES, random_expressions
from tests.render.index_reader import read_indices
from tests.render.test_tex import problems

WITH_INVERSES_OF_PRODUCTS = ("inv(A.T)", "inv(A@B)", "inv(X.T@X + lam*eye(d))@X.T@y")
READABLE = [case for case in CASES if case[0] not in WITH_INVERSES_OF_PRODUCTS]
LOSSES = [
    ("sum(logsumexp(X@W, axis=1)) - sum(Y*(X@W))", "W", "X: n d, W: d k, Y: n k onehot"),
    ("sum(tanh(X@W1)@W2)", "W1", "X: n d, W1: d h, W2: h k"),
    ("trace(A@X@B@X.T)", "X", "A: n n, X: n d, B: d d"),
    ("sum(softmax(X, axis=1)**2)", "X", "X: n d"),
    ("log(det(S))", "S", "S: d d spd"),
    ("trace(inv(S)@A@S)", "S", "S: d d spd, A: d d"),
    ("sum(X[:, 0]**3) + sum(X[::-1]*X)", "X", "X: n d"),
]


def assert_means(root: Expr, names: dict[Expr, str] | None = None) -> None:
    """The index notation of the expression, with names for parts, has its value."""
    shown = index_form(root, TEXT, names)
    sizes = oracle.sizes_of(root)
    values = oracle.draw(root, sizes=sizes)
    parts = {name: oracle.evaluate(node, values, sizes) for node, name in (names or {}).items()}
    expected = oracle.evaluate(root, values, sizes)
    printed = {name(key): key for key in [*values, *parts, *sizes]}
    found = read_indices(shown, printed, {**values, **parts}, sizes, expected.shape)
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-8, err_msg=shown)


@pytest.mark.parametrize(("source", "shapes"), READABLE, ids=[source for source, _ in READABLE])
def test_index_notation_has_the_value_of_the_expression(source: str, shapes: str) -> None:
    assert_means(read_numpy(source, shapes))


def test_index_notation_of_random_formulas_keeps_their_value() -> None:
    for source, shapes in random_expressions(100):
        assert_means(read_numpy(source, shapes))


@pytest.mark.parametrize(("loss", "wrt", "shapes"), LOSSES, ids=[row[0] for row in LOSSES])
def test_hessians_with_four_axes_have_the_value_of_their_index_notation(loss: str, wrt: str, shapes: str) -> None:
    root = read_numpy(loss, shapes)
    variable = next(symbol for symbol in symbols(root) if symbol.name == wrt)
    found = hessian(root, variable)
    assert_means(found)
    assert_means(found, formula(found).names)


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("inv(A@B)", "[ij] ↦ (A B)⁻¹[i,j]"),
        ("inv(A.T)", "[ij] ↦ (Aᵀ)⁻¹[i,j]"),
        ("w[::-1]", "[i] ↦ Σ_j w[j] δ[j,d+1-i]"),
        ("w[1:]", "[i] ↦ Σ_j w[j] δ[j,i+1]"),
        ("lgamma(a)*x", "(log Γ(a)) x"),
        ("(w@v)*(u@v)", "(Σ_i w[i] v[i]) (Σ_i u[i] v[i])"),
    ],
)
def test_index_notation_is_written_with_the_brackets_that_it_needs(source: str, shown: str) -> None:
    assert index_form(read_numpy(source, CASES[0][1]), TEXT) == shown


def test_index_notation_in_latex_is_valid_tex() -> None:
    shown = [index_form(read_numpy(*case), LATEX) for case in [*CASES, *random_expressions(50)]]
    assert {tex: found for tex in shown if (found := list(problems(tex)))} == {}
