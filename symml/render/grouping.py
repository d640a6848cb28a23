"""Grouping for print: common factors of a sum are written once, and a centered diagonal is written out.

``A'x - A'y`` becomes ``A'(x - y)``, and ``(I - p 1')diag(p)`` becomes ``diag(p) - p p'``. Nothing but the printed
formula changes: kernels and proofs never see it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from functools import cache, reduce
from math import gcd
from operator import and_

from symml.render import matrix_form as m
from symml.render.matrix_form import CannotRaise, Form

_Term = tuple[Fraction, tuple[Form, ...], tuple[Form, ...]]


@cache
def grouped(form: Form) -> Form:
    """The formula with its parts grouped, innermost first."""
    args = tuple(grouped(arg) for arg in form.args)
    if args != form.args:
        form = _rebuilt(form, args)
    for rule in _RULES.get(form.kind, ()):
        found = rule(form)
        if found is not None:
            return grouped(found)
    return form


def _rebuilt(form: Form, args: tuple[Form, ...]) -> Form:
    """The same kind with other parts of the same shapes."""
    if form.kind == "add":
        return m.total(list(args))
    if form.kind == "mul":
        return m.product(*args)
    if form.kind == "scale" and not form.is_scalar:
        return m.scaled(form.value, args[:-1], args[-1])
    return Form(form.kind, args, form.value, form.rows, form.cols, form.symmetric)


# ---- sums ------------------------------------------------------------------------------------------------------------
def _common_factor(form: Form) -> Form | None:
    """A x + A y = A (x + y);  x B + y B = (x + y) B"""
    terms = [_term(arg) for arg in form.args]
    if any(term is None for term in terms):
        return None
    known = [term for term in terms if term is not None]
    for side in (0, -1):
        shared = known[0][2][side]
        if shared.kind in ("ones", "eye") or any(chain[side] != shared for _, _, chain in known):
            continue
        try:
            rest = [_without(term, side) for term in known]
            if not _reads_better(known, rest):
                continue
            inside = m.total(rest)
            return m.product(shared, inside) if side == 0 else m.product(inside, shared)
        except CannotRaise:
            continue
    return None


def _reads_better(terms: list[_Term], rest: list[Form]) -> bool:
    """Whether the sum that is left is one of real factors: no identity save in a projection, and no mere slices."""
    if any(_is_slice(form) for form in rest):
        return False
    bare = [len(chain) == 1 for _, _, chain in terms]
    if not any(bare):
        return True
    # Nothing is gained where every term is the factor itself: X + X is no X (I + I).
    return not all(bare) and all(b or _is_outer(r) for b, r in zip(bare, rest, strict=True))


def _is_outer(form: Form) -> bool:
    """Whether it is an outer product, as in the projections I - u u' and I - 1 1'/n."""
    body = m.unscale(form)[2]
    return body is not None and body.kind == "mul" and any(part.cols is None for part in body.args[:-1])


def _is_slice(form: Form) -> bool:
    body = m.unscale(form)[2]
    return body is not None and (body.kind == "selector" or (body.kind == "T" and body.args[0].kind == "selector"))


def _term(form: Form) -> _Term | None:
    """(number, scalars, chain of matrix factors) of a term; ``None`` for a scalar."""
    coef, scalars, body = m.unscale(form)
    if body is None:
        return None
    return coef, scalars, body.args if body.kind == "mul" else (body,)


def _without(term: _Term, side: int) -> Form:
    """The term without its first or last factor; the identity where nothing else is left."""
    coef, scalars, chain = term
    rest = chain[1:] if side == 0 else chain[:-1]
    if rest:
        return m.scaled(coef, scalars, m.product(*rest))
    dim = chain[0].cols if side == 0 else chain[0].rows
    if dim is None:
        raise CannotRaise("a vector has no identity beside it")
    return m.scaled(coef, scalars, m.identity(dim))


def _common_scalars(form: Form) -> Form | None:
    """2 c A - 4 c B = 2 c (A - 2 B);  A/2 - B/2 = (A - B)/2;  -A - B = -(A + B)"""
    parts = [m.unscale(arg) for arg in form.args]
    if any(body is None or not coef for coef, _, body in parts):
        return None
    lows = {coef.denominator for coef, _, _ in parts}
    content = Fraction(gcd(*(coef.numerator for coef, _, _ in parts)), lows.pop() if len(lows) == 1 else 1)
    if all(coef < 0 for coef, _, _ in parts):
        content = -content
    shared = list(reduce(and_, (Counter(scalars) for _, scalars, _ in parts)).elements())
    if content == 1 and not shared:
        return None
    rest = [
        m.scaled(coef / content, list((Counter(scalars) - Counter(shared)).elements()), body)
        for coef, scalars, body in parts
    ]
    return m.scaled(content, shared, m.total(rest))


def _factor_of_some(form: Form) -> Form | None:
    """A x + y + B x = (A + B) x + y: terms that differ by one factor and a sign."""
    terms = [_term(arg) for arg in form.args]
    for side in (-1, 0):
        groups: dict[object, list[int]] = {}
        for k, term in enumerate(terms):
            shared = _end(term, side) if term is not None else ()
            if term is not None and shared:
                key = abs(term[0]), frozenset(Counter(term[1]).items()), shared
                groups.setdefault(key, []).append(k)
        for chosen in groups.values():
            found = _merged_terms(form, terms, chosen, side) if 1 < len(chosen) < len(terms) else None
            if found is not None:
                return found
    return None


def _end(term: _Term, side: int) -> tuple[Form, ...]:
    """All of a term but one matrix at its other side: x x' of A x x'."""
    chain = term[2]
    rest, first = (chain[:-1], chain[-1]) if side == 0 else (chain[1:], chain[0])
    is_square = first.rows is not None and first.rows == first.cols and first.kind not in ("diag", "selector")
    return rest if rest and is_square else ()


def _merged_terms(form: Form, terms: list[_Term | None], chosen: list[int], side: int) -> Form | None:
    known = [term for k in chosen if (term := terms[k]) is not None]
    shared = _end(known[0], side)
    coef, scalars, _ = known[0]
    if len({term[2] for term in known}) < len(known):
        return None
    heads = [m.scaled(term[0] / coef, (), term[2][-1 if side == 0 else 0]) for term in known]
    try:
        inside = m.total(heads)
        merged = m.scaled(coef, scalars, m.product(*shared, inside) if side == 0 else m.product(inside, *shared))
    except CannotRaise:
        return None
    others = [arg for k, arg in enumerate(form.args) if k not in chosen]
    return m.total([*others[: chosen[0]], merged, *others[chosen[0] :]])


def _transpose_beside(form: Form) -> Form | None:
    """A' + B + A = A + A' + B: the transpose of a term stands right after the term."""
    for k, arg in enumerate(form.args):
        flipped = m.transposed(arg)
        if flipped == arg or flipped not in form.args[k + 1 :]:
            continue
        place = form.args.index(flipped, k + 1)
        pair = sorted((arg, flipped), key=m.count_transposes)
        rest = [a for n, a in enumerate(form.args) if n not in (k, place)]
        args = (*rest[:k], *pair, *rest[k:])
        if args != form.args:
            return Form("add", args, None, form.rows, form.cols, form.symmetric)
    return None


def _sum_of_rows(form: Form) -> Form | None:
    """x' - z' = (x - z)'"""
    bodies = [m.unscale(arg)[2] for arg in form.args]
    if form.rows is None and form.cols is not None and all(b is not None and b.kind == "T" for b in bodies):
        return m.transposed(m.total([m.transposed(arg) for arg in form.args]))
    return None


