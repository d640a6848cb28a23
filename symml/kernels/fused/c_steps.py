"""A kernel of matrices in C: one loop nest a step, arrays of any strides, memory of its own for what lies between."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from symml.expr.dims import Size, dim_names, dim_value
from symml.kernels.fused.c_code import SPELLING, loop_source, module
from symml.kernels.fused.loop import NotFusable, number_of
from symml.kernels.plan.lower import steps_of
from symml.kernels.plan.shapes import Form, forms, summed_axes
from symml.kernels.plan.steps import NoSteps, Step, is_number

if TYPE_CHECKING:
    from symml.kernels.kernel import Kernel

# Lengths that stand for dimensions while shapes are found; those that a formula itself has are left out.
_LENGTHS = (211, 223, 227, 229, 233, 239, 241, 251, 257, 263, 269, 271, 277, 281, 283, 293, 307, 311, 313, 317)
_MOST_SIZES = 12
_HEADERS = ("math", "stdint", "stdlib", "string")
_SQUEEZE = re.compile(r"np\.squeeze\(\{\}, axis=(-?\d+)\)")
_KEYS = re.compile(r"\{\}\[([:, None]+)\]")
_TAKEN = re.compile(
    r"[ir]\d+_|v\d+|out\d+|[ks]_|memory|auto|case|char|const|default|do|double|enum|extern|float|goto|inline|int|long|register"
    r"|restrict|short|signed|sizeof|static|struct|switch|typedef|union|unsigned|void|volatile|of_bits|bits_of"
)
_START = {"add": "0.0", "maximum": "-INFINITY", "minimum": "INFINITY"}


@dataclass(frozen=True)
class _Array:
    """Where the entries of a value lie: a pointer, lengths and strides as code; a number has no axes."""

    pointer: str
    lengths: tuple[str, ...] = ()
    strides: tuple[str, ...] = ()

    def at(self, indices: Sequence[str]) -> str:
        """The code of an entry; axes of length one are stretched, axes in front that are missing are left out."""
        if not self.lengths:
            return self.pointer
        own = list(indices)[len(indices) - len(self.lengths) :]
        parts = [
            index if stride == "1" else f"{index} * {stride}"
            for index, length, stride in zip(own, self.lengths, self.strides, strict=True)
            if length != "1"
        ]
        return f"{self.pointer}[{' + '.join(parts) or '0'}]"


class Body:
    """The statements of a kernel.

    Attributes:
        lines: The statements.
        memory: The arrays between, with the number of their entries.
        used: The functions that the statements call.
        sizes: The dimensions in the order of their parameters.
        safe: The name of each argument in C.
    """

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.lines: list[str] = []
        self.memory: dict[str, str] = {}
        self.used: set[str] = set()
        dims = [dim for shape in kernel.shapes.values() for dim in shape if isinstance(dim, Size)]
        extra = [name for name in kernel.arguments if name not in kernel.shapes]
        self.sizes = tuple(dict.fromkeys([*(name for dim in dims for name in dim_names(dim)), *extra]))
        if len(self.sizes) > _MOST_SIZES or any(s.domain.name == "label" for s in kernel.symbols):
            raise self._refusal("it has labels or very many dimensions")
        self.safe = _safe_names(kernel.arguments, self.sizes)
        fixed = {dim for shape in kernel.shapes.values() for dim in shape if isinstance(dim, int)}
        free = [length for length in _LENGTHS if length not in fixed]
        self.given = dict(zip(self.sizes, free, strict=False))
        roots = [dim for root in kernel.expressions for dim in root.shape if isinstance(dim, Size)]
        self.names = {dim_value(dim, self.given): f"({dim})".replace(" ", "") for dim in [*dims, *roots]}
        self.names |= {length: name for name, length in self.given.items()}
        self.values: dict[str, _Array] = {}
        self.counts: dict[str, tuple[str, ...]] = {}
        self.known: dict[str, Form] = {}

    def _refusal(self, why: str) -> NotFusable:
        cure = "use kernel.plan, which has BLAS, linear algebra and labels"
        return NotFusable(f"{self.kernel.name} has no C: {why}", cure=cure)

    def written(self) -> Body:
        """The body after all its statements."""
        shapes = {name: tuple(dim_value(d, self.given) for d in s) for name, s in self.kernel.shapes.items()}
        try:
            found = steps_of(self.kernel.source, self.kernel.name, self.safe)
        except NoSteps as error:
            raise self._refusal(f"a statement of its own: {error}") from None
        extra = {name: self.given[name] for name in self.kernel.arguments if name not in self.kernel.shapes}
        given = {self.safe[name]: shape for name, shape in {**shapes, **extra}.items()}
        self.known = forms(found.steps, given, (), {}, 1)
        for name, safe in self.safe.items():
            self.values[safe] = self._fresh(safe, shapes.get(name, ()))
        for step in found.steps:
            self._step(step)
        for k, name in enumerate(found.results):
            self._result(k, name)
        return self

    # ---- values ------------------------------------------------------------------------------------------------------
    def _lengths(self, shape: Sequence[int]) -> tuple[str, ...]:
        return tuple(self.names.get(length, str(length)) for length in shape)

    def _fresh(self, name: str, shape: Sequence[int]) -> _Array:
        """An array in C order."""
        lengths = self._lengths(shape)
        strides = tuple(" * ".join(lengths[axis + 1 :]) or "1" for axis in range(len(lengths)))
        return _Array(name, lengths, tuple(f"({s})" if " " in s else s for s in strides))

    def _array(self, name: str) -> _Array:
        if is_number(name):
            return _Array(SPELLING["constant"](name))
        return self.values[name]

    def _new(self, step: Step) -> _Array:
        """The place of a step's result."""
        found = self._fresh(step.target, self.known[step.target].shape)
        if found.lengths:
            self.memory[step.target] = " * ".join(found.lengths)
        else:
            self.lines.append(f"double {step.target};")
        self.values[step.target] = found
        return found

    # ---- statements --------------------------------------------------------------------------------------------------
    def _step(self, step: Step) -> None:
        if step.kind in ("ufunc", "where"):
            self._elementwise(step, "where" if step.kind == "where" else step.what)
        elif step.kind == "copy":
            source, place = self._array(step.args[0]), self._new(step)
            self._nest(place.lengths, lambda at: [f"{place.at(at)} = {source.at(at)};"])
        elif step.kind == "view" or step.what.startswith("np.squeeze("):
            self.values[step.target] = self._view(step, self._array(step.args[0]))
        elif step.kind == "reduce" and step.what in _START:
            self._reduce(step)
        elif step.kind == "matmul":
            self._product(step)
        elif step.kind == "number":
            self._number(step)
        else:
            raise self._refusal(f"a {step.kind}: {step.what.format(*step.args)}")

    def _nest(self, lengths: Sequence[str], body: object, indent: str = "") -> None:
        """Loops over all axes around the statements of one entry."""
        assert callable(body)
        at = [f"i{axis}_" for axis in range(len(lengths))]
        for index, length in zip(at, lengths, strict=True):
            self.lines.append(f"{indent}for (int64_t {index} = 0; {index} < {length}; {index}++) {{")
            indent += "  "
        self.lines += [indent + line for line in body(at)]
        for _ in lengths:
            indent = indent[:-2]
            self.lines.append(f"{indent}}}")

    def _elementwise(self, step: Step, name: str) -> None:
        if name not in SPELLING:
            raise self._refusal(f"no code for {name}")
        self.used.add(name)
        args, place = [self._array(arg) for arg in step.args], self._new(step)
        self._nest(place.lengths, lambda at: [f"{place.at(at)} = {SPELLING[name](*(arg.at(at) for arg in args))};"])

    def _view(self, step: Step, base: _Array) -> _Array:
        if step.what == "{}.T":
            return _Array(base.pointer, base.lengths[::-1], base.strides[::-1])
        squeezed = _SQUEEZE.fullmatch(step.what)
        if squeezed is not None:
            axis = int(squeezed[1]) % len(base.lengths)
            lengths, strides = (part[:axis] + part[axis + 1 :] for part in (base.lengths, base.strides))
            return _Array(base.pointer, lengths, strides)
        match = _KEYS.fullmatch(step.what)
        if match is None:
            raise self._refusal(f"a slice: {step.what.format(*step.args)}")
        keys = [key.strip() for key in match[1].split(",")]
        axes = list(zip(base.lengths, base.strides, strict=True))
        keys += [":"] * (len(axes) - keys.count(":"))
        found = [("1", "0") if key == "None" else axes.pop(0) for key in keys]
        return _Array(base.pointer, tuple(length for length, _ in found), tuple(stride for _, stride in found))

    def _reduce(self, step: Step) -> None:
        source, place = self._array(step.args[0]), self._new(step)
        gone = summed_axes(step, len(source.lengths))
        outer = [axis for axis in range(len(source.lengths)) if axis not in gone]
        kept = place.lengths if not step.keep else tuple(source.lengths[axis] for axis in outer)

        def body(at: Sequence[str]) -> list[str]:
            index = {axis: at[k] for k, axis in enumerate(outer)} | {axis: f"r{axis}_" for axis in gone}
            entry = source.at([index[axis] for axis in range(len(source.lengths))])
            full = [("0" if axis in gone else index[axis]) for axis in index] if step.keep else list(at)
            total = place.at([full[k] for k in range(len(place.lengths))] if not step.keep else _kept(index, gone))
            other = f"{entry} {'>' if step.what == 'maximum' else '<'} s_ || {entry} != {entry} ? {entry} : s_"
            loops = [f"for (int64_t r{axis}_ = 0; r{axis}_ < {source.lengths[axis]}; r{axis}_++)" for axis in gone]
            added = f"s_ += {entry};" if step.what == "add" else f"s_ = {other};"
            return [f"double s_ = {_START[step.what]};", f"{' '.join(loops)} {added}", f"{total} = s_;"]

        self.lines.append("{")
        self._nest(kept, body, "  ")
        self.lines.append("}")

    def _product(self, step: Step) -> None:
        left, right = (self._array(arg) for arg in step.args)
        if max(len(left.lengths), len(right.lengths)) > 2:
            raise self._refusal("a product of stacked matrices")
        place = self._new(step)
        self._nest(place.lengths, lambda at: [f"{place.at(at)} = 0.0;"])
        rows = [f"i{axis}_" for axis in range(len(left.lengths) - 1)]
        columns = [f"i{len(rows) + axis}_" for axis in range(len(right.lengths) - 1)]
        heads = [f"for (int64_t {i} = 0; {i} < {n}; {i}++)" for i, n in zip(rows, left.lengths[:-1], strict=True)]
        # The sum goes along rows that lie in memory one after the other.
        heads.insert(
            len(heads) if left.strides[-1] == "1" else 0, f"for (int64_t k_ = 0; k_ < {left.lengths[-1]}; k_++)"
        )
        heads += [f"for (int64_t {i} = 0; {i} < {n}; {i}++)" for i, n in zip(columns, right.lengths[1:], strict=True)]
        entry = f"{left.at([*rows, 'k_'])} * {right.at(['k_', *columns])}"
        self.lines.append(f"{' '.join(heads)} {place.at([*rows, *columns])} += {entry};")

    def _number(self, step: Step) -> None:
        """A length of an axis."""
        base = step.args[0] if step.args else ""
        if step.what == "{}.shape":
            self.counts[step.target] = self._array(base).lengths
        elif base in self.counts and re.fullmatch(r"\{\}\[-?\d+\]", step.what):
            self.values[step.target] = _Array(f"(double)({self.counts[base][int(step.what[3:-1])]})")
        elif all(map(is_number, step.args)):
            self.values[step.target] = _Array(repr(number_of(step)))
        else:
            raise self._refusal(step.what.format(*step.args))

    def _result(self, k: int, name: str) -> None:
        source = self._array(name)
        place = self._fresh(f"out{k}", () if is_number(name) else self.known[name].shape)
        if not source.lengths:
            self.lines.append(f"*out{k} = {source.pointer};")
            return
        self._nest(place.lengths, lambda at: [f"{place.at(at)} = {source.at(at)};"])


