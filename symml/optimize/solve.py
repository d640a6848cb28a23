"""Closed-form solutions of the stationarity system: equalities solved away, one inequality by cases, thresholds."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from symml.calculus.differentiate import derivative, gradient
from symml.calculus.facts import is_nonnegative, is_positive
from symml.calculus.normal import prove_equal
from symml.calculus.simplify import simplify
from symml.errors import SymmlError
from symml.expr import functions
from symml.expr.arithmetic import is_zero, zeros
from symml.expr.nodes import Apply, Expr, Symbol
from symml.expr.walk import depends_on, substitute, symbols, topological, transform
from symml.optimize.active_sets import is_global, kkt_points
from symml.optimize.convexity import decide
from symml.optimize.isolate import isolate
from symml.optimize.problem import Constraint, Problem
from symml.optimize.terms import tidy
from symml.render import latex, text

_ONE = Fraction(1)


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
    """

    values: tuple[tuple[Symbol, Expr], ...]
    open: tuple[tuple[Symbol, Expr], ...] = ()
    conditions: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    checked: bool = False
    cases: tuple[tuple[str, tuple[tuple[Symbol, Expr], ...]], ...] = ()

    def of(self, name: str) -> Expr:
        """The value of the symbol of this name."""
        return next(value for symbol, value in self.values if symbol.name == name)

    def latex(self) -> str:
        """The values in LaTeX."""
        return r",\quad ".join(f"{latex.name(s.name)} = {latex.show(v)}" for s, v in self.values)

    def to_json(self) -> dict[str, Any]:
        """Everything as plain data."""
        return {
            "values": {s.name: {"text": text.show(v), "latex": latex.show(v)} for s, v in self.values},
            "open": [f"{text.show(e)} = 0 fixes {s.name}" for s, e in self.open],
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
        lines += [f"  {text.name(s.name)} is fixed by {text.show(e)} = 0" for s, e in self.open]
        lines += [f"  because {reason}" for reason in dict.fromkeys(self.reasons)]
        lines += ["  checked: put back in, the equations are proved"] if self.checked else []
        lines += [f"  provided that {condition}" for condition in dict.fromkeys(self.conditions)]
        return "\n".join(lines)


def solve(problem: Problem, lagrangian: Expr) -> Solution | None:
    """The solution of the conditions where a rule finds it; ``None`` otherwise."""
    if len(problem.variables) == 1 and not problem.constraints:
        return _unconstrained(problem)
    signs = [c for c in problem.inequalities if _is_sign(c, problem)]
    if len(problem.variables) == 1 and len(signs) == 1 == len(problem.inequalities):
        return _nonnegative(problem, lagrangian, signs[0])
    listed = kkt_points(problem, lagrangian) if problem.inequalities else None
    if listed:
        return _listed(problem, listed)
    if not problem.inequalities:
        return _equalities(problem, lagrangian)
    scalar = [c for c in problem.inequalities if not c.value.shape]
    if len(problem.inequalities) == len(scalar) == 1 == len(problem.variables) and not problem.equalities:
        return _one_inequality(problem, lagrangian, scalar[0])
    return None


def _listed(problem: Problem, points: list[dict[Symbol, Expr]]) -> Solution:
    """All KKT points of a problem in numbers, the least objective first."""
    kind = "minimum" if problem.sense == "min" else "maximum"
    reason = f"every set of active constraints was solved: {len(points)} KKT point" + ("s" if len(points) > 1 else "")
    notes = (reason,) if is_global(problem) else (reason, f"the first one is the {kind} if the problem has one")
    cases = tuple((f"KKT point {k}", tuple(values.items())) for k, values in enumerate(points, 1))
    return Solution(tuple(points[0].items()), (), (), notes, cases=cases if len(points) > 1 else ())


def _is_sign(c: Constraint, problem: Problem) -> bool:
    """x >= 0 of a variable itself."""
    return any(simplify(c.value + v) is simplify(zeros(v.shape)) for v in problem.variables if v.shape == c.value.shape)


# ---- no constraint ---------------------------------------------------------------------------------------------------
def _unconstrained(problem: Problem) -> Solution | None:
    x = problem.variables[0]
    soft = soft_threshold(problem.objective, x)
    if soft is not None:
        return soft
    slope = gradient(problem.objective, x)
    found = isolate(slope, x) if x in symbols(slope) else None
    if found is None:
        return None
    value = tidy(found.value)
    checked = prove_equal(substitute(slope, {x: value}), zeros(slope.shape)) is not None
    return Solution(((x, value),), (), found.conditions, ("the gradient vanishes",), checked)


def soft_threshold(objective: Expr, x: Symbol) -> Solution | None:
    """s/2 |x - z|^2 + t |x|_1: x = sign(c) max(|c| - t, 0) / s with the gradient s x - c of the smooth part."""
    moduli = [n for n in topological(objective) if isinstance(n, Apply) and n.function is functions.abs]
    kinks = [n for n in moduli if n.args[0] is x]
    if len(kinks) != 1 or any(x in depends_on(n, x) for n in moduli if n not in kinks):
        return None
    weight = simplify(derivative(objective, kinks[0]))
    smooth = transform(objective, lambda node: zeros(x.shape) if node is kinks[0] else None)
    slope = gradient(simplify(smooth), x)
    curve = simplify(derivative(slope, x))
    center = simplify(-substitute(slope, {x: zeros(x.shape)}))
    found = isolate(slope, x)
    if x in symbols(weight) or x in symbols(curve) or found is None or not is_nonnegative(weight) or found.conditions:
        return None
    shrunk = functions.sign(center) * functions.relu(functions.abs(center) - weight)
    scaled = substitute(found.value, {}) if is_zero(center) else _scaled(found.value, center, shrunk)
    if scaled is None:
        return None
    reason = "soft thresholding: 0 lies in the subgradient, entry by entry"
    return Solution(((x, simplify(scaled)),), (), (), (reason,))


def _scaled(value: Expr, center: Expr, shrunk: Expr) -> Expr | None:
    """``shrunk / s`` where ``value = center / s`` with a number s; ``None`` when s is not a number."""
    from symml.calculus.canonical import term_key

    a, key = term_key(simplify(value))
    b, other = term_key(simplify(center))
    return shrunk * (a / b) if key == other else None


# ---- equalities ------------------------------------------------------------------------------------------------------
def _equalities(problem: Problem, lagrangian: Expr) -> Solution | None:
    """Each variable from its stationarity in terms of multipliers, then the multipliers from the constraints."""
    values: list[tuple[Symbol, Expr]] = []
    conditions: list[str] = []
    for x in problem.variables:
        slope = _put(gradient(lagrangian, x), values)
        found = isolate(slope, x) if x in symbols(slope) else None
        if found is None:
            return _eigenvector(problem, slope, x)
        conditions += found.conditions
        values = [(s, _put(v, [(x, found.value)])) for s, v in values] + [(x, found.value)]
    left: list[tuple[Symbol, Expr]] = []
    for c in problem.equalities:
        equation = tidy(_put(c.value, values))
        if not symbols(equation) and not is_zero(equation):
            raise SymmlError(f"the constraints contradict each other: {c.text()} cannot hold", cure="leave one out")
        found = isolate(equation, c.multiplier) if c.multiplier in symbols(equation) else None
        if found is None and is_zero(equation):
            conditions.append(f"{c.text()} follows from the other constraints: its multiplier is free")
            continue
        if found is None:
            left.append((c.multiplier, equation))
            continue
        conditions += found.conditions
        put = [(c.multiplier, found.value)]
        values = [(s, tidy(_put(v, put))) for s, v in values] + [(c.multiplier, tidy(found.value))]
        left = [(s, tidy(_put(e, put))) for s, e in left]
    if left and not problem.variables:
        return None
    reasons = ("stationarity is solved for each variable", "the constraints are solved for the multipliers")
    equations = [gradient(lagrangian, x) for x in problem.variables] + [c.value for c in problem.equalities]
    checked = not left and all(prove_equal(_put(e, values), zeros(e.shape)) is not None for e in equations)
    return Solution(tuple(values), tuple(left), tuple(conditions), reasons, checked)


def _eigenvector(problem: Problem, slope: Expr, x: Symbol) -> Solution | None:
    """A stationarity of the form (S - nu I) x = 0: an eigenvector of S with the multiplier as eigenvalue."""
    if len(x.shape) != 1 or len(problem.variables) != 1 or x in symbols(simplify(derivative(slope, x))):
        return None
    if not is_zero(simplify(substitute(slope, {x: zeros(x.shape)}))):
        return None
    reason = (
        f"the stationarity is an eigenvalue equation: {x.name} is an eigenvector, and the multiplier its eigenvalue"
    )
    return Solution((), ((x, slope),), (), (reason,))


def _put(expr: Expr, values: list[tuple[Symbol, Expr]]) -> Expr:
    present = set(symbols(expr))
    return simplify(substitute(expr, {s: v for s, v in values if s in present}))


# ---- x >= 0 ----------------------------------------------------------------------------------------------------------
def _nonnegative(problem: Problem, lagrangian: Expr, sign: Constraint) -> Solution | None:
    """Separable and convex: x = max(what stationarity without the sign's multiplier gives, 0)."""
    x = problem.variables[0]
    free = substitute(lagrangian, {sign.multiplier: zeros(sign.multiplier.shape)})
    if x.shape != sign.value.shape or not decide(problem.objective, (x,), search=False).is_convex:
        return None
    slope = gradient(simplify(free), x)
    second = simplify(derivative(slope, x))
    found = isolate(slope, x)
    if found is None or not _is_separable(second, x):
        return None
    value = functions.relu(found.value) if not is_nonnegative(found.value) else found.value
    left = tuple((c.multiplier, simplify(_put(c.value, [(x, value)]))) for c in problem.equalities)
    multiplier = simplify(substitute(slope, {x: value}))
    values = ((x, simplify(value)), (sign.multiplier, multiplier))
    reason = "entry by entry: the slope is zero, or it is positive and the entry is zero"
    return Solution(values, left, found.conditions, (reason,))


def _is_separable(second: Expr, x: Symbol) -> bool:
    """Whether the Hessian is a positive diagonal."""
    from symml.optimize.convexity import is_definite

    return is_positive(second) if not x.shape else len(x.shape) == 1 and is_definite(second)


# ---- one inequality --------------------------------------------------------------------------------------------------
def _one_inequality(problem: Problem, lagrangian: Expr, c: Constraint) -> Solution | None:
    """Either the constraint is slack and its multiplier zero, or it holds with equality."""
    x = problem.variables[0]
    convex = all(decide(part, (x,), search=False).is_convex for part in (problem.objective, c.value))
    found = isolate(gradient(lagrangian, x), x) if convex else None
    if found is None:
        return None
    inactive = simplify(substitute(found.value, {c.multiplier: zeros(())}))
    equation = tidy(_put(c.value, [(x, found.value)]))
    if c.multiplier not in symbols(equation):
        return None
    root = isolate(equation, c.multiplier)
    if root is None:
        return Solution(((x, found.value),), ((c.multiplier, _put(c.value, [(x, found.value)])),), found.conditions, ())
    slack = functions.less_equal(simplify(substitute(c.value, {x: inactive})), 0)
    multiplier = functions.where(slack, 0, root.value)
    on = tidy(_put(found.value, [(c.multiplier, root.value)]))
    value = functions.where(slack, inactive, on)
    reason = "the problem is convex: the constraint is slack, or it holds with equality and fixes the multiplier"
    left, right = text.show(substitute(c.lhs, {x: inactive})), text.show(substitute(c.rhs, {x: inactive}))
    sign = "≤" if c.relation == "<=" else "≥"
    cases = (
        (f"if {left} {sign} {right}", ((x, inactive), (c.multiplier, zeros(())))),
        ("otherwise", ((x, on), (c.multiplier, root.value))),
    )
    conditions = (*found.conditions, *root.conditions)
    return Solution(((x, value), (c.multiplier, multiplier)), (), conditions, (reason,), cases=cases)
