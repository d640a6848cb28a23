"""The losses a network is trained on, as formulas of its output ``a`` and its target ``y``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from symml.errors import SymmlError
from symml.expr.build import mean, sum
from symml.expr.functions import log
from symml.expr.nodes import Expr, Symbol
from symml.read.declarations import Declarations
from symml.read.expression import read_expression


@dataclass(frozen=True)
class Loss:
    """A loss.

    Args:
        name: What it is called.
        of: The loss of the output and the target, summed over everything.
        target: The domain of the target.
    """

    name: str
    of: Callable[[Expr, Expr], Expr]
    target: str = "real"


def _cross_entropy(a: Expr, y: Expr) -> Expr:
    """-y' log a"""
    return -sum(y * log(a))


def _binary_cross_entropy(a: Expr, y: Expr) -> Expr:
    """-y' log a - (1 - y)' log(1 - a)"""
    return -sum(y * log(a) + (1 - y) * log(1 - a))


def _squared(a: Expr, y: Expr) -> Expr:
    """|a - y|^2 / 2"""
    return sum((a - y) ** 2) / 2


def _mean_squared(a: Expr, y: Expr) -> Expr:
    """The mean of the squared errors over the outputs, summed over the samples."""
    return sum(mean((a - y) ** 2, axis=-1))


LOSSES = {
    row.name: row
    for row in (
        Loss("cross-entropy", _cross_entropy, "onehot"),
        Loss("binary-cross-entropy", _binary_cross_entropy, "probability"),
        Loss("squared", _squared),
        Loss("mse", _mean_squared),
    )
}
_ALIASES = {"ce": "cross-entropy", "bce": "binary-cross-entropy", "nll": "cross-entropy", "l2": "squared"}
_BY_OUTPUT = {"softmax": "cross-entropy", "sigmoid": "binary-cross-entropy"}


def find_loss(name: str, activation: str) -> Loss:
    """The loss of this name; without one, that which goes with the output's function; else a formula in a and y.

    Raises:
        SymmlError: It is neither a name nor a formula.
    """
    key = (name or _BY_OUTPUT.get(activation, "squared")).lower().replace("_", "-").replace(" ", "-")
    found = LOSSES.get(_ALIASES.get(key, key))
    if found is not None:
        return found
    if not any(sign in name for sign in "()+-*/@"):
        raise SymmlError(
            f"there is no loss {name!r}",
            cure=f"use one of: {', '.join(LOSSES)}; or a formula in a and y, such as 'sum(abs(a - y))'",
        )
    return Loss(name, lambda a, y: _written(name, a, y))


def _written(text: str, a: Expr, y: Expr) -> Expr:
    """A formula in ``a`` and ``y``, or ``A`` and ``Y`` for a batch."""
    assert isinstance(a, Symbol)
    assert isinstance(y, Symbol)
    return read_expression(text, Declarations(symbols={"a": a, "A": a, "y": y, "Y": y}))
