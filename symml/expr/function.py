"""The rows of the function tables: what a row says of a function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symml.expr.nodes import Expr

Slope = Callable[..., "Expr | None"]


@dataclass(frozen=True, eq=False, repr=False)
class Function:
    """A scalar function; calling it builds the elementwise expression.

    Args:
        name: The name in NumPy-style text.
        latex: The LaTeX of the function's name.
        slopes: For each argument, the partial derivative from the arguments and the value ``f`` (the last parameter);
            ``None`` in place of a row means that the slope is zero wherever it exists.
        definition: The function in terms of more basic ones; ``None`` for a primitive.
        sympy: The definition in SymPy: called with the module and the arguments.
        mpmath: The name in mpmath, or a function of the context and the arguments; primitives only.
        flint: The name of the method of ``flint.arb``; primitives only.
        numpy: The name in NumPy; empty where NumPy has none.
        needs: What must hold for the value to exist: pairs of an argument position and ``positive``,
            ``nonnegative``, ``nonzero``, ``unit`` (strictly between 0 and 1) or ``within one`` (from -1 to 1).
        facts: What is known of every value: ``positive``, ``nonnegative``, ``binary``, ``sign`` ...
        kinks: The expression at whose zeros the function is continuous but has no derivative.
        jumps: Whether the value jumps where the (difference of the) arguments is zero.
    """

    name: str
    latex: str
    slopes: tuple[Slope | None, ...]
    definition: Callable[..., Expr] | None = None
    sympy: Callable[..., Any] | None = None
    mpmath: str | Callable[..., Any] = ""
    flint: str = ""
    numpy: str = ""
    needs: tuple[tuple[int, str], ...] = ()
    facts: frozenset[str] = frozenset()
    kinks: Callable[..., Expr] | None = None
    jumps: bool = False
    undefined: bool = False

    @property
    def arity(self) -> int:
        """The number of arguments."""
        return len(self.slopes)

    def __call__(self, *args: object) -> Expr:
        """The expression of the function of these arguments, broadcast to one shape."""
        return arithmetic.apply(self, args)

    def __repr__(self) -> str:
        return self.name


@dataclass(frozen=True, eq=False, repr=False)
class AxisFunction:
    """A function along axes.

    Args:
        name: The name in NumPy-style text.
        latex: The LaTeX of the function's name.
        keeps_axes: Whether the result has the axes that the function runs along.
        definition: The function of the array and the axes in terms of more basic ones; ``None`` for a primitive.
        numpy: The name in NumPy; empty where NumPy has none.
        facts: What is known of every value.
    """

    name: str
    latex: str
    keeps_axes: bool
    definition: Callable[[Expr, tuple[int, ...]], Expr] | None = None
    numpy: str = ""
    facts: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        return self.name


@dataclass(frozen=True, eq=False, repr=False)
class MatrixFunction:
    """A function of a square matrix.

    Args:
        name: The name in NumPy-style text.
        latex: The LaTeX of the function's name.
        axes: The axes of the result: 0 a number, 1 a vector, 2 a matrix.
        numpy: The name in NumPy.
        reads_symmetric: Whether it is a function of the symmetric part (A + A') / 2.
    """

    name: str
    latex: str
    axes: int
    numpy: str = ""
    reads_symmetric: bool = False

    def __repr__(self) -> str:
        return self.name


# A row is called to build an expression, and arithmetic needs the nodes, which need the rows for their types.
from symml.expr import arithmetic  # noqa: E402  # see the line above
