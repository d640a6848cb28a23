"""Sums that cancel: what is left after the cancellation is written instead."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

from symml.calculus.facts import is_nonnegative
from symml.expr import functions as F
from symml.expr.nodes import Add, Apply, Expr, Power, Symbol
from symml.kernels import monomials as M
from symml.kernels.monomials import UNIT, Atom, Monomial, Sum
from symml.kernels.rewrites.row import Row, is_call, terms
from symml.kernels.rows import hypot, sigmoid_minus

_ONE, _HALF = Fraction(1), Fraction(1, 2)
_MOST_OPENED = 6
_LARGE = 12


# ---- quotients -------------------------------------------------------------------------------------------------------
def quotients_with_one_denominator(node: Expr) -> Expr | None:
    """Sums of quotients whose numerators cancel over the common denominator."""
    found = terms(node)
    if not 2 <= len(found) <= _MOST_OPENED:
        return None
    groups: dict[Monomial, Sum] = {}
    for monomial, coef in found.items():
        groups.setdefault(_functions(monomial), {})[monomial] = coef
    for group in groups.values():
        poles = M.poles(group)
        if len(group) < 2 or not any(isinstance(atom, Add) or is_call(atom, hypot) for (atom, _), _ in poles):
            continue
        new = _over(group, poles, node)
        if new is not None:
            rest = {monomial: coef for monomial, coef in found.items() if monomial not in group}
            return M.build(M.added([rest, M.expand(new)]), node.shape) if rest else new
    return None


def _functions(monomial: Monomial) -> Monomial:
    """The factors that are functions: terms in which they differ do not cancel."""
    return M.made({atom: p for atom, p in monomial if isinstance(atom[0], Apply) and not is_call(atom[0], hypot)})


def _over(found: Sum, poles: Monomial, node: Expr) -> Expr | None:
    parts = [opened({monomial: coef}, poles) for monomial, coef in found.items()]
    if any(part is None for part in parts):
        return None
    top = M.added(part for part in parts if part is not None)
    squares = squared_differences(top, node) if top else None
    if squares is None and len(top) >= sum(len(part) for part in parts if part is not None):
        return None
    top = squares or top
    if not top:
        return None
    return factored(top, M.raised(poles, -_ONE), node)


def opened(a: Sum, factor: Monomial) -> Sum | None:
    """A sum times a factor, with the sums among its atoms multiplied out; ``None`` where that is too long."""
    total: Sum = {}
    for monomial, coef in M.scaled(a, _ONE, factor).items():
        product: Sum = {UNIT: coef}
        for (atom, labels), p in monomial:
            product = M.multiplied(product, _power(atom, labels, p))
            if len(product) > _LARGE:
                return None
        total = M.added([total, product])
    return M.normal(total)


def _power(atom: Expr, labels: M.Labels, p: Fraction) -> Sum:
    """A power of an atom; whole powers of sums and even powers of hypot are multiplied out."""
    if is_call(atom, hypot) and p.denominator == 1 and p % 2 == 0 and 0 < p <= 4:
        squares = [M.multiplied(part, part) for part in (M.expand(arg, labels=labels) for arg in atom.args)]
        base, count = M.added(squares), int(p) // 2
    elif isinstance(atom, Add) and p.denominator == 1 and 0 < p <= 3:
        base, count = M.expand(atom, opened=True, labels=labels), int(p)
    else:
        return {frozenset({((atom, labels), p)}): _ONE}
    product = base
    for _ in range(count - 1):
        product = M.multiplied(product, base)
    return product


def factored(top: Sum, factor: Monomial, node: Expr) -> Expr:
    """A sum times a factor, what its terms share in front."""
    share = M.content(top) if len(top) > 1 else UNIT
    rest = M.build(M.scaled(top, _ONE, M.raised(share, -_ONE)), node.shape)
    outer = M.times(share, factor)
    if not outer:
        return rest
    return M.build(M.multiplied({outer: _ONE}, M.expand(rest)) if len(top) == 1 else _beside(outer, rest), node.shape)


def _beside(outer: Monomial, inner: Expr) -> Sum:
    return {M.times(outer, M.atom_of(inner)): _ONE}


# ---- squares ---------------------------------------------------------------------------------------------------------
def difference_of_squares(node: Expr) -> Expr | None:
    """a^2 - b^2 = (a - b)(a + b), and so a - 1/a = (a - 1)(a + 1) / a"""
    found = terms(node)
    if len(found) != 2:
        return None
    (first, c), (second, d) = found.items()
    if c * d >= 0:
        return None
    (top, c), (low, d) = ((first, c), (second, d)) if c > 0 else ((second, d), (first, c))
    ratio, number = M.times(top, M.raised(low, -_ONE)), M.root_of(-c / d)
    even = all(p.denominator == 1 and p % 2 == 0 for _, p in ratio)
    if number is None or not even or not ratio:
        return None
    root = M.raised(ratio, _HALF)
    above = M.made({atom: p for atom, p in root if p > 0})
    below = M.made({atom: -p for atom, p in root if p < 0})
    minus, plus = (M.build({above: number, below: sign}, node.shape) for sign in (-_ONE, _ONE))
    outer = M.times(low, M.raised(below, Fraction(-2)))
    product = M.times(M.times(outer, M.atom_of(minus)), M.atom_of(plus))
    return M.build({product: -d}, node.shape)


def sum_of_squared_differences(node: Expr) -> Expr | None:
    """A quadratic form that vanishes where all its variables agree: the sum of -c_ij (z_i - z_j)^2 / 2"""
    found = terms(node)
    if any(isinstance(atom, Add) for monomial in found for (atom, _), _ in monomial):
        found = opened(found, UNIT) or found
    squares = squared_differences(found, node)
    return None if squares is None else M.build(squares, node.shape)


def squared_differences(found: Sum, node: Expr) -> Sum | None:
    """The sum of squared differences that a sum is equal to."""
    atoms = sorted({atom for monomial in found for atom, _ in monomial}, key=lambda atom: atom[0].uid)
    if not len(found) >= 3 or len(atoms) > 4 or not all(isinstance(atom, Symbol) for atom, _ in atoms):
        return None
    degrees = [sum((p for _, p in monomial), Fraction(0)) for monomial in found]
    if not all(p in (1, 2) for monomial in found for _, p in monomial) or max(degrees) != 2:
        return None
    variables: list[Atom | None] = [*atoms, None] if min(degrees) < 2 else list(atoms)
    pairs = {(a, b): found.get(_pair(a, b), Fraction(0)) for a, b in combinations(variables, 2)}
    for z in variables:
        own = found.get(_pair(z, z), Fraction(0))
        if 2 * own + sum(c for pair, c in pairs.items() if z in pair) != 0 or own <= 0:
            return None
    if any(c > 0 for c in pairs.values()):
        return None
    parts = []
    for (a, b), c in pairs.items():
        if c:
            difference = M.build(M.added([{_alone(a): _ONE}, {_alone(b): -_ONE}]), node.shape)
            parts.append({M.raised(M.atom_of(difference), Fraction(2)): -c / 2})
    return M.added(parts)


def _alone(z: Atom | None) -> Monomial:
    return UNIT if z is None else frozenset({(z, _ONE)})


def _pair(a: Atom | None, b: Atom | None) -> Monomial:
    return M.times(_alone(a), _alone(b))


# ---- roots -----------------------------------------------------------------------------------------------------------
def difference_with_root(node: Expr) -> Expr | None:
    """a - b = (a^2 - b^2) / (a + b) for a root and a number that are both positive, where a^2 - b^2 cancels"""
    found = terms(node)
    if len(found) != 2:
        return None
    (first, c), (second, d) = found.items()
    atoms = [atom for monomial in found for (atom, _), p in monomial if abs(p) == 1]
    known = all(is_nonnegative(atom) or p % 2 == 0 for monomial in found for (atom, _), p in monomial)
    if c * d >= 0 or not known or not (any(is_call(atom, hypot) for atom in atoms) or _has_roots(found)):
        return None
    squares = {M.raised(first, Fraction(2)): c * c, M.raised(second, Fraction(2)): -d * d}
    poles = M.poles(squares)
    parts = [opened({monomial: coef}, poles) for monomial, coef in squares.items()]
    if parts[0] is None or parts[1] is None:
        return None
    top = M.added([parts[0], parts[1]])
    plain = all(isinstance(atom, Symbol) for monomial in found for (atom, _), _ in monomial)
    if not top or (len(top) >= len(parts[0]) + len(parts[1]) and not plain):
        return None
    top = squared_differences(top, node) or top
    total = M.build({first: abs(c), second: abs(d)}, node.shape)
    factor = M.times(M.raised(poles, -_ONE), M.raised(M.atom_of(total), -_ONE))
    sign = 1 if c > 0 else -1
    return factored(M.scaled(top, Fraction(sign)), factor, node)


def _has_roots(found: Sum) -> bool:
    """Whether a term has the root of a sum, or both terms are roots."""
    roots = [[isinstance(atom, Add) for (atom, _), p in monomial if abs(p) == _HALF] for monomial in found]
    return all(roots) or any(any(part) for part in roots)


def root_of_two_squares(node: Expr) -> Expr | None:
    """sqrt(a^2 + b^2) = hypot(a, b), without overflow"""
    base, p = node.args[0], getattr(node, "exponent", _ONE)
    if p.denominator != 2 or not isinstance(base, Add):
        return None
    found = hypot_of(base)
    return None if found is None else found ** (2 * p)


def hypot_of(base: Expr) -> Expr | None:
    """``hypot(a, b)`` of ``a^2 + b^2``."""
    found = terms(base)
    if len(found) != 2:
        return None
    sides: list[tuple[Fraction, Monomial]] = []
    for monomial, coef in found.items():
        root, number = M.square_root(monomial), M.root_of(coef)
        if root is None or number is None:
            return None
        sides.append((number, root))
    below = M.poles({root: number for number, root in sides})
    sharp = hypot(*(M.build({M.times(root, below): number}, base.shape) for number, root in sides))
    return M.build({M.times(M.atom_of(sharp), M.raised(below, -_ONE)): _ONE}, base.shape)


# ---- sigmoids --------------------------------------------------------------------------------------------------------
def polynomial_in_sigmoid(node: Expr) -> Expr | None:
    """A polynomial in s = sigmoid(x) with the factors 1 - s = sigmoid(-x) and 1 - 2 s = -tanh(x / 2) taken out"""
    found = terms(node)
    for atom in {atom for monomial in found for atom, _ in monomial if is_call(atom[0], F.sigmoid)}:
        groups = _by_power(found, atom)
        changed = [_split(group, atom, node) for group in groups.values()]
        if groups and any(part is not None for part in changed):
            rest = [_joined(group, atom) for group in groups.values()]
            whole = [new if new is not None else old for new, old in zip(changed, rest, strict=True)]
            return M.build(
                M.added(M.scaled(part, _ONE, other) for other, part in zip(groups, whole, strict=True)), node.shape
            )
    return None


def _mirror(atom: Atom) -> Atom:
    node, labels = atom
    return F.sigmoid(-node.args[0]), labels


def _by_power(found: Sum, atom: Atom) -> dict[Monomial, dict[int, Fraction]]:
    """For every cofactor its polynomial in sigmoid(x); sigmoid(-x) counts as 1 - sigmoid(x)."""
    groups: dict[Monomial, dict[int, Fraction]] = {}
    mirror = _mirror(atom)
    for monomial, coef in found.items():
        exponents = M.powers(monomial)
        k, j = exponents.pop(atom, Fraction(0)), exponents.pop(mirror, Fraction(0))
        if not (k.denominator == j.denominator == 1 and k >= 0 and 0 <= j <= 1):
            return {}
        group = groups.setdefault(M.made(exponents), {})
        for shift in range(int(j) + 1):
            power = int(k) + shift
            group[power] = group.get(power, Fraction(0)) + coef * (-1) ** shift
    return groups


def _split(group: dict[int, Fraction], atom: Atom, node: Expr) -> Sum | None:
    """The polynomial with its roots 0, 1 and 1/2 taken out; ``None`` where it has no root at 1 or 1/2."""
    coefs = [group.get(k, Fraction(0)) for k in range(max(group) + 1)]
    while coefs and not coefs[-1]:
        coefs.pop()
    if len([c for c in coefs if c]) < 2:
        return None
    shift = next(k for k, c in enumerate(coefs) if c)
    rest, ones = _divided(coefs[shift:], _ONE)
    rest, halves = _divided(rest, _HALF)
    if not ones and not halves:
        return None
    factor = M.made(
        {
            atom: Fraction(shift),
            _mirror(atom): Fraction(ones),
            (F.tanh(atom[0].args[0] / 2), atom[1]): Fraction(halves),
        }
    )
    tail = {M.made({atom: Fraction(k)}): c for k, c in enumerate(rest) if c}
    return M.scaled(tail, Fraction((-1) ** ones, 2**halves), factor)


def _divided(coefs: list[Fraction], root: Fraction) -> tuple[list[Fraction], int]:
    """The polynomial without a root, and how often it was there."""
    count = 0
    while len(coefs) > 1 and sum(c * root**k for k, c in enumerate(coefs)) == 0:
        quotient: list[Fraction] = []
        carry = Fraction(0)
        for c in reversed(coefs[1:]):
            carry = c + carry * root
            quotient.insert(0, carry)
        coefs, count = quotient, count + 1
    return coefs, count


def _joined(group: dict[int, Fraction], atom: Atom) -> Sum:
    return {M.made({atom: Fraction(k)}): c for k, c in group.items() if c}


def sigmoid_less_a_share(node: Expr) -> Expr | None:
    """sigmoid(x) - y for y in [0, 1], sharp where both are near 1"""
    found = terms(node)
    for monomial, coef in found.items():
        for other, minus in found.items():
            first, second = _only(monomial), _only(other)
            if coef != -minus or first is None or second is None or not is_call(first, F.sigmoid):
                continue
            if isinstance(second, Symbol) and second.domain.facts & {"unit", "binary", "probability"}:
                rest = {m: c for m, c in found.items() if m not in (monomial, other)}
                sharp = _sigmoid_minus(first.args[0], second)
                return M.build(M.added([rest, {M.atom_of(sharp): coef}]), node.shape)
    return None


def _sigmoid_minus(x: Expr, y: Symbol) -> Expr:
    """sigmoid(x) - y; for y in {0, 1} a sigmoid whose sign is turned by y, with the argument of the cross-entropy."""
    turn = 1 - 2 * y
    return turn * F.sigmoid(turn * x) if "binary" in y.domain.facts else sigmoid_minus(x, y)


def _only(monomial: Monomial) -> Expr | None:
    """The atom of a monomial that is one atom with all axes."""
    if len(monomial) != 1:
        return None
    (((node, labels), p),) = monomial
    return node if p == 1 and labels == tuple(range(len(node.shape))) else None


ROWS = (
    Row(
        "a/b - c/d = (a d - b c) / (b d)",
        "b, d nonzero",
        (Add,),
        quotients_with_one_denominator,
        "pole",
        ("1 + x/(1 - x)", "x: unit"),
    ),
    Row(
        "p(s) = s^a (1 - s)^b (1 - 2 s)^c q(s) for s = sigmoid(x)",
        "real x",
        (Add,),
        polynomial_in_sigmoid,
        "sigmoid",
        ("1 - 3*sigmoid(x) + 2*sigmoid(x)**2", "x: real"),
    ),
    Row(
        "sigmoid(x) - y = (1 - y) - sigmoid(-x)",
        "y in [0, 1]",
        (Add,),
        sigmoid_less_a_share,
        "sigmoid",
        ("sigmoid(x) - y", "x: real, y: unit"),
    ),
    Row(
        "x^2 + y^2 - 2 x y = (x - y)^2 ...",
        "everywhere",
        (Add,),
        sum_of_squared_differences,
        "square",
        ("x**2 - 2*x*y + y**2", "x: real, y: real"),
    ),
    Row(
        "sqrt(1 + x^2) - 1 = x^2 / (sqrt(1 + x^2) + 1)",
        "both terms nonnegative",
        (Add,),
        difference_with_root,
        "hypot root",
        ("sqrt(1 + x**2) - 1", "x: real"),
    ),
    Row(
        "sqrt(x^2 + y^2) = hypot(x, y)",
        "everywhere",
        (Power,),
        root_of_two_squares,
        "root",
        ("sqrt(x**2 + y**2)", "x: real, y: real"),
    ),
    Row(
        "a^2 - b^2 = (a - b) (a + b)",
        "everywhere",
        (Add,),
        difference_of_squares,
        "square inverse",
        ("1 - x**2", "x: real"),
    ),
)
