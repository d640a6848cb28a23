"""Undefined functions ``f``, ``g`` ... with their formal derivatives: what general rules are stated with."""

from __future__ import annotations

from functools import cache
from typing import Any

from symml.expr.function import Function, Slope


def undefined(name: str, arity: int = 1) -> Function:
    """A function of which nothing is known but its name: ``f(x)``, whose slope is ``f'(x)``."""
    return _row(name, (0,) * arity)


@cache
def _row(name: str, orders: tuple[int, ...]) -> Function:
    arity = len(orders)

    def slope(position: int) -> Slope:
        raised = tuple(order + (i == position) for i, order in enumerate(orders))
        return lambda *args: _row(name, raised)(*args[:-1])

    def sympy(S: Any, *args: Any) -> Any:
        base = S.Function(name)
        if not any(orders):
            return base(*args)
        dummies = S.symbols(f"xi:{arity}", cls=S.Dummy)
        whole = S.Derivative(base(*dummies), *((dummies[i], k) for i, k in enumerate(orders) if k))
        if arity == 1 and args[0].is_Symbol:
            return whole.subs(dummies[0], args[0])
        return S.Subs(whole, dummies, args)

    text = name + "'" * orders[0] if arity == 1 else name + "".join(f"_{i + 1}" * k for i, k in enumerate(orders))
    return Function(text, text, slopes=tuple(slope(i) for i in range(arity)), sympy=sympy, undefined=True)
