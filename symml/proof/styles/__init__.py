"""The styles in which one and the same computation of a derivative is told."""

from __future__ import annotations

from collections.abc import Callable

from symml.errors import SymmlError
from symml.proof.passes import Pass
from symml.proof.step import Step
from symml.proof.styles.backpropagation import backpropagation
from symml.proof.styles.differentials import differentials
from symml.proof.styles.entrywise import entrywise
from symml.proof.styles.rewriting import is_readable

STYLES: dict[str, Callable[[Pass, bool], list[Step]]] = {
    "backprop": backpropagation,
    "differentials": differentials,
    "index": entrywise,
}
DETAILS = ("brief", "full")


def check_style(style: str, detail: str) -> None:
    """Refuses a style or a level of detail that there is not.

    Raises:
        SymmlError: There is none of this name.
    """
    if style not in STYLES:
        raise SymmlError(f"there is no style {style!r} of steps", cure=f"use one of: {', '.join(STYLES)}")
    if detail not in DETAILS:
        raise SymmlError(f"steps are not told {detail!r}", cure=f"use one of: {', '.join(DETAILS)}")


def without_repeats(steps: list[Step]) -> list[Step]:
    """The steps without a line that says what the line above it says."""
    kept = steps[:1]
    for step in steps[1:]:
        if step.left != kept[-1].left or not says_the_same(step, kept[-1]):
            kept.append(step)
    return kept


def says_the_same(step: Step, other: Step) -> bool:
    """Whether two lines about one thing read the same; what is too large to be read is compared as an expression."""
    if (step.entries is None) != (other.entries is None):
        return False
    if step.left and step.right is other.right:
        return True
    return is_readable(step.right, other.right) and step.text() == other.text()
