"""A number as a sum of products of what depends on one set of symbols and what depends on another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce
from itertools import count
from operator import mul

from symml.calculus.canonical import add_terms
from symml.calculus.facts import is_nonnegative
from symml.calculus.simplify import simplify
from symml.errors import SymmlError
from symml.expr import functions
from symml.expr.arithmetic import rational_power, zeros
from symml.expr.contract import contract
from symml.expr.dims import Dim
from symml.expr.nodes import Add, Apply, Contract, Expr, Power, Symbol, extent
from symml.expr.walk import symbols
from symml.optimize.expand import addends

_MAX_POWER, _MAX_TERMS = 6, 400
Labels = tuple[int, ...]
Factor = tuple[Expr, Labels]


@dataclass(frozen=True)
class Product:
    """A number times factors whose labels are all summed."""

    coef: Fraction
    factors: tuple[Factor, ...]
    labels: tuple[int, ...] = ()


@dataclass(frozen=True)
class Pair:
    """One term ``<natural, statistic>``: the full inner product of two arrays of one shape.

    Attributes:
        natural: What depends on the parameters.
        statistic: What depends on the value.
    """

    natural: Expr
    statistic: Expr


@dataclass(frozen=True)
class Separated:
    """A number as the sum of ``own + other + constant + sum of pairs + mixed``.

    Attributes:
        own: The terms in the value only.
        other: The terms in the parameters only.
        constant: The terms in neither.
        pairs: The terms that are products, pairs with one statistic merged.
        mixed: The terms that are no such product.
    """

    own: Expr
    other: Expr
    constant: Expr
    pairs: tuple[Pair, ...]
    mixed: tuple[Expr, ...]


@dataclass
class Separation:
    """One separation: the symbols of the value, those of the parameters, and the dims of labels."""

    value: frozenset[Symbol]
    parameters: frozenset[Symbol]
    dims: dict[int, Dim] = field(default_factory=dict)
    fresh: count[int] = field(default_factory=count)

    def kind(self, node: Expr) -> str:
        """``value``, ``parameters``, ``mixed`` or empty for what depends on neither."""
        found = set(symbols(node))
        a, b = bool(found & self.value), bool(found & self.parameters)
        return "mixed" if a and b else "value" if a else "parameters" if b else ""

    def label(self, dim: Dim) -> int:
        """A new label of this length."""
        found = next(self.fresh)
        self.dims[found] = dim
        return found

    def products(self, root: Expr) -> list[Product]:
        """The root as a sum of products in which mixed factors are opened as far as the rules go."""
        done: list[Product] = []
        todo = [Product(Fraction(1), ((root, ()),))]
        while todo:
            product = todo.pop()
            new = self._opened(product)
            if new is None:
                done.append(product)
            else:
                todo += reversed(new)
            if len(todo) + len(done) > _MAX_TERMS:
                raise SymmlError(f"the logarithm has more than {_MAX_TERMS} terms", cure="give a shorter density")
        return done

    def _opened(self, product: Product) -> list[Product] | None:
        for place, (node, labels) in enumerate(product.factors):
            rule = _RULES.get(type(node)) if self.kind(node) == "mixed" else None
            parts = None if rule is None else rule(self, node, labels)
            if parts is not None:
                before, after = product.factors[:place], product.factors[place + 1 :]
                return [
                    Product(product.coef * p.coef, before + p.factors + after, product.labels + p.labels) for p in parts
                ]
        return None


# ---- opening one mixed factor ----------------------------------------------------------------------------------------
def _add(s: Separation, node: Add, labels: Labels) -> list[Product]:
    return [Product(Fraction(1), ((arg, labels),)) for arg in node.args]


def _contract(s: Separation, node: Contract, labels: Labels) -> list[Product]:
    own = tuple(s.label(dim) for dim in node.dims[len(labels) :])
    at = labels + own
    factors = tuple((arg, tuple(at[i] for i in sub)) for arg, sub in zip(node.args, node.subs, strict=True))
    return [Product(node.coef, factors, own)]


def _power(s: Separation, node: Power, labels: Labels) -> list[Product] | None:
    """(a + b)^n is multiplied out; (a b)^r = a^r b^r"""
    base, n = node.args[0], node.exponent
    if isinstance(base, Contract) and len(base.dims) == len(base.shape) and (n.denominator == 1 or _is_signed(base)):
        factors = tuple(
            (rational_power(arg, n), tuple(labels[i] for i in sub))
            for arg, sub in zip(base.args, base.subs, strict=True)
        )
        if n.denominator == 1 and n >= 0:
            return [Product(base.coef ** int(n), factors)]
        number = rational_power(contract([], (), coef=base.coef), n)
        return [Product(Fraction(1), factors if base.coef == 1 else ((number, ()), *factors))]
    if n.denominator == 1 and 2 <= n <= _MAX_POWER:
        return [Product(Fraction(1), ((base, labels),) * int(n))]
    return None


def _circular(s: Separation, node: Apply, labels: Labels) -> list[Product] | None:
    """cos(a + b) = cos a cos b - sin a sin b;  sin(a + b) = sin a cos b + cos a sin b"""
    terms = addends(node.args[0])
    a = [term for term in terms if s.kind(term) == "value"]
    b = [term for term in terms if s.kind(term) != "value"]
    if not a or not b or any(s.kind(term) == "mixed" for term in b):
        return None
    left, right = simplify(add_terms(a)), simplify(add_terms(b))
    sin, cos = functions.sin, functions.cos
    rows = ((1, cos, cos), (-1, sin, sin)) if node.function is cos else ((1, sin, cos), (1, cos, sin))
    return [Product(Fraction(c), ((f(left), labels), (g(right), labels))) for c, f, g in rows]


def _variable_power(base: Expr, exponent: Expr) -> Expr:
    """(a^r)^c = a^(r c)"""
    if isinstance(base, Power):
        return functions.power(base.args[0], simplify(base.exponent * exponent))
    return functions.power(base, exponent)


def _is_signed(base: Contract) -> bool:
    return base.coef > 0 and all(map(is_nonnegative, base.args))


def _apply(s: Separation, node: Apply, labels: Labels) -> list[Product] | None:
    """exp(a + b) = exp(a) exp(b);  (a b)^c = a^c b^c;  |a b| = |a| |b|"""
    if node.function is functions.exp:
        groups: dict[str, list[Expr]] = {}
        for term in addends(node.args[0]):
            groups.setdefault(s.kind(term), []).append(term)
        if len(groups) < 2:
            return None
        return [Product(Fraction(1), tuple((functions.exp(simplify(add_terms(g))), labels) for g in groups.values()))]
    if node.function in (functions.cos, functions.sin):
        return _circular(s, node, labels)
    base = node.args[0]
    plain = isinstance(base, Contract) and len(base.dims) == len(base.shape)
    if node.function is functions.power and isinstance(base, Contract) and plain and _is_signed(base):
        exponent = node.args[1]
        number = [] if base.coef == 1 else [contract([], (), coef=base.coef)]
        parts = [*base.args, *number] if not base.shape else []
        if parts:
            return [Product(Fraction(1), tuple((_variable_power(arg, exponent), labels) for arg in parts))]
    if node.function is functions.abs and isinstance(base, Contract) and plain:
        factors = tuple(
            (functions.abs(arg), tuple(labels[i] for i in sub)) for arg, sub in zip(base.args, base.subs, strict=True)
        )
        return [Product(abs(base.coef), factors)]
    return None


_RULES: dict[type[Expr], Callable[..., list[Product] | None]] = {
    Add: _add,
    Contract: _contract,
    Power: _power,
    Apply: _apply,
}


# ---- the two sides of a product --------------------------------------------------------------------------------------
def separated(root: Expr, value: frozenset[Symbol], parameters: frozenset[Symbol]) -> Separated:
    """The parts of a number ``root`` that depend on the value, on the parameters, on both as products, and the rest."""
    s = Separation(value, parameters)
    sums: dict[str, list[Expr]] = {"value": [], "parameters": [], "": [], "mixed": []}
    pairs: list[Pair] = []
    for product in s.products(root):
        kinds = {s.kind(node) for node, _ in product.factors} - {""}
        if kinds == {"value", "parameters"}:
            moving, rest = _affine(s, _pair(s, _flattened(s, product)))
            pairs += moving
            sums["parameters"] += rest
        else:
            sums["mixed" if "mixed" in kinds else next(iter(kinds), "")].append(_whole(s, product))
    kept = []
    for pair in merged(pairs):
        if s.kind(pair.natural):
            kept.append(pair)
        else:
            sums["value"].append(_inner(pair.natural, pair.statistic))
    own, other, constant = (_total(sums[kind]) for kind in ("value", "parameters", ""))
    return Separated(own, other, constant, tuple(kept), tuple(sums["mixed"]))


def _affine(s: Separation, pair: Pair) -> tuple[list[Pair], list[Expr]]:
    """The pair without what its statistic adds that does not depend on the value, and the products with that."""
    terms = addends(pair.statistic)
    fixed = [term for term in terms if not s.kind(term)]
    if not fixed:
        return [pair], []
    rest = [_inner(pair.natural, simplify(add_terms(fixed)))]
    moving = [term for term in terms if s.kind(term)]
    return ([Pair(pair.natural, simplify(add_terms(moving)))] if moving else []), rest


def _inner(a: Expr, b: Expr) -> Expr:
    """The full inner product of two arrays of one shape."""
    axes = tuple(range(len(a.shape)))
    return simplify(contract([(a, axes), (b, axes)], ()))


def _flattened(s: Separation, product: Product) -> Product:
    """Products of parameters with known arrays opened: the known arrays may belong to the statistic."""
    factors: list[Factor] = []
    fresh: tuple[int, ...] = ()
    coef = product.coef
    for node, labels in product.factors:
        if isinstance(node, Contract) and s.kind(node) == "parameters" and _opens(s, node):
            inner = _contract(s, node, labels)[0]
            factors += inner.factors
            fresh += inner.labels
            coef *= inner.coef
        else:
            factors.append((node, labels))
    return Product(coef, tuple(factors), product.labels + fresh)


def _opens(s: Separation, node: Contract) -> bool:
    """Whether a product of parameters has a known array in a sum, or stretches an axis that nothing in it has."""
    known = any(arg.shape and not s.kind(arg) for arg in node.args)
    stretched = set(range(len(node.shape))) - {i for sub in node.subs for i in sub}
    return bool(stretched) or (known and len(node.dims) > len(node.shape))


def _total(terms: list[Expr]) -> Expr:
    return simplify(add_terms([simplify(term) for term in terms])) if terms else zeros(())


def _whole(s: Separation, product: Product) -> Expr:
    """The product as a number; a label that no factor carries counts how long it is."""
    carried = {label for _, labels in product.factors for label in labels}
    idle = [extent(s.dims[label]) for label in product.labels if label not in carried]
    return simplify(reduce(mul, idle, contract(list(product.factors), (), coef=product.coef)))


def _pair(s: Separation, product: Product) -> Pair:
    left = [f for f in product.factors if s.kind(f[0]) == "parameters"]
    right = [f for f in product.factors if s.kind(f[0]) == "value"]
    for node, labels in [f for f in product.factors if not s.kind(f[0])]:
        (right if _goes_with_value(s, labels, left, right) else left).append((node, labels))
    shared = sorted(_labels(left) & _labels(right))
    idle = [extent(s.dims[label]) for label in product.labels if label not in _labels(left) | _labels(right)]
    natural = reduce(mul, idle, contract(left, shared, coef=product.coef))
    return Pair(simplify(natural), simplify(contract(right, shared)))


def _labels(factors: list[Factor]) -> set[int]:
    return {label for _, labels in factors for label in labels}


def _goes_with_value(s: Separation, labels: Labels, left: list[Factor], right: list[Factor]) -> bool:
    """Whether a known array belongs to the statistic: where it changes its shape, or is summed against it."""
    if not labels:
        return False
    a, b = set(labels) & _labels(left), set(labels) & _labels(right)
    if a & b:
        return False
    return bool(b) and (not a or {s.dims[i] for i in a} != {s.dims[i] for i in b})


def merged(pairs: list[Pair]) -> list[Pair]:
    """Pairs with one statistic, up to a number, as one pair; those with no natural parameter left are gone."""
    from symml.optimize.inference.proportional import ratio

    found: list[Pair] = []
    for pair in pairs:
        for place, known in enumerate(found):
            match = ratio(pair.statistic, known.statistic)
            if match is not None:
                coef, order = match
                moved = pair.natural if order is None else _permuted(pair.natural, order)
                found[place] = Pair(known.natural + coef * moved, known.statistic)
                break
        else:
            found.append(pair)
    kept = [Pair(simplify(p.natural), p.statistic) for p in found]
    return [p for p in kept if p.natural is not zeros(p.natural.shape)]


def _permuted(node: Expr, order: tuple[int, ...]) -> Expr:
    return contract([(node, order)], tuple(range(len(order))))
