"""Views: a factor with unit vectors and slice matrices on its axes is what NumPy writes ``x[1, 2:]``."""

from __future__ import annotations

from collections.abc import Mapping

from symml.expr.contract import Factor, contract
from symml.expr.nodes import Basis, Contract, Expr, Selector

Cutter = Basis | Selector


def view(base: Expr, cuts: Mapping[int, Cutter]) -> Expr:
    """``base`` with one entry (a unit vector) or a slice (a selector) of some of its axes."""
    factors: list[Factor] = [(base, tuple(("axis", k) for k in range(len(base.shape))))]
    out: list[object] = []
    for axis in range(len(base.shape)):
        cutter = cuts.get(axis)
        if isinstance(cutter, Selector):
            factors.append((cutter, (("row", axis), ("axis", axis))))
            out.append(("row", axis))
        elif cutter is not None:
            factors.append((cutter, (("axis", axis),)))
        else:
            out.append(("axis", axis))
    return contract(factors, out, merge=lambda node: False)


def view_parts(node: Expr) -> tuple[Expr, dict[int, Cutter]] | None:
    """The array and the cut axes of a view."""
    if not isinstance(node, Contract) or node.coef != 1 or len(node.args) < 2:
        return None
    base, axes = node.args[0], node.subs[0]
    cuts: dict[int, Cutter] = {}
    for arg, sub in zip(node.args[1:], node.subs[1:], strict=True):
        if not isinstance(arg, Basis | Selector) or axes.count(sub[-1]) != 1 or sub[-1] < len(node.shape):
            return None
        cuts[axes.index(sub[-1])] = arg
    return (base, cuts) if len(cuts) == len(node.args) - 1 and view(base, cuts) is node else None


def cut(node: Expr, axis: int, cutter: Cutter) -> Expr:
    """``node`` with one more axis cut; a view of a view is one view where the axes differ."""
    base, cuts = view_parts(node) or (node, {})
    places = [k for k in range(len(base.shape)) if not isinstance(cuts.get(k), Basis)]
    place = places[axis] if len(places) == len(node.shape) else -1
    if place >= 0 and place not in cuts:
        return view(base, {**cuts, place: cutter})
    return view(node, {axis: cutter})
