"""An elementwise kernel as one loop: scalar statements, running sums, and what comes before and after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from symml.errors import SymmlError
from symml.kernels.plan.lower import steps_of
from symml.kernels.plan.shapes import Form, forms, summed_axes
from symml.kernels.plan.steps import NoSteps, Step, Steps, is_number

if TYPE_CHECKING:
    from symml.kernels.kernel import Kernel

_LENGTH = 7
_LOGIC = frozenset({"logical_and", "logical_or", "logical_not"})


class NotFusable(SymmlError):
    """The kernel is not one loop over the entries of its arrays."""


@dataclass
class Loop:
    """The parts of a fused kernel.

    Attributes:
        arrays: The arguments that are vectors.
        scalars: The arguments that are numbers.
        before: Statements that no entry enters: pairs of a name and code.
        inside: Statements for one entry, from names ``x_i`` of the entries of the arrays.
        sums: The running sums and the code of what one entry adds.
        after: Statements on the finished sums.
        outputs: For each result the code of an entry, or of the number.
        is_array: Whether each result is an array.
        used: The functions that the language does not have.
    """

    arrays: tuple[str, ...]
    scalars: tuple[str, ...]
    before: list[tuple[str, str]] = field(default_factory=list)
    inside: list[tuple[str, str, bool]] = field(default_factory=list)
    sums: list[tuple[str, str]] = field(default_factory=list)
    after: list[tuple[str, str]] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    is_array: list[bool] = field(default_factory=list)
    used: set[str] = field(default_factory=set)


Spelling = Mapping[str, Callable[..., str]]


def loop_of(kernel: Kernel, spelling: Spelling) -> Loop:
    """The kernel as one loop.

    Raises:
        NotFusable: An argument is a matrix, or a step is neither elementwise nor a sum of all entries.
    """
    found = _steps(kernel)
    ranks = {name: len(shape) for name, shape in kernel.shapes.items()}
    dims = {shape[0] for shape in kernel.shapes.values() if shape}
    if max(ranks.values(), default=0) != 1 or len(dims) != 1 or set(kernel.arguments) - set(kernel.shapes):
        raise _refusal(kernel, "its arguments are not vectors of one length and numbers")
    shapes = {name: (_LENGTH,) if rank else () for name, rank in ranks.items()}
    blocked = {name: (0,) for name, rank in ranks.items() if rank}
    known = forms(found.steps, shapes, (), blocked, _LENGTH)
    return _Fusing(kernel, found, known, spelling).loop()


def _steps(kernel: Kernel) -> Steps:
    try:
        return steps_of(kernel.source, kernel.name, {name: name for name in kernel.arguments})
    except NoSteps as error:
        raise _refusal(kernel, f"it has a statement of its own: {error}") from None


def _refusal(kernel: Kernel, why: str) -> NotFusable:
    cure = "use kernel.plan, which has BLAS and blocks of rows (on the command line: --sizes n=1000,d=32)"
    return NotFusable(f"{kernel.name} is not one loop over the entries of its arrays: {why}", cure=cure)


def number_of(step: Step) -> float:
    """The number that a NumPy function of numbers is."""
    function = getattr(np, step.what.partition("(")[0].removeprefix("np."))
    values = [getattr(np, arg[3:]) if arg.startswith("np.") else float(arg) for arg in step.args]
    return float(function(*values))


class _Fusing:
    def __init__(self, kernel: Kernel, found: Steps, known: Mapping[str, Form], spelling: Spelling) -> None:
        self.kernel, self.found, self.known, self.spelling = kernel, found, known, spelling
        vectors = tuple(name for name, shape in kernel.shapes.items() if shape)
        self.loop_ = Loop(vectors, tuple(name for name in kernel.arguments if name not in vectors))
        self.late: set[str] = set()
        self.codes: dict[str, str] = {name: f"{name}_i" for name in vectors}
        self.bases: dict[str, str] = {}

    def loop(self) -> Loop:
        for step in self.found.steps:
            self._step(step)
        for name in self.found.results:
            form = None if is_number(name) else self.known[name]
            self.loop_.is_array.append(form is not None and bool(form.shape))
            self.loop_.outputs.append(self._code(name, number=True))
        return self.loop_

    def _step(self, step: Step) -> None:
        form = self.known[step.target]
        if step.kind == "number" and ".shape" in step.what:
            self.codes[step.target] = "shape"
        elif step.kind == "number" and [self.codes.get(arg) for arg in step.args] == ["shape"]:
            self.codes[step.target] = "n"
        elif step.kind == "number" and all(map(is_number, step.args)):
            self.codes[step.target] = repr(number_of(step))
        elif step.kind in ("ufunc", "where"):
            self._elementwise(step, form)
        elif step.kind == "copy":
            self.codes[step.target] = self._code(step.args[0])
        elif step.kind == "reduce" and step.what == "add" and not form.shape and self._is_whole(step):
            self._sum(step, self._code(step.args[0], number=True))
        elif step.kind == "matmul" and not form.shape:
            left, right = (self._code(arg, number=True) for arg in step.args)
            self._sum(step, f"{left} * {right}")
        else:
            raise _refusal(self.kernel, f"a {step.kind} of {', '.join(step.args)}")

    def _is_whole(self, step: Step) -> bool:
        return summed_axes(step, len(self.known[step.args[0]].shape)) == (0,)

    def _sum(self, step: Step, code: str) -> None:
        self.loop_.sums.append((step.target, code))
        self.late.add(step.target)

    def _elementwise(self, step: Step, form: Form) -> None:
        name = "where" if step.kind == "where" else step.what
        if name not in self.spelling:
            raise _refusal(self.kernel, f"no scalar code for {name}")
        number = name not in _LOGIC
        args = [self._code(arg, number=number and not (name == "where" and k == 0)) for k, arg in enumerate(step.args)]
        self.loop_.used.add(name)
        code = self.spelling[name](*args)
        if form.shape:
            if any(arg in self.late for arg in step.args):
                raise _refusal(self.kernel, "an entry depends on a sum over all entries")
            self.loop_.inside.append((step.target, code, form.boolean))
        elif any(arg in self.late for arg in step.args):
            self.late.add(step.target)
            self.loop_.after.append((step.target, code))
        else:
            self.loop_.before.append((step.target, code))

    def _code(self, name: str, number: bool = False) -> str:
        if is_number(name):
            return self.spelling["constant"](name)
        code = self.codes.get(name, name)
        if number and name in self.known and self.known[name].boolean:
            return self.spelling["as_number"](code)
        return code
