"""Assumptions about one symbol under which a claim that is false as it stands may be true."""

from __future__ import annotations

from symml.expr.nodes import Symbol


def assumptions_of(symbol: Symbol) -> list[tuple[str, str]]:
    """(domain, words) of the assumptions worth trying for a symbol."""
    name = symbol.name
    found: list[tuple[str, str]] = []
    if symbol.domain.name in ("real", "nonzero"):
        found += [("nonnegative", f"{name} >= 0"), ("positive", f"{name} > 0")]
        found.append(("sign", f"the entries of {name} are -1 or 1"))
        if len(symbol.shape) in (1, 2):
            found.append(("onehot", f"{name} is one-hot"))
    if symbol.domain.name in ("real", "positive", "nonnegative", "probability", "unit") and len(symbol.shape) == 1:
        found.append(("simplex", f"{name} sums to one"))
    square = len(symbol.shape) == 2 and symbol.shape[0] == symbol.shape[1]
    if square and symbol.domain.name == "real":
        found.append(("symmetric", f"{name} is symmetric"))
    if square and symbol.domain.name in ("real", "invertible"):
        found += [("spd", f"{name} is symmetric positive definite"), ("diagonal", f"{name} is diagonal")]
        found.append(("orthogonal", f"{name} is orthogonal"))
    return found
