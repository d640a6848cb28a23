"""A whitelist interpreter of Python's syntax tree: the mathematics of NumPy, and nothing else; nothing is executed.

Values are expressions, whole numbers and dims (for axes, shapes and indices), tuples, slices, ``None`` and ``inf``.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from fractions import Fraction
from typing import Any

from symml.errors import ReadError, SymmlError
from symml.expr import arithmetic, functions, indexing, names
from symml.expr.dims import Size, as_position
from symml.expr.nodes import ZERO, Constant, Contract, Expr, constant
from symml.read.declarations import Declarations
from symml.read.limits import MAX_EXPONENT, within_limits
from symml.read.positions import resolve
from symml.read.syntax import Source

_MAX_DIGITS = 60
_MAX_DECADES = 400
_MAX_AXES = 26
_MAX_BITS = 40_000
MODULES = frozenset({"np", "numpy", "jnp", "scipy", "sp", "math", "special", "linalg", "jax", "torch", "F"})


class Interpreter:
    """Reads the nodes of one text.

    Args:
        source: The text.
        declared: The names that are declared.
        local: Values that the text has given names to.
    """

    def __init__(self, source: Source, declared: Declarations, local: Mapping[str, Any] | None = None) -> None:
        self.source, self.declared, self.local = source, declared, dict(local or {})

    def result(self, node: ast.expr) -> Expr:
        """The expression that a node is."""
        try:
            value = self.value(node)
            if value is None or value is Ellipsis or isinstance(value, float | slice):
                raise self.source.error(node, "this is not an expression", "write one: sum((X@w - y)**2)")
            return within_limits(resolve(arithmetic.lift(value)))
        except ReadError as error:
            if error.column is None and error.source == "":
                raise self.source.error(node, error.what, error.cure) from None
            raise
        except RecursionError:
            raise ReadError("the expression is nested too deeply", cure="write it in several lines") from None
        except SymmlError as error:
            raise self.source.refused(error, self.source.column(node)) from None

    def value(self, node: ast.AST) -> Any:
        """The value of a node."""
        rule = _RULES.get(type(node))
        if rule is None:
            what = _REFUSED.get(type(node), f"{type(node).__name__} is not mathematics")
            raise self.source.error(node, what, "use arithmetic, comparisons and functions")
        try:
            return self.checked(node, rule(self, node))
        except ReadError:
            raise
        except SymmlError as error:
            raise self.source.refused(error, self.source.column(node)) from None
        except (TypeError, ValueError, AttributeError, LookupError, ArithmeticError) as error:
            what = f"{self.source.written(node.func)}: " if isinstance(node, ast.Call) else ""
            raise self.source.error(node, what + _plain(error), "check the arguments") from None

    def expr(self, node: ast.AST) -> Expr:
        """The value as an expression."""
        value = self.value(node)
        if value is None or isinstance(value, slice | float):
            raise self.source.error(node, f"{self.source.written(node)} is not an array or a number here")
        return arithmetic.lift(value)

    def checked(self, node: ast.AST, value: Any) -> Any:
        """The value, when its numbers are of a size that people write."""
        number = value.coef if isinstance(value, Contract) else getattr(value, "value", value)
        if isinstance(number, int | Fraction) and _bits(number) > _MAX_BITS:
            raise self.source.error(node, "the numbers here are too large", "use smaller numbers or exponents")
        if isinstance(value, Expr) and len(value.shape) > _MAX_AXES:
            raise self.source.error(node, f"this array has {len(value.shape)} axes", f"use at most {_MAX_AXES}")
        return value


def _bits(number: int | Fraction) -> int:
    return max(number.numerator.bit_length(), number.denominator.bit_length())


def _plain(error: Exception) -> str:
    """Python's own words, without the names of functions inside."""
    text = str(error.args[0]) if error.args else "this does not make sense here"
    return text.partition("() ")[2] or text


_REFUSED: dict[type[ast.AST], str] = {
    ast.Lambda: "functions cannot be defined here",
    ast.SetComp: "loops are not read",
    ast.DictComp: "loops are not read",
    ast.Starred: "starred arguments are not read",
    ast.JoinedStr: "text is not mathematics",
    ast.NamedExpr: "names cannot be given here",
}


# ---- leaves ----------------------------------------------------------------------------------------------------------
def _constant(r: Interpreter, node: ast.Constant) -> Any:
    value = node.value
    if value is None or value is Ellipsis or isinstance(value, bool):
        return value
    if isinstance(value, str | bytes):
        raise r.source.error(node, "text is not mathematics", "leave out the quotes")
    if not isinstance(value, int | float):
        raise r.source.error(node, f"{value!r} is not a real number", "symml reasons about real numbers")
    written = r.source.written(node).lower().replace("_", "")
    if len(written) > _MAX_DIGITS or abs(int(written.partition("e")[2] or 0)) > _MAX_DECADES:
        raise r.source.error(node, "this number is too long", f"write at most {_MAX_DIGITS} digits")
    return value if isinstance(value, int) else constant(Fraction(written))


