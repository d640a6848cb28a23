"""KKT conditions, closed-form solutions and residuals."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from symml.calculus.normal import prove_equal
from symml.errors import DeclarationError, ReadError, ShapeError, SymmlError
from symml.optimize.kkt import kkt, lagrangian
from symml.read.declarations import read_declarations
from symml.read.expression import read_expression
from tests import oracle

SVM = ("dot(w, w)/2", "w, b", ["alpha: y*(X@w + b) >= 1"])
SVM_SHAPES = "X: n d, w: d, y: n sign, b:"


def test_the_conditions_of_the_support_vector_machine() -> None:
    found = kkt(*SVM, shapes=SVM_SHAPES)
    shown = [row[1] for row in found.rows()]
    assert shown[0] == "w - Xᵀ(α ⊙ y) = 0"
    assert "α ≥ 0" in shown
    assert found.is_convex
    assert "affine" in found.qualification


def test_equalities_and_inequalities_have_multipliers_of_their_own() -> None:
    found = lagrangian("c@x", "x", ["A@x == b", "x >= 0"], shapes="c: n, x: n, A: m n, b: m")
    assert [c.multiplier.name for c in found.problem.constraints] == ["nu", "lam"]
    assert [c.multiplier.domain.name for c in found.problem.constraints] == ["real", "nonnegative"]


RIDGE, SOFT = "X: n d, y: n, w: d, lam: positive", "x: n, z: n, t: positive"
SOLVED = {
    "least norm": ("dot(x, x)/2", "x", ["A@x == b"], "A: m n, x: n, b: m", "A.T@inv(A@A.T)@b"),
    "max entropy": ("sum(p*log(p)) - p@z", "p", ["sum(p) == 1"], "p: k positive, z: k", "softmax(z)"),
    "ridge": ("sum((y - X@w)**2) + lam*dot(w, w)", "w", [], RIDGE, "inv(X.T@X + lam*eye(d))@X.T@y"),
    "Gaussian covariance": ("(n*logdet(S) + trace(inv(S)@A))/2", "S", [], "S: d d spd, A: d d spd, x: n", "A/n"),
    "Gaussian variance": ("n*log(v)/2 + s/(2*v)", "v", [], "v: positive, s: positive, x: n", "s/n"),
    "exponential rate": ("r*s - n*log(r)", "r", [], "r: positive, s: positive, x: n", "n/s"),
    "soft threshold": ("sum((x - z)**2)/2 + t*sum(abs(x))", "x", [], SOFT, "sign(z)*relu(abs(z) - t)"),
}


@pytest.mark.parametrize("name", SOLVED)
def test_closed_forms_are_those_of_books(name: str) -> None:
    f, over, subject, shapes, claim = SOLVED[name]
    solution = kkt(f, over, subject, shapes=shapes).solution
    assert solution is not None
    expected = read_expression(claim, read_declarations(shapes))
    assert prove_equal(solution.of(over), expected) is not None


def numbers(seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {"z": rng.normal(size=5), "a": rng.uniform(0.2, 2, size=5), "P": np.array(2.0), "r": np.array(0.7)}


def root(left: float, right: float, function: object) -> float:
    from scipy.optimize import brentq

    return float(brentq(function, left, right))


def test_the_projection_onto_the_simplex_satisfies_its_conditions() -> None:
    found = kkt("sum((x - z)**2)/2", "x", ["x >= 0", "sum(x) == 1"], shapes="z: n, x: n")
    assert found.solution is not None
    ((multiplier, equation),) = found.solution.open
    values = numbers()
    nu = root(-9, 9, lambda nu: float(oracle.evaluate(equation, {**values, "nu": np.array(nu)}, {"n": 5})))
    at = {**values, "nu": np.array(nu)}
    x, lam = (oracle.evaluate(found.solution.of(name), at, {"n": 5}) for name in ("x", "lam"))
    assert found.check(x=x, z=values["z"], nu=nu, lam=lam).satisfied
    assert not found.check(x=x + 0.1, z=values["z"], nu=nu, lam=lam).satisfied
    assert multiplier.name == "nu"


def test_water_filling_satisfies_its_conditions() -> None:
    found = kkt("-sum(log(a + x))", "x", ["x >= 0", "sum(x) == P"], shapes="a: n positive, x: n, P: positive")
    assert found.solution is not None
    ((_, equation),) = found.solution.open
    values = numbers()
    nu = root(0.05, 9, lambda nu: float(oracle.evaluate(equation, {**values, "nu": np.array(nu)}, {"n": 5})))
    at = {**values, "nu": np.array(nu)}
    x, lam = (oracle.evaluate(found.solution.of(name), at, {"n": 5}) for name in ("x", "lam"))
    assert found.check(x=x, a=values["a"], P=2.0, nu=nu, lam=lam).satisfied


@pytest.mark.parametrize("radius", [0.3, 50.0])
def test_the_projection_onto_a_ball_satisfies_its_conditions(radius: float) -> None:
    found = kkt("sum((x - z)**2)/2", "x", ["dot(x, x) <= r**2"], shapes="z: n, x: n, r: positive")
    assert found.solution is not None
    at = {"z": numbers()["z"], "r": np.array(radius)}
    x, lam = (oracle.evaluate(found.solution.of(name), at, {"n": 5}) for name in ("x", "lam"))
    assert found.check(x=x, lam=lam, **at).satisfied


def test_an_eigenvalue_equation_is_said_to_be_one() -> None:
    found = kkt("w@S@w", "w", ["dot(w, w) == 1"], shapes="w: d, S: d d symmetric", sense="max")
    assert found.solution is not None
    assert "eigenvector" in repr(found.solution)
    assert not found.is_convex


def test_multipliers_that_are_not_given_are_fitted() -> None:
    rng = np.random.default_rng(1)
    X = np.vstack([rng.normal(2, 0.5, size=(6, 2)), rng.normal(-2, 0.5, size=(5, 2))])
    y = np.repeat([1.0, -1.0], [6, 5])
    rows = {"type": "ineq", "fun": lambda v: y * (X @ v[:2] + v[2]) - 1}
    best = minimize(lambda v: v[:2] @ v[:2] / 2, np.array([1.0, 1.0, 0.0]), constraints=rows, options={"ftol": 1e-14})
    found = kkt(*SVM, shapes=SVM_SHAPES)
    report = found.check(tolerance=1e-5, w=best.x[:2], b=best.x[2], X=X, y=y)
    assert report.satisfied, report
    assert (np.asarray(report.fitted["alpha"]) >= 0).all()
    assert not found.check(tolerance=1e-5, w=best.x[:2] * 2, b=best.x[2], X=X, y=y).satisfied


def test_a_value_that_is_missing_is_named() -> None:
    with pytest.raises(SymmlError, match="X has no value"):
        kkt(*SVM, shapes=SVM_SHAPES).check(w=[1.0, 2.0], b=0.0, y=[1.0], alpha=[0.0])


@pytest.mark.parametrize(
    ("f", "over", "subject", "shapes", "error", "what"),
    [
        ("x", "x", [], "x: n", ShapeError, "a number"),
        ("x@x", "q", [], "x: n", SymmlError, "occurs neither"),
        ("x@x", "x", ["x + 1"], "x: n", ReadError, "no constraint|no statement|relation"),
        ("x@x", "x", ["A@x == c"], "x: n, A: m n, c: k", SymmlError, "broadcast"),
        ("sum(p)", "p", [], "p: k simplex", SymmlError, "that is a constraint"),
        ("x@x", "x", ["x: x >= 0"], "x: n", SymmlError, "name of something else"),
        ("x@x", "x", [], "x: n n spd q", DeclarationError, "domain"),
    ],
)
def test_problems_that_make_no_sense_are_refused(
    f: str, over: str, subject: list[str], shapes: str, error: type[Exception], what: str
) -> None:
    with pytest.raises((error, SymmlError), match=what):
        kkt(f, over, subject, shapes=shapes)


def test_constraints_that_contradict_each_other_are_noticed() -> None:
    with pytest.raises(SymmlError, match="contradict"):
        _ = kkt("x@x", "x", ["sum(x) == 1", "sum(x) == 2"], shapes="x: n").solution
    twice = kkt("x@x", "x", ["sum(x) == 1", "sum(x) == 1"], shapes="x: n").solution
    assert twice is not None
    assert any("free" in condition for condition in twice.conditions)
    assert kkt("x@x", "x", ["x@x <= -1"], shapes="x: n").solution is None


@pytest.mark.parametrize(
    ("f", "over", "subject", "says"),
    [
        ("x**2", "x", ["x >= 1", "x <= 0"], "cannot be met or the objective is unbounded"),
        ("x", "x", ["x <= 0"], "cannot be met or the objective is unbounded"),
        ("x + y", "x, y", ["x**2 + y**2 <= -1"], "no point satisfies the conditions"),
    ],
)
def test_problems_without_a_solution_are_said_to_have_none(f: str, over: str, subject: list[str], says: str) -> None:
    found = kkt(f, over, subject, shapes="x:, y:")
    assert "no solution" in repr(found)
    assert says in repr(found)


def test_no_solution_is_not_claimed_where_sympy_may_miss_one() -> None:
    assert "no solution" not in repr(kkt("sin(x)", "x", ["x >= 3", "x <= 6"], shapes="x:"))


def test_a_problem_that_is_not_separable_gets_no_entrywise_solution() -> None:
    shapes = "w: n, S: n n spd"
    assert kkt("w@S@w/2", "w", ["sum(w) == 1", "w >= 0"], shapes=shapes).solution is None


NUMBERS = {
    "half plane": ("x**2 + y**2", "x, y", ["x + y >= 1"], "x:, y:", {"x": "1/2", "y": "1/2", "lam": "1"}),
    "corner": ("(x - 2)**2 + (y - 2)**2", "x, y", ["x <= 1", "y <= 1"], "x:, y:", {"x": "1", "y": "1", "lam1": "2"}),
    "slack": ("(x - 1)**2", "x", ["x <= 5"], "x:", {"x": "1", "lam": "0"}),
    "disk": ("x + y", "x, y", ["x**2 + y**2 <= 2"], "x:, y:", {"x": "-1", "y": "-1", "lam": "1/2"}),
    "box": ("-x*y", "x, y", ["x + y == 4", "x <= 1"], "x:, y:", {"x": "1", "y": "3"}),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_problems_in_numbers_are_solved_over_all_active_sets(name: str) -> None:
    f, over, subject, shapes, expected = NUMBERS[name]
    solution = kkt(f, over, subject, shapes=shapes).solution
    assert solution is not None
    assert {key: str(solution.of(key)) for key in expected} == expected


def test_every_kkt_point_of_a_problem_that_is_not_convex_is_listed() -> None:
    solution = kkt("x*y", "x, y", ["x**2 + y**2 <= 2"], shapes="x:, y:").solution
    assert solution is not None
    assert len(solution.cases) == 3
    assert "if the problem has one" in repr(solution)


def test_two_equalities_are_solved_together() -> None:
    solution = kkt("x@x", "x", ["sum(x) == 1", "a@x == 3"], shapes="x: n, a: n").solution
    assert solution is not None
    assert solution.checked


def test_a_value_outside_the_declared_domain_is_a_condition() -> None:
    solution = kkt("(x + 1)**2", "x", [], shapes="x: positive").solution
    assert solution is not None
    assert solution.conditions == ("-1 is positive",)


def test_the_report_is_data_and_latex_too() -> None:
    found = kkt(*SVM, shapes=SVM_SHAPES)
    data = found.to_json()
    assert {row["kind"] for row in data["conditions"]} >= {"primal feasibility", "dual feasibility", "complementarity"}
    assert r"\nabla_{w} \mathcal{L}" in found.latex()
    assert found.solution is None
