"""Values of nodes in a kernel: code for an array that stores its live axes only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from symml.kernels.code import Code, call, subscript, times, transposed

Labels = tuple[int, ...]


@dataclass(frozen=True)
class Value:
    """The code of a node.

    Attributes:
        code: An array whose axes are the live axes of the node, in order.
        axes: The live axes.
        boolean: Whether the entries are truth values.
        alias: Whether the array may be memory of an argument.
        is_loud: Whether the code may warn at entries that a ``where`` does not choose.
    """

    code: Code
    axes: Labels = ()
    boolean: bool = False
    alias: bool = False
    is_loud: bool = False

    @property
    def number(self) -> Code:
        """The code of an array of numbers."""
        return times(Code("1.0"), self.code) if self.boolean else self.code


def reordered(code: Code, labels: Labels, order: Labels) -> Code:
    """An array with axes ``labels`` as one with the same axes in ``order``."""
    if labels == order:
        return code
    if len(labels) == 2:
        return transposed(code)
    return call("np.transpose", code, tuple(labels.index(label) for label in order))


def stretched(code: Code, labels: Labels, shape: Sequence[int]) -> Code:
    """An array with axes ``labels`` that broadcasts against one with axes ``shape``: in their order, gaps of one."""
    code = reordered(code, labels, tuple(label for label in shape if label in labels))
    if not labels:
        return code
    first = next(k for k, label in enumerate(shape) if label in labels)
    return with_keys(code, [":" if label in labels else "None" for label in shape[first:]])


def with_keys(code: Code, keys: Iterable[str]) -> Code:
    """``code[keys]``, without the keys at the end that take everything."""
    kept = list(keys)
    while kept and kept[-1] == ":":
        kept.pop()
    return subscript(code, kept) if kept else code