def _name(r: Interpreter, node: ast.Name) -> Any:
    name = node.id
    for table in (r.local, r.declared.symbols, r.declared.sizes, r.declared.numbers):
        if name in table:
            return table[name]
    if name in ("pi", "e"):
        return constant(name)
    if name == "inf":
        return float("inf")
    raise r.source.error(node, f"{name} is not declared", _cure(r, name))


def _cure(r: Interpreter, name: str) -> str:
    known = [*r.local, *r.declared.symbols, *r.declared.sizes]
    if name in r.declared.functions or names.find(name) is not None:
        return f"{name} is a function: write {name}(...)"
    for cut in range(1, len(name)):
        a, b = name[:cut], name[cut:]
        if a in known and b in known:
            return f"write {a} @ {b} for the matrix product, {a} * {b} for the elementwise one"
    close = get_close_matches(name, known, n=1)
    return f"did you mean {close[0]}?" if close else f"declare it: '{name}: n' (a vector), '{name}:' (a number)"


def dotted(node: ast.AST) -> str:
    """``np.linalg.norm`` of an attribute chain on a module's name; empty when it is something else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) and node.id in MODULES else ""


_OF_MODULES: dict[str, Any] = {"pi": constant("pi"), "e": constant("e"), "inf": float("inf"), "newaxis": None}
_OF_ARRAYS: dict[str, Callable[[Expr], Any]] = {
    "T": lambda x: x.T,
    "shape": lambda x: x.shape,
    "ndim": lambda x: len(x.shape),
    "size": lambda x: names.NAMES["sum"](names.NAMES["ones_like"](x)),
}


def _attribute(r: Interpreter, node: ast.Attribute) -> Any:
    name = dotted(node)
    if name and not (isinstance(node.value, ast.Name) and node.value.id in r.declared.symbols):
        if node.attr in _OF_MODULES:
            return _OF_MODULES[node.attr]
        raise r.source.error(node, f"{name} is not a number", f"write {name}(...) if it is a function")
    rule = _OF_ARRAYS.get(node.attr)
    if rule is None:
        raise r.source.error(
            node, f"an array has no .{node.attr} here", "use .T, .shape, .ndim, .size and methods such as .sum(axis=0)"
        )
    return rule(r.expr(node.value))


def _tuple(r: Interpreter, node: ast.Tuple | ast.List) -> Any:
    values = [r.value(item) for item in node.elts]
    return tuple(values) if isinstance(node, ast.Tuple) else values


# ---- operators -------------------------------------------------------------------------------------------------------
_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: arithmetic.plus,
    ast.Sub: arithmetic.minus,
    ast.Mult: arithmetic.times,
    ast.Div: arithmetic.divide,
    ast.MatMult: arithmetic.matmul,
}
_WHOLE: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
}
_ON_CONDITIONS: dict[type[ast.AST], str] = {
    ast.BitAnd: "logical_and",
    ast.BitOr: "logical_or",
    ast.And: "logical_and",
    ast.Or: "logical_or",
    ast.Invert: "logical_not",
    ast.Not: "logical_not",
}


def _binary(r: Interpreter, node: ast.BinOp) -> Any:
    """A chain of operators is read from its left end, so that long sums are not deep."""
    chain: list[ast.BinOp] = []
    left: ast.expr = node
    while isinstance(left, ast.BinOp):
        chain.append(left)
        left = left.left
    value = r.value(left)
    for link in reversed(chain):
        try:
            value = r.checked(link, _combined(r, link, value, r.value(link.right)))
        except ReadError:
            raise
        except SymmlError as error:
            raise r.source.refused(error, r.source.operator(link)) from None
    return value


def _combined(r: Interpreter, node: ast.BinOp, a: Any, b: Any) -> Any:
    kind = type(node.op)
    if isinstance(node.op, ast.BitXor):
        raise ReadError(
            "^ is not a power in NumPy syntax", source=r.source.text, column=r.source.operator(node), cure="use **"
        )
    if kind in _ON_CONDITIONS:
        return _logical(r, node, kind, [a, b])
    if kind in _WHOLE and _is_whole(a) and _is_whole(b):
        return _WHOLE[kind](a, b)
    for side, value in ((node.left, a), (node.right, b)):
        if value is None or isinstance(value, slice | float | tuple):
            raise r.source.error(side, f"{r.source.written(side)} cannot be calculated with")
    left, right = arithmetic.lift(a), arithmetic.lift(b)
    if isinstance(node.op, ast.Pow):
        return power(r, node, left, right)
    rule = _BINARY.get(kind)
    if rule is None:
        raise r.source.error(node, f"the operator {kind.__name__} is not read", "use + - * / @ **")
    if isinstance(node.op, ast.Div) and right is ZERO:
        raise ReadError("division by zero", source=r.source.text, column=r.source.operator(node))
    return rule(left, right)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int | Size) and not isinstance(value, bool)


def power(r: Interpreter, node: ast.AST, base: Expr, exponent: Expr) -> Expr:
    """A power whose exponent, where it is a number, is of a size that people write."""
    value = exponent.value if isinstance(exponent, Constant) else None
    if isinstance(value, Fraction):
        number = base.value if isinstance(base, Constant) else None
        heavy = isinstance(number, Fraction) and abs(value) * _bits(number) > _MAX_BITS
        if heavy or abs(value) > MAX_EXPONENT or value.denominator > MAX_EXPONENT:
            raise r.source.error(node, "this exponent is too large", f"use an exponent of at most {MAX_EXPONENT}")
    return arithmetic.power(base, exponent)


def _unary(r: Interpreter, node: ast.UnaryOp) -> Any:
    value = r.value(node.operand)
    if type(node.op) in _ON_CONDITIONS:
        return _logical(r, node, type(node.op), [value])
    if value is None or isinstance(value, slice | tuple):
        raise r.source.error(node, f"{r.source.written(node.operand)} has no sign")
    if isinstance(node.op, ast.UAdd):
        return value
    return -value if isinstance(value, int | float | Size) else arithmetic.scale(-1, value)


def _logical(r: Interpreter, node: ast.AST, kind: type[ast.AST], values: list[Any]) -> Expr:
    parts = [arithmetic.lift(value) for value in values]
    if not all(map(names.is_condition, parts)):
        raise r.source.error(node, "and, or, not combine conditions only", "write conditions: (x > 0) & (y > 0)")
    return names.NAMES[_ON_CONDITIONS[kind]](*parts)


def _bool_op(r: Interpreter, node: ast.BoolOp) -> Expr:
    parts = [r.expr(part) for part in node.values]
    result = parts[0]
    for part in parts[1:]:
        result = _logical(r, node, type(node.op), [result, part])
    return result


_COMPARE: dict[type[ast.cmpop], Callable[..., Expr]] = {
    ast.Gt: functions.greater,
    ast.GtE: functions.greater_equal,
    ast.Lt: functions.less,
    ast.LtE: functions.less_equal,
    ast.Eq: functions.equal,
    ast.NotEq: functions.not_equal,
}


def _compare(r: Interpreter, node: ast.Compare) -> Expr:
    values = [r.expr(side) for side in (node.left, *node.comparators)]
    result: Expr | None = None
    for op, a, b in zip(node.ops, values, values[1:], strict=False):
        rule = _COMPARE.get(type(op))
        if rule is None:
            raise r.source.error(node, f"the comparison {type(op).__name__} is not read", "use < <= > >= == !=")
        result = rule(a, b) if result is None else arithmetic.times(result, rule(a, b))
    assert result is not None
    return result


def _choice(r: Interpreter, node: ast.IfExp) -> Expr:
    test = r.expr(node.test)
    condition = test if names.is_condition(test) else functions.not_equal(test, 0)
    return functions.where(condition, r.expr(node.body), r.expr(node.orelse))


# ---- brackets --------------------------------------------------------------------------------------------------------
def _subscript(r: Interpreter, node: ast.Subscript) -> Any:
    base = r.value(node.value)
    key = r.value(node.slice)
    if isinstance(base, tuple):
        return base[key]
    return indexing.index(arithmetic.lift(base), key)


def _slice(r: Interpreter, node: ast.Slice) -> slice:
    return slice(*(None if part is None else _bound(r, part) for part in (node.lower, node.upper, node.step)))


def _bound(r: Interpreter, node: ast.AST) -> Any:
    value = r.value(node)
    if isinstance(value, Expr) and not value.shape:
        return as_position(value)
    if value is None or _is_whole(value):
        return value
    raise r.source.error(node, "a slice needs whole numbers or dims", "write x[1:-1], x[:n - 1]")


_RULES: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Tuple: _tuple,
    ast.List: _tuple,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.BoolOp: _bool_op,
    ast.Compare: _compare,
    ast.IfExp: _choice,
    ast.Subscript: _subscript,
    ast.Slice: _slice,
    ast.Call: lambda r, node: calls.call(r, node),
    ast.ListComp: lambda r, node: loops.terms(r, node),
    ast.GeneratorExp: lambda r, node: loops.terms(r, node),
}

# Calls and loops read their parts by these rules.
from symml.read import calls, loops  # noqa: E402  # see the line above
