"""Expectations, variances and covariances of random symbols."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symml.errors import SymmlError
from symml.expr.domains import DOMAINS
from symml.expr.nodes import Expr, Symbol, constant, symbol_node
from symml.expr.probability import covariance, expect, random_symbols
from symml.expr.walk import substitute, symbols
from symml.read.math.bigs import Bound
from symml.read.math.calls import Applied
from symml.read.math.elaborate import Range
from symml.read.math.rules.algebra import combine
from symml.read.math.tree import Node
from symml.read.math.value import Value, summed_over

if TYPE_CHECKING:
    from symml.read.math.elaborate import Elaborator

_BARS = ("|", r"\mid")
_RANDOM = DOMAINS["random"]


def expectation(e: Elaborator, node: Node, head: Applied) -> Value | None:
    """``E[f(X) | Y]``, ``E_{x ~ p}[f(x)]``: over what stands below, or what is random inside."""
    body, given = _parts(e, node, head)
    drawn = _from_vector(e, node, head, body, given)
    if drawn is not None:
        return drawn
    chosen = _below(e, head)
    value = e.value(body)
    if value.rank > 2:
        raise e.error(body, "the expectation of an array of more than two axes")
    expr = _as_random(e, node, value.expr, chosen)
    conditions = [_random(e, part) for part in given]
    over = [symbol for symbol in random_symbols(expr) if symbol.name in {s.name for s in chosen}] or None
    if over is not None:
        over = [symbol for symbol in over if symbol not in conditions]
    try:
        return value.with_expr(expect(expr, conditions or None, over=over))
    except SymmlError as error:
        raise e.error(node, error.what, error.cure) from None


def _from_vector(e: Elaborator, node: Node, head: Applied, body: Node, given: tuple[Node, ...]) -> Value | None:
    """``E_{x ~ p}[f(x)]`` with a declared vector p: the sum of p(x) f(x) over its entries."""
    parts = head.below.args if head.below is not None else ()
    if len(parts) != 1 or given or parts[0].kind != "relation" or parts[0].value != ("~",):
        return None
    law = parts[0].args[1]
    symbol = law.value.value if law.kind == "declared" else None
    if not isinstance(symbol, Symbol) or len(symbol.shape) != 1:
        return None
    letter = e.written(parts[0].args[0])
    with e.running({letter: Range(symbol.shape[0])}):
        weight = Value(symbol, (letter,))
        value = combine(e, node, "", weight, e.value(body))
        return summed_over(value, (letter,))


def moment(e: Elaborator, node: Node, head: Applied) -> Value | None:
    """``Var(X)`` and ``Cov(X, Y)``, given what stands after a bar."""
    name = head.written.base.removeprefix(r"\mathrm{").removesuffix("}")
    if name == "V" and not any(isinstance(part.value, object) and _names_random(e, part) for part in node.args):
        return None
    if name == "Corr":
        raise e.error(node, "not understood: correlations", r"write \mathrm{Cov}(X, Y) over the root of the variances")
    bar = next((k for k, sign in enumerate(head.separators) if sign in _BARS), len(node.args) - 1)
    sides, given = node.args[: bar + 1], node.args[bar + 1 :]
    values = [e.value(part) for part in sides]
    if len(values) not in (1, 2) or any(value.labels or value.rank > 1 for value in values):
        raise e.error(node, f"not understood: {e.written(node)}", "write the variance of one, the covariance of two")
    chosen = _below(e, head)
    left, right = (_as_random(e, node, value.expr, chosen) for value in (values[0], values[-1]))
    conditions = [_random(e, part) for part in given]
    return Value(covariance(left, right, conditions or None))


def _names_random(e: Elaborator, node: Node) -> bool:
    return bool(random_symbols(e.value(node).expr))


def _parts(e: Elaborator, node: Node, head: Applied) -> tuple[Node, tuple[Node, ...]]:
    """The body, and what stands after the bar."""
    bars = [k for k, sign in enumerate(head.separators) if sign in _BARS]
    if len(bars) > 1 or any(sign not in (*_BARS, ",") for sign in head.separators) or (bars and bars[0]):
        raise e.error(node, f"not understood: {e.written(node)}", r"write \mathbb{E}[f(X) \mid Y]")
    if len(node.args) > 1 and not bars:
        raise e.error(node, f"not understood: {e.written(node)}", "the expectation is of one expression")
    return node.args[0], node.args[1:]


def _below(e: Elaborator, head: Applied) -> list[Symbol]:
    r"""The symbols over which the expectation is taken, from ``x \sim p`` or ``x`` below."""
    found: list[Symbol] = []
    for part in head.below.args if head.below is not None else ():
        inner = part
        if part.kind == "relation":
            inner = part.args[0]
            if part.value[0] != "~":
                raise e.error(part, f"not understood: {e.written(part)}", r"write x \sim p below")
        if inner.kind in ("declared", "name"):
            value = e.value(inner).expr
            if isinstance(value, Symbol):
                found.append(value)
                if part.kind == "relation":
                    e.laws[value.name] = e.written(part.args[1])
                continue
        if part.kind == "relation":
            raise e.error(part, f"not understood: {e.written(part)}", r"write x \sim p below")
    return found


def _as_random(e: Elaborator, node: Node, expr: Expr, chosen: list[Symbol]) -> Expr:
    """The expression with the chosen symbols random; with undeclared ones, where nothing else is random."""
    if not chosen and not random_symbols(expr):
        chosen = [symbol for symbol in symbols(expr) if symbol in e.inferred.values()]
    moved: dict[Expr, Expr] = {}
    for symbol in chosen:
        if "random" not in symbol.domain.facts:
            moved[symbol] = symbol_node(symbol.name, symbol.shape, _RANDOM)
            e.note(f"{symbol.name} is random in {e.written(node)}")
    return substitute(expr, moved) if moved else expr


def _random(e: Elaborator, node: Node) -> Symbol:
    """A condition: a random symbol."""
    inner = node.args[0] if node.kind == "relation" and node.value == ("==",) else node
    value = e.value(inner).expr
    if not isinstance(value, Symbol):
        raise e.error(node, f"not understood: {e.written(node)} as a condition", "name it, and declare it random")
    if "random" not in value.domain.facts:
        return symbol_node(value.name, value.shape, _RANDOM)
    return value


def weighted(e: Elaborator, node: Node, bound: Bound) -> Value | None:
    r"""``\sum_x p(x) f(x)`` where x was said to have the law p: the mean of f(x)."""
    letter = bound.letters[0]
    body = node.args[0]
    if bound.operator != "sum" or len(bound.letters) > 1 or letter not in e.laws or bound.high is not None:
        return None
    factors = body.args if body.kind == "product" else (body,)
    weights = [part for part in factors if _is_law(part, e.laws[letter], letter)]
    if len(weights) != 1 or (body.kind == "product" and any(body.value)):
        return None
    rest = tuple(part for part in factors if part is not weights[0])
    variable = symbol_node(letter, (), _RANDOM)
    outer, e.local = e.local, e.local | {letter: Value(variable)}
    inner = (
        Node("product", rest, ("",) * len(rest), body.start, body.end) if len(rest) > 1 else rest[0] if rest else None
    )
    value = Value(constant(1)) if inner is None else e.value(inner)
    e.local = outer
    e.note(f"{e.written(node)} is the mean under {e.laws[letter]}")
    return value.with_expr(expect(value.expr, over=[variable])) if random_symbols(value.expr) else value


def _is_law(node: Node, law: str, letter: str) -> bool:
    """Whether a factor is the law at the letter: ``p(x)``."""
    if node.kind not in ("apply", "apply declared") or len(node.args) != 1:
        return False
    (argument,) = node.args
    named = argument.kind == "name" and argument.value.key == letter
    return named and node.value.written.key == law
