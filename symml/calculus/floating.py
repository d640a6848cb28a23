"""Values in float64, many expressions at one point: what is common to them is computed once.

Fast and approximate: for screening candidates whose exact comparison follows, never for a verdict.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np

from symml.calculus.sampling import Point
from symml.errors import NotEvaluable
from symml.expr.dims import Shape, dim_value
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

_MAX_ENTRIES = 2_000_000
_NAMED = {"pi": math.pi, "e": math.e}


class FloatPoint:
    """A point with the float64 values of the expressions that were asked for.

    Args:
        point: The exact point.
    """

    def __init__(self, point: Point) -> None:
        self.point = point
        self._by_name = {symbol.name: _floats(value) for symbol, value in point.values.items()}
        self._values: dict[Expr, Any] = {}

    def value(self, root: Expr) -> Any:
        """The value as a float64 array.

        Raises:
            NotEvaluable: The expression has a node without a float value, or no finite value.
        """
        known = self._values
        if root not in known:
            with np.errstate(all="ignore"):
                for node in _missing(root, known):
                    known[node] = self._node(node)
        found = known[root]
        if not np.all(np.isfinite(found)):
            raise NotEvaluable(f"{root} has no finite value at this point")
        return found

    def given(self, name: str, value: Any) -> None:
        """Gives a value to a symbol that the point does not have."""
        self._by_name[name] = value

    def shape(self, dims: Shape) -> tuple[int, ...]:
        """The dims as numbers."""
        return tuple(dim_value(dim, self.point.sizes) for dim in dims)

    def _node(self, node: Expr) -> Any:
        if isinstance(node, Symbol):
            if node.name not in self._by_name:
                raise NotEvaluable(f"{node.name} has no value at this point")
            return self._by_name[node.name]
        rule = _RULES.get(type(node))
        if rule is None:
            raise NotEvaluable(f"{type(node).__name__} has no numeric value")
        return rule(self, node, [self._values[arg] for arg in node.args])


def _missing(root: Expr, known: dict[Expr, Any]) -> list[Expr]:
    """The nodes without a value, arguments first."""
    order: list[Expr] = []
    done: set[Expr] = set()
    stack: list[tuple[Expr, bool]] = [(root, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            order.append(node)
        elif node not in done and node not in known:
            done.add(node)
            stack.append((node, True))
            stack.extend([(arg, False) for arg in node.args])
    return order


def _floats(value: Any) -> Any:
    return np.array(value, dtype=object).astype(float)


def _constant(at: FloatPoint, node: Constant, args: list[Any]) -> Any:
    return np.float64(_NAMED[node.value] if isinstance(node.value, str) else float(node.value))


def _selector(at: FloatPoint, node: Selector, args: list[Any]) -> Any:
    rows, cols = at.shape(node.shape)
    start = dim_value(node.start, at.point.sizes)
    return np.equal.outer(start + node.step * np.arange(rows), np.arange(cols)).astype(float)


def _basis(at: FloatPoint, node: Basis, args: list[Any]) -> Any:
    return (np.arange(at.shape(node.shape)[0]) == dim_value(node.position, at.point.sizes)).astype(float)


def _onehot(at: FloatPoint, node: OneHot, args: list[Any]) -> Any:
    return (args[0][..., None] == np.arange(at.shape(node.shape)[-1])).astype(float)


def _add(at: FloatPoint, node: Add, args: list[Any]) -> Any:
    total = args[0]
    for arg in args[1:]:
        total = total + arg
    return total


def _contract(at: FloatPoint, node: Contract, args: list[Any]) -> Any:
    lengths = at.shape(node.dims)
    rank = len(node.shape)
    if math.prod(lengths) > _MAX_ENTRIES:
        raise NotEvaluable("a product over too many indices")
    if not args:
        return np.full(lengths[:rank], float(node.coef))
    carried = {i for sub in node.subs for i in sub}
    operands: list[Any] = []
    for arg, sub in zip(args, node.subs, strict=True):
        operands += [arg, list(sub)]
    for i in range(rank):
        if i not in carried:
            operands += [np.ones(lengths[i]), [i]]
    value = np.einsum(*operands, list(range(rank)), optimize=len(args) > 3)
    return value if node.coef == 1 else float(node.coef) * value


def _power(at: FloatPoint, node: Power, args: list[Any]) -> Any:
    base, exponent = args[0], node.exponent
    if exponent.denominator > 1 and exponent.denominator % 2:
        return np.where(base < 0, np.nan, np.abs(base) ** float(exponent))
    return np.asarray(base, float) ** float(exponent)


def _apply(at: FloatPoint, node: Apply, args: list[Any]) -> Any:
    function = node.function
    if function.name == "where":
        return np.where(args[0] != 0, args[1], args[2])
    if function.numpy:
        return np.asarray(getattr(np, function.numpy)(*args), dtype=float)
    if function.name in _SCALAR:
        return np.vectorize(_SCALAR[function.name], otypes=[float])(*args)
    if function.definition is not None:
        return at.value(function.definition(*node.args))
    raise NotEvaluable(f"{function.name} has no float value")


def _guarded(function: Callable[..., float]) -> Callable[..., float]:
    def call(*args: float) -> float:
        try:
            return float(function(*args))
        except (ValueError, OverflowError, ZeroDivisionError, TypeError):
            return math.nan

    return call


_SCALAR: dict[str, Callable[..., float]] = {
    "erf": _guarded(math.erf),
    "erfc": _guarded(math.erfc),
    "gamma": _guarded(math.gamma),
    "lgamma": _guarded(math.lgamma),
    "digamma": _guarded(mpmath.fp.digamma),
    "polygamma": _guarded(lambda m, x: mpmath.psi(int(m), x)),
}


def _along(at: FloatPoint, node: Along, args: list[Any]) -> Any:
    x, axes = args[0], node.axes
    name = node.function.name
    if name in ("max", "min", "prod"):
        return getattr(np, name)(x, axis=axes)
    if name == "sort":
        return np.sort(x, axis=axes[0])
    shift = np.max(x, axis=axes, keepdims=True)
    total = np.sum(np.exp(x - shift), axis=axes, keepdims=True)
    if name == "softmax":
        return np.exp(x - shift) / total
    if name == "log_softmax":
        return x - shift - np.log(total)
    if name == "logsumexp":
        return np.squeeze(shift + np.log(total), axis=axes)
    raise NotEvaluable(f"{name} has no float value")


_OF_SYMMETRIC: dict[str, Callable[[Any], Any]] = {
    "eigvals": np.linalg.eigvalsh,
    "eigvecs": lambda a: np.linalg.eigh(a)[1],
    "cholesky": np.linalg.cholesky,
}


def _linalg(at: FloatPoint, node: Linalg, args: list[Any]) -> Any:
    name = node.function.name
    try:
        if name == "inv":
            return np.linalg.inv(args[0])
        if name == "det":
            return np.linalg.det(args[0])
        if name == "logdet":
            return np.linalg.slogdet(args[0])[1]
        if name in _OF_SYMMETRIC:
            return _OF_SYMMETRIC[name]((args[0] + args[0].T) / 2)
    except np.linalg.LinAlgError:
        raise NotEvaluable("a singular matrix") from None
    raise NotEvaluable(f"{name} has no float value")


_RULES: dict[type[Expr], Callable[..., Any]] = {
    Constant: _constant,
    Extent: lambda at, node, args: np.float64(dim_value(node.size, at.point.sizes)),
    Eye: lambda at, node, args: np.eye(*at.shape(node.shape)),
    Basis: _basis,
    Selector: _selector,
    Positions: lambda at, node, args: np.arange(at.shape(node.shape)[0], dtype=float),
    OneHot: _onehot,
    Add: _add,
    Contract: _contract,
    Power: _power,
    Apply: _apply,
    Along: _along,
    Linalg: _linalg,
}
