"""Claims about expectations under declared laws are proved, or refuted by parameters or laws that satisfy them."""

from __future__ import annotations

import pytest

from symml.errors import DeclarationError
from symml.proof.verify import verify
from tests.cli.harness import run

# claim, declarations, laws
PROVED = {
    "second moment": ("E(x**2) == mu**2 + s", "x: random, mu:, s:", "x ~ normal(mu, s)"),
    "third Gaussian moment": ("E(x**3) == m**3 + 3*m*v", "x: random, m:, v:", "x ~ normal(m, v)"),
    "log-normal mean": ("E(exp(x)) == exp(m + v/2)", "x: random, m:, v:", "x ~ normal(m, v)"),
    "generating function": ("E(exp(t*x)) == r/(r - t)", "x: random, r:, t:", "x ~ exponential(r)"),
    "Poisson variance": ("Var(k) == lam", "k: random, lam:", "k ~ poisson(lam)"),
    "a rate is positive": ("sqrt(Var(k)**2) == lam", "k: random, lam:", "k ~ poisson(lam)"),
    "fourth binomial moment at one trial": ("E(k**4) == p", "k: random, p:", "k ~ bernoulli(p)"),
    "third beta moment": (
        "E(x**3) == a*(a+1)*(a+2)/((a+b)*(a+b+1)*(a+b+2))", "x: random, a:, b:", "x ~ beta(a, b)",
    ),
    "fourth uniform moment": (
        "E((x - (a+b)/2)**4) == (b-a)**4/80", "x: random, a:, b:", "x ~ uniform(a, b)",
    ),
    "log of a gamma": ("E(log(x)) == digamma(a) - log(b)", "x: random, a:, b:", "x ~ gamma(a, b)"),
    "quadratic form": (
        "E(x@A@x) == trace(A@S) + m@A@m", "x: d random, m: d, A: d d, S: d d", "x ~ (m, S)",
    ),
    "variance of a symmetric quadratic form": (
        "Var(x@A@x) == 2*trace(A@S@A@S) + 4*m@A@S@A@m", "x: d random, m: d, A: d d symmetric, S: d d spd",
        "x ~ normal(m, S)",
    ),
    "covariance of linear maps": (
        "Cov(A@x, B@x) == A@S@B.T", "x: d random, A: m d, B: k d, S: d d", "x ~ (0, S)",
    ),
    "independent sums": ("Var(x + y) == Var(x) + Var(y)", "x: random, y: random", "x, y independent"),
    "independent products": (
        "Var(x*y) == a*b", "x: random, y: random, a:, b:", "x ~ (0, a); y ~ (0, b); x, y independent",
    ),
    "bias and variance": (
        "E((f + e - g)**2) == (f - E(g))**2 + Var(g) + s", "f:, e: random, g: random, s:",
        "e ~ (0, s); e, g independent",
    ),
    "total variance": (
        "Var(x) == s + v", "x: random, t: random, m:, v:, s:", "x ~ normal(t, s); t ~ normal(m, v)",
    ),
    "negative binomial by a mixture": (
        "Var(k) == a/b + a/b**2", "k: random, l: random, a:, b:", "k ~ poisson(l); l ~ gamma(a, b)",
    ),
    "binomial below Poisson": ("Var(k) <= E(k)", "k: random, p:, n:", "k ~ binomial(n, p)"),
}  # fmt: skip


@pytest.mark.parametrize("name", PROVED)
def test_a_true_claim_is_proved(name: str) -> None:
    claim, shapes, given = PROVED[name]
    assert verify(claim, shapes=shapes, given=given).verdict == "proved"


