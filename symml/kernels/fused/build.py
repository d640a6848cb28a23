"""The function of a plan with compiled loops."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import prod
from typing import Any

from symml.errors import SymmlError
from symml.kernels.compile import compiled
from symml.kernels.fused.compiled import HEAD, loaded, region_source, require_numba, signature, threads
from symml.kernels.fused.driver import Driven, Driver
from symml.kernels.fused.numba_code import vector_functions
from symml.kernels.fused.regions import Grouping, Region
from symml.kernels.fused.row_functions import HELPERS
from symml.kernels.plan.better import improved
from symml.kernels.plan.cut import Axes, row_dims
from symml.kernels.plan.job import Built, Job
from symml.kernels.plan.module import constant_lines
from symml.kernels.plan.phases import phases
from symml.kernels.plan.shapes import Form
from symml.kernels.plan.steps import Step, Steps
from symml.kernels.plan.write import Written

_ROWS_OF_PRODUCTS = 1024
_ENTRIES_OF_A_BLOCK = 65536


class NotFusable(SymmlError):
    """No step of the kernel gains from a compiled loop."""


@dataclass(frozen=True)
class Fusion:
    """How loops are compiled; called with a job it builds the plan's function.

    Attributes:
        cache: Whether compiled loops are kept on disk.
        threads: The most threads; by default ``NUMBA_NUM_THREADS``, ``OMP_NUM_THREADS`` or all cores.
    """

    cache: bool = True
    threads: int | None = None

    def __call__(self, job: Job) -> Built:
        """The compiled plan of a job."""
        drawn = self.outline(job)
        name = job.kernel.name
        world: dict[str, Any] = {
            code.name: loaded(code, kind, name, self.cache)
            for code, kind in zip(drawn.driven.regions, drawn.types, strict=True)
        }
        pieces = drawn.driven.pieces
        world |= {"pieces": tuple(zip(*pieces, strict=True)), "spread": _spread(threads(pieces, self.threads))}
        function = compiled(f"import numpy as np\n\n\n{drawn.body}", f"{name}_plan", world)
        return Built(drawn.source, function, drawn.driven.written.buffers, drawn.block, is_strict=True)

    def outline(self, job: Job) -> Outline:
        """The source, before anything is compiled.

        Raises:
            NotFusable: No step gains from a compiled loop.
            SymmlError: numba is not installed.
        """
        require_numba()
        found = job.steps()
        if found is None:
            raise _refusal(job, "an array is empty, or a step has loops of its own")
        driven, known, block = _driven(job, found)
        if not driven.regions:
            raise _refusal(job, "all of it is products of matrices, or has more than two axes")
        whole = frozenset(job.names[name] for name in job.labels)
        types = [signature(code, known, whole, job.work.name) for code in driven.regions]
        body = _body(job, found, driven)
        source = _source(driven, types, body, threads(driven.pieces, self.threads))
        return Outline(source, body, driven, types, block)


@dataclass(frozen=True)
class Outline:
    """The source of a fused plan.

    Attributes:
        source: The module, which stands alone.
        body: The function around the regions, and its constants.
        driven: The regions.
        types: The signature of each region.
        block: The rows of a block, or 0.
    """

    source: str
    body: str
    driven: Driven
    types: list[str]
    block: int


def _refusal(job: Job, why: str) -> NotFusable:
    cure = "use kernel.plan, which has BLAS and blocks of rows"
    return NotFusable(f"no part of {job.kernel.name} gains from a compiled loop: {why}", cure=cure)


def _spread(count: int) -> Callable[..., Any]:
    return ThreadPoolExecutor(count).map if count > 1 else map


def _driven(job: Job, found: Steps) -> tuple[Driven, dict[str, Form], int]:
    """The body along the dimension whose rows make most steps one loop."""
    plain = found.steps
    best: tuple[int, list[Step], dict[str, Form], str, Axes] | None = None
    for name, axes in row_dims(job.kernel, job.sizes):
        if not all(own in ((), (0,)) for own in axes.values()):
            continue
        found.steps = plain
        steps = improved(found, job.forms(plain, axes, job.sizes[name]), blas=False)
        known = job.forms(steps, axes, job.sizes[name])
        found.steps = steps
        count = len(Grouping(found, known).fused)
        if best is None or count > best[0]:
            best = count, steps, known, name, axes
    if best is None or best[0] == 0:
        return Driven(Written()), {}, 0
    _, found.steps, known, name, axes = best
    return _along(job, found, known, name, axes)


def _along(
    job: Job, found: Steps, known: dict[str, Form], name: str, axes: Axes
) -> tuple[Driven, dict[str, Form], int]:
    """One region on whole arrays, or regions and products in blocks of rows that stay in the cache."""
    length, single = job.sizes[name], job.work.name == "float32"
    driver = Driver(found, known, length, single)
    items = Grouping(found, known).items()
    regions = [item for item in items if isinstance(item, Region)]
    products = any(isinstance(item, Step) and known[item.target].rows and item.kind == "matmul" for item in items)
    parts = phases(found.steps, known)
    widest = max(prod(form.shape) // length for form in known.values() if form.rows)
    block = max(_ROWS_OF_PRODUCTS, _ENTRIES_OF_A_BLOCK // widest)
    if parts is not None and length > block and (products or len(regions) > 1):
        return driver.blocked(parts, block, job.named(axes)), known, block
    return driver.straight(), known, 0


def _body(job: Job, found: Steps, driven: Driven) -> str:
    written = driven.written
    constants = constant_lines(written, job.work.name)
    head = "\n".join(constants) + "\n\n\n" if constants else ""
    lines = written.lines
    if found.silent:
        lines = ['    with np.errstate(all="ignore"):', *(f"    {line}" for line in lines)]
    parameters = ", ".join([*found.arguments, *written.outs, *written.buffers])
    return f"{head}def {job.kernel.name}_plan({parameters}):\n" + "\n".join(lines) + "\n"


def _source(driven: Driven, types: list[str], body: str, count: int) -> str:
    """The module as a whole, which stands alone."""
    used = set().union(*(code.used for code in driven.regions))
    shared = [*vector_functions(used), *(text.strip() for name, text in HELPERS.items() if name in used)]
    regions = [
        region_source(code, kind).rpartition("\n\n\n")[2] for code, kind in zip(driven.regions, types, strict=True)
    ]
    head = HEAD
    if driven.pieces:
        spread = "from concurrent.futures import ThreadPoolExecutor\n\n" if count > 1 else ""
        pool = f"ThreadPoolExecutor({count}).map" if count > 1 else "map"
        head = f"{spread}{HEAD}\n\npieces = {tuple(zip(*driven.pieces, strict=True))}\nspread = {pool}"
    return "\n\n\n".join([head, *shared, *regions, body])
