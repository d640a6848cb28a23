"""Applications of what is not known as a function: undefined functions, products, densities, expectations."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from typing import TYPE_CHECKING

from symml.expr.functions import undefined
from symml.expr.nodes import symbol_node
from symml.expr.walk import symbols
from symml.read.math.calls import Applied
from symml.read.math.rules import algebra, definitions, derivatives, events, expectations, functions, names, probability
from symml.read.math.tree import Node, set_of
from symml.read.math.value import Value
from symml.read.math.vocabulary import FUNCTIONS

if TYPE_CHECKING:
    from symml.read.math.elaborate import Elaborator

_FUNCTION_LETTERS = set_of(
    r"""f g h u v p q r F G J L Q k \ell \phi \psi \mathcal{L} \mathcal{J} \mathcal{F} \varphi \kappa \eta \rho"""
)
_ARRAYS = set_of(r"I \mathbf{I} \mathbf{1} \mathbb{1} \mathbf{0} \mathbb{I} e \pi")


def apply(e: Elaborator, node: Node) -> Value:
    """An undeclared name before a bracket."""
    head: Applied = node.value
    rule = _HEADS.get(_head(head))
    if rule is not None:
        found = rule(e, node, head)
        if found is not None:
            return found
    if head.written.base in _ARRAYS and not head.primes:
        return _times(e, node, names.name(e, Node("name", (), head.written, node.start, node.end)))
    if names.identifier(head.written) in e.definitions:
        return _applied(e, node, names.identifier(head.written), head)
    given = e.given(head.written.key) if not head.primes else None
    if given is not None and _is_at_its_own(e, node, head, given):
        e.note(f"{e.written(node)} is {head.written} as it is defined")
        return given
    if given is not None:
        return _times(e, node, given)
    if _is_number(e, head) and len(node.args) == 1:
        return _times(e, node, names.name(e, Node("name", (), head.written, node.start, node.end)))
    return _undefined(e, node, head)


def _is_at_its_own(e: Elaborator, node: Node, head: Applied, found: Value) -> bool:
    """Whether ``L(w)`` is the L of ``L = ...``, of which w is a part, and no product."""
    if found.rank or head.primes or head.opening != "(":
        return False
    if not all(part.kind in ("declared", "name") and not part.args for part in node.args):
        return False
    inside = symbols(found.expr)
    return all(e.value(part).expr in inside for part in node.args)


def applied(e: Elaborator, node: Node) -> Value:
    """A name before a bracket with something above it: of the application, or of the bracket alone."""
    call, whole = node.args
    return e.value(node.value if _is_factor(e, call) else whole)


def _is_factor(e: Elaborator, call: Node) -> bool:
    """Whether the name before a bracket is a factor and not a function."""
    head: Applied = call.value
    if head.written.base in _ARRAYS:
        return call.args[0].kind not in ("relation", "and", "or")
    if _head(head) in _HEADS or names.identifier(head.written) in e.definitions:
        return False
    given = e.given(head.written.key) if e.is_given(head.written.key) else None
    return (given is not None and not _is_at_its_own(e, call, head, given)) or _is_number(e, head)


def _head(head: Applied) -> str:
    base = head.written.base
    return base[len(r"\mathrm{") : -1] if base.startswith(r"\mathrm{") else base


def _is_number(e: Elaborator, head: Applied) -> bool:
    """Whether the name stands elsewhere without a bracket: then it is a factor."""
    bare = head.written.key in e.bare and head.written.base not in _FUNCTION_LETTERS
    return bare and not head.primes and head.opening == "("


def _times(e: Elaborator, node: Node, value: Value) -> Value:
    if len(node.args) != 1:
        raise e.error(node, "a list where a number is expected", "declare the function")
    return algebra.combine(e, node, "", value, e.value(node.args[0]))


def _beta(e: Elaborator, node: Node, head: Applied) -> Value | None:
    """``B(a, b)`` of two numbers is the beta function."""
    if len(node.args) != 2 or head.separators != (",",) or head.primes or head.opening != "(":
        return None
    e.note(f"{e.written(node)} is the beta function")
    return functions.apply_named(e, node, "beta", [e.value(part) for part in node.args])


def _undefined(e: Elaborator, node: Node, head: Applied) -> Value:
    """An undefined function of numbers."""
    written = head.written
    word = _head(head)
    if written.base.startswith(r"\mathrm{"):
        close = get_close_matches(word, FUNCTIONS, n=1)
        cure = f"did you mean {close[0]}?" if close else f"declare it: {{'{word}': 'function'}}"
        raise e.error(node, f"{word} is not a function that symml knows", cure)
    if written.base not in _FUNCTION_LETTERS:
        shown = str(written)
        cure = f"declare it: {{'{shown}': ''}} for a number, {{'{shown}': 'function'}} for a function"
        error = e.error(node, f"{shown} is not declared: a factor, or a function?", cure)
        error.unknown = (shown,)
        raise error
    e.note(f"{written} is a function of which nothing is known")
    return _applied(e, node, names.identifier(written), head)


def _applied(e: Elaborator, node: Node, name: str, head: Applied) -> Value:
    if name in e.definitions:
        return definitions.applied(e, node, name)
    values = [e.value(part) for part in node.args]
    if any(sign not in (",", ";", "|", r"\mid") for sign in head.separators):
        raise e.error(node, f"not understood: {e.written(node)}", "write commas between arguments")
    if name in e.table.results:
        return _array(e, node, name, values, head)
    if any(value.rank or value.labels for value in values):
        return _of_arrays(e, node, name, values, head)
    function = undefined(name, len(values))
    if head.primes:
        return derivatives.of_function(e, node, function, values[0], head.primes)
    return Value(function(*(value.expr for value in values)))


def _of_arrays(e: Elaborator, node: Node, name: str, values: list[Value], head: Applied) -> Value:
    """A function of running entries is taken of each; one of whole arrays has no expression."""
    if any(value.rank for value in values) or head.primes:
        if any(value.labels for value in values):
            what = f"not understood: {e.written(node)}: a function of an array, of which nothing is known"
            raise e.error(node, what, f"define it: --let '{name}(x) = ...'")
        shown = e.written(node)
        e.note(f"{shown} is a number of which the text says only the name")
        e.undefined[shown] = symbol_node(shown, ())
        e.opaque[e.undefined[shown]] = name
        return Value(e.undefined[shown])
    from symml.read.math.rules.choices import pointwise

    return pointwise(e, node, undefined(name, len(values)), *values)


def _array(e: Elaborator, node: Node, name: str, values: list[Value], head: Applied) -> Value:
    """A function that is declared to give an array: an array of which the text says only the name."""
    shown = e.written(node)
    if head.primes or any(value.labels for value in values):
        raise e.error(node, f"not understood: {shown}: of {name} only the shape is known", "define it with --let")
    e.note(f"{shown} is an array of which the text says only the name")
    e.undefined[shown] = symbol_node(shown, e.table.results[name])
    return Value(e.undefined[shown])


def apply_declared(e: Elaborator, node: Node) -> Value:
    """A declared function of its arguments."""
    head: Applied = node.value
    return _applied(e, node, head.written.base, head)


def function_name(e: Elaborator, node: Node) -> Value:
    """A function's name without arguments has no value."""
    raise e.error(node, f"{node.value} is a function", f"write {node.value}(...)")


_HEADS: dict[str, Callable[[Elaborator, Node, Applied], Value | None]] = {
    r"\mathcal{N}": probability.normal_density,
    "N": probability.normal_density,
    "Normal": probability.normal_density,
    "D": probability.divergence,
    "KL": probability.divergence,
    "H": probability.entropy,
    "E": expectations.expectation,
    r"\mathbb{E}": expectations.expectation,
    "P": events.probability,
    r"\mathbb{P}": events.probability,
    "Var": expectations.moment,
    r"\mathbb{V}": expectations.moment,
    r"\mathrm{Var}": expectations.moment,
    "V": expectations.moment,
    "Cov": expectations.moment,
    "Corr": expectations.moment,
    r"\mathbb{C}": expectations.moment,
    "Pr": events.probability,
    r"\mathbb{1}": probability.indicator,
    r"\mathbf{1}": probability.indicator,
    r"\mathbb{I}": probability.indicator,
    "I": probability.information,
    "1": probability.indicator,
    "B": _beta,
}

RULES: dict[str, Callable[..., Value]] = {
    "apply": apply,
    "applied": applied,
    "apply declared": apply_declared,
    "function name": function_name,
}
