"""Single steps that become cheaper: numbers that are known, divisions, sums along an axis, arrays that never change."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from symml.kernels.plan.shapes import Form, summed_axes
from symml.kernels.plan.steps import Step, Steps, is_number

_LEAST_SUMMED = 8
_MOST_SUMMED = 4096  # In longer vectors the call is no longer what costs.
_FIXED = {"np.arange({})": "np.arange({})", "np.eye({})": "np.eye({})"}


def with_cheaper_steps(found: Steps, known: Mapping[str, Form], *, sums: bool) -> list[Step]:
    """The steps after the rules of this module; equal steps are one again. Without ``sums`` these stay as they are."""
    alias: dict[str, str] = {}
    sizes: dict[str, str] = {}
    equal: dict[Step, str] = {}
    made: dict[str, Step] = {}
    done: list[Step] = []
    for step in found.steps:
        step = replace(step, args=tuple(alias.get(arg, arg) for arg in step.args))
        if step.kind == "ufunc":
            step = replace(step, args=tuple(sizes.get(arg, arg) for arg in step.args))
        size = _size(step, made, known)
        if size is not None:
            sizes[step.target] = size
        name = _folded(step) or _same(step, made)
        if name is not None and step.target not in found.results:
            alias[step.target] = name
            continue
        for new in [new for plain in _without_minus(step, made, known) for new in _cheaper(plain, known, sums)]:
            key = replace(new, target="")
            if key in equal and new.target not in found.results:
                alias[new.target] = equal[key]
                continue
            new = replace(new, args=tuple(alias.get(arg, arg) for arg in new.args))
            equal[key] = new.target
            made[new.target] = new
            done.append(new)
    return needed(done, found.results)


def needed(steps: Sequence[Step], results: Sequence[str]) -> list[Step]:
    """The steps that a result needs."""
    wanted = set(results)
    kept = []
    for step in reversed(steps):
        if step.target in wanted:
            wanted.update(step.args)
            kept.append(step)
    return kept[::-1]


def _size(step: Step, made: Mapping[str, Step], known: Mapping[str, Form]) -> str | None:
    """The length of an axis as a number."""
    if step.kind != "number" or not step.what.startswith("{}[") or len(step.args) != 1:
        return None
    inner = made.get(step.args[0])
    if inner is None or inner.what != "{}.shape" or inner.args[0] not in known:
        return None
    return str(known[inner.args[0]].shape[int(step.what[3:-1])])


def _folded(step: Step) -> str | None:
    """The number that a NumPy function of numbers is."""
    function = getattr(np, step.what.partition("(")[0].removeprefix("np."), None)
    if step.kind not in ("number", "ufunc") or function is None or not step.args or not all(map(is_number, step.args)):
        return None
    values = [_number(arg) for arg in step.args]
    with np.errstate(all="ignore"):
        value = function(*values) if None not in values else np.nan
    if isinstance(value, np.integer):
        return str(int(value))
    return repr(float(value)) if np.isfinite(value) and isinstance(value, float) else None


def _number(code: str) -> Any:
    if code.startswith("np."):
        value = getattr(np, code[3:])
        return value if isinstance(value, float) else None
    return ast.literal_eval(code) if code not in ("True", "False", "None") else None


def _same(step: Step, made: Mapping[str, Step]) -> str | None:
    """The argument itself: the absolute value of an absolute value."""
    inner = made.get(step.args[0]) if step.kind == "ufunc" and step.what == "abs" else None
    return inner.target if inner is not None and inner.kind == "ufunc" and inner.what == "abs" else None


def _cheaper(step: Step, known: Mapping[str, Form], sums: bool) -> list[Step]:
    form = known.get(step.target)
    if form is None:
        return [step]
    if step.kind == "ufunc" and step.what == "divide" and form.shape and is_number(step.args[1]):
        return [_multiplied(step)]
    if sums and step.kind == "reduce" and step.what == "add" and 0 < len(known[step.args[0]].shape) < 3:
        return _summed(step, known[step.args[0]])
    if step.kind == "call" and step.what in _FIXED:
        return [replace(step, kind="array", what=_FIXED[step.what])]
    return [step]


def _without_minus(step: Step, made: Mapping[str, Step], known: Mapping[str, Form]) -> list[Step]:
    """-x / c as x / -c and -x * c as x * -c for an array x and a number c."""
    inner = made.get(step.args[0]) if step.kind == "ufunc" and step.what in ("divide", "multiply") else None
    if inner is None or inner.what != "negative" or not known[inner.target].shape:
        return [step]
    x, number = inner.args[0], step.args[1]
    if is_number(number):
        turned = number.removeprefix("-") if number.startswith("-") else f"-{number}"
        return [replace(step, args=(x, turned))]
    if number in known and not known[number].shape:
        minus = Step(f"{number}n", "ufunc", "negative", (number,))
        return [minus, replace(step, args=(x, minus.target))]
    return [step]


def _multiplied(step: Step) -> Step:
    """A quotient by a number as a product with its reciprocal, which costs half an ulp at most."""
    value = _number(step.args[1])
    if value is None or not 1e-290 < abs(value) < 1e290:
        return step
    return replace(step, what="multiply", args=(step.args[0], repr(1.0 / value)))


def _summed(step: Step, form: Form) -> list[Step]:
    """A sum of a vector, or along one axis of a matrix, as a product with ones, which BLAS computes in fewer steps."""
    axes = summed_axes(step, len(form.shape))
    if len(axes) != 1 or form.boolean or form.shape[axes[0]] < _LEAST_SUMMED:
        return [step]
    if len(form.shape) == 1 and (step.keep or form.shape[0] > _MOST_SUMMED):
        return [step]
    ones = Step(f"{step.target}o", "array", f"np.ones(np.shape({{}})[{axes[0]}])", step.args)
    args = (ones.target, step.args[0]) if axes[0] == 0 else (step.args[0], ones.target)
    if not step.keep:
        return [ones, Step(step.target, "matmul", "", args)]
    flat = Step(f"{step.target}f", "matmul", "", args)
    view = "{}[None]" if axes[0] == 0 else "{}[:, None]"
    return [ones, flat, Step(step.target, "view", view, (flat.target,))]
