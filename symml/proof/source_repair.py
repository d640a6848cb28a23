"""A refuted gradient function beside the truth on numbers, for the search for the mistake in its source."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from random import Random
from typing import Any

import numpy as np

from symml.calculus.floating import FloatPoint
from symml.calculus.sampling import Point, draw, generic_points
from symml.errors import SymmlError
from symml.expr.nodes import Expr
from symml.expr.walk import size_names, symbols
from symml.proof.blackbox import arguments_of, plain
from symml.proof.coverage import Coverage
from symml.proof.diagnosis.case import Case, close
from symml.proof.diagnosis.repair import Program, Repair, repair
from symml.proof.diagnosis.source_edits import Edit
from symml.proof.verdict import Diagnosis, Verdict
from symml.read.declarations import Declarations

Function = Callable[..., Any]
_POINTS, _TRIES, _WIDE = 3, 8, 24


Run = Callable[[Function, dict[str, Any]], Any]


@dataclass(frozen=True)
class Runnable:
    """How a gradient function is called and judged.

    Attributes:
        function: The function whose source may be to blame.
        run: Runs a function in its place with the values of all symbols by name; gives the arrays that it claims.
        fixed: The functions that are right by definition, each with how it is run.
        judge: The verdict on a function in its place, without a diagnosis.
    """

    function: Function
    run: Callable[[Function, dict[str, Any]], Sequence[Any]]
    fixed: Sequence[tuple[Function, Run]]
    judge: Callable[[Function], Verdict]


def runnable_pair(
    loss: Any, grad: Any, declared: Declarations, judge: Callable[[Function], Verdict], arrays: Callable[[Any], Any]
) -> Runnable | None:
    """How the function of a loss and a claim is called; ``None`` for text.

    Args:
        loss: The loss, which is right by definition.
        grad: The claim.
        declared: The arguments.
        judge: The verdict on a function in its place.
        arrays: The arrays that were claimed, from what the function returns.
    """
    if not callable(grad) or isinstance(grad, Expr):
        return None

    def run(function: Function, values: dict[str, Any]) -> Any:
        args, options = arguments_of(function, values, declared)
        return function(*args, **options)

    fixed = [(loss, run)] if callable(loss) and not isinstance(loss, Expr) else []
    return Runnable(grad, lambda function, values: arrays(run(function, values)), fixed, judge)


def mended(runnable: Runnable, cases: Sequence[Case], declared: Declarations, seconds: float) -> Repair | None:
    """A small change of the source that makes a refuted gradient right, or ``None``.

    Args:
        runnable: The function.
        cases: The truth about each array that it claims, in order.
        declared: The declarations.
        seconds: The time after which the search is given up.
    """
    try:
        program = _program(runnable, cases, declared)
    except (SymmlError, ArithmeticError, ValueError, TypeError):
        return None
    return None if program is None else repair(program, seconds)


Rows = list[tuple[dict[str, Any], list[Any]]]


def mended_by_values(runnable: Runnable, rows: Rows, declared: Declarations, seconds: float = 2.5) -> Repair | None:
    """The same for code that can only be called.

    Args:
        runnable: The function.
        rows: Points, with the arrays that are right there.
        declared: The declarations.
        seconds: The time after which the search is given up.
    """
    wrong = [k for k, (values, truths) in enumerate(rows) if _differs(runnable, values, truths, failing=True)]
    if not wrong:
        return None
    first = wrong[0]
    return repair(_made(runnable, [rows[first], *rows[:first], *rows[first + 1 :]], declared), seconds)


def _program(runnable: Runnable, cases: Sequence[Case], declared: Declarations) -> Program | None:
    found: Rows = []
    seen_wrong = False
    for point in _candidates(cases, declared):
        if len(found) >= _POINTS and seen_wrong:
            break
        values = {**point.sizes, **{symbol.name: plain(symbol, value) for symbol, value in point.values.items()}}
        at = FloatPoint(point)
        try:
            truths = [np.asarray(at.value(case.truth)) for case in cases]
        except SymmlError:
            continue
        is_wrong = not seen_wrong and _differs(runnable, values, truths)
        if len(found) >= _POINTS and not is_wrong:
            continue
        found.insert(0 if is_wrong else len(found), (values, truths))
        seen_wrong = seen_wrong or is_wrong
    return _made(runnable, found, declared) if seen_wrong else None


def _on_first(run: Run, values: dict[str, Any]) -> Callable[[Function], Any]:
    """A way to run a function, at given values."""
    return lambda function: run(function, values)


def _made(runnable: Runnable, found: Rows, declared: Declarations) -> Program:
    rows = [values for values, _ in found]
    return Program(
        runnable.function,
        lambda function, k: runnable.run(function, rows[k]),
        [truths for _, truths in found],
        [(function, _on_first(run, rows[0])) for function, run in runnable.fixed],
        {name: symbol.shape for name, symbol in declared.symbols.items()},
        runnable.judge,
    )


def _candidates(cases: Sequence[Case], declared: Declarations) -> Iterator[Point]:
    """Generic points, and points on rare branches, with a value for every declared symbol."""
    roots: list[Expr] = [root for case in cases for root in case.roots]
    names = {symbol.name for root in roots for symbol in symbols(root)}
    more = [symbol for symbol in declared.symbols.values() if symbol.name not in names]
    sizes = {name: 2 + k for k, name in enumerate(size_names(*roots, *more))}
    yield from generic_points([*roots, *more], count=_TRIES, seed=23)
    for case in cases:
        wide = Coverage(case.truth, case.claim).wider_points() if case.truth.shape == case.claim.shape else iter(())
        for point in (*([case.witness] if case.witness else []), *islice(wide, _WIDE)):
            known = {symbol.name for symbol in point.values}
            rest = [s for s in (*symbols(*roots), *more) if s.name not in known]
            filled = draw(rest, {**sizes, **point.sizes}, Random(1), roots)
            yield Point(filled.sizes, {**filled.values, **point.values})


def _differs(runnable: Runnable, values: dict[str, Any], truths: Sequence[Any], *, failing: bool = False) -> bool:
    """Whether the function as it stands is wrong here; ``failing`` is the answer where it fails."""
    try:
        with np.errstate(all="ignore"):
            found = [np.asarray(part, dtype=float) for part in runnable.run(runnable.function, values)]
    except Exception:  # the user's code may raise anything
        return failing
    return any(a.shape != b.shape or not close(a, b) for a, b in zip(found, truths, strict=False))


def with_repair(verdict: Verdict, found: Repair | None) -> Verdict:
    """The verdict with what mends the source; the mistake keeps the name that its formula has."""
    if found is None or verdict.verdict == "convention":
        return verdict
    first, *rest = found.edits
    kind = " and ".join(dict.fromkeys(edit.kind for edit in found.edits))
    words = "; and ".join(_words(edit) for edit in found.edits)
    own = Diagnosis(kind, "", words, where=first.site.place, confirmed=f"the changed code is {found.verdict.verdict}")
    known = verdict.diagnosis
    if known is not None:
        own = replace(own, fix=known.fix, latex=known.latex, code=known.code, also=(known.words, *known.also))
        if is_named(known.kind) and not rest:
            own = replace(own, kind=known.kind, words=known.words, also=(words, *known.also))
    return replace(verdict, diagnosis=replace(own, rewrite=found.lines))


def is_named(kind: str) -> bool:
    """Whether the kind of a formula's mistake says more than a change of the source does."""
    return " and " not in kind and kind.startswith(_TELLING)


_TELLING = (
    "sign",
    "factor",
    "constant factor",
    "missing activation",
    "missing chain",
    "activation derivative",
    "derivative",
    "transpose",
    "diagonal",
    "detached",
    "eps",
    "log base",
    "wrong power of a norm",
)


def _words(edit: Edit) -> str:
    if edit.words:
        return edit.words
    before, after = (ast.unparse(ast.fix_missing_locations(node)) for node in (edit.site.node, edit.node))
    return f"{before} should be {after}"
