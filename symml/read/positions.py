"""``np.arange`` as an expression: a reserved symbol that dies where it selects entries, and else needs a number."""

from __future__ import annotations

from symml.errors import TraceError
from symml.expr import functions
from symml.expr.build import stack
from symml.expr.contract import contract
from symml.expr.dims import Dim
from symml.expr.domains import DOMAINS
from symml.expr.nodes import Apply, Contract, Expr, OneHot, Symbol, eye, onehot, positions, selector, symbol_node
from symml.expr.walk import substitute, symbols, transform

_NAME = "np.arange"
_MAX = 1000
_LABEL = DOMAINS["label"]


class NeedsNumbers(TraceError):
    """The code works with numbers only, not with named dims."""


def arange(rows: Dim) -> Expr:
    """The positions ``0 ... rows - 1``."""
    return symbol_node(_NAME, (rows,), _LABEL)


def is_arange(node: Expr) -> bool:
    """Whether the node is ``arange`` as it was made."""
    return isinstance(node, Symbol) and node.name == _NAME


def resolve(root: Expr) -> Expr:
    """The expression without ``arange``.

    Raises:
        NeedsNumbers: The positions of an axis of symbolic size are used as numbers.
    """
    if not any(map(is_arange, symbols(root))):
        return root
    root = transform(root, _select)
    return substitute(root, {node: _numbers(node.shape[0]) for node in symbols(root) if is_arange(node)})


def _numbers(rows: Dim) -> Expr:
    if not isinstance(rows, int):
        return positions(rows)
    if rows > _MAX:
        raise TraceError(f"np.arange({rows}) is too long", cure=f"use at most {_MAX} numbers")
    return stack(list(range(rows)))


def _select(node: Expr) -> Expr | None:
    """Labels that run through the positions are the rows of an identity; positions equal to labels are one-hot."""
    if isinstance(node, OneHot):
        found = _spread(node.args[0])
        return None if found is None else _rows(node, *found)
    if isinstance(node, Apply) and node.function is functions.equal:
        a, b = node.args
        return _matches(a, b) or _matches(b, a)
    return None


def _spread(labels: Expr) -> tuple[Dim, int] | None:
    """(number of positions, axis) when the labels are ``arange`` along one axis."""
    if is_arange(labels):
        return labels.shape[0], 0
    if isinstance(labels, Contract) and labels.coef == 1 and len(labels.args) == 1 and is_arange(labels.args[0]):
        axis = labels.subs[0][0]
        return (labels.dims[axis], axis) if axis < len(labels.shape) else None
    return None


def _rows(node: Expr, rows: Dim, axis: int) -> Expr:
    depth = node.shape[-1]
    found = eye(rows) if rows == depth else selector(rows, depth, 0, 1)
    last = len(node.shape) - 1
    return contract([(found, (axis, last))], range(last + 1), dims=dict(enumerate(node.shape)))


def _matches(positions: Expr, labels: Expr) -> Expr | None:
    """``labels[..., None] == arange(k)`` is one-hot where the labels do not vary along that axis."""
    found = _spread(positions)
    if found is None or not isinstance(labels, Contract):
        return None
    rows, axis = found
    if any(axis in sub for sub in labels.subs):
        return None
    rest = [i for i in range(len(labels.shape)) if i != axis]
    factors = list(zip(labels.args, labels.subs, strict=True))
    bare = contract(factors, rest, coef=labels.coef, dims={i: labels.shape[i] for i in rest})
    return contract([(onehot(bare, rows), (*rest, axis))], range(len(labels.shape)))
