"""The report as other programs read it: SARIF for code scanning, GitHub annotations, JUnit for test reports."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from symml.documents.report import CODES, HEADS, PASSED, WRONG, AuditReport, Finding

_LEVELS = {"E": "error", "W": "warning", "I": "note"}
_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def formatted(report: AuditReport, name: str) -> str:
    """The report in a format of ``FORMATS``."""
    return FORMATS[name](report)


def _concise(report: AuditReport) -> str:
    return "\n".join([*(finding.concise() for finding in report.reported), report.headline()])


def _json(report: AuditReport) -> str:
    return json.dumps({"schema": 1, "command": "audit", **report.to_json()}, indent=2, ensure_ascii=False)


def _sarif(report: AuditReport) -> str:
    rules = [{"id": code, "shortDescription": {"text": HEADS[status]}} for status, code in CODES.items()]
    driver = {"name": "symml", "rules": rules}
    runs = [{"tool": {"driver": driver}, "results": [_result(finding) for finding in _said(report)]}]
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": runs}, indent=2, ensure_ascii=False)


def _result(finding: Finding) -> dict[str, Any]:
    region = {"startLine": finding.line, "startColumn": finding.column}
    place = {"physicalLocation": {"artifactLocation": {"uri": finding.file}, "region": region}}
    level = _LEVELS[finding.code[0]]
    return {"ruleId": finding.code, "level": level, "message": {"text": _message(finding)}, "locations": [place]}


def _github(report: AuditReport) -> str:
    lines = []
    for finding in _said(report):
        command = _COMMANDS[_LEVELS[finding.code[0]]]
        text = _message(finding).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        place = f"file={finding.file},line={finding.line},col={finding.column},title={finding.code}"
        lines.append(f"::{command} {place}::{text}")
    return "\n".join(lines)


def _junit(report: AuditReport) -> str:
    claims = [finding for finding in report.findings if finding.verdict in (*PASSED, *CODES)]
    wrong = [finding for finding in claims if finding.verdict in WRONG]
    skipped = [finding for finding in claims if finding.code and finding not in wrong]
    suite = Element(
        "testsuite", name="symml audit", tests=str(len(claims)), failures=str(len(wrong)), skipped=str(len(skipped))
    )
    for finding in claims:
        name = f"line {finding.line}: {' '.join(finding.excerpt.split())}"
        case = SubElement(suite, "testcase", classname=finding.file, name=name)
        if finding.code:
            outcome = SubElement(case, "failure" if finding in wrong else "skipped", message=_message(finding))
            outcome.text = repr(finding)
    return tostring(suite, encoding="unicode")


def _said(report: AuditReport) -> list[Finding]:
    """What is worth an annotation: wrong and doubtful claims, and what could not be read."""
    return [finding for finding in report.findings if finding.code and finding.verdict != "equation"]


def _message(finding: Finding) -> str:
    found = finding.judgment
    fix = f" Instead: {found.fix}" if found.fix else ""
    return f"{HEADS[finding.verdict]}: {found.why}{fix}"


FORMATS: dict[str, Callable[[AuditReport], str]] = {
    "text": repr, "concise": _concise, "json": _json, "sarif": _sarif, "github": _github, "junit": _junit,
}  # fmt: skip
