"""What the SymPy process can be asked; it runs there, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symml.calculus import worker


def serve() -> None:
    """Answers requests from standard input until it ends."""
    worker.serve(_TASKS)


def closed_form(expr: Any, units: tuple[Any, ...]) -> tuple[Any, Any] | None:
    """Sums and integrals carried out: the value and the condition under which SymPy gives it.

    Args:
        expr: A SymPy expression with sums and integrals.
        units: Symbols that lie strictly between 0 and 1.
    """
    import sympy as S

    value, condition = S.piecewise_fold(expr.doit()), S.true
    if isinstance(value, S.Piecewise):
        value, condition = value.args[0].args
        condition = _settled(condition, units)
    if value.has(S.Sum, S.Integral, S.Piecewise, S.nan, S.zoo, S.oo, S.I):
        value = S.simplify(value)
        if value.has(S.Sum, S.Integral, S.Piecewise, S.nan, S.zoo, S.oo, S.I):
            return None
    return S.gammasimp(value) if value.has(S.gamma, S.factorial, S.binomial) else value, condition


def _settled(condition: Any, units: tuple[Any, ...]) -> Any:
    """The condition where each of these symbols lies between 0 and 1."""
    import sympy as S

    known: dict[Any, Any] = {
        "limit": limit,
    }
    for r in units:
        known |= {S.Abs(r) < 1: S.true, r < 1: S.true, r > 0: S.true, S.Abs(r) > 1: S.false, S.Ne(r, 1): S.true}
        known |= {S.Abs(r) <= 1: S.true, r <= 1: S.true, r >= 0: S.true}
    return condition.xreplace(known)


def solve(equations: list[Any], unknowns: list[Any]) -> list[dict[Any, Any]]:
    """The solutions of a system, as mappings from unknowns to values."""
    import sympy as S

    return list(S.solve(equations, unknowns, dict=True))


def simplify(expr: Any) -> Any:
    """SymPy's simplification."""
    import sympy as S

    return S.simplify(expr)


def limit(expr: Any, variable: Any, place: Any, side: str, target: Any) -> tuple[str, bool]:
    """The limit as text, and whether it is the target."""
    import sympy as S

    found = S.limit(expr, variable, place, "+" if place.is_infinite else side)
    return str(found), bool(found == target or S.simplify(found - target) == 0)


def ready() -> bool:
    """Answers once SymPy is loaded."""
    import sympy

    return bool(sympy.__version__)


_TASKS: dict[str, Callable[..., Any]] = {
    "ready": ready,
    "closed_form": closed_form,
    "limit": limit,
    "solve": solve,
    "simplify": simplify,
}
