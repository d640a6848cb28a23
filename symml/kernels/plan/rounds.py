"""Several loops over blocks of rows, where rows need sums over all rows: every loop adds up what the next one needs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from symml.kernels.plan.phases import adds_up, is_before, keeps_rows
from symml.kernels.plan.shapes import Form, summed_axes
from symml.kernels.plan.steps import Step, is_number

_CHEAP = frozenset({"add", "subtract", "multiply", "negative", "abs"})
_MOST_REPEATED = 2


@dataclass(frozen=True)
class Round:
    """One loop over blocks of rows.

    Attributes:
        before: The steps before it, which no row enters.
        inside: The steps on the rows of one block.
        sums: The targets of steps inside that add up over the blocks.
        kept: The targets of steps inside that later loops read.
    """

    before: list[Step]
    inside: list[Step]
    sums: frozenset[str]
    kept: frozenset[str]


def rounds(
    steps: Sequence[Step], known: Mapping[str, Form], results: Collection[str]
) -> tuple[list[Round], list[Step]] | None:
    """The loops and the steps after the last; ``None`` where a row depends on others in another way than by sums."""
    times = _times(steps, known)
    return None if times is None else _Rounds(steps, known, results, times).found()


@dataclass
class _Times:
    """The loop of each step on rows and of each sum; for other steps the loop before which they run."""

    at: dict[str, int]
    rows: set[str]
    sums: set[str]


def _times(steps: Sequence[Step], known: Mapping[str, Form]) -> _Times | None:
    found = _Times({}, set(), set())
    for step in steps:
        args = [arg for arg in step.args if not is_number(arg)]
        has_rows = any(known[arg].rows for arg in args)
        at = max((found.at.get(arg, 0) + (arg in found.sums) for arg in args), default=0)
        if has_rows and is_before(step):
            at = 0
        elif known[step.target].rows:
            if not has_rows or not keeps_rows(step, known):
                return None
            found.rows.add(step.target)
        elif has_rows:
            if not adds_up(step, known) and not _is_extreme(step, known):
                return None
            found.sums.add(step.target)
        found.at[step.target] = at
    return found


def _is_extreme(step: Step, known: Mapping[str, Form]) -> bool:
    """Whether a step is the largest or smallest entry over all rows, which is that of the blocks' own."""
    form = known[step.args[0]]
    along = len(form.rows) == 1 and form.straight and step.kind == "reduce" and step.what in ("maximum", "minimum")
    return along and form.rows[0] in summed_axes(step, len(form.shape))


class _Rounds:
    """Which steps each loop runs: what is cheap is computed again, all else is kept from the loop that had it first."""

    def __init__(
        self, steps: Sequence[Step], known: Mapping[str, Form], results: Collection[str], times: _Times
    ) -> None:
        self.steps, self.known, self.results, self.times = steps, known, results, times
        self.made = {step.target: step for step in steps}
        self.kept: set[str] = set()

    def found(self) -> tuple[list[Round], list[Step]]:
        at, inside = self.times.at, self.times.rows | self.times.sums
        count = 1 + max((at[name] for name in inside), default=0)
        chosen = {time: self._chosen(time) for time in reversed(range(count))}
        loops = [
            Round(
                [step for step in self.steps if step.target not in inside and at[step.target] == time],
                [step for step in self.steps if step.target in chosen[time]],
                frozenset(name for name in self.times.sums if at[name] == time),
                frozenset(name for name in self.kept if at[name] == time),
            )
            for time in range(count)
        ]
        return loops, [step for step in self.steps if step.target not in inside and at[step.target] == count]

    def _chosen(self, time: int) -> set[str]:
        """What the loop computes: its sums, results and what later loops read, and all that these need."""
        at = self.times.at
        wanted = [n for n in self.times.sums | (self.times.rows & {*self.results, *self.kept}) if at[n] == time]
        chosen: set[str] = set()
        while wanted:
            name = wanted.pop()
            if name in chosen:
                continue
            chosen.add(name)
            for arg in self.made[name].args:
                if arg in self.times.rows and (at[arg] == time or self._is_repeated(arg)):
                    wanted.append(arg)
                elif arg in self.times.rows:
                    self.kept.add(arg)
        return chosen

    def _is_repeated(self, name: str, most: int = _MOST_REPEATED) -> bool:
        """Whether a value costs little more than reading it: arithmetic on arguments, or a view."""
        step = self.made.get(name)
        if name in self.results or name in self.kept:
            return False
        if step is None or name not in self.times.rows or step.kind in ("view", "array", "scratch"):
            return True
        inner = [
            arg for arg in step.args if arg in self.times.rows and arg not in self.results and arg not in self.kept
        ]
        return most > 0 and step.what in _CHEAP and all(self._is_repeated(arg, most - 1) for arg in inner)
