"""``posterior``: conjugate updates, by adding the natural parameters of prior and likelihood statistic by statistic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

from symml.calculus.differentiate import gradient, jacobian
from symml.calculus.simplify import simplify
from symml.errors import SymmlError
from symml.expr.arithmetic import zeros
from symml.expr.contract import contract
from symml.expr.nodes import ONE, Expr, Symbol
from symml.expr.walk import substitute, symbols
from symml.optimize.expand import addends
from symml.optimize.inference.canonical import Canonical, canonical, returned, same
from symml.optimize.inference.density import Density, degree, read_density
from symml.optimize.inference.naming import neat
from symml.optimize.inference.proportional import ratio
from symml.optimize.inference.sample import Sample, read_sample
from symml.optimize.inference.separate import Pair, Separated, separated
from symml.proof.verdict import HEADLINES
from symml.proof.verify import verify
from symml.read.declarations import Declarations, read_declarations
from symml.render import latex, text

_WIDTH = 12


@dataclass(frozen=True, repr=False)
class Posterior:
    """The law of a parameter given data, where the prior is conjugate.

    Attributes:
        prior: The density of the parameter before the data.
        sample: The laws of the data and their log-likelihood.
        pairs: The natural parameters after the data, with the statistics of the parameter.
        updates: The parameters of the prior with their values after the data, where these can be solved for.
        left: Terms of the log-likelihood that no statistic of the prior can take up: then it is not conjugate.
        shown: The verdict on the claim that posterior over prior times likelihood does not depend on the parameter:
            proved, proved_randomized, certified ...; empty where no parameters were found.
    """

    prior: Density
    sample: Sample
    pairs: tuple[Pair, ...]
    updates: tuple[tuple[Symbol, Expr], ...] = ()
    left: tuple[Expr, ...] = ()
    shown: str = ""

    @property
    def proved(self) -> bool:
        """Whether the update is proved; a randomized proof is none, see ``shown``."""
        return self.shown == "proved"

    @property
    def is_conjugate(self) -> bool:
        """Whether the posterior is of the prior's kind."""
        return not self.left

    @property
    def values(self) -> dict[str, Expr]:
        """The parameters after the data, by name."""
        return {symbol.name: value for symbol, value in self.updates}

    def latex(self) -> str:
        """The updates in LaTeX."""
        rows = [rf"{latex.name(s.name)} \leftarrow {latex.show(v)}" for s, v in self.updates]
        return r",\quad ".join(rows) if rows else self._exponent(latex=True)

    def to_json(self) -> dict[str, Any]:
        """Everything as plain data."""
        return {
            "schema": 1,
            "parameter": self.prior.value.name,
            "data": list(self.sample.words),
            "conjugate": self.is_conjugate,
            "natural": [{"statistic": text.show(p.statistic), "natural": text.show(p.natural)} for p in self.pairs],
            "updates": {s.name: {"text": text.show(v), "latex": latex.show(v)} for s, v in self.updates},
            "left": [text.show(term) for term in self.left],
            "verdict": self.shown,
        }

    def _exponent(self, *, latex: bool = False) -> str:
        show = _latex_product if latex else _product
        return " + ".join(show(pair) for pair in self.pairs) + (r" + \text{const}" if latex else " + const")

    def __repr__(self) -> str:
        name = text.name(self.prior.value.name)
        words = ", ".join(self.sample.words)
        if not self.is_conjugate:
            rows = [("left over", text.show(term)) for term in self.left]
            rows.append(("because", f"no statistic of the prior on {name} takes these terms of the log-likelihood up"))
            return "\n".join([f"NOT CONJUGATE: {name} given {words}", *_rows(rows)])
        rows = [("log-prior", text.show(self.prior.log)), ("likelihood", text.show(self.sample.log))]
        rows.append(("posterior", self._exponent()))
        rows += [("update", f"{text.name(s.name)} ← {text.show(v)}") for s, v in self.updates]
        rows += [("provided", condition) for condition in self.prior.conditions]
        if not self.updates:
            rows.append(("form", "the prior's, with these natural parameters"))
        if self.shown:
            claim = f"posterior over prior times likelihood does not depend on {name}"
            rows.append(("checked", f"{HEADLINES[self.shown]}: {claim}"))
        return "\n".join([f"POSTERIOR of {name} given {words}", *_rows(rows)])


def _rows(rows: Sequence[tuple[str, str]]) -> list[str]:
    return [f"  {head:<{_WIDTH}}{value}" for head, value in rows]


def _product(pair: Pair) -> str:
    natural, statistic = (f"({s})" if " " in s else s for s in (text.show(pair.natural), text.show(pair.statistic)))
    return f"⟨{natural}, {statistic}⟩" if pair.natural.shape else f"{natural} {statistic}"


def _latex_product(pair: Pair) -> str:
    natural, statistic = latex.show(pair.natural), latex.show(pair.statistic)
    if pair.natural.shape:
        return rf"\left\langle {natural}, {statistic}\right\rangle"
    return rf"\left({natural}\right){statistic}"


