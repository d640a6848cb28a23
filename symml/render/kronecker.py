"""How a sum of Kronecker products is written: ``2 I ⊗ X'X``, in text, LaTeX and NumPy code."""

from __future__ import annotations

from dataclasses import dataclass

from symml.calculus.kronecker import KronForm, KronTerm, Row
from symml.calculus.simplify import simplify
from symml.expr.contract import contract
from symml.expr.nodes import Contract, Expr, Eye, constant
from symml.render.code import code
from symml.render.indices import index_form
from symml.render.matrix_form import CannotRaise, Form, transposed
from symml.render.precedence import PRODUCT, SUM, UNARY
from symml.render.printer import Printer
from symml.render.raising import raise_form
from symml.render.spelling import LATEX, TEXT, Spelling


@dataclass(frozen=True)
class _Signs:
    """The signs of one way of writing."""

    spelling: Spelling
    kron: str
    vec: str
    diag: str
    transpose: str
    total: str
    gap: str
    sized: str


_TEXT = _Signs(TEXT, " ⊗ ", "vec({})", "diag({})", "{}ᵀ", "Σ_{} ", " ", "{}_{}")
_LATEX = _Signs(
    LATEX,
    r" \otimes ",
    r"\operatorname{{vec}}\left({}\right)",
    r"\operatorname{{diag}}\left({}\right)",
    r"{}^{{\top}}",
    r"\sum_{{{}}} ",
    r"\,",
    "{}_{{{}}}",
)


def kron_text(form: KronForm) -> str:
    """The matrix as Unicode text."""
    return _total([_term(term, form, _TEXT) for term in form.terms])


def kron_latex(form: KronForm) -> str:
    """The matrix in LaTeX."""
    return _total([_term(term, form, _LATEX) for term in form.terms])


def rows_text(form: KronForm) -> str:
    """What the rows are: ``x_m is row m of X``; empty where none has a name."""
    rows = dict.fromkeys(row for term in form.terms for row in term.over)
    return ", ".join(f"{TEXT.name(row.symbol.name)} is {_kind(row)} m of {_whole(row.of, TEXT)}" for row in rows)


def rows_latex(form: KronForm) -> str:
    """The same in LaTeX."""
    rows = dict.fromkeys(row for term in form.terms for row in term.over)
    shown = (
        rf"{LATEX.name(row.symbol.name)} \text{{ is {_kind(row)} }} m \text{{ of }} {_whole(row.of, LATEX)}"
        for row in rows
    )
    return r",\; ".join(shown)


def _kind(row: Row) -> str:
    return "column" if row.axis else "row"


def _total(terms: list[str]) -> str:
    text = terms[0]
    for term in terms[1:]:
        text += " - " + term[1:] if term.startswith("-") else " + " + term
    return text


def _term(term: KronTerm, form: KronForm, s: _Signs) -> str:
    body, is_product = _body(term, form, s)
    number = simplify(contract([(scalar, ()) for scalar in term.scalars], (), coef=term.coef))
    negative = (isinstance(number, Contract) and number.coef < 0) or (term.coef < 0 and not term.scalars)
    size = simplify(contract([(number, ())], (), coef=-1)) if negative else number
    total = s.total.format("m") if term.over else ""
    front = "" if size is constant(1) else _whole(size, s.spelling, PRODUCT) + s.gap
    if is_product and (term.over or term.scalars):
        body = s.spelling.brackets(body)
    return ("-" if negative else "") + front + total + body


def _body(term: KronTerm, form: KronForm, s: _Signs) -> tuple[str, bool]:
    """The matrix, and whether it is a bare Kronecker product."""
    if term.first is None or term.second is None:
        left, right = (_vec(part, s) for part in (term.left, term.right))
        return left + s.transpose.format(right), False
    found, is_product = _product(term.first, term.second, len(form.rows) > 1, term.crossed, len(form.cols) > 1, s)
    weights = [None if part is None else s.diag.format(_vec(part, s)) for part in (term.left, term.right)]
    commuted = s.sized.format("K", ",".join(map(str, form.cols))) if term.crossed and len(form.cols) > 1 else ""
    if is_product and (weights[0] or weights[1] or commuted):
        found, is_product = s.spelling.brackets(found), False
    return s.gap.join(filter(None, [weights[0], found, commuted, weights[1]])), is_product


