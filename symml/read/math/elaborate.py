"""From the tree to expressions: types decide what each part means."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from symml.errors import MisfitError, ReadError, ShapeError, SymmlError
from symml.expr.dims import Dim, Size, as_position, dim_names, size
from symml.expr.nodes import Expr, Symbol
from symml.read.math.names import Table
from symml.read.math.tree import Node
from symml.read.math.value import Value

_MAX_RETRIES = 60
_MAX_CHOICES = 64


class Retry(Exception):
    """A dim became known: everything is read again with it."""


class Learned(Exception):
    """A dim of a declaration that was left open became known.

    Attributes:
        name: The dim.
        dim: What it is.
    """

    def __init__(self, name: str, dim: Dim) -> None:
        super().__init__(name)
        self.name, self.dim = name, dim


@dataclass(frozen=True)
class Range:
    """What an index runs over: ``dim`` entries, from the number ``low``; ``None`` for the names of the entries."""

    dim: Dim
    low: Dim | None = None


Rule = Callable[["Elaborator", Node], Value]


class Elaborator:
    """Gives nodes their meaning.

    Attributes:
        source: The text, for carets.
        table: What is declared.
        ranges: The running indices in scope.
        free: The indices that nothing binds, with their ranges.
        known: Dims that were unknown and have been found, by name.
        open_dims: The names of dims that are not known yet.
        guessed: The names of dims of declarations that are still open.
        local: Meanings of names inside an operator that binds them, and of what is worked out.
        pending: Definitions that the text gives, each worked out where its name is first met.
        used: The definitions that were met.
        busy: The definitions that are being worked out.
        parameters: What the parameters of the defined function at hand stand for.
        inferred: Symbols that are not declared, by their spelling.
        undefined: Names of which the text says nothing but the name.
        notes: What was assumed.
        bare: The names that stand somewhere without a bracket after them.
        gradient_variable: By what a bare gradient sign differentiates: the left side of an update.
        definitions: Functions of which the text says what they are, by name.
        bases: Whether entries count from 0 or from 1 under an index that starts at 0.
        opaque: Applications of functions of which nothing is known to arrays, with the function's name.
        laws: The laws of random symbols that the text names, by the symbol's name.
    """

    def __init__(self, source: str, table: Table, rules: Mapping[str, Rule]) -> None:
        self.source, self.table, self.rules = source, table, rules
        self.local: dict[str, Value] = {}
        self.pending: dict[str, Callable[[], Value]] = {}
        self.used: set[str] = set()
        self.busy: set[str] = set()
        self.parameters: dict[str, Value] = {}
        self.known: dict[str, Dim] = {}
        self.open_dims: set[str] = set()
        self.guessed: frozenset[str] = frozenset()
        self.bare: frozenset[str] = frozenset()
        self.gradient_variable: Node | None = None
        self.reset()

    def reset(self) -> None:
        """Forgets what one reading found, keeps the dims."""
        self.ranges: dict[str, Range] = {}
        self.free: dict[str, Range] = {}
        self.inferred: dict[str, Symbol] = {}
        self.undefined: dict[str, Symbol] = {}
        self.definitions: dict[str, Any] = {}
        self.laws: dict[str, str] = {}
        self.opaque: dict[Expr, str] = {}
        self.bases: dict[str, int] = {}
        self.notes: dict[str, None] = {}
        self.memo: dict[Node, Value] = {}
        self.choices = 0
        self.local, self.parameters = {}, {}
        self.pending = {}
        self.used, self.busy = set(), set()

    def settle(self, read: Callable[[], list[Value]]) -> list[Value]:
        """Reads until no more dims become known."""
        for _ in range(_MAX_RETRIES):
            self.reset()
            try:
                return read()
            except Retry:
                continue
        raise ReadError("the sizes in this formula do not settle", cure="declare more shapes")

    # ---- values ------------------------------------------------------------------------------------------------------
    def value(self, node: Node) -> Value:
        """The meaning of a node."""
        found = self.memo.get(node)
        if found is None:
            rule = self.rules.get(node.kind)
            if rule is None:
                raise self.error(node, f"not understood: {self.written(node)}", "this has no value")
            try:
                found = rule(self, node)
            except ReadError:
                raise
            except SymmlError as error:
                raise self.error(node, error.what, error.cure) from None
            self.memo[node] = found
        return found

    def scalar(self, node: Node, what: str) -> Value:
        """The value of a node that must be a number."""
        found = self.value(node)
        if found.rank:
            raise self.error(node, f"{what} must be a number; {self.written(node)} is not")
        return found

    def either(self, node: Node) -> Value:
        """The reading that makes sense; both must agree when both do."""
        self.choices += 1
        if self.choices > _MAX_CHOICES:
            raise self.error(node, "there are too many places with two readings", "write brackets")
        results: list[Value] = []
        errors: list[ReadError] = []
        for choice in node.args:
            try:
                results.append(self.value(choice))
            except ReadError as error:
                errors.append(error)
        if not results:
            raise errors[0]
        if len(results) == 2 and results[0] != results[1]:
            raise ambiguous(self, node, results)
        return results[0]

    # ---- definitions -------------------------------------------------------------------------------------------------
    def is_given(self, key: str) -> bool:
        """Whether the text says what a name stands for."""
        return key in self.local or key in self.pending

    def given(self, key: str) -> Value | None:
        """What the text says that a name stands for."""
        found = self.local.get(key)
        if found is None and key in self.pending:
            if key in self.busy:
                named = key.strip("=")
                raise ReadError(f"{named} is defined by itself", source=self.source, cure="name the new value anew")
            self.busy.add(key)
            found = self._worked_out(key)
            self.busy.discard(key)
        if found is not None:
            self.used.add(key)
        return found

    def _worked_out(self, key: str) -> Value:
        """The value of a definition: inside a defined function with its parameters, else kept for the next time."""
        if self.parameters:
            local, self.local = self.local, self.parameters
            found = self.pending[key]()
            self.local = local
            return found
        outer, free, memo, bases, local = self.ranges, self.free, self.memo, self.bases, self.local
        self.ranges, self.free, self.memo, self.bases, self.local = {}, {}, {}, {}, {}
        found = self.pending[key]()
        own = self.free
        self.ranges, self.free, self.memo, self.bases, self.local = outer, free, memo, bases, local
        for letter in found.labels:
            self._joined(key, letter, own[letter])
        self.local[key] = found
        return found

    def _joined(self, key: str, letter: str, own: Range) -> None:
        """An index that stands free in a definition is the index of this name where the definition is used."""
        row = self.range_of(letter)
        if row is None:
            self.free[letter] = own
        elif row.low not in (None, 0, 1) or not self.unify(row.dim, own.dim):
            what = f"{letter} runs over {row.dim} entries, and over {own.dim} in the definition of {key.strip('=')}"
            raise ReadError(what, source=self.source, cure=f"write the definition with its index below: _{letter}")

    # ---- messages ----------------------------------------------------------------------------------------------------
    def written(self, node: Node) -> str:
        """A node as the text has it."""
        text = self.source[node.start : node.end].strip()
        return text if len(text) <= 60 else text[:57] + "..."

    def error(self, node: Node, what: str, cure: str = "") -> ReadError:
        """An error with a caret at a node."""
        column = min(node.start, max(len(self.source) - 1, 0))
        return ReadError(f"{what} (column {column + 1})", source=self.source, column=column, cure=cure)

    def misfit(self, node: Node, what: str, cure: str) -> ReadError:
        """The error of an operation on arrays whose shapes do not fit."""
        plain = self.error(node, what, cure)
        return MisfitError(plain.what, source=plain.source, column=plain.column, cure=plain.cure)

    def note(self, text: str) -> None:
        """Lists an assumption."""
        self.notes[text] = None

    # ---- dims --------------------------------------------------------------------------------------------------------
    def unknown(self, name: str) -> Dim:
        """A dim that is not known yet, or what it was found to be."""
        if name in self.known:
            return self.resolve(self.known[name])
        is_number = name not in self.open_dims and name in self.inferred
        self.open_dims.add(name)
        if is_number:
            raise Retry  # what was read as a number before is this dim
        return size(name)

    def resolve(self, dim: Dim) -> Dim:
        """A dim with everything known put in."""
        while isinstance(dim, Size) and any(name in self.known for name in dim_names(dim)):
            total: Dim | Expr = dim.offset
            for name, coef in dim.terms:
                total = total + coef * self.known.get(name, size(name))
            assert not isinstance(total, Expr)
            dim = total
        return dim

    def unify(self, a: Dim, b: Dim) -> bool:
        """Whether two dims are, or become, one; a new finding starts the reading again."""
        a, b = self.resolve(a), self.resolve(b)
        if a == b:
            return True
        # What only this reading knows is found first: a declaration is asked of what is left.
        for one, other in sorted(((a, b), (b, a)), key=lambda pair: self._rank(self._open_name(pair[0]))):
            name = self._open_name(one)
            if name is not None and name not in dim_names(other):
                assert isinstance(one, Size)
                found = other - one.offset
                assert not isinstance(found, Expr)
                if (isinstance(found, int) and found < 1) or self._is_another_size(name, found):
                    return False
                if name in self.guessed:
                    raise Learned(name, found)
                self.known[name] = found
                raise Retry
        return False

    def _rank(self, name: str | None) -> int:
        """Dims of indices first, then those of declarations, and last the letters that the text has for a size."""
        if name is None or name in self.guessed:
            return 1
        return 0 if name.startswith(("n_", "size_")) else 2

    def _is_another_size(self, name: str, found: Dim) -> bool:
        """Whether a size that the text names, such as the k of a partial sum, would become one of another name."""
        if isinstance(found, int) or name.startswith(("n_", "size_")) or name in self.guessed:
            return False
        declared = [own for own in dim_names(found) if own not in self.open_dims and own not in self.guessed]
        return bool(declared) and not any(own.lower() == name.lower() for own in declared)

    def _open_name(self, dim: Dim) -> str | None:
        if not isinstance(dim, Size) or len(dim.terms) != 1 or dim.terms[0][1] != 1:
            return None
        name = dim.terms[0][0]
        return name if name in self.open_dims or name in self.guessed else None

    # ---- running indices ---------------------------------------------------------------------------------------------
    def range_of(self, letter: str) -> Range | None:
        """What an index runs over; ``None`` when it is not known as an index."""
        return self.ranges.get(letter) or self.free.get(letter)

    def free_index(self, letter: str, dim: Dim) -> Range:
        """An index that nothing binds: it runs over the axis at which it is first met."""
        self.free[letter] = Range(dim)
        return self.free[letter]

    def dim(self, node: Node) -> Dim:
        """A whole number or a dim, such as ``n - 1``."""
        if (
            node.kind == "name"
            and not node.args
            and not self.is_given(node.value.key)
            and node.value.key.isidentifier()
        ):
            return self.unknown(node.value.key)
        try:
            return as_position(self.value(node).expr)
        except ShapeError:
            raise self.error(node, f"{self.written(node)} is no whole number or dim", "declare it as a dim") from None

    def dims_of(self, labels: tuple[str, ...]) -> dict[str, Dim]:
        """The dims of running indices."""
        found = {label: self.range_of(label) for label in labels}
        return {label: self.resolve(row.dim) for label, row in found.items() if row is not None}

    @contextmanager
    def running(self, ranges: dict[str, Range]) -> Iterator[None]:
        """Indices that run inside a big operator."""
        outer, free, memo, bases = self.ranges, self.free, self.memo, self.bases
        self.bases = {k: v for k, v in bases.items() if k not in ranges}
        self.ranges, self.memo = outer | ranges, {}
        self.free = {k: v for k, v in free.items() if k not in ranges}
        try:
            yield
        finally:
            new = {k: v for k, v in self.free.items() if k not in free and k not in ranges}
            self.ranges, self.memo, self.bases = outer, memo, bases
            self.free = free | new


def ambiguous(e: Elaborator, node: Node, results: list[Value]) -> ReadError:
    """The error that shows both readings."""
    from symml.render import text

    first, second = (text.show(found.expr) for found in results)
    return e.error(node, f"ambiguous: {e.written(node)} is {first}, or {second}", "write brackets")
