"""Sums multiplied out and like terms collected, so that a substituted Lagrangian comes out short."""

from __future__ import annotations

from fractions import Fraction

from symml.calculus.canonical import add_terms
from symml.calculus.facts import is_nonnegative, is_pd, is_positive, is_symmetric, rational
from symml.calculus.moments.collect import collected
from symml.calculus.normal import prove_equal
from symml.calculus.simplify import simplify
from symml.expr.arithmetic import is_zero, rational_power, scale, zeros
from symml.expr.build import logdet, softmax
from symml.expr.contract import contract
from symml.expr.domains import DOMAINS
from symml.expr.functions import exp, log
from symml.expr.nodes import (
    ONE,
    Add,
    Along,
    Apply,
    Contract,
    Expr,
    Linalg,
    Power,
    Symbol,
    constant,
    extent,
    symbol_node,
)
from symml.expr.walk import substitute, symbols, topological, transform
from symml.optimize.expand import addends
from symml.optimize.rational import LONGEST, components, lowest_terms
from symml.render import text


def tidy(node: Expr) -> Expr:
    """The shortest spelling in print: simplified, with collected terms, or with coefficients in lowest terms."""
    plain = simplify(transform(node, _scaled_logdet))
    names: dict[Expr, Expr] = {
        part: _named(part) for part in topological(plain) if isinstance(part, Linalg) and part.args[0].args
    }
    hidden = substitute(plain, names) if names else plain
    short = _shortest(simplify(transform(hidden, _with_tidy_base)))
    while set(symbols(short)) & set(names.values()):
        short = substitute(short, {name: part for part, name in names.items() if name in symbols(short)})
    return simplify(short) if names else short


def _named(part: Linalg) -> Symbol:
    """A matrix function of something long counts as a symbol: terms are collected around it, not inside."""
    domain = "spd" if is_pd(part) else "symmetric" if len(part.shape) == 2 and is_symmetric(part) else "real"
    return symbol_node(f"M{part.uid}", part.shape, DOMAINS[domain])


def _with_tidy_base(node: Expr) -> Expr | None:
    """A power of the shortest spelling of its base."""
    if isinstance(node, Power) and node.shape and not isinstance(node.args[0], Symbol):
        return rational_power(_shortest(node.args[0]), node.exponent)
    return None


def _shortest(plain: Expr) -> Expr:
    plain = simplify(transform(plain, _recognized))
    if is_zero(plain):
        return plain
    flat = simplify(collected(addends(plain), longest=LONGEST))
    forms = [spread(simplify(transform(form, _recognized))) for form in (flat, plain, *lowest_terms(flat))]
    return min(forms, key=print_length)


def print_length(node: Expr) -> tuple[int, int]:
    """How long an expression is in print: letters, signs and brackets; ones and identities cost more."""
    shown = text.show(node)
    return sum(_COSTS.get(letter, 1) for letter in shown), len(shown)


_COSTS = {" ": 0, ")": 0, "𝟏": 2, "I": 3}


def spread(node: Expr) -> Expr:
    """A number times a sum, term by term."""
    axes = tuple(range(len(node.shape)))
    plain = isinstance(node, Contract) and node.subs == (axes,) and len(node.dims) == len(axes)
    if isinstance(node, Contract) and plain and isinstance(node.args[0], Add):
        return add_terms([scale(node.coef, term) for term in node.args[0].args])
    return node


def _recognized(node: Expr) -> Expr | None:
    """exp(k log x) = x^k;  log(1/x) = -log(x);  numbers stand outside powers and roots"""
    if isinstance(node, Apply) and node.function is log:
        inner = node.args[0]
        if isinstance(inner, Power) and inner.exponent == -1:
            return scale(-1, log(inner.args[0]))
    if isinstance(node, Apply) and node.function is exp:
        coef, inner = unscaled(node.args[0])
        if coef.denominator == 1 and isinstance(inner, Apply) and inner.function is log:
            return rational_power(inner.args[0], coef)
    if isinstance(node, Power):
        coef, base = unscaled(node.args[0])
        value = rational(base)
        if value is not None and value.numerator == 1 and value != 1:
            return rational_power(constant(1 / value), -node.exponent)
        outer = rational_power(constant(coef), node.exponent) if coef > 0 or node.exponent.denominator == 1 else None
        number = None if outer is None else rational(simplify(outer))
        if coef != 1 and number is not None:
            return scale(number, rational_power(base, node.exponent))
        return _root_of_product(node)
    return _as_softmax(node)


