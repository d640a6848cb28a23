"""Every rewrite keeps the value, every rule is met, and typical results have their textbook form."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from symml.calculus.differentiate import derivative, gradient, jacobian
from symml.calculus.simplify import RULES, Log, simplify
from symml.expr import build as b
from symml.expr import functions as F
from symml.expr.binders import is_open
from symml.expr.nodes import Add, Along, Apply, Expr, Symbol, eye
from symml.expr.ranges import series
from symml.expr.walk import topological
from tests.calculus.test_differentiate import ARRAYS, SCALARS
from tests.oracle import draw, evaluate, sizes_of

x, u, k = b.scalar("x"), b.scalar("u"), b.scalar("k")
c, e = b.scalar("c", "positive"), b.scalar("e", "positive")
v, w = b.vector("v", "n"), b.vector("w", "n")
A, B = b.matrix("A", "n", "n", "invertible"), b.matrix("B", "n", "n", "invertible")
S, Q = b.matrix("S", "n", "n", "spd"), b.matrix("Q", "n", "n", "orthogonal")
Y, bit, s = b.matrix("Y", "n", "k", "onehot"), b.vector("b", "n", "binary"), b.vector("s", "n", "sign")
Z = b.matrix("Z", "n", "k")
FEW: dict[str, tuple[Expr, Expr]] = {
    "a stretched axis": (b.sum(b.sqrt(b.sum(Z**2, 1, keepdims=True)), 1), b.sqrt(b.sum(Z**2, 1))),
    "zero product": (b.sum(0 * v), b.sum(0 * w)),
    "powers": (x * x**2 / x, x**2),
    "square root of a square": (b.sqrt(x**2), abs(x)),
    "power of a power": ((c**2) ** Fraction(1, 4), b.sqrt(c)),
    "even power of an absolute value": (abs(x) ** 4, x**4),
    "power of a product": (b.sqrt(c * x**2), b.sqrt(c) * abs(x)),
    "exact root": (b.sqrt(b.ones(())) * b.sqrt(4 * c), 2 * b.sqrt(c)),
    "signs square to one": (b.sum(s * s * v), b.sum(v)),
    "bits are idempotent": (b.sum(bit * bit * v), b.sum(bit * v)),
    "rows sum to one": (b.sum(Y * v[:, None]), b.sum(v)),
    "softmax sums to one": (b.sum(b.softmax(Z, 1) * v[:, None]), b.sum(v)),
    "an inverse cancels": (A @ b.inv(A) @ v, v),
    "an orthogonal matrix cancels": (Q.T @ Q @ v, v),
    "an inverse undone": (b.inv(b.inv(A)), A),
    "determinant of an inverse": (b.logdet(b.inv(A)), -b.logdet(A)),
    "inverse of a transpose": (b.inv(A.T), b.inv(A).T),
    "inverse of a multiple": (b.inv(c * A), b.inv(A) / c),
    "functions of the identity": (b.inv(eye(A.shape[0])) @ v, v),
    "symmetric transpose": (S.T @ v, S @ v),
    "log of exp": (F.log(F.exp(x)), x),
    "function of a transpose": (F.exp(Z.T), F.exp(Z).T),
    "function of repeated entries": (F.exp(b.ones(("n", "k")) * v[:, None]), b.ones(("n", "k")) * F.exp(v)[:, None]),
    "known sign": (abs(c) + F.relu(c) + F.sign(c), 2 * c + 1),
    "both choices": (F.where(F.greater(x, 0), u, u), u),
    "sign times value": (x * F.sign(x), abs(x)),
    "step times relu": (F.greater(x, 0) * F.relu(x), F.relu(x)),
    "logsumexp": (F.log(b.sum(F.exp(v))), b.logsumexp(v)),
    "softmax": (F.exp(v) / b.sum(F.exp(v)), b.softmax(v)),
    "softmax by logsumexp": (F.exp(Z - b.logsumexp(Z, 1, keepdims=True)), b.softmax(Z, 1)),
    "log softmax": (F.log(b.softmax(v)), b.log_softmax(v)),
    "softplus": (F.log(1 + F.exp(x)), F.softplus(x)),
    "sigmoid": (1 / (1 + F.exp(-x)), F.sigmoid(x)),
    "sigmoid from the other end": (F.exp(x) / (1 + F.exp(x)), F.sigmoid(x)),
    "log sigmoid": (F.log(F.sigmoid(x)), F.log_sigmoid(x)),
    "log of the complement": (F.log(1 - F.sigmoid(x)), F.log_sigmoid(-x)),
    "like terms": (2 * x + 3 * x - x, 4 * x),
    "multiplied out": (u * (1 - x) - (1 - u) * x, u - x),
    "common factor": (c * v - c * w, c * (v - w)),
    "centered": (b.sum(v - b.mean(v)), b.sum(0 * v)),
    "trace of a sum": (b.trace(A + B), b.trace(A) + b.trace(B)),
    "even power of a negated sum": ((-x - u) ** 2, (x + u) ** 2),
    "a shift": (b.softmax(A + c - b.max(A, axis=1, keepdims=True)), b.softmax(A)),
    "constants come out of a sum": (series(c * x * k, k, 1, 3), c * x * series(k, k, 1, 3)),
    "factors come out of a sum": (series(A @ v * k, k, 1, 3), A @ v * series(k, k, 1, 3)),
}


@pytest.mark.parametrize("name", FEW)
def test_a_form_is_recognized(name: str) -> None:
    before, after = FEW[name]
    assert simplify(before) is simplify(after)


def _same_value(before: Expr, after: Expr) -> None:
    sizes = sizes_of(before, after)
    values = draw(before, after, sizes=sizes)
    with np.errstate(all="ignore"):
        expected, got = evaluate(before, values, sizes), evaluate(after, values, sizes)
    np.testing.assert_allclose(got, expected, rtol=1e-8, atol=1e-8)


def _logs() -> dict[str, Log]:
    logs: dict[str, Log] = {}
    for name, (root, wrt) in {**SCALARS, **ARRAYS}.items():
        log: Log = []
        simplify(root, log)
        simplify(derivative(simplify(root), wrt), log)
        logs[name] = log
    for name, (before, _) in FEW.items():
        logs[name] = []
        simplify(before, logs[name])
    return logs


LOGS = _logs()


@pytest.mark.parametrize("name", LOGS)
def test_every_rewrite_keeps_the_value(name: str) -> None:
    for row in LOGS[name]:
        if not is_open(row.before):
            _same_value(row.before, row.after)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_is_used(rule: object) -> None:
    assert any(row.rule is rule for log in LOGS.values() for row in log)


@pytest.mark.parametrize("name", FEW)
def test_simplifying_twice_changes_nothing(name: str) -> None:
    once = simplify(FEW[name][0])
    assert simplify(once) is once


def test_what_was_written_stays_as_it_was_written() -> None:
    written = x / x
    assert written is not b.ones(())
    assert len(topological(written)) > 1


def test_the_logistic_gradient_keeps_its_factored_form() -> None:
    X = b.matrix("X", "n", "d")
    theta = b.vector("t", "d")
    g = gradient(b.sum(F.log(1 + F.exp(-s * (X @ theta)))), theta)
    assert not any(isinstance(node, Add) for node in topological(g))
    assert any(isinstance(node, Apply) and node.function is F.sigmoid for node in topological(g))


def test_the_softmax_jacobian_is_written_with_softmax() -> None:
    z: Symbol = b.vector("z", "k")
    found = jacobian(F.exp(z) / b.sum(F.exp(z)), z)
    assert [node.function.name for node in topological(found) if isinstance(node, Along)] == ["softmax"]


def test_a_broadcast_sum_is_not_taken_for_a_sum_of_broadcasts() -> None:
    """The inverse of a sum is not the sum of inverses."""
    root = 1 / b.sum(F.exp(v))
    _same_value(root, simplify(root))
