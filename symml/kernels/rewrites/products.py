"""Products in which one factor underflows or overflows before the other meets it."""

from __future__ import annotations

from fractions import Fraction

from symml.calculus.facts import is_positive
from symml.expr import functions as F
from symml.expr.arithmetic import full, scale
from symml.expr.nodes import Add, Apply, Constant, Contract, Expr, Power, constant
from symml.kernels import monomials as M
from symml.kernels.monomials import UNIT, Atom, Monomial, Sum
from symml.kernels.rewrites.row import Row, is_call, is_product, terms
from symml.kernels.rewrites.sums import hypot_of
from symml.kernels.rows import (
    cosc,
    cosc_slope,
    exp_difference,
    expm1_quotient,
    expm1_quotient_slope,
    odds_share,
    sech,
    sech_square,
    sigmoid_slope,
)

_ONE = Fraction(1)
_SMOOTH = (expm1_quotient, expm1_quotient_slope, cosc, cosc_slope)
_TWO_PI = M.made({(constant(2), ()): Fraction(1, 2), (constant("pi"), ()): Fraction(1, 2)})


def term(node: Expr) -> tuple[Fraction, Monomial] | None:
    """The coefficient and the monomial of a product or a power."""
    return M.single(terms(node)) if isinstance(node, Power) or is_product(node) else None


def calls(monomial: Monomial, *functions: object) -> list[tuple[Atom, Fraction]]:
    """The atoms that are one of these functions of something, and their exponents."""
    return [(atom, p) for atom, p in monomial if isinstance(atom[0], Apply) and atom[0].function in functions]


def swapped(node: Expr, coef: Fraction, rest: Monomial, new: Monomial) -> Expr:
    """The product of what stays and what is new."""
    return M.build({M.times(rest, new): coef}, node.shape)


# ---- exponentials ----------------------------------------------------------------------------------------------------
def exponential_over_sum(node: Expr) -> Expr | None:
    """e^c / (e^a + e^b + 1) = 1 / (e^(a - c) + e^(b - c) + e^-c)"""
    found = term(node)
    if found is None:
        return None
    coef, monomial = found
    for (total, labels), p in monomial:
        if not isinstance(total, Add) or p.denominator != 1 or p >= 0:
            continue
        addends = _exponentials(terms(total), total)
        if addends is None:
            continue
        rest = M.without(monomial, (total, labels), -1)
        for (top, other), q in monomial:
            if other != labels or q != 1:
                continue
            if is_call(top, F.exp):
                share = _share(addends, top.args[0], total)
                return swapped(node, coef, M.without(rest, (top, labels)), M.raised(M.atom_of(share, labels), -_ONE))
            shares = _exponentials(terms(top), top) if isinstance(top, Add) else None
            if shares is not None:
                parts = [{M.raised(M.atom_of(_share(addends, c, total)), -_ONE): k} for c, k in shares]
                both = M.build(M.added(parts), total.shape)
                return swapped(node, coef, M.without(rest, (top, labels)), M.atom_of(both, labels))
    return None


def _exponentials(found: Sum, node: Expr) -> list[tuple[Expr, Fraction]] | None:
    """The exponents and coefficients of a sum of exponentials; a number is ``e^0``."""
    parts = []
    for monomial, coef in found.items():
        if monomial == UNIT:
            parts.append((full(0, node.shape), coef))
            continue
        ((atom, labels), p), *more = monomial
        if more or p != 1 or not is_call(atom, F.exp) or labels != tuple(range(len(node.shape))) or coef <= 0:
            return None
        parts.append((atom.args[0], coef))
    return parts if any(p is not full(0, node.shape) for p, _ in parts) and all(c > 0 for _, c in parts) else None


def _share(addends: list[tuple[Expr, Fraction]], c: Expr, node: Expr) -> Expr:
    """The sum of exponentials divided by ``e^c``."""
    parts: list[Sum] = []
    zero = full(0, node.shape)
    for a, coef in addends:
        if a is c:
            parts.append({UNIT: coef})
        elif c is zero or a is zero:
            parts.append({M.atom_of(F.exp(a if c is zero else scale(-1, c))): coef})
        else:
            parts.append({M.atom_of(exp_difference(a, c)): coef})
    return M.build(M.added(parts), node.shape)


def exponential_times_sigmoids(node: Expr) -> Expr | None:
    """e^x sigmoid(-x) = sigmoid(x)"""
    found = term(node)
    if found is None:
        return None
    coef, monomial = found
    exponents = M.powers(monomial)
    for (atom, labels), p in calls(monomial, F.exp):
        x = atom.args[0]
        tail = (F.sigmoid(scale(-1, x)), labels)
        if p >= 1 and exponents.get(tail, Fraction(0)) >= 1:
            rest = M.without(M.without(monomial, (atom, labels)), tail)
            return swapped(node, coef, rest, M.atom_of(F.sigmoid(x), labels))
    return None


