"""``expectation``: an expression with means, variances and covariances carried out, and the rules that did it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from symml.calculus.moments import Fact, Model, expand_expectations
from symml.calculus.moments.shorten import shortened
from symml.expr.nodes import Expr
from symml.expr.probability import expect, random_symbols
from symml.expr.scoped import Expectation
from symml.expr.walk import topological
from symml.kernels import Kernel, kernel
from symml.read.declarations import Declarations, read_declarations
from symml.read.expression import read_expression
from symml.read.laws import read_model
from symml.render import latex, text
from symml.render.formula import Formula, formula

LINEARITY = "linearity: E[a f + b g] = a E[f] + b E[g], with every random symbol split into its mean and the rest"

# From this size on, SymPy is asked for a shorter spelling of a number.
_LONG = 20


@dataclass(frozen=True, repr=False)
class Expected:
    """An expression whose expectations have been carried out as far as the model says.

    Attributes:
        expr: The expression as it was asked.
        model: The laws and the independence that were stated.
        result: The expression without the expectations that could be carried out.
        facts: The rules that were used, each with its equation and the assumption it needs.
    """

    expr: Expr
    model: Model
    result: Expr
    facts: tuple[Fact, ...]

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What was stated and used."""
        return tuple(dict.fromkeys(fact.assumption for fact in self.facts if fact.assumption))

    @property
    def is_complete(self) -> bool:
        """Whether no expectation is left."""
        return not any(isinstance(node, Expectation) for node in topological(self.result))

    @cached_property
    def formula(self) -> Formula:
        """The result as a main formula with named subterms."""
        return formula(self.result)

    def latex(self, *, steps: bool = False) -> str:
        """The equation in LaTeX; with ``steps`` every rule with its own equation."""
        whole = f"{latex.show(self.expr)} = {self.formula.latex()}"
        if not steps:
            return whole
        lines = [f"{latex.show(self.expr)} &= {self.formula.latex()}"]
        for fact in self.facts:
            if fact.before is not None and fact.after is not None:
                lines.append(
                    f"{latex.show(fact.before)} &= {latex.show(fact.after)} && \\text{{{_plain(fact.reason)}}}"
                )
        return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"

    def text(self) -> str:
        """The result as Unicode text."""
        return self.formula.text()

    def code(self) -> str:
        """The result as NumPy code."""
        return self.formula.code()

    def kernel(self, name: str = "expected") -> Kernel:
        """The result as a NumPy function, when no expectation is left."""
        return kernel(self.result, name=name)

    def to_json(self) -> dict[str, Any]:
        """Everything as plain data."""
        return {
            "schema": 1,
            "expression": text.show(self.expr),
            "result": {"latex": self.formula.latex(), "text": self.text(), "code": self.code()},
            "complete": self.is_complete,
            "steps": [_row(fact) for fact in self.facts],
            "assumptions": list(self.assumptions),
        }

    def __repr__(self) -> str:
        lines = [text.show(self.expr), f"  = {self.text()}", "", "because"]
        lines.append(f"  {LINEARITY}")
        for fact in self.facts:
            equation = "" if fact.before is None or fact.after is None else _equation(fact)
            lines.append(f"  {equation}{fact.reason}" + (f"   [{fact.assumption}]" if fact.assumption else ""))
        if not self.is_complete:
            lines += ["", "left as it stands: nothing was stated about the laws in it"]
        return "\n".join(lines)

    def _repr_latex_(self) -> str:
        return "$\\displaystyle " + self.latex() + "$"


def _equation(fact: Fact) -> str:
    assert fact.before is not None and fact.after is not None
    return f"{text.show(fact.before)} = {text.show(fact.after)}   by "


def _plain(reason: str) -> str:
    return reason.partition(":")[0]


def _row(fact: Fact) -> dict[str, Any]:
    row = {"reason": fact.reason, "assumption": fact.assumption}
    if fact.before is not None and fact.after is not None:
        row |= {"before": text.show(fact.before), "after": text.show(fact.after)}
    return row


def expectation(
    expression: Expr | str,
    *,
    shapes: str | Mapping[str, object] | Declarations | None = None,
    given: str | Model | None = None,
) -> Expected:
    """Carries out the expectations in an expression; an expression without any is averaged as a whole.

    Args:
        expression: Text such as ``"E((y - f)**2)"`` or ``"Var(a @ x)"``, or an expression.
        shapes: Declarations; random symbols are declared ``random``: ``"x: d random, a: d"``.
        given: What is known of them: ``"x ~ normal(mu, Sigma); eps ~ (0, sigma2); x, eps independent"``. Second
            parameters of ``normal`` are variances and covariance matrices.

    Returns:
        The result with the rules that were used; what nothing is known of stays an expectation.

    Raises:
        ReadError: The text cannot be read.
        DeclarationError: A law or a statement of independence makes no sense.
    """
    declared = read_declarations(shapes)
    root = read_expression(expression, declared)
    model = read_model(given, declared)
    if not any(isinstance(node, Expectation) for node in topological(root)) and random_symbols(root):
        root = expect(root)
    facts: list[Fact] = []
    result = shortened(expand_expectations(root, model, facts), long=_LONG)
    return Expected(root, model, result, tuple(facts))
