"""Marks above a symbol: transposes, inverse transposes, primes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from symml.expr.nodes import Symbol
from symml.read.math.rules.indices import marked_symbol
from symml.read.math.rules.powers import inverse, transpose
from symml.read.math.tree import Node
from symml.read.math.value import Value

if TYPE_CHECKING:
    from symml.read.math.elaborate import Elaborator


def mark(e: Elaborator, node: Node) -> Value:
    """Transposes, inverse transposes, and marks that have no meaning here."""
    inner = node.args[0]
    if node.value == "transpose":
        return transpose(e, node, e.value(inner))
    if node.value == "inverse transpose":
        return transpose(e, node, inverse(e, node, e.value(inner)))
    bare = inner.args[0] if inner.kind == "entry" else inner
    if node.value == "star" and bare.kind == "declared" and isinstance(bare.value.value, Symbol):
        return marked_symbol(e, node, inner, "*")
    raise e.error(node, f"not understood: {e.written(node)}", _MARK_CURES.get(node.value, "write it out"))


_MARK_CURES = {
    "pseudoinverse": r"for full column rank write (A^\top A)^{-1}A^\top",
    "star": "declare the starred symbol as a symbol of its own",
    "conjugate": r"numbers are real here: write ^\top",
    "complement": "complements are taken of events",
}


def primed(e: Elaborator, node: Node) -> Value:
    """A prime on an array is a transpose."""
    inner = e.value(node.args[0])
    if inner.rank == 0 or node.value != 1:
        raise e.error(
            node, f"not understood: the prime of {e.written(node.args[0])}", "declare the primed symbol, or a function"
        )
    e.note(f"{e.written(node)} is a transpose")
    return transpose(e, node, inner)


RULES: dict[str, Callable[..., Value]] = {"mark": mark, "primed": primed}
