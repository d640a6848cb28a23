"""The two ways of writing a layer: one sample as a column, or a batch whose rows are samples."""

from __future__ import annotations

from dataclasses import dataclass

from symml.expr.arithmetic import broadcast
from symml.expr.build import matrix, symbol
from symml.expr.contract import contract
from symml.expr.dims import Dim
from symml.expr.nodes import Expr, Symbol, extent


@dataclass(frozen=True)
class Form:
    """How samples are laid out.

    Args:
        samples: The number of samples in a batch; ``None`` for one sample, a column.
    """

    samples: Dim | None = None

    def array(self, letter: str, mark: str, width: Dim, domain: str = "real") -> Symbol:
        """An array of one number a unit: a vector, or a row for each sample in upper case."""
        if self.samples is None:
            return symbol(letter + mark, width, domain=domain)
        return symbol(letter[:1].upper() + letter[1:] + mark, self.samples, width, domain=domain)

    def weights(self, mark: str, inputs: Dim, outputs: Dim) -> Symbol:
        """``(outputs, inputs)`` for a column, ``(inputs, outputs)`` for rows."""
        shape = (outputs, inputs) if self.samples is None else (inputs, outputs)
        return matrix("W" + mark, *shape)

    def affine(self, weights: Expr, bias: Expr, a: Expr) -> Expr:
        """``W a + b``, or ``A W + 1 b'``."""
        return weights @ a + bias if self.samples is None else a @ weights + bias

    def averaged(self, loss: Expr) -> Expr:
        """The mean over the samples of a loss that is summed over them."""
        return loss if self.samples is None else loss / extent(self.samples)

    def layer_text(self) -> str:
        """What the shapes are."""
        if self.samples is None:
            return "shapes: a sample is a column; the weights of a layer are (outputs, inputs)"
        return "shapes: rows are samples; the weights of a layer are (inputs, outputs); the loss is a mean over samples"


def entrywise_product(a: Expr, b: Expr) -> Expr:
    """The elementwise product with its factors in this order."""
    axes = tuple(range(len(a.shape)))
    return contract([(a, axes), (broadcast(b, a.shape), axes)], axes)
