"""Composition rules of convex analysis: one short rule a node type, and a certificate of every step.

A curvature is ``constant``, ``affine``, ``convex`` or ``concave``, entry by entry; ``unknown`` says nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

from symml.calculus.facts import is_nonnegative, is_pd, is_positive, is_psd
from symml.expr.nodes import Add, Along, Apply, Contract, Expr, Linalg, Power
from symml.expr.scoped import Expectation, Series
from symml.expr.walk import depends_on, topological

CONSTANT, AFFINE, CONVEX, CONCAVE, UNKNOWN = "constant", "affine", "convex", "concave", "unknown"
_HALF = Fraction(1, 2)
_FLIPPED = {CONSTANT: CONSTANT, AFFINE: AFFINE, CONVEX: CONCAVE, CONCAVE: CONVEX, UNKNOWN: UNKNOWN}
# Convex functions of a number, and whether they increase everywhere (1), nowhere (-1), or neither (0).
_CONVEX = {"exp": 1, "expm1": 1, "softplus": 1, "relu": 1, "abs": 0, "maximum": 1, "logaddexp": 1}
_CONVEX |= {"cosh": 0}
_CONCAVE = {"log": 1, "log1p": 1, "log2": 1, "log10": 1, "log_sigmoid": 1, "minimum": 1}
_CONVEX_ALONG = ("max", "logsumexp")
_CONCAVE_ALONG = ("min", "log_softmax")
_RISES_ON_HALF_LINE = ("abs", "cosh")


@dataclass
class Curvatures:
    """The curvatures of all nodes in some variables, with the rules that gave them."""

    wrt: tuple[Expr, ...]
    found: dict[Expr, str] = field(default_factory=dict)
    reasons: list[tuple[Expr, str, str]] = field(default_factory=list)

    def of(self, root: Expr) -> str:
        """The curvature of an expression."""
        depends = set[Expr]().union(*(depends_on(root, x) for x in self.wrt))
        for node in topological(root):
            if node in self.found:
                continue
            if node not in depends:
                self.found[node] = CONSTANT
            elif node in self.wrt:
                self.found[node] = AFFINE
            else:
                rule = _RULES.get(type(node))
                curvature, reason = rule(self, node) if rule is not None else (UNKNOWN, "")
                self.found[node] = curvature
                if reason and curvature != UNKNOWN:
                    self.reasons.append((node, curvature, reason))
        return self.found[root]


Found = tuple[str, str]
_NONE: Found = (UNKNOWN, "")


def _add(c: Curvatures, node: Add) -> Found:
    kinds = {c.found[arg] for arg in node.args} - {CONSTANT}
    if not kinds - {AFFINE}:
        return AFFINE, ""
    for kind in (CONVEX, CONCAVE):
        if kinds <= {AFFINE, kind}:
            return kind, f"a sum of {kind} terms"
    return _NONE


def _contract(c: Curvatures, node: Contract) -> Found:
    items = list(zip(node.args, node.subs, strict=True))
    moving = [(arg, sub) for arg, sub in items if c.found[arg] != CONSTANT]
    rest = [arg for arg, sub in items if c.found[arg] == CONSTANT]
    if len(moving) == 1:
        return _weighted(c, node, moving[0][0], rest)
    weights = node.coef != 0 and all(map(is_nonnegative, rest))
    sign = 1 if node.coef > 0 else -1
    if len(moving) == 2:
        (a, p), (b, q) = moving
        if a is b and p == q and weights and c.found[a] == AFFINE:
            return _signed(sign, "a weighted sum of squares of affine functions")
        if p == q and weights and _is_entropy(c, a, b):
            return _signed(sign, "x log x is convex")
        form = not node.shape and a is b and len(p) == len(q) == 1 and c.found[a] == AFFINE
        if form and _is_form(rest, p + q, items):
            return _signed(sign, "a quadratic form of a positive semidefinite matrix")
    return _NONE


def _signed(sign: int, reason: str) -> Found:
    return (CONVEX, reason) if sign > 0 else (CONCAVE, reason + "; negated")


def _weighted(c: Curvatures, node: Contract, moving: Expr, rest: list[Expr]) -> Found:
    own = c.found[moving]
    if own in (AFFINE, UNKNOWN):
        return own, ""
    if all(map(is_nonnegative, rest)):
        kept = own if node.coef > 0 else _FLIPPED[own]
        return kept, "a nonnegative multiple or sum" if node.coef > 0 else f"minus a {own} function"
    signs = [1 if is_nonnegative(arg) else -1 if is_nonnegative(-arg) else 0 for arg in rest]
    if 0 in signs:
        return _NONE
    negative = (node.coef < 0) ^ (signs.count(-1) % 2 == 1)
    return (_FLIPPED[own] if negative else own), "a multiple by a known sign"


def _is_entropy(c: Curvatures, a: Expr, b: Expr) -> bool:
    """x log x of an affine x"""
    for x, y in ((a, b), (b, a)):
        if isinstance(y, Apply) and y.function.name == "log" and y.args[0] is x and c.found[x] == AFFINE:
            return True
    return False


def _is_form(rest: list[Expr], ends: tuple[int, ...], items: list[tuple[Expr, tuple[int, ...]]]) -> bool:
    """Whether the fixed factors are one semidefinite matrix, scaled alike from both sides, and nonnegative numbers."""
    fixed = [(arg, sub) for arg, sub in items if arg in rest]
    matrices = [(arg, sub) for arg, sub in fixed if len(sub) == 2]
    numbers = [arg for arg, sub in fixed if not sub]
    left, right = ([arg.uid for arg, sub in fixed if sub == (end,)] for end in ends)
    if len(matrices) != 1 or len(matrices) + len(numbers) + len(left) + len(right) != len(fixed):
        return False
    matrix, sub = matrices[0]
    return (
        set(sub) == set(ends) and is_psd(matrix) and sorted(left) == sorted(right) and all(map(is_nonnegative, numbers))
    )


def _power(c: Curvatures, node: Power) -> Found:
    base, p = node.args[0], node.exponent
    own = c.found[base]
    if p == _HALF and _is_norm(c, base):
        return CONVEX, "a norm of an affine function"
    if p.denominator == 1 and p.numerator % 2 == 0 and p > 0 and own == AFFINE:
        return CONVEX, f"an even power ({p}) of an affine function"
    if own in (AFFINE, CONVEX) and p >= 1 and is_nonnegative(base):
        return CONVEX, f"the power {p} of a nonnegative {own} function"
    if own in (AFFINE, CONCAVE) and 0 < p <= 1:
        return CONCAVE, f"the power {p} of a nonnegative {own} function"
    if own in (AFFINE, CONCAVE) and p < 0 and is_positive(base):
        return CONVEX, f"the power {p} of a positive {own} function"
    return _NONE


def _is_norm(c: Curvatures, base: Expr) -> bool:
    """Whether the base is a sum of squares of affine functions, or a form of a semidefinite matrix."""
    parts = base.args if isinstance(base, Add) else (base,)
    if len(parts) != 1:
        return False
    if isinstance(base, Power):
        return base.exponent == 2 and c.found[base.args[0]] == AFFINE
    if not isinstance(base, Contract) or base.coef <= 0:
        return False
    if len(base.args) == 1 and isinstance(base.args[0], Power):
        return base.args[0].exponent == 2 and c.found[base.args[0].args[0]] == AFFINE
    kind, reason = _contract(c, base)
    return kind == CONVEX and ("squares" in reason or "quadratic form" in reason)


def _apply(c: Curvatures, node: Apply) -> Found:
    name, kinds = node.function.name, {c.found[arg] for arg in node.args} - {CONSTANT}
    if name == "where":
        return _NONE
    for table, mine in ((_CONVEX, CONVEX), (_CONCAVE, CONCAVE)):
        if name not in table:
            continue
        if kinds <= {AFFINE}:
            return mine, f"{name} of an affine function"
        rises = table[name] == 1 or (name in _RISES_ON_HALF_LINE and all(map(is_nonnegative, node.args)))
        if rises and kinds <= {AFFINE, mine}:
            return mine, f"{name} is {mine} and increases, of a {mine} function"
    return _NONE


def _along(c: Curvatures, node: Along) -> Found:
    inner, own, name = node.args[0], c.found[node.args[0]], node.function.name
    if isinstance(inner, Linalg) and inner.function.name == "eigvals" and c.found[inner.args[0]] == AFFINE:
        extreme = {"max": (CONVEX, "the largest eigenvalue is convex"), "min": (CONCAVE, "the smallest is concave")}
        return extreme.get(name, _NONE)
    if name in _CONVEX_ALONG and own in (AFFINE, CONVEX):
        return CONVEX, f"{name} is convex and increases, of {own} functions"
    if name in _CONCAVE_ALONG and (own == AFFINE or (own == CONCAVE and name == "min")):
        return CONCAVE, f"{name} of {own} functions is concave"
    return _NONE


def _linalg(c: Curvatures, node: Linalg) -> Found:
    if node.function.name == "logdet" and c.found[node.args[0]] == AFFINE and is_pd(node.args[0]):
        return CONCAVE, "log det is concave on positive definite matrices"
    return _NONE


def _averaged(c: Curvatures, node: Expectation | Series) -> Found:
    """A mean and a sum keep the curvature of their body."""
    if any(c.found[arg] != CONSTANT for arg in node.args[1:]):
        return _NONE
    return c.found[node.body], f"it adds up {c.found[node.body]} functions"


_RULES: dict[type[Expr], Callable[..., Found]] = {
    Add: _add,
    Contract: _contract,
    Power: _power,
    Apply: _apply,
    Along: _along,
    Linalg: _linalg,
    Expectation: _averaged,
    Series: _averaged,
}
