"""``check_gradient``: whether a hand-derived gradient is the gradient of its loss."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from symml.calculus.differentiate import gradient, jacobian
from symml.calculus.floating import FloatPoint
from symml.calculus.sampling import generic_points
from symml.errors import MisfitError, NotEvaluable, ShapeError, SymmlError, TraceError
from symml.expr.contract import contract
from symml.expr.nodes import Expr, Symbol, show_shape
from symml.proof.called_code import check_by_calls
from symml.proof.clips import without_clips
from symml.proof.diagnosis.case import Case
from symml.proof.explanation import explain_worst, worst
from symml.proof.returned import gradients_of
from symml.proof.rounding import differs_by_rounding_only
from symml.proof.second_route import second_route
from symml.proof.shapes import misfit
from symml.proof.source_repair import Runnable, runnable_pair
from symml.proof.sources import Sides, Source, find_variable, only, read_sides
from symml.proof.verdict import Evidence, Verdict
from symml.proof.verify import decide
from symml.read.annotations import shapes_of
from symml.read.declarations import Declarations, read_declarations
from symml.render import text

_DIAGONAL_POINTS, _ROUNDED_POINTS = 4, 6


def check_gradient(
    loss: Source,
    grad: Source | None = None,
    *,
    wrt: str | Symbol | Sequence[str],
    shapes: str | Mapping[str, object] | Declarations | None = None,
    digits: int = 50,
) -> Verdict:
    """Decides whether ``grad`` is the gradient of ``loss`` with respect to ``wrt``.

    Args:
        loss: The loss, a scalar (or an array, when ``grad`` is its Jacobian): text, an expression, or a Python function
            written with NumPy. Functions are run on symbolic arrays; parameters match declarations by name.
        grad: The gradient in the variable's shape, given in the same ways. For several variables, a function that
            returns a tuple, a dict or one flat vector. A loss that it returns before the gradients is left out. By
            default ``loss`` is a function that returns both: ``return loss, grads``.
        wrt: The variable's name, or several names.
        shapes: Declarations such as ``"X: n d, y: n sign, w: d"``; by default the annotations of the functions are used
            (``X: "n d"``, jaxtyping's, or default arrays).
        digits: Decimal digits used when points are compared.

    Returns:
        The verdict on ``grad``; for several variables the worst one.

    Raises:
        ShapeError: The loss is not a scalar.
        TraceError: A function cannot be traced.
        SymmlError: The function returns no gradient for a variable.
    """
    grad = _both(loss) if grad is None else grad
    declarations, names = declared(shapes, loss, grad), _names(wrt)
    try:
        read = read_sides(loss, grad, declarations)
    except TraceError as error:
        return check_by_calls(loss, grad, names, declarations, error)
    except MisfitError as error:
        return _misfit(error, loss, grad, names)
    return _verdict(loss, grad, names, read, digits)


def _verdict(loss: Source, grad: Source, names: list[str], read: Sides, digits: int) -> Verdict:
    """The verdict on sides that were read."""
    root = only(read.loss)
    variables = [find_variable(root, name, read.declarations) for name in names]
    if grad is loss and isinstance(read.claim, Expr):
        raise SymmlError(
            "the function returns a loss alone", cure="return loss, grads; or give the gradient's function"
        )
    claims = gradients_of(read.claim, variables)
    judged = [judge_claim(root, c, v, digits, read) for c, v in zip(claims, variables, strict=True)]
    return explain_worst(judged, read, _runnable(loss, grad, variables, read, digits))


def _both(loss: Source) -> Source:
    """A function that returns the loss and the gradients stands for both."""
    if callable(loss) and not isinstance(loss, Expr):
        return loss
    raise SymmlError("there is no gradient to check", cure="give the gradient after the loss")


def _names(wrt: str | Symbol | Sequence[str]) -> list[str]:
    return [wrt] if isinstance(wrt, str) else [wrt.name] if isinstance(wrt, Symbol) else list(wrt)


def _misfit(error: MisfitError, loss: Source, grad: Source, names: list[str]) -> Verdict:
    """A refutation, when the shapes that do not fit are the claim's own."""
    if not isinstance(grad, str) or error.source not in grad:
        raise error
    return misfit(error, f"∂/∂{', '.join(names)} ({loss if isinstance(loss, str) else 'the loss'}) = {grad}")


def declared(shapes: str | Mapping[str, object] | Declarations | None, *sources: Source) -> Declarations:
    """The declarations; from the signatures of the functions where none are given."""
    functions = [source for source in sources if callable(source) and not isinstance(source, Expr)]
    return read_declarations(shapes_of(*functions) if shapes in (None, "") and functions else shapes)


def check_claim(root: Expr, claim: Expr, wrt: Symbol, digits: int, read: Sides) -> Verdict:
    """Decides whether an expression is the derivative of another, and explains a refutation.

    Args:
        root: What is differentiated; an array has a Jacobian.
        claim: The claimed derivative.
        wrt: The variable.
        digits: Decimal digits used when points are compared.
        read: Where the sides come from.
    """
    return explain_worst([judge_claim(root, claim, wrt, digits, read)], read, None)


def judge_claim(root: Expr, claim: Expr, wrt: Symbol, digits: int, read: Sides) -> tuple[Verdict, Case]:
    """The verdict of :func:`check_claim` without an explanation, and the claim beside the truth."""
    if root.shape and claim.shape == root.shape == wrt.shape and _is_entry_by_entry(root, wrt):
        found, case = judge_claim(root.sum(), claim, wrt, digits, read)
        return found.with_notes("the derivative is taken entry by entry: the Jacobian is diagonal"), case
    reference = jacobian(root, wrt) if root.shape else gradient(root, wrt)
    _need_a_gradient(root, reference, claim, wrt)
    case = Case(reference, claim, root, wrt, read.numbers)
    away = _away_from_clips(root, claim, wrt, digits)
    if away is not None:
        return away, case
    found = _decided(root, claim, wrt, reference, digits)
    if read.guards and found.verdict not in ("proved", "proved_randomized"):
        # Points at which the code itself refuses its inputs say nothing.
        reference, claim = (sum(read.guards, side) for side in (reference, claim))
        found = replace(_decided(root, claim, wrt, reference, digits), statement=found.statement)
    if found.verdict not in ("refuted", "true_if", "not_understood"):
        return found, case
    rounded = _up_to_rounding(reference, claim, found)
    witness = found.counterexample.point if found.counterexample else None
    return found if rounded is None else rounded, replace(case, truth=reference, claim=claim, witness=witness)


def _runnable(loss: Source, grad: Source, variables: list[Symbol], read: Sides, digits: int) -> Runnable | None:
    """How a gradient function is called, for a search in its source; ``None`` for text."""

    def judge(function: Callable[..., Any]) -> Verdict:
        sides = read_sides(loss, function, read.declarations)
        root = only(sides.loss)
        own = [find_variable(root, symbol.name, sides.declarations) for symbol in variables]
        claims = gradients_of(sides.claim, own)
        return worst([judge_claim(root, c, v, digits, sides)[0] for c, v in zip(claims, own, strict=True)])

    return runnable_pair(loss, grad, read.declarations, judge, lambda value: gradients_of(value, variables))


def _up_to_rounding(reference: Expr, claim: Expr, found: Verdict) -> Verdict | None:
    """A certificate, when only the rounding of the code's float constants sets the sides apart."""
    if reference.shape != claim.shape or (found.counterexample is None and found.verdict != "not_understood"):
        return None
    agreeing = differs_by_rounding_only(reference, claim, [found.counterexample.point] if found.counterexample else [])
    if agreeing < _ROUNDED_POINTS:
        return None
    shown = f"both sides agree to 12 digits at {agreeing} points; the rest is due to the code's float constants"
    return Verdict("certified", found.statement, shown, (Evidence("points", shown, {"points": agreeing}),))


def _is_entry_by_entry(root: Expr, wrt: Symbol) -> bool:
    """Whether each entry depends on the same entry of the variable only, at generic points and of any size."""
    axes = tuple(range(len(wrt.shape)))
    slopes = jacobian(root, wrt)
    spread = contract([(slopes, axes + axes)], axes)
    moved = contract([(slopes**2, range(2 * len(axes)))], axes)
    tries = 0
    for point in generic_points([root, wrt], count=_DIAGONAL_POINTS):
        at = FloatPoint(point)
        try:
            total, own = at.value(moved), at.value(spread) ** 2
        except NotEvaluable:
            continue
        tries += 1
        if not np.allclose(total, own):
            return False
    return tries > 0


def _away_from_clips(root: Expr, claim: Expr, wrt: Symbol, digits: int) -> Verdict | None:
    """A proof that holds wherever no clip that guards a logarithm or a denominator is active."""
    free, plain = without_clips(root), without_clips(claim)
    if (free is root and plain is claim) or claim.shape != root.shape + wrt.shape:
        return None
    reference = jacobian(free, wrt) if free.shape else gradient(free, wrt)
    found = _decided(free, plain, wrt, reference, digits)
    if found.verdict == "refuted":
        rounded = _up_to_rounding(reference, plain, found)
        found = found if rounded is None else rounded
    if found.verdict not in ("proved", "proved_randomized", "certified"):
        return None
    note = "shown where no clip against overflow or log 0 is active: where one is, the function is constant"
    return found.with_notes(note)


def _decided(root: Expr, claim: Expr, wrt: Symbol, reference: Expr, digits: int) -> Verdict:
    statement = f"∂/∂{wrt.name} ({_short(root)}) = {_short(claim)}"
    if reference.shape != claim.shape:
        what = f"the gradient has shape {show_shape(reference.shape)}, the claim {show_shape(claim.shape)}"
        note = ("a transpose of the claim has the right shape",) if claim.shape == reference.shape[::-1] else ()
        return Verdict("refuted", statement, what, (Evidence("shapes", what),), notes=note)
    found = decide(reference, claim, "==", statement, digits, wrt)
    if found.verdict in ("refuted", "true_if"):
        return second_route(found, root, wrt, reference, claim)
    return found


def _need_a_gradient(root: Expr, reference: Expr, claim: Expr, wrt: Symbol) -> None:
    """An array in the place of the loss is right only beside its Jacobian, in one layout or the other."""
    if root.shape and claim.shape not in (reference.shape, wrt.shape + root.shape):
        raise ShapeError(
            f"the loss has shape {show_shape(root.shape)} and the claim {show_shape(claim.shape)}",
            cure=f"make the loss a scalar (a sum, a mean), or give its Jacobian of shape {show_shape(reference.shape)}",
        )


def _short(expr: Expr, limit: int = 100) -> str:
    shown = text.show(expr)
    return shown if len(shown) <= limit else shown[: limit - 3] + "..."
