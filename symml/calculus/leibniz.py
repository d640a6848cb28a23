"""Differentiation under the sign of a sum, an integral or an expectation, with Leibniz's boundary terms.

Exchanging the order is a step with a condition: the derivative of the body converges uniformly, or is dominated.
"""

from __future__ import annotations

from collections.abc import Callable

from symml.errors import NotDerivable
from symml.expr.arithmetic import scale, zeros
from symml.expr.binders import opened, over
from symml.expr.contract import contract
from symml.expr.nodes import Expr, add_node
from symml.expr.scoped import Binder, Bound, Expectation, Integral, Ranged, Series
from symml.expr.walk import depends_on

EXCHANGE = "the derivative of the body is dominated, so that it may be taken under the sign"
Differentiate = Callable[[Expr, Expr], Expr]


def under_the_sign(node: Binder, wrt: Expr, differentiate: Differentiate) -> Expr:
    """The derivative of a binder, with its axes, then those of ``wrt``.

    Raises:
        NotDerivable: An end of a sum, or the law of an expectation, depends on the variable.
    """
    _refuse(node, wrt)
    terms = []
    if wrt in depends_on(node.body, wrt):
        terms.append(over(node, differentiate(node.body, wrt)))
    if isinstance(node, Integral):
        terms += _ends(node, wrt, differentiate)
    if not terms:
        return zeros(node.shape + wrt.shape)
    return terms[0] if len(terms) == 1 else add_node(tuple(terms))


def _refuse(node: Binder, wrt: Expr) -> None:
    if isinstance(wrt, Bound) and "integer" in wrt.domain.facts:
        raise NotDerivable(f"{wrt.name} runs over whole numbers: there is no derivative by it")
    if isinstance(node, Series):
        ends = [end for end in (node.lower, node.upper) if end is not None]
        if any(wrt in depends_on(end, wrt) for end in ends):
            raise NotDerivable(
                f"an end of the sum {node} depends on {wrt}: a sum jumps where its ends move",
                cure="find a closed form first",
            )
    if isinstance(node, Expectation):
        fixed = (*node.conditions, *node.parameters)
        if any(wrt in depends_on(arg, wrt) for arg in fixed):
            raise NotDerivable(
                f"the law of {', '.join(v.name for v in node.variables)} depends on {wrt}",
                cure="expand the expectation first, or write the random symbol as a function of another (x = mu + s*z)",
            )


def _ends(node: Ranged, wrt: Expr, differentiate: Differentiate) -> list[Expr]:
    """f(b) b' - f(a) a'"""
    terms = []
    for sign, end in ((1, node.upper), (-1, node.lower)):
        if end is None or wrt not in depends_on(end, wrt):
            continue
        value, slope = opened(node, [end]), differentiate(end, wrt)
        axes = tuple(range(len(value.shape)))
        inner = tuple(range(len(axes), len(axes) + len(wrt.shape)))
        terms.append(scale(sign, contract([(value, axes), (slope, inner)], axes + inner)))
    return terms
