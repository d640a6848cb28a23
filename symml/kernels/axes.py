"""Which axes of an expression carry data: along the others it is constant, and a kernel never stores them."""

from __future__ import annotations

from symml.expr.nodes import Add, Along, Apply, Constant, Contract, Expr, Extent, Power

Axes = frozenset[int]


def live_axes(node: Expr, known: dict[Expr, Axes]) -> Axes:
    """The axes along which the value may vary, from those of the arguments."""
    if isinstance(node, Constant | Extent):
        return frozenset()
    if isinstance(node, Contract):
        carried = {sub[k] for arg, sub in zip(node.args, node.subs, strict=True) for k in known[arg]}
        return frozenset(i for i in carried if i < len(node.shape))
    if isinstance(node, Add | Apply | Power):
        return frozenset().union(*(known[arg] for arg in node.args))
    if isinstance(node, Along) and set(node.axes) <= known[node.args[0]]:
        return along_axes(node, known[node.args[0]])
    return frozenset(range(len(node.shape)))


def along_axes(node: Along, live: Axes) -> Axes:
    """The live axes of a function along live axes."""
    if node.function.keeps_axes:
        return live
    return frozenset(i - sum(axis < i for axis in node.axes) for i in live if i not in node.axes)
