"""The normal distribution: its tails, and what over- or underflows beside its density."""

from __future__ import annotations

from fractions import Fraction

from symml.expr import functions as F
from symml.expr.nodes import Add, Apply, Contract, Expr, constant
from symml.kernels import monomials as M
from symml.kernels.monomials import UNIT, Monomial, Sum
from symml.kernels.rewrites.products import calls, swapped, term
from symml.kernels.rewrites.row import Row, is_call, terms
from symml.kernels.rows import bell, normal_hazard, normal_hazard_slope, square_bell

_ONE = Fraction(1)
_TWO_PI = M.made({(constant(2), ()): Fraction(1, 2), (constant("pi"), ()): Fraction(1, 2)})


def bell_of_square(node: Expr) -> Expr | None:
    """e^(-x^2/2), with x^2 to twice the digits"""
    found = M.single(terms(node.args[0])) if is_call(node, F.exp) else None
    if found is None or found[0] != Fraction(-1, 2) or len(found[1]) != 1:
        return None
    (((x, labels), p),) = found[1]
    return bell(x) if p == 2 and labels == tuple(range(len(node.shape))) else None


def error_function_of_root(node: Expr) -> Expr | None:
    """erfc(-x / sqrt(2)) = 2 Phi(x)"""
    found = M.single(terms(node.args[0])) if is_call(node, F.erfc) else None
    if found is None:
        return None
    coef, monomial = found
    root = (constant(2), ())
    if dict(monomial).get(root) != Fraction(1, 2):
        return None
    return 2 * F.normal_cdf(M.build({M.without(monomial, root, Fraction(1, 2)): -2 * coef}, node.shape))


def density_over_distribution(node: Expr) -> Expr | None:
    """phi(x) / Phi(x) where both underflow, and its derivative -h (h + x)"""
    found = term(node)
    if found is None:
        return None
    coef, monomial = found
    exponents = M.powers(monomial)
    for (atom, labels), p in calls(monomial, bell, F.normal_pdf):
        x = atom.args[0]
        low = (F.normal_cdf(x), labels)
        if p >= 1 and exponents.get(low, Fraction(0)) <= -1:
            rest = M.without(M.without(monomial, (atom, labels)), low, -1)
            scale_ = _TWO_PI if is_call(atom, bell) else UNIT
            return swapped(node, coef, M.times(rest, scale_), M.atom_of(normal_hazard(x), labels))
        if p <= -1 and exponents.get((F.normal_cdf(-x), labels), Fraction(0)) >= 1:
            rest = M.without(M.without(monomial, (atom, labels), -1), (F.normal_cdf(-x), labels))
            below = M.raised(M.atom_of(normal_hazard(-x), labels), -_ONE)
            scale_ = M.raised(_TWO_PI, -_ONE) if is_call(atom, bell) else UNIT
            return swapped(node, coef, M.times(rest, scale_), below)
    for (atom, labels), p in calls(monomial, normal_hazard):
        slope = _hazard_slope(atom, labels, monomial) if p >= 1 else None
        if slope is not None:
            return M.build(M.scaled(slope, -coef), node.shape)
    return None


def _hazard_slope(atom: Expr, labels: M.Labels, monomial: Monomial) -> Sum | None:
    """``h k (h + x)`` as ``k`` times minus the slope."""
    x = atom.args[0]
    for (total, other), q in monomial:
        if q != 1 or not isinstance(total, Add) or other != labels or len(terms(total)) != 2:
            continue
        for part, k in terms(total).items():
            factor = M.times(part, M.raised(M.atom_of(atom), -_ONE))
            if M.same(terms(total), M.added([{part: k}, M.scaled(M.expand(x), k, factor)])):
                rest = M.without(M.without(monomial, (atom, labels)), (total, other))
                return {M.times(M.times(rest, factor), M.atom_of(normal_hazard_slope(x), labels)): k}
    return None


def power_times_bell(node: Expr) -> Expr | None:
    """x^2 e^(-x^2/2) where x^2 overflows"""
    found = term(node)
    if found is None:
        return None
    coef, monomial = found
    exponents = M.powers(monomial)
    for (atom, labels), p in calls(monomial, bell, F.normal_pdf):
        x = atom.args[0]
        if p < 1:
            continue
        scale_ = UNIT if is_call(atom, bell) else M.raised(_TWO_PI, -_ONE)
        if exponents.get((x, labels), Fraction(0)) >= 2:
            rest = M.without(M.without(monomial, (atom, labels)), (x, labels), 2)
            return swapped(node, coef, M.times(rest, scale_), M.atom_of(square_bell(x), labels))
        for (total, other), q in monomial:
            if isinstance(total, Add) and q == 1 and other == labels and _has_power(terms(total), x):
                rest = M.without(monomial, (total, labels))
                return M.build(M.scaled(M.expand(total, labels=labels), coef, rest), node.shape)
    return None


def _has_power(found: Sum, x: Expr) -> bool:
    return any(atom is x and p >= 2 for monomial in found for (atom, _), p in monomial)


_X = "x: real"
ROWS = (
    Row(
        "phi(x)/Phi(x) = 1/R(-x) for Mills' ratio R",
        "everywhere",
        (Contract,),
        density_over_distribution,
        "bell normal_pdf normal_hazard",
        ("exp(-x**2/2)/normal_cdf(x)", _X),
    ),
    Row(
        "x^2 e^(-x^2/2) = 0 where x^2 overflows",
        "everywhere",
        (Contract,),
        power_times_bell,
        "bell normal_pdf",
        ("x**2*exp(-x**2/2)", _X),
    ),
    Row(
        "erfc(-x/sqrt(2)) = 2 Phi(x)", "everywhere", (Apply,), error_function_of_root, "erfc", ("erfc(-x/sqrt(2))", _X)
    ),
    Row("e^(-x^2/2) with x^2 split in two", "everywhere", (Apply,), bell_of_square, "exp", ("exp(-x**2/2)", _X)),
)
