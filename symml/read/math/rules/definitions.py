r"""Definitions that the text or the caller gives: ``p = \sigma(z)``, ``f(x) = \|Ax - b\|^2``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from symml.expr.nodes import Expr, Symbol, derivative_node, show_shape
from symml.expr.walk import substitute
from symml.read.math.rules.names import identifier
from symml.read.math.tree import Node
from symml.read.math.value import Value

if TYPE_CHECKING:
    from symml.read.math.elaborate import Elaborator


@dataclass(frozen=True)
class Definition:
    """A function by its parameters and its value."""

    parameters: tuple[Symbol, ...]
    body: Value


def define(e: Elaborator, node: Node, body: Node) -> None:
    """Gives the name, or the function, on the left the meaning of the right."""
    if node.kind == "name":
        e.local[node.value.key] = e.value(body)
        return
    if node.kind not in ("apply", "apply declared"):
        raise e.error(node, f"{e.written(node)} cannot be defined", "define a name: L = ..., or a function: f(x) = ...")
    name = node.value.written.base if node.kind == "apply declared" else identifier(node.value.written)
    parameters = [e.value(part) for part in node.args]
    symbols = [value.expr for value in parameters if isinstance(value.expr, Symbol)]
    if len(symbols) != len(parameters) or node.value.primes:
        raise e.error(node, f"the parameters of {name} must be symbols", "write f(x) = ...")
    e.definitions[name] = Definition(tuple(symbols), e.value(body))


def applied(e: Elaborator, node: Node, name: str) -> Value:
    """A defined function of its arguments."""
    found: Definition = e.definitions[name]
    values = [e.value(part) for part in node.args]
    if len(values) != len(found.parameters):
        raise e.error(node, f"{name} takes {len(found.parameters)} argument(s), not {len(values)}")
    places: dict[Expr, Expr] = {}
    for part, symbol, value in zip(node.args, found.parameters, values, strict=True):
        if value.labels or value.core != symbol.shape:
            shown = f"{show_shape(value.core)}, it is defined for {show_shape(symbol.shape)}"
            raise e.error(part, f"{name} is taken of shape {shown}", "define it for this shape")
        places[symbol] = value.expr
    primes: int = node.value.primes
    body: Value = found.body
    if not primes:
        return body.with_expr(substitute(body.expr, places))
    if len(places) != 1 or body.rank or found.parameters[0].shape:
        raise e.error(node, f"a prime on {name}", "primes are derivatives of functions of one number")
    derived: Expr = body.expr
    for _ in range(primes):
        derived = derivative_node(derived, found.parameters[0])
    argument = values[0].expr
    if argument is not found.parameters[0]:
        raise e.error(node, f"the derivative of {name} at {e.written(node.args[0])}", "write it at its own variable")
    return Value(derived)
