"""To and from SymPy: scalars as they are, arrays entry by entry with Indexed and Sum, or explicit at given sizes.

SymPy is imported when a function is called: the language itself does not need it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import product
from typing import Any

from symml.errors import SymmlError
from symml.expr import arithmetic, build, functions, ranges
from symml.expr.binders import readable
from symml.expr.cofactors import determinant, inverse_entry
from symml.expr.contract import contract
from symml.expr.dims import Dim, as_dim, dim_value
from symml.expr.nodes import (
    Add,
    Along,
    Apply,
    Basis,
    Constant,
    Contract,
    Derivative,
    Expr,
    Extent,
    Eye,
    Linalg,
    OneHot,
    Positions,
    Power,
    Selector,
    Symbol,
    constant,
)
from symml.expr.scoped import Bound, Expectation, Integral, Ranged, Series
from symml.expr.walk import size_names, symbols

_ASSUMED = ("positive", "nonnegative", "nonzero", "integer")


def _module() -> Any:
    import sympy

    return sympy


# ---- to SymPy --------------------------------------------------------------------------------------------------------
class _Writer:
    """Writes entries; with ``sizes`` every sum is written out."""

    def __init__(self, sizes: Mapping[str, int] | None) -> None:
        self.S = _module()
        self.sizes = sizes
        self.count = 0
        self.known: dict[Any, Any] = {}

    def label(self) -> Any:
        self.count += 1
        return self.S.Idx(f"i{self.count}")

    def dim(self, dim: Dim) -> Any:
        if isinstance(dim, int):
            return self.S.Integer(dim)
        if self.sizes is not None:
            return self.S.Integer(dim_value(dim, self.sizes))
        parts = [coef * self.S.Symbol(name, integer=True, positive=True) for name, coef in dim.terms]
        return self.S.Add(*parts, dim.offset)

    def explicit(self, dims: tuple[Dim, ...]) -> bool:
        return self.sizes is not None or all(isinstance(dim, int) for dim in dims)

    def places(self, dims: tuple[Dim, ...]) -> list[tuple[int, ...]]:
        sizes = self.sizes or {}
        return list(product(*(range(dim_value(dim, sizes)) for dim in dims)))

    def entry(self, node: Expr, at: tuple[Any, ...]) -> Any:
        key = (node, at)
        if key not in self.known:
            rule = _TO.get(type(node))
            if rule is None:
                raise SymmlError(f"{type(node).__name__} has no form in SymPy")
            self.known[key] = rule(self, node, at)
        return self.known[key]

    def symbol(self, node: Symbol) -> Any:
        assumed = {fact: True for fact in _ASSUMED if fact in node.domain.facts} or {"real": True}
        if node.shape:
            return self.S.IndexedBase(node.name, shape=tuple(self.dim(dim) for dim in node.shape), real=True)
        return self.S.Symbol(node.name, **assumed)


def to_sympy(expr: Expr, sizes: Mapping[str, int] | None = None) -> Any:
    """The expression in SymPy.

    A scalar becomes a SymPy expression; arrays inside it are ``IndexedBase`` and sums are ``Sum``. An array becomes an
    explicit ``Matrix`` or ``Array`` when all its dims are numbers (or ``sizes`` gives them), else a ``Lambda`` from
    indices, counted from 0, to the entry.

    Args:
        expr: Any expression.
        sizes: Numbers for the named dims; every sum is then written out.

    Raises:
        SymmlError: A node has no form in SymPy.
    """
    if not isinstance(expr, Expr):
        raise SymmlError(f"{type(expr).__name__} is not an expression", cure="read text with read_numpy first")
    writer, expr = _Writer(sizes), readable(expr)
    if not expr.shape:
        return writer.entry(expr, ())
    if writer.explicit(expr.shape):
        entries = [writer.entry(expr, at) for at in writer.places(expr.shape)]
        shape = tuple(dim_value(dim, sizes or {}) for dim in expr.shape)
        return writer.S.Matrix(*shape, entries) if len(shape) == 2 else writer.S.Array(entries, shape)
    taken = {symbol.name for symbol in symbols(expr)} | set(size_names(expr))
    letters = [letter for letter in "ijklmnopqrstuvwxyz" if letter not in taken]
    labels = tuple(writer.S.Symbol(name, integer=True) for name in letters[: len(expr.shape)])
    return writer.S.Lambda(labels, writer.entry(expr, labels))


def _write_symbol(w: _Writer, node: Symbol, at: tuple[Any, ...]) -> Any:
    return w.symbol(node)[at] if at else w.symbol(node)


def _write_constant(w: _Writer, node: Constant, at: tuple[Any, ...]) -> Any:
    if isinstance(node.value, str):
        return {"pi": w.S.pi, "e": w.S.E}[node.value]
    return w.S.Rational(node.value.numerator, node.value.denominator)


def _write_contract(w: _Writer, node: Contract, at: tuple[Any, ...]) -> Any:
    inner = node.dims[len(node.shape) :]
    coef = w.S.Rational(node.coef.numerator, node.coef.denominator)

    def term(labels: tuple[Any, ...]) -> Any:
        places = at + labels
        return w.S.Mul(
            *(w.entry(a, tuple(places[i] for i in sub)) for a, sub in zip(node.args, node.subs, strict=True))
        )

    if not inner:
        return coef * term(())
    if w.explicit(inner):
        return coef * w.S.Add(*(term(labels) for labels in w.places(inner)))
    labels = tuple(w.S.Symbol(f"k{w.count + k}", integer=True) for k in range(len(inner)))
    w.count += len(inner)
    limits = [(label, 0, w.dim(dim) - 1) for label, dim in zip(labels, inner, strict=True)]
    return coef * w.S.Sum(term(labels), *limits)


def _write_apply(w: _Writer, node: Apply, at: tuple[Any, ...]) -> Any:
    if node.function.sympy is None:
        raise SymmlError(f"{node.function.name} has no definition in SymPy")
    return node.function.sympy(w.S, *(w.entry(arg, at) for arg in node.args))


def _write_along(w: _Writer, node: Along, at: tuple[Any, ...]) -> Any:
    x = node.args[0]
    if node.function.definition is not None:
        return w.entry(node.function.definition(x, node.axes), at)
    dims = tuple(x.shape[axis] for axis in node.axes)
    if not w.explicit(dims):
        raise SymmlError(f"{node.function.name} over a symbolic dim has no form in SymPy", cure="give sizes={'n': 3}")
    entries = []
    for inner in w.places(dims):
        kept, new = iter(at), iter(inner)
        place = tuple(next(new) if axis in node.axes else next(kept) for axis in range(len(x.shape)))
        entries.append(w.entry(x, place))
    if node.function.name == "sort":
        raise SymmlError("sort has no SymPy form entry by entry", cure="use a kernel")
    combine = {"max": w.S.Max, "min": w.S.Min, "prod": w.S.Mul}[node.function.name]
    return combine(*entries)


def _write_linalg(w: _Writer, node: Linalg, at: tuple[Any, ...]) -> Any:
    a = node.args[0]
    if node.function.reads_symmetric:
        raise SymmlError(f"{node.function.name} has no SymPy form entry by entry", cure="use a kernel")
    if not w.explicit(a.shape):
        raise SymmlError(f"{node.function.name} of a symbolic dim has no entries in SymPy", cure="give sizes={'d': 2}")
    size = dim_value(a.shape[0], w.sizes or {})
    rows = [[w.entry(a, (i, j)) for j in range(size)] for i in range(size)]
    key = (a, "determinant")
    if key not in w.known:
        w.known[key] = determinant(rows)
    if node.function.name == "inv":
        return inverse_entry(rows, at[0], at[1], w.known[key])
    return w.known[key] if node.function.name == "det" else w.S.log(w.S.Abs(w.known[key]))


def _write_bound(w: _Writer, node: Bound, at: tuple[Any, ...]) -> Any:
    assumed = {fact: True for fact in _ASSUMED if fact in node.domain.facts} or {"real": True}
    return w.S.Symbol(node.name, **assumed)


def _write_ranged(w: _Writer, node: Ranged, at: tuple[Any, ...]) -> Any:
    low, high = (None if end is None else w.entry(end, ()) for end in (node.lower, node.upper))
    limits = (w.entry(node.variables[0], ()), -w.S.oo if low is None else low, w.S.oo if high is None else high)
    return (w.S.Sum if isinstance(node, Series) else w.S.Integral)(w.entry(node.body, at), limits)


def _write_expectation(w: _Writer, node: Expectation, at: tuple[Any, ...]) -> Any:
    raise SymmlError(f"{node} has no form in SymPy here", cure="expand it into moments first: symml.expectation")


def _write_derivative(w: _Writer, node: Derivative, at: tuple[Any, ...]) -> Any:
    expr, wrt = node.args
    if expr.shape or wrt.shape:
        raise SymmlError("a derivative of arrays has no unevaluated form in SymPy", cure="carry it out first")
    return w.S.Derivative(w.entry(expr, ()), w.entry(wrt, ()))


_TO: dict[type[Expr], Callable[..., Any]] = {
    Symbol: _write_symbol,
    Constant: _write_constant,
    Extent: lambda w, node, at: w.dim(node.size),
    Eye: lambda w, node, at: w.S.KroneckerDelta(*at),
    Basis: lambda w, node, at: w.S.KroneckerDelta(at[0], w.dim(node.position)),
    Positions: lambda w, node, at: at[0],
    Selector: lambda w, node, at: w.S.KroneckerDelta(at[1], w.dim(node.start) + node.step * at[0]),
    OneHot: lambda w, node, at: w.S.KroneckerDelta(w.entry(node.args[0], at[:-1]), at[-1]),
    Add: lambda w, node, at: w.S.Add(*(w.entry(arg, at) for arg in node.args)),
    Contract: _write_contract,
    Power: lambda w, node, at: (
        w.entry(node.args[0], at) ** w.S.Rational(node.exponent.numerator, node.exponent.denominator)
    ),
    Apply: _write_apply,
    Along: _write_along,
    Linalg: _write_linalg,
    Bound: _write_bound,
    Series: _write_ranged,
    Integral: _write_ranged,
    Expectation: _write_expectation,
    Derivative: _write_derivative,
}


# ---- from SymPy ------------------------------------------------------------------------------------------------------
_FUNCTIONS = {
    "Abs": functions.abs,
    "asin": functions.arcsin,
    "acos": functions.arccos,
    "atan": functions.arctan,
    "asinh": functions.arcsinh,
    "acosh": functions.arccosh,
    "atanh": functions.arctanh,
    "loggamma": functions.lgamma,
    "Max": functions.maximum,
    "Min": functions.minimum,
}
Labeled = tuple[Expr, tuple[Any, ...]]


class _Reader:
    """Reads SymPy: every part is an array with one axis per index that occurs free in it."""

    def __init__(self, symbols: Mapping[str, Expr]) -> None:
        self.S = _module()
        self.symbols = symbols

    def read(self, e: Any) -> Labeled:
        S = self.S
        if isinstance(e, S.MatrixExpr):
            return self.matrix(e), ()
        if e.is_Rational or e.is_Float:
            value = Fraction(str(e)) if e.is_Float else Fraction(int(e.p), int(e.q))
            return constant(value), ()
        if e in (S.pi, S.E):
            return constant("pi" if e is S.pi else "e"), ()
        if isinstance(e, S.Indexed):
            return self.indexed(e)
        if e.is_Symbol:
            return self.named(e), ()
        if isinstance(e, S.Sum):
            return self.sum(e)
        if isinstance(e, S.Integral):
            node, labels = self.read(e.function)
            return self.range(ranges.integral, node, e.limits), labels
        return self.combined(e)

    def named(self, e: Any) -> Expr:
        if e.name in self.symbols:
            return self.symbols[e.name]
        domain = "positive" if e.is_positive else "nonnegative" if e.is_nonnegative else "real"
        return build.scalar(e.name, domain)

    def indexed(self, e: Any) -> Labeled:
        name = str(e.base.label)
        if name not in self.symbols:
            raise SymmlError(f"{name} is indexed, but its shape is not declared", cure=f"add '{name}: n' to the shapes")
        return self.symbols[name], tuple(e.indices)

    def sum(self, e: Any) -> Labeled:
        node, labels = self.read(e.function)
        bound = [limit[0] for limit in e.limits]
        if not any(label in labels for label in bound):
            return self.range(ranges.series, node, e.limits), labels
        missing = [label for label in bound if label not in labels]
        if missing:
            raise SymmlError(f"the sum over {missing[0]} has no array that carries it")
        kept = tuple(label for label in labels if label not in bound)
        return contract([(node, labels)], kept), kept

    def range(self, builder: Callable[..., Expr], node: Expr, limits: Any) -> Expr:
        """A sum or an integral over scalars, the innermost limit first."""
        for limit in limits:
            if len(limit) != 3:
                raise SymmlError(f"{limit} has no ends", cure="give both ends")
            ends = [self.end(end) for end in limit[1:]]
            node = builder(node, self.named(limit[0]), *ends)
        return node

    def end(self, end: Any) -> Any:
        if end in (self.S.oo, -self.S.oo):
            return float("inf") if end is self.S.oo else float("-inf")
        node, labels = self.read(end)
        if labels:
            raise SymmlError(f"the end {end} has indices")
        return node

    def combined(self, e: Any) -> Labeled:
        parts = [self.read(arg) for arg in e.args]
        labels = tuple(dict.fromkeys(label for _, own in parts for label in own))
        dims = {label: dim for node, own in parts for label, dim in zip(own, node.shape, strict=True)}
        aligned = [contract([(node, own)], labels, dims=dims) if own != labels else node for node, own in parts]
        return self.operation(e, aligned), labels

    def operation(self, e: Any, args: list[Expr]) -> Expr:
        name = type(e).__name__
        if name == "Add":
            return _fold(arithmetic.plus, args)
        if name == "Mul":
            return _fold(arithmetic.times, args)
        if name == "Pow":
            return arithmetic.power(*args)
        if name == "exp":
            return functions.exp(args[0])
        row = _FUNCTIONS.get(name, functions.FUNCTIONS.get(name))
        if row is None:
            raise SymmlError(f"SymPy's {name} has no counterpart", cure="use elementary functions, Sum and Indexed")
        return _fold(row, args) if name in ("Max", "Min") else row(*args)

    def matrix(self, e: Any) -> Expr:
        name = type(e).__name__
        if name == "MatrixSymbol":
            declared = self.symbols.get(e.name)
            return build.matrix(e.name, self.dim(e.rows), self.dim(e.cols)) if declared is None else declared
        args = [self.matrix(a) if isinstance(a, self.S.MatrixExpr) else self.read(a)[0] for a in e.args]
        rules: dict[str, Callable[..., Expr]] = {
            "MatMul": lambda *a: _fold(lambda x, y: arithmetic.matmul(x, y) if x.shape and y.shape else x * y, a),
            "MatAdd": lambda *a: _fold(arithmetic.plus, a),
            "Transpose": arithmetic.transpose,
            "Inverse": lambda a, *rest: build.inv(a),
            "HadamardProduct": lambda *a: _fold(arithmetic.times, a),
        }
        if name not in rules:
            raise SymmlError(f"SymPy's {name} has no counterpart", cure="use MatMul, MatAdd, Transpose, Inverse")
        return rules[name](*args)

    def dim(self, e: Any) -> Dim:
        return as_dim(int(e) if e.is_Integer else str(e))


def _fold(operation: Callable[..., Expr], args: Any) -> Expr:
    result = args[0]
    for more in args[1:]:
        result = operation(result, more)
    return result  # type: ignore[no-any-return] # expressions in, an expression out


def from_sympy(e: Any, symbols: Mapping[str, Expr] | None = None) -> Expr:
    """An expression from SymPy: scalar functions, Sum over Indexed, and matrix expressions.

    Args:
        e: The SymPy object.
        symbols: Declared symbols by name; needed for arrays that are indexed.

    Raises:
        SymmlError: A part has no counterpart.
    """
    reader = _Reader(symbols or {})
    S = reader.S
    if not isinstance(e, S.Basic):
        raise SymmlError(
            f"{type(e).__name__} is not a SymPy object", cure="build it with SymPy, or use read_numpy for text"
        )
    if isinstance(e, S.Trace):
        return build.trace(reader.matrix(e.arg))
    if isinstance(e, S.Determinant):
        return build.det(reader.matrix(e.arg))
    node, labels = reader.read(e)
    if labels:
        raise SymmlError(f"the indices {labels} are free", cure="sum over them, or take an entry")
    return node
