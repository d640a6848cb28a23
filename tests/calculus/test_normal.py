"""The normal form proves true identities for all dims and none of their false twins."""

from __future__ import annotations

import pytest

from symml.calculus.normal import prove_equal
from symml.expr import build as b
from symml.expr import functions as F
from symml.expr.nodes import Expr, eye

n, d, k = "n", "d", "k"
X, B, C = b.matrix("X", n, d), b.matrix("B", d, n), b.matrix("C", n, k)
A, D = b.matrix("A", d, d, "invertible"), b.matrix("D", d, d)
w, y, g, z = b.vector("w", d), b.vector("y", n), b.vector("g", d), b.vector("z", k)
s = b.vector("s", n, "sign")
Z, Y = b.matrix("Z", n, k), b.matrix("Y", n, k, "onehot")
x, u = b.scalar("x"), b.scalar("u")
p, q = b.scalar("p", "unit"), b.scalar("q", "unit")
c = b.scalar("c", "positive")
M = X @ w


def _shifted(values: Expr, axis: int) -> Expr:
    e = F.exp(values - b.max(values, axis, keepdims=True))
    return e / b.sum(e, axis, keepdims=True)


TRUE: dict[str, tuple[Expr, Expr]] = {
    "logistic gradient": (-X.T @ (s / (1 + F.exp(M * s))), -X.T @ (s * F.sigmoid(-s * M))),
    "tanh slope": (1 - F.tanh(x) ** 2, 4 / (F.exp(x) + F.exp(-x)) ** 2),
    "tanh by sigmoid": (F.tanh(x), 2 * F.sigmoid(2 * x) - 1),
    "inverse": (b.inv(A) @ A, eye(A.shape[0])),
    "relu": (F.relu(x) - F.relu(-x), x),
    "Bernoulli KL": (
        p * F.log(p / q) + (1 - p) * F.log((1 - p) / (1 - q)),
        p * (F.logit(p) - F.logit(q)) + F.log(1 - p) - F.log(1 - q),
    ),
    "softmax with a shift": (_shifted(Z, 1), b.softmax(Z, 1)),
    "cross-entropy": (b.sum(Y * F.log(_shifted(Z, 1))), b.sum(Y * (Z - b.logsumexp(Z, 1, keepdims=True)))),
    "association": ((X @ B) @ C, X @ (B @ C)),
    "trace is cyclic": (b.trace(X @ B), b.trace(B @ X)),
    "residual": ((M - y) @ (M - y), w @ X.T @ X @ w - 2 * y @ X @ w + y @ y),
    "variance": (b.var(y), b.mean(y**2) - b.mean(y) ** 2),
    "softplus": (F.softplus(x) - F.softplus(-x), x),
    "max and min": (F.maximum(x, u) + F.minimum(x, u), x + u),
    "max by abs": (F.maximum(x, u), (x + u + abs(x - u)) / 2),
    "Pythagoras": (F.sin(x) ** 2 + F.cos(x) ** 2, b.ones(())),
    "cosh and sinh": (F.cosh(x) ** 2 - F.sinh(x) ** 2, b.ones(())),
    "silu slope": (F.sigmoid(x) + x * F.sigmoid(x) * (1 - F.sigmoid(x)), F.sigmoid(x) * (1 + x * (1 - F.sigmoid(x)))),
    "absolute value": (b.sqrt(x**2), abs(x)),
    "broken fractions": (1 / x - 1 / (x + 1), 1 / (x * (x + 1))),
    "roots": (b.sqrt(8 * c), 2 * b.sqrt(2 * c)),
    "sum of ones": (b.sum(b.ones((3,)) * x), 3 * x),
}
FALSE: dict[str, tuple[Expr, Expr]] = {
    "logistic gradient, sign": (-X.T @ (s / (1 + F.exp(M * s))), X.T @ (s * F.sigmoid(-s * M))),
    "tanh slope, power": (1 - F.tanh(x) ** 2, 4 / (F.exp(x) + F.exp(-x))),
    "tanh by sigmoid, scale": (F.tanh(x), 2 * F.sigmoid(x) - 1),
    "inverse of a transpose": (b.inv(A) @ A.T, eye(A.shape[0])),
    "relu, sum": (F.relu(x) + F.relu(-x), x),
    "Bernoulli KL, reversed": (
        p * F.log(p / q) + (1 - p) * F.log((1 - p) / (1 - q)),
        q * F.log(q / p) + (1 - q) * F.log((1 - q) / (1 - p)),
    ),
    "softmax over the other axis": (b.softmax(Z, 0), b.softmax(Z, 1)),
    "cross-entropy, no normalizer": (b.sum(Y * F.log(_shifted(Z, 1))), b.sum(Y * Z)),
    "matrices commute": (A @ D, D @ A),
    "trace of a product": (b.trace(A @ D), b.trace(A) * b.trace(D)),
    "residual, cross term": ((M - y) @ (M - y), w @ X.T @ X @ w + y @ y),
    "variance, ddof": (b.var(y), b.var(y, ddof=1)),
    "softplus, plus": (F.softplus(x) + F.softplus(-x), x),
    "max and max": (F.maximum(x, u) + F.maximum(x, u), x + u),
    "max, not halved": (F.maximum(x, u), x + u + abs(x - u)),
    "Pythagoras, difference": (F.cos(x) ** 2 - F.sin(x) ** 2, b.ones(())),
    "cosh and sinh, sum": (F.cosh(x) ** 2 + F.sinh(x) ** 2, b.ones(())),
    "sigmoid slope": (F.sigmoid(x) * (1 + F.sigmoid(x)), F.sigmoid(x) * (1 - F.sigmoid(x))),
    "square root of a square": (b.sqrt(x**2), x),
    "broken fractions, sum": (1 / x + 1 / (x + 1), 1 / (x * (x + 1))),
    "square of a trace": (b.trace(X @ B) ** 2, b.trace(X @ B @ X @ B)),
    "transpose": (D.T, D),
    "sum of squares": (b.sum(y) ** 2, b.sum(y**2)),
    "log of a sum": (F.log(p + q), F.log(p) + F.log(q)),
    "choice at zero": (F.where(F.greater(x, 0), b.ones(()), 0), F.where(F.greater_equal(x, 0), b.ones(()), 0)),
    "a diagonal only": (b.diag(z) - b.outer(z, z), b.diag(z - z**2)),
    "e is four": (F.exp(b.ones(())), 4 * b.ones(())),
}


