"""A step of a derivation: a reason and a checkable claim."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from symml.expr.nodes import Expr
from symml.proof.verify import verify
from symml.render import latex, text

if TYPE_CHECKING:
    from symml.proof.verdict import Verdict


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
    """

    reason: str
    before: Expr
    after: Expr
    left: tuple[str, ...] = ()
    condition: str = ""
    shown: Expr | None = None

    @property
    def _right(self) -> Expr:
        return self.after if self.shown is None else self.shown

    @cached_property
    def verdict(self) -> Verdict:
        """Whether ``before = after``, decided for this step alone."""
        return verify(self.before, self.after)

    def latex(self) -> str:
        """The line in LaTeX, without the reason."""
        left = _left_latex(self.left) if self.left else latex.latex(self.before)
        return f"{left} = {latex.latex(self._right)}"

    def text(self) -> str:
        """The line as Unicode text, without the reason."""
        left = _left_text(self.left) if self.left else text.show(self.before)
        return f"{left} = {text.show(self._right)}"

    def to_json(self) -> dict[str, Any]:
        """The step as plain data."""
        row = {"reason": self.reason, "before": text.show(self.before), "after": text.show(self.after)}
        row |= {"latex": self.latex(), "text": self.text()}
        return row | ({"condition": self.condition} if self.condition else {})

    def __repr__(self) -> str:
        note = f"   where {self.condition}" if self.condition else ""
        return f"{self.text()}   [{self.reason}]{note}"


def _left_latex(left: tuple[str, ...]) -> str:
    """``L``, ``dL/dw``, or ``u_bar = dL/du``: an adjoint is named where it is found."""
    whole, *names = [latex.name(part) for part in left]
    if not names:
        return whole
    return " = ".join([*names[1:], rf"\frac{{\partial {whole}}}{{\partial {names[0]}}}"])


def _left_text(left: tuple[str, ...]) -> str:
    whole, *names = [text.name(part) for part in left]
    return " = ".join([*names[1:], f"∂{whole}/∂{names[0]}"]) if names else whole
