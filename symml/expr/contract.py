"""The smart constructor of products: index plumbing only, so the meaning is kept exactly.

``contract`` inlines scalings, transposes, broadcasts and plain sums, lets deltas die by substitution and numbers the
indices. It never cancels, never collects powers and never uses a declared fact: those are named rules of ``simplify``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symml.errors import ShapeError
from symml.expr.nodes import (
    Constant,
    Contract,
    Expr,
    Extent,
    Eye,
    Symbol,
    constant,
    contract_node,
    extent,
)

if TYPE_CHECKING:
    from symml.expr.dims import Dim

# An index label: any hashable value.
Label = Any
Factor = tuple[Expr, tuple[Label, ...]]
Merge = Callable[[Expr], bool]
_LIGHT_LIMIT = 4


def is_light(node: Expr) -> bool:
    """Whether a product is mere plumbing: at most one array, or one scalar that costs work; or it carries a delta."""
    arrays = heavy = 0
    for arg in node.args:
        if type(arg) is Eye:
            return True
        if arg.shape:
            arrays += 1
        elif not isinstance(arg, Symbol | Constant | Extent):
            heavy += 1
    return arrays <= 1 and len(node.args) <= _LIGHT_LIMIT and (arrays == 1 or heavy <= 1)


def contract(
    factors: Sequence[tuple[Expr, Sequence[Label]]],
    out: Sequence[Label],
    *,
    coef: Fraction | int = 1,
    dims: Mapping[Label, Dim] | None = None,
    merge: Merge = is_light,
) -> Expr:
    """The einsum of ``factors`` with output axes ``out``: every label that is not in ``out`` is summed.

    Args:
        factors: Pairs of an expression and a label for each of its axes.
        out: The labels of the result's axes, all different.
        coef: A rational coefficient.
        dims: The dimensions of output labels that no factor carries (broadcasts).
        merge: Which products among the factors are inlined.

    Raises:
        ShapeError: A label stands for two dimensions, or an output label has none.
    """
    sizes = dict(dims) if dims else {}
    todo: list[Factor] = []
    for node, labels in factors:
        _note_sizes(sizes, node, labels)
        todo.append((node, tuple(labels)))
    out = tuple(out)
    for label in out:
        if label not in sizes:
            raise ShapeError(f"the output index {label} has no dimension")
    exact = coef if type(coef) is Fraction else Fraction(coef)
    number, items = _inline(exact, todo, sizes, merge)
    items = _drop_deltas(items, out, sizes)
    return _finish(number, items, out, sizes)


def _note_sizes(sizes: dict[Label, Dim], node: Expr, labels: Sequence[Label]) -> None:
    if len(labels) != len(node.shape):
        raise ShapeError(f"{len(labels)} indices for an array with {len(node.shape)} axes")
    for label, dim in zip(labels, node.shape, strict=True):
        known = sizes.setdefault(label, dim)
        if known is not dim and known != dim:
            raise ShapeError(f"one index runs over {known} and over {dim}")


def _inline(coef: Fraction, todo: list[Factor], sizes: dict[Label, Dim], merge: Merge) -> tuple[Fraction, list[Factor]]:
    items: list[Factor] = []
    todo.reverse()
    while todo:
        node, labels = todo.pop()
        if type(node) is Constant and isinstance(node.value, Fraction):
            coef *= node.value
        elif type(node) is Contract and merge(node):
            coef *= node.coef
            inner: list[Label] = list(labels)
            for dim in node.dims[len(labels) :]:
                fresh = object()
                sizes[fresh] = dim
                inner.append(fresh)
            todo.extend(
                (arg, tuple([inner[i] for i in sub])) for arg, sub in zip(node.args[::-1], node.subs[::-1], strict=True)
            )
        else:
            items.append((node, labels))
    return coef, items


def _drop_deltas(items: list[Factor], out: tuple[Label, ...], sizes: dict[Label, Dim]) -> list[Factor]:
    """A summed index of a delta is the delta's other index."""
    k = 0
    while k < len(items):
        node, labels = items[k]
        if type(node) is not Eye or (labels[0] != labels[1] and labels[0] in out and labels[1] in out):
            k += 1
            continue
        keep, gone = labels if labels[1] not in out else labels[::-1]
        del items[k]
        if keep != gone:
            items = [(a, tuple([keep if x == gone else x for x in s])) for a, s in items]
            del sizes[gone]
        k = 0
    return items


def _finish(coef: Fraction, items: list[Factor], out: tuple[Label, ...], sizes: dict[Label, Dim]) -> Expr:
    """Numbers the indices; a summed index that nothing carries counts its dimension."""
    number: dict[Label, int] = {label: i for i, label in enumerate(out)}
    if len(number) < len(out):
        raise ShapeError("an output index is written twice", cure="use diag for a diagonal")
    for _, labels in items:
        for label in labels:
            number.setdefault(label, len(number))
    if len(number) < len(sizes):
        for label, dim in sizes.items():
            if label in number:
                continue
            if isinstance(dim, int):
                coef *= dim
            else:
                items.append((extent(dim), ()))
    if not items and not out:
        return constant(coef)
    args = tuple([node for node, _ in items])
    subs = tuple([tuple([number[label] for label in labels]) for _, labels in items])
    if coef == 1 and len(args) == 1 and subs[0] == tuple(range(len(out))):
        return args[0]
    return contract_node(coef, args, subs, tuple([sizes[label] for label in number]), len(out))


def factors_of(node: Expr) -> tuple[Fraction, list[tuple[Expr, tuple[int, ...]]]]:
    """An expression as coefficient and factors: a product's own, or the expression itself."""
    if isinstance(node, Contract):
        return node.coef, list(zip(node.args, node.subs, strict=True))
    if isinstance(node, Constant) and isinstance(node.value, Fraction):
        return node.value, []
    return Fraction(1), [(node, tuple(range(len(node.shape))))]
