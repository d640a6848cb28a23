"""Entries placed inside zeros: a buffer with assignments to its slices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from symml.expr.dims import Size
from symml.expr.nodes import ONE, Add, Basis, Contract, Expr, Selector
from symml.kernels.code import PRODUCT, Code, times
from symml.kernels.contractions import cut_key
from symml.kernels.values import Labels, Value, stretched
from symml.kernels.views import Cutter

if TYPE_CHECKING:
    from symml.kernels.emit import Emitter


@dataclass(frozen=True)
class Scatter:
    """``coef * part`` placed where the 0/1 factors say.

    Attributes:
        part: What is placed.
        labels: For each axis of ``part``, the axis of the result.
        cuts: For each axis of the result that is cut, its 0/1 factor.
    """

    coef: Code
    part: Expr
    labels: Labels
    cuts: dict[int, Cutter]


def scatter_of(node: Expr) -> Scatter | None:
    """The parts of a product that places entries inside zeros."""
    if isinstance(node, Basis):
        return Scatter(Code("1"), ONE, (), {0: node})
    if not isinstance(node, Contract):
        return None
    rank = len(node.shape)
    cuts: dict[int, Cutter] = {}
    rows: dict[int, int] = {}
    rest: list[tuple[Expr, Labels]] = []
    for arg, sub in zip(node.args, node.subs, strict=True):
        placed = sub[-1] < rank and sub[-1] not in cuts if sub else False
        if isinstance(arg, Basis) and placed:
            cuts[sub[0]] = arg
        elif isinstance(arg, Selector) and placed and sub[0] >= rank and sub[0] not in rows:
            cuts[sub[1]], rows[sub[0]] = arg, sub[1]
        else:
            rest.append((arg, sub))
    part, labels = rest[0] if rest else (ONE, ())
    axes = tuple(rows.get(i, i) for i in labels)
    fits = len(rest) <= 1 and len(set(axes)) == len(axes) and set(range(rank, len(node.dims))) == set(rows)
    if not cuts or not fits or any(i >= rank or isinstance(cuts.get(i), Basis) for i in axes):
        return None
    if rest and node.coef != 1:
        return None
    top, low = abs(node.coef.numerator), node.coef.denominator
    return Scatter(Code(str(top) if low == 1 else f"{top} / {low}", PRODUCT, node.coef < 0), part, axes, cuts)


def write_scatter(e: Emitter, node: Expr, scatter: Scatter) -> Value:
    """A buffer of zeros with one assignment."""
    stored = tuple(sorted({*scatter.cuts, *(scatter.labels[k] for k in e.values[scatter.part].axes)}))
    name = _buffer(e, node, stored)
    _assign(e, name, scatter, stored, "=")
    return Value(Code(name), stored)


def write_scatters(e: Emitter, node: Add, scatters: Sequence[Scatter]) -> Value:
    """One buffer of zeros to which several parts are added."""
    stored = tuple(range(len(node.shape)))
    name = _buffer(e, node, stored)
    for k, scatter in enumerate(scatters):
        is_new = all(_are_apart(scatter, other) for other in scatters[:k])
        _assign(e, name, scatter, stored, "=" if is_new else "+=")
    return Value(Code(name), stored)


def _buffer(e: Emitter, node: Expr, stored: Labels) -> str:
    name = e.fresh(node)
    e.lines.append(f"{name} = np.zeros({e.shape(tuple(node.shape[axis] for axis in stored))})")
    return name


def _assign(e: Emitter, name: str, scatter: Scatter, stored: Labels, sign: str) -> None:
    value = e.values[scatter.part]
    labels = tuple(scatter.labels[axis] for axis in value.axes)
    keys = [cut_key(e, scatter.cuts[axis]) if axis in scatter.cuts else ":" for axis in stored]
    free = tuple(axis for axis in stored if not isinstance(scatter.cuts.get(axis), Basis))
    code = stretched(value.number, labels, free) if labels else times(*_factors(scatter.coef, value.number))
    e.lines.append(f"{name}[{', '.join(keys)}] {sign} {code}")


def _factors(coef: Code, code: Code) -> list[Code]:
    return [coef] if str(code) == "1" else [code]


def _are_apart(a: Scatter, b: Scatter) -> bool:
    """Whether two parts are placed at different entries for certain."""
    return any(_is_before(a.cuts[k], b.cuts[k]) or _is_before(b.cuts[k], a.cuts[k]) for k in {*a.cuts} & {*b.cuts})


def _is_before(a: Cutter, b: Cutter) -> bool:
    """Whether every place of ``a`` is in front of every place of ``b``, whatever the sizes."""
    ends = [(c.position, 1) if isinstance(c, Basis) else (c.start, c.shape[0]) for c in (a, b)]
    if any(isinstance(c, Selector) and c.step < 0 for c in (a, b)):
        return False
    step = a.step if isinstance(a, Selector) else 1
    gap = ends[1][0] - (ends[0][0] + (ends[0][1] - 1) * step + 1)
    if isinstance(gap, int):
        return gap >= 0
    return isinstance(gap, Size) and gap.offset >= 0 and all(coef >= 0 for _, coef in gap.terms)
