"""Small changes of a program that may mend it: each undoes one mistake that people make in hand-written gradients.

A rule looks at one node of the syntax tree and gives nodes that might have been meant, with the kind of the mistake.
What changes a sign, an axis or an index comes first; then factors and terms made of names that are at hand.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from symml.proof.diagnosis import mistakes
from symml.read.editing import Site


@dataclass(frozen=True, eq=False)
class Edit:
    """A node in the place of another.

    Attributes:
        site: Where.
        node: The node that might have been meant.
        kind: What the mistake is called.
        words: The mistake in words; by default both texts.
    """

    site: Site
    node: ast.AST
    kind: str
    words: str = ""


_VALUES = frozenset({"value", "left", "right", "elt", "elts", "args", "values", "operand"})
_NO_VALUE = (ast.Constant, ast.Tuple, ast.List, ast.Slice, ast.Starred, ast.UnaryOp, ast.Compare)
_REDUCING = frozenset({"sum", "mean", "max", "min"})
Nodes = Iterator[tuple[str, ast.AST]]
_LARGEST = 64
_FLIPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Gt: ast.Lt,
    ast.Lt: ast.Gt,
    ast.GtE: ast.LtE,
    ast.LtE: ast.GtE,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
}
_LOOSENED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
}
_SIBLINGS = (
    ("sum", "mean"),
    ("max", "min"),
    ("maximum", "minimum"),
    ("argmax", "argmin"),
    ("sin", "cos"),
    ("sinh", "cosh"),
    ("log", "log2", "log10", "log1p"),
    ("exp", "expm1"),
    ("sqrt", "square", "abs"),
    ("tanh", "tan"),
    ("inv", "pinv"),
    ("dot", "outer", "multiply", "matmul"),
    ("triu", "tril"),
    ("pdf", "cdf"),
    ("digamma", "gammaln"),
)
_SIBLING = {name: [other for other in row if other != name] for row in _SIBLINGS for name in row}


def edits_in_place(site: Site) -> Iterator[Edit]:
    """What changes what stands there, without new names."""
    node = site.node
    if isinstance(site.parent, ast.keyword):
        return  # the call above changes axes
    for rule in _RULES.get(type(node), ()):
        for kind, made in rule(node):
            yield Edit(site, made, kind)
    if isinstance(node, ast.expr) and site.field in _VALUES and not isinstance(node, _NO_VALUE):
        yield Edit(site, ast.UnaryOp(ast.USub(), node), mistakes.SIGN)


# ---- operators -------------------------------------------------------------------------------------------------------
def _binary(node: ast.BinOp) -> Nodes:
    a, b = node.left, node.right
    match node.op:
        case ast.Add():
            yield mistakes.SIGN, ast.BinOp(a, ast.Sub(), b)
            yield mistakes.SIGN, ast.BinOp(ast.UnaryOp(ast.USub(), a), ast.Add(), b)
            yield mistakes.EXTRA_TERM, a
            yield mistakes.EXTRA_TERM, b
        case ast.Sub():
            yield mistakes.SIGN, ast.BinOp(b, ast.Sub(), a)
            yield mistakes.SIGN, ast.BinOp(a, ast.Add(), b)
            yield mistakes.EXTRA_TERM, a
            yield mistakes.EXTRA_TERM, ast.UnaryOp(ast.USub(), b)
        case ast.Mult():
            yield mistakes.EXTRA_FACTOR, a
            yield mistakes.EXTRA_FACTOR, b
            yield mistakes.ELEMENTWISE, ast.BinOp(a, ast.MatMult(), b)
            yield mistakes.POWER, ast.BinOp(a, ast.Div(), b)
        case ast.Div():
            yield mistakes.EXTRA_FACTOR, a
            yield mistakes.POWER, ast.BinOp(a, ast.Mult(), b)
            yield mistakes.POWER, ast.BinOp(a, ast.Div(), _power(b, 2))
            yield mistakes.POWER, ast.BinOp(b, ast.Div(), a)
        case ast.MatMult():
            for left, right in (
                (_transposed(a), b),
                (a, _transposed(b)),
                (b, a),
                (_transposed(b), a),
                (b, _transposed(a)),
            ):
                yield mistakes.TRANSPOSE, ast.BinOp(left, ast.MatMult(), right)
            yield mistakes.TRANSPOSE, _transposed(node)
            yield mistakes.ELEMENTWISE, ast.BinOp(a, ast.Mult(), b)
        case ast.Pow():
            yield mistakes.POWER, a
            yield mistakes.POWER, ast.BinOp(a, ast.Pow(), ast.BinOp(b, ast.Sub(), ast.Constant(1)))
            yield mistakes.POWER, ast.BinOp(a, ast.Pow(), ast.BinOp(b, ast.Add(), ast.Constant(1)))


def _unary(node: ast.UnaryOp) -> Nodes:
    if isinstance(node.op, ast.USub):
        yield mistakes.SIGN, node.operand
    if isinstance(node.op, ast.Invert | ast.Not):
        yield mistakes.BRANCH, node.operand


def _compare(node: ast.Compare) -> Nodes:
    for table in (_FLIPPED, _LOOSENED):
        other = table.get(type(node.ops[0]))
        if len(node.ops) == 1 and other is not None:
            yield mistakes.BRANCH, ast.Compare(node.left, [other()], node.comparators)


def _boolean(node: ast.BoolOp) -> Nodes:
    yield mistakes.BRANCH, ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)


def _choice(node: ast.IfExp) -> Nodes:
    yield mistakes.BRANCH, ast.IfExp(node.test, node.orelse, node.body)


def _constant(node: ast.Constant) -> Nodes:
    value = node.value
    if isinstance(value, bool):
        yield mistakes.AXIS, ast.Constant(not value)
    elif isinstance(value, int | float):
        whole = isinstance(value, int)
        for other in (
            value * 2,
            value / 2,
            -value,
            value + 1,
            value - 1,
            value * 3,
            value * 4,
            value**2,
            1 / value if value else 1,
        ):
            exact = int(other) if whole and other == int(other) else other
            # A whole number may be a size: no change asks for much more memory.
            if exact != value and not (whole and abs(exact) > max(_LARGEST, abs(value))):
                yield mistakes.TERM_FACTOR, _number(exact)


# ---- calls -----------------------------------------------------------------------------------------------------------
def _call(node: ast.Call) -> Nodes:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    for other in _SIBLING.get(name, ()):
        kind = mistakes.AXIS if {name, other} == {"sum", "mean"} else mistakes.FUNCTION
        assert isinstance(node.func, ast.Attribute)
        yield kind, _called(ast.Attribute(node.func.value, other, ast.Load()), node.args, node.keywords)
    for k, keyword in enumerate(node.keywords):
        if keyword.arg == "axis":
            rest = [*node.keywords[:k], *node.keywords[k + 1 :]]
            for axis in (0, 1, -1):
                changed = [*node.keywords[:k], ast.keyword("axis", ast.Constant(axis)), *node.keywords[k + 1 :]]
                yield mistakes.AXIS, _called(node.func, node.args, changed)
            yield mistakes.AXIS, _called(node.func, node.args, rest)
    if name in _REDUCING and not any(keyword.arg == "axis" for keyword in node.keywords):
        for axis in (0, 1):
            yield mistakes.AXIS, _called(node.func, node.args[:1], [ast.keyword("axis", ast.Constant(axis))])
            keep = [ast.keyword("axis", ast.Constant(axis)), ast.keyword("keepdims", ast.Constant(True))]
            yield mistakes.AXIS, _called(node.func, node.args[:1], keep)
    if name in _REDUCING and len(node.args) == 1 and isinstance(node.func, ast.Attribute):
        for axis in (0, 1, -1) if _is_whole(node.args[0]) else ():
            yield mistakes.AXIS, _called(node.func, [ast.Constant(axis)], node.keywords)
    if len(node.args) == 2 and not node.keywords:
        a, b = node.args
        if name in ("dot", "matmul", "solve"):
            yield mistakes.TRANSPOSE, _called(node.func, [_transposed(a), b], [])
            yield mistakes.TRANSPOSE, _called(node.func, [a, _transposed(b)], [])
        yield mistakes.TRANSPOSE if name == "outer" else mistakes.INDEX, _called(node.func, [b, a], [])
    if len(node.args) == 1 and name == "dot" and isinstance(node.func, ast.Attribute):
        owner = ast.Attribute(_transposed(node.func.value), "dot", ast.Load())
        yield mistakes.TRANSPOSE, _called(owner, node.args, [])
        yield mistakes.TRANSPOSE, _called(node.func, [_transposed(node.args[0])], [])
    if len(node.args) == 1 and name not in ("append", "copy"):
        yield mistakes.EXTRA_FUNCTION, node.args[0]
    if not node.args and isinstance(node.func, ast.Attribute) and name in ("sum", "mean", "ravel"):
        yield mistakes.SUMMED, node.func.value


def _is_whole(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node = node.operand
    return isinstance(node, ast.Constant) and type(node.value) is int


def _sequence(node: ast.List | ast.Tuple) -> Nodes:
    """Neighbors in the wrong order, as in gates that are stacked."""
    for k in range(len(node.elts) - 1 if isinstance(node.ctx, ast.Load) else 0):
        a, b = node.elts[k : k + 2]
        yield mistakes.INDEX, type(node)([*node.elts[:k], b, a, *node.elts[k + 2 :]], ast.Load())


def _range(node: ast.Call) -> Nodes:
    """Loops that end a round early or late, begin in the wrong place, or run in the wrong direction."""
    if not isinstance(node.func, ast.Name) or node.func.id not in ("range", "reversed"):
        return
    if node.func.id == "reversed":
        yield mistakes.OFF_BY_ONE, node.args[0]
        return
    for k, arg in enumerate(node.args):
        for op in (ast.Add(), ast.Sub()):
            moved = ast.BinOp(arg, op, ast.Constant(1))
            yield mistakes.OFF_BY_ONE, _called(node.func, [*node.args[:k], moved, *node.args[k + 1 :]], [])
    yield mistakes.OFF_BY_ONE, _called(ast.Name("reversed", ast.Load()), [node], [])


def _attribute(node: ast.Attribute) -> Nodes:
    if node.attr == "T":
        yield mistakes.TRANSPOSE, node.value


def _name(node: ast.Name) -> Nodes:
    if isinstance(node.ctx, ast.Load):
        yield mistakes.TRANSPOSE, _transposed(node)


# ---- places and statements -------------------------------------------------------------------------------------------
def _subscript(node: ast.Subscript) -> Nodes:
    key = node.slice
    parts = key.elts if isinstance(key, ast.Tuple) else [key]
    if isinstance(key, ast.Tuple) and len(parts) == 2:
        yield mistakes.INDEX, ast.Subscript(node.value, ast.Tuple(parts[::-1], ast.Load()), node.ctx)
    for k, part in enumerate(parts):
        for other in _moved(part):
            changed: ast.expr = other
            if isinstance(key, ast.Tuple):
                changed = ast.Tuple([*parts[:k], other, *parts[k + 1 :]], ast.Load())
            yield mistakes.OFF_BY_ONE, ast.Subscript(node.value, changed, node.ctx)


def _moved(part: ast.expr) -> Iterator[ast.expr]:
    """An index one further and one back; a slice with one end moved, reversed or not."""
    if isinstance(part, ast.Slice):
        for name in ("lower", "upper"):
            end = getattr(part, name)
            for other in () if end is None else _moved(end):
                ends = {"lower": part.lower, "upper": part.upper, name: other}
                yield ast.Slice(ends["lower"], ends["upper"], part.step)
        if part.step is not None:
            yield ast.Slice(part.lower, part.upper, None)
        return
    match part:
        case ast.BinOp(left=base, op=ast.Add() | ast.Sub(), right=ast.Constant(value=1)):
            yield base
            yield ast.BinOp(base, ast.Sub() if isinstance(part.op, ast.Add) else ast.Add(), ast.Constant(1))
        case ast.Constant(value=None) | ast.Constant(value=str()):
            return
        case _:
            yield ast.BinOp(part, ast.Sub(), ast.Constant(1))
            yield ast.BinOp(part, ast.Add(), ast.Constant(1))


def _augmented(node: ast.AugAssign) -> Nodes:
    match node.op:
        case ast.Add():
            yield mistakes.SIGN, ast.AugAssign(node.target, ast.Sub(), node.value)
        case ast.Sub():
            yield mistakes.SIGN, ast.AugAssign(node.target, ast.Add(), node.value)
        case ast.Mult():
            yield mistakes.POWER, ast.AugAssign(node.target, ast.Div(), node.value)
        case ast.Div():
            yield mistakes.POWER, ast.AugAssign(node.target, ast.Mult(), node.value)
    yield mistakes.EXTRA_TERM, ast.Pass()
    yield mistakes.NOT_ADDED, ast.Assign([node.target], node.value)
    target = node.target
    if isinstance(target, ast.Subscript) and isinstance(node.op, ast.Add):
        array = ast.copy_location(ast.Subscript(target.value, target.slice, ast.Load()), target)
        at = ast.Attribute(ast.Attribute(ast.Name("np", ast.Load()), "add", ast.Load()), "at", ast.Load())
        yield mistakes.REPEATED, ast.Expr(_called(at, [array.value, array.slice, node.value], []))


def _assignment(node: ast.Assign) -> Nodes:
    """What should be added up, or should change the array in place."""
    (target, *more) = node.targets
    if more or not isinstance(target, ast.Name | ast.Subscript | ast.Attribute):
        return
    for op in (ast.Add(), ast.Sub()):
        yield mistakes.NOT_ADDED, ast.AugAssign(target, op, node.value)
    value = node.value
    if isinstance(value, ast.BinOp) and ast.dump(value.left) == ast.dump(_loaded(target)):
        yield mistakes.NOT_IN_PLACE, ast.AugAssign(target, value.op, value.right)


def _loaded(target: ast.expr) -> ast.expr:
    if isinstance(target, ast.Name):
        return ast.Name(target.id, ast.Load())
    if isinstance(target, ast.Subscript):
        return ast.Subscript(target.value, target.slice, ast.Load())
    return target


# ---- small makers ----------------------------------------------------------------------------------------------------
def _called(function: ast.expr, args: list[ast.expr], keywords: list[ast.keyword]) -> ast.Call:
    return ast.Call(function, args, keywords)


def _transposed(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.Attribute) and node.attr == "T":
        return node.value
    return ast.Attribute(node, "T", ast.Load())


def _power(node: ast.expr, exponent: int) -> ast.expr:
    return ast.BinOp(node, ast.Pow(), ast.Constant(exponent))


def _number(value: float) -> ast.expr:
    return ast.UnaryOp(ast.USub(), ast.Constant(-value)) if value < 0 else ast.Constant(value)


_RULES: dict[type[ast.AST], tuple[Callable[..., Nodes], ...]] = {
    ast.BinOp: (_binary,),
    ast.UnaryOp: (_unary,),
    ast.Compare: (_compare,),
    ast.BoolOp: (_boolean,),
    ast.IfExp: (_choice,),
    ast.Constant: (_constant,),
    ast.Call: (_call, _range),
    ast.List: (_sequence,),
    ast.Tuple: (_sequence,),
    ast.Attribute: (_attribute,),
    ast.Name: (_name,),
    ast.Subscript: (_subscript,),
    ast.AugAssign: (_augmented,),
    ast.Assign: (_assignment,),
}
