"""Mistakes planted in the source of right gradients: one change of the syntax tree each, labelled with its kind."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Mutant:
    """A gradient with one planted change.

    Attributes:
        name: The operator and the line.
        kinds: What a right diagnosis may call it.
        line: The line of the change, from 1 in the function's source.
        source: The source of the function.
    """

    name: str
    kinds: frozenset[str]
    line: int
    source: str


Change = tuple[str, str, ast.AST, ast.AST]
_FACTOR = "constant factor|factor|inside|regularizer|wrong power"
_SIGN = "sign"
_TERM = "missing term|eps dropped|detached|constant factor in a term|diagonal"
_MULTIPLIER = (
    "missing factor|missing chain factor|missing activation|factor|another activation|wrong power|wrong variable"
)
_SIBLINGS = {"tanh": "sin", "exp": "expm1", "sqrt": "square", "sin": "cos", "digamma": "gammaln", "maximum": "minimum"}
_COUNTS = {"n", "len(y)", "len(X)", "X.shape[0]", "len(v)", "d", "len(x)"}


def _binary(node: ast.AST) -> Iterator[Change]:
    if not isinstance(node, ast.BinOp):
        return
    match node.op:
        case ast.Add() | ast.Sub():
            other = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
            yield "sign", f"{_SIGN}|wrong branch", node, ast.BinOp(node.left, other, node.right)
            yield "drop left term", f"{_TERM}|{_SIGN}|{_MULTIPLIER}", node, _signed(node.right, node.op)
            yield "drop right term", f"{_TERM}|{_MULTIPLIER}", node, node.left
        case ast.Mult():
            yield "drop left factor", _MULTIPLIER, node, node.right
            yield "drop right factor", _MULTIPLIER, node, node.left
        case ast.Div():
            counted = ast.unparse(node.right) in _COUNTS
            yield "drop divisor", "factor" if counted else _MULTIPLIER, node, node.left
            yield "multiply for divide", _MULTIPLIER, node, ast.BinOp(node.left, ast.Mult(), node.right)
        case ast.Pow() if isinstance(node.right, ast.Constant):
            raised = ast.Constant(node.right.value + 1)
            yield "power", f"power|{_MULTIPLIER}", node, ast.BinOp(node.left, ast.Pow(), raised)
            yield "drop power", f"power|{_MULTIPLIER}", node, node.left
        case ast.MatMult():
            yield (
                "elementwise",
                "elementwise|axis|transpose|diagonal",
                node,
                ast.BinOp(node.left, ast.Mult(), node.right),
            )


def _signed(node: ast.expr, op: ast.operator) -> ast.expr:
    return node if isinstance(op, ast.Add) else ast.UnaryOp(ast.USub(), node)


def _unary(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield "drop minus", _SIGN, node, node.operand
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and node.value not in (0, True, False):
        for new in (node.value * 2, node.value / 2):
            yield "constant", f"{_FACTOR}|{_MULTIPLIER}|{_TERM}|extra term|wrong branch", node, ast.Constant(new)


def _called(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield "drop transpose", "transpose|axis", node, node.value
    if isinstance(node, ast.keyword) and node.arg == "axis" and isinstance(node.value, ast.Constant):
        yield (
            "axis",
            "axis|summed|diagonal|wrong variable",
            node,
            ast.keyword("axis", ast.Constant(1 - node.value.value)),
        )
    if isinstance(node, ast.Attribute) and node.attr in ("mean", "sum"):
        other = "sum" if node.attr == "mean" else "mean"
        yield "mean and sum", f"factor|{_MULTIPLIER}", node, ast.Attribute(node.value, other, ast.Load())
    if isinstance(node, ast.Attribute) and node.attr in _SIBLINGS:
        new = ast.Attribute(node.value, _SIBLINGS[node.attr], ast.Load())
        yield "function", "wrong function|wrong variable|extra term|missing|another activation|power|factor", node, new
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Gt | ast.GtE):
        yield "comparison", "wrong branch|sign", node, ast.Compare(node.left, [ast.Lt()], node.comparators)


def _returned(node: ast.AST) -> Iterator[Change]:
    """Changes of what is returned."""
    if not isinstance(node, ast.Return) or node.value is None:
        return
    value = node.value
    yield "return minus", _SIGN, node, ast.Return(ast.UnaryOp(ast.USub(), value))
    yield "return double", "constant factor", node, _times(value, 2)
    yield "return slightly more", "constant factor", node, _times(value, 1.0000001)
    yield "return plus one", "extra term", node, ast.Return(ast.BinOp(value, ast.Add(), ast.Constant(1)))


def _times(value: ast.expr, number: float) -> ast.Return:
    return ast.Return(ast.BinOp(ast.Constant(number), ast.Mult(), value))


OPERATORS: tuple[Callable[[ast.AST], Iterator[Change]], ...] = (_returned, _binary, _unary, _called)


# ---- changes that change nothing -------------------------------------------------------------------------------------
def _rewritten(node: ast.AST) -> Iterator[Change]:
    """Other ways to write the same thing."""
    text = ""
    match node:
        case ast.BinOp(left=a, op=ast.Mult() | ast.Add() as op, right=b):
            yield "commuted", "", node, ast.BinOp(b, op, a)
        case ast.BinOp(left=a, op=ast.Sub(), right=b):
            yield "turned", "", node, ast.UnaryOp(ast.USub(), ast.BinOp(b, ast.Sub(), a))
        case ast.BinOp(left=a, op=ast.Div(), right=b):
            text = f"({ast.unparse(a)}) * (1 / ({ast.unparse(b)}))"
        case ast.BinOp(left=a, op=ast.Pow(), right=ast.Constant(value=2)):
            text = f"({ast.unparse(a)}) * ({ast.unparse(a)})"
        case ast.BinOp(left=a, op=ast.MatMult(), right=b):
            text = f"np.dot({ast.unparse(a)}, {ast.unparse(b)})"
        case ast.Constant(value=int() | float() as value) if value and not isinstance(value, bool):
            text = f"({value} + 2 * {value}) / 3"
        case ast.Call(func=ast.Attribute(attr=name), args=[arg]) if name in _OTHERWISE:
            text = _OTHERWISE[name].format(ast.unparse(arg))
    if text:
        yield "rewritten", "", node, ast.parse(text, mode="eval").body


_OTHERWISE = {
    "exp": "1 / np.exp(-({0}))",
    "tanh": "2 / (1 + np.exp(-2 * ({0}))) - 1",
    "log": "np.log(3 * ({0})) - np.log(3)",
    "sqrt": "({0}) ** 0.5",
    "sigmoid": "0.5 * (1 + np.tanh(({0}) / 2))",
}


def rewrites(function: Any) -> list[Mutant]:
    """Ways to write a function's source that mean the same."""
    return mutants(function, (_rewritten,))


