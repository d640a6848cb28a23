"""The report of an audit: findings with their places, and how much of the documents was understood."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from symml.documents.judge import Judgment
from symml.proof.verdict import PASSED as PASSED

WRONG = ("refuted", "disagrees")
DOUBTFUL = ("true_if", "ambiguous", "undecided")
# The code of every status, in the style of a linter: E is wrong, W is doubtful, I says something.
CODES = {
    "refuted": "E101", "disagrees": "E102", "true_if": "W201", "ambiguous": "W202", "undecided": "W203",
    "not_understood": "I301", "undefined": "I302", "too_slow": "I303", "equation": "I304",
    "failed": "I305",
}  # fmt: skip
HEADS = {
    "refuted": "refuted", "disagrees": "disagrees with differences", "true_if": "true under an extra assumption",
    "ambiguous": "ambiguous", "undecided": "not decided", "not_understood": "not understood",
    "undefined": "understood, but it speaks of something that is not defined", "too_slow": "stopped by the limits",
    "failed": "symml failed here: please report it",
    "equation": "an equation or condition, not a claim",
}  # fmt: skip
_SHOWN = 100


@dataclass(frozen=True, repr=False)
class Finding:
    """What was found at one place.

    Attributes:
        file: The document.
        line: The line, from 1.
        column: The column, from 1.
        excerpt: The formula as it is written.
        judgment: What is to be made of it.
    """

    file: str
    line: int
    column: int
    excerpt: str
    judgment: Judgment

    @property
    def verdict(self) -> str:
        """A verdict, or definition, declaration, equation, expression, undefined, too_slow."""
        return self.judgment.status

    @property
    def code(self) -> str:
        """The code of what is reported, such as E101; empty for what holds or is only said."""
        return CODES.get(self.judgment.status, "")

    def to_json(self) -> dict[str, Any]:
        """The finding as plain data."""
        found = self.judgment
        return {
            "file": self.file, "line": self.line, "column": self.column, "excerpt": self.excerpt,
            "reading": found.reading, "assumed": found.assumed, "verdict": found.status, "code": self.code,
            "why": found.why, "fix": found.fix,
        }  # fmt: skip

    def concise(self) -> str:
        """One line, as linters write it."""
        why = f": {self.judgment.why}" if self.judgment.why else ""
        return f"{self.file}:{self.line}:{self.column}: {self.code} {HEADS.get(self.verdict, self.verdict)}{why}"

    def lines(self) -> Iterator[str]:
        """The finding as paragraphs of a report."""
        found = self.judgment
        yield f"{self.file}:{self.line}:{self.column}  {self.code}  {HEADS.get(self.verdict, self.verdict)}"
        rows = [("formula", _short(self.excerpt)), ("read as", found.reading), ("assumed", found.assumed)]
        rows += [("because", found.why), ("instead", found.fix)]
        yield from (f"  {name}  {value}" for name, value in rows if value)

    def __repr__(self) -> str:
        return "\n".join(self.lines())


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 3] + "..."


@dataclass(frozen=True, repr=False)
class AuditReport:
    """The findings of one or several documents, in order.

    Attributes:
        findings: One for every formula that was looked at.
    """

    findings: tuple[Finding, ...]

    @property
    def wrong(self) -> tuple[Finding, ...]:
        """The claims that are refuted."""
        return tuple(finding for finding in self.findings if finding.verdict in WRONG)

    @property
    def reported(self) -> tuple[Finding, ...]:
        """What the report lists: claims that are wrong or doubtful."""
        return tuple(finding for finding in self.findings if finding.verdict in (*WRONG, *DOUBTFUL))

    @property
    def unread(self) -> tuple[Finding, ...]:
        """What was not understood, is not defined, or took too long; it never counts as passed."""
        return tuple(f for f in self.findings if f.verdict in ("not_understood", "undefined", "too_slow", "failed"))

    def summary(self) -> dict[str, int]:
        """How many formulas there are of every verdict."""
        return dict(Counter(finding.verdict for finding in self.findings).most_common())

    def to_json(self) -> dict[str, Any]:
        """The report as plain data."""
        return {"summary": self.summary(), "findings": [finding.to_json() for finding in self.findings]}

    def headline(self) -> str:
        """The outcome in one line."""
        counts = Counter(finding.verdict for finding in self.findings)
        held = sum(counts[word] for word in PASSED)
        doubtful = sum(counts[word] for word in DOUBTFUL)
        parts = [f"{len(self.findings)} formulas", f"{held} hold", f"{len(self.wrong)} wrong"]
        parts += [f"{doubtful} doubtful"] if doubtful else []
        said = counts["definition"] + counts["declaration"] + counts["equation"] + counts["expression"]
        parts += [f"{said} define or say something", f"{len(self.unread)} not decided"]
        return ", ".join(parts)

    def __repr__(self) -> str:
        blocks = ["\n".join(finding.lines()) for finding in self.reported]
        return "\n\n".join([*blocks, self.headline()])

    def _repr_markdown_(self) -> str:
        return "```\n" + repr(self) + "\n```"
