"""``dual``: the Lagrange dual, by carrying out the infimum over the primal variables in closed form."""

from __future__ import annotations

from dataclasses import dataclass, field

from symml.calculus.definedness import Condition
from symml.calculus.differentiate import derivative, gradient
from symml.calculus.facts import is_nonnegative, rational
from symml.calculus.simplify import simplify
from symml.errors import SymmlError
from symml.expr import functions
from symml.expr.arithmetic import is_zero, scale, zeros
from symml.expr.build import norm
from symml.expr.nodes import Apply, Expr, Symbol
from symml.expr.walk import substitute, symbols, topological, transform
from symml.optimize.convexity import decide
from symml.optimize.dual_problem import Bound, Dual, DualStep
from symml.optimize.equations import balanced_relation
from symml.optimize.expand import is_polynomial
from symml.optimize.infima import barrier, curved_infimum, shortest_infimum
from symml.optimize.isolate import isolate
from symml.optimize.kkt import KKT, Over, Subject
from symml.optimize.polish import polished
from symml.optimize.problem import Problem, Shapes, read_problem
from symml.optimize.requirements import unmet
from symml.optimize.terms import print_length, tidy
from symml.optimize.trial import exceeds
from symml.render import text


def dual(f: Expr | str, over: Over, subject_to: Subject = (), *, shapes: Shapes = None, sense: str = "min") -> Dual:
    """The Lagrange dual of ``minimize f over ... subject to ...``; arguments as for ``lagrangian``.

    Raises:
        SymmlError: The infimum over a variable has no closed form here; the message shows its stationarity.
    """
    problem = read_problem(f, over, subject_to, shapes=shapes, sense=sense)
    return _Elimination(problem, problem.lagrangian(), list(problem.variables)).dual()


