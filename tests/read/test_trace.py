"""Traced functions are the same functions: their expressions agree with NumPy on numbers."""

from __future__ import annotations

import functools
import math
from math import pi
from typing import Any

import numpy as np
import pytest
import scipy.special as sp
from numpy.linalg import norm
from scipy.optimize import rosen, rosen_der, rosen_hess, rosen_hess_prod

from symml.expr.build import symbol
from symml.expr.dims import size
from symml.expr.nodes import Expr
from symml.read.trace import trace
from tests.oracle import differences
from tests.read import course, course_code
from tests.read.agreement import assert_agrees, parts

LOOPS = ("hinge again",)
COURSES = {**course_code.PAIRS, **{f"{name} again": _ for name, _ in course.PAIRS.items()}}


@pytest.mark.parametrize("name", COURSES)
def test_a_course_pair_is_traced_for_all_dims(name: str) -> None:
    pair = COURSES[name]
    shapes = next(item for item in pair if isinstance(item, str) and ":" in item)
    for function in pair[:2]:
        assert assert_agrees(function, shapes).sizes == (
            {"n": 3, "d": 2} if name in LOOPS and "grad" in function.__name__ else {}
        )


def test_loops_are_traced_with_pairwise_distinct_numbers() -> None:
    found = assert_agrees(course_code.loop_logistic_grad, "X: n d, y: n, w: d")
    assert found.sizes == {"n": 3, "d": 2}
    assert repr(found).startswith("loop_logistic_grad for n=3, d=2")


@pytest.mark.parametrize("n", [2, 3, 4, 5, "n"])
@pytest.mark.parametrize("function", [rosen, rosen_der, rosen_hess])
def test_scipys_rosenbrock_functions_are_traced(function: Any, n: object) -> None:
    assert assert_agrees(function, f"x: {n}", {"n": 6}).sizes == {}


def test_scipys_rosenbrock_hessian_product_is_traced() -> None:
    assert_agrees(rosen_hess_prod, "x: n, p: n")


def test_a_traced_loss_can_be_differentiated() -> None:
    loss = trace(course_code.linear_loss, "X: n d, y: n, w: d").expression
    grad = trace(course_code.linear_grad, "X: n d, y: n, w: d").expression
    sizes = {"n": 4, "d": 3}
    rng = np.random.default_rng(0)
    values = {"X": rng.normal(size=(4, 3)), "y": rng.normal(size=4), "w": rng.normal(size=3)}
    from tests.oracle import evaluate

    found = differences(loss, symbol("w", size("d")), values, sizes)
    np.testing.assert_allclose(found, evaluate(grad, values, sizes), rtol=1e-6)


# ---- memory: what NumPy shares is shared -----------------------------------------------------------------------------
def _slices_write_through(X):
    first, rest = X[0], X[1:]
    first *= 2
    rest[:, 0] = 7
    rest[-1] += first
    return X


def _transposes_write_through(X):
    Z = X.T
    Z[0] = 1
    X.T[1] -= 3
    return X + Z.T


def _copies_do_not(x):
    a, b, c = x.copy(), x, np.array(x)
    a[0] = 1
    c += 1
    b[1] = 5
    return a, b, c, x


def _numbers_are_not_shared(x):
    s = x.sum()
    t = s
    t += 1
    entry = x[0]
    x[0] = 9
    return s, t, entry, x


def _a_fancy_read_is_a_copy(X, y):
    p = X[np.arange(len(y)), y]
    p += 1
    rows = X[y]
    rows *= 0
    return X, p


def _new_axes_are_views(x):
    column = x[:, None]
    column[1] = 4
    column *= 2
    return x


def _writes_overlap(x):
    z = np.zeros_like(x)
    z[:2] = x[1:3]
    z[1:3] += x[:2]
    z[0] = z[1] * 2
    z[::-1][0] = 8
    return z


def _steps(x):
    z = np.ones(5)
    z[::2] = x[:3]
    z[1::2] -= x[-2:]
    return z[::-1]


def _buffers_are_filled_by_cells(X):
    _n, d = X.shape
    G = np.empty((d, d))
    for i in range(d):
        for j in range(d):
            G[i, j] = X[:, i] @ X[:, j]
    return G


def _rows_of_rows(X):
    Z = np.zeros(X.shape)
    for i, row in enumerate(X):
        Z[i][1:] = row[1:] * i
        Z[i][0] += 1
    return Z


MEMORY = {
    _slices_write_through: "X: n d",
    _transposes_write_through: "X: n d",
    _copies_do_not: "x: n",
    _numbers_are_not_shared: "x: n",
    _a_fancy_read_is_a_copy: "X: n k, y: n label",
    _new_axes_are_views: "x: n",
    _writes_overlap: "x: 5",
    _steps: "x: 5",
    _buffers_are_filled_by_cells: "X: n d",
    _rows_of_rows: "X: n d",
}


