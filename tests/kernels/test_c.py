"""Fused kernels in C: the header says how to build and call them, and what comes out is what NumPy computes."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from symml.faces import grad, kernel, read_numpy
from symml.kernels import Kernel
from symml.kernels import kernel as kernel_of
from symml.kernels.fused.c_steps import c_source
from symml.kernels.fused.loop import NotFusable

LOSS = "mean(-(y*log(1/(1 + exp(-z))) + (1 - y)*log(1 - 1/(1 + exp(-z))))) + t"
SHAPES = "z: n, y: n binary, t: real"
RNG = np.random.default_rng(0)
needs_compiler = pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")


def _built(found: Kernel, folder: Path) -> Any:
    source = c_source(found)
    (folder / f"{found.name}.c").write_text(source, encoding="utf-8")
    build = source.partition("/* build: ")[2].partition(" */")[0].split()
    subprocess.run([*build, "-Wall", "-Werror"], cwd=folder, check=True)
    return getattr(ctypes.CDLL(str(folder / f"{found.name}.so")), found.name)


@needs_compiler
@pytest.mark.parametrize("n", [0, 1, 63, 64, 1000])
def test_the_library_computes_what_the_kernel_computes(n: int, tmp_path: Path) -> None:
    roots = [
        read_numpy(LOSS, SHAPES),
        grad(LOSS, "z", SHAPES),
        read_numpy("tanh(z)*expm1(z/9) + log(1 + z**2)", SHAPES),
    ]
    found = kernel_of(roots, name="entropy", arguments=["z", "y", "t"])
    function = _built(found, tmp_path)
    z, y = RNG.normal(size=n) * 5, RNG.integers(0, 2, n).astype(float)
    outs = [np.full(max(n, 1), np.nan) for _ in range(3)]
    pointers = [ctypes.c_void_p(a.ctypes.data) for a in (z, y)]
    function(ctypes.c_int64(n), *pointers, ctypes.c_double(0.5), *(ctypes.c_void_p(o.ctypes.data) for o in outs))
    if n:
        value, slope, third = found(z=z, y=y, t=0.5)
        np.testing.assert_allclose(outs[0][0], value, rtol=1e-14)
        np.testing.assert_allclose(outs[1], slope, rtol=4e-15)
        np.testing.assert_allclose(outs[2], third, rtol=1e-13)


MATRICES = {
    "a gradient": ("X.T@(1/(1 + exp(-X@w)) - y)/n", "X: n d, w: d, y: n"),
    "softmax of rows": ("softmax(X, axis=1)", "X: n d"),
    "logsumexp": ("logsumexp(X, axis=1)", "X: n d"),
    "norms of columns": ("sqrt(sum(X**2, axis=0))", "X: n d"),
    "largest and smallest": ("max(X, axis=1) - min(X, axis=1)", "X: n d"),
    "standardized": ("(X - mean(X, axis=0))/sqrt(var(X, axis=0) + 1/100)", "X: n d"),
    "products": ("X.T@X@A + outer(w, w)", "X: n d, w: d, A: d d"),
    "a network": ("tanh(tanh(X@A)@B)", "X: n d, A: d d, B: d k"),
    "distances": ("exp(-sum((X[:, None, :] - X[None, :, :])**2, axis=2)/2)", "X: n d"),
    "words of C": (
        "double*s + k*sum(int, axis=1) + memory@v1",
        "double: n, s: real, k: real, int: n d, memory: n d, v1: d",
    ),
    "a number": ("sum(X**2) + dot(w, w)", "X: n d, w: d"),
}


@needs_compiler
@pytest.mark.parametrize("name", MATRICES)
def test_matrices_become_loops_over_their_axes(name: str, tmp_path: Path) -> None:
    text, shapes = MATRICES[name]
    found = kernel(text, shapes=shapes)
    function = _built(found, tmp_path)
    lengths = {"n": 7, "d": 4, "k": 3}
    given = {n: RNG.normal(size=tuple(lengths[str(dim)] for dim in shape)) for n, shape in found.shapes.items()}
    header = c_source(found).partition("/* header: ")[2].partition(";")[0]
    named = [part.split()[-1] for part in header.partition("(")[2].split(",") if "int64_t" in part]
    sizes = [ctypes.c_int64(lengths[name]) for name in named]
    values = [ctypes.c_void_p(v.ctypes.data) if v.shape else ctypes.c_double(v) for v in given.values()]
    expected = found(**given)
    out = np.full(np.shape(expected), np.nan)
    assert function(*sizes, *values, ctypes.c_void_p(out.ctypes.data)) == 0
    np.testing.assert_allclose(out, expected, rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize(
    ("text", "shapes"),
    [("X[arange(n), y]", "X: n d, y: n label"), ("inv(S)", "S: d d spd"), ("X[1:] - X[:-1]", "X: n d")],
)
def test_what_has_no_c_is_refused(text: str, shapes: str) -> None:
    with pytest.raises(NotFusable, match="has no C"):
        c_source(kernel(text, shapes=shapes))
