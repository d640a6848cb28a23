"""Rules for products: collect powers, use declared facts, cancel an inverse, drop what is summed out."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from symml.calculus.facts import is_symmetric
from symml.calculus.simplify.rule import Rule, Uses, carriers, items_of, remake
from symml.expr.arithmetic import full, rational_power, zeros
from symml.expr.nodes import Along, Apply, Contract, Expr, Linalg, OneHot, Power, Symbol, eye

Item = tuple[Expr, tuple[int, ...]]


def zero_product(node: Expr, uses: Uses) -> Expr | None:
    """0 a = 0"""
    assert isinstance(node, Contract)
    return zeros(node.shape) if node.coef == 0 and node.args else None


def base_and_exponent(node: Expr) -> tuple[Expr, Fraction]:
    """``x`` and ``p`` of ``x^p``."""
    return (node.args[0], node.exponent) if isinstance(node, Power) else (node, Fraction(1))


def collect_powers(node: Expr, uses: Uses) -> Expr | None:
    """x^a x^b = x^(a + b), at the same indices; of arrays only where one is a true power (X'X stays)"""
    assert isinstance(node, Contract)
    groups: dict[Item, list[Fraction]] = {}
    for arg, sub in items_of(node):
        base, exponent = base_and_exponent(arg)
        groups.setdefault((base, sub), []).append(exponent)
    if len(groups) == len(node.args):
        return None
    items: list[Item] = []
    for (base, sub), exponents in groups.items():
        if len(exponents) == 1 or (base.shape and all(e == 1 for e in exponents)) or _binary(base):
            items += [(rational_power(base, e), sub) for e in exponents]
        elif sum(exponents):
            items.append((rational_power(base, sum(exponents, Fraction(0))), sub))
        else:
            items.append((full(1, base.shape), sub))
    return remake(node, items) if len(items) < len(node.args) or items != items_of(node) else None


def _binary(node: Expr) -> bool:
    """Whether every entry is 0 or 1."""
    facts = node.domain.facts if isinstance(node, Symbol) else node.function.facts if isinstance(node, Apply) else ()
    return "binary" in facts


def _is_sign(node: Expr) -> bool:
    return isinstance(node, Symbol) and "sign" in node.domain.facts


def idempotent(node: Expr, uses: Uses) -> Expr | None:
    """b b = b for entries 0 and 1;  s s = 1 for entries -1 and 1"""
    assert isinstance(node, Contract)
    counts = Counter(items_of(node))
    if all(count == 1 or not (_binary(arg) or _is_sign(arg)) for (arg, _), count in counts.items()):
        return None
    items: list[Item] = []
    for (arg, sub), count in counts.items():
        if _is_sign(arg):
            items += [(arg, sub)] if count % 2 else [(full(1, arg.shape), sub)]
        else:
            items += [(arg, sub)] * (1 if _binary(arg) else count)
    return remake(node, items)


def rows_sum_to_one(node: Expr, uses: Uses) -> Expr | None:
    """sum_j p_j = 1 for one-hot rows, points of the simplex and softmax"""
    assert isinstance(node, Contract)
    rank = len(node.shape)
    for k, (arg, sub) in enumerate(items_of(node)):
        axes = _normalized_axes(arg)
        if not axes or any(sub[axis] < rank or carriers(node, sub[axis]) > 1 for axis in axes):
            continue
        rest = [(i, dim) for axis, (i, dim) in enumerate(zip(sub, arg.shape, strict=True)) if axis not in axes]
        ones = full(1, tuple(dim for _, dim in rest))
        items = items_of(node)
        items[k] = (ones, tuple(i for i, _ in rest))
        return remake(node, items)
    return None


def _normalized_axes(node: Expr) -> tuple[int, ...]:
    if isinstance(node, Along) and node.function.name == "softmax":
        return node.axes
    if isinstance(node, OneHot):
        return (len(node.shape) - 1,)
    if isinstance(node, Symbol) and "rows_sum_to_one" in node.domain.facts:
        return (len(node.shape) - 1,)
    return ()


def inverse_cancels(node: Expr, uses: Uses) -> Expr | None:
    """A A^-1 = I;  Q'Q = I for orthogonal Q;  also where the inverse begins a product that stands elsewhere too"""
    assert isinstance(node, Contract)
    found = _cancelled(node)
    if found is not None:
        return found
    for arg in node.args:
        others = [other for other in node.args if other is not arg]
        if isinstance(arg, Contract) and any(_are_inverse(part, other) for part in arg.args for other in others):
            opened = remake(node, items_of(node), merge=arg.__eq__)
            return _cancelled(opened) if isinstance(opened, Contract) else None
    return None


def _cancelled(node: Contract) -> Expr | None:
    """The product without a matrix beside its inverse."""
    items = items_of(node)
    for p, (inverse, left) in enumerate(items):
        for a, (arg, right) in enumerate(items):
            if a == p or not _are_inverse(inverse, arg):
                continue
            ends = _free_ends(node, inverse, left, right)
            if ends is not None:
                rest = [item for k, item in enumerate(items) if k not in (a, p)]
                return remake(node, [*rest, (eye(arg.shape[0]), ends)])
    return None


def _are_inverse(inverse: Expr, arg: Expr) -> bool:
    if isinstance(inverse, Linalg) and inverse.function.name == "inv":
        return inverse.args[0] is arg
    return inverse is arg and isinstance(arg, Symbol) and "orthogonal" in arg.domain.facts


def _free_ends(node: Contract, inverse: Expr, left: tuple[int, ...], right: tuple[int, ...]) -> tuple[int, int] | None:
    """The indices that remain when one shared summed index is contracted away."""
    orthogonal = isinstance(inverse, Symbol)
    for i in (0, 1):
        for j in (0, 1):
            matching = i == j if orthogonal else i != j or is_symmetric(inverse)
            shared = left[i] == right[j] and left[i] >= len(node.shape) and carriers(node, left[i]) == 2
            if matching and shared:
                return left[1 - i], right[1 - j]
    return None


def symmetric_transpose(node: Expr, uses: Uses) -> Expr | None:
    """S' = S"""
    assert isinstance(node, Contract)
    items = [
        (arg, sub[::-1]) if len(sub) == 2 and sub[0] > sub[1] and is_symmetric(arg) else (arg, sub)
        for arg, sub in items_of(node)
    ]
    return remake(node, items) if items != items_of(node) else None


def scalars_first(node: Expr, uses: Uses) -> Expr | None:
    """X c = c X for a scalar c"""
    assert isinstance(node, Contract)
    items = sorted(items_of(node), key=lambda item: bool(item[0].shape))
    return remake(node, items) if items != items_of(node) else None


RULES = (
    Rule("zero times anything is zero", (Contract,), zero_product, condition="the factors are defined"),
    Rule("collect powers", (Contract,), collect_powers, condition="the base is nonzero", quiet=True),
    Rule("declared facts: b b = b, s s = 1", (Contract,), idempotent, beside=frozenset({Symbol, Apply})),
    Rule("the entries sum to one", (Contract,), rows_sum_to_one, beside=frozenset({Along, OneHot, Symbol})),
    Rule("an inverse cancels", (Contract,), inverse_cancels, beside=frozenset({Linalg, Symbol})),
    Rule("scalars first", (Contract,), scalars_first, quiet=True),
    Rule("a symmetric matrix is its transpose", (Contract,), symmetric_transpose, quiet=True),
)