def _outer_sum(form: Form) -> Form | None:
    """(u - v) w' + v w' = u w', where like terms of a Hessian meet, or a term meets its transpose"""
    terms: list[Form] = []
    for arg in form.args:
        coef, scalars, body = m.unscale(arg)
        inner = _sum_of_column(body)
        if inner is None or body is None:
            terms.append(arg)
        else:
            terms += [m.scaled(coef, scalars, m.product(part, *body.args[1:])) for part in inner.args]
    if len(terms) == len(form.args):
        return None
    merged: dict[tuple[tuple[Form, ...], Form | None], Fraction] = {}
    for term in terms:
        coef, scalars, body = m.unscale(term)
        key = tuple(sorted(scalars, key=repr)), body
        merged[key] = merged.get(key, Fraction(0)) + coef
    kept = [m.scaled(coef, scalars, body) for (scalars, body), coef in merged.items() if coef]
    meets = len(kept) < len(terms) or any(_meets_transpose(term, kept) for term in kept if term not in form.args)
    return m.total(kept) if len(kept) > 1 and meets else None


def _meets_transpose(term: Form, terms: list[Form]) -> bool:
    flipped = m.transposed(term)
    return flipped != term and flipped in terms


def _sum_of_column(body: Form | None) -> Form | None:
    """The sum u - v of an outer product (u - v) w'; ``None`` where that is not the form, or u is itself no product."""
    if body is None or body.kind != "mul" or body.cols is None or body.rows is None:
        return None
    _, _, inner = m.unscale(body.args[0])
    is_column = inner is not None and inner.kind == "add" and inner is body.args[0] and inner.cols is None
    return inner if is_column else None


