r"""Undeclared names alone on a side: ``J(\theta) = ...``, ``w_j^* = ...``; they take the shape of the other side."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from symml.expr.nodes import Symbol, symbol_node
from symml.read.math.rules.events import is_event
from symml.read.math.rules.names import identifier, relatives
from symml.read.math.rules.probability import variables
from symml.read.math.tree import Node, Written, set_of
from symml.read.math.value import Value

if TYPE_CHECKING:
    from symml.read.math.elaborate import Elaborator

# The relations over which an undeclared name takes the shape of the other side.
TAKEN_OVER = ("==", ":=", "~=", "proportional")
_KNOWN = set_of(r"e \pi I \mathbf{I} \mathbf{1} \mathbf{0} \delta")
_NEVER = set_of(r"E \mathbb{E} \mathcal{N} D \mathbf{1} \mathbb{1} I")
_OF_RANDOM = set_of(r"N P \mathbb{P} \mathrm{KL} H \mathrm{Var} \mathrm{Cov}")


def is_lone(e: Elaborator, node: Node) -> bool:
    """Whether a side is an undeclared name, with or without arguments, a power or a star above, an index below."""
    if node.kind in ("power", "mark"):
        above = node.value == "star" or (node.kind == "power" and node.args[1].kind == "number")
        return above and node.args[0].kind in ("name", "apply") and is_lone(e, node.args[0])
    if node.kind == "applied":
        call, whole = node.args
        return whole.kind in ("power", "mark", "entry") and whole.args[0] is call and is_lone(e, whole)
    if node.kind == "entry":
        return node.args[0].kind == "apply" and is_lone(e, node.args[0])
    if node.kind == "name":
        is_relative = node.args and not node.value.sup and _has_relative(e, node)
        return not e.is_given(node.value.key) and node.value.base not in _KNOWN and not is_relative
    if node.kind == "apply declared":
        arrays = [part for part in node.args if getattr(getattr(part.value, "value", None), "shape", ())]
        return bool(arrays) and not node.value.primes and node.value.written.base not in e.definitions
    return node.kind == "apply" and not e.is_given(node.value.written.key) and _is_definition(e, node)


def _has_relative(e: Elaborator, node: Node) -> bool:
    return any(e.table.find(base) is not None for base in relatives(node.value.base))


def _is_definition(e: Elaborator, node: Node) -> bool:
    """``f(x)`` of a function of which nothing else is known, of arrays or under an unusual name."""
    base = node.value.written.base
    if node.value.primes or base in _NEVER:
        return base == "D" and node.value.written.sub not in ("KL", r"\mathrm{KL}") and not node.value.primes
    if base in _OF_RANDOM:
        if base == "P" and all(is_event(e, part) for part in node.args):
            return False
        if base == "H" and len(node.args) > 1 and variables(e, node) is not None:
            return False
        return base in ("H", "P") and not all(_is_distribution(part) for part in node.args)
    plain = all(part.kind in ("declared", "name") for part in node.args)
    scalar = all(part.kind == "declared" and not getattr(part.value.value, "shape", (1,)) for part in node.args)
    return plain and (not scalar or base.startswith(r"\mathrm{"))


def _is_distribution(node: Node) -> bool:
    """Whether a node is a declared vector of probabilities."""
    symbol = node.value.value if node.kind == "declared" else None
    return isinstance(symbol, Symbol) and symbol.domain.name in ("simplex", "unit", "probability")


def named(e: Elaborator, node: Node, others: list[Value]) -> Value:
    """The symbol for an undeclared name, in the shape of another side."""
    if not others:
        return e.value(node)
    like = others[0]
    written = _written(node, bool(like.labels))
    symbol = symbol_node(identifier(written), like.expr.shape)
    e.undefined[written.key] = symbol
    return Value(symbol, like.labels, like.row)


def _written(node: Node, has_labels: bool) -> Written:
    """The name alone on a side; indices that run are no part of it."""
    if node.kind == "applied":
        return _written(node.args[1], has_labels)
    if node.kind in ("power", "mark"):
        above = "*" if node.kind == "mark" else str(node.args[1].value)
        return replace(_written(node.args[0], has_labels), sup=above)
    if node.kind == "entry":
        return _written(node.args[0], has_labels)
    written: Written = node.value if node.kind == "name" else node.value.written
    return replace(written, sub="") if node.kind == "name" and node.args and has_labels else written
