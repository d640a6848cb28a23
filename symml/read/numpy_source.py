"""NumPy-style text as expressions, relations and short scripts."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from symml.errors import ReadError
from symml.expr import arithmetic
from symml.expr.nodes import Expr
from symml.read.declarations import Declarations, read_declarations
from symml.read.interpreter import Interpreter
from symml.read.syntax import Source

_RELATIONS = {"<=": "<=", ">=": ">=", "==": "==", "=": "=="}
Shapes = Declarations | str | Mapping[str, object] | None


@dataclass(frozen=True)
class Statement:
    """``lhs relation rhs``; the relation is ``==``, ``<=`` or ``>=``, and conditions are as they were written."""

    lhs: Expr
    relation: str
    rhs: Expr
    conditions: tuple[str, ...] = ()


def read_numpy(text: str, declarations: Shapes) -> Expr:
    """Reads an expression such as ``mean((y - X@w)**2)``; ``np.`` is optional.

    Raises:
        ReadError: The text cannot be read; the message has a caret and what to write instead.
    """
    source = Source(text)
    return Interpreter(source, read_declarations(declarations)).result(source.expression())


def read_statement(text: str, declarations: Shapes) -> Statement | Expr:
    """Reads ``a = b``, ``a == b``, ``a <= b`` or ``a >= b``; an expression when there is no relation.

    Raises:
        ReadError: A side cannot be read, or there is more than one relation.
    """
    declared = read_declarations(declarations)
    found = list(_relations(text))
    sign = next((sign for _, sign in found if sign in _RELATIONS), None)
    if sign is None:
        return read_numpy(text, declared)
    if len(found) > 1:
        raise ReadError(
            "there is more than one relation", source=text, column=found[1][0], cure="put comparisons in brackets"
        )
    place = found[0][0]
    sides = [Source(text, 0, place), Source(text, place + len(sign))]
    lhs, rhs = (Interpreter(side, declared).result(side.expression()) for side in sides)
    return Statement(lhs, _RELATIONS[sign], rhs)


def _relations(text: str) -> Iterator[tuple[int, str]]:
    """Place and sign of every relation and comparison that stands outside brackets and quotes."""
    depth, quote, place = 0, "", 0
    while place < len(text):
        char = text[place]
        if quote or char in "'\"":
            quote = "" if char == quote else quote or char
        elif char in "([{" or char in ")]}":
            depth += 1 if char in "([{" else -1
        elif depth == 0 and char in "<>=!":
            sign = text[place : place + 2] if text[place + 1 : place + 2] == "=" else char
            yield place, sign
            place += len(sign) - 1
        place += 1


def is_script(text: str) -> bool:
    """Whether a text gives names to values, line by line or between semicolons, before its value."""
    if "=" not in text or not ("\n" in text or ";" in text):
        return False
    try:
        return any(isinstance(line, ast.Assign | ast.AugAssign) for line in Source(text).statements())
    except ReadError:
        return False


def read_assignments(text: str, declarations: Shapes) -> Expr:
    """Reads lines such as ``Z = X @ W``, ``p = softmax(Z, axis=1)`` and a last line that is the value.

    Raises:
        ReadError: A line cannot be read, or does something else than giving a name to a value.
    """
    source = Source(text)
    reader = Interpreter(source, read_declarations(declarations))
    lines = [line for line in source.statements() if not _is_import(line)]
    for line in lines[:-1]:
        _assign(reader, line)
    last = lines[-1] if lines else None
    if isinstance(last, ast.Expr):
        return reader.result(last.value)
    if last is None:
        raise ReadError("there is nothing to read", cure="end with an expression: sum((X@w - y)**2)")
    _assign(reader, last)
    return reader.result(_target(last))


def _is_import(line: ast.stmt) -> bool:
    """Whether a line only brings in NumPy, SciPy or math, whose names are known without it."""
    if isinstance(line, ast.ImportFrom):
        return (line.module or "").partition(".")[0] in _LIBRARIES
    return isinstance(line, ast.Import) and all(part.name.partition(".")[0] in _LIBRARIES for part in line.names)


_LIBRARIES = frozenset({"numpy", "scipy", "math"})


def _target(line: ast.stmt) -> ast.expr:
    target = line.targets[0] if isinstance(line, ast.Assign) else getattr(line, "target", None)
    assert isinstance(target, ast.expr)
    return target


def _assign(reader: Interpreter, line: ast.stmt) -> None:
    """Gives a name, or several, to a value."""
    if isinstance(line, ast.Assign) and len(line.targets) == 1:
        _bind(reader, line.targets[0], reader.value(line.value))
    elif isinstance(line, ast.AugAssign) and isinstance(line.target, ast.Name):
        _update(reader, line, line.target)
    else:
        raise reader.source.error(line, "only lines of the form NAME = expression are read", "trace a Python function")


def _bind(reader: Interpreter, target: ast.expr, value: Any) -> None:
    if isinstance(target, ast.Name):
        reader.local[target.id] = value
    elif isinstance(target, ast.Tuple) and isinstance(value, tuple) and len(value) == len(target.elts):
        for part, own in zip(target.elts, value, strict=True):
            _bind(reader, part, own)
    else:
        raise reader.source.error(target, "a value is given to a name here", "write NAME = expression")


def _update(reader: Interpreter, line: ast.AugAssign, target: ast.Name) -> None:
    """``loss += term`` for numbers; an array that is changed in place may have other names."""
    old = reader.expr(target)
    if old.shape:
        name = target.id
        raise reader.source.error(
            line, f"{name} is changed in place, and may be seen under other names", f"write {name} = {name} + ..."
        )
    both = ast.BinOp(target, line.op, line.value)
    ast.copy_location(both, line)
    reader.local[target.id] = arithmetic.lift(reader.value(both))
