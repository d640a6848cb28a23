"""Update rules: what is printed is what runs, and agrees with loops written by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from symml.calculus.normal import prove_equal
from symml.errors import ShapeError, SymmlError
from symml.expr.build import scalar
from symml.optimize.update_rules import RULES
from symml.optimize.updates import update

RNG = np.random.default_rng(0)
X = RNG.normal(size=(20, 3))
Y = X @ np.array([1.0, -2.0, 3.0])
SHAPES, DATA = "X: n d, y: n, w: d", {"X": X, "y": Y}
LOSS = "mean((X@w - y)**2)"
Loop = Callable[[Any, dict[str, Any], Any, int], tuple[Any, dict[str, Any]]]


def slope(w: Any) -> Any:
    return 2 * X.T @ (X @ w - Y) / len(Y)


def adam(w: Any, s: dict[str, Any], g: Any, t: int, decay: float = 0.0) -> tuple[Any, dict[str, Any]]:
    m, v = 0.9 * s["m"] + 0.1 * g, 0.999 * s["v"] + 0.001 * g**2
    step = m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return w - 1e-3 * (step + decay * w), {"m": m, "v": v}


def radam(w: Any, s: dict[str, Any], g: Any, t: int) -> tuple[Any, dict[str, Any]]:
    m, v = 0.9 * s["m"] + 0.1 * g, 0.999 * s["v"] + 0.001 * g**2
    longest = 2 / (1 - 0.999) - 1
    length = longest - 2 * t * 0.999**t / (1 - 0.999**t)
    m_hat = m / (1 - 0.9**t)
    if length <= 4:
        return w - 1e-3 * m_hat, {"m": m, "v": v}
    rest = np.sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length))
    return w - 1e-3 * rest * m_hat / (np.sqrt(v / (1 - 0.999**t)) + 1e-8), {"m": m, "v": v}


def nadam(w: Any, s: dict[str, Any], g: Any, t: int) -> tuple[Any, dict[str, Any]]:
    m, v = 0.9 * s["m"] + 0.1 * g, 0.999 * s["v"] + 0.001 * g**2
    ahead = (0.9 * m + 0.1 * g) / (1 - 0.9**t)
    return w - 1e-3 * ahead / (np.sqrt(v / (1 - 0.999**t)) + 1e-8), {"m": m, "v": v}


def amsgrad(w: Any, s: dict[str, Any], g: Any, t: int) -> tuple[Any, dict[str, Any]]:
    m, v = 0.9 * s["m"] + 0.1 * g, 0.999 * s["v"] + 0.001 * g**2
    most = np.maximum(s["v_max"], v)
    step = m / (1 - 0.9**t) / (np.sqrt(most / (1 - 0.999**t)) + 1e-8)
    return w - 1e-3 * step, {"m": m, "v": v, "v_max": most}


def adamax(w: Any, s: dict[str, Any], g: Any, t: int) -> tuple[Any, dict[str, Any]]:
    m, u = 0.9 * s["m"] + 0.1 * g, np.maximum(0.999 * s["u"], np.abs(g) + 1e-8)
    return w - 2e-3 / (1 - 0.9**t) * m / u, {"m": m, "u": u}


def adadelta(w: Any, s: dict[str, Any], g: Any, t: int) -> tuple[Any, dict[str, Any]]:
    total = 0.9 * s["s"] + 0.1 * g**2
    step = np.sqrt(s["u"] + 1e-6) / np.sqrt(total + 1e-6) * g
    return w - step, {"s": total, "u": 0.9 * s["u"] + 0.1 * step**2}


def lion(w: Any, s: dict[str, Any], g: Any, t: int) -> tuple[Any, dict[str, Any]]:
    return w - 1e-4 * np.sign(0.9 * s["m"] + 0.1 * g), {"m": 0.99 * s["m"] + 0.01 * g}


BY_HAND: dict[str, Loop] = {
    "nadam": nadam,
    "amsgrad": amsgrad,
    "adamax": adamax,
    "adadelta": adadelta,
    "lion": lion,
    "sgd": lambda w, s, g, t: (w - 1e-2 * (0.9 * s["v"] + g), {"v": 0.9 * s["v"] + g}),
    "gd": lambda w, s, g, t: (w - 1e-2 * g, {}),
    "momentum": lambda w, s, g, t: (w - 1e-2 * (0.9 * s["v"] + g), {"v": 0.9 * s["v"] + g}),
    "nesterov": lambda w, s, g, t: (w - 1e-2 * (g + 0.9 * (0.9 * s["v"] + g)), {"v": 0.9 * s["v"] + g}),
    "adagrad": lambda w, s, g, t: (w - 1e-2 * g / (np.sqrt(s["s"] + g**2) + 1e-10), {"s": s["s"] + g**2}),
    "rmsprop": lambda w, s, g, t: (
        w - 1e-2 * g / (np.sqrt(0.99 * s["s"] + 0.01 * g**2) + 1e-8),
        {"s": 0.99 * s["s"] + 0.01 * g**2},
    ),
    "adam": adam,
    "adamw": lambda w, s, g, t: adam(w, s, g, t, 1e-2),
    "radam": radam,
    "newton": lambda w, s, g, t: (w - np.linalg.solve(2 * X.T @ X / len(Y), g), {}),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_runs_agree_with_loops_written_by_hand(name: str) -> None:
    found = update(name).run(LOSS, "w", np.ones(3), 12, shapes=SHAPES, data=DATA)
    w, states = np.ones(3), dict.fromkeys(("m", "v", "s", "u", "v_max"), np.zeros(3))
    for t in range(1, 13):
        w, new = BY_HAND[name](w, states, slope(w), t)
        states = {**states, **new}
        np.testing.assert_allclose(found.theta[t], w, rtol=1e-10)
    assert found.loss[0] == pytest.approx(np.mean((X @ np.ones(3) - Y) ** 2))
    for key, rows in found.states.items():
        np.testing.assert_allclose(rows[-1], states[key], rtol=1e-10)


def test_a_setting_may_be_a_schedule() -> None:
    found = update("gd").run(LOSS, "w", np.ones(3), 3, shapes=SHAPES, data=DATA, alpha=lambda t: 0.1 / t)
    w = np.ones(3)
    for t in (1, 2, 3):
        w = w - 0.1 / t * slope(w)
        np.testing.assert_allclose(found.theta[t], w, rtol=1e-12)


def test_weight_decay_pulls_to_zero() -> None:
    found = update("sgd").run(LOSS, "w", np.ones(3), 1, shapes=SHAPES, data=DATA, lam=0.5)
    np.testing.assert_allclose(found.theta[1], np.ones(3) - 1e-2 * (slope(np.ones(3)) + 0.5), rtol=1e-12)


def test_the_step_stands_alone() -> None:
    source = update("adam").kernel().source
    assert "symml" not in source
    assert "def adam_step(" in source


@pytest.mark.parametrize(
    ("name", "state", "shown"),
    [
        ("adam", "m", "Σ[k=1..t] β₁^(t - k)(1 - β₁)g(k)"),
        ("adam", "v", "Σ[k=1..t] β₂^(t - k)(1 - β₂)g(k)²"),
        ("momentum", "v", "Σ[k=1..t] β^(t - k)g(k)"),
        ("adagrad", "s", "Σ[k=1..t] g(k)²"),
    ],
)
def test_states_unroll_to_sums_over_the_past(name: str, state: str, shown: str) -> None:
    assert str(update(name).unrolled(state)) == shown


@pytest.mark.parametrize(("state", "decay"), [("m", "beta1"), ("v", "beta2")])
def test_the_bias_of_a_moment_is_what_adam_divides_by(state: str, decay: str) -> None:
    beta, t = scalar(decay, "unit"), scalar("t", "integer")
    assert prove_equal(update("adam").bias(state), 1 - beta**t) is not None


def test_rules_are_printed_as_in_books() -> None:
    assert update("adam").lines()[0] == "m ← β₁ m + (1 - β₁)g"
    assert r"\theta &\leftarrow" in update("adamw").latex()
    assert update("gd").to_json()["lines"] == ["θ ← θ - α g"]
    assert all("usual" in repr(update(name)) for name in RULES)


def test_what_is_unknown_is_named() -> None:
    with pytest.raises(SymmlError, match="did you mean adam"):
        update("adm")
    with pytest.raises(SymmlError, match="no setting"):
        update("gd").run(LOSS, "w", np.ones(3), 1, shapes=SHAPES, data=DATA, beta=0.9)
    with pytest.raises(SymmlError, match="no state"):
        update("gd").unrolled("m")
    with pytest.raises(ShapeError, match="vector"):
        update("gd").run("sum(W**2)", "W", np.ones((2, 2)), 1, shapes="W: n d")
