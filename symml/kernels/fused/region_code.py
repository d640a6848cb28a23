"""One region as a numba function: blocks of rows, in each block loops over rows and columns that run one after another.

A value of a row that a later loop needs is kept for the rows of a block, a value of an entry as well: they stay in the
first-level cache. Sums are products with fixed lanes, so that LLVM may use vector instructions without -ffast-math.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from symml.kernels.fused.numba_code import SPELLING
from symml.kernels.fused.regions import Grouping, Region
from symml.kernels.plan.steps import Step, is_number

_ROWS, _ENTRIES = 256, 4096
_SMALL = 700.0
_REDUCED = {"add": "_row_sum", "maximum": "_row_max", "minimum": "_row_min"}


@dataclass
class RegionCode:
    """The source of a region and how it is called.

    Attributes:
        name: The function.
        lines: Its lines.
        inputs: The values it reads, in the order of its parameters.
        outputs: The arrays it fills, parameters after the inputs.
        totals: Those outputs that are sums over all rows.
        numbers: The numbers it returns, in order: sums over all entries.
        used: The functions that numba does not have.
    """

    name: str
    lines: list[str] = field(default_factory=list)
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    totals: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)


class _Writing:
    """Writes one region."""

    def __init__(self, name: str, region: Region, grouping: Grouping, single: bool) -> None:
        self.region, self.grouping, self.single = region, grouping, single
        self.code = RegionCode(name)
        self.made = {step.target: step for step in region.steps}
        self.alias = {s.target: s.args[0] for s in region.steps if s.kind == "view"}
        self.phase: dict[str, int] = {}
        self.lengths: dict[int, str] = {}
        for step in region.steps:
            self.phase[step.target] = self._phase(step)
        self.users: dict[str, list[Step]] = {}
        for step in region.steps:
            for arg in {self.base(arg) for arg in step.args} if step.target not in self.alias else ():
                self.users.setdefault(arg, []).append(step)
        self.kept = {name for name in self.made if self._is_kept(name)}

    # ---- what is what ------------------------------------------------------------------------------------------------
    def kind(self, name: str) -> str:
        return self.grouping.kind(name)

    def base(self, name: str) -> str:
        while name in self.alias:
            name = self.alias[name]
        return name

    def shape(self, name: str) -> tuple[int, ...]:
        return self.grouping.known[name].shape

    def _phase(self, step: Step) -> int:
        """The loop of a step: even ones go through the entries of each row, odd ones through the rows."""
        args = [self.base(arg) for arg in step.args]
        entries = [self.phase[a] for a in args if a in self.made and self.kind(a) == "matrix"]
        rows = [self.phase[a] + self._is_reduction(a) for a in args if a in self.made and self.kind(a) == "row"]
        if self.kind(step.target) == "matrix" or self._sums_columns(step) or self._reduces(step):
            latest = max([*entries, *(r + 1 for r in rows)], default=0)
            return latest + latest % 2
        latest = max([*(e + 1 for e in entries), *rows], default=1)
        return latest + 1 - latest % 2

    def _is_reduction(self, name: str) -> int:
        return int(self._reduces(self.made[name]))

    def _reduces(self, step: Step) -> bool:
        """Whether the step turns the entries of a row into one number of the row."""
        if step.kind == "call":
            return False
        return self.kind(step.target) == "row" and any(self.kind(self.base(arg)) == "matrix" for arg in step.args)

    def _sums_columns(self, step: Step) -> bool:
        return self.kind(step.target) == "table" or (
            self.kind(step.target) == "number" and self.kind(step.args[0]) == "matrix"
        )

    def _is_kept(self, name: str) -> bool:
        """Whether another loop, or a sum over a row, needs a value."""
        if self.kind(name) not in ("matrix", "row") or name in self.alias:
            return False
        if self.made[name].kind == "distances":
            return True
        users = self.users.get(name, [])
        if self.kind(name) == "matrix":
            read = any(self._reduces(s) or s.kind == "call" or self.kind(s.target) == "number" for s in users)
            return read or any(self.phase[s.target] > self.phase[name] for s in users)
        summed = any(self.kind(s.target) == "number" for s in users)
        return summed or self._is_reduction(name) == 1 or any(self.phase[s.target] != self.phase[name] for s in users)

    # ---- references --------------------------------------------------------------------------------------------------
    def ref(self, name: str, phase: int) -> str:
        """The code of a value inside the loop of a phase."""
        if is_number(name):
            return SPELLING["constant"](name)
        name = self.base(name)
        if self.kind(name) == "number":
            return self._input(name)
        inner = name in self.made
        if self.kind(name) == "table":
            return self._wide(f"{self._input(name)}[{'0, ' * (len(self.shape(name)) - 1)}j]")
        if self.kind(name) == "matrix":
            if inner:
                local = self.phase[name] == phase and self.made[name].kind != "distances"
                return name if local else self._entry(name)
            return self._wide(f"{self._cut(name)}[r, j]")
        if phase % 2 == 0:
            return f"{name}_r"
        return name if inner and self.phase[name] == phase and not self._is_reduction(name) else self._of_row(name)

    def _entry(self, name: str) -> str:
        return self._wide(f"{name}_s[r, j]") if name in self.region.outputs else f"{name}_b[r, j]"

    def _of_row(self, name: str) -> str:
        """A value of a row in memory."""
        if name in self.made:
            return f"{name}_b[r]"
        return self._wide(f"{self._cut(name)}[r{', 0' * (len(self.shape(name)) - 1)}]")

    def _wide(self, code: str) -> str:
        """An entry of an array; those in single precision are computed with in double precision."""
        return f"np.float64({code})" if self.single else code

    def _input(self, name: str) -> str:
        if name not in self.code.inputs:
            self.code.inputs.append(name)
        return name

    def _cut(self, name: str) -> str:
        """The rows of a block of an input."""
        return f"{self._input(name)}_s"

    def number(self, name: str, phase: int) -> str:
        """The same as a number, where it is a truth value."""
        code = self.ref(name, phase)
        boolean = not is_number(name) and self.grouping.known[name].boolean
        return SPELLING["as_number"](code) if boolean else code

    def _stored(self, name: str) -> str:
        """The array where the entries of the rows of a block lie."""
        name = self.base(name)
        if name not in self.made:
            return self._cut(name)
        return f"{name}_s" if name in self.region.outputs else f"{name}_b"

    def length(self, name: str) -> str:
        """The number of columns of a value."""
        return self.lengths.setdefault(self.shape(name)[-1], f"k{len(self.lengths)}")

    # ---- statements --------------------------------------------------------------------------------------------------
    def scalar(self, step: Step, phase: int) -> str:
        """The code of an elementwise step."""
        if step.kind == "call":
            if self.kind(step.target) == "matrix":
                return f"(1.0 if {self._label(step.args[1], phase)} == j else 0.0)"
            return f"{self._stored(step.args[0])}[r, {self._label(step.args[2], phase)}]"
        name = "where" if step.kind == "where" else step.what
        if name == "log1p" and self._is_share(step.args[0]):
            name = "log1p_share"
        if name == "cosh" and self._is_small(step.args[0]):
            name = "cosh_small"
        self.code.used.add(name)
        plain = name in ("logical_and", "logical_or", "logical_not")
        args = [
            self.ref(arg, phase) if plain or (name == "where" and k == 0) else self.number(arg, phase)
            for k, arg in enumerate(step.args)
        ]
        return SPELLING[name](*args)

    def _is_share(self, name: str) -> bool:
        """Whether a value is exp(-|x|), which lies between 0 and 1."""
        made = self.grouping.made
        for what in ("exp", "negative", "abs"):
            step = made.get(name)
            if step is None or step.what != what:
                return False
            name = step.args[0]
        return True

    def _is_small(self, name: str) -> bool:
        """Whether a value is min(x, c) for a number c from which exp does not overflow."""
        step = self.grouping.made.get(name)
        return step is not None and step.what == "minimum" and is_number(step.args[1]) and float(step.args[1]) <= _SMALL

    def _label(self, name: str, phase: int) -> str:
        """A label as a whole number that counts columns."""
        name = self.base(name)
        return f"{name}_r" if phase % 2 == 0 else f"{self._cut(name)}[r]"

    def entries(self, phase: int) -> list[str]:
        """The loop over the rows of a block and their entries."""
        steps = [s for s in self.region.steps if self.phase[s.target] == phase and s.target not in self.alias]
        inner: dict[str, list[str]] = {}
        after: list[str] = []
        lines = [line for step in steps if step.kind == "distances" for line in self._distances(step)]
        for step in steps:
            if step.kind == "distances":
                continue
            if self.kind(step.target) == "matrix":
                loop = inner.setdefault(self.length(step.target), [])
                loop.append(f"{step.target} = {self.scalar(step, phase)}")
                if step.target in self.region.outputs:
                    loop.append(f"{step.target}_s[r, j] = {self.number(step.target, phase)}")
                elif step.target in self.kept:
                    loop.append(f"{step.target}_b[r, j] = {self.number(step.target, phase)}")
            elif self.kind(step.target) == "table":
                loop = inner.setdefault(self.length(step.target), [])
                loop.append(f"{step.target}_o[j] += {self._product(step, phase)}")
            else:
                after.append(self._reduced(step, phase))
        for length, body in inner.items():
            lines += [f"for j in range({length}):", *(f"    {line}" for line in body)]
        lines += after
        return [*self._rows(lines), *[f"    {line}" for line in lines]] if lines else []

    def _distances(self, step: Step) -> list[str]:
        """The squared distances of one row from all others, one coordinate after the other."""
        left, right, length = self._stored(step.args[0]), self._input(step.args[1]), self.length(step.target)
        place = f"{self._stored(step.target)}[r, j]"
        return [
            f"for j in range({length}):",
            f"    {place} = 0.0",
            f"for q in range({right}_t.shape[0]):",
            f"    a = {self._wide(f'{left}[r, q]')}",
            f"    for j in range({length}):",
            f"        gap = a - {right}_t[q, j]",
            f"        {place} += gap * gap",
        ]

    def _rows(self, lines: list[str]) -> list[str]:
        """The head of a loop over rows; what the entries need of their row is read once."""
        text = "\n".join(lines)
        named = dict.fromkeys(self.base(a) for s in self.region.steps for a in s.args if not is_number(a))
        hoisted = [n for n in named if self.kind(n) == "row" and re.search(rf"\b{n}_r\b", text)]
        return ["for r in range(m):", *(f"    {n}_r = {self._of_row(n)}" for n in hoisted)]

    def _product(self, step: Step, phase: int) -> str:
        return " * ".join(self.number(arg, phase) for arg in step.args)

    def _reduced(self, step: Step, phase: int) -> str:
        """A sum over the entries of a row, or over all entries."""
        array = self._stored(step.args[0])
        length = self.length(self.base(step.args[0]))
        if step.kind == "vecdot":
            other = self._stored(step.args[1])
            self.code.used.add("_row_product")
            return f"{step.target}_b[r] = _row_product({array}, {other}, r, {length})"
        if step.kind == "matmul":
            self.code.used.add("_row_dot")
            table = self._input(step.args[1])
            return f"{step.target}_b[r] = _row_dot({array}, r, {table}, {length})"
        function = _REDUCED[step.what]
        self.code.used.update((function,) if step.what == "add" else (function, "_row_odd"))
        if self.kind(step.target) == "number":
            return f"{step.target} += {function}({array}, r, {length})"
        return f"{step.target}_b[r] = {function}({array}, r, {length})"

    def rows(self, phase: int) -> list[str]:
        """The loop over the rows of a block, and the sums over them."""
        lines: list[str] = []
        after: list[str] = []
        for step in self.region.steps:
            if self.phase[step.target] != phase or step.target in self.alias:
                continue
            if self.kind(step.target) == "number":
                summand = self._product(step, phase)
                self.code.used.add("_sum")
                lines.append(f"{step.target}_b[r] = {summand}")
                after.append(f"{step.target} += _sum({step.target}_b, m)")
                continue
            lines.append(f"{step.target} = {self.scalar(step, phase)}")
            if step.target in self.kept:
                lines.append(f"{step.target}_b[r] = {self.number(step.target, phase)}")
        lines += self._row_outputs(phase)
        return ["for r in range(m):", *(f"    {line}" for line in lines), *after] if lines else []

    def _row_outputs(self, phase: int) -> list[str]:
        """Values of rows that are written to memory, each in the first loop over rows that knows it."""
        found = []
        for name in self.region.outputs:
            base = self.base(name)
            if self.kind(name) != "row":
                continue
            known = self.phase[base] + self._is_reduction(base) if base in self.made else 1
            if known == phase:
                place = f"{name}_s[r{', 0' * (len(self.shape(name)) - 1)}]"
                found.append(f"{place} = {self.number(base, phase)}")
        return found

    # ---- the function ------------------------------------------------------------------------------------------------
    def written(self) -> RegionCode:
        last = max(self.phase.values()) + 2
        body = [line for p in range(last) for line in (self.rows(p) if p % 2 else self.entries(p))]
        code = self.code
        code.numbers = [s.target for s in self.region.steps if self.kind(s.target) == "number"]
        code.outputs = [name for name in self.region.outputs if self.kind(name) != "number"]
        code.totals = [name for name in code.outputs if self.kind(name) == "table"]
        head = [*self._sizes(), *(f"{name} = 0.0" for name in code.numbers)]
        head += [f"{name}_o[:] = 0.0" for name in code.totals]
        turned = [step.args[1] for step in self.region.steps if step.kind == "distances"]
        head += [f"{name}_t = np.ascontiguousarray({name}.T)" for name in dict.fromkeys(turned)]
        head += self._scratch()
        loop = ["for start in range(0, n, block):", "    m = min(block, n - start)"]
        loop += [f"    {x}" for x in [*self._cuts("\n".join(body)), *body]]
        tail = [f"return {', '.join(code.numbers)}"] if code.numbers else []
        parameters = [*code.inputs, *(f"{name}_o" for name in code.outputs)]
        code.lines = [f"def {code.name}({', '.join(parameters)}):", *(f"    {x}" for x in [*head, *loop, *tail])]
        return code

    def _cuts(self, text: str) -> list[str]:
        """The rows of a block, so that the index of a row is one that numba knows not to be negative."""
        arrays = [(name, name) for name in self.code.inputs] + [(n, f"{n}_o") for n in self.code.outputs]
        return [f"{name}_s = {code}[start : start + m]" for name, code in arrays if re.search(rf"\b{name}_s\b", text)]

    def _sizes(self) -> list[str]:
        """The numbers of rows and columns, read from the arrays."""
        arrays = [(name, name) for name in self.code.inputs] + [(n, f"{n}_o") for n in self.region.outputs]
        rows = next(code for name, code in arrays if self.kind(name) in ("row", "matrix"))
        lines = [f"n = {rows}.shape[0]"]
        for length, name in self.lengths.items():
            wide = [f"{code}.shape[{len(self.shape(n)) - 1}]" for n, code in arrays if self._is_as_wide(n, length)]
            far = [s for s in self.region.steps if s.kind == "distances" and self.shape(s.target)[1] == length]
            wide += [f"{step.args[1]}.shape[0]" for step in far]
            lines.append(f"{name} = {wide[0] if wide else length}")
        widest = (
            f"max({', '.join(self.lengths.values())})"
            if len(self.lengths) > 1
            else next(iter(self.lengths.values()), "")
        )
        block = f"max(1, min({_ROWS}, {_ENTRIES} // {widest}))" if widest else str(_ROWS)
        return [*lines, f"block = {block}"]

    def _is_as_wide(self, name: str, length: int) -> bool:
        return self.kind(name) in ("matrix", "table") and self.shape(name)[-1] == length

    def _scratch(self) -> list[str]:
        found = []
        for step in self.region.steps:
            name = step.target
            summed = self.kind(name) == "number" and self.kind(step.args[0]) == "row"
            if self.kind(name) == "matrix" and name in self.kept and name not in self.region.outputs:
                found.append(f"{name}_b = np.empty((block, {self.length(name)}))")
            elif (self.kind(name) == "row" and name in self.kept) or summed:
                found.append(f"{name}_b = np.empty(block)")
        return found


def region_code(name: str, region: Region, grouping: Grouping, single: bool) -> RegionCode:
    """The source of a region; ``single`` where the arrays are float32."""
    return _Writing(name, region, grouping, single).written()
