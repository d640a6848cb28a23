"""Index notation: stages by their entries, partial derivatives with their deltas, the chain rule as a sum."""

from __future__ import annotations

from symml.calculus.differentiate import derivative
from symml.calculus.simplify import simplify
from symml.expr.nodes import Expr, Symbol
from symml.expr.walk import size_names
from symml.proof.passes import Found, Pass
from symml.proof.program import Stage
from symml.proof.reasons import exchange, rules_through
from symml.proof.step import Entries, Step
from symml.proof.styles.rewriting import rewriting
from symml.render.indices import free_letters


def entrywise(run: Pass, full: bool) -> list[Step]:
    """The stages by entries, one adjoint a line as a sum over the entries it goes through, and the result raised."""
    steps = rewriting(run.before, run.root, (run.label,)) if full else []
    if run.program is None:
        return steps
    letters = free_letters(run.root, run.raw, used=[*_used(run), *(stage.name.name for stage in run.program.stages)])
    steps += [_stage(stage, run, letters) for stage in run.program.stages]
    for found in run.found:
        if full:
            inner = [stage for stage in found.adjoint.users if stage is not run.program.stages[-1]]
            steps += [_partial(stage, found.adjoint.of, run, letters) for stage in inner]
        steps.append(_adjoint(found, run, letters))
    return steps + _raised(run, letters)


def _used(run: Pass) -> tuple[str, ...]:
    """Dims, whose names no index should have."""
    return tuple(size_names(run.root, run.wrt))


def _stage(stage: Stage, run: Pass, letters: list[str]) -> Step:
    assert run.program is not None
    at = tuple(letters[: len(stage.name.shape)])
    value = run.program.expand(stage.body)
    entries = Entries(at, (len(at),), used=_used(run))
    return Step("by entries", stage.value, value, (stage.name.name,), shown=stage.body, entries=entries)


def _partial(stage: Stage, of: Symbol, run: Pass, letters: list[str]) -> Step:
    """How one entry of a stage moves with one entry of what it depends on."""
    assert run.program is not None
    raw = derivative(stage.body, of)
    tidy = run.program.folded(simplify(raw))
    at = tuple(letters[: len(raw.shape)])
    return Step(
        rules_through([stage], of),
        run.program.expand(raw),
        run.program.expand(tidy),
        (stage.name.name, of.name),
        exchange([stage], of),
        shown=tidy,
        entries=Entries(at, (len(stage.name.shape), len(of.shape)), used=_used(run)),
    )


def _adjoint(found: Found, run: Pass, letters: list[str]) -> Step:
    """The adjoint as a sum over the entries of the stages through which it goes."""
    adjoint = found.adjoint
    assert run.program is not None
    rank = len(run.seeds)
    at = tuple(letters[: rank + len(adjoint.of.shape)])
    whole = run.program.stages[-1]
    through = tuple(
        (stage.name.name, tuple(letters[len(at) : len(at) + len(stage.name.shape)]))
        for stage in adjoint.users
        if stage is not whole
    )
    direct = any(stage is whole for stage in adjoint.users)
    left = (run.label, adjoint.of.name) + (() if adjoint.of is run.wrt else (found.name.name,))
    return Step(
        "chain rule: sum over every entry on the way",
        run.program.expand(adjoint.written),
        run.program.expand(found.tidy),
        left,
        exchange(adjoint.users, adjoint.of),
        shown=run.program.folded(found.tidy),
        entries=Entries(at, (rank, len(adjoint.of.shape)), through, direct, _used(run)),
    )


def _raised(run: Pass, letters: list[str]) -> list[Step]:
    """The names put back in by entries, then the same in matrix notation."""
    left = (run.label, run.wrt.name)
    ranks = (len(run.seeds), len(run.wrt.shape))
    at = tuple(letters[: sum(ranks)])
    put = Step("put the stages back in", run.raw, run.result, left, entries=Entries(at, ranks, used=_used(run)))
    return [put, *_matrix(run.result, left)]


def _matrix(result: Expr, left: tuple[str, ...]) -> list[Step]:
    """The entry as an array; nothing where it is a number, or an array without matrix notation."""
    if not 0 < len(result.shape) <= 2:
        return []
    return [Step("the same in matrix notation", result, result, left)]
