"""Domains: what is known about a symbol's entries, how they are printed, and how points are drawn from them.

A domain is a row: the facts that provers may use, the LaTeX of ``x in ...``, a sampler of exact rational points and the
special points (ends, ties, zero) that a careful reader would try first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from math import prod
from random import Random

from symml.errors import DeclarationError

Values = list[Fraction]
Sampler = Callable[[Random, tuple[int, ...]], Values]


@dataclass(frozen=True, eq=False)
class Domain:
    """What is known of a symbol's entries.

    Args:
        name: The word in a declaration, such as ``positive``.
        latex: The set, as it is printed after the membership sign.
        sample: Draws the entries of an array in row-major order, as exact fractions.
        facts: The properties that rules may use.
        special: Entries worth trying first; only for domains that are declared entry by entry.
        open: The domain without its equations (``S = S'``, ``1'p = 1`` ...): where an unstructured derivative lives.
    """

    name: str
    latex: str
    sample: Sampler
    facts: frozenset[str] = frozenset()
    special: tuple[Fraction, ...] = ()
    open: str = ""
    square: bool = field(default=False)

    def __repr__(self) -> str:
        return self.name


def _fraction(rng: Random, low: int, high: int) -> Fraction:
    return Fraction(rng.randint(64 * low, 64 * high), 64)


def _entries(draw: Callable[[Random], Fraction]) -> Sampler:
    return lambda rng, shape: [draw(rng) for _ in range(prod(shape))]


def _nonzero(rng: Random) -> Fraction:
    return rng.choice((-1, 1)) * (_fraction(rng, 0, 3) + Fraction(1, 64))


def _rows(draw: Callable[[Random, int], Values]) -> Sampler:
    """A sampler that draws the last axis as one piece."""
    return lambda rng, shape: [v for _ in range(prod(shape[:-1])) for v in draw(rng, shape[-1])]


def _onehot(rng: Random, k: int) -> Values:
    hot = rng.randrange(k)
    return [Fraction(int(i == hot)) for i in range(k)]


def _simplex(rng: Random, k: int) -> Values:
    weights = [rng.randint(1, 64) for _ in range(k)]
    return [Fraction(w, sum(weights)) for w in weights]


def _matrices(draw: Callable[[Random, int], list[Values]]) -> Sampler:
    """A sampler that draws the last two axes, a square matrix, as one piece."""
    return lambda rng, shape: [v for _ in range(prod(shape[:-2])) for row in draw(rng, shape[-1]) for v in row]


def _general(rng: Random, n: int) -> list[Values]:
    return [[_fraction(rng, -2, 2) for _ in range(n)] for _ in range(n)]


def _inner(a: Values, b: Values) -> Fraction:
    return sum((x * y for x, y in zip(a, b, strict=True)), Fraction(0))


def _gram(rng: Random, n: int, ridge: int) -> list[Values]:
    a = _general(rng, n)
    return [[_inner(a[i], a[j]) + ridge * (i == j) for j in range(n)] for i in range(n)]


def _symmetric(rng: Random, n: int) -> list[Values]:
    a = _general(rng, n)
    return [[a[max(i, j)][min(i, j)] for j in range(n)] for i in range(n)]


def _invertible(rng: Random, n: int) -> list[Values]:
    """Rows dominated by the diagonal, far from symmetric."""
    a = _general(rng, n)
    return [[a[i][j] + (2 * n + 1) * (i == j) for j in range(n)] for i in range(n)]


def _reflection(rng: Random, n: int) -> list[Values]:
    """A product of n or n - 1 Householder reflections: rational, of either determinant, not symmetric (n > 2)."""
    q = [[Fraction(int(i == j)) for j in range(n)] for i in range(n)]
    for _ in range(n - rng.randint(0, 1)):
        v = [Fraction(rng.randint(1, 5) * rng.choice((-1, 1))) for _ in range(n)]
        norm = _inner(v, v)
        for i, row in enumerate(q):
            along = 2 * _inner(row, v) / norm
            q[i] = [r - along * c for r, c in zip(row, v, strict=True)]
    return q


def _diagonal(rng: Random, n: int) -> list[Values]:
    return [[_nonzero(rng) if i == j else Fraction(0) for j in range(n)] for i in range(n)]


_HALF = Fraction(1, 2)
_REALS = (Fraction(0), Fraction(1), Fraction(-1), Fraction(2), -_HALF)
_POSITIVES = (Fraction(1), Fraction(2), _HALF)
_ROWS = (
    Domain("real", r"\mathbb{R}", _entries(lambda r: _fraction(r, -3, 3)), special=_REALS),
    Domain("nonzero", r"\mathbb{R}\setminus\{0\}", _entries(_nonzero), frozenset({"nonzero"}), _REALS[1:]),
    Domain(
        "positive",
        r"\mathbb{R}_{>0}",
        _entries(lambda r: _fraction(r, 0, 3) + Fraction(1, 64)),
        frozenset({"positive", "nonnegative", "nonzero"}),
        _POSITIVES,
    ),
    Domain(
        "nonnegative",
        r"\mathbb{R}_{\ge 0}",
        _entries(lambda r: _fraction(r, 0, 3)),
        frozenset({"nonnegative"}),
        (Fraction(0), *_POSITIVES),
    ),
    Domain(
        "unit",
        "(0, 1)",
        _entries(lambda r: Fraction(r.randint(1, 63), 64)),
        frozenset({"unit", "probability", "positive", "nonnegative", "nonzero"}),
        (_HALF,),
    ),
    Domain(
        "probability",
        "[0, 1]",
        _entries(lambda r: Fraction(r.randint(0, 64), 64)),
        frozenset({"probability", "nonnegative"}),
        (Fraction(0), Fraction(1), _HALF),
    ),
    Domain(
        "random",
        r"\mathbb{R}",
        _entries(lambda r: _fraction(r, -3, 3)),
        frozenset({"random"}),
        _REALS,
    ),
    Domain(
        "integer",
        r"\mathbb{Z}",
        _entries(lambda r: Fraction(r.randint(-5, 5))),
        frozenset({"integer"}),
        _REALS[:4],
        open="real",
    ),
    Domain(
        "sign",
        r"\{-1, 1\}",
        _entries(lambda r: Fraction(r.choice((-1, 1)))),
        frozenset({"sign", "nonzero", "integer"}),
        (Fraction(1), Fraction(-1)),
        open="nonzero",
    ),
    Domain(
        "binary",
        r"\{0, 1\}",
        _entries(lambda r: Fraction(r.randint(0, 1))),
        frozenset({"binary", "probability", "nonnegative", "integer"}),
        (Fraction(0), Fraction(1)),
        open="probability",
    ),
    Domain(
        "onehot",
        r"\{e_1, \dots, e_k\}",
        _rows(_onehot),
        frozenset({"onehot", "binary", "probability", "nonnegative", "integer", "rows_sum_to_one"}),
        open="nonnegative",
    ),
    Domain(
        "simplex",
        r"\Delta",
        _rows(_simplex),
        frozenset({"positive", "nonnegative", "nonzero", "probability", "rows_sum_to_one"}),
        open="positive",
    ),
    Domain(
        "label",
        r"\{0, 1, \dots\}",
        _entries(lambda r: Fraction(r.randint(0, 1))),
        frozenset({"label", "nonnegative", "integer"}),
        open="nonnegative",
    ),
    Domain("symmetric", r"\mathbb{S}", _matrices(_symmetric), frozenset({"symmetric"}), open="real", square=True),
    Domain(
        "spd",
        r"\mathbb{S}_{++}",
        _matrices(lambda r, n: _gram(r, n, 1)),
        frozenset({"symmetric", "spd", "psd", "invertible"}),
        open="invertible",
        square=True,
    ),
    Domain(
        "psd",
        r"\mathbb{S}_{+}",
        _matrices(lambda r, n: _gram(r, n, 0)),
        frozenset({"symmetric", "psd"}),
        open="real",
        square=True,
    ),
    Domain(
        "invertible",
        r"\mathrm{GL}",
        _matrices(_invertible),
        frozenset({"invertible"}),
        square=True,
    ),
    Domain(
        "orthogonal",
        r"\mathrm{O}",
        _matrices(_reflection),
        frozenset({"orthogonal", "invertible"}),
        open="invertible",
        square=True,
    ),
    Domain(
        "diagonal",
        r"\mathrm{D}",
        _matrices(_diagonal),
        frozenset({"symmetric", "diagonal", "invertible"}),
        open="invertible",
        square=True,
    ),
)
DOMAINS: dict[str, Domain] = {row.name: row for row in _ROWS}
REAL = DOMAINS["real"]


def domain(name: str) -> Domain:
    """The domain called ``name``.

    Raises:
        DeclarationError: There is no domain of that name.
    """
    found = DOMAINS.get(name.lower())
    if found is None:
        raise DeclarationError(f"{name!r} is not a domain", cure="domains are: " + ", ".join(sorted(DOMAINS)))
    return found


def internal(name: str, latex: str, facts: set[str]) -> Domain:
    """A domain of bound variables, which nobody declares and nothing draws points from."""
    return Domain(name, latex, _entries(lambda r: Fraction(r.randint(1, 9))), frozenset(facts))


def unstructured(d: Domain) -> Domain:
    """The domain without its equations, on which an unstructured derivative is taken."""
    return DOMAINS[d.open] if d.open else d


def special_points(d: Domain, shape: tuple[int, ...], limit: int = 8) -> list[Values]:
    """Small arrays of special entries: all equal first, then mixtures."""
    size = prod(shape)
    points = [[value] * size for value in d.special]
    if 1 < size <= 3:
        points += [list(mix) for mix in product(d.special, repeat=size) if len(set(mix)) > 1]
    return points[:limit]
