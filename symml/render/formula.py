"""A formula with named subterms: ``main where r = ..., s = ...``; the names are shared by LaTeX, text and code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from symml.expr.binders import is_open
from symml.expr.nodes import Add, Along, Apply, Contract, Expr, Extent, Linalg, Power, Symbol
from symml.expr.walk import topological, use_counts
from symml.render.code import code
from symml.render.latex import latex, name
from symml.render.printer import COMPARISONS
from symml.render.text import name as text_name
from symml.render.text import text

_LONG = 9
_LETTERS = {0: ("c", "t", "a"), 1: ("r", "u", "v", "h"), 2: ("R", "D", "E", "F")}
_PREFERRED = {
    "softmax": ("p", "s", "P", "S"),
    "tanh": ("h", "h", "H", "H"),
    "sigmoid": ("p", "s", "P", "S"),
    "exp": ("k", "k", "K", "K"),
    "inv": ("M", "P", "M", "P"),
}


@dataclass(frozen=True, repr=False)
class Formula:
    """An expression with names for what occurs more than once.

    Attributes:
        expr: The whole expression.
        names: The named nodes, in the order in which they are defined.
    """

    expr: Expr
    names: dict[Expr, str]

    def latex(self) -> str:
        """The main formula and its where clauses in LaTeX."""
        return self._written(latex, name, r",\quad ", r" \quad\text{where } ")

    def text(self) -> str:
        """The main formula and its where clauses as Unicode text."""
        return self._written(text, text_name, ", ", "  where ")

    def code(self) -> str:
        """Assignments of the named parts, then the main expression on the last line."""
        lines = [f"{key} = {code(node, self.names)}" for node, key in self.names.items()]
        return "\n".join([*lines, code(self.expr, self.names)])

    def _written(self, write: Callable[..., str], write_name: Callable[[str], str], comma: str, where: str) -> str:
        clauses = [f"{write_name(key)} = {write(node, self.names)}" for node, key in self.names.items()]
        return write(self.expr, self.names) + (where + comma.join(clauses) if clauses else "")

    def _repr_latex_(self) -> str:
        return "$\\displaystyle " + self.latex() + "$"

    def __repr__(self) -> str:
        return self.text()


def formula(root: Expr) -> Formula:
    """Names what is long and printed more than once."""
    taken = {node.name for node in topological(root) if isinstance(node, Symbol)} | {"e", "d", "I", "T"}
    taken |= {str(node.size) for node in topological(root) if isinstance(node, Extent)}
    taken |= {str(dim) for node in topological(root) for dim in node.shape}
    uses = _printed_uses(root)
    names: dict[Expr, str] = {}
    for node in topological(root):
        if node is root or uses[node] < 2 or len(node.shape) > 2 or not _worth_a_name(node) or is_open(node):
            continue
        if len(text(node, names)) >= _LONG or isinstance(node, Along):
            names[node] = _fresh(node, taken)
    return Formula(root, names)


def _printed_uses(root: Expr) -> dict[Expr, int]:
    """How often each node would be printed, counted once below a node that gets printed by name."""
    counts = use_counts(root)
    return {node: counts[node] for node in topological(root)}


def _worth_a_name(node: Expr) -> bool:
    if isinstance(node, Power):
        return node.exponent > 0
    if isinstance(node, Apply) and node.function.name in COMPARISONS:
        return False
    return isinstance(node, Add | Apply | Along | Linalg | Contract)


def _fresh(node: Expr, taken: set[str]) -> str:
    rank = len(node.shape)
    kind = getattr(getattr(node, "function", None), "name", "")
    options = [*_preferred(kind, rank), *_statistic(node), *_LETTERS[rank]]
    options += [f"{_LETTERS[rank][-1]}{k}" for k in range(1, 100)]
    found = next(option for option in options if option not in taken)
    taken.add(found)
    return found


def _preferred(kind: str, rank: int) -> tuple[str, ...]:
    row = _PREFERRED.get(kind)
    return () if row is None else row[2:] if rank == 2 else row[:2]


def _statistic(node: Expr) -> tuple[str, ...]:
    """``x_bar`` for a mean of x."""
    if not isinstance(node, Contract) or len(node.dims) == len(node.shape):
        return ()
    arrays = [arg for arg in node.args if arg.shape]
    sizes = [arg for arg in node.args if isinstance(arg, Power) and isinstance(arg.args[0], Extent)]
    is_mean = len(arrays) == 1 and len(sizes) == len(node.args) - 1 > 0
    return (f"{arrays[0].name}_bar",) if is_mean and isinstance(arrays[0], Symbol) else ()
