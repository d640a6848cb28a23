"""The only traversal: iterative, memoised, over nodes once each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from symml.errors import SymmlError
from symml.expr.arithmetic import rational_power
from symml.expr.binders import rebuild_expectation, rebuild_ranged, refuse_capture
from symml.expr.contract import contract
from symml.expr.dims import Dim, dim_names
from symml.expr.nodes import (
    Add,
    Along,
    Apply,
    Basis,
    Contract,
    Derivative,
    Expr,
    Extent,
    Linalg,
    OneHot,
    Power,
    Selector,
    Symbol,
    add_node,
    along_node,
    apply_node,
    derivative_node,
    linalg_node,
    onehot,
)
from symml.expr.scoped import Binder, Expectation, Integral, Series


def topological(*roots: Expr) -> list[Expr]:
    """Every node under ``roots`` once, arguments before the nodes that use them."""
    order: list[Expr] = []
    done: set[Expr] = set()
    stack: list[tuple[Expr, bool]] = [(root, False) for root in reversed(roots)]
    while stack:
        node, ready = stack.pop()
        if ready:
            order.append(node)
        elif node not in done:
            done.add(node)
            stack.append((node, True))
            stack.extend([(arg, False) for arg in reversed(node.args) if arg not in done])
    return order


def symbols(*roots: Expr) -> list[Symbol]:
    """The symbols under ``roots``, in the order in which they are met."""
    return [node for node in topological(*roots) if isinstance(node, Symbol)]


def use_counts(root: Expr) -> Counter[Expr]:
    """How often each node is an argument (with multiplicity); the root counts once."""
    counts: Counter[Expr] = Counter([root])
    for node in topological(root):
        counts.update(node.args)
    return counts


def node_dims(node: Expr) -> Iterator[Dim]:
    """The dimensions that a node itself mentions."""
    yield from node.shape
    if isinstance(node, Contract):
        yield from node.dims
    elif isinstance(node, Extent):
        yield node.size
    elif isinstance(node, Basis):
        yield node.position
    elif isinstance(node, Selector):
        yield node.start


def size_names(*roots: Expr) -> list[str]:
    """The names of all sizes under ``roots``, sorted."""
    return sorted({name for node in topological(*roots) for dim in node_dims(node) for name in dim_names(dim)})


def rebuild(node: Expr, args: tuple[Expr, ...]) -> Expr:
    """The node of the same kind with other arguments: meaning-preserving construction, no rewriting."""
    if args == node.args:
        return node
    return _REBUILD[type(node)](node, args)


def _rebuild_contract(node: Contract, args: tuple[Expr, ...]) -> Expr:
    rank = len(node.shape)
    return contract(
        list(zip(args, node.subs, strict=True)), range(rank), coef=node.coef, dims=dict(enumerate(node.dims[:rank]))
    )


def _rebuild_derivative(node: Derivative, args: tuple[Expr, ...]) -> Expr:
    expr, wrt = args
    if not isinstance(wrt, Symbol):
        raise SymmlError(
            f"a derivative is taken with respect to a symbol, not {wrt}", cure="carry out the derivative first"
        )
    return derivative_node(expr, wrt)


_REBUILD: dict[type[Expr], Callable[..., Expr]] = {
    Add: lambda node, args: add_node(args),
    Contract: _rebuild_contract,
    Power: lambda node, args: rational_power(args[0], node.exponent),
    Apply: lambda node, args: apply_node(node.function, args),
    Along: lambda node, args: along_node(node.function, args[0], node.axes),
    Linalg: lambda node, args: linalg_node(node.function, args[0]),
    OneHot: lambda node, args: onehot(args[0], node.shape[-1]),
    Series: rebuild_ranged,
    Integral: rebuild_ranged,
    Expectation: rebuild_expectation,
    Derivative: _rebuild_derivative,
}


def transform(root: Expr, rule: Callable[[Expr], Expr | None]) -> Expr:
    """Rebuilds bottom up; where ``rule`` gives an expression for a rebuilt node, that takes its place."""
    done: dict[Expr, Expr] = {}
    for node in topological(root):
        new = rebuild(node, tuple([done[arg] for arg in node.args]))
        changed = rule(new)
        done[node] = new if changed is None else changed
    return done[root]


def substitute(root: Expr, replacements: Mapping[Expr, Expr]) -> Expr:
    """``root`` with nodes replaced by expressions of the same shape; no symbol is captured by a binder."""
    for old, new in replacements.items():
        if old.shape != new.shape:
            raise SymmlError(f"cannot put an array of shape {new.shape} in the place of one of shape {old.shape}")
    order = topological(root)
    if any(isinstance(node, Binder) for node in order):
        refuse_capture(root, replacements)
    done: dict[Expr, Expr] = {}
    for node in order:
        found = replacements.get(node)
        done[node] = found if found is not None else rebuild(node, tuple([done[arg] for arg in node.args]))
    return done[root]


def depends_on(root: Expr, wrt: Expr) -> set[Expr]:
    """The nodes under ``root`` in which ``wrt`` occurs."""
    found: set[Expr] = set()
    for node in topological(root):
        if node is wrt or any(arg in found for arg in node.args):
            found.add(node)
    return found
