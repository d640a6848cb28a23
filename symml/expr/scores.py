"""Named losses and similarities of PyTorch, SciPy and NumPy: cross entropies, cosine similarity, distances."""

from __future__ import annotations

from fractions import Fraction

from symml.errors import ShapeError, SymmlError
from symml.expr import build, functions, sequences
from symml.expr.arithmetic import lift, minus, times
from symml.expr.indexing import is_whole, pick
from symml.expr.nodes import Expr, constant, show_shape

_HALF = Fraction(1, 2)


def _reduced(losses: Expr, reduction: str) -> Expr:
    if reduction == "none":
        return losses
    if reduction not in ("mean", "sum"):
        raise SymmlError(f"there is no reduction {reduction!r}", cure="use 'mean', 'sum' or 'none'")
    return build.mean(losses) if reduction == "mean" else build.sum(losses)


def cross_entropy(logits: object, target: object, reduction: str = "mean", label_smoothing: object = 0) -> Expr:
    """-log softmax of the logits at the labels, or its mean under rows of probabilities."""
    scores = build.log_softmax(logits, -1)
    losses = -_chosen(scores, lift(target))
    smoothing = lift(label_smoothing)
    if label_smoothing != 0:
        losses = (1 - smoothing) * losses - smoothing * build.mean(scores, -1)
    return _reduced(losses, reduction)


def nll_loss(scores: object, target: object, reduction: str = "mean") -> Expr:
    """Minus the log probabilities at the labels."""
    return _reduced(-_chosen(lift(scores), lift(target)), reduction)


def _chosen(scores: Expr, target: Expr) -> Expr:
    """The scores at labels, or their mean under rows of probabilities."""
    if target.shape == scores.shape:
        return build.sum(times(target, scores), -1)
    if target.shape != scores.shape[:-1]:
        raise ShapeError(
            f"the targets have shape {show_shape(target.shape)}, the scores {show_shape(scores.shape)}",
            cure="give a label for each row of scores, or rows of probabilities",
        )
    if not is_whole(target):
        raise SymmlError("the targets are not known to be labels", cure="declare them as such: 'y: n label'")
    return pick(scores, target)


def binary_cross_entropy(p: object, target: object, reduction: str = "mean") -> Expr:
    """-y log p - (1 - y) log(1 - p)."""
    share, y = lift(p), lift(target)
    return _reduced(-(y * functions.log(share) + minus(1, y) * functions.log(minus(1, share))), reduction)


def binary_cross_entropy_with_logits(z: object, target: object, reduction: str = "mean") -> Expr:
    """softplus(z) - y z."""
    logits = lift(z)
    return _reduced(functions.softplus(logits) - times(target, logits), reduction)


def mse_loss(x: object, target: object, reduction: str = "mean") -> Expr:
    """Squared differences."""
    return _reduced(minus(x, target) ** 2, reduction)


def l1_loss(x: object, target: object, reduction: str = "mean") -> Expr:
    """Absolute differences."""
    return _reduced(functions.abs(minus(x, target)), reduction)


def huber_loss(x: object, target: object, reduction: str = "mean", delta: object = 1) -> Expr:
    """Half squared differences, linear from ``delta`` on."""
    gap, bound = functions.abs(minus(x, target)), lift(delta)
    inner, outer = _HALF * gap**2, bound * (gap - _HALF * bound)
    return _reduced(functions.where(functions.less_equal(gap, bound), inner, outer), reduction)


def kl_div_loss(log_q: object, p: object, reduction: str = "mean") -> Expr:
    """p (log p - log q), as PyTorch's ``kl_div``: the first argument is a logarithm."""
    share = lift(p)
    pointwise = functions.xlogy(share, share) - times(share, log_q)
    if reduction == "batchmean":
        return build.sum(pointwise) / build.count(pointwise, (0,))
    return _reduced(pointwise, reduction)


def cosine_similarity(a: object, b: object, axis: int = -1) -> Expr:
    """The cosine of the angle between two vectors along an axis."""
    left, right = lift(a), lift(b)
    return build.sum(times(left, right), axis) / (build.norm(left, axis=axis) * build.norm(right, axis=axis))


def cdist(x: object, y: object, metric: str = "euclidean") -> Expr:
    """The distance between each row of one matrix and each row of another."""
    left, right = lift(x), lift(y)
    if len(left.shape) != 2 or len(right.shape) != 2:
        raise ShapeError(f"cdist needs two matrices, not {show_shape(left.shape)} and {show_shape(right.shape)}")
    gaps = left[:, None, :] - right[None, :, :]
    if metric == "cityblock":
        return build.sum(functions.abs(gaps), -1)
    squares = build.sum(gaps**2, -1)
    if metric not in ("euclidean", "sqeuclidean"):
        raise SymmlError(f"the metric {metric!r} has no expression", cure="use euclidean, sqeuclidean or cityblock")
    return squares if metric == "sqeuclidean" else build.sqrt(squares)


def corrcoef(x: object, y: object = None, rowvar: bool = True) -> Expr:
    """The correlation matrix of the rows (of the columns with ``rowvar=False``)."""
    if y is not None:
        share = _correlation(lift(x), lift(y))
        return build.array([[1, share], [share, 1]])
    covariance = sequences.cov(x, rowvar=rowvar)
    if not covariance.shape:
        return lift(1)
    spread = build.sqrt(build.diag(covariance))
    return covariance / build.outer(spread, spread)


def _correlation(x: Expr, y: Expr) -> Expr:
    """Pearson's correlation of two vectors."""
    a, b = x - build.mean(x), y - build.mean(y)
    return build.dot(a, b) / (build.norm(a) * build.norm(b))


def sinc(x: object) -> Expr:
    """sin(pi x) / (pi x), one at zero."""
    node = lift(x)
    is_zero = functions.equal(node, 0)
    # The quotient is taken of one where x is zero, so that neither it nor its slope is 0/0.
    angle = times(functions.where(is_zero, 1, node), constant("pi"))
    return functions.where(is_zero, 1, functions.sin(angle) / angle)
