"""Fused kernels: one compiled loop, as exact as the NumPy kernel, ready on disk for the next process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest

pytest.importorskip("numba")

from symml.errors import ShapeError, SymmlError
from symml.faces import grad, kernel, read_numpy
from symml.kernels import kernel as kernel_of
from symml.kernels.fused.build import NotFusable
from symml.kernels.fused.fast import Fast

m = mpmath.mp.clone()
m.dps = 50
LINE = np.concatenate([np.linspace(-30, 30, 401), [-745.0, -700.0, -1e-9, -1e-300, 1e-300, 1e-9, 700.0]])
POSITIVE = np.concatenate([np.geomspace(1e-320, 1e300, 301), np.linspace(0.5, 2, 101)])
EXACT: dict[str, tuple[np.ndarray, Callable[[Any], Any]]] = {
    "exp": (LINE, m.exp),
    "log": (POSITIVE, m.log),
    "log1p": (np.concatenate([LINE[LINE > -1], POSITIVE]), m.log1p),
    "expm1": (LINE, m.expm1),
    "tanh": (LINE, m.tanh),
}
LOSS = "mean(-(y*log(1/(1 + exp(-z))) + (1 - y)*log(1 - 1/(1 + exp(-z)))))"
SHAPES = "z: n, y: n binary"


@pytest.fixture(scope="module", autouse=True)
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SYMML_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def entropy() -> Fast:
    return kernel_of([read_numpy(LOSS, SHAPES), grad(LOSS, "z", SHAPES)], name="entropy").fast(wait=True)


@pytest.mark.parametrize("name", EXACT)
def test_a_function_that_numba_lacks_is_within_three_ulps(name: str) -> None:
    x, exact = EXACT[name]
    fast = kernel(f"{name}(x)", shapes="x: n").fast(cache=False, wait=True)
    found = fast(x)
    truth = np.array([float(exact(m.mpf(value))) for value in x])
    normal = np.abs(truth) > 1e-307
    assert np.max(np.abs(found - truth)[normal] / np.spacing(np.abs(truth[normal]))) <= 3
    odd = np.array([np.nan, np.inf, -np.inf, 0.0])
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(fast(odd), getattr(np, name)(odd))


def test_values_and_sums_are_those_of_the_numpy_kernel(entropy: Fast) -> None:
    rng = np.random.default_rng(0)
    for n in (1, 255, 256, 257, 5000):
        z, y = rng.normal(size=n) * 20, rng.integers(0, 2, n).astype(float)
        for a, b in zip(entropy(z=z, y=y), entropy._kernel(z=z, y=y), strict=True):
            np.testing.assert_allclose(a, b, rtol=2e-15, atol=1e-300)


def test_numpy_answers_until_numba_is_ready() -> None:
    found = kernel("exp(x)*sin(x) - 2", shapes="x: n").fast(cache=False)
    x = np.linspace(0, 1, 5)
    np.testing.assert_allclose(found(x), np.exp(x) * np.sin(x) - 2)
    np.testing.assert_allclose(found.wait()(x), np.exp(x) * np.sin(x) - 2, rtol=1e-14)
    assert found.is_compiled


def test_out_is_written_and_may_be_an_argument(entropy: Fast) -> None:
    z, y, out = np.linspace(-3, 3, 7), np.ones(7), (np.empty(()), np.empty(7))
    expected = entropy(z, y) if entropy._kernel.arguments[0] == "z" else entropy(y, z)
    entropy(z=z, y=y, out=out)
    np.testing.assert_array_equal(out[0], expected[0])
    np.testing.assert_array_equal(out[1], expected[1])
    entropy(z=z, y=y, out=(out[0], z))
    np.testing.assert_array_equal(z, expected[1])


def test_the_compiled_loop_is_kept_on_disk(entropy: Fast) -> None:
    import os

    folder = Path(os.environ["SYMML_CACHE"])
    assert list(folder.glob("entropy_*.py"))
    assert list(folder.glob("__pycache__/entropy_*.nbi"))


def test_the_source_stands_alone(entropy: Fast) -> None:
    assert entropy.source.startswith("import numba\nimport numpy as np\n")
    assert "symml" not in entropy.source


OTHERS = (("X@w", "X: n d, w: d"), ("inv(A)@b", "A: d d, b: d"), ("polygamma(2, x)", "x: n positive"))


@pytest.mark.parametrize(("text", "shapes"), OTHERS)
def test_what_gains_nothing_is_refused_with_the_alternative(text: str, shapes: str) -> None:
    with pytest.raises(NotFusable, match="gains from a compiled loop") as caught:
        kernel(text, shapes=shapes).fast()
    assert "kernel.plan" in str(caught.value.cure)


def test_wrong_arguments_are_the_errors_of_the_kernel(entropy: Fast) -> None:
    with pytest.raises(ShapeError, match="entries along axis 0"):
        entropy(z=np.zeros(3), y=np.zeros(4))
    with pytest.raises(SymmlError, match="misses"):
        entropy(z=np.zeros(3))
