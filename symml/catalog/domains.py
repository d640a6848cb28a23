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
Integer = Declared("integer")
Vector = Declared("real")
Matrix = Declared("real")
NonzeroVector = Declared("nonzero")
PositiveVector = Declared("positive")
NonnegativeVector = Declared("nonnegative")
Units = Declared("unit")
Event = Declared("binary")
OneHot = Declared("onehot")
Simplex = Declared("simplex")
Signs = Declared("sign")
SPD = Declared("spd")
PSD = Declared("psd")
Symmetric = Declared("symmetric")
Invertible = Declared("invertible")
Orthogonal = Declared("orthogonal")
Diagonal = Declared("diagonal")
Function = Declared("real", is_function=True)
