"""Where a function has no derivative, and which slopes there are: the subgradient set of each kink."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from symml.calculus.facts import is_nonzero
from symml.expr.nodes import Add, Along, Apply, Contract, Expr, Linalg, Power, Symbol
from symml.expr.walk import depends_on, topological
from symml.render.text import text

# The slopes at a kink, for each function that has one.
_SLOPES = {
    "abs": "[-1, 1]",
    "relu": "[0, 1]",
    "leaky_relu": "from the slope on the left to 1",
    "elu": "from the slope on the left to 1",
    "maximum": "all means of the slopes of both arguments",
    "minimum": "all means of the slopes of both arguments",
}
_TIES = {
    "max": ("two largest entries tie", "all means of the unit vectors of the largest entries"),
    "min": ("two smallest entries tie", "all means of the unit vectors of the smallest entries"),
    "sort": ("entries tie", "all means of the orders of the tied entries"),
    "eigvals": ("eigenvalues coincide", "of their sum one; of each none"),
    "eigvecs": ("eigenvalues coincide", "none"),
}


@dataclass(frozen=True, repr=False)
class Kink:
    """A part of a function that has no derivative at some points.

    Attributes:
        part: The part.
        where: The points, in words.
        slopes: The set of slopes there.
    """

    part: Expr
    where: str
    slopes: str

    def __repr__(self) -> str:
        return f"{text(self.part)} has no derivative where {self.where}; its slopes there: {self.slopes}"


def kinks(expr: Expr, wrt: Expr) -> tuple[Kink, ...]:
    """The parts of ``expr`` that depend on ``wrt`` and have kinks or jumps; elsewhere the derivative is exact."""
    within = depends_on(expr, wrt)
    found = (kink(node) for node in topological(expr) if node in within)
    return tuple(one for one in found if one is not None)


def kink(node: Expr) -> Kink | None:
    """Where a node has no derivative in its arguments; ``None`` where it has one everywhere in its domain."""
    if isinstance(node, Apply):
        return _of_function(node)
    if isinstance(node, Along | Linalg) and node.function.name in _TIES:
        return Kink(node, *_TIES[node.function.name])
    if isinstance(node, Power) and 0 < node.exponent < 1 and not is_nonzero(node.args[0]):
        return _of_root(node)
    return None


def _of_function(node: Apply) -> Kink | None:
    name, row = node.function.name, node.function
    if row.kinks is not None:
        at = row.kinks(*node.args)
        return None if is_nonzero(at) else Kink(node, f"{text(at)} = 0", _SLOPES.get(name, "from left to right"))
    if not row.jumps:
        return None
    if row.arity == 1:
        where = f"{text(node.args[0])} = 0" if name == "sign" else f"{text(node.args[0])} passes a step"
        return Kink(node, where, "none, the value jumps")
    left, right = (text(arg) for arg in node.args)
    return Kink(node, f"{left} = {right}", "those of both branches where they meet, else none")


def _of_root(node: Power) -> Kink:
    """The root of a sum of squares is a norm, whose slopes at zero fill the unit ball."""
    base = node.args[0]
    terms = base.args if isinstance(base, Add) else (base,)
    squares = [_square(term) for term in terms]
    if node.exponent == Fraction(1, 2) and len(squares) == 1 and squares[0] is not None:
        return Kink(node, f"{text(squares[0])} = 0", "the unit ball")
    if isinstance(base, Symbol):
        return Kink(node, f"{text(base)} = 0", "none, they are unbounded")
    return Kink(node, f"{text(base)} = 0", "depend on how the root's argument comes to zero")


def _square(term: Expr) -> Expr | None:
    """``x`` of the sum of the squares of x."""
    is_sum = isinstance(term, Contract) and len(term.args) == 1 and term.coef == 1
    inner = term.args[0] if is_sum else term
    return inner.args[0] if isinstance(inner, Power) and inner.exponent == 2 else None
