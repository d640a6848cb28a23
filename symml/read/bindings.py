"""Calls that bind a name: ``series(x**k / k, k, 1, inf)`` and ``integral(exp(-t), t, 0, x)``."""

from __future__ import annotations

import ast

from symml.expr.build import scalar
from symml.expr.nodes import Expr
from symml.expr.ranges import BUILDERS
from symml.read.interpreter import Interpreter

__all__ = ["BUILDERS", "call"]
_USAGE = {"series": "write series(k**2, k, 1, n)", "integral": "write integral(exp(-t), t, 0, inf)"}
_PARTS = 4


def call(r: Interpreter, node: ast.Call, name: str) -> Expr:
    """The value of a call whose second argument is a name that it binds."""
    if len(node.args) != _PARTS or node.keywords or not isinstance(node.args[1], ast.Name):
        raise r.source.error(node, f"{name} takes a body, a variable and two ends", _USAGE[name])
    body, variable, *ends = node.args
    assert isinstance(variable, ast.Name)
    low, high = (r.value(end) for end in ends)
    saved = r.local.get(variable.id)
    symbol = scalar(variable.id)
    r.local[variable.id] = symbol
    try:
        value = r.expr(body)
    finally:
        if saved is None:
            del r.local[variable.id]
        else:
            r.local[variable.id] = saved
    return BUILDERS[name](value, symbol, low, high)
