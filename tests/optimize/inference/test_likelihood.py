"""Maximum-likelihood estimates are those of books, and no parameters near them are more likely."""

from __future__ import annotations

import numpy as np
import pytest

from symml.calculus.normal import prove_equal
from symml.errors import DeclarationError, ShapeError, SymmlError
from symml.expr.walk import symbols
from symml.faces import read_numpy
from symml.optimize.inference.likelihood import MaximumLikelihood, mle
from symml.read.declarations import read_declarations
from tests import oracle

ROWS = "X: n d, mu: d, S: d d spd"
LINE = "X: n d, y: n, w: d, s: positive"
# laws, parameters, declarations, estimates, drawn data
CASES = {
    "Bernoulli": ("x ~ bernoulli(p)", "p", "x: n, p: unit", ["sum(x)/n"]),
    "binomial": ("x ~ binomial(9, p)", "p", "x: n, p: unit", ["sum(x)/(9*n)"]),
    "geometric": ("x ~ geometric(p)", "p", "x: n, p: unit", ["n/sum(x)"]),
    "Poisson": ("x ~ poisson(lam)", "lam", "x: n, lam: positive", ["sum(x)/n"]),
    "exponential": ("x ~ exponential(r)", "r", "x: n, r: positive", ["n/sum(x)"]),
    "its density": ("r*exp(-r*x)", "r", "x: n positive, r: positive", ["n/sum(x)"]),
    "gamma rate": ("x ~ gamma(a, b)", "b", "x: n, a: positive, b: positive", ["n*a/sum(x)"]),
    "Laplace scale": ("x ~ laplace(m, b)", "b", "x: n, m:, b: positive", ["sum(abs(x - m))/n"]),
    "Gaussian": ("x ~ normal(mu, s)", "mu, s", "x: n, mu:, s: positive", ["mean(x)", "mean((x - mean(x))**2)"]),
    "Gaussian by its deviation": (
        "x ~ normal(mu, t**2)", "mu, t", "x: n, mu:, t: positive", ["mean(x)", "sqrt(mean((x - mean(x))**2))"],
    ),
    "Gaussian of rows": (
        "X ~ normal(mu, S)", "mu, S", ROWS,
        ["mean(X, axis=0)", "(X - mean(X, axis=0)).T@(X - mean(X, axis=0))/n"],
    ),
    "regression": (
        "y ~ normal(X@w, s)", "w, s", LINE,
        ["inv(X.T@X)@X.T@y", "mean((y - X@inv(X.T@X)@X.T@y)**2)"],
    ),
    "multivariate regression": (
        "Y ~ normal(X@W, S)", "W, S", "X: n d, Y: n k, W: d k, S: k k spd",
        ["inv(X.T@X)@X.T@Y", "(Y - X@inv(X.T@X)@X.T@Y).T@(Y - X@inv(X.T@X)@X.T@Y)/n"],
    ),
    "categorical": ("Y ~ categorical(p)", "p", "Y: n k onehot, p: k simplex", ["sum(Y, axis=0)/n"]),
    "two samples": (
        "x ~ poisson(lam); y ~ poisson(2*lam)", "lam", "x: n, y: m, lam: positive", ["(sum(x)+sum(y))/(n+2*m)"],
    ),
    "Rayleigh": ("x/s*exp(-x**2/(2*s))", "s", "x: n positive, s: positive", ["sum(x**2)/(2*n)"]),
    "Pareto exponent": ("a*2**a/x**(a+1)", "a", "x: n positive, a: positive", ["n/(sum(log(x)) - n*log(2))"]),
    "log-normal": (
        "exp(-(log(x)-m)**2/(2*s))/(x*sqrt(2*pi*s))", "m, s", "x: n positive, m:, s: positive",
        ["mean(log(x))", "mean((log(x) - mean(log(x)))**2)"],
    ),
}  # fmt: skip


def found_of(name: str) -> MaximumLikelihood:
    statement, wrt, shapes, _ = CASES[name]
    return mle(statement, wrt, shapes=shapes, of="" if "~" in statement else "x")


@pytest.mark.parametrize("name", CASES)
def test_the_estimates_are_those_of_books_and_no_neighbor_is_more_likely(name: str) -> None:
    found = found_of(name)
    values, sizes = drawn(found)
    log = found.sample.log
    best = {p.name: oracle.evaluate(v, values, sizes) for p, v in found.stationary.values}
    for words, own in zip(CASES[name][3], best.values(), strict=True):
        told = oracle.evaluate(read_numpy(words, read_declarations(CASES[name][2])), values, sizes)
        np.testing.assert_allclose(own, told, rtol=1e-9)
    top = oracle.evaluate(log, {**values, **best}, sizes)
    rng = np.random.default_rng(3)
    for _ in range(6):
        moved = {key: nudged(value, rng, key) for key, value in best.items()}
        assert oracle.evaluate(log, {**values, **moved}, sizes) <= top + 1e-9 * abs(top)