@dataclass
class _Elimination:
    """The infimum over the primal variables, one after the other."""

    problem: Problem
    value: Expr
    waiting: list[Symbol]
    bounds: list[Bound] = field(default_factory=list)
    minimizers: list[tuple[Symbol, Expr]] = field(default_factory=list)
    steps: list[DualStep] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)

    def dual(self) -> Dual:
        """Eliminates every variable, then the multipliers that only set a bound, then those without constraints."""
        lagrangian = self.value
        rules = (self._affine, self._kink, self._barrier, self._stationary, self._curved)
        while self.waiting:
            if not any(rule(x) for rule in rules for x in list(self.waiting)):
                x = self.waiting[0]
                what = f"the infimum over {x.name} has no closed form here"
                slope = text.show(gradient(self.value, x))
                raise SymmlError(what, cure=f"its stationarity is {slope} = 0; symml.kkt gives all conditions")
        bounded = [(simplify(b.left - b.right), b.relation) for b in self.bounds]
        if exceeds(lagrangian, self.value, bounded, conditional=bool(self.conditions)):
            raise SymmlError("the dual that was found lies above the Lagrangian", cure="symml.kkt gives all conditions")
        multipliers = list(self.problem.multipliers)
        for c in self.problem.inequalities:
            self.bounds.append(Bound(c.multiplier, ">=", zeros(c.multiplier.shape)))
        self._slack_multipliers(multipliers)
        self._free_multipliers(multipliers)
        left = tuple(m for m in multipliers if m in symbols(self.value, *(b.left for b in self.bounds)))
        convex = KKT(self.problem, lagrangian, ()).is_convex
        sign = -1 if self.problem.sense == "max" else 1
        objective = polished(simplify(scale(sign, self.value)), self.bounds, left)
        bounds = tuple(self._as_books_write(b, left) for b in self.bounds)
        found = (bounds, tuple(self.minimizers), tuple(self.steps), unmet(self.conditions, self.minimizers))
        return Dual(self.problem, lagrangian, objective, left, *found, convex)

    def _as_books_write(self, bound: Bound, left: tuple[Symbol, ...]) -> Bound:
        if bound.relation not in ("<=", ">=", "=="):
            return bound
        value = bound.left if is_zero(bound.right) else simplify(bound.left - bound.right)
        low, relation, high = balanced_relation(value, bound.relation, left)
        if not set(left) & set(symbols(low, high)) and rational(simplify(low - high)) is not None:
            raise SymmlError(
                f"the dual is infeasible: {Bound(low, relation, high).text()} cannot hold",
                cure="the problem is unbounded, or no point satisfies its constraints",
            )
        return Bound(tidy(low), relation, tidy(high))

    def _put(self, x: Symbol, value: Expr) -> None:
        """Puts a value in everywhere but in the objective."""

        def put(expr: Expr) -> Expr:
            return tidy(substitute(expr, {x: value})) if x in symbols(expr) else expr

        self.minimizers = [(s, put(v)) for s, v in self.minimizers]
        self.bounds = [Bound(put(b.left), b.relation, put(b.right)) for b in self.bounds]

    def _done(self, x: Symbol, reason: str, shown: str) -> None:
        self.waiting.remove(x)
        self.steps.append(DualStep(x, reason, shown))

    # ---- primal variables --------------------------------------------------------------------------------------------
    def _affine(self, x: Symbol) -> bool:
        """An infimum of an affine function is finite only where the slope vanishes; of positive x, is not negative."""
        slope = gradient(self.value, x) if x in symbols(self.value) else zeros(x.shape)
        relation = _AFFINE_BOUNDS.get(x.domain.name)
        if x in symbols(slope) or relation is None or not is_polynomial(self.value, x):
            return False
        flat = tidy(slope)
        bound = Bound(flat, relation, zeros(slope.shape))
        self.bounds += [] if is_zero(flat) else [bound]
        ends = "vanishes" if relation == "==" else "is not negative"
        self._done(
            x, f"L is affine: its infimum is -inf unless the slope {ends}", self._as_books_write(bound, ()).text()
        )
        self.value = tidy(substitute(self.value, {x: zeros(x.shape)}))
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
        if not is_polynomial(smooth, x) or x in symbols(slope, weight) or not is_nonnegative(weight):
            return False
        size = simplify(functions.abs(slope) if _is_modulus(nodes[0], x) else norm(slope))
        bound = Bound(size, "<=", weight)
        self.bounds.append(bound)
        self._done(x, "a norm plus an affine function: the infimum is 0 in the dual ball, else -inf", bound.text())
        self.value = tidy(substitute(smooth, {x: zeros(x.shape)}))
        self._put(x, zeros(x.shape))
        return True

    def _barrier(self, x: Symbol) -> bool:
        """A logarithm plus an affine function has a finite infimum where the slope is positive."""
        found = barrier(self.value, x)
        if found is None or not self._at_stationary(x, "a logarithm plus an affine function"):
            return False
        if not unmet([Condition(_KINDS[found.relation], found.slope)]):
            return True
        self.bounds.append(Bound(found.slope, found.relation, zeros(found.slope.shape)))
        return True

    def _stationary(self, x: Symbol) -> bool:
        """A convex function has its infimum where the gradient vanishes."""
        if not decide(self.value, (x,), search=False).is_convex:
            return False
        found = isolate(gradient(self.value, x), x)
        if found is None or (x.domain.name != "real" and unmet(found.conditions)):
            return False
        return self._at_stationary(x, "L is convex")

    def _at_stationary(self, x: Symbol, what: str) -> bool:
        found = isolate(gradient(self.value, x), x)
        if found is None:
            return False
        value = tidy(found.value)
        if x.domain.name == "real":
            self.conditions += found.conditions
        shown = f"{text.name(x.name)} = {text.show(value)}"
        self._done(x, f"{what}: the infimum is where the gradient vanishes", shown)
        self.minimizers.append((x, value))
        self.value = shortest_infimum(self.value, x, value)
        self._put(x, value)
        return True

    def _curved(self, x: Symbol) -> bool:
        """A quadratic is bounded below only where its matrix is positive semidefinite."""
        found = curved_infimum(self.value, x)
        if found is None:
            return False
        self.bounds.append(Bound(found.bound, found.relation, zeros(found.bound.shape)))
        strict = not is_zero(found.minimizer)
        shown = f"{text.name(x.name)} = {text.show(found.minimizer)}" if strict else self.bounds[-1].text()
        kind = "definite" if strict else "semidefinite"
        self._done(x, f"L is quadratic: its infimum is finite where the matrix is positive {kind}", shown)
        self.minimizers += [(x, found.minimizer)] if strict else []
        self.value = found.value
        self._put(x, found.minimizer)
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
            if found is None or unmet(found.conditions):
                continue
            self.bounds.remove(equations[0])
            self.bounds = [b for b in self.bounds if b.left is not m]
            self.bounds.append(Bound(tidy(found.value), ">=", zeros(m.shape)))
            self.minimizers = [(s, simplify(substitute(v, {m: found.value}))) for s, v in self.minimizers]
            multipliers.remove(m)
            shown = f"{text.show(m)} = {text.show(tidy(found.value))} ≥ 0"
            self.steps.append(DualStep(m, "a multiplier that occurs nowhere else is eliminated", shown))

    def _free_multipliers(self, multipliers: list[Symbol]) -> None:
        """The dual function is concave: multipliers of equalities that no bound mentions are maximized out."""
        for c in self.problem.equalities:
            m = c.multiplier
            bound = any(m in symbols(b.left, b.right) for b in self.bounds)
            if m.shape or m not in symbols(self.value) or bound or print_length(self.value)[0] > _SHORT:
                continue
            found = isolate(gradient(self.value, m), m)
            if found is None:
                continue
            self.conditions += found.conditions
            shown = f"{text.show(m)} = {text.show(tidy(found.value))}"
            self.steps.append(DualStep(m, "the dual is concave and nothing bounds it: the gradient vanishes", shown))
            self.value = shortest_infimum(self.value, m, tidy(found.value))
            self._put(m, found.value)
            multipliers.remove(m)


def _is_modulus(node: Expr, x: Symbol) -> bool:
    return isinstance(node, Apply) and node.function is functions.abs and node.args[0] is x


_AFFINE_BOUNDS = {"real": "==", "positive": ">=", "nonnegative": ">=", "spd": ">>=", "psd": ">>=", "symmetric": "=="}
_SHORT = 60
_KINDS = {">": "positive", ">>": "definite"}
