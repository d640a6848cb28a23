"""Powers with a variable exponent near one, and roots and quotients whose factors overflow before they meet."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

from symml.calculus.facts import is_positive
from symml.expr import functions as F
from symml.expr.arithmetic import rational_power
from symml.expr.nodes import Add, Contract, Expr, Power, Symbol
from symml.kernels import monomials as M
from symml.kernels.monomials import UNIT, Atom, Labels, Monomial, Sum
from symml.kernels.rewrites.log_sums import replaced
from symml.kernels.rewrites.products import calls, swapped, term
from symml.kernels.rewrites.row import Row, is_call, terms
from symml.kernels.rows import box_cox, box_cox1p, expm1_quotient_slope, parallel, power1p_less_one, power_less_one

_MOST_POWERS = 2
_ONE, _HALF = Fraction(1), Fraction(1, 2)


def power_less_one_of(node: Expr) -> Expr | None:
    """x^y - 1 = expm1(y log x) near x^y = 1, as in the Box-Cox and Yeo-Johnson transformations"""
    found = terms(node)
    for monomial, c in found.items():
        for (atom, labels), p in calls(monomial, F.FUNCTIONS["power"]):
            beside = M.without(monomial, (atom, labels))
            base, exponent = atom.args
            if p != 1 or found.get(beside) != -c or not is_positive(base):
                continue
            shift = _less_one(base)
            sharp = power_less_one(base, exponent) if shift is None else power1p_less_one(shift, exponent)
            return replaced(found, [monomial, beside], {M.times(beside, M.atom_of(sharp, labels)): c}, node)
    return None


def _less_one(base: Expr) -> Expr | None:
    """``u`` of ``1 + u``."""
    found = terms(base) if isinstance(base, Add) else {}
    if found.get(UNIT) != 1:
        return None
    return M.build({monomial: c for monomial, c in found.items() if monomial != UNIT}, base.shape)


def power_less_one_over_exponent(node: Expr) -> Expr | None:
    """(x^y - 1)/y, which is log(x) at y = 0"""
    found = term(node)
    if found is None:
        return None
    coef, monomial = found
    for (atom, labels), p in calls(monomial, power_less_one, power1p_less_one):
        y = (atom.args[1], labels)
        if p == 1 and M.powers(monomial).get(y, Fraction(0)) <= -1:
            sharp = box_cox if is_call(atom, power_less_one) else box_cox1p
            rest = M.without(M.without(monomial, (atom, labels)), y, -1)
            return swapped(node, coef, rest, M.atom_of(sharp(*atom.args), labels))
    return None


def slope_in_the_exponent(node: Expr) -> Expr | None:
    """x^y log(x) - (x^y - 1)/y = y log(x)^2 s(y log x) for the slope s of (e^u - 1)/u"""
    found = terms(node)
    for monomial, c in found.items():
        for (atom, labels), p in calls(monomial, box_cox, box_cox1p):
            x, y = atom.args
            logarithm = F.log(x) if is_call(atom, box_cox) else F.log1p(x)
            place = M.atom_of(logarithm, labels)
            beside = M.without(monomial, (atom, labels))
            partner = _with_power(found, M.times(beside, place), atom, labels)
            if p != 1 or partner is None or found[partner] != -c:
                continue
            slope = M.times(M.raised(place, Fraction(2)), M.atom_of(expm1_quotient_slope(y * logarithm), labels))
            new = M.times(M.times(beside, M.atom_of(y, labels)), slope)
            return replaced(found, [monomial, partner], {new: -c}, node)
    return None


def _with_power(found: Sum, rest: Monomial, atom: Expr, labels: Labels) -> Monomial | None:
    """The term that is ``rest`` times the power whose difference from 1 ``atom`` has."""
    x, y = atom.args
    for monomial in found:
        for (power, place), _ in calls(monomial, F.FUNCTIONS["power"]):
            base = power.args[0] if is_call(atom, box_cox) else _less_one(power.args[0])
            if place == labels and base is x and power.args[1] is y and M.without(monomial, (power, place)) == rest:
                return monomial
    return None


def sum_over_itself(node: Expr) -> Expr | None:
    """(x + y)/(y + x) = 1 and (x^2 + 2 x y + y^2)/(x + y)^2 = 1"""
    found = term(node)
    if found is None:
        return None
    coef, monomial = found
    sums = [(atom, p) for atom, p in monomial if isinstance(atom[0], Add) and p.denominator == 1]
    for (top, q), (low, p) in permutations(sums, 2):
        if q < 1 or top[1] != low[1]:
            continue
        for k in range(1, min(-int(p), _MOST_POWERS) + 1):
            ratio = _ratio(M.expand(top[0], opened=True), _whole_power(low[0], k))
            if ratio is not None:
                rest = M.without(M.without(monomial, top), low, -k)
                return M.build({rest: coef * ratio}, node.shape)
    return None


def _whole_power(node: Expr, k: int) -> Sum:
    base: Sum = M.expand(node, opened=True)
    product = base
    for _ in range(k - 1):
        product = M.multiplied(product, base)
    return product


def _ratio(a: Sum, b: Sum) -> Fraction | None:
    """The number that one sum is times the other."""
    if a.keys() != b.keys() or not a:
        return None
    ratios = {a[monomial] / b[monomial] for monomial in a}
    return ratios.pop() if len(ratios) == 1 else None


def product_over_sum(node: Expr) -> Expr | None:
    """x y / (x + y) without overflow, for x, y > 0"""
    found = term(node)
    if found is None:
        return None
    coef, monomial = found
    exponents = M.powers(monomial)
    for (total, labels), p in monomial:
        pair = _two_addends(total) if p <= -1 and labels == tuple(range(len(node.shape))) else None
        if pair is not None and all(exponents.get(atom, Fraction(0)) >= 1 for atom in pair):
            rest = M.without(M.without(M.without(monomial, pair[0]), pair[1]), (total, labels), -1)
            return swapped(node, coef, rest, M.atom_of(parallel(pair[0][0], pair[1][0])))
    return None


def _two_addends(total: Expr) -> tuple[Atom, Atom] | None:
    """The two positive atoms whose sum this is."""
    found = terms(total) if isinstance(total, Add) else {}
    atoms = [atom for monomial in found for atom, p in monomial if p == 1]
    if len(found) != 2 or len(atoms) != 2 or set(found.values()) != {_ONE} or any(len(m) != 1 for m in found):
        return None
    full = all(labels == tuple(range(len(total.shape))) for _, labels in atoms)
    return (atoms[0], atoms[1]) if full and all(is_positive(atom) for atom, _ in atoms) else None


def root_of_product(node: Expr) -> Expr | None:
    """sqrt(x y) = sqrt(x) sqrt(y) for variables x, y > 0, where the product may overflow"""
    if not isinstance(node, Power) or abs(node.exponent) != _HALF:
        return None
    found = M.single(terms(node))
    atoms = [] if found is None else [atom for (atom, _), p in found[1] if p == node.exponent]
    if found is None or found[0] != 1 or len(atoms) != 2 or len(found[1]) != 2:
        return None
    if not all(isinstance(atom, Symbol) and atom.shape == node.shape and is_positive(atom) for atom in atoms):
        return None
    first, second = (rational_power(atom, node.exponent) for atom in atoms)
    product: Expr = first * second
    return product


ROWS = (
    Row(
        "x^y - 1 = expm1(y log x)",
        "x > 0",
        (Add,),
        power_less_one_of,
        "power",
        ("x**y - 1", "x: positive, y: real"),
    ),
    Row(
        "(x^y - 1)/y = log(x) (e^u - 1)/u for u = y log(x)",
        "x > 0",
        (Contract,),
        power_less_one_over_exponent,
        "power_less_one power1p_less_one",
        ("(x**y - 1)/y", "x: positive, y: nonzero"),
    ),
    Row(
        "x^y log(x) - (x^y - 1)/y = y log(x)^2 s(y log x)",
        "x > 0, y nonzero",
        (Add,),
        slope_in_the_exponent,
        "box_cox box_cox1p",
        ("x**y*log(x) - (x**y - 1)/y", "x: positive, y: nonzero"),
    ),
    Row(
        "(x + y)/(y + x) = 1",
        "the sum is not 0",
        (Contract,),
        sum_over_itself,
        "pole",
        ("(x**2 + 2*x*y + y**2)/(x + y)**2", "x: positive, y: positive"),
    ),
    Row(
        "x y/(x + y) = min/(1 + min/max)",
        "x, y > 0",
        (Contract,),
        product_over_sum,
        "pole",
        ("x*y/(x + y)", "x: positive, y: positive"),
    ),
    Row(
        "sqrt(x y) = sqrt(x) sqrt(y)",
        "x, y > 0",
        (Power,),
        root_of_product,
        "",
        ("sqrt(x*y)", "x: positive, y: positive"),
    ),
)
