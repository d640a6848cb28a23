"""The source of a plan: ufuncs with positional ``out``, BLAS calls into buffers, a loop over blocks of rows."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from symml.kernels.plan.distances import SOURCE as DISTANCES
from symml.kernels.plan.memory import Memory, Spare, share, writes
from symml.kernels.plan.rounds import Round
from symml.kernels.plan.shapes import Form
from symml.kernels.plan.special import BELL, IMPORT
from symml.kernels.plan.steps import Step, Steps, is_number

_NAMED_OUT = frozenset({"maximum", "minimum"})
_FIRST = {"maximum": "-np.inf", "minimum": "np.inf"}
_OPERATORS = {
    "add": "{} + {}",
    "subtract": "{} - {}",
    "multiply": "{} * {}",
    "divide": "{} / {}",
    "negative": "-{}",
}


@dataclass
class Written:
    """A plan's function.

    Attributes:
        lines: The body.
        buffers: The shape of each buffer, and whether it holds truth values.
        constants: The names of numbers that are arrays without axes: a ufunc converts a number at every call.
        outs: The parameters that receive the arrays of the result.
        functions: The functions that it calls, as source.
        imports: What it imports besides NumPy.
    """

    lines: list[str] = field(default_factory=list)
    buffers: dict[str, tuple[tuple[int, ...], bool]] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    outs: list[str] = field(default_factory=list)
    functions: list[str] = field(default_factory=list)
    imports: str = ""


class Writer:
    """Writes the steps of one kernel for shapes that are known."""

    def __init__(self, found: Steps, known: Mapping[str, Form], arguments: Sequence[str]) -> None:
        self.found, self.known, self.arguments = found, known, tuple(arguments)
        self.memory = Memory()
        self.lines: list[str] = []
        self.constants: dict[str, str] = {}
        self.functions: dict[str, str] = {}
        self.imports = ""
        self.whole: set[str] = set()
        self.spare: Spare = {}
        self.fixed = {step.target: self._array(step, known) for step in found.steps if step.kind == "array"}
        self.outs: dict[str, str] = {}
        self.renamed: dict[str, str] = {}
        for k, name in enumerate(found.results):
            if not is_number(name) and known[name].shape and name not in self.outs and name not in arguments:
                self.outs[name] = f"out{k}"

    # ---- all at once -------------------------------------------------------------------------------------------------
    def straight(self) -> Written:
        """The steps in order, each on whole arrays."""
        self._give_outs(self.found.steps)
        share(self.memory, self.found.steps, self.known, self._kept(self.found.steps))
        for step in self.found.steps:
            self._step(step, "    ")
        return self._finished()

    def _give_outs(self, steps: Sequence[Step]) -> None:
        for step in steps:
            if step.target in self.outs and writes(step, self.known[step.target]):
                self.memory.places[step.target] = self.outs[step.target]
                self.memory.shapes[self.outs[step.target]] = self.known[step.target].shape, False

    def _kept(self, steps: Sequence[Step]) -> set[str]:
        """The results, and what a result is a view of."""
        kept = {name for name in self.found.results if not is_number(name)}
        for step in reversed(steps):
            if step.target in kept and step.kind == "view":
                kept.add(step.args[0])
        return kept

    # ---- in blocks ---------------------------------------------------------------------------------------------------
    def blocked(
        self, loops: Sequence[Round], after: Sequence[Step], rows: int, block: int, blocked: Mapping[str, Sequence[int]]
    ) -> Written:
        """Loops over blocks of rows; sums grow from block to block."""
        small = self._in_block(block)
        self.constants.clear()
        self.fixed = {step.target: self._array(step, small) for step in self.found.steps if step.kind == "array"}
        sums = {name for loop in loops for name in loop.sums}
        flat = [step for loop in loops for step in loop.before] + list(after)
        self._give_outs([step for step in self.found.steps if step.target not in sums])
        for step in flat:
            if writes(step, self.known[step.target]) and step.target not in self.memory.places:
                self.memory.places[step.target] = self.memory.new(self.known[step.target])
        self._keep([name for loop in loops for name in sorted(loop.kept)])
        for loop in loops:
            for step in loop.before:
                self._step(step, "    ")
            self._loop(loop, f"{rows}, {block}", small, blocked)
        for step in after:
            self._step(step, "    ")
        return self._finished()

    def _keep(self, names: Sequence[str]) -> None:
        """Memory for all rows of values that later loops read; that of a result which is computed from it alone."""
        for name in names:
            if name in self.memory.places:
                continue
            users = [step for step in self.found.steps if name in step.args]
            last = users[0].target if len(users) == 1 and users[0].kind == "ufunc" else ""
            alike = last in self.outs and self.known[last] == self.known[name]
            self.memory.places[name] = self.outs[last] if alike else self.memory.new(self.known[name])
            self.whole.add(name)

    def _loop(self, loop: Round, span: str, small: Mapping[str, Form], blocked: Mapping[str, Sequence[int]]) -> None:
        totals = {step.target: self._total(step) for step in loop.inside if step.target in loop.sums}
        own = set(self.memory.places)
        share(self.memory, loop.inside, small, own | set(totals), self.spare)
        rows, _, block = span.partition(", ")
        self.lines += [f"    for s in range(0, {span}):", f"        m = min({rows} - s, {block})"]
        self._cut(loop.inside, blocked)
        for step in loop.inside:
            self._step(step, "        ", small)
            if step.target in totals:
                self._add(step, totals[step.target])
        for name in set(self.memory.places) - own:
            place = self.memory.places.pop(name)
            self.spare.setdefault(self.memory.shapes[place], [])
            if place not in self.spare[self.memory.shapes[place]]:
                self.spare[self.memory.shapes[place]].append(place)
        for name, total in totals.items():
            self.lines.append(f"    {name} = {total}")

    def _total(self, step: Step) -> str:
        """The running sum, or the running extreme, of a step inside the loop."""
        name, form = f"sum_{step.target}", self.known[step.target]
        start = _FIRST.get(step.what, "0.0")
        if not form.shape:
            self.lines.append(f"    {name} = {start}")
            return name
        place = self.outs.get(step.target) or self.memory.new(form)
        self.lines += [f"    {name} = {place}", f"    {name}.fill({start})"]
        return name

    def _add(self, step: Step, total: str) -> None:
        function = step.what if step.what in _FIRST else "add"
        if self.known[step.target].shape:
            part = self.memory.places.get(step.target, step.target)
            given = total if function not in _NAMED_OUT else f"out={total}"
            self.lines.append(f"        np.{function}({total}, {part}, {given})")
        elif function == "add":
            self.lines.append(f"        {total} += {step.target}")
        else:
            self.lines.append(f"        {total} = np.{function}({total}, {step.target})")

    def _in_block(self, block: int) -> dict[str, Form]:
        """The forms of values in one block."""
        found = {}
        for name, form in self.known.items():
            shape = tuple(block if axis in form.rows else n for axis, n in enumerate(form.shape))
            found[name] = Form(shape, form.rows, form.straight, form.boolean, form.array)
        return found

    def _cut(self, inside: Sequence[Step], blocked: Mapping[str, Sequence[int]]) -> None:
        """The rows of the arguments, of the results and of the buffers that belong to the block."""
        used, start = {arg for step in inside for arg in step.args}, len(self.lines)
        for name in self.arguments:
            if name in used and blocked.get(name):
                self.lines.append(f"        {name}_ = {name}[{_rows(blocked[name][0], 's : s + m')}]")
        self.renamed = {name: f"{name}_" for name in self.arguments if blocked.get(name)}
        arrays = [place for name, place in self.fixed.items() if name in used and self.known[name].rows]
        self.lines += [f"        {place}_ = {place}[:m]" for place in dict.fromkeys(arrays)]
        for name in sorted({*used, *(step.target for step in inside)} & set(self.memory.places)):
            place, form = self.memory.places[name], self.known[name]
            if form.rows and f"        {place}_ = " not in "".join(self.lines[start:]):
                code = "s : s + m" if place.startswith("out") or name in self.whole else ":m"
                self.lines.append(f"        {place}_ = {place}[{_rows(form.rows[0], code)}]")

    # ---- one step ----------------------------------------------------------------------------------------------------
    def _step(self, step: Step, indent: str, known: Mapping[str, Form] | None = None) -> None:
        inside = known is not None
        form = self.known[step.target]
        if step.kind == "array":
            return
        if step.kind == "distances" and len(step.args) > 3:
            self.functions[step.kind] = DISTANCES
        if step.kind == "bell":
            self.functions[step.kind] = BELL
        if step.what.startswith("special."):
            self.imports = IMPORT
        args = [self._ref(arg, inside) for arg in step.args]
        if step.kind == "ufunc" and form.shape:
            args = [self._constant(arg) for arg in args]
        place = self.memory.places.get(step.target)
        out = "" if place is None else f"{place}_" if inside and form.rows else place
        for line in line_of(step, form, args, out, self.known):
            self.lines.append(indent + line)

    def _ref(self, name: str, inside: bool) -> str:
        if is_number(name):
            return name
        place = self.fixed.get(name) or self.memory.places.get(name)
        if inside and self.known[name].rows:
            return f"{place}_" if place else self.renamed.get(name, name)
        return place or name

    def _array(self, step: Step, known: Mapping[str, Form]) -> str:
        """The name of an array that is the same in every call; along the rows one block of it is enough."""
        code = f"{step.what.partition('(')[0]}({known[step.target].shape[0]})"
        return self.constants.setdefault(code, f"c{len(self.constants)}")

    def _constant(self, code: str) -> str:
        """A number as the name of an array without axes."""
        if not is_number(code) or code in ("True", "False", "None"):
            return code
        number = code if code.startswith(("np.", "-np.")) else repr(float(ast.literal_eval(code)))
        number = f"np.array({number})"
        return self.constants.setdefault(number, f"c{len(self.constants)}")

    def _finished(self) -> Written:
        shown, outs = [], []
        for k, name in enumerate(self.found.results):
            if is_number(name) or not self.known[name].shape:
                shown.append(name)
                continue
            if self.memory.places.get(name) != f"out{k}" and not self._is_total_out(name, k):
                self.lines.append(f"    np.copyto(out{k}, {self._ref(name, False)})")
            shown.append(f"out{k}")
            outs.append(f"out{k}")
        self.lines.append(f"    return {', '.join(shown)}")
        buffers = {name: shape for name, shape in self.memory.shapes.items() if name.startswith("b")}
        return Written(self.lines, buffers, self.constants, outs, list(self.functions.values()), self.imports)

    def _is_total_out(self, name: str, k: int) -> bool:
        return f"    sum_{name} = out{k}" in self.lines


def _rows(axis: int, code: str) -> str:
    return ", ".join([":"] * axis + [code])


def line_of(step: Step, form: Form, args: Sequence[str], out: str, known: Mapping[str, Form]) -> list[str]:
    """The lines of one step that writes into ``out``, or makes its own array where that is empty."""
    target = step.target
    if step.kind in ("view", "helper", "call", "number"):
        return [f"{target} = {step.what.format(*args)}"]
    if step.kind == "ufunc":
        if not form.shape and step.what in _OPERATORS:
            return [f"{target} = {_OPERATORS[step.what].format(*args)}"]
        given = out if step.what not in _NAMED_OUT else f"out={out}"  # NumPy 2.4 wants these by name.
        function = step.what if "." in step.what else f"np.{step.what}"
        call = f"{function}({', '.join([*args, given] if out else args)})"
        return [call if out else f"{target} = {call}"]
    if step.kind == "whole":
        return [f"{target} = {args[0]}"]
    if step.kind == "distances":
        return (
            _distances(args[0], args[1], args[2], out) if len(args) == 3 else [f"_distances({', '.join([*args, out])})"]
        )
    if step.kind == "bell":
        return [f"_bell({', '.join([*args, out])})"]
    if step.kind == "scratch":
        return []
    if step.kind == "copy":
        return [f"np.copyto({out}, {args[0]})"] if out else [f"{target} = {args[0]}"]
    if step.kind == "where":
        if not out:
            return [f"{target} = {args[1]} if {args[0]} else {args[2]}"]
        copied = [f"np.copyto({out}, {args[2]})"] if out != args[2] else []
        shapes = [() if is_number(arg) else known[arg].shape for arg in step.args]
        if shapes[0] == form.shape and shapes[1] in ((), form.shape):
            return [*copied, f"np.putmask({out}, {args[0]}, {args[1]})"]
        return [*copied, f"np.copyto({out}, {args[1]}, where={args[0]})"]
    if step.kind == "reduce":
        axis = step.axis or "None"
        tail = f", {axis}, None, {out}, {step.keep}" if out else f", axis={axis}, keepdims={step.keep}"
        whole = not out and axis == "None" and not step.keep
        call = f"np.{step.what}.reduce({args[0]}{', None' if whole else tail})"
        return [call if out else f"{target} = {call}"]
    name = _product(step, known)
    return [f"np.{name}({args[0]}, {args[1]}, {out})" if out else f"{target} = np.{name}({args[0]}, {args[1]})"]


def _product(step: Step, known: Mapping[str, Form]) -> str:
    if step.kind == "vecdot":
        return "vecdot"
    shapes = [known[arg].shape for arg in step.args]
    plain = max(map(len, shapes)) <= 2 and (min(map(len, shapes)) == 1)
    return "dot" if plain else "matmul"


def _distances(left: str, right: str, scratch: str, out: str) -> list[str]:
    """Squared distances, one coordinate after the other."""
    return [
        f"np.subtract({left}[:, 0, None], {right}[:, 0], {out})",
        f"np.multiply({out}, {out}, {out})",
        f"for q in range(1, {right}.shape[1]):",
        f"    np.subtract({left}[:, q, None], {right}[:, q], {scratch})",
        f"    np.multiply({scratch}, {scratch}, {scratch})",
        f"    np.add({out}, {scratch}, {out})",
    ]
