"""What a part of a formula means: an expression over running indices, a number, column, row or matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from symml.expr.contract import contract
from symml.expr.dims import Dim, Shape
from symml.expr.nodes import Expr, Symbol, show_shape


@dataclass(frozen=True)
class Value:
    """A value.

    Attributes:
        expr: The expression; its first axes are those of ``labels``.
        labels: The running indices it depends on.
        row: Whether a vector is a row.
        elementwise: Whether a matrix was made entry by entry, so that a number may be added to it.
        whole: The same as a function of a symbol that is not defined, for derivatives.
    """

    expr: Expr
    labels: tuple[str, ...] = ()
    row: bool = False
    elementwise: bool = False

    @property
    def core(self) -> Shape:
        """The shape without the axes of running indices."""
        return self.expr.shape[len(self.labels) :]

    @property
    def rank(self) -> int:
        """0 for a number, 1 for a vector, 2 for a matrix."""
        return len(self.expr.shape) - len(self.labels)

    @property
    def is_square(self) -> bool:
        """Whether it is a square matrix."""
        return self.rank == 2 and self.core[0] == self.core[1]

    def with_expr(self, expr: Expr, **more: Any) -> Value:
        """Another expression over the same indices."""
        return Value(expr, self.labels, more.get("row", self.row), more.get("elementwise", self.elementwise))


def union(*values: Value) -> tuple[str, ...]:
    """The running indices of all values, in order of appearance."""
    return tuple(dict.fromkeys(label for value in values for label in value.labels))


def einsum(factors: Sequence[tuple[Value, str]], out: str, **more: Any) -> Expr:
    """The product of values with letters for their own axes; running indices stay."""
    labels = union(*(value for value, _ in factors))
    parts = [(value.expr, (*(("run", x) for x in value.labels), *own)) for value, own in factors]
    return contract(parts, [*(("run", x) for x in labels), *out], **more)


def spread(value: Value, labels: Sequence[str], core: Shape, dims: dict[str, Dim]) -> Expr:
    """The value over more running indices, and a number in the place of each entry of ``core``."""
    if value.labels == tuple(labels) and value.core == core:
        return value.expr
    axes = [("own", i) for i in range(len(core))]
    own = axes[len(core) - value.rank :] if value.rank else []
    sizes: dict[Any, Dim] = {("run", x): dims[x] for x in labels} | dict(zip(axes, core, strict=True))
    return contract(
        [(value.expr, [*(("run", x) for x in value.labels), *own])], [*(("run", x) for x in labels), *axes], dims=sizes
    )


def summed_over(value: Value, letters: Sequence[str]) -> Value:
    """The sum over running indices."""
    kept = tuple(label for label in value.labels if label not in letters)
    own = [("own", k) for k in range(value.rank)]
    axes = [*(("run", x) for x in value.labels), *own]
    return Value(
        contract([(value.expr, axes)], [*(("run", x) for x in kept), *own]), kept, value.row, value.elementwise
    )


def describe(value: Value) -> str:
    """What a value is, in words."""
    if value.rank == 0:
        return "a number"
    if value.rank == 1:
        return f"a {'row' if value.row else 'vector'} of shape {show_shape(value.core)}"
    return f"{'a matrix' if value.rank == 2 else 'an array'} of shape {show_shape(value.core)}"


def is_symbol(value: Value) -> bool:
    """Whether the value is a bare symbol."""
    return isinstance(value.expr, Symbol)
