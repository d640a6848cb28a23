"""Steps that become better ones once the shapes are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from symml.kernels.plan.shapes import Form, summed_axes
from symml.kernels.plan.steps import Step, Steps, is_number

_MANY = 4


def improved(found: Steps, known: Mapping[str, Form]) -> list[Step]:
    """The steps with inner products for sums of products, and one inverse for many right-hand sides."""
    return _with_one_inverse(_with_inner_products(found, known), known)


def _with_one_inverse(steps: Sequence[Step], known: Mapping[str, Form]) -> list[Step]:
    """A small system with a long block of right-hand sides: the inverse once, then a product that runs in blocks."""
    done: list[Step] = []
    made = {step.target: step for step in steps}
    for step in steps:
        if step.kind == "call" and step.what == "np.linalg.solve({}, {})":
            matrix, right = (known[arg] for arg in step.args)
            if len(right.shape) == 2 and right.rows == (1,) and right.shape[1] > _MANY * matrix.shape[0]:
                inverse = f"{step.target}i"
                done.append(Step(inverse, "call", "np.linalg.inv({})", step.args[:1]))
                rows = made.get(step.args[1])
                if rows is not None and rows.kind == "view" and rows.what == "{}.T":
                    # The rows as they lie in memory: (A^-1 D')' = D (A^-1)'.
                    turned, product = f"{step.target}t", f"{step.target}p"
                    done.append(Step(turned, "view", "{}.T", (inverse,)))
                    done.append(Step(product, "matmul", "", (rows.args[0], turned)))
                    step = Step(step.target, "view", "{}.T", (product,))
                else:
                    step = Step(step.target, "matmul", "", (inverse, step.args[1]))
        done.append(step)
    return done


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
        if inner is not None and once and _is_inner(step, inner, known):
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
    same = all(not is_number(a) and known[a].shape == shape and not known[a].boolean for a in inner.args)
    return same and (len(shape) == 1 or hasattr(np, "vecdot"))
