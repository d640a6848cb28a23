"""Slips in differentiating, and formulas that were written down wrongly: in the loss, in the gradient, in the claim."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from symml.calculus.differentiate import derivative
from symml.calculus.simplify import simplify
from symml.errors import SymmlError
from symml.expr.arithmetic import rational_power, times
from symml.expr.nodes import Constant, Expr, Symbol
from symml.expr.walk import depends_on, substitute, symbols, topological
from symml.proof.diagnosis import mistakes
from symml.proof.diagnosis.edits import Edit, edited, edits
from symml.proof.diagnosis.slips import pairs_of_slips, slips
from symml.proof.diagnosis.suspects import Context, Suspect, brief, told_apart


def differentiation(ctx: Context) -> Iterator[Suspect]:
    """A rule of differentiation is forgotten or misapplied at one node of the loss."""
    loss, wrt = ctx.case.loss, ctx.case.wrt
    if loss is None or wrt is None:
        return
    for form in dict.fromkeys((simplify(loss), loss)):
        for slip, found in slips(form, wrt):
            where = f" (in {brief(slip.node)})" if slip.node.args else ""
            yield Suspect(slip.kind, slip.words + where, found)


def edits_of_truth(ctx: Context) -> Iterator[Suspect]:
    """One node of the right formula was written down wrongly."""
    truth = ctx.case.truth
    for form in dict.fromkeys((truth, simplify(truth))):
        for node in reversed(topological(form)):
            for edit in edits(node):
                found = edited(form, frozenset([node]), edit)
                if found is not None:
                    yield Suspect(edit.dropped, _edit_words(node, edit), found)


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
                yield Suspect(edit.dropped, "this is the gradient of another loss: " + _edit_words(node, edit), found)


def _edit_words(node: Expr, edit: Edit) -> str:
    wrong, right = told_apart(edit.apply(node), node)
    return f"{wrong} stands in the place of {right}"


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
                wrong, right = told_apart(node, edit.apply(node))
                words = f"{wrong} should be {right}"
                yield Suspect(edit.added, words, found, mends=True, site=node)


def other_nodes(ctx: Context) -> Iterator[Suspect]:
    """A node of the claim should be another one of its shape: a stale variable, swapped names, a lost activation."""
    claim = ctx.case.claim
    pool = [n for n in topological(*ctx.case.roots) if not isinstance(n, Constant)]
    for node in reversed(topological(claim)):
        if node is claim or isinstance(node, Constant):
            continue
        for other in pool:
            if other is node or other.shape != node.shape or node in set(topological(other)) - {other}:
                continue
            found = _replaced(claim, node, other)
            if found is not None and found is not claim:
                kind = mistakes.INDEX if isinstance(node, Symbol) and isinstance(other, Symbol) else mistakes.STALE
                yield Suspect(kind, f"{brief(node)} should be {brief(other)}", found, mends=True, site=node)


def chain_factors(ctx: Context) -> Iterator[Suspect]:
    """A node of the claim needs one more factor, or one less, among what occurs in the loss and its gradient."""
    claim = ctx.case.claim
    pool = [n for n in topological(*ctx.case.roots) if symbols(n)]
    for node in reversed(topological(claim)):
        if isinstance(node, Constant):
            continue
        for other in pool:
            if other.shape not in (node.shape, ()):
                continue
            for power in (1, -1):
                found = _replaced(claim, node, times(node, rational_power(other, Fraction(power))))
                if found is not None:
                    inverse = "" if power == 1 else "1/"
                    words = f"{brief(node)} needs the factor {inverse}({brief(other)})"
                    yield Suspect(mistakes.CHAIN, words, found, mends=True, site=node)


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
