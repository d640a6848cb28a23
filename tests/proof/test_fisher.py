"""Fisher information: the variance of the score and the mean curvature agree."""

from __future__ import annotations

import pytest

from symml.calculus.normal import prove_equal
from symml.errors import ShapeError, SymmlError
from symml.expr.arithmetic import is_zero
from symml.proof.fisher import fisher
from symml.read.declarations import read_declarations
from symml.read.expression import read_expression

KNOWN = {
    "poisson": ("k*log(lam) - lam", "lam", "k: random, lam: positive", "k ~ poisson(lam)", "1/lam"),
    "bernoulli": ("k*log(p) + (1-k)*log(1-p)", "p", "k: random, p: unit", "k ~ bernoulli(p)", "1/(p*(1-p))"),
    "exponential": ("log(r) - r*x", "r", "x: random, r: positive", "x ~ exponential(r)", "1/r**2"),
    "mean of a Gaussian": (
        "-(x - mu)@inv(S)@(x - mu)/2",
        "mu",
        "x: d random, mu: d, S: d d spd",
        "x ~ normal(mu, S)",
        "inv(S)",
    ),
    "variance of a Gaussian": (
        "-log(v)/2 - (x - mu)**2/(2*v)",
        "v",
        "x: random, mu:, v: positive",
        "x ~ normal(mu, v)",
        "1/(2*v**2)",
    ),
}


@pytest.mark.parametrize("name", KNOWN)
def test_both_formulas_give_the_known_information(name: str) -> None:
    f, wrt, shapes, given, claim = KNOWN[name]
    found = fisher(f, wrt, shapes=shapes, given=given)
    assert found.agree
    assert prove_equal(found.result, read_expression(claim, read_declarations(shapes))) is not None
    assert is_zero(found.mean_score)


def test_another_law_is_noticed() -> None:
    found = fisher("k*log(lam) - lam", "lam", shapes="k: random, lam: positive, mu:, v: positive", given="k ~ (mu, v)")
    assert not found.agree
    assert "not proved equal" in repr(found)


def test_what_is_no_likelihood_is_refused() -> None:
    with pytest.raises(SymmlError, match="random"):
        fisher("log(lam)", "lam", shapes="lam: positive")
    with pytest.raises(ShapeError):
        fisher("sum(W*x)", "W", shapes="W: n d, x: d random")
