"""Derivatives by structured variables: tangent, with the slope along the manifold, and said which."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.linalg as linalg

from symml.errors import SymmlError
from symml.proof.derivation import Derivation
from symml.proof.derive import derive
from tests import oracle
from tests.cli.harness import run

RNG = np.random.default_rng(5)
N = 4
A, B, C = (RNG.normal(size=(N, N)) for _ in range(3))
LOSSES: dict[str, tuple[str, str, str]] = {
    "gaussian": ("logdet(S) + trace(inv(S)@C)", "S", "S: d d spd, C: d d"),
    "procrustes": ("trace(Q.T@A@Q@B)", "Q", "Q: d d orthogonal, A: d d, B: d d"),
    "scaling": ("trace(D@A@D@B)", "D", "D: d d diagonal, A: d d, B: d d"),
    "entropy": ("sum(p*log(p)) + sum(p*c)", "p", "p: d simplex, c: d"),
}


def _spd() -> Any:
    return A @ A.T + np.eye(N)


def _orthogonal() -> Any:
    return np.linalg.qr(B)[0]


POINTS: dict[str, Callable[[], Any]] = {
    "gaussian": _spd,
    "procrustes": _orthogonal,
    "scaling": lambda: np.diag(RNG.normal(size=N)),
    "entropy": lambda: np.array([0.1, 0.2, 0.3, 0.4]),
}
SKEW = C - C.T
TANGENTS: dict[str, Callable[[Any], Any]] = {
    "gaussian": lambda at: C + C.T,
    "procrustes": lambda at: at @ SKEW,
    "scaling": lambda at: np.diag(np.diag(C)),
    "entropy": lambda at: C[0] - C[0].mean(),
}
PROJECTIONS: dict[str, Callable[[Any, Any], Any]] = {
    "gaussian": lambda at, g: g.T,
    "procrustes": lambda at, g: -at @ g.T @ at,
    "scaling": lambda at, g: np.diag(np.diag(g)),
    "entropy": lambda at, g: g - g.mean(),
}
CURVES: dict[str, Callable[[Any, Any, float], Any]] = {
    "gaussian": lambda at, v, t: at + t * v,
    "procrustes": lambda at, v, t: at @ linalg.expm(t * at.T @ v),
    "scaling": lambda at, v, t: at + t * v,
    "entropy": lambda at, v, t: at + t * v,
}


def _value(found: Derivation, expr: Any, at: Any, **more: Any) -> Any:
    given = {"A": A, "B": B, "C": C, "c": C[1], found.wrt.name: at, **more}
    return np.asarray(oracle.evaluate(expr, given, {"d": N}))


def _derived(name: str, convention: str, order: int = 1) -> Derivation:
    text, wrt, shapes = LOSSES[name]
    return derive(text, wrt, shapes=shapes, convention=convention, order=order)


@pytest.mark.parametrize("name", LOSSES)
def test_the_projected_gradient_is_tangent_and_has_the_slope_of_the_loss(name: str) -> None:
    found = _derived(name, "projected")
    at = POINTS[name]()
    v = TANGENTS[name](at)
    grad = _value(found, found.result, at)
    step = 1e-6
    ends = [_value(found, found.expr, CURVES[name](at, v, sign * step)) for sign in (1, -1)]
    np.testing.assert_allclose(np.sum(grad * v), (ends[0] - ends[1]) / (2 * step), rtol=1e-6)
    again = PROJECTIONS[name](at, grad)
    np.testing.assert_allclose(grad, again, atol=1e-10)


@pytest.mark.parametrize("name", LOSSES)
def test_the_projected_hessian_is_the_curvature_along_the_manifold(name: str) -> None:
    found = _derived(name, "projected", 2)
    at = POINTS[name]()
    v = TANGENTS[name](at)
    assert found.operator is not None
    letter = found.operator_name.partition("[")[2].rstrip("]")
    applied = _value(found, found.operator.expr, at, **{letter: v})
    step = 1e-4
    low, middle, high = (_value(found, found.expr, CURVES[name](at, v, t)) for t in (-step, 0.0, step))
    np.testing.assert_allclose(np.sum(applied * v), (low - 2 * middle + high) / step**2, rtol=1e-5)
    tensor = _value(found, found.result, at)
    np.testing.assert_allclose(np.tensordot(tensor, v, axes=v.ndim), applied, atol=1e-9)


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("name", LOSSES)
def test_every_step_of_a_convention_is_a_claim(name: str, order: int) -> None:
    found = _derived(name, "projected", order)
    assert found.verdict.verdict in ("proved", "proved_randomized", "certified"), found.verdict


def test_the_riemannian_gradient_is_that_of_the_metric() -> None:
    found = _derived("gaussian", "riemannian")
    at = _spd()
    v = TANGENTS["gaussian"](at)
    inverse = np.linalg.inv(at)
    inner = np.trace(inverse @ _value(found, found.result, at) @ inverse @ v)
    free = _value(found, _derived("gaussian", "unstructured").result, at)
    np.testing.assert_allclose(inner, np.sum(free * v), rtol=1e-10)
    q = _orthogonal()
    embedded, metric = (_derived("procrustes", word) for word in ("projected", "riemannian"))
    np.testing.assert_allclose(_value(metric, metric.result, q), _value(embedded, embedded.result, q))


@pytest.mark.parametrize(
    ("name", "convention", "order"), [("gaussian", "unstructured", 1), ("entropy", "projected", 2)]
)
def test_the_convention_is_said_in_the_report(name: str, convention: str, order: int) -> None:
    found = _derived(name, convention, order)
    assert f"convention: {convention}: " in repr(found)
    assert found.to_json()["convention"] == convention


def test_nothing_is_said_of_conventions_where_entries_are_free() -> None:
    assert "convention" not in repr(derive("sum(X**2)", "X", shapes="X: n d"))


def test_the_operator_of_a_symmetric_matrix_takes_symmetric_directions() -> None:
    found = derive("logdet(S)", "S", shapes="S: d d spd", order=2, convention="projected")
    assert found.operator is not None
    assert found.operator.text() == "-S⁻¹ V S⁻¹"


@pytest.mark.parametrize(
    ("name", "convention", "order", "said"),
    [
        ("entropy", "cookbook", 1, "it speaks of: diagonal, symmetric, spd, psd"),
        ("gaussian", "riemannian", 2, "has no Hessian by S"),
        ("procrustes", "cookbook", 1, "does not speak of Q"),
        ("gaussian", "projected", 3, "gradients and Hessians"),
    ],
)
def test_a_convention_that_is_silent_says_what_it_speaks_of(name: str, convention: str, order: int, said: str) -> None:
    with pytest.raises(SymmlError, match=said):
        _derived(name, convention, order)


def test_the_command_switches_conventions() -> None:
    given = ("derive", "trace(Q.T@A@Q@B)", "--wrt", "Q", "--shapes", "Q: d d orthogonal, A: d d, B: d d")
    shown = run(*given, "--convention", "projected", "--steps").out
    assert "convention: projected: " in shown
    assert run(*given, "--convention", "book").code == 2
