"""The summands of an expression, also those inside products: what can be missing, doubled or of the wrong sign."""

from __future__ import annotations

from collections.abc import Iterator

from symml.expr.nodes import Add, Contract, Expr
from symml.expr.walk import rebuild

_MAX_PARTS = 60


def parts(root: Expr) -> list[tuple[Expr, Expr]]:
    """(part, the written summand) for every summand that the expression is linear in, outer ones first.

    ``X'(Xw - y)/n + 2 lam w`` has the parts ``X'(Xw - y)/n``, ``2 lam w``, ``X'Xw/n`` and ``-X'y/n``.
    """
    found: dict[Expr, Expr] = {}
    queue: list[tuple[Expr, Expr]] = [(root, root)]
    for expr, _ in queue:
        for part, written in _split(expr):
            if part not in found and part is not root and len(found) < _MAX_PARTS:
                found[part] = written
                queue.append((part, written))
    return list(found.items())


def _split(expr: Expr) -> Iterator[tuple[Expr, Expr]]:
    if isinstance(expr, Add):
        yield from ((arg, arg) for arg in expr.args)
    elif isinstance(expr, Contract):
        for k, arg in enumerate(expr.args):
            if isinstance(arg, Add | Contract):
                for inner, written in _split(arg):
                    args = (*expr.args[:k], inner, *expr.args[k + 1 :])
                    yield rebuild(expr, args), written
