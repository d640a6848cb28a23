"""Special functions once the shapes are known: the cheapest way that keeps the digits."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from math import prod

from symml.kernels.plan.lower import inlined
from symml.kernels.plan.shapes import Form
from symml.kernels.plan.steps import Step, Steps

SPECIAL = frozenset({"_bell", "_mills"})
IMPORT = "from scipy import special"
_FEW = 512
BELL = '''
_minus_half = np.array(-0.5)  # A ufunc converts a number at every call.


def _bell(a, near, rest, gap, out):
    """exp(-a**2 / 2) for a >= 0, with a**2 to twice the digits where an entry is so large that they count."""
    if a.item(a.argmax()) <= 5.0:
        np.multiply(a, a, out)
        np.multiply(out, _minus_half, out)
        np.exp(out, out)
        return
    np.minimum(a, 1e3, out=rest)
    np.multiply(rest, 4096.0, near)
    np.rint(near, near)
    np.multiply(near, 1.0 / 4096.0, near)
    np.multiply(near, -0.5, out)
    np.multiply(out, near, out)
    np.exp(out, out)
    np.subtract(near, rest, gap)
    np.add(near, rest, rest)
    np.multiply(gap, 0.5, gap)
    np.multiply(gap, rest, gap)
    np.exp(gap, gap)
    np.multiply(out, gap, out)
'''


def with_special(found: Steps, known: Mapping[str, Form]) -> list[Step]:
    """The steps with special functions of arrays written out.

    SciPy's erfcx takes one call but 20 ns an entry, a rational function forty calls of 0.2 ns an entry.
    """
    steps: list[Step] = []
    for step in found.steps:
        form = known[step.target]
        if step.kind != "special":
            steps.append(step)
        elif step.what == "_bell" and form.shape:
            steps += _bell(step)
        elif step.what == "_mills" and form.shape and prod(form.shape) <= _FEW and _has_scipy():
            steps += _mills(step)
        else:
            steps += inlined(step, found.functions)
    return steps


@cache
def _has_scipy() -> bool:
    return find_spec("scipy") is not None


def _bell(step: Step) -> list[Step]:
    size = Step(f"{step.target}a", "ufunc", "abs", step.args)
    memory = [Step(f"{step.target}m{k}", "scratch", f"float {k}", (size.target,)) for k in range(3)]
    return [size, *memory, Step(step.target, "bell", "", (size.target, *(part.target for part in memory)))]


def _mills(step: Step) -> list[Step]:
    """Mills' ratio of z as sqrt(pi / 2) erfcx(z / sqrt(2))."""
    scaled = Step(f"{step.target}z", "ufunc", "multiply", (step.args[0], repr(math.sqrt(0.5))))
    ratio = Step(f"{step.target}r", "ufunc", "special.erfcx", (scaled.target,))
    return [scaled, ratio, Step(step.target, "ufunc", "multiply", (ratio.target, repr(math.sqrt(math.pi / 2))))]
