"""The source of kernels: what people read, paste and keep."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from symml.calculus.differentiate import gradient, jacobian
from symml.expr import build as b
from symml.expr import functions as F
from symml.expr.dims import dims
from symml.expr.nodes import Expr, Symbol, extent
from symml.kernels import kernel
from tests.calculus.test_differentiate import ARRAYS, SCALARS

n, d, k = dims("n d k")
X, W, A = b.matrix("X", n, d), b.matrix("W", d, k), b.matrix("A", d, d, "invertible")
S, B = b.matrix("S", d, d, "spd"), b.matrix("B", d, d)
w, v, y, z = b.vector("w", d), b.vector("v", d), b.vector("y", n), b.vector("z", k)
labels, x, lam = b.vector("c", n, "label"), b.scalar("x"), b.scalar("lam", "positive")
CORPUS = {**SCALARS, **ARRAYS}


def _derivative(root: Expr, wrt: Symbol) -> Expr:
    return jacobian(root, wrt) if root.shape else gradient(root, wrt)


def _body(expr: Expr) -> list[str]:
    """The statements of a kernel, without the docstring and the comments."""
    function = ast.parse(kernel(expr).source).body[-1]
    assert isinstance(function, ast.FunctionDef)
    return [ast.unparse(statement) for statement in function.body[1:]]


CODE: dict[str, tuple[Expr, list[str]]] = {
    "scores": (X @ w, ["return X @ w"]),
    "a gradient": (gradient(b.sum((y - X @ w) ** 2), w), ["return -2 * (X.T @ (y - X @ w))"]),
    "a mean": (
        gradient(b.mean((y - X @ w) ** 2) + lam * b.dot(w, w), w),
        ["n = y.shape[0]", "return 2 * (lam * w - X.T @ (y - X @ w) / n)"],
    ),
    "vectors first": (X.T @ X @ B @ w, ["return X.T @ (X @ (B @ w))"]),
    "an outer product": (b.outer(w, v), ["return np.outer(w, v)"]),
    "a scaled outer product": (3 * b.outer(w, v), ["return 3 * np.outer(w, v)"]),
    "a trace of a product": (b.trace(A @ B), ["return np.sum(A * B.T)"]),
    "scaled rows": (b.diag(y) @ X, ["return y[:, None] * X"]),
    "scaled columns": (X @ b.diag(w), ["return w * X"]),
    "a diagonal": (b.diag(w * v), ["return np.diag(w * v)"]),
    "the diagonal": (b.diag(A), ["return np.diagonal(A).copy()"]),
    "a quadratic form": (w @ B @ w, ["return w @ (B.T @ w)"]),
    "a sum over rows": (b.sum(X, 0), ["return np.sum(X, axis=0)"]),
    "an entry": (X[1, -1], ["return X[1, -1]"]),
    "slices": (X[1:, :-1], ["return X[1:, :-1].copy()"]),
    "a slice by name": (b.vector("u", n + d)[n:], ["return u[n:].copy()"]),
    "a reversed vector": (w[::-1], ["return w[::-1].copy()"]),
    "rows by labels": (W.T[labels], ["return W[:, c].T"]),
    "an entry of each row": (
        b.sum(F.exp(X @ W) * b.one_hot(labels, k), 1),
        ["n = X.shape[0]", "return np.exp(X @ W)[np.arange(n), c]"],
    ),
    "an entry of each row of a product": (
        b.sum(X @ W * b.one_hot(labels, k), 1),
        ["return np.sum(X * W[:, c].T, axis=1)"],
    ),
    "one-hot residuals": (
        b.softmax(X @ W, 1) - b.one_hot(labels, k),
        ["k = W.shape[1]", "return _softmax(X @ W, axis=1) - np.eye(k)[c]"],
    ),
    "a part of a gradient": (
        gradient(b.sum(w[1:] ** 3), w),
        ["d = w.shape[0]", "t1 = np.zeros(d)", "t1[1:] = 3 * w[1:] ** 2", "return t1"],
    ),
    "side by side": (
        b.concatenate([w, v]),
        ["d = w.shape[0]", "t1 = np.zeros(2 * d)", "t1[:d] = w", "t1[d:] = v", "return t1"],
    ),
    "overlapping parts": (
        gradient(b.sum(w[1:] * w[:-1]), w),
        ["d = w.shape[0]", "t1 = np.zeros(d)", "t1[1:] = w[:-1]", "t1[:-1] += w[1:]", "return t1"],
    ),
    "a linear system": (b.inv(A) @ w, ["return np.linalg.solve(A, w)"]),
    "a linear system from the left": (w @ b.inv(A), ["return np.linalg.solve(A.T, w)"]),
    "several linear systems": (b.inv(A) @ W, ["return np.linalg.solve(A, W)"]),
    "a symmetric linear system": (w @ b.inv(S), ["return np.linalg.solve(S, w)"]),
    "linear systems for rows": (X @ b.inv(A), ["return np.linalg.solve(A.T, X.T).T"]),
    "one system used twice": (
        gradient(b.sqrt(w @ b.inv(S) @ w), w),
        ["t1 = np.linalg.solve(S, w)", "return t1 / np.sqrt(w @ t1)"],
    ),
    "a determinant": (b.det(A) + b.logdet(A), ["return np.linalg.det(A) + np.linalg.slogdet(A)[1]"]),
    "a quotient": (w / b.norm(w), ["return w / np.sqrt(w @ w)"]),
    "a quotient of vectors": (b.sum(w / v), ["return np.sum(w / v)"]),
    "powers": (w**2 + 1 / v**3, ["return w ** 2 + 1 / v ** 3"]),
    "a square root below": (2 * w / b.sqrt(x), ["return 2 / np.sqrt(x) * w"]),
    "a half": (w / 2 - v / 3, ["return 0.5 * w - v / 3"]),
    "a negative first term": (-w + v, ["return v - w"]),
    "centered rows": (X - b.mean(X, 0), ["n = X.shape[0]", "return X - np.sum(X, axis=0) / n"]),
    "centered columns": (
        X - b.mean(X, 1, keepdims=True),
        ["d = X.shape[1]", "return X - (np.sum(X, axis=1) / d)[:, None]"],
    ),
    "a condition": ((w > 0) * v, ["return (w > 0) * v"]),
    "a condition alone": (w > 0, ["return 1.0 * (w > 0)"]),
    "a choice": (F.where(w > 0, w, v), ["return np.where(w > 0, w, v)"]),
    "equal parts": (F.exp(X @ w) * F.sin(X @ w), ["t1 = X @ w", "return np.exp(t1) * np.sin(t1)"]),
    "two dims": (X / (extent(n) * extent(d)), ["n, d = X.shape", "return X / (n * d)"]),
    "a square of a difference": (b.sum((y - X @ w) ** 2), ["t1 = y - X @ w", "return t1 @ t1"]),
    "one number everywhere": (b.ones((n, d)) * 3, ["return np.full((n, d), 3.0)"]),
    "a choice of numbers": (F.where(w > 0, 1, -1), ["return np.where(w > 0, 1.0, -1.0)"]),
}


@pytest.mark.parametrize("name", CODE)
def test_the_code_is_what_one_would_write(name: str) -> None:
    expr, expected = CODE[name]
    assert _body(expr) == expected


@pytest.mark.parametrize("name", CORPUS)
def test_no_source_of_the_corpus_needs_einsum_or_symml(name: str) -> None:
    source = kernel([CORPUS[name][0], _derivative(*CORPUS[name])]).source
    assert "einsum" not in source
    assert "symml" not in source
    modules = {
        alias.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import) for alias in node.names
    }
    assert modules <= {"numpy", "math"}


def test_the_whole_module() -> None:
    loss = b.sum(F.softplus(-y * (X @ w)))
    assert kernel(gradient(loss, w), name="logistic_grad").source == (
        "import numpy as np\n"
        "\n\n"
        "def _sigmoid(x):\n"
        '    """1 / (1 + exp(-x)) without overflow."""\n'
        "    e = np.exp(-np.abs(x))\n"
        "    return np.maximum(e, x >= 0) / (1.0 + e)\n"
        "\n\n"
        "def logistic_grad(y, X, w):\n"
        '    """Computes the formula below.\n'
        "\n"
        "    Args:\n"
        "        y: (n,), real.\n"
        "        X: (n, d), real.\n"
        "        w: (d,), real.\n"
        "\n"
        "    Returns:\n"
        "        (d,).\n"
        '    """\n'
        "    # -Xᵀ(y ⊙ σ(-y ⊙ X w))\n"
        "    return -(X.T @ (_sigmoid(-y * (X @ w)) * y))\n"
    )


