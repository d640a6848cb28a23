"""Claims on the surface where a comparison ties: a symbol is solved for, so that the edge of both branches is met.

A comparison such as ``y >= log(1 + exp(x))`` ties at no rational point. With ``log(1 + exp(x))`` in the place of ``y``,
and the comparison by its value at a tie, the claim can be tried at points again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from itertools import islice

import flint

from symml.calculus.facts import is_nonnegative, is_positive
from symml.calculus.identity_test import identity_test
from symml.calculus.numeric import enclose
from symml.calculus.sampling import Point, as_array
from symml.errors import NotEvaluable
from symml.expr.arithmetic import full, minus, rational_power, scale
from symml.expr.functions import arcsinh, exp, log, sinh
from symml.expr.nodes import Add, Apply, Contract, Expr, Power, Symbol
from symml.expr.walk import substitute, symbols, topological
from symml.proof.refute import compare, counterexample, search, shrink
from symml.proof.smoothness import completed
from symml.proof.verdict import Evidence, Verdict
from symml.render import text

_POINTS = 6
_SURFACES = 16
_AT_A_TIE = {"greater": 0, "less": 0, "not_equal": 0, "greater_equal": 1, "less_equal": 1, "equal": 1, "sign": 0}
# One-to-one functions: the inverse has no value where the function does not take it.
_INVERSES: dict[str, Callable[[Expr], Expr]] = {
    exp.name: log,
    log.name: exp,
    sinh.name: arcsinh,
    arcsinh.name: sinh,
}
# By the domain of a solved symbol, whether a value lies in it for sure; elsewhere it must be seen to be positive.
_IN_DOMAIN: dict[str, Callable[[Expr], bool]] = {
    "real": lambda value: True,
    "positive": is_positive,
    "nonnegative": is_nonnegative,
}
Guards = tuple[Expr, ...]


@dataclass(frozen=True)
class Surface:
    """Both sides of a claim where one comparison ties.

    Attributes:
        left: The left side there.
        right: The right side there.
        symbol: The symbol that is solved for.
        value: What it is there; the surface ends where it has no value.
        guards: What must be positive: which argument of a maximum was taken, on which side of a kink.
        words: The surface as text: ``y = log(1 + exp(x))``.
    """

    left: Expr
    right: Expr
    symbol: Symbol
    value: Expr
    guards: Guards
    words: str

    def holds(self, point: Point) -> bool:
        """Whether the surface passes over the point."""
        try:
            whole = completed(point, self.value, *self.guards)
            values, *guards = (enclose(expr, whole).flat for expr in (self.value, *self.guards))
        except NotEvaluable:
            return False
        defined = all(entry is not None for entry in values)
        return defined and all(entry is not None and bool(entry > 0) for guard in guards for entry in guard)

    def lifted(self, point: Point) -> Point | None:
        """The point with a value for the symbol, where that is rational."""
        try:
            found = enclose(self.value, completed(point, self.value))
        except NotEvaluable:
            return None
        if not all(isinstance(entry, flint.fmpq) for entry in found.flat):
            return None
        entries = [Fraction(int(entry.p), int(entry.q)) for entry in found.flat]
        return point.replaced(self.symbol, as_array(entries, found.shape))


def refuted_at_a_tie(left: Expr, right: Expr, claim: str, wrt: Symbol | None) -> Verdict | None:
    """A refutation of an equality where a comparison ties.

    Args:
        left: The left side.
        right: The right side, of the same shape.
        claim: The claim as text.
        wrt: The variable when the sides are derivatives: where its own comparisons tie there is none.
    """
    for surface in islice(tie_surfaces(left, right, wrt), _SURFACES):
        for point, found in search(surface.left, surface.right, count=_POINTS, shapes=1):
            if found.outcome == "differs" and surface.holds(point):
                witness = shrink(surface.left, surface.right, point, accept=surface.holds)
                whole = surface.lifted(witness.point)
                if whole is not None and compare(left, right, whole).outcome == "differs":
                    shown = "rigorous enclosures of both sides at an exact point exclude the claim"
                    exact = Evidence("enclosure", shown)
                    return Verdict("refuted", claim, shown, (exact,), counterexample(left, right, whole))
                shown = f"rigorous enclosures of both sides where {surface.words} exclude the claim"
                note = f"the comparison ties at the counterexample: {surface.words}"
                return Verdict("refuted", claim, shown, (Evidence("enclosure", shown),), witness, notes=(note,))
    return None


def ties_hold(left: Expr, right: Expr, wrt: Symbol | None) -> bool:
    """Whether the sides are equal in random draws on every surface that is found, too."""
    surfaces = list(islice(tie_surfaces(left, right, wrt), _SURFACES))
    return all(identity_test(surface.left, surface.right).status == "zero" for surface in surfaces)


def tie_surfaces(left: Expr, right: Expr, wrt: Symbol | None) -> Iterator[Surface]:
    """The surfaces of the comparisons that can be solved for a symbol."""
    seen = set()
    for node in topological(left, right):
        pair = _compared(node)
        if pair is None or (wrt is not None and wrt.name in {symbol.name for symbol in symbols(*pair)}):
            continue
        for side, other in (pair, pair[::-1]):
            for symbol, value, guards in _solved(side, other):
                if (symbol, value) not in seen:
                    seen.add((symbol, value))
                    yield _on_surface(left, right, pair, symbol, value, guards)


def _compared(node: Expr) -> tuple[Expr, Expr] | None:
    """What a comparison compares; a sign compares with zero."""
    if not isinstance(node, Apply) or node.function.name not in _AT_A_TIE:
        return None
    return (node.args[0], node.args[1]) if len(node.args) == 2 else (node.args[0], full(0, node.shape))


def _solved(side: Expr, other: Expr) -> Iterator[tuple[Symbol, Expr, Guards]]:
    """Symbols of one side and what they are where the sides are equal: outer operations are undone one by one."""
    todo: list[tuple[Expr, Expr, Guards]] = [(side, other, ())]
    while todo:
        side, other, guards = todo.pop()
        if not isinstance(side, Symbol):
            todo += [(inner, value, (*guards, *more)) for inner, value, more in _undone(side, other)]
            continue
        is_inside = _IN_DOMAIN.get(side.domain.name)
        if is_inside is not None and side not in symbols(other) and side.shape == other.shape:
            yield side, other, guards if is_inside(other) else (*guards, other)


def _undone(side: Expr, other: Expr) -> Iterator[tuple[Expr, Expr, Guards]]:
    """(inner, value, guards): the side is ``other`` where ``inner`` is the value and the guards are positive."""
    if isinstance(side, Add):
        for kept in side.args:
            if symbols(kept):
                rest = [arg for arg in side.args if arg is not kept]
                yield kept, reduce(minus, rest, other), ()
    elif isinstance(side, Contract) and side.coef and side.subs == (tuple(range(len(side.shape))),):
        yield side.args[0], scale(1 / side.coef, other), ()
    elif isinstance(side, Power):
        root = rational_power(other, 1 / side.exponent)
        yield side.args[0], root, (other,)
        if side.exponent.numerator % 2 == 0:
            yield side.args[0], scale(-1, root), (other,)
    elif isinstance(side, Apply) and side.function.name in _INVERSES:
        yield side.args[0], _INVERSES[side.function.name](other), ()
    elif isinstance(side, Apply) and side.function.name in ("relu", "abs"):
        yield side.args[0], other, (other,)
        if side.function.name == "abs":
            yield side.args[0], scale(-1, other), (other,)
    elif isinstance(side, Apply) and side.function.name in ("maximum", "minimum"):
        sign = 1 if side.function.name == "maximum" else -1
        for taken, left_out in (side.args, side.args[::-1]):
            yield taken, other, (scale(sign, minus(other, left_out)),)


def _on_surface(
    left: Expr, right: Expr, pair: tuple[Expr, Expr], symbol: Symbol, value: Expr, guards: Guards
) -> Surface:
    """Both sides with every comparison of the pair settled, and the symbol replaced."""
    settled: dict[Expr, Expr] = {
        node: full(_AT_A_TIE[node.function.name], node.shape)
        for node in topological(left, right)
        if isinstance(node, Apply) and _compared(node) in (pair, pair[::-1])
    }

    def there(side: Expr) -> Expr:
        return substitute(substitute(side, settled), {symbol: value})

    beside = tuple(substitute(guard, {symbol: value}) for guard in guards)
    return Surface(there(left), there(right), symbol, value, beside, f"{symbol.name} = {text.show(value)}")
