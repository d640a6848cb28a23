"""Critical points: found, and classified by exact signs, the undecided case included."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from symml.errors import ShapeError, SymmlError
from symml.optimize.critical import classify, critical_points, inertia


def kinds(text: str, wrt: str, shapes: str) -> dict[str, str]:
    return {", ".join(map(str, p.values.values())): p.kind for p in critical_points(text, wrt, shapes=shapes)}


def test_every_critical_point_is_found_and_named() -> None:
    found = kinds("x**4 - 2*x**2 + y**2", "x, y", "x:, y:")
    assert found == {"-1, 0": "minimum", "0, 0": "saddle", "1, 0": "minimum"}


@pytest.mark.parametrize(
    ("text", "kind"),
    [("x**2", "minimum"), ("-x**2", "maximum"), ("x**3", "undecided"), ("x**4", "minimum"), ("-x**4", "maximum")],
)
def test_a_singular_second_derivative_decides_only_with_convexity(text: str, kind: str) -> None:
    assert kinds(text, "x", "x:") == {"0": kind}


def test_a_semidefinite_hessian_is_undecided() -> None:
    assert set(kinds("x**2 - y**4", "x, y", "x:, y:").values()) == {"undecided"}
    assert set(kinds("x**2 + y**3", "x, y", "x:, y:").values()) == {"undecided"}


def test_irrational_points_are_classified_by_digits() -> None:
    assert sorted(kinds("x**3 - 6*x", "x", "x:").values()) == ["maximum", "minimum"]


def test_a_vector_is_classified_at_a_point() -> None:
    X = np.array([[1, 2], [3, 4], [5, 6]])
    at = {"X": X, "y": X @ np.array([1, -1]), "w": [1, -1]}
    found = classify("sum((X@w - y)**2)", "w", at, shapes="X: n d, y: n, w: d")
    assert (found.kind, found.signs) == ("minimum", (0, 0, 2))
    saddle = classify("x@P@x", "x", {"x": [0, 0], "P": [[1, 2], [2, 1]]}, shapes="x: n, P: n n symmetric")
    assert (saddle.kind, saddle.signs) == ("saddle", (1, 0, 1))


def test_a_singular_least_squares_problem_is_a_minimum_by_convexity() -> None:
    X = np.array([[1, 1], [2, 2]])
    found = classify("sum((X@w - y)**2)", "w", {"X": X, "y": [2, 4], "w": [1, 1]}, shapes="X: n d, y: n, w: d")
    assert (found.kind, found.signs) == ("minimum", (0, 1, 1))


def test_inertia_agrees_with_eigenvalues() -> None:
    rng = np.random.default_rng(0)
    for _ in range(30):
        a = rng.integers(-3, 4, size=(4, 4))
        a = a + a.T
        if rng.integers(2):
            np.fill_diagonal(a, 0)
        signs = np.sign(np.round(np.linalg.eigvalsh(a), 9))
        expected = tuple(int((signs == s).sum()) for s in (-1, 0, 1))
        assert inertia([[Fraction(int(v)) for v in row] for row in a]) == expected


def test_what_is_no_critical_point_is_refused() -> None:
    with pytest.raises(SymmlError, match="does not vanish"):
        classify("x**2", "x", {"x": 1}, shapes="x:")
    with pytest.raises(SymmlError, match="no value"):
        classify("a*x**2", "x", {"x": 0}, shapes="x:, a:")
    with pytest.raises(SymmlError, match="all of them named"):
        critical_points("a*x**2", "x", shapes="x:, a:")
    with pytest.raises(ShapeError):
        classify("sum(W**2)", "W", {"W": [[0]]}, shapes="W: n d")
