"""Proof of ``small <= large``: the difference is a nonnegative form, at once or after known bounds are put in.

A bound such as ``log t <= t - 1`` is put in as an equation, ``log t = t - 1 - r`` with a new symbol ``r >= 0``: what is
nonnegative for every such ``r`` is nonnegative for the true one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce
from itertools import count
from typing import Any

from symml.calculus.differentiate import evaluate_derivatives
from symml.calculus.facts import is_nonnegative, is_positive
from symml.calculus.normal import prove_equal
from symml.calculus.simplify import simplify
from symml.expr.arithmetic import full, plus, zeros
from symml.expr.domains import DOMAINS
from symml.expr.nodes import Add, Along, Apply, Expr, OneHot, Symbol, derivative_node, symbol_node
from symml.expr.walk import depends_on, substitute, symbols, topological
from symml.render import text

_MAX_SUBSTITUTIONS = 40
_MAX_DEPTH = 2
_MAX_SPLITS = 2
_MAX_NODES = 400


def prove_at_most(small: Expr, large: Expr) -> str:
    """How ``small <= large`` was shown, wherever both sides have a value; empty when it was not."""
    difference = large - small
    if len(topological(difference)) > _MAX_NODES:
        return ""
    for form in (_cancelled(small, large), simplify(difference)):
        if is_nonnegative(form):
            return "the difference is a nonnegative form"
    return _after_bounds(difference, ()) or _by_cases(difference)


def _cancelled(small: Expr, large: Expr) -> Expr:
    """The difference without the terms that both sides write."""
    below, above = _terms(small), _terms(large)
    for term in list(above):
        if term in below:
            above.remove(term)
            below.remove(term)
    return reduce(plus, above, zeros(large.shape)) - reduce(plus, below, zeros(small.shape))


def _terms(node: Expr) -> list[Expr]:
    return [part for arg in node.args for part in _terms(arg)] if isinstance(node, Add) else [node]


def _by_cases(difference: Expr, splits: int = 0) -> str:
    """A choice between numbers replaced by each of its outcomes, one of which is its value."""
    for node in topological(difference):
        outcomes = _outcomes(node)
        forms = [substitute(difference, {node: outcome}) for outcome in outcomes]
        if forms and all(_is_shown(form, splits) for form in forms):
            return f"the difference is a nonnegative form for every outcome of {text.show(node)}"
    return ""


def _is_shown(form: Expr, splits: int) -> bool:
    if is_nonnegative(simplify(form)) or _after_bounds(form, ()):
        return True
    return splits + 1 < _MAX_SPLITS and bool(_by_cases(form, splits + 1))


def _outcomes(node: Expr) -> tuple[Expr, ...]:
    """The values between which a function of numbers chooses."""
    if not isinstance(node, Apply) or node.shape:
        return ()
    name, first = node.function.name, node.args[0]
    if name == "abs":
        return first, -first
    if name == "relu":
        return first, zeros(first.shape)
    return {"maximum": node.args, "minimum": node.args, "where": node.args[1:]}.get(name, ())


def _after_bounds(difference: Expr, used: tuple[str, ...]) -> str:
    """Puts one known bound after the other into the difference."""
    further: list[tuple[Expr, str]] = []
    for node in reversed(topological(difference)):
        for words, replacement, slack in _bounds(node, difference):
            if len(further) > _MAX_SUBSTITUTIONS:
                break
            form = substitute(difference, {node: replacement})
            if is_nonnegative(simplify(form)) or _is_linear(form, slack):
                return f"the difference is a nonnegative form by {', '.join(dict.fromkeys((*used, words)))}"
            further.append((form, words))
    if len(used) + 1 >= _MAX_DEPTH:
        return ""
    return next(filter(None, (_after_bounds(form, (*used, words)) for form, words in further)), "")


def _is_linear(form: Expr, slack: Symbol) -> bool:
    """Whether the form is a nonnegative multiple of the slack, plus nothing or something nonnegative."""
    if any(_is_pieced(node) for node in depends_on(form, slack)):
        return False
    slope = simplify(evaluate_derivatives(derivative_node(form, slack)))
    if slack in symbols(slope) or not is_nonnegative(slope):
        return False
    rest = substitute(form, {slack: zeros(slack.shape)})
    return is_nonnegative(simplify(rest)) or prove_equal(rest, zeros(rest.shape), seconds=1.0) is not None


def _is_pieced(node: Expr) -> bool:
    """Whether a node jumps or has kinks: its slope does not tell how it grows."""
    if isinstance(node, Apply):
        return node.function.jumps or node.function.kinks is not None or node.function.name == "where"
    return isinstance(node, Along | OneHot)


def _bounds(node: Expr, root: Expr) -> Iterator[tuple[str, Expr, Symbol]]:
    """Each known bound on a node as an equation with a slack: the words, what stands for the node, the slack."""
    slack = _slack(node, root)
    if isinstance(node, Symbol) and node.domain.facts & {"probability", "unit", "binary"}:
        yield f"{node.name} <= 1", full(1, node.shape) - slack, slack
    if isinstance(node, Apply):
        for words, rule in _BOUNDS.get(node.function.name, ()):
            bound = rule(*node.args, slack)
            if bound is not None:
                yield words, bound, slack


def _slack(node: Expr, root: Expr) -> Symbol:
    """A new nonnegative symbol in the shape of ``node``."""
    taken = {symbol.name for symbol in symbols(root, node)}
    name = next(name for k in count() if (name := f"r{k}") not in taken)
    return symbol_node(name, node.shape, DOMAINS["nonnegative"])


def _indicator(a: Expr, b: Expr, r: Expr) -> Expr | None:
    """``[a >= b] <= a / b`` for nonnegative ``a`` and positive ``b``."""
    return a / b - r if is_nonnegative(a) and is_positive(b) else None


def _most_one(*args: Expr) -> Expr:
    return full(1, args[0].shape) - args[-1]


def _least_minus_one(*args: Expr) -> Expr:
    return args[-1] - full(1, args[0].shape)


_RANGE = (("the range of the function", _most_one), ("the range of the function", _least_minus_one))
_BELOW_ONE = (("the range of the function", _most_one),)
_BOUNDS: dict[str, tuple[tuple[str, Callable[..., Any]], ...]] = {
    "log": (
        ("log t <= t - 1", lambda t, r: t - 1 - r),
        ("log t >= 1 - 1/t", lambda t, r: 1 - 1 / t + r),
    ),
    "log1p": (("log(1 + t) <= t", lambda t, r: t - r),),
    "exp": (
        ("exp t >= 1 + t", lambda t, r: 1 + t + r),
        ("exp t <= 1 for t <= 0", lambda t, r: 1 - r if is_nonnegative(simplify(-t)) else None),
    ),
    "abs": (("|t| >= t", lambda t, r: t + r), ("|t| >= -t", lambda t, r: r - t)),
    "relu": (("relu t >= t", lambda t, r: t + r),),
    "softplus": (("softplus t >= t", lambda t, r: t + r),),
    "maximum": (("max(a, b) >= a", lambda a, b, r: a + r), ("max(a, b) >= b", lambda a, b, r: b + r)),
    "minimum": (("min(a, b) <= a", lambda a, b, r: a - r), ("min(a, b) <= b", lambda a, b, r: b - r)),
    "sin": _RANGE,
    "cos": _RANGE,
    "tanh": _RANGE,
    "erf": _RANGE,
    "sign": _RANGE,
    "sigmoid": _BELOW_ONE,
    "normal_cdf": _BELOW_ONE,
    "greater": (*_BELOW_ONE, ("[a > b] <= a/b", _indicator)),
    "greater_equal": (*_BELOW_ONE, ("[a >= b] <= a/b", _indicator)),
    "less": _BELOW_ONE,
    "less_equal": _BELOW_ONE,
    "equal": _BELOW_ONE,
    "not_equal": _BELOW_ONE,
}
