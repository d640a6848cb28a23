"""Rewrites that keep digits: each row is an equality of real numbers, written so that floats do not cancel or overflow.

The rows of ``simplify`` that see a named function in its definition (sigmoid, softplus, softmax, logsumexp) come first.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from symml.calculus.facts import is_nonnegative, is_positive
from symml.calculus.simplify.recognize import RULES
from symml.calculus.simplify.rule import Uses, items_of, remake
from symml.expr import functions as F
from symml.expr.arithmetic import rational_power, scale
from symml.expr.contract import contract, factors_of
from symml.expr.function import Function
from symml.expr.nodes import ONE, Add, Apply, Contract, Expr, Power, add_node
from symml.expr.walk import rebuild, topological, use_counts
from symml.kernels.guards import guarded
from symml.kernels.monomials import VIEW, View
from symml.kernels.rewrites import (
    differences,
    divergences,
    exponentials,
    gammas,
    gaps,
    log_sums,
    logs,
    normal,
    powers,
    products,
    sums,
)
from symml.kernels.rewrites.row import Row, Rule, traits
from symml.kernels.rows import sech_square

Term = tuple[Fraction, Expr]
_HALF = Fraction(1, 2)
_ROUNDS = 8
_PASSES = 6
_SMALL = 300


def stabilize(root: Expr) -> Expr:
    """The expression with every row applied, innermost first, until nothing changes."""
    settled: set[Expr] = set()
    known: dict[Expr, frozenset[str]] = {}
    for _ in range(_PASSES):
        before, root = root, _pass(root, settled, View(traits=known))
        if root is before:
            break
    return root


def _pass(root: Expr, settled: set[Expr], view: View) -> Expr:
    """Every node rewritten once, its arguments before it; nodes that no row changes are settled.

    In small expressions rows see through products that are used twice; in large ones that would cost their sharing.
    """
    order, uses, done = topological(root), use_counts(root), dict[Expr, Expr]()
    shares = len(order) > _SMALL
    token = VIEW.set(view)
    try:
        for node in order:
            new = rebuild(node, tuple([done[arg] for arg in node.args]))
            changed = None if new in settled else _rewritten(new)
            done[node] = new if changed is None else changed
            traits(done[node])
            if changed is None:
                settled.add(new)
            if shares and uses[node] > 1:
                view.shared.add(done[node])
    finally:
        VIEW.reset(token)
    return done[root]


def _rewritten(node: Expr) -> Expr | None:
    found: Expr | None = None
    for _ in range(_ROUNDS):
        again = _once(node if found is None else found)
        if again is None:
            break
        found = again
    return found


def _once(node: Expr) -> Expr | None:
    for rule in _KNOWN.get(type(node), ()):
        found = rule(node, _NO_USES)
        if found is not None:
            return found
    for row in _FIRST.get(type(node), ()):
        found = row(node)
        if found is not None:
            return found
    if isinstance(node, Contract) and len(node.dims) > len(node.shape):
        return _grouped(node)
    own = traits(node) if type(node) in _ROWS else frozenset()
    for needs, row in _ROWS.get(type(node), ()):
        found = row(node) if not needs or needs & own else None
        if found is not None:
            return found
    return None


def _grouped(node: Contract) -> Expr | None:
    """In a product with sums, the factors with the same axes rewritten as one elementwise product."""
    items = items_of(node)
    for sub in dict.fromkeys(node.subs):
        group = [arg for arg, other in items if other == sub]
        if not sub or len(group) < 2 or len(set(sub)) < len(sub):
            continue
        axes = range(len(sub))
        inner = contract([(arg, axes) for arg in group], axes, merge=lambda part: False)
        found = _rewritten(inner)
        if found is not None:
            new = remake(node, [*(item for item in items if item[1] != sub), (found, sub)])
            return None if new is node else new
    return None


def _is(node: Expr, function: Function) -> bool:
    return isinstance(node, Apply) and node.function is function


# ---- sums ------------------------------------------------------------------------------------------------------------
def _term(node: Expr) -> Term:
    """A term as a coefficient and what it multiplies; a number stretched to any shape multiplies one."""
    coef, factors = factors_of(node)
    if not factors:
        return coef, ONE
    if len(factors) == 1 and factors[0][1] == tuple(range(len(node.shape))) and factors[0][0].shape == node.shape:
        return coef, factors[0][0]
    return Fraction(1), node


def _square_of(function: Function, node: Expr) -> Expr | None:
    """``x`` of ``f(x)**2``."""
    if isinstance(node, Power) and node.exponent == 2 and _is(node.args[0], function):
        return node.args[0].args[0]
    return None


def _one_minus(node: Expr) -> Expr | None:
    """``1 - f(x)`` without cancellation: sigmoid(-x), -expm1(x), erfc(x), sech(x)^2, 2 sin(x/2)^2 ..."""
    for function, sharp in _COMPLEMENTS.items():
        if _is(node, function):
            return sharp(node.args[0])
    for function, sharp in _SQUARED_COMPLEMENTS.items():
        x = _square_of(function, node)
        if x is not None:
            return sharp(x)
    return None


def _one_plus(node: Expr) -> Expr | None:
    """``1 + f(x)`` for an odd function: ``1 - f(-x)``."""
    if _is(node, F.tanh):
        return 2 * F.sigmoid(2 * node.args[0])
    return F.erfc(-node.args[0]) if _is(node, F.erf) else None


_COMPLEMENTS: dict[Function, Callable[[Expr], Expr]] = {
    F.sigmoid: lambda x: F.sigmoid(-x),
    F.exp: lambda x: -F.expm1(x),
    F.erf: F.erfc,
    F.erfc: F.erf,
    F.normal_cdf: lambda x: F.normal_cdf(-x),
    F.tanh: lambda x: 2 * F.sigmoid(-2 * x),
    F.cos: lambda x: 2 * F.sin(scale(_HALF, x)) ** 2,
    F.cosh: lambda x: -2 * F.sinh(scale(_HALF, x)) ** 2,
}
_SQUARED_COMPLEMENTS: dict[Function, Callable[[Expr], Expr]] = {
    F.tanh: sech_square,
    F.sin: lambda x: F.cos(x) ** 2,
    F.cos: lambda x: F.sin(x) ** 2,
}


def complements(node: Expr) -> Expr | None:
    """c - c f(x) in one piece: 1 - sigmoid(x) = sigmoid(-x), e^x - 1 = expm1(x), 1 - tanh(x)^2 = sech(x)^2 ..."""
    terms = [_term(arg) for arg in node.args]
    for k, (number, one) in enumerate(terms):
        if one is not ONE:
            continue
        for j, (coef, part) in enumerate(terms):
            sharp = None if part is ONE else _one_minus(part) if coef == -number else None
            sharp = _one_plus(part) if sharp is None and coef == number and part is not ONE else sharp
            if sharp is not None:
                return _sum([a for i, a in enumerate(node.args) if i not in (j, k)], scale(number, sharp))
    return None


def hyperbolic(node: Expr) -> Expr | None:
    """e^x + e^-x = 2 cosh(x);  e^x - e^-x = 2 sinh(x)"""
    terms = [_term(arg) for arg in node.args]
    for k, (a, left) in enumerate(terms):
        for j, (b, right) in enumerate(terms):
            if _is(left, F.exp) and _is(right, F.exp) and j != k and scale(-1, left.args[0]) is right.args[0] and a > 0:
                rest = [arg for i, arg in enumerate(node.args) if i not in (j, k)]
                if a == abs(b):
                    return _sum(rest, scale(2 * a, (F.cosh if b > 0 else F.sinh)(left.args[0])))
    return None


def _sum(terms: list[Expr], extra: Expr) -> Expr:
    return add_node((*terms, extra)) if terms else extra


# ---- functions -------------------------------------------------------------------------------------------------------
def power_of_power(node: Expr) -> Expr | None:
    """(x^p)^q = x^(p q) for whole p and q"""
    assert isinstance(node, Power)
    inner = node.args[0]
    if isinstance(inner, Power) and inner.exponent.denominator == node.exponent.denominator == 1:
        return rational_power(inner.args[0], inner.exponent * node.exponent)
    return None


# ---- products --------------------------------------------------------------------------------------------------------
def x_log_y(node: Expr) -> Expr | None:
    """x log y = xlogy(x, y), which is 0 at x = 0, where both may be zero"""
    assert isinstance(node, Contract)
    items = items_of(node)
    for k, (a, sub) in enumerate(items):
        if not is_nonnegative(a) or is_positive(a):
            continue
        for j, (b, other) in enumerate(items):
            if sub == other and _is(b, F.log) and not is_positive(b.args[0]):
                rest = [item for i, item in enumerate(items) if i not in (j, k)]
                return remake(node, [*rest, (F.xlogy(a, b.args[0]), sub)])
    return None


_FIRST: dict[type[Expr], tuple[Callable[[Expr], Expr | None], ...]] = {
    Add: (complements, hyperbolic),
    Power: (power_of_power,),
    Contract: (x_log_y, guarded),
}
TABLE: tuple[Row, ...] = (
    *logs.ROWS,
    *powers.ROWS,
    *products.ROWS,
    *normal.ROWS,
    *gammas.ROWS,
    *divergences.ROWS,
    *gaps.ROWS,
    *log_sums.ROWS,
    *sums.ROWS,
    *exponentials.ROWS,
    *differences.ROWS,
)
_NO_USES = Uses(frozenset())
_KINDS: tuple[type[Expr], ...] = (Add, Power, Contract, Apply)
_KNOWN: dict[type[Expr], tuple[Callable[[Expr, Uses], Expr | None], ...]] = {
    kind: tuple(rule.apply for rule in RULES if kind in rule.kinds) for kind in _KINDS
}
_ROWS: dict[type[Expr], tuple[tuple[frozenset[str], Rule], ...]] = {
    kind: tuple((frozenset(row.needs.split()), row.apply) for row in TABLE if kind in row.kinds)
    for kind in (Add, Power, Contract, Apply)
}
