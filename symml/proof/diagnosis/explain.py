"""A refuted verdict with its diagnosis; a claim that is right under another convention becomes ``convention``."""

from __future__ import annotations

from dataclasses import replace

from symml.errors import SymmlError
from symml.proof.diagnosis.case import Case
from symml.proof.diagnosis.diagnose import diagnose
from symml.proof.diagnosis.report import Origins
from symml.proof.verdict import Evidence, Verdict


def explained(refuted: Verdict, case: Case, *, origins: Origins | None = None, seconds: float = 3.0) -> Verdict:
    """The verdict with the likely mistake, where one is found in time.

    Args:
        refuted: The refutation.
        case: The claim beside the truth.
        origins: Where the claim's nodes were made in the user's source.
        seconds: The time after which no further hypothesis is tried.
    """
    try:
        found = diagnose(case, origins=origins, seconds=seconds)
    except (SymmlError, ArithmeticError, ValueError, MemoryError, RecursionError):
        # Candidates may be singular, huge or meaningless; the refutation stands without a diagnosis.
        return refuted
    if found is None:
        return refuted
    diagnosis, suspect = found
    if suspect.convention and refuted.verdict == "refuted":
        shown = f"{suspect.convention}: {diagnosis.confirmed}"
        reason = f"not the derivative in the declared variable and layout; right as {suspect.convention}"
        evidence = (*refuted.evidence, Evidence("convention", shown))
        return replace(refuted, verdict="convention", reason=reason, evidence=evidence, diagnosis=diagnosis)
    return replace(refuted, diagnosis=diagnosis)
