"""An independent evaluator for the tests: float64, by einsum and SciPy, nothing shared with the engine."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

import numpy as np
import scipy.special as special

from symml.expr import nodes as n
from symml.expr.binders import opened
from symml.expr.dims import dim_value
from symml.expr.scoped import Series
from symml.expr.walk import size_names, symbols, topological, transform

Values = Mapping[str, Any]
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def _gelu(x: Any) -> Any:
    return x * special.ndtr(x)


_AS_IN_NUMPY = (
    "exp log log1p expm1 log2 log10 power sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh "
    "arctan2 floor ceil rint abs sign maximum minimum logaddexp where "
    "greater less greater_equal less_equal equal not_equal"
)
FUNCTIONS: dict[str, Any] = {name: getattr(np, name) for name in _AS_IN_NUMPY.split()} | {
    "erf": special.erf,
    "erfc": special.erfc,
    "normal_cdf": special.ndtr,
    "normal_pdf": lambda x: np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi),
    "gamma": special.gamma,
    "lgamma": special.gammaln,
    "digamma": special.digamma,
    "polygamma": lambda m, x: special.polygamma(np.asarray(m, int), x),
    "xlogy": special.xlogy,
    "sigmoid": special.expit,
    "log_sigmoid": special.log_expit,
    "logit": special.logit,
    "softplus": lambda x: np.logaddexp(0, x),
    "relu": lambda x: np.maximum(x, 0),
    "leaky_relu": lambda x, a: np.where(x > 0, x, a * x),
    "elu": lambda x, a: np.where(x > 0, x, a * np.expm1(x)),
    "gelu": _gelu,
    "silu": lambda x: x * special.expit(x),
    "mish": lambda x: x * np.tanh(np.logaddexp(0, x)),
}


def sizes_of(*roots: n.Expr, start: int = 2) -> dict[str, int]:
    """Pairwise distinct sizes for every named dim."""
    return {name: start + k for k, name in enumerate(size_names(*roots))}


def draw(*roots: n.Expr, sizes: Mapping[str, int], seed: int = 0) -> dict[str, np.ndarray]:
    """A value for every symbol, from its domain."""
    rng = Random(seed)
    values = {}
    for symbol in symbols(*roots):
        shape = tuple(dim_value(dim, sizes) for dim in symbol.shape)
        values[symbol.name] = np.array([float(v) for v in symbol.domain.sample(rng, shape)]).reshape(shape)
    return values


def evaluate(root: n.Expr, values: Values, sizes: Mapping[str, int]) -> np.ndarray:
    """The value of an expression; sums over whole numbers have written numbers as ends."""
    found: dict[n.Expr, np.ndarray] = {}
    for node in topological(transform(root, _written_out)):
        args = [found[arg] for arg in node.args]
        found[node] = np.asarray(_value(node, args, values, sizes), float)
    return found[transform(root, _written_out)]


def _written_out(node: n.Expr) -> n.Expr | None:
    if not isinstance(node, Series):
        return None
    low, high = (int(end.value) for end in (node.lower, node.upper) if isinstance(end, n.Constant))
    terms = [opened(node, [n.constant(k)]) for k in range(low, high + 1)]
    return terms[0] if len(terms) == 1 else n.add_node(tuple(terms))


def _value(node: Any, args: list[np.ndarray], values: Values, sizes: Mapping[str, int]) -> Any:
    shape = tuple(dim_value(dim, sizes) for dim in node.shape)
    match node:
        case n.Symbol():
            return values[node.name]
        case n.Constant():
            return {"pi": np.pi, "e": np.e}[node.value] if isinstance(node.value, str) else float(node.value)
        case n.Extent():
            return dim_value(node.size, sizes)
        case n.Eye():
            return np.eye(*shape)
        case n.Basis():
            return np.eye(*shape, 1)[:, 0] * 0 + (np.arange(*shape) == dim_value(node.position, sizes))
        case n.Positions():
            return np.arange(*shape)
        case n.Selector():
            return np.eye(shape[1])[dim_value(node.start, sizes) + node.step * np.arange(shape[0])]
        case n.OneHot():
            return np.eye(shape[-1])[args[0].astype(int)]
        case n.Add():
            return sum(args)
        case n.Contract():
            return _einsum(node, args, sizes)
        case n.Power():
            with np.errstate(divide="ignore"):  # a branch that is not taken may divide by zero
                return args[0] ** float(node.exponent)
        case n.Apply():
            return FUNCTIONS[node.function.name](*args)
        case n.Along():
            return _along(node.function.name, args[0], node.axes)
        case n.Linalg():
            return _linalg(node.function.name, args[0])
    raise TypeError(type(node).__name__)


def _einsum(node: n.Contract, args: list[np.ndarray], sizes: Mapping[str, int]) -> Any:
    rank = len(node.shape)
    ones = [np.ones(dim_value(dim, sizes)) for dim in node.dims[:rank]]
    subs = ["".join(LETTERS[i] for i in sub) for sub in node.subs] + list(LETTERS[:rank])
    return float(node.coef) * np.einsum(",".join(subs) + "->" + LETTERS[:rank], *args, *ones)


def _along(name: str, x: np.ndarray, axes: tuple[int, ...]) -> Any:
    if name in ("softmax", "log_softmax", "logsumexp"):
        return getattr(special, name)(x, axis=axes)
    return getattr(np, name)(x, axis=axes[0] if name == "sort" else axes)


def _linalg(name: str, x: np.ndarray) -> Any:
    symmetric = (x + x.T) / 2
    rules = {
        "inv": lambda: np.linalg.inv(x),
        "det": lambda: np.linalg.det(x),
        "logdet": lambda: np.linalg.slogdet(x)[1],
        "eigvals": lambda: np.linalg.eigvalsh(symmetric),
        "eigvecs": lambda: np.linalg.eigh(symmetric)[1],
        "cholesky": lambda: np.linalg.cholesky(symmetric),
    }
    return rules[name]()


def differences(root: n.Expr, wrt: n.Symbol, values: Values, sizes: Mapping[str, int], h: float = 1e-5) -> np.ndarray:
    """Central differences with axes ``root.shape + wrt.shape``, every entry moved on its own."""
    x = np.asarray(values[wrt.name], float)
    shape = tuple(dim_value(dim, sizes) for dim in root.shape)
    out = np.zeros(shape + x.shape)
    for place in np.ndindex(*x.shape):
        step = np.zeros(x.shape)
        step[place] = h
        ends = [evaluate(root, {**values, wrt.name: x + s * step}, sizes) for s in (1, -1)]
        out[(..., *place)] = (ends[0] - ends[1]) / (2 * h)
    return out
