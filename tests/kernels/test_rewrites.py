"""Every row of the stabilizer is an equality, and fires on its example."""

from __future__ import annotations

import mpmath
import pytest

from symml.calculus.numeric import evaluate
from symml.calculus.sampling import Point, generic_points
from symml.expr.nodes import Expr
from symml.faces import read_numpy as read
from symml.kernels.rewrites.row import Row
from symml.kernels.stabilize import TABLE, stabilize


def _close(left: Expr, right: Expr, point: Point) -> bool:
    with mpmath.workdps(60):
        a, b = (evaluate(root, point).item() for root in (left, right))
        return bool(abs(a - b) <= mpmath.mpf(10) ** -40 * max(1, abs(a)))


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_a_row_fires_on_its_example_and_keeps_the_value(row: Row) -> None:
    root = read(*row.example)
    found = stabilize(root)
    assert found is not root
    assert all(_close(root, found, point) for point in generic_points([root], count=5))
