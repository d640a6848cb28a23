"""The result of ``derive``: an expression with its steps; the report is its repr."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from symml.calculus.directional import direction_for, hvp
from symml.calculus.simplify import simplify
from symml.errors import SymmlError
from symml.expr.nodes import Expr, Symbol, show_shape
from symml.kernels import Kernel, kernel
from symml.proof.derivative_check import check_derivative
from symml.proof.kinks import Kink, kinks
from symml.proof.step import Step
from symml.render import latex, text
from symml.render.formula import Formula, formula
from symml.render.names import columns

if TYPE_CHECKING:
    from symml.proof.verdict import Verdict

_POWER = re.compile(r"(\w+)\^(\([^()]*\)|-?\w+)")
_KINDS = {1: "gradient", 2: "Hessian"}


@dataclass(frozen=True, repr=False)
class Derivation:
    """A derivative and how it was found.

    Attributes:
        expr: What was differentiated.
        wrt: The variable.
        order: How often.
        result: The derivative: axes of ``expr`` first, then the variable's, once per order.
        steps: The steps in the order in which they were made.
        name: What the steps call ``expr``.
        convention: What the gradient by a structured matrix means.
    """

    expr: Expr
    wrt: Symbol
    order: int
    result: Expr
    steps: tuple[Step, ...]
    name: str = "L"
    convention: str = "unstructured"

    @property
    def kind(self) -> str:
        """What this derivative is called: gradient, Jacobian, Hessian ..."""
        if self.expr.shape:
            return "Jacobian" if self.order == 1 else f"derivative of order {self.order}"
        return _KINDS.get(self.order, f"derivative of order {self.order}")

    @property
    def conditions(self) -> tuple[str, ...]:
        """What the rules that were used ask of the values."""
        return tuple(dict.fromkeys(step.condition for step in self.steps if step.condition))

    @cached_property
    def kinks(self) -> tuple[Kink, ...]:
        """Where there is no derivative, with the slopes there; everywhere else the result is exact."""
        return kinks(simplify(self.expr), self.wrt)

    @cached_property
    def formula(self) -> Formula:
        """The result as a main formula with named subterms."""
        return formula(self.result)

    @cached_property
    def verdict(self) -> Verdict:
        """Every step decided as a claim of its own, and the result against differences of the function."""
        return check_derivative(self.expr, self.wrt, self.order, self.result, self.steps, self.convention)

    @cached_property
    def operator(self) -> Formula | None:
        """The Hessian as an operator ``H[V]``, the gradient of <gradient, V>; ``None`` unless it is one of a scalar."""
        if self.order != 2 or self.expr.shape:
            return None
        return formula(hvp(self.expr, self.wrt, direction_for(self.wrt, self.expr)))

    @property
    def operator_name(self) -> str:
        """What the operator is called: ``H[V]``."""
        return f"H[{direction_for(self.wrt, self.expr).name}]"

    # ---- views -------------------------------------------------------------------------------------------------------
    def latex(self, *, steps: bool = False) -> str:
        """The result in LaTeX; with ``steps`` the whole derivation as an ``aligned`` environment with reasons."""
        if not steps:
            return self.formula.latex()
        lines = [rf"{_aligned(step.latex())} && \text{{{_escape(step.reason)}}}" for step in self.steps]
        return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"

    def text(self, *, steps: bool = False) -> str:
        """The result as Unicode text; with ``steps`` one line a step, the reason beside it."""
        if not steps:
            return self.formula.text()
        lines = [step.text() for step in self.steps]
        width = min(max(map(columns, lines)), 72)
        return "\n".join(
            f"{k:3d}  {line}{' ' * (width - columns(line))}  {step.reason}{_where(step)}"
            for k, (line, step) in enumerate(zip(lines, self.steps, strict=True), 1)
        )

    def code(self) -> str:
        """The result as a NumPy expression, with named subterms as assignments before it."""
        return self.formula.code()

    def kernel(self, name: str = "") -> Kernel:
        """The result as a NumPy function."""
        return kernel(self.result, name=name or f"{self.kind.split()[0].lower()}_{self.wrt.name}")

    def sympy(self) -> Any:
        """The result as a SymPy object."""
        from symml.expr.sympy_bridge import to_sympy

        return to_sympy(self.result)

    def _sympy_text(self) -> str | None:
        """The SymPy form as SymPy prints it; none where SymPy has none for named dims, as for an inverse."""
        try:
            return str(self.sympy())
        except SymmlError:
            return None

    def _operator_json(self) -> dict[str, str] | None:
        if self.operator is None:
            return None
        views = {"latex": self.operator.latex(), "text": self.operator.text(), "code": self.operator.code()}
        return {"name": self.operator_name, **views}

    def to_json(self) -> dict[str, Any]:
        """Everything as plain data."""
        return {
            "schema": 1,
            "kind": self.kind,
            "expression": text.show(self.expr),
            "wrt": self.wrt.name,
            "order": self.order,
            "result": {
                "latex": self.latex(),
                "text": self.text(),
                "code": self.code(),
                "sympy": self._sympy_text(),
                "shape": [str(dim) for dim in self.result.shape],
            },
            "steps": [step.to_json() for step in self.steps],
            "operator": self._operator_json(),
            "convention": self.convention,
            "conditions": list(self.conditions),
            "kinks": [repr(kink) for kink in self.kinks],
            "verdict": self.verdict.to_json(),
        }

    def __repr__(self) -> str:
        head = f"{self.kind} of {self.name} = {text.show(self.expr)} with respect to {self.wrt.name}"
        head += f", shape {show_shape(self.result.shape)}"
        notes = [f"valid where {condition}" for condition in self.conditions]
        notes += [f"almost everywhere: {kink}" for kink in self.kinks]
        if self.operator is not None and len(self.wrt.shape) > 1:
            notes.insert(0, f"as an operator: {self.operator_name} = {self.operator.text()}")
        return "\n".join([head, "", self.text(steps=True), "", f"result: {self.text()}", *notes])

    def _repr_latex_(self) -> str:
        return "$\\displaystyle " + self.latex(steps=True) + "$"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": repr(self), "text/latex": self._repr_latex_()}


def _aligned(line: str) -> str:
    """The alignment point in front of the first equals sign that stands outside braces."""
    depth = 0
    for place, char in enumerate(line):
        depth += (char == "{") - (char == "}")
        if char == "=" and depth == 0:
            return line[:place] + "&" + line[place:]
    return line


def _escape(reason: str) -> str:
    """A reason as LaTeX text; powers in it are mathematics."""
    for char in "\\&%$#_{}":
        reason = reason.replace(char, "\\" + char if char != "\\" else r"\textbackslash ")
    return _POWER.sub(lambda found: f"${found[1]}^{{{found[2].strip('()')}}}$", reason).replace("|", r"$\vert$")


def _where(step: Step) -> str:
    return f"   (where {step.condition})" if step.condition else ""


__all__ = ["Derivation", "latex"]
