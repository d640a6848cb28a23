"""Annotations of identities: the domain of each free symbol, with its dims where it has any."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Declared:
    """A symbol's dims and domain; ``Vector["n"]`` has dims, ``Real`` has none."""

    domain: str
    dims: tuple[str, ...] = ()
    is_function: bool = False

    def __getitem__(self, dims: str | tuple[str, ...]) -> Declared:
        return Declared(self.domain, (dims,) if isinstance(dims, str) else dims)


Real = Declared("real")
Nonzero = Declared("nonzero")
Positive = Declared("positive")
Nonnegative = Declared("nonnegative")
Unit = Declared("unit")
Probability = Declared("probability")
Binary = Declared("binary")
Sign = Declared("sign")
Vector = Declared("real")
Matrix = Declared("real")
PositiveVector = Declared("positive")
OneHot = Declared("onehot")
Simplex = Declared("simplex")
Signs = Declared("sign")
SPD = Declared("spd")
Invertible = Declared("invertible")
Function = Declared("real", is_function=True)
