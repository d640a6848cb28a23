"""Derivative rules that are registered with a framework: ``jax.custom_vjp`` and ``torch.autograd.Function``."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from symml.errors import SymmlError
from symml.expr.arithmetic import times
from symml.expr.nodes import Expr
from symml.proof.backward_passes import GRAD_OUT, cotangent, traced
from symml.proof.derivative_claims import Shapes
from symml.proof.explanation import worst
from symml.proof.gradient_check import check_claim, declared
from symml.proof.returned import gradients_of
from symml.proof.sources import Sides, find_variable
from symml.proof.verdict import Verdict
from symml.read.declarations import Declarations, read_declarations
from symml.read.trace import Trace, trace


def check_custom_rule(rule: Any, *, wrt: str | Sequence[str], shapes: Shapes = None, digits: int = 50) -> Verdict:
    """Decides whether a custom backward pass belongs to its function.

    Args:
        rule: A function decorated with ``jax.custom_vjp`` (after ``defvjp``), or a subclass of
            ``torch.autograd.Function``. Neither JAX nor PyTorch is run.
        wrt: The differentiable arguments, in the order of the returned gradients.
        shapes: Declarations of the arguments.
        digits: Decimal digits used when points are compared.

    Returns:
        The verdict; for several arguments the worst one.

    Raises:
        SymmlError: It is no custom rule, or has no backward pass.
    """
    names = [wrt] if isinstance(wrt, str) else list(wrt)
    if isinstance(rule, type) and hasattr(rule, "forward") and hasattr(rule, "backward"):
        output, back, used = _of_torch(rule, declared(shapes, rule.forward) if shapes is None else _read(shapes))
    elif getattr(rule, "bwd", None) is not None and getattr(rule, "fwd", None) is not None:
        output, back, used = _of_jax(rule, declared(shapes, rule.fun))
    else:
        raise SymmlError(
            f"{getattr(rule, '__name__', rule)} has no backward pass of its own",
            cure="give a jax.custom_vjp function after defvjp, or a subclass of torch.autograd.Function",
        )
    total = times(output, cotangent(output)).sum() if output.shape else times(output, cotangent(output))
    sides = Sides(total, back.value, used, {}, back.origins, back.notes)
    value = back.value
    if isinstance(value, tuple) and len(value) > len(names):
        value = tuple(part for part in value if part is not None)
    variables = [find_variable(total, name, used) for name in names]
    claims = gradients_of(value, variables)
    return worst([check_claim(total, c, v, digits, sides) for c, v in zip(claims, variables, strict=True)])


def _read(shapes: Shapes) -> Declarations:
    return read_declarations(shapes)


def _with_cotangent(names: Declarations, output: Expr) -> Declarations:
    return replace(names, symbols={**names.symbols, GRAD_OUT: cotangent(output)})


def _of_jax(rule: Any, names: Declarations) -> tuple[Expr, Trace, Declarations]:
    """(output, trace of the backward pass, declarations): residuals first, then the cotangent."""
    output = trace(rule.fun, names).expression
    forward = trace(rule.fwd, names).value
    residuals, cotangent_name = list(inspect.signature(rule.bwd).parameters)[-2:]
    given = {residuals: traced(forward[1]), cotangent_name: GRAD_OUT}
    return output, trace(rule.bwd, _with_cotangent(names, output), arguments=given), names


class _Context:
    """What stands for the context of ``torch.autograd.Function``."""

    def __init__(self) -> None:
        self.saved_tensors: tuple[Any, ...] = ()
        self.needs_input_grad = (True,) * 16

    def save_for_backward(self, *values: Any) -> None:
        """Keeps arrays for the backward pass."""
        self.saved_tensors = values

    def mark_non_differentiable(self, *values: Any) -> None:
        """Nothing to do."""


def _of_torch(rule: Any, names: Declarations) -> tuple[Expr, Trace, Declarations]:
    """(output, trace of the backward pass, declarations) over one context."""
    context = _Context()
    first = next(iter(inspect.signature(rule.forward).parameters))
    output = trace(rule.forward, names, arguments={first: context}).expression
    own, cotangent_name = list(inspect.signature(rule.backward).parameters)[:2]
    given = {own: context, cotangent_name: GRAD_OUT}
    return output, trace(rule.backward, _with_cotangent(names, output), arguments=given), names
