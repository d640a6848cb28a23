"""A formula with named subterms: ``main where r = ..., s = ...``; the names are shared by LaTeX, text and code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from symml.expr.binders import readable
from symml.expr.nodes import Add, Along, Apply, Contract, Expr, Extent, Linalg, Power, Symbol
from symml.expr.walk import use_counts
from symml.render.code import code
from symml.render.latex import latex, name
from symml.render.opening import is_flat, opened
from symml.render.printer import COMPARISONS
from symml.render.stages import staged
from symml.render.text import name as text_name
from symml.render.text import text
from symml.render.views import with_clauses

# How long a part must be for a name: where it stands twice, for a difference such as a residual, and where it stands
# more often.
_LONG, _RESIDUAL, _OFTEN = 9, 7, 6
_LETTERS = {0: ("c", "t", "a"), 1: ("r", "u", "v", "h"), 2: ("R", "G", "H", "B", "C", "F")}
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
        shown = self.printed or self
        return with_clauses(shown.expr, shown.names, False, name, latex)

    def text(self) -> str:
        """The main formula and its where clauses as Unicode text."""
        shown = self.printed or self
        return with_clauses(shown.expr, shown.names, True, text_name, text)

    def code(self) -> str:
        """Assignments of the named parts, then the main expression on the last line."""
        lines = [f"{key} = {code(node, self.names)}" for node, key in self.names.items()]
        return "\n".join([*lines, code(self.expr, self.names)])

    def _repr_latex_(self) -> str:
        return "$\\displaystyle " + self.latex() + "$"

    def __repr__(self) -> str:
        return self.text()


def formula(root: Expr) -> Formula:
    """Names what is long and printed more than once."""
    root = readable(root)
    flat = opened(root, {})
    printed = _named(flat) if flat is not root and is_flat(flat) else None
    own = _named(root)
    return Formula(root, own.names, printed)


def _named(root: Expr) -> Formula:
    uses = _printed_uses(root)

    def wanted(node: Expr, names: Mapping[Expr, str]) -> list[str] | None:
        if uses[node] < 2 or not _worth_a_name(node):
            return None
        enough = _OFTEN if uses[node] > 2 else _RESIDUAL if isinstance(node, Add) and node.shape else _LONG
        is_long = isinstance(node, Along) or len(text(node, names)) >= enough
        return _options(node) if is_long else None

    return Formula(root, staged(root, wanted))


def _printed_uses(root: Expr) -> Counter[Expr]:
    """How often each node is written: what is divided by is written once for every division."""
    uses = Counter(use_counts(root))
    for node in [node for node in uses if _is_divisor(node)]:
        uses[node.args[0]] += uses[node] - 1
    return uses


def _is_divisor(node: Expr) -> bool:
    return isinstance(node, Power) and node.exponent < 0


def _worth_a_name(node: Expr) -> bool:
    if isinstance(node, Power):
        return not _is_divisor(node)
    if isinstance(node, Apply) and node.function.name in COMPARISONS:
        return False
    return isinstance(node, Add | Apply | Along | Linalg | Contract)


def _options(node: Expr) -> list[str]:
    """The names that would suit, the best first."""
    rank = len(node.shape)
    kind = getattr(getattr(node, "function", None), "name", "")
    return [*_preferred(kind, rank), *_statistic(node), *_LETTERS[rank]]


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
