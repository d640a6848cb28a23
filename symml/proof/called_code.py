"""Claims about code that cannot be traced: it is called with numbers instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from symml.errors import SymmlError, TraceError
from symml.expr.nodes import Expr
from symml.proof.blackbox import arguments_of, check_by_differences, formula_function, slopes_at
from symml.proof.diagnosis.repair import Repair
from symml.proof.failing_calls import CallFails, refuted_by_failure
from symml.proof.returned import gradients_of
from symml.proof.source_repair import mended_by_values, runnable_pair, with_repair
from symml.proof.sources import Source, as_read
from symml.proof.verdict import Verdict
from symml.read.declarations import Declarations
from symml.read.trace import numbers_for

Function = Callable[..., Any]


def check_by_calls(loss: Source, grad: Source, names: list[str], declared: Declarations, error: TraceError) -> Verdict:
    """The verdict on code that is called.

    Args:
        loss: The loss.
        grad: The claim.
        names: The variables.
        declared: The declarations.
        error: Why the code could not be traced.

    Raises:
        TraceError: The call fails too; the message has the call.
    """
    sizes = numbers_for(declared)
    numbered = declared.with_numbers(sizes)
    try:
        sides = [_callable(source, numbered) for source in (loss, grad)]
        found = check_by_differences(sides[0], sides[1], names, numbered, sizes, error.what)
    except CallFails as failed:
        refuted = _refuted(failed, sides[0], sides[1], names, numbered, sizes, error)
        if refuted is None:
            raise _with_call(error, failed) from None
        found = refuted
    except TraceError as failed:
        raise _with_call(error, failed) from None
    except SymmlError:
        raise error from None
    if found.verdict not in ("disagrees", "refuted"):
        return found
    return with_repair(found, _mended(sides[0], sides[1], names, numbered, error))


def _with_call(error: TraceError, failed: TraceError) -> TraceError:
    cure = "\n".join(filter(None, (failed.what, error.cure)))
    return TraceError(error.what, source=error.source, column=error.column, cure=cure)


def _refuted(
    failed: CallFails,
    loss: Function,
    grad: Function,
    names: list[str],
    declared: Declarations,
    sizes: dict[str, int],
    error: TraceError,
) -> Verdict | None:
    """A refutation, when shapes do not fit in the gradient function and the loss has a value there."""
    if failed.function is not grad or not failed.is_misfit:
        return None
    args, options = arguments_of(loss, failed.values, declared)
    try:
        with np.errstate(all="ignore"):
            value = np.asarray(loss(*args, **options), dtype=float)
    except Exception:  # the user's code may raise anything
        return None
    if not np.all(np.isfinite(value)):
        return None
    return refuted_by_failure(failed, f"∂/∂{', '.join(names)} {_name(loss)} = {_name(grad)}", sizes, error)


def _name(function: Function) -> str:
    return str(getattr(function, "__qualname__", type(function).__name__)).rpartition(".")[2]


def _mended(
    loss: Function, grad: Function, names: list[str], numbered: Declarations, error: TraceError
) -> Repair | None:
    """A change of the source that makes code agree with differences."""

    def judge(function: Function) -> Verdict:
        return check_by_differences(loss, function, names, numbered, {}, error.what)

    variables = [numbered.symbols[name] for name in names]
    runnable = runnable_pair(loss, grad, numbered, judge, lambda value: gradients_of(value, variables))
    return None if runnable is None else mended_by_values(runnable, slopes_at(loss, names, numbered), numbered)


def _callable(source: Source, declared: Declarations) -> Function:
    if callable(source) and not isinstance(source, Expr):
        return source
    return formula_function(as_read(source, declared))
