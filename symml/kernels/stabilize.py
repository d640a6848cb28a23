"""Rewrites that keep digits: each row is an equality that holds exactly, written so that floats do not cancel."""

from __future__ import annotations

from symml.expr import functions as F
from symml.expr.arithmetic import full, scale
from symml.expr.contract import contract
from symml.expr.function import Function
from symml.expr.nodes import Add, Apply, Contract, Expr, Power, Symbol
from symml.expr.walk import transform


def stabilize(root: Expr) -> Expr:
    """The expression with every row of the table applied, innermost first."""
    return transform(root, _rewrite)


def _rewrite(node: Expr) -> Expr | None:
    found: Expr | None = None
    for _ in _TABLE:
        again = next((new for row in _TABLE if (new := row(node)) is not None), None)
        if again is None:
            return found
        found = node = again
    return found


def _is(node: Expr, function: Function) -> bool:
    return isinstance(node, Apply) and node.function is function


def _negated(node: Expr) -> Expr | None:
    """``x`` of ``-x``."""
    if not isinstance(node, Contract) or node.coef != -1 or len(node.args) != 1:
        return None
    in_place = node.subs[0] == tuple(range(len(node.dims))) and len(node.dims) == len(node.shape)
    return node.args[0] if in_place else None


def _one_plus(node: Expr) -> Expr | None:
    if isinstance(node, Add) and len(node.args) == 2:
        one = full(1, node.shape)
        for a, b in (node.args, node.args[::-1]):
            if a is one:
                return b
    return None


def one_minus_sigmoid(node: Expr) -> Expr | None:
    """1 - sigmoid(x) = sigmoid(-x)"""
    rest = _one_plus(node)
    inner = _negated(rest) if rest is not None else None
    return F.sigmoid(scale(-1, inner.args[0])) if inner is not None and _is(inner, F.sigmoid) else None


def one_minus_tanh_squared(node: Expr) -> Expr | None:
    """1 - tanh(x)^2 = 1 / cosh(x)^2"""
    rest = _one_plus(node)
    inner = _negated(rest) if rest is not None else None
    if isinstance(inner, Power) and inner.exponent == 2 and _is(inner.args[0], F.tanh):
        x = inner.args[0].args[0]
        return 4 * F.sigmoid(2 * x) * F.sigmoid(-2 * x)
    return None


def log_of_one_plus(node: Expr) -> Expr | None:
    """log(1 + x) = log1p(x)"""
    rest = _one_plus(node.args[0]) if _is(node, F.log) else None
    return F.log1p(rest) if rest is not None else None


def log1p_of_exp(node: Expr) -> Expr | None:
    """log1p(e^x) = softplus(x)"""
    return F.softplus(node.args[0].args[0]) if _is(node, F.log1p) and _is(node.args[0], F.exp) else None


def exp_less_one(node: Expr) -> Expr | None:
    """e^x - 1 = expm1(x)"""
    if not isinstance(node, Add) or len(node.args) != 2:
        return None
    minus_one = full(-1, node.shape)
    for a, b in (node.args, node.args[::-1]):
        if a is minus_one and isinstance(b, Apply) and b.function is F.exp:
            return F.expm1(b.args[0])
    return None


def x_log_x(node: Expr) -> Expr | None:
    """x log x = xlogy(x, x), which is 0 at x = 0, for x that may be zero"""
    if not isinstance(node, Contract):
        return None
    items = list(zip(node.args, node.subs, strict=True))
    for k, (a, sub) in enumerate(items):
        may_be_zero = isinstance(a, Symbol) and "nonnegative" in a.domain.facts and "nonzero" not in a.domain.facts
        for j, (b, other) in enumerate(items):
            if may_be_zero and sub == other and isinstance(b, Apply) and b.function is F.log:
                rest = [item for i, item in enumerate(items) if i not in (j, k)]
                return _product(node, [*rest, (F.xlogy(a, b.args[0]), sub)])
    return None


def _product(node: Contract, items: list[tuple[Expr, tuple[int, ...]]]) -> Expr:
    rank = len(node.shape)
    return contract(items, range(rank), coef=node.coef, dims=dict(enumerate(node.dims[:rank])))


def one_over_one_plus_exp(node: Expr) -> Expr | None:
    """1 / (1 + e^x) = sigmoid(-x)"""
    if not isinstance(node, Power) or node.exponent != -1:
        return None
    rest = _one_plus(node.args[0])
    return F.sigmoid(scale(-1, rest.args[0])) if rest is not None and _is(rest, F.exp) else None


_TABLE = (
    one_minus_sigmoid,
    one_minus_tanh_squared,
    log_of_one_plus,
    log1p_of_exp,
    exp_less_one,
    x_log_x,
    one_over_one_plus_exp,
)
