"""Where the arrays of a plan may be cut into blocks of rows, and how many rows stay in the cache."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING

from symml.expr.dims import Size, dim_names
from symml.kernels.plan.shapes import Form
from symml.kernels.plan.steps import Step

if TYPE_CHECKING:
    from symml.kernels.kernel import Kernel

MOST_ENTRIES = 65536
_ROWS_OF_PRODUCTS = 1024
Axes = dict[str, tuple[int, ...]]


def row_dims(kernel: Kernel, sizes: Mapping[str, int]) -> list[tuple[str, Axes]]:
    """The dimensions that may be cut, each with the axes of the arguments along it.

    The longest comes first; of the others only those that are leading axes, where a block is one piece of memory.
    """
    plain = {d.terms[0][0] for shape in kernel.shapes.values() for d in shape if isinstance(d, Size) and _is_plain(d)}
    found: list[tuple[str, Axes]] = []
    for name in sorted(plain, key=lambda n: (-sizes[n], n)):
        axes = {
            argument: tuple(k for k, d in enumerate(shape) if isinstance(d, Size) and name in dim_names(d))
            for argument, shape in kernel.shapes.items()
        }
        if name in kernel.arguments:
            axes[name] = ()
        if not found or all(own in ((), (0,)) for own in axes.values()):
            found.append((name, {argument: own for argument, own in axes.items() if own or argument == name}))
    return found


def _is_plain(dim: Size) -> bool:
    return dim.offset == 0 and len(dim.terms) == 1 and dim.terms[0][1] == 1


def rows_of_a_block(steps: Sequence[Step], known: Mapping[str, Form], length: int) -> int:
    """How many rows are worked on at once: what is written and what is read twice stays in the cache."""
    made = {step.target for step in steps if step.kind not in ("view", "number")}
    widths = {name: prod(form.shape) // length for name, form in known.items() if form.rows and length}
    written = max([width for name, width in widths.items() if name in made], default=1)
    read = max(widths.values(), default=1)
    rows = max(1, MOST_ENTRIES // max(1, written, read))
    pairs = {arg for step in steps if step.kind == "distances" for arg in step.args}
    products = [step for step in steps if step.kind == "matmul" and step.target not in pairs]
    matrices = any(min(len(known[arg].shape) for arg in step.args) > 1 for step in products)
    return max(rows, _ROWS_OF_PRODUCTS) if matrices else rows
