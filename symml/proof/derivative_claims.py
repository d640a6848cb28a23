"""Claims beyond the first gradient: Hessians, Hessian-vector products, backward passes, objectives of boosting."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from symml.calculus.differentiate import gradient, jacobian
from symml.calculus.normal import prove_equal
from symml.errors import ShapeError, SymmlError
from symml.expr.arithmetic import times
from symml.expr.contract import contract
from symml.expr.nodes import Expr, Symbol, symbol_node
from symml.proof.diagnosis.case import Case
from symml.proof.diagnosis.explain import explained
from symml.proof.explanation import worst
from symml.proof.gradient_check import check_claim, declared
from symml.proof.second_route import sides_with
from symml.proof.sources import Sides, Source, claims_of, find_variable, only, read_sides
from symml.proof.verdict import Verdict
from symml.proof.verify import decide
from symml.read.declarations import Declarations
from symml.read.trace import Trace, numbers_for, trace
from symml.read.tracing.array import TracedArray

Shapes = str | Mapping[str, object] | Declarations | None
_CACHES = ("cache", "ctx", "context", "saved", "residual", "residuals", "res", "tape")
GRAD_OUT = "grad_out"


def check_hessian(loss: Source, hess: Source, *, wrt: str, shapes: Shapes = None, digits: int = 50) -> Verdict:
    """Decides whether ``hess`` is the Hessian of a scalar loss: the variable's axes twice.

    Args:
        loss: The loss: text, an expression, or a function.
        hess: The Hessian, given in the same ways.
        wrt: The variable's name.
        shapes: Declarations such as ``"X: n d, y: n sign, w: d"``.
        digits: Decimal digits used when points are compared.
    """
    sides = read_sides(loss, hess, declared(shapes, loss, hess))
    root = only(sides.loss)
    variable = find_variable(root, wrt, sides.declarations)
    found = check_claim(gradient(root, variable), only(sides.claim), variable, digits, sides)
    return found.with_notes(*sides.notes)


def check_hvp(
    loss: Source, product: Source, *, wrt: str, direction: str = "v", shapes: Shapes = None, digits: int = 50
) -> Verdict:
    """Decides whether ``product`` is the Hessian of a loss times a direction, in the variable's shape.

    Args:
        loss: The loss: text, an expression, or a function.
        product: The product, given in the same ways.
        wrt: The variable's name.
        direction: The name of the direction, declared like the variable.
        shapes: Declarations such as ``"X: n d, w: d, v: d"``.
        digits: Decimal digits used when points are compared.

    Raises:
        ShapeError: The direction has another shape than the variable.
    """
    sides = read_sides(loss, product, declared(shapes, loss, product))
    root = only(sides.loss)
    variable = find_variable(root, wrt, sides.declarations)
    along = sides.declarations.symbols.get(direction)
    if along is None or along.shape != variable.shape:
        raise ShapeError(
            f"the direction {direction} must be declared in the shape of {wrt}", cure=f"add '{direction}: ...'"
        )
    slope = times(gradient(root, variable), along).sum()
    return check_claim(slope, only(sides.claim), variable, digits, sides).with_notes(*sides.notes)


def check_objective(
    loss: Source, objective: Callable[..., Any], *, wrt: str, shapes: Shapes = None, digits: int = 50
) -> Verdict:
    """Decides whether an objective of boosting returns the gradient and the diagonal of the Hessian.

    The convention of XGBoost and LightGBM: derivatives of the *summed* loss with respect to the margin, entry by entry.

    Args:
        loss: The loss of each sample, or its sum.
        objective: Returns ``(grad, hess)``, both in the margin's shape.
        wrt: The margin's name.
        shapes: Declarations such as ``"y: n binary, margin: n"``.
        digits: Decimal digits used when points are compared.

    Raises:
        SymmlError: The objective does not return a pair.
    """
    sides = read_sides(loss, objective, declared(shapes, loss, objective))
    root = only(sides.loss)
    total = root.sum() if root.shape else root
    variable = find_variable(root, wrt, sides.declarations)
    if not isinstance(sides.claim, tuple) or len(sides.claim) != 2:
        raise SymmlError("the objective does not return a pair", cure="return grad, hess")
    first = check_claim(total, sides.claim[0], variable, digits, sides)
    second = _diagonal_verdict(total, sides.claim[1], variable, digits, sides)
    named = [_named(first, "the gradient"), _named(second, "the Hessian's diagonal")]
    return worst(named).with_notes(*sides.notes)


def _diagonal_verdict(total: Expr, claim: Expr, wrt: Symbol, digits: int, sides: Sides) -> Verdict:
    slopes = gradient(total, wrt)
    hessian = jacobian(slopes, wrt)
    axes = tuple(range(len(wrt.shape)))
    diagonal = contract([(hessian, axes + axes)], axes)
    if prove_equal(diagonal, gradient(slopes.sum(), wrt)) is not None:
        return check_claim(slopes.sum(), claim, wrt, digits, sides)
    # The samples are coupled (softmax over classes): the convention takes the diagonal and leaves out the rest.
    statement = f"the diagonal of the Hessian with respect to {wrt.name}"
    found = decide(diagonal, claim, "==", statement, digits, wrt)
    witness = found.counterexample
    if found.verdict in ("refuted", "true_if") and witness is not None:
        if not sides_with(slopes, wrt, hessian, replace(witness, place=witness.place * 2)):
            return replace(found, verdict="not_understood", reason="differences of the gradient do not agree with it")
        found = explained(found, Case(diagonal, claim, numbers=sides.numbers, witness=witness.point))
    return found.with_notes("the Hessian is not diagonal: its other entries are left out by the convention")


def _named(verdict: Verdict, what: str) -> Verdict:
    return replace(verdict, statement=f"{what}: {verdict.statement}")


# ---- backward passes -------------------------------------------------------------------------------------------------
def check_backward(
    forward: Callable[..., Any],
    backward: Callable[..., Any],
    *,
    wrt: str | Sequence[str],
    shapes: Shapes = None,
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
    names = [wrt] if isinstance(wrt, str) else list(wrt)
    given = declared(shapes, forward)
    done = trace(forward, given)
    numbers = done.sizes
    own = tuple(inspect.signature(forward).parameters)
    back = _backward(backward, own, done, given.with_numbers(numbers) if numbers else given)
    if back.sizes:
        numbers = numbers_for(given)
        done = trace(forward, given.with_numbers(numbers))
        back = _backward(backward, own, done, given.with_numbers(numbers))
    output = done.value[0] if isinstance(done.value, tuple) else done.expression
    total = times(output, cotangent(output)).sum() if output.shape else times(output, cotangent(output))
    used = given.with_numbers(numbers) if numbers else given
    sides = Sides(total, back.value, used, numbers, back.origins, (*done.notes, *back.notes))
    found = [
        check_claim(total, claim, find_variable(total, name, used), digits, sides)
        for name, claim in zip(names, claims_of(back.value, names), strict=True)
    ]
    return worst(found).with_notes(*sides.notes)


def cotangent(output: Expr) -> Symbol:
    """The gradient of the output, as a symbol."""
    return symbol_node(GRAD_OUT, output.shape)


def _backward(backward: Callable[..., Any], own_names: Sequence[str], done: Trace, names: Declarations) -> Trace:
    """The trace of the backward pass over what the forward pass, with parameters of these names, left."""
    has_cache = isinstance(done.value, tuple)
    output = done.value[0] if has_cache else done.expression
    own = replace(names, symbols={**names.symbols, GRAD_OUT: cotangent(output)})
    given: dict[str, object] = {}
    for name in inspect.signature(backward).parameters:
        if name in own_names or name in names.sizes or name in names.numbers:
            continue
        if has_cache and (name in _CACHES or GRAD_OUT in given.values()):
            rest = done.value[1:]
            given[name] = traced(rest[0] if len(rest) == 1 else rest)
        elif GRAD_OUT not in given.values():
            given[name] = GRAD_OUT
    return trace(backward, own, arguments=given)


def traced(value: Any) -> Any:
    """Arrays of a traced function in the place of expressions."""
    if isinstance(value, tuple):
        return tuple(traced(part) for part in value)
    if isinstance(value, dict):
        return {key: traced(part) for key, part in value.items()}
    return TracedArray(value)
