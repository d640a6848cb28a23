"""Which axes of an expression carry data: along the others it is constant, and a kernel never stores them."""

from __future__ import annotations

from symml.expr.nodes import Add, Along, Apply, Constant, Contract, Expr, Extent, Power

Axes = frozenset[int]


class LiveAxes:
    """The axes along which a node's value may vary; found once a node."""

    def __init__(self) -> None:
        self._known: dict[Expr, Axes] = {}

    def __call__(self, node: Expr) -> Axes:
        """The live axes of ``node``."""
        stack = [] if node in self._known else [node]
        while stack:
            part = stack[-1]
            missing = [arg for arg in part.args if arg not in self._known]
            if missing:
                stack.extend(missing)
            else:
                self._known[stack.pop()] = self._found(part)
        return self._known[node]

    def _found(self, node: Expr) -> Axes:
        if isinstance(node, Constant | Extent):
            return frozenset()
        if isinstance(node, Contract):
            carried = {sub[k] for arg, sub in zip(node.args, node.subs, strict=True) for k in self._known[arg]}
            return frozenset(i for i in carried if i < len(node.shape))
        if isinstance(node, Add | Apply | Power):
            return frozenset().union(*(self._known[arg] for arg in node.args))
        if isinstance(node, Along) and set(node.axes) <= self._known[node.args[0]]:
            return along_axes(node, self._known[node.args[0]])
        return frozenset(range(len(node.shape)))


def along_axes(node: Along, live: Axes) -> Axes:
    """The live axes of a function along live axes."""
    if node.function.keeps_axes:
        return live
    return frozenset(i - sum(axis < i for axis in node.axes) for i in live if i not in node.axes)