def _root_of_product(node: Power) -> Expr | None:
    """sqrt(a b) = sqrt(a) sqrt(b) of numbers that are not negative; 1/y = y of signs"""
    base = node.args[0]
    if node.exponent == -1 and isinstance(base, Symbol) and "sign" in base.domain.facts:
        return base
    if node.shape or node.exponent.denominator == 1 or not isinstance(base, Contract):
        return None
    parts = [contract(items, ()) for items, _ in components(base)]
    if len(parts) < 2 or base.coef <= 0 or not all(map(is_nonnegative, parts)):
        return None
    parts[0] = scale(base.coef, parts[0])
    return contract([(rational_power(part, node.exponent), ()) for part in parts], (), merge=lambda arg: False)


def _scaled_logdet(node: Expr) -> Expr | None:
    """log det(c M) = d log(c) + log det(M) with a positive number c"""
    if not isinstance(node, Linalg) or node.function.name != "logdet" or not isinstance(node.args[0], Contract):
        return None
    matrix = node.args[0]
    numbers = [(arg, ()) for arg, sub in zip(matrix.args, matrix.subs, strict=True) if not sub]
    number = contract(numbers, (), coef=matrix.coef)
    if number is ONE or not is_positive(number):
        return None
    rest = [(arg, sub) for arg, sub in zip(matrix.args, matrix.subs, strict=True) if sub]
    inner = simplify(logdet(contract(rest, (0, 1), dims=dict(enumerate(matrix.shape)))))
    count = extent(matrix.shape[0]) if not isinstance(matrix.shape[0], int) else constant(Fraction(matrix.shape[0]))
    return inner + count * log(number)


def unscaled(node: Expr) -> tuple[Fraction, Expr]:
    """The number in front of a product, and the rest."""
    if isinstance(node, Contract) and node.coef not in (0, 1) and node.args:
        axes = tuple(range(len(node.shape)))
        return node.coef, contract([(node, axes)], axes, coef=1 / node.coef, merge=lambda arg: arg is node)
    return Fraction(1), node


def _as_softmax(node: Expr) -> Expr | None:
    """w exp(z - logsumexp(z + log w)) = softmax(z + log w)"""
    found = _weights_and_exponent(node)
    if found is None:
        return None
    weights, exponent = found
    for form in (exponent, *lowest_terms(exponent)[:1]):
        terms = addends(form)
        for k, term in enumerate(terms):
            total = _minus_logsumexp(term)
            rest = terms[:k] + terms[k + 1 :]
            if total is not None and total.args[0].shape == node.shape:
                whole = add_terms(rest) if rest else zeros(node.shape)
                whole = whole if weights is None else simplify(whole + log(weights))
                if prove_equal(whole, total.args[0]) is not None:
                    return softmax(total.args[0], total.axes[0])
    return None


def _weights_and_exponent(node: Expr) -> tuple[Expr | None, Expr] | None:
    """w and z of a product ``w exp(z)``, entry by entry, with positive w."""
    if isinstance(node, Apply) and node.function is exp and node.shape:
        return None, node.args[0]
    if not isinstance(node, Contract) or len(node.dims) > len(node.shape) or len(node.args) < 2:
        return None
    axes = tuple(range(len(node.shape)))
    items = list(zip(node.args, node.subs, strict=True))
    powers = [a for a, s in items if isinstance(a, Apply) and a.function is exp and s == axes]
    if len(powers) != 1:
        return None
    weights = contract(
        [i for i in items if i[0] is not powers[0]], axes, coef=node.coef, dims=dict(enumerate(node.shape))
    )
    return (weights, powers[0].args[0]) if is_positive(weights) else None


def _minus_logsumexp(term: Expr) -> Along | None:
    """The logsumexp along one axis of a term that is minus it, the same along that axis."""
    if not isinstance(term, Contract) or term.coef != -1 or len(term.args) != 1:
        return None
    inner, sub = term.args[0], term.subs[0]
    if not isinstance(inner, Along) or inner.function.name != "logsumexp" or len(inner.axes) != 1:
        return None
    others = tuple(k for k in range(len(term.shape)) if k != inner.axes[0])
    return inner if sub == others else None
