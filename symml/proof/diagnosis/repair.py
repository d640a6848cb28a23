"""The mistake in the user's own source: the program is run with one small change after another until it is right.

Runs are on floats, so that loops, buffers and views cost nothing to follow; what mends the program at a few points is
then decided like any other claim.
"""

from __future__ import annotations

import ast
import contextlib
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import numpy as np

from symml.proof.diagnosis import source_names
from symml.proof.diagnosis.case import close
from symml.proof.diagnosis.source_edits import Edit, edits_in_place
from symml.proof.diagnosis.source_names import Pool, pool_of
from symml.proof.verdict import Verdict
from symml.read.deadline import OutOfTime, at_most
from symml.read.editing import Editable, Site, functions_of

_MAX_HITS, _SECOND = 3, 40
_SAME, _RUN_SECONDS = 1e-7, 0.25
Function = Callable[..., Any]


@dataclass(frozen=True)
class Program:
    """A gradient that can be run on numbers, beside the truth.

    Attributes:
        function: The function whose source may be changed.
        run: Runs a function in its place at one of the points, and gives the arrays that it returns.
        truths: The right arrays at each point; the program is wrong at the first.
        fixed: What the loss is computed by: it is right by definition.
        shapes: The declared shapes of the arguments.
        confirm: The verdict on a changed function.
    """

    function: Function
    run: Callable[[Function, int], Sequence[Any]]
    truths: Sequence[Sequence[Any]]
    fixed: Sequence[tuple[Function, Callable[[Function], Any]]]
    shapes: dict[str, Any]
    confirm: Callable[[Function], Verdict]


@dataclass(frozen=True)
class Repair:
    """A change that mends the program.

    Attributes:
        edits: The change, or two.
        verdict: The verdict on the changed program.
    """

    edits: tuple[Edit, ...]
    verdict: Verdict

    @property
    def lines(self) -> tuple[str, ...]:
        """The changed statements, one line each."""
        return tuple(edit.site.text_with(edit.node) for edit in self.edits)


def repair(program: Program, seconds: float) -> Repair | None:
    """The first small change that mends a program, or two changes; ``None`` when none is found in time."""
    search = _Search(program, monotonic() + seconds)
    try:
        with np.errstate(all="ignore"), contextlib.redirect_stdout(io.StringIO()):
            return search.found()
    except (RecursionError, OSError):
        return None


