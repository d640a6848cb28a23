"""Rules for sums: flatten, take out common factors, make diagonals of deltas, drop centered sums, multiply out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from itertools import product

from symml.calculus.canonical import add_terms
from symml.calculus.simplify.products import base_and_exponent
from symml.calculus.simplify.rule import Rule, Uses, carriers, items_of, remake
from symml.expr.arithmetic import full, is_zero, rational_power, scale, zeros
from symml.expr.contract import Factor, contract, is_light
from symml.expr.functions import sigmoid
from symml.expr.nodes import Add, Apply, Constant, Contract, Expr, Eye, Power, add_node

_ONE = Fraction(1)
_MAX_EXPANDED = 16


def flatten(node: Expr, uses: Uses) -> Expr | None:
    """a + (b - (c + d)) = a + b - c - d"""
    assert isinstance(node, Add)
    terms: list[Expr] = []
    for arg in node.args:
        coef, inner = _signed_sum(arg)
        opened = inner is not None and (arg in uses.once or len(node.args) == 1)
        terms += [scale(coef, term) for term in inner.args] if opened and inner is not None else [arg]
    return add_terms(terms) if len(terms) > len(node.args) else None


def _signed_sum(node: Expr) -> tuple[Fraction, Add | None]:
    """(c, sum) of ``c * sum`` for a mere number c."""
    if isinstance(node, Add):
        return _ONE, node
    if not isinstance(node, Contract) or len(node.args) != 1 or not isinstance(node.args[0], Add):
        return _ONE, None
    in_place = node.subs[0] == tuple(range(len(node.dims))) and len(node.dims) == len(node.shape)
    return (node.coef, node.args[0]) if in_place else (_ONE, None)


def collect(node: Expr, uses: Uses) -> Expr | None:
    """2a + 3a = 5a;  a - a = 0"""
    assert isinstance(node, Add)
    terms = [arg for arg in node.args if not is_zero(arg)]
    return (add_terms(terms) if terms else zeros(node.shape)) if len(terms) < len(node.args) else add_terms(terms)


# ---- common factors --------------------------------------------------------------------------------------------------
def common_factor(node: Expr, uses: Uses) -> Expr | None:
    """2a - 2b = 2(a - b);  c a - c^2 b = c(a - c b);  factors that carry only free axes, terms used once"""
    assert isinstance(node, Add)
    if not all(arg in uses.once or not isinstance(arg, Contract) for arg in node.args):
        return None
    parts = [_free_factors(arg) for arg in node.args]
    coef = _common_number([c for c, _ in parts])
    has_delta = any(_carries_delta(arg) for arg in node.args)
    common: list[tuple[Expr, Fraction, tuple[int, ...]]] = []
    for base, sub in parts[0][1]:
        found = [own.get((base, sub)) for _, own in parts]
        exponents = [e for e in found if e is not None]
        mixed = len(exponents) < len(parts) or len({e > 0 for e in exponents}) > 1
        if not mixed and not (has_delta and sub):
            common.append((base, min(exponents, key=abs), sub))
    if not common and (coef == 1 or (not node.shape and len(node.args) < 3 and coef == -1)):
        return None
    return _factored(node, coef, common)


def _common_number(coefs: list[Fraction]) -> Fraction:
    sizes = {abs(c) for c in coefs}
    size = sizes.pop() if len(sizes) == 1 else _ONE
    return -size if all(c < 0 for c in coefs) else size


def _factored(node: Add, coef: Fraction, common: list[tuple[Expr, Fraction, tuple[int, ...]]]) -> Expr:
    rank = len(node.shape)
    axes, dims = tuple(range(rank)), dict(enumerate(node.shape))
    terms = [_divided(term, 1 / coef, common) for term in node.args]
    outside: list[Factor] = [(rational_power(base, e), sub) for base, e, sub in common]
    return contract([*outside, (add_node(tuple(terms)), axes)], axes, coef=coef, dims=dims)


def _divided(term: Expr, coef: Fraction, common: list[tuple[Expr, Fraction, tuple[int, ...]]]) -> Expr:
    """The term without the common factors."""
    owed = {(base, sub): e for base, e, sub in common}
    kept: list[Factor] = []
    rank = len(term.shape)
    for arg, sub in _factors(term):
        base, exponent = base_and_exponent(arg)
        debt = owed.get((base, sub))
        if debt is None:
            kept.append((arg, sub))
            continue
        share = exponent if abs(exponent) <= abs(debt) else debt
        owed[base, sub] = debt - share
        if exponent != share:
            kept.append((rational_power(base, exponent - share), sub))
    number = term.coef if isinstance(term, Contract) else _number(term)
    return contract(kept, range(rank), coef=coef * number, dims=dict(enumerate(term.shape)))


def _factors(term: Expr) -> list[tuple[Expr, tuple[int, ...]]]:
    if isinstance(term, Contract):
        return items_of(term)
    if isinstance(term, Constant) and isinstance(term.value, Fraction):
        return []
    return [(term, tuple(range(len(term.shape))))]


def _number(term: Expr) -> Fraction:
    return term.value if isinstance(term, Constant) and isinstance(term.value, Fraction) else _ONE


def _free_factors(term: Expr) -> tuple[Fraction, dict[tuple[Expr, tuple[int, ...]], Fraction]]:
    """The number in front, and the exponent of each factor whose axes are all free."""
    rank = len(term.shape)
    found: Counter[tuple[Expr, tuple[int, ...]]] = Counter()
    factors = _factors(term)
    for arg, sub in factors:
        if all(i < rank for i in sub) and len(set(sub)) == len(sub) and not isinstance(arg, Eye):
            base, exponent = base_and_exponent(arg)
            found[base, sub] += exponent  # type: ignore[assignment] # Counter counts in fractions here
    number = term.coef if isinstance(term, Contract) else _number(term)
    whole = len(factors) == 1 and bool(factors[0][0].shape) and number in (1, -1)
    return number, {} if whole else dict(found)  # type: ignore[arg-type] # fractions, see above


def _carries_delta(term: Expr) -> bool:
    return isinstance(term, Eye) or any(isinstance(arg, Eye) for arg in term.args)


# ---- deltas, centered sums, traces -----------------------------------------------------------------------------------
def delta_makes_diagonal(node: Expr, uses: Uses) -> Expr | None:
    """s_j (delta_ij - s_i) = delta_ij s_j - s_i s_j, where a delta with both ends free makes a diagonal"""
    assert isinstance(node, Contract)
    items = items_of(node)
    for k, (arg, sub) in enumerate(items):
        if not isinstance(arg, Add) or not _has_delta(arg):
            continue
        others = {i for j, (_, s) in enumerate(items) if j != k for i in s}
        if not others & set(sub) or not any(_free_delta(term, sub, len(node.shape)) for term in arg.args):
            continue
        return add_terms([_with_term(node, k, term) for term in arg.args])
    return None


def _has_delta(total: Add) -> bool:
    """Whether a term of a sum carries a delta; found once for each sum."""
    memo = total.memo
    if memo is None:
        memo = total.memo = {}
    if "has_delta" not in memo:
        memo["has_delta"] = any(map(_carries_delta, total.args))
    return bool(memo["has_delta"])


def _with_term(node: Contract, k: int, term: Expr) -> Expr:
    items = items_of(node)
    items[k] = (term, items[k][1])
    return remake(node, items, merge=lambda arg: is_light(arg) or arg is term)


def _free_delta(term: Expr, sub: tuple[int, ...], rank: int) -> bool:
    """Whether the term, placed at ``sub``, is a delta between two output axes."""
    if isinstance(term, Eye):
        return all(i < rank for i in sub)
    if not isinstance(term, Contract):
        return False
    own = len(term.shape)
    return any(isinstance(arg, Eye) and all(i < own and sub[i] < rank for i in where) for arg, where in items_of(term))


def _lonely(node: Contract, sub: tuple[int, ...]) -> list[int]:
    """The summed indices that stand on one factor only."""
    return [i for i in sub if i >= len(node.shape) and carriers(node, i) == 1]


def centered_sum(node: Expr, uses: Uses) -> Expr | None:
    """sum(x - mean(x)) = 0, and terms of a sum that sum to zero are dropped"""
    assert isinstance(node, Contract)
    for k, (arg, sub) in enumerate(items_of(node)):
        if not isinstance(arg, Add):
            continue
        lonely = _lonely(node, sub)
        if not lonely:
            continue
        kept = [i for i in sub if i not in lonely]
        if is_zero(add_terms([_summed(term, sub, kept) for term in arg.args])):
            return zeros(node.shape)
        left = [term for term in arg.args if not _vanishes(_summed(term, sub, kept, whole=False), uses)]
        if len(left) < len(arg.args):
            items = items_of(node)
            items[k] = (add_terms(left) if left else zeros(arg.shape), sub)
            return remake(node, items)
    return None


def _summed(term: Expr, sub: tuple[int, ...], kept: list[int], whole: bool = True) -> Expr:
    dims = {i: dim for i, dim in zip(sub, term.shape, strict=True) if i in kept}
    return _collected(contract([(term, sub)], kept, dims=dims, merge=lambda arg: whole or arg is term or is_light(arg)))


def _vanishes(node: Expr, uses: Uses) -> bool:
    if not isinstance(node, Contract) or not any(isinstance(arg, Add) for arg in node.args):
        return False
    after = centered_sum(node, uses)
    return after is not None and is_zero(after)


def trace_of_sum(node: Expr, uses: Uses) -> Expr | None:
    """tr(A + B) = tr A + tr B"""
    assert isinstance(node, Contract)
    arrays = [k for k, arg in enumerate(node.args) if arg.shape]
    if node.shape or len(arrays) != 1 or len(node.dims) != 1:
        return None
    arg = node.args[arrays[0]]
    if not isinstance(arg, Add) or len(arg.shape) != 2:
        return None
    return add_terms([_with_term(node, arrays[0], term) for term in arg.args])


# ---- expanding where it cancels --------------------------------------------------------------------------------------
def size(node: Expr) -> int:
    """How many factors a sum of products is written with."""
    total, stack = 0, [node]
    while stack:
        part = stack.pop()
        if isinstance(part, Add):
            stack += part.args
        elif isinstance(part, Contract):
            stack += [arg for arg in part.args if isinstance(arg, Add)]
            total += sum(not isinstance(arg, Add) for arg in part.args) + (not part.args)
        else:
            total += 1
    return total


def expand_and_cancel(node: Expr, uses: Uses) -> Expr | None:
    """y (1 - p) - (1 - y) p = y - p: multiply out where that is shorter"""
    assert isinstance(node, Add)
    if not any(_sums_inside(arg) for arg in node.args):
        return None
    terms = [_one_sigmoid(arg, node) for arg in node.args]
    expanded: list[Expr] = []
    for term in terms:
        expanded += list(_expanded(term))
        if len(expanded) > _MAX_EXPANDED:
            return None
    result = add_terms(expanded)
    return result if size(result) < size(node) else None


def _sums_inside(term: Expr) -> bool:
    if not isinstance(term, Contract):
        return False
    return any(isinstance(arg, Add) or _negated_sigmoid(arg) is not None for arg in term.args)


def _expanded(term: Expr) -> Iterator[Expr]:
    """The products of a product of sums."""
    if not isinstance(term, Contract):
        yield from term.args if isinstance(term, Add) else (term,)
        return
    choices = [arg.args if isinstance(arg, Add) else (arg,) for arg in term.args]
    for chosen in product(*choices):
        yield _collected(remake(term, zip(chosen, term.subs, strict=True), merge=partial(_light_or_in, set(chosen))))


def _light_or_in(chosen: set[Expr], node: Expr) -> bool:
    return node in chosen or is_light(node)


def _collected(node: Expr) -> Expr:
    """A product with the powers of each factor collected."""
    if not isinstance(node, Contract):
        return node
    powers: dict[tuple[Expr, tuple[int, ...]], Fraction] = {}
    for arg, sub in items_of(node):
        base, exponent = base_and_exponent(arg)
        powers[base, sub] = powers.get((base, sub), Fraction(0)) + exponent
    items = [(rational_power(base, e) if e else full(1, base.shape), sub) for (base, sub), e in powers.items()]
    return remake(node, items)


def _negated_sigmoid(node: Expr) -> Expr | None:
    """``u`` of ``sigma(-u)``."""
    if isinstance(node, Apply) and node.function is sigmoid:
        inner = node.args[0]
        if isinstance(inner, Contract) and inner.coef < 0:
            return scale(-1, inner)
    return None


def _one_sigmoid(term: Expr, whole: Add) -> Expr:
    """The term with sigma(-u) as 1 - sigma(u) where sigma(u) stands in the same sum."""
    if not isinstance(term, Contract):
        return term
    present = {arg for part in whole.args for arg in (part.args if isinstance(part, Contract) else (part,))}
    items = items_of(term)
    changed = False
    for k, (arg, sub) in enumerate(items):
        u = _negated_sigmoid(arg)
        if u is not None and sigmoid(u) in present:
            items[k] = (add_node((full(1, arg.shape), scale(-1, sigmoid(u)))), sub)
            changed = True
    return remake(term, items) if changed else term


def power_of_difference(node: Expr, uses: Uses) -> Expr | None:
    """(-a)^2 = a^2 for sums whose terms are all negative"""
    assert isinstance(node, Power)
    inner = node.args[0]
    if node.exponent.denominator != 1 or node.exponent % 2 or not isinstance(inner, Add):
        return None
    if all(isinstance(arg, Contract) and arg.coef < 0 for arg in inner.args):
        return rational_power(add_node(tuple([scale(-1, arg) for arg in inner.args])), node.exponent)
    return None


RULES = (
    Rule("flatten the sum", (Add,), flatten, quiet=True),
    Rule("collect like terms", (Add,), collect),
    Rule("multiply out and cancel", (Add,), expand_and_cancel, beside=frozenset({Contract})),
    Rule("take out the common factor", (Add,), common_factor),
    Rule("a delta makes a diagonal", (Contract,), delta_makes_diagonal, beside=frozenset({Add})),
    Rule("a centered vector sums to zero", (Contract,), centered_sum, beside=frozenset({Add})),
    Rule("the trace of a sum", (Contract,), trace_of_sum, beside=frozenset({Add})),
    Rule("an even power forgets the sign of a sum", (Power,), power_of_difference, quiet=True),
)
