"""What a plan is made from: a kernel, lengths of its dimensions, and the type of the floats."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from symml.expr.dims import dim_value
from symml.kernels.plan.cut import Axes
from symml.kernels.plan.lower import steps_of
from symml.kernels.plan.names import safe_names
from symml.kernels.plan.shapes import Form, forms
from symml.kernels.plan.steps import NoSteps, Step, Steps

if TYPE_CHECKING:
    from symml.kernels.kernel import Kernel


class Job:
    """A kernel with the lengths of its dimensions.

    Attributes:
        shapes: The shape of each argument.
        extra: The arguments that are lengths of dimensions.
        labels: The arguments that hold whole numbers.
        results: The shape of each result.
        names: The name of each argument in the steps.
        work: The type of the floats that are computed with.
    """

    def __init__(self, kernel: Kernel, sizes: Mapping[str, int], work: Any) -> None:
        self.kernel, self.sizes, self.work = kernel, sizes, work
        self.shapes = {n: tuple(dim_value(d, sizes) for d in shape) for n, shape in kernel.shapes.items()}
        self.extra = {name: sizes[name] for name in kernel.arguments if name not in kernel.shapes}
        self.results = tuple(tuple(dim_value(d, sizes) for d in root.shape) for root in kernel.expressions)
        self.labels = {n for n, s in zip(kernel.arguments, kernel.symbols, strict=False) if s.domain.name == "label"}
        self.names = safe_names(kernel.arguments)

    def steps(self, special: Collection[str] = ()) -> Steps | None:
        """The kernel in steps, these helpers as one step each.

        ``None`` for empty arrays, where NumPy's own rules hold, and where it has none.
        """
        if 0 in self.sizes.values():
            return None
        try:
            return steps_of(self.kernel.source, self.kernel.name, self.names, special)
        except NoSteps:
            return None

    def forms(self, steps: Sequence[Step], axes: Axes, length: int) -> dict[str, Form]:
        """The form of every value, the arguments by their names in the steps."""
        shapes: dict[str, Any] = {**self.shapes, **self.extra}
        named = {self.names[name]: shape for name, shape in shapes.items()}
        labels = {self.names[name] for name in self.labels}
        return forms(steps, named, labels, self.named(axes), length)

    def named(self, axes: Axes) -> Axes:
        """The blocked axes by the names in the steps."""
        return {self.names[name]: own for name, own in axes.items()}


@dataclass(frozen=True)
class Built:
    """A plan's function.

    Attributes:
        source: The module.
        function: Takes the arguments, the arrays of the result and the buffers; returns the results.
        buffers: The shape of each buffer, and whether it holds truth values.
        block: The rows of a block, or 0.
        is_strict: Whether arrays must lie row after row in memory that may be written.
    """

    source: str
    function: Callable[..., Any]
    buffers: dict[str, tuple[tuple[int, ...], bool]] = field(default_factory=dict)
    block: int = 0
    is_strict: bool = False


def floats(kernel: Kernel, dtype: Any) -> Any:
    """The type to compute with: squares that are split in two need the bits of float64."""
    return np.dtype(float) if "np.rint(" in kernel.source else np.dtype(dtype)
