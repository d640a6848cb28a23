"""Values of expressions at exact points: in mpmath to any number of digits, or enclosed in rigorous balls."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from fractions import Fraction
from functools import lru_cache
from random import Random
from typing import Any

import flint
import mpmath
import numpy as np

from symml.calculus import scoped_values
from symml.calculus.elimination import eliminate
from symml.calculus.sampling import Point
from symml.calculus.scalars import Balls, Digits, Field, Undecided
from symml.calculus.sparse_sums import summed_product
from symml.calculus.spectrum import FACTORS, sorted_along, symmetric_part
from symml.errors import NotEvaluable
from symml.expr.binders import outside_order
from symml.expr.build import det
from symml.expr.dims import Shape, dim_value
from symml.expr.function import Function
from symml.expr.functions import abs as absolute
from symml.expr.functions import log
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
from symml.expr.scoped import Bound, Expectation, Integral, Series

_MAX_BITS = 8192
_MAX_ENTRIES = 1_000_000
_COMPARISONS: dict[str, Callable[[int], bool]] = {
    "greater": lambda s: s > 0,
    "less": lambda s: s < 0,
    "greater_equal": lambda s: s >= 0,
    "less_equal": lambda s: s <= 0,
    "equal": lambda s: s == 0,
    "not_equal": lambda s: s != 0,
}


def evaluate(root: Expr, point: Point, digits: int = 50) -> Any:
    """The value as an object array of mpmath numbers, right to about ``digits`` digits.

    The precision is doubled until two runs agree.

    Raises:
        NotEvaluable: An entry has no value, or the runs do not agree at the highest precision.
    """
    working = digits + 15
    before = approximate(root, point, working)
    while working < 40 * (digits + 15):
        working *= 2
        after = approximate(root, point, working)
        with mpmath.workdps(digits + 10):
            if all(_agree(a, b, digits) for a, b in zip(before.flat, after.flat, strict=True)):
                return _defined(after, root)
        before = after
    raise NotEvaluable(f"{root}: the value does not settle at {working} digits")


def approximate(root: Expr, point: Point, digits: int) -> Any:
    """The value computed once with so many digits; ``None`` where there is none, and no claim on how many are right."""
    with mpmath.workdps(digits):
        return _evaluate(root, point, Digits())


def _agree(a: Any, b: Any, digits: int) -> bool:
    if a is None or b is None:
        return a is b
    # A true zero never settles relatively: rounding leaves ever smaller numbers.
    nothing = mpmath.mpf(10) ** (-3 * digits)
    return bool(abs(a - b) <= max(abs(b) * mpmath.mpf(10) ** -digits, nothing))


def _defined(values: Any, root: Expr) -> Any:
    if any(v is None for v in values.flat):
        raise NotEvaluable(f"{root} has no value at this point: a pole, or a function outside its domain")
    return values


def enclose(root: Expr, point: Point, bits: int = 128) -> Any:
    """An object array of exact rationals and balls that contain the true entries; ``None`` where there is no value.

    Raises:
        NotEvaluable: A comparison stays undecided at the highest precision.
    """
    return enclose_all([root], point, bits)[0]


def enclose_all(roots: Sequence[Expr], point: Point, bits: int = 128) -> list[Any]:
    """The same for several expressions; what they have in common is computed once."""
    while bits <= _MAX_BITS:
        saved = flint.ctx.prec
        flint.ctx.prec = bits
        try:
            run = Run(Balls(bits), point)
            return [run.value(root) for root in roots]
        except Undecided:
            bits *= 2
        finally:
            flint.ctx.prec = saved
    raise NotEvaluable(f"{roots[0]}: a comparison is too close to call at {_MAX_BITS} bits")


# ---- the evaluator ---------------------------------------------------------------------------------------------------
class Run:
    """One evaluation: the field, the point and the values found so far."""

    def __init__(self, field: Field, point: Point) -> None:
        self.field, self.point = field, point
        self.by_name = {symbol.name: value for symbol, value in point.values.items()}
        self.values: MutableMapping[Expr, Any] = {}
        self.bodies = [0]

    def inside(self, variables: Mapping[Expr, Any]) -> Run:
        """A run inside the body of a binder: what is known outside, and values of the binder's variables."""
        run = Run(self.field, self.point)
        run.values, run.bodies = ChainMap(dict(variables), self.values), self.bodies
        return run

    def shape(self, dims: Shape) -> tuple[int, ...]:
        """A shape in numbers."""
        return tuple(dim_value(dim, self.point.sizes) for dim in dims)

    def map(self, function: Callable[..., Any], *arrays: Any) -> Any:
        """Elementwise; a missing value stays missing."""
        result = np.empty(arrays[0].shape, dtype=object)
        for place in np.ndindex(*arrays[0].shape):
            args = [array[place] for array in arrays]
            result[place] = None if any(a is None for a in args) else function(*args)
        return result

    def value(self, root: Expr) -> Any:
        """The value of an expression, its parts first."""
        for node in outside_order(root):
            if node not in self.values:
                rule = _RULES.get(type(node))
                if rule is None:
                    raise NotEvaluable(
                        f"{type(node).__name__} has no numeric value", cure="carry out derivatives first"
                    )
                self.values[node] = rule(self, node)
        return self.values[root]


