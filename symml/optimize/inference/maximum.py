"""Why a stationary point of a log-likelihood is its maximum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symml.calculus.differentiate import derivative
from symml.calculus.facts import is_positive
from symml.calculus.simplify import simplify
from symml.errors import SymmlError
from symml.expr.nodes import Expr, Symbol
from symml.expr.walk import substitute, symbols
from symml.optimize.convexity import decide
from symml.optimize.inference.canonical import natural_symbols, solved
from symml.optimize.inference.naming import named
from symml.optimize.inference.scores import Stationary
from symml.optimize.inference.separate import separated
from symml.render import text

_CONCAVE = ("concave", "affine")


@dataclass(frozen=True)
class Certificate:
    """A proof that a stationary point is the maximum.

    Attributes:
        reasons: One line a reason; none where it is not proved.
        curvature: The second derivative at the point, where that is all that is known: a local maximum.
    """

    reasons: tuple[str, ...] = ()
    curvature: Expr | None = None

    @property
    def is_global(self) -> bool:
        """Whether the stationary point is proved to be the maximum."""
        return bool(self.reasons)


def certificate(log: Expr, wrt: Sequence[Symbol], data: Sequence[Symbol], found: Stationary) -> Certificate:
    """The proof: concavity, an exponential family, or one parameter after another."""
    reasons = _jointly(log, wrt) or _as_family(log, wrt, data) or _one_by_one(log, wrt, found)
    if reasons:
        return Certificate(reasons)
    return Certificate(curvature=_curvature(log, wrt, found))


def _jointly(log: Expr, wrt: Sequence[Symbol]) -> tuple[str, ...]:
    try:
        found = decide(log, tuple(wrt), search=False)
    except SymmlError:
        return ()
    if found.verdict not in _CONCAVE:
        return ()
    names = ", ".join(text.name(p.name) for p in wrt)
    return (f"the log-likelihood is {'strictly ' if found.strict else ''}concave in {names}",)


def _as_family(log: Expr, wrt: Sequence[Symbol], data: Sequence[Symbol]) -> tuple[str, ...]:
    """l = <eta, T> - A(eta) is concave in eta, as A'' is a covariance; eta is a smooth one-to-one function of wrt"""
    if any("rows_sum_to_one" in p.domain.facts for p in wrt):
        return ()
    parts = separated(log, frozenset(data), frozenset(wrt))
    if parts.mixed or len(parts.pairs) != len(wrt):
        return ()
    natural = [pair.natural for pair in parts.pairs]
    values = solved(natural, natural_symbols(natural, wrt), wrt)
    if values is None or any(set(symbols(value)) & set(wrt) for value in values.values()):
        return ()
    shown = ", ".join(text.show(named(node)) for node in natural)
    return (
        f"an exponential family: the log-likelihood is concave in its natural parameters {shown}",
        "these are one-to-one in the parameters, so a stationary point is the maximum",
    )


def _one_by_one(log: Expr, wrt: Sequence[Symbol], found: Stationary) -> tuple[str, ...]:
    """Each parameter is maximized for every value of those found after it."""
    if found.left:
        return ()
    reasons: list[str] = []
    profile = log
    for step in found.steps:
        joint = _jointly(profile, (step.parameter,)) or _unique(profile, step.parameter, step.value)
        if not joint:
            return ()
        reasons += joint
        profile = simplify(substitute(profile, {step.parameter: step.value}))
    return tuple(reasons)


def _unique(profile: Expr, p: Symbol, value: Expr) -> tuple[str, ...]:
    """A number whose only stationary point has a negative second derivative"""
    if p.shape:
        return ()
    second = simplify(derivative(simplify(derivative(profile, p)), p))
    there = simplify(substitute(second, {p: value}))
    if not is_positive(simplify(-there)):
        return ()
    shown = f"{text.show(there)}"
    return (f"the stationary point in {text.name(p.name)} is the only one, with the second derivative {shown} < 0",)


def _curvature(log: Expr, wrt: Sequence[Symbol], found: Stationary) -> Expr | None:
    if len(wrt) != 1 or wrt[0].shape or found.left or not found.values:
        return None
    second = simplify(derivative(simplify(derivative(log, wrt[0])), wrt[0]))
    return simplify(substitute(second, {wrt[0]: found.values[0][1]}))
