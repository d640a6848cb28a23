"""Densities are brought to the form of an exponential family, and its derivatives are moments."""

from __future__ import annotations

from functools import lru_cache

import mpmath
import numpy as np
import pytest

from symml.calculus.moments.support import number
from symml.calculus.normal import prove_equal
from symml.errors import DeclarationError, ShapeError, SymmlError
from symml.faces import read_numpy
from symml.optimize.inference.family import NOT, UNDECIDED, Family, family
from symml.read.declarations import read_declarations

# density, value, declarations, options; statistics; natural parameters; means of the statistics
FORMS = {
    "Bernoulli law": ("x ~ bernoulli(p)", "", "x: random, p: unit", {}, ["x"], ["logit(p)"], ["p"]),
    "Bernoulli by powers": ("p**x*(1-p)**(1-x)", "x", "x: binary, p: unit", {}, ["x"], ["logit(p)"], ["p"]),
    "Bernoulli by a sum": ("p*x + (1-p)*(1-x)", "x", "x: binary, p: unit", {}, ["x"], ["logit(p)"], ["p"]),
    "binomial": (
        "x ~ binomial(m, p)", "", "x: random, p: unit, m: positive", {"wrt": "p"}, ["x"], ["logit(p)"], ["m*p"],
    ),
    "geometric": ("x ~ geometric(p)", "", "x: random, p: unit", {}, ["x"], ["log(1-p)"], ["1/p"]),
    "Poisson": ("lam**k*exp(-lam)/gamma(k+1)", "k", "k: label, lam: positive", {}, ["k"], ["log(lam)"], ["lam"]),
    "negative binomial": (
        "gamma(k+r)/(gamma(k+1)*gamma(r))*(1-p)**r*p**k", "k", "r: positive, p: unit, k: label", {"wrt": "p"},
        ["k"], ["log(p)"], ["r*p/(1-p)"],
    ),
    "logarithmic": (
        "-(1-q)**k/(k*log(q))", "k", "q: unit, k:", {"support": "1, 2, ..."},
        ["k"], ["log(1-q)"], ["-(1-q)/(q*log(q))"],
    ),
    "exponential": ("x ~ exponential(r)", "", "x: random, r: positive", {}, ["x"], ["-r"], ["1/r"]),
    "gamma": (
        "x ~ gamma(a, b)", "", "x: random, a: positive, b: positive", {},
        ["log(x)", "x"], ["a - 1", "-b"], ["digamma(a) - log(b)", "a/b"],
    ),
    "beta": (
        "x ~ beta(a, b)", "", "x: random, a: positive, b: positive", {},
        ["log(x)", "log(1-x)"], ["a - 1", "b - 1"], ["digamma(a) - digamma(a+b)", "digamma(b) - digamma(a+b)"],
    ),
    "normal": (
        "x ~ normal(mu, s)", "", "x: random, mu:, s: positive", {},
        ["x", "x**2"], ["mu/s", "-1/(2*s)"], ["mu", "mu**2 + s"],
    ),
    "normal with a known variance": (
        "exp(-(x-mu)**2/8)/sqrt(8*pi)", "x", "x:, mu:", {}, ["x"], ["mu/4"], ["mu"],
    ),
    "Laplace with a known place": (
        "x ~ laplace(m, b)", "", "x: random, m:, b: positive", {"wrt": "b"}, ["abs(x-m)"], ["-1/b"], ["b"],
    ),
    "inverse Gaussian": (
        "sqrt(l/(2*pi*x**3))*exp(-l*(x-m)**2/(2*m**2*x))", "x", "l: positive, m: positive, x: positive", {},
        ["x", "1/x"], ["-l/(2*m**2)", "-l/2"], ["m", "1/m + 1/l"],
    ),
    "inverse gamma": (
        "b**a/gamma(a)*x**(-a-1)*exp(-b/x)", "x", "a: positive, b: positive, x: positive", {},
        ["log(x)", "1/x"], ["-a-1", "-b"], ["log(b) - digamma(a)", "a/b"],
    ),
    "log-normal": (
        "exp(-(log(x)-m)**2/(2*s**2))/(x*s*sqrt(2*pi))", "x", "m:, s: positive, x: positive", {},
        ["log(x)", "log(x)**2"], ["m/s**2", "-1/(2*s**2)"], ["m", "m**2 + s**2"],
    ),
    "Rayleigh": ("x/s*exp(-x**2/(2*s))", "x", "s: positive, x: positive", {}, ["x**2"], ["-1/(2*s)"], ["2*s"]),
    "Weibull with a known shape": (
        "k/l*(x/l)**(k-1)*exp(-(x/l)**k)", "x", "l: positive, k: positive, x: positive", {"wrt": "l"},
        ["x**k"], ["-l**(-k)"], ["l**k"],
    ),
    "Pareto with a known end": (
        "a*m**a/x**(a+1)", "x", "a: positive, m: positive, x: positive", {"wrt": "a", "support": "(m, inf)"},
        ["log(x)"], ["-a-1"], ["log(m) + 1/a"],
    ),
}  # fmt: skip


