"""Proofs that a density is no exponential family: a kink, a singularity or a support that moves with the parameters.

In an exponential family all log-densities lie in one space of finite dimension, spanned by the statistics, 1 and log h.
The functions below lie in no such space: for parameters one after another, each has a kink, a singularity or an
exponent that none before has, so none is a combination of those before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from symml.calculus.canonical import add_terms
from symml.calculus.differentiate import derivative
from symml.calculus.moments.support import Support, number
from symml.calculus.numeric import enclose
from symml.calculus.sampling import generic_points
from symml.calculus.simplify import simplify
from symml.errors import SymmlError
from symml.expr import functions
from symml.expr.arithmetic import is_zero
from symml.expr.nodes import ONE, ZERO, Apply, Contract, Expr, Symbol
from symml.expr.walk import substitute, symbols
from symml.optimize.expand import addends
from symml.optimize.inference.density import Density
from symml.optimize.inference.logarithms import logarithm
from symml.render import text

_POINTS, _DEGREE = 3, 4


def reason_against(mixed: Sequence[Expr], density: Density, parameters: frozenset[Symbol]) -> str:
    """Why a log-density with these terms is no exponential family; empty where nothing is proved.

    Args:
        mixed: All its terms that are no product of a function of the value and one of the parameters.
        density: The density of a number.
        parameters: The parameters.
    """
    support = density.support
    if len(mixed) != 1 or support is None or (support.discrete and support.high is not None):
        return ""
    core = _core(mixed[0], density.value)
    if not isinstance(core, Apply):
        return ""
    rule = (_ON_WHOLE_NUMBERS if support.discrete else _RULES).get(core.function.name)
    return "" if rule is None else rule(core, Moving(density.value, parameters, support))


@dataclass(frozen=True)
class Moving:
    """The value, the parameters and the values that it takes."""

    value: Symbol
    parameters: frozenset[Symbol]
    support: Support


def _core(term: Expr, value: Symbol) -> Expr | None:
    """The mixed factor of a term whose other factors do not depend on the value and are not zero."""
    if not isinstance(term, Contract):
        return term
    if term.dims or not term.coef:
        return None
    moving = [arg for arg in term.args if value in symbols(arg)]
    if len(moving) != 1 or not all(_excludes_zero(arg) for arg in term.args if arg is not moving[0]):
        return None
    return moving[0]


def _excludes_zero(node: Expr) -> bool:
    """Whether it is surely not zero at some point, and so on an open set: it is continuous in the parameters."""
    for point in generic_points([node], count=_POINTS):
        try:
            ball = np.asarray(enclose(node, point), dtype=object).item()
        except (SymmlError, ValueError):
            continue
        if ball is not None and not (ball.contains(0) if hasattr(ball, "contains") else ball == 0):
            return True
    return False


def _moves(node: Expr, m: Moving) -> bool:
    """Whether an expression without the value really depends on a parameter."""
    own = [p for p in m.parameters if p in symbols(node) and not p.shape]
    return any(_excludes_zero(simplify(derivative(node, p))) for p in own)


def _moves_inside(root: Expr, m: Moving) -> bool:
    """Whether a place moves with the parameters, inside the support for some of them."""
    slopes = [simplify(derivative(root, p)) for p in m.parameters if p in symbols(root) and not p.shape]
    for slope in slopes:
        if not _excludes_zero(slope):
            continue
        ends = [end for end in (m.support.low, m.support.high) if end is not None]
        for point in generic_points([root, *ends], count=_POINTS * 2):
            try:
                low, high = m.support.ends(point)
                if low < number(root, point) < high:
                    return True
            except SymmlError:
                continue
    return False


def _kink(core: Apply, m: Moving) -> str:
    """|a x + b| with a root that moves inside the support"""
    root = _root(core.args[0], m.value)
    if root is None or not _moves_inside(root, m):
        return ""
    return f"{text.show(core)} has a kink at {m.value.name} = {text.show(root)}, which moves with the parameters"


def _root(line: Expr, value: Symbol) -> Expr | None:
    slope = simplify(derivative(line, value))
    if value in symbols(slope) or not _excludes_zero(slope):
        return None
    return simplify(-substitute(line, {value: ZERO}) / slope)


def _branch(core: Apply, m: Moving) -> str:
    """log q with a polynomial q whose roots move; log(a + b exp(c x)) with a ratio a/b that moves"""
    coefficients = _polynomial(core.args[0], m.value)
    if coefficients is None:
        return "" if m.support.discrete else _logistic(core, m)
    if len(coefficients) < 2 or not _excludes_zero(coefficients[-1]):
        return ""
    if not any(_moves(simplify(c / coefficients[-1]), m) for c in coefficients[:-1]):
        return ""
    return f"the complex roots of {text.show(core.args[0])} are singular points, and move with the parameters"


def _polynomial(node: Expr, value: Symbol) -> list[Expr] | None:
    """Its coefficients, lowest first; ``None`` where it is no polynomial of low degree."""
    slopes, current, factorial = [node], node, 1
    for _ in range(_DEGREE):
        current = simplify(derivative(current, value)) if value in symbols(current) else ZERO
        slopes.append(current)
    if not is_zero(slopes[-1]):
        return None
    found = []
    for k, slope in enumerate(slopes):
        factorial *= max(k, 1)
        found.append(simplify(substitute(slope, {value: ZERO}) / factorial))
    while found and is_zero(found[-1]):
        found.pop()
    return found


def _logistic(core: Apply, m: Moving) -> str:
    inner = core.args[0]
    exponentials = [t for t in addends(inner) if m.value in symbols(t)]
    fixed = [t for t in addends(inner) if m.value not in symbols(t)]
    if len(exponentials) != 1 or not fixed:
        return ""
    slope = simplify(derivative(logarithm(exponentials[0])[0], m.value))
    if m.value in symbols(slope) or not _excludes_zero(slope):
        return ""
    ratio = simplify(add_terms(fixed) / substitute(exponentials[0], {m.value: ZERO}))
    if not _excludes_zero(ratio) or not (_moves(ratio, m) or _moves(slope, m)):
        return ""
    return f"the complex roots of {text.show(inner)} are singular points, and move with the parameters"


def _softplus(core: Apply, m: Moving) -> str:
    """softplus(a x + b), singular where a x + b = pi i"""
    root = _root(core.args[0], m.value)
    slope = simplify(derivative(core.args[0], m.value))
    if root is None or not (_moves(root, m) or _moves(slope, m)):
        return ""
    return f"{text.show(core)} has complex singular points, and they move with the parameters"


def _exponent(core: Apply, m: Moving) -> str:
    """exp(k x) and x^k with an exponent that moves"""
    if core.function is functions.power:
        base, exponent = core.args
        if base is m.value and m.value not in symbols(exponent) and _moves(exponent, m):
            return f"powers of {m.value.name} with different exponents {text.show(exponent)} are independent functions"
        return ""
    slope = simplify(derivative(core.args[0], m.value))
    if m.value in symbols(slope) or not _moves(slope, m):
        return ""
    return f"{text.show(core)} for different values of {text.show(slope)} are independent functions of {m.value.name}"


def _log_gamma(core: Apply, m: Moving) -> str:
    """log Gamma(x + r), whose second difference in r's powers of 1/x is Vandermonde's"""
    slope = simplify(derivative(core.args[0], m.value))
    shift = simplify(substitute(core.args[0], {m.value: ZERO}))
    if simplify(slope - 1) is not ZERO or not _moves(shift, m):
        return ""
    return f"{text.show(core)} for different values of {text.show(shift)} are independent functions of {m.value.name}"


def _log1p(core: Apply, m: Moving) -> str:
    whole = functions.log(ONE + core.args[0])
    return _branch(whole, m) if isinstance(whole, Apply) else ""


Rule = Callable[[Apply, Moving], str]
_RULES: dict[str, Rule] = {
    "abs": _kink,
    "log": _branch,
    "log1p": _log1p,
    "softplus": _softplus,
    "exp": _exponent,
    "power": _exponent,
    "lgamma": _log_gamma,
}
_ON_WHOLE_NUMBERS: dict[str, Rule] = {"log": _branch, "log1p": _log1p, "lgamma": _log_gamma}
