"""An expression from whatever a caller gives: an expression itself, NumPy-style text, LaTeX or Unicode mathematics."""

from __future__ import annotations

from collections.abc import Sequence

from symml.errors import ReadError, SymmlError
from symml.expr.nodes import Expr
from symml.expr.walk import symbols
from symml.read.conditions import conditioned
from symml.read.declarations import Declarations
from symml.read.latex import reading, readings
from symml.read.math.reading import Reading
from symml.read.numpy_source import Statement, is_script, read_assignments, read_numpy, read_statement
from symml.read.recognize import looks_like_code, notation_of

_DECIDED = ("==", "<=", ">=")


def read_expression(value: Expr | str, declarations: Declarations, *, let: Sequence[str] = ()) -> Expr:
    """The expression that ``value`` is or spells; LaTeX and Unicode mathematics are recognized.

    NumPy-style text may name parts first: ``r = X@w - y; mean(r**2)``.

    Raises:
        ReadError: The text cannot be read, or the value is neither text nor an expression.
    """
    if isinstance(value, Expr):
        return value
    if not isinstance(value, str):
        raise ReadError(
            f"{type(value).__name__} is not an expression", cure="give text in NumPy syntax or LaTeX, or an expression"
        )
    notation = notation_of(value)
    if notation == "numpy":
        return _read_code(value, declarations, let)
    found = reading(value, declarations, let=let, one_line=notation == "text")
    _refuse_undefined(found)
    if not isinstance(found.value, Expr):
        raise ReadError(f"this is a statement, not an expression: {found.value}", cure="give one side of it")
    return found.value


def _read_code(text: str, declarations: Declarations, let: Sequence[str]) -> Expr:
    """NumPy code; a formula such as ``softmax(Xw)`` looks like code, and names are told apart by the declarations.

    Raises:
        ReadError: It is neither.
    """
    try:
        return read_assignments(text, declarations) if is_script(text) else read_numpy(text, declarations)
    except ReadError as error:
        formula = None if looks_like_code(text) else _as_formula(text, declarations, let)
        if formula is None:
            raise error from None
        return formula


def _as_formula(text: str, declarations: Declarations, let: Sequence[str]) -> Expr | None:
    """The formula that the text is, when every name in it is known."""
    try:
        found = reading(text, declarations, let=let, one_line=True)
    except SymmlError:
        return None
    if found.undefined or not isinstance(found.value, Expr):
        return None
    declared = all(symbol.name in declarations.symbols for symbol in symbols(found.value))
    return found.value if declared else None


def read_links(text: str, declarations: Declarations, *, let: Sequence[str] = ()) -> list[Statement]:
    """The links of a statement that can be decided, in any notation: one for ``a = b``, two for ``a = b = c``.

    Raises:
        ReadError: The text cannot be read, is no statement, or speaks of something that is not defined.
    """
    notation = notation_of(text)
    if notation == "numpy":
        found = read_statement(text, declarations)
        return [found] if isinstance(found, Statement) else []
    read = readings(text, declarations, let=let, one_line=notation == "text")
    claims = [one for one in read if not one.defines] or read
    return [link for one in claims for link in links_of(one)]


def links_of(read: Reading) -> list[Statement]:
    """The links of what was read that can be decided; none of an expression.

    Raises:
        ReadError: It speaks of something that is not defined, or a link is no equation or inequality.
    """
    if isinstance(read.value, Expr):
        return []
    _refuse_undefined(read)
    links = []
    for left, sign, right in read.value.links:
        if not isinstance(left, Expr) or not isinstance(right, Expr) or sign not in _DECIDED:
            raise ReadError(f"understood, but there is nothing to decide: {read.value}", cure="claims are =, ≤ or ≥")
        links.append(Statement(left, sign, right))
    return conditioned(links, read.value.conditions)


def _refuse_undefined(found: Reading) -> None:
    if found.undefined:
        name = found.undefined[0]
        raise ReadError(
            f"{name} is not defined: nothing is known of it but its name", cure=f"define it: let '{name} = ...'"
        )
