"""The value of an expression in one random draw over a tower of finite fields: one rule a node type."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import product
from math import prod
from random import Random
from typing import Any

import numpy as np

from symml.calculus.branch_degree import COMPARISONS
from symml.calculus.field_symbols import EQUATIONS, entries_on
from symml.calculus.finite_field import Redraw, Tower, eliminate
from symml.expr.dims import dim_value
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
    Positions,
    Power,
    Selector,
    Symbol,
)


class Unsupported(Exception):
    """A node without a value in a finite field."""


class FieldDraw:
    """One draw: the tower, the level at work, and consistent values of functions without laws."""

    def __init__(self, tower: Tower, sizes: dict[str, int], rng: Random, seed: int) -> None:
        self.tower, self.sizes, self.rng, self.seed = tower, sizes, rng, seed
        self.level, self.prime = 0, tower.primes[0]
        self.labels: dict[Symbol, int] = {}

    def shape(self, dims: tuple[Any, ...]) -> tuple[int, ...]:
        """Dims as numbers."""
        return tuple(dim_value(dim, self.sizes) for dim in dims)

    def map(self, function: Callable[..., int], *arrays: Any) -> Any:
        """A function of whole numbers, entry by entry."""
        result = np.empty(arrays[0].shape, dtype=object)
        for place in np.ndindex(*arrays[0].shape):
            result[place] = function(*(int(array[place]) for array in arrays))
        return result

    def rational(self, value: Fraction) -> int:
        """A rational number in the field of the level at work."""
        return value.numerator * pow(value.denominator, -1, self.prime) % self.prime

    def power(self, value: int, exponent: Fraction) -> int:
        """A rational power with denominator 1 or 2."""
        if exponent.denominator == 2:
            value, exponent = self.tower.root(self.level, value), exponent * 2
        if exponent.denominator != 1:
            raise Unsupported(f"the power {exponent}")
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


def _symbol(run: FieldDraw, node: Symbol, child: Child) -> Any:
    facts, p = node.domain.facts, run.prime
    shape = run.shape(node.shape)
    # The discrete choices are the same at every level; everything else is drawn anew at each.
    choice = Random(f"{run.seed} {node.name} {shape}")
    if "onehot" in facts:
        rows = {place: choice.randrange(shape[-1]) for place in product(*map(range, shape[:-1]))}
        return _filled(shape, lambda at: int(rows[at[:-1]] == at[-1]))
    if facts & {"label", "binary"}:
        if "label" in facts and node not in run.labels:
            raise Unsupported(f"{node.name} may be any whole number")
        return _filled(shape, lambda at: choice.randrange(run.labels[node] if "label" in facts else 2))
    if "sign" in facts:
        return _filled(shape, lambda at: choice.choice((1, p - 1)))
    if node.domain.name in EQUATIONS:
        return entries_on(node, shape, p, run.rng)
    if facts & {"integer", "rows_sum_to_one"}:
        raise Unsupported(f"a symbol declared {node.domain.name}")
    squares = bool(facts & {"positive", "nonnegative"})
    values = _filled(shape, lambda at: pow(run.rng.randrange(1, p), 2 if squares else 1, p))
    if "diagonal" in facts:
        return _filled(shape, lambda at: values[at] if at[-1] == at[-2] else 0)
    if "psd" in facts:
        return _filled(shape, lambda at: sum(values[at[0], k] * values[at[1], k] for k in range(shape[-1])) % p)
    return (values + values.T) % p if "symmetric" in facts else values


def _constant(run: FieldDraw, node: Constant, child: Child) -> Any:
    value = run.foreign(node.value) if isinstance(node.value, str) else run.rational(node.value)
    if node.value == "e":
        raise Unsupported("the number e beside exponentials")
    return _filled((), lambda at: value)


def _selector(run: FieldDraw, node: Selector, child: Child) -> Any:
    start = dim_value(node.start, run.sizes)
    return _filled(run.shape(node.shape), lambda at: int(at[1] == start + node.step * at[0]))


def _onehot(run: FieldDraw, node: OneHot, child: Child) -> Any:
    labels = child(node.args[0])
    return _filled(run.shape(node.shape), lambda at: int(labels[at[:-1]] == at[-1]))


def _contract(run: FieldDraw, node: Contract, child: Child) -> Any:
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


def _apply(run: FieldDraw, node: Apply, child: Child) -> Any:
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
    if name in COMPARISONS:
        return run.map(lambda x, y: _holds(name, run.tower.sign(level, (x - y) % p)), *args)
    if name == "where":
        return run.map(lambda c, x, y: x if c % p else y, *args)
    if name in ("sin", "cos"):
        return run.map(lambda v: _on_circle(run, name, v), *args)
    return run.map(lambda *vs: run.foreign(name, *vs), *args)


def _holds(name: str, sign: int) -> int:
    """A comparison; a tie in a random draw is one that always ties, on that branch."""
    return int(sign in _SIGNS[name])


_SIGNS = {
    "greater": (1,),
    "greater_equal": (0, 1),
    "less": (-1,),
    "less_equal": (-1, 0),
    "equal": (0,),
    "not_equal": (-1, 1),
}


def _on_circle(run: FieldDraw, name: str, angle: int) -> int:
    """A point of the circle for each angle; the negative angle is its mirror image."""
    p = run.prime
    half = min(angle % p, -angle % p)
    t = run.foreign("half angle", half)
    low = pow(1 + t * t, -1, p)
    cosine, sine = (1 - t * t) * low % p, 2 * t * low % p
    return cosine if name == "cos" else sine if angle % p == half else -sine % p


def _along(run: FieldDraw, node: Along, child: Child) -> Any:
    if node.function.name != "prod":
        raise Unsupported(f"{node.function.name} along an axis")
    values, axes = child(node.args[0]), node.axes
    kept = tuple(i for i in range(values.ndim) if i not in axes)
    flat = np.transpose(values, (*kept, *axes)).reshape(*(values.shape[i] for i in kept), -1)
    return _filled(flat.shape[:-1], lambda at: prod(int(v) for v in flat[at]) % run.prime)


def _linalg(run: FieldDraw, node: Linalg, child: Child) -> Any:
    if node.function.reads_symmetric:
        raise Unsupported(node.function.name)
    inverse, determinant = eliminate(child(node.args[0]), run.prime)
    if node.function.name == "inv":
        if inverse is None:
            raise Redraw
        return inverse
    return _filled((), lambda at: determinant)


RULES: dict[type[Expr], Callable[..., Any]] = {
    Symbol: _symbol,
    Constant: _constant,
    Extent: lambda run, node, child: _filled((), lambda at: dim_value(node.size, run.sizes) % run.prime),
    Eye: lambda run, node, child: _filled(run.shape(node.shape), lambda at: int(at[0] == at[1])),
    Basis: lambda run, node, child: _filled(
        run.shape(node.shape), lambda at: int(at[0] == dim_value(node.position, run.sizes))
    ),
    Selector: _selector,
    Positions: lambda run, node, child: _filled(run.shape(node.shape), lambda at: at[0]),
    OneHot: _onehot,
    Add: lambda run, node, child: sum(child(arg) for arg in node.args) % run.prime,
    Contract: _contract,
    Power: lambda run, node, child: run.map(lambda v: run.power(v, node.exponent), child(node.args[0])),
    Apply: _apply,
    Along: _along,
    Linalg: _linalg,
}
