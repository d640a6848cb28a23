"""Comprehensions over whole numbers: ``sum(w[k]*x**k for k in range(4))``, ``[row @ w for row in X]``.

A range of a number of entries is gone through one by one; a range of a symbolic number becomes an axis of its own.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from symml.errors import SymmlError
from symml.expr import arithmetic, build, indexing
from symml.expr.batching import batched
from symml.expr.dims import Dim, as_dim, as_position
from symml.expr.domains import DOMAINS
from symml.expr.nodes import Expr, symbol_node
from symml.read.interpreter import Interpreter

_MAX_TERMS = 1000
Loop = ast.GeneratorExp | ast.ListComp


def terms(r: Interpreter, node: Loop) -> list[Any] | Expr:
    """The values one by one, or an array with one more axis at the front where a range is symbolic."""
    found: list[Any] | Expr = _over(r, node, node.generators)
    return found


def total(r: Interpreter, node: Loop) -> Expr:
    """Python's ``sum``: the values added up."""
    found = terms(r, node)
    if isinstance(found, Expr):
        return build.sum(found, 0)
    return _added(found)


def _over(r: Interpreter, node: Loop, loops: list[ast.comprehension]) -> Any:
    if not loops:
        return [r.value(node.elt)]
    loop, rest = loops[0], loops[1:]
    if loop.ifs or loop.is_async:
        raise r.source.error(
            node.elt, "a loop with a condition is not read", "multiply the terms by where(condition, 1, 0)"
        )
    rows = _symbolic_range(r, loop.iter)
    if rows is not None:
        return _as_axis(r, node, loop, rest, rows)
    if rest and any(_symbolic_range(r, inner.iter) is not None for inner in rest):
        _need_sum(r, node)
    found: list[Any] = []
    for value in _values(r, loop.iter):
        with _named(r, loop.target, value):
            inner = _over(r, node, rest)
        found += [build.sum(inner, 0)] if isinstance(inner, Expr) else inner
        if len(found) > _MAX_TERMS:
            raise r.source.error(node, "this loop is too long", f"use at most {_MAX_TERMS} terms")
    return found


def _as_axis(
    r: Interpreter,
    node: Loop,
    loop: ast.comprehension,
    rest: list[ast.comprehension],
    rows: Dim,
) -> Expr:
    if not isinstance(loop.target, ast.Name):
        raise r.source.error(loop.target, "a range counts with one name")
    position = symbol_node(f"np.loop {loop.target.id}", (), DOMAINS["label"])
    with _named(r, loop.target, position):
        inner = _over(r, node, rest)
    if rest:
        _need_sum(r, node)
    return batched(build.sum(inner, 0) if isinstance(inner, Expr) else _added(inner), position, rows)


def _need_sum(r: Interpreter, node: Loop) -> None:
    """Of a sum it does not matter in which order its terms come."""
    if not isinstance(node, ast.GeneratorExp):
        raise r.source.error(node, "a list over two symbolic ranges has no shape", "use sum(...) of the terms")


def _added(values: list[Any]) -> Expr:
    result: Expr = arithmetic.lift(values[0] if values else 0)
    for value in values[1:]:
        result = arithmetic.plus(result, value)
    return result


# ---- what is gone through --------------------------------------------------------------------------------------------
def _bounds(r: Interpreter, node: ast.AST) -> list[Any] | None:
    """The arguments of ``range(...)``."""
    is_range = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("range", "prange")
    if not is_range:
        return None
    assert isinstance(node, ast.Call)
    values = [r.value(arg) for arg in node.args]
    return [as_position(value) if isinstance(value, Expr) else value for value in values]


def _symbolic_range(r: Interpreter, node: ast.AST) -> Dim | None:
    """``n`` of ``range(n)`` where it is no number."""
    bounds = _bounds(r, node)
    if bounds is None or all(isinstance(bound, int) for bound in bounds):
        return None
    if len(bounds) == 1:
        return as_dim(bounds[0])
    raise r.source.error(
        node, "a range of a symbolic number starts at 0", "write range(n - 1) and x[i + 1] for range(1, n) and x[i]"
    )


def _values(r: Interpreter, node: ast.AST) -> Iterable[Any]:
    bounds = _bounds(r, node)
    if bounds is not None:
        return range(*bounds)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("zip", "enumerate"):
        parts = [list(_values(r, arg)) for arg in node.args]
        return list(enumerate(parts[0])) if node.func.id == "enumerate" else list(zip(*parts, strict=False))
    value = r.value(node)
    if isinstance(value, list | tuple):
        return value
    try:
        return list(indexing.entries(arithmetic.lift(value)))
    except SymmlError as error:
        raise r.source.error(node, error.what, "go through range(n), and index the arrays") from None


@contextmanager
def _named(r: Interpreter, target: ast.expr, value: Any) -> Iterator[None]:
    """The loop's names, which end with it."""
    saved = dict(r.local)
    _bind(r, target, value)
    try:
        yield
    finally:
        r.local.clear()
        r.local.update(saved)


def _bind(r: Interpreter, target: ast.expr, value: Any) -> None:
    if isinstance(target, ast.Name):
        r.local[target.id] = value
    elif isinstance(target, ast.Tuple) and isinstance(value, tuple | list) and len(value) == len(target.elts):
        for part, own in zip(target.elts, value, strict=True):
            _bind(r, part, own)
    else:
        raise r.source.error(target, "this name cannot stand for the values of the loop")
