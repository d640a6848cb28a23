"""Named dimensions in a kernel: their code, and how they are read from the shapes of the arguments."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from symml.expr.dims import Dim, Size, size
from symml.expr.nodes import Symbol
from symml.kernels.code import PRODUCT, Code, plus


@dataclass(frozen=True)
class Reading:
    """A dimension that follows from one axis of an argument, once those in ``others`` are known."""

    name: str
    argument: str
    axis: int
    rank: int
    dim: Size

    @property
    def is_plain(self) -> bool:
        """Whether the axis is the dimension itself."""
        return self.dim is size(self.name)

    def value(self, length: int, sizes: Mapping[str, int]) -> int:
        """The dimension of an axis of ``length`` entries; a remainder is ignored."""
        rest = length - self.dim.offset - sum(c * sizes[name] for name, c in self.dim.terms if name != self.name)
        return rest // dict(self.dim.terms)[self.name]

    def code(self, names: Mapping[str, str]) -> str:
        """The code that reads the dimension."""
        length = Code(f"{self.argument}.shape[{self.axis}]")
        others = [-_term(names.get(n, n), c) for n, c in self.dim.terms if n != self.name]
        offset = [_number(-self.dim.offset)] if self.dim.offset else []
        rest, coef = plus([length, *others, *offset]), dict(self.dim.terms)[self.name]
        return str(rest) if coef == 1 else f"{rest.at(PRODUCT)} // {coef}"


def readings(symbols: Sequence[Symbol], names: Sequence[str]) -> list[Reading]:
    """How every dimension that the arguments carry is found, each from those before it."""
    axes = [
        (name, axis, len(symbol.shape), dim)
        for symbol, name in zip(symbols, names, strict=True)
        for axis, dim in enumerate(symbol.shape)
        if isinstance(dim, Size)
    ]
    found: dict[str, Reading] = {}
    for _ in axes:
        for name, axis, rank, dim in sorted(axes, key=lambda item: item[3].offset != 0 or len(item[3].terms) > 1):
            unknown = [n for n, _ in dim.terms if n not in found]
            if len(unknown) == 1:
                found[unknown[0]] = Reading(unknown[0], name, axis, rank, dim)
    return list(found.values())


def reading_lines(found: Sequence[Reading], needed: Collection[str], names: Mapping[str, str]) -> list[str]:
    """The lines that read the needed dimensions: ``n, d = X.shape`` where they are all of an argument's axes."""
    wanted = _closure(found, needed)
    lines: list[str] = []
    written: set[str] = set()
    for reading in wanted:
        own = sorted((r for r in wanted if r.argument == reading.argument and r.is_plain), key=lambda r: r.axis)
        if reading.name in written:
            continue
        if reading.is_plain and len(own) == reading.rank > 1:
            lines.append(", ".join(names.get(r.name, r.name) for r in own) + f" = {reading.argument}.shape")
            written.update(r.name for r in own)
        else:
            lines.append(f"{names.get(reading.name, reading.name)} = {reading.code(names)}")
            written.add(reading.name)
    return lines


def _closure(found: Sequence[Reading], needed: Collection[str]) -> list[Reading]:
    """The readings of the needed dimensions and of those they follow from."""
    wanted = set(needed)
    for reading in reversed(found):
        if reading.name in wanted:
            wanted |= {name for name, _ in reading.dim.terms}
    return [reading for reading in found if reading.name in wanted]


def size_code(dim: Dim, names: Mapping[str, str]) -> Code:
    """A dimension as code."""
    if isinstance(dim, int):
        return _number(dim)
    terms = [_term(names.get(name, name), coef) for name, coef in dim.terms]
    return plus([*terms, *([_number(dim.offset)] if dim.offset else [])])


def _number(value: int) -> Code:
    return Code(str(abs(value)), negative=value < 0)


def _term(name: str, coef: int) -> Code:
    own = Code(name) if abs(coef) == 1 else Code(f"{abs(coef)} * {name}", PRODUCT)
    return -own if coef < 0 else own
