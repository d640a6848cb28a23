"""Steps grouped into regions: what one loop over the rows can compute, between steps that NumPy and BLAS compute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

from symml.kernels.fused.numba_code import SPELLING
from symml.kernels.plan.shapes import Form, summed_axes
from symml.kernels.plan.steps import Step, Steps, is_number

_CHEAP = frozenset({"add", "subtract", "multiply", "negative", "abs"})
_SMALL = 4096
_COLUMN = "{}[:, None]"
_PICK, _ROWS = "{}[{}, {}]", "{}[{}]"


@dataclass(frozen=True)
class Region:
    """Steps that one loop over the rows computes.

    Attributes:
        steps: The steps in order.
        outputs: What others need of it.
    """

    steps: tuple[Step, ...]
    outputs: tuple[str, ...]


def kind(form: Form) -> str:
    """``matrix`` (n, k), ``row`` (n,) or (n, 1), ``table`` (k,) or (1, k), ``number``, or ``other``."""
    if not form.shape:
        return "number"
    if form.rows == (0,) and form.straight:
        if len(form.shape) == 1 or form.shape[1:] == (1,):
            return "row"
        return "matrix" if len(form.shape) == 2 else "other"
    plain = not form.rows and (len(form.shape) == 1 or (len(form.shape) == 2 and form.shape[0] == 1))
    return "table" if plain and not form.boolean else "other"


class Grouping:
    """Which steps are fused, and when each step runs.

    A step that is fused runs at an even time, all others at odd times; a sum over all rows is known one region later.
    """

    def __init__(self, found: Steps, known: Mapping[str, Form]) -> None:
        self.found, self.known = found, known
        self.made = {step.target: step for step in found.steps}
        self.chosen = {step.target for step in found.steps if step.kind == "call" and step.what == _ROWS}
        self.fused = {step.target for step in found.steps if self._is_fusable(step)}
        self._keep_what_is_worth_it()
        self.times: dict[str, int] = {}
        for step in found.steps:
            self.times[step.target] = self._time(step)

    # ---- what can be fused -------------------------------------------------------------------------------------------
    def kind(self, name: str) -> str:
        """The kind of a value; views and calls may lie in memory in any order."""
        if is_number(name):
            return "number"
        step, found = self.made.get(name), kind(self.known[name])
        loose = step is not None and ((step.kind == "view" and step.what != _COLUMN) or step.kind == "call")
        return "other" if loose and name not in self.chosen and found == "matrix" else found

    def _is_fusable(self, step: Step) -> bool:
        own, kinds = self.kind(step.target), [self.kind(arg) for arg in step.args]
        if step.kind in ("ufunc", "where"):
            name = "where" if step.kind == "where" else step.what
            allowed = {"matrix": ("matrix", "row", "table", "number"), "row": ("row", "number")}.get(own, ())
            return name in SPELLING and set(kinds) <= set(allowed) and self._is_aligned(step, own)
        if step.kind == "view":
            return step.what == _COLUMN and kinds[0] == own == "row"
        if step.kind == "reduce":
            return self._is_reduction(step, own, kinds[0])
        if step.kind == "vecdot":
            return kinds == ["matrix", "matrix"] and own == "row"
        if step.kind == "matmul":
            if self._is_for_blas(step, kinds):
                return False
            flat = all(len(self.known[arg].shape) < 3 - (k == "row") for arg, k in zip(step.args, kinds, strict=True))
            return flat and tuple(kinds) in (("matrix", "table"), ("row", "matrix"), ("row", "row")) and own != "other"
        return self._is_choice(step, own, kinds)

    def _is_aligned(self, step: Step, own: str) -> bool:
        """Whether no vector along the rows is stretched along the columns."""
        shapes = [() if is_number(arg) else self.known[arg].shape for arg in step.args]
        ranks = {len(shape) for shape, arg in zip(shapes, step.args, strict=True) if self.kind(arg) == "row"}
        return ranks <= ({2} if own == "matrix" else {len(self.known[step.target].shape)})

    def _is_reduction(self, step: Step, own: str, inner: str) -> bool:
        if self.known[step.args[0]].boolean:
            return False
        axes = summed_axes(step, len(self.known[step.args[0]].shape))
        if inner == "matrix" and axes == (1,):
            return step.what in ("add", "maximum", "minimum") and own == "row"
        whole = own == "number" and inner in ("matrix", "row")
        return step.what == "add" and (whole or (inner == "matrix" and axes == (0,) and not step.keep))

    def _is_choice(self, step: Step, own: str, kinds: Sequence[str]) -> bool:
        """An entry of each row by its label, or the rows of an identity matrix by labels."""
        if step.kind != "call":
            return False
        if step.what == _PICK:
            return own == "row" and kinds[0] == "matrix" and self._fixed(step.args[1]) == "np.arange"
        return step.what == _ROWS and own == "matrix" and self._fixed(step.args[0]) == "np.eye" and kinds[1] == "row"

    def _is_for_blas(self, step: Step, kinds: Sequence[str]) -> bool:
        """Whether the product reads a matrix that lies in memory and is large enough for a call of its own."""
        matrix = next((arg for arg, k in zip(step.args, kinds, strict=True) if k == "matrix"), None)
        if matrix is None:
            return False
        made = self.made.get(matrix)
        return (made is None or made.kind in ("matmul", "view", "call")) and prod(self.known[matrix].shape) > _SMALL

    def _fixed(self, name: str) -> str:
        step = self.made.get(name)
        return step.what.partition("(")[0] if step is not None and step.kind == "array" else ""

    def _keep_what_is_worth_it(self) -> None:
        """A single view, or a product that BLAS would do as well, is no region of its own."""
        work = [s for s in self.found.steps if s.target in self.fused and s.kind not in ("view", "matmul")]
        if not work:
            self.fused.clear()

    # ---- when it runs ------------------------------------------------------------------------------------------------
    def is_late(self, name: str) -> bool:
        """Whether a fused value is a sum over all rows."""
        return name in self.fused and self.kind(name) in ("table", "number")

    def _time(self, step: Step) -> int:
        args = [arg for arg in step.args if arg in self.made]
        if step.target in self.fused:
            later = {True: 2, False: 0}
            times = [self.times[a] + (later[self.is_late(a)] if a in self.fused else 1) for a in args]
            return max(times, default=0)
        return max([self.times[a] + (1 if a in self.fused else 0) for a in args], default=-1)

    def items(self) -> list[Step | Region]:
        """Steps and regions in the order in which they run."""
        times = sorted(set(self.times.values()))
        inside = {time: self._inside(time) for time in times if time % 2 == 0}
        found: list[Step | Region] = []
        for time in times:
            if time % 2:
                found += [step for step in self.found.steps if self.times[step.target] == time]
            else:
                outputs = [s.target for s in inside[time] if self._is_needed(s.target, time, inside)]
                found.append(Region(tuple(inside[time]), tuple(outputs)))
        return found

    def _inside(self, time: int) -> list[Step]:
        """The steps of one time, and those of earlier regions that are cheaper to compute again than to read."""
        own = {step.target for step in self.found.steps if self.times[step.target] == time}
        wanted = list(own)
        while wanted:
            for name in self.made[wanted.pop()].args:
                if name in self.fused and name not in own and self._is_recomputed(name):
                    own.add(name)
                    wanted.append(name)
        return [step for step in self.found.steps if step.target in own]

    def _is_needed(self, name: str, time: int, inside: Mapping[int, Sequence[Step]]) -> bool:
        """Whether another step or region, or the caller, needs a value of a region."""
        if self.times[name] != time:
            return False
        if name in self.found.results:
            return True
        if any(name in step.args for step in self.found.steps if step.target not in self.fused):
            return True
        others = [steps for other, steps in inside.items() if other != time]
        return any(name in step.args for steps in others if name not in {s.target for s in steps} for step in steps)

    def _is_recomputed(self, name: str) -> bool:
        """Whether a later region computes a value again: arithmetic on what is in memory anyway."""
        return self.kind(name) == "matrix" and self._is_cheap(name, 3)

    def _is_cheap(self, name: str, depth: int) -> bool:
        step = self.made.get(name)
        if step is None or name not in self.fused or self.kind(name) != "matrix":
            return True
        return (
            depth > 0 and step.what in _CHEAP and all(is_number(a) or self._is_cheap(a, depth - 1) for a in step.args)
        )