def _evaluate(root: Expr, point: Point, field: Field) -> Any:
    return Run(field, point).value(root)


def _filled(shape: tuple[int, ...], entry: Callable[[tuple[int, ...]], Any]) -> Any:
    if int(np.prod(shape)) > _MAX_ENTRIES:
        raise NotEvaluable(f"an array of shape {shape} is too large to evaluate exactly")
    result = np.empty(shape, dtype=object)
    for place in np.ndindex(*shape):
        result[place] = entry(place)
    return result


def _symbol(run: Run, node: Symbol) -> Any:
    given = run.point.values.get(node, run.by_name.get(node.name))
    if given is None:
        raise NotEvaluable(f"{node.name} has no value at this point")
    return run.map(run.field.number, np.asarray(given, dtype=object))


def _constant(run: Run, node: Constant) -> Any:
    value = run.field.named(node.value) if isinstance(node.value, str) else run.field.number(node.value)
    return _filled((), lambda place: value)


def _selector(run: Run, node: Selector) -> Any:
    start = dim_value(node.start, run.point.sizes)
    return _filled(run.shape(node.shape), lambda at: run.field.number(int(at[1] == start + node.step * at[0])))


def _basis(run: Run, node: Basis) -> Any:
    position = dim_value(node.position, run.point.sizes)
    return _filled(run.shape(node.shape), lambda at: run.field.number(int(at[0] == position)))


def _onehot(run: Run, node: OneHot) -> Any:
    labels = run.values[node.args[0]]

    def entry(at: tuple[int, ...]) -> Any:
        difference = run.field.add(labels[at[:-1]], run.field.number(-at[-1]))
        return run.field.number(int(run.field.sign(difference) == 0))

    return _filled(run.shape(node.shape), entry)


def _add(run: Run, node: Add) -> Any:
    total = run.values[node.args[0]]
    for arg in node.args[1:]:
        total = run.map(run.field.add, total, run.values[arg])
    return total


def _contract(run: Run, node: Contract) -> Any:
    lengths = run.shape(node.dims)
    rank = len(node.shape)
    if int(np.prod(lengths, dtype=float)) > _MAX_ENTRIES:
        raise NotEvaluable(f"a sum over {lengths} terms is too large to evaluate exactly")
    coef = run.field.number(node.coef)
    first = None if node.args and node.coef == 1 else coef  # what is only copied stays the same object
    arrays = [(run.values[arg], sub) for arg, sub in zip(node.args, node.subs, strict=True)]
    if arrays and not any(value is None for array, _ in arrays for value in array.flat):
        return summed_product(run.field, arrays, lengths, rank, first)

    def entry(at: tuple[int, ...]) -> Any:
        total = None
        for inner in np.ndindex(*lengths[rank:]):
            place = at + inner
            term = first
            for array, sub in arrays:
                value = array[tuple([place[i] for i in sub])]
                if value is None:
                    return None
                term = value if term is None else run.field.multiply(term, value)
            total = term if total is None else run.field.add(total, term)
        return run.field.number(0) if total is None else total

    return _filled(lengths[:rank], entry)


def _power(run: Run, node: Power) -> Any:
    return run.map(lambda x: run.field.power(x, node.exponent), run.values[node.args[0]])


def _apply(run: Run, node: Apply) -> Any:
    function, args = node.function, [run.values[arg] for arg in node.args]
    if function.name in _COMPARISONS:
        holds = _COMPARISONS[function.name]
        return run.map(lambda a, b: run.field.number(int(holds(_compare(run.field, a, b)))), *args)
    if function.name == "where":
        return _where(run, *args)
    if function.undefined:
        return run.map(lambda *xs: _undefined(run.field, function, xs), *args)
    if function.definition is not None and not function.flint:
        return run.value(function.definition(*node.args))
    return run.map(lambda *xs: run.field.call(function, xs), *args)


