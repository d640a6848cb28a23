"""Claims beyond the first gradient: Hessians, Hessian-vector products, backward passes, objectives of boosting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from symml.calculus.differentiate import gradient, jacobian
from symml.calculus.normal import prove_equal
from symml.errors import ShapeError, SymmlError
from symml.expr.arithmetic import times
from symml.expr.contract import contract
from symml.expr.nodes import Expr, Symbol
from symml.proof.diagnosis.case import Case
from symml.proof.explanation import explain_worst, worst
from symml.proof.gradient_check import declared, judge_claim
from symml.proof.second_route import sides_with
from symml.proof.source_repair import runnable_pair
from symml.proof.sources import Sides, Source, find_variable, only, read_sides
from symml.proof.verdict import Verdict
from symml.proof.verify import decide
from symml.read.declarations import Declarations

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
    return _of_derived(loss, hess, sides, wrt, digits, gradient)


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
    return _of_derived(loss, product, sides, wrt, digits, lambda root, own: times(gradient(root, own), along).sum())


def _of_derived(
    loss: Source, claim: Source, sides: Sides, wrt: str, digits: int, derived: Callable[[Expr, Symbol], Expr]
) -> Verdict:
    """The verdict on a claim about something that is derived from the loss."""

    def judged(own: Sides) -> tuple[Verdict, Case]:
        root = only(own.loss)
        variable = find_variable(root, wrt, own.declarations)
        return judge_claim(derived(root, variable), only(own.claim), variable, digits, own)

    runnable = runnable_pair(
        loss,
        claim,
        sides.declarations,
        lambda function: judged(read_sides(loss, function, sides.declarations))[0],
        lambda value: [value[0] if isinstance(value, tuple) else value],
    )
    return explain_worst([judged(sides)], sides, runnable)


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

    def judged(own: Sides) -> list[tuple[Verdict, Case]]:
        root = only(own.loss)
        total = root.sum() if root.shape else root
        variable = find_variable(root, wrt, own.declarations)
        if not isinstance(own.claim, tuple) or len(own.claim) != 2:
            raise SymmlError("the objective does not return a pair", cure="return grad, hess")
        first, case = judge_claim(total, own.claim[0], variable, digits, own)
        second, diagonal = _judge_diagonal(total, own.claim[1], variable, digits, own)
        return [(_named(first, "the gradient"), case), (_named(second, "the Hessian's diagonal"), diagonal)]

    def judge(function: Callable[..., Any]) -> Verdict:
        return worst([found for found, _ in judged(read_sides(loss, function, sides.declarations))])

    runnable = runnable_pair(loss, objective, sides.declarations, judge, tuple)
    return explain_worst(judged(sides), sides, runnable)


def _judge_diagonal(total: Expr, claim: Expr, wrt: Symbol, digits: int, sides: Sides) -> tuple[Verdict, Case]:
    slopes = gradient(total, wrt)
    hessian = jacobian(slopes, wrt)
    axes = tuple(range(len(wrt.shape)))
    diagonal = contract([(hessian, axes + axes)], axes)
    if prove_equal(diagonal, gradient(slopes.sum(), wrt)) is not None:
        return judge_claim(slopes.sum(), claim, wrt, digits, sides)
    # The samples are coupled (softmax over classes): the convention takes the diagonal and leaves out the rest.
    statement = f"the diagonal of the Hessian with respect to {wrt.name}"
    found = decide(diagonal, claim, "==", statement, digits, wrt)
    witness = found.counterexample
    case = Case(diagonal, claim, numbers=sides.numbers, witness=witness.point if witness else None)
    if found.verdict in ("refuted", "true_if") and witness is not None:
        beside = replace(witness, place=witness.place * 2)
        if not sides_with(slopes, wrt, hessian, beside):
            found = replace(found, verdict="not_understood", reason="differences of the gradient do not agree with it")
    note = "the Hessian is not diagonal: its other entries are left out by the convention"
    return found.with_notes(note), case


def _named(verdict: Verdict, what: str) -> Verdict:
    return replace(verdict, statement=f"{what}: {verdict.statement}")
