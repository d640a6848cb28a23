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
from symml.kernels.fused.c_code import c_source
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


def test_matrices_are_refused() -> None:
    with pytest.raises(NotFusable, match="not vectors of one length"):
        c_source(kernel("X@w", shapes="X: n d, w: d"))