def sigmoid_and_its_mirror(node: Expr) -> Expr | None:
    """sigmoid(x) sigmoid(-x) = e / (1 + e)^2 for e = e^-|x|"""
    found = term(node)
    if found is None:
        return None
    coef, monomial = found
    exponents = M.powers(monomial)
    for (atom, labels), p in calls(monomial, F.sigmoid):
        x = atom.args[0]
        mirror = (F.sigmoid(scale(-1, x)), labels)
        if p == 1 and exponents.get(mirror) == 1:
            rest = M.without(M.without(monomial, (atom, labels)), mirror)
            positive = x if not isinstance(x, Contract) or x.coef > 0 else mirror[0].args[0]
            return swapped(node, coef, rest, M.atom_of(sigmoid_slope(positive), labels))
    return None


def powers_that_meet(node: Expr) -> Expr | None:
    """x^p x^q = x^(p + q); a^x a^y = a^(x + y) for positive a"""
    if not isinstance(node, Contract) or not _may_meet(node):
        return None
    found = term(node)
    if found is None:
        return None
    coef, monomial = found
    merged = _merged_powers(monomial)
    if merged is not None:
        return M.build({merged: coef}, node.shape)
    bases = [_base(arg, sub) for arg, sub in zip(node.args, node.subs, strict=True) if not isinstance(arg, Constant)]
    inner = [(arg, sub) for arg, sub in zip(node.args, node.subs, strict=True) if is_product(arg)]
    for arg, sub in inner:
        bases.remove(_base(arg, sub))
        bases += [((atom, labels), p) for (atom, labels), p in M.only(M.expand(arg, labels=sub))]
    collected = UNIT
    for base, p in bases:
        exponent = dict(collected).get(base, Fraction(0))
        if exponent and not (M.may_cancel(base[0], exponent, p) or _is_smooth_at_zero(base, monomial)):
            return None
        collected = M.times(collected, frozenset({(base, p)}))
    return M.build({monomial: coef}, node.shape) if len(collected) < len(bases) else None


def _is_smooth_at_zero(base: Atom, monomial: Monomial) -> bool:
    """Whether the pole at x = 0 is one that a function with a limit there has taken over."""
    return any(atom.args[0] is base[0] for (atom, _), _ in calls(monomial, *_SMOOTH))


def _base(node: Expr, labels: M.Labels) -> tuple[Atom, Fraction]:
    return ((node.args[0], labels), node.exponent) if isinstance(node, Power) else ((node, labels), _ONE)


def _may_meet(node: Contract) -> bool:
    """Whether a base stands twice in a product or in the products inside it, or powers with any exponents do."""
    seen: set[Expr] = set()
    stack = [(arg, 2) for arg in node.args]
    while stack:
        arg, depth = stack.pop()
        if isinstance(arg, Contract) and depth and is_product(arg):
            stack += [(inner, depth - 1) for inner in arg.args]
            continue
        base = arg.args[0] if isinstance(arg, Power) else arg
        base = base.args[0] if is_call(base, F.power) else base
        if base in seen:
            return True
        seen.add(base)
    return False


def _merged_powers(monomial: Monomial) -> Monomial | None:
    """Powers of one positive base with exponents that add up to a number."""
    found = calls(monomial, F.power)
    for k, (a, p) in enumerate(found):
        for b, q in found[k + 1 :]:
            base = a[0].args[0]
            if b[0].args[0] is not base or a[1] != b[1] or not is_positive(base):
                continue
            total = M.added([M.scaled(M.expand(c[0].args[1], opened=True), r) for c, r in ((a, p), (b, q))])
            if set(total) <= {UNIT}:
                rest = M.without(M.without(monomial, a, p), b, q)
                return M.times(rest, M.made({(base, a[1]): total.get(UNIT, Fraction(0))}))
    return None


# ---- quotients near 0 / 0 and infinity / infinity --------------------------------------------------------------------
def quotient_near_zero(node: Expr) -> Expr | None:
    """(e^x - 1) / x and sin(x/2)^2 / x^2 = (1 - cos x) / (2 x^2), which are smooth at 0"""
    found = term(node)
    if found is None:
        return None
    coef, monomial = found
    exponents = M.powers(monomial)
    for (atom, labels), p in calls(monomial, F.expm1, F.sin):
        x = atom.args[0] if is_call(atom, F.expm1) else scale(2, atom.args[0])
        place, k = (x, labels), 1 if is_call(atom, F.expm1) else 2
        if p == k and exponents.get(place, Fraction(0)) <= -k:
            rest = M.without(M.without(monomial, (atom, labels), k), place, -k)
            sharp = expm1_quotient(x) if k == 1 else cosc(x)
            return swapped(node, coef / k, rest, M.atom_of(sharp, labels))
    return None


