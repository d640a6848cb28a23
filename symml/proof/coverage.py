"""Which branches the points have visited: a certificate needs each comparison to have gone both ways."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

import flint
import numpy as np

from symml.calculus.numeric import enclose
from symml.calculus.sampling import Point, draw, is_continuous, is_inside, size_draws
from symml.errors import NotEvaluable
from symml.expr.arithmetic import is_zero
from symml.expr.nodes import Add, Along, Apply, Contract, Expr, Power, Symbol
from symml.expr.walk import size_names, symbols, topological
from symml.proof.tie_points import tie_points

_SCALES = tuple(Fraction(s) for s in (10, 1000)) + tuple(Fraction(1, s) for s in (10, 1000))
_SIDES: tuple[Callable[[Fraction], Fraction], ...] = (lambda v: v, abs, lambda v: -abs(v))
_WIDE = ("real", "nonzero", "positive", "nonnegative")
_ROUNDS = 2
_TIES = 24
# A tie belongs to one side or the other. Met by chance it is no visit; an expression such as y - 1 of a bit y, or a
# margin that is cut at zero, has it again and again.
_MET = 8


class Coverage:
    """The signs that each deciding expression has taken, and whether each piecewise part was ever at work."""

    def __init__(self, a: Expr, b: Expr) -> None:
        self.roots = [a, b]
        self.seen: dict[Expr, set[int]] = {expr: set() for expr in deciders(a, b)}
        self.ties = dict.fromkeys(self.seen, 0)
        self.idle = set(piecewise_products(a, b))

    def visit(self, point: Point) -> None:
        """Notes the signs at a point."""
        for expr, seen in self.seen.items():
            if len(seen) < 2:
                found = _signs(expr, point)
                seen |= found - {0}
                self.ties[expr] += 0 in found
        self.idle -= {expr for expr in self.idle if _signs(expr, point) - {0}}

    @property
    def missing(self) -> list[Expr]:
        """The expressions that have kept one sign, and are not zero now and then on the other side's behalf."""
        return [expr for expr, seen in self.seen.items() if len(seen) + (self.ties[expr] >= _MET) < 2]

    @property
    def is_complete(self) -> bool:
        """Whether every branch was visited and every product of branches was at work."""
        return not self.missing and not self.idle

    def wider_points(self) -> Iterator[Point]:
        """Points farther out and closer in than usual, on all sides and on one, to meet rare branches; then ties."""
        yield from self.far_points()
        yield from self.tied_points()

    def far_points(self) -> Iterator[Point]:
        """Points farther out and closer in than usual, on all sides and on one."""
        if not self.seen:
            return
        wanted, names = symbols(*self.roots), size_names(*self.roots)
        for k, (_, scale, side) in enumerate(product(range(_ROUNDS), _SCALES, _SIDES)):
            sizes = size_draws(names, 1, k)[0]
            point = draw(wanted, sizes, Random(k), self.roots)
            values = {s: _moved(s, v, scale, side) for s, v in point.values.items()}
            yield Point(sizes, values)

    def tied_points(self) -> Iterator[Point]:
        """Points at which comparisons tie."""
        if not self.seen:
            return
        wanted, names = symbols(*self.roots), size_names(*self.roots)
        for k in range(_TIES):
            sizes = size_draws(names, 1, k)[0]
            rng = Random(f"ties {k}")
            point = draw(wanted, sizes, rng, self.roots)
            yield Point(sizes, {s: _on_lattice(s, v, rng, k % 2 + 1) for s, v in point.values.items()})
        yield from tie_points(list(self.seen), self.roots)


def _on_lattice(symbol: Symbol, value: Any, rng: Random, parts: int) -> Any:
    """Entries that are small multiples of 1 or 1/2, so that comparisons tie and thresholds are met from both sides."""
    if not is_continuous(symbol):
        return value
    finer = parts if symbol.domain.name in _WIDE else 4 * parts
    steps = [Fraction(n, finer) for n in range(-3 * parts, 3 * parts + 1)]
    entries = [step for step in steps if is_inside(symbol, step)]
    lattice = np.vectorize(lambda _: rng.choice(entries), otypes=[object])(value)
    return np.array(lattice, dtype=object).reshape(np.shape(value))


