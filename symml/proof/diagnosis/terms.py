"""Summands with a wrong sign or factor, missing ones, and ones that do not belong there."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np

from symml.calculus.simplify import simplify
from symml.expr.arithmetic import scale, times
from symml.expr.nodes import Expr, add_node
from symml.expr.walk import symbols
from symml.proof.diagnosis import mistakes
from symml.proof.diagnosis.case import Values, close
from symml.proof.diagnosis.factors import Factor
from symml.proof.diagnosis.parts import parts
from symml.proof.diagnosis.suspects import Context, Suspect, brief, difference

_MAX_PAIRED = 24


def term_factors(ctx: Context) -> Iterator[Suspect]:
    """A summand of the claim has a wrong sign or factor, or does not belong there."""
    yield from _term_factors(ctx, nodes=False)


def computed_factors(ctx: Context) -> Iterator[Suspect]:
    """A summand of the claim lacks a norm, a sum or another scalar that is computed on the way."""
    yield from _term_factors(ctx, nodes=True)


def _term_factors(ctx: Context, *, nodes: bool) -> Iterator[Suspect]:
    truth, claim = ctx.case.truth, ctx.case.claim
    gap = difference(ctx, truth, claim)
    if gap is None:
        return
    extra: list[Suspect] = []
    for part, written in parts(claim):
        values = ctx.samples.values(part)
        if values is None or part.shape != truth.shape:
            continue
        factor = ctx.factors.between([g + v for g, v in zip(gap, values, strict=True)], values, nodes=nodes)
        if factor is None or factor.is_one:
            continue
        if factor.kind == "zero":
            words = f"the term {brief(part)} does not belong there"
            mended = add_node((claim, scale(-1, part)))
            extra.append(Suspect(mistakes.EXTRA_TERM, words, mended, mends=True, site=written))
            continue
        mended = add_node((claim, scale(-1, part), times(factor.expr, part)))
        yield _term_suspect(ctx, part, factor, mended, written)
    yield from extra


def _term_suspect(ctx: Context, part: Expr, factor: Factor, mended: Expr, written: Expr) -> Suspect:
    words = f"the term {brief(part)} needs the factor {factor.words}"
    kind = f"{factor.kind} in a term"
    if factor.kind == "sign":
        kind, words = mistakes.SIGN_OF_TERM, f"the sign of the term {brief(part)} is wrong"
    elif factor.kind == "constant factor":
        kind = mistakes.REGULARIZER if _is_regularizer(ctx, part) else mistakes.TERM_FACTOR
        if kind == mistakes.REGULARIZER and factor.words in ("2", "1/2"):
            words += " (the half in front of the regularizer)"
    return Suspect(kind, words, mended, mends=True, site=written)


def _is_regularizer(ctx: Context, part: Expr) -> bool:
    """Whether a term has the variable and scalars in it, and no data."""
    wrt = ctx.case.wrt
    return wrt is not None and all(not s.shape or s.name == wrt.name for s in symbols(part)) and bool(symbols(part))


def missing_terms(ctx: Context) -> Iterator[Suspect]:
    """A summand of the truth is missing in the claim, or has another factor there."""
    truth, claim = ctx.case.truth, ctx.case.claim
    gap = difference(ctx, claim, truth)
    if gap is None:
        return
    for form in dict.fromkeys((truth, simplify(truth))):
        for part, _ in parts(form):
            values = ctx.samples.values(part)
            if values is None or part.shape != truth.shape:
                continue
            factor = ctx.factors.between([g + v for g, v in zip(gap, values, strict=True)], values)
            if factor is None or factor.is_one:
                continue
            candidate = add_node((truth, scale(-1, part), times(factor.expr, part)))
            if factor.kind == "zero":
                yield Suspect(mistakes.MISSING_TERM, f"the term {brief(part)} is missing", candidate)
            else:
                words = f"the term {brief(part)} stands there {factor.words} times"
                kind = mistakes.SIGN_OF_TERM if factor.kind == "sign" else f"{factor.kind} in a term"
                kind = mistakes.REGULARIZER if "constant" in kind and _is_regularizer(ctx, part) else kind
                yield Suspect(kind, words, candidate)


def two_terms(ctx: Context) -> Iterator[Suspect]:
    """Two summands of the truth are missing, or have other numbers as factors, in the claim."""
    truth, claim = ctx.case.truth, ctx.case.claim
    gap = difference(ctx, claim, truth)
    if gap is None:
        return
    columns = [(part, ctx.samples.values(part)) for part, _ in parts(truth)[:_MAX_PAIRED] if part.shape == truth.shape]
    known = [(part, _stacked(values)) for part, values in columns if values is not None]
    target = _stacked(gap)
    for (a, x), (b, y) in combinations(known, 2):
        factors = _two_factors(target, x, y)
        if factors is None:
            continue
        candidate = add_node((truth, scale(factors[0], a), scale(factors[1], b)))
        missing = factors[0] == factors[1] == -1
        words = f"the terms {brief(a)} and {brief(b)} " + (
            "are missing" if missing else f"have the factors {factors[0] + 1} and {factors[1] + 1}"
        )
        yield Suspect(mistakes.MISSING_TERM if missing else mistakes.TERM_FACTOR, words, candidate)


def _stacked(values: Values) -> Any:
    return np.concatenate([np.ravel(value) for value in values])


def _two_factors(target: Any, x: Any, y: Any) -> tuple[Fraction, Fraction] | None:
    """The simple numbers ``p, q`` with ``target = p x + q y``."""
    gram = np.array([[x @ x, x @ y], [x @ y, y @ y]])
    if abs(gram[0, 0] * gram[1, 1] - gram[0, 1] ** 2) <= 1e-9 * abs(gram[0, 0] * gram[1, 1]):
        return None
    solved = np.linalg.solve(gram, np.array([x @ target, y @ target]))
    p, q = (Fraction(float(v)).limit_denominator(12) for v in solved)
    return (p, q) if p and q and close(float(p) * x + float(q) * y, target) else None
