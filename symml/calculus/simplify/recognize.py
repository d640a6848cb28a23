"""Rules that see a named function in its definition: softmax, logsumexp, softplus, sigmoid, log-sigmoid."""

from __future__ import annotations

from symml.calculus.simplify.rule import Rule, Uses, items_of, remake
from symml.expr.arithmetic import full, rational_power, scale, zeros
from symml.expr.contract import contract
from symml.expr.functions import AXIS_FUNCTIONS, exp, log, log1p, log_sigmoid, sigmoid, softplus
from symml.expr.nodes import Add, Along, Apply, Contract, Expr, Power, add_node, along_node, apply_node

_SOFTMAX, _LOGSUMEXP, _LOG_SOFTMAX = (AXIS_FUNCTIONS[name] for name in ("softmax", "logsumexp", "log_softmax"))


def _is(node: Expr, *functions: object) -> bool:
    return isinstance(node, Apply) and node.function in functions


def _one_plus(node: Expr) -> Expr | None:
    """``x`` of ``1 + x``."""
    if isinstance(node, Add) and len(node.args) == 2:
        one = full(1, node.shape)
        for a, b in (node.args, node.args[::-1]):
            if a is one:
                return b
    return None


def _sum_of_exp(node: Expr) -> tuple[Apply, tuple[int, ...], tuple[int, ...]] | None:
    """(e^z, the summed axes of z, the output index of each kept axis) of ``sum(exp(z))``, kept axes anywhere."""
    if not isinstance(node, Contract) or len(node.args) != 1 or node.coef != 1 or not _is(node.args[0], exp):
        return None
    sub, rank = node.subs[0], len(node.shape)
    axes = tuple(k for k, i in enumerate(sub) if i >= rank)
    if not axes or len(set(sub)) < len(sub):
        return None
    inner = node.args[0]
    assert isinstance(inner, Apply)
    return inner, axes, tuple(i for i in sub if i < rank)


def log_sum_exp(node: Expr, uses: Uses) -> Expr | None:
    """log(sum e^z) = logsumexp(z)"""
    assert isinstance(node, Apply)
    found = _sum_of_exp(node.args[0]) if node.function is log else None
    if found is None:
        return None
    e, axes, kept = found
    return contract(
        [(along_node(_LOGSUMEXP, e.args[0], axes), kept)], range(len(node.shape)), dims=dict(enumerate(node.shape))
    )


def exp_over_sum(node: Expr, uses: Uses) -> Expr | None:
    """e^z / sum(e^z) = softmax(z)"""
    assert isinstance(node, Contract)
    items = items_of(node)
    for k, (low, low_sub) in enumerate(items):
        if not isinstance(low, Power) or low.exponent >= 0 or low.exponent.denominator != 1:
            continue
        found = _sum_of_exp(low.args[0])
        if found is None:
            continue
        e, axes, kept = found
        wanted = [low_sub[i] for i in kept]
        for j, (top, sub) in enumerate(items):
            if top is not e or [i for axis, i in enumerate(sub) if axis not in axes] != wanted:
                continue
            rest = [item for i, item in enumerate(items) if i not in (j, k)]
            rest.append((along_node(_SOFTMAX, e.args[0], axes), sub))
            if low.exponent != -1:
                rest.append((rational_power(low.args[0], low.exponent + 1), low_sub))
            return remake(node, rest)
    return None


def exp_of_normalized(node: Expr, uses: Uses) -> Expr | None:
    """e^(log_softmax z) = softmax(z);  e^(z - logsumexp z) = softmax(z);  log softmax(z) = log_softmax(z)"""
    assert isinstance(node, Apply)
    inner = node.args[0]
    if node.function is log and isinstance(inner, Along) and inner.function is _SOFTMAX:
        return along_node(_LOG_SOFTMAX, inner.args[0], inner.axes)
    if node.function is not exp:
        return None
    if isinstance(inner, Along) and inner.function is _LOG_SOFTMAX:
        return along_node(_SOFTMAX, inner.args[0], inner.axes)
    found = _minus_logsumexp(inner)
    return along_node(_SOFTMAX, *found) if found else None


