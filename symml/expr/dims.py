"""Dimensions: integers, or affine combinations of named sizes such as ``n``, ``n - 1`` and ``n + m``.

Sizes are interned: two sizes are equal exactly when they are the same object, so ``n`` is never confused with a number
that happens to be its value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Union
from weakref import WeakValueDictionary

from symml.errors import DeclarationError, ShapeError

if TYPE_CHECKING:
    from symml.expr.nodes import Expr

Dim = Union[int, "Size"]
Shape = tuple[Dim, ...]

_NAME = re.compile(r"[^\W\d]\w*\Z")
_SIZES: WeakValueDictionary[tuple[tuple[tuple[str, int], ...], int], Size] = WeakValueDictionary()


class Size:
    """A symbolic dimension: an affine combination of named sizes with integer coefficients."""

    __slots__ = ("__weakref__", "offset", "terms")
    __array_ufunc__ = None

    terms: tuple[tuple[str, int], ...]
    offset: int

    def __str__(self) -> str:
        text = "".join(_signed(coef, name) for name, coef in self.terms) + (_signed(self.offset) if self.offset else "")
        return text.removeprefix(" + ").replace(" - ", "-", 1) if text.startswith(" - ") else text.removeprefix(" + ")

    __repr__ = __str__

    def parts(self) -> list[tuple[Size, int]]:
        """The named sizes with their coefficients."""
        return [(size(name), coef) for name, coef in self.terms]

    def __add__(self, other: object) -> Dim | Expr:
        return _combine(self, other, 1) if isinstance(other, int | Size) else _as_expr(self) + other

    __radd__ = __add__

    def __sub__(self, other: object) -> Dim | Expr:
        return _combine(self, other, -1) if isinstance(other, int | Size) else _as_expr(self) - other

    def __rsub__(self, other: object) -> Dim | Expr:
        if isinstance(other, int):
            return _affine({name: -coef for name, coef in self.terms}, other - self.offset)
        return _as_expr(self).__rsub__(other)

    def __neg__(self) -> Dim | Expr:
        return 0 - self

    def __mul__(self, other: object) -> Dim | Expr:
        if isinstance(other, int):
            return _affine({name: coef * other for name, coef in self.terms}, self.offset * other)
        return _as_expr(self) * (_as_expr(other) if isinstance(other, Size) else other)

    __rmul__ = __mul__

    def __truediv__(self, other: object) -> Expr:
        return _as_expr(self) / (_as_expr(other) if isinstance(other, Size) else other)

    def __rtruediv__(self, other: object) -> Expr:
        return _as_expr(self).__rtruediv__(other)

    def __pow__(self, other: object) -> Expr:
        return _as_expr(self) ** other


def _signed(coef: int, name: str = "") -> str:
    body = name if name and abs(coef) == 1 else f"{abs(coef)}{'*' if name else ''}{name}"
    return (" - " if coef < 0 else " + ") + body


def _as_expr(size: Size) -> Expr:
    return nodes.extent(size)


def _affine(coefs: Mapping[str, int], offset: int) -> Dim:
    terms = tuple(sorted((name, coef) for name, coef in coefs.items() if coef))
    if not terms:
        return offset
    key = (terms, offset)
    found = _SIZES.get(key)
    if found is None:
        found = object.__new__(Size)
        found.terms, found.offset = key
        _SIZES[key] = found
    return found


def _combine(a: Size, b: int | Size, sign: int) -> Dim:
    if isinstance(b, int):
        return _affine(dict(a.terms), a.offset + sign * b)
    coefs = dict(a.terms)
    for name, coef in b.terms:
        coefs[name] = coefs.get(name, 0) + sign * coef
    return _affine(coefs, a.offset + sign * b.offset)


def size(name: str) -> Size:
    """The symbolic dimension called ``name``."""
    if not _NAME.match(name):
        raise DeclarationError(f"{name!r} is not a name for a dimension", cure="use a letter or a word, such as n")
    found = _affine({name: 1}, 0)
    assert isinstance(found, Size)
    return found


def dims(names: str) -> tuple[Size, ...]:
    """Symbolic dimensions from their names: ``n, d = dims("n d")``."""
    return tuple(size(name) for name in names.replace(",", " ").split())


def as_dim(value: object) -> Dim:
    """A dimension from an integer, a name, a size, or the expression that stands for a size."""
    if isinstance(value, bool):
        raise ShapeError(f"{value} is not a dimension", cure="use a whole number or a name")
    if isinstance(value, Size):
        return value
    if isinstance(value, int):
        if value < 0:
            raise ShapeError(f"a dimension cannot be {value}", cure="dimensions are 0 or more")
        return value
    if isinstance(value, str):
        return int(value) if value.isdecimal() else size(value)
    if isinstance(value, nodes.Expr) and not value.shape:
        return as_position(value)
    if hasattr(value, "expr"):
        return as_dim(value.expr)
    raise ShapeError(f"{value!r} is not a dimension", cure="use a whole number or a name such as n")


def as_position(node: Expr) -> Dim:
    """The size or number that a scalar expression stands for, such as ``n - 1``.

    Raises:
        ShapeError: It stands for neither.
    """
    total: Dim = 0
    for term in node.args if isinstance(node, nodes.Add) else (node,):
        coef, factors = (term.coef, term.args) if isinstance(term, nodes.Contract) else (Fraction(1), (term,))
        for factor in factors:
            value = factor.size if isinstance(factor, nodes.Extent) else getattr(factor, "value", None)
            own = value * coef.numerator if isinstance(value, Size) else value
            if coef.denominator != 1 or len(factors) > 1 or not _is_whole(own):
                raise ShapeError(f"{node} is neither a whole number nor a dimension", cure="use numbers and dims")
            more = own if isinstance(own, Size) else int(str(own)) * int(coef)
            total = total + more  # type: ignore[assignment] # sums of sizes are sizes
    return total


def _is_whole(value: object) -> bool:
    return isinstance(value, Size) or (isinstance(value, Fraction) and value.denominator == 1)


def is_count(dim: object) -> bool:
    """Whether a dim, or a difference of dims, is zero or more whatever its sizes are."""
    if not isinstance(dim, Size):
        return isinstance(dim, int) and dim >= 0
    return all(coef >= 0 for _, coef in dim.terms) and dim.offset + sum(coef for _, coef in dim.terms) >= 0


def dim_value(dim: Dim, sizes: Mapping[str, int]) -> int:
    """The number that ``dim`` stands for when the named sizes have these values."""
    if isinstance(dim, int):
        return dim
    return dim.offset + sum(coef * sizes[name] for name, coef in dim.terms)


def dim_names(dim: Dim) -> tuple[str, ...]:
    """The named sizes in ``dim``."""
    return () if isinstance(dim, int) else tuple(name for name, _ in dim.terms)


def show_sizes(sizes: Mapping[str, int]) -> str:
    """Named sizes with their values: ``n=3, d=2``."""
    return ", ".join(f"{name}={value}" for name, value in sizes.items())


# Sizes take part in arithmetic, so they need the nodes; the nodes need sizes for their shapes.
from symml.expr import nodes  # noqa: E402  # see the line above
