"""The code of elementwise products: scalars first, then vectors, then matrices; divisions stay divisions."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from symml.expr.nodes import Add, Contract, Expr, Eye, Power, Sub, power_node
from symml.kernels.code import PRODUCT, Code, call, over, power, times
from symml.kernels.values import Labels, Value, stretched

if TYPE_CHECKING:
    from symml.kernels.emit import Emitter

_MOST_DIGITS = 6
_MOST_DECIMAL = 10**4
_MOST_REPEATED = 4


def undivided(node: Expr) -> tuple[Expr, bool]:
    """``x**p`` of ``x**-p``, and whether it stands below the line."""
    if not isinstance(node, Power) or node.exponent >= 0:
        return node, False
    return (node.args[0] if node.exponent == -1 else power_node(node.args[0], -node.exponent)), True


def elementwise_parts(node: Contract) -> list[Expr]:
    """The nodes whose values an elementwise product is written with."""
    split = _splits(node)
    return [_factor(arg, split)[0] for arg in node.args if not isinstance(arg, Eye)]


def _splits(node: Contract) -> bool:
    """Whether powers are written as repeated factors: above and below the line they could overflow on their own."""
    factors = [_factor(arg, True) for arg in node.args if not isinstance(arg, Eye) and arg.shape]
    above = [factor for factor, _, is_below in factors if not is_below]
    below = [factor for factor, _, is_below in factors if is_below]
    if not above or not below:
        return False
    repeated = any(count > 1 for _, count, _ in factors)
    inside = {part for factor in above for part in _inside(factor)}
    return repeated or (len(above) > 1 and any(factor in inside for factor in below))


def _inside(node: Expr) -> list[Expr]:
    """The arguments of a sum, and theirs."""
    if not isinstance(node, Add):
        return []
    return [part for arg in node.args for part in (arg, *arg.args)]


def _ordered(node: Contract) -> list[tuple[Expr, Sub]]:
    """The factors, sums of what stands below the line first: the quotient with such a sum is of moderate size."""
    below = {_factor(arg, True)[0] for arg in node.args if _factor(arg, True)[2]}
    items = list(zip(node.args, node.subs, strict=True))
    return sorted(items, key=lambda item: not below.intersection(_inside(item[0])))


def _factor(node: Expr, split: bool) -> tuple[Expr, int, bool]:
    """What is written for a factor, how often, and whether below the line."""
    if (
        split
        and isinstance(node, Power)
        and node.exponent.denominator == 1
        and 1 < abs(node.exponent) <= _MOST_REPEATED
    ):
        return node.args[0], abs(int(node.exponent)), node.exponent < 0
    inner, is_below = undivided(node)
    return inner, 1, is_below


@dataclass
class _Group:
    """The factors with the same axes, above and below the line."""

    above: list[Code] = field(default_factory=list)
    below: list[Code] = field(default_factory=list)
    repeated: list[tuple[Code, int, bool]] = field(default_factory=list)

    def settle(self) -> None:
        """Puts the repeated factors in an order in which nothing grows: ``(a / b)**2``, ``a / b * a``."""
        above, below = self.above, self.below
        for count in sorted({k for _, k, _ in self.repeated if k > 1}, reverse=True):
            tops = [code for code, k, is_below in self.repeated if k == count and not is_below]
            lows = [code for code, k, is_below in self.repeated if k == count and is_below]
            if tops and lows:
                above.append(power(over(times(*tops), *lows), str(count)))
                self.repeated = [item for item in self.repeated if item[1] != count]
        for code, count, is_below in self.repeated:
            (below if is_below else above).extend([code] * count)
        if self.repeated and above and below:
            pairs = [over(code, below.pop(0)) if below else code for code in above]
            self.above = [times(*pairs)]
        self.repeated = []

    def product(self) -> Code:
        """The factors above over those below."""
        return over(times(*self.above), *([times(*self.below)] if self.below else []))


def write_elementwise(e: Emitter, node: Contract) -> Value:
    """A product without sums."""
    groups: dict[Labels, _Group] = {}
    eyes = [sub for arg, sub in zip(node.args, node.subs, strict=True) if isinstance(arg, Eye)]
    values: list[Value] = []
    split = _splits(node)
    for arg, sub in _ordered(node) if split else zip(node.args, node.subs, strict=True):
        if isinstance(arg, Eye):
            continue
        inner, count, is_below = _factor(arg, split)
        value = e.values[inner]
        values.append(value)
        labels = tuple(sub[axis] for axis in value.axes)
        order = tuple(sorted(labels))
        code = stretched(value.number if is_below else value.code, labels, order)
        group = groups.setdefault(order, _Group())
        if split and labels:
            group.repeated.append((code, count, is_below))
        else:
            (group.below if is_below else group.above).extend([code] * count)
    for group in groups.values():
        group.settle()
    if len(values) == len(node.args) == 1 and node.coef == 1 and values[0].boolean:
        (labels,) = groups
        return Value(groups[labels].above[0], labels, boolean=True)
    labels = tuple(sorted({i for group in groups for i in group}))
    _multiply(groups, abs(node.coef), as_float=bool(values) and all(value.boolean for value in values))
    is_diagonal = len(eyes) == 1 and bool(labels) and set(labels) <= set(eyes[0])
    if is_diagonal:
        found, labels = call("np.diag", _product(groups, labels)), tuple(sorted(eyes[0]))
    else:
        for sub in eyes:
            groups.setdefault(tuple(sorted(sub)), _Group()).above.append(call("np.eye", e.size(node.dims[sub[0]])))
        labels = tuple(sorted({i for group in groups for i in group}))
        found = _product(groups, labels)
    is_alias = len(values) == len(node.args) == 1 and node.coef == 1 and bool(labels) and values[0].alias
    found = -found if node.coef < 0 else found
    if found.negative and any(value.boolean for value in values):
        found = -Code(f"({found.positive})")
    return Value(found, labels, alias=is_alias)


def _multiply(groups: dict[Labels, _Group], coef: Fraction, as_float: bool) -> None:
    """Puts a coefficient among the scalars."""
    scalars = groups.setdefault((), _Group())
    top, low = coef.numerator, coef.denominator
    if as_float or (low in (2, 4, 8) and len(str(top)) < _MOST_DIGITS):
        scalars.above.insert(0, Code(str(top / low)))
        return
    if top != 1 and _is_short_decimal(coef):
        scalars.above.insert(0, Code(repr(top / low)))
        return
    if top != 1:
        scalars.above.insert(0, Code(str(top)))
    if low != 1:
        scalars.below.insert(0, Code(str(low)))


def _is_short_decimal(coef: Fraction) -> bool:
    """Whether the number is a fraction that people write with a point, such as 0.999."""
    return coef.denominator > 1 and _MOST_DECIMAL % coef.denominator == 0 and coef < 1


def _product(groups: dict[Labels, _Group], shape: Labels) -> Code:
    """The product as an array with axes ``shape``: small groups first, so that large arrays are read once."""
    ordered = sorted(groups, key=lambda labels: (len(labels), labels))
    _lower(groups, ordered, shape)
    if shape and () in groups:
        groups[()].above = [code if code.level >= PRODUCT else Code(code.at(PRODUCT)) for code in groups[()].above]
    above = {labels: groups[labels].product() for labels in ordered if groups[labels].above}
    below = [stretched(times(*g.below), labels, shape) for labels, g in groups.items() if g.below and not g.above]
    arrays = [labels for labels in above if labels]
    if len(shape) == 2 and arrays == [shape[:1], shape[1:]]:
        above[shape] = call("np.outer", above.pop(shape[:1]), above.pop(shape[1:]))
    codes = [stretched(code, labels, shape) for labels, code in above.items()]
    return over(times(*codes) if codes else Code("1"), *below)


def _lower(groups: dict[Labels, _Group], ordered: list[Labels], shape: Labels) -> None:
    """Moves divisors without numerators into a larger group that is not the whole result."""
    for labels in ordered:
        group = groups[labels]
        larger = [o for o in ordered if set(labels) < set(o) and o != shape and groups[o].above]
        if larger and group.below and not group.above:
            groups[larger[0]].below[:0] = [stretched(code, labels, larger[0]) for code in group.below]
            group.below = []
