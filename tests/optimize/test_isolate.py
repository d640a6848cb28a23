"""Equations solved for one symbol: no value is given where there is none."""

from __future__ import annotations

import pytest

import symml
from symml.expr.walk import symbols
from symml.optimize.isolate import isolate


@pytest.mark.parametrize(
    ("equation", "value"),
    [
        ("1/u", None),
        ("exp(u)", None),
        ("1/u - 2", "1/2"),
        ("u - 2", "2"),
        ("exp(u) - 3", "log(3)"),
        ("2*u + 3", "-3/2"),
    ],
)
def test_a_symbol_is_isolated_where_it_has_a_value(equation: str, value: str | None) -> None:
    root = symml.read_numpy(equation, "u:")
    found = isolate(root, symbols(root)[0])
    assert (None if found is None else str(found.value)) == value