@pytest.mark.parametrize("function", MEMORY, ids=lambda f: f.__name__.strip("_"))
def test_arrays_share_memory_as_in_numpy(function: Any) -> None:
    assert_agrees(function, MEMORY[function])


# ---- conditions, labels, kinds ---------------------------------------------------------------------------------------
def _masked_writes(X, Y):
    Z = X.copy()
    Z[Z < 0] = 0
    Z[X > 1] *= 0.5
    Z[(X > 0) & ~(Y > 0)] += Y[(X > 0) & ~(Y > 0)]
    Z[X.sum(axis=1) > 0] = 3
    return Z


def _masked_sums(X, y):
    m = y > 0
    chosen = X[X > 0]
    return (
        chosen.sum(),
        np.sum(chosen**2 + 1),
        chosen.mean(),
        len(chosen),
        X[m].sum(axis=0),
        X[m].sum(),
        m.sum(),
        m.mean(),
    )


def _conditions_are_numbers(x, y):
    return (
        (x > 0) * x,
        (x > y).astype(float) + 1,
        ((x > 0) | (y > 0)) * 2,
        (x == y) + (x != y),
        1 - (x <= 0),
        (x > 0) ^ (y > 0),
    )


def _choices(x, y):
    return np.where(x > y, x, y * 2), np.select([x > 1, x > 0], [x, y], 3.0), np.clip(x, -1, 1), np.sign(x) * abs(y)


def _one_hot_rows(X, y):
    n, k = X.shape
    Y = np.zeros((n, k))
    Y[np.arange(n), y] = 1
    return Y, np.eye(k)[y], (y[:, None] == np.arange(k)) * 1.0, X[range(n), y], Y - X


def _scatter(X, y):
    G = np.zeros(X.shape[1])
    np.add.at(G, y, X[:, 0])
    H = X.copy()
    H[0, y[0]] += 5
    return G, H


def _labels_in_a_loop(X, y):
    total = 0.0
    for i in range(len(y)):
        total += X[i, y[i]] * (i + 1)
    return total / len(y)


CHOICES = {
    _masked_writes: "X: n d, Y: n d",
    _masked_sums: "X: n d, y: n",
    _conditions_are_numbers: "x: n, y: n",
    _choices: "x: n, y: n",
    _one_hot_rows: "X: n k, y: n label",
    _scatter: "X: n k, y: n label",
    _labels_in_a_loop: "X: n k, y: n label",
}


@pytest.mark.parametrize("function", CHOICES, ids=lambda f: f.__name__.strip("_"))
def test_conditions_and_labels_work_as_in_numpy(function: Any) -> None:
    assert_agrees(function, CHOICES[function])


def test_one_hot_rows_are_recognized_for_all_dims() -> None:
    first, second, third, *_ = trace(_one_hot_rows, "X: n k, y: n label").value
    assert first is second is third


# ---- functions -------------------------------------------------------------------------------------------------------
def _statistics(X):
    return (
        X.mean(axis=0),
        X.var(),
        X.std(axis=1, ddof=1),
        np.mean(X, axis=1, keepdims=True),
        X.max(),
        X.min(axis=0),
        X.prod(0),
    )


def _linear_algebra(S, b):
    sign, logdet = np.linalg.slogdet(S)
    solved = np.linalg.solve(S, b)
    return (
        sign,
        logdet,
        solved,
        np.linalg.inv(S),
        np.linalg.det(S),
        np.trace(S),
        norm(b),
        np.linalg.norm(S, "fro"),
        np.diag(S),
    )


def _products(A, B, x):
    return (
        np.dot(A, B),
        A.dot(x),
        np.outer(x, x),
        np.einsum("ij,jk->k", A, B),
        np.inner(A, A),
        np.vdot(A, A),
        np.matmul(A.T, A),
    )


def _joins(X, x):
    return (
        np.concatenate([X, X], axis=1),
        np.stack([x, x * 2]),
        np.vstack([X, x]),
        np.hstack((x, x)),
        np.column_stack([X.T, x]),
        np.c_[np.ones(X.shape[0]), X],
        np.append(x, 1.0),
    )


def _shapes(X, x):
    return (
        x.reshape(-1, 1) * X.T,
        X.reshape((-1,)),
        X.ravel()[1],
        X.reshape(2, -1) @ X.reshape(6, 2),
        x.reshape(2, 2),
        np.squeeze(x[None, :, None]),
        np.expand_dims(x, 0),
        np.swapaxes(X, 0, 1),
        np.tile(x, (3, 1)),
        np.broadcast_to(x, X.shape),
        np.cumsum(x),
        X.size,
        X.ndim,
        np.full((2, 3), 0.5),
        np.diag(x, 1),
    )


def _special(t, x):
    return (
        sp.expit(x),
        sp.logsumexp(x),
        sp.softmax(x),
        sp.xlogy(t, t),
        sp.gammaln(t),
        sp.erf(x),
        sp.log_softmax(x),
        sp.ndtr(x),
    )


