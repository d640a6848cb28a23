"""What a kernel does with arguments that are not what was declared: as NumPy does, or an error that names one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from symml.errors import ShapeError, SymmlError
from symml.faces import grad
from symml.kernels import kernel as kernel_of

RNG = np.random.default_rng(0)
GRADIENT = kernel_of(grad("mean(log(1 + exp(-y*(X@w))))", "w", "X: n d, y: n sign, w: d"))
X = RNG.normal(size=(10, 3))
GOOD: dict[str, Any] = {"X": X, "y": np.sign(X[:, 0]), "w": np.ones(3)}
ENGINES = {"kernel": GRADIENT, "plan": GRADIENT.plan(n=10, d=3)}

REFUSED: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "a transposed matrix": ({"X": X.T}, ShapeError, r"X has 3 entries along axis 0; \(n, d\) needs n = 10"),
    "too few axes": ({"X": X[0]}, ShapeError, r"X has shape \(3,\); it is declared \(n, d\)"),
    "complex numbers": ({"X": X + 1j}, SymmlError, "X is not an array of numbers"),
    "text": ({"w": ["1", "2", "3"]}, SymmlError, "w is not an array of numbers"),
    "a hole": ({"w": [1.0, None, 2.0]}, SymmlError, "w is not an array of numbers"),
    "nothing": ({"X": None}, SymmlError, "X is not an array of numbers: None"),
    "rows of several lengths": ({"X": [[1, 2, 3], [1, 2]]}, SymmlError, "X is not an array of numbers"),
    "dates": ({"w": np.array(["2020-01-01"] * 3, "datetime64[D]")}, SymmlError, "w is not an array of numbers"),
    "a mask": ({"X": np.ma.masked_array(X, mask=X > 0)}, SymmlError, "X is a masked array"),
    "an unknown argument": ({"z": 1.0}, SymmlError, "kernel has no argument z"),
    "out of another shape": ({"out": np.empty(4)}, ShapeError, r"out must be an array of shape \(3,\)"),
    "out of whole numbers": ({"out": np.empty(3, int)}, SymmlError, "out has entries of type int64"),
    "out that is a list": ({"out": [0.0] * 3}, ShapeError, r"out must be an array of shape \(3,\)"),
}
TAKEN: dict[str, dict[str, Any]] = {
    "lists": {"w": [1, 1, 1]},
    "whole numbers": {"w": np.ones(3, np.uint8)},
    "columns first": {"X": np.asfortranarray(X)},
    "backwards": {"X": X[::-1][::-1]},
    "read-only": {"X": np.broadcast_to(X, (10, 3))},
    "half of another array": {"X": np.repeat(X, 2, axis=1)[:, ::2]},
    "an empty mask": {"X": np.ma.masked_array(X)},
    "long doubles": {"X": X.astype(np.longdouble)},
    "a strided out": {"out": np.empty(6)[::2]},
    "a column as out": {"out": np.empty((3, 4))[:, 1]},
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_fit_is_refused_by_name(name: str, engine: str) -> None:
    changed, error, message = REFUSED[name]
    with pytest.raises(error, match=message):
        ENGINES[engine](**{**GOOD, **changed})


@pytest.mark.parametrize("engine", ENGINES)
def test_a_missing_argument_and_a_read_only_out_are_named(engine: str) -> None:
    with pytest.raises(SymmlError, match="kernel misses w"):
        ENGINES[engine](X=X, y=GOOD["y"])
    out = np.empty(3)
    out.flags.writeable = False
    with pytest.raises(SymmlError, match="out is read-only"):
        ENGINES[engine](**GOOD, out=out)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", TAKEN)
def test_arrays_of_any_kind_give_the_same_result(name: str, engine: str) -> None:
    found = ENGINES[engine](**{**GOOD, **TAKEN[name]})
    np.testing.assert_allclose(found, GRADIENT(**GOOD), rtol=1e-13)
    assert TAKEN[name].get("out", found) is found


@pytest.mark.parametrize("engine", ENGINES)
def test_out_may_overlap_with_an_argument(engine: str) -> None:
    expected = GRADIENT(**GOOD)
    given = {name: value.copy() for name, value in GOOD.items()}
    np.testing.assert_allclose(ENGINES[engine](**given, out=given["X"][0]), expected, rtol=1e-13)
    given = {name: value.copy() for name, value in GOOD.items()}
    np.testing.assert_allclose(ENGINES[engine](**given, out=given["w"]), expected, rtol=1e-13)


def test_axes_of_length_zero_are_numpys_business() -> None:
    assert GRADIENT(X=np.empty((10, 0)), y=GOOD["y"], w=[]).shape == (0,)
    with np.errstate(invalid="ignore", divide="ignore"):
        assert np.isnan(GRADIENT(X=np.empty((0, 3)), y=[], w=np.ones(3))).all()


@pytest.mark.parametrize("engine", ENGINES)
def test_eight_threads_get_their_own_results(engine: str) -> None:
    weights = [RNG.normal(size=3) for _ in range(200)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda w: ENGINES[engine](**{**GOOD, "w": w}), weights))
    for w, value in zip(weights, found, strict=True):
        np.testing.assert_allclose(value, GRADIENT(**{**GOOD, "w": w}), rtol=1e-13)
