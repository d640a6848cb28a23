"""One derivative as it was computed: tidy, name the stages, take adjoints, put the names back, tidy."""

from __future__ import annotations

from dataclasses import dataclass

from symml.calculus.simplify import Log, simplify
from symml.expr.arithmetic import zeros
from symml.expr.dims import Shape
from symml.expr.nodes import Expr, Symbol
from symml.expr.walk import substitute, symbols
from symml.proof.program import Adjoint, Program, adjoint_symbol, adjoints, as_program
from symml.proof.reasons import exchange


@dataclass(frozen=True)
class Found:
    """An adjoint with what it came to.

    Attributes:
        adjoint: What the rules gave.
        name: The name of the adjoint.
        tidy: What they gave, simplified.
        value: The same, with the names of earlier adjoints replaced by what they stand for.
    """

    adjoint: Adjoint
    name: Symbol
    tidy: Expr
    value: Expr


@dataclass(frozen=True)
class Pass:
    """One derivative as it was computed; every style of steps is a view of it.

    Attributes:
        label: What the differentiated expression is called: ``L``, ``L'``.
        root: What was differentiated.
        wrt: The variable.
        before: The rewrites that made ``root`` tidy.
        program: The tidy expression as a program; ``None`` where the variable fell out.
        found: The adjoints, from the last stage to the variable.
        raw: The derivative with all names replaced.
        after: The rewrites that made it the result.
        result: The derivative.
    """

    label: str
    root: Expr
    wrt: Symbol
    before: Log
    program: Program | None
    found: tuple[Found, ...]
    raw: Expr
    after: Log
    result: Expr

    @property
    def seeds(self) -> Shape:
        """The axes of what was differentiated."""
        return self.root.shape

    @property
    def conditions(self) -> tuple[str, ...]:
        """What the rules that were used ask of the values."""
        rewrites = [row.rule.condition for row in [*self.before, *self.after] if not row.rule.quiet]
        limits = [exchange(row.adjoint.users, row.adjoint.of) for row in self.found]
        return tuple(dict.fromkeys(filter(None, [*rewrites, *limits])))


def differentiate(root: Expr, wrt: Symbol, label: str) -> Pass:
    """The derivative of ``root`` with axes ``root.shape + wrt.shape``, with all that led to it."""
    before: Log = []
    after: Log = []
    tidy = simplify(root, before)
    if wrt not in symbols(tidy):
        nothing = zeros(root.shape + wrt.shape)
        return Pass(label, root, wrt, before, None, (), nothing, after, nothing)
    program = as_program(tidy, wrt, label)
    found = _found(program)
    raw = program.expand(found[-1].value) if found and found[-1].adjoint.of is wrt else zeros(root.shape + wrt.shape)
    return Pass(label, root, wrt, before, program, found, raw, after, simplify(raw, after))


def _found(program: Program) -> tuple[Found, ...]:
    seeds = program.stages[-1].name.shape
    values: dict[Expr, Expr] = {}
    rows = []
    for adjoint in adjoints(program):
        tidy = simplify(adjoint.written)
        name = adjoint_symbol(adjoint.of, seeds)
        values[name] = substitute(tidy, values)
        rows.append(Found(adjoint, name, tidy, values[name]))
    return tuple(rows)