def _plain_math(t):
    return (
        math.exp(-t) * math.sqrt(2 * pi),
        math.log(t),
        np.sqrt(2 / np.pi),
        np.log1p(t) * np.e,
        float(np.float64(t)),
        max(0, t - 1),
        min(t, 1),
    )


def _outputs(x):
    z = np.exp(x)
    np.add(z, 1, out=z)
    np.multiply(z, 2, z)
    z **= 2
    return z, np.add.reduce(z), np.multiply.outer(x, z), np.logaddexp(x, 0), np.sum(np.add.outer(x, x), axis=0)


def _ranges(x):
    return (
        np.arange(4) * x[:4],
        np.arange(1, 5),
        np.linalg.norm(x[1:] - x[:-1]),
        sum(x),
        sum(v * v for v in x),
        next(iter(x)),
    )


def _remainders(x):
    total = 0
    for i in range(len(x)):
        total += x[i] if i % 2 == 0 else -x[i] / (i // 2 + 1)
    return total


FUNCTIONS = {
    _statistics: "X: n d",
    _linear_algebra: "S: d d spd, b: d",
    _products: "A: n d, B: d k, x: d",
    _joins: "X: 3 4, x: 4",
    _shapes: "X: 3 4, x: 4",
    _special: "t: positive, x: n",
    _plain_math: "t: positive",
    _outputs: "x: n",
    _ranges: "x: 5",
    _remainders: "x: n",
}


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__.strip("_"))
def test_functions_work_as_in_numpy(function: Any) -> None:
    assert_agrees(function, FUNCTIONS[function])


# ---- how functions are found and run ---------------------------------------------------------------------------------
A = np.array([[1.0, 2.0], [3.0, 4.0]])


def _helper(z):
    return np.maximum(z, 0.01 * z)


class _Model:
    def __init__(self, scale: float) -> None:
        self.scale = scale

    def loss(self, x):
        return self.scale * _helper(A @ x).sum()

    def __call__(self, x):
        return self.loss(x) ** 2


def _closure(power: int) -> Any:
    def inner(x):
        return outer_sum(x) ** power

    def outer_sum(x):
        return np.sum(_helper(x))

    return inner


def test_helpers_closures_methods_and_partials_are_traced() -> None:
    assert_agrees(_helper, "z: n")
    for function in (_Model(0.5).loss, _Model(2.0), _closure(3), lambda x: np.dot(x, x)):
        assert_agrees(function, "x: 2")
    with_default = functools.partial(lambda x, c: c * x, c=0.1)
    assert_agrees(with_default, "x: n")


def test_the_users_module_stays_as_it_is() -> None:
    before = dict(globals())
    trace(_Model(1.0).loss, "x: 2")
    assert all(globals()[name] is value for name, value in before.items())
    assert np.exp(0.0) == 1.0


def test_constants_are_exact() -> None:
    found = trace(lambda x: 0.1 * x + np.pi, "x:").expression
    assert found is 0.1 * symbol("x") + trace(lambda: pi, None).expression


def test_defaults_keywords_and_dims_are_passed() -> None:
    def loss(X, w, n, *, lam=0.5, reduction="mean"):
        total = np.sum((X @ w) ** 2)
        return total / n + lam if reduction == "mean" else total

    assert_agrees(loss, "X: n d, w: d")
    assert_agrees(loss, "X: n d, w: d, lam: positive")


def test_arguments_can_be_named() -> None:
    def f(theta, data, power):
        return np.sum(data @ theta) ** power

    by_order = trace(f, "X: n d, w: d, p: positive", arguments=["w", "X", "p"])
    by_name = trace(f, "X: n d, w: d", arguments={"theta": "w", "data": "X", "power": 2})
    assert {s.name for s in _symbols(by_order.expression)} == {"w", "X", "p"}
    assert by_name.expression.shape == ()


def _symbols(expr: Expr) -> list[Any]:
    from symml.expr.walk import symbols

    return list(symbols(expr))


def test_undefined_functions_can_be_passed() -> None:
    def apply(f, x):
        return np.sum(f(x) * x)

    assert "f(" in repr(trace(apply, "f: function, x: n").expression)


def test_tuples_dicts_and_lists_are_returned_as_they_are() -> None:
    value = trace(lambda x: (x, {"a": x * 2, "b": [x, 1]}), "x: n").value
    assert isinstance(value, tuple)
    assert len(parts(value)) == 4


def test_assertions_and_branches_on_shapes_are_decided() -> None:
    def loss(X, w):
        assert X.shape[1] == w.shape[0] and X.ndim == 2
        assert isinstance(X, np.ndarray)
        if X.shape[0] > 2:
            return np.sum(X @ w)
        return 0 * np.sum(w)

    assert trace(loss, "X: n d, w: d").sizes == {"n": 3, "d": 2}
