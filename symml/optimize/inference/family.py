"""``family``: a density in the form of an exponential family, with its log-partition and the moments it yields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from symml.calculus.simplify import simplify
from symml.errors import SymmlError
from symml.expr.nodes import ONE, Expr, Symbol
from symml.expr.walk import symbols
from symml.optimize.inference.canonical import Canonical, canonical, returned
from symml.optimize.inference.density import Density, degree, read_density
from symml.optimize.inference.logarithms import exponential
from symml.optimize.inference.movement import reason_against
from symml.optimize.inference.naming import named, neat
from symml.optimize.inference.normalization import Normalization, normalization
from symml.optimize.inference.separate import Pair, Separated, separated
from symml.optimize.terms import spread
from symml.read.declarations import Declarations, read_declarations
from symml.render import latex, text

IS, NOT, UNDECIDED = "exponential family", "not an exponential family", "undecided"


@dataclass(frozen=True, repr=False)
class Family:
    """A density ``h(x) exp(<eta, T(x)> - A)``, or the reason why it is none.

    Attributes:
        density: What was given.
        parameters: The parameters; all other symbols are known constants.
        verdict: ``exponential family``, ``not an exponential family`` or ``undecided``.
        base: The logarithm of the base measure ``h``.
        pairs: The natural parameters with the sufficient statistics.
        partition: The log-partition ``A`` in the parameters.
        canonical: The same in the natural parameters, where they can be solved for the parameters.
        mean: The mean of each statistic in the parameters: ``A'``.
        covariance: The covariances of the statistics in the parameters: ``A''``.
        reason: Why it is none, or which terms could not be brought to the form.
        normalization: What numbers say, where the density could be integrated.
        proved: Whether the moments are proved to be those of the declared law.
    """

    density: Density
    parameters: tuple[Symbol, ...]
    verdict: str
    base: Expr
    pairs: tuple[Pair, ...] = ()
    partition: Expr = ONE
    canonical: Canonical | None = None
    mean: tuple[Expr, ...] = ()
    covariance: tuple[tuple[Expr | None, ...], ...] = ()
    reason: str = ""
    normalization: Normalization | None = None
    proved: bool = False

    @property
    def natural(self) -> tuple[Expr, ...]:
        """The natural parameters."""
        return tuple(pair.natural for pair in self.pairs)

    @property
    def statistics(self) -> tuple[Expr, ...]:
        """The sufficient statistics."""
        return tuple(pair.statistic for pair in self.pairs)

    @property
    def is_family(self) -> bool:
        """Whether the form was found, and numbers do not speak against the density."""
        return self.verdict == IS and not self.is_no_density

    @property
    def is_no_density(self) -> bool:
        """Whether the density surely does not integrate to one where it lives, or is taken to live."""
        return not self.proved and self.normalization is not None and self.normalization.is_not_one

    def latex(self) -> str:
        """The form in LaTeX."""
        inner = " + ".join(_latex_product(pair) for pair in self.pairs)
        left = rf"p({latex.name(self.density.value.name)})"
        base = latex.show(exponential(self.base))
        return rf"{left} = {base}\,\exp\left({inner} - A\right),\quad A = {latex.show(self.partition)}"

    def to_json(self) -> dict[str, Any]:
        """Everything as plain data."""
        own = self.canonical
        return {
            "schema": 1,
            "verdict": self.verdict,
            "log_density": text.show(self.density.log),
            "base_measure": text.show(exponential(self.base)),
            "statistics": [text.show(node) for node in self.statistics],
            "natural_parameters": [text.show(node) for node in self.natural],
            "log_partition": text.show(self.partition),
            "log_partition_natural": None if own is None else text.show(own.partition),
            "mean": [text.show(node) for node in self.mean],
            "covariance": [[None if v is None else text.show(v) for v in row] for row in self.covariance],
            "reason": self.reason,
            "conditions": list(self.density.conditions),
            "integral": None if self.normalization is None else self.normalization.total,
            "moments_agree": None if self.normalization is None else self.normalization.agree,
            "moments_proved": self.proved,
        }

    def __repr__(self) -> str:
        from symml.optimize.inference.family_report import report

        return report(self)

    def _repr_latex_(self) -> str:
        return "$\\displaystyle " + self.latex() + "$"


def _latex_product(pair: Pair) -> str:
    left, right = latex.show(pair.natural), latex.show(pair.statistic)
    return rf"\left\langle {left},\; {right}\right\rangle" if pair.natural.shape else rf"\left({left}\right) {right}"


def family(
    density: Expr | str,
    value: Symbol | str = "",
    *,
    wrt: str | Sequence[str | Symbol] = (),
    shapes: str | Mapping[str, object] | Declarations | None = None,
    support: str = "",
    log: bool = False,
) -> Family:
    """Brings a density to the form ``h(x) exp(<eta, T(x)> - A(eta))`` by the algebra of its logarithm.

    Args:
        density: A law ``"x ~ gamma(a, b)"``, or a density or mass function as an expression or its text.
        value: What it is a density of; for a law, its symbol.
        wrt: The parameters, ``"mu, sigma2"``; by default all symbols but the value.
        shapes: Declarations.
        support: Where the density lives when its domain does not say so: ``"(0, inf)"`` or ``"0, 1, ..., n"``.
        log: Whether ``density`` is the logarithm of the density.

    Returns:
        The parts of the form with the moments they yield; or a proof that there is none; or ``undecided``.

    Raises:
        ReadError: The text cannot be read.
        SymmlError: The value or a parameter does not occur.
    """
    declared = read_declarations(shapes)
    found = read_density(density, value, declared, support=support, log=log)
    chosen = _parameters(found, wrt, declared)
    parts = separated(found.log, frozenset([found.value]), frozenset(chosen))
    moving = found.moving_support(frozenset(chosen))
    if parts.mixed or moving:
        return _none(found, chosen, parts, moving)
    if not parts.pairs:
        raise SymmlError(f"the density does not depend on {found.value.name} and the parameters together")
    return _family(found, chosen, tuple(sorted(parts.pairs, key=_degree(found.value))), parts)


def _none(found: Density, chosen: tuple[Symbol, ...], parts: Separated, reason: str) -> Family:
    reason = reason or reason_against(parts.mixed, found, frozenset(chosen))
    if reason:
        return Family(found, chosen, NOT, parts.own, parts.pairs, reason=reason)
    terms = ", ".join(text.show(term) for term in parts.mixed)
    reason = f"no rule separates {found.value.name} from the parameters in {terms}"
    return Family(found, chosen, UNDECIDED, parts.own, parts.pairs, reason=reason)


def _degree(value: Symbol) -> Any:
    """Sorts statistics: linear ones first."""
    return lambda pair: degree(pair.statistic, value)


def _family(found: Density, chosen: tuple[Symbol, ...], pairs: tuple[Pair, ...], parts: Separated) -> Family:
    pairs = tuple(Pair(named(p.natural), p.statistic) for p in pairs)
    partition = neat(spread(simplify(-parts.other)))
    own = canonical(pairs, partition, chosen, found.total)
    mean: tuple[Expr, ...] = ()
    covariance: tuple[tuple[Expr | None, ...], ...] = ()
    if own is not None:
        back = [pair.natural for pair in pairs]
        mean = tuple(returned(m, own.symbols, back) for m in own.mean)
        covariance = tuple(
            tuple(None if v is None else returned(v, own.symbols, back) for v in row) for row in own.covariance
        )
    base = simplify(parts.own + parts.constant)
    checked = _checked(found, pairs, mean, covariance)
    proved = bool(mean) and found.moments_are(pairs, mean, covariance)
    return Family(
        found, chosen, IS, base, pairs, partition, own, mean, covariance, normalization=checked, proved=proved
    )


def _checked(
    found: Density, pairs: Sequence[Pair], mean: Sequence[Expr], covariance: Sequence[Sequence[Expr | None]]
) -> Normalization | None:
    if found.support is None:
        return None
    rows: list[tuple[Expr, Expr | None, Expr | None]] = [
        (pair.statistic, mean[k] if mean else None, covariance[k][k] if covariance else None)
        for k, pair in enumerate(pairs)
        if not pair.statistic.shape
    ]
    return normalization(found.log, found.value, found.support, rows)


def _parameters(found: Density, wrt: str | Sequence[str | Symbol], declared: Declarations) -> tuple[Symbol, ...]:
    order = list(declared.symbols)
    present = [s for s in symbols(found.log) if s is not found.value]
    present.sort(key=lambda s: order.index(s.name) if s.name in order else len(order))
    if not wrt:
        if not present:
            raise SymmlError("the density has no parameters", cure="give a density with symbols beside its value")
        return tuple(present)
    names = wrt.split(",") if isinstance(wrt, str) else list(wrt)
    chosen = []
    for name in names:
        wanted = name.name if isinstance(name, Symbol) else str(name).strip()
        match = next((s for s in present if s.name == wanted), None)
        if match is None:
            known = ", ".join(s.name for s in present)
            raise SymmlError(f"{wanted!r} is no parameter of the density", cure=f"its parameters are: {known}")
        chosen.append(match)
    return tuple(chosen)
