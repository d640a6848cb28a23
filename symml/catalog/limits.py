"""Limits, decided by SymPy in a process of its own that is ended when the time is up."""

from __future__ import annotations

import pickle
import subprocess
import sys
from typing import Any

from symml.calculus.differentiate import evaluate_derivatives
from symml.catalog.sympy_form import place as sympy_place
from symml.expr.nodes import Expr, Symbol
from symml.expr.sympy_bridge import to_sympy
from symml.proof.verdict import Evidence, Verdict
from symml.render.text import text

_SECONDS = 30.0


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
    found = _in_a_process((form, name, *sympy_place(place), target))
    if found is None:
        return Verdict("not_understood", claim, f"SymPy found no limit in {_SECONDS:.0f} seconds")
    value_found, agrees = found
    shown = f"SymPy's limit is {value_found}"
    if agrees:
        return Verdict("proved", claim, shown, (Evidence("limit", shown),))
    return Verdict("not_understood", claim, f"{shown}, which could not be shown to be {text(value)}")


def _in_a_process(task: tuple[Any, ...]) -> tuple[str, bool] | None:
    """The limit as text and whether it is the target; ``None`` when SymPy fails or the time is up."""
    command = [sys.executable, "-m", "symml.catalog.limits"]
    try:
        done = subprocess.run(command, input=pickle.dumps(task), capture_output=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return None
    return pickle.loads(done.stdout) if done.returncode == 0 else None


def _solve(task: tuple[Any, ...]) -> tuple[str, bool]:
    """SymPy's answer; runs in the child process."""
    import sympy

    form, name, place, side, target = task
    found = sympy.limit(form, name, place, "+" if place.is_infinite else side)
    return str(found), bool(found == target or sympy.simplify(found - target) == 0)


if __name__ == "__main__":
    sys.stdout.buffer.write(pickle.dumps(_solve(pickle.load(sys.stdin.buffer))))
