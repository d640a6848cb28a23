"""A finding as a report: the mistake in words, the corrected formula, and the line that it comes from."""

from __future__ import annotations

from collections.abc import Mapping

from symml.calculus.simplify import simplify
from symml.errors import SymmlError
from symml.expr.nodes import Expr
from symml.expr.walk import topological
from symml.proof.diagnosis.case import Case
from symml.proof.diagnosis.suspects import Suspect
from symml.proof.verdict import Diagnosis
from symml.read.places import SourcePlace
from symml.render.formula import formula

Origins = Mapping[Expr, SourcePlace]


def diagnosis_of(
    case: Case, suspect: Suspect, confirmed: str, also: tuple[str, ...], origins: Origins | None
) -> Diagnosis:
    """The report of a confirmed hypothesis."""
    fix, latex, code = _fix(case, suspect)
    site = case.claim if suspect.site is None else suspect.site
    place = _place(site, case.claim, origins or {})
    return Diagnosis(suspect.kind, fix, suspect.said(), latex, code, place, confirmed, also)


def _fix(case: Case, suspect: Suspect) -> tuple[str, str, str]:
    """The corrected formula as text, LaTeX and code: the shortest form of the mended claim and of the truth."""
    options = [simplify(suspect.candidate), suspect.candidate] if suspect.mends else []
    found: list[tuple[str, str, str]] = []
    for expr in dict.fromkeys((*options, simplify(case.truth), case.truth)):
        try:
            shown = formula(expr)
            found.append((shown.text(), shown.latex(), shown.code()))
        except SymmlError:
            continue
    return min(found, key=lambda views: len(views[0])) if found else ("", "", "")


def _place(site: Expr, claim: Expr, origins: Origins) -> SourcePlace | None:
    """Where a node was made: its own place, else that of the smallest node around it."""
    if site in origins:
        return origins[site]
    inside = {site}
    for node in topological(claim):
        if any(arg in inside for arg in node.args):
            inside.add(node)
            if node in origins:
                return origins[node]
    return origins.get(claim)
