"""Randomized identity testing: zero in every draw over finite fields is a proof up to a stated error."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from random import Random
from time import process_time
from typing import Any

import numpy as np

from symml.calculus.branch_degree import COMPARISONS, branch_degree
from symml.calculus.field_draw import RULES, FieldDraw, Unsupported
from symml.calculus.field_symbols import freed
from symml.calculus.finite_field import Redraw, Tower, chain
from symml.calculus.sampling import label_depths, size_draws
from symml.expr.arithmetic import is_zero, minus
from symml.expr.build import det
from symml.expr.dims import dim_value, show_sizes
from symml.expr.functions import log
from symml.expr.nodes import (
    Along,
    Apply,
    Contract,
    Expr,
    Linalg,
    Power,
)
from symml.expr.walk import size_names, topological, transform

_DRAWS = 3
# A wrong pattern of k signs shows in one draw of 2^k: after 14 times 2^k draws it is missed once in a million.
_DRAWS_PER_PATTERN = 14
_MAX_DEGREE = 8
_SECONDS = 4.0
_SHAPES = 3
_ATTEMPTS_PER_DRAW = 40
_MAX_WORK = 400_000
_MAX_LEVELS = 6
_OPAQUE_WITH_LOG = "logarithms or signs beside functions without laws"


@dataclass(frozen=True)
class IdentityTest:
    """What the draws showed.

    Attributes:
        status: ``zero`` (a randomized proof), ``nonzero`` (says nothing of the real numbers), ``no sample`` or
            ``unsupported``.
        draws: How many draws were made.
        error_bound: A bound on the probability that a false identity is zero in all of them.
        where: The sizes that were used.
        almost_everywhere: Whether a comparison is involved whose ties were not drawn.
        reason: Why there is no answer.
    """

    status: str
    draws: int = 0
    error_bound: float = 1.0
    where: str = ""
    almost_everywhere: bool = False
    reason: str = ""


def identity_test(a: Expr, b: Expr, *, seed: int = 0) -> IdentityTest:
    """Tests ``a = b`` at random points of finite fields.

    Holds for generic arguments: where both sides are defined is decided elsewhere, and logarithms are read as log|x|.
    """
    if a.shape != b.shape:
        return IdentityTest("unsupported", reason="the shapes differ")
    difference = _unfolded(minus(a, b))
    if is_zero(difference):
        return IdentityTest("zero", error_bound=0.0, where="all dims")
    try:
        return _run(difference, seed)
    except Unsupported as error:
        return IdentityTest("unsupported", reason=str(error))


def _run(difference: Expr, seed: int) -> IdentityTest:
    free = freed(difference)
    found = _drawn(free, seed) if free is not None else None
    return found if found is not None and found.status == "zero" else _drawn(difference, seed)


def _drawn(difference: Expr, seed: int) -> IdentityTest:
    plan = _Plan(difference)
    shapes = [
        sizes for sizes in _different(size_draws(size_names(difference), 12, seed)) if plan.work(sizes) <= _MAX_WORK
    ]
    degrees = [branch_degree(difference, sizes) for sizes in shapes[:_SHAPES]]
    degree = max(degrees, default=0)
    if degree > _MAX_DEGREE:
        return IdentityTest("unsupported", reason=f"{degree} signs are multiplied: too many branches to draw")
    wanted = _DRAWS_PER_PATTERN * 2**degree if degree else _DRAWS
    draws, where, end = 0, [], process_time() + _SECONDS
    for attempt in range(_ATTEMPTS_PER_DRAW * wanted if degrees else 0):
        if process_time() > end:
            break
        sizes = shapes[attempt % len(degrees)]
        try:
            nonzero, prime = plan.draw(sizes, seed + attempt)
        except Redraw:
            continue
        if nonzero:
            return IdentityTest("nonzero", draws + 1, where=show_sizes(sizes))
        draws += 1
        where.append(show_sizes(sizes) or "no symbolic dims")
        if draws == wanted:
            values = min(0.5, plan.degree / prime) ** min(draws, 3)
            patterns = (1 - 2.0**-degree) ** draws if degree else 0.0
            return IdentityTest("zero", draws, max(values + patterns, 1e-60), _listed(where), plan.ties)
    return IdentityTest("no sample", draws, reason="too large, or too few draws had a value")


def _different(rows: list[dict[str, int]]) -> list[dict[str, int]]:
    return [row for k, row in enumerate(rows) if row not in rows[:k]]


def _listed(where: list[str]) -> str:
    """The first few sizes, and how many more there were."""
    different = list(dict.fromkeys(where))
    more = f" and {len(different) - 3} more" if len(different) > 3 else ""
    return "; ".join(different[:3]) + more


def _unfolded(root: Expr) -> Expr:
    """Named functions by their definitions, until only primitives are left."""

    def rule(node: Expr) -> Expr | None:
        if isinstance(node, Apply) and node.function.definition is not None and node.function.name != "abs":
            return _unfolded(node.function.definition(*node.args))
        if isinstance(node, Along) and node.function.definition is not None:
            return _unfolded(node.function.definition(node.args[0], node.axes))
        if isinstance(node, Linalg) and node.function.name == "logdet":
            return log(det(node.args[0]))
        return None

    return transform(root, rule)


class _Plan:
    """What the expression needs: levels above and below the root, draws, degree."""

    def __init__(self, root: Expr) -> None:
        self.root = root
        self.order = {node: k for k, node in enumerate(topological(root))}
        self.demands = self._demands()
        offsets = [offset for _, offset in self.demands]
        self.low, self.high = min(offsets), max(offsets)
        if self.high - self.low > _MAX_LEVELS:
            raise Unsupported("exponentials and logarithms are nested too deeply")
        applied = [node for node in self.order if isinstance(node, Apply)]
        self.ties = any(node.function.jumps for node in applied)
        rooted = any(isinstance(node, Power) and node.exponent.denominator == 2 for node in self.order)
        signed = self.ties or rooted or any(node.function.name in ("sign", "abs") for node in applied)
        opaque = any(_is_opaque(node) for node in applied)
        if opaque and (self.low < 0 or self.high > 0):
            raise Unsupported(_OPAQUE_WITH_LOG)
        self.levels = self.high - self.low + 2 if self.low < 0 or self.high > 0 or signed else 1
        self.degree = 16.0 * len(self.order)

    def _demands(self) -> set[tuple[Expr, int]]:
        """(node, level offset) pairs: exp looks one level down the chain, log one up."""
        seen: set[tuple[Expr, int]] = set()
        stack = [(self.root, 0)]
        while stack:
            node, offset = stack.pop()
            if (node, offset) in seen:
                continue
            if abs(offset) > _MAX_LEVELS:
                raise Unsupported("exponentials and logarithms are nested too deeply")
            seen.add((node, offset))
            name = node.function.name if isinstance(node, Apply) else ""
            step = {"exp": 1, "log": -1}.get(name, 0)
            stack += [(arg, offset + step) for arg in node.args]
        return seen

    def work(self, sizes: dict[str, int]) -> int:
        """How many entries a draw computes."""
        dims = [node.dims if isinstance(node, Contract) else node.shape for node, _ in self.demands]
        return sum(prod(dim_value(dim, sizes) for dim in row) for row in dims)

    def draw(self, sizes: dict[str, int], seed: int) -> tuple[bool, int]:
        """Whether the difference is nonzero in one random draw, and the prime."""
        rng = Random(seed)
        tower = Tower(chain(self.levels, seed % 7), rng)
        run = FieldDraw(tower, sizes, rng, seed)
        run.labels = label_depths([self.root], sizes)
        values: dict[tuple[Expr, int], Any] = {}
        for node, offset in sorted(self.demands, key=lambda d: self.order[d[0]]):
            level = offset - self.low
            rule = RULES.get(type(node))
            if rule is None:
                raise Unsupported(type(node).__name__)
            run.level, run.prime = level, tower.primes[level]
            entries = rule(run, node, lambda arg, step=0, at=offset: values[arg, at + step])
            values[node, offset] = np.asarray(entries, dtype=object)
        prime = tower.primes[-self.low] if self.levels > 1 else tower.primes[0]
        return bool(np.any(values[self.root, 0] % prime != 0)), prime


def _is_opaque(node: Apply) -> bool:
    return node.function.name not in {"exp", "log", "sign", "abs", "where", *COMPARISONS}
