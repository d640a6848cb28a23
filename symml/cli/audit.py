"""``symml audit``: the formulas of documents, judged."""

from __future__ import annotations

from pathlib import Path

import typer

from symml.cli.output import say
from symml.cli.progress import progress
from symml.documents.audit import judged, read
from symml.documents.formats import FORMATS, formatted
from symml.documents.report import AuditReport
from symml.errors import SymmlError


def run(
    documents: list[Path], shapes: str, style: str, seconds: float, every: bool, strict: bool, *, json: bool
) -> None:
    """Prints the report; exit code 1 when a claim is wrong, or with ``strict`` when one could not be decided."""
    style = "json" if json else style
    if style not in FORMATS:
        raise SymmlError(f"{style!r} is not a format", cure=f"use one of: {', '.join(FORMATS)}")
    found = read(*documents)
    with progress(sum(len(spans) for _, spans in found), "formulas") as advance:
        report = judged(found, shapes, seconds, advance)
    say(_listing(report) if every and style == "text" else formatted(report, style))
    if report.wrong or (strict and report.unread):
        raise typer.Exit(1)


def _listing(report: AuditReport) -> str:
    """Every formula with what was made of it, then the report."""
    rows = [
        f"{finding.file}:{finding.line}:{finding.column}  {finding.verdict}  {' '.join(finding.excerpt.split())[:80]}"
        for finding in report.findings
    ]
    return "\n".join([*rows, "", repr(report)])
