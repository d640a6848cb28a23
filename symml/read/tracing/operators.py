"""Python's operators on traced arrays: each is the NumPy function of the same meaning."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar


def _binary(name: str) -> Callable[[Any, Any], Any]:
    return lambda self, other: self.call(name, self, other)


def _swapped(name: str) -> Callable[[Any, Any], Any]:
    return lambda self, other: self.call(name, other, self)


def _unary(name: str) -> Callable[[Any], Any]:
    return lambda self: self.call(name, self)


class ArrayOperators(ABC):
    """Operators that build new arrays; comparisons are elementwise, as in NumPy."""

    __slots__ = ()
    __hash__: ClassVar[None]  # type: ignore[assignment] # arrays are not hashable, as in NumPy
    __array_priority__ = 1000

    @abstractmethod
    def call(self, name: str, *args: Any) -> Any:
        """The function of this name, of these arguments."""

    __add__, __radd__ = _binary("add"), _swapped("add")
    __sub__, __rsub__ = _binary("subtract"), _swapped("subtract")
    __mul__, __rmul__ = _binary("multiply"), _swapped("multiply")
    __truediv__, __rtruediv__ = _binary("divide"), _swapped("divide")
    __floordiv__, __rfloordiv__ = _binary("floor_divide"), _swapped("floor_divide")
    __mod__, __rmod__ = _binary("remainder"), _swapped("remainder")
    __pow__, __rpow__ = _binary("power"), _swapped("power")
    __matmul__, __rmatmul__ = _binary("matmul"), _swapped("matmul")
    __and__, __rand__ = _binary("bitwise_and"), _swapped("bitwise_and")
    __or__, __ror__ = _binary("bitwise_or"), _swapped("bitwise_or")
    __xor__, __rxor__ = _binary("bitwise_xor"), _swapped("bitwise_xor")
    __lt__, __le__ = _binary("less"), _binary("less_equal")
    __gt__, __ge__ = _binary("greater"), _binary("greater_equal")
    __neg__, __pos__ = _unary("negative"), _unary("positive")
    __abs__, __invert__ = _unary("absolute"), _unary("invert")

    def __eq__(self, other: object) -> Any:
        return False if _is_no_number(other) else self.call("equal", self, other)

    def __ne__(self, other: object) -> Any:
        return True if _is_no_number(other) else self.call("not_equal", self, other)


def _is_no_number(value: object) -> bool:
    return value is None or isinstance(value, str)
