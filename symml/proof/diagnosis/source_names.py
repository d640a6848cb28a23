"""Changes of a program that need a name that is at hand: another variable, a lost factor, a lost term."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from symml.expr.dims import Dim
from symml.proof.diagnosis import mistakes
from symml.proof.diagnosis.source_edits import Edit
from symml.read.editing import Scope, Site

_ROOTS = (ast.Assign, ast.AugAssign, ast.Return, ast.Tuple, ast.List, ast.Dict, ast.Yield, ast.Lambda)
_METHODS = frozenset(dir(np.ndarray)) | {"append", "pop", "insert", "items", "values", "keys", "extend"}
_MAX_ARRAYS, _MAX_TEXT = 24, 24
_PRODUCTS = ("dot", "outer", "einsum", "matmul", "tensordot", "sum")


@dataclass(frozen=True)
class Pool:
    """What the names of one function stand for, as far as the declarations tell.

    Attributes:
        counts: Texts that give a dim, with the dim's name.
        scalars: Names of numbers.
        arrays: All other names.
    """

    counts: Mapping[str, str]
    scalars: tuple[str, ...]
    arrays: tuple[str, ...]


def pool_of(scope: Scope, shapes: Mapping[str, tuple[Dim, ...]]) -> Pool:
    """The names of a function.

    Args:
        scope: The function.
        shapes: The declared shapes of its parameters.
    """
    counts: dict[str, str] = {}
    for name in scope.parameters:
        for axis, dim in enumerate(shapes.get(name, ())):
            counts.setdefault(f"{name}.shape[{axis}]" if axis else f"len({name})", str(dim))
    texts = {f"{name}.shape[0]": dim for name, dim in ((t[4:-1], d) for t, d in counts.items() if t.startswith("len("))}
    named = _named_counts(scope, {**texts, **counts}, shapes)
    first: dict[str, str] = {}
    for text, size in [*named.items(), *counts.items()]:
        if size not in first.values():
            first[text] = size
    scalars = tuple(name for name in scope.parameters if shapes.get(name, (0,)) == ())
    arrays = [text for text in _values_in(scope) if text not in scalars and text not in named]
    return Pool(first, scalars, tuple(arrays[:_MAX_ARRAYS]))


def _values_in(scope: Scope) -> list[str]:
    """The texts of names, entries and attributes that the function reads or sets, in order."""
    found = dict.fromkeys(scope.names)
    for node in ast.walk(scope.tree):
        if isinstance(node, ast.Subscript | ast.Attribute) and _root(node) in (*scope.names, "self"):
            text = ast.unparse(node)
            is_method = isinstance(node, ast.Attribute) and node.attr in _METHODS
            if not is_method and len(text) <= _MAX_TEXT and "None" not in text and ":" not in text:
                found[text] = None
    return list(found)


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _named_counts(scope: Scope, texts: Mapping[str, str], shapes: Mapping[str, tuple[Dim, ...]]) -> dict[str, str]:
    """Names that stand for a dim: ``n = len(X)``, ``n, d = X.shape``."""
    found: dict[str, str] = {}
    for node in ast.walk(scope.tree):
        if not isinstance(node, ast.Assign) or len(node.targets) != 1:
            continue
        target, text = node.targets[0], ast.unparse(node.value)
        if isinstance(target, ast.Name) and text in texts:
            found[target.id] = texts[text]
        dims = shapes.get(text.removesuffix(".shape"), ())
        if isinstance(target, ast.Tuple) and text.endswith(".shape") and len(target.elts) == len(dims):
            found.update({e.id: str(dim) for e, dim in zip(target.elts, dims, strict=True) if isinstance(e, ast.Name)})
    return found


def is_root(site: Site) -> bool:
    """Whether the node is what a statement computes, a term of a sum, or a factor of a product of arrays."""
    if not isinstance(site.node, ast.expr) or isinstance(site.node, ast.Tuple | ast.List | ast.Dict | ast.Constant):
        return False
    parent = site.parent
    if isinstance(parent, ast.BinOp):
        return isinstance(parent.op, ast.Add | ast.Sub | ast.MatMult)
    if isinstance(parent, ast.Call):
        name = parent.func.attr if isinstance(parent.func, ast.Attribute) else ""
        return site.field == "args" and name in _PRODUCTS
    return isinstance(parent, _ROOTS) and site.field in ("value", "elts", "values", "body")


def scalings(site: Site, pool: Pool) -> Iterator[Edit]:
    """A number, a count or a scalar that is left out or doubled."""
    if not is_root(site):
        return
    node = site.node
    assert isinstance(node, ast.expr)
    factors = [("2", mistakes.TERM_FACTOR), *((text, f"factor {dim}") for text, dim in pool.counts.items())]
    factors += [(name, f"factor {name}") for name in pool.scalars]
    for text, kind in factors:
        factor = _parsed(text)
        yield Edit(site, ast.BinOp(node, ast.Div(), factor), kind, f"1/{text} is left out")
        yield Edit(site, ast.BinOp(factor, ast.Mult(), node), kind, f"the factor {text} is left out")


def other_names(site: Site, pool: Pool) -> Iterator[Edit]:
    """Another name, its square or its root in the place of one."""
    node = site.node
    if not isinstance(node, ast.Name | ast.Subscript | ast.Attribute) or not isinstance(node.ctx, ast.Load):
        return
    own = ast.unparse(node)
    if own not in (*pool.arrays, *pool.scalars):
        return
    for name in (*pool.arrays, *pool.scalars):
        if name != own:
            yield Edit(site, _parsed(name), mistakes.STALE)


def powers(site: Site, pool: Pool) -> Iterator[Edit]:
    """A square or a root that is left out."""
    node = site.node
    if isinstance(node, ast.Name | ast.Call | ast.Subscript) and is_loaded(node):
        if isinstance(site.parent, ast.Call) and site.field == "func":
            return
        for exponent in (2, 0.5, 3):
            yield Edit(site, ast.BinOp(node, ast.Pow(), ast.Constant(exponent)), mistakes.POWER)


def is_loaded(node: ast.expr) -> bool:
    """Whether a value is read here, and not written."""
    return isinstance(getattr(node, "ctx", ast.Load()), ast.Load)


def factors(site: Site, pool: Pool) -> Iterator[Edit]:
    """A factor that is left out: a slope of an activation, an array, its inverse."""
    if not is_root(site):
        return
    node = site.node
    assert isinstance(node, ast.expr)
    for name in pool.arrays:
        for text in (f"(1 - {name} ** 2)", f"{name} * (1 - {name})", f"({name} > 0)"):
            words = f"the slope {text} is left out"
            yield Edit(site, ast.BinOp(node, ast.Mult(), _parsed(text)), mistakes.ACTIVATION, words)
    for name in pool.arrays:
        for text in (name, f"{name}[:, None]"):
            for op in (ast.Mult(), ast.Div()):
                left_out = f"the factor {text} is left out" if isinstance(op, ast.Mult) else f"1/{text} is left out"
                yield Edit(site, ast.BinOp(node, op, _parsed(text)), mistakes.MISSING_FACTOR, left_out)


def terms(site: Site, pool: Pool) -> Iterator[Edit]:
    """A summand that is left out: an array, or a scalar times an array."""
    if not is_root(site):
        return
    node = site.node
    assert isinstance(node, ast.expr)
    texts = [*pool.arrays, "1"]
    texts += [f"{scale}{name} * {array}" for name in pool.scalars for array in pool.arrays for scale in ("", "2 * ")]
    for text in texts:
        for op in (ast.Add(), ast.Sub()):
            yield Edit(site, ast.BinOp(node, op, _parsed(text)), mistakes.MISSING_TERM, f"the term {text} is left out")


def other_slopes(site: Site, pool: Pool) -> Iterator[Edit]:
    """The slope of another activation: ``1 - h ** 2``, ``h * (1 - h)``, ``h > 0``."""
    slope = _slope(site.node)
    if slope is None:
        return
    rest, name = slope
    for text in (f"(1 - {name} ** 2)", f"{name} * (1 - {name})", f"({name} > 0)"):
        made = _parsed(text)
        node = made if rest is None else ast.BinOp(rest, ast.Mult(), made)
        yield Edit(site, node, mistakes.OTHER_ACTIVATION)


def _slope(node: ast.AST) -> tuple[ast.expr | None, str] | None:
    """(what stands before it, the activation) of an expression that reads as a slope."""
    match node:
        case ast.BinOp(
            left=ast.Constant(value=1 | 1.0), op=ast.Sub(), right=ast.BinOp(left=x, op=ast.Pow() | ast.Mult())
        ):
            return None, ast.unparse(x)
        case ast.BinOp(left=ast.BinOp(left=rest, op=ast.Mult(), right=x), op=ast.Mult(), right=ast.BinOp(right=y)):
            return (rest, ast.unparse(x)) if ast.dump(x) == ast.dump(y) else None
        case ast.BinOp(left=x, op=ast.Mult(), right=ast.BinOp(left=ast.Constant(), op=ast.Sub(), right=y)):
            return (None, ast.unparse(x)) if ast.dump(x) == ast.dump(y) else None
    return None


def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body
