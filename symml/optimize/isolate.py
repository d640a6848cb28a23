"""Solving an equation for a symbol in closed form, by inverting what stands around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from symml.calculus.canonical import add_terms
from symml.calculus.definedness import Condition
from symml.calculus.differentiate import derivative
from symml.calculus.facts import is_nonnegative, is_pd
from symml.calculus.simplify import simplify
from symml.calculus.sympy_process import ask_sympy
from symml.errors import SymmlError
from symml.expr import build, functions
from symml.expr.arithmetic import divide, is_zero, rational_power, scale, transpose, zeros
from symml.expr.contract import contract
from symml.expr.nodes import Add, Apply, Contract, Expr, Eye, Linalg, Power, Symbol
from symml.expr.sympy_bridge import from_sympy, to_sympy
from symml.expr.walk import depends_on, substitute, symbols, topological
from symml.optimize.expand import addends, summands
from symml.optimize.log_sums import log_sum_exp

_MAX_STEPS = 40
_DOMAIN_KINDS = (
    ("spd", "definite"),
    ("symmetric", "symmetric"),
    ("invertible", "invertible"),
    ("positive", "positive"),
    ("nonnegative", "nonnegative"),
    ("nonzero", "nonzero"),
)
_INVERSES: dict[str, Callable[[Expr], Expr]] = {
    "exp": functions.log,
    "log": functions.exp,
    "log1p": functions.expm1,
    "expm1": functions.log1p,
    "sigmoid": functions.logit,
    "logit": functions.sigmoid,
    "tanh": functions.arctanh,
    "sinh": functions.arcsinh,
}


@dataclass(frozen=True)
class Isolated:
    """The solution of an equation for a symbol.

    Attributes:
        value: What the symbol is.
        conditions: What must hold for the steps that found it.
        by_sympy: Whether SymPy found it.
    """

    value: Expr
    conditions: tuple[Condition, ...] = ()
    by_sympy: bool = False


def isolate(equation: Expr, unknown: Symbol, *, inside: bool = True) -> Isolated | None:
    """Solves ``equation = 0`` for ``unknown``; ``None`` when no rule fits.

    Args:
        equation: An array of the unknown's shape.
        unknown: A symbol that occurs in it.
        inside: Whether the value is asked to lie in the unknown's domain.
    """
    if equation.shape != unknown.shape:
        return None
    plain = simplify(equation)
    attempts = [*_multiplied(plain, unknown), *_numerator(plain, unknown)]
    for attempt, terms_of in product(attempts, (summands, addends)):
        found = _solve(attempt, unknown, terms_of)
        if found is not None:
            value = simplify(found.value)
            if unknown not in symbols(value):
                return Isolated(value, (*found.conditions, *(_outside(unknown, value) if inside else ())))
    return _by_sympy(equation, unknown)


def _outside(x: Symbol, value: Expr) -> tuple[Condition, ...]:
    """What must hold for the value to lie in the declared domain."""
    facts = x.domain.facts
    for fact, kind in _DOMAIN_KINDS:
        if fact in facts:
            return (Condition(kind, value),)
    return ()


def _numerator(equation: Expr, x: Symbol) -> list[Expr]:
    """A fraction vanishes where what stands above does."""
    if not isinstance(equation, Contract) or equation.shape:
        return []
    items = list(zip(equation.args, equation.subs, strict=True))
    above = [(a, s) for a, s in items if s or not (isinstance(a, Power) and a.exponent < 0)]
    return [simplify(contract(above, ()))] if 0 < len(above) < len(items) else []


def _multiplied(equation: Expr, x: Symbol) -> list[Expr]:
    """The equation, and what it becomes when multiplied by the unknown where that cannot be zero or singular."""
    attempts = [equation]
    if len(x.shape) == 2 and "invertible" in x.domain.facts:
        attempts += [simplify(x @ equation), simplify(equation @ x), simplify(x @ equation @ x)]
    elif "nonzero" in x.domain.facts and len(x.shape) < 2:
        attempts += [add_terms([simplify(t * x**k) for t in addends(equation)]) for k in (1, 2, 3)]
    if "unit" in x.domain.facts and not x.shape:
        raised = add_terms([simplify(t * x) for t in addends(equation)])
        attempts += [add_terms([simplify(t * (1 - x)) for t in addends(e)]) for e in (equation, raised)]
    return [simplify(attempt) for attempt in attempts]


def _solve(equation: Expr, x: Symbol, terms_of: Callable[[Expr], list[Expr]]) -> Isolated | None:
    """One equation of the unknown's shape; goes down to the unknown step by step.

    Args:
        equation: What vanishes.
        x: The unknown.
        terms_of: The terms of a sum, as they stand or with products of sums multiplied out.
    """
    left, right = equation, zeros(equation.shape)
    conditions: list[Condition] = []
    for _ in range(_MAX_STEPS):
        if left is x:
            return Isolated(right, tuple(conditions))
        terms = terms_of(left)
        moving = [t for t in terms if x in depends_on(t, x)]
        if not moving:
            return None
        right = _sum([right, *(scale(-1, t) for t in terms if t not in moving)])
        left = simplify(add_terms(moving))
        if left is x:
            return Isolated(right, tuple(conditions))
        linear = _linear(left, right, x, conditions)
        if linear is not None:
            return Isolated(linear, tuple(conditions))
        if isinstance(left, Add):
            return None
        step = _STEPS.get(type(left), _stuck)(left, right, x, conditions)
        if step is None:
            return None
        left, right = step[0], simplify(step[1])
    return None


def _sum(terms: list[Expr]) -> Expr:
    kept = [term for term in map(simplify, terms) if not is_zero(term)]
    return simplify(add_terms(kept)) if kept else zeros(terms[0].shape)


Step = tuple[Expr, Expr] | None


def _stuck(left: Expr, right: Expr, x: Symbol, conditions: list[Condition]) -> Step:
    return None


def _linear(left: Expr, right: Expr, x: Symbol, conditions: list[Condition]) -> Expr | None:
    """J x = right"""
    if left.shape != x.shape or len(x.shape) > 1:
        return None
    slope = simplify(derivative(left, x))
    at_zero = simplify(substitute(left, {x: zeros(x.shape)}))
    if x in symbols(slope) or is_zero(slope) or not is_zero(at_zero):
        return None
    if not x.shape:
        conditions.append(Condition("nonzero", slope))
        return right / slope
    factor = diagonal(slope)
    if factor is not None:
        conditions.append(Condition("nonzero", factor))
        return right / factor
    coef, matrix = _unscaled(slope)
    if not is_pd(matrix):
        if is_zero(right):
            return None
        conditions.append(Condition("invertible", matrix))
    return build.inv(matrix) @ scale(1 / coef, right)


def _unscaled(matrix: Expr) -> tuple[Fraction, Expr]:
    """The number in front of a matrix, and the matrix."""
    coef = matrix.coef if isinstance(matrix, Contract) and matrix.coef else Fraction(1)
    return coef, simplify(scale(1 / coef, matrix))


def multiple_of(value: Expr, x: Symbol) -> Expr | None:
    """The number s of ``value = s x``; ``None`` where it is no such multiple."""
    if not x.shape:
        slope = simplify(derivative(value, x))
        return slope if x not in symbols(slope) and is_zero(simplify(value - slope * x)) else None
    axes = tuple(range(len(x.shape)))
    total = zeros(())
    for term in addends(simplify(value)):
        items = list(zip(term.args, term.subs, strict=True)) if isinstance(term, Contract) else [(term, axes)]
        rest = [arg for arg, sub in items if (arg, sub) != (x, axes)]
        if len(rest) != len(items) - 1 or any(arg.shape for arg in rest) or x in symbols(*rest):
            return None
        total = total + contract([(arg, ()) for arg in rest], (), coef=term.coef if isinstance(term, Contract) else 1)
    return simplify(total)


def diagonal(matrix: Expr) -> Expr | None:
    """The factor of a multiple of the identity, or the vector on a diagonal."""
    if isinstance(matrix, Eye):
        return build.ones(())
    if isinstance(matrix, Add):
        parts = [diagonal(arg) for arg in matrix.args]
        known = [part for part in parts if part is not None]
        return _total(known) if len(known) == len(parts) else None
    if not isinstance(matrix, Contract) or not any(isinstance(arg, Eye) for arg in matrix.args):
        return None
    rest = [(a, s) for a, s in zip(matrix.args, matrix.subs, strict=True) if not isinstance(a, Eye)]
    if len(rest) != len(matrix.args) - 1 or any(1 in s and 0 in s for _, s in rest):
        return None
    used = {i for _, s in rest for i in s}
    if used - {0, 1} != set(range(2, len(matrix.dims))) - {0, 1} and len(matrix.dims) > 2:
        return None
    kept = [0] if used & {0, 1} else []
    return contract([(a, [0 if i == 1 else i for i in s]) for a, s in rest], kept, coef=matrix.coef)


def _total(parts: list[Expr]) -> Expr:
    result = parts[0]
    for part in parts[1:]:
        result = result + part
    return simplify(result)


def _product(left: Contract, right: Expr, x: Symbol, conditions: list[Condition]) -> Step:
    items = list(zip(left.args, left.subs, strict=True))
    moving = [(a, s) for a, s in items if x in depends_on(a, x)]
    if len(moving) != 1:
        return None
    node, sub = moving[0]
    rest = [(a, s) for a, s in items if a is not node]
    rank = len(left.shape)
    axes = tuple(range(rank))
    if set(sub) == set(axes) and len(sub) == rank:
        factor = contract(rest, axes, coef=left.coef, dims=dict(enumerate(left.shape)))
        conditions.append(Condition("nonzero", factor))
        divided = divide(right, factor)
        return node, divided if sub == axes else transpose(divided, [sub.index(i) for i in axes])
    if isinstance(node, Apply) and node.function is functions.exp and sorted(sub)[: len(axes)] == list(axes):
        summed = log_sum_exp(left, node, sub, rest, right, x)
        return None if summed is None else (x, summed)
    return _matrix_product(left, node, sub, rest, right)


def _matrix_product(
    left: Contract, node: Expr, sub: tuple[int, ...], rest: list[tuple[Expr, tuple[int, ...]]], right: Expr
) -> Step:
    """A X = B and X A = B with an invertible A"""
    matrices = [(a, s) for a, s in rest if a.shape]
    plain = len(left.shape) == len(node.shape) == 2 and len(matrices) == 1 and len(left.dims) == 3 and len(rest) == 1
    if not plain or not is_pd(matrices[0][0]):
        return None
    a, s = matrices[0]
    scaled = scale(1 / left.coef, right)
    if sub == (2, 1) and set(s) == {0, 2}:
        return node, build.inv(a if s == (0, 2) else a.T) @ scaled
    if sub == (0, 2) and set(s) == {1, 2}:
        return node, scaled @ build.inv(a if s == (2, 1) else a.T)
    return None


def _root(left: Power, right: Expr, x: Symbol, conditions: list[Condition]) -> Step:
    base, p = left.args[0], left.exponent
    odd = p.numerator % 2 == 1 and p.denominator % 2 == 1
    if not (odd or is_nonnegative(base)):
        return None
    inverse = Fraction(1) / p
    if inverse < 0 and is_zero(right):
        return None  # no number has the reciprocal 0
    if inverse < 0:
        conditions.append(Condition("nonzero", right))
    if inverse.denominator > 1:
        conditions.append(Condition("nonnegative", right))
    return base, rational_power(right, inverse)


def _inverse_function(left: Apply, right: Expr, x: Symbol, conditions: list[Condition]) -> Step:
    inverse = _INVERSES.get(left.function.name)
    if inverse is None:
        return None
    if left.function.name == "exp" and is_zero(right):
        return None
    if left.function.name == "exp":
        conditions.append(Condition("positive", right))
    return left.args[0], inverse(right)


def _inverse_matrix(left: Linalg, right: Expr, x: Symbol, conditions: list[Condition]) -> Step:
    if left.function.name != "inv" or is_zero(right):
        return None
    conditions.append(Condition("invertible", right))
    return left.args[0], build.inv(right)


_STEPS: dict[type[Expr], Callable[..., Step]] = {
    Contract: _product,
    Power: _root,
    Apply: _inverse_function,
    Linalg: _inverse_matrix,
}


def _by_sympy(equation: Expr, x: Symbol) -> Isolated | None:
    """An equation of numbers without kinks; the answer counts when it is the only one."""
    if any(node.shape for node in topological(equation)) or any(map(_is_kinked, depends_on(equation, x))):
        return None
    try:
        written, unknown = to_sympy(equation), to_sympy(x)
    except SymmlError:
        return None
    answer = ask_sympy("solve", [written], [unknown], seconds=4.0)
    if not answer or len(answer) != 1 or unknown not in answer[0]:
        return None
    try:
        value = from_sympy(answer[0][unknown], {s.name: s for s in symbols(equation)})
    except SymmlError:
        return None
    return Isolated(value, by_sympy=True)


def _is_kinked(node: Expr) -> bool:
    return isinstance(node, Apply) and (
        node.function.kinks is not None or node.function.jumps or node.function.name == "where"
    )