def square_over_one_plus_square(node: Expr) -> Expr | None:
    """x / (1 + x^2) = x / hypot(1, x)^2 where x^2 overflows"""
    found = term(node)
    if found is None:
        return None
    coef, monomial = found
    for (total, labels), p in monomial:
        if not isinstance(total, Add) or p >= 0:
            continue
        inner = {atom for part in terms(total) for (atom, _), q in part if q > 0}
        if any(q > 0 and atom in inner and axes == labels for (atom, axes), q in monomial):
            sharp = hypot_of(total)
            if sharp is not None:
                rest = M.without(monomial, (total, labels), p)
                return swapped(node, coef, rest, M.raised(M.atom_of(sharp, labels), 2 * p))
    return None


def sum_over_one_plus_itself(node: Expr) -> Expr | None:
    """t / (1 + t) for a sum t that overflows"""
    found = term(node)
    if found is None:
        return None
    coef, monomial = found
    for (total, labels), p in monomial:
        if not isinstance(total, Add) or p.denominator != 1 or p >= 0:
            continue
        for (top, other), q in monomial:
            plus = M.added([terms(top) if isinstance(top, Add) else M.expand(top), {UNIT: _ONE}])
            if q >= 1 and other == labels and top.shape == total.shape and plus == terms(total) and is_positive(top):
                rest = M.without(M.without(monomial, (total, labels), -1), (top, labels))
                return swapped(node, coef, rest, M.atom_of(odds_share(top), labels))
    return None


def sine_over_cosine(node: Expr) -> Expr | None:
    """sinh(x) sech(x) = tanh(x); 1 / cosh(x) = sech(x), and its square in one piece"""
    found = term(node)
    if found is None:
        return None
    coef, monomial = found
    exponents = M.powers(monomial)
    for (atom, labels), p in calls(monomial, F.cosh):
        if p < 0 and p.denominator == 1:
            even = p % 2 == 0
            sharp = M.raised(M.atom_of((sech_square if even else sech)(atom.args[0]), labels), -p / (1 + even))
            return swapped(node, coef, M.without(monomial, (atom, labels), p), sharp)
    for (atom, labels), p in calls(monomial, F.sinh):
        low = (sech(atom.args[0]), labels)
        if p >= 1 and exponents.get(low, Fraction(0)) >= 1:
            rest = M.without(M.without(monomial, (atom, labels)), low)
            return swapped(node, coef, rest, M.atom_of(F.tanh(atom.args[0]), labels))
    return None


_X = "x: real"
ROWS = (
    Row(
        "x^p x^q = x^(p + q)",
        "x nonzero where a pole would go",
        (Contract,),
        powers_that_meet,
        "",
        ("sigmoid(x)*y/sigmoid(x)", "x: real, y: real"),
    ),
    Row(
        "sigmoid(x) sigmoid(-x) = e/(1 + e)^2 for e = e^-|x|",
        "everywhere",
        (Contract,),
        sigmoid_and_its_mirror,
        "sigmoid",
        ("sigmoid(x)*sigmoid(-x)", _X),
    ),
    Row(
        "e^x sigmoid(-x) = sigmoid(x)",
        "everywhere",
        (Contract,),
        exponential_times_sigmoids,
        "exp",
        ("exp(x)*sigmoid(-x)", _X),
    ),
    Row(
        "e^c/(e^a + e^b) = 1/(e^(a - c) + e^(b - c))",
        "everywhere",
        (Contract, Power),
        exponential_over_sum,
        "exp",
        ("exp(x)/(exp(x) + exp(y) + 1)", "x: real, y: real"),
    ),
    Row(
        "(e^x - 1)/x and (1 - cos x)/x^2 by their limits at 0",
        "x nonzero",
        (Contract,),
        quotient_near_zero,
        "expm1 sin",
        ("expm1(x)/x", _X),
    ),
    Row(
        "x/(1 + x^2) = x/hypot(1, x)^2",
        "everywhere",
        (Contract,),
        square_over_one_plus_square,
        "pole",
        ("x/(1 + x**2)", _X),
    ),
    Row(
        "t/(1 + t) = 1/(1 + 1/t)",
        "t > 0",
        (Contract,),
        sum_over_one_plus_itself,
        "pole",
        ("(exp(x) + exp(y))/(1 + exp(x) + exp(y))**2", "x: real, y: real"),
    ),
    Row(
        "1/cosh(x) = sech(x); sinh(x) sech(x) = tanh(x)",
        "everywhere",
        (Contract, Power),
        sine_over_cosine,
        "cosh sinh",
        ("sinh(x)/cosh(x)", _X),
    ),
)
