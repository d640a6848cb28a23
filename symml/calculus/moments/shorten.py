"""Numbers in a shorter spelling: SymPy's, when it is proved equal and brings in no other function."""

from __future__ import annotations

from symml.calculus.normal import prove_equal
from symml.calculus.simplify import simplify
from symml.calculus.sympy_process import ask_sympy
from symml.errors import SymmlError
from symml.expr.nodes import Apply, Expr
from symml.expr.scoped import Binder
from symml.expr.sympy_bridge import from_sympy, to_sympy
from symml.expr.walk import symbols, topological

_LONG, _SECONDS = 9, 2.0


def shortened(node: Expr, *, long: int = _LONG) -> Expr:
    """The number, or SymPy's spelling of it when that is shorter and proved equal.

    Args:
        node: An expression; one with arrays, sums or expectations stays.
        long: The size from which SymPy is asked.
    """
    inside = topological(node)
    if size(node) < long or any(part.shape or isinstance(part, Binder) for part in inside):
        return node
    try:
        answer = ask_sympy("simplify", to_sympy(node), seconds=_SECONDS)
        found = None if answer is None else simplify(from_sympy(answer, {s.name: s for s in symbols(node)}))
    except SymmlError:
        return node
    if found is None or size(found) >= size(node) or _functions(found) - _functions(node):
        return node
    return node if prove_equal(found, node) is None else found


def size(node: Expr) -> int:
    """How long an expression is, shared parts counted as often as they are written."""
    lengths: dict[Expr, int] = {}
    for part in topological(node):
        lengths[part] = 1 + sum(lengths[arg] for arg in part.args)
    return lengths[node]


def _functions(node: Expr) -> set[str]:
    return {part.function.name for part in topological(node) if isinstance(part, Apply)}
