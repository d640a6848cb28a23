"""Conjugate updates: the parameters after the data, proved, and checked with SciPy's laws at numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

import symml
from symml.errors import SymmlError
from tests.cli.harness import run

POSITIVE = "a: positive, b: positive"
CASES = {
    "beta bernoulli": ("p ~ beta(a, b)", "y ~ bernoulli(p)", f"p: random, {POSITIVE}, y: n", "a + 𝟏ᵀ y; b + n - 𝟏ᵀ y"),
    "beta binomial": (
        "p ~ beta(a, b)", "k ~ binomial(N, p)", f"p: random, {POSITIVE}, N: positive, k:", "a + k; b + N - k",
    ),
    "beta geometric": ("p ~ beta(a, b)", "k ~ geometric(p)", f"p: random, {POSITIVE}, k: n", "a + n; b + 𝟏ᵀ k - n"),
    "gamma poisson": ("r ~ gamma(a, b)", "k ~ poisson(r)", f"r: random, {POSITIVE}, k: n", "a + 𝟏ᵀ k; b + n"),
    "gamma exponential": ("r ~ gamma(a, b)", "x ~ exponential(r)", f"r: random, {POSITIVE}, x: n", "a + n; b + 𝟏ᵀ x"),
    "gamma gamma": (
        "r ~ gamma(a, b)", "x ~ gamma(c, r)", f"r: random, {POSITIVE}, c: positive, x: n", "a + c n; b + 𝟏ᵀ x",
    ),
    "gamma precision": (
        "r ~ gamma(a, b)", "x ~ normal(m, 1/r)", f"r: random, {POSITIVE}, m:, x: n", "a + n/2; b + ‖x - m 𝟏‖²/2",
    ),
    "gamma laplace": (
        "r ~ gamma(a, b)", "x ~ laplace(m, 1/r)", f"r: random, {POSITIVE}, m:, x: n", "a + n; b + 𝟏ᵀ abs(x - m 𝟏)",
    ),
    "normal normal": (
        "u ~ normal(m, t)", "x ~ normal(u, s)", "u: random, m:, t: positive, x: n, s: positive",
        "(m s + t 𝟏ᵀ x)/(t n + s); s t/(t n + s)",
    ),
    "vectors": (
        "u ~ normal(m, S)", "X ~ normal(u, C)", "u: d random, m: d, S: d d spd, X: n d, C: d d spd",
        "(S⁻¹ + n C⁻¹)⁻¹(S⁻¹ m + C⁻¹ Xᵀ 𝟏); (S⁻¹ + n C⁻¹)⁻¹",
    ),
    "regression": (
        "w ~ normal(m, S)", "y ~ normal(X@w, s)", "w: d random, m: d, S: d d spd, y: n, X: n d, s: positive",
        "(S⁻¹ + Xᵀ X/s)⁻¹(S⁻¹ m + Xᵀ y/s); (S⁻¹ + Xᵀ X/s)⁻¹",
    ),
    "kalman": (
        "x ~ normal(m, P)", "y ~ normal(H@x, R)", "x: d random, m: d, P: d d spd, y: k, H: k d, R: k k spd",
        "(P⁻¹ + Hᵀ R⁻¹ H)⁻¹(P⁻¹ m + Hᵀ R⁻¹ y); (P⁻¹ + Hᵀ R⁻¹ H)⁻¹",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_conjugate_update_is_that_of_books_and_proved(name: str) -> None:
    prior, likelihood, shapes, values = CASES[name]
    found = symml.posterior(prior, likelihood, shapes=shapes)
    assert "; ".join(str(value) for _, value in found.updates) == values
    assert found.is_conjugate
    assert found.shown == ("proved_randomized" if name in ("vectors", "regression", "kalman") else "proved")
    assert found.proved == (found.shown == "proved")
    assert ("proved by a randomized test" in repr(found)) == (found.shown == "proved_randomized")


Log = Callable[..., Any]
LAWS: dict[str, tuple[Log, Log, np.ndarray, np.ndarray]] = {
    "beta bernoulli": (
        stats.beta.logpdf, lambda y, p, _: stats.bernoulli.logpmf(y, p), np.array([1.0, 0, 1, 1]), np.array([0.2, 0.7]),
    ),
    "gamma poisson": (
        lambda r, a, b: stats.gamma.logpdf(r, a, scale=1 / b), lambda k, r, _: stats.poisson.logpmf(k, r),
        np.array([3.0, 0, 2]), np.array([0.4, 2.5]),
    ),
    "gamma gamma": (
        lambda r, a, b: stats.gamma.logpdf(r, a, scale=1 / b),
        lambda x, r, c: stats.gamma.logpdf(x, c["c"], scale=1 / r), np.array([0.3, 1.5, 2.0]), np.array([0.4, 2.5]),
    ),
    "normal normal": (
        lambda u, m, t: stats.norm.logpdf(u, m, t**0.5), lambda x, u, c: stats.norm.logpdf(x, u, c["s"] ** 0.5),
        np.array([0.3, -1.5, 2.0]), np.array([-0.4, 2.5]),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LAWS)
def test_posterior_over_prior_times_likelihood_is_constant(name: str) -> None:
    density, likelihood, data, places = LAWS[name]
    prior, _, shapes, _ = CASES[name]
    found = symml.posterior(prior, CASES[name][1], shapes=shapes)
    own = {"a": 1.5, "b": 2.25, "c": 1.75, "s": 0.5, "m": 0.25, "t": 1.25}
    given = [own[symbol.name] for symbol, _ in found.updates]
    observed = found.sample.data[0].name
    after = []
    for _, value in found.updates:
        kernel = symml.kernel(value)
        known = {**own, observed: data, "n": len(data)}
        after.append(float(kernel(**{key: known[key] for key in kernel.arguments})))
    gaps = [density(at, *after) - density(at, *given) - np.sum(likelihood(data, at, own)) for at in places]
    assert gaps[0] == pytest.approx(gaps[1], rel=1e-12)


def test_a_prior_that_is_not_conjugate_says_which_terms_are_left() -> None:
    found = symml.posterior("p ~ beta(a, b)", "k ~ poisson(p)", shapes=f"p: random, {POSITIVE}, k: n")
    assert not found.is_conjugate
    assert "NOT CONJUGATE" in repr(found)
    assert [str(term) for term in found.left] == ["-p n"]


def test_a_prior_that_is_no_family_is_refused() -> None:
    with pytest.raises(SymmlError, match="no exponential family"):
        symml.posterior("u ~ laplace(m, b)", "x ~ normal(u, s)", shapes="u: random, m:, b: positive, x: n, s: positive")
    with pytest.raises(SymmlError, match="does not depend on p"):
        symml.posterior("p ~ beta(a, b)", "k ~ poisson(r)", shapes=f"p: random, {POSITIVE}, r: positive, k: n")


def test_the_command_prints_the_update() -> None:
    prior, likelihood, shapes, _ = CASES["gamma poisson"]
    done = run("posterior", prior, likelihood, "--shapes", shapes)
    assert (done.code, "update      b ← b + n" in done.out) == (0, True)
    wrong = run("posterior", "p ~ beta(a, b)", "k ~ poisson(p)", "--shapes", f"p: random, {POSITIVE}, k: n")
    assert wrong.code == 1
    assert run("posterior", prior, likelihood, "--shapes", shapes, "--latex").out.startswith(r"a \leftarrow")
