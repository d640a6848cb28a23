"""Closed-form solutions of the stationarity system: one rule a kind of problem, tried in order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from symml.calculus.definedness import Condition
from symml.calculus.differentiate import gradient
from symml.calculus.normal import prove_equal
from symml.calculus.simplify import simplify
from symml.errors import SymmlError
from symml.expr.arithmetic import is_zero, scale, zeros
from symml.expr.contract import contract
from symml.expr.domains import DOMAINS
from symml.expr.nodes import Expr, Symbol, symbol_node
from symml.expr.walk import substitute, symbols
from symml.optimize.active_sets import is_global, kkt_points
from symml.optimize.bounds import bounded
from symml.optimize.eigenproblems import eigenproblem
from symml.optimize.infima import along_slopes
from symml.optimize.isolate import Isolated, isolate
from symml.optimize.one_inequality import one_inequality
from symml.optimize.problem import Problem
from symml.optimize.requirements import unmet
from symml.optimize.shrinkage import shrinkage
from symml.optimize.solution import Solution, Values
from symml.optimize.terms import print_length, tidy
from symml.optimize.trial import fails, resolved, signs_at_random

_SHORT = 90
Rule = Callable[[Problem, Expr], Solution | None]


def solve(problem: Problem, lagrangian: Expr) -> Solution | None:
    """The solution of the conditions where a rule finds it; ``None`` otherwise.

    Raises:
        SymmlError: The constraints contradict each other.
    """
    for rule in _RULES:
        found = rule(problem, lagrangian)
        # Where a norm has a kink the gradient is one of many subgradients, and need not vanish.
        if found is not None and (rule is shrinkage or not fails(problem, lagrangian, found)):
            return _with_optimum(problem, found)
    return None


def _with_optimum(problem: Problem, found: Solution) -> Solution:
    """The solution with the value of the objective, where that is short."""
    known = set(problem.variables) <= {s for s, _ in found.values}
    if found.optimum is not None or found.open or found.cases or not known:
        return found
    value = tidy(shortest_value(problem, resolved(found.values)))
    value = scale(-1, value) if problem.sense == "max" else value
    return replace(found, optimum=simplify(value)) if print_length(value)[0] <= _SHORT else found


def shortest_value(problem: Problem, values: dict[Expr, Expr]) -> Expr:
    """The objective at a point that satisfies the conditions.

    There ``f + k (nu . c - x . grad L)`` is ``f`` for every number k. For a quadratic f, k = 1/2 leaves what is linear;
    for a homogeneous one, k = 1 leaves nothing.
    """
    f, constraints = problem.objective, zeros(())
    for c in problem.constraints:
        axes = tuple(range(len(c.value.shape)))
        constraints = constraints + contract([(c.multiplier, axes), (c.value, axes)], ())
    slack = constraints - along_slopes(f + constraints, problem.variables)
    forms = [tidy(f + Fraction(k, 2) * slack) for k in (0, 1, 2)]
    known = [form for form in forms if not set(problem.multipliers) & set(symbols(form)) - set(values)]
    found = [tidy(substitute(form, {s: v for s, v in values.items() if s in symbols(form)})) for form in known]
    return min(found, key=print_length)


# ---- numbers ---------------------------------------------------------------------------------------------------------
def _listed(problem: Problem, lagrangian: Expr) -> Solution | None:
    """All KKT points of a problem in numbers, the least objective first."""
    points = kkt_points(problem, lagrangian) if problem.inequalities else None
    if not points:
        return None
    kind = "minimum" if problem.sense == "min" else "maximum"
    reason = f"every set of active constraints was solved: {len(points)} KKT point" + ("s" if len(points) > 1 else "")
    notes = (reason,) if is_global(problem) else (reason, f"the first one is the {kind} if the problem has one")
    cases = tuple((f"KKT point {k}", tuple(values.items())) for k, values in enumerate(points, 1))
    return Solution(tuple(points[0].items()), (), (), notes, cases=cases if len(points) > 1 else ())


# ---- no constraint ---------------------------------------------------------------------------------------------------
def _unconstrained(problem: Problem, lagrangian: Expr) -> Solution | None:
    if len(problem.variables) > 1 or problem.constraints:
        return None
    x = problem.variables[0]
    slope = gradient(problem.objective, x)
    found = isolate(slope, x) if x in symbols(slope) else None
    if found is None:
        return None
    value = tidy(found.value)
    checked = prove_equal(substitute(slope, {x: value}), zeros(slope.shape)) is not None
    return Solution(((x, value),), (), unmet(found.conditions), ("the gradient vanishes",), checked)


# ---- equalities ------------------------------------------------------------------------------------------------------
def _equalities(problem: Problem, lagrangian: Expr) -> Solution | None:
    """Each variable from its stationarity in terms of multipliers, then the multipliers from the constraints."""
    if problem.inequalities:
        return None
    values: list[tuple[Symbol, Expr]] = []
    conditions: list[Condition] = []
    for x in problem.variables:
        slope = _put(gradient(lagrangian, x), values)
        found = isolate(slope, x) if x in symbols(slope) else None
        if found is None:
            return None
        conditions += found.conditions
        values = [(s, _put(v, [(x, found.value)])) for s, v in values] + [(x, found.value)]
    return _multipliers(problem, lagrangian, values, conditions)


def _multipliers(
    problem: Problem, lagrangian: Expr, values: list[tuple[Symbol, Expr]], conditions: list[Condition]
) -> Solution | None:
    """The multipliers from the constraints, put into the variables."""
    left: list[tuple[Symbol, Expr]] = []
    notes: list[str] = []
    for c in problem.equalities:
        equation = tidy(_put(c.value, values))
        if not symbols(equation) and not is_zero(equation):
            raise SymmlError(f"the constraints contradict each other: {c.text()} cannot hold", cure="leave one out")
        if is_zero(equation):
            notes.append(f"{c.text()} follows from the other constraints: its multiplier is free")
            continue
        found = _root(problem, equation, c.multiplier, values)
        if found is None:
            left.append((c.multiplier, equation))
            continue
        conditions += found.conditions
        put = [(c.multiplier, found.value)]
        values = [(s, tidy(_put(v, put))) for s, v in values] + [(c.multiplier, tidy(found.value))]
        left = [(s, tidy(_put(e, put))) for s, e in left]
    reasons = ("stationarity is solved for each variable", "the constraints are solved for the multipliers")
    equations = [gradient(lagrangian, x) for x in problem.variables] + [c.value for c in problem.equalities]
    checked = not left and all(prove_equal(_put(e, values), zeros(e.shape)) is not None for e in equations)
    said = (*unmet(conditions, values), *notes)
    return Solution(tuple(values), tuple(left), said, reasons[: 1 + bool(problem.equalities)], checked)


def _root(problem: Problem, equation: Expr, nu: Symbol, values: Values | list[tuple[Symbol, Expr]]) -> Isolated | None:
    """The multiplier from its equation; of two that differ in sign, the one with the better objective."""
    if nu not in symbols(equation):
        return None
    found = isolate(equation, nu)
    if found is not None or nu.shape:
        return found
    size = symbol_node(nu.name, (), DOMAINS["positive"])
    roots = [isolate(simplify(substitute(equation, {nu: sign * size})), size, inside=False) for sign in (1, -1)]
    plus, minus = (None if r is None else simplify(s * r.value) for s, r in zip((1, -1), roots, strict=True))
    if plus is None or minus is None or roots[0] is None or prove_equal(plus, -minus) is None:
        return None
    at = _put(problem.objective, values)
    signs = signs_at_random(tidy(_put(at, [(nu, plus)]) - _put(at, [(nu, minus)])))
    if signs not in ({1}, {-1}):
        return None
    return Isolated(minus if signs == {1} else plus, roots[0].conditions)


def _put(expr: Expr, values: Values | list[tuple[Symbol, Expr]]) -> Expr:
    present = set(symbols(expr))
    return simplify(substitute(expr, {s: v for s, v in values if s in present}))


_RULES: tuple[Rule, ...] = (
    shrinkage,
    _unconstrained,
    bounded,
    _listed,
    eigenproblem,
    _equalities,
    one_inequality,
)
