"""``fisher``: the Fisher information of a log-likelihood, by the variance of the score and by the mean curvature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from symml.calculus.differentiate import gradient, hessian
from symml.calculus.moments import Fact, Model, expand_expectations
from symml.calculus.normal import prove_equal
from symml.errors import ShapeError, SymmlError
from symml.expr.build import outer
from symml.expr.nodes import Expr, Symbol
from symml.expr.probability import expect, random_symbols
from symml.proof.derive import find_variable
from symml.read.declarations import Declarations, read_declarations
from symml.read.expression import read_expression
from symml.read.laws import read_model
from symml.render import latex, text

_DIFFER = "the two were not proved equal: is this the law's own likelihood?"


@dataclass(frozen=True, repr=False)
class FisherInformation:
    """The Fisher information of a parameter.

    Attributes:
        log_likelihood: The logarithm of the density, up to what does not depend on the parameter.
        parameter: A number or a vector.
        score: The gradient of the log-likelihood.
        mean_score: Its mean, which is zero under the law itself.
        result: The mean of minus the Hessian.
        score_variance: The mean of the score's square (or outer product).
        agree: Whether both are proved equal.
        facts: The rules that were used.
    """

    log_likelihood: Expr
    parameter: Symbol
    score: Expr
    mean_score: Expr
    result: Expr
    score_variance: Expr
    agree: bool
    facts: tuple[Fact, ...]

    def latex(self) -> str:
        """The information in LaTeX."""
        return rf"\mathcal{{I}}({latex.name(self.parameter.name)}) = {latex.show(self.result)}"

    def to_json(self) -> dict[str, Any]:
        """Everything as plain data."""
        return {
            "schema": 1,
            "log_likelihood": text.show(self.log_likelihood),
            "parameter": self.parameter.name,
            "score": text.show(self.score),
            "mean_score": text.show(self.mean_score),
            "result": {"text": text.show(self.result), "latex": latex.show(self.result)},
            "score_variance": text.show(self.score_variance),
            "agree": self.agree,
            "assumptions": list(dict.fromkeys(fact.assumption for fact in self.facts if fact.assumption)),
        }

    def __repr__(self) -> str:
        name = text.name(self.parameter.name)
        lines = [
            f"Fisher information of {name}",
            f"  log-likelihood       {text.show(self.log_likelihood)}",
            f"  score                {text.show(self.score)}",
            f"  mean of the score    {text.show(self.mean_score)}",
            f"  mean of -Hessian     {text.show(self.result)}",
            f"  mean of its square   {text.show(self.score_variance)}",
            "  both are proved equal"
            if self.agree
            else "  the two were not proved equal: is this the law's own likelihood?",
        ]
        return "\n".join(lines)

    def _repr_latex_(self) -> str:
        return "$\\displaystyle " + self.latex() + "$"


def fisher(
    log_likelihood: Expr | str,
    wrt: str | Symbol,
    *,
    shapes: str | Mapping[str, object] | Declarations | None = None,
    given: str | Model | None = None,
) -> FisherInformation:
    """The Fisher information of a parameter, from a log-likelihood and the law of what is observed.

    Args:
        log_likelihood: Such as ``"k*log(lam) - lam"``.
        wrt: The parameter, a number or a vector.
        shapes: Declarations; what is observed is declared ``random``.
        given: Its law: ``"k ~ poisson(lam)"``.

    Raises:
        ShapeError: The log-likelihood is not a number, or the parameter is a matrix.
        SymmlError: Nothing is random.
    """
    declared = read_declarations(shapes)
    root = read_expression(log_likelihood, declared)
    parameter = find_variable(root, wrt, declared)
    if root.shape or len(parameter.shape) > 1:
        raise ShapeError("the log-likelihood is a number and the parameter a number or a vector")
    if not random_symbols(root):
        raise SymmlError("nothing in the log-likelihood is random", cure="declare what is observed: 'k: random'")
    model, facts = read_model(given, declared), list[Fact]()
    score = gradient(root, parameter)
    square = outer(score, score) if parameter.shape else score**2
    parts = (score, -hessian(root, parameter), square)
    mean, curvature, spread = (
        expand_expectations(expect(part) if random_symbols(part) else part, model, facts) for part in parts
    )
    agree = prove_equal(curvature, spread) is not None
    return FisherInformation(root, parameter, score, mean, curvature, spread, agree, tuple(facts))
