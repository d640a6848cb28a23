"""A formula with named subterms: ``main where r = ..., s = ...``; the names are shared by LaTeX, text and code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from symml.expr.binders import is_open
from symml.expr.nodes import Add, Along, Apply, Contract, Expr, Extent, Linalg, Power, Symbol
from symml.expr.walk import topological, use_counts
from symml.render.code import code
from symml.render.latex import latex, name
from symml.render.opening import is_flat, opened
from symml.render.printer import COMPARISONS
from symml.render.text import name as text_name
from symml.render.text import text

_LONG = 9
_LETTERS = {0: ("c", "t", "a"), 1: ("r", "u", "v", "h"), 2: ("R", "G", "H", "B", "C", "F")}
# With an index, letters that are neither symbols nor dims of the formula: h_2 would be an entry of h.
_INDEXED = {0: "ctazqb", 1: "uvhzqb", 2: "GHBCFZQUVAMNKLSTWXY"}
_PREFERRED = {
    "softmax": ("p", "s", "P", "S"),
    "tanh": ("h", "h", "H", "H"),
    "sigmoid": ("p", "s", "P", "S"),
    "exp": ("k", "k", "K", "K"),
    "inv": ("M", "P", "M", "P"),
    "max": ("m", "m", "M", "M"),
    "min": ("m", "m", "M", "M"),
    "sort": ("s", "s", "S", "S"),
    "eigvals": ("lam", "s", "lam", "s"),
    "eigvecs": ("Q", "U", "Q", "U"),
    "cholesky": ("L", "C", "L", "C"),
}


@dataclass(frozen=True, repr=False)
class Formula:
    """An expression with names for what occurs more than once.

    Attributes:
        expr: The whole expression.
        names: The named nodes, in the order in which they are defined.
        printed: The formula that is shown in matrix notation, where it is another than the one that is computed.
    """

    expr: Expr
    names: dict[Expr, str]
    printed: Formula | None = None

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
        if self.printed is not None:
            return self.printed._written(write, write_name, comma, where)
        clauses = [f"{write_name(key)} = {write(node, self.names)}" for node, key in self.names.items()]
        return write(self.expr, self.names) + (where + comma.join(clauses) if clauses else "")

    def _repr_latex_(self) -> str:
        return "$\\displaystyle " + self.latex() + "$"

    def __repr__(self) -> str:
        return self.text()


def formula(root: Expr) -> Formula:
    """Names what is long and printed more than once."""
    flat = opened(root, {})
    printed = _named(flat) if flat is not root and is_flat(flat) else None
    own = _named(root)
    return Formula(root, own.names, printed)


def _named(root: Expr) -> Formula:
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
    options += [f"{letter}{k}" for letter in _INDEXED[rank] if letter not in taken for k in range(1, 100)]
    found = next(option for option in options if option not in taken)
    taken.add(found)
    return found


def _preferred(kind: str, rank: int) -> tuple[str, ...]:
    row = _PREFERRED.get(kind)
    return () if row is None else row[2:] if rank == 2 else row[:2]


def _statistic(node: Expr) -> tuple[str, ...]:
    """Names that books use: ``x_bar`` for a mean of x, ``x_tilde`` for x less its mean, ``v`` for a variance."""
    centered = _centered(node)
    if centered is not None:
        return (f"{centered.name}_tilde",)
    if _is_variance(node):
        return ("v",)
    mean = _mean_of(node)
    return (f"{mean.name}_bar",) if mean is not None else ()


def _mean_of(node: Expr) -> Symbol | None:
    """The symbol whose entries are averaged, stretched or not."""
    if not isinstance(node, Contract) or len(node.dims) == len(node.shape):
        return None
    arrays = [arg for arg in node.args if arg.shape]
    sizes = [arg for arg in node.args if _is_one_over_size(arg)]
    is_mean = len(arrays) == 1 and len(sizes) == len(node.args) - 1 > 0
    return arrays[0] if is_mean and isinstance(arrays[0], Symbol) else None


def _is_one_over_size(node: Expr) -> bool:
    return isinstance(node, Power) and isinstance(node.args[0], Extent)


def _centered(node: Expr) -> Symbol | None:
    """``x`` of ``x - mean(x)``."""
    if not isinstance(node, Add) or len(node.args) > 2:
        return None
    for x, mean in (node.args, node.args[::-1]):
        if isinstance(x, Symbol) and isinstance(mean, Contract) and mean.coef == -1 and _mean_of(mean) is x:
            return x
    return None


def _is_variance(node: Expr) -> bool:
    """Whether a node is a mean of squares, with or without a small number added."""
    for term in node.args if isinstance(node, Add) else (node,):
        if not isinstance(term, Contract) or len(term.dims) == len(term.shape):
            continue
        squares = [arg for arg in term.args if isinstance(arg, Power) and arg.exponent == 2]
        if squares and any(map(_is_one_over_size, term.args)):
            return True
    return False
