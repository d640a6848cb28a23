"""The nodes with a scope: sums over whole numbers, integrals and expectations, and the variables that they bind.

They are built by ``binders``, which sees to it that nothing is captured.
"""

from __future__ import annotations

from symml.expr.domains import Domain
from symml.expr.nodes import Expr


class Bound(Expr):
    """The variable of a sum, an integral or an expectation, inside its body.

    Attributes:
        name: What the variable is called in print.
        level: Grows outward, so that the variables of nested binders are different nodes.
        domain: What is known of its values.
    """

    __slots__ = ("domain", "level", "name")
    name: str
    level: int
    domain: Domain


class Binder(Expr):
    """A node whose first argument, the body, stands in the scope of its variables; other arguments stand outside."""

    __slots__ = ("variables",)
    variables: tuple[Bound, ...]

    @property
    def body(self) -> Expr:
        """What is summed, integrated or averaged."""
        return self.args[0]


class Ranged(Binder):
    """A binder of one scalar variable between two ends; an end that is not finite is not an argument.

    Attributes:
        ends: Whether the lower and the upper end are finite.
    """

    __slots__ = ("ends",)
    ends: tuple[bool, bool]

    @property
    def lower(self) -> Expr | None:
        """The lower end; ``None`` for minus infinity."""
        return self.args[1] if self.ends[0] else None

    @property
    def upper(self) -> Expr | None:
        """The upper end; ``None`` for infinity."""
        return self.args[-1] if self.ends[1] else None


class Series(Ranged):
    """The sum of the body over the whole numbers between two ends, both included."""

    __slots__ = ()


class Integral(Ranged):
    """The integral of the body over a real variable between two ends."""

    __slots__ = ()


class Expectation(Binder):
    """The mean of the body over random variables, given some others.

    Attributes:
        given: How many of the arguments after the body are conditions; the rest are parameters of the law.
    """

    __slots__ = ("given",)
    given: int

    @property
    def conditions(self) -> tuple[Expr, ...]:
        """What the expectation is conditioned on."""
        return self.args[1 : 1 + self.given]

    @property
    def parameters(self) -> tuple[Expr, ...]:
        """What the law of the variables depends on."""
        return self.args[1 + self.given :]
