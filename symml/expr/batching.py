"""An expression in a position, for every position of an axis at once: ``x[i] * y[i]`` as ``x * y``."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from symml.errors import SymmlError
from symml.expr.arithmetic import plus
from symml.expr.contract import contract
from symml.expr.dims import Dim, as_dim, is_count
from symml.expr.nodes import (
    Add,
    Along,
    Apply,
    Constant,
    Contract,
    Expr,
    Extent,
    OneHot,
    Power,
    Symbol,
    add_node,
    along_node,
    apply_node,
    eye,
    positions,
    power_node,
    selector,
)
from symml.expr.walk import depends_on, topological


def batched(root: Expr, position: Symbol, rows: Dim) -> Expr:
    """``root`` for ``position`` = 0, ..., ``rows`` - 1, along a new first axis.

    Args:
        root: An expression in ``position``, which indexes arrays or is used as a number.
        position: A label, a scalar.
        rows: The number of positions.

    Raises:
        SymmlError: A part of the expression has no form for all positions at once.
    """
    within = depends_on(root, position)
    if root not in within:
        return _stretched(root, rows)
    done: dict[Expr, Expr] = {}
    for node in topological(root):
        if node is position:
            done[node] = positions(rows)
        elif node in within:
            done[node] = _batched(node, done, within, position, rows)
    return done[root]


def _batched(node: Expr, done: dict[Expr, Expr], within: set[Expr], position: Symbol, rows: Dim) -> Expr:
    if isinstance(node, OneHot):
        return _chosen(node, position, rows)
    if isinstance(node, Contract):
        return _product(node, done, within, rows)
    rule = _RULES.get(type(node))
    if rule is None:
        raise SymmlError(
            f"{node} depends on {position.name}, whose positions are not numbers", cure="declare a number of positions"
        )
    return rule(node, tuple(done[arg] if arg in within else _stretched(arg, rows) for arg in node.args))


def _stretched(node: Expr, rows: Dim) -> Expr:
    axes = tuple(range(1, len(node.shape) + 1))
    return contract([(node, axes)], (0, *axes), dims={0: rows})


def _product(node: Contract, done: dict[Expr, Expr], within: set[Expr], rows: Dim) -> Expr:
    """The product with one more index, on every factor that depends on the position."""
    factors = [
        (done[arg], (-1, *sub)) if arg in within else (arg, sub) for arg, sub in zip(node.args, node.subs, strict=True)
    ]
    rank = len(node.shape)
    dims = {-1: rows, **dict(enumerate(node.dims[:rank]))}
    return contract(factors, (-1, *range(rank)), coef=node.coef, dims=dims)


def _chosen(node: OneHot, position: Symbol, rows: Dim) -> Expr:
    """The rows that ``position + start`` takes, one after the other."""
    depth, start = node.shape[-1], _start(node.args[0], position)
    if start is None:
        raise SymmlError(
            f"{node.args[0]} is no position that moves with {position.name}", cure="index with i, i + 1, i - 1 ..."
        )
    if not (is_count(start) and is_count(depth - rows - start)):
        index = "it" if start == 0 else f"it plus {start}"
        raise SymmlError(
            f"an index runs over {rows}, and {index} may leave an axis of {depth}",
            cure="let the range end where the index still fits, as in range(n - 1) for x[i + 1]",
        )
    return eye(rows) if rows == depth and start == 0 else selector(rows, depth, start, 1)


def _start(label: Expr, position: Symbol) -> Dim | None:
    """``start`` of ``position + start``."""
    if label is position:
        return 0
    rest = [part for part in label.args if part is not position] if isinstance(label, Add) else []
    if len(rest) != len(label.args) - 1 or not all(isinstance(part, Constant | Extent | Contract) for part in rest):
        return None
    total: object = 0
    for part in rest:
        total = plus(total, part)
    try:
        return as_dim(total)
    except SymmlError:
        return None


def _power(node: Power, args: tuple[Expr, ...]) -> Expr:
    return power_node(args[0], Fraction(node.exponent))


_RULES: dict[type[Expr], Callable[..., Expr]] = {
    Add: lambda node, args: add_node(args),
    Power: _power,
    Apply: lambda node, args: apply_node(node.function, args),
    Along: lambda node, args: along_node(node.function, args[0], tuple(axis + 1 for axis in node.axes)),
}
