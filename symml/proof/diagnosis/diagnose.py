"""Stage 7: the likely mistake behind a refuted claim, found by trying hypotheses and confirming the survivor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any

import numpy as np

from symml.calculus.normal import prove_equal
from symml.calculus.sampling import generic_points
from symml.errors import SymmlError
from symml.expr.arithmetic import times
from symml.expr.nodes import Expr
from symml.expr.walk import topological
from symml.proof.diagnosis.case import Case, close, draw_samples
from symml.proof.diagnosis.factors import Factors
from symml.proof.diagnosis.formulas import edits_of_claim
from symml.proof.diagnosis.report import Origins, diagnosis_of
from symml.proof.diagnosis.rules import LAST_RULES, RULES
from symml.proof.diagnosis.suspects import Context, Suspect, parallel
from symml.proof.refute import compare
from symml.proof.verdict import Diagnosis

_CONFIRMING_POINTS = 6
_MAX_ALSO = 3
_PROOF_SECONDS = 1.0
_LOCATING_SECONDS = 0.7


@dataclass(frozen=True)
class Finding:
    """A hypothesis that holds.

    Attributes:
        suspect: The hypothesis.
        confirmed: How it was confirmed.
        also: Other descriptions of the same mistake.
    """

    suspect: Suspect
    confirmed: str
    also: tuple[str, ...] = ()


def diagnose(case: Case, *, origins: Origins | None = None, seconds: float = 3.0) -> tuple[Diagnosis, Suspect] | None:
    """The likely mistake, or ``None`` when no hypothesis holds (or none was tried in time).

    Args:
        case: The refuted claim beside the truth.
        origins: Where the nodes of the claim were made in the user's source.
        seconds: The time after which no further hypothesis is tried.
    """
    with np.errstate(all="ignore"):
        found = _Search(case, origins or {}, monotonic() + seconds).finding()
    return (
        None
        if found is None
        else (diagnosis_of(case, found.suspect, found.confirmed, found.also, origins), found.suspect)
    )


class _Search:
    """One pass over the table of hypotheses."""

    def __init__(self, case: Case, origins: Origins, deadline: float) -> None:
        self.case, self.origins, self.deadline = case, origins, deadline
        self.near: list[Suspect] = []

    def finding(self) -> Finding | None:
        samples = draw_samples(self.case)
        if samples is None:
            return None
        factors = Factors(samples, self.case.roots, self.case.numbers)
        context = Context(self.case, samples, factors, _groups(self.case.claim, self.origins))
        for rule in RULES:
            found = self._first(context, self._hits(context, rule(context)))
            if found is not None:
                return self._located(context, found)
        found = self._first(context, self._composed(context))
        for rule in LAST_RULES if found is None else ():
            found = found or self._first(context, self._hits(context, rule(context)))
        return found

    def _located(self, context: Context, found: Finding) -> Finding:
        """The finding with the node of the claim that is to blame, where mending one node mends the claim."""
        if found.suspect.site is not None or not self.origins or not context.same_shape:
            return found
        self.deadline = min(self.deadline, monotonic() + _LOCATING_SECONDS)
        for hit in self._hits(context, edits_of_claim(context)):
            return replace(found, suspect=replace(found.suspect, site=hit.site))
        return found

    def _first(self, context: Context, hits: Iterator[Suspect]) -> Finding | None:
        """The first hit that is confirmed, with other descriptions of it."""
        chosen: Suspect | None = None
        confirmed, also = "", list[str]()
        for hit in hits:
            if chosen is None:
                confirmed = self._confirm(hit)
                chosen = hit if confirmed else None
            elif hit.said() != chosen.said() and hit.said() not in also:
                also.append(hit.said())
            if len(also) >= _MAX_ALSO:
                break
        return None if chosen is None else Finding(chosen, confirmed, tuple(also))

    def _hits(self, context: Context, suspects: Iterator[Suspect]) -> Iterator[Suspect]:
        samples = context.samples
        targets = {mends: samples.first(self._target(mends)) for mends in (False, True)}
        for suspect in suspects:
            if monotonic() > self.deadline:
                return
            target, value = targets[suspect.mends], samples.first(suspect.candidate)
            if value is None or target is None or value.shape != target.shape:
                continue
            if close(value, target):
                if samples.equal(suspect.candidate, self._target(suspect.mends)):
                    yield suspect
            elif parallel(value, target):
                self.near.append(suspect)

    def _target(self, mends: bool) -> Expr:
        return self.case.truth if mends else self.case.claim

    def _composed(self, context: Context) -> Iterator[Suspect]:
        """Suspects that hold up to a factor: two mistakes at once."""
        for suspect in self.near:
            target = self._target(suspect.mends)
            values, wanted = context.samples.values(suspect.candidate), context.samples.values(target)
            if values is None or wanted is None:
                continue
            factor = context.factors.between(wanted, values)
            if factor is None or factor.kind in ("zero", "none"):
                continue
            needs = "needs" if suspect.mends else "has"
            yield replace(
                suspect,
                kind=f"{suspect.kind} and {factor.kind}",
                words=f"{suspect.said()}; and the whole {needs} the factor {factor.words}",
                candidate=times(factor.expr, suspect.candidate),
                convention="",
            )

    # ---- confirmation ------------------------------------------------------------------------------------------------
    def _confirm(self, suspect: Suspect) -> str:
        """How a hypothesis is confirmed, exactly and not in floats; empty when it is not."""
        target = self._target(suspect.mends)
        try:
            proof = prove_equal(suspect.candidate, target, seconds=_PROOF_SECONDS)
            if proof is not None:
                return f"proved: {proof}"
            return self._at_points(suspect.candidate, target)
        except (SymmlError, RecursionError):
            return ""

    def _at_points(self, candidate: Expr, target: Expr) -> str:
        agreeing = 0
        for point in generic_points([candidate, target], count=_CONFIRMING_POINTS, seed=5):
            outcome = compare(candidate, target, point).outcome
            if outcome == "differs":
                return ""
            agreeing += outcome == "agrees"
            if monotonic() > self.deadline + 1 and agreeing:
                break
        return f"agrees at {agreeing} exact points" if agreeing else ""


def _groups(claim: Expr, origins: Mapping[Expr, Any]) -> dict[Expr, frozenset[Expr]]:
    """For each node of the claim, the nodes of its type that the same place in the source made."""
    by_place: dict[tuple[Any, type], set[Expr]] = {}
    for node in topological(claim):
        if node in origins:
            by_place.setdefault((origins[node], type(node)), set()).add(node)
    return {node: frozenset(nodes) for nodes in by_place.values() for node in nodes}
