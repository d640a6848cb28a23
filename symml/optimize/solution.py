"""Closed forms of optimal points: values, what is left open, and what must hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from symml.expr.nodes import Expr, Symbol
from symml.optimize.equations import balanced
from symml.render import latex, text

Values = tuple[tuple[Symbol, Expr], ...]


@dataclass(frozen=True, repr=False)
class Solution:
    """Values of variables and multipliers, one by one.

    Attributes:
        values: Pairs of a symbol and its value, in the order in which they were found; later ones may occur in earlier.
        open: Equations that are left and fix what is still unknown.
        conditions: What must hold for the steps, in words.
        reasons: How each value was found.
        checked: Whether the values, put back in, are proved to satisfy the equations.
        cases: The same values by cases: a condition, and the values where it holds.
        optimum: The value of the objective there, as it was given, where it has a short closed form.
    """

    values: Values
    open: Values = ()
    conditions: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    checked: bool = False
    cases: tuple[tuple[str, Values], ...] = ()
    optimum: Expr | None = None

    def of(self, name: str) -> Expr:
        """The value of the symbol of this name."""
        return next(value for symbol, value in self.values if symbol.name == name)

    def latex(self) -> str:
        """The values in LaTeX."""
        return r",\quad ".join(f"{latex.name(s.name)} = {latex.show(v)}" for s, v in self.values)

    def to_json(self) -> dict[str, Any]:
        """Everything as plain data."""
        return {
            "values": {s.name: _views(v) for s, v in self.values},
            "open": [f"{_equation(e)} fixes {s.name}" for s, e in self.open],
            "cases": [{"if": said, "values": {s.name: _views(v) for s, v in rows}} for said, rows in self.cases],
            "optimum": None if self.optimum is None else _views(self.optimum),
            "conditions": list(self.conditions),
            "reasons": list(self.reasons),
            "checked": self.checked,
        }

    def __repr__(self) -> str:
        lines = ["solution"]
        for condition, rows in self.cases:
            lines.append(f"  {condition}:  " + ",  ".join(f"{text.name(s.name)} = {text.show(v)}" for s, v in rows))
        if not self.cases:
            lines += [f"  {text.name(s.name)} = {text.show(v)}" for s, v in self.values]
        lines += [f"  {text.name(s.name)} is fixed by {_equation(e)}" for s, e in self.open]
        lines += [] if self.optimum is None else [f"  optimal value  {text.show(self.optimum)}"]
        lines += [f"  because {reason}" for reason in dict.fromkeys(self.reasons)]
        lines += ["  checked: put back in, the equations are proved"] if self.checked else []
        lines += [f"  provided that {condition}" for condition in dict.fromkeys(self.conditions)]
        return "\n".join(lines)


def _views(value: Expr) -> dict[str, str]:
    return {"text": text.show(value), "latex": latex.show(value)}


def _equation(value: Expr) -> str:
    left, right = balanced(value)
    return f"{text.show(left)} = {text.show(right)}"
