"""Particular laws that satisfy what was stated: a claim must hold under each, so one where it fails refutes it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from symml.calculus.moments.laws import Law, Model, law
from symml.expr.binders import opened
from symml.expr.build import full_like, scalar, sqrt
from symml.expr.nodes import Expr, Symbol, constant, eye, symbol_node
from symml.expr.probability import expect, random_symbols
from symml.expr.scoped import Expectation
from symml.expr.walk import substitute, symbols, transform

_STANDARD = {"normal": (0, 1), "exponential": (1,)}


@dataclass(frozen=True)
class Instance:
    """Random symbols in terms of others whose laws are named, all independent.

    Attributes:
        model: The laws of the others, and their independence.
        values: The symbols of the claim in terms of these.
        words: The joint law in words.
    """

    model: Model
    values: dict[Symbol, Expr] = field(default_factory=dict)
    words: str = ""

    def put(self, root: Expr) -> Expr | None:
        """The expression under this law; ``None`` where an expectation is conditioned on what it replaces."""
        failed = False

        def rule(node: Expr) -> Expr | None:
            nonlocal failed
            if not isinstance(node, Expectation):
                return None
            if node.given or node.parameters:
                failed = True
                return None
            averaged = [symbol_node(v.name, v.shape, v.domain) for v in node.variables]
            body = opened(node, averaged)
            body = substitute(body, {s: self.values[s] for s in averaged if s in self.values})
            return expect(body) if random_symbols(body) else body

        found = transform(root, rule)
        return None if failed else found


def instances(model: Model, wanted: Sequence[Symbol]) -> Iterator[Instance]:
    """Joint laws that satisfy the model: independent Gaussians, skewed laws, dependent ones where that is open.

    Args:
        model: What was stated.
        wanted: The random symbols of the claim.
    """
    own = list(dict.fromkeys([*model.laws, *wanted]))
    if any(len(s.shape) > 1 for s in own):
        return
    for base in ("normal", "exponential"):
        yield _independent(model, own, base)
    groups = [sorted(part & set(own), key=lambda s: s.name) for part in model.parts(own)]
    if any(len(group) > 1 for group in groups):
        yield _dependent(model, own, groups)


def _independent(model: Model, own: Sequence[Symbol], base: str) -> Instance:
    laws: dict[Symbol, Law] = {}
    values: dict[Symbol, Expr] = {}
    said = []
    for k, symbol in enumerate(own):
        known = model.laws.get(symbol)
        if known is not None and known.distribution is not None:
            laws[symbol] = known
        elif symbol.shape:
            mean, covariance = _moments(symbol, known, k)
            laws[symbol] = law(symbol, "normal", mean, covariance)
            said.append(str(laws[symbol]))
        else:
            mean, variance = _moments(symbol, known, k)
            source = scalar(f"{symbol.name}0", "random")
            laws[source] = law(source, base, *_STANDARD[base])
            centered = source - 1 if base == "exponential" else source
            values[symbol] = mean + sqrt(variance) * centered
            said.append(f"{symbol.name} = {values[symbol]} with {laws[source]}")
    whole = Model(laws, (tuple(frozenset([s]) for s in laws),))
    return Instance(whole, values, "; ".join([*said, "all independent"]))


def _dependent(model: Model, own: Sequence[Symbol], groups: Sequence[Sequence[Symbol]]) -> Instance:
    """One standard Gaussian for all numbers of a group whose laws allow it."""
    start = _independent(model, own, "normal")
    laws, values, said = dict(start.model.laws), dict(start.values), []
    for place, group in enumerate(groups):
        source = scalar(f"u{place}", "random")
        tied = [s for s in group if not s.shape and _is_free(model.laws.get(s))]
        if len(tied) < 2:
            continue
        laws[source] = law(source, "normal", 0, 1)
        for symbol in tied:
            mean, variance = _moments(symbol, model.laws.get(symbol), list(own).index(symbol))
            values[symbol] = mean + sqrt(variance) * source
            said.append(f"{symbol.name} = {values[symbol]}")
        said.append(str(laws[source]))
    used = {s for value in values.values() for s in symbols(value)} | (set(laws) - set(values))
    laws = {s: own_law for s, own_law in laws.items() if s in used and s not in values}
    whole = Model(laws, (tuple(frozenset([s]) for s in laws),))
    return Instance(whole, values, "; ".join(said))


def _is_free(known: Law | None) -> bool:
    return known is None or known.distribution is None or known.is_normal


def _moments(symbol: Symbol, known: Law | None, k: int) -> tuple[Expr, Expr]:
    """The stated mean and covariance, or some that are no special numbers."""
    if known is not None:
        return known.mean, known.covariance
    mean, variance = constant(Fraction(2 * k + 1, 3)), constant(Fraction(2 * k + 3, 2))
    if not symbol.shape:
        return mean, variance
    return full_like(symbol, mean), variance * eye(symbol.shape[0])