def _safe_names(names: Sequence[str], sizes: Sequence[str]) -> dict[str, str]:
    """A name for each argument that is no word of C and none of the names here."""
    found: dict[str, str] = {}
    for name in names:
        safe = name if name.isascii() else f"arg{len(found)}"
        while name not in sizes and (_TAKEN.fullmatch(safe) or safe in sizes or safe in found.values()):
            safe += "_"
        found[name] = safe
    return found


def c_source(kernel: Kernel) -> str:
    """The kernel as C with its header and build line.

    One loop over ``n`` entries where the kernel is elementwise, and returns nothing; else a function of the lengths of
    the dimensions, the arguments and a pointer for each result, which returns 0, or 1 where there is no memory.

    Raises:
        NotFusable: The kernel has labels, linear algebra or slices.
    """
    try:
        return loop_source(kernel)
    except NotFusable:
        return _steps_source(kernel)


def _steps_source(kernel: Kernel) -> str:
    body = Body(kernel).written()
    kinds = {name: "const double *" if shape else "double " for name, shape in kernel.shapes.items()}
    arguments = [f"{kind}{body.safe[name]}" for name, kind in kinds.items()]
    outs = [f"double *restrict out{k}" for k in range(len(kernel.expressions))]
    sizes = [f"int64_t {name}" for name in body.sizes]
    signature = f"int {kernel.name}({', '.join([*sizes, *arguments, *outs])})"
    total = " + ".join(body.memory.values())
    lines = ["  double *memory = 0;"]
    if total:
        lines = [f"  double *memory = malloc(sizeof(double) * ({total} + 1));", "  if (!memory) return 1;"]
        place = "memory"
        for name, count in body.memory.items():
            lines.append(f"  double *{name} = {place};")
            place = f"{name} + {count}"
    lines += [f"  {line}" for line in body.lines]
    return module(kernel, signature, [*lines, "  free(memory);", "  return 0;"], body.used, _HEADERS)


def _kept(index: dict[int, str], gone: Sequence[int]) -> list[str]:
    return ["0" if axis in gone else index[axis] for axis in sorted(index)]
