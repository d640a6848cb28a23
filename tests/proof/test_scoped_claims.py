"""Claims with sums over whole numbers, integrals and expectations."""

import pytest

from symml.errors import ReadError
from symml.proof.derive import derive
from symml.proof.verify import verify
from symml.read.declarations import read_declarations
from symml.read.expression import read_expression
from symml.render.code import code

PROVED = {
    "arithmetic series": ("series(k, k, 1, n)", "n*(n + 1)/2", "x: n"),
    "geometric series": ("series(r**k, k, 0, inf)", "1/(1 - r)", "r: unit"),
    "Poisson mean": ("series(k*exp(-l)*l**k/gamma(k + 1), k, 0, inf)", "l", "l: positive"),
    "Gaussian integral": ("integral(exp(-(x - m)**2/(2*s**2)), x, -inf, inf)", "s*sqrt(2*pi)", "m:, s: positive"),
    "variance": ("Var(x)", "E(x**2) - E(x)**2", "x: random"),
    "covariance of a linear map": ("Cov(A@x, A@x)", "A@Var(x)@A.T", "x: d random, A: k d"),
    "total variance": ("Var(x)", "E(Var(x, z)) + Var(E(x, z))", "x: random, z: random"),
}
REFUTED = {
    "means do not multiply": ("E(x*y)", "E(x)*E(y)", "x: random, y: random"),
    "wrong arithmetic series": ("series(k, k, 1, n)", "n*(n - 1)/2", "x: n"),
    "mean of a square": ("E(x**2)", "E(x)**2", "x: random"),
}


@pytest.mark.parametrize("name", PROVED)
def test_true_claims_are_proved(name: str) -> None:
    left, right, shapes = PROVED[name]
    assert verify(left, right, shapes=shapes).verdict == "proved"


@pytest.mark.parametrize("name", REFUTED)
def test_false_claims_are_refuted(name: str) -> None:
    left, right, shapes = REFUTED[name]
    assert verify(left, right, shapes=shapes).verdict == "refuted"


def test_a_refutation_says_under_which_law() -> None:
    found = verify("E(x*y)", "E(x)*E(y)", shapes="x: random, y: random")
    assert "every joint law" in repr(found)


def test_a_convergence_condition_is_an_assumption() -> None:
    found = verify("series(r**k, k, 0, inf)", "1/(1 - r)", shapes="r:")
    assert (found.verdict, found.assumption) == ("true_if", "Abs(r) < 1")


def test_points_never_certify_a_claim_about_every_law() -> None:
    found = verify("E(exp(x))", "1 + E(exp(x) - 1)", shapes="x: random")
    assert found.verdict == "proved"
    assert verify("E(tanh(x))", "E((exp(2*x) - 1)/(exp(2*x) + 1))", shapes="x: random").verdict == "proved"
    assert verify("E(abs(x))", "E(x)", shapes="x: random").verdict == "refuted"


def test_what_is_averaged_is_named_where_others_stay_free() -> None:
    declared = read_declarations("x: random, y: random, z: random")
    for text in ("E(x*y, over=x)", "E(x*y*z, given=z, over=x)", "E(E(x*y, over=x))", "E(x*y*z, over=(x, y))"):
        node = read_expression(text, declared)
        assert read_expression(code(node), declared) is node
    assert str(read_expression("E(x*y, over=x)", declared)) == "E_x[x y]"
    assert str(read_expression("E(x*y)", declared)) == "E[x y]"


def test_the_text_reader_reads_what_code_prints() -> None:
    declared = read_declarations("x:, n:, u: d random, y: random, w: d")
    for text in ("series(x**k, k, 0, inf)", "integral(np.exp(-t), t, -inf, x)", "E(y**2)", "E((w @ u) * y, given=u)"):
        node = read_expression(text, declared)
        assert read_expression(code(node), declared) is node


@pytest.mark.parametrize("text", ["series(k, 1, n)", "series(k**2, 3, 1, 4)", "integral(t, t, 0, 1, 2)"])
def test_what_binds_nothing_is_refused_with_the_right_form(text: str) -> None:
    with pytest.raises(ReadError, match="takes a body, a variable and two ends"):
        read_expression(text, read_declarations("n:, k:, t:"))


def test_a_name_that_is_bound_is_forgotten_afterwards() -> None:
    with pytest.raises(ReadError, match="k is not declared"):
        read_expression("series(k, k, 1, 3) + k", read_declarations(""))


def test_a_derivation_names_the_exchange() -> None:
    found = derive("E((y - w@u)**2)", "w", shapes="y: random, u: d random, w: d")
    assert any("derivative of a mean is the mean of the derivative" in step.reason for step in found.steps)
    assert found.verdict.verdict == "proved"
