"""Logarithms: of products, of sums of exponentials, of complements, and the sums in which they cancel."""

from __future__ import annotations

from fractions import Fraction

from symml.calculus.facts import is_pd, is_positive
from symml.expr import functions as F
from symml.expr.arithmetic import full, scale
from symml.expr.nodes import Add, Apply, Constant, Expr, Linalg, constant, linalg_node
from symml.kernels import monomials as M
from symml.kernels.monomials import UNIT, Monomial, Sum
from symml.kernels.rewrites.row import Row, is_call, terms
from symml.kernels.rows import (
    log1mexp,
    log1p_square,
    log_complement_quotient,
    log_cosh,
    log_normal_cdf,
    log_quotient,
)

_ONE = Fraction(1)


# ---- one logarithm ---------------------------------------------------------------------------------------------------
def logarithm_of_quotient(node: Expr) -> Expr | None:
    """log(x / (1 - x)) = logit(x); log((1 + x) / (1 - x)) = 2 artanh(x); log(x / y) sharp near x = y"""
    found = M.single(terms(node.args[0])) if is_call(node, F.log) else None
    if found is None or found[0] != 1 or len(found[1]) != 2:
        return None
    exponents = {p: atom for (atom, labels), p in found[1] if labels == tuple(range(len(node.shape)))}
    if set(exponents) != {_ONE, -_ONE}:
        return None
    top, low = exponents[_ONE], exponents[-_ONE]
    first, second = complement(top), complement(low)
    if second is not None and second is top:
        return F.logit(top)
    if first is not None and first is low:
        return -F.logit(low)
    if first is not None and second is not None:
        both = scale(-1, first) is second or first is scale(-1, second)
        return 2 * F.arctanh(second) if both else log_complement_quotient(first, second)
    if any(is_call(part, F.exp, F.gamma, F.power) or isinstance(part, Constant) for part in (top, low)):
        return None
    return log_quotient(top, low)


def complement(node: Expr) -> Expr | None:
    """``x`` of ``1 - x``."""
    if not isinstance(node, Add) or len(node.args) != 2:
        return None
    one = full(1, node.shape)
    rest = [arg for arg in node.args if arg is not one]
    return scale(-1, rest[0]) if len(rest) == 1 else None


def logarithm_of_product(node: Expr) -> Expr | None:
    """log(e^a b / c) = a + log(b) - log(c) where a product over- or underflows; log(a^p) = p log(a)"""
    found = M.single(terms(node.args[0])) if is_call(node, F.log) else None
    if found is None or found[0] <= 0 or not found[1]:
        return None
    coef, monomial = found
    is_wild = any(is_call(atom, F.exp, F.gamma, F.power) or _grows_as_square(atom) for (atom, _), _ in monomial)
    ((_, p), *more) = monomial
    if not is_wild and (more or coef != 1 or p == 1):
        return None
    signed = [q for (atom, _), q in monomial if not is_positive(atom)]
    if len(signed) > 1 or any(q.denominator != 1 or q % 2 == 0 for q in signed):
        return None
    return M.build(split_logarithm(coef, monomial), node.shape)


def _grows_as_square(atom: Expr) -> bool:
    """Whether an atom is 1 + x^2."""
    found = terms(atom) if isinstance(atom, Add) else {}
    if len(found) != 2 or found.get(UNIT) != 1:
        return False
    ((monomial, coef),) = ((m, c) for m, c in found.items() if m != UNIT)
    return coef > 0 and M.square_root(monomial) is not None


def split_logarithm(coef: Fraction, monomial: Monomial) -> Sum:
    """The logarithm of a term as a sum over its factors."""
    parts = [M.scaled(_log_of(atom, labels), p) for (atom, labels), p in monomial]
    return M.added([_log_of_number(coef), *parts])


def _log_of_number(coef: Fraction) -> Sum:
    parts = [(coef.numerator, _ONE), (coef.denominator, -_ONE)]
    return {M.atom_of(F.log(constant(value))): sign for value, sign in parts if value != 1}


def _log_of(atom: Expr, labels: M.Labels) -> Sum:
    """The logarithm of one atom as a sum."""
    if is_call(atom, F.exp):
        return M.expand(atom.args[0], labels=labels)
    if is_call(atom, F.gamma):
        return {M.atom_of(F.lgamma(atom.args[0]), labels): _ONE}
    if is_call(atom, F.power):
        base, exponent = atom.args
        return M.multiplied(M.expand(exponent, labels=labels), _log_of(base, labels))
    plain = constant(atom.value) if isinstance(atom, Constant) else atom
    return {M.atom_of(F.log(plain), labels if plain.shape else ()): _ONE}


