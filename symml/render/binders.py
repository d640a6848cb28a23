"""Spells what binds a variable: sums, integrals, expectations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symml.render.matrix_form import Form
from symml.render.precedence import ATOM, PRODUCT, SUM

if TYPE_CHECKING:
    from symml.render.printer import Printer


def series(p: Printer, f: Form) -> tuple[str, int]:
    """A sum over whole numbers."""
    low, high = _ends(p, f)
    return p.sign("series", f.value[0], low, high) + p.at_least(f.args[0], PRODUCT), SUM


def integral(p: Printer, f: Form) -> tuple[str, int]:
    """An integral over a number."""
    low, high = _ends(p, f)
    return p.sign("integral", p.at_least(f.args[0], PRODUCT), low, high, f.value[0]), SUM


def _ends(p: Printer, f: Form) -> tuple[str, str]:
    infinite = p.s.signs["infinity"]
    ends = f.value[1]
    low = p.show(f.args[1]) if ends[0] else "-" + infinite
    return low, p.show(f.args[-1]) if ends[1] else infinite


def expectation(p: Printer, f: Form) -> tuple[str, int]:
    """An expectation, with what it is given."""
    operator = p.s.signs["E"]
    if f.value:
        names = ", ".join(map(p.s.name, f.value))
        below = names if len(f.value) == 1 else f"({names})"
        operator = f"{operator}_{below}" if p.s.one_line else p.s.subscript(operator, names)
    inside = p.show(f.args[0])
    if len(f.args) > 1:
        inside += p.s.signs["given"] + ", ".join(map(p.show, f.args[1:]))
    return operator + p.sign("square brackets", inside), ATOM


def covariance(p: Printer, f: Form) -> tuple[str, int]:
    """A variance or a covariance."""
    sides = 1 if f.kind == "variance" else 2
    inside = ", ".join(map(p.show, f.args[:sides]))
    if len(f.args) > sides:
        inside += p.s.signs["given"] + ", ".join(map(p.show, f.args[sides:]))
    return p.s.signs[f.kind] + p.sign("square brackets", inside), ATOM