@dataclass
class _Search:
    program: Program
    deadline: float
    pools: dict[Any, Pool] = field(default_factory=dict)
    better: list[Edit] = field(default_factory=list)
    parallel: list[Edit] = field(default_factory=list)

    def found(self) -> Repair | None:
        """One change after another in the order of the tiers; then pairs."""
        program = self.program
        try:
            fixed = [helper for function, run in program.fixed for helper in functions_of(function, run)]
            self.editable = Editable(program.function, lambda f: program.run(f, 0), fixed)
        except Exception:  # the user's code may raise anything
            return None
        self.sites = self._ordered(self.editable.sites)
        start = self._outputs(program.function, 0)
        wanted = program.truths[0]
        failed = [False] * len(wanted)
        self.right = failed if start is None else [_equal(a, b) for a, b in zip(start, wanted, strict=True)]
        if all(self.right):
            return None
        return self._first(()) or self._second()

    def _ordered(self, sites: list[Site]) -> list[Site]:
        """Later statements first, as closer to the result; last what the loss computes in the same words."""
        known = {ast.dump(node) for pair in self.program.fixed for node in _statements(*pair)}
        scopes = list(dict.fromkeys(site.scope for site in sites))
        return sorted(
            sites,
            key=lambda site: (ast.dump(site.statement) in known, scopes.index(site.scope), -site.statement.lineno),
        )

    # ---- tiers -------------------------------------------------------------------------------------------------------
    def _tiers(self) -> Iterator[Iterator[Edit]]:
        yield (edit for site in self.sites for edit in edits_in_place(site))
        for rule in (
            source_names.other_slopes,
            source_names.scalings,
            source_names.other_names,
            source_names.powers,
            source_names.factors,
            source_names.terms,
        ):
            yield (edit for site in self.sites for edit in rule(site, self._pool(site)))

    def _pool(self, site: Site) -> Pool:
        if site.scope not in self.pools:
            self.pools[site.scope] = pool_of(site.scope, self.program.shapes)
        return self.pools[site.scope]

    def _first(self, before: tuple[Edit, ...]) -> Repair | None:
        tried = 0
        for tier in self._tiers():
            for edit in tier:
                if monotonic() > self.deadline or tried >= _MAX_HITS:
                    return None
                if any(edit.site is other.site for other in before):
                    continue
                if self._mends((*before, edit)):
                    tried += 1
                    done = self._confirmed((*before, edit))
                    if done is not None:
                        return done
        return None

    def _second(self) -> Repair | None:
        """A second change on top of one that made some of the arrays right, or all of them up to a factor."""
        better, parallel = self.better[:_SECOND], self.parallel[:_SECOND]
        for first in better:
            done = self._first((first,))
            if done is not None or monotonic() > self.deadline:
                return done
        for first in parallel:
            for site in self.sites:
                for edit in source_names.scalings(site, self._pool(site)):
                    if monotonic() > self.deadline:
                        return None
                    if edit.site is not first.site and self._mends((first, edit)):
                        return self._confirmed((first, edit))
        return None

    # ---- one change --------------------------------------------------------------------------------------------------
    def _outputs(self, function: Function | None, point: int) -> Sequence[Any] | None:
        if function is None:
            return None
        try:
            with at_most(_RUN_SECONDS, self.editable.files):
                found = [_real(part) for part in self.program.run(function, point)]
        except (Exception, OutOfTime):  # a changed program may fail in any way, or not end
            return None
        wanted = self.program.truths[point]
        fits = len(found) == len(wanted) and all(a.shape == b.shape for a, b in zip(found, wanted, strict=True))
        return found if fits else None

    def _mends(self, edits: tuple[Edit, ...]) -> bool:
        function = self.editable.edited([(edit.site, edit.node) for edit in edits])
        found = self._outputs(function, 0)
        if found is None:
            return False
        equal = [_equal(a, b) for a, b in zip(found, self.program.truths[0], strict=True)]
        if not all(equal):
            self._note(edits, found, equal)
            return False
        others = range(1, len(self.program.truths))
        return all(
            (more := self._outputs(function, k)) is not None
            and all(_equal(a, b) for a, b in zip(more, self.program.truths[k], strict=True))
            for k in others
        )

    def _note(self, edits: tuple[Edit, ...], found: Sequence[Any], equal: list[bool]) -> None:
        """Remembers a change that does half of the work."""
        if len(edits) != 1:
            return
        if any(equal) and sum(equal) > sum(self.right):
            self.better.append(edits[0])
        elif all(_is_parallel(a, b) for a, b in zip(found, self.program.truths[0], strict=True)):
            self.parallel.append(edits[0])

    def _confirmed(self, edits: tuple[Edit, ...]) -> Repair | None:
        function = self.editable.edited([(edit.site, edit.node) for edit in edits])
        if function is None:
            return None
        verdict = self.program.confirm(function)
        return Repair(edits, verdict) if verdict.verdict in _GOOD else None


_GOOD = ("proved", "proved_randomized", "certified", "agrees")


def _statements(function: Function, run: Callable[[Function], Any]) -> Iterator[ast.stmt]:
    yield from {id(site.statement): site.statement for site in Editable(function, run).sites}.values()


def _real(part: Any) -> Any:
    array = np.asarray(part)
    if array.dtype.kind == "c":
        raise ValueError("a complex result")
    return np.asarray(array, dtype=float)


def _equal(a: Any, b: Any) -> bool:
    return bool(np.all(np.isfinite(a))) and (close(a, b) or bool(np.allclose(a, b, rtol=_SAME, atol=1e-12)))


def _is_parallel(a: Any, b: Any) -> bool:
    """Whether one array is a number times the other."""
    where = np.abs(b) > 1e-9 * np.max(np.abs(b), initial=0.0)
    if not np.any(where) or not np.all(np.isfinite(a)):
        return False
    ratio = float(a[where].flat[0] / b[where].flat[0])
    return ratio != 0 and bool(np.allclose(a, ratio * b, rtol=1e-9, atol=1e-12))