def _minus_logsumexp(node: Expr) -> tuple[Expr, tuple[int, ...]] | None:
    """(z, axes) of ``z - logsumexp(z)``."""
    if not isinstance(node, Add) or len(node.args) != 2:
        return None
    for z, low in (node.args, node.args[::-1]):
        if not isinstance(low, Contract) or low.coef != -1 or len(low.args) != 1:
            continue
        lse = low.args[0]
        if not isinstance(lse, Along) or lse.function is not _LOGSUMEXP or lse.args[0] is not z:
            continue
        if low.subs[0] == tuple(i for i in range(len(z.shape)) if i not in lse.axes):
            return z, lse.axes
    return None


def log_one_plus_exp(node: Expr, uses: Uses) -> Expr | None:
    """log(1 + e^u) = softplus(u)"""
    assert isinstance(node, Apply)
    inner = node.args[0] if node.function is log1p else _one_plus(node.args[0]) if node.function is log else None
    if inner is not None and isinstance(inner, Apply) and inner.function is exp:
        return softplus(inner.args[0])
    return None


def one_over_one_plus_exp(node: Expr, uses: Uses) -> Expr | None:
    """1 / (1 + e^u) = sigma(-u)"""
    assert isinstance(node, Power)
    if node.exponent >= 0 or node.exponent.denominator != 1:
        return None
    inner = _one_plus(node.args[0])
    if inner is not None and isinstance(inner, Apply) and inner.function is exp:
        return rational_power(sigmoid(scale(-1, inner.args[0])), -node.exponent)
    return None


def exp_times_sigmoid(node: Expr, uses: Uses) -> Expr | None:
    """e^u sigma(-u) = sigma(u)"""
    assert isinstance(node, Contract)
    items = items_of(node)
    for k, (e, sub) in enumerate(items):
        if not isinstance(e, Apply) or e.function is not exp:
            continue
        partner = (apply_node(sigmoid, (scale(-1, e.args[0]),)), sub)
        if partner in items:
            rest = [item for i, item in enumerate(items) if i != k]
            rest.remove(partner)
            return remake(node, [*rest, (sigmoid(e.args[0]), sub)])
    return None


def log_of_sigmoid(node: Expr, uses: Uses) -> Expr | None:
    """log sigma(u) = logsigma(u);  log(1 - sigma(u)) = logsigma(-u)"""
    assert isinstance(node, Apply)
    if node.function is not log:
        return None
    inner = node.args[0]
    if isinstance(inner, Apply) and inner.function is sigmoid:
        return log_sigmoid(inner.args[0])
    rest = _one_plus(inner)
    if isinstance(rest, Contract) and rest.coef == -1 and len(rest.args) == 1 and _is(rest.args[0], sigmoid):
        plain = rest.subs[0] == tuple(range(len(rest.dims)))
        return log_sigmoid(scale(-1, rest.args[0].args[0])) if plain else None
    return None


def forgets_shift(node: Expr, uses: Uses) -> Expr | None:
    """softmax(z + c) = softmax(z) for a c that is the same along its axes"""
    assert isinstance(node, Along)
    z = node.args[0]
    if node.function.name not in ("softmax", "log_softmax") or not isinstance(z, Add):
        return None
    kept = [term for term in z.args if not _is_shift(term, node.axes)]
    if len(kept) == len(z.args):
        return None
    rest = zeros(z.shape) if not kept else kept[0] if len(kept) == 1 else add_node(tuple(kept))
    return along_node(node.function, rest, node.axes)


def _is_shift(term: Expr, axes: tuple[int, ...]) -> bool:
    """Whether the entries of a term are the same along these axes."""
    return isinstance(term, Contract) and all(axis not in sub for sub in term.subs for axis in axes)


RULES = (
    Rule("softmax forgets a shift", (Along,), forgets_shift),
    Rule("log-sum-exp", (Apply,), log_sum_exp),
    Rule("exponentials over their sum are softmax", (Contract,), exp_over_sum),
    Rule("softmax and its logarithm", (Apply,), exp_of_normalized),
    Rule("log(1 + e^u) is softplus(u)", (Apply,), log_one_plus_exp),
    Rule("1/(1 + e^u) is sigmoid(-u)", (Power,), one_over_one_plus_exp),
    Rule("e^u sigmoid(-u) is sigmoid(u)", (Contract,), exp_times_sigmoid),
    Rule("the logarithm of a sigmoid", (Apply,), log_of_sigmoid),
)