def _moved(symbol: Symbol, value: Any, scale: Fraction, side: Callable[[Fraction], Fraction]) -> Any:
    """The entries scaled, and on one side of zero where the domain has two."""
    if symbol.domain.name not in _WIDE:
        return value
    scaled = value * scale
    return np.vectorize(side, otypes=[object])(scaled) if symbol.domain.name in ("real", "nonzero") else scaled


def _signs(expr: Expr, point: Point) -> set[int]:
    try:
        values = enclose(expr, point)
    except NotEvaluable:
        return set()
    found = set()
    for value in np.asarray(values, dtype=object).flat:
        if value is None:
            continue
        if isinstance(value, flint.fmpq):
            found.add(int(value > 0) - int(value < 0))
        elif value > 0 or value < 0:
            found.add(1 if value > 0 else -1)
    return found


def piecewise_products(*roots: Expr) -> list[Expr]:
    """Products of two and more factors that may be zero on a whole branch: each must be met where it is not zero."""
    flat: set[Expr] = set()
    found: list[Expr] = []
    for node in topological(*roots):
        if _is_flat(node):
            flat.add(node)
        elif isinstance(node, Contract):
            factors = [arg for arg in node.args if arg in flat]
            if factors and len(factors) == len(node.args):
                flat.add(node)
            if len(factors) > 1:
                found.append(node)
        elif isinstance(node, Power | Along) or (isinstance(node, Apply) and node.function.name in _KEEPS_ZERO):
            if node.args[0] in flat:
                flat.add(node)
                found += [node] if isinstance(node, Along) else []
        elif isinstance(node, Add) and all(arg in flat for arg in node.args):
            flat.add(node)
    return found


_KEEPS_ZERO = frozenset({"abs", "sign", "tanh", "sin", "arctan", "expm1", "log1p", "sinh", "erf", "where"})


def _is_flat(node: Expr) -> bool:
    """Whether the value is zero on a whole branch: a comparison, relu, the positive part of a difference."""
    if not isinstance(node, Apply):
        return False
    name = node.function.name
    return "binary" in node.function.facts or name == "relu" or (name == "maximum" and any(map(is_zero, node.args)))


def deciders(*roots: Expr) -> list[Expr]:
    """The expressions whose sign decides between branches, where both signs are possible at all."""
    found: list[Expr] = []
    for node in topological(*roots):
        if not isinstance(node, Apply):
            continue
        if node.function.jumps:
            found.append(node.args[0] - node.args[1] if len(node.args) == 2 else node.args[0])
        elif node.function.kinks is not None:
            found.append(node.function.kinks(*node.args))
    return [expr for expr in dict.fromkeys(found) if symbols(expr)]


def data_jumps(root: Expr, wrt: Symbol | None) -> set[tuple[str, Expr, Expr | None]]:
    """Where the value jumps whatever the variable is, and to which side a tie belongs.

    ``a > b``, ``b < a`` and ``not a <= b`` are one jump.
    """
    found: set[tuple[str, Expr, Expr | None]] = set()
    for node in topological(root):
        if not isinstance(node, Apply) or not node.function.jumps:
            continue
        if wrt is not None and wrt.name in {symbol.name for symbol in symbols(node)}:
            continue
        if node.function.name in _STRICT:
            a, b = node.args if _STRICT[node.function.name] else node.args[::-1]
            found.add((">", a, b))
        else:
            found.add((node.function.name, node.args[0], node.args[1] if len(node.args) > 1 else None))
    return found


# Whether the first argument is the greater one where the strict comparison behind it holds.
_STRICT = {"greater": True, "less_equal": True, "less": False, "greater_equal": False}
