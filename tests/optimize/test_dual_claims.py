"""Duals derived by hand: right ones are shown, wrong ones refuted, also where only the dual's equations decide."""

from __future__ import annotations

import pytest

from symml.errors import SymmlError
from symml.optimize.dual import dual
from symml.optimize.dual_claims import check_dual
from tests.cli.harness import run
from tests.optimize.problems import CASES

CLAIMS = [
    ("soft margin", "sum(alpha) - (alpha*y)@X@X.T@(alpha*y)/2", "proved_randomized"),
    ("soft margin", "(alpha*y)@X@X.T@(alpha*y)/2 - sum(alpha)", "convention"),
    ("soft margin", "sum(alpha) - (alpha*y)@X@X.T@(alpha*y)/2 + 3*alpha@y", "certified"),
    ("soft margin", "sum(alpha)*(1 + 1e-8) - (alpha*y)@X@X.T@(alpha*y)/2 + 3*alpha@y", "refuted"),
    ("soft margin", "sum(alpha) - (alpha*y)@X@X.T@(alpha*y)", "refuted"),
    ("soft margin", "sum(alpha) - alpha@X@X.T@alpha/2", "refuted"),
    ("smallest ball", "alpha@sum(X**2, axis=1) - sum((X.T@alpha)**2)", "proved"),
    ("smallest ball", "alpha@sum(X**2, axis=1) - sum((X.T@alpha)**2)/sum(alpha)", "true_if"),
    ("quadratic program", "-(A.T@nu + q)@inv(P)@(A.T@nu + q)/2 - nu@b", "proved"),
    ("quadratic program", "-(A.T@nu + q)@inv(P)@(A.T@nu + q)/2 + nu@b", "refuted"),
    ("moments", "logsumexp(-F.T@nu2) + nu2@mu", "proved"),
    ("moments", "logsumexp(F.T@nu2) + nu2@mu", "refuted"),
    ("linear program", "b@nu", "convention"),
]


@pytest.mark.parametrize(("name", "claim", "verdict"), CLAIMS)
def test_claims_get_the_verdict_that_they_deserve(name: str, claim: str, verdict: str) -> None:
    case = CASES[name]
    found = dual(case.f, case.over, case.subject, shapes=case.shapes, sense=case.sense)
    assert check_dual(found, claim, shapes=case.shapes).verdict == verdict


def test_a_claim_in_primal_variables_is_refused() -> None:
    case = CASES["soft margin"]
    found = dual(case.f, case.over, case.subject, shapes=case.shapes)
    with pytest.raises(SymmlError, match="other symbols"):
        check_dual(found, "w@w/2", shapes=case.shapes)


def test_the_command_line_says_so_by_its_exit_code() -> None:
    words = ["dual", "x@x/2", "--over", "x", "-s", "A@x == b", "--shapes", "x: n, A: m n, b: m", "--claim"]
    assert run(*words, "-sum((A.T@nu)**2)/2 - nu@b").code == 0
    found = run(*words, "-sum((A.T@nu)**2) - nu@b")
    assert found.code == 1
    assert "REFUTED" in found.out
