r"""Definitions that the text or the caller gives: ``p = \sigma(z)``, ``\sigma^2 = ...``, ``f(x) = \|Ax - b\|^2``.

A definition is worked out where its name is first met, so the order in which definitions stand does not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from symml.calculus.differentiate import evaluate_derivatives
from symml.expr.contract import contract
from symml.expr.nodes import Expr, Symbol, derivative_node, show_shape
from symml.expr.walk import substitute, symbols
from symml.read.math.rules.indices import letter_of, shifted
from symml.read.math.rules.names import identifier
from symml.read.math.tree import Node, Written
from symml.read.math.value import Value

if TYPE_CHECKING:
    from symml.read.math.elaborate import Elaborator


@dataclass(frozen=True)
class Definition:
    """A function by its parameters and its body."""

    parameters: tuple[Node, ...]
    body: Node
    source: str
    itself: Callable[[], Value]


def define(e: Elaborator, node: Node, body: Node, source: str) -> str:
    """Gives the name, or the function, on the left the meaning of the right; returns the key of its use."""
    with _text(e, source):
        if node.kind in ("apply", "apply declared"):
            return _define_function(e, node, body)
        key = f"{_key(e, node.args[0])}^2" if node.kind == "power" else _key(e, node)
    e.pending[key] = _meaning(e, node, body, source)
    return key


@contextmanager
def _text(e: Elaborator, source: str) -> Iterator[None]:
    """Carets point into the text of the definition."""
    outer, e.source = e.source, source
    try:
        yield
    finally:
        e.source = outer


def _key(e: Elaborator, node: Node) -> str:
    """Under which key a name is looked up."""
    if node.kind == "name":
        return node.value.key if not _letters(e, node) else Written(node.value.base).key
    bare = node.args[0] if node.kind == "entry" else node
    if bare.kind != "declared" or not isinstance(bare.value.value, Symbol):
        raise e.error(node, f"{e.written(node)} cannot be defined", "define a name: L = ..., or a function: f(x) = ...")
    return key_of_declared(bare.value.name)


def key_of_declared(name: str) -> str:
    """The key of a declared symbol that the text gives a meaning to."""
    return f"={name}"


def _letters(e: Elaborator, node: Node) -> list[str]:
    """The running indices of the name on the left, when it has nothing else below."""
    at = node.args if node.kind == "name" else node.args[1:] if node.kind == "entry" else ()
    found = [letter_of(part) if shifted(e, part)[0] is not None else None for part in at]
    return [letter for letter in found if letter] if None not in found else []


def _meaning(e: Elaborator, node: Node, body: Node, source: str) -> Callable[[], Value]:
    def worked_out() -> Value:
        with _text(e, source):
            value = e.value(body)
            letters = _letters(e, node)
            if letters:
                value = _array(e, node, letters, value)
            bare = node.args[0] if node.kind in ("entry", "power") else node
            if bare.kind == "declared" and node.kind != "power":
                _check_declared(e, node, bare.value.value, value)
        return value

    return worked_out


def _array(e: Elaborator, node: Node, letters: list[str], value: Value) -> Value:
    r"""``a_{ij} = ...`` is the array of its entries."""
    missing = next((letter for letter in letters if letter not in value.labels), None)
    if missing is not None or len(set(letters)) < len(letters):
        raise e.error(node, f"the right side does not depend on {missing}", "write the name without this index")
    kept = [label for label in value.labels if label not in letters]
    axes = [*(("run", label) for label in value.labels), *(("own", k) for k in range(value.rank))]
    out = [*(("run", label) for label in (*kept, *letters)), *(("own", k) for k in range(value.rank))]
    for letter in letters:
        e.free.pop(letter, None)
    return Value(contract([(value.expr, axes)], out), tuple(kept), elementwise=not value.rank)


def _check_declared(e: Elaborator, node: Node, symbol: Symbol, value: Value) -> None:
    if symbol in symbols(value.expr):
        raise e.error(node, f"{symbol.name} is defined by itself", "give the new value another name")
    if value.labels or value.core != symbol.shape:
        what = f"{symbol.name} is declared as {show_shape(symbol.shape)} and defined as {show_shape(value.core)}"
        raise e.error(node, what, "declare it in the shape of its definition")
    e.note(f"{symbol.name} is what the text says, {e.written(node)} = ..., and not any {symbol.domain.name} value")


def square_of(e: Elaborator, base: Node, exponent: Node) -> Value | None:
    r"""The value of ``\sigma^2`` where the text defines the square."""
    key = base.value.key if base.kind == "name" and not base.args else None
    if base.kind == "declared":
        key = key_of_declared(base.value.name)
    even = exponent.kind == "number" and exponent.value == 2
    return e.given(f"{key}^2") if key is not None and even else None


# ---- functions -------------------------------------------------------------------------------------------------------
def _define_function(e: Elaborator, node: Node, body: Node) -> str:
    name = node.value.written.base if node.kind == "apply declared" else identifier(node.value.written)
    named = all(part.kind in ("name", "declared") for part in node.args)
    if not named or node.value.primes:
        raise e.error(node, f"the parameters of {name} must be symbols", "write f(x) = ...")
    e.definitions[name] = Definition(node.args, body, e.source, lambda: _body(e, e.definitions[name], {}, name))
    return name


def applied(e: Elaborator, node: Node, name: str) -> Value:
    """A defined function of its arguments."""
    found: Definition = e.definitions[name]
    e.used.add(name)
    values = [e.value(part) for part in node.args]
    if len(values) != len(found.parameters):
        raise e.error(node, f"{name} takes {len(found.parameters)} argument(s), not {len(values)}")
    if name in e.busy:
        raise e.error(node, f"{name} is defined by itself", "write it without itself")
    places = {}
    for part, parameter, value in zip(node.args, found.parameters, values, strict=True):
        places[_parameter(e, part, parameter, value, name)] = value
    if node.value.primes:
        return _slope(e, node, found, values, name)
    return _body(e, found, places, name)


def _body(e: Elaborator, found: Definition, places: dict[str, Value], name: str) -> Value:
    e.busy.add(name)
    with e.running({}), _text(e, found.source):
        local, parameters = e.local, e.parameters
        e.local = e.parameters = places
        value = e.value(found.body)
        e.local, e.parameters = local, parameters
    e.busy.discard(name)
    return value


def _parameter(e: Elaborator, part: Node, parameter: Node, value: Value, name: str) -> str:
    """The key under which the body meets a parameter."""
    if parameter.kind == "name":
        return str(parameter.value.key)
    shape = getattr(parameter.value.value, "shape", None)
    if shape is None or value.core != shape:
        shown = f"{show_shape(value.core)}, it is defined for {show_shape(shape or ())}"
        raise e.error(part, f"{name} is taken of shape {shown}", "define it for this shape")
    return key_of_declared(parameter.value.name)


def _slope(e: Elaborator, node: Node, found: Definition, values: list[Value], name: str) -> Value:
    """``f'(a)``: the derivative by the parameter, at the argument."""
    parameter = e.value(found.parameters[0])
    symbol = parameter.expr
    body = _body(e, found, {}, name)
    if len(values) != 1 or body.rank or body.labels or not isinstance(symbol, Symbol) or symbol.shape:
        raise e.error(node, f"a prime on {name}", "primes are derivatives of functions of one number")
    derived: Expr = body.expr
    for _ in range(node.value.primes):
        derived = derivative_node(derived, symbol)
    if values[0].expr is symbol:
        return Value(derived)
    if values[0].labels:
        raise e.error(node, f"not understood: {e.written(node)}", f"write the derivative of {name} out")
    return Value(substitute(evaluate_derivatives(derived), {symbol: values[0].expr}))
