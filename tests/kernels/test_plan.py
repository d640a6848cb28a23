"""Plans give what kernels give, for every kernel of the corpus, without memory of their own."""

from __future__ import annotations

import threading
import tracemalloc
import warnings
from typing import Any

import numpy as np
import pytest

from symml.calculus.sampling import generic_points
from symml.errors import ShapeError, SymmlError
from symml.faces import grad, kernel, read_numpy
from symml.kernels import Kernel
from symml.kernels import kernel as kernel_of
from tests.calculus.test_differentiate import ARRAYS, SCALARS
from tests.kernels.test_source import CODE, _derivative

RNG = np.random.default_rng(0)
LOGISTIC = "mean(log1p(exp(-y*(X@w))))"
SHAPES = "X: n d, y: n sign, w: d"
CORPUS = {**{f"code: {name}": expr for name, (expr, _) in CODE.items()}}
CORPUS |= {f"derivative: {name}": _derivative(*pair) for name, pair in {**SCALARS, **ARRAYS}.items()}


def _given(found: Kernel, seed: int = 3) -> dict[str, Any]:
    point = next(generic_points(list(found.expressions), count=1, seed=seed))
    given: dict[str, Any] = {found.argument_of(s): np.asarray(v, dtype=float) for s, v in point.values.items()}
    return given | {name: point.sizes[name] for name in found.arguments if name not in found.shapes}


