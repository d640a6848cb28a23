"""What a rewrite is: a named equality with its domain, and an example that every rewrite is tested on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from symml.expr.function import Function
from symml.expr.nodes import Add, Apply, Contract, Expr, Power
from symml.kernels.monomials import VIEW, Sum, expand, is_elementwise
from symml.kernels.rows import hypot

Rule = Callable[[Expr], Expr | None]


@dataclass(frozen=True)
class Row:
    """A guarded rewrite.

    Args:
        statement: The equality, left as people write it, right as floats like it.
        domain: Where both sides are equal.
        kinds: The node types it looks at.
        apply: Gives the new expression, or ``None`` where the row does not fit.
        needs: Traits of which the node must have one (see ``traits``); empty where the row always looks.
        example: A text and declarations that the row rewrites.
    """

    statement: str
    domain: str
    kinds: tuple[type[Expr], ...]
    apply: Rule
    needs: str
    example: tuple[str, str]

    @property
    def name(self) -> str:
        """What the row is called."""
        return self.apply.__name__.replace("_", " ")


def is_call(node: Expr, *functions: Function) -> bool:
    """Whether the node is one of these functions of something."""
    return isinstance(node, Apply) and node.function in functions


def terms(node: Expr) -> Sum:
    """The node as a sum of monomials."""
    return expand(node)


def traits(node: Expr) -> frozenset[str]:
    """What a sum or product holds: names of functions, and ``pole``, ``inverse``, ``root`` or ``square`` for powers."""
    view = VIEW.get()
    known = {} if view is None else view.traits
    if node not in known:
        known[node] = _traits(node)
    return known[node]


def _traits(node: Expr) -> frozenset[str]:
    if isinstance(node, Apply):
        return frozenset({node.function.name})
    if isinstance(node, Power):
        base, p = node.args[0], node.exponent
        own = {"inverse"} if p < 0 else set()
        own |= {"pole"} if p < 0 and (isinstance(base, Add) or is_call(base, hypot)) else set()
        own |= {"root"} if p.denominator == 2 else {"square"} if abs(p) > 1 else set()
        return frozenset(own) | traits(base)
    if isinstance(node, Add | Contract):
        found = frozenset().union(*map(traits, node.args))
        return found | {"square"} if len(set(node.args)) < len(node.args) else found
    return frozenset()


def is_product(node: Expr) -> bool:
    """Whether the node is an elementwise product."""
    return isinstance(node, Contract) and is_elementwise(node)
