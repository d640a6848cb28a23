"""A step of a derivation: a reason and a checkable claim."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from symml.expr.nodes import Expr
from symml.proof.lines import Entries, left_side, right_side
from symml.proof.marks import marked_latex, underlined
from symml.proof.rules import notes_of
from symml.proof.verify import verify
from symml.render import latex, text
from symml.render.spelling import LATEX, TEXT

if TYPE_CHECKING:
    from symml.proof.verdict import Verdict

__all__ = ["Entries", "Step"]


@dataclass(frozen=True)
class Step:
    """One line of a derivation: ``before = after``, by ``reason``.

    Attributes:
        reason: The rule's name, from a closed vocabulary.
        before: The expression before the rule.
        after: The expression after it.
        left: What the line is about, when it is a name: ``L``; ``L, w`` for dL/dw; ``L, u_1, u_1_bar`` for dL/du_1 with
            the name it gets; empty for a rewrite.
        condition: What must hold of the values for both sides to agree; empty when they always do.
        shown: ``after`` as it is printed, when it is printed with the names of stages.
        changed: The parts of ``shown`` that the rule brought in.
        entries: The letters of the axes, for a line in index notation.
    """

    reason: str
    before: Expr
    after: Expr
    left: tuple[str, ...] = ()
    condition: str = ""
    shown: Expr | None = None
    changed: tuple[Expr, ...] = ()
    entries: Entries | None = None

    @property
    def right(self) -> Expr:
        """``after`` as it is printed."""
        return self.after if self.shown is None else self.shown

    @cached_property
    def verdict(self) -> Verdict:
        """Whether ``before = after``, decided for this step alone."""
        return verify(self.before, self.after)

    def latex(self, *, mark: bool = False) -> str:
        """The line in LaTeX, without the reason; ``mark`` puts what changed into a box."""
        left = left_side(self.left, self.entries, LATEX) if self.left else latex.latex(self.before)
        right = right_side(self.right, self.entries, LATEX)
        return f"{left} = {marked_latex(right, self.right, self.changed) if mark else right}"

    def text(self) -> str:
        """The line as Unicode text, without the reason."""
        return f"{self._text_left} = {right_side(self.right, self.entries, TEXT)}"

    @property
    def _text_left(self) -> str:
        return left_side(self.left, self.entries, TEXT) if self.left else text.show(self.before)

    def underline(self) -> str:
        """A line of carets that stands under what changed in ``text()``; empty where all is new."""
        if self.entries is not None or not self.changed:
            return ""
        right = right_side(self.right, None, TEXT)
        return underlined(f"{self._text_left} = ", right, self.changed)

    def to_json(self) -> dict[str, Any]:
        """The step as plain data."""
        row: dict[str, Any] = {"reason": self.reason, "before": text.show(self.before), "after": text.show(self.after)}
        row |= {"latex": self.latex(), "text": self.text(), "rules": [note.id for note in notes_of(self.reason)]}
        row["entries"] = [entry for note in notes_of(self.reason) for entry in note.entries]
        return row | ({"condition": self.condition} if self.condition else {})

    def __repr__(self) -> str:
        note = f"   where {self.condition}" if self.condition else ""
        return f"{self.text()}   [{self.reason}]{note}"