def _product(first: Expr, second: Expr, two_rows: bool, crossed: bool, two_cols: bool, s: _Signs) -> tuple[str, bool]:
    if not (two_rows or two_cols):
        return _factor(first, s, is_row=False), False
    if isinstance(first, Eye) and isinstance(second, Eye):
        return s.spelling.signs["I"], False
    # With one axis on a side, what is left of a factor is a column or a row.
    rows_only = len(second.shape) == 1 and not two_rows
    return s.kron.join([_factor(second, s, is_row=rows_only), _factor(first, s, is_row=crossed and not two_rows)]), True


def _factor(part: Expr, s: _Signs, *, is_row: bool) -> str:
    """A factor of the product; a sum stands in brackets, an identity has its size."""
    if isinstance(part, Eye):
        return s.sized.format(s.spelling.signs["I"], part.shape[0])
    form = _form(part)
    if form is None:
        return index_form(part, s.spelling)
    shown = transposed(form) if is_row and len(part.shape) == 1 else form
    return Printer(s.spelling).at_least(shown, UNARY if form.kind == "add" else PRODUCT)


def _vec(part: Expr | None, s: _Signs) -> str:
    assert part is not None
    return _whole(part, s.spelling, UNARY) if len(part.shape) == 1 else s.vec.format(_whole(part, s.spelling))


def _whole(part: Expr, spelling: Spelling, level: int = SUM) -> str:
    form = _form(part)
    return index_form(part, spelling) if form is None else Printer(spelling).at_least(form, level)


def _form(part: Expr) -> Form | None:
    try:
        return raise_form(part)
    except CannotRaise:
        return None


# ---- NumPy -----------------------------------------------------------------------------------------------------------
def kron_code(form: KronForm) -> str:
    """The matrix as a NumPy expression."""
    return " + ".join(_term_code(term, form) for term in form.terms)


def _term_code(term: KronTerm, form: KronForm) -> str:
    if term.first is None or term.second is None:
        assert term.left is not None
        assert term.right is not None
        body = f"np.outer({_vec_code(term.left)}, {_vec_code(term.right)})"
    else:
        body = _product_code(term.first, term.second, term, form)
    number = simplify(contract([(scalar, ()) for scalar in term.scalars], (), coef=term.coef))
    shown = code(number)
    front = "" if number is constant(1) else f"{shown if shown.isdecimal() else f'({shown})'} * "
    if not term.over:
        return front + body
    names = ", ".join(row.symbol.name for row in term.over)
    arrays = ", ".join(f"({code(row.of)})" + (".T" if row.axis else "") for row in term.over)
    many = f"zip({arrays})" if len(term.over) > 1 else arrays
    return f"{front}sum({body} for {names} in {many})"


def _product_code(first: Expr, second: Expr, term: KronTerm, form: KronForm) -> str:
    two_rows, two_cols = len(form.rows) > 1, len(form.cols) > 1
    second_code = _matrix_code(second, is_row=not two_rows)
    first_code = _matrix_code(first, is_row=term.crossed and not two_rows)
    found = f"np.kron({second_code}, {first_code})" if two_rows or two_cols else first_code
    if term.crossed and two_cols:
        rows, cols = form.cols
        swap = f"np.eye({rows} * {cols}).reshape({cols}, {rows}, -1).swapaxes(0, 1).reshape({rows} * {cols}, -1)"
        found = f"{found} @ {swap}"
    if term.left is not None:
        found = f"{_vec_code(term.left)}[:, None] * ({found})"
    return found if term.right is None else f"({found}) * {_vec_code(term.right)}"


def _matrix_code(part: Expr, *, is_row: bool) -> str:
    shown = code(part)
    if len(part.shape) == 1:
        return f"({shown})[None, :]" if is_row else f"({shown})[:, None]"
    return shown


def _vec_code(part: Expr) -> str:
    return f"np.ravel({code(part)}, order='F')"