@lru_cache
def found_of(name: str) -> Family:
    density, of, shapes, options, *_ = FORMS[name]
    return family(density, of, shapes=shapes, **options)


@pytest.mark.parametrize("name", FORMS)
def test_the_parts_are_those_of_books(name: str) -> None:
    found = found_of(name)
    declared = read_declarations(FORMS[name][2])
    parts = (found.statistics, found.natural, found.mean)
    for own, told in zip(parts, FORMS[name][4:], strict=True):
        for node, words in zip(own, told, strict=True):
            assert prove_equal(node, read_numpy(words, declared)) is not None, f"{node} is not {words}"


@pytest.mark.parametrize("name", FORMS)
def test_the_density_integrates_to_one_with_the_derived_moments(name: str) -> None:
    found = found_of(name)
    assert found.is_family
    assert found.normalization is not None
    assert found.normalization.is_one
    assert found.normalization.agree


@pytest.mark.parametrize("name", ["Bernoulli law", "binomial", "geometric", "exponential", "normal"])
def test_polynomial_moments_are_proved_to_be_those_of_the_law(name: str) -> None:
    assert found_of(name).proved


def test_the_parts_give_back_the_density() -> None:
    for name in ("gamma", "inverse Gaussian", "negative binomial"):
        found = found_of(name)
        assert found.normalization is not None
        point = found.normalization.point.replaced(found.density.value, np.array(2, dtype=object))
        inner = sum(number(p.natural * p.statistic, point) for p in found.pairs)
        whole = number(found.base, point) + inner - number(found.partition, point)
        assert abs(whole - number(found.density.log, point)) < mpmath.mpf(10) ** -12


