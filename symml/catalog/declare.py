"""How an entry is declared: the signature is the quantifier, the docstring the sentence, each yield a line.

One decorator a kind. A body yields the first expression and then pairs of a reason and the next expression. Bounds are
written ``at_most(...)`` and ``at_least(...)``, decimals ``rounded("0.0876")``; ``tight(x, 0)`` says where a bound is an
equality. An algorithm yields pairs of a variable and its new value. ``h = let(h=...)`` is printed by its name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symml.catalog.abbreviations import let
from symml.catalog.entry import Chain, Entry
from symml.catalog.links import at_least, at_most, rounded, tight
from symml.expr.arithmetic import lift
from symml.expr.function import Function
from symml.expr.functions import undefined
from symml.expr.nodes import Expr, Symbol, derivative_node

__all__ = [
    "Chain",
    "Entry",
    "algorithm",
    "at_least",
    "at_most",
    "definition",
    "deriv",
    "example",
    "grad",
    "identity",
    "inequality",
    "jacobian",
    "let",
    "limit",
    "pitfall",
    "prime",
    "rounded",
    "tight",
]

Body = Callable[..., Chain]
Decorator = Callable[[Body], Entry]


def identity(*, source: str, tags: str = "", given: str = "") -> Decorator:
    """Declares an identity: ``@identity(source="...", tags="activation")`` above a generator of lines."""
    return lambda function: _entry(function, source, tags, given=given)


def definition(*, source: str, tags: str = "", given: str = "") -> Decorator:
    """Declares what a name stands for; further lines, if there are any, are equivalent forms."""
    return lambda function: _entry(function, source, tags, kind="definition", given=given)


def inequality(*, source: str, tags: str = "", given: str = "", tightness: str = "") -> Decorator:
    """Declares a bound; the body yields ``tight(...)``, or ``tightness`` says how close an open bound comes."""
    return lambda function: _entry(function, source, tags, kind="inequality", given=given, tightness=tightness)


def example(*, source: str, tags: str = "") -> Decorator:
    """Declares a statement about numbers; it is decided exactly, decimals to the digits that are written."""
    return lambda function: _entry(function, source, tags, kind="example")


def limit(*, source: str, at: str, tags: str = "") -> Decorator:
    """Declares a limit: ``at="x -> oo"``; the last line is what the line before approaches."""
    variable, _, place = (part.strip() for part in at.partition("->"))
    return lambda function: _entry(function, source, tags, kind="limit", at=(variable, place))


def algorithm(*, source: str, tags: str = "", given: str = "") -> Decorator:
    """Declares an update rule; the body yields pairs of a variable and the value it takes, from the old values."""
    return lambda function: _entry(function, source, tags, kind="algorithm", given=given)


def pitfall(*, source: str, instead: str, tags: str = "") -> Decorator:
    """Declares a tempting falsehood, which the verifier must refute; ``instead`` says what is true."""
    return lambda function: _entry(function, source, tags, kind="pitfall", instead=instead)


def _entry(function: Body, source: str, tags: str, **more: Any) -> Entry:
    chapter = function.__module__.rpartition(".")[2]
    return Entry(chapter, function.__name__, function, source, tuple(tags.split()), **more)


def deriv(expr: Any, wrt: Symbol) -> Expr:
    """The derivative of ``expr`` with respect to ``wrt``, written and not carried out."""
    return derivative_node(lift(expr), wrt)


grad = jacobian = deriv


def prime(function: Function) -> Function:
    """The derivative ``f'`` of an undefined function, as a function."""
    return undefined(function.name + "'")
