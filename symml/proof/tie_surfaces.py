"""Claims on the surface where a comparison ties: a symbol is solved for, so that the edge of both branches is met.

A comparison such as ``y >= log(1 + exp(x))`` ties at no rational point. With ``log(1 + exp(x))`` in the place of ``y``,
and the comparison by its value at a tie, the claim can be tried at points again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from symml.calculus.facts import is_nonnegative, is_positive
from symml.calculus.numeric import enclose
from symml.calculus.sampling import Point
from symml.errors import NotEvaluable
from symml.expr.arithmetic import full, scale
from symml.expr.functions import arcsinh, exp, log, sinh
from symml.expr.nodes import Add, Apply, Contract, Expr, Symbol
from symml.expr.walk import substitute, symbols, topological
from symml.proof.refute import search, shrink
from symml.proof.smoothness import completed
from symml.proof.verdict import Evidence, Verdict
from symml.render import text

_POINTS = 4
_AT_A_TIE = {"greater": 0, "less": 0, "not_equal": 0, "greater_equal": 1, "less_equal": 1, "equal": 1, "sign": 0}
# One-to-one functions: the inverse has no value where the function does not take it.
_INVERSES: dict[str, Callable[[Expr], Expr]] = {
    exp.name: log,
    log.name: exp,
    sinh.name: arcsinh,
    arcsinh.name: sinh,
}
_IN_DOMAIN: dict[str, Callable[[Expr], bool]] = {
    "real": lambda value: True,
    "positive": is_positive,
    "nonnegative": is_nonnegative,
}


@dataclass(frozen=True)
class Surface:
    """Both sides of a claim where one comparison ties.

    Attributes:
        left: The left side there.
        right: The right side there.
        value: What the symbol is there; the surface ends where it has no value.
        words: The surface as text: ``y = log(1 + exp(x))``.
    """

    left: Expr
    right: Expr
    value: Expr
    words: str

    def holds(self, point: Point) -> bool:
        """Whether the surface passes over the point."""
        try:
            return all(entry is not None for entry in enclose(self.value, completed(point, self.value)).flat)
        except NotEvaluable:
            return False


def refuted_at_a_tie(left: Expr, right: Expr, claim: str) -> Verdict | None:
    """A refutation of an equality where a comparison ties.

    Args:
        left: The left side.
        right: The right side, of the same shape.
        claim: The claim as text.
    """
    for surface in tie_surfaces(left, right):
        for point, found in search(surface.left, surface.right, count=_POINTS, shapes=1):
            if found.outcome == "differs" and surface.holds(point):
                witness = shrink(surface.left, surface.right, point, accept=surface.holds)
                shown = f"rigorous enclosures of both sides where {surface.words} exclude the claim"
                note = f"the comparison ties at the counterexample: {surface.words}"
                return Verdict("refuted", claim, shown, (Evidence("enclosure", shown),), witness, notes=(note,))
    return None


def tie_surfaces(left: Expr, right: Expr) -> Iterator[Surface]:
    """The surfaces of the comparisons that can be solved for a symbol."""
    seen = set()
    for node in topological(left, right):
        pair = _compared(node)
        if pair is None:
            continue
        a, b = pair
        for side, other in ((a, b), (b, a)):
            solved = _solved(side, other)
            if solved is None or solved in seen:
                continue
            seen.add(solved)
            yield _on_surface(left, right, a, b, *solved)


def _compared(node: Expr) -> tuple[Expr, Expr] | None:
    """What a comparison compares; a sign compares with zero."""
    if not isinstance(node, Apply) or node.function.name not in _AT_A_TIE:
        return None
    return (node.args[0], node.args[1]) if len(node.args) == 2 else (node.args[0], full(0, node.shape))


def _solved(side: Expr, other: Expr) -> tuple[Symbol, Expr] | None:
    """A symbol of one side and what it is where the sides are equal: outer operations are undone one by one."""
    while not isinstance(side, Symbol):
        undone = _undone(side, other)
        if undone is None:
            return None
        side, other = undone
    inside = _IN_DOMAIN.get(side.domain.name)
    if inside is None or side in symbols(other) or side.shape != other.shape or not inside(other):
        return None
    return side, other


def _undone(side: Expr, other: Expr) -> tuple[Expr, Expr] | None:
    if isinstance(side, Apply) and side.function.name in _INVERSES:
        return side.args[0], _INVERSES[side.function.name](other)
    if isinstance(side, Add):
        open_terms = [arg for arg in side.args if symbols(arg)]
        if not open_terms:
            return None
        kept = open_terms[-1]
        for arg in side.args:
            other = other if arg is kept else other - arg
        return kept, other
    if isinstance(side, Contract) and side.coef and side.subs == (tuple(range(len(side.shape))),):
        return side.args[0], scale(1 / side.coef, other)
    return None


def _on_surface(left: Expr, right: Expr, a: Expr, b: Expr, symbol: Symbol, value: Expr) -> Surface:
    """Both sides with every comparison of these two settled, and the symbol replaced."""
    settled: dict[Expr, Expr] = {
        node: full(_AT_A_TIE[node.function.name], node.shape)
        for node in topological(left, right)
        if isinstance(node, Apply) and _compared(node) in ((a, b), (b, a))
    }

    def there(side: Expr) -> Expr:
        return substitute(substitute(side, settled), {symbol: value})

    return Surface(there(left), there(right), value, f"{symbol.name} = {text.show(value)}")
