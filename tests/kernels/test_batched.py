"""Kernels over leading axes: every entry of a batch is what the kernel gives for it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symml.errors import ShapeError, SymmlError
from symml.faces import grad, kernel, read_numpy
from symml.kernels import kernel as kernel_of

RNG = np.random.default_rng(0)
LOSS, SHAPES = "mean((X@w - y)**2)", "X: n d, w: d, y: n"
RIDGE = kernel_of([read_numpy(LOSS, SHAPES), grad(LOSS, "w", SHAPES)])


def test_axes_in_front_are_broadcast() -> None:
    X, w, y = RNG.normal(size=(4, 1, 5, 3)), RNG.normal(size=(2, 3)), RNG.normal(size=5)
    value, slope = RIDGE.batched()(X=X, w=w, y=y)
    assert (value.shape, slope.shape) == ((4, 2), (4, 2, 3))
    for i, j in np.ndindex(4, 2):
        one = RIDGE(X=X[i, 0], w=w[j], y=y)
        np.testing.assert_allclose(value[i, j], one[0], rtol=1e-14)
        np.testing.assert_allclose(slope[i, j], one[1], rtol=1e-13)


def test_out_receives_the_batch() -> None:
    X, w, y = RNG.normal(size=(4, 5, 3)), RNG.normal(size=3), RNG.normal(size=(4, 5))
    out = np.empty(4), np.empty((4, 3))
    assert RIDGE.batched()(X=X, w=w, y=y, out=out) is out
    np.testing.assert_allclose(out[1][2], RIDGE(X=X[2], w=w, y=y[2])[1], rtol=1e-13)


def test_no_axes_in_front_and_an_empty_batch() -> None:
    batched = kernel("exp(x)*y", shapes="x: n, y: n").batched()
    np.testing.assert_allclose(batched(np.zeros(3), np.ones(3)), np.ones(3))
    assert batched(np.zeros((0, 3)), np.ones(3)).shape == (0, 3)


WRONG: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "too few axes": ({"X": np.zeros(3), "w": np.zeros(3), "y": np.zeros(5)}, ShapeError, r"X has shape \(3,\)"),
    "a batch": ({"X": np.zeros((4, 5, 3)), "w": np.zeros((2, 3)), "y": np.zeros(5)}, ShapeError, "do not fit together"),
    "an entry": ({"X": np.zeros((4, 5, 3)), "w": np.zeros(2), "y": np.zeros(5)}, ShapeError, "entries along axis 0"),
    "missing": ({"X": np.zeros((4, 5, 3))}, SymmlError, "misses"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_batches_say_what_is_wrong(name: str) -> None:
    given, error, message = WRONG[name]
    with pytest.raises(error, match=message):
        RIDGE.batched()(**given)