def nudged(value: np.ndarray, rng: np.random.Generator, name: str) -> np.ndarray:
    """A parameter near by: on the simplex, and symmetric for a covariance."""
    if name == "p" and value.ndim:
        moved = value * np.exp(0.1 * rng.normal(size=value.shape))
        return moved / moved.sum()
    step = 0.05 * rng.normal(size=value.shape)
    if name == "S":
        root = np.linalg.cholesky(value)
        return root @ (np.eye(len(value)) + (step + step.T) / 2) @ root.T
    return value * (1 + step)


def drawn(found: MaximumLikelihood) -> tuple[dict[str, np.ndarray], dict[str, int]]:
    """Data in the support of the law, and known parameters."""
    rng = np.random.default_rng(len(found.sample.words[0]))
    sizes = {"n": 7, "d": 2, "k": 3, "m": 4}
    values: dict[str, np.ndarray] = {}
    for symbol in symbols(found.sample.log):
        shape = tuple(sizes[str(dim)] for dim in symbol.shape)
        kind = symbol.domain.name
        if kind == "onehot":
            values[symbol.name] = np.eye(3)[[0, 1, 2, 0, 1, 0, 2]]
        elif kind == "binary":
            values[symbol.name] = np.array([1.0, 0, 0, 1, 0, 1, 1])
        elif kind in ("positive", "nonnegative"):
            values[symbol.name] = rng.integers(2, 9, size=shape).astype(float)
        else:
            values[symbol.name] = rng.normal(size=shape)
    return values, sizes


@pytest.mark.parametrize("name", CASES)
def test_the_stationary_point_is_proved_to_be_the_maximum(name: str) -> None:
    assert found_of(name).certificate.is_global


GENERAL = {
    "logistic regression": ("y ~ bernoulli(sigmoid(X@w))", "binary", "X.T@(y - sigmoid(X@w))"),
    "Poisson regression": ("y ~ poisson(exp(X@w))", "nonnegative", "X.T@(y - exp(X@w))"),
}


@pytest.mark.parametrize("name", GENERAL)
def test_without_a_closed_form_the_score_equation_is_given_with_its_concavity(name: str) -> None:
    statement, kind, words = GENERAL[name]
    shapes = f"X: n d, y: n {kind}, w: d"
    found = mle(statement, "w", shapes=shapes)
    (_, equation), *_ = found.stationary.left
    assert prove_equal(equation, read_numpy(words, shapes)) is not None
    assert found.certificate.is_global
    with pytest.raises(SymmlError, match="no closed form for w"):
        found.of("w")


def test_the_shape_of_a_gamma_is_fixed_by_an_equation() -> None:
    found = mle("x ~ gamma(a, b)", "a, b", shapes="x: n, a: positive, b: positive")
    assert [p.name for p, _ in found.stationary.values] == ["b"]
    (_, equation), *_ = found.stationary.left
    told = read_numpy("sum(log(x)) - n*digamma(a) + n*log(n*a/sum(x))", "x: n positive, a: positive")
    assert prove_equal(equation, told) is not None


def test_a_support_that_depends_on_the_parameters_is_refused() -> None:
    with pytest.raises(SymmlError, match="support of uniform depends"):
        mle("x ~ uniform(a, b)", "a", shapes="x: n, a:, b:")


def test_bad_input_is_said_in_words() -> None:
    with pytest.raises(DeclarationError, match="not a law that symml knows"):
        mle("x ~ wombat(a)", "a", shapes="x: n, a:")
    with pytest.raises(DeclarationError, match="has the parameters lam"):
        mle("x ~ poisson(a, a)", "a", shapes="x: n, a:")
    with pytest.raises(DeclarationError, match="not declared"):
        mle("y ~ poisson(a)", "a", shapes="x: n, a:")
    with pytest.raises(ShapeError, match="the parameter lam of poisson has shape"):
        mle("x ~ poisson(a)", "a", shapes="x:, a: k")
    with pytest.raises(SymmlError, match="no parameter of the likelihood"):
        mle("x ~ poisson(a)", "b", shapes="x: n, a:, b:")
    with pytest.raises(SymmlError, match="not said what is observed"):
        mle("a*exp(-a*x)", "a", shapes="x: n positive, a: positive")
