"""Arrays with names of their own in print: unit vectors, slices of an identity, one-hot rows, triangles of ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symml.expr.dims import Dim
from symml.render.matrix_form import Form
from symml.render.precedence import ATOM

if TYPE_CHECKING:
    from symml.render.printer import Printer

Spelled = tuple[str, int]


def place(position: Dim) -> str:
    """A 0-based position as the 1-based index of a book."""
    return str(position + 1).replace(" ", "")


def span(f: Form) -> str:
    """The rows that a selector takes, from the first to the last, both included."""
    start, step = f.value
    assert f.rows is not None
    last = start + (f.rows - 1) * step
    return f"{place(start)}:{place(last)}" + ("" if step == 1 else f":{step}")


def selector(p: Printer, f: Form) -> Spelled:
    """The rows of an identity, whose size nothing around it need tell."""
    identity = p.sign("I_n", str(f.cols).replace(" ", ""))
    return p.s.subscript(identity if p.s.one_line else p.s.brackets(identity), span(f)), ATOM


def onehot(p: Printer, f: Form) -> Spelled:
    """Labels as 0/1 rows, with the number of labels below the name."""
    name = _word(p, "onehot")
    return p.s.call(p.s.subscript(name, str(f.value).replace(" ", "")), p.show(f.args[0])), ATOM


def _word(p: Printer, name: str) -> str:
    return name if p.s.one_line else rf"\operatorname{{{name}}}"


def triangle(p: Printer, f: Form) -> Spelled:
    """Ones on and below a diagonal, or on and above it."""
    name, shift = f.value
    rows, cols = (p.sign("one_n", str(dim).replace(" ", "")) for dim in (f.rows, f.cols))
    ones = rows + (" " if p.s.one_line else "") + cols + (p.sign("T") if p.s.one_line else f"^{{{p.sign('T')}}}")
    return p.s.call(_word(p, name), ones + (f", {shift}" if shift else "")), ATOM


def cumsum(p: Printer, f: Form) -> Spelled:
    """The running sums of a vector."""
    return p.s.call(_word(p, "cumsum"), p.show(f.args[0])), ATOM


def basis(p: Printer, f: Form) -> Spelled:
    """A unit vector."""
    return p.s.subscript(p.s.signs["e_k"], place(f.value)), ATOM
