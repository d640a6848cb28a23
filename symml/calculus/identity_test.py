"""Randomized identity testing: zero in every draw over finite fields is a proof up to a stated error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from random import Random
from typing import Any

import numpy as np

from symml.calculus.field_symbols import (
    Choice,
    Choices,
    constrained,
    entries_on,
    free_entries,
    is_finite,
    labels_of,
)
from symml.calculus.finite_field import Redraw, Tower, chain, eliminate
from symml.calculus.sampling import size_draws
from symml.expr.arithmetic import is_zero, minus
from symml.expr.build import det
from symml.expr.dims import dim_value, show_sizes
from symml.expr.functions import log
from symml.expr.nodes import (
    Add,
    Along,
    Apply,
    Basis,
    Constant,
    Contract,
    Expr,
    Extent,
    Eye,
    Linalg,
    OneHot,
    Power,
    Selector,
    Symbol,
)
from symml.expr.walk import size_names, topological, transform

_DRAWS, _DRAWS_WITH_SIGNS = 3, 24
_ATTEMPTS = 120
_MAX_WORK = 400_000
_MAX_LEVELS = 6
_MAX_CHOICES = 64
_AGAIN = 20
_FREE: Choice = {}
_OPAQUE_WITH_LOG = "logarithms or signs beside functions without laws"
_TESTS = {"greater", "less", "greater_equal", "less_equal", "equal", "not_equal"}


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


class _Unsupported(Exception):
    """A node without a value in a finite field."""


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
    except _Unsupported as error:
        return IdentityTest("unsupported", reason=str(error))


def _run(difference: Expr, seed: int) -> IdentityTest:
    """Free entries first, where they show more than is asked; else every choice, and the equations of domains."""
    plan = _Plan(difference)
    if plan.can_be_free:
        found = _draws(plan, seed, constrained=False)
        if found.status != "nonzero" or not plan.constrained:
            return found
    if any("integer" in s.domain.facts and not is_finite(s) for s in plan.constrained):
        return IdentityTest("unsupported", reason="the claim depends on a symbol being an integer")
    return _draws(plan, seed, constrained=True)


def _draws(plan: _Plan, seed: int, *, constrained: bool) -> IdentityTest:
    draws, attempts, where = 0, 0, []
    signs = plan.signs or constrained
    wanted = _DRAWS_WITH_SIGNS if signs else _DRAWS
    for attempts, sizes in enumerate(size_draws(size_names(plan.root), _ATTEMPTS, seed)):
        if plan.work(sizes) > _MAX_WORK:
            continue
        choices = Choices(plan.root, sizes) if constrained else [_FREE]
        if isinstance(choices, Choices) and choices.count > _MAX_CHOICES:
            continue
        try:
            drawn = [_one_draw(plan, sizes, seed + attempts, choice) for choice in choices]
        except Redraw:
            continue
        if any(nonzero for nonzero, _ in drawn):
            return IdentityTest("nonzero", draws + 1, where=show_sizes(sizes))
        draws += 1
        where.append(show_sizes(sizes) or "no symbolic dims")
        if draws == wanted:
            prime = min(p for _, p in drawn)
            bound = (min(0.5, plan.degree / prime)) ** min(draws, 3) if not signs else 2.0 ** -(draws - 2)
            return IdentityTest("zero", draws, max(bound, 1e-60), _listed(where), plan.ties)
    return IdentityTest("no sample", draws, reason="too large, or no draw had a value")


def _one_draw(plan: _Plan, sizes: dict[str, int], seed: int, choice: Choice) -> tuple[bool, int]:
    """One draw; with a finite choice it is tried again at poles, for the choice must not be skipped."""
    for again in range(_AGAIN if choice is not _FREE else 0):
        try:
            return plan.draw(sizes, seed + 1000 * again, choice)
        except Redraw:
            continue
    return plan.draw(sizes, seed, choice)


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
            raise _Unsupported("exponentials and logarithms are nested too deeply")
        applied = [node for node in self.order if isinstance(node, Apply)]
        self.ties = any(node.function.name in _TESTS for node in applied)
        rooted = any(isinstance(node, Power) and node.exponent.denominator == 2 for node in self.order)
        signed = any(node.function.name in ("sign", "abs") for node in applied)
        self.signs = self.ties or rooted or signed
        opaque = any(_is_opaque(node) for node in applied)
        if opaque and (self.low < 0 or self.high > 0):
            raise _Unsupported(_OPAQUE_WITH_LOG)
        self.levels = self.high - self.low + 2 if self.low < 0 or self.high > 0 or self.signs else 1
        self.constrained = constrained(root)
        jumps = self.ties or any(node.function.name == "sign" for node in applied)
        self.can_be_free = not (jumps and self.constrained) and not labels_of(list(self.order))
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
                raise _Unsupported("exponentials and logarithms are nested too deeply")
            seen.add((node, offset))
            name = node.function.name if isinstance(node, Apply) else ""
            step = {"exp": 1, "log": -1}.get(name, 0)
            stack += [(arg, offset + step) for arg in node.args]
        return seen

    def work(self, sizes: dict[str, int]) -> int:
        """How many entries a draw computes."""
        dims = [node.dims if isinstance(node, Contract) else node.shape for node, _ in self.demands]
        return sum(prod(dim_value(dim, sizes) for dim in row) for row in dims)

    def draw(self, sizes: dict[str, int], seed: int, choice: Choice) -> tuple[bool, int]:
        """Whether the difference is nonzero in one random draw, and the prime."""
        rng = Random(seed)
        tower = Tower(chain(self.levels, seed % 7), rng)
        run = _Draw(tower, sizes, rng, seed, choice)
        values: dict[tuple[Expr, int], Any] = {}
        for node, offset in sorted(self.demands, key=lambda d: self.order[d[0]]):
            level = offset - self.low
            rule = _RULES.get(type(node))
            if rule is None:
                raise _Unsupported(type(node).__name__)
            run.level, run.prime = level, tower.primes[level]
            entries = rule(run, node, lambda arg, step=0, at=offset: values[arg, at + step])
            values[node, offset] = np.asarray(entries, dtype=object)
        prime = tower.primes[-self.low] if self.levels > 1 else tower.primes[0]
        return bool(np.any(values[self.root, 0] % prime != 0)), prime


def _is_opaque(node: Apply) -> bool:
    return node.function.name not in {"exp", "log", "sign", "abs", "where", *_TESTS}


class _Draw:
    """One draw: the tower, the level at work, and consistent values of functions without laws."""

    def __init__(self, tower: Tower, sizes: dict[str, int], rng: Random, seed: int, choice: Choice) -> None:
        self.tower, self.sizes, self.rng, self.seed, self.choice = tower, sizes, rng, seed, choice
        self.level, self.prime = 0, tower.primes[0]

    def shape(self, dims: tuple[Any, ...]) -> tuple[int, ...]:
        return tuple(dim_value(dim, self.sizes) for dim in dims)

    def map(self, function: Callable[..., int], *arrays: Any) -> Any:
        result = np.empty(arrays[0].shape, dtype=object)
        for place in np.ndindex(*arrays[0].shape):
            result[place] = function(*(int(array[place]) for array in arrays))
        return result

    def rational(self, value: Fraction) -> int:
        return value.numerator * pow(value.denominator, -1, self.prime) % self.prime

    def power(self, value: int, exponent: Fraction) -> int:
        """A rational power with denominator 1 or 2."""
        if exponent.denominator == 2:
            value, exponent = self.tower.root(self.level, value), exponent * 2
        if exponent.denominator != 1:
            raise _Unsupported(f"the power {exponent}")
        if value % self.prime == 0 and exponent < 0:
            raise Redraw
        return pow(value, int(exponent), self.prime)

    def foreign(self, name: str, *args: int) -> int:
        """The same random value for the same function and arguments."""
        return Random(f"{self.seed} {name} {args}").randrange(1, self.prime)


# ---- one rule a node type --------------------------------------------------------------------------------------------
Child = Callable[..., Any]


def _filled(shape: tuple[int, ...], entry: Callable[[tuple[int, ...]], int]) -> Any:
    result = np.empty(shape, dtype=object)
    for place in np.ndindex(*shape):
        result[place] = entry(place)
    return result


def _symbol(run: _Draw, node: Symbol, child: Child) -> Any:
    # The finite choices are the same at every level; everything else is drawn anew at each.
    if node in run.choice:
        return run.choice[node] % run.prime
    entries = free_entries if run.choice is _FREE else entries_on
    return entries(node, run.shape(node.shape), run.prime, run.rng)


def _constant(run: _Draw, node: Constant, child: Child) -> Any:
    value = run.foreign(node.value) if isinstance(node.value, str) else run.rational(node.value)
    if node.value == "e":
        raise _Unsupported("the number e beside exponentials")
    return _filled((), lambda at: value)


def _selector(run: _Draw, node: Selector, child: Child) -> Any:
    start = dim_value(node.start, run.sizes)
    return _filled(run.shape(node.shape), lambda at: int(at[1] == start + node.step * at[0]))


def _onehot(run: _Draw, node: OneHot, child: Child) -> Any:
    labels = child(node.args[0])
    return _filled(run.shape(node.shape), lambda at: int(labels[at[:-1]] == at[-1]))


def _contract(run: _Draw, node: Contract, child: Child) -> Any:
    lengths, rank, p = run.shape(node.dims), len(node.shape), run.prime
    arrays = [(child(arg), sub) for arg, sub in zip(node.args, node.subs, strict=True)]
    coef = run.rational(node.coef)

    def entry(at: tuple[int, ...]) -> int:
        total = 0
        for inner in np.ndindex(*lengths[rank:]):
            place, term = at + inner, coef
            for array, sub in arrays:
                term = term * int(array[tuple([place[i] for i in sub])]) % p
            total += term
        return total % p

    return _filled(lengths[:rank], entry)


def _apply(run: _Draw, node: Apply, child: Child) -> Any:
    name, p, level = node.function.name, run.prime, run.level
    if name == "exp":
        return run.map(lambda v: run.tower.exp(level, v), child(node.args[0], 1))
    if name == "log":
        return run.map(lambda v: run.tower.log(level - 1, v), child(node.args[0], -1))
    args = [child(arg) for arg in node.args]
    if name == "sign":
        return run.map(lambda v: run.tower.sign(level, v) % p, *args)
    if name == "abs":
        return run.map(lambda v: v * run.tower.sign(level, v) % p, *args)
    if name in _TESTS:
        return run.map(lambda x, y: _holds(name, run.tower.sign(level, (x - y) % p)), *args)
    if name == "where":
        return run.map(lambda c, x, y: x if c % p else y, *args)
    if name in ("sin", "cos"):
        return run.map(lambda v: _on_circle(run, name, v), *args)
    return run.map(lambda *vs: run.foreign(name, *vs), *args)


def _holds(name: str, sign: int) -> int:
    if sign == 0:
        raise Redraw
    return int(
        {"greater": sign > 0, "greater_equal": sign > 0, "less": sign < 0, "less_equal": sign < 0}.get(
            name, name == "not_equal"
        )
    )


def _on_circle(run: _Draw, name: str, angle: int) -> int:
    """A point of the circle for each angle; the negative angle is its mirror image."""
    p = run.prime
    half = min(angle % p, -angle % p)
    t = run.foreign("half angle", half)
    low = pow(1 + t * t, -1, p)
    cosine, sine = (1 - t * t) * low % p, 2 * t * low % p
    return cosine if name == "cos" else sine if angle % p == half else -sine % p


def _along(run: _Draw, node: Along, child: Child) -> Any:
    if node.function.name != "prod":
        raise _Unsupported(f"{node.function.name} along an axis")
    values, axes = child(node.args[0]), node.axes
    kept = tuple(i for i in range(values.ndim) if i not in axes)
    flat = np.transpose(values, (*kept, *axes)).reshape(*(values.shape[i] for i in kept), -1)
    return _filled(flat.shape[:-1], lambda at: prod(int(v) for v in flat[at]) % run.prime)


def _linalg(run: _Draw, node: Linalg, child: Child) -> Any:
    inverse, determinant = eliminate(child(node.args[0]), run.prime)
    if node.function.name == "inv":
        if inverse is None:
            raise Redraw
        return inverse
    return _filled((), lambda at: determinant)


_RULES: dict[type[Expr], Callable[..., Any]] = {
    Symbol: _symbol,
    Constant: _constant,
    Extent: lambda run, node, child: _filled((), lambda at: dim_value(node.size, run.sizes) % run.prime),
    Eye: lambda run, node, child: _filled(run.shape(node.shape), lambda at: int(at[0] == at[1])),
    Basis: lambda run, node, child: _filled(
        run.shape(node.shape), lambda at: int(at[0] == dim_value(node.position, run.sizes))
    ),
    Selector: _selector,
    OneHot: _onehot,
    Add: lambda run, node, child: sum(child(arg) for arg in node.args) % run.prime,
    Contract: _contract,
    Power: lambda run, node, child: run.map(lambda v: run.power(v, node.exponent), child(node.args[0])),
    Apply: _apply,
    Along: _along,
    Linalg: _linalg,
}
