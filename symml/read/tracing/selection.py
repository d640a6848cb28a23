"""``x[condition]``: entries whose number depends on data; sums, means and masked writes can be made of them."""

from __future__ import annotations

from typing import Any, NoReturn

from symml.errors import TraceError
from symml.expr import arithmetic, build, functions, indexing
from symml.expr.nodes import Expr, show_shape
from symml.read.tracing.operators import ArrayOperators


class Selection(ArrayOperators):
    """The entries of an array at which a condition on its first axes holds.

    Attributes:
        expr: The whole array.
        mask: The condition.
    """

    __slots__ = ("expr", "kind", "mask")

    def __init__(self, expr: Expr, mask: Expr, kind: str) -> None:
        self.expr, self.mask, self.kind = expr, mask, kind

    def call(self, name: str, *args: Any) -> Any:
        """The NumPy function of this name, of the entries."""
        return dispatch.call(name, args, {})

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return dispatch.ufunc(ufunc.__name__, method, inputs, options)

    def __array_function__(self, function: Any, types: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return dispatch.call(function.__name__, args, kwargs)

    def sum(self, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False) -> Any:
        """The sum of the entries."""
        return self._reduced(build.sum, 0, axis, keepdims)

    def prod(self, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False) -> Any:
        """The product of the entries."""
        return self._reduced(build.prod, 1, axis, keepdims)

    def mean(self, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False) -> Any:
        """The mean of the entries."""
        return self.sum(axis, keepdims=keepdims) / (self.count if axis == 0 else self.size)

    def _reduced(self, builder: Any, neutral: int, axis: Any, keepdims: bool) -> Any:
        """The axes under the condition are one axis, the first."""
        if axis not in (None, 0) or keepdims:
            refuse()
        axes = None if axis is None else tuple(range(len(self.mask.shape)))
        mask = stretched(self.mask, self.expr)
        return TracedArray(builder(functions.where(mask, self.expr, neutral), axes), self.kind)

    @property
    def count(self) -> Any:
        """How often the condition holds, a traced number."""
        return TracedArray(build.sum(self.mask), "i")

    @property
    def size(self) -> Any:
        """The number of entries, a traced number."""
        rest = tuple(range(len(self.mask.shape), len(self.expr.shape)))
        return self.count * TracedArray(build.count(self.expr, rest), "i")

    def copy(self) -> Selection:
        """The selection itself: it is never changed in place."""
        return self

    def astype(self, dtype: Any, **options: Any) -> Selection:
        """The entries with another kind."""
        changed = TracedArray(self.expr, self.kind).astype(dtype, **options)
        return Selection(changed.expr, self.mask, changed.kind)

    def __getitem__(self, key: Any) -> NoReturn:
        refuse()

    def __iter__(self) -> NoReturn:
        refuse()

    def __len__(self) -> NoReturn:
        refuse()

    def __bool__(self) -> NoReturn:
        refuse()

    def __float__(self) -> NoReturn:
        refuse()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        refuse()


def stretched(mask: Expr, x: Expr) -> Expr:
    """A condition on the first axes of ``x``, for every entry of ``x``."""
    missing = len(x.shape) - len(mask.shape)
    if missing < 0 or x.shape[: len(mask.shape)] != mask.shape:
        raise TraceError(
            f"a condition of shape {show_shape(mask.shape)} cannot index an array of shape {show_shape(x.shape)}"
        )
    return arithmetic.broadcast(indexing.index(mask, (Ellipsis, *[None] * missing)), x.shape) if missing else mask


def elementwise(name: str, args: tuple[Any, ...], options: Any) -> Selection:
    """An elementwise function of selections by one condition, and of numbers."""
    chosen = [arg for arg in args if isinstance(arg, Selection)]
    if any(arg.mask is not chosen[0].mask or arg.expr.shape != chosen[0].expr.shape for arg in chosen):
        refuse()
    if any(not isinstance(arg, Selection) and dispatch.operand(arg)[0].shape for arg in args):
        refuse()
    whole = [TracedArray(arg.expr, arg.kind) if isinstance(arg, Selection) else arg for arg in args]
    result = dispatch.call(name, tuple(whole), options)
    return Selection(result.expr, chosen[0].mask, result.kind)


def refuse() -> NoReturn:
    """Says why a selection cannot be used like an array."""
    raise TraceError(
        "a condition in brackets selects a number of entries that depends on data",
        cure="multiply by the condition, or use np.where(condition, x, 0)",
    )


# A sum of selected entries is an array again.
from symml.read.tracing import dispatch  # noqa: E402  # see the line above
from symml.read.tracing.array import TracedArray  # noqa: E402  # see the line above
