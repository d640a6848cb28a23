"""Expressions in the order in which they are computed.

The result has the same value, and every product in it is one NumPy call: a slice, a scatter, a pick by labels, a
diagonal, a sum over axes, a pair of factors with summed indices, or an elementwise product. Equal parts of different
products become one node.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from symml.expr.contract import contract
from symml.expr.nodes import Contract, Expr
from symml.expr.walk import rebuild, topological
from symml.kernels.axes import LiveAxes
from symml.kernels.products import Product

_MOST_FACTORS = 12


def schedule(roots: Sequence[Expr], named: Collection[Expr] = ()) -> dict[Expr, Expr]:
    """What each node becomes; a product that is named or used twice is computed on its own."""
    order = topological(*roots)
    uses = Counter(roots)
    for node in order:
        uses.update(node.args)
    shared = {node for node in order if uses[node] > 1}.union(named)
    done: dict[Expr, Expr] = {}
    live = LiveAxes()
    for node in order:
        if isinstance(node, Contract):
            done[node] = Product(_opened(node, shared), done, live).scheduled()
        else:
            done[node] = rebuild(node, tuple(done[arg] for arg in node.args))
    return done


def _opened(node: Contract, shared: set[Expr]) -> Contract:
    """The product with the factors of the products that nobody else uses in their place."""

    def merge(inner: Expr) -> bool:
        return inner not in shared and len(inner.args) < _MOST_FACTORS

    items = list(zip(node.args, node.subs, strict=True))
    found = contract(items, range(len(node.shape)), coef=node.coef, dims=dict(enumerate(node.shape)), merge=merge)
    return found if isinstance(found, Contract) else node
