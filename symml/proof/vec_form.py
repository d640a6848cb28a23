"""A derivative as the matrix that acts on ``vec(dX)``, with the order of ``vec`` stated; the report is its repr."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from symml.calculus.kronecker import KronForm
from symml.expr.nodes import Expr
from symml.proof.verify import verify
from symml.render.kronecker import kron_code, kron_latex, kron_text, rows_latex, rows_text

if TYPE_CHECKING:
    from symml.proof.verdict import Verdict

ORDER = "column-major: vec stacks the columns"


@dataclass(frozen=True, repr=False)
class VecForm:
    """The matrix of a derivative: ``vec(J[V]) = J vec(V)``, where ``vec`` stacks columns.

    Attributes:
        name: What the matrix is called: ``H``, ``J``.
        form: Its terms.
        tensor: The derivative as an array, which the terms must equal.
    """

    name: str
    form: KronForm
    tensor: Expr

    @cached_property
    def verdict(self) -> Verdict:
        """Whether the terms, read as an array again, are the derivative."""
        return verify(self.tensor, self.form.tensor())

    def text(self) -> str:
        """The matrix as Unicode text."""
        return kron_text(self.form)

    def latex(self) -> str:
        """The matrix in LaTeX."""
        where = rows_latex(self.form)
        return kron_latex(self.form) + (rf" \quad\text{{where }} {where}" if where else "")

    def code(self) -> str:
        """The matrix as a NumPy expression; dims that it needs stand as names."""
        return kron_code(self.form)

    @property
    def where(self) -> str:
        """What the rows in it are; empty where there are none."""
        return rows_text(self.form)

    def to_json(self) -> dict[str, Any]:
        """Everything as plain data."""
        views = {"text": self.text(), "latex": self.latex(), "code": self.code(), "where": self.where}
        return {"name": self.name, "order": ORDER, **views, "verdict": self.verdict.verdict}

    def __repr__(self) -> str:
        lines = [f"{self.name} = {self.text()}"]
        lines += [f"where {self.where}"] if self.where else []
        return "\n".join([*lines, f"vec({self.name}[V]) = {self.name} vec(V), {ORDER}"])

    def _repr_latex_(self) -> str:
        return "$\\displaystyle " + self.name + " = " + self.latex() + "$"
