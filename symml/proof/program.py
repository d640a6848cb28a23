"""An expression as a short program: its nonlinear stages get names, and adjoints are taken stage by stage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from symml.calculus.canonical import add_terms
from symml.calculus.differentiate import derivative, may_tie_for_good
from symml.expr.binders import is_open
from symml.expr.contract import contract, is_light
from symml.expr.dims import Shape
from symml.expr.nodes import Add, Along, Apply, Contract, Expr, Linalg, Power, Symbol, symbol_node
from symml.expr.scoped import Bound
from symml.expr.walk import depends_on, rebuild, size_names, substitute, symbols, topological
from symml.proof.stage_names import name_stages

_NONLINEAR = (Apply, Along, Linalg, Power)


@dataclass(frozen=True)
class Stage:
    """``name = body``: a stage of the program; the body is written with the names of earlier stages."""

    name: Symbol
    body: Expr
    value: Expr


@dataclass(frozen=True)
class Program:
    """The stages in the order of computation; the last one is the whole."""

    stages: tuple[Stage, ...]
    wrt: Symbol

    def expand(self, expr: Expr) -> Expr:
        """The expression with every stage's name replaced by its value."""
        return substitute(expr, {stage.name: stage.value for stage in self.stages[:-1]})

    def folded(self, expr: Expr) -> Expr:
        """The expression with the name of a stage wherever what it stands for is written out."""
        bodies: dict[Expr, Expr] = {
            stage.body: stage.name for stage in self.stages[:-1] if isinstance(stage.body, _NONLINEAR)
        }
        return substitute(expr, bodies)


def as_program(root: Expr, wrt: Symbol, whole: str) -> Program:
    """Names the stages between ``wrt`` and ``root`` that a textbook would name."""
    chosen = _stages(root, wrt)
    taken = {symbol.name for symbol in symbols(root)} | set(size_names(root)) | {whole, whole.rstrip("'")}
    names = name_stages(root, chosen, taken)
    done: dict[Expr, Expr] = {}
    stages = []
    for node in topological(root):
        body = rebuild(node, tuple([done[arg] for arg in node.args]))
        done[node] = body
        if node in names:
            stages.append(Stage(names[node], body, node))
            done[node] = names[node]
    return Program((*stages, Stage(symbol_node(whole, root.shape), done[root], root)), wrt)


def _stages(root: Expr, wrt: Symbol) -> list[Expr]:
    """Inputs and outputs of nonlinear functions, as far as they depend on the variable and are not mere plumbing."""
    depends = depends_on(root, wrt)
    chosen: set[Expr] = set()
    unnamed: set[Expr] = set()
    binds = any(isinstance(node, Bound) for node in topological(root))
    for node in topological(root):
        if node not in depends or (binds and is_open(node)):
            continue
        if isinstance(node, _NONLINEAR) and not _shares_slopes(node):
            chosen.update(arg for arg in node.args if _is_stage(arg, depends))
        elif isinstance(node, Add) or (isinstance(node, Contract) and not is_light(node)):
            chosen.update(arg for arg in node.args if isinstance(arg, Apply | Along | Linalg) and arg in depends)
        elif _shares_slopes(node):
            unnamed.update(topological(node.args[0]))
    # Where entries tie for good the slope is shared, and a name would hide the data that make them tie.
    chosen -= {root, wrt} | unnamed
    chosen = {node for node in chosen if not (binds and is_open(node))}
    return [node for node in topological(root) if node in chosen]


def _shares_slopes(node: Expr) -> bool:
    extremum = isinstance(node, Along) and node.function.name in ("max", "min", "sort")
    return extremum and may_tie_for_good(node.args[0])


def _is_stage(node: Expr, depends: set[Expr]) -> bool:
    plumbing = isinstance(node, Contract) and is_light(node)
    return node in depends and not plumbing and not isinstance(node, Power)


@dataclass(frozen=True)
class Adjoint:
    """The derivative of the whole with respect to one name, written with names and later adjoints.

    Attributes:
        of: The stage's name, or the variable.
        written: As the rules give it.
        users: The stages through which the name enters.
    """

    of: Symbol
    written: Expr
    users: tuple[Stage, ...]


def adjoint_symbol(name: Symbol, seeds: Shape) -> Symbol:
    """The name of an adjoint: shape of the whole, then of the name."""
    return symbol_node(name.name + "_bar", seeds + name.shape)


def adjoints(program: Program) -> Iterator[Adjoint]:
    """The adjoint of every stage from the last to the first, and of the variable at the end."""
    whole = program.stages[-1]
    seeds = whole.name.shape
    known = {whole.name}
    users_of: dict[Symbol, list[Stage]] = {}
    for stage in program.stages:
        for symbol in symbols(stage.body):
            users_of.setdefault(symbol, []).append(stage)
    for target in [*(stage.name for stage in program.stages[-2::-1]), program.wrt]:
        users = [stage for stage in users_of.get(target, ()) if stage.name in known]
        terms = [_through(stage, target, seeds, stage is whole) for stage in users]
        if not terms:
            continue
        known.add(target)
        yield Adjoint(target, add_terms(terms), tuple(users))


def _through(stage: Stage, target: Symbol, seeds: Shape, is_whole: bool) -> Expr:
    """What reaches ``target`` through one stage: the derivative of <adjoint, body>."""
    if is_whole:
        return derivative(stage.body, target)
    rank = len(seeds)
    axes = tuple(range(rank, rank + len(stage.name.shape)))
    front = tuple(range(rank))
    carried = contract([(adjoint_symbol(stage.name, seeds), front + axes), (stage.body, axes)], front)
    return derivative(carried, target)