def test_the_source_runs_on_its_own(tmp_path: Path) -> None:
    kernel(F.gelu(w) + F.lgamma(v), name="parts").write(tmp_path / "pasted.py")
    code = "import sys, pasted, numpy as np; print(pasted.parts(np.ones(2), np.ones(2)), 'symml' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[0.84134475 0.84134475] False"


def test_names_of_the_formula_are_names_of_the_code() -> None:
    source = kernel(jacobian(b.softmax(z), z)).source
    assert "where p = softmax(z)" in source
    assert "p = _softmax(z, axis=0)" in source


def test_awkward_names_are_made_safe() -> None:
    found = kernel(b.scalar("lambda") + b.scalar("np") * b.scalar("y'") - b.scalar("sum") / b.scalar("1"))
    assert set(found.arguments) == {"lambda_", "np_", "y_", "sum_", "x_1"}
    assert found(**{"lambda": 1, "np": 2, "y'": 3, "sum": 4, "1": 2}) == 5


def test_different_symbols_keep_different_names() -> None:
    found = kernel(b.scalar("y'") - 2 * b.scalar("y_"))
    assert found.arguments == ("y__", "y_")
    assert found(y__=5, y_=1) == found(**{"y'": 5, "y_": 1}) == 3


def test_symbols_may_have_the_names_of_parameters_of_the_call() -> None:
    assert kernel(b.scalar("self") - b.scalar("out"))(self=3, out_=1) == 2


def test_symbols_may_have_the_names_of_functions_dims_and_parts() -> None:
    gamma, t1 = b.scalar("gamma", "positive"), b.scalar("t1")
    found = kernel(F.lgamma(gamma) * F.gamma(gamma) + (t1 + gamma) ** 2 * F.exp(t1 + gamma), name="sigmoid")
    assert found.arguments == ("gamma", "t1")
    assert found(gamma=1.0, t1=0.0) == pytest.approx(np.e)
    size_and_symbol = kernel(b.scalar("n") * b.mean(y))
    assert size_and_symbol(n=4.0, y=[1.0, 2.0]) == 6


def test_a_kernel_may_be_called_as_its_helper() -> None:
    assert kernel(F.sigmoid(x), name="sigmoid")(x=0.0) == 0.5


def test_a_long_chain_is_written_without_recursion() -> None:
    root: Expr = x
    for _ in range(4000):
        root = F.tanh(root)
    found = kernel(root)
    assert "# 4001 nested operations" in found.source
    assert 0 < found(x=0.5) < 0.5


def test_shared_parts_are_written_once_at_any_depth() -> None:
    root: Expr = x
    for _ in range(30):
        root = F.sin(root) + F.cos(root) * root
    assert len(kernel(root).source) < 4000
