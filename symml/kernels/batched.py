"""A kernel over leading axes: the same formula for every entry of a batch, results stacked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from symml.errors import ShapeError
from symml.expr.nodes import show_shape
from symml.kernels.binding import check_out

if TYPE_CHECKING:
    from symml.kernels.kernel import Kernel
    from symml.kernels.plan import Plan


class Batched:
    """A kernel whose arguments may have axes in front of the declared ones.

    The axes in front are broadcast against each other as NumPy does; an argument without them is the same for every
    entry. One plan is made for the shapes of an entry and writes each result into its place.

    Attributes:
        kernel: The kernel of one entry.
    """

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self._plans: dict[tuple[int, ...], Plan] = {}

    def __call__(self, /, *args: Any, out: Any = None, **kwargs: Any) -> Any:
        """The values, with the axes of the batch in front.

        Args:
            args: The first arguments in order.
            out: An array of the whole shape, or a tuple for several results; it must not share memory with arguments.
            kwargs: The other arguments by name.

        Raises:
            ShapeError: An argument has too few axes, the axes in front do not fit together, or the shapes of an entry
                contradict each other.
            SymmlError: An argument is missing, unknown or no array of numbers; ``out`` cannot be written.
        """
        given = self.kernel.binding.converted_all(args, kwargs)
        lead = {name: self._lead(name, value) for name, value in given.items()}
        batch = _broadcast(lead)
        arrays = self.kernel.shapes
        stacked = {
            name: np.broadcast_to(value, batch + np.shape(value)[len(lead[name]) :]) if name in arrays else value
            for name, value in given.items()
        }
        plan = self._plan({name: np.shape(value)[len(batch) :] for name, value in stacked.items()}, given)
        results = self._places(out, batch, plan)
        for place in np.ndindex(batch):
            self._one(plan, [v[place] if n in arrays else v for n, v in stacked.items()], results, place)
        return out if out is not None else results if len(results) > 1 else results[0]

    def _lead(self, name: str, value: Any) -> tuple[int, ...]:
        """The axes in front of an argument's own."""
        declared = self.kernel.shapes.get(name, ())
        count = np.ndim(value) - len(declared)
        if count < 0:
            raise ShapeError(
                f"{name} has shape {show_shape(np.shape(value))}; an entry is declared {show_shape(declared)}",
                cure="axes of the batch stand in front",
            )
        return tuple(np.shape(value)[:count]) if name in self.kernel.shapes else ()

    def _plan(self, shapes: Mapping[str, tuple[int, ...]], given: Mapping[str, Any]) -> Plan:
        extra = {name: given[name] for name in given if name not in self.kernel.shapes}
        own = {name: shape for name, shape in shapes.items() if name in self.kernel.shapes}
        sizes = self.kernel.binding.sizes_of_shapes(own, extra)
        key = tuple(sizes.values())
        if key not in self._plans:
            self._plans.clear()
            self._plans[key] = self.kernel.plan(sizes)
        return self._plans[key]

    def _places(self, out: Any, batch: tuple[int, ...], plan: Plan) -> tuple[Any, ...]:
        shapes = [batch + shape for shape in plan.results]
        return tuple(np.empty(shape) for shape in shapes) if out is None else check_out(out, shapes)

    def _one(self, plan: Plan, values: Sequence[Any], results: Sequence[Any], place: tuple[int, ...]) -> None:
        """One entry of the batch, written where it belongs."""
        outs = tuple(result[place] if shape else None for result, shape in zip(results, plan.results, strict=True))
        found = plan(*values, out=None if not any(plan.results) else outs if len(outs) > 1 else outs[0])
        for result, shape, value in zip(results, plan.results, found if len(outs) > 1 else (found,), strict=True):
            if not shape:
                result[place] = value


def _broadcast(lead: Mapping[str, tuple[int, ...]]) -> tuple[int, ...]:
    try:
        return np.broadcast_shapes(*lead.values())
    except ValueError:
        named = ", ".join(f"{name} {show_shape(shape)}" for name, shape in lead.items() if shape)
        raise ShapeError(f"the axes of the batch do not fit together: {named}") from None
