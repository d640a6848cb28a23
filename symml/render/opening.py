"""Sums over differences, opened for print: the sum of ``A_ik (X_ij - Y_kj)`` over k is ``diag(A 1) X - A Y``.

Pairwise distances and their gradients are written with arrays of three axes, which matrix notation does not have; their
sums over an axis are sums of matrix products. Nothing but the printed formula changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from math import prod

from symml.calculus.canonical import add_terms
from symml.expr.binders import is_open
from symml.expr.contract import contract, is_light
from symml.expr.nodes import Add, Contract, Expr, Power
from symml.expr.walk import rebuild, topological
from symml.render.stages import visible

_MATRIX = 2
_MAX_TERMS = 64
Factors = tuple[Expr, ...]


def opened(root: Expr, names: Mapping[Expr, str]) -> Expr:
    """The expression with products of sums of more than two axes multiplied out; named nodes stay."""
    nodes = visible(root, names)
    if all(len(node.shape) <= _MATRIX for node in nodes) or is_open(root):
        return root
    done: dict[Expr, Expr] = {}
    for node in nodes:
        if node in names and node is not root:
            done[node] = node
            continue
        new = rebuild(node, tuple([done[arg] for arg in node.args]))
        if (
            isinstance(new, Contract)
            and len(new.shape) <= _MATRIX
            and any(len(arg.shape) > _MATRIX for arg in new.args)
        ):
            new = _multiplied_out(new)
        done[node] = new
    return done[root]


def _multiplied_out(node: Contract) -> Expr:
    """The sum of products without sums of more than two axes; the product itself where there are too many."""
    found: list[Expr] = []
    todo: list[Expr] = [node]
    while todo:
        term = todo.pop()
        choices = [list(_choices(arg)) for arg in term.args] if isinstance(term, Contract) else []
        if all(len(options) == 1 and not _is_inlined(options[0][0]) for options in choices):
            found.append(term)
            continue
        assert isinstance(term, Contract)
        if len(found) + len(todo) + prod(map(len, choices)) > _MAX_TERMS:
            return node
        todo += [_term(term, chosen) for chosen in product(*choices)][::-1]
    return add_terms(found)


def _choices(arg: Expr) -> Iterator[Factors]:
    """What may stand for a factor: each term of a sum, each pair of terms of its square, or the factor itself."""
    if len(arg.shape) > _MATRIX and isinstance(arg, Add):
        yield from ((term,) for term in arg.args)
    elif len(arg.shape) > _MATRIX and isinstance(arg, Power) and arg.exponent == 2 and isinstance(arg.args[0], Add):
        yield from product(arg.args[0].args, repeat=2)
    else:
        yield (arg,)


def _is_inlined(arg: Expr) -> bool:
    return isinstance(arg, Contract) and len(arg.shape) > _MATRIX


def _term(node: Contract, chosen: tuple[Factors, ...]) -> Expr:
    items = [(term, sub) for factors, sub in zip(chosen, node.subs, strict=True) for term in factors]
    rank = len(node.shape)
    dims = dict(enumerate(node.dims[:rank]))
    return contract(items, range(rank), coef=node.coef, dims=dims, merge=lambda arg: _is_inlined(arg) or is_light(arg))


def is_flat(root: Expr) -> bool:
    """Whether no part has more than two axes."""
    return all(len(node.shape) <= _MATRIX for node in topological(root))
