"""Python's operators on expressions, with NumPy's meaning: ``*`` is elementwise, ``@`` is matmul, ``.T`` transposes.

``==`` stays identity: expressions are keys of tables. Build an equation with ``eq`` and a comparison with ``<``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from symml.errors import SymmlError

if TYPE_CHECKING:
    from symml.expr.nodes import Expr


class Operators:
    """What people write with operators, methods and brackets."""

    __slots__ = ()

    def __add__(self, other: object) -> Expr:
        return arithmetic.plus(self, other)

    def __radd__(self, other: object) -> Expr:
        return arithmetic.plus(other, self)

    def __sub__(self, other: object) -> Expr:
        return arithmetic.minus(self, other)

    def __rsub__(self, other: object) -> Expr:
        return arithmetic.minus(other, self)

    def __neg__(self) -> Expr:
        return arithmetic.scale(-1, self)

    def __pos__(self) -> Expr:
        return arithmetic.lift(self)

    def __mul__(self, other: object) -> Expr:
        return arithmetic.times(self, other)

    def __rmul__(self, other: object) -> Expr:
        return arithmetic.times(other, self)

    def __truediv__(self, other: object) -> Expr:
        return arithmetic.divide(self, other)

    def __rtruediv__(self, other: object) -> Expr:
        return arithmetic.divide(other, self)

    def __pow__(self, other: object) -> Expr:
        return arithmetic.power(self, other)

    def __rpow__(self, other: object) -> Expr:
        return arithmetic.power(other, self)

    def __matmul__(self, other: object) -> Expr:
        return arithmetic.matmul(self, other)

    def __rmatmul__(self, other: object) -> Expr:
        return arithmetic.matmul(other, self)

    def __abs__(self) -> Expr:
        return functions.abs(self)

    def __lt__(self, other: object) -> Expr:
        return functions.less(self, other)

    def __le__(self, other: object) -> Expr:
        return functions.less_equal(self, other)

    def __gt__(self, other: object) -> Expr:
        return functions.greater(self, other)

    def __ge__(self, other: object) -> Expr:
        return functions.greater_equal(self, other)

    def __getitem__(self, key: object) -> Expr:
        return indexing.index(arithmetic.lift(self), key)

    def __iter__(self) -> Iterator[Expr]:
        return indexing.entries(arithmetic.lift(self))

    def __bool__(self) -> bool:
        raise SymmlError(
            "a symbolic expression is neither true nor false",
            cure="use where(condition, a, b) for a choice that depends on a value",
        )

    @property
    def T(self) -> Expr:
        """The transpose: axes in reverse order."""
        return arithmetic.transpose(self)

    def sum(self, axis: int | tuple[int, ...] | None = None, *, keepdims: bool = False) -> Expr:
        """The sum over ``axis``."""
        return build.sum(self, axis, keepdims=keepdims)

    def mean(self, axis: int | tuple[int, ...] | None = None, *, keepdims: bool = False) -> Expr:
        """The mean over ``axis``."""
        return build.mean(self, axis, keepdims=keepdims)

    def dot(self, other: object) -> Expr:
        """NumPy's ``dot``: matmul, and a plain product with a scalar."""
        return build.dot(self, other)

    def __array_ufunc__(self, ufunc: Callable[..., Any], method: str, *inputs: object, **options: object) -> Expr:
        return numpy_api.ufunc(ufunc, method, inputs, options)

    def __array_function__(
        self, function: Callable[..., Any], types: object, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Expr:
        return numpy_api.function(function, args, kwargs)


# The operators need the builders, the builders need the nodes, and the nodes are what the operators stand on.
from symml.expr import arithmetic, build, functions, indexing, numpy_api  # noqa: E402  # see the line above
