"""Derivatives as expressions that are not carried out: gradients, partial derivatives, derivatives of functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from symml.expr.function import Function
from symml.expr.functions import FUNCTIONS
from symml.expr.nodes import Expr, Symbol, derivative_node, symbol_node
from symml.expr.walk import symbols
from symml.read.math.rules import powers
from symml.read.math.rules.indices import shifted, take
from symml.read.math.rules.names import identifier
from symml.read.math.slopes import Slope
from symml.read.math.tree import Node, Written
from symml.read.math.value import Value

if TYPE_CHECKING:
    from symml.read.math.elaborate import Elaborator

_NAMED = ("name", "apply")


def slope(e: Elaborator, node: Node) -> Value:
    r"""``\frac{\partial^2 f}{\partial x \partial y}``"""
    kind: Slope = node.value
    body_node, *variable_nodes = node.args
    result = _body(e, body_node, variable_nodes[0])
    of_vector = result.rank == 1
    for variable_node, order in zip(variable_nodes, kind.orders, strict=True):
        variable, at = _variable(e, variable_node)
        for k in range(order):
            result = _differentiated(e, node, result, variable)
            if at and (k == order - 1 or len(at) == 1):
                result = _entries(e, variable_node, result, variable, at)
            elif at:
                raise e.error(variable_node, "a repeated derivative by an entry of a matrix")
    if of_vector and result.rank == 2 and len(variable_nodes) == 1 and e.table.notation.layout == "denominator":
        e.note(f"{e.written(node)} has the axes of what stands below first: the denominator layout")
        return powers.transpose(e, node, result)
    return result


def nabla(e: Elaborator, node: Node) -> Value:
    r"""``\nabla_w f``: by what stands below, or the only argument of the function."""
    kind: Slope = node.value
    body_node, *variable_nodes = node.args
    if len(variable_nodes) > 1:
        raise e.error(node, "a gradient by several variables", "write one gradient for each")
    variable_node = variable_nodes[0] if variable_nodes else _only_argument(e, node, body_node)
    variable, at = _variable(e, variable_node)
    result = _body(e, body_node, variable_node)
    for _ in range(2 if kind.kind == "hessian" else 1):
        result = _differentiated(e, node, result, variable)
        if at:
            result = _entries(e, variable_node, result, variable, at)
    return result


def _only_argument(e: Elaborator, node: Node, body: Node) -> Node:
    if body.kind in ("apply", "apply declared") and len(body.args) == 1:
        return body.args[0]
    if e.gradient_variable is not None:
        return e.gradient_variable
    raise e.error(node, "the gradient does not say by what", r"write the variable below: \nabla_w")


def _variable(e: Elaborator, node: Node) -> tuple[Symbol, list[Node]]:
    """The symbol to differentiate by, and the indices of its entry when an entry is meant."""
    at: list[Node] = []
    while node.kind == "group":
        node = node.args[0]
    bare = node
    if node.kind == "entry":
        bare, at = node.args[0], list(node.args[1:])
    value = e.value(bare)
    if bare.kind == "name" and value.labels and not isinstance(value.expr, Symbol):
        found = [part for part in symbols(value.expr) if part.shape]
        if len(found) == 1 and len(bare.args) == len(found[0].shape):
            return found[0], list(bare.args)
    if isinstance(value.expr, Symbol) and not value.labels:
        return value.expr, at
    raise e.error(node, f"a derivative is taken by a symbol, not by {e.written(node)}", "name it")


def _body(e: Elaborator, node: Node, variable: Node) -> Value:
    """What is differentiated: a value, a known function's name, or a name of which nothing more is said."""
    if node.kind == "name" and node.value.base in e.table.letters and not node.value.sub:
        row = FUNCTIONS[e.table.letters[node.value.base]]
        at = e.value(variable)
        e.note(f"{node.value} is the function {row.name}")
        return at.with_expr(row(at.expr))
    written = _unknown_name(e, node)
    if written is None:
        return e.value(node)
    key = written.key
    if key not in e.undefined:
        e.undefined[key] = symbol_node(identifier(written), ())
        e.note(f"{written} is a number of which the text says only the name")
    symbol = e.undefined[key]
    indexed = [part for part in node.args if node.kind == "name" and shifted(e, part)[0] is not None]
    return Value(symbol) if not indexed else e.value(node)


def _unknown_name(e: Elaborator, node: Node) -> Written | None:
    """The name of an undeclared function or quantity, whatever its arguments."""
    if node.kind == "name" and not _is_defined(e, node.value) and not _is_known(e, node):
        return node.value  # type: ignore[no-any-return] # names carry what is written
    if node.kind == "function name":
        return None if node.value in e.definitions else Written(node.value)
    if node.kind in ("apply", "apply declared"):
        written: Written = node.value.written
        arrays = any(e.value(part).rank for part in node.args if part.kind == "declared")
        return written if arrays and not _is_named(e, written) else None
    return None


def _is_named(e: Elaborator, written: Written) -> bool:
    """Whether an applied name has a meaning of its own."""
    return _is_defined(e, written) or written.base in e.table.letters or written.base in ("E", r"\mathbb{E}")


def _is_defined(e: Elaborator, written: Written) -> bool:
    return identifier(written) in e.definitions or e.is_given(written.key)


def _is_known(e: Elaborator, node: Node) -> bool:
    return any(shifted(e, part)[0] is not None for part in node.args)


def _differentiated(e: Elaborator, node: Node, body: Value, variable: Symbol) -> Value:
    """The derivative, not carried out; running indices of the body stay in front."""
    expr: Expr = derivative_node(body.expr, variable)
    rank = body.rank + len(variable.shape)
    return Value(expr, body.labels, False, rank == 2)


def _entries(e: Elaborator, node: Node, value: Value, variable: Symbol, at: list[Node]) -> Value:
    """The entries of the last axes, those of the variable."""
    free = value.rank - len(variable.shape)
    every = [Node("all", (), None, node.start, node.end)] * free
    if len(at) != len(variable.shape):
        raise e.error(node, f"{len(at)} indices below; {variable.name} has {len(variable.shape)} axes")
    return take(e, node, value, [*every, *at])


def of_function(e: Elaborator, node: Node, row: Function, at: Value, primes: int) -> Value:
    """``f'(x)``: by a symbol when the argument is one, else by the function's own rule."""
    if isinstance(at.expr, Symbol) and not at.expr.shape:
        expr: Expr = row(at.expr)
        for _ in range(primes):
            expr = derivative_node(expr, at.expr)
        return Value(expr)
    expr = at.expr
    current: Any = row
    if row.undefined and row.arity == 1:
        value: Any = row(expr)
        for _ in range(primes):
            value = value.function.slopes[0](expr, value)
        return at.with_expr(value, elementwise=True)
    if primes != 1:
        raise e.error(node, f"not understood: {e.written(node)}", r"write \frac{d^2}{dx^2}")
    rule = current.slopes[0]
    if rule is None:
        raise e.error(node, f"{row.name} has no derivative", "write the cases")
    return at.with_expr(rule(expr, row(expr)), elementwise=True)


RULES: dict[str, Callable[..., Value]] = {"slope": slope, "nabla": nabla}
