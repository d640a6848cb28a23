"""Probability on paper: indicators, normal densities, entropies, divergences, expectations."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from symml.expr import arithmetic, functions
from symml.expr.build import logdet, trace
from symml.expr.domains import DOMAINS
from symml.expr.functions import FUNCTIONS
from symml.expr.nodes import Expr, Symbol, constant, extent, symbol_node
from symml.expr.walk import symbols
from symml.read.math.calls import Applied
from symml.read.math.rules import algebra, powers
from symml.read.math.tree import Node, set_of
from symml.read.math.value import Value

if TYPE_CHECKING:
    from symml.read.math.elaborate import Elaborator

_HALF = Fraction(1, 2)
_BARS = ("|", r"\mid")
_DISTRIBUTIONS = set_of("simplex probability unit")


def indicator(e: Elaborator, node: Node, head: Applied) -> Value | None:
    """``1[x > 0]``: 1 where the condition holds."""
    if len(node.args) == 1 and node.args[0].kind in ("relation", "and", "or"):
        return e.value(node.args[0])
    if head.opening == "(" and len(node.args) == 1:
        return None
    raise e.error(node, f"not understood: {e.written(node)}", "an indicator holds a comparison: 1[x > 0]")


def normal_density(e: Elaborator, node: Node, head: Applied) -> Value | None:
    """``N(x; mu, sigma^2)``, or with a covariance matrix; of two parameters it is a law, not a number."""
    if len(node.args) != 3:
        raise e.error(
            node, f"{e.written(node)} is a law, not a number", r"write its density: \mathcal{N}(x; \mu, \sigma^2)"
        )
    x, mean, spread = (e.value(part) for part in node.args)
    centered = algebra.plus(e, node, x, algebra.negative(mean))
    if centered.rank == 0:
        return _normal(e, node, centered, spread)
    if centered.rank != 1 or spread.labels:
        raise e.error(node, f"not understood: {e.written(node)}", "write the density out")
    return _multivariate(e, node, centered, spread)


def _normal(e: Elaborator, node: Node, centered: Value, variance: Value) -> Value:
    two_pi = Value(arithmetic.times(2, constant("pi")))
    square = powers.raise_to(e, node, centered, Value(constant(2)))
    ratio = algebra.divide(e, node, square, algebra.combine(e, node, "", Value(constant(2)), variance))
    height = powers.raise_to(e, node, algebra.combine(e, node, "", two_pi, variance), Value(constant(-_HALF)))
    bell = algebra.negative(ratio)
    return algebra.combine(e, node, "", height, bell.with_expr(functions.exp(bell.expr)))


def _multivariate(e: Elaborator, node: Node, centered: Value, covariance: Value) -> Value:
    """exp(-(x-mu)' S^-1 (x-mu)/2 - log det(S)/2 - d/2 log(2 pi)); a number s2 stands for s2 I."""
    dim = extent(centered.core[0])
    if covariance.rank == 0:
        precision = covariance.with_expr(arithmetic.rational_power(covariance.expr, Fraction(-1)))
        square = algebra.combine(e, node, "", precision, algebra.inner(e, node, centered, centered))
        volume = dim * functions.log(covariance.expr)
    else:
        solved = algebra.matmul(e, node, powers.inverse(e, node, covariance), centered)
        square = algebra.inner(e, node, centered, solved)
        volume = logdet(covariance.expr)
    constants = Value(volume + dim * functions.log(arithmetic.times(2, constant("pi"))))
    total = algebra.plus(e, node, square, constants)
    return total.with_expr(functions.exp(arithmetic.scale(-_HALF, total.expr)))


# ---- entropies -------------------------------------------------------------------------------------------------------
def _distributions(e: Elaborator, node: Node) -> list[Value] | None:
    """The arguments when all are declared vectors of probabilities."""
    values = []
    for part in node.args:
        if part.kind in ("sum", "product", "fraction", "group"):
            value = e.value(part)
            if (
                value.rank != 1
                or value.labels
                or any(s.domain.name != "simplex" for s in symbols(value.expr) if s.shape)
            ):
                return None
            values.append(value)
            continue
        if part.kind != "declared" or not isinstance(part.value.value, Symbol):
            return None
        symbol = part.value.value
        if len(symbol.shape) != 1 or symbol.domain.name not in _DISTRIBUTIONS | {"positive", "onehot", "real"}:
            return None
        values.append(Value(symbol))
    return values


def _log(e: Elaborator, x: Expr) -> Expr:
    """The logarithm to the base of the notation."""
    base = e.table.notation.log
    return functions.log(x) if base == "e" else FUNCTIONS[f"log{base}"](x)


def divergence(e: Elaborator, node: Node, head: Applied) -> Value | None:
    """``D_KL(P || Q)`` of declared distributions over finitely many values, to the base of the notation's logarithm."""
    kind = head.written.sub.replace(r"\mathrm{", "").replace("}", "").replace("{", "")
    if head.written.base == "D" and kind != "KL":
        return None
    if all(_is_normal(part) for part in node.args) and len(node.args) == 2:
        return _between_normals(e, node)
    values = _distributions(e, node)
    if values is None or len(values) != 2 or not e.unify(values[0].core[0], values[1].core[0]):
        raise e.error(
            node, f"not understood: {e.written(node)}", "declare both as vectors of probabilities: 'k simplex'"
        )
    p, q = (value.expr for value in values)
    return Value((p * _log(e, p / q)).sum())


def _is_normal(node: Node) -> bool:
    r"""Whether a node is a law ``\mathcal{N}(m, S)``."""
    head = node.value if node.kind == "apply" else None
    named = head is not None and head.written.base in (r"\mathcal{N}", "N") and not head.primes
    return named and len(node.args) == 2


def _between_normals(e: Elaborator, node: Node) -> Value:
    r"""The divergence of two normal laws: (tr(T^-1 S) + (n - m)' T^-1 (n - m) - d + log det T - log det S)/2."""
    (m, s), (n, t) = ([e.value(part) for part in law.args] for law in node.args)
    apart = algebra.plus(e, node, n, algebra.negative(m))
    if any(value.labels for value in (m, s, n, t)):
        raise e.error(node, f"not understood: {e.written(node)} of running indices", "write the divergence out")
    if not apart.rank and not s.rank and not t.rank:
        ratio = s.expr / t.expr
        return Value((ratio + apart.expr**2 / t.expr - 1 - functions.log(ratio)) / 2)
    sizes = [dim for value in (s, t, apart) for dim in value.core]
    if s.rank != 2 or t.rank != 2 or not all(e.unify(dim, sizes[0]) for dim in sizes):
        cure = r"write square matrices of the mean's length, such as \sigma^2 I"
        raise e.error(node, "the covariances and the means do not fit", cure)
    precision = powers.inverse(e, node, t)
    square = apart
    if apart.rank:
        square = algebra.inner(e, node, apart, algebra.matmul(e, node, precision, apart))
    elif not algebra.is_zero(apart):
        raise e.error(node, "a number as the mean of a vector", "write a vector")
    traced = trace(algebra.matmul(e, node, precision, s).expr)
    return Value((traced + square.expr - extent(sizes[0]) + logdet(t.expr) - logdet(s.expr)) / 2)


def entropy(e: Elaborator, node: Node, head: Applied) -> Value | None:
    """``H(P)`` and the cross-entropy ``H(P, Q)`` of declared distributions, in nats; else of random variables."""
    values = _distributions(e, node)
    if values is None:
        return _of_variables(e, node, head)
    if any(sign != "," for sign in head.separators) or len(values) > 2:
        raise e.error(node, f"not understood: {e.written(node)}", "H has one distribution, or two with a comma")
    if len(values) == 2 and not e.unify(values[0].core[0], values[1].core[0]):
        raise e.error(node, "two distributions over different sets")
    p, q = values[0].expr, values[-1].expr
    return Value(-(p * _log(e, q)).sum())


def information(e: Elaborator, node: Node, head: Applied) -> Value | None:
    """``I(X; Y)`` is H(X) + H(Y) - H(X, Y), given what stands after a bar."""
    if ";" not in head.separators:
        return indicator(e, node, head)
    names = variables(e, node)
    cut = head.separators.index(";") + 1
    bar = next((k + 1 for k, sign in enumerate(head.separators) if sign in _BARS), len(node.args))
    if names is None or head.separators.count(";") > 1 or bar < cut:
        raise e.error(node, f"not understood: {e.written(node)}", "write I(X; Y)")
    left, right, given = names[:cut], names[cut:bar], names[bar:]
    parts = [_joint(e, [*left, *given]), _joint(e, [*right, *given]), _joint(e, [*left, *right, *given])]
    total = parts[0] + parts[1] - parts[2]
    return Value(total - _joint(e, given) if given else total)


def _of_variables(e: Elaborator, node: Node, head: Applied) -> Value | None:
    """``H(X, Y)`` of random variables, and ``H(Y | X)`` as H(X, Y) - H(X)."""
    names = variables(e, node)
    if names is None or any(sign not in (",", *_BARS) for sign in head.separators):
        return None
    bar = next((k + 1 for k, sign in enumerate(head.separators) if sign in _BARS), len(names))
    joint = _joint(e, names)
    return Value(joint - _joint(e, names[bar:]) if names[bar:] else joint)


def variables(e: Elaborator, node: Node) -> list[str] | None:
    """The names of random variables: declared random, or capitals of which nothing is declared."""
    found = []
    for part in node.args:
        symbol = part.value.value if part.kind == "declared" else None
        if isinstance(symbol, Symbol) and "random" in symbol.domain.facts:
            found.append(symbol.name)
        elif part.kind == "name" and part.value.base[:1].isupper():
            found.append(part.value.key)
        else:
            return None
    return found


def _joint(e: Elaborator, names: list[str]) -> Expr:
    """The entropy of variables together, whatever their order."""
    name = f"H({','.join(sorted(set(names)))})"
    e.note(f"{name} is the entropy of random variables, a number of which nothing more is known")
    return e.inferred.setdefault(name, symbol_node(name, (), DOMAINS["nonnegative"]))
