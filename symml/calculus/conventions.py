"""What the gradient of a structured matrix means: free entries, the nearest tangent matrix, or the cookbooks' total."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from symml.calculus.canonical import add_terms
from symml.errors import SymmlError
from symml.expr.arithmetic import scale
from symml.expr.build import diag
from symml.expr.contract import contract
from symml.expr.nodes import Expr, Symbol

_HALF = Fraction(1, 2)
CONVENTIONS = {
    "unstructured": "every entry is free; the declared structure is not used",
    "projected": "the unstructured gradient projected onto the directions that the structure allows",
    "cookbook": "total derivatives by the free entries, where the two off-diagonal entries are one variable",
}


def conform(found: Expr, wrt: Symbol, convention: str) -> Expr:
    """The gradient of a scalar in another convention.

    Args:
        found: The unstructured gradient, in the variable's shape.
        wrt: The variable; its domain says which structure it has.
        convention: A key of ``CONVENTIONS``.

    Raises:
        SymmlError: There is no such convention, or the variable has no structure that it speaks of.
    """
    if convention == "unstructured":
        return found
    if convention not in CONVENTIONS:
        raise SymmlError(f"there is no convention {convention!r}", cure=f"use one of: {', '.join(CONVENTIONS)}")
    structure = next((fact for fact in ("diagonal", "symmetric", "orthogonal") if fact in wrt.domain.facts), "")
    rule = _RULES.get((convention, structure))
    if rule is None or found.shape != wrt.shape:
        raise SymmlError(
            f"the {convention} convention does not speak of {wrt.name}, which is declared {wrt.domain.name}",
            cure="declare a structure: symmetric, spd, psd, diagonal or orthogonal (projected only)",
        )
    return rule(found, wrt)


def _transposed(a: Expr) -> Expr:
    return contract([(a, (1, 0))], (0, 1))


def _symmetric_part(g: Expr, wrt: Symbol) -> Expr:
    """(G + G') / 2"""
    return scale(_HALF, add_terms([g, _transposed(g)]))


def _symmetric_total(g: Expr, wrt: Symbol) -> Expr:
    """G + G' - diag(diag(G))"""
    return add_terms([g, _transposed(g), scale(-1, diag(diag(g)))])


def _diagonal(g: Expr, wrt: Symbol) -> Expr:
    """diag(diag(G))"""
    return diag(diag(g))


def _tangent_to_orthogonal(g: Expr, wrt: Symbol) -> Expr:
    """G - Q (Q'G + G'Q) / 2"""
    product = contract([(wrt, (2, 0)), (g, (2, 1))], (0, 1))
    both = add_terms([product, _transposed(product)])
    return add_terms([g, contract([(wrt, (0, 2)), (both, (2, 1))], (0, 1), coef=-_HALF)])


_RULES: dict[tuple[str, str], Callable[[Expr, Symbol], Expr]] = {
    ("projected", "symmetric"): _symmetric_part,
    ("projected", "diagonal"): _diagonal,
    ("projected", "orthogonal"): _tangent_to_orthogonal,
    ("cookbook", "symmetric"): _symmetric_total,
    ("cookbook", "diagonal"): _diagonal,
}