ARRAYS = {
    "multivariate normal": (
        "x ~ normal(mu, S)", "", "x: d random, mu: d, S: d d spd",
        ["x", "outer(x, x)"], ["inv(S)@mu", "-inv(S)/2"], ["mu", "S + outer(mu, mu)"],
    ),
    "its density": (
        "det(2*pi*S)**(-1/2)*exp(-(x-mu)@inv(S)@(x-mu)/2)", "x", "x: d, mu: d, S: d d spd",
        ["x", "outer(x, x)"], ["inv(S)@mu", "-inv(S)/2"], ["mu", "S + outer(mu, mu)"],
    ),
    "categorical": ("prod(p**x)", "x", "x: k onehot, p: k simplex", ["x"], ["log(p)"], ["p"]),
    "categorical by a sum": ("p@x", "x", "x: k onehot, p: k simplex", ["x"], ["log(p)"], ["p"]),
    "Dirichlet": (
        "gamma(sum(a))/prod(gamma(a))*prod(x**(a-1))", "x", "a: k positive, x: k simplex",
        ["log(x)"], ["a - 1"], ["digamma(a) - digamma(sum(a))"],
    ),
    "independent exponentials": ("prod(r*exp(-r*x))", "x", "x: n positive, r: positive", ["sum(x)"], ["-r"], ["n/r"]),
    "linear regression": (
        "prod(exp(-(y-X@w)**2/2)/sqrt(2*pi))", "y", "y: n, X: n d, w: d", ["X.T@y"], ["w"], ["X.T@X@w"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ARRAYS)
def test_the_parts_of_laws_of_arrays_are_those_of_books(name: str) -> None:
    density, of, shapes, *told = ARRAYS[name]
    found = family(density, of, shapes=shapes, wrt="w" if name == "linear regression" else "")
    declared = read_declarations(shapes)
    for own, words in zip((found.statistics, found.natural, found.mean), told, strict=True):
        for node, word in zip(own, words, strict=True):
            assert prove_equal(node, read_numpy(word, declared)) is not None, f"{node} is not {word}"


NONE = {
    "Laplace with a free place": ("x ~ laplace(m, b)", "", "x: random, m:, b: positive", {}, "kink"),
    "uniform": ("x ~ uniform(a, b)", "", "x: random, a:, b:", {}, "support"),
    "binomial with a free number": ("x ~ binomial(m, p)", "", "x: random, m: positive, p: unit", {}, "support"),
    "Pareto with a free end": (
        "a*m**a/x**(a+1)", "x", "a: positive, m: positive, x: positive", {"support": "(m, inf)"}, "support",
    ),
    "support by a condition": ("where(x <= t, 1/t, 0)", "x", "x: positive, t: positive", {}, "support"),
    "Cauchy": ("1/(pi*(1+(x-t)**2))", "x", "x:, t:", {}, "complex roots"),
    "Student": (
        "gamma((v+1)/2)/(sqrt(v*pi)*gamma(v/2))*(1+x**2/v)**(-(v+1)/2)", "x", "v: positive, x:", {}, "complex roots",
    ),
    "Weibull": ("k/l*(x/l)**(k-1)*exp(-(x/l)**k)", "x", "l: positive, k: positive, x: positive", {}, "exponents"),
    "logistic": ("exp(-(x-m)/s)/(s*(1+exp(-(x-m)/s))**2)", "x", "s: positive, m:, x:", {}, "singular"),
    "negative binomial": (
        "gamma(k+r)/(gamma(k+1)*gamma(r))*(1-p)**r*p**k", "k", "r: positive, p: unit, k: label", {},
        "independent functions",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NONE)
def test_what_is_no_family_is_refused_with_a_proof(name: str) -> None:
    density, of, shapes, options, why = NONE[name]
    found = family(density, of, shapes=shapes, **options)
    assert found.verdict == NOT
    assert why in found.reason


OPEN = {
    "a mixture": ("w*exp(-(x-1)**2/2)/sqrt(2*pi) + (1-w)*exp(-x**2/2)/sqrt(2*pi)", "x", "x:, w: unit", {}),
    # On these values |x - m| is a line in x wherever the kink lies outside of them.
    "a kink outside of the support": ("exp(-abs(x-m))", "x", "x:, m:", {"support": "(50, inf)"}),
    # Finitely many values: every law on them is a family, with their indicators as statistics.
    "finitely many values": ("(1+(x-t)**2)/3", "x", "x:, t:", {"support": "0, 1, ..., 2"}),
}


@pytest.mark.parametrize("name", OPEN)
def test_what_is_not_proved_is_undecided(name: str) -> None:
    density, of, shapes, options = OPEN[name]
    assert family(density, of, shapes=shapes, **options).verdict == UNDECIDED


def test_what_does_not_integrate_to_one_yields_no_moments() -> None:
    found = family("2*exp(-lam*x)", "x", shapes="x: positive, lam: positive")
    assert not found.is_family
    assert "not a density" in repr(found)
    assert "E[T]" not in repr(found)


def test_a_parameter_may_be_called_eta() -> None:
    found = family("eta*exp(-eta*x)", "x", shapes="x: positive, eta: positive")
    assert found.canonical is not None
    assert found.canonical.symbols[0].name == "theta"
    assert found.normalization is not None
    assert found.normalization.agree


def test_bad_input_is_said_in_words() -> None:
    with pytest.raises(SymmlError, match="not said what this is a density of"):
        family("lam*exp(-lam*x)", shapes="x: positive, lam: positive")
    with pytest.raises(SymmlError, match="does not occur"):
        family("lam*exp(-lam*x)", "y", shapes="x: positive, lam: positive, y:")
    with pytest.raises(ShapeError, match="a density is a number"):
        family("lam*exp(-lam*x)", "x", shapes="x: n positive, lam: positive")
    with pytest.raises(DeclarationError, match="no support"):
        family("lam*exp(-lam*x)", "x", shapes="x:, lam: positive", support="x > 0")
    with pytest.raises(SymmlError, match="no parameter"):
        family("lam*exp(-lam*x)", "x", wrt="mu", shapes="x: positive, lam: positive")
