"""A kernel over leading axes: the same formula for every entry of a batch, results stacked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from symml.errors import ShapeError
from symml.expr.nodes import show_shape
from symml.kernels.binding import check_out
from symml.kernels.plan.lower import steps_of
from symml.kernels.plan.steps import NoSteps, is_number

if TYPE_CHECKING:
    from symml.kernels.kernel import Kernel
    from symml.kernels.plan import Plan


class Batched:
    """A kernel whose arguments may have axes in front of the declared ones.

    The axes in front are broadcast against each other as NumPy does; an argument without them is the same for every
    entry. What is elementwise is computed at once; for all else one plan is made for the shapes of an entry and writes
    each result into its place.

    Attributes:
        kernel: The kernel of one entry.
    """

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self._plans: dict[tuple[int, ...], Plan] = {}
        self._rank = _elementwise_rank(kernel)

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
        if self._rank is not None and batch:
            self._at_once({name: given[name] for name in given}, lead, results)
        else:
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

    def _at_once(self, given: Mapping[str, Any], lead: Mapping[str, tuple[int, ...]], results: Sequence[Any]) -> None:
        """All entries in one call, numbers of an entry stretched to its shape."""
        values = []
        for name, value in given.items():
            missing = (self._rank or 0) - (np.ndim(value) - len(lead[name]))
            values.append(value.reshape(value.shape + (1,) * missing) if lead[name] and missing else value)
        found = self.kernel.call_arrays(values)
        for result, value in zip(results, found if len(results) > 1 else (found,), strict=True):
            result[...] = value

    def _one(self, plan: Plan, values: Sequence[Any], results: Sequence[Any], place: tuple[int, ...]) -> None:
        """One entry of the batch, written where it belongs."""
        outs = tuple(result[place] if shape else None for result, shape in zip(results, plan.results, strict=True))
        found = plan(*values, out=None if not any(plan.results) else outs if len(outs) > 1 else outs[0])
        for result, shape, value in zip(results, plan.results, found if len(outs) > 1 else (found,), strict=True):
            if not shape:
                result[place] = value


def _elementwise_rank(kernel: Kernel) -> int | None:
    """The number of axes of an entry where all of the kernel is elementwise; ``None`` where it is not."""
    shapes = {shape for shape in kernel.shapes.values() if shape}
    alike = len(shapes) <= 1 and all(root.shape in (shapes or {()}) for root in kernel.expressions)
    if not alike or len(kernel.shapes) < len(kernel.arguments):
        return None
    try:
        found = steps_of(kernel.source, kernel.name, {name: name for name in kernel.arguments})
    except NoSteps:
        return None
    plain = all(step.kind in ("ufunc", "where") for step in found.steps) and not any(map(is_number, found.results))
    return len(next(iter(shapes), ())) if plain and set(found.results).isdisjoint(kernel.arguments) else None


def _broadcast(lead: Mapping[str, tuple[int, ...]]) -> tuple[int, ...]:
    try:
        return np.broadcast_shapes(*lead.values())
    except ValueError:
        named = ", ".join(f"{name} {show_shape(shape)}" for name, shape in lead.items() if shape)
        raise ShapeError(f"the axes of the batch do not fit together: {named}") from None