# ---- products --------------------------------------------------------------------------------------------------------
def _centered_diagonal(form: Form) -> Form | None:
    """(I - u 1') diag(v) = diag(v) - u v';  diag(v) (I - 1 u') = diag(v) - v u'"""
    for k, (a, b) in enumerate(zip(form.args, form.args[1:], strict=False)):
        merged = _merged(a, b)
        if merged is not None:
            return m.product(*form.args[:k], merged, *form.args[k + 2 :])
    return None


def _merged(a: Form, b: Form) -> Form | None:
    if a.kind == "add" and b.kind == "diag" and _is_centering(a, -1):
        return m.total([m.product(term, b) if not _touches_ones(term, -1) else _into(term, b, -1) for term in a.args])
    if a.kind == "diag" and b.kind == "add" and _is_centering(b, 0):
        return m.total([m.product(a, term) if not _touches_ones(term, 0) else _into(term, a, 0) for term in b.args])
    return None


def _is_centering(form: Form, side: int) -> bool:
    """Whether a sum is the identity and outer products that end (or begin) in ones."""
    bodies = [m.unscale(term)[2] for term in form.args]
    kinds = [body is not None and (body.kind == "eye" or _touches_ones(body, side)) for body in bodies]
    return all(kinds) and any(body is not None and body.kind == "eye" for body in bodies)


def _touches_ones(form: Form, side: int) -> bool:
    body = m.unscale(form)[2]
    return body is not None and body.kind == "mul" and len(body.args) > 1 and m.is_ones(body.args[side])


def _into(term: Form, diagonal: Form, side: int) -> Form:
    """u 1' diag(v) = u v'"""
    coef, scalars, body = m.unscale(term)
    assert body is not None
    vector = diagonal.args[0]
    if side == -1:
        return m.scaled(coef, scalars, m.product(*body.args[:-1], m.transposed(vector)))
    return m.scaled(coef, scalars, m.product(vector, *body.args[1:]))


def _scaled_ones(form: Form) -> Form | None:
    """diag(u) (1 x' - 1 y') = u (x - y)';  (x 1' - y 1') diag(u) = (x - y) u'"""
    for k, (a, b) in enumerate(zip(form.args, form.args[1:], strict=False)):
        for diagonal, total, side in ((a, b, 0), (b, a, -1)):
            terms = [_term(arg) for arg in total.args] if total.kind == "add" and diagonal.kind == "diag" else []
            known = [t for t in terms if t is not None and len(t[2]) > 1 and m.is_ones(t[2][side])]
            if not terms or len(known) < len(terms):
                continue
            rest = m.total([_without(term, side) for term in known])
            vector = diagonal.args[0]
            merged = m.product(vector, rest) if side == 0 else m.product(rest, m.transposed(vector))
            return m.product(*form.args[:k], merged, *form.args[k + 2 :])
    return None


_RULES: dict[str, tuple[Callable[[Form], Form | None], ...]] = {
    "add": (_transpose_beside, _sum_of_rows, _common_factor, _common_scalars, _outer_sum, _factor_of_some),
    "mul": (_centered_diagonal, _scaled_ones),
}
