"""The code of scheduled products with summed indices: views, picks, diagonals, sums and pairs of factors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from symml.calculus.facts import is_symmetric
from symml.expr.dims import Dim, Size
from symml.expr.nodes import Basis, Contract, Expr, Linalg, OneHot
from symml.kernels.code import Code, call, matmul, subscript, transposed
from symml.kernels.products import is_pickable
from symml.kernels.values import Labels, Value, reordered, with_keys
from symml.kernels.views import Cutter

if TYPE_CHECKING:
    from symml.kernels.emit import Emitter

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
Part = tuple[Code, Labels]


# ---- views -----------------------------------------------------------------------------------------------------------
def write_view(e: Emitter, base: Expr, cuts: dict[int, Cutter]) -> Value:
    """``x[1, 2:]``; an axis that is not stored has nothing to cut."""
    value = e.values[base]
    keys: list[str] = []
    kept: list[int] = []
    place = 0
    for axis in range(len(base.shape)):
        cutter = cuts.get(axis)
        if axis in value.axes:
            keys.append(":" if cutter is None else cut_key(e, cutter))
            kept += [] if isinstance(cutter, Basis) else [place]
        place += not isinstance(cutter, Basis)
    return Value(with_keys(value.code, keys), tuple(kept), value.boolean, value.alias)


def cut_key(e: Emitter, cutter: Cutter) -> str:
    """The entry or the slice that a 0/1 factor takes of an axis."""
    if isinstance(cutter, Basis):
        return _from_end(e, cutter.position, cutter.shape[0]) or str(e.size(cutter.position))
    rows, cols = cutter.shape
    step, start = cutter.step, cutter.start
    stop = _sum(start, rows, step)
    if step == 1:
        first = "" if start == 0 else _from_end(e, start, cols) or str(e.size(start))
        last = "" if stop == cols else _from_end(e, stop, cols) or str(e.size(stop))
        return f"{first}:{last}"
    if rows == 0:
        return ":0"
    first = "" if step < 0 and start == _sum(cols, -1, 1) else str(e.size(start))
    last = "" if isinstance(stop, int) and stop < 0 else str(e.size(stop))
    return f"{first}:{last}:{step}"


def _from_end(e: Emitter, place: Dim, length: Dim) -> str:
    """``-1`` for the last place of an axis whose length is a name."""
    gap = _sum(length, place, -1)
    return str(-gap) if isinstance(length, Size) and isinstance(gap, int) and gap > 0 else ""


def _sum(a: Dim, b: Dim, coef: int) -> Dim:
    found = a + b * coef
    assert isinstance(found, int | Size)
    return found


# ---- one factor ------------------------------------------------------------------------------------------------------
def write_sum(node: Contract, code: Code, labels: Labels) -> Value:
    """The sum of one factor over axes, its diagonal, or the sum of its diagonal."""
    rank = len(node.shape)
    if len(set(labels)) == len(labels):
        kept = tuple(i for i in labels if i < rank)
        summed = tuple(k for k, i in enumerate(labels) if i >= rank)
        return _ordered(call("np.sum", code, *_axis(summed, len(labels))), kept)
    if len(labels) == 2:
        if labels[0] >= rank:
            return Value(call("np.trace", code))
        return Value(call("np.diagonal", code), labels[:1], alias=True)
    return _einsum([(code, labels)], rank)


def _axis(axes: Labels, rank: int) -> list[str]:
    if len(axes) == rank:
        return []
    return [f"axis={axes[0] if len(axes) == 1 else axes}"]


def _ordered(code: Code, labels: Labels) -> Value:
    order = tuple(sorted(labels))
    return Value(reordered(code, labels, order), order)


def _einsum(parts: Sequence[Part], rank: int) -> Value:
    letters: dict[int, str] = {}
    for _, labels in parts:
        for label in labels:
            letters.setdefault(label, _LETTERS[len(letters)])
    out = tuple(sorted(label for label in letters if label < rank))
    subs = ",".join("".join(letters[i] for i in labels) for _, labels in parts)
    spec = f'"{subs}->{"".join(letters[i] for i in out)}"'
    return Value(call("np.einsum", spec, *(code for code, _ in parts)), out)


# ---- two factors -----------------------------------------------------------------------------------------------------
def write_pair(parts: Sequence[Part], rank: int) -> Value:
    """Two factors with summed indices: a matmul, a tensordot, or an einsum where neither fits."""
    (a, la), (b, lb) = parts
    shared = [i for i in la if i in lb]
    summed = [i for i in shared if i >= rank]
    batch = tuple(i for i in shared if i < rank)
    own_a, own_b = tuple(i for i in la if i not in shared), tuple(i for i in lb if i not in shared)
    if any(i >= rank for i in own_a + own_b):
        return _einsum(parts, rank)
    if not batch and len(summed) == 1 and len(la) <= 2 and len(lb) <= 2:
        left = a if la[-1] == summed[0] else transposed(a)
        right = b if lb[0] == summed[0] else transposed(b)
        return _ordered(matmul(left, right), own_a + own_b)
    if not batch:
        axes = (tuple(la.index(i) for i in summed), tuple(lb.index(i) for i in summed))
        return _ordered(call("np.tensordot", a, b, f"axes={axes}"), own_a + own_b)
    if len(summed) == len(own_a) == len(own_b) == 1:
        left = reordered(a, la, (*batch, *own_a, *summed))
        right = reordered(b, lb, (*batch, *summed, *own_b))
        return _ordered(matmul(left, right), (*batch, *own_a, *own_b))
    return _einsum(parts, rank)


def pick_place(node: Contract) -> int | None:
    """The place of the one-hot factor of a pick by labels."""
    if len(node.args) != 2 or not isinstance(node.args[1], OneHot) or node.coef != 1:
        return None
    labels, chosen = node.subs
    summed = len(node.dims) - len(node.shape) == 1 and chosen[-1] >= len(node.shape)
    return 1 if summed and is_pickable(labels, chosen) else None


def write_pick(e: Emitter, node: Contract) -> Value:
    """``p[np.arange(n), y]``, or ``w[y]``."""
    base, chosen = node.args
    labels, rows = node.subs[0], node.subs[1][:-1]
    code, found = e.values[base].number, e.whole(chosen.args[0])
    keys = {node.subs[1][-1]: str(found)}
    if set(rows) & set(labels):
        keys[rows[0]] = f"np.arange({e.size(chosen.shape[0])})"
        return _ordered(subscript(code, [keys[i] for i in labels]), rows)
    place = labels.index(node.subs[1][-1])
    out = (*labels[:place], *rows, *labels[place + 1 :])
    return _ordered(with_keys(code, [keys.get(i, ":") for i in labels]), out)


# ---- linear systems --------------------------------------------------------------------------------------------------
def solved(node: Contract) -> int | None:
    """The place of the inverse in the product of an inverse with a vector or a matrix."""
    if len(node.args) != 2 or len(node.dims) - len(node.shape) != 1 or node.coef != 1:
        return None
    summed = len(node.shape)
    for k, arg in enumerate(node.args):
        is_inverse = isinstance(arg, Linalg) and arg.function.name == "inv"
        (sub, other) = node.subs[k], node.subs[1 - k]
        if is_inverse and len(set(sub)) == 2 and len(other) <= 2 and sub.count(summed) == other.count(summed) == 1:
            return k if len({*sub, *other}) == len(sub) + len(other) - 1 else None
    return None


def write_solve(e: Emitter, node: Contract, k: int) -> Value:
    """``np.linalg.solve(A, b)`` for ``inv(A) @ b``."""
    inverse, other = node.args[k], node.args[1 - k]
    (row, col), labels = node.subs[k], node.subs[1 - k]
    matrix, right = e.whole(inverse.args[0]), e.whole(other)
    summed = len(node.shape)
    if row == summed:
        matrix = matrix if is_symmetric(inverse.args[0]) else transposed(matrix)
    free = tuple(i for i in labels if i != summed)
    right = reordered(right, labels, (summed, *free))
    return _ordered(call("np.linalg.solve", matrix, right), (row if col == summed else col, *free))
