"""``dual``: the Lagrange dual, by carrying out the infimum over the primal variables in closed form."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from symml.calculus.canonical import add_terms
from symml.calculus.differentiate import derivative, gradient
from symml.calculus.facts import is_nonnegative
from symml.calculus.simplify import simplify
from symml.errors import SymmlError
from symml.expr import functions
from symml.expr.arithmetic import scale, zeros
from symml.expr.build import norm
from symml.expr.contract import contract
from symml.expr.nodes import Add, Apply, Contract, Expr, Symbol
from symml.expr.walk import substitute, symbols, topological, transform
from symml.optimize.convexity import decide
from symml.optimize.grams import with_norms
from symml.optimize.isolate import isolate
from symml.optimize.kkt import KKT, Over, Subject, problem_json, view_json
from symml.optimize.problem import Problem, Shapes, read_problem
from symml.optimize.terms import addends, tidy
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


_SIGNS = {"==": ("=", "="), "<=": ("≤", r"\le"), ">=": ("≥", r"\ge")}


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
        if not self.is_convex:
            return "weak duality: the dual's value bounds the primal's; the primal was not proved convex"
        return "strong duality: the values agree under Slater's condition (for affine constraints: when feasible)"

    def minimizer(self, name: str) -> Expr:
        """The primal variable of this name in terms of the multipliers."""
        return next(value for symbol, value in self.minimizers if symbol.name == name)

    def text(self) -> str:
        """The dual problem as text."""
        over = ", ".join(text.name(v.name) for v in self.variables)
        head = f"maximize over {over}" if over else "value"
        lines = [f"{head}:  {text.show(self.objective)}"]
        for k, bound in enumerate(self.bounds):
            lines.append(f"{'subject to' if not k else '':>10}  {bound.text()}")
        return "\n".join(lines)

    def latex(self) -> str:
        """The dual problem in LaTeX."""
        over, subject = ", ".join(latex.name(v.name) for v in self.variables), r"\text{s.t.}\quad "
        rows = [rf" \\ {'' if k else subject}& {b.latex()}" for k, b in enumerate(self.bounds)]
        bounds = "".join(rows)
        operator = rf"\max_{{{over}}}\quad & " if over else "& "
        return rf"\begin{{aligned}} {operator}{latex.show(self.objective)}{bounds} \end{{aligned}}"

    def to_json(self) -> dict[str, Any]:
        """Everything as plain data."""
        return {
            "schema": 1,
            **problem_json(self.problem),
            "lagrangian": view_json(self.lagrangian),
            "dual": {
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


def dual(f: Expr | str, over: Over, subject_to: Subject = (), *, shapes: Shapes = None, sense: str = "min") -> Dual:
    """The Lagrange dual of ``minimize f over ... subject to ...``; arguments as for ``lagrangian``.

    Raises:
        SymmlError: The infimum over a variable has no closed form here; the message shows its stationarity.
    """
    problem = read_problem(f, over, subject_to, shapes=shapes, sense=sense)
    whole = problem.lagrangian()
    return _Elimination(problem, whole, list(problem.variables)).dual()


@dataclass
class _Elimination:
    """The infimum over the primal variables, one after the other."""

    problem: Problem
    value: Expr
    waiting: list[Symbol]
    bounds: list[Bound] = field(default_factory=list)
    minimizers: list[tuple[Symbol, Expr]] = field(default_factory=list)
    steps: list[DualStep] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)

    def dual(self) -> Dual:
        """Eliminates every variable, then the multipliers that only set a bound, then those without constraints."""
        lagrangian = self.value
        rules = (self._affine, self._kink, self._stationary)
        while self.waiting:
            if not any(rule(x) for rule in rules for x in list(self.waiting)):
                x = self.waiting[0]
                what = f"the infimum over {x.name} has no closed form here"
                slope = text.show(gradient(self.value, x))
                raise SymmlError(what, cure=f"its stationarity is {slope} = 0; symml.kkt gives all conditions")
        multipliers = list(self.problem.multipliers)
        for c in self.problem.inequalities:
            self.bounds.append(Bound(c.multiplier, ">=", zeros(c.multiplier.shape)))
        self._slack_multipliers(multipliers)
        self._free_multipliers(multipliers)
        left = tuple(m for m in multipliers if m in symbols(self.value, *(b.left for b in self.bounds)))
        convex = KKT(self.problem, lagrangian, ()).is_convex
        found = (tuple(self.bounds), tuple(self.minimizers), tuple(self.steps), tuple(dict.fromkeys(self.conditions)))
        return Dual(self.problem, lagrangian, with_norms(self.value), left, *found, convex)

    def _put(self, x: Symbol, value: Expr) -> None:
        """Puts a value in everywhere."""

        def put(expr: Expr) -> Expr:
            return tidy(substitute(expr, {x: value})) if x in symbols(expr) else expr

        self.value = put(self.value)
        self.minimizers = [(s, put(v)) for s, v in self.minimizers]
        self.bounds = [Bound(put(b.left), b.relation, put(b.right)) for b in self.bounds]

    # ---- primal variables --------------------------------------------------------------------------------------------
    def _affine(self, x: Symbol) -> bool:
        """An infimum of an affine function is finite only where the slope vanishes."""
        slope = gradient(self.value, x)
        if x in symbols(slope) or x.domain.name != "real":
            return False
        self.waiting.remove(x)
        flat = _unsigned(tidy(slope))
        self.bounds.append(Bound(flat, "==", zeros(slope.shape)))
        reason = "L is affine: its infimum is -inf unless the slope vanishes"
        self.steps.append(DualStep(x, reason, f"{text.show(flat)} = 0"))
        self._put(x, zeros(x.shape))
        return True

    def _kink(self, x: Symbol) -> bool:
        """t|x|_1 + c'x has the infimum 0 where |c| <= t entry by entry, else -inf; t|x|_2 where |c|_2 <= t."""
        nodes = [n for n in topological(self.value) if _is_modulus(n, x) or n is norm(x)]
        if len(nodes) != 1 or x.domain.name != "real":
            return False
        weight = simplify(derivative(self.value, nodes[0]))
        smooth = simplify(transform(self.value, lambda node: zeros(node.shape) if node is nodes[0] else None))
        slope = gradient(smooth, x) if x in symbols(smooth) else zeros(x.shape)
        if x in symbols(slope, weight) or not is_nonnegative(weight):
            return False
        self.waiting.remove(x)
        size = functions.abs(slope) if _is_modulus(nodes[0], x) else norm(slope)
        self.bounds.append(Bound(simplify(size), "<=", weight))
        shown = f"{text.show(simplify(size))} ≤ {_flat(weight, text.show)}"
        reason = "a norm plus an affine function: the infimum is 0 in the dual ball, else -inf"
        self.steps.append(DualStep(x, reason, shown))
        self.value = smooth
        self._put(x, zeros(x.shape))
        return True

    def _stationary(self, x: Symbol) -> bool:
        """A convex function has its infimum where the gradient vanishes."""
        slope = gradient(self.value, x)
        if not decide(self.value, (x,), search=False).is_convex:
            return False
        found = isolate(slope, x)
        if found is None or (x.domain.name != "real" and found.conditions):
            return False
        self.waiting.remove(x)
        value = tidy(found.value)
        self.conditions += found.conditions
        shown = f"{text.name(x.name)} = {text.show(value)}"
        self.steps.append(DualStep(x, "L is convex: the infimum is where the gradient vanishes", shown))
        self.minimizers.append((x, value))
        self._put(x, value)
        return True

    # ---- multipliers -------------------------------------------------------------------------------------------------
    def _slack_multipliers(self, multipliers: list[Symbol]) -> None:
        """A multiplier that is nonnegative and occurs in one equation only turns it into an inequality."""
        for c in self.problem.inequalities:
            m = c.multiplier
            equations = [b for b in self.bounds if b.relation == "==" and m in symbols(b.left)]
            others = [b for b in self.bounds if b not in equations and m in symbols(b.left) and b.left is not m]
            if len(equations) != 1 or others or m in symbols(self.value):
                continue
            found = isolate(equations[0].left, m, inside=False)
            if found is None or found.conditions:
                continue
            self.bounds.remove(equations[0])
            self.bounds = [b for b in self.bounds if b.left is not m]
            self.bounds.append(_as_bound(found.value, multipliers))
            self.minimizers = [(s, simplify(substitute(v, {m: found.value}))) for s, v in self.minimizers]
            multipliers.remove(m)
            shown = f"{text.show(m)} = {text.show(tidy(found.value))} ≥ 0"
            self.steps.append(DualStep(m, "a multiplier that occurs nowhere else is eliminated", shown))

    def _free_multipliers(self, multipliers: list[Symbol]) -> None:
        """The dual function is concave: multipliers of equalities that no bound mentions are maximized out."""
        for c in self.problem.equalities:
            m = c.multiplier
            if m.shape or m not in symbols(self.value) or any(m in symbols(b.left, b.right) for b in self.bounds):
                continue
            found = isolate(gradient(self.value, m), m)
            if found is None:
                continue
            self.conditions += found.conditions
            shown = f"{text.show(m)} = {text.show(tidy(found.value))}"
            self.steps.append(DualStep(m, "the dual is concave and nothing bounds it: the gradient vanishes", shown))
            self._put(m, found.value)
            multipliers.remove(m)


def _is_modulus(node: Expr, x: Symbol) -> bool:
    return isinstance(node, Apply) and node.function is functions.abs and node.args[0] is x


def _unsigned(slope: Expr) -> Expr:
    """An equation's left side without a number in front, when it is one term."""
    if isinstance(slope, Contract) and slope.args and not (len(slope.args) == 1 and isinstance(slope.args[0], Add)):
        return simplify(scale(1 / slope.coef, slope)) if slope.coef else slope
    return slope


def _as_bound(value: Expr, multipliers: list[Symbol]) -> Bound:
    """``value >= 0`` with the multipliers on the left: ``A' lam <= c``."""
    terms = addends(simplify(value))
    moving = [t for t in terms if any(m in symbols(t) for m in multipliers)]
    rest = [t for t in terms if t not in moving]
    left = tidy(add_terms([scale(-1, t) for t in moving]))
    return Bound(left, "<=", simplify(add_terms(rest)) if rest else zeros(value.shape))
