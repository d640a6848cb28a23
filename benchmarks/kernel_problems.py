"""Sixteen kernels of machine learning as formulas, with their sizes and the same by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import kernels_by_hand as by_hand

from symml.expr.nodes import Expr
from symml.faces import grad, hessian, read_numpy

Sizes = Mapping[str, Mapping[str, int]]
VECTORS: Sizes = {"tiny": {"n": 32}, "medium": {"n": 32_768}, "large": {"n": 5_000_000}}
TALL: Sizes = {"tiny": {"n": 16, "d": 4}, "medium": {"n": 1024, "d": 32}, "large": {"n": 200_000, "d": 32}}
ROWS: Sizes = {"tiny": {"n": 4, "k": 16}, "medium": {"n": 128, "k": 256}, "large": {"n": 5_000, "k": 1000}}
COLUMNS: Sizes = {"tiny": {"n": 16, "k": 4}, "medium": {"n": 512, "k": 64}, "large": {"n": 100_000, "k": 64}}
PAIRS: Sizes = {"tiny": {"n": 6, "d": 3}, "medium": {"n": 160, "d": 8}, "large": {"n": 2000, "d": 16}}
CLASSES: Sizes = {
    "tiny": {"n": 16, "d": 8, "k": 4},
    "medium": {"n": 512, "d": 64, "k": 16},
    "large": {"n": 50_000, "d": 128, "k": 64},
}
LAYERS: Sizes = {
    "tiny": {"n": 8, "a": 4, "h": 8, "o": 2},
    "medium": {"n": 128, "a": 32, "h": 64, "o": 8},
    "large": {"n": 8192, "a": 256, "h": 512, "o": 32},
}


@dataclass(frozen=True)
class Problem:
    """Values and derivatives of formulas.

    Attributes:
        values: The formulas whose values are asked for.
        shapes: The declarations.
        loss: The formula that is differentiated.
        wrt: The variables of the gradients.
        sizes: The lengths of the dimensions.
        by_hand: The same in NumPy.
        order: 2 for a Hessian in place of gradients.
    """

    values: tuple[str, ...]
    shapes: str
    loss: str
    wrt: str
    sizes: Sizes
    by_hand: Callable[[dict[str, Any]], Callable[[], Any]]
    order: int = 1

    def roots(self) -> list[Expr]:
        """The expressions, values first."""
        found = [read_numpy(text, self.shapes) for text in self.values]
        if self.order == 2:
            return [*found, hessian(self.loss, self.wrt, self.shapes)]
        return found + [grad(self.loss, name, self.shapes) for name in self.wrt.split()]


BCE = "mean(-(y*log(1/(1 + exp(-z))) + (1 - y)*log(1 - 1/(1 + exp(-z)))))"
LOGISTIC = "mean(log(1 + exp(X@w)) - y*(X@w))"
GELU = "x*(1 + erf(x/sqrt(2)))/2"
PRODUCT = "softmax(Z, axis=1)*(V - sum(softmax(Z, axis=1)*V, axis=1, keepdims=True))"
ENTROPY = "-mean(log(softmax(X@W, axis=1))[arange(n), y])"
LAYER = "sum(D*((X - mean(X, axis=1, keepdims=True))/sqrt(var(X, axis=1, keepdims=True) + 1e-5)*g + b))"
BATCH = "sum(D*((X - mean(X, axis=0))/sqrt(var(X, axis=0) + 1e-5)*g + b))"
NORMS = "X: n k, g: k, b: k, D: n k"
KL = "sum(softmax(A, axis=1)*(log(softmax(A, axis=1)) - log(softmax(B, axis=1))), axis=1)"
SQUARES = "sum((X[:, None, :] - X[None, :, :])**2, axis=2)"
RBF = f"exp(-{SQUARES}/(2*l**2))"
GAUSS = "sum(((X - mu)@inv(S))*(X - mu))/2 + n*log(det(S))/2"
NETWORK = "mean((tanh(tanh(X@W1)@W2)@W3 - Y)**2)"
MEAN, SPREAD = "(0.9*m + 0.1*g)", "(0.999*v + 0.001*g**2)"
ADAM = f"p - 0.001*({MEAN}/(1 - 0.9**10))/(sqrt({SPREAD}/(1 - 0.999**10)) + 1e-8)"

PROBLEMS = {
    "sigmoid'": Problem((), "x: n", "sum(1/(1 + exp(-x)))", "x", VECTORS, by_hand.sigmoid_slope),
    "cross-entropy, gradient": Problem((BCE,), "z: n, y: n binary", BCE, "z", VECTORS, by_hand.entropy),
    "gelu, gelu'": Problem((GELU,), "x: n", f"sum({GELU})", "x", VECTORS, by_hand.gelu),
    "Adam step": Problem((ADAM, MEAN, SPREAD), "p: n, g: n, m: n, v: n positive", "", "", VECTORS, by_hand.adam),
    "logistic loss, gradient": Problem((LOGISTIC,), "X: n d, y: n binary, w: d", LOGISTIC, "w", TALL, by_hand.logistic),
    "logistic Hessian": Problem(
        (), "X: n d, w: d", "mean(log(1 + exp(X@w)))", "w", TALL, by_hand.logistic_hessian, order=2
    ),
    "ridge gradient": Problem((), "X: n d, y: n, w: d", "sum((X@w - y)**2) + 0.1*dot(w, w)", "w", TALL, by_hand.ridge),
    "Gaussian likelihood": Problem((), "X: n d, mu: d, S: d d spd", GAUSS, "mu S", TALL, by_hand.gaussian),
    "Mahalanobis": Problem(
        ("sum(((X - mu)@inv(S))*(X - mu), axis=1)",), "X: n d, mu: d, S: d d spd", "", "", TALL, by_hand.mahalanobis
    ),
    "softmax cross-entropy": Problem(
        (ENTROPY,), "X: n d, W: d k, y: n label", ENTROPY, "W", CLASSES, by_hand.softmax_entropy
    ),
    "softmax product": Problem((PRODUCT,), "Z: n k, V: n k", "", "", ROWS, by_hand.softmax_product),
    "layer norm backward": Problem((), NORMS, LAYER, "X g b", ROWS, by_hand.layer_norm),
    "batch norm backward": Problem((), NORMS, BATCH, "X g b", COLUMNS, by_hand.batch_norm),
    "softmax divergence": Problem((KL,), "A: n k, B: n k", f"sum({KL})", "B", ROWS, by_hand.divergence),
    "Gaussian kernel, slope": Problem(
        (RBF, f"{RBF}*{SQUARES}/l**3"), "X: n d, l: positive", "", "", PAIRS, by_hand.gaussian_kernel
    ),
    "network of three layers": Problem(
        (), "X: n a, Y: n o, W1: a h, W2: h h, W3: h o", NETWORK, "W1 W2 W3", LAYERS, by_hand.network
    ),
}
