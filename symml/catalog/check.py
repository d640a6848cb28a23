"""The verdict on an entry: every link decided on its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symml.proof.verdict import Evidence, Verdict
from symml.proof.verify import verify
from symml.render.text import text

if TYPE_CHECKING:
    from symml.catalog.declare import Entry

_RANK = ("proved", "proved_randomized", "certified", "convention", "true_if", "ambiguous", "not_understood", "refuted")


def verify_entry(entry: Entry) -> Verdict:
    """The weakest verdict among the links; for a pitfall the verdict on its false statement."""
    verdicts = [verify(link.left, link.right) for link in entry.links]
    worst = max(verdicts, key=lambda v: _RANK.index(v.verdict))
    if len(verdicts) == 1:
        return worst
    shown = tuple(
        Evidence(f"link {k}", f"[{link.reason}] {verdict.verdict}: {verdict.reason}")
        for k, (link, verdict) in enumerate(zip(entry.links, verdicts, strict=True), 1)
    )
    claim = f"{text(entry.lhs)} = {text(entry.rhs)}"
    return Verdict(worst.verdict, claim, worst.reason, shown, worst.counterexample, notes=worst.notes)
