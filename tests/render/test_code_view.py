"""The NumPy view of a formula is read back as the same value; kernels compute it too."""

import numpy as np
import pytest

from symml.expr.walk import symbols
from symml.faces import kernel, read_numpy, simplify
from symml.proof.derive import derive
from symml.read.numpy_source import read_assignments
from symml.render.code import code
from tests import oracle
from tests.render.cases import CASES, random_expressions

IDS = [source for source, _ in CASES]


def agree(first: object, second: object, note: str) -> None:
    np.testing.assert_allclose(first, second, rtol=1e-8, atol=1e-9, err_msg=note)


@pytest.mark.parametrize(("source", "shapes"), CASES, ids=IDS)
def test_the_code_of_a_formula_is_read_back_as_the_same_value(source: str, shapes: str) -> None:
    expr = read_numpy(source, shapes)
    shown = code(expr)
    sizes = oracle.sizes_of(expr, start=3)
    values = oracle.draw(expr, sizes=sizes, seed=2)
    agree(oracle.evaluate(read_numpy(shown, shapes), values, sizes), oracle.evaluate(expr, values, sizes), shown)


@pytest.mark.parametrize(("source", "shapes"), CASES, ids=IDS)
def test_the_kernel_of_a_formula_computes_the_same_value(source: str, shapes: str) -> None:
    expr = read_numpy(source, shapes)
    emitted = kernel(expr)
    sizes = oracle.sizes_of(expr, start=3)
    values = oracle.draw(expr, sizes=sizes, seed=3)
    given = {name: values[name] if name in values else sizes[name] for name in emitted.arguments}
    agree(emitted(**given), oracle.evaluate(expr, values, sizes), emitted.source)


def test_the_code_of_random_formulas_is_read_back_as_the_same_value() -> None:
    for source, shapes in random_expressions(200):
        test_the_code_of_a_formula_is_read_back_as_the_same_value(source, shapes)


LOSSES = [
    ("mean((y - X@w)**2) + lam*dot(w, w)", "w", "X: n d, y: n, w: d, lam: positive", 2),
    ("sum(logsumexp(X@W, axis=1)) - sum(Y*(X@W))", "W", "X: n d, W: d k, Y: n k onehot", 1),
    ("sum(logsumexp(X@W, axis=1)) - sum(Y*(X@W))", "W", "X: n d, W: d k, Y: n k onehot", 2),
    ("sum(tanh(X@W1)@W2)", "W1", "X: n d, W1: d h, W2: h k", 1),
    ("sum(tanh(X@W1)@W2)", "W1", "X: n d, W1: d h, W2: h k", 2),
    ("sum((X - mean(X, axis=0))**2/var(X, axis=0))", "X", "X: n d", 1),
    ("softmax(X@w)", "w", "X: n d, w: d", 1),
    ("trace(A@X@B@X.T)", "X", "A: n n, X: n d, B: d d", 2),
    ("log(det(S)) + w@inv(S)@w", "S", "S: d d spd, w: d", 1),
]


@pytest.mark.parametrize(("loss", "wrt", "shapes", "order"), LOSSES, ids=[f"{row[0]} {row[3]}" for row in LOSSES])
def test_the_code_of_a_derivation_is_read_back_as_its_result(loss: str, wrt: str, shapes: str, order: int) -> None:
    found = derive(loss, wrt, shapes=shapes, order=order)
    sizes = oracle.sizes_of(found.expr, found.result)
    values = oracle.draw(found.expr, sizes=sizes)
    back = read_assignments(found.code(), shapes)
    agree(oracle.evaluate(back, values, sizes), oracle.evaluate(found.result, values, sizes), found.code())


@pytest.mark.parametrize(
    "source",
    [
        "where(x > 0, 1, 0) * where(y > 0, 1, 0) + where(x > y, 1, 0)",
        "where(X @ w > 0, 1, 0) @ where(x > 0, 1, 0)",
        "-where(s > 0, 1, 0) * w",
    ],
)
def test_truth_values_count_as_numbers_where_numpy_runs_the_code(source: str) -> None:
    shapes = "x: n, y: n, X: n d, w: d, s:"
    expr = simplify(read_numpy(source, shapes))
    rng = np.random.default_rng(0)
    sizes = {"n": 4, "d": 3}
    names = {"x": (4,), "y": (4,), "X": (4, 3), "w": (3,), "s": ()}
    values = {name: rng.normal(size=shape) for name, shape in names.items()}
    found = eval(code(expr), {"np": np, **sizes, **values})  # the printed code, as a user would run it
    assert np.asarray(found).dtype != np.bool_
    agree(found, kernel(expr)(**{s.name: values[s.name] for s in symbols(expr)}), source)


def test_an_array_of_one_value_is_written_as_the_value_beside_an_array() -> None:
    shown = code(read_numpy("where(x > s, x - mean(x), 0)", "x: n, s:"))
    assert shown == "np.where(x > s, x - (np.ones(n) @ x) / n, 0)"