def _compare(field: Field, a: Any, b: Any) -> int:
    # The largest of some entries is one of them: no precision is needed to see that.
    if a is b:
        return 0
    return field.sign(field.add(a, field.multiply(field.number(-1), b)))


def _where(run: Run, condition: Any, a: Any, b: Any) -> Any:
    """The branch that is not taken may be without a value."""

    def entry(at: tuple[int, ...]) -> Any:
        chosen = condition[at]
        return None if chosen is None else a[at] if run.field.sign(chosen) else b[at]

    return _filled(condition.shape, entry)


def _undefined(field: Field, function: Function, args: tuple[Any, ...]) -> Any:
    """A fixed polynomial stands for an undefined function, and its derivatives for the function's."""
    base, orders = _split(function.name, len(args))
    total = field.number(0)
    for powers, coef in _stand_in(base, len(args)).items():
        for power, order in zip(powers, orders, strict=True):
            for k in range(order):
                coef *= power - k
        if not coef:
            continue
        term = field.number(coef)
        for x, power, order in zip(args, powers, orders, strict=True):
            for _ in range(power - order):
                term = field.multiply(term, x)
        total = field.add(total, term)
    return total


def _split(name: str, arity: int) -> tuple[str, tuple[int, ...]]:
    """``f''`` is f with orders (2,); ``f_1_2`` is f with orders (1, 1)."""
    if arity == 1:
        return name.rstrip("'"), (len(name) - len(name.rstrip("'")),)
    base, *marks = name.split("_")
    return base, tuple(marks.count(str(i + 1)) for i in range(arity))


@lru_cache(maxsize=256)
def _stand_in(name: str, arity: int) -> Mapping[tuple[int, ...], Fraction]:
    rng = Random(name)
    degree = 6 if arity == 1 else 4
    places = [p for p in np.ndindex(*(degree + 1,) * arity) if sum(p) <= degree]
    return {place: Fraction(rng.randint(1, 9) * rng.choice((-1, 1)), rng.randint(1, 4)) for place in places}


def _along(run: Run, node: Along) -> Any:
    function, x = node.function, node.args[0]
    if function.definition is not None:
        return run.value(function.definition(x, node.axes))
    values = run.values[x]
    if function.name == "sort":
        return sorted_along(run.field, values, node.axes[0])
    kept = tuple(i for i in range(values.ndim) if i not in node.axes)
    flat = np.transpose(values, (*kept, *node.axes)).reshape(*(values.shape[i] for i in kept), -1)
    return _filled(flat.shape[:-1], lambda at: _fold(run.field, function.name, list(flat[at])))


def _fold(field: Field, name: str, entries: list[Any]) -> Any:
    if any(entry is None for entry in entries):
        return None
    result = entries[0]
    for entry in entries[1:]:
        if name == "prod":
            result = field.multiply(result, entry)
        elif (_compare(field, entry, result) > 0) == (name == "max"):
            result = entry
    return result


# ---- linear algebra --------------------------------------------------------------------------------------------------
def _linalg(run: Run, node: Linalg) -> Any:
    matrix = run.values[node.args[0]]
    size = len(matrix)
    if any(entry is None for entry in matrix.flat):
        return _filled(matrix.shape[: node.function.axes], lambda at: None)
    if node.function.reads_symmetric:
        return FACTORS[node.function.name](run.field, symmetric_part(run.field, matrix))
    inverse, determinant = eliminate(run.field, matrix)
    if node.function.name == "det":
        return _filled((), lambda at: determinant)
    if node.function.name == "logdet":
        return run.value(log(absolute(det(node.args[0]))))
    if inverse is None:
        return _filled((size, size), lambda at: None)
    return inverse


def _eye(run: Run, node: Eye) -> Any:
    return _filled(run.shape(node.shape), lambda at: run.field.number(int(at[0] == at[1])))


def _extent(run: Run, node: Extent) -> Any:
    value = run.field.number(dim_value(node.size, run.point.sizes))
    return _filled((), lambda at: value)


_RULES: dict[type[Expr], Callable[..., Any]] = {
    Symbol: _symbol,
    Constant: _constant,
    Extent: _extent,
    Eye: _eye,
    Basis: _basis,
    Selector: _selector,
    Positions: lambda run, node: _filled(run.shape(node.shape), lambda at: run.field.number(at[0])),
    OneHot: _onehot,
    Add: _add,
    Contract: _contract,
    Power: _power,
    Apply: _apply,
    Along: _along,
    Linalg: _linalg,
    Bound: scoped_values.bound,
    Series: scoped_values.series,
    Integral: scoped_values.integral,
    Expectation: scoped_values.expectation,
}
