"""What a derivative by a structured variable means.

Entries may be free, the derivative projected onto the tangent directions that the structure allows, taken in a
Riemannian metric, or be the cookbooks' total derivative by the entries that are free.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from symml.calculus.canonical import add_terms
from symml.errors import SymmlError
from symml.expr.arithmetic import broadcast, scale
from symml.expr.build import diag, mean
from symml.expr.contract import contract
from symml.expr.domains import domain
from symml.expr.nodes import Expr, Symbol, symbol_node
from symml.expr.walk import substitute

_HALF = Fraction(1, 2)
CONVENTIONS = {
    "unstructured": "every entry is free; the declared structure is not used",
    "projected": "the unstructured gradient projected onto the directions that the structure allows",
    "riemannian": "the gradient in the metric tr(S^-1 U S^-1 V) for spd, in the embedded one for orthogonal",
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
    rule = _RULES.get((convention, _structure(wrt, convention)))
    if rule is None or found.shape != wrt.shape:
        raise _silent(convention, wrt)
    return rule(found, wrt)


def tangent(direction: Symbol, wrt: Symbol) -> Symbol:
    """The direction with the structure of the directions that the variable allows, where a domain says it."""
    words = {"symmetric": "symmetric", "diagonal": "diagonal"}
    word = words.get(structure_of(wrt))
    return direction if word is None else symbol_node(direction.name, direction.shape, domain(word))


def structure_of(wrt: Symbol) -> str:
    """The equations that a variable satisfies, in a word; empty where its entries are free."""
    return next((fact for fact in _STRUCTURES if fact in wrt.domain.facts), "")


def _structure(wrt: Symbol, convention: str) -> str:
    is_spd = convention == "riemannian" and "spd" in wrt.domain.facts
    return "spd" if is_spd else structure_of(wrt)


def _silent(convention: str, wrt: Symbol) -> SymmlError:
    speaks_of = sorted({structure for name, structure in _RULES if name == convention})
    return SymmlError(
        f"the {convention} convention does not speak of {wrt.name}, which is declared {wrt.domain.name}",
        cure=f"it speaks of: {', '.join(_WORDS.get(word, word) for word in speaks_of)}; declare one of these",
    )


def conform_hessian(operator: Expr, slope: Expr, wrt: Symbol, direction: Symbol, convention: str) -> Expr:
    """The Hessian of a scalar, applied to a tangent direction, in another convention.

    Args:
        operator: The unstructured Hessian applied to the direction.
        slope: The unstructured gradient.
        wrt: The variable.
        direction: The direction.
        convention: A key of ``CONVENTIONS``.

    Raises:
        SymmlError: The convention has no Hessian for this structure.
    """
    structure = _structure(wrt, convention)
    if convention != "projected" or (convention, structure) not in _RULES:
        raise SymmlError(
            f"the {convention} convention has no Hessian by {wrt.name}, which is declared {wrt.domain.name}",
            cure="use projected with a symmetric, diagonal, orthogonal or simplex variable, or order=1",
        )
    project = _RULES[convention, structure]
    if structure == "orthogonal":
        bend = contract([(direction, (0, 2)), (_symmetric_part(_pulled(slope, wrt), wrt), (2, 1))], (0, 1), coef=-1)
        return project(add_terms([operator, bend]), wrt)
    inner = project(direction, wrt)  # of a direction that is tangent already, this is the direction
    return project(substitute(operator, {direction: inner}), wrt)


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
    product = _pulled(g, wrt)
    both = add_terms([product, _transposed(product)])
    return add_terms([g, contract([(wrt, (0, 2)), (both, (2, 1))], (0, 1), coef=-_HALF)])


def _pulled(g: Expr, wrt: Symbol) -> Expr:
    """Q'G"""
    return contract([(wrt, (2, 0)), (g, (2, 1))], (0, 1))


def _affine_invariant(g: Expr, wrt: Symbol) -> Expr:
    """S (G + G') S / 2"""
    return contract([(wrt, (0, 2)), (_symmetric_part(g, wrt), (2, 3)), (wrt, (3, 1))], (0, 1))


def _centered(g: Expr, wrt: Symbol) -> Expr:
    """g - mean(g), along the last axis, which sums to one"""
    return add_terms([g, scale(-1, broadcast(mean(g, axis=-1, keepdims=True), g.shape))])


_STRUCTURES = ("diagonal", "symmetric", "orthogonal", "rows_sum_to_one")
_WORDS = {"rows_sum_to_one": "simplex", "symmetric": "symmetric, spd, psd"}
_RULES: dict[tuple[str, str], Callable[[Expr, Symbol], Expr]] = {
    ("projected", "symmetric"): _symmetric_part,
    ("projected", "diagonal"): _diagonal,
    ("projected", "orthogonal"): _tangent_to_orthogonal,
    ("projected", "rows_sum_to_one"): _centered,
    ("riemannian", "spd"): _affine_invariant,
    ("riemannian", "orthogonal"): _tangent_to_orthogonal,
    ("cookbook", "symmetric"): _symmetric_total,
    ("cookbook", "diagonal"): _diagonal,
}
