"""Timings of kernels: every engine on the same random inputs of the declared domains."""

from __future__ import annotations

import numpy as np
import pytest

from symml.errors import SymmlError
from symml.expr.domains import domain
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


@pytest.mark.parametrize(
    "name", ["real", "positive", "unit", "sign", "binary", "simplex", "spd", "symmetric", "invertible"]
)
def test_inputs_lie_in_their_domains(name: str) -> None:
    text = "sum(x)" if domain(name).square else "sum(x, axis=0)"
    found = kernel(text, shapes=f"x: {'n n' if domain(name).square else 'm n'} {name}")
    x = inputs(found, lengths_of(found, {}) | {"n": 5}, 0)["x"]
    checks = {
        "positive": np.all(x > 0),
        "unit": np.all((x > 0) & (x < 1)),
        "sign": set(np.unique(x)) == {-1, 1},
        "simplex": np.allclose(x.sum(-1), 1),
        "spd": x.ndim == 2 and np.all(np.linalg.eigvalsh(x) > 0),
    }
    assert checks.get(name, np.all(np.isfinite(x)))


def test_a_domain_that_cannot_be_drawn_is_an_error() -> None:
    found = kernel("sum(Q)", shapes="Q: n n orthogonal")
    with pytest.raises(SymmlError, match="no random arrays of the domain orthogonal"):
        bench(found, {"n": 3})
