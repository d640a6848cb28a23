"""Symbols under equations in a finite field: orthogonal matrices, rows that sum to one; and symbols freed of theirs."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np

from symml.calculus.finite_field import Redraw
from symml.expr.domains import unstructured
from symml.expr.nodes import Apply, Expr, OneHot, Symbol, symbol_node
from symml.expr.walk import substitute, symbols, topological

_RESTRICTED = frozenset({"integer", "rows_sum_to_one", "orthogonal"})
EQUATIONS = frozenset({"simplex", "orthogonal"})


def freed(root: Expr) -> Expr | None:
    """The expression with free symbols in place of restricted ones; ``None`` where that says nothing.

    An identity that holds for free entries holds for restricted ones. Where something jumps it need not: restricted
    entries may lie on the jump.
    """
    nodes = topological(root)
    jumps = any(isinstance(n, Apply) and (n.function.jumps or n.function.name == "where") for n in nodes)
    found = [s for s in symbols(root) if s.domain.facts & _RESTRICTED and "label" not in s.domain.facts]
    if not found or jumps or any(isinstance(node, OneHot) for node in nodes):
        return None
    return substitute(root, {s: symbol_node(s.name, s.shape, unstructured(s.domain)) for s in found})


def entries_on(symbol: Symbol, shape: tuple[int, ...], p: int, rng: Random) -> Any:
    """Random entries that satisfy the symbol's equations; positive numbers are squares."""
    if "orthogonal" in symbol.domain.facts:
        return _orthogonal(shape, p, rng)
    values = _filled(shape, lambda: pow(rng.randrange(1, p), 2, p))
    last = (1 - values[..., :-1].sum(axis=-1)) % p
    if any(pow(int(v), (p - 1) // 2, p) != 1 for v in np.asarray(last, dtype=object).flat):
        raise Redraw
    values[..., -1] = last
    return values


def _orthogonal(shape: tuple[int, ...], p: int, rng: Random) -> Any:
    """A product of n or n - 1 reflections: every orthogonal matrix is one, by Cartan and Dieudonné."""
    n = shape[-1]
    result = np.broadcast_to(np.array(np.eye(n, dtype=int), dtype=object), shape).copy()
    for _ in range(n - rng.randrange(2)):
        v = _filled(shape[:-1], lambda: rng.randrange(p))
        lengths = (v * v).sum(axis=-1) % p
        if any(int(x) == 0 for x in np.asarray(lengths, dtype=object).flat):
            raise Redraw
        scales = np.vectorize(lambda x: 2 * pow(int(x), -1, p) % p, otypes=[object])(lengths)
        along = np.einsum("...ij,...j->...i", result, v) * scales[..., None] % p
        result = (result - along[..., :, None] * v[..., None, :]) % p
    return result


def _filled(shape: tuple[int, ...], draw: Callable[[], int]) -> Any:
    result = np.empty(shape, dtype=object)
    for place in np.ndindex(*shape):
        result[place] = draw()
    return result
