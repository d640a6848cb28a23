"""``kkt`` and ``lagrangian``: the optimality conditions of a constrained problem, and what they prove."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from symml.calculus.differentiate import gradient
from symml.calculus.simplify import simplify
from symml.expr.nodes import Expr, Symbol
from symml.expr.walk import symbols
from symml.kernels import Kernel, kernel
from symml.optimize.convexity import decide
from symml.optimize.curvature import AFFINE, CONSTANT, CONVEX, Curvatures
from symml.optimize.problem import Constraint, Problem, Shapes, read_problem
from symml.optimize.solution import Solution
from symml.optimize.solve import solve
from symml.render import latex, text

if TYPE_CHECKING:
    from symml.optimize.check import Residuals

Over = str | Symbol | Sequence[Symbol | str]
Subject = str | Sequence[str]


@dataclass(frozen=True, repr=False)
class Lagrangian:
    """The Lagrangian of a problem.

    Attributes:
        problem: The problem in standard form.
        expr: The objective plus multipliers times constraints.
    """

    problem: Problem
    expr: Expr

    def latex(self) -> str:
        """The Lagrangian in LaTeX."""
        return rf"\mathcal{{L}} = {latex.show(self.expr)}"

    def to_json(self) -> dict[str, Any]:
        """Everything as plain data."""
        return {"schema": 1, **problem_json(self.problem), "lagrangian": view_json(self.expr)}

    def __repr__(self) -> str:
        return f"{self.problem.text()}\n\nL = {text.show(self.expr)}"

    def _repr_latex_(self) -> str:
        return "$\\displaystyle " + self.latex() + "$"


def view_json(expr: Expr) -> dict[str, str]:
    """An expression in its views."""
    from symml.render import code

    return {"latex": latex.show(expr), "text": text.show(expr), "code": code.show(expr)}


def problem_json(problem: Problem) -> dict[str, Any]:
    """A problem as plain data."""
    return {
        "objective": text.show(problem.given),
        "sense": problem.sense,
        "variables": [v.name for v in problem.variables],
        "constraints": [{"text": c.text(), "multiplier": c.multiplier.name} for c in problem.constraints],
    }


@dataclass(frozen=True, repr=False)
class KKT:
    """The Karush-Kuhn-Tucker conditions of a problem.

    Attributes:
        problem: The problem in standard form: every inequality is g <= 0.
        lagrangian: The Lagrangian.
        stationarity: For each variable, the gradient of the Lagrangian, which vanishes.
    """

    problem: Problem
    lagrangian: Expr
    stationarity: tuple[tuple[Symbol, Expr], ...]

    @cached_property
    def complementarity(self) -> tuple[tuple[Constraint, Expr], ...]:
        """For each inequality, the product of its multiplier and its value, which vanishes entry by entry."""
        return tuple((c, simplify(c.multiplier * c.value)) for c in self.problem.inequalities)

    @cached_property
    def is_convex(self) -> bool:
        """Whether the problem is proved convex: objective and inequalities convex, equalities affine."""
        p = self.problem
        convex = all(_is_convex_entrywise(c.value, p.variables) for c in p.inequalities)
        affine = all(_curvature(c.value, p.variables) in (AFFINE, CONSTANT) for c in p.equalities)
        return convex and affine and decide(p.objective, p.variables, search=False).is_convex

    @property
    def qualification(self) -> str:
        """The constraint qualification under which the conditions are necessary, in words."""
        p = self.problem
        if not p.constraints:
            return "no constraints: zero lies in the (sub)gradient at every minimum"
        if all(_curvature(c.value, p.variables) in (AFFINE, CONSTANT) for c in p.constraints):
            return "all constraints are affine: the conditions are necessary without further qualification"
        if self.is_convex:
            return "Slater's condition: some feasible point satisfies every inequality that is not affine strictly"
        return "LICQ: the gradients of the active constraints are linearly independent at the point"

    @property
    def sufficiency(self) -> str:
        """What the conditions prove."""
        if self.is_convex:
            return "the problem is convex: a point that satisfies them is a global minimum"
        return "the problem was not proved convex: a point that satisfies them is a candidate"

    @cached_property
    def solution(self) -> Solution | None:
        """The solution in closed form, where one is found."""
        return solve(self.problem, self.lagrangian)

    def check(self, tolerance: float = 1e-8, **values: Any) -> Residuals:
        """The residuals of every condition at a point; multipliers that are not given are fitted.

        Args:
            tolerance: What counts as zero.
            values: Numbers or arrays by name: variables, data, and multipliers.
        """
        from symml.optimize.check import check

        return check(self, values, tolerance)

    # ---- views -------------------------------------------------------------------------------------------------------
    def rows(self) -> list[tuple[str, str, str]]:
        """(kind, text, LaTeX) of every condition."""
        found: list[tuple[str, str, str]] = []
        for v, g in self.stationarity:
            found.append(
                (
                    f"stationarity in {text.name(v.name)}",
                    f"{text.show(g)} = 0",
                    rf"\nabla_{{{latex.name(v.name)}}} \mathcal{{L}} = {latex.show(g)} = 0",
                )
            )
        for c in self.problem.constraints:
            found.append(("primal feasibility", c.text(), c.latex()))
        for c in self.problem.inequalities:
            name = c.multiplier
            found.append(("dual feasibility", f"{text.show(name)} ≥ 0", rf"{latex.show(name)} \ge 0"))
        for _, value in self.complementarity:
            found.append(("complementarity", f"{text.show(value)} = 0", f"{latex.show(value)} = 0"))
        return found

    def latex(self) -> str:
        """The conditions as an ``aligned`` environment."""
        lines = [rf"& {tex} && \text{{{kind}}}" for kind, _, tex in self.rows()]
        return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"

    def kernel(self, name: str = "stationarity") -> Kernel:
        """A NumPy function of all gradients of the Lagrangian."""
        return kernel([g for _, g in self.stationarity], name=name)

    def to_json(self) -> dict[str, Any]:
        """Everything as plain data."""
        solution = self.solution
        return {
            "schema": 1,
            **problem_json(self.problem),
            "lagrangian": view_json(self.lagrangian),
            "conditions": [{"kind": kind, "text": shown, "latex": tex} for kind, shown, tex in self.rows()],
            "qualification": self.qualification,
            "convex": self.is_convex,
            "sufficiency": self.sufficiency,
            "solution": None if solution is None else solution.to_json(),
        }

    def __repr__(self) -> str:
        rows = self.rows()
        width = max((len(kind) for kind, _, _ in rows), default=0)
        lines = [self.problem.text(), "", f"L = {text.show(self.lagrangian)}", ""]
        lines += [f"  {kind:<{width}}  {shown}" for kind, shown, _ in rows]
        lines += ["", f"necessary:  {self.qualification}", f"sufficient: {self.sufficiency}"]
        if self.solution is not None:
            lines += ["", repr(self.solution)]
        return "\n".join(lines)

    def _repr_latex_(self) -> str:
        return "$\\displaystyle " + self.latex() + "$"


def _curvature(value: Expr, wrt: tuple[Symbol, ...]) -> str:
    return Curvatures(wrt).of(simplify(value))


def _is_convex_entrywise(value: Expr, wrt: tuple[Symbol, ...]) -> bool:
    return _curvature(value, wrt) in (AFFINE, CONSTANT, CONVEX) or Curvatures(wrt).of(value) == CONVEX


def lagrangian(
    f: Expr | str, over: Over, subject_to: Subject = (), *, shapes: Shapes = None, sense: str = "min"
) -> Lagrangian:
    """The Lagrangian of ``minimize f over ... subject to ...``.

    Args:
        f: The objective, a number.
        over: The variables: ``"w, b"``, or symbols.
        subject_to: Constraints such as ``"y*(X@w + b) >= 1"``; ``"alpha: x >= 0"`` names the multiplier.
        shapes: Declarations.
        sense: ``min`` or ``max``.

    Raises:
        ReadError: A text cannot be read.
        ShapeError: The objective is not a number, or the sides of a constraint do not fit.
    """
    problem = read_problem(f, over, subject_to, shapes=shapes, sense=sense)
    return Lagrangian(problem, problem.lagrangian())


def kkt(f: Expr | str, over: Over, subject_to: Subject = (), *, shapes: Shapes = None, sense: str = "min") -> KKT:
    """The KKT conditions of ``minimize f over ... subject to ...``; arguments as for ``lagrangian``."""
    problem = read_problem(f, over, subject_to, shapes=shapes, sense=sense)
    whole = problem.lagrangian()
    slopes = tuple((v, gradient(whole, v)) for v in problem.variables if v in symbols(whole))
    return KKT(problem, whole, slopes)
