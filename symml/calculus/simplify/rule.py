"""What a rule of simplification is, and the record of its use."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction

from symml.expr.contract import Factor, Merge, contract, is_light
from symml.expr.nodes import Contract, Expr


@dataclass(frozen=True)
class Uses:
    """Which nodes are used once in the expression under work: only those may be opened without losing sharing."""

    once: frozenset[Expr]


@dataclass(frozen=True)
class Rule:
    """A named rewrite.

    Args:
        name: What the step is called in a derivation.
        kinds: The node types it looks at.
        apply: Gives the new expression, or ``None`` where the rule does not fit.
        condition: What must hold of the values for both sides to agree; empty when they always do.
        quiet: Plumbing that a derivation does not show.
        beside: Node types of which one must be among the arguments; any argument will do when it is empty.
    """

    name: str
    kinds: tuple[type[Expr], ...]
    apply: Callable[[Expr, Uses], Expr | None]
    condition: str = ""
    quiet: bool = False
    beside: frozenset[type[Expr]] = frozenset()


@dataclass(frozen=True)
class Rewrite:
    """One use of a rule: ``before`` became ``after``."""

    rule: Rule
    before: Expr
    after: Expr


Log = list[Rewrite]


def remake(node: Contract, items: Iterable[Factor], coef: Fraction | None = None, merge: Merge = is_light) -> Expr:
    """The product with the same output axes and other factors."""
    rank = len(node.shape)
    dims = dict(enumerate(node.dims[:rank]))
    return contract(list(items), range(rank), coef=node.coef if coef is None else coef, dims=dims, merge=merge)


def items_of(node: Contract) -> list[tuple[Expr, tuple[int, ...]]]:
    """The factors of a product with their indices."""
    return list(zip(node.args, node.subs, strict=True))


def carriers(node: Contract, index: int) -> int:
    """How many times an index stands on a factor."""
    return sum(sub.count(index) for sub in node.subs)
