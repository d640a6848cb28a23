"""Readings: from trees to an expression or a statement, with what was assumed and what stays undefined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from symml.errors import ReadError
from symml.expr.dims import size
from symml.expr.nodes import Expr, Symbol, symbol_node
from symml.expr.walk import size_names
from symml.read.declarations import Declarations
from symml.read.limits import within_limits
from symml.read.math.bigs import Bound
from symml.read.math.clauses import Clause, parse
from symml.read.math.elaborate import Elaborator
from symml.read.math.names import Table
from symml.read.math.relation import Optimum, Phrase, Relation, Side
from symml.read.math.rules import RULES
from symml.read.math.rules.definitions import define
from symml.read.math.rules.events import is_event
from symml.read.math.rules.names import identifier, relatives
from symml.read.math.rules.probability import variables
from symml.read.math.tree import Node, Written, walk
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
    table = Table(declared)
    try:
        local: list[Clause] = []
        for line in let:
            local += parse(line, table, one_line=one_line)[1]
        source, found = parse(text, table, one_line=one_line)
        if len(found) != 1:
            raise ReadError(f"there are {len(found)} statements", cure="read them one by one")
        clause = found[0]
        clause.where = [*local, *clause.where]
        reader = _Reader(source, table)
        reader.e.guessed = guessed
        return reader.read(clause)
    except RecursionError:
        raise ReadError("the formula is nested too deeply", cure="name the inner parts") from None


class _Reader:
    """Gives one statement its meaning."""

    def __init__(self, source: str, table: Table) -> None:
        self.e = Elaborator(source, table, RULES)

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
        e.local = {}
        for part in clause.where:
            define(e, part.sides[0], part.sides[-1])
        found: list[Any] = [None] * len(clause.sides)
        lone = {k for k, node in enumerate(clause.sides) if clause.signs and self._is_lone(node, clause.signs)}
        lone = lone - {max(lone)} if len(lone) == len(clause.sides) else lone
        for k, node in enumerate(clause.sides):
            if k not in lone:
                found[k] = self._side(node, clause, k)
        values = [side for side in found if isinstance(side, Value)]
        self._unify(clause.signs, found)
        for k in sorted(lone):
            found[k] = self._named(clause.sides[k], values)
        return found

    def _unify(self, signs: list[str], sides: list[Any]) -> None:
        """Sides of an equation have one shape: what is not known of one is found from the other."""
        for sign, a, b in zip(signs, sides, sides[1:], strict=False):
            if isinstance(a, Value) and isinstance(b, Value) and a.rank == b.rank and sign in ("==", ":=", "~="):
                for x, y in zip(a.core, b.core, strict=True):
                    self.e.unify(x, y)

    def _is_lone(self, node: Node, signs: list[str]) -> bool:
        """Whether a side is an undeclared name, which takes the shape of the other sides."""
        if not all(sign in ("==", ":=", "~=", "proportional") for sign in signs):
            return False
        if node.kind == "power" and node.value is None and node.args[1].kind == "number":
            return node.args[0].kind == "name" and not node.args[0].args and self._is_lone(node.args[0], signs)
        if node.kind == "name":
            known = node.value.base in ("e", r"\pi", "I", r"\mathbf{I}", r"\mathbf{1}", r"\mathbf{0}", r"\delta")
            relatives = node.args and not node.value.sup and self._has_relative(node)
            return node.value.key not in self.e.local and not known and not relatives
        if node.kind == "apply declared":
            arrays = [part for part in node.args if getattr(getattr(part.value, "value", None), "shape", ())]
            return bool(arrays) and not node.value.primes and node.value.written.base not in self.e.definitions
        return node.kind == "apply" and node.value.written.key not in self.e.local and self._is_definition(node)

    def _has_relative(self, node: Node) -> bool:
        return any(self.e.table.find(base) is not None for base in relatives(node.value.base))

    def _is_definition(self, node: Node) -> bool:
        """``f(x)`` of a function of which nothing else is known, of arrays or under an unusual name."""
        base = node.value.written.base
        if node.value.primes or base in ("E", r"\mathbb{E}", r"\mathcal{N}", "D", r"\mathbf{1}", r"\mathbb{1}", "I"):
            return False
        if base in ("N", "P", r"\mathbb{P}", r"\mathrm{KL}", "H", r"\mathrm{Var}", r"\mathrm{Cov}"):
            if base == "P" and all(is_event(self.e, part) for part in node.args):
                return False
            if base == "H" and len(node.args) > 1 and variables(self.e, node) is not None:
                return False
            return base in ("H", "P") and not all(_is_distribution(part) for part in node.args)
        plain = all(part.kind in ("declared", "name") for part in node.args)
        scalar = all(part.kind == "declared" and not getattr(part.value.value, "shape", (1,)) for part in node.args)
        return plain and (not scalar or base.startswith(r"\mathrm{"))

    def _named(self, node: Node, others: list[Value]) -> Value:
        """The symbol for an undeclared name, in the shape of another side."""
        if not others:
            return self.e.value(node)
        if node.kind == "power":
            base: Written = node.args[0].value
            written = replace(base, sup=str(node.args[1].value))
        else:
            written = node.value if node.kind == "name" else node.value.written
        like = others[0]
        labels = tuple(k for k in like.labels)
        bare = (
            Written(written.base, "", written.sup, written.primes)
            if node.args and labels and node.kind == "name"
            else written
        )
        symbol = symbol_node(identifier(bare), like.expr.shape)
        self.e.undefined[bare.key] = symbol
        return Value(symbol, labels, like.row)

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
        notes = tuple(e.notes)
        for condition in clause.conditions if not clause.signs else ():
            e.note(f"it is said that {condition}")
        notes = tuple(e.notes)
        if not clause.signs:
            (only,) = made
            if isinstance(only, Expr):
                return Reading(only, notes, symbols, tuple(e.undefined))
            return Reading(Relation((only,), (), e.source, notes), notes, symbols)
        undefined = tuple(e.undefined)
        found = Relation(
            tuple(made), tuple(clause.signs), e.source, notes, undefined, conditions=tuple(clause.conditions)
        )
        return Reading(replace(found, defines=undefined[0] if undefined else ""), notes, symbols, undefined)


def _is_distribution(node: Node) -> bool:
    """Whether a node is a declared vector of probabilities."""
    symbol = node.value.value if node.kind == "declared" else None
    return isinstance(symbol, Symbol) and symbol.domain.name in ("simplex", "unit", "probability")


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
