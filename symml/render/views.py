"""One way of printing for both views: matrix notation where there is one, else indices; in stages what is very deep."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from symml.expr.binders import readable
from symml.expr.nodes import Expr
from symml.render.indices import index_form
from symml.render.matrix_form import CannotRaise
from symml.render.printer import Printer
from symml.render.raising import raise_form
from symml.render.spelling import Spelling
from symml.render.stages import staged

WHERE = {True: ("  where ", ", "), False: (r" \quad\text{where } ", r",\quad ")}


def printed(expr: Expr, spelling: Spelling, names: Mapping[Expr, str] | None) -> str:
    """The expression spelled one way; parts in ``names`` are printed as symbols."""
    if names is not None:
        return _piece(expr, spelling, names)
    expr = readable(expr)
    return with_clauses(expr, staged(expr), spelling.one_line, spelling.name, lambda e, n: _piece(e, spelling, n))


def with_clauses(
    expr: Expr,
    names: Mapping[Expr, str],
    one_line: bool,
    write_name: Callable[[str], str],
    write: Callable[[Expr, Mapping[Expr, str]], str],
) -> str:
    """The expression, then what its names stand for."""
    where, comma = WHERE[one_line]
    clauses = [f"{write_name(key)} = {write(node, names)}" for node, key in names.items()]
    return write(expr, names) + (where + comma.join(clauses) if clauses else "")


def _piece(expr: Expr, spelling: Spelling, names: Mapping[Expr, str]) -> str:
    try:
        return Printer(spelling).show(raise_form(expr, names))
    except CannotRaise:
        return index_form(expr, spelling, names)
