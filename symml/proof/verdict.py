"""What was decided about a claim, and exactly what was shown; the report is the repr."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from symml.calculus.sampling import Point
from symml.errors import SymmlError
from symml.read.places import SourcePlace

HEADLINES = {
    "proved": "proved",
    "proved_randomized": "proved by a randomized test",
    "certified": "certified at points",
    "convention": "right under another convention",
    "true_if": "true under an extra assumption",
    "refuted": "refuted",
    "ambiguous": "ambiguous",
    "not_understood": "not decided",
    "agrees": "agrees with differences",
    "disagrees": "disagrees with differences",
    "undecided": "not decided by differences",
}


# From the best to the worst.
RANK = (
    "proved", "proved_randomized", "certified", "agrees", "convention", "true_if", "ambiguous", "undecided",
    "not_understood", "disagrees", "refuted",
)  # fmt: skip
# What counts as passed.
PASSED = ("proved", "proved_randomized", "certified", "convention", "agrees")
# A formula longer than this is no help beside the corrected line.
_LONG = 160


@dataclass(frozen=True)
class Evidence:
    """One thing that was shown.

    Attributes:
        stage: The stage that showed it: shapes, definedness, normal form, finite fields, points, enclosure ...
        shown: What it showed, in words.
        details: The numbers behind it.
    """

    stage: str
    shown: str
    details: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The evidence as plain data."""
        return {"stage": self.stage, "shown": self.shown, **self.details}


@dataclass(frozen=True)
class Counterexample:
    """A point at which the two sides surely differ.

    Attributes:
        point: The sizes and the exact values.
        place: The entry at which they differ; empty for a scalar.
        left: The left side's value there.
        right: The right side's value there.
    """

    point: Point
    place: tuple[int, ...]
    left: str
    right: str

    def __str__(self) -> str:
        entry = f" in entry {list(self.place)}" if self.place else ""
        at = f"at {self.point}" if self.point.sizes or self.point.values else "everywhere"
        return f"{at}{entry}: left = {self.left}, right = {self.right}"

    def to_json(self) -> dict[str, Any]:
        """The counterexample as plain data."""
        return {**self.point.to_json(), "entry": list(self.place), "left": self.left, "right": self.right}


@dataclass(frozen=True)
class Diagnosis:
    """The likely mistake.

    Attributes:
        kind: What the mistake is called: sign, constant factor, transpose, missing term ...
        fix: The corrected formula as text.
        words: The mistake in words.
        latex: The corrected formula in LaTeX.
        code: The corrected formula as NumPy code.
        where: The place in the user's source that is to blame, for traced code.
        confirmed: How the hypothesis was confirmed.
        also: Other descriptions of the same mistake.
        rewrite: The corrected statements of the user's source.
    """

    kind: str
    fix: str
    words: str = ""
    latex: str = ""
    code: str = ""
    where: SourcePlace | None = None
    confirmed: str = ""
    also: tuple[str, ...] = ()
    rewrite: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The diagnosis as plain data."""
        return {
            "kind": self.kind,
            "words": self.words,
            "fix": self.fix,
            "latex": self.latex,
            "code": self.code,
            "where": self.where.to_json() if self.where else None,
            "confirmed": self.confirmed,
            "also": list(self.also),
            "rewrite": list(self.rewrite),
        }

    def lines(self) -> list[str]:
        """The diagnosis as lines of a report."""
        said = f": {self.words}" if self.words else ""
        lines = [f"  likely    {self.kind}{said}"]
        if self.where:
            first, *rest = self.where.lines()
            lines += [f"  where     {first}", *(f"            {line}" for line in rest)]
        lines += [f"  write     {line}" for line in self.rewrite]
        if self.fix and (not self.rewrite or len(self.fix) <= _LONG):
            lines.append(f"  instead   {self.fix}")
        return lines


@dataclass(frozen=True, repr=False)
class Verdict:
    """The decision on a claim.

    Attributes:
        verdict: proved, proved_randomized, certified, convention, true_if, refuted, ambiguous or not_understood; for
            code that can only be called: agrees, disagrees or undecided.
        statement: The claim as text.
        reason: Why, in one sentence.
        evidence: Everything that was shown.
        counterexample: A point at which the sides differ, for refutations.
        diagnosis: The likely mistake, for refutations.
        notes: Where a side has no value, ties, conditions.
        assumption: The extra assumption under which the claim was proved, for ``true_if``.
    """

    verdict: str
    statement: str
    reason: str
    evidence: tuple[Evidence, ...] = ()
    counterexample: Counterexample | None = None
    diagnosis: Diagnosis | None = None
    notes: tuple[str, ...] = ()
    assumption: str = ""

    def __post_init__(self) -> None:
        if self.verdict not in HEADLINES:
            raise ValueError(f"{self.verdict!r} is not a verdict")

    def __bool__(self) -> bool:
        raise SymmlError("a verdict is never a bare truth value", cure="compare .verdict with 'proved', 'refuted' ...")

    def with_notes(self, *notes: str) -> Verdict:
        """The same verdict with more notes."""
        return replace(self, notes=(*self.notes, *(n for n in notes if n not in self.notes)))

    def to_json(self) -> dict[str, Any]:
        """The verdict as plain data."""
        return {
            "schema": 1,
            "verdict": self.verdict,
            "statement": self.statement,
            "reason": self.reason,
            "evidence": [row.to_json() for row in self.evidence],
            "counterexample": self.counterexample.to_json() if self.counterexample else None,
            "diagnosis": self.diagnosis.to_json() if self.diagnosis else None,
            "notes": list(self.notes),
            "assumption": self.assumption,
        }

    def __repr__(self) -> str:
        head = HEADLINES[self.verdict].upper()
        if self.assumption:
            head += f": {self.assumption}"
        lines = [head, f"  claim     {self.statement}", f"  because   {self.reason}"]
        if self.counterexample:
            lines.append(f"  witness   {self.counterexample}")
        lines += [f"  shown     [{row.stage}] {row.shown}" for row in self.evidence]
        if self.diagnosis:
            lines += self.diagnosis.lines()
        lines += [f"  note      {note}" for note in self.notes]
        return "\n".join(lines)

    def _repr_markdown_(self) -> str:
        return "```\n" + repr(self) + "\n```"


def weakest(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict on a chain: that on its weakest link."""
    return max(verdicts, key=lambda found: RANK.index(found.verdict))
