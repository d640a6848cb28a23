"""Backpropagation: named stages in the order of computation, then one adjoint a line."""

from __future__ import annotations

from symml.expr.nodes import Constant, Expr, Extent, Symbol
from symml.expr.walk import depends_on, symbols, topological
from symml.proof.passes import Found, Pass
from symml.proof.program import Stage
from symml.proof.reasons import exchange, rules_through
from symml.proof.step import Step
from symml.proof.styles.rewriting import rewriting


def backpropagation(run: Pass, full: bool) -> list[Step]:
    """The stages forward, the adjoints backward, the names put back in."""
    steps = rewriting(run.before, run.root, (run.label,)) if full else []
    if run.program is None:
        return steps
    stages = run.program.stages
    if len(stages) > 1:
        steps += [named(stage, run) for stage in stages]
    steps += [_adjoint(found, run) for found in run.found]
    return steps + put_back(run, full)


def named(stage: Stage, run: Pass) -> Step:
    """``z = X w``: a stage gets its name."""
    assert run.program is not None
    inner = tuple(symbol for symbol in symbols(stage.body) if symbol in {s.name for s in run.program.stages})
    return Step(
        "name the stage",
        stage.value,
        run.program.expand(stage.body),
        (stage.name.name,),
        shown=stage.body,
        changed=inner,
    )


def _adjoint(found: Found, run: Pass) -> Step:
    adjoint = found.adjoint
    assert run.program is not None
    left = (run.label, adjoint.of.name) + (() if adjoint.of is run.wrt else (found.name.name,))
    shown = run.program.folded(found.tidy)
    return Step(
        rules_through(adjoint.users, adjoint.of),
        run.program.expand(adjoint.written),
        run.program.expand(found.tidy),
        left,
        exchange(adjoint.users, adjoint.of),
        shown=shown,
        changed=_local(shown, {row.name for row in run.found}),
    )


def _local(shown: Expr, carried: set[Symbol]) -> tuple[Expr, ...]:
    """The largest parts in which no adjoint occurs: what this stage contributes."""
    carrying: set[Expr] = set()
    for name in carried & set(symbols(shown)):
        carrying |= set(depends_on(shown, name))
    if not carrying:
        return ()
    return tuple(
        dict.fromkeys(
            arg
            for node in topological(shown)
            if node in carrying
            for arg in node.args
            if arg not in carrying and not isinstance(arg, Constant | Extent)
        )
    )


def put_back(run: Pass, full: bool) -> list[Step]:
    """The names replaced by what they stand for, then the rewrites, then the result."""
    assert run.program is not None
    left = (run.label, run.wrt.name)
    last = run.found[-1] if run.found else None
    if last is None or last.adjoint.of is not run.wrt:
        return [Step("every path is flat", run.raw, run.result, left)]
    told = rewriting(run.after, run.raw, left) if full else []
    if len(run.program.stages) == 1 and last.tidy is run.result:
        return told
    return [*told, Step("put the stages back in", run.raw, run.result, left)]
