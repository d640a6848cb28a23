"""Brackets: integers, slices, new axes and integer labels, each as a product with a 0/1 array."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING

from symml.errors import ShapeError, SymmlError
from symml.expr.arithmetic import brief, broadcast_shape, is_zero, lift, zeros
from symml.expr.contract import Factor, contract
from symml.expr.dims import Dim, Size, as_dim, is_count
from symml.expr.nodes import (
    Add,
    Basis,
    Constant,
    Contract,
    Expr,
    Extent,
    Eye,
    OneHot,
    Positions,
    Selector,
    Symbol,
    add_node,
    basis,
    onehot,
    selector,
)
from symml.expr.walk import topological

if TYPE_CHECKING:
    from symml.expr.dims import Shape

_WHOLE = slice(None)
_MAX_REGROUPED = 1000


@dataclass
class Plan:
    """A key as index plumbing: taking entries out is one product, and so is putting them back.

    Attributes:
        axes: The label of each axis of the array.
        factors: The 0/1 arrays that select.
        out: The label of each axis of the result.
        ones: The labels of new axes, with dim 1.
        joint: The labels that integer labels share; empty when there are none.
    """

    axes: tuple[object, ...] = ()
    factors: list[Factor] = field(default_factory=list)
    out: list[object] = field(default_factory=list)
    ones: dict[object, Dim] = field(default_factory=dict)
    joint: list[object] = field(default_factory=list)

    def take(self, x: Expr) -> Expr:
        """The entries of ``x`` at the key."""
        return contract([(x, self.axes), *self.factors], self.out, dims=self.ones)

    def put(self, value: Expr, shape: Shape) -> Expr:
        """An array of this shape with ``value`` at the key and zeros elsewhere; equal labels add up."""
        dims = dict(zip(self.axes, shape, strict=True))
        return contract([(value, self.out), *self.factors], self.axes, dims=dims)


def index(x: Expr, key: object) -> Expr:
    """``x[key]`` with NumPy's meaning for integers, slices, ``None``, ``...`` and arrays of integer labels.

    Raises:
        ShapeError: There are more indices than axes, or an integer lies outside.
        SymmlError: The key is of a kind that has no expression.
    """
    return plan(x, key).take(x)


def entries(x: Expr) -> Iterator[Expr]:
    """``x[0], x[1], ...``, where the first axis has a number of entries.

    Raises:
        ShapeError: ``x`` is a scalar, or its first dim is a symbol.
    """
    if not x.shape:
        raise ShapeError(f"{brief(x)} is a scalar: it has no entries to go through")
    if not isinstance(x.shape[0], int):
        raise ShapeError(
            f"{brief(x)} has {x.shape[0]} entries: they cannot be gone through one by one",
            cure=f"declare a number in the place of {x.shape[0]}, or write it with sums and products",
        )
    return (index(x, k) for k in range(x.shape[0]))


def plan(x: Expr, key: object) -> Plan:
    """What ``x[key]`` means, as index plumbing."""
    keys = _read_key(x, full_key(x, key if isinstance(key, tuple) else (key,)))
    found = Plan(axes=tuple(("axis", i) for i in range(len(x.shape))))
    arrays = [_labels(item) for item in keys if isinstance(item, Expr)]
    shape = broadcast_shape(*(labels.shape for labels in arrays)) if arrays else ()
    found.joint = [("joint", k) for k in range(len(shape))]
    places: list[int] = []
    axis = 0
    for place, item in enumerate(keys):
        if item is None:
            found.out.append(("new", place))
            found.ones["new", place] = 1
            continue
        if isinstance(item, Expr):
            places.append(len(found.out))
            found.factors.append(_label_factor(_labels(item), x.shape[axis], axis, shape))
        else:
            if isinstance(item, int | Size) and shape:
                places.append(len(found.out))
            found.out += _one_axis(x, axis, item, found.factors)
        axis += 1
    at = places[0] if len(set(places)) == 1 else 0
    found.out[at:at] = found.joint
    return found


def full_key(x: Expr, keys: tuple[object, ...]) -> list[object]:
    """The key with ``...`` and missing axes written out."""
    used = len([k for k in keys if k is not None and k is not Ellipsis])
    rank = len(x.shape)
    if used > rank:
        raise ShapeError(f"{brief(x)} has {rank} axes; the key has {used} indices")
    spread = [i for i, k in enumerate(keys) if k is Ellipsis]
    if len(spread) > 1:
        raise SymmlError("a key has at most one ...")
    whole: list[object] = [_WHOLE] * (rank - used)
    if not spread:
        return [*keys, *whole]
    return [*keys[: spread[0]], *whole, *keys[spread[0] + 1 :]]


def _one_axis(x: Expr, axis: int, item: object, factors: list[Factor]) -> list[object]:
    """Adds the 0/1 factor that ``item`` stands for; gives the output labels."""
    label, dim = ("axis", axis), x.shape[axis]
    if isinstance(item, slice):
        if item == _WHOLE:
            return [label]
        rows, start, step = slice_run(dim, item)
        factors.append((selector(rows, dim, start, step), (("cut", axis), label)))
        return [("cut", axis)]
    if isinstance(item, int | Size) and not isinstance(item, bool):
        factors.append((basis(dim, position(dim, item)), (label,)))
        return []
    raise SymmlError(f"{item!r} cannot index an array", cure="use integers, slices, None, ... or an array of labels")


def _read_key(x: Expr, keys: list[object]) -> list[object]:
    """The key with numbers in the place of constants, and labels in the place of lists."""
    found: list[object] = []
    axes = iter(x.shape)
    for item in keys:
        dim = 0 if item is None else next(axes)
        value = item.value if isinstance(item, Constant) else None
        entries = whole_entries(item) if isinstance(item, Expr) else item
        if isinstance(entries, list):
            found.append(lift(_within(dim, entries)))
        else:
            found.append(int(value) if isinstance(value, Fraction) and value.denominator == 1 else item)
    return found


def whole_entries(labels: Expr) -> list[object] | None:
    """The entries of a vector of plain whole numbers; ``None`` for anything else."""
    if len(labels.shape) != 1 or not isinstance(labels.shape[0], int):
        return None
    found = [Fraction(0)] * labels.shape[0]
    for term in labels.args if isinstance(labels, Add) else (labels,):
        coef, factors = (term.coef, term.args) if isinstance(term, Contract) else (Fraction(1), (term,))
        at = factors[0].position if len(factors) == 1 and isinstance(factors[0], Basis) else None
        if (factors and not isinstance(at, int)) or coef.denominator != 1:
            return None
        for k in range(len(found)) if at is None else [at]:
            found[k] += coef  # type: ignore[index] # positions of a vector of numbers are numbers
    return [int(entry) for entry in found]


def _within(dim: Dim, entries: list[object]) -> list[object]:
    """Labels as positions on an axis of ``dim`` entries; negative ones count from the end."""
    if any(isinstance(entry, bool) for entry in entries):
        raise SymmlError("a list of booleans cannot index an array", cure="multiply by the 0/1 array, or use where")
    return [
        _within(dim, entry) if isinstance(entry, list) else position(dim, entry) if isinstance(entry, int) else entry
        for entry in entries
    ]


# ---- integer labels --------------------------------------------------------------------------------------------------
def is_whole(node: Expr) -> bool:
    """Whether every entry is known to be a whole number."""
    return all(_keeps_whole(part) for part in topological(node))


def _keeps_whole(part: Expr) -> bool:
    if isinstance(part, Symbol):
        return "integer" in part.domain.facts
    if isinstance(part, Constant):
        return isinstance(part.value, Fraction) and part.value.denominator == 1
    if isinstance(part, Contract):
        return part.coef.denominator == 1
    return isinstance(part, Add | Extent | Eye | Basis | Positions | Selector | OneHot)


def _labels(labels: Expr) -> Expr:
    if not is_whole(labels):
        raise SymmlError(
            f"{brief(labels)} indexes an array but is not known to be whole numbers",
            cure="declare labels as such, as in 'y: n label'; for a condition use where(condition, a, b)",
        )
    return labels


def _label_factor(labels: Expr, dim: Dim, axis: int, shape: Shape) -> Factor:
    """Labels as 0/1 rows; axes align from the right with the common shape of all labels."""
    shift = len(shape) - len(labels.shape)
    own: list[object] = [
        ("joint", k + shift) if size == shape[k + shift] else ("stretched", axis, k)
        for k, size in enumerate(labels.shape)
    ]
    return onehot(labels, dim), (*own, ("axis", axis))


# ---- integers and slices ---------------------------------------------------------------------------------------------
def position(dim: Dim, item: Dim) -> Dim:
    """The position that an index means on an axis of ``dim`` entries; negative ones count from the end."""
    if _is_negative(item):
        return _shift(dim, item)
    rest = dim - item
    if isinstance(rest, int) and rest <= 0:
        last = dim - 1
        raise ShapeError(f"index {item} lies outside an axis of {dim} entries", cure=f"use 0 to {last}")
    return item


def _is_negative(item: Dim) -> bool:
    """Whether an index counts from the end, such as ``-1`` and ``-n``."""
    if isinstance(item, int):
        return item < 0
    return item.offset <= 0 and all(coef < 0 for _, coef in item.terms)


def _shift(dim: Dim, offset: Dim) -> Dim:
    moved = dim + offset
    if isinstance(moved, Expr) or (isinstance(moved, int) and moved < 0):
        raise ShapeError(f"index {offset} lies outside an axis of {dim} entries")
    return moved


def slice_run(dim: Dim, item: slice) -> tuple[Dim, Dim, int]:
    """(number of entries, first position, step) of a slice of an axis."""
    if isinstance(dim, int) and not any(isinstance(v, Size) for v in (item.start, item.stop)):
        chosen = range(*item.indices(dim))
        return len(chosen), chosen.start if len(chosen) else 0, chosen.step
    step = 1 if item.step is None else item.step
    if step == -1 and item.start is None and item.stop is None:
        return dim, _shift(dim, -1), -1
    if step != 1:
        raise SymmlError(
            f"a slice with step {step} needs a number as dimension, not {dim}", cure="declare the dim as a number"
        )
    start = _end(dim, item.start, 0)
    stop = _end(dim, item.stop, dim)
    rows = stop - start
    if isinstance(rows, Expr) or (isinstance(rows, int) and rows < 0):
        raise SymmlError(f"the slice {item.start}:{item.stop} of an axis of {dim} entries has no length")
    return rows, start, 1


def _end(dim: Dim, value: int | Size | None, default: Dim) -> Dim:
    """An end of a slice; what lies outside the axis is cut off, as in NumPy."""
    if value is None:
        return default
    if isinstance(value, int) and value < 0:
        return _shift(dim, value)
    if isinstance(value, Size) and _is_negative(value):
        # k of -k lies within the axis, as the k of x[:k] does; -d - 1 of an axis of d entries provably does not.
        counted = dim + value
        value = 0 if is_count(-counted) else as_dim(counted)
    if isinstance(value, Size) and all(coef < 0 for _, coef in value.terms) and value.offset > 0:
        raise SymmlError(f"the end {value} of a slice counts from the front or from the back, as the size may be")
    return dim if is_count(value - dim) else value


def pick(x: Expr, labels: Expr) -> Expr:
    """One entry of the last axis for each row: ``x[np.arange(n), labels]``, shape ``(n,)``."""
    axes = tuple(range(len(x.shape)))
    return contract([(x, axes), (onehot(labels, x.shape[-1]), axes)], axes[:-1])


def regroup(x: Expr, wanted: Sequence[object]) -> Expr | None:
    """The entries in row-major order in another shape; ``None`` where that needs more than numbers for dims.

    Args:
        x: The array.
        wanted: The shape, in which one dim may be -1.
    """
    own = [dim for dim in x.shape if isinstance(dim, int)]
    shape = [dim for dim in wanted if isinstance(dim, int)]
    if len(own) < len(x.shape) or len(shape) < len(wanted) or not 0 < prod(own) <= _MAX_REGROUPED:
        return None
    if -1 in shape:
        shape[shape.index(-1)] = prod(own) // max(-prod(shape), 1)
    return _grouped(_flat(x, own), shape) if prod(shape) == prod(own) else None


def _flat(x: Expr, shape: Sequence[int]) -> Expr:
    if len(shape) <= 1:
        return x
    return place_side_by_side([_flat(index(x, i), shape[1:]) for i in range(shape[0])], 0)


def _grouped(flat: Expr, shape: Sequence[int]) -> Expr:
    if len(shape) <= 1:
        return flat
    step = prod(shape[1:])
    rows = [_grouped(index(flat, slice(i * step, (i + 1) * step)), shape[1:]) for i in range(shape[0])]
    return place_side_by_side([index(row, None) for row in rows], 0)


def place_side_by_side(nodes: Sequence[Expr], axis: int) -> Expr:
    """Arrays one after the other along ``axis``."""
    total: Dim = 0
    starts: list[Dim] = []
    for node in nodes:
        starts.append(total)
        grown = total + node.shape[axis]
        assert not isinstance(grown, Expr)
        total = grown
    placed = zip(nodes, starts, strict=True)
    terms = [_placed(node, axis, start, total) for node, start in placed if not is_zero(node)]
    if not terms:
        return zeros((*nodes[0].shape[:axis], total, *nodes[0].shape[axis + 1 :]))
    return terms[0] if len(terms) == 1 else add_node(tuple(terms))


def _placed(node: Expr, axis: int, start: Dim, total: Dim) -> Expr:
    """``node`` inside an array of zeros whose ``axis`` has ``total`` entries."""
    axes: list[object] = list(range(len(node.shape)))
    out = [*axes[:axis], "wide", *axes[axis + 1 :]]
    return contract([(node, axes), (selector(node.shape[axis], total, start, 1), (axis, "wide"))], out)
