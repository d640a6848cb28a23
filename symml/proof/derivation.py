"""The result of ``derive``: an expression with its steps; the report is its repr."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from symml.calculus.conventions import CONVENTIONS, conform_hessian, structure_of, tangent
from symml.calculus.directional import applied, directions_for
from symml.calculus.kronecker import kronecker_form
from symml.calculus.simplify import simplify
from symml.errors import NotDerivable, SymmlError
from symml.expr.nodes import Expr, Symbol, show_shape
from symml.expr.walk import substitute
from symml.kernels import Kernel, kernel
from symml.proof.derivative_check import check_derivative
from symml.proof.kinks import Kink, kinks
from symml.proof.passes import Pass
from symml.proof.rules import Note, notes_of
from symml.proof.step import Step
from symml.proof.styles import STYLES, check_style, without_repeats
from symml.proof.vec_form import VecForm
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
        runs: The derivatives as they were computed, one an order; every style of steps is a view of them.
        after: The steps that use the variable's equations, or change the convention.
        name: What the steps call ``expr``.
        convention: What the gradient by a structured matrix means.
        style: How the steps are told: ``backprop``, ``differentials`` or ``index``.
        detail: ``brief`` or ``full``.
    """

    expr: Expr
    wrt: Symbol
    order: int
    result: Expr
    runs: tuple[Pass, ...]
    after: tuple[Step, ...] = ()
    name: str = "L"
    convention: str = "unstructured"
    style: str = "backprop"
    detail: str = "full"

    def told(self, style: str = "backprop", steps: str = "full") -> Derivation:
        """The same computation, its steps told in another style: ``backprop``, ``differentials`` or ``index``."""
        check_style(style, steps)
        return replace(self, style=style, detail=steps)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The steps, each a claim of its own."""
        found = [Step("definition", self.expr, self.expr, left=(self.name,))]
        for run in self.runs:
            found += STYLES[self.style](run, self.detail == "full")
        return tuple(without_repeats([*found, *self.after]))

    @property
    def kind(self) -> str:
        """What this derivative is called: gradient, Jacobian, Hessian ..."""
        if self.expr.shape:
            return "Jacobian" if self.order == 1 else f"derivative of order {self.order}"
        return _KINDS.get(self.order, f"derivative of order {self.order}")

    @property
    def conditions(self) -> tuple[str, ...]:
        """What the rules that were used ask of the values."""
        asked = [condition for run in self.runs for condition in run.conditions]
        return tuple(dict.fromkeys([*asked, *(step.condition for step in self.after if step.condition)]))

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
        """The derivative applied to directions: ``H[V]``, the gradient of <gradient, V>, for a scalar; ``J[V]`` else.

        ``None`` for a gradient, which is applied to nothing.
        """
        directions = self._directions()
        if not directions:
            return None
        found = applied(self.expr, self.wrt, directions)
        if self.convention != "unstructured":
            slope = applied(self.expr, self.wrt, [])
            found = simplify(conform_hessian(found, slope, self.wrt, directions[0], self.convention))
            found = simplify(substitute(found, {directions[0]: tangent(directions[0], self.wrt)}))
        return formula(found)

    def _directions(self) -> list[Symbol]:
        return directions_for(self.wrt, self.order - (not self.expr.shape), self.expr)

    @property
    def operator_name(self) -> str:
        """What the operator is called: ``H[V]``, ``J[V]``, ``D3[V, U]``."""
        letter = {(False, 2): "H", (True, 1): "J"}.get((bool(self.expr.shape), self.order), f"D{self.order}")
        return f"{letter}[{', '.join(direction.name for direction in self._directions())}]"

    @property
    def is_operator(self) -> bool:
        """Whether it reads better as an operator: it has more than two axes."""
        return len(self.result.shape) > 2 and self.operator is not None

    @cached_property
    def vec(self) -> VecForm:
        """The derivative as the matrix that acts on ``vec(V)``, a sum of Kronecker products; ``vec`` stacks columns.

        Raises:
            NotDerivable: It is no matrix of vec(V), or a term is no Kronecker product.
        """
        form = kronecker_form(self.result, len(self.result.shape) - len(self.wrt.shape))
        found = VecForm(self.operator_name.partition("[")[0] or "J", form, self.result)
        if found.verdict.verdict not in ("proved", "proved_randomized", "certified"):
            raise NotDerivable("no Kronecker form could be confirmed", cure="use the operator form")
        return found

    # ---- views -------------------------------------------------------------------------------------------------------
    def latex(self, *, steps: bool = False, mark: bool = False) -> str:
        """The result in LaTeX.

        Args:
            steps: The whole derivation, as an ``aligned`` environment with reasons.
            mark: A box around what each step changed.
        """
        if not steps:
            return self.formula.latex()
        lines = [rf"{_aligned(step.latex(mark=mark))} && \text{{{_escape(step.reason)}}}" for step in self.steps]
        return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"

    def text(self, *, steps: bool = False, mark: bool = False) -> str:
        """The result as Unicode text.

        Args:
            steps: One line a step, the reason beside it.
            mark: Carets under what each step changed.
        """
        if not steps:
            return self.formula.text()
        lines = [step.text() for step in self.steps]
        width = min(max(map(columns, lines)), 72)
        rows = []
        for k, (line, step) in enumerate(zip(lines, self.steps, strict=True), 1):
            rows.append(f"{k:3d}  {line}{' ' * (width - columns(line))}  {step.reason}{_where(step)}")
            under = step.underline() if mark else ""
            rows += [f"     {under}"] if under else []
        return "\n".join(rows)

    @property
    def rules(self) -> tuple[Note, ...]:
        """What the steps stand on: each rule once, with its sentence and its entries of the book."""
        return tuple(dict.fromkeys(note for step in self.steps for note in notes_of(step.reason)))

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
            "style": self.style,
            "rules": [
                {"id": note.id, "name": note.name, "sentence": note.sentence, "entries": list(note.entries)}
                for note in self.rules
            ],
            "convention": self.convention,
            "conditions": list(self.conditions),
            "kinks": [repr(kink) for kink in self.kinks],
            "verdict": self.verdict.to_json(),
        }

    def report(self, *, mark: bool = False) -> str:
        """The steps between what was asked and what was found."""
        head = f"{self.kind} of {self.name} = {text.show(self.expr)} with respect to {self.wrt.name}"
        head += f", shape {show_shape(self.result.shape)}"
        notes = [f"valid where {condition}" for condition in self.conditions]
        notes += [f"almost everywhere: {kink}" for kink in self.kinks]
        if structure_of(self.wrt):
            notes.append(f"convention: {self.convention}: {CONVENTIONS[self.convention]}")
        if self.is_operator and self.operator is not None:
            notes.insert(0, f"as an operator: {self.operator_name} = {self.operator.text()}")
        return "\n".join([head, "", self.text(steps=True, mark=mark), "", f"result: {self.text()}", *notes])

    def __repr__(self) -> str:
        return self.report()

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
    for char, sign in (("|", r"$\vert$"), ("<", r"$\langle$"), (">", r"$\rangle$")):
        reason = reason.replace(char, sign)
    return _POWER.sub(lambda found: f"${found[1]}^{{{found[2].strip('()')}}}$", reason)


def _where(step: Step) -> str:
    return f"   (where {step.condition})" if step.condition else ""


__all__ = ["Derivation", "latex"]
