"""Natural parameters solved for the parameters: the log-partition as their function, its gradient and its Hessian."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symml.calculus.differentiate import derivative
from symml.calculus.normal import prove_equal
from symml.calculus.simplify import simplify
from symml.errors import SymmlError
from symml.expr import build
from symml.expr.arithmetic import is_zero
from symml.expr.nodes import Apply, Expr, Symbol, symbol_node
from symml.expr.walk import depends_on, substitute, symbols
from symml.optimize.inference.logarithms import open_logarithms
from symml.optimize.inference.naming import neat
from symml.optimize.inference.separate import Pair
from symml.optimize.isolate import isolate

_MAX_AXES = 2
Values = dict[Symbol, Expr]


@dataclass(frozen=True)
class Canonical:
    """An exponential family in its natural parameters.

    Attributes:
        symbols: One symbol for each natural parameter.
        parameters: The original parameters as functions of these.
        partition: The log-partition ``A`` as their function.
        mean: ``A'``: the mean of each statistic, in the natural parameters.
        covariance: ``A''``: row ``i``, column ``j`` the covariance of statistics; ``None`` beyond two axes.
    """

    symbols: tuple[Symbol, ...]
    parameters: tuple[tuple[Symbol, Expr], ...]
    partition: Expr
    mean: tuple[Expr, ...]
    covariance: tuple[tuple[Expr | None, ...], ...]


def canonical(pairs: Sequence[Pair], partition: Expr, wrt: Sequence[Symbol], total: Expr | None) -> Canonical | None:
    """The family in its natural parameters; ``None`` where they cannot be solved for the parameters.

    Args:
        pairs: Natural parameters with their statistics.
        partition: The log-partition in the parameters.
        wrt: The parameters.
        total: What the entries of a lone statistic sum to, where they always do.
    """
    names = [pair.natural for pair in pairs]
    etas = natural_symbols(names, wrt)
    values, shift = _on_simplex(pairs, etas, wrt, total)
    if values is None:
        values = solved(names, etas, wrt)
    if values is None:
        return None
    whole = _put(partition, values)
    if shift is not None:
        whole = neat(whole + shift)
    if set(symbols(whole)) & set(wrt) or any(set(symbols(v)) & set(wrt) for v in values.values()):
        return None
    mean = tuple(_slope(whole, eta) for eta in etas)
    rows = tuple(tuple(_curvature(m, a, b) for b in etas) for m, a in zip(mean, etas, strict=True))
    return Canonical(etas, tuple((p, values[p]) for p in wrt), whole, mean, rows)


def natural_symbols(natural: Sequence[Expr], wrt: Sequence[Symbol]) -> tuple[Symbol, ...]:
    """``eta``, or ``eta1``, ``eta2`` ..., in the shapes of the natural parameters; a parameter named so is avoided."""
    taken = {p.name for p in wrt} | {s.name for node in natural for s in symbols(node)}
    stem = next(name for name in ("eta", "theta", "natural_parameter") if name not in taken)
    if len(natural) == 1:
        return (symbol_node(stem, natural[0].shape),)
    return tuple(symbol_node(f"{stem}{k}", node.shape) for k, node in enumerate(natural, 1))


def solved(natural: Sequence[Expr], etas: Sequence[Symbol], wrt: Sequence[Symbol]) -> Values | None:
    """The parameters that make the natural parameters equal to ``etas``."""
    for fewest_first in (True, False):
        found = _solved(natural, etas, wrt, fewest_first)
        if found is not None:
            return found
    return None


def _solved(
    natural: Sequence[Expr], etas: Sequence[Symbol], wrt: Sequence[Symbol], fewest_first: bool
) -> Values | None:
    left = [(node - eta) for node, eta in zip(natural, etas, strict=True)]
    unknown, values = list(wrt), Values()
    while unknown:
        step = _one_step(left, unknown, fewest_first)
        if step is None:
            return None
        place, symbol, value = step
        left = [simplify(substitute(e, {symbol: value})) for k, e in enumerate(left) if k != place]
        values = {s: _put(v, {symbol: value}) for s, v in values.items()} | {symbol: value}
        unknown.remove(symbol)
    return values if all(is_zero(simplify(e)) for e in left) else None


def _one_step(left: Sequence[Expr], unknown: Sequence[Symbol], fewest_first: bool) -> tuple[int, Symbol, Expr] | None:
    """An equation and an unknown for which it can be solved."""
    sign = 1 if fewest_first else -1
    order = sorted(range(len(left)), key=lambda k: sign * len(set(symbols(left[k])) & set(unknown)))
    for place in order:
        for symbol in unknown:
            for equation in _spellings(left[place]):
                if symbol in depends_on(equation, symbol) and symbol.shape == equation.shape:
                    found = isolate(equation, symbol, inside=False)
                    if found is not None:
                        return place, symbol, found.value
    return None


def _spellings(equation: Expr) -> list[Expr]:
    """The equation, and its transpose."""
    return [equation, simplify(equation.T)] if len(equation.shape) == 2 else [equation]


def _on_simplex(
    pairs: Sequence[Pair], etas: Sequence[Symbol], wrt: Sequence[Symbol], total: Expr | None
) -> tuple[Values | None, Expr | None]:
    """eta = log p + c with p on the simplex and statistics that sum to t: p = softmax(eta), A grows by t c."""
    if len(pairs) != 1 or len(wrt) != 1 or "rows_sum_to_one" not in wrt[0].domain.facts or total is None:
        return None, None
    natural = pairs[0].natural
    if not isinstance(natural, Apply) or natural.function.name != "log" or natural.args[0] is not wrt[0]:
        return None, None
    return {wrt[0]: build.softmax(etas[0])}, total * build.logsumexp(etas[0])


def _put(node: Expr, values: Values) -> Expr:
    present = set(symbols(node))
    return neat(open_logarithms(substitute(node, {s: v for s, v in values.items() if s in present})))


def _slope(node: Expr, eta: Symbol) -> Expr:
    return neat(derivative(node, eta))


def _curvature(slope: Expr, a: Symbol, b: Symbol) -> Expr | None:
    return None if len(a.shape) + len(b.shape) > _MAX_AXES else neat(derivative(slope, b))


def returned(node: Expr, etas: Sequence[Symbol], natural: Sequence[Expr]) -> Expr:
    """An expression in natural parameters, in the original ones."""
    present = set(symbols(node))
    values: dict[Expr, Expr] = {eta: value for eta, value in zip(etas, natural, strict=True) if eta in present}
    return neat(substitute(node, values)) if values else node


def same(a: Expr, b: Expr) -> bool:
    """Whether two expressions are proved equal."""
    try:
        return a.shape == b.shape and prove_equal(a, b) is not None
    except SymmlError:
        return False
