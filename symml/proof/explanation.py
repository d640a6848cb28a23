"""The worst of several verdicts, explained: the likely mistake in the formula, and where it stands in the source."""

from __future__ import annotations

from collections.abc import Sequence

from symml.proof.diagnosis.case import Case
from symml.proof.diagnosis.explain import explained
from symml.proof.source_repair import Runnable, mended, with_repair
from symml.proof.sources import Sides
from symml.proof.verdict import Verdict, weakest

_REPAIR_SECONDS, _FORMULA_SECONDS, _SHORT_SECONDS = 2.5, 3.0, 1.0


def worst(verdicts: Sequence[Verdict]) -> Verdict:
    """The worst verdict, with the notes of all."""
    found = weakest(verdicts)
    return found.with_notes(*(note for verdict in verdicts for note in verdict.notes))


def explain_worst(judged: Sequence[tuple[Verdict, Case]], read: Sides, runnable: Runnable | None) -> Verdict:
    """The worst verdict; a refutation with the likely mistake.

    Args:
        judged: For each array that was claimed the verdict, and the claim beside the truth.
        read: Where the claims come from.
        runnable: How the function is run whose source may be changed, if it is a function.
    """
    found = worst([verdict for verdict, _ in judged]).with_notes(*read.notes)
    if found.verdict not in ("refuted", "true_if"):
        return found
    case = next(case for verdict, case in judged if verdict.verdict == found.verdict)
    cases = [case for _, case in judged]
    repaired = None if runnable is None else mended(runnable, cases, read.declarations, _REPAIR_SECONDS)
    seconds = _FORMULA_SECONDS if repaired is None else _SHORT_SECONDS
    return with_repair(explained(found, case, origins=read.origins, seconds=seconds), repaired)
