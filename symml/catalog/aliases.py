"""Other words for the book's words: what people type when they look for an entry."""

from __future__ import annotations

_GROUPS = (
    "sigmoid logistic expit \\sigma σ",
    "silu swish",
    "kl divergence relative-entropy kullback leibler",
    "cross-entropy crossentropy nll log-loss logloss negative-log-likelihood",
    "bce binary-cross-entropy",
    "normal gaussian bell",
    "mean average expectation expected \\mathbb{e} e[",
    "variance var spread",
    "deriv derivative slope \\frac{d",
    "grad gradient nabla \\nabla ∇",
    "hessian second-derivative curvature",
    "jacobian vector-derivative",
    "ridge l2 tikhonov weight-decay",
    "lasso l1 soft-threshold",
    "logsumexp log-sum-exp lse",
    "softmax \\operatorname{softmax}",
    "transpose \\top ^t",
    "inverse inv ^{-1}",
    "determinant det \\det",
    "norm length magnitude \\|",
    "euclidean l2-norm 2-norm",
    "manhattan taxicab l1-norm 1-norm cityblock",
    "recall sensitivity tpr",
    "precision ppv",
    "correlation corr pearson",
    "covariance cov",
    "standardization zscore z-score standardize",
    "minmax min-max",
    "batch-norm batchnorm bn",
    "layer-norm layernorm ln",
    "relu rectifier",
    "momentum heavy-ball",
    "hinge svm margin",
    "mse squared-error",
    "mae absolute-error",
    "entropy uncertainty shannon",
    "pitfall mistake error trap",
)


def meanings(word: str) -> tuple[str, ...]:
    """The word in lower case and every word of its group."""
    lower = word.lower()
    found = [lower]
    for group in _GROUPS:
        words = group.split()
        if lower in words:
            found += [w for w in words if w not in found]
    return tuple(found)


def groups() -> tuple[tuple[str, ...], ...]:
    """Every group of words that mean the same."""
    return tuple(tuple(group.split()) for group in _GROUPS)
