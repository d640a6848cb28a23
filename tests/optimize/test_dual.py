"""Duals: the dual function is the infimum of the Lagrangian, and prints as in books."""

from __future__ import annotations

import numpy as np
import pytest

from symml.errors import SymmlError
from symml.optimize.dual import dual
from symml.optimize.dual_problem import Dual
from tests import oracle

SIZES = {"n": 4, "d": 3, "m": 2, "k": 5}
PROBLEMS = {
    "hard margin": ("dot(w, w)/2", "w, b", ["alpha: y*(X@w + b) >= 1"], "X: n d, w: d, y: n sign, b:"),
    "soft margin": (
        "dot(w, w)/2 + C*sum(xi)",
        "w, b, xi",
        ["alpha: y*(X@w + b) >= 1 - xi", "beta: xi >= 0"],
        "X: n d, w: d, y: n sign, b:, xi: n, C: positive",
    ),
    "least norm": ("dot(x, x)/2", "x", ["A@x == c"], "A: m k, x: k, c: m"),
    "max entropy": ("sum(p*log(p))", "p", ["sum(p) == 1", "A@p == c"], "p: k positive, A: m k, c: m"),
    "ridge": ("dot(r, r)/2 + lam*dot(w, w)/2", "r, w", ["r == y - X@w"], "X: n d, w: d, y: n, r: n, lam: positive"),
    "lasso": ("dot(r, r)/2 + t*sum(abs(w))", "r, w", ["r == y - X@w"], "X: n d, w: d, y: n, r: n, t: positive"),
    "linear program": ("q@x", "x", ["A@x >= c", "x >= 0"], "A: m k, x: k, c: m, q: k"),
    "quadratic program": ("x@P@x/2 + q@x", "x", ["A@x <= c"], "A: m k, x: k, c: m, q: k, P: k k spd"),
    "norm": ("norm(x)", "x", ["A@x == c"], "A: m k, x: k, c: m"),
}
PRINTED = {
    "hard margin": "𝟏ᵀ α - ‖Xᵀ(α ⊙ y)‖²/2",
    "soft margin": "𝟏ᵀ α - ‖Xᵀ(α ⊙ y)‖²/2",
    "least norm": "-‖Aᵀ ν‖²/2 - νᵀ c",
    "max entropy": "-logsumexp(-Aᵀ ν₂) - ν₂ᵀ c",
    "linear program": "λ₁ᵀ c",
}
BOUNDS = {
    "hard margin": ["αᵀ y = 0", "α ≥ 0"],
    "soft margin": ["αᵀ y = 0", "α ≥ 0", "α ≤ C"],
    "lasso": ["abs(Xᵀ ν) ≤ t"],
    "linear program": ["λ₁ ≥ 0", "Aᵀ λ₁ ≤ q"],
    "norm": ["‖Aᵀ ν‖ ≤ 1"],
}


def of(name: str) -> Dual:
    f, over, subject, shapes = PROBLEMS[name]
    return dual(f, over, subject, shapes=shapes)


@pytest.mark.parametrize("name", PRINTED)
def test_dual_objectives_are_those_of_books(name: str) -> None:
    assert of(name).text().splitlines()[0].partition(":  ")[2] == PRINTED[name]


@pytest.mark.parametrize("name", BOUNDS)
def test_dual_constraints_are_those_of_books(name: str) -> None:
    assert [bound.text() for bound in of(name).bounds] == BOUNDS[name]


def data(seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(5, 5))
    return {
        "X": rng.normal(size=(4, 3)),
        "y": np.array([1.0, -1.0, 1.0, -1.0]),
        "A": rng.normal(size=(2, 5)),
        "c": rng.normal(size=2),
        "q": rng.uniform(3, 4, size=5),
        "P": root @ root.T + np.eye(5),
        "C": np.array(3.0),
        "lam": np.array(0.8),
        "t": np.array(9.0),
    }


# Multipliers that satisfy the bounds, found by hand.
FEASIBLE = {
    "hard margin": {"alpha": np.array([0.5, 0.7, 0.4, 0.2])},
    "ridge": {"nu": np.array([0.3, -0.2, 0.1, 0.5])},
    "lasso": {"nu": np.array([0.3, -0.2, 0.1, 0.5])},
    "least norm": {"nu": np.array([0.3, -0.2])},
    "quadratic program": {"lam": np.array([0.3, 0.2])},
}


@pytest.mark.parametrize("name", FEASIBLE)
def test_the_dual_function_is_the_infimum_of_the_lagrangian(name: str) -> None:
    found, values = of(name), {**data(3), **FEASIBLE[name]}
    value = float(oracle.evaluate(found.objective, values, SIZES))
    best = {s.name: oracle.evaluate(v, values, SIZES) for s, v in found.minimizers}
    zero = {v.name: np.zeros([SIZES[str(dim)] for dim in v.shape]) for v in found.problem.variables}
    at = {**values, **zero, **best}
    assert float(oracle.evaluate(found.lagrangian, at, SIZES)) == pytest.approx(value)
    rng = np.random.default_rng(4)
    for _ in range(20):
        near = {name: at[name] + rng.normal(size=np.shape(at[name])) for name in zero}
        assert float(oracle.evaluate(found.lagrangian, {**at, **near}, SIZES)) >= value - 1e-9


def test_the_minimizers_of_max_entropy_are_a_softmax() -> None:
    assert str(of("max entropy").minimizer("p")) == "softmax(-Aᵀ ν₂)"


def test_what_cannot_be_eliminated_is_said_with_its_stationarity() -> None:
    with pytest.raises(SymmlError, match="closed form") as error:
        dual("sum(softplus(X@w)) + dot(w, w)", "w", ["sum(w) == 1"], shapes="X: n d, w: d")
    assert "symml.kkt" in str(error.value)


def test_strong_duality_is_claimed_for_convex_problems_only() -> None:
    assert "strong" in of("ridge").strong_duality


def test_the_report_is_data_and_latex_too() -> None:
    found = of("hard margin")
    assert found.to_json()["dual"]["variables"] == ["alpha"]
    assert r"\max_{\alpha}" in found.latex()
    assert "dual" in repr(found)
