"""The two sides of a step's line: ``z_bar = dL/dz``, in matrix notation or by entries."""

from __future__ import annotations

from dataclasses import dataclass

from symml.expr.nodes import Expr
from symml.render import latex, text
from symml.render.indices import entry_form
from symml.render.spelling import Spelling


@dataclass(frozen=True)
class Entries:
    """The letters of a line in index notation.

    Attributes:
        at: A letter for each axis of what the line is about.
        ranks: How many of them belong to each name on the left.
        through: The stages over whose entries the chain rule sums, with their letters.
        direct: Whether another way leads there at once, so that the sum is not all.
        used: Letters that mean something else, such as dims.
    """

    at: tuple[str, ...]
    ranks: tuple[int, ...]
    through: tuple[tuple[str, tuple[str, ...]], ...] = ()
    direct: bool = False
    used: tuple[str, ...] = ()


def right_side(expr: Expr, entries: Entries | None, spelling: Spelling) -> str:
    """The expression as the line shows it."""
    if entries is not None:
        return entry_form(expr, entries.at, spelling, used=entries.used)
    return text.show(expr) if spelling.one_line else latex.latex(expr)


def left_side(left: tuple[str, ...], entries: Entries | None, spelling: Spelling) -> str:
    """``L``, ``dL/dw``, or ``u_bar = dL/du``: an adjoint is named where it is found."""
    whole, *names = left
    ranks = entries.ranks if entries is not None else (0,) * len(left)
    at = entries.at if entries is not None else ()
    top, below = at[: ranks[0]], at[ranks[0] :]
    shown = _below(spelling, whole, top)
    if not names:
        return shown
    slope = _slope(spelling, shown, _below(spelling, names[0], below))
    parts = [_below(spelling, name, at) for name in names[1:]] + [slope]
    if entries is not None and entries.through and not entries.direct:
        parts.append(_chain(spelling, names[0], entries, top, below))
    return " = ".join(parts)


def _slope(s: Spelling, top: str, low: str) -> str:
    return f"∂{top}/∂{low}" if s.one_line else rf"\frac{{\partial {top}}}{{\partial {low}}}"


def _below(s: Spelling, name: str, at: tuple[str, ...]) -> str:
    return s.subscript(s.name(name), ("," if s.one_line else "").join(at)) if at else s.name(name)


def _chain(s: Spelling, of: str, entries: Entries, top: tuple[str, ...], below: tuple[str, ...]) -> str:
    """The adjoint of each entry on the way times its slope, summed."""
    terms = []
    for name, letters in entries.through:
        sums = "".join(f"{s.signs['sum']}_{letter} " for letter in letters)
        adjoint = _below(s, name + "_bar", (*top, *letters))
        terms.append(f"{sums}{adjoint} {_slope(s, _below(s, name, letters), _below(s, of, below))}")
    return " + ".join(terms)
