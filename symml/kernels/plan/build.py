"""The function of a plan: NumPy steps on whole arrays or in blocks of rows."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from symml.kernels.compile import compiled
from symml.kernels.plan.better import improved
from symml.kernels.plan.cut import MOST_ENTRIES, Axes, row_dims, rows_of_a_block
from symml.kernels.plan.job import Built, Job
from symml.kernels.plan.module import plain_source, planned_source
from symml.kernels.plan.rounds import rounds
from symml.kernels.plan.shapes import Form
from symml.kernels.plan.special import SPECIAL, with_special
from symml.kernels.plan.steps import Step, Steps
from symml.kernels.plan.write import Writer, Written


def numpy_built(job: Job) -> Built:
    """The plan in NumPy."""
    kernel, found = job.kernel, job.steps(SPECIAL)
    if found is None:
        source = plain_source(kernel.source, kernel.name, kernel.arguments, job.results)
        return Built(source, compiled(source, f"{kernel.name}_plan"))
    written, block = _in_steps(job, found, row_dims(kernel, job.sizes))
    source = planned_source(kernel.source, kernel.name, found, written, job.work.name)
    return Built(source, compiled(source, f"{kernel.name}_plan"), written.buffers, block)


def _in_steps(job: Job, found: Steps, cuts: Sequence[tuple[str, Axes]]) -> tuple[Written, int]:
    """The steps in blocks of rows along the longest dimension that allows it, or on whole arrays."""
    _copy_views(found)
    plain = found.steps
    known: dict[str, Form] = {}
    for name, axes in cuts if _is_large(job) else cuts[:1]:
        length = job.sizes[name]
        found.steps = plain
        found.steps = _improved(job, found, axes, length)
        known = job.forms(found.steps, axes, length)
        block = rows_of_a_block(found.steps, known, length)
        loops = rounds(found.steps, known, found.results) if length > block else None
        if loops is not None:
            return Writer(found, known, found.arguments).blocked(*loops, length, block, job.named(axes)), block
    if not cuts:
        found.steps = _improved(job, found, {}, 1)
        known = job.forms(found.steps, {}, 1)
    return Writer(found, known, found.arguments).straight(), 0


def _copy_views(found: Steps) -> None:
    """Copies of results that are views, which a loop over blocks must write piece by piece."""
    views = {step.target for step in found.steps if step.kind == "view"}
    copies = {name: Step(f"{name}c", "copy", "", (name,)) for name in found.results if name in views}
    found.steps = [*found.steps, *copies.values()]
    found.results = tuple(copies[name].target if name in copies else name for name in found.results)


def _is_large(job: Job) -> bool:
    """Whether a matrix of the two longest dimensions is larger than a block."""
    shapes = [*job.shapes.values(), *job.results]
    return prod(sorted({n for shape in shapes for n in shape})[-2:]) > MOST_ENTRIES


def _improved(job: Job, found: Steps, axes: Axes, length: int) -> list[Step]:
    found.steps = with_special(found, job.forms(found.steps, axes, length))
    return improved(found, job.forms(found.steps, axes, length))
