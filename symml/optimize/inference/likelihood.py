"""``mle``: the parameters that maximize a likelihood, from its scores, with the proof that they do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from symml.errors import SymmlError
from symml.expr.nodes import Expr, Symbol
from symml.expr.walk import symbols
from symml.optimize.inference.maximum import Certificate, certificate
from symml.optimize.inference.sample import Sample, read_sample
from symml.optimize.inference.scores import Stationary, stationary
from symml.read.declarations import Declarations, read_declarations
from symml.render import latex, text

_WIDTH = 16


@dataclass(frozen=True, repr=False)
class MaximumLikelihood:
    """The maximum of a likelihood.

    Attributes:
        sample: The laws and the log-likelihood of the data.
        parameters: The parameters.
        stationary: The scores and their solution.
        certificate: Why the solution is the maximum.
    """

    sample: Sample
    parameters: tuple[Symbol, ...]
    stationary: Stationary
    certificate: Certificate

    @property
    def values(self) -> dict[str, Expr]:
        """The estimates by the names of the parameters."""
        return {p.name: value for p, value in self.stationary.values}

    def of(self, name: str) -> Expr:
        """The estimate of the parameter of this name.

        Raises:
            SymmlError: No closed form was found for it.
        """
        if name not in self.values:
            raise SymmlError(f"there is no closed form for {name}", cure="see .stationary.left for its equation")
        return self.values[name]

    @property
    def conditions(self) -> tuple[str, ...]:
        """What must hold of the data."""
        found = [c for step in self.stationary.steps for c in step.conditions]
        return tuple(dict.fromkeys([*(f"{text.show(c)} is positive" for c in self.sample.conditions), *found]))

    def latex(self) -> str:
        """The estimates in LaTeX."""
        rows = [rf"\hat{{{latex.name(p.name)}}} = {latex.show(v)}" for p, v in self.stationary.values]
        rows += [rf"{latex.show(e)} = 0" for _, e in self.stationary.left]
        return r",\quad ".join(rows)

    def to_json(self) -> dict[str, Any]:
        """Everything as plain data."""
        found = self.stationary
        return {
            "schema": 1,
            "laws": list(self.sample.words),
            "log_likelihood": text.show(self.sample.log),
            "scores": {p.name: text.show(score) for p, score in found.scores},
            "steps": [{"parameter": s.parameter.name, "equation": text.show(s.equation), "value": text.show(s.value)}
                      for s in found.steps],
            "estimates": {p.name: {"text": text.show(v), "latex": latex.show(v)} for p, v in found.values},
            "open": {p.name: text.show(e) for p, e in found.left},
            "checked": found.checked,
            "maximum": list(self.certificate.reasons),
            "conditions": list(self.conditions),
        }  # fmt: skip

    def __repr__(self) -> str:
        names = ", ".join(text.name(p.name) for p in self.parameters)
        head = f"MAXIMUM LIKELIHOOD of {names}: independent observations, {'; '.join(self.sample.words)}"
        return "\n".join([head, *self._lines()])

    def _lines(self) -> Iterator[str]:
        found = self.stationary
        yield _line("log-likelihood", text.show(self.sample.log))
        for p, score in found.scores:
            yield _line(f"score of {text.name(p.name)}", text.show(score))
        scores = dict(found.scores)
        for step in found.steps:
            if step.equation is not scores[step.parameter]:
                yield _line("", f"{text.show(step.equation)} = 0")
            yield _line("so", f"{text.name(step.parameter.name)} = {text.show(step.value)}")
        for p, value in found.values:
            yield _line("estimate", f"{_hat(text.name(p.name))} = {text.show(value)}")
        for p, equation in found.left:
            yield _line("no closed form", f"{text.name(p.name)} solves {text.show(equation)} = 0")
        for reason in self.certificate.reasons:
            yield _line("maximum", reason)
        if not self.certificate.is_global:
            yield _line("maximum", "not proved" + self._local())
        if found.checked:
            is_on_simplex = any("rows_sum_to_one" in p.domain.facts for p in self.parameters)
            yield _line("checked", "put back in, the scores vanish" + (" along the simplex" if is_on_simplex else ""))
        for condition in self.conditions:
            yield _line("provided that", condition)

    def _local(self) -> str:
        second = self.certificate.curvature
        return "" if second is None else f"; the second derivative there is {text.show(second)}"

    def _repr_latex_(self) -> str:
        return "$\\displaystyle " + self.latex() + "$"


def _hat(name: str) -> str:
    """The name with a hat on its first letter."""
    return f"{name[0]}\u0302{name[1:]}"


def _line(label: str, said: str) -> str:
    return f"  {label:<{_WIDTH}}{said}"


def mle(
    statement: str,
    wrt: str | Sequence[str | Symbol],
    *,
    shapes: str | Mapping[str, object] | Declarations | None = None,
    of: str = "",
    log: bool = False,
) -> MaximumLikelihood:
    """The maximum-likelihood estimates of parameters from independent observations.

    Args:
        statement: Laws of the data, ``"x ~ poisson(lam)"`` or ``"y ~ normal(X@w, s)"``: every entry (every row, for
            a covariance matrix) is an observation; or a density, written entry by entry in the data.
        wrt: The parameters: ``"mu, sigma2"``.
        shapes: Declarations; data are arrays: ``"x: n, lam: positive"``.
        of: What is observed, where ``statement`` is a density.
        log: Whether ``statement`` is the logarithm of a density.

    Returns:
        The scores, the estimates in closed form where there are any, and the proof that they are the maximum.

    Raises:
        DeclarationError: A law is not known or does not fit the data.
        SymmlError: A parameter does not occur, or the support depends on the parameters.
    """
    declared = read_declarations(shapes)
    sample = read_sample(statement, of, declared, log=log)
    names = wrt.split(",") if isinstance(wrt, str) else list(wrt)
    chosen = tuple(_parameter(sample, name.name if isinstance(name, Symbol) else name.strip()) for name in names)
    found = stationary(sample.log, chosen)
    return MaximumLikelihood(sample, chosen, found, certificate(sample.log, chosen, sample.data, found))


def _parameter(sample: Sample, name: str) -> Symbol:
    present = [s for s in symbols(sample.log) if s not in sample.data]
    match = next((s for s in present if s.name == name), None)
    if match is None:
        known = ", ".join(s.name for s in present)
        raise SymmlError(f"{name!r} is no parameter of the likelihood", cure=f"its parameters are: {known}")
    return match
