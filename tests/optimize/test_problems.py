"""Problems of textbooks: closed forms are theirs, attain SciPy's minimum, and duals print as in books."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize

from symml.expr.dims import dim_value
from symml.optimize.dual import dual
from symml.optimize.kkt import KKT, kkt
from symml.optimize.trial import resolved
from symml.read.declarations import read_declarations
from symml.read.expression import read_expression
from tests import oracle
from tests.optimize.problems import CASES, Case

CLAIMED = [name for name, case in CASES.items() if case.claim]
DUALS = [name for name, case in CASES.items() if case.dual]
SIZES = {"N": 6, "n": 4, "d": 3, "m": 2, "k": 5, "p": 2, "q": 3}
SEARCHED = [
    "quadratic program", "constrained least squares", "softmax with a temperature", "minimum variance",
    "mean and variance", "least squares in a ball", "half space", "box", "signs", "steepest step", "natural step",
    "principal component", "generalized eigenvector", "discriminant direction", "canonical pair", "categorical",
]  # fmt: skip


def conditions(case: Case) -> KKT:
    return kkt(case.f, case.over, case.subject, shapes=case.shapes, sense=case.sense)


def data(found: KKT, seed: int) -> dict[str, Any]:
    roots = [found.problem.given, *(side for c in found.problem.constraints for side in (c.lhs, c.rhs))]
    return oracle.draw(*roots, sizes=SIZES, seed=seed)


@pytest.mark.parametrize("name", CLAIMED)
def test_closed_forms_are_those_of_books(name: str) -> None:
    case = CASES[name]
    found = conditions(case)
    assert found.solution is not None
    first = found.problem.variables[0]
    value = resolved(found.solution.values)[first]
    claim = read_expression(case.claim, read_declarations(case.shapes))
    for seed in range(4):
        at = data(found, seed)
        expected = oracle.evaluate(claim, at, SIZES)
        assert oracle.evaluate(value, at, SIZES) == pytest.approx(expected, rel=1e-6, abs=1e-7)


@pytest.mark.parametrize("name", SEARCHED)
def test_no_feasible_point_that_scipy_finds_is_better(name: str) -> None:
    found = conditions(CASES[name])
    assert found.solution is not None
    values = resolved(found.solution.values)
    for seed in range(1):
        at = data(found, seed)
        here = {**at, **{v.name: oracle.evaluate(values[v], at, SIZES) for v in found.problem.variables}}
        value = float(oracle.evaluate(found.problem.objective, here, SIZES))
        assert value == pytest.approx(searched(found, at), rel=1e-4, abs=1e-5)
        if found.solution.optimum is not None:
            optimum = float(oracle.evaluate(found.solution.optimum, at, SIZES))
            assert optimum == pytest.approx(-value if found.problem.sense == "max" else value, rel=1e-6, abs=1e-7)


def searched(found: KKT, at: Mapping[str, Any]) -> float:
    """The least objective that SLSQP finds from several starts."""
    problem, shapes = found.problem, {}
    for v in problem.variables:
        shapes[v] = tuple(dim_value(dim, SIZES) for dim in v.shape)
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes.values()])

    def point(flat: Any) -> dict[str, Any]:
        parts = np.split(flat, ends[:-1])
        return {**at, **{v.name: part.reshape(shapes[v]) for v, part in zip(shapes, parts, strict=True)}}

    def value(root: Any, sign: float = 1.0) -> Any:
        return lambda flat: sign * np.ravel(oracle.evaluate(root, point(flat), SIZES))

    rows = [{"type": "ineq", "fun": value(c.value, -1.0)} for c in problem.inequalities]
    rows += [{"type": "eq", "fun": value(c.value)} for c in problem.equalities]
    low = 1e-9 if all("positive" in v.domain.facts for v in problem.variables) else None
    best, rng = np.inf, np.random.default_rng(3)
    for _ in range(4):
        start = rng.uniform(0.1, 0.9, ends[-1]) * (1 if low else rng.choice([-1.0, 1.0], ends[-1]))
        result = minimize(
            lambda flat: float(value(problem.objective)(flat)[0]), start, bounds=[(low, None)] * ends[-1],
            constraints=rows, method="SLSQP", options={"ftol": 1e-12, "maxiter": 300},
        )  # fmt: skip
        worst = max([0.0, *(float(np.max(-row["fun"](result.x))) for row in rows if row["type"] == "ineq")])
        worst = max([worst, *(float(np.max(np.abs(row["fun"](result.x)))) for row in rows if row["type"] == "eq")])
        best = min(best, result.fun) if worst < 1e-6 else best
    return float(best)


@pytest.mark.parametrize("name", DUALS)
def test_duals_print_as_in_books(name: str) -> None:
    case = CASES[name]
    found = dual(case.f, case.over, case.subject, shapes=case.shapes, sense=case.sense)
    first = found.text().splitlines()[0]
    assert first.partition(":  ")[2] == case.dual
    assert first.startswith(("minimize", "value") if case.sense == "max" else ("maximize", "value"))
