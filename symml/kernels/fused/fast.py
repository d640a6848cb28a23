"""``Kernel.fast``: compiled loops that NumPy stands in for while numba compiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Thread
from typing import TYPE_CHECKING, Any

import numpy as np

from symml.errors import SymmlError
from symml.expr.dims import Size, dim_names
from symml.kernels.fused.build import Fusion
from symml.kernels.plan.job import Job
from symml.kernels.plan.plan import Plan

if TYPE_CHECKING:
    from symml.kernels.kernel import Kernel

_LONG, _SHORT = 8192, 64
_MOST_PLANS = 32


class Fast:
    """A kernel whose elementwise work, sums and products along rows are loops that numba compiles.

    Until they are compiled the NumPy kernel answers; afterwards results differ by a few units in the last place. Every
    combination of lengths has its plan, made when it is first met; the loops are the same.

    Attributes:
        source: The module for long arrays; it imports NumPy and numba.
    """

    def __init__(self, kernel: Kernel, *, cache: bool = True, wait: bool = False, threads: int | None = None) -> None:
        self._kernel, self._fusion = kernel, Fusion(cache, threads)
        sizes = _sample(kernel)
        self.source = self._fusion.outline(Job(kernel, sizes, np.dtype(float))).source
        self._plans: dict[tuple[int, ...], Plan] = {}
        self._last: Plan | None = None
        self._failure: BaseException | None = None
        self._thread = Thread(target=self._compile, args=(sizes,), daemon=True)
        self._thread.start()
        if wait:
            self.wait()

    @property
    def is_compiled(self) -> bool:
        """Whether numba answers already."""
        return self._last is not None

    def wait(self) -> Fast:
        """Returns once numba answers."""
        self._thread.join()
        if self._failure is not None:
            raise SymmlError(f"numba cannot compile {self._kernel.name}: {self._failure}") from self._failure
        return self

    def _compile(self, sizes: Mapping[str, int]) -> None:
        try:
            self._last = Plan(self._kernel, sizes, float, self._fusion)
        except BaseException as error:  # a failed compilation must not end a thread silently
            self._failure = error

    def __call__(self, /, *args: Any, out: Any = None, **kwargs: Any) -> Any:
        """The value at these arguments; see ``Kernel``."""
        last = self._last
        found = None if last is None else last.straight(args, kwargs, out)
        return self._planned(args, kwargs, out) if found is None else found

    def _planned(self, args: Sequence[Any], kwargs: Mapping[str, Any], out: Any) -> Any:
        """A call of the plan for these lengths, or of the NumPy kernel."""
        values = self._kernel.binding.values(args, kwargs)
        sizes = self._kernel.sizes_of(values)
        if self._last is None or 0 in sizes.values():
            return self._kernel(*args, out=out, **kwargs)
        key = tuple(sizes.values())
        if key not in self._plans:
            while len(self._plans) >= _MOST_PLANS:
                del self._plans[next(iter(self._plans))]
            self._plans[key] = Plan(self._kernel, sizes, float, self._fusion)
        self._last = self._plans[key]
        return self._last(*args, out=out, **kwargs)

    def __repr__(self) -> str:
        return self.source


def _sample(kernel: Kernel) -> dict[str, int]:
    """Lengths that stand for all: rows are many, columns few."""
    dims = [(axis, name) for shape in kernel.shapes.values() for axis, d in enumerate(shape) for name in dim_names(d)]
    inner = {name for axis, name in dims if axis > 0}
    plain = {d.terms[0][0] for s in kernel.shapes.values() for d in s if isinstance(d, Size) and len(d.terms) == 1}
    names = dict.fromkeys([name for _, name in dims] + [n for n in kernel.arguments if n not in kernel.shapes])
    tall = [name for name in names if name in plain - inner]
    return {name: (_LONG if name in tall else _SHORT) + k for k, name in enumerate(names)}
