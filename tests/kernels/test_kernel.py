"""Kernels against the independent evaluator, and how they are called."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from symml.calculus.differentiate import gradient, hessian, jacobian
from symml.errors import NotEvaluable, ShapeError, SymmlError
from symml.expr import build as b
from symml.expr import functions as F
from symml.expr.dims import dims, size
from symml.expr.nodes import Expr, Symbol, derivative_node, extent, eye, linalg_node
from symml.kernels import kernel
from tests import oracle
from tests.calculus.test_differentiate import ARRAYS, SCALARS

CORPUS = {**SCALARS, **ARRAYS}
n, d, k = dims("n d k")
X, W, A = b.matrix("X", n, d), b.matrix("W", d, k), b.matrix("A", d, d, "invertible")
S, B = b.matrix("S", d, d, "spd"), b.matrix("B", d, d)
w, v, y, z = b.vector("w", d), b.vector("v", d), b.vector("y", n), b.vector("z", k)
T, U = b.symbol("T", n, d, k), b.symbol("U", n, k, d)
labels, x = b.vector("c", n, "label"), b.scalar("x")


def _derivative(root: Expr, wrt: Symbol) -> Expr:
    return jacobian(root, wrt) if root.shape else gradient(root, wrt)


def _agrees(*roots: Expr) -> None:
    """The kernel of the roots has their values at two points with pairwise distinct dims."""
    sizes = oracle.sizes_of(*roots)
    found = kernel(roots)
    for seed in (0, 1):
        values = oracle.draw(*roots, sizes=sizes, seed=seed)
        before = {name: value.copy() for name, value in values.items()}
        results = found(**{name: values[name] if name in values else sizes[name] for name in found.arguments})
        for root, got in zip(roots, results if len(roots) > 1 else [results], strict=True):
            expected = oracle.evaluate(root, values, sizes)
            assert np.shape(got) == expected.shape
            np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-11)
        assert all(np.array_equal(values[name], before[name]) for name in values)


@pytest.mark.parametrize("name", CORPUS)
def test_a_kernel_computes_the_expression(name: str) -> None:
    _agrees(CORPUS[name][0])


@pytest.mark.parametrize("name", CORPUS)
def test_a_kernel_computes_the_derivative(name: str) -> None:
    _agrees(_derivative(*CORPUS[name]))


@pytest.mark.parametrize("name", CORPUS)
def test_a_kernel_computes_both_at_once(name: str) -> None:
    _agrees(CORPUS[name][0], _derivative(*CORPUS[name]))


@pytest.mark.parametrize("name", ["ridge", "logistic", "softmax cross-entropy", "logsumexp", "quadratic form"])
def test_a_kernel_computes_the_hessian(name: str) -> None:
    _agrees(hessian(*SCALARS[name]))


PRODUCTS: dict[str, Expr] = {
    "an entry of a slice": X[1:, ::-1][0, 1],
    "a slice of a slice": X[1:][:-1],
    "a reversed axis": X[:, ::-1],
    "an entry by name": w[d - 1] * x,
    "rows by labels": b.matrix("R", k, d)[labels],
    "columns by labels": b.matrix("R", d, k)[:, labels],
    "an entry of each row by labels": b.sum(b.log_softmax(X @ W, 1) * b.one_hot(labels, k), 1),
    "sums by labels": b.one_hot(labels, k).T @ X,
    "labels as numbers": labels * y,
    "one-hot rows on their own": b.one_hot(labels, k),
    "a shifted diagonal": b.diag(w, 1),
    "a shifted diagonal below": b.diag(w, -2),
    "the diagonal of a matrix": b.diag(A) * w,
    "the diagonal of a product": b.diag(X.T @ X),
    "a diagonal on both sides": b.diag(w) @ B @ b.diag(v),
    "the trace of a product of three": b.trace(X.T @ X @ B),
    "a chain that ends in a vector": X.T @ X @ B @ W @ z,
    "a chain that starts with a vector": y @ X @ B @ W,
    "three axes and a matrix": b.einsum("ndk,de->nke", T, B),
    "three axes and a vector": b.einsum("ndk,k->dn", T, z),
    "three axes in batches": b.einsum("ndk,nke->ned", T, U),
    "two summed axes": b.einsum("ndk,nke->de", T, U),
    "all axes summed": b.einsum("ndk,nkd->", T, U),
    "a sum of each row in batches": b.einsum("nd,ndk->nk", X, T),
    "three factors on one index": b.einsum("i,ij,i->j", y, X, y),
    "a sum over what nobody carries": b.sum(b.ones((n, d)) * w) * 3,
    "a constant row": b.ones((n, d)) * w - 2,
    "a constant column": y[:, None] * b.ones((n, d)),
    "a dim of one": (y[:, None] + b.ones((n, 1))) * w,
    "a matrix of one column": b.matrix("C", n, 1).T @ X,
    "the inverse on the right": X @ b.inv(A),
    "the inverse on both sides": b.inv(A) @ B @ b.inv(S),
    "the transposed inverse": b.inv(A).T @ w,
    "the inverse of a sum": b.inv(X.T @ X + eye(d)) @ (X.T @ y),
    "the trace of a product with an inverse": b.trace(b.inv(S) @ B),
    "a stack": b.stack([w, 2 * w, v], 1),
    "overlapping parts": b.concatenate([w, v])[:d] + b.concatenate([v[1:], w[:1]]),
    "conditions only": -2 * ((w > v) * (v > 0)),
    "a negative condition": F.tanh(w) - (w > v),
    "powers": w**-3 + abs(w) ** 1.5 + (1 + w**2) ** -0.5 + 1 / w,
    "means of halves": (w / 2 + v / 3) * 0.75 - w * v / 7,
    "softmax along a broadcast axis": b.softmax(b.ones((n, d)) * y[:, None], 1),
    "the largest entry of a broadcast": b.max(b.ones((n, d)) * y[:, None], 1),
    "an inverse of a constant matrix": b.inv(b.ones((d, d)) + eye(d)),
    "dims as numbers": (extent(n) - 1) / (n + d) * y,
    "zero": 0 * X,
    "minus one": b.sum(w) * 0 - 1,
    "a unit vector": gradient(w[1], w),
    "the slope of an entry": gradient(3 * w[-1] ** 2 * x, w),
    "a name under three functions": F.exp(w) + F.sin(w) * F.cos(w),
}


@pytest.mark.parametrize("name", PRODUCTS)
def test_every_kind_of_product_is_computed(name: str) -> None:
    _agrees(PRODUCTS[name])


@pytest.mark.parametrize("name", [name for name in F.FUNCTIONS if name != "polygamma"])
def test_every_function_has_a_kernel(name: str) -> None:
    row = F.FUNCTIONS[name]
    low = {"arccosh": 1.5, "arcsin": 0.3, "arccos": 0.3, "arctanh": 0.3, "logit": 0.3}.get(name, 0.7)
    args = [b.vector(letter, "n") for letter in "xyz"[: row.arity]]
    values = {arg.name: np.array([low, low + 0.2]) + 0.1 * k for k, arg in enumerate(args)}
    got = kernel(row(*args))(**values)
    np.testing.assert_allclose(got, oracle.evaluate(row(*args), values, {"n": 2}), rtol=1e-13)


@pytest.mark.parametrize("name", F.AXIS_FUNCTIONS)
@pytest.mark.parametrize("axes", [(0,), (1,), (2,), (0, 2), (0, 1, 2)])
def test_every_function_along_axes_has_a_kernel(name: str, axes: tuple[int, ...]) -> None:
    if name == "sort" and len(axes) > 1:
        return  # entries are put in order along one axis
    _agrees(F.along.along(F.AXIS_FUNCTIONS[name], T, axes))


@pytest.mark.parametrize("name", F.MATRIX_FUNCTIONS)
def test_every_function_of_a_matrix_has_a_kernel(name: str) -> None:
    square = A @ A.T + b.eye(A.shape[0]) if name == "cholesky" else A
    _agrees(linalg_node(F.MATRIX_FUNCTIONS[name], square))


@pytest.mark.parametrize("order", [0, 1, 2, 3, 6])
def test_polygamma_is_right_to_double_precision(order: int) -> None:
    at = np.array([1e-3, 0.5, 3.0, 40.0, 1e6])
    u = b.vector("u", 5)
    expected = oracle.FUNCTIONS["polygamma"](order, at)
    np.testing.assert_allclose(kernel(F.polygamma(order, u))(u=at), expected, rtol=1e-12)


def test_digamma_is_right_to_double_precision() -> None:
    at = np.array([1e-3, 0.5, 3.0, 40.0, 1e6])
    np.testing.assert_allclose(kernel(F.digamma(v))(v=at), oracle.FUNCTIONS["digamma"](at), rtol=1e-12)


# ---- calls -----------------------------------------------------------------------------------------------------------
def test_arguments_go_by_position_by_name_and_as_lists() -> None:
    found = kernel(X @ w + x, arguments=["w", "X", "x"])
    assert found.arguments == ("w", "X", "x")
    expected = np.array([11.0, 12.0])
    np.testing.assert_array_equal(found([1, 2], [[1, 0], [0, 1]], 10), expected)
    np.testing.assert_array_equal(found([1, 2], x=10, X=[[1, 0], [0, 1]]), expected)


@pytest.mark.parametrize("expr", [B, B.T, B[1:], B[0], b.diag(B), B[::-1].T], ids=str)
def test_a_result_is_never_the_memory_of_an_argument(expr: Expr) -> None:
    value = np.arange(9.0).reshape(3, 3)
    found = kernel(expr)(B=value)
    assert not np.shares_memory(found, value)
    found += 1
    np.testing.assert_array_equal(value, np.arange(9.0).reshape(3, 3))


def test_broadcast_results_can_be_written() -> None:
    for expr in (b.ones((n, d)) * y[:, None], b.ones((n, d)) * x * b.sum(y), 0 * X):
        found = kernel(expr)
        given = {"y": np.ones(3), "x": 2.0, "X": np.ones((3, 2)), "d": 2, "n": 3}
        result = found(**{name: given[name] for name in found.arguments})
        result[0, 0] = 7
        assert result.shape == (3, 2)
        assert result[1, 1] != 7


def test_out_receives_the_result() -> None:
    out = np.zeros(2)
    assert kernel(F.exp(v))(v=[0.0, 1.0], out=out) is out
    np.testing.assert_allclose(out, [1, np.e])
    value, slope = np.zeros(()), np.zeros(2)
    kernel([b.sum(v**2), 2 * v])([1.0, 2.0], out=(value, slope))
    assert value == 5
    np.testing.assert_array_equal(slope, [2, 4])


def test_an_out_of_another_shape_is_refused() -> None:
    with pytest.raises(ShapeError, match=r"out must be an array of shape \(2,\)"):
        kernel(2 * v)(v=[1.0, 2.0], out=np.zeros(3))
    with pytest.raises(ShapeError, match="out must be 2 arrays"):
        kernel([v, 2 * v])(v=[1.0, 2.0], out=np.zeros(2))


def test_a_wrong_length_names_the_argument_and_the_dim() -> None:
    found = kernel(X @ w)
    with pytest.raises(ShapeError, match=r"w has 2 entries along axis 0; \(d,\) needs d = 3"):
        found(X=np.ones((4, 3)), w=[1.0, 2.0])
    with pytest.raises(ShapeError, match=r"w has shape \(\); it is declared \(d,\)"):
        found(X=np.ones((4, 3)), w=1.0)
    with pytest.raises(ShapeError, match=r"u has 2 entries along axis 0; \(5,\) needs 5"):
        kernel(b.vector("u", 5))(u=[1.0, 2.0])
    with pytest.raises(ShapeError, match=r"u has 3 entries along axis 0; \(2\*n,\) needs 2\*n = 2"):
        kernel(b.vector("u", 2 * n))(u=np.ones(3))


def test_wrong_arguments_are_named() -> None:
    found = kernel(X @ w)
    with pytest.raises(SymmlError, match="kernel misses w\nits arguments are: X, w"):
        found(X=np.ones((4, 3)))
    with pytest.raises(SymmlError, match="kernel has no argument q"):
        found(q=1)
    with pytest.raises(SymmlError, match="kernel gets X twice"):
        found(np.ones((4, 3)), X=np.ones((4, 3)))
    with pytest.raises(SymmlError, match="kernel takes 2 arguments, not 3"):
        found(1, 2, 3)
    with pytest.raises(SymmlError, match="w is not an array of numbers: 'abc'"):
        found(np.ones((4, 3)), "abc")
    with pytest.raises(SymmlError, match="c must hold whole numbers"):
        kernel(z[labels])([1.0, 2.0], [0.5])


def test_a_size_that_no_argument_carries_is_an_argument() -> None:
    assert kernel(x / extent(n))(x=6.0, n=3) == 2
    with pytest.raises(SymmlError, match="n must hold whole numbers"):
        kernel(x / extent(n))(x=6.0, n=2.5)


def test_sizes_follow_from_composed_dims() -> None:
    u, q = b.vector("u", n + d), b.vector("q", 2 * n - 1)
    found = kernel(b.sum(u) * extent(n) + b.sum(w) * extent(d) + b.sum(q))
    assert found(u=np.ones(5), w=np.ones(2), q=np.ones(5)) == 5 * 3 + 2 * 2 + 5
    with pytest.raises(ShapeError, match=r"q has 4 entries along axis 0; \(2\*n - 1,\) needs 2\*n - 1 = 5"):
        found(u=np.ones(5), w=np.ones(2), q=np.ones(4))


def test_dims_that_cannot_be_told_apart_need_not_be() -> None:
    assert kernel(b.sum(b.vector("u", n + d)))(u=[1.0, 2.0]) == 3


def test_several_results_share_their_parts() -> None:
    loss, wrt = SCALARS["logistic"]
    both = kernel([loss, gradient(loss, wrt)], name="loss_and_grad")
    assert both.source.count("X @ w") == 1


def test_a_kernel_as_data() -> None:
    found = kernel(X @ w, name="scores")
    assert found.to_json() == {
        "name": "scores",
        "backend": "numpy",
        "arguments": ["X", "w"],
        "shapes": {"X": ["n", "d"], "w": ["d"]},
        "source": found.source,
    }
    assert repr(found) == found.source
    assert found.shapes["X"] == (size("n"), size("d"))


def test_a_kernel_is_written_to_a_file(tmp_path: Path) -> None:
    found = kernel(X @ w)
    found.write(tmp_path / "scores.py")
    assert (tmp_path / "scores.py").read_text(encoding="utf-8") == found.source
    with pytest.raises(SymmlError, match=r"cannot write .*\nchoose another file"):
        found.write(tmp_path / "missing" / "scores.py")


def test_a_traceback_shows_the_line_of_the_kernel() -> None:
    found = kernel(b.inv(A) @ w, name="system")
    with pytest.raises(np.linalg.LinAlgError) as caught:
        found(A=np.zeros((2, 2)), w=[1.0, 2.0])
    assert any("return np.linalg.solve(A, w)" in str(entry.statement) for entry in caught.traceback)
    assert inspect.isfunction(found._function)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: kernel([]), "a kernel needs an expression"),
        (lambda: kernel("X @ w"), "a kernel needs an expression"),  # type: ignore[arg-type]  # what is refused
        (lambda: kernel(x, name="a b"), "'a b' is not a function name"),
        (lambda: kernel(x, name="lambda"), "'lambda' is not a function name"),
        (lambda: kernel(x, name="_sigmoid"), "'_sigmoid' is not a function name"),
        (lambda: kernel(X @ w, arguments=["X"]), "the arguments leave out w"),
    ],
)
def test_what_cannot_be_a_kernel_is_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(SymmlError, match=message):
        make()


def test_what_has_no_value_has_no_kernel() -> None:
    with pytest.raises(NotEvaluable, match="f is an undefined function"):
        kernel(F.undefined("f")(x))
    with pytest.raises(NotEvaluable, match="a derivative that is not carried out has no kernel"):
        kernel(derivative_node(b.sum(w), w))
