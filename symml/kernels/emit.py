"""Straight-line NumPy code over a scheduled expression: shared parts get a name, short parts stand in place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count

from symml.expr import functions as F
from symml.expr.dims import Dim, Shape, dim_names
from symml.expr.nodes import Apply, Contract, Expr, Power
from symml.kernels.code import ATOM, Code, as_float, call
from symml.kernels.guards import may_be_undefined
from symml.kernels.rules import parts_of, write
from symml.kernels.sizes import size_code
from symml.kernels.values import Value, stretched, with_keys

_LONGEST_INLINE = 60
_SILENCE = 'with np.errstate(all="ignore"):  # also computed where it is not chosen'


class Emitter:
    """Writes the body of one kernel.

    Attributes:
        names: The code name of each symbol.
        lines: The assignments so far.
        silent: The places of the lines that must not warn.
        helpers: The helpers that the code calls.
        needed_sizes: The dimensions that the code reads.
        values: The value of every node that is written.
        uses: How often each node is an argument of others.
    """

    def __init__(
        self, roots: Sequence[Expr], names: Mapping[str, str], sizes: Mapping[str, str], wanted: Mapping[Expr, str]
    ) -> None:
        self.roots, self.names, self.sizes, self.wanted = roots, names, sizes, wanted
        self.lines: list[str] = []
        self.silent: set[int] = set()
        self.helpers: set[str] = set()
        self.needed_sizes: set[str] = set()
        self.values: dict[Expr, Value] = {}
        self.numbered = (f"t{k}" for k in count(1))
        self.taken = {*names.values(), *sizes.values(), "np", "math"}
        self.uses = _argument_uses(roots)

    def body(self) -> list[Code]:
        """The code of each root, after the lines that it needs."""
        order = self._order()
        uses = Counter(self.roots)
        for node in order:
            uses.update(self.parts(node))
        always = self._always()
        for node in order:
            self._write(node, uses[node], node in always)
        return [self._result(root) for root in self.roots]

    def _write(self, node: Expr, uses: int, is_always: bool) -> None:
        """The value of a node; what a branch that is not taken may warn about is written in silence."""
        start = len(self.lines)
        value = write(self, node)
        parts = [self.values[part] for part in self.parts(node)]
        is_loud = any(part.is_loud for part in parts) or (not is_always and _warns(node))
        value = replace(value, is_loud=is_loud)
        if (is_loud and _is_choice(node)) or self._needs_name(node, value, uses):
            value = self._named(node, value)
        if is_loud and len(self.lines) > start:
            self.silent.update(range(start, len(self.lines)))
            value = replace(value, is_loud=False)
        self.values[node] = value

    def _always(self) -> set[Expr]:
        """The nodes whose value is needed whatever the conditions are."""
        seen: set[Expr] = set()
        stack = list(self.roots)
        while stack:
            node = stack.pop()
            if node not in seen:
                seen.add(node)
                stack.extend(self.parts(node)[:1] if _is_choice(node) else self.parts(node))
        return seen

    def written_lines(self) -> list[str]:
        """The lines, those that must not warn below a ``with``."""
        found: list[str] = []
        for place, line in enumerate(self.lines):
            if place in self.silent:
                found += [_SILENCE] if place - 1 not in self.silent else []
                line = "    " + line
            found.append(line)
        return found

    def parts(self, node: Expr) -> Sequence[Expr]:
        """The nodes whose values the code of ``node`` is made of."""
        return parts_of(self, node)

    def _order(self) -> list[Expr]:
        order: list[Expr] = []
        seen: set[Expr] = set()
        stack: list[tuple[Expr, bool]] = [(root, False) for root in reversed(self.roots)]
        while stack:
            node, ready = stack.pop()
            if ready:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                stack.extend((part, False) for part in reversed(self.parts(node)) if part not in seen)
        return order

    # ---- names -------------------------------------------------------------------------------------------------------
    def _needs_name(self, node: Expr, value: Value, uses: int) -> bool:
        if value.code.is_name:
            return False
        if node in self.wanted or (uses > 1 and not _is_short_view(value.code)):
            return True
        return len(value.code.text) > _LONGEST_INLINE and node not in self.roots

    def _named(self, node: Expr, value: Value) -> Value:
        name = self.fresh(node)
        self.lines.append(f"{name} = {value.code}")
        return Value(Code(name), value.axes, value.boolean, value.alias)

    def fresh(self, node: Expr) -> str:
        """A new name for the value of ``node``."""
        name = self.wanted.get(node, "")
        if not name.isidentifier() or name in self.taken:
            name = next(name for name in self.numbered if name not in self.taken)
        self.taken.add(name)
        return name

    # ---- what the rules ask for --------------------------------------------------------------------------------------
    def size(self, dim: Dim) -> Code:
        """A dimension in code."""
        self.needed_sizes.update(dim_names(dim))
        return size_code(dim, self.sizes)

    def helper(self, name: str, *args: object) -> Code:
        """A call of a helper."""
        self.helpers.add(name)
        return call(f"_{name}", *args)

    def shape(self, dims: Shape) -> str:
        """A shape in code."""
        inner = ", ".join(str(self.size(dim)) for dim in dims)
        return inner if len(dims) == 1 else f"({inner})"

    def whole(self, node: Expr) -> Code:
        """The code of a node with every axis at its full length; the array may be read-only."""
        value, rank = self.values[node], len(node.shape)
        if len(value.axes) == rank:
            return value.number
        if not value.axes:
            return self._filled(value.number, node.shape)
        if all(node.shape[axis] == 1 for axis in range(rank) if axis not in value.axes):
            return with_keys(value.number, [":" if axis in value.axes else "None" for axis in range(rank)])
        aligned = stretched(value.number, value.axes, range(rank))
        return call("np.broadcast_to", aligned, self.shape(node.shape))

    def _filled(self, code: Code, shape: Shape) -> Code:
        plain = {"0": "np.zeros", "1": "np.ones"}.get(str(code))
        return call(plain, self.shape(shape)) if plain else call("np.full", self.shape(shape), as_float(code))

    def _result(self, root: Expr) -> Code:
        """The code of a root: an array of its own."""
        code, value = self.whole(root), self.values[root]
        if code.text.startswith("np.broadcast_to("):
            return Code(code.text + ".copy()")
        if value.alias and root.shape:
            return Code(code.at(ATOM) + ".copy()")
        return as_float(code)


def _argument_uses(roots: Sequence[Expr]) -> Counter[Expr]:
    uses = Counter(roots)
    seen: set[Expr] = set()
    stack = list(roots)
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            uses.update(node.args)
            stack.extend(node.args)
    return uses


def _is_short_view(code: Code) -> bool:
    """Whether the code is a name with plain brackets behind it."""
    return code.level == ATOM and not code.negative and "(" not in code.text and len(code.text) < 12


def _is_choice(node: Expr) -> bool:
    return isinstance(node, Apply) and node.function is F.where


def _warns(node: Expr) -> bool:
    """Whether computing the node itself may warn at arguments outside its domain."""
    divides = isinstance(node, Contract) and any(isinstance(arg, Power) and may_be_undefined(arg) for arg in node.args)
    return divides or may_be_undefined(node)
