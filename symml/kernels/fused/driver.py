"""The function around regions: NumPy and BLAS calls, calls of compiled loops, blocks of rows and threads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import prod

from symml.kernels.fused.region_code import RegionCode, region_code
from symml.kernels.fused.regions import Grouping, Region
from symml.kernels.plan.phases import Phases
from symml.kernels.plan.shapes import Form
from symml.kernels.plan.steps import Step, Steps, is_number
from symml.kernels.plan.write import Written, line_of

_ENTRIES_OF_A_PIECE = 1 << 17
_MOST_PIECES = 16


@dataclass
class Driven:
    """A function around regions.

    Attributes:
        written: The body, its buffers and outputs.
        regions: The regions that it calls.
        pieces: The first row, the row after the last and the number of each piece that a thread may take; empty where
            one call does it.
    """

    written: Written
    regions: list[RegionCode] = field(default_factory=list)
    pieces: list[tuple[int, int, int]] = field(default_factory=list)


class Driver:
    """Writes the body of a fused plan."""

    def __init__(self, found: Steps, known: Mapping[str, Form], rows: int, single: bool) -> None:
        self.found, self.known, self.rows_count, self.single = found, known, rows, single
        self.driven = Driven(Written())
        self.places: dict[str, str] = {}
        self.cut: dict[str, str] = {}
        self.outs: dict[str, str] = {}
        for k, name in enumerate(found.results):
            free = not is_number(name) and bool(known[name].shape)
            if free and name not in self.outs and name not in found.arguments:
                self.outs[name] = f"out{k}"

    @property
    def written(self) -> Written:
        """The body, its buffers and outputs."""
        return self.driven.written

    # ---- whole arrays ------------------------------------------------------------------------------------------------
    def straight(self) -> Driven:
        """Every step and region on whole arrays; a single region may be shared by threads."""
        grouping = Grouping(self.found, self.known)
        for item in grouping.items():
            if isinstance(item, Step):
                self._step(item, "    ")
            else:
                self._region(item, grouping)
        return self._finished()

    def _region(self, region: Region, grouping: Grouping) -> None:
        code = self._coded(region, grouping)
        for name in code.outputs:
            self._place(name, self.known[name].shape)
        pieces = self._pieces(code)
        if len(pieces) < 2:
            self._call(code, "    ")
        else:
            # The module has one list of pieces, which all regions share.
            self.driven.pieces = self.driven.pieces or pieces
            self._shared(code, len(self.driven.pieces))

    def _coded(self, region: Region, grouping: Grouping) -> RegionCode:
        code = region_code(f"region{len(self.driven.regions)}", region, grouping, self.single)
        self.driven.regions.append(code)
        return code

    def _call(self, code: RegionCode, indent: str) -> None:
        given = [self._ref(name) for name in (*code.inputs, *code.outputs)]
        returned = f"{', '.join(code.numbers)} = " if code.numbers else ""
        self.written.lines.append(f"{indent}{returned}{code.name}({', '.join(given)})")

    def _pieces(self, code: RegionCode) -> list[tuple[int, int, int]]:
        """Rows for each call where there are many; they depend on the shapes alone, not on the number of threads."""
        names = [name for name in (*code.inputs, *code.outputs) if self.known[name].rows]
        entries = sum(prod(self.known[name].shape) for name in names)
        count = min(_MOST_PIECES, entries // _ENTRIES_OF_A_PIECE, self.rows_count)
        bounds = [self.rows_count * k // count for k in range(count + 1)] if count > 1 else []
        return [(a, b, k) for k, (a, b) in enumerate(pairwise(bounds))]

    def _shared(self, code: RegionCode, count: int) -> None:
        """Calls of one region on pieces, whose sums are added in the order of the rows."""
        given = []
        parts = {}
        for name in (*code.inputs, *code.outputs):
            if name in code.totals:
                parts[name] = self._buffer((count, *self.known[name].shape))
                given.append(f"{parts[name]}[k]")
            else:
                given.append(f"{self._ref(name)}[a:b]" if self.known[name].rows else self._ref(name))
        call = f"list(spread(lambda a, b, k: {code.name}({', '.join(given)}), *pieces))"
        self.written.lines.append(f"    parts = {call}" if code.numbers else f"    {call}")
        for k, name in enumerate(code.numbers):
            part = "parts" if len(code.numbers) == 1 else f"[part[{k}] for part in parts]"
            self.written.lines.append(f"    {name} = sum({part})")
        for name, buffer in parts.items():
            self.written.lines.append(f"    np.add.reduce({buffer}, 0, None, {self._ref(name)})")

    # ---- blocks of rows ----------------------------------------------------------------------------------------------
    def blocked(self, parts: Phases, block: int, axes: Mapping[str, Sequence[int]]) -> Driven:
        """Regions and products on the rows of a block, one block after another; sums grow."""
        for step in parts.before:
            self._step(step, "    ")
        later = {arg for step in parts.after for arg in step.args} | set(self.found.results)
        results = tuple(s.target for s in parts.inside if s.target in later)
        inner = Steps(self.found.arguments, parts.inside, results)
        grouping = Grouping(inner, self.known)
        items = grouping.items()
        totals = {name: self._total(name) for name in parts.sums}
        lines = self.written.lines
        lines += [
            f"    for s in range(0, {self.rows_count}, {block}):",
            f"        m = min({self.rows_count} - s, {block})",
        ]
        start = len(lines)
        self._cut_arguments(parts, axes)
        for item in items:
            self._in_block(item, grouping, totals, block)
        self._cut_places(start, axes)
        for name, total in totals.items():
            self.places[name] = total
        for step in parts.after:
            self._step(step, "    ")
        return self._finished()

    def _total(self, name: str) -> str:
        shape = self.known[name].shape
        if not shape:
            self.written.lines.append(f"    sum_{name} = 0.0")
            return f"sum_{name}"
        place = self.outs.get(name) or self._buffer(shape)
        self.written.lines.append(f"    {place}.fill(0.0)")
        return place

    def _cut_arguments(self, parts: Phases, axes: Mapping[str, Sequence[int]]) -> None:
        used = {arg for step in parts.inside for arg in step.args}
        for name in self.found.arguments:
            if name in used and axes.get(name):
                self.written.lines.append(f"        {name}_ = {name}[{_key(axes[name][0], 's : s + m')}]")
                self.cut[name] = f"{name}_"

    def _in_block(self, item: Step | Region, grouping: Grouping, totals: Mapping[str, str], block: int) -> None:
        if isinstance(item, Step):
            names, call = [item.target], None
        else:
            call = self._coded(item, grouping)
            names = [*call.outputs, *call.numbers]
        for name in names:
            if self.known[name].shape and (call is not None or _writes(item)):
                self._place_in_block(name, totals, block)
        if call is not None:
            self._call(call, "        ")
        elif isinstance(item, Step):
            self._step(item, "        ")
        for name in names:
            if name in totals and self.known[name].shape:
                self.written.lines.append(f"        np.add({totals[name]}, {self._ref(name)}, {totals[name]})")
            elif name in totals:
                self.written.lines.append(f"        {totals[name]} += {name}")

    def _place_in_block(self, name: str, totals: Mapping[str, str], block: int) -> None:
        form = self.known[name]
        if name in self.outs and name not in totals:
            self.places[name] = self.outs[name]
        else:
            shape = tuple(block if axis in form.rows else n for axis, n in enumerate(form.shape))
            self.places[name] = self._buffer(shape, form.boolean)
        if form.rows:
            self.cut[name] = f"{self.places[name]}_"

    def _cut_places(self, start: int, axes: Mapping[str, Sequence[int]]) -> None:
        """The rows of outputs and buffers that belong to the block, before they are used."""
        found = []
        for name in list(self.cut):
            if name not in axes:
                place, rows = self.places[name], self.known[name].rows
                code = "s : s + m" if place.startswith("out") else ":m"
                found.append(f"        {place}_ = {place}[{_key(rows[0], code)}]")
        self.written.lines[start:start] = found
        self.cut.clear()

    # ---- steps and names ---------------------------------------------------------------------------------------------
    def _step(self, step: Step, indent: str) -> None:
        form = self.known[step.target]
        if step.kind == "array":
            code = f"{step.what.partition('(')[0]}({form.shape[0]})"
            self.places[step.target] = self.written.constants.setdefault(code, f"c{len(self.written.constants)}")
            if indent.startswith("        ") and form.rows:
                self.cut[step.target] = f"{self.places[step.target]}_"
            return
        if _writes(step) and form.shape and step.target not in self.places:
            self._place(step.target, form.shape, form.boolean)
        args = [self._ref(arg) for arg in step.args]
        out = self.cut.get(step.target) or self.places.get(step.target, "")
        self.written.lines += [indent + line for line in line_of(step, form, args, out, self.known)]

    def _place(self, name: str, shape: tuple[int, ...], boolean: bool = False) -> None:
        self.places[name] = self.outs.get(name) or self._buffer(shape, boolean)

    def _buffer(self, shape: tuple[int, ...], boolean: bool = False) -> str:
        name = f"b{len(self.written.buffers)}"
        self.written.buffers[name] = shape, boolean
        return name

    def _ref(self, name: str) -> str:
        return self.cut.get(name) or self.places.get(name, name)

    def _finished(self) -> Driven:
        shown = []
        for k, name in enumerate(self.found.results):
            if is_number(name) or not self.known[name].shape:
                shown.append(self._ref(name))
                continue
            if self._ref(name) != f"out{k}":
                self.written.lines.append(f"    np.copyto(out{k}, {self._ref(name)})")
            shown.append(f"out{k}")
            self.written.outs.append(f"out{k}")
        self.written.lines.append(f"    return {', '.join(shown)}")
        return self.driven


def _writes(item: Step | Region) -> bool:
    return isinstance(item, Step) and item.kind in ("ufunc", "where", "matmul", "reduce", "copy", "vecdot", "distances")


def _key(axis: int, code: str) -> str:
    return ", ".join([":"] * axis + [code])