REFUTED = {
    "second moment": ("E(x**2) == mu**2", "x: random, mu:, s:", "x ~ normal(mu, s)"),
    "log-normal mean": ("E(exp(x)) == exp(m + v)", "x: random, m:, v:", "x ~ normal(m, v)"),
    "generating function": ("E(exp(t*x)) == r/(r + t)", "x: random, r:, t:", "x ~ exponential(r)"),
    "Poisson variance": ("Var(k) == lam**2", "k: random, lam:", "k ~ poisson(lam)"),
    "ends that change sign": ("E(abs(x)) == (a+b)/2", "x: random, a:, b:", "x ~ uniform(a, b)"),
    "log of a mean": ("E(log(x)) == log(a/b)", "x: random, a:, b:", "x ~ gamma(a, b)"),
    "binomial above Poisson": ("Var(k) >= E(k)", "k: random, p:, n:", "k ~ binomial(n, p)"),
    "quadratic form": ("E(x@A@x) == trace(A@S)", "x: d random, m: d, A: d d, S: d d", "x ~ (m, S)"),
    "order of linear maps": ("Cov(A@x, B@x) == B@S@A.T", "x: d random, A: d d, B: d d, S: d d", "x ~ (0, S)"),
    "symmetry forgotten": (
        "Var(x@A@x) == 2*trace(A@S@A@S) + 4*m@A@S@A@m", "x: d random, m: d, A: d d, S: d d spd", "x ~ normal(m, S)",
    ),
    "total variance without its mean part": (
        "Var(x) == s", "x: random, t: random, m:, v:, s:", "x ~ normal(t, s); t ~ normal(m, v)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUTED)
def test_a_false_claim_is_refuted_where_the_laws_exist(name: str) -> None:
    claim, shapes, given = REFUTED[name]
    found = verify(claim, shapes=shapes, given=given)
    assert found.verdict == "refuted"
    assert found.counterexample is not None


# True for some laws that satisfy what was stated, false for others.
BY_A_LAW = {
    "a third moment needs more than a variance": ("E(x**3) == m**3 + 3*m*v", "x: random, m:, v:", "x ~ (m, v)"),
    "a fourth moment needs more than a variance": ("E(x**4) == 3*v**2", "x: random, v:", "x ~ (0, v)"),
    "a sum of dependent numbers": (
        "Var(x+y) == Var(x) + Var(y)", "x: random, y: random, a:, b:", "x ~ (a, 1); y ~ (b, 2)",
    ),
    "a sum of dependent Gaussians": (
        "Var(x+y) == Var(x) + Var(y)", "x: random, y: random, a:, b:", "x ~ normal(a, 1); y ~ normal(b, 2)",
    ),
    "independence of another symbol": (
        "E(x*y) == E(x)*E(y)", "x: random, y: random, z: random", "x, z independent",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BY_A_LAW)
def test_what_the_statements_do_not_fix_is_refuted_by_a_law(name: str) -> None:
    claim, shapes, given = BY_A_LAW[name]
    found = verify(claim, shapes=shapes, given=given)
    assert found.verdict == "refuted"
    assert any("a law that satisfies what was stated" in note for note in found.notes)


def test_a_condition_of_a_closed_form_is_said() -> None:
    found = verify("E(1/x) == b/(a-1)", shapes="x: random, a:, b:", given="x ~ gamma(a, b)")
    assert (found.verdict, found.assumption) == ("true_if", "a > 1")


def test_where_a_generating_function_exists_is_said() -> None:
    found = verify("E(exp(t*x)) == r/(r - t)", shapes="x: random, r:, t:", given="x ~ exponential(r)")
    assert any("r - t is positive" in note for note in found.notes)


def test_what_is_conditioned_on_an_unknown_dependence_is_left_undecided() -> None:
    found = verify("E(x, z) == m", shapes="x: random, z: random, m:", given="x ~ (m, 1)")
    assert found.verdict == "not_understood"


def test_the_command_takes_laws() -> None:
    assert run("check", "Var(k) == lam", "--shapes", "k: random, lam:", "--given", "k ~ poisson(lam)").code == 0
    assert run("check", "Var(k) == 1", "--shapes", "k: random, lam:", "--given", "k ~ poisson(lam)").code == 1
    wrong = run("check", "w@w", "2*w", "--wrt", "w", "--shapes", "w: d, k: random", "--given", "k ~ poisson(2)")
    assert wrong.code == 2


@pytest.mark.parametrize("law", ["binomial(5/2, 1/2)", "beta(-1, 2)", "laplace(0, -1)", "bernoulli(2)"])
def test_numbers_that_make_no_law_are_refused(law: str) -> None:
    with pytest.raises(DeclarationError, match="must be"):
        verify("E(x) == 1", shapes="x: random", given=f"x ~ {law}")
