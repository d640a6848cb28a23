"""Squared distances of rows without an array of three axes: by BLAS where there are many, by coordinates elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from math import prod

import numpy as np

from symml.kernels.plan.shapes import Form, summed_axes
from symml.kernels.plan.steps import Step, Steps

_LEAST_COORDINATES = 4
_LEAST_PAIRS = 4096
SOURCE = '''
def _distances(left, right, product, norms, far, out):
    """|a - b|**2 of rows a and b as |a|**2 + |b|**2 - 2 a b; by coordinates where less than an eighth is left of it."""
    np.add(norms, product, out)
    np.multiply(norms, 0.125, norms)
    np.greater_equal(out, norms, far)
    near = far.size - np.count_nonzero(far)
    if near > far.size // 16:
        np.subtract(left[:, 0, None], right[:, 0], out)
        np.multiply(out, out, out)
        for q in range(1, right.shape[1]):
            np.subtract(left[:, q, None], right[:, q], norms)
            np.multiply(norms, norms, norms)
            np.add(out, norms, out)
    elif near:
        np.logical_not(far, far)
        rows, columns = np.divmod(np.flatnonzero(far), far.shape[1])
        gap = left[rows] - right[columns]
        out[rows, columns] = np.einsum("ij,ij->i", gap, gap)
'''


def with_distances(found: Steps, known: Mapping[str, Form], *, blas: bool) -> list[Step]:
    """The steps with distances for sums over k of (A[i, k] - B[j, k])^2."""
    uses = Counter(arg for step in found.steps for arg in step.args) + Counter(found.results)
    made = {step.target: step for step in found.steps}
    steps: list[Step] = []
    for step in found.steps:
        pair = _squared_pair(step, made, uses, known)
        if pair is None:
            steps.append(step)
            continue
        left, right = pair
        if right in found.arguments:
            whole = f"{step.target}w"
            steps.append(Step(whole, "whole", str(known[right].shape[0]), (right,)))
            right = whole
        if blas and _is_for_blas(pair, known):
            found.silent = True  # Rows with infinities are done by coordinates in the end.
            steps += _by_products(step.target, left, right, known[pair[1]].shape[0])
        else:
            steps += _by_coordinates(step.target, left, right)
    return steps


def _is_for_blas(pair: tuple[str, str], known: Mapping[str, Form]) -> bool:
    shapes = [known[name].shape for name in pair]
    many = prod(shape[0] for shape in shapes) >= _LEAST_PAIRS and shapes[0][1] >= _LEAST_COORDINATES
    return many and hasattr(np, "vecdot")


def _by_coordinates(target: str, left: str, right: str) -> list[Step]:
    memory = Step(f"{target}s", "scratch", "float", (left, right))
    return [memory, Step(target, "distances", "", (left, right, memory.target))]


def _by_products(target: str, left: str, right: str, count: int) -> list[Step]:
    """Products of rows less the mean of all: what is far from the origin would cancel."""
    steps: list[Step] = []

    def make(kind: str, what: str, *args: str, axis: str = "") -> str:
        steps.append(Step(f"{target}d{len(steps)}", kind, what, args, axis))
        return steps[-1].target

    mean = make("ufunc", "divide", make("reduce", "add", right, axis="0"), str(count))
    a, b = (make("ufunc", "subtract", rows, mean) for rows in (left, right))
    column = make("view", "{}[:, None]", make("vecdot", "", a, a))
    norms = make("ufunc", "add", column, make("vecdot", "", b, b))
    product = make("matmul", "", make("ufunc", "multiply", a, "-2.0"), make("view", "{}.T", b))
    far = make("scratch", "bool", left, right)
    return [*steps, Step(target, "distances", "", (left, right, product, norms, far))]


def _squared_pair(
    step: Step, made: Mapping[str, Step], uses: Mapping[str, int], known: Mapping[str, Form]
) -> tuple[str, str] | None:
    """A and B of a sum of squared differences of their rows."""
    square = made.get(step.args[0]) if step.kind == "reduce" and step.what == "add" and not step.keep else None
    if square is None or square.what != "multiply" or square.args[0] != square.args[1] or uses[square.target] != 1:
        return None
    gap, shape = made.get(square.args[0]), known[square.target].shape
    if gap is None or gap.what != "subtract" or uses[gap.target] != 2 or len(shape) != 3:
        return None
    if summed_axes(step, 3) != (2,) or gap.args[0] not in made:
        return None
    view, right = made[gap.args[0]], gap.args[1]
    if view.kind != "view" or view.what != "{}[:, None]" or right not in known or len(known[right].shape) != 2:
        return None
    return view.args[0], right
