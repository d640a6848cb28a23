"""Dual functions as books write them: entropies, squared norms, and what the conditions say put in."""

from __future__ import annotations

from collections.abc import Sequence

from symml.calculus.canonical import add_terms
from symml.calculus.differentiate import derivative
from symml.calculus.simplify import simplify
from symml.expr import functions
from symml.expr.arithmetic import full, is_zero, scale, zeros
from symml.expr.contract import contract
from symml.expr.domains import DOMAINS
from symml.expr.nodes import Apply, Contract, Expr, Symbol, symbol_node
from symml.expr.walk import substitute, symbols, topological, transform
from symml.optimize.dual_problem import Bound
from symml.optimize.expand import is_polynomial
from symml.optimize.grams import with_norms
from symml.optimize.rational import components
from symml.optimize.terms import print_length, tidy


def polished(value: Expr, bounds: Sequence[Bound], multipliers: Sequence[Symbol]) -> Expr:
    """The shortest spelling of a dual function under its conditions."""
    value = _with_signs(value, bounds)
    forms = [value, with_norms(value)]
    for bound in bounds:
        if bound.relation == "==" and not bound.left.shape:
            forms += [_with_sum(form, bound.left, multipliers) for form in list(forms)]
    forms += [with_norms(tidy(form)) for form in list(forms)]
    shortest = min(forms, key=print_length)
    return _by_logs(shortest)


def _with_signs(value: Expr, bounds: Sequence[Bound]) -> Expr:
    """Simplified where multipliers that a condition makes positive are positive."""
    known = [b.left for b in bounds if b.relation == ">" and isinstance(b.left, Symbol)]
    signed: dict[Expr, Expr] = {m: symbol_node(m.name, m.shape, DOMAINS["positive"]) for m in known}
    if not signed:
        return value
    return substitute(tidy(substitute(value, signed)), {v: k for k, v in signed.items()})


def _with_sum(value: Expr, equation: Expr, multipliers: Sequence[Symbol]) -> Expr:
    """What an equation between numbers says of a sum of multipliers, put in: ``sum(alpha) = 1``."""
    terms = list(equation.args) if not isinstance(equation, Contract) else [equation]
    moving = [t for t in terms if set(symbols(t)) & set(multipliers)]
    if len(moving) != 1 or not isinstance(moving[0], Contract):
        return value
    rest = [t for t in terms if t is not moving[0]]
    known = scale(-1 / moving[0].coef, add_terms(rest)) if rest else zeros(())
    items = list(zip(moving[0].args, moving[0].subs, strict=True))
    total = contract(items, (), merge=lambda arg: True)

    def put(node: Expr) -> Expr | None:
        if node is total:
            return known
        if isinstance(node, Contract) and not node.shape and len(node.args) > 1:
            parts = [contract(part, ()) for part, _ in components(node)]
            if total in parts and len(parts) > 1:
                factors = [(known if part is total else part, ()) for part in parts]
                return contract(factors, (), coef=node.coef)
        return None

    return tidy(transform(value, put))


def _by_logs(value: Expr) -> Expr:
    """softplus(logit(u)) and logit(u) by log(u) and log(1 - u), each logarithm with one coefficient."""
    opened = simplify(transform(transform(value, _softplus_of_logit), _log_odds))
    if opened is simplify(value):
        return value
    logs = [n for n in topological(opened) if isinstance(n, Apply) and n.function is functions.log]
    names: dict[Expr, Symbol] = {node: symbol_node(f"L{node.uid}", node.shape) for node in logs}
    flat = transform(opened, lambda node: names.get(node))
    weights = {name: tidy(derivative(flat, name)) for name in names.values()}
    if not all(is_polynomial(flat, name) for name in weights) or set(weights) & set(symbols(*weights.values())):
        return value
    rest = tidy(substitute(flat, {name: zeros(name.shape) for name in weights}))
    terms = [] if is_zero(rest) else [rest]
    for node, name in names.items():
        axes = tuple(range(len(node.shape)))
        terms.append(contract([(weights[name], axes), (node, axes)], ()))
    return add_terms(terms[1:] + terms[:1] if not is_zero(rest) else terms)


def _softplus_of_logit(node: Expr) -> Expr | None:
    if not isinstance(node, Apply) or node.function is not functions.softplus:
        return None
    inner = node.args[0]
    if not isinstance(inner, Apply) or inner.function is not functions.logit:
        return None
    return scale(-1, functions.log(full(1, inner.shape) - inner.args[0]))


def _log_odds(node: Expr) -> Expr | None:
    if not isinstance(node, Apply) or node.function is not functions.logit:
        return None
    u = node.args[0]
    return functions.log(u) - functions.log(full(1, u.shape) - u)
