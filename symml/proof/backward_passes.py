"""Backward passes: whether ``backward(grad_out, cache)`` gives the vector-Jacobian products of its forward pass."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from symml.expr.arithmetic import times
from symml.expr.nodes import Expr, Symbol, symbol_node
from symml.proof.blackbox import arguments_of
from symml.proof.diagnosis.case import Case
from symml.proof.explanation import explain_worst, worst
from symml.proof.gradient_check import declared, judge_claim
from symml.proof.returned import gradients_of
from symml.proof.source_repair import Runnable
from symml.proof.sources import Sides, find_variable
from symml.proof.verdict import Verdict
from symml.read.declarations import Declarations
from symml.read.trace import Trace, numbers_for, trace
from symml.read.tracing.array import TracedArray
from symml.read.tracing.records import mapped

_CACHES = ("cache", "ctx", "context", "saved", "residual", "residuals", "res", "tape")
GRAD_OUT, _CACHE = "grad_out", "the cache"
Function = Callable[..., Any]


def check_backward(
    forward: Function,
    backward: Function,
    *,
    wrt: str | Sequence[str],
    shapes: str | Mapping[str, object] | Declarations | None = None,
    digits: int = 50,
) -> Verdict:
    """Decides whether a backward pass gives the vector-Jacobian products of its forward pass.

    Args:
        forward: Returns the output, or the output and a cache.
        backward: Takes the gradient of the output, and the cache or the forward pass's own arguments by name; returns
            the gradients of the variables, a tuple, a list or a dict.
        wrt: The variables, in the order of the returned gradients.
        shapes: Declarations of the forward pass's arguments.
        digits: Decimal digits used when points are compared.

    Returns:
        The verdict; for several variables the worst one.
    """
    pair = _Pair(forward, [wrt] if isinstance(wrt, str) else list(wrt), declared(shapes, forward), digits)
    sides = pair.sides(backward)
    symbols = {**sides.declarations.symbols, GRAD_OUT: cotangent(pair.output(sides.declarations))}
    known = replace(sides.declarations, symbols=symbols)
    runnable = Runnable(
        backward,
        lambda function, values: gradients_of(
            pair.run(function, values, known), [known.symbols[name] for name in pair.names]
        ),
        [(forward, lambda function, values: _called(function, values, known))],
        lambda function: worst([found for found, _ in pair.judged(pair.sides(function))]),
    )
    return explain_worst(pair.judged(sides), replace(sides, declarations=known), runnable)


@dataclass(frozen=True)
class _Pair:
    """A forward pass, and what its backward pass is asked for."""

    forward: Function
    names: list[str]
    given: Declarations
    digits: int

    def sides(self, backward: Function) -> Sides:
        """The output times its gradient, beside what the backward pass returns."""
        done = trace(self.forward, self.given)
        numbers = done.sizes
        back = self._traced(backward, done, self.given.with_numbers(numbers) if numbers else self.given)
        if back.sizes:
            numbers = numbers_for(self.given)
            done = trace(self.forward, self.given.with_numbers(numbers))
            back = self._traced(backward, done, self.given.with_numbers(numbers))
        used = self.given.with_numbers(numbers) if numbers else self.given
        return Sides(_product(_output(done)), back.value, used, numbers, back.origins, (*done.notes, *back.notes))

    def output(self, used: Declarations) -> Expr:
        """The output of the forward pass."""
        return _output(trace(self.forward, used))

    def judged(self, sides: Sides) -> list[tuple[Verdict, Case]]:
        """The verdict on each returned gradient."""
        variables = [find_variable(sides.loss, name, sides.declarations) for name in self.names]
        claims = gradients_of(sides.claim, variables)
        return [judge_claim(sides.loss, c, v, self.digits, sides) for c, v in zip(claims, variables, strict=True)]

    def run(self, backward: Function, values: dict[str, Any], known: Declarations) -> Any:
        """The backward pass on numbers."""
        done = _called(self.forward, values, known)
        has_cache = isinstance(done, tuple)
        given = dict(values)
        for name, role in self._roles(backward, known, has_cache=has_cache).items():
            given[name] = values[GRAD_OUT] if role == GRAD_OUT else done[1] if len(done) == 2 else done[1:]
        parameters = inspect.signature(backward).parameters
        return backward(**{name: given[name] for name in parameters if name in given})

    def _traced(self, backward: Function, done: Trace, names: Declarations) -> Trace:
        """The trace of the backward pass over what the forward pass left."""
        own = replace(names, symbols={**names.symbols, GRAD_OUT: cotangent(_output(done))})
        given: dict[str, object] = {}
        for name, role in self._roles(backward, names, has_cache=isinstance(done.value, tuple)).items():
            rest = done.value[1:] if isinstance(done.value, tuple) else ()
            given[name] = GRAD_OUT if role == GRAD_OUT else traced(rest[0] if len(rest) == 1 else rest)
        return trace(backward, own, arguments=given)

    def _roles(self, backward: Function, names: Declarations, *, has_cache: bool) -> dict[str, str]:
        """Which parameters of the backward pass take the gradient of the output, and which the cache."""
        own = inspect.signature(self.forward).parameters
        found: dict[str, str] = {}
        for name in inspect.signature(backward).parameters:
            if name in own or name in names.sizes or name in names.numbers:
                continue
            if has_cache and (name in _CACHES or GRAD_OUT in found.values()):
                found[name] = _CACHE
            elif GRAD_OUT not in found.values():
                found[name] = GRAD_OUT
        return found


def _output(done: Trace) -> Expr:
    found = done.value[0] if isinstance(done.value, tuple) else done.expression
    assert isinstance(found, Expr)
    return found


def _product(output: Expr) -> Expr:
    total = times(output, cotangent(output))
    return total.sum() if output.shape else total


def _called(function: Function, values: dict[str, Any], known: Declarations) -> Any:
    args, options = arguments_of(function, values, known)
    return function(*args, **options)


def cotangent(output: Expr) -> Symbol:
    """The gradient of the output, as a symbol."""
    return symbol_node(GRAD_OUT, output.shape)


def traced(value: Any) -> Any:
    """Arrays of a traced function in the place of expressions."""
    return mapped(lambda part: part if part is None or isinstance(part, str) else TracedArray(part), value)
