"""Relations between the whole claim and the truth: a factor, an order of axes, another variable."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import permutations

from symml.expr.arithmetic import scale, times, transpose
from symml.expr.build import diag
from symml.expr.contract import contract
from symml.expr.nodes import Apply, Expr
from symml.expr.walk import substitute, topological
from symml.proof.diagnosis import mistakes
from symml.proof.diagnosis.suspects import Context, Suspect, factor_between

_MAX_RANK = 4


def whole_factor(ctx: Context) -> Iterator[Suspect]:
    """claim = f * truth"""
    truth, claim = ctx.case.truth, ctx.case.claim
    factor = factor_between(ctx, claim, truth)
    if factor is None or factor.kind == "zero":
        return
    candidate = times(factor.expr, truth)
    words = "the sign is wrong" if factor.kind == "sign" else f"the claim is {factor.words} times the right value"
    yield Suspect(factor.kind, words, candidate)


def transposes(ctx: Context) -> Iterator[Suspect]:
    """claim = truth, with its axes in another order"""
    truth, claim, loss = ctx.case.truth, ctx.case.claim, ctx.case.loss
    rank = len(truth.shape)
    if not 2 <= rank <= _MAX_RANK or len(claim.shape) != rank:
        return
    for order in permutations(range(rank)):
        if order == tuple(range(rank)):
            continue
        moved = transpose(truth, order)
        if moved.shape == claim.shape:
            layout = _is_layout(loss, order)
            convention = "the layout with the axes of the variable first" if layout else ""
            kind = mistakes.LAYOUT if layout else mistakes.TRANSPOSE
            yield Suspect(kind, "the claim is the transpose of the right value", moved, convention=convention)


def _is_layout(loss: Expr | None, order: tuple[int, ...]) -> bool:
    """Whether a Jacobian has the axes of the variable before those of the function."""
    if loss is None or not loss.shape:
        return False
    rank = len(loss.shape)
    return order == (*range(rank, len(order)), *range(rank))


def shape_slips(ctx: Context) -> Iterator[Suspect]:
    """The claim has an axis too many, or one too few."""
    truth, claim = ctx.case.truth, ctx.case.claim
    if ctx.same_shape:
        return
    for axis in range(len(claim.shape)):
        summed = claim.sum(axis)
        if summed.shape == truth.shape:
            words = f"the claim still has to be summed over its axis {axis}"
            kind = mistakes.AXIS if claim.shape[axis] == 1 else mistakes.NOT_SUMMED
            yield Suspect(kind, words, summed, mends=True)
    for axis in range(len(truth.shape)):
        for keepdims in (False, True):
            summed = truth.sum(axis, keepdims=keepdims)
            if summed.shape == claim.shape:
                yield Suspect(mistakes.SUMMED, f"the claim is summed over axis {axis} of the variable", summed)


_PARAMETERS: tuple[tuple[str, str, Callable[[Expr], Expr]], ...] = (
    ("log {0}", mistakes.LOG_PARAMETER, lambda x: x),
    ("1/{0}", mistakes.REPARAMETRIZED, lambda x: scale(-1, x**2)),
    ("-log {0}", mistakes.REPARAMETRIZED, lambda x: scale(-1, x)),
    ("{0}**2", mistakes.REPARAMETRIZED, lambda x: 1 / (2 * x)),
    ("sqrt({0})", mistakes.REPARAMETRIZED, lambda x: 2 * x ** Fraction(1, 2)),
    ("1/{0}**2", mistakes.REPARAMETRIZED, lambda x: scale(Fraction(-1, 2), x**3)),
)


def parameters(ctx: Context) -> Iterator[Suspect]:
    """claim = truth * d theta / d phi, entry by entry: the derivative is with respect to phi(theta)"""
    truth, wrt = ctx.case.truth, ctx.case.wrt
    if wrt is None or ctx.case.loss is None or not ctx.same_shape:
        return
    rank, lead = len(wrt.shape), len(truth.shape) - len(wrt.shape)
    for name, kind, speed in _PARAMETERS:
        axes = range(len(truth.shape))
        candidate = contract([(truth, axes), (speed(wrt), range(lead, lead + rank))], axes)
        words = f"this is the derivative with respect to {name.format(wrt.name)}"
        positive = "positive" in wrt.domain.facts
        yield Suspect(kind, words, candidate, convention=words.partition("is ")[2] if positive else "")


def arguments(ctx: Context) -> Iterator[Suspect]:
    """claim(f(x)) = truth: the derivative is expressed in the activation"""
    loss, wrt, claim = ctx.case.loss, ctx.case.wrt, ctx.case.claim
    if loss is None or wrt is None or not ctx.same_shape:
        return
    for node in topological(loss):
        if isinstance(node, Apply) and node.args == (wrt,) and not node.function.jumps:
            name = node.function.name
            words = f"the claim takes {name}({wrt.name}), the activation, as its argument"
            mended = substitute(claim, {wrt: node})
            yield Suspect(mistakes.ARGUMENT, words, mended, mends=True, convention=words)


def diagonals(ctx: Context) -> Iterator[Suspect]:
    """claim = truth on the diagonal, zero elsewhere (or only the diagonal's entries)"""
    truth, claim = ctx.case.truth, ctx.case.claim
    if len(truth.shape) != 2 or truth.shape[0] != truth.shape[1]:
        return
    diagonal = contract([(truth, "ii")], "i")
    if claim.shape == diagonal.shape:
        yield Suspect(mistakes.DIAGONAL, "the claim is only the diagonal of the right value", diagonal)
    elif ctx.same_shape:
        yield Suspect(mistakes.DIAGONAL, "the entries off the diagonal are missing", diag(diagonal))
