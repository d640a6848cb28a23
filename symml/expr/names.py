"""NumPy's (and SciPy's) names for what can be built: one table for live arrays and for text."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from symml.errors import SymmlError
from symml.expr import arithmetic, build, functions, probability, rearrange, scores, sequences, spectral
from symml.expr.activation_names import ACTIVATION_NAMES
from symml.expr.contract import contract
from symml.expr.dims import as_dim
from symml.expr.nodes import Apply, Basis, Contract, Expr, Eye, OneHot, Selector, Symbol, eye, selector

Builder = Callable[..., Expr]


def _reduction(builder: Builder) -> Builder:
    def reduced(
        x: object, axis: Any = None, dtype: object = None, out: object = None, keepdims: Any = False, ddof: int = 0
    ) -> Expr:
        options: dict[str, Any] = {"keepdims": bool(keepdims)}
        if ddof:
            options["ddof"] = ddof
        return builder(x, axis, **options)

    return reduced


def _clip(x: object, low: object = None, high: object = None, **bounds: object) -> Expr:
    low = bounds.pop("min", bounds.pop("a_min", low))
    high = bounds.pop("max", bounds.pop("a_max", high))
    if bounds:
        raise SymmlError(f"clip has no option {next(iter(bounds))}", cure="write clip(x, low, high)")
    node = arithmetic.lift(x)
    if low is not None:
        node = functions.maximum(node, low)
    return node if high is None else functions.minimum(node, high)


def _filled(value: int) -> Builder:
    return lambda shape, *args, **kwargs: arithmetic.full(value, build.shape_of(shape))


def _filled_like(value: int) -> Builder:
    return lambda x, *args, **kwargs: build.full_like(arithmetic.lift(x), value)


def _swapaxes(x: object, a: int, b: int) -> Expr:
    node = arithmetic.lift(x)
    order = list(range(len(node.shape)))
    order[a], order[b] = order[b], order[a]
    return arithmetic.transpose(node, order)


def _softmax(x: object, axis: Any = None) -> Expr:
    return build.softmax(x, axis)


def _log_softmax(x: object, axis: Any = None) -> Expr:
    return build.log_softmax(x, axis)


def _logsumexp(x: object, axis: Any = None, b: object = None, keepdims: bool = False) -> Expr:
    if b is None:
        return build.logsumexp(x, axis, keepdims=keepdims)
    return functions.log(build.sum(arithmetic.times(b, functions.exp(x)), axis, keepdims=keepdims))


def _inner(a: object, b: object) -> Expr:
    """The sum over the last axis of both."""
    left, right = arithmetic.lift(a), arithmetic.lift(b)
    if not left.shape or not right.shape:
        return arithmetic.times(left, right)
    rows = [("left", i) for i in range(len(left.shape) - 1)]
    cols = [("right", i) for i in range(len(right.shape) - 1)]
    return contract([(left, [*rows, "inner"]), (right, [*cols, "inner"])], [*rows, *cols])


def _vdot(a: object, b: object) -> Expr:
    """The sum of the products of all entries."""
    return build.sum(arithmetic.times(a, b))


def _eye(rows: object, cols: object = None, k: int = 0, dtype: object = None) -> Expr:
    n = as_dim(rows)
    m = n if cols is None else as_dim(cols)
    if n == m:
        return build.diag(build.ones(as_dim(arithmetic.minus(n, abs(k)))), k) if k else eye(n)
    if k or not isinstance(n, int) or not isinstance(m, int):
        raise SymmlError(f"eye({n}, {m}, {k}) has no expression", cure="use a square one: eye(n, k=1)")
    return selector(n, m, 0, 1) if n < m else selector(m, n, 0, 1).T


# ---- conditions ------------------------------------------------------------------------------------------------------
def is_condition(node: Expr) -> bool:
    """Whether every entry is a truth value: a comparison, or made of such by choices, brackets and broadcasting."""
    if isinstance(node, Symbol):
        return "binary" in node.domain.facts
    if isinstance(node, Apply):
        parts = node.args if node.function.name in ("maximum", "minimum") else node.args[1:]
        made = node.function.name in ("maximum", "minimum", "where") and all(map(is_condition, parts))
        return made or "binary" in node.function.facts
    if isinstance(node, Contract):
        chosen = {i for arg, sub in zip(node.args, node.subs, strict=True) if isinstance(arg, _CHOOSING) for i in sub}
        summed = set(range(len(node.shape), len(node.dims)))
        return (
            node.coef == 1 and summed <= chosen and all(isinstance(a, _CHOOSING) or is_condition(a) for a in node.args)
        )
    return isinstance(node, OneHot)


_CHOOSING = (Basis, Eye, OneHot, Selector)
_OPPOSITE = {
    "greater": functions.less_equal,
    "less_equal": functions.greater,
    "less": functions.greater_equal,
    "greater_equal": functions.less,
    "equal": functions.not_equal,
    "not_equal": functions.equal,
}


def _truth(x: object) -> Expr:
    node = arithmetic.lift(x)
    return node if is_condition(node) else functions.not_equal(node, 0)


def _not(x: object) -> Expr:
    node = _truth(x)
    opposite = _OPPOSITE.get(node.function.name) if isinstance(node, Apply) else None
    return arithmetic.minus(1, node) if opposite is None else opposite(*node.args)


def _cube_root(x: object) -> Expr:
    node = arithmetic.lift(x)
    return arithmetic.times(functions.sign(node), functions.abs(node) ** Fraction(1, 3))


def _squeeze(x: object, axis: int | None = None) -> Expr:
    node = arithmetic.lift(x)
    axes = [i for i, dim in enumerate(node.shape) if dim == 1 and (axis is None or i == axis % len(node.shape))]
    return build.sum(node, tuple(axes)) if axes else node


def _expand_dims(x: object, axis: int) -> Expr:
    node = arithmetic.lift(x)
    shape: list[object] = list(node.shape)
    shape.insert(axis % (len(shape) + 1), 1)
    return build.reshape(node, shape)


_BY_ROW: dict[str, Builder] = {name: row for name, row in functions.FUNCTIONS.items() if name != "power"}
NAMES: dict[str, Builder] = {
    **_BY_ROW,
    **ACTIVATION_NAMES,
    # arithmetic
    "add": arithmetic.plus,
    "subtract": arithmetic.minus,
    "multiply": arithmetic.times,
    "divide": arithmetic.divide,
    "true_divide": arithmetic.divide,
    "power": arithmetic.power,
    "float_power": arithmetic.power,
    "pow": arithmetic.power,
    "negative": lambda x: arithmetic.scale(-1, x),
    "positive": arithmetic.lift,
    "square": lambda x: arithmetic.power(x, 2),
    "sqrt": build.sqrt,
    "exp2": lambda x: arithmetic.power(2, x),
    "hypot": lambda a, b: build.sqrt(arithmetic.power(a, 2) + arithmetic.power(b, 2)),
    "cbrt": _cube_root,
    "reciprocal": lambda x: arithmetic.divide(1, x),
    "absolute": functions.abs,
    "fabs": functions.abs,
    "fmax": functions.maximum,
    "fmin": functions.minimum,
    "atan2": functions.arctan2,
    "round": functions.rint,
    "round_": functions.rint,
    "around": functions.rint,
    "sinc": scores.sinc,
    "asin": functions.arcsin,
    "acos": functions.arccos,
    "atan": functions.arctan,
    "asinh": functions.arcsinh,
    "acosh": functions.arccosh,
    "atanh": functions.arctanh,
    "logical_and": lambda a, b: arithmetic.times(_truth(a), _truth(b)),
    "logical_or": lambda a, b: functions.maximum(_truth(a), _truth(b)),
    "logical_xor": lambda a, b: functions.not_equal(_truth(a), _truth(b)),
    "logical_not": _not,
    "where": lambda c, a, b: functions.where(_truth(c), a, b),
    "clip": _clip,
    # sums and statistics
    "sum": _reduction(build.sum),
    "mean": _reduction(build.mean),
    "average": sequences.average,
    "var": _reduction(build.var),
    "std": _reduction(build.std),
    "max": _reduction(build.max),
    "amax": _reduction(build.max),
    "min": _reduction(build.min),
    "amin": _reduction(build.min),
    "prod": _reduction(build.prod),
    "softmax": _softmax,
    "log_softmax": _log_softmax,
    "logsumexp": _logsumexp,
    # products
    "dot": build.dot,
    "vdot": _vdot,
    "inner": _inner,
    "matmul": arithmetic.matmul,
    "outer": build.outer,
    "einsum": build.einsum,
    "trace": build.trace,
    "diag": build.diag,
    "diagflat": build.diag,
    "diagonal": build.diag,
    "transpose": arithmetic.transpose,
    "swapaxes": _swapaxes,
    "kron": sequences.kron,
    "tensordot": sequences.tensordot,
    # along a sequence
    "diff": sequences.diff,
    "cumsum": sequences.cumsum,
    "roll": sequences.roll,
    "flip": sequences.flip,
    "sort": sequences.sort,
    "median": sequences.median,
    "quantile": sequences.quantile,
    "ptp": sequences.ptp,
    "cov": sequences.cov,
    "tri": sequences.tri,
    "tril": sequences.tril,
    "triu": sequences.triu,
    "cumprod": rearrange.cumprod,
    "tile": rearrange.tile,
    "repeat": rearrange.repeat,
    "pad": rearrange.pad,
    "take": rearrange.take,
    "moveaxis": rearrange.moveaxis,
    "broadcast_to": rearrange.broadcast_to,
    "convolve": rearrange.convolve,
    "correlate": rearrange.correlate,
    "cross": rearrange.cross,
    "vander": rearrange.vander,
    "corrcoef": scores.corrcoef,
    # linear algebra
    "linalg.multi_dot": rearrange.multi_dot,
    "multi_dot": rearrange.multi_dot,
    "linalg.svdvals": spectral.svdvals,
    "svdvals": spectral.svdvals,
    "linalg.pinv": spectral.pinv,
    "pinv": spectral.pinv,
    "linalg.eigvalsh": spectral.eigvalsh,
    "linalg.cholesky": spectral.cholesky,
    "linalg.matrix_power": spectral.matrix_power,
    "eigvalsh": spectral.eigvalsh,
    "cholesky": spectral.cholesky,
    "matrix_power": spectral.matrix_power,
    "linalg.inv": build.inv,
    "linalg.det": build.det,
    "linalg.solve": build.solve,
    "linalg.norm": build.norm,
    "inv": build.inv,
    "det": build.det,
    "logdet": build.logdet,
    "solve": build.solve,
    "norm": build.norm,
    # arrays
    "array": arithmetic.lift,
    "asarray": arithmetic.lift,
    "eye": _eye,
    "identity": lambda n, dtype=None: eye(as_dim(n)),
    "ones": _filled(1),
    "zeros": _filled(0),
    "full": lambda shape, value, *args, **kwargs: arithmetic.full(value, build.shape_of(shape)),
    "ones_like": _filled_like(1),
    "zeros_like": _filled_like(0),
    "full_like": lambda x, value, *args, **kwargs: build.full_like(arithmetic.lift(x), value),
    "stack": build.stack,
    "concatenate": build.concatenate,
    "hstack": sequences.hstack,
    "vstack": sequences.vstack,
    "column_stack": sequences.column_stack,
    "block": sequences.block,
    "reshape": lambda x, *shape: build.reshape(x, shape[0] if isinstance(shape[0], tuple | list) else shape),
    "squeeze": _squeeze,
    "expand_dims": _expand_dims,
    "onehot": build.one_hot,
    # expectations
    "E": probability.expect,
    "expect": probability.expect,
    "expectation": probability.expect,
    "Var": probability.variance,
    "variance": probability.variance,
    "Cov": probability.covariance,
    "covariance": probability.covariance,
    # losses by PyTorch's names
    "cross_entropy": scores.cross_entropy,
    "nll_loss": scores.nll_loss,
    "binary_cross_entropy": scores.binary_cross_entropy,
    "binary_cross_entropy_with_logits": scores.binary_cross_entropy_with_logits,
    "mse_loss": scores.mse_loss,
    "l1_loss": scores.l1_loss,
    "huber_loss": scores.huber_loss,
    "kl_div_loss": scores.kl_div_loss,
    "cosine_similarity": scores.cosine_similarity,
    "cdist": scores.cdist,
    # SciPy's names
    "spatial.distance.cdist": scores.cdist,
    "special.expit": functions.sigmoid,
    "expit": functions.sigmoid,
    "log_expit": functions.log_sigmoid,
    "gammaln": functions.lgamma,
    "loggamma": functions.lgamma,
    "psi": functions.digamma,
    "ndtr": functions.normal_cdf,
    "log_ndtr": lambda x: functions.log(functions.normal_cdf(x)),
    "betaln": lambda a, b: functions.lgamma(a) + functions.lgamma(b) - functions.lgamma(arithmetic.plus(a, b)),
    "entr": lambda x: -functions.xlogy(x, x),
    "rel_entr": lambda x, y: functions.xlogy(x, arithmetic.divide(x, y)),
    "kl_div": lambda x, y: functions.xlogy(x, arithmetic.divide(x, y)) - x + y,
    "heaviside": lambda x, h: functions.where(functions.equal(x, 0), h, functions.greater(x, 0)),
}


def find(name: str) -> Builder | None:
    """The builder for a name such as ``exp``, ``np.exp``, ``np.linalg.norm`` or ``scipy.special.expit``."""
    for prefix in ("np.", "numpy.", "jnp.", "jax.numpy.", "scipy.", "sp.", "math."):
        name = name.removeprefix(prefix)
    found = NAMES.get(name)
    return found if found is not None else NAMES.get(name.removeprefix("special."))
