"""Expectations by numbers: sums and integrals over named laws of numbers, at one point of the parameters."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np

from symml.calculus.moments.laws import Model
from symml.calculus.moments.support import exact, number, support_of
from symml.calculus.numeric import approximate
from symml.calculus.sampling import Point
from symml.errors import SymmlError
from symml.expr.binders import opened
from symml.expr.nodes import Expr, constant, symbol_node
from symml.expr.scoped import Expectation
from symml.expr.walk import substitute, topological

_DIGITS = 25
_LIMIT = 1e-7


def by_quadrature(root: Expr, model: Model, point: Point) -> Any:
    """The number ``root`` at a point of its parameters, each of its expectations summed or integrated.

    Raises:
        SymmlError: An expectation is over several symbols or arrays, has no named law, or does not settle.
    """
    if root.shape:
        raise SymmlError("arrays are not integrated")
    done: dict[Expr, Expr] = {}
    for node in topological(root):
        if isinstance(node, Expectation):
            present = {part: done[part] for part in topological(node) if part in done and part is not node}
            done[node] = _mean(substitute(node, dict(present)) if present else node, model, point)
    whole = substitute(root, dict(done)) if done else root
    return number(whole, point)


def _mean(node: Expr, model: Model, point: Point) -> Expr:
    if not isinstance(node, Expectation):
        return node
    if node.given or node.parameters or len(node.variables) != 1:
        raise SymmlError("this expectation is not integrated")
    variable = node.variables[0]
    symbol = symbol_node(variable.name, variable.shape, variable.domain)
    law = model.laws.get(symbol)
    support = None if law is None or law.distribution is None else support_of(symbol, law)
    if law is None or support is None or law.distribution is None:
        raise SymmlError("this expectation is not integrated")
    body = opened(node, [symbol]) * law.distribution.density(symbol, *law.parameters)

    def weight(t: Any) -> list[Any]:
        return [_value(body, point.replaced(symbol, np.array(exact(t), dtype=object)))]

    (value,), error = support.mean(weight, point)
    if not mpmath.isfinite(value) or error > _LIMIT * max(1, abs(value)):
        raise SymmlError("the integral does not settle")
    return constant(exact(mpmath.re(value)))


def _value(node: Expr, point: Point) -> Any:
    value = np.asarray(approximate(node, point, _DIGITS), dtype=object).item()
    if value is None:
        raise SymmlError(f"{node} has no value at {point}")
    return value
