"""Limits, decided by SymPy in its own process, which is ended when the time is up."""

from __future__ import annotations

from symml.calculus.differentiate import evaluate_derivatives
from symml.calculus.sympy_process import ask_sympy
from symml.catalog.sympy_form import place as sympy_place
from symml.expr.nodes import Expr, Symbol
from symml.expr.sympy_bridge import to_sympy
from symml.proof.verdict import Evidence, Verdict
from symml.render.text import text

_SECONDS = 20.0


def verify_limit(expr: Expr, value: Expr, variable: Symbol, place: str) -> Verdict:
    """Whether ``expr`` approaches ``value`` as ``variable`` goes to ``place``.

    Args:
        expr: A scalar expression.
        value: The supposed limit, free of the variable.
        variable: The variable.
        place: ``oo``, ``-oo``, a number, or a number followed by ``+`` or ``-`` for a limit from one side.
    """
    claim = f"lim {variable.name}→{place} {text(expr)} = {text(value)}"
    form, target = to_sympy(evaluate_derivatives(expr)), to_sympy(evaluate_derivatives(value))
    name = next((s for s in form.free_symbols if str(s) == variable.name), None)
    if name is None:
        return Verdict("not_understood", claim, f"{variable.name} does not occur")
    found = ask_sympy("limit", form, name, *sympy_place(place), target, seconds=_SECONDS)
    if found is None:
        return Verdict("not_understood", claim, f"SymPy found no limit in {_SECONDS:.0f} seconds")
    limit, agrees = found
    shown = f"SymPy's limit is {limit}"
    if agrees:
        return Verdict("proved", claim, shown, (Evidence("limit", shown),))
    return Verdict("not_understood", claim, f"{shown}, which could not be shown to be {text(value)}")
