"""Readings: from trees to an expression or a statement, with what was assumed and what stays undefined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from symml.errors import ReadError
from symml.expr.dims import size
from symml.expr.nodes import Expr, Symbol
from symml.expr.walk import size_names
from symml.expr.walk import symbols as symbols_in
from symml.read.declarations import Declarations
from symml.read.limits import within_limits
from symml.read.math.bigs import Bound
from symml.read.math.clauses import Clause, parse
from symml.read.math.elaborate import Elaborator
from symml.read.math.lone import TAKEN_OVER, is_lone, named
from symml.read.math.names import Table
from symml.read.math.relation import Optimum, Phrase, Relation, Side
from symml.read.math.rules import RULES
from symml.read.math.rules.definitions import define
from symml.read.math.tree import Node, walk
from symml.read.math.value import Value, spread, union

_FRESH = "nmdkpqrst"


@dataclass(frozen=True)
class Reading:
    r"""What a text says.

    Attributes:
        value: The expression or the statement.
        notes: What was assumed.
        symbols: The symbols, by the way they are written.
        undefined: Names of which the text says only the name: the L of ``\nabla_w L``.
    """

    value: Expr | Relation
    notes: tuple[str, ...]
    symbols: dict[str, Symbol]
    undefined: tuple[str, ...] = ()

    @property
    def defines(self) -> bool:
        """Whether it is an equation that gives an undefined name on the left a meaning."""
        if not isinstance(self.value, Relation) or set(self.value.relations) - {"==", ":="}:
            return False
        sides = self.value.sides
        named = isinstance(sides[0], Symbol) and sides[0] in [self.symbols[name] for name in self.undefined]
        return named and len(self.undefined) == 1 and isinstance(sides[-1], Expr)


def read(
    text: str,
    declared: Declarations,
    *,
    one_line: bool,
    let: Sequence[str] = (),
    guessed: frozenset[str] = frozenset(),
) -> Reading:
    """Reads one expression or statement.

    Args:
        text: The text.
        declared: What is declared.
        one_line: Whether it is Unicode text, and not LaTeX.
        let: Definitions that it uses.
        guessed: Dims of the declarations that the text may tell; ``Learned`` is raised for the first that it does.

    Raises:
        ReadError: The text cannot be read, or holds several statements.
    """
    found = read_all(text, declared, one_line=one_line, let=let, guessed=guessed)
    if len(found) != 1:
        raise ReadError(f"there are {len(found)} statements", cure="read them one by one")
    return found[0]


def read_all(
    text: str,
    declared: Declarations,
    *,
    one_line: bool,
    let: Sequence[str] = (),
    guessed: frozenset[str] = frozenset(),
) -> list[Reading]:
    """Reads every statement of a text; one that defines a name holds in those after it.

    Raises:
        ReadError: A statement cannot be read.
    """
    table = Table(declared)
    try:
        known: list[Clause] = []
        for line in let:
            known += parse(line, table, one_line=one_line)[1]
        source, clauses = parse(text, table, one_line=one_line)
        found: list[Reading] = []
        for clause in clauses:
            clause.where = [*known, *clause.where]
            reader = _Reader(source, table)
            reader.e.guessed = guessed
            found.append(reader.read(clause))
            if found[-1].defines:
                known.append(Clause([clause.sides[0], clause.sides[-1]], ["=="], [], [], source=source))
        return found
    except RecursionError:
        raise ReadError("the formula is nested too deeply", cure="name the inner parts") from None


class _Reader:
    """Gives one statement its meaning."""

    def __init__(self, source: str, table: Table) -> None:
        self.e = Elaborator(source, table, RULES)
        self.said: list[tuple[Clause, str]] = []

    def read(self, clause: Clause) -> Reading:
        e = self.e
        nodes = [node for side in (*clause.sides, *(s for c in clause.where for s in c.sides)) for node in walk(side)]
        e.bare = frozenset(node.value.key for node in nodes if node.kind == "name" and not node.args)
        if clause.signs and clause.signs[0] == "<-":
            e.gradient_variable = clause.sides[0]
        try:
            sides = e.settle(lambda: self._sides(clause))
        except ReadError as error:
            bare = [name for name in sorted(e.bare) if e.range_of(name) is None and e.table.find(name) is None]
            error.unknown = tuple(dict.fromkeys((*error.unknown, *e.inferred, *bare)))
            raise
        while (fresh := self._unnamed(sides)) is not None:
            e.known[fresh] = size(self._own_letter(fresh) or self._fresh_size(sides))
            sides = e.settle(lambda: self._sides(clause))
        return self._finished(clause, sides)

    # ---- sides -------------------------------------------------------------------------------------------------------
    def _sides(self, clause: Clause) -> list[Any]:
        e = self.e
        keys = [define(e, part.sides[0], part.sides[-1], part.source) for part in clause.where]
        self.said = [(part, key) for part, key in zip(clause.where, keys, strict=True) if part.said]
        found: list[Any] = [None] * len(clause.sides)
        alone = clause.signs and all(sign in TAKEN_OVER for sign in clause.signs)
        lone = {k for k, node in enumerate(clause.sides) if alone and is_lone(e, node)}
        lone = lone - {max(lone)} if len(lone) == len(clause.sides) else lone
        for k, node in enumerate(clause.sides):
            if k not in lone:
                found[k] = self._side(node, clause, k)
        values = [side for side in found if isinstance(side, Value)]
        self._unify(clause.signs, found)
        for k in sorted(lone):
            found[k] = named(e, clause.sides[k], values)
        return found

    def _unify(self, signs: list[str], sides: list[Any]) -> None:
        """Sides of an equation have one shape: what is not known of one is found from the other."""
        for sign, a, b in zip(signs, sides, sides[1:], strict=False):
            if isinstance(a, Value) and isinstance(b, Value) and a.rank == b.rank and sign in ("==", ":=", "~="):
                for x, y in zip(a.core, b.core, strict=True):
                    self.e.unify(x, y)

    def _side(self, node: Node, clause: Clause, k: int) -> Any:
        bound = node.value if node.kind == "big" else None
        if isinstance(bound, Bound) and self._is_optimum(bound, clause):
            return self._optimum(node, bound)
        relation = clause.signs[k - 1] if k else ""
        if relation in ("~", "in", "->", "not in", "subset", "independent"):
            return Phrase(self.e.written(node))
        return self.e.value(node)

    def _is_optimum(self, bound: Bound, clause: Clause) -> bool:
        if bound.operator in ("argmin", "argmax"):
            return True
        return bound.operator in ("min", "max") and any(self.e.table.find(letter) for letter in bound.letters)

    def _optimum(self, node: Node, bound: Bound) -> Optimum:
        """The objective with its variables; running indices are variables too."""
        e = self.e
        value = e.value(_unbound(node.args[0], e.table, bound.letters))
        letters = [letter for letter in bound.letters if letter in value.labels]
        if set(value.labels) - set(letters):
            raise e.error(node, "the objective depends on an index that nothing binds", "write a sum")
        for letter in letters:
            e.free.pop(letter, None)
        return Optimum(bound.operator, bound.letters, within_limits(value.expr))

    # ---- the result --------------------------------------------------------------------------------------------------
    def _unnamed(self, sides: list[Any]) -> str | None:
        """A dim that nothing tells: of an identity it is an error, of an index a fresh letter."""
        for side in sides:
            expr = side.expr if isinstance(side, Value) else side.objective if isinstance(side, Optimum) else None
            for name in size_names(expr) if expr is not None else ():
                if name.startswith("size_"):
                    column = int(name.removeprefix("size_"))
                    at = Node("name", (), None, column, column + 1)
                    raise self.e.error(at, "the size of this array is not known", r"write it below: I_n, \mathbf{1}_n")
                if name.startswith("n_") and name in self.e.open_dims:
                    return name
        return None

    def _own_letter(self, fresh: str) -> str | None:
        """The letter that the text has for a dim: the letter is the dim then, and not the other way round."""
        known = self.e.known
        letters = (name for name in known if len(name) == 1 and self.e.resolve(known[name]) == size(fresh))
        found = next(letters, None)
        if found is not None:
            del known[found]
        return found

    def _fresh_size(self, sides: list[Any]) -> str:
        taken = {name for side in sides if isinstance(side, Value) for name in size_names(side.expr)}
        taken |= {row.name for row in self.e.table.found.values()} | set(self.e.inferred)
        return next((letter for letter in _FRESH if letter not in taken), "n_1")

    def _finished(self, clause: Clause, sides: list[Any]) -> Reading:
        e = self.e
        values = [side for side in sides if isinstance(side, Value)]
        labels = union(*values)
        dims = e.dims_of(labels)
        if labels:
            e.note(f"for all {', '.join(labels)}")
        made: list[Side] = []
        for side in sides:
            if isinstance(side, Value):
                made.append(within_limits(spread(side, labels, side.core, dims)))
            else:
                made.append(side)
        symbols = {key: row.value for key, row in e.table.found.items() if isinstance(row.value, Symbol)}
        symbols |= e.inferred | e.undefined
        used = {symbol for side in values for symbol in symbols_in(side.expr)}
        for symbol in sorted(used, key=lambda symbol: symbol.name):
            if symbol.name in e.table.granted:
                said = " ".join([*map(str, symbol.shape), symbol.domain.name])
                e.note(f"{symbol.name} is {said}, by the profile {e.table.notation.name}")
        for name, dim in e.known.items():
            if not name.startswith(("n_", "size_")):
                e.note(f"{name} is {e.resolve(dim)}, the number of entries that it counts")
        # What follows a formula and gives no name in it a meaning is a claim of its own.
        unused = [part.said for part, key in self.said if key not in e.used or len(part.sides) > 2]
        conditions = [*clause.conditions, *unused]
        for condition in conditions if not clause.signs else ():
            e.note(f"it is said that {condition}")
        notes = tuple(e.notes)
        if not clause.signs:
            (only,) = made
            if isinstance(only, Expr):
                return Reading(only, notes, symbols, tuple(e.undefined))
            return Reading(Relation((only,), (), e.source, notes), notes, symbols)
        undefined = tuple(e.undefined)
        found = Relation(tuple(made), tuple(clause.signs), e.source, notes, undefined, conditions=tuple(conditions))
        return Reading(replace(found, defines=undefined[0] if undefined else ""), notes, symbols, undefined)


def _unbound(node: Node, table: Table, letters: tuple[str, ...]) -> Node:
    """The objective with declared variables in the place of bound names."""
    found = table.find(node.value.base) if node.kind == "name" else None
    if found is not None and node.value.base in letters and found.kind == "symbol":
        row = table.find(node.value.key) or table.find(node.value.base)
        bare = Node("declared", (), row, node.start, node.end)
        return Node("entry", (bare, *node.args), None, node.start, node.end) if node.args else bare
    if not node.args:
        return node
    return replace(node, args=tuple(_unbound(part, table, letters) for part in node.args))
