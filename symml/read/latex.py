"""``read_latex`` and ``read_text``: mathematics as people write it, as an expression or a statement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from symml.errors import SymmlError
from symml.expr.nodes import Expr
from symml.read.declarations import Declarations, read_declarations
from symml.read.math.names import keys_of
from symml.read.math.reading import Reading, read, read_all
from symml.read.math.relation import Relation

Shapes = Declarations | str | Mapping[str, object] | None


def read_latex(text: str, shapes: Shapes = None, *, let: Sequence[str] = ()) -> Expr | Relation:
    r"""Reads LaTeX mathematics.

    Args:
        text: The formula, such as ``r"\frac1n\|Xw-y\|_2^2"``, with or without dollars; ``\newcommand`` is understood.
        shapes: Declarations such as ``"X: n d, w: d, y: n"``, or a dict from the symbol as written, such as
            ``{r"\hat{y}": "n", "W^{(1)}": "k d", "f": "function"}``.
        let: Definitions such as ``r"p = \sigma(Xw)"`` that the formula uses.

    Returns:
        An expression, or for a relation an object with ``lhs``, ``relation`` and ``rhs``.

    Raises:
        ReadError: The text cannot be read, or has two readings that differ; the message has a caret.
    """
    return reading(text, shapes, let=let).value


def read_text(text: str, shapes: Shapes = None, *, let: Sequence[str] = ()) -> Expr | Relation:
    """Reads Unicode mathematics, such as ``‖Xw − y‖² + λ wᵀw`` or ``E = mc^2``; otherwise like ``read_latex``."""
    return reading(text, shapes, let=let, one_line=True).value


def reading(text: str, shapes: Shapes = None, *, let: Sequence[str] = (), one_line: bool = False) -> Reading:
    """The reading with its assumptions and symbols."""
    return read(text, read_declarations(shapes), one_line=one_line, let=let)


def readings(text: str, shapes: Shapes = None, *, let: Sequence[str] = (), one_line: bool = False) -> list[Reading]:
    """The readings of all statements in a text, such as the lines of an ``align``."""
    return read_all(text, read_declarations(shapes), one_line=one_line, let=let)


def name_as_declared(name: str, declared: Iterable[str]) -> str:
    r"""The declared name that is written this way: ``lam`` of ``\lambda``; the name itself when there is none."""
    names = list(declared)
    if name in names:
        return name
    try:
        key = keys_of(name)[0]
        return next((own for own in names if key in keys_of(own)), name)
    except SymmlError:
        return name
