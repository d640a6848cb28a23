"""Score equations solved one parameter after another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symml.calculus.canonical import add_terms
from symml.calculus.differentiate import derivative, gradient
from symml.calculus.facts import is_nonnegative, is_nonzero, is_pd, is_positive, is_symmetric
from symml.calculus.normal import prove_equal
from symml.calculus.simplify import simplify
from symml.expr import build
from symml.expr.arithmetic import is_zero, zeros
from symml.expr.contract import contract
from symml.expr.domains import DOMAINS, Domain
from symml.expr.nodes import Add, Contract, Expr, Eye, Symbol, symbol_node
from symml.expr.walk import depends_on, substitute, symbols, topological
from symml.optimize.expand import addends
from symml.optimize.inference.naming import named, neat
from symml.optimize.isolate import isolate
from symml.optimize.requirements import unmet
from symml.render import text

_ON_VALUE = ("positive", "nonnegative", "nonzero")


@dataclass(frozen=True)
class Solved:
    """One parameter that was found.

    Attributes:
        parameter: The parameter.
        equation: What was set to zero, with the parameters found before put in.
        value: Its value; it may depend on parameters that were found later.
        conditions: What must hold, in words.
    """

    parameter: Symbol
    equation: Expr
    value: Expr
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stationary:
    """The solution of all scores.

    Attributes:
        scores: The gradient by each parameter.
        steps: The parameters in the order in which they were found.
        values: Their values, in terms of the data only.
        left: Parameters that no rule found, with the equation that fixes each.
        checked: Whether the values, put back in, are proved to make every score vanish.
    """

    scores: tuple[tuple[Symbol, Expr], ...]
    steps: tuple[Solved, ...]
    values: tuple[tuple[Symbol, Expr], ...]
    left: tuple[tuple[Symbol, Expr], ...]
    checked: bool


def stationary(log: Expr, wrt: Sequence[Symbol]) -> Stationary:
    """Solves the scores of a log-likelihood.

    Each is solved for its own parameter in terms of the others, as far as none depends on itself in this way; what is
    left is solved with the values found before put in.
    """
    scores = tuple((p, gradient(log, p)) for p in wrt)
    unknown, profile = list(wrt), log
    steps: list[Solved] = []
    while unknown:
        found = _next(profile, unknown)
        if found is None:
            break
        steps.append(found)
        unknown.remove(found.parameter)
        profile = simplify(substitute(profile, {found.parameter: found.value}))
    steps = _in_terms_of_others(log, steps)
    values: dict[Symbol, Expr] = {}
    for step in reversed(steps):
        values[step.parameter] = _put(step.value, values)
    for step in steps:
        values[step.parameter] = _put(values[step.parameter], values)
    left = tuple((p, neat(gradient(profile, p))) for p in unknown if p in symbols(profile))
    own = {step.parameter: step.value for step in steps}
    checked = not left and all(vanishes(p, score, own[p]) for p, score in scores)
    return Stationary(scores, tuple(steps), tuple((p, values[p]) for p in wrt if p in values), left, checked)


def _in_terms_of_others(log: Expr, steps: list[Solved]) -> list[Solved]:
    """The later values from their own scores, where these depend on parameters that were found before only."""
    kept: list[Solved] = []
    for step in steps:
        before = {row.parameter for row in kept}
        fresh = None if not kept or "rows_sum_to_one" in step.parameter.domain.facts else _free(log, step.parameter)
        closed = all(not set(symbols(row.value)) & {s.parameter for s in steps} for row in kept)
        if fresh is not None and closed and not set(symbols(fresh.value)) & ({s.parameter for s in steps} - before):
            step = fresh
        kept.append(step)
    return kept


def _next(profile: Expr, unknown: Sequence[Symbol]) -> Solved | None:
    """The parameter whose value depends on the fewest of the others."""
    options: list[tuple[int, int, Solved]] = []
    for place, p in enumerate(unknown):
        if p not in symbols(profile):
            continue
        found = _on_simplex(profile, p) if "rows_sum_to_one" in p.domain.facts else _free(profile, p)
        if found is not None:
            options.append((len(set(symbols(found.value)) & set(unknown)), place, found))
    return min(options, key=lambda row: row[:2])[2] if options else None


def _free(profile: Expr, p: Symbol) -> Solved | None:
    equation = cleared(gradient(profile, p), p)
    if p not in depends_on(equation, p):
        return None
    matrix = linear_matrix(equation, p)
    if matrix is not None:
        return Solved(p, equation, *matrix)
    frozen, back = frozen_parts(equation, p)
    found = isolate(frozen, p)
    if found is None:
        return None
    value = _short(substitute(found.value, dict(back)))
    # Conditions on the value are said of its final spelling.
    steps = [condition for condition in found.conditions if condition.kind not in _ON_VALUE]
    parts = [(symbol, part) for symbol, part in back.items() if isinstance(symbol, Symbol)]
    return Solved(p, equation, value, (*unmet(steps, parts), *_inside(p, value)))


def _inside(p: Symbol, value: Expr) -> tuple[str, ...]:
    """What is still to be checked for the value to lie in the declared domain, in words."""
    facts, shown = p.domain.facts, text.show(value)
    if "spd" in facts:
        return () if is_pd(value) else (f"{shown} is positive definite",)
    if "unit" in facts:
        return (f"{shown} lies between 0 and 1",)
    if "positive" in facts:
        return () if is_positive(value) else (f"{shown} is positive",)
    return ()


def frozen_parts(root: Expr, p: Symbol) -> tuple[Expr, dict[Expr, Expr]]:
    """The expression with the sums without the parameter as symbols, and these sums by their symbols."""
    moving = depends_on(root, p)
    back: dict[Expr, Expr] = {}
    todo, seen = [root], {root}
    while todo:
        node = todo.pop()
        for arg in node.args:
            if arg in seen:
                continue
            seen.add(arg)
            if arg in moving:
                todo.append(arg)
            elif isinstance(arg, Add) and symbols(arg):
                back[symbol_node(f"({text.show(arg)})", arg.shape, _domain(arg))] = arg
            else:
                todo.append(arg)
    return substitute(root, {part: symbol for symbol, part in back.items()}), back


def _domain(node: Expr) -> Domain:
    """What is known of a part, as a domain."""
    if len(node.shape) == 2:
        return DOMAINS["spd" if is_pd(node) else "symmetric" if is_symmetric(node) else "real"]
    known = (("positive", is_positive), ("nonnegative", is_nonnegative), ("nonzero", is_nonzero))
    return DOMAINS[next((name for name, holds in known if holds(node)), "real")]


def linear_matrix(equation: Expr, p: Symbol) -> tuple[Expr, tuple[str, ...]] | None:
    """A P = B for a matrix P, read off the slope A[i, k] delta[j, l]"""
    if len(p.shape) != 2 or equation.shape != p.shape or "symmetric" in p.domain.facts:
        return None
    slope = simplify(derivative(equation, p))
    if p in symbols(slope) or not isinstance(slope, Contract):
        return None
    items = list(zip(slope.args, slope.subs, strict=True))
    deltas = [(a, s) for a, s in items if isinstance(a, Eye) and set(s) == {1, 3}]
    rest = [(a, s) for a, s in items if not (isinstance(a, Eye) and set(s) == {1, 3})]
    if len(deltas) != 1 or any(i in (1, 3) for _, s in rest for i in s):
        return None
    sign = -1 if slope.coef < 0 else 1
    matrix = simplify(contract(rest, (0, 2), coef=sign * slope.coef))
    right = simplify(-sign * substitute(equation, {p: zeros(p.shape)}))
    value = neat(build.inv(matrix) @ right)
    return value, () if is_pd(matrix) else (f"{text.show(matrix)} is invertible",)


def _on_simplex(profile: Expr, p: Symbol) -> Solved | None:
    """With a multiplier: log-likelihood - nu (1'p - 1)"""
    nu = symbol_node("nu (multiplier)", ())
    equation = simplify(gradient(profile, p) - nu)
    found = isolate(equation, p, inside=False)
    if found is None:
        return None
    total = isolate(simplify(build.sum(found.value) - 1), nu)
    if total is None:
        return None
    value = neat(substitute(found.value, {nu: total.value}))
    return Solved(p, substitute(equation, {nu: symbol_node("nu", ())}), value, ())


def cleared(equation: Expr, p: Symbol) -> Expr:
    """The equation without positive factors that do not depend on the parameter."""
    found = simplify(equation)
    for other in symbols(found):
        if other is not p and "spd" in other.domain.facts and found.shape:
            found = _without_matrix(found, other)
        if other is p or other.shape or not is_positive(other):
            continue
        for power in (1, 2, 3):
            attempt = simplify(add_terms([simplify(term * other**power) for term in addends(found)]))
            if other not in symbols(attempt):
                found = attempt
                break
    return found


def _without_matrix(equation: Expr, matrix: Symbol) -> Expr:
    """The equation multiplied by an invertible matrix where that makes it disappear."""
    attempts = []
    if equation.shape[0] == matrix.shape[0]:
        attempts.append(simplify(matrix @ equation))
    if equation.shape[-1] == matrix.shape[0]:
        attempts.append(simplify(equation @ matrix))
    return next((attempt for attempt in attempts if matrix not in symbols(attempt)), equation)


def _put(node: Expr, values: dict[Symbol, Expr]) -> Expr:
    present = set(symbols(node))
    return _short(substitute(node, {s: v for s, v in values.items() if s in present}))


def _short(node: Expr) -> Expr:
    """Numbers in their shortest spelling; products of arrays are not multiplied out."""
    return simplify(named(node)) if any(part.shape for part in topological(node)) else neat(node)


def vanishes(p: Symbol, score: Expr, value: Expr) -> bool:
    """Whether a score is proved to be zero at a value; on the simplex, along it, where the value also sums to one."""
    if "rows_sum_to_one" in p.domain.facts:
        if prove_equal(simplify(build.sum(value)), build.ones(())) is None:
            return False
        weighted = simplify(p * score)
        attempts = [weighted - simplify(build.sum(weighted)) * p]
    else:
        attempts = [score, cleared(score, p)]
    if len(p.shape) == 2 and "invertible" in p.domain.facts:
        attempts.append(add_terms([simplify(p @ term @ p) for term in addends(score)]))
    for attempt in attempts:
        there = simplify(substitute(attempt, {p: value}))
        if is_zero(there) or prove_equal(there, zeros(there.shape)) is not None:
            return True
    return False
