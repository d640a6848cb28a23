"""Steps that become better ones once the shapes are known."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from symml.kernels.plan.cheaper import needed, with_cheaper_steps
from symml.kernels.plan.distances import with_distances
from symml.kernels.plan.products import with_better_products
from symml.kernels.plan.shapes import Form, summed_axes
from symml.kernels.plan.steps import Step, Steps


def improved(found: Steps, known: Mapping[str, Form], *, blas: bool = True) -> list[Step]:
    """The steps with inner products for sums of products, cheaper products of matrices, and cheaper single steps.

    Args:
        found: The steps.
        known: The form of each value.
        blas: Whether sums along an axis and distances of rows are left to BLAS; compiled loops have both.
    """
    found.steps = needed(with_distances(found, known, blas=blas), found.results)
    found.steps = _with_inner_products(found, known)
    found.steps = with_better_products(found, known)
    return with_cheaper_steps(found, known, sums=blas)


def _with_inner_products(found: Steps, known: Mapping[str, Form]) -> list[Step]:
    """Sums of products along the last axis as inner products, which need no memory for the product."""
    uses: dict[str, int] = {}
    for step in found.steps:
        for arg in step.args:
            uses[arg] = uses.get(arg, 0) + 1
    made = {step.target: step for step in found.steps}
    gone: set[str] = set()
    steps = []
    for step in found.steps:
        inner = made.get(step.args[0]) if step.kind == "reduce" and step.what == "add" and not step.keep else None
        once = inner is not None and uses[inner.target] == 1 and inner.target not in found.results
        if inner is not None and once and inner.target in known and _is_inner(step, inner, known):
            gone.add(inner.target)
            kind = "matmul" if len(known[inner.target].shape) == 1 else "vecdot"
            step = Step(step.target, kind, "", inner.args)
        steps.append(step)
    return [step for step in steps if step.target not in gone]


def _is_inner(step: Step, inner: Step, known: Mapping[str, Form]) -> bool:
    shape = known[inner.target].shape
    whole = inner.kind == "ufunc" and inner.what == "multiply" and len(shape) in (1, 2)
    if not whole or summed_axes(step, len(shape)) != (len(shape) - 1,):
        return False
    same = all(a in known and known[a].shape == shape and not known[a].boolean for a in inner.args)
    return same and (len(shape) == 1 or hasattr(np, "vecdot"))