@pytest.mark.parametrize("name", TRUE)
def test_a_true_identity_is_proved_for_all_dims(name: str) -> None:
    proof = prove_equal(*TRUE[name])
    assert proof is not None
    assert not proof.sizes


@pytest.mark.parametrize("name", FALSE)
def test_a_false_twin_is_not_proved(name: str) -> None:
    a, false = FALSE[name]
    assert prove_equal(a, false) is None
    assert prove_equal(a, false, sizes={"n": 3, "d": 2, "k": 4}) is None


@pytest.mark.parametrize("name", ["residual", "trace is cyclic", "variance", "logistic gradient", "cross-entropy"])
def test_a_true_identity_is_proved_with_every_sum_written_out(name: str) -> None:
    proof = prove_equal(*TRUE[name], sizes={"n": 3, "d": 2, "k": 2})
    assert proof is not None
    assert "n=3" in str(proof)


def test_slices_are_proved_at_numbers() -> None:
    v = b.vector("v", 5)
    shifted = b.concatenate([v[:1], v[1:]])
    assert prove_equal(shifted, v, sizes={}) is not None
    assert prove_equal(b.concatenate([v[1:], v[:1]]), v, sizes={}) is None


def test_shapes_that_differ_are_never_equal() -> None:
    assert prove_equal(w, y) is None


def test_fractions_inside_fractions_end_without_a_proof() -> None:
    u, v = b.vector("u", n), b.scalar("v")
    inner = 1 / (1 + (1 / (1 + b.sum(u) ** 2) - v + 1) ** 2)
    outer = 1 / (1 + (1 / (1 + inner**2) - v + 1) ** 2)
    assert prove_equal(inner, outer) is None
