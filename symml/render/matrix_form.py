"""Typed matrix notation: every constructor checks rows and columns, so a lost transpose cannot be written.

A column vector is ``(n, None)``, a row ``(None, n)``, a scalar ``(None, None)``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from symml.expr.dims import Dim
from symml.render.names import DIFFERENTIAL

Side = Dim | None


class CannotRaise(Exception):
    """The expression has no matrix notation: it is printed with indices."""


@dataclass(frozen=True)
class Form:
    """A formula in matrix notation.

    Attributes:
        kind: One of sym, num, named, ones, eye, basis, triangle, T, mul, had, scale, add, diag, diagof, tr, dot,
            norm, norm2, pow, fun, array, along, linalg, entry, slice, cumsum.
        args: The parts.
        value: What the kind needs besides: a name, a number, a function.
        rows: The dimension down, or None.
        cols: The dimension across, or None.
        symmetric: Whether it equals its transpose.
    """

    kind: str
    args: tuple[Form, ...] = ()
    value: Any = None
    rows: Side = None
    cols: Side = None
    symmetric: bool = False

    @property
    def shape(self) -> tuple[Side, Side]:
        """(rows, cols)."""
        return self.rows, self.cols

    @property
    def is_scalar(self) -> bool:
        """Whether it has neither rows nor columns."""
        return self.rows is None and self.cols is None


def number(value: Fraction | int) -> Form:
    """A rational number."""
    return Form("num", value=Fraction(value))


def ones(dim: Dim) -> Form:
    """The vector of ones."""
    return Form("ones", value=dim, rows=dim)


def unscale(a: Form) -> tuple[Fraction, tuple[Form, ...], Form | None]:
    """(number, scalar factors, the rest) of a formula; a scalar has no rest."""
    if a.kind == "scale":
        return a.value, a.args if a.is_scalar else a.args[:-1], None if a.is_scalar else a.args[-1]
    if a.kind == "num":
        return a.value, (), None
    return (Fraction(1), (a,), None) if a.is_scalar else (Fraction(1), (), a)


def scaled(coef: Fraction, scalars: tuple[Form, ...] | list[Form], body: Form | None) -> Form:
    """``coef * scalars * body``; nested scales are collected."""
    flat: list[Form] = []
    todo = list(scalars)
    if body is not None:
        c, more, body = unscale(body)
        coef, todo = coef * c, todo + list(more)
    while todo:
        c, more, rest = unscale(todo.pop(0))
        if rest is not None:
            raise CannotRaise("a matrix where a scalar is needed")
        coef *= c
        flat += more
    if body is None:
        if not flat:
            return number(coef)
        return flat[0] if coef == 1 and len(flat) == 1 else Form("scale", tuple(flat), coef)
    if coef == 1 and not flat:
        return body
    return Form("scale", (*flat, body), coef, *body.shape, symmetric=body.symmetric)


def transposed(a: Form) -> Form:
    """The transpose, pushed inward through products and scalings."""
    if a.symmetric or a.is_scalar:
        return a
    if a.kind == "T":
        return a.args[0]
    if a.kind == "mul":
        return product(*[transposed(x) for x in reversed(a.args)])
    if a.kind == "scale":
        c, scalars, body = unscale(a)
        assert body is not None
        return scaled(c, scalars, transposed(body))
    return Form("T", (a,), None, a.cols, a.rows)


def product(*factors: Form) -> Form:
    """A matrix product; numbers and scalars come to the front, identities vanish."""
    coef = Fraction(1)
    scalars: list[Form] = []
    chain: list[Form] = []
    for factor in factors:
        c, more, body = unscale(factor)
        coef *= c
        scalars += more
        if body is not None and body.kind != "eye":
            chain += body.args if body.kind == "mul" else (body,)
    if not chain:
        chain = [next(f for f in (unscale(x)[2] for x in factors) if f is not None)]
    for a, b in pairwise(chain):
        if a.cols != b.rows:
            raise CannotRaise(f"{a.shape} @ {b.shape}")
    if len(chain) == 3 and is_ones(chain[0]) and is_ones(chain[2]) and chain[1].kind == "pow" and chain[1].value == 2:
        return scaled(coef, [*scalars, Form("norm2", chain[1].args)], None)
    chain = _running_sums(chain)
    body = chain[0] if len(chain) == 1 else Form("mul", tuple(chain), None, chain[0].rows, chain[-1].cols)
    return scaled(coef, scalars, body)


def _running_sums(chain: list[Form]) -> list[Form]:
    """The factors of a product where a lower triangle of ones before a vector is its running sum."""
    for k, a in enumerate(chain[:-1]):
        rest = chain[k + 1 :]
        is_running = a.kind == "triangle" and a.value == ("tril", 0) and a.rows == a.cols
        if is_running and rest[-1].cols is None and not any(b.kind == "triangle" for b in rest):
            return [*chain[:k], Form("cumsum", (product(*rest),), None, a.rows)]
    return chain


def hadamard(factors: list[Form]) -> Form:
    """The elementwise product of arrays of one shape."""
    coef = Fraction(1)
    scalars: list[Form] = []
    flat: list[Form] = []
    for factor in factors:
        c, more, body = unscale(factor)
        coef *= c
        scalars += more
        if body is not None:
            flat += body.args if body.kind == "had" else (body,)
    flat = _squared([f for f in flat if not is_ones(f)] or flat[:1])
    if len({f.shape for f in flat}) != 1:
        raise CannotRaise("an elementwise product of " + str([f.shape for f in flat]))
    if any(f.kind == "eye" for f in flat):
        rest = [f for f in flat if f.kind != "eye"]
        return scaled(coef, scalars, diagonal(diagonal_of(hadamard(rest))) if rest else flat[0])
    body = flat[0] if len(flat) == 1 else Form("had", tuple(flat), None, *flat[0].shape)
    return scaled(coef, scalars, body)


def _squared(factors: list[Form]) -> list[Form]:
    """Equal symbols as one power."""
    counts = {f: factors.count(f) for f in factors}
    return [f if k == 1 or f.kind == "eye" else Form("pow", (f,), Fraction(k), *f.shape) for f, k in counts.items()]


def is_ones(a: Form) -> bool:
    """Whether every entry is one: the vector of ones, its transpose, or their outer product."""
    if a.kind == "T":
        return is_ones(a.args[0])
    return a.kind == "ones" or (
        a.kind == "mul" and a.rows is not None and all(is_ones(x) for x in a.args) and len(a.args) == 2
    )


def uniform(a: Form) -> Form | None:
    """The number that every entry of an array is; ``None`` where that is not so, or not seen."""
    if a.is_scalar:
        return None
    if a.kind == "add":
        parts = [uniform(part) for part in a.args]
        return None if any(part is None for part in parts) else total([part for part in parts if part is not None])
    if a.kind == "T":
        return uniform(a.args[0])
    coef, scalars, body = unscale(a)
    if body is not None and body.kind == "mul" and len(body.args) == 2 and body.args[0].cols is None:
        parts = [number(1) if is_ones(part) else uniform(part) for part in body.args]
        return None if any(p is None for p in parts) else scaled(coef, [*scalars, *(p for p in parts if p)], None)
    return scaled(coef, scalars, None) if body is not None and is_ones(body) else None


def diagonal(v: Form) -> Form:
    """The diagonal matrix of a vector."""
    coef, scalars, body = unscale(v)
    assert body is not None
    if body.kind == "ones":
        return scaled(coef, scalars, identity(body.value))
    return scaled(coef, scalars, Form("diag", (body,), None, body.rows, body.rows, True))


def identity(dim: Dim) -> Form:
    """The identity matrix."""
    return Form("eye", (), dim, dim, dim, True)


def diagonal_of(a: Form) -> Form:
    """The diagonal of a matrix as a vector."""
    return Form("diagof", (a,), None, a.rows)


def count_transposes(a: Form) -> int:
    """How many transposes are written; one of a differential counts for many, as it is what the rest is read off."""
    own = (5 if is_differential(a.args[0]) else 1) if a.kind == "T" else 0
    return own + sum(count_transposes(x) for x in a.args)


def is_differential(a: Form) -> bool:
    """Whether it is the differential of a symbol, such as dX."""
    return a.kind == "sym" and str(a.value).startswith(DIFFERENTIAL)


def inner(a: Form, b: Form) -> Form:
    """``a' b`` of two vectors."""
    if a == b:
        return Form("norm2", (a,))
    if b.kind == "ones":
        a, b = b, a
    if a.kind == "ones" and b.kind == "pow" and b.value == 2:
        return Form("norm2", b.args)
    return min((product(transposed(a), b), product(transposed(b), a)), key=count_transposes)


