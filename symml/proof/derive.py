"""``derive``: a gradient, Jacobian or Hessian together with the steps that produced it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from symml.calculus.conventions import CONVENTIONS, conform, conform_hessian
from symml.calculus.differentiate import derivative, evaluate_derivatives, without_equations
from symml.calculus.directional import applied, directions_for
from symml.calculus.simplify import simplify
from symml.errors import NotDerivable, SymmlError
from symml.expr.nodes import Expr, Symbol, show_shape
from symml.expr.walk import substitute, symbols
from symml.proof.derivation import Derivation
from symml.proof.passes import differentiate
from symml.proof.step import Step
from symml.proof.styles import check_style
from symml.read.declarations import Declarations, read_declarations
from symml.read.expression import read_expression
from symml.read.latex import name_as_declared

_MAX_ORDER = 4


def derive(
    f: Expr | str,
    wrt: Symbol | str,
    *,
    shapes: str | Mapping[str, object] | Declarations | None = None,
    order: int = 1,
    name: str = "L",
    convention: str = "unstructured",
    style: str = "backprop",
    steps: str = "full",
) -> Derivation:
    """Derives the gradient (``order=1``), the Hessian (``order=2``) or a higher derivative, with named steps.

    The layout: axes of ``f`` (none for a scalar), then those of ``wrt``, once per order. Equations of a domain, such as
    ``S = S'``, are used after differentiating only; another ``convention`` is a last step.

    Args:
        f: What is differentiated: an expression, NumPy-style text, LaTeX or Unicode mathematics.
        wrt: The variable, a symbol or its name.
        shapes: Declarations such as ``"X: n d, w: d, lam: positive"``; needed when ``f`` is text.
        order: How often to differentiate, from 1 to 4.
        name: What the derivation calls ``f``.
        convention: By a structured variable: ``unstructured``, ``projected``, ``riemannian`` or ``cookbook``.
        style: How the steps are told: ``backprop`` (stages and adjoints), ``differentials`` or ``index`` notation.
        steps: ``full``, or ``brief`` without the lines of algebra.

    Returns:
        The result with its steps; each step is a claim of its own.

    Raises:
        SymmlError: The text cannot be read, or the shapes do not fit.
        NotDerivable: The variable does not occur, or a node has no derivative rule.
    """
    if order not in range(1, _MAX_ORDER + 1):
        raise SymmlError(f"order {order!r} is not supported", cure=f"use an order from 1 to {_MAX_ORDER}")
    check_style(style, steps)
    declarations = read_declarations(shapes)
    root = read_expression(f, declarations)
    found = _derived(root, find_variable(root, wrt, declarations), order, name)
    return _in_convention(found, convention).told(style, steps)


def _derived(root: Expr, variable: Symbol, order: int, name: str) -> Derivation:
    """One order after the other; the variable's equations are used when all are taken."""
    result, bare = without_equations(evaluate_derivatives(root), variable)
    runs = []
    for k in range(order):
        runs.append(differentiate(result, bare, name + "'" * k))
        result = runs[-1].result
    after: tuple[Step, ...] = ()
    if bare is not variable:
        result, after = _with_equations(result, bare, variable, name + "'" * (order - 1))
    return Derivation(root, variable, order, result, tuple(runs), after, name)


def _with_equations(found: Expr, bare: Symbol, wrt: Symbol, label: str) -> tuple[Expr, tuple[Step, ...]]:
    """The derivative at a variable that satisfies its equations, which were not used while differentiating."""
    back = substitute(found, {bare: wrt})
    result = simplify(back)
    if result is back:
        return result, ()
    return result, (Step(f"{wrt.name} is {wrt.domain.name}", back, result, (label, wrt.name)),)


def _in_convention(found: Derivation, convention: str) -> Derivation:
    """The gradient in another convention, by one more step."""
    if convention == "unstructured":
        return found
    if found.order > 2 or found.expr.shape:
        raise SymmlError(
            f"the {convention} convention is one of gradients and Hessians", cure="use a scalar loss and order=1 or 2"
        )
    conformed = conform(found.result, found.wrt, convention) if found.order == 1 else _hessian_in(found, convention)
    result = simplify(conformed)
    label = ("grad",) if found.order == 1 else ("Hess",)
    step = Step(f"{convention}: {CONVENTIONS[convention]}", conformed, result, label)
    return replace(found, result=result, after=(*found.after, step), convention=convention)


def _hessian_in(found: Derivation, convention: str) -> Expr:
    """The Hessian's tensor in another convention: the slope of its operator in the direction."""
    (direction,) = directions_for(found.wrt, 1, found.expr)
    operator = applied(found.expr, found.wrt, [direction])
    slope = applied(found.expr, found.wrt, [])
    return derivative(conform_hessian(operator, slope, found.wrt, direction, convention), direction)


def find_variable(root: Expr, wrt: Symbol | str, declarations: Declarations) -> Symbol:
    """The symbol to differentiate by, which must occur.

    Raises:
        NotDerivable: It does not.
    """
    present = {symbol.name: symbol for symbol in symbols(root)}
    if isinstance(wrt, Symbol):
        if wrt in present.values():
            return wrt
        other = present.get(wrt.name)
        if other is not None:
            raise SymmlError(
                f"{wrt.name} in the expression has shape {show_shape(other.shape)} and domain {other.domain.name}, "
                f"the variable has shape {show_shape(wrt.shape)} and domain {wrt.domain.name}",
                cure="use one and the same symbol",
            )
        return _absent(wrt.name, present)
    if not isinstance(wrt, str):
        raise SymmlError(f"{type(wrt).__name__} is not a variable", cure="give a symbol or its name: wrt='w'")
    name = name_as_declared(wrt.strip(), [*present, *declarations.symbols])
    if name in present:
        return present[name]
    declared = declarations.symbols.get(name)
    return _absent(name, present) if declared is None else declared


def _absent(name: str, present: Mapping[str, Symbol]) -> Symbol:
    known = ", ".join(sorted(present)) or "none"
    if not name:
        raise NotDerivable("there is no variable to differentiate by", cure=f"the expression's symbols are: {known}")
    raise NotDerivable(
        f"{name} does not occur in the expression, so there is nothing to differentiate by",
        cure=f"the expression's symbols are: {known}",
    )
