"""The dual of a problem as data: its objective, its conditions, and how it was derived."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from symml.expr.contract import contract
from symml.expr.nodes import Contract, Expr, Symbol
from symml.optimize.expand import degree
from symml.optimize.kkt import problem_json, view_json
from symml.optimize.problem import Problem
from symml.render import latex, text


@dataclass(frozen=True)
class Bound:
    """A condition on multipliers: ``left relation right``."""

    left: Expr
    relation: str
    right: Expr

    def text(self) -> str:
        """The condition as text."""
        return f"{text.show(self.left)} {_SIGNS[self.relation][0]} {_flat(self.right, text.show)}"

    def latex(self) -> str:
        """The condition in LaTeX."""
        return f"{latex.show(self.left)} {_SIGNS[self.relation][1]} {_flat(self.right, latex.show)}"


_SIGNS = {
    "==": ("=", "="),
    "<=": ("≤", r"\le"),
    ">=": ("≥", r"\ge"),
    ">": (">", ">"),
    ">>=": ("⪰", r"\succeq"),
    ">>": ("≻", r"\succ"),
}


def _flat(node: Expr, show: Any) -> str:
    """An array of one number is written as the number."""
    if node.shape and isinstance(node, Contract) and not any(arg.shape for arg in node.args):
        return str(show(contract([(arg, ()) for arg in node.args], (), coef=node.coef)))
    return str(show(node))


@dataclass(frozen=True)
class DualStep:
    """How one variable was eliminated: the rule, and the value or the condition that came out."""

    variable: Symbol
    reason: str
    shown: str


@dataclass(frozen=True, repr=False)
class Dual:
    """The dual of a problem: maximize the objective over the multipliers subject to the bounds.

    When the problem is a maximization, its dual is a minimization.

    Attributes:
        problem: The primal problem in standard form.
        lagrangian: Its Lagrangian.
        objective: The dual function where it is finite.
        variables: The multipliers that are left.
        bounds: The conditions on them.
        minimizers: The primal variables in terms of multipliers.
        steps: How each primal variable was eliminated.
        conditions: What the eliminations need, in words.
        is_convex: Whether the primal problem is proved convex.
    """

    problem: Problem
    lagrangian: Expr
    objective: Expr
    variables: tuple[Symbol, ...]
    bounds: tuple[Bound, ...]
    minimizers: tuple[tuple[Symbol, Expr], ...]
    steps: tuple[DualStep, ...]
    conditions: tuple[str, ...]
    is_convex: bool

    @property
    def strong_duality(self) -> str:
        """When the optimal values agree, in words."""
        p = self.problem
        if not self.is_convex and len(p.variables) == len(p.constraints) == 1 and self._is_quadratic:
            return "strong duality although the primal is not convex: one quadratic constraint (S-lemma)"
        if not self.is_convex:
            return "weak duality: the dual's value bounds the primal's; the primal was not proved convex"
        return "strong duality: the values agree under Slater's condition (for affine constraints: when feasible)"

    @property
    def _is_quadratic(self) -> bool:
        x, parts = self.problem.variables[0], (self.problem.objective, self.problem.constraints[0].value)
        return not any(part.shape for part in parts) and all(degree(part, x) <= 2 for part in parts)

    @property
    def _verb(self) -> str:
        return "min" if self.problem.sense == "max" else "max"

    def minimizer(self, name: str) -> Expr:
        """The primal variable of this name in terms of the multipliers."""
        return next(value for symbol, value in self.minimizers if symbol.name == name)

    def text(self) -> str:
        """The dual problem as text."""
        over = ", ".join(text.name(v.name) for v in self.variables)
        head = f"{self._verb}imize over {over}" if over else "value"
        lines = [f"{head}:  {text.show(self.objective)}"]
        for k, bound in enumerate(self.bounds):
            lines.append(f"{'subject to' if not k else '':>10}  {bound.text()}")
        return "\n".join(lines)

    def latex(self) -> str:
        """The dual problem in LaTeX."""
        over, subject = ", ".join(latex.name(v.name) for v in self.variables), r"\text{s.t.}\quad "
        rows = [rf" \\ {'' if k else subject}& {b.latex()}" for k, b in enumerate(self.bounds)]
        bounds = "".join(rows)
        operator = rf"\{self._verb}_{{{over}}}\quad & " if over else "& "
        return rf"\begin{{aligned}} {operator}{latex.show(self.objective)}{bounds} \end{{aligned}}"

    def to_json(self) -> dict[str, Any]:
        """Everything as plain data."""
        return {
            "schema": 1,
            **problem_json(self.problem),
            "lagrangian": view_json(self.lagrangian),
            "dual": {
                "sense": self._verb,
                "objective": view_json(self.objective),
                "variables": [v.name for v in self.variables],
                "constraints": [{"text": b.text(), "latex": b.latex()} for b in self.bounds],
            },
            "minimizers": {s.name: view_json(v) for s, v in self.minimizers},
            "steps": [{"variable": s.variable.name, "reason": s.reason, "shown": s.shown} for s in self.steps],
            "conditions": list(self.conditions),
            "strong_duality": self.strong_duality,
        }

    def __repr__(self) -> str:
        lines = [self.problem.text(), "", f"L = {text.show(self.lagrangian)}", ""]
        lines += [f"  {text.name(s.variable.name)}: {s.reason}\n      {s.shown}" for s in self.steps]
        lines += ["", "dual", *(f"  {line}" for line in self.text().splitlines()), ""]
        lines += [f"provided that {condition}" for condition in self.conditions]
        return "\n".join([*lines, self.strong_duality])

    def _repr_latex_(self) -> str:
        return "$\\displaystyle " + self.latex() + "$"