def logarithm_of_exponentials(node: Expr) -> Expr | None:
    """log(e^a + e^b + 1) = logaddexp(a, logaddexp(b, 0)); log(1 - e^a) = log1mexp(a)"""
    if not is_call(node, F.log, F.log1p):
        return None
    found = dict(terms(node.args[0]))
    term = M.single(found)
    if term is not None and is_call(node, F.log) and term[0] == -1 and len(term[1]) == 1:
        (((atom, _), p),) = term[1]
        return log1mexp(atom.args[0]) if p == 1 and is_call(atom, F.expm1) else None
    if is_call(node, F.log1p):
        found = M.added([found, {UNIT: _ONE}])
    powers = [_exponent(monomial, coef, node) for monomial, coef in found.items()]
    if len(found) == 2 and set(found.values()) == {_ONE, -_ONE}:
        low = next(m for m, c in found.items() if c == -1)
        top = next(m for m, c in found.items() if c == 1)
        if top == UNIT and (power := _exponent(low, _ONE, node)) is not None:
            return log1mexp(power)
    if len(found) < 2 or any(power is None for power in powers):
        return None
    total, *rest = sorted((p for p in powers if p is not None), key=lambda p: (p.uid, p is full(0, node.shape)))
    for power in rest:
        total = F.logaddexp(total, power)
    return total


def _exponent(monomial: Monomial, coef: Fraction, node: Expr) -> Expr | None:
    """``a`` of the term ``e^a``; 0 of 1."""
    if coef != 1:
        return None
    if monomial == UNIT:
        return full(0, node.shape)
    ((atom, labels), p), *more = monomial
    plain = not more and p == 1 and is_call(atom, F.exp) and labels == tuple(range(len(node.shape)))
    return atom.args[0] if plain else None


def logarithm_near_one(node: Expr) -> Expr | None:
    """log(1 + x) = log1p(x)"""
    if not is_call(node, F.log) or not isinstance(node.args[0], Add):
        return None
    one, rest = full(1, node.shape), list(node.args[0].args)
    if one not in rest:
        return None
    rest.remove(one)
    return F.log1p(M.build(M.added(map(terms, rest)), node.shape) if len(rest) > 1 else rest[0])


def logarithm_of_one_plus_square(node: Expr) -> Expr | None:
    """log(1 + x^2) without overflow"""
    found = M.single(terms(node.args[0])) if is_call(node, F.log1p) else None
    if found is None or found[0] <= 0:
        return None
    coef, monomial = found
    root, number = M.square_root(monomial), M.root_of(coef)
    return None if root is None or number is None or not monomial else log1p_square(M.build({root: number}, node.shape))


def logarithm_of_tails(node: Expr) -> Expr | None:
    """log Phi(x) and log cosh(x) where Phi underflows and cosh overflows; log det(A) of a positive definite matrix"""
    if not is_call(node, F.log):
        return None
    inner = node.args[0]
    if is_call(inner, F.normal_cdf):
        return log_normal_cdf(inner.args[0])
    if is_call(inner, F.cosh):
        return log_cosh(inner.args[0])
    if isinstance(inner, Linalg) and inner.function.name == "det" and is_pd(inner.args[0]):
        return linalg_node(F.MATRIX_FUNCTIONS["logdet"], inner.args[0])
    return None


ROWS = (
    Row(
        "log(x/(1 - x)) = logit(x); log(x/y) = log1p((x - y)/y) near x = y",
        "where the left side exists",
        (Apply,),
        logarithm_of_quotient,
        "log",
        ("log(x/(1 - x))", "x: unit"),
    ),
    Row(
        "log(1 - e^x) = log(-expm1(x)) or log1p(-e^x)",
        "x < 0",
        (Apply,),
        logarithm_of_exponentials,
        "log log1p",
        ("log(exp(x) + exp(y) + 1)", "x: real, y: real"),
    ),
    Row("log(1 + x) = log1p(x)", "x > -1", (Apply,), logarithm_near_one, "log", ("log(1 + x)", "x: positive")),
    Row(
        "log(1 + x^2) = 2 log(hypot(1, x))",
        "everywhere",
        (Apply,),
        logarithm_of_one_plus_square,
        "log1p",
        ("log1p(x**2)", "x: real"),
    ),
    Row(
        "log Phi(x), log cosh(x), log det(A)",
        "A positive definite",
        (Apply,),
        logarithm_of_tails,
        "log",
        ("log(cosh(x))", "x: real"),
    ),
    Row(
        "log(a^p b/c) = p log(a) + log(b) - log(c)",
        "a, c positive",
        (Apply,),
        logarithm_of_product,
        "log",
        ("log(exp(x)/y)", "x: real, y: positive"),
    ),
)
