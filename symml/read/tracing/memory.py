"""What arrays of a traced function store: an expression with parts written over it, and views into it.

Parts are kept apart as long as they provably do not overlap, so that a buffer filled piece by piece ends as a plain sum
of its pieces. Named dims are taken to be 2 or more, as everywhere: a dim of 1 would broadcast.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from symml.errors import ShapeError
from symml.expr import arithmetic, indexing
from symml.expr.contract import Factor, contract
from symml.expr.dims import Dim, Shape, Size
from symml.expr.nodes import Add, Expr, add_node, basis, selector, show_shape

_SMALLEST = 2
_MAX_POSITIONS = 10_000


@dataclass(frozen=True)
class Run:
    """Entries of one axis: ``rows`` of them from ``start`` on, ``step`` apart.

    Attributes:
        gone: The axis has a single entry and is left out of the shape.
    """

    start: Dim
    rows: Dim
    step: int = 1
    gone: bool = False

    def within(self, rows: Dim, start: Dim, step: int, *, gone: bool = False) -> Run:
        """The run of entries of this run."""
        return Run(_dim(self.start + start * self.step), rows, 1 if rows == 1 else self.step * step, gone)

    def positions(self) -> set[int] | None:
        """The positions, when all are numbers."""
        if not isinstance(self.start, int) or not isinstance(self.rows, int) or self.rows > _MAX_POSITIONS:
            return None
        return set(range(self.start, self.start + self.step * self.rows, self.step))


Region = tuple[Run, ...]


def _dim(value: object) -> Dim:
    assert not isinstance(value, Expr)
    return value  # type: ignore[return-value] # sums and multiples of dims are dims


def _at_most(a: Dim, b: Dim) -> bool:
    """Whether ``a <= b`` for all sizes."""
    gap = _dim(b - a)
    if isinstance(gap, int):
        return gap >= 0
    return all(coef > 0 for _, coef in gap.terms) and gap.offset + _SMALLEST * sum(coef for _, coef in gap.terms) >= 0


def _apart(a: Run, b: Run) -> bool:
    """Whether two runs of one axis provably share no entry."""
    if a.step == b.step == 1:
        return _at_most(_dim(a.start + a.rows), b.start) or _at_most(_dim(b.start + b.rows), a.start)
    mine, theirs = a.positions(), b.positions()
    return mine is not None and theirs is not None and not mine & theirs


def _holds(a: Run, b: Run) -> bool:
    """Whether run ``a`` provably holds every entry of run ``b``."""
    if a.step == b.step == 1:
        return _at_most(a.start, b.start) and _at_most(_dim(b.start + b.rows), _dim(a.start + a.rows))
    mine, theirs = a.positions(), b.positions()
    return mine is not None and theirs is not None and theirs <= mine


def difference(new: Expr, old: Expr) -> Expr:
    """``new - old``, where what was added to ``old`` is found again."""
    if isinstance(new, Add) and new.args[0] is old:
        rest = new.args[1:]
        return rest[0] if len(rest) == 1 else add_node(rest)
    if new is old:
        return arithmetic.zeros(old.shape)
    if arithmetic.is_zero(old):
        return new
    return arithmetic.scale(-1, old) if arithmetic.is_zero(new) else arithmetic.minus(new, old)


class Memory:
    """The store of one array.

    Attributes:
        whole: The value below the written parts.
        writes: The written parts, pairwise apart.
        version: Grows with every write.
    """

    __slots__ = ("version", "whole", "writes")

    def __init__(self, whole: Expr) -> None:
        self.whole = whole
        self.writes: list[tuple[Region, Expr]] = []
        self.version = 0

    def clone(self) -> Memory:
        """A memory of its own with the same entries."""
        made = Memory(self.whole)
        made.writes = list(self.writes)
        return made

    def region(self) -> Region:
        """All entries."""
        return tuple(Run(0, dim) for dim in self.whole.shape)

    def read(self, region: Region) -> Expr:
        """The entries of a region, without the axes that are gone."""
        for written, value in self.writes:
            if written == region:
                return value
            if all(a == b or a == Run(0, dim) for a, b, dim in zip(written, region, self.whole.shape, strict=True)):
                kept = [Run(0, a.rows) if a == b else b for a, b in zip(written, region, strict=True) if not a.gone]
                return _take(value, tuple(kept))
        if all(any(map(_apart, written, region)) for written, _ in self.writes):
            return _take(self.whole, region)
        return _take(self.full(), region)

    def write(self, region: Region, value: Expr) -> None:
        """Replaces the entries of a region."""
        self.version += 1
        if region == self.region():
            self.whole, self.writes = value, []
            return
        kept = [(r, v) for r, v in self.writes if not all(map(_holds, region, r))]
        if not all(any(map(_apart, r, region)) for r, _ in kept):
            self.writes = kept
            self.whole, kept = self.full(), []
        self.writes = [*kept, (region, value)]

    def full(self) -> Expr:
        """The whole array."""
        if not self.writes:
            return self.whole
        shape = self.whole.shape
        bare = arithmetic.is_zero(self.whole) or self._covered()
        terms = [] if bare else [self.whole]
        for region, value in self.writes:
            part = value if bare else difference(value, _take(self.whole, region))
            if not arithmetic.is_zero(part):
                terms.append(_put(part, region, shape))
        if not terms:
            return arithmetic.zeros(shape)
        return terms[0] if len(terms) == 1 else add_node(tuple(terms))

    def _covered(self) -> bool:
        """Whether the written parts make up the whole array."""
        shape = self.whole.shape
        cut = {k for r, _ in self.writes for k, run in enumerate(r) if run != Run(0, shape[k])}
        if len(cut) == 1:
            (axis,) = cut
            total: Dim = 0
            for region, _ in self.writes:
                total = _dim(total + region[axis].rows)
            return total == shape[axis]
        counts = [_count(tuple(run.rows for run in region)) for region, _ in self.writes]
        return None not in counts and sum(filter(None, counts)) == _count(shape)


def _count(shape: Shape) -> int | None:
    """The number of entries, when every dim is a number."""
    numbers = [dim for dim in shape if isinstance(dim, int)]
    return prod(numbers) if len(numbers) == len(shape) else None


def _factors(region: Region, shape: Shape) -> tuple[list[Factor], list[object]]:
    """The 0/1 arrays of a region, and the labels of its kept axes."""
    factors: list[Factor] = []
    kept: list[object] = []
    for axis, (run, dim) in enumerate(zip(region, shape, strict=True)):
        if run.gone:
            factors.append((basis(dim, run.start), (("axis", axis),)))
        elif run == Run(0, dim):
            kept.append(("axis", axis))
        else:
            factors.append((selector(run.rows, dim, run.start, run.step), (("cut", axis), ("axis", axis))))
            kept.append(("cut", axis))
    return factors, kept


def _take(x: Expr, region: Region) -> Expr:
    factors, kept = _factors(region, x.shape)
    if arithmetic.is_zero(x):
        return arithmetic.zeros(tuple(run.rows for run in region if not run.gone))
    return contract([(x, _axes(x.shape)), *factors], kept)


def _put(value: Expr, region: Region, shape: Shape) -> Expr:
    factors, kept = _factors(region, shape)
    return contract([(value, kept), *factors], _axes(shape), dims=dict(zip(_axes(shape), shape, strict=True)))


def _axes(shape: Shape) -> list[object]:
    return [("axis", k) for k in range(len(shape))]


class View:
    """A window on a memory, as basic indices and transposes make it.

    Attributes:
        axes: For each axis of the view the axis of the memory, or ``None`` for a new axis.
    """

    __slots__ = ("axes", "memory", "region")

    def __init__(self, memory: Memory, region: Region, axes: Sequence[int | None]) -> None:
        self.memory, self.region, self.axes = memory, region, tuple(axes)

    @property
    def shape(self) -> Shape:
        """The dims of the view."""
        return tuple(1 if axis is None else self.region[axis].rows for axis in self.axes)

    @property
    def is_whole(self) -> bool:
        """Whether it shows all of its memory, with the axes in their order."""
        return self.region == self.memory.region() and self.axes == tuple(range(len(self.region)))

    def _kept(self) -> list[int]:
        return [axis for axis, run in enumerate(self.region) if not run.gone]

    def _labels(self) -> list[object]:
        return [("new", place) if axis is None else axis for place, axis in enumerate(self.axes)]

    def read(self) -> Expr:
        """The value now."""
        value = self.memory.read(self.region)
        ones: dict[object, Dim] = {("new", place): 1 for place, axis in enumerate(self.axes) if axis is None}
        return contract([(value, self._kept())], self._labels(), dims=ones)

    def write(self, value: Expr) -> None:
        """Replaces the value; ``value`` stretches to the view's shape, and leading axes of dim 1 are dropped."""
        extra = len(value.shape) - len(self.axes)
        if extra > 0 and all(dim == 1 for dim in value.shape[:extra]):
            value = indexing.index(value, (0,) * extra)
        try:
            value = arithmetic.broadcast(value, self.shape)
        except ShapeError:
            raise ShapeError(
                f"an array of shape {show_shape(value.shape)} cannot be written to a part of shape "
                f"{show_shape(self.shape)}",
                cure="make the shapes agree",
            ) from None
        self.memory.write(self.region, contract([(value, self._labels())], self._kept()))

    def copied(self) -> View:
        """The same entries in a memory of their own."""
        if self.region == self.memory.region():
            return View(self.memory.clone(), self.region, self.axes)
        return view_of(self.read())

    def transposed(self, order: Sequence[int]) -> View:
        """The view with its axes in another order."""
        return View(self.memory, self.region, [self.axes[k] for k in order])

    def at(self, items: Sequence[object]) -> View:
        """The view of integers, slices and new axes; one item for each axis, and ``None`` for a new one."""
        region, axes = list(self.region), list[int | None]()
        remaining = iter(self.axes)
        for item in items:
            if item is None:
                axes.append(None)
                continue
            axis = next(remaining)
            run = Run(0, 1) if axis is None else self.region[axis]
            if isinstance(item, slice):
                rows, start, step = indexing.slice_run(run.rows, item)
                found = run.within(rows, start, step)
                axes.append(axis)
            else:
                assert isinstance(item, int | Size)
                found = run.within(1, indexing.position(run.rows, item), 1, gone=True)
            if axis is not None:
                region[axis] = found
            elif isinstance(item, slice) and found.rows != 1:
                raise ShapeError("a new axis has one entry")
        return View(self.memory, tuple(region), axes)


def view_of(expr: Expr) -> View:
    """All of a fresh memory that holds ``expr``."""
    memory = Memory(expr)
    return View(memory, memory.region(), range(len(expr.shape)))
