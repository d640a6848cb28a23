"""Points as text and files: ``w=[1, 1/2], b=-1``, with fractions kept exact."""

from __future__ import annotations

import ast
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from symml.errors import ReadError

Number = Fraction | float


def read_point(text: str) -> dict[str, Any]:
    """Numbers and nested lists by name; whole numbers and quotients of them are exact, decimals too.

    Args:
        text: ``NAME=VALUE`` pairs separated by commas.

    Raises:
        ReadError: It is no list of pairs, or a value is no number and no list of numbers.
    """
    try:
        call = ast.parse(f"at({text})", mode="eval").body
    except SyntaxError:
        raise _unclear(text) from None
    if not isinstance(call, ast.Call) or call.args or not call.keywords:
        raise _unclear(text)
    return {keyword.arg or "": _value(keyword.value, text) for keyword in call.keywords}


def _unclear(text: str) -> ReadError:
    return ReadError(f"{text!r} is no point", cure="write 'w=[1, 1/2], b=-1'")


def _value(node: ast.expr, text: str) -> Any:
    match node:
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            return [_value(part, text) for part in parts]
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return Fraction(ast.unparse(node)) if isinstance(number, int) else _decimal(node)
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -_number(inner, text)
        case ast.UnaryOp(op=ast.UAdd(), operand=inner):
            return _number(inner, text)
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            below = _number(right, text)
            if not below:
                raise ReadError(f"{ast.unparse(node)} divides by zero", cure="write another value")
            return _number(left, text) / below
    raise _unclear(text)


def _number(node: ast.expr, text: str) -> Any:
    value = _value(node, text)
    if isinstance(value, list):
        raise _unclear(text)
    return value


def _decimal(node: ast.expr) -> Number:
    """A decimal as written: 0.1 is 1/10."""
    return Fraction(ast.unparse(node))


def read_point_file(path: str) -> dict[str, Any]:
    """The arrays of a ``.json`` file (an object of numbers and lists) or of a ``.npz`` file.

    Raises:
        ReadError: The file cannot be read or holds something else.
    """
    file = Path(path)
    try:
        if file.suffix == ".npz":
            with np.load(file, allow_pickle=False) as arrays:
                return {name: arrays[name] for name in arrays.files}
        found = json.loads(file.read_text(encoding="utf-8"), parse_float=Fraction, parse_int=Fraction)
    except (OSError, ValueError) as error:
        raise ReadError(f"{path} cannot be read: {error}", cure="give a .json or a .npz file") from None
    if not isinstance(found, dict):
        raise ReadError(f"{path} holds no object", cure='write {"w": [1, 0], "b": -1}')
    return found