def trace_of(a: Form, b: Form) -> Form:
    """``tr(a' b)``."""
    if a == b:
        return Form("norm2", (a,))
    if is_ones(a) and b.kind == "pow" and b.value == 2:
        return Form("norm2", b.args)
    options = (
        product(transposed(a), b),
        product(a, transposed(b)),
        product(transposed(b), a),
        product(b, transposed(a)),
    )
    return trace(min(options, key=count_transposes))


def trace(a: Form) -> Form:
    """The trace; numbers and scalars come to the front."""
    coef, scalars, body = unscale(a)
    assert body is not None
    return scaled(coef, scalars, Form("tr", (_differential_last(body),)))


def _differential_last(a: Form) -> Form:
    """The cyclic order of a product in which its differential stands last: tr(A dX B) = tr(B A dX)."""
    places = [k for k, x in enumerate(a.args) if is_differential(x)] if a.kind == "mul" else []
    if len(places) != 1:
        return a
    cut = places[0] + 1
    return product(*a.args[cut:], *a.args[:cut])


def power(a: Form, exponent: Fraction) -> Form:
    """An elementwise power; the root of a squared norm is the norm."""
    if exponent.denominator == 2 and a.kind == "norm2":
        norm = Form("norm", a.args)
        return norm if exponent == Fraction(1, 2) else Form("pow", (norm,), 2 * exponent)
    return Form("pow", (a,), exponent, *a.shape, symmetric=a.symmetric)


def total(terms: list[Form]) -> Form:
    """A sum of formulas of one shape; sums inside are opened, a positive term goes first."""
    if len({t.shape for t in terms}) > 1:
        raise CannotRaise("a sum of " + str([t.shape for t in terms]))
    flat: list[Form] = []
    for term in terms:
        coef, scalars, body = unscale(term)
        inner_sum = body if body is not None else scalars[0] if len(scalars) == 1 else None
        if inner_sum is not None and inner_sum.kind == "add" and coef in (1, -1) and (body is None or not scalars):
            flat += [scaled(coef, (), t) for t in inner_sum.args]
        else:
            flat.append(term)
    first = next((k for k, t in enumerate(flat) if not is_negative(t)), 0)
    flat.insert(0, flat.pop(first))
    return Form("add", tuple(flat), None, *flat[0].shape, symmetric=_is_own_transpose(flat))


def _is_own_transpose(terms: list[Form]) -> bool:
    """Whether every term is symmetric or stands beside its transpose, as in A + A'."""
    if all(t.symmetric for t in terms):
        return True
    return terms[0].rows == terms[0].cols and Counter(terms) == Counter(map(transposed, terms))


def is_negative(a: Form) -> bool:
    """Whether a minus sign is written in front."""
    return a.kind in ("scale", "num") and a.value < 0
