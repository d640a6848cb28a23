"""Compiled loops in kernels of matrices: the values of NumPy, whatever the shapes, the blocks and the threads are."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import numpy as np
import pytest

pytest.importorskip("numba")

from symml.errors import SymmlError
from symml.faces import grad, kernel, read_numpy
from symml.kernels import Kernel
from symml.kernels import kernel as kernel_of
from symml.kernels.fused.build import Fusion, NotFusable
from symml.kernels.fused.fast import Fast
from symml.kernels.plan.plan import plan
from tests.kernels.test_plan import CORPUS, _given

RNG = np.random.default_rng(0)
LOSS = "-mean(log(softmax(X@W, axis=1))[arange(n), y])"
SHAPES = "X: n d, W: d k, y: n label"
NORM = "sum(D*(((X - mean(X, axis=1, keepdims=True))/sqrt(var(X, axis=1, keepdims=True) + 1/100000))*g + b))"
NORM_SHAPES = "X: n k, g: k, b: k, D: n k"


@pytest.fixture
def _python() -> Iterator[None]:
    """Loops that Python runs, so that many of them can be tried without compiling any."""
    import numba

    before, numba.config.DISABLE_JIT = numba.config.DISABLE_JIT, True
    yield
    numba.config.DISABLE_JIT = before


@pytest.mark.usefixtures("_python")
@pytest.mark.parametrize("name", CORPUS)
def test_a_fused_plan_gives_what_the_kernel_gives(name: str) -> None:
    found = kernel_of(CORPUS[name])
    given = _given(found)
    try:
        planned = plan(found, given, float, Fusion(cache=False))
    except NotFusable as refusal:
        assert "kernel.plan" in str(refusal.cure)
        return
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # Python warns where compiled code does not.
        value = planned(**given)
    np.testing.assert_allclose(value, found(**given), rtol=1e-12, atol=1e-12)


@pytest.fixture(scope="module")
def entropy() -> Fast:
    roots = [read_numpy(LOSS, SHAPES), grad(LOSS, "W", SHAPES)]
    return kernel_of(roots, name="softmax_loss").fast(cache=False, wait=True)


@pytest.fixture(scope="module")
def norm() -> Kernel:
    return kernel_of([grad(NORM, name, NORM_SHAPES) for name in ("X", "g", "b")], name="layer_norm")


@pytest.mark.parametrize(("n", "d", "k"), [(1, 3, 2), (5, 3, 2), (300, 8, 7), (2500, 40, 12)])
def test_regions_products_and_blocks_of_rows(entropy: Fast, n: int, d: int, k: int) -> None:
    given = {"X": RNG.normal(size=(n, d)), "W": RNG.normal(size=(d, k)), "y": RNG.integers(0, k, n)}
    for a, b in zip(entropy(**given), entropy._kernel(**given), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14)


def test_the_result_does_not_depend_on_the_number_of_threads(norm: Kernel) -> None:
    n, k = 40_000, 16
    given = {"X": RNG.normal(size=(n, k)), "D": RNG.normal(size=(n, k)), "g": RNG.normal(size=k)}
    one, two = (plan(norm, given, float, Fusion(cache=False, threads=t)) for t in (1, 2))
    assert "ThreadPoolExecutor(2)" in two.source
    for a, b, exact in zip(one(**given), two(**given), norm(**given), strict=True):
        np.testing.assert_array_equal(a, b)
        np.testing.assert_allclose(a, exact, rtol=1e-9, atol=1e-10)


def test_single_precision_is_computed_in_double_precision(norm: Kernel) -> None:
    given = {"X": RNG.normal(size=(9, 16)), "D": RNG.normal(size=(9, 16)), "g": RNG.normal(size=16)}
    single = {name: value.astype(np.float32) for name, value in given.items()}
    found = plan(norm, single, np.float32, Fusion(cache=False))(**single)
    exact = norm(**{name: value.astype(float) for name, value in single.items()})
    assert all(part.dtype == np.float32 for part in found)
    for a, b in zip(found, exact, strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-6, atol=1e-6)


def test_arrays_in_any_order_and_read_only_ones(entropy: Fast) -> None:
    X, W, y = np.asfortranarray(RNG.normal(size=(20, 6))), RNG.normal(size=(3, 6)).T, RNG.integers(0, 3, 20)
    X.flags.writeable = False
    out = np.empty(()), np.empty((3, 6)).T
    expected = entropy._kernel(X=X, W=W, y=y)
    entropy(X=X, W=W, y=y, out=out)
    for a, b in zip(out, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14)


def test_nan_and_infinity_go_through_a_largest_entry() -> None:
    fast = kernel("max(X, axis=1) + sum(exp(X), axis=1)", shapes="X: n k").fast(cache=False, wait=True)
    X = RNG.normal(size=(5, 9))
    X[0, 3], X[1, 8], X[2, :], X[3, 0] = np.nan, np.inf, -np.inf, np.nan
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(fast(X), fast._kernel(X), rtol=1e-14)


def test_what_gains_nothing_from_a_loop_is_refused() -> None:
    with pytest.raises(NotFusable, match="no part of kernel gains from a compiled loop"):
        kernel("X@W", shapes="X: n d, W: d k").plan(n=4, d=3, k=2, fast=True)


def test_wrong_arguments_are_the_errors_of_the_kernel(entropy: Fast) -> None:
    with pytest.raises(SymmlError, match="y must hold whole numbers"):
        entropy(X=np.zeros((2, 3)), W=np.zeros((3, 2)), y=[0.5, 1])
    with np.errstate(invalid="ignore"):
        assert np.isnan(entropy(X=np.zeros((0, 3)), W=np.zeros((3, 2)), y=np.zeros(0))[0])


@pytest.mark.parametrize(("n", "m", "d"), [(5, 4, 1), (300, 50, 3), (40, 700, 2)])
def test_distances_of_rows_are_fused(n: int, m: int, d: int) -> None:
    text = "exp(-sum((X[:, None, :] - Z[None, :, :])**2, axis=2))"
    found = kernel(text, shapes="X: n d, Z: m d", name="gaussian")
    X, Z = RNG.normal(size=(n, d)), RNG.normal(size=(m, d))
    planned = plan(found, {"X": X, "Z": Z}, float, Fusion(cache=False))
    np.testing.assert_allclose(planned(X=X, Z=Z), found(X=X, Z=Z), rtol=1e-13)


@pytest.mark.parametrize(
    "text", ["(X - mean(X, axis=0))/sqrt(var(X, axis=0) + 1e-5)", "softmax(X, axis=0)", "exp(X).T"]
)
def test_several_loops_share_one_list_of_pieces(text: str) -> None:
    found = kernel(text, shapes="X: n d")
    X = np.random.default_rng(0).normal(size=(120_000, 4))
    np.testing.assert_allclose(found.plan(n=120_000, d=4, fast=True)(X), found(X), rtol=1e-11, atol=1e-14)
