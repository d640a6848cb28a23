"""Rules for inverses and determinants."""

from __future__ import annotations

from fractions import Fraction

from symml.calculus.simplify.rule import Rule, Uses
from symml.expr.arithmetic import rational_power, scale
from symml.expr.contract import contract
from symml.expr.functions.matrix import cholesky, inv
from symml.expr.nodes import ONE, ZERO, Contract, Expr, Eye, Linalg, linalg_node


def inverse_of_inverse(node: Expr, uses: Uses) -> Expr | None:
    """(A^-1)^-1 = A;  det(A^-1) = 1 / det A;  log|det A^-1| = -log|det A|"""
    assert isinstance(node, Linalg)
    inner = node.args[0]
    if not isinstance(inner, Linalg) or inner.function is not inv or node.function.reads_symmetric:
        return None
    if node.function is inv:
        return inner.args[0]
    value = linalg_node(node.function, inner.args[0])
    return rational_power(value, Fraction(-1)) if node.function.name == "det" else scale(-1, value)


def of_transpose(node: Expr, uses: Uses) -> Expr | None:
    """(A')^-1 = (A^-1)';  det A' = det A;  the symmetric part of A' is that of A"""
    assert isinstance(node, Linalg)
    inner = node.args[0]
    if not isinstance(inner, Contract) or inner.coef != 1 or inner.subs != ((1, 0),):
        return None
    value = linalg_node(node.function, inner.args[0])
    return contract([(value, (1, 0))], (0, 1)) if node.function is inv else value


def of_identity(node: Expr, uses: Uses) -> Expr | None:
    """I^-1 = I;  det I = 1;  log det I = 0"""
    assert isinstance(node, Linalg)
    inner = node.args[0]
    if not isinstance(inner, Eye):
        return None
    if node.function.reads_symmetric:
        return inner if node.function is cholesky else None
    return inner if node.function is inv else ONE if node.function.name == "det" else ZERO


def inverse_of_multiple(node: Expr, uses: Uses) -> Expr | None:
    """(c A)^-1 = A^-1 / c"""
    assert isinstance(node, Linalg)
    inner = node.args[0]
    if node.function is not inv or not isinstance(inner, Contract) or inner.coef == 0:
        return None
    matrices = [item for item in zip(inner.args, inner.subs, strict=True) if item[1]]
    if len(matrices) != 1 or sorted(matrices[0][1]) != [0, 1] or (inner.coef == 1 and len(inner.args) == 1):
        return None
    body, sub = matrices[0]
    scalars = [(rational_power(arg, Fraction(-1)), ()) for arg, s in zip(inner.args, inner.subs, strict=True) if not s]
    return contract([*scalars, (linalg_node(node.function, body), sub)], (0, 1), coef=1 / inner.coef)


RULES = (
    Rule("an inverse undone", (Linalg,), inverse_of_inverse),
    Rule("the transpose of an inverse", (Linalg,), of_transpose, quiet=True),
    Rule("functions of the identity", (Linalg,), of_identity),
    Rule("the inverse of a multiple", (Linalg,), inverse_of_multiple, condition="the factor is nonzero", quiet=True),
)