def mutants(function: Any, operators: tuple[Callable[[ast.AST], Iterator[Change]], ...] = OPERATORS) -> list[Mutant]:
    """Every single change of a function's source."""
    source = inspect.getsource(function)
    found = []
    for node in _body(ast.parse(source)):
        for operator in operators:
            for name, kinds, old, new in operator(node):
                line = getattr(old, "lineno", 0)
                found.append(Mutant(f"{name} @{line}", frozenset(kinds.split("|")), line, _spliced(source, old, new)))
    return found


def _body(tree: ast.Module) -> list[ast.AST]:
    """The nodes of the function's body, without what stands in brackets."""
    head = tree.body[0]
    assert isinstance(head, ast.FunctionDef)
    skipped = {id(n) for sub in ast.walk(tree) if isinstance(sub, ast.Subscript) for n in ast.walk(sub.slice)}
    nodes = [node for statement in head.body for node in ast.walk(statement)]
    return [node for node in nodes if id(node) not in skipped]


def _spliced(source: str, old: Any, new: ast.AST) -> str:
    """The source with one node written anew."""
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    first = starts[old.lineno - 1] + old.col_offset
    last = starts[old.end_lineno - 1] + old.end_col_offset
    text = ast.unparse(new)
    return source[:first] + (f"({text})" if isinstance(new, ast.expr) else text) + source[last:]


def load(sources: dict[str, str], home: ModuleType, folder: Path) -> dict[str, Any]:
    """The functions of these sources, in a module with the names of ``home``."""
    lines = [f"from {home.__name__} import *", "import numpy as np", "from typing import Any"]
    lines += ["from scipy.special import digamma, gammaln"]
    for name, source in sources.items():
        lines += ["", re.sub(r"def \w+\(", f"def {name}(", source, count=1)]
    path = folder / f"{home.__name__.rpartition('.')[2]}_mutants.py"
    path.write_text("\n".join(lines), encoding="utf-8")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {name: getattr(module, name) for name in sources}


def same_values(a: Any, b: Any, arguments: list[dict[str, Any]]) -> bool | None:
    """Whether two functions give the same numbers; ``None`` when the second fails."""
    for values in arguments:
        try:
            with np.errstate(all="ignore"):
                x, y = np.asarray(a(**values)), np.asarray(b(**values))
        except Exception:
            return None
        if x.shape != y.shape or not np.allclose(x, y, rtol=1e-11, atol=1e-12, equal_nan=True):
            return False
    return True
