"""Whether a traced function agrees with the function itself on numbers."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np

from symml.expr.dims import dim_value
from symml.read.declarations import read_declarations
from symml.read.trace import Trace, trace
from tests.oracle import evaluate

_SIZES = (5, 3, 4, 2)


def parts(value: Any) -> list[Any]:
    """All arrays in a tuple or dict."""
    if isinstance(value, dict):
        value = list(value.values())
    return [part for item in value for part in parts(item)] if isinstance(value, tuple | list) else [value]


def assert_agrees(function: Callable[..., Any], shapes: str, sizes: dict[str, int] | None = None) -> Trace:
    """Traces the function and compares the expressions' values with what the function returns on random numbers."""
    traced = trace(function, shapes)
    declared = read_declarations(shapes)
    sizes = traced.sizes or sizes or dict(zip(declared.sizes, _SIZES, strict=False))
    rng = Random(1)
    values: dict[str, Any] = {}
    for name, symbol in declared.symbols.items():
        shape = tuple(dim_value(dim, sizes) for dim in symbol.shape)
        drawn = np.array([float(v) for v in symbol.domain.sample(rng, shape)]).reshape(shape)
        values[name] = drawn.astype(int) if "label" in symbol.domain.facts else drawn
    given = {name: value.copy() if value.ndim else value.item() for name, value in values.items()}
    wanted = parts(function(**given, **{name: sizes[name] for name in _dim_arguments(function, declared.sizes)}))
    found = parts(traced.value)
    assert len(found) == len(wanted)
    for expr, want in zip(found, wanted, strict=True):
        value = evaluate(expr, values, sizes)
        assert value.shape == np.shape(want), (value.shape, np.shape(want))
        np.testing.assert_allclose(value, np.asarray(want, float), rtol=1e-9, atol=1e-12)
    return traced


def _dim_arguments(function: Any, names: Any) -> list[str]:
    code = getattr(function, "__code__", None)
    return [] if code is None else [name for name in code.co_varnames[: code.co_argcount] if name in names]
