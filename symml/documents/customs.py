"""What a text may take for granted of names that it does not declare: p sums to one, lambda is positive, Q orthogonal.

A claim that fails for all numbers is tried again under such an assumption before it is called wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

from symml.expr.nodes import Symbol

_PROBABILITIES = re.compile(r"[pqPQ]|pi|\\pi")
_SHARES = re.compile(r"[pqtu]|pi|alpha|beta|gamma|rho|theta")
_POSITIVE = re.compile(r"lam|eps|sigma|tau|kappa|eta|nu|gamma|alpha|beta|delta|theta|mu|[abcknmsdhrLKNTC]")
_ORTHOGONAL = re.compile(r"[QUV]")
# Covariances, kernels and precisions; a transpose that matters for other matrices is never taken for granted.
_SYMMETRIC = re.compile(r"[SKPRCΣ]|Sigma|Lambda|Omega|Psi")
_WORDS = {
    "simplex": "is a vector of probabilities", "probability": "lies in [0, 1]", "unit": "lies strictly between 0 and 1",
    "positive": "is positive", "spd": "is symmetric positive definite",
    "orthogonal": "is orthogonal",
}  # fmt: skip
Assumption = tuple[dict[str, str], str]


def assumptions(symbols: Sequence[Symbol], variables: frozenset[str]) -> Iterator[Assumption]:
    """(declarations, words) of what may be taken for granted, the most customary first.

    Args:
        symbols: The symbols that nobody declared.
        variables: The names by which something is differentiated: their signs and sums are left open.
    """
    free = [symbol for symbol in symbols if symbol.name not in variables]
    seen: list[dict[str, str]] = []
    for chosen in (
        {s.name: _customary(s) for s in free},
        {s.name: _customary(s) or ("positive" if not s.shape else "") for s in free},
        {s.name: "positive" for s in free},
        {s.name: "unit" if not s.shape else "positive" for s in free},
        {s.name: "spd" for s in symbols if _is_square(s) and _SYMMETRIC.fullmatch(s.name)},
        {s.name: "orthogonal" for s in free if len(s.shape) == 2 and _ORTHOGONAL.fullmatch(s.name)},
    ):
        domains = {name: domain for name, domain in chosen.items() if domain}
        if domains and domains not in seen:
            seen.append(domains)
            yield _declared(symbols, domains), _said(domains)
    yield from _other_sizes(symbols)


def _other_sizes(symbols: Sequence[Symbol]) -> Iterator[Assumption]:
    """Matrices that are square, and the letters for sizes exchanged: which axis is n was a guess."""
    oblong = [s.name for s in symbols if len(s.shape) == 2 and not _is_square(s)]
    if oblong:
        yield dict.fromkeys(oblong, "r r"), ", ".join(f"{name} is square" for name in oblong)
    letters = sorted({str(dim) for s in symbols for dim in s.shape if str(dim).isalpha()})
    for one, other in combinations(letters, 2):
        swapped = {one: other, other: one}
        shapes = {s.name: " ".join(swapped.get(str(dim), str(dim)) for dim in s.shape) for s in symbols if s.shape}
        yield (
            {name: f"{shape} real" for name, shape in shapes.items()},
            "the shapes are " + ", ".join(f"{name}: {shape}" for name, shape in shapes.items()),
        )


def _customary(symbol: Symbol) -> str:
    """The domain that a letter has by custom; empty where it has none."""
    if len(symbol.shape) == 1 and _PROBABILITIES.fullmatch(symbol.name):
        return "simplex"
    if not symbol.shape and _SHARES.fullmatch(symbol.name) and symbol.name in ("p", "q", "t", "u", "pi"):
        return "unit"
    return "positive" if not symbol.shape and _POSITIVE.fullmatch(symbol.name) else ""


def _is_square(symbol: Symbol) -> bool:
    return len(symbol.shape) == 2 and symbol.shape[0] == symbol.shape[1]


def _declared(symbols: Sequence[Symbol], domains: dict[str, str]) -> dict[str, str]:
    """Declarations with these domains; beside a matrix that becomes square, shapes are inferred anew."""
    if "orthogonal" in domains.values():
        return dict.fromkeys(domains, "r r orthogonal")
    shapes = {s.name: " ".join(str(dim).replace(" ", "") for dim in s.shape) for s in symbols}
    return {name: f"{shape} {domains.get(name, 'real')}".strip() for name, shape in shapes.items()}


def _said(domains: dict[str, str]) -> str:
    return ", ".join(f"{name} {_WORDS[domain]}" for name, domain in domains.items())
