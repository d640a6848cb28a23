"""Timings of kernels: every engine on the same random inputs of the declared domains."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from symml.errors import SymmlError
from symml.faces import kernel
from symml.kernels.bench import bench, inputs, lengths_of


def test_every_engine_is_timed() -> None:
    timings = {t.engine: t for t in bench(kernel("mean(exp(x)*y)", shapes="x: n, y: n"), {"n": 10})}
    assert {"kernel", "plan"} <= set(timings)
    assert all(t.note or t.best > 0 for t in timings.values())


def test_sizes_have_defaults_and_names() -> None:
    found = kernel("X@w", shapes="X: n d, w: d")
    assert lengths_of(found, {"d": 3}) == {"n": 1000, "d": 3}
    with pytest.raises(SymmlError, match="no dimension k"):
        lengths_of(found, {"k": 3})


INSIDE: dict[str, Callable[[Any], Any]] = {
    "real": lambda x: np.all(np.isfinite(x)),
    "positive": lambda x: np.all(x > 0),
    "unit": lambda x: np.all((x > 0) & (x < 1)),
    "sign": lambda x: set(np.unique(x)) == {-1, 1},
    "binary": lambda x: set(np.unique(x)) == {0, 1},
    "simplex": lambda x: np.allclose(x.sum(-1), 1),
    "spd": lambda x: np.all(np.linalg.eigvalsh(x) > 0),
    "symmetric": lambda x: np.array_equal(x, x.T),
    "invertible": lambda x: abs(np.linalg.det(x)) > 0.1,
}


@pytest.mark.parametrize("name", INSIDE)
def test_inputs_lie_in_their_domains(name: str) -> None:
    square = name in ("spd", "symmetric", "invertible")
    found = kernel("x + x", shapes=f"x: {'n n' if square else 'm n'} {name}")
    assert INSIDE[name](inputs(found, lengths_of(found, {"n": 5}), 0)["x"])


def test_a_domain_that_cannot_be_drawn_is_an_error() -> None:
    found = kernel("sum(Q)", shapes="Q: n n orthogonal")
    with pytest.raises(SymmlError, match="no random arrays of the domain orthogonal"):
        bench(found, {"n": 3})
