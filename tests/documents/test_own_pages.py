"""The project's own pages, audited."""

from __future__ import annotations

from pathlib import Path

from symml.documents.audit import audit

ROOT = Path(__file__).parents[2]


def test_no_formula_of_our_own_pages_is_wrong() -> None:
    report = audit(ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "docs")
    assert not report.wrong, report
    assert len(report.findings) > 30
