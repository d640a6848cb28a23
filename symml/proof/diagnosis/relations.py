"""Relations between the whole claim and the truth: a factor, an order of axes, another variable."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import permutations

from symml.errors import SymmlError
from symml.expr.arithmetic import matmul, scale, times, transpose
from symml.expr.build import diag
from symml.expr.contract import contract
from symml.expr.nodes import Apply, Expr
from symml.expr.walk import substitute, topological
from symml.proof.diagnosis import mistakes
from symml.proof.diagnosis.suspects import Context, Suspect, brief, factor_between

_MAX_RANK = 4


def whole_factor(ctx: Context) -> Iterator[Suspect]:
    """claim = f * truth, with a number, a dim or a hyperparameter f"""
    yield from _whole_factor(ctx, nodes=False)


def computed_factor(ctx: Context) -> Iterator[Suspect]:
    """claim = f * truth, with a norm, a sum or another scalar f that is computed on the way"""
    yield from _whole_factor(ctx, nodes=True)


def _whole_factor(ctx: Context, *, nodes: bool) -> Iterator[Suspect]:
    truth, claim = ctx.case.truth, ctx.case.claim
    factor = factor_between(ctx, claim, truth, nodes=nodes)
    if factor is None or factor.kind in ("zero", "none"):
        return
    words = "the sign is wrong" if factor.kind == "sign" else f"the claim is {factor.words} times the right value"
    yield Suspect(factor.kind, words, times(factor.expr, truth))


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
    yield from _lost_arrays(ctx)


def _lost_arrays(ctx: Context) -> Iterator[Suspect]:
    """A factor that would give the claim its axes is missing."""
    truth, claim = ctx.case.truth, ctx.case.claim
    for node in topological(*ctx.case.roots):
        if not 1 <= len(node.shape) <= _MAX_RANK or node is truth or node is claim:
            continue
        for product in (times, matmul, _flipped):
            try:
                mended = product(claim, node)
            except SymmlError:
                continue
            if mended.shape == truth.shape:
                words = f"the factor {brief(node)} is missing"
                yield Suspect(mistakes.MISSING_FACTOR, words, mended, mends=True)


def _flipped(a: Expr, b: Expr) -> Expr:
    return matmul(b, a)


_PARAMETERS: tuple[tuple[str, str, Callable[[Expr], Expr]], ...] = (
    ("log {0}", mistakes.LOG_PARAMETER, lambda x: x),
    ("1/{0}", mistakes.REPARAMETRIZED, lambda x: scale(-1, x**2)),
    ("-log {0}", mistakes.REPARAMETRIZED, lambda x: scale(-1, x)),
    ("{0}**2", mistakes.REPARAMETRIZED, lambda x: 1 / (2 * x)),
    ("sqrt({0})", mistakes.REPARAMETRIZED, lambda x: 2 * x ** Fraction(1, 2)),
    ("1/{0}**2", mistakes.REPARAMETRIZED, lambda x: scale(Fraction(-1, 2), x**3)),
)


def parameters(ctx: Context) -> Iterator[Suspect]:
    """claim = truth * d theta / d phi, entry by entry: the derivative is with respect to phi(theta) > 0"""
    if ctx.case.wrt is not None and "positive" in ctx.case.wrt.domain.facts:
        yield from _parameters(ctx)


def real_parameters(ctx: Context) -> Iterator[Suspect]:
    """The same for a variable that is not declared positive, which nobody takes the logarithm of."""
    if ctx.case.wrt is not None and "positive" not in ctx.case.wrt.domain.facts:
        yield from _parameters(ctx)


def _parameters(ctx: Context) -> Iterator[Suspect]:
    truth, wrt = ctx.case.truth, ctx.case.wrt
    if wrt is None or ctx.case.loss is None or not ctx.same_shape:
        return
    rank, lead = len(wrt.shape), len(truth.shape) - len(wrt.shape)
    positive = "positive" in wrt.domain.facts
    for name, kind, speed in _PARAMETERS:
        axes = range(len(truth.shape))
        candidate = contract([(truth, axes), (speed(wrt), range(lead, lead + rank))], axes)
        words = f"the derivative with respect to {name.format(wrt.name)}"
        yield Suspect(kind, f"this is {words}", candidate, convention=words if positive else "")


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
            convention = f"a function of the activation {name}({wrt.name})"
            yield Suspect(mistakes.ARGUMENT, words, mended, mends=True, convention=convention)


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
