"""The normal form of an expression: each entry as a reduced polynomial, one short rule a node type."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

from symml.calculus.normal import scopes
from symml.calculus.normal.atoms import Atoms, Label, Poly, TooLarge, Unsupported, freeze
from symml.calculus.normal.relabel import Labels
from symml.calculus.normal.ties import NONE
from symml.expr.dims import dim_value
from symml.expr.nodes import (
    Add,
    Along,
    Apply,
    Basis,
    Constant,
    Contract,
    Expr,
    Extent,
    Eye,
    Linalg,
    OneHot,
    Positions,
    Power,
    Selector,
    Symbol,
)
from symml.expr.scoped import Bound, Expectation, Integral, Ranged, Series
from symml.expr.walk import topological

_MAX_ENTRIES = 4096
_MAX_DEPTH = 120
_HALF = Fraction(1, 2)
Places = tuple[Label, ...]


class Former(Labels):
    """Builds normal forms; with ``sizes`` every sum is written out and every label is a number.

    ``unconditional`` says that no part stands in a branch, so every written logarithm needs a positive argument.
    """

    def __init__(
        self, sizes: dict[str, int] | None = None, *, unconditional: bool = False, generic: frozenset[str] = NONE
    ) -> None:
        super().__init__(Atoms(), generic=generic)
        self.unconditional = unconditional
        self.sizes = sizes
        self._memo: dict[tuple[Expr, Places], Poly] = {}

    def form(self, node: Expr, places: Places) -> Poly:
        """The entry of ``node`` at these labels."""
        key = (node, places)
        if key not in self._memo:
            rule = _RULES.get(type(node))
            if rule is None:
                raise Unsupported
            self._memo[key] = rule(self, node, places)
        return self._memo[key]

    def length(self, dim: Any) -> int:
        """A dimension as a number, when sums are written out."""
        assert self.sizes is not None
        return dim_value(dim, self.sizes)

    def explicit(self, dims: tuple[Any, ...]) -> list[Places]:
        """All places of an array with these dims."""
        lengths = [self.length(dim) for dim in dims]
        if prod(lengths) > _MAX_ENTRIES:
            raise TooLarge
        return list(product(*map(range, lengths)))

    def summed(self, dims: tuple[Any, ...], term: Callable[[Places], Poly]) -> Poly:
        """The sum of a term over new labels."""
        if not dims:
            return term(())
        if self.sizes is not None:
            return self.add(*(term(places) for places in self.explicit(dims)))
        labels = tuple(self.fresh() for _ in dims)
        return self.total(term(labels), tuple(zip(labels, dims, strict=True)))

    def extent(self, node: Extent) -> Poly:
        """A size as a number or as an atom."""
        return self.dimension(node.size if self.sizes is None else self.length(node.size))


# ---- one rule a node type --------------------------------------------------------------------------------------------
def _symbol(f: Former, node: Symbol, places: Places) -> Poly:
    return f.entry(node, places)


def _constant(f: Former, node: Constant, places: Places) -> Poly:
    return f.named(node.value) if isinstance(node.value, str) else f.number(node.value)


def _eye(f: Former, node: Eye, places: Places) -> Poly:
    return f.delta(*places)


def _basis(f: Former, node: Basis, places: Places) -> Poly:
    if f.sizes is None:
        raise Unsupported
    return f.number(int(places[0] == f.length(node.position)))


def _positions(f: Former, node: Positions, places: Places) -> Poly:
    if f.sizes is None or not isinstance(places[0], int):
        raise Unsupported
    return f.number(places[0])


def _selector(f: Former, node: Selector, places: Places) -> Poly:
    if f.sizes is None:
        raise Unsupported
    row, col = places
    assert isinstance(row, int)
    return f.number(int(col == f.length(node.start) + node.step * row))


def _onehot(f: Former, node: OneHot, places: Places) -> Poly:
    return f.entry(node, places)


def _add(f: Former, node: Add, places: Places) -> Poly:
    return f.add(*(f.form(arg, places) for arg in node.args))


def _bound(f: Former, node: Bound, places: Places) -> Poly:
    return scopes.bound_entry(f, scopes.provisional(node), node.domain, places)


def _ranged(f: Former, node: Ranged, places: Places) -> Poly:
    ends = tuple(None if end is None else freeze(f.form(end, ())) for end in (node.lower, node.upper))
    head = scopes.Head(type(node).__name__, ends)
    return scopes.scope(f, head, tuple(map(scopes.provisional, node.variables)), f.form(node.body, places))


def _expectation(f: Former, node: Expectation, places: Places) -> Poly:
    fixed = tuple((freeze(f.form(x, scopes.axes_of_fixed(x.ndim))), x.ndim) for x in node.args[1:])
    head = scopes.Head("Expectation", fixed=fixed, given=node.given)
    return scopes.scope(f, head, tuple(map(scopes.provisional, node.variables)), f.form(node.body, places))


def _contract(f: Former, node: Contract, places: Places) -> Poly:
    def term(inner: Places) -> Poly:
        labels = places + inner
        result = f.number(node.coef)
        for arg, sub in zip(node.args, node.subs, strict=True):
            result = f.multiply(result, f.form(arg, tuple(labels[i] for i in sub)))
            if not result:
                break
        return result

    return f.summed(node.dims[len(places) :], term)


def _power(f: Former, node: Power, places: Places) -> Poly:
    return f.power(f.form(node.args[0], places), node.exponent)


def _along(f: Former, node: Along, places: Places) -> Poly:
    if node.function.definition is not None:
        return f.form(node.function.definition(node.args[0], node.axes), places)
    if node.function.keeps_axes:
        raise Unsupported
    x = node.args[0]
    dims = tuple(x.shape[axis] for axis in node.axes)
    if f.sizes is not None:
        return _along_entries(f, node, places, dims)
    labels = tuple(f.fresh() for _ in dims)
    return f.along(node.function.name, f.form(x, _placed(node, places, labels)), labels, dims)


def _placed(node: Along, places: Places, inner: Places) -> Places:
    kept, new = iter(places), iter(inner)
    return tuple(next(new) if axis in node.axes else next(kept) for axis in range(len(node.args[0].shape)))


def _along_entries(f: Former, node: Along, places: Places, dims: tuple[Any, ...]) -> Poly:
    entries = [f.form(node.args[0], _placed(node, places, inner)) for inner in f.explicit(dims)]
    if node.function.name == "prod":
        result = f.number(1)
        for entry in entries:
            result = f.multiply(result, entry)
        return result
    frozen = tuple(sorted(freeze(entry) for entry in entries))
    return f.variable(f.atoms.intern(("along", node.function.name, (), (), frozen), frozenset()))


def _linalg(f: Former, node: Linalg, places: Places) -> Poly:
    a = node.args[0]
    if node.function.reads_symmetric:
        raise Unsupported
    if f.sizes is not None:
        every = f.explicit(a.shape)
        rows: Any = tuple(freeze(f.form(a, place)) for place in every)
        symmetric = all(freeze(f.form(a, (j, i))) == freeze(f.form(a, (i, j))) for i, j in every)
    else:
        rows = freeze(f.form(a, ("^row", "^col")))
        symmetric = rows == freeze(f.form(a, ("^col", "^row")))
    if node.function.name == "logdet":
        return f.log(f.matrix_entry("det", rows, symmetric, ()))
    return f.matrix_entry(node.function.name, rows, symmetric, places)


# ---- scalar functions ------------------------------------------------------------------------------------------------
def _apply(f: Former, node: Apply, places: Places) -> Poly:
    name = node.function.name
    if name in _SCALAR:
        return _SCALAR[name](f, *(f.form(arg, places) for arg in node.args))
    if name == "where":
        return _where(f, node, places)
    if node.function.definition is not None:
        return f.form(node.function.definition(*node.args), places)
    args = tuple(f.form(arg, places) for arg in node.args)
    return f.opaque(node.function, args, positive="positive" in node.function.facts)


def _where(f: Former, node: Apply, places: Places) -> Poly:
    condition = f.form(node.args[0], places)
    if f.multiply(condition, condition) != condition:
        condition = f.power(f.sign(condition), Fraction(2))
    a, b = f.form(node.args[1], places), f.form(node.args[2], places)
    return f.add(f.multiply(condition, a), b, f.scale(Fraction(-1), f.multiply(condition, b)))


def _log(f: Former, x: Poly) -> Poly:
    if f.unconditional and x:
        f.assume_positive(x)
    return f.log(x)


def _step(f: Former, a: Poly, b: Poly) -> Poly:
    """1[a > b] = (s + s^2) / 2 with s = sign(a - b)"""
    s = f.sign(f.add(a, f.scale(Fraction(-1), b)))
    return f.scale(_HALF, f.add(s, f.multiply(s, s)))


def _not(f: Former, poly: Poly) -> Poly:
    return f.add(f.number(1), f.scale(Fraction(-1), poly))


def _differs(f: Former, a: Poly, b: Poly) -> Poly:
    s = f.sign(f.add(a, f.scale(Fraction(-1), b)))
    return f.multiply(s, s)


_SCALAR: dict[str, Callable[..., Poly]] = {
    "exp": lambda f, x: f.exp(x),
    "log": _log,
    "sign": lambda f, x: f.sign(x),
    "greater": _step,
    "less": lambda f, a, b: _step(f, b, a),
    "greater_equal": lambda f, a, b: _not(f, _step(f, b, a)),
    "less_equal": lambda f, a, b: _not(f, _step(f, a, b)),
    "not_equal": _differs,
    "equal": lambda f, a, b: _not(f, _differs(f, a, b)),
}
_RULES: dict[type[Expr], Callable[..., Poly]] = {
    Symbol: _symbol,
    Constant: _constant,
    Extent: lambda f, node, places: f.extent(node),
    Eye: _eye,
    Basis: _basis,
    Selector: _selector,
    Positions: _positions,
    OneHot: _onehot,
    Add: _add,
    Contract: _contract,
    Power: _power,
    Apply: _apply,
    Along: _along,
    Linalg: _linalg,
    Bound: _bound,
    Series: _ranged,
    Integral: _ranged,
    Expectation: _expectation,
}


def depth(root: Expr) -> int:
    """The longest path from the root to a leaf."""
    found: dict[Expr, int] = {}
    for node in topological(root):
        found[node] = 1 + max((found[arg] for arg in node.args), default=0)
    return found[root]


def too_deep(root: Expr) -> bool:
    """Whether the expression nests deeper than the normal form follows."""
    return depth(root) > _MAX_DEPTH
