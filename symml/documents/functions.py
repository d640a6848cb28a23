"""Functions in code blocks and their derivatives, read as data: a function and one that is named as its slope."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from symml.errors import SymmlError
from symml.proof.gradient_check import check_gradient
from symml.proof.verdict import Verdict

_SLOPES = (
    re.compile(r"(?P<name>\w+?)_(?:derivative|deriv|prime|grad|gradient|backward|slope)"),
    re.compile(r"(?:d|grad|gradient|deriv|derivative)_?(?P<name>\w+)"),
)


def checked(source: str) -> Iterator[tuple[str, int, Verdict]]:
    """(what is claimed, line from 0, verdict) of every pair of functions of one number that can be read."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    found = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    for name, node in found.items():
        base = next((match["name"] for rule in _SLOPES if (match := rule.fullmatch(name))), None)
        if base not in found or base is None:
            continue
        loss, slope = _formula(found[base]), _formula(node)
        if loss is None or slope is None or loss[0] != slope[0]:
            continue
        try:
            verdict = check_gradient(loss[1], slope[1], wrt=loss[0], shapes=f"{loss[0]}: real")
        except SymmlError:
            continue
        yield f"{name} is the derivative of {base}", node.lineno - 1, verdict


def _formula(node: ast.FunctionDef) -> tuple[str, str] | None:
    """(argument, body) of a function of one argument that only assigns and returns."""
    args = node.args
    if len(args.args) != 1 or args.vararg or args.kwarg or args.kwonlyargs or node.decorator_list:
        return None
    body = [line for line in node.body if not _is_docstring(line)]
    if not body or not isinstance(body[-1], ast.Return) or body[-1].value is None:
        return None
    lines = body[:-1]
    if not all(isinstance(line, ast.Assign | ast.AugAssign | ast.AnnAssign) for line in lines):
        return None
    return args.args[0].arg, "\n".join([*map(ast.unparse, lines), ast.unparse(body[-1].value)])


def _is_docstring(line: ast.stmt) -> bool:
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant) and isinstance(line.value.value, str)