@pytest.mark.parametrize("name", CORPUS)
def test_a_plan_gives_what_the_kernel_gives(name: str) -> None:
    found = kernel_of(CORPUS[name])
    given = _given(found)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        planned = found.plan(given)(**given)
    np.testing.assert_allclose(planned, found(**given), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("rows", [1, 7, 2047, 2048, 2049, 9000])
def test_blocks_of_rows_do_not_change_the_result(rows: int) -> None:
    roots = [read_numpy(LOGISTIC, SHAPES), grad(LOGISTIC, "w", SHAPES)]
    found = kernel_of([*roots, read_numpy("X@w", SHAPES)])
    given = {"X": RNG.normal(size=(rows, 8)), "y": np.sign(RNG.normal(size=rows)), "w": RNG.normal(size=8)}
    planned = found.plan(n=rows, d=8)
    assert bool(planned.block) == (rows > 8192)
    for a, b in zip(planned(**given), found(**given), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-13)


ROUNDS = {
    "centered": "X - mean(X, axis=0)",
    "standardized": "(X - mean(X, axis=0))/sqrt(var(X, axis=0) + 1e-5)",
    "softmax of columns": "softmax(X, axis=0)",
    "range": "(X - min(X, axis=0))/(max(X, axis=0) - min(X, axis=0))",
    "one number": "exp(X - max(X))/sum(exp(X - max(X)))",
    "expensive rows are kept": "exp(X)@X.T@exp(X) + sum(exp(X)*X)",
    "three loops": "sum((exp(X) - mean(exp(X), axis=0))**3, axis=0)",
    "a view": "exp(X).T",
    "a column": "exp(X)[:, 0]",
}


@pytest.mark.parametrize("name", ROUNDS)
@pytest.mark.parametrize("scale", [1.0, np.nan])
def test_rows_that_depend_on_all_others_take_several_loops(name: str, scale: float) -> None:
    found = kernel(ROUNDS[name], shapes="X: n d")
    planned = found.plan(n=50_001, d=4)
    X = RNG.normal(size=(50_001, 4))
    X[7, 1] *= scale
    assert planned.block > 0
    with np.errstate(invalid="ignore"):
        np.testing.assert_allclose(planned(X), found(X), rtol=1e-11, atol=1e-13)


def test_a_row_that_depends_on_its_neighbors_is_not_cut() -> None:
    found = kernel("exp(X[1:] - X[:-1])", shapes="X: n d")
    planned = found.plan(n=50_001, d=4)
    X = RNG.normal(size=(50_001, 4))
    assert planned.block == 0
    np.testing.assert_allclose(planned(X), found(X), rtol=1e-13)


# NumPy casts truth values piece by piece, in 64 KiB that it gives back within the call.
@pytest.mark.parametrize(
    ("text", "most"), [("exp(x)*y + x**2", 5_000), ("1/(1 + exp(-x)) - y", 70_000), ("log(1 + exp(x*y))", 5_000)]
)
def test_a_call_with_out_allocates_nothing(text: str, most: int) -> None:
    planned = kernel(text, shapes="x: n, y: n").plan(n=50_000)
    x, y, out = RNG.normal(size=50_000), RNG.normal(size=50_000), np.empty(50_000)
    planned(x=x, y=y, out=out)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        planned(x=x, y=y, out=out)
        after, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 1000
    assert peak - before < most


def test_out_may_be_an_argument() -> None:
    planned = kernel("x[::-1] + 1", shapes="x: n").plan(n=4)
    x = np.arange(4.0)
    assert planned(x, out=x) is not None
    np.testing.assert_array_equal(x, [4, 3, 2, 1])


def test_float32_stays_float32() -> None:
    planned = kernel("softmax(Z, axis=1)*exp(-Z**2)", shapes="Z: n k").plan({"Z": (5, 3)}, dtype=np.float32)
    Z = RNG.normal(size=(5, 3)).astype(np.float32)
    assert planned(Z).dtype == np.float32
    e = np.exp(Z - Z.max(1, keepdims=True))
    np.testing.assert_allclose(planned(Z), e / e.sum(1, keepdims=True) * np.exp(-(Z**2)), rtol=1e-5)


def test_single_precision_keeps_its_digits_in_the_tails() -> None:
    found = kernel("x*(1 + erf(x/sqrt(2)))/2", shapes="x: n")
    x = np.linspace(-12, 12, 201).astype(np.float32)
    out = np.empty_like(x)
    assert found.plan(n=201, dtype=np.float32)(x, out=out) is out
    exact = found(x.astype(float))
    assert np.max(np.abs(out - exact) / np.spacing(np.abs(exact).astype(np.float32))) < 1
    assert found.plan(n=201, dtype=np.float32)(x).dtype == np.float32


def test_threads_do_not_share_a_workspace() -> None:
    planned = kernel("exp(-x**2)*sin(x) + cos(x)*x", shapes="x: n").plan(n=20_000)
    data = [RNG.normal(size=20_000) for _ in range(4)]
    expected = [planned(x).copy() for x in data]
    wrong: list[int] = []

    def work(k: int) -> None:
        for _ in range(10):
            if not np.array_equal(planned(data[k]), expected[k]):
                wrong.append(k)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_empty_axes_are_numpys_business() -> None:
    assert kernel("sum(x**2)", shapes="x: n").plan(n=0)(np.zeros(0)) == 0
    assert kernel("exp(x)", shapes="x: n").plan(n=0)(np.zeros(0)).shape == (0,)


def test_the_source_stands_alone_and_the_repr_says_what_was_planned() -> None:
    planned = kernel("1/(1 + exp(-x))", shapes="x: n").plan(n=100_000)
    assert planned.source.startswith("import numpy as np\n\nc0 = np.array(0.0)\n")
    assert "def kernel_plan(x, out0, " in planned.source
    assert "symml" not in planned.source
    assert repr(planned).startswith("Plan of kernel for x (100000,): float64, blocks of")


FOUND = kernel("exp(x)*y", shapes="x: n, y: n")
FROZEN = np.zeros(3)
FROZEN.flags.writeable = False
WRONG = {
    "a shape": (lambda: FOUND.plan(n=3)(np.zeros(4), np.zeros(4)), ShapeError, r"x has shape \(4,\); the plan was"),
    "out": (lambda: FOUND.plan(n=3)(np.zeros(3), np.zeros(3), out=np.zeros(4)), ShapeError, "out must be an array"),
    "read-only": (lambda: FOUND.plan(n=3)(np.zeros(3), np.zeros(3), out=FROZEN), SymmlError, "read-only"),
    "whole out": (lambda: FOUND(np.zeros(3), np.zeros(3), out=np.zeros(3, int)), SymmlError, "entries of type int64"),
    "open dims": (lambda: FOUND.plan(), ShapeError, "the shapes do not tell n"),
    "unknown": (lambda: FOUND.plan(n=3, q=2), SymmlError, "neither an argument nor a dimension q"),
    "a type": (lambda: FOUND.plan(n=3, dtype=int), SymmlError, "float64 or float32"),
    "missing": (lambda: FOUND.plan(n=3)(np.zeros(3)), SymmlError, "misses y"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_use_says_what_is_wrong(name: str) -> None:
    use, error, message = WRONG[name]
    with pytest.raises(error, match=message):
        use()


@pytest.mark.parametrize("name", ["m", "s", "v1", "v2", "b1", "out0", "c0", "x_", "np_", "sum_v1", "arg0", "n"])
def test_no_name_of_an_argument_meets_a_name_of_the_plan(name: str) -> None:
    found = kernel(f"sum((exp({name})*q + 2*{name})*g)", shapes=f"{name}: j, q: j, g: positive")
    given = {name: RNG.normal(size=70_000), "q": RNG.normal(size=70_000), "g": 0.7}
    planned = found.plan(j=70_000)
    assert planned.block > 0
    np.testing.assert_allclose(planned(**given), found(**given), rtol=1e-10)
    scalar = kernel(f"exp(q)*{name} + 3*q", shapes=f"{name}: real, q: j")
    np.testing.assert_array_equal(
        scalar.plan(j=70_000)(**{name: 2.5, "q": given["q"]}), scalar(**{name: 2.5, "q": given["q"]})
    )


def test_a_bound_plan_reads_its_arrays_anew() -> None:
    planned = kernel("mean(exp(x)*y)", shapes="x: n, y: n").plan(n=3)
    x, y = np.arange(3.0), np.ones(3)
    run = planned.bind(x, y)
    first = run()
    x[:] = 0
    assert (first, run()) == (planned(np.arange(3.0), y), 1.0)
    scaled = kernel("x*y", shapes="x: n, y: n").plan(n=3)
    with pytest.raises(SymmlError, match="share no memory with the arguments"):
        scaled.bind(x, y, out=x)
    out = np.empty(3)
    assert scaled.bind(x=x, y=y, out=out)() is out


SQUARES = "exp(-sum((X[:, None, :] - Z[None, :, :])**2, axis=2)/(2*l**2))"


@pytest.mark.parametrize(("n", "m", "d"), [(5, 4, 1), (30, 3000, 2), (40, 40, 3)])
def test_distances_need_no_array_of_three_axes(n: int, m: int, d: int) -> None:
    X, Z = RNG.normal(size=(n, d)), RNG.normal(size=(m, d))
    found = kernel(SQUARES, shapes="X: n d, Z: m d, l: positive")
    np.testing.assert_allclose(found.plan(n=n, m=m, d=d)(X=X, Z=Z, l=0.7), found(X=X, Z=Z, l=0.7), rtol=1e-13)
    same = kernel(SQUARES.replace("Z", "X"), shapes="X: n d, l: positive")
    planned = same.plan(n=n, d=d)
    np.testing.assert_allclose(planned(X=X, l=0.7), same(X=X, l=0.7), rtol=1e-13)
    assert max(map(len, planned._buffers), default=0) <= 3
    assert all(len(shape) == 2 for shape, _ in planned._buffers.values())