def posterior(
    prior: str,
    likelihood: str,
    *,
    of: str = "",
    shapes: str | Mapping[str, object] | Declarations | None = None,
) -> Posterior:
    """The law of a parameter given data, where prior and likelihood are conjugate.

    The log-prior is a sum of natural parameters times statistics of the parameter; where the log-likelihood is one of
    the same statistics, the natural parameters add, and are solved for the prior's own parameters.

    Args:
        prior: A law ``"p ~ beta(a, b)"``, or a density as text together with ``of``.
        likelihood: Laws of the data, ``"y ~ bernoulli(p)"``; every entry (or row) is one observation.
        of: What the prior is a density of, where it is written as a density.
        shapes: Declarations; the parameter is ``random`` where the prior is a law.

    Raises:
        SymmlError: The prior is no exponential family, or the data do not depend on the parameter.
    """
    declared = read_declarations(shapes)
    before = read_density(prior, of, declared)
    sample = read_sample(likelihood, "", declared)
    theta = before.value
    if theta not in symbols(sample.log):
        raise SymmlError(f"the likelihood does not depend on {theta.name}", cure=f"write 'y ~ poisson({theta.name})'")
    own = _parts(before.log, theta)
    if own.mixed:
        raise SymmlError(
            f"the prior is no exponential family: {text.show(own.mixed[0])}",
            cure="choose a prior that symml family reads",
        )
    prior_pairs = tuple(sorted(_with_own(own, theta), key=lambda pair: degree(pair.statistic, theta)))
    gained, left = _gained(_parts(sample.log, theta), [pair.statistic for pair in prior_pairs], theta)
    pairs = tuple(Pair(neat(p.natural + gain), p.statistic) for p, gain in zip(prior_pairs, gained, strict=True))
    if left:
        return Posterior(before, sample, pairs, left=tuple(left))
    updates = _updates(before, prior_pairs, pairs)
    return Posterior(before, sample, pairs, updates, shown=_shown(before, sample, updates))


def _parts(log: Expr, theta: Symbol) -> Separated:
    return separated(log, frozenset([theta]), frozenset(symbols(log)) - {theta})


def _with_own(parts: Separated, theta: Symbol) -> list[Pair]:
    """The pairs; what depends on the parameter only is a pair with the number 1."""
    return [*parts.pairs, *(Pair(ONE, term) for term in addends(parts.own) if theta in symbols(term))]


def _gained(parts: Separated, statistics: Sequence[Expr], theta: Symbol) -> tuple[list[Expr], list[Expr]]:
    """What the likelihood adds to each natural parameter, and the terms that fit none."""
    gained: list[list[Expr]] = [[] for _ in statistics]
    left: list[Expr] = [*parts.mixed]
    for pair in _with_own(parts, theta):
        for place, statistic in enumerate(statistics):
            found = _coefficient(pair, statistic, theta)
            if found is not None:
                gained[place].append(found)
                break
        else:
            left.append(_inner(pair))
    totals = [reduce(add, terms, zeros(s.shape)) for terms, s in zip(gained, statistics, strict=True)]
    return [simplify(total) for total in totals], left


def _inner(pair: Pair) -> Expr:
    axes = tuple(range(len(pair.natural.shape)))
    return simplify(contract([(pair.natural, axes), (pair.statistic, axes)], ()))


def _coefficient(pair: Pair, statistic: Expr, theta: Symbol) -> Expr | None:
    """What stands before a statistic in a term; ``None`` where the term is no multiple of it."""
    match = ratio(pair.statistic, statistic)
    if match is not None:
        coef, order = match
        moved = pair.natural if order is None else contract([(pair.natural, order)], tuple(range(len(order))))
        return simplify(coef * moved)
    term = _inner(pair)
    if not statistic.shape:
        found = simplify(term / statistic)
    elif statistic is theta:
        found = gradient(term, theta)
    elif len(theta.shape) == 1 and statistic.shape == theta.shape * 2:
        found = simplify(jacobian(gradient(term, theta), theta) / 2)
    else:
        return None
    holds = theta not in symbols(found) and found.shape == statistic.shape
    return found if holds and same(term, _inner(Pair(found, statistic))) else None


def _updates(before: Density, prior: Sequence[Pair], pairs: Sequence[Pair]) -> tuple[tuple[Symbol, Expr], ...]:
    """The prior's parameters after the data."""
    wrt = tuple(s for s in symbols(before.log) if s is not before.value)
    found: Canonical | None = canonical(prior, zeros(()), wrt, before.total)
    if found is None:
        return ()
    after = [pair.natural for pair in pairs]
    return tuple((symbol, neat(returned(value, found.symbols, after))) for symbol, value in found.parameters)


def _shown(before: Density, sample: Sample, updates: Sequence[tuple[Symbol, Expr]]) -> str:
    """The verdict on the gradient of log posterior - log prior - log likelihood in the parameter being zero."""
    if not updates:
        return ""
    values: dict[Expr, Expr] = dict(updates)
    rest = substitute(before.log, values) - before.log - sample.log
    slope = gradient(rest, before.value)
    return verify(slope, zeros(slope.shape)).verdict
