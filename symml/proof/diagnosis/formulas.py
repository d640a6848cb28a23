"""Slips in differentiating, and formulas that were written down wrongly: in the loss, in the gradient, in the claim."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from symml.calculus.differentiate import derivative
from symml.calculus.simplify import simplify
from symml.errors import SymmlError
from symml.expr.arithmetic import full, rational_power, times
from symml.expr.nodes import Apply, Constant, Expr, Power, Symbol
from symml.expr.walk import depends_on, rebuild, substitute, symbols, topological
from symml.proof.diagnosis import mistakes
from symml.proof.diagnosis.edits import Edit, edited, edits
from symml.proof.diagnosis.slips import Slip, pairs_of_slips, slips
from symml.proof.diagnosis.suspects import Context, Suspect, brief, repeats, told_apart


def differentiation(ctx: Context) -> Iterator[Suspect]:
    """A rule of differentiation is forgotten or misapplied at one node of the loss."""
    loss, wrt = ctx.case.loss, ctx.case.wrt
    if loss is None or wrt is None:
        return
    for form in dict.fromkeys((simplify(loss), loss)):
        for slip, found in slips(form, wrt):
            yield Suspect(slip.kind, partial(_slip_words, slip), found)


def edits_of_truth(ctx: Context) -> Iterator[Suspect]:
    """One node of the right formula was written down wrongly."""
    truth = ctx.case.truth
    for form in dict.fromkeys((truth, simplify(truth))):
        for node in reversed(topological(form)):
            for edit in edits(node):
                found = edited(form, frozenset([node]), edit)
                if found is not None:
                    yield Suspect(edit.dropped, partial(_edit_words, node, edit), found)


def edits_of_loss(ctx: Context) -> Iterator[Suspect]:
    """The gradient is right, of another loss."""
    loss, wrt = ctx.case.loss, ctx.case.wrt
    if loss is None or wrt is None:
        return
    for form in dict.fromkeys((loss, simplify(loss))):
        depends = depends_on(form, wrt)
        for node in reversed(topological(form)):
            for edit in edits(node) if node in depends else ():
                other = edited(form, frozenset([node]), edit)
                if other is None or other.shape != loss.shape:
                    continue
                try:
                    found = derivative(other, wrt)
                except SymmlError:
                    continue
                yield Suspect(edit.dropped, partial(_edit_words, node, edit, _ANOTHER), found)


_ANOTHER = "this is the gradient of another loss: "


def _slip_words(slip: Slip) -> str:
    return f"{slip.words} (in {brief(slip.node)})" if slip.node.args else slip.words


def _edit_words(node: Expr, edit: Edit, before: str = "") -> str:
    wrong, right = told_apart(edit.apply(node), node)
    return f"{before}{wrong} stands in the place of {right}"


def _should_be(node: Expr, other: Expr | None) -> str:
    wrong, right = told_apart(node, other)
    return f"{wrong} should be {right}"


def edits_of_claim(ctx: Context) -> Iterator[Suspect]:
    """One node of the claim is wrong; where code was run repeatedly, all nodes that it made."""
    claim = ctx.case.claim
    seen: set[tuple[frozenset[Expr], tuple[object, ...]]] = set()
    for node in reversed(topological(claim)):
        group = ctx.group(node)
        for edit in edits(node):
            if (group, edit.key) in seen:
                continue
            seen.add((group, edit.key))
            found = edited(claim, group, edit)
            if found is not None:
                yield Suspect(edit.added, partial(_should_be, node, edit.apply(node)), found, mends=True, site=node)


def swapped_names(ctx: Context) -> Iterator[Suspect]:
    """One name of the claim should be another one of the same shape."""
    claim = ctx.case.claim
    pool = symbols(*ctx.case.roots)
    for node in topological(claim):
        for k, arg in enumerate(node.args):
            if not isinstance(arg, Symbol):
                continue
            for other in pool:
                if other.shape == arg.shape and other is not arg:
                    found = _replaced(claim, node, rebuild(node, (*node.args[:k], other, *node.args[k + 1 :])))
                    if found is not None:
                        words = partial(_swap_words, node, arg, other)
                        yield Suspect(mistakes.INDEX, words, found, mends=True, site=node)


def _swap_words(node: Expr, arg: Symbol, other: Symbol) -> str:
    return f"{arg.name} in {brief(node)} should be {other.name}"


def other_nodes(ctx: Context) -> Iterator[Suspect]:
    """A node of the claim should be another one of its shape: a stale variable, swapped names, a lost activation."""
    claim = ctx.case.claim
    pool = _pool(ctx)
    for node in reversed(topological(claim)):
        if node is claim or isinstance(node, Constant):
            continue
        for other in pool:
            if other is node or other.shape != node.shape or node in set(topological(other)) - {other}:
                continue
            found = _replaced(claim, node, other)
            if found is not None and found is not claim:
                kind = _kind_of_exchange(node, other)
                yield Suspect(kind, partial(_should_be, node, other), found, mends=True, site=node)


def _kind_of_exchange(node: Expr, other: Expr) -> str:
    """What it is called when one node stands in the place of another."""
    if isinstance(node, Symbol) and isinstance(other, Symbol):
        return mistakes.INDEX
    if isinstance(node, Power) or isinstance(other, Power):
        bases = [n.args[0] if isinstance(n, Power) else n for n in (node, other)]
        return mistakes.POWER if bases[0] is bases[1] else mistakes.STALE
    if isinstance(node, Apply) and isinstance(other, Apply):
        return mistakes.FUNCTION if node.args == other.args else mistakes.STALE
    return mistakes.STALE


def chain_factors(ctx: Context) -> Iterator[Suspect]:
    """A node of the claim needs one more factor, or one less, among what occurs in the loss and its gradient."""
    claim = ctx.case.claim
    pool = _pool(ctx)
    for node in reversed(topological(claim)):
        if isinstance(node, Constant):
            continue
        for other in pool:
            if other.shape not in (node.shape, ()):
                continue
            for power in (1, -1):
                found = _replaced(claim, node, times(node, rational_power(other, Fraction(power))))
                if found is not None:
                    words = partial(_factor_words, node, other, power)
                    yield Suspect(mistakes.CHAIN, words, found, mends=True, site=node)


def _factor_words(node: Expr, other: Expr, power: int) -> str:
    return f"{brief(node)} needs the factor {'' if power == 1 else '1/'}({brief(other)})"


def two_factors(ctx: Context) -> Iterator[Suspect]:
    """The claim needs two more factors (or divisors), entry by entry, of what occurs in the loss and its gradient."""
    truth, claim = ctx.case.truth, ctx.case.claim
    whole, own = ctx.samples.first(truth), ctx.samples.first(claim)
    if whole is None or own is None or whole.shape != own.shape or not np.all(own):
        return
    pool = [n for n in _pool(ctx) if n.shape in (claim.shape, ())]
    pool += [full(1, n.shape) - n for n in pool]
    powers = [rational_power(n, Fraction(p)) for n in pool for p in (1, -1)]
    values = [(n, ctx.samples.first(n)) for n in powers]
    known = [(n, np.broadcast_to(v, own.shape)) for n, v in values if v is not None]
    ratio = whole / own
    by_value = {_rounded(v): n for n, v in known}
    for node, value in known:
        other = by_value.get(_rounded(ratio / value))
        if other is not None:
            words = f"the claim needs the factors {brief(node)} and {brief(other)}"
            yield Suspect(mistakes.MISSING_FACTOR, words, times(times(claim, node), other), mends=True)


def _pool(ctx: Context) -> list[Expr]:
    """What occurs in the loss, its gradient and the claim, and does not merely repeat the whole of them."""
    wholes = [ctx.samples.first(root) for root in (ctx.case.truth, ctx.case.claim)]
    found = []
    for node in dict.fromkeys((*topological(*ctx.case.roots), *_adjoints(ctx))):
        value = ctx.samples.first(node) if symbols(node) and node not in ctx.case.roots else None
        if value is not None and not any(w is not None and repeats(w, value) for w in wholes):
            found.append(node)
    return found


def _adjoints(ctx: Context) -> list[Expr]:
    """What flows backward through the loss."""
    loss, wrt = ctx.case.loss, ctx.case.wrt
    record: list[tuple[Expr, Expr]] = []
    if loss is not None and wrt is not None and not loss.shape:
        derivative(loss, wrt, record)
    return [adjoint for _, adjoint in record]


def _rounded(value: Any) -> tuple[float, ...]:
    return tuple(float(f"{v:.8g}") for v in np.ravel(value))


def _replaced(root: Expr, node: Expr, other: Expr) -> Expr | None:
    try:
        return substitute(root, {node: other})
    except SymmlError:
        return None


def pairs(ctx: Context) -> Iterator[Suspect]:
    """Two rules of differentiation are forgotten or misapplied."""
    loss, wrt = ctx.case.loss, ctx.case.wrt
    if loss is None or wrt is None:
        return
    for a, b, found in pairs_of_slips(simplify(loss), wrt):
        yield Suspect(f"{a.kind} and {b.kind}", f"{a.words}; and {b.words}", found)
