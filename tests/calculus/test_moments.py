"""Means under declared laws agree with exact cubature, with sums and integrals, and with textbooks."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from symml.calculus.moments import DISTRIBUTIONS, Model, expand_expectations
from symml.calculus.moments.laws import law
from symml.calculus.normal import prove_equal
from symml.calculus.numeric import approximate
from symml.calculus.sampling import Point
from symml.errors import DeclarationError, ShapeError
from symml.expr.build import logdet, matrix, outer, scalar, trace, vector
from symml.expr.build import sum as total
from symml.expr.dims import dims, size
from symml.expr.functions import exp, tanh
from symml.expr.nodes import Expr, symbol_node
from symml.expr.probability import covariance, expect, variance
from symml.expr.walk import symbols
from symml.proof.expectation import expectation
from tests import oracle

d, r = dims("d r")
x, mu, a = vector("x", d, "random"), vector("mu", d), vector("a", d)
S, A = matrix("Sigma", d, d, "spd"), matrix("A", d, d)
B = matrix("B", r, d)
t = scalar("t")
NORMAL = Model({x: law(x, "normal", mu, S)})
MOMENTS = Model({x: law(x, "", mu, S)})

GAUSSIAN = {
    "quadratic form": expect(x @ A @ x),
    "square of a linear form": expect((a @ x) ** 2),
    "cube of a linear form": expect((a @ x + t) ** 3),
    "product of quadratic forms": expect((x @ A @ x) * (a @ x) ** 2),
    "variance of a quadratic form": variance(x @ A @ x),
    "second moment": expect(outer(x, x)),
    "third moment with a vector": expect(outer(x, x) @ a * (a @ x)),
    "norm": expect(total((B @ x) ** 2)),
    "entrywise power": expect(x**4),
    "covariance of forms": covariance(a @ x, x @ A @ x),
}


def by_cubature(node: Expr, values: dict[str, np.ndarray], sizes: dict[str, int]) -> np.ndarray:
    """The mean over a Gaussian by the product rule with three nodes a coordinate, exact to degree five."""
    roots, weights = np.array([-np.sqrt(3), 0, np.sqrt(3)]), np.array([1, 4, 1]) / 6
    factor = np.linalg.cholesky(values["Sigma"])
    body = oracle_body(node)
    mean = 0.0
    for choice in product(range(3), repeat=sizes["d"]):
        at = values["mu"] + factor @ roots[list(choice)]
        mean = mean + np.prod(weights[list(choice)]) * oracle.evaluate(body, {**values, "x": at}, sizes)
    return np.asarray(mean)


def oracle_body(node: Expr) -> Expr:
    from symml.expr.binders import opened
    from symml.expr.scoped import Expectation

    assert isinstance(node, Expectation)
    return opened(node, [symbol_node(v.name, v.shape, v.domain) for v in node.variables])


@pytest.mark.parametrize("name", GAUSSIAN)
def test_gaussian_means_agree_with_cubature(name: str) -> None:
    node = GAUSSIAN[name]
    rng = np.random.default_rng(len(name))
    root = rng.normal(size=(2, 2))
    values = {
        "mu": rng.normal(size=2),
        "a": rng.normal(size=2),
        "A": rng.normal(size=(2, 2)),
        "B": rng.normal(size=(3, 2)),
        "Sigma": root @ root.T + np.eye(2),
        "t": np.array(0.7),
    }
    sizes = {"d": 2, "r": 3}
    found = expand_expectations(node, NORMAL)
    assert x not in symbols(found)
    if name == "variance of a quadratic form":
        form = x @ A @ x
        expected = by_cubature(expect(form**2), values, sizes) - by_cubature(expect(form), values, sizes) ** 2
    elif name == "covariance of forms":
        form, line = x @ A @ x, a @ x
        expected = by_cubature(expect(form * line), values, sizes)
        expected = expected - by_cubature(expect(form), values, sizes) * by_cubature(expect(line), values, sizes)
    else:
        expected = by_cubature(node, values, sizes)
    np.testing.assert_allclose(oracle.evaluate(found, values, sizes), expected, rtol=1e-9)


BOOK = {
    "quadratic form": (expect(x @ A @ x), MOMENTS, trace(A @ S) + mu @ A @ mu),
    "variance of a linear form": (variance(a @ x), MOMENTS, a @ S @ a),
    "covariance of a linear map": (covariance(B @ x, x), MOMENTS, B @ S),
    "exponential": (expect(exp(a @ x)), NORMAL, exp(a @ mu + a @ S @ a / 2)),
    "tilted mean": (expect(x * exp(a @ x)), NORMAL, exp(a @ mu + a @ S @ a / 2) * (mu + S @ a)),
    "Stein": (expect((x - mu) * tanh(a @ x)), NORMAL, S @ a * (1 - expect(tanh(a @ x) ** 2))),
}


@pytest.mark.parametrize("name", BOOK)
def test_results_are_those_of_books(name: str) -> None:
    node, model, claim = BOOK[name]
    found = expand_expectations(node, model)
    if name == "Stein":
        claim = expand_expectations(claim, model)
    assert prove_equal(found, claim) is not None


def test_without_a_law_a_fourth_moment_stays() -> None:
    found = expand_expectations(expect((a @ x) ** 4), MOMENTS)
    assert "E[" in str(found)


def test_what_stays_remembers_the_parameters_of_its_law() -> None:
    found = expand_expectations(expect(tanh(a @ x)), NORMAL)
    assert {mu, S} <= set(symbols(found))


# ---- independence ----------------------------------------------------------------------------------------------------
u, v, w = (scalar(name, "random") for name in "uvw")


def test_products_of_independent_symbols_split() -> None:
    model = Model(blocks=((frozenset([u]), frozenset([v]), frozenset([w])),))
    assert (
        prove_equal(expand_expectations(expect(u * v * w**2), model), expect(u) * expect(v) * expect(w**2)) is not None
    )


def test_pairwise_statements_do_not_make_three_symbols_independent() -> None:
    pairs = tuple((frozenset([p]), frozenset([q])) for p, q in ((u, v), (v, w), (u, w)))
    found = expand_expectations(expect((u - expect(u)) * (v - expect(v)) * (w - expect(w))), Model(blocks=pairs))
    assert str(found) != "0"


def test_a_block_is_independent_as_a_whole() -> None:
    model = Model(blocks=((frozenset([u]), frozenset([v, w])),))
    assert prove_equal(expand_expectations(expect(u * v * w), model), expect(u) * expect(v * w)) is not None


def test_what_is_given_is_fixed_when_it_is_independent() -> None:
    noise = Model({v: law(v, "", 0, t**2)}, ((frozenset([u]), frozenset([v])),))
    assert prove_equal(expand_expectations(expect((2 * u + v) ** 2, u), noise), 4 * u**2 + t**2) is not None
    dependent = Model({v: law(v, "", 0, t**2)})
    assert "|" in str(expand_expectations(expect(v, u), dependent))


# ---- named laws ------------------------------------------------------------------------------------------------------
POINTS = {
    "normal": (Fraction(1, 2), Fraction(3, 4)),
    "bernoulli": (Fraction(1, 3),),
    "binomial": (Fraction(3), Fraction(1, 3)),
    "geometric": (Fraction(2, 3),),
    "poisson": (Fraction(3, 2),),
    "exponential": (Fraction(5, 2),),
    "gamma": (Fraction(3), Fraction(5, 2)),
    "beta": (Fraction(2), Fraction(3)),
    "uniform": (Fraction(-1), Fraction(2)),
    "laplace": (Fraction(0), Fraction(1, 2)),
}


def value(node: Expr) -> float:
    return float(approximate(node, Point({}, {}), 16)[()])


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_every_row_of_the_table_agrees_with_its_density(name: str) -> None:
    known = law(u, name, *POINTS[name])
    row = DISTRIBUTIONS[name]
    assert value(known.integrated(u**0 + 0 * u)) == pytest.approx(1)
    assert value(known.integrated(u)) == pytest.approx(value(known.mean))
    assert value(known.integrated((u - known.mean) ** 2)) == pytest.approx(value(known.covariance))
    if row.mgf is not None:
        assert value(known.integrated(exp(u / 4))) == pytest.approx(value(row.mgf(Fraction(1, 4), *known.parameters)))


@pytest.mark.parametrize("name", [n for n in DISTRIBUTIONS if n != "normal"])
def test_third_moments_agree_with_sums_and_integrals(name: str) -> None:
    known = law(u, name, *POINTS[name])
    found = expand_expectations(expect(u**3), Model({u: known}))
    assert u not in symbols(found)
    assert value(found) == pytest.approx(value(known.integrated(u**3)))


def test_parameters_have_the_right_number_and_shape() -> None:
    with pytest.raises(DeclarationError, match="parameters"):
        law(u, "poisson", 1, 2)
    with pytest.raises(DeclarationError, match="laws are"):
        law(u, "cauchy", 1)
    with pytest.raises(ShapeError, match="covariance"):
        law(x, "normal", mu, mu)


# ---- the whole -------------------------------------------------------------------------------------------------------
def test_bias_and_variance_come_apart_with_their_assumptions() -> None:
    found = expectation(
        "E((f + eps - fhat)**2)",
        shapes="f:, eps: random, fhat: random, sigma2: positive",
        given="eps ~ (0, sigma2); eps, fhat independent",
    )
    assert found.text() == "(f - E[f̂])² + σ₂ + Var[f̂]"
    assert any("independent" in assumption for assumption in found.assumptions)


def test_the_divergence_of_two_gaussians_follows_from_its_definition() -> None:
    m0, m1 = vector("m0", d), vector("m1", d)
    S0, S1 = matrix("S0", d, d, "spd"), matrix("S1", d, d, "spd")
    found = expectation(
        "E(logdet(S1) - logdet(S0) + (x - m1) @ inv(S1) @ (x - m1) - (x - m0) @ inv(S0) @ (x - m0)) / 2",
        shapes="x: d random, m0: d, m1: d, S0: d d spd, S1: d d spd",
        given="x ~ normal(m0, S0)",
    )
    from symml.expr.build import inv

    claim = (logdet(S1) - logdet(S0) + (m1 - m0) @ inv(S1) @ (m1 - m0) + trace(inv(S1) @ S0) - size("d")) / 2
    assert found.is_complete
    assert prove_equal(found.result, claim) is not None


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ("x ~ normal(mu)", "parameters"),
        ("z ~ poisson(t)", "not a random symbol"),
        ("x ~ nothing(1)", "not a law"),
        ("x, x independent", "different"),
        ("x is nice", "neither a law"),
        ("x ~ normal(mu, S); x ~ (mu, S)", "two laws"),
        ("k ~ bernoulli(2)", "between 0 and 1"),
        ("k ~ poisson(0)", "positive"),
        ("k ~ normal(0, -1)", "nonnegative"),
    ],
)
def test_statements_that_make_no_sense_are_refused(given: str, what: str) -> None:
    with pytest.raises(DeclarationError, match=what):
        expectation("E(x)", shapes="x: d random, k: random, mu: d, S: d d spd, t:", given=given)
