"""NumPy-style text as expressions: a whitelist interpreter of Python's syntax tree; nothing is ever executed."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from typing import Any, NoReturn

from symml.errors import ReadError, SymmlError
from symml.expr import arithmetic, build, functions, indexing, names
from symml.expr.functions import undefined
from symml.expr.nodes import Expr, constant, extent
from symml.read.declarations import Declarations

_MAX_TEXT = 100_000
_MAX_DEPTH = 200
_MAX_EXPONENT = 1000
_MAX_DIGITS = 60
_MODULES = {"np", "numpy", "jnp", "jax", "scipy", "sp", "math", "special", "linalg", "torch"}
_METHODS = frozenset(
    [
        "sum",
        "mean",
        "max",
        "min",
        "var",
        "std",
        "prod",
        "dot",
        "trace",
        "diagonal",
        "reshape",
        "transpose",
        "squeeze",
        "clip",
        "ravel",
    ]
)
_RELATIONS = {"<=": "<=", ">=": ">=", "==": "==", "=": "=="}


@dataclass(frozen=True)
class Statement:
    """``lhs relation rhs``; the relation is ``==``, ``<=`` or ``>=``."""

    lhs: Expr
    relation: str
    rhs: Expr


def read_numpy(text: str, declarations: Declarations) -> Expr:
    """Reads an expression.

    Raises:
        ReadError: The text cannot be read; the message has a caret and what to write instead.
    """
    value = _Reader(text, declarations).read()
    return arithmetic.lift(value)


def read_statement(text: str, declarations: Declarations) -> Statement | Expr:
    """Reads ``a = b``, ``a == b``, ``a <= b`` or ``a >= b``; an expression when there is no relation."""
    found = _split(text)
    if found is None:
        return read_numpy(text, declarations)
    left, relation, right = found
    return Statement(read_numpy(left, declarations), _RELATIONS[relation], read_numpy(right, declarations))


def _split(text: str) -> tuple[str, str, str] | None:
    """The text around the only relation that stands outside brackets."""
    depth = 0
    for place, char in enumerate(text):
        depth += (char in "([{") - (char in ")]}")
        if depth:
            continue
        for sign in ("<=", ">=", "=="):
            if text.startswith(sign, place):
                return text[:place], sign, text[place + 2 :]
        if char == "=" and text[place - 1 : place] not in ("!", "<", ">", "="):
            return text[:place], "=", text[place + 1 :]
    return None


class _Reader:
    """Reads one text."""

    def __init__(self, text: str, declarations: Declarations) -> None:
        self.text, self.declared = text, declarations

    def read(self) -> Any:
        if not self.text.strip():
            raise ReadError("the expression is empty", cure="write one, such as sum((X@w - y)**2)")
        if len(self.text) > _MAX_TEXT:
            raise ReadError(f"the expression has {len(self.text)} characters; at most {_MAX_TEXT} are read")
        stripped = self.text.lstrip()
        self.shift = len(self.text) - len(stripped)
        try:
            tree = ast.parse(stripped, mode="eval")
        except SyntaxError as error:
            self._syntax(error)
        except (RecursionError, MemoryError, ValueError):
            raise ReadError("the expression is nested too deeply, or has characters that cannot be read") from None
        if _depth(tree) > _MAX_DEPTH:
            raise ReadError(
                f"the expression is nested more than {_MAX_DEPTH} deep", cure="build it in Python, step by step"
            )
        return self.value(tree.body)

    def _syntax(self, error: SyntaxError) -> NoReturn:
        cure = "use NumPy syntax: * for a product, @ for a matrix product, ** for a power"
        if "\\" in self.text:
            cure = "LaTeX cannot be read yet; use NumPy syntax, such as sum((X@w - y)**2)"
        raise ReadError(
            f"this is not an expression: {error.msg}",
            source=self.text,
            column=max(0, (error.offset or 1) - 1 + self.shift),
            cure=cure,
        ) from None

    def fail(self, node: ast.AST, what: str, cure: str = "") -> NoReturn:
        """A ReadError with a caret at a node."""
        raise ReadError(what, source=self.text, column=self.column(node), cure=cure)

    def column(self, node: ast.AST) -> int:
        lines = self.text[self.shift :].splitlines(keepends=True)
        before = sum(len(line) for line in lines[: getattr(node, "lineno", 1) - 1])
        line = lines[getattr(node, "lineno", 1) - 1] if lines else ""
        offset = len(line.encode()[: getattr(node, "col_offset", 0)].decode(errors="ignore"))
        return self.shift + before + offset

    def value(self, node: ast.AST) -> Any:
        """The value of a syntax node: an expression, a number, a tuple, a slice or a text."""
        rule = _RULES.get(type(node))
        if rule is None:
            self.fail(node, f"{type(node).__name__} is not mathematics", "use arithmetic, comparisons and functions")
        try:
            return rule(self, node)
        except ReadError:
            raise
        except SymmlError as error:
            raise ReadError(error.what, source=self.text, column=self.column(node), cure=error.cure) from None
        except (TypeError, ValueError, AttributeError, IndexError, KeyError, OverflowError, RecursionError):
            self.fail(node, "this does not make sense here", "check the number and the kind of the arguments")

    def expr(self, node: ast.AST) -> Expr:
        """The value as an expression."""
        return arithmetic.lift(self.value(node))


def _depth(tree: ast.AST) -> int:
    depth, level = 0, [tree]
    while level:
        depth += 1
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return depth


# ---- leaves ----------------------------------------------------------------------------------------------------------
def _constant(r: _Reader, node: ast.Constant) -> Any:
    value = node.value
    if isinstance(value, str) or value is None or value is Ellipsis:
        return value
    if isinstance(value, bool):
        return constant(int(value))
    if not isinstance(value, int | float):
        r.fail(node, f"{value!r} is not a real number")
    written = ast.get_source_segment(r.text[r.shift :], node) or repr(value)
    if len(written) > _MAX_DIGITS:
        r.fail(node, "this number has too many digits", f"write at most {_MAX_DIGITS} digits")
    if isinstance(value, int):
        return value
    if "e" in written.lower() and abs(int(written.lower().split("e")[1])) > 400:
        r.fail(node, "the exponent of this number is too large")
    return constant(Fraction(written.replace("_", "")))


def _name(r: _Reader, node: ast.Name) -> Any:
    name = node.id
    if name in r.declared.symbols:
        return r.declared.symbols[name]
    if name in r.declared.sizes:
        return extent(r.declared.sizes[name])
    if name in ("pi", "e"):
        return constant(name)
    if name == "inf":
        return float("inf")
    known = [*r.declared.symbols, *r.declared.sizes]
    close = get_close_matches(name, known, n=1)
    cure = f"did you mean {close[0]}?" if close else f"declare it: shapes='{name}: n' (a vector), '{name}:' (a scalar)"
    if names.find(name) is not None:
        cure = f"{name} is a function: write {name}(...)"
    return r.fail(node, f"{name} is not declared", cure)


def _dotted(node: ast.AST) -> str:
    """``np.linalg.norm`` of an attribute chain on a module name; empty when it is something else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in _MODULES:
        return ""
    return ".".join([node.id, *reversed(parts)])


def _attribute(r: _Reader, node: ast.Attribute) -> Any:
    dotted = _dotted(node)
    if dotted:
        last = node.attr
        if last in ("pi", "e"):
            return constant(last)
        if last == "inf":
            return float("inf")
        if last == "newaxis":
            return None
        r.fail(node, f"{dotted} is not a number", f"write {dotted}(...) if it is a function")
    base = r.expr(node.value)
    if node.attr == "T":
        return base.T
    if node.attr == "shape":
        return tuple(base.shape)
    if node.attr == "ndim":
        return len(base.shape)
    return r.fail(node, f"an array has no .{node.attr} here", "use .T, .shape and methods such as .sum(axis=0)")


def _tuple(r: _Reader, node: ast.Tuple | ast.List) -> Any:
    values = [r.value(item) for item in node.elts]
    return tuple(values) if isinstance(node, ast.Tuple) else values


# ---- operators -------------------------------------------------------------------------------------------------------
_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: arithmetic.plus,
    ast.Sub: arithmetic.minus,
    ast.Mult: arithmetic.times,
    ast.Div: arithmetic.divide,
    ast.MatMult: arithmetic.matmul,
    ast.BitAnd: arithmetic.times,
    ast.BitOr: functions.maximum,
}


def _binary(r: _Reader, node: ast.BinOp) -> Any:
    if isinstance(node.op, ast.BitXor):
        r.fail(node, "^ is not a power in NumPy syntax", "use **")
    left, right = r.expr(node.left), r.expr(node.right)
    if isinstance(node.op, ast.Pow):
        return _power(r, node, left, right)
    rule = _BINARY.get(type(node.op))
    if rule is None:
        r.fail(node, f"the operator {type(node.op).__name__} is not supported", "use + - * / @ **")
    try:
        return rule(left, right)
    except SymmlError as error:
        raise ReadError(error.what, source=r.text, column=_operator_column(r, node), cure=error.cure) from None


def _operator_column(r: _Reader, node: ast.BinOp) -> int:
    """The column of the operator between the two sides."""
    end = r.column(node.left) + len(ast.get_source_segment(r.text[r.shift :], node.left) or "")
    while end < len(r.text) and r.text[end] in " )\n\t":
        end += 1
    return min(end, len(r.text) - 1)


def _power(r: _Reader, node: ast.BinOp, base: Expr, exponent: Expr) -> Expr:
    value = getattr(exponent, "value", None)
    if isinstance(value, Fraction):
        too_large = abs(value) > _MAX_EXPONENT or value.denominator > _MAX_EXPONENT
        digits = getattr(base, "value", None)
        heavy = isinstance(digits, Fraction) and abs(value) * len(str(digits)) > 10_000
        if too_large or heavy:
            r.fail(node, "this exponent is too large", f"use an exponent of at most {_MAX_EXPONENT}")
    return arithmetic.power(base, exponent)


def _unary(r: _Reader, node: ast.UnaryOp) -> Any:
    value = r.value(node.operand)
    if isinstance(node.op, ast.USub):
        return -value if isinstance(value, int | float) else arithmetic.scale(-1, value)
    if isinstance(node.op, ast.UAdd):
        return value
    return arithmetic.minus(1, arithmetic.lift(value))


_COMPARE: dict[type[ast.cmpop], Callable[..., Expr]] = {
    ast.Gt: functions.greater,
    ast.GtE: functions.greater_equal,
    ast.Lt: functions.less,
    ast.LtE: functions.less_equal,
    ast.Eq: functions.equal,
    ast.NotEq: functions.not_equal,
}


def _compare(r: _Reader, node: ast.Compare) -> Expr:
    values = [r.expr(side) for side in (node.left, *node.comparators)]
    found: list[Expr] = []
    for op, a, b in zip(node.ops, values, values[1:], strict=False):
        rule = _COMPARE.get(type(op))
        if rule is None:
            r.fail(node, f"the comparison {type(op).__name__} is not supported", "use < <= > >= == !=")
        found.append(rule(a, b))
    result = found[0]
    for more in found[1:]:
        result = arithmetic.times(result, more)
    return result


def _choice(r: _Reader, node: ast.IfExp) -> Expr:
    return functions.where(r.expr(node.test), r.expr(node.body), r.expr(node.orelse))


# ---- brackets --------------------------------------------------------------------------------------------------------
def _subscript(r: _Reader, node: ast.Subscript) -> Any:
    if isinstance(node.value, ast.Call) and _dotted(node.value.func).endswith("slogdet"):
        return _slogdet(r, node)
    base = r.value(node.value)
    if isinstance(base, tuple | list):
        return base[_integer(r, node.slice)]
    picked = _picked(r, node, arithmetic.lift(base))
    return indexing.index(arithmetic.lift(base), r.value(node.slice)) if picked is None else picked


def _slogdet(r: _Reader, node: ast.Subscript) -> Expr:
    assert isinstance(node.value, ast.Call)
    matrix = r.expr(node.value.args[0])
    if _integer(r, node.slice) == 1:
        return build.logdet(matrix)
    return functions.sign(build.det(matrix))


def _picked(r: _Reader, node: ast.Subscript, base: Expr) -> Expr | None:
    """``p[np.arange(n), y]``."""
    key = node.slice
    if not isinstance(key, ast.Tuple) or len(key.elts) != 2:
        return None
    first = key.elts[0]
    is_range = isinstance(first, ast.Call) and (_dotted(first.func) or getattr(first.func, "id", "")).endswith("range")
    return indexing.pick(base, r.expr(key.elts[1])) if is_range else None


def _integer(r: _Reader, node: ast.AST) -> int:
    value = r.value(node)
    if not isinstance(value, int):
        r.fail(node, "a whole number is needed here")
    return value


def _slice(r: _Reader, node: ast.Slice) -> slice:
    return slice(*(None if part is None else _bound(r, part) for part in (node.lower, node.upper, node.step)))


def _bound(r: _Reader, node: ast.AST) -> Any:
    if isinstance(node, ast.Name) and node.id in r.declared.sizes:
        return r.declared.sizes[node.id]
    value = r.value(node)
    return value if isinstance(value, int) or value is None else r.fail(node, "a slice needs whole numbers or dims")


# ---- calls -----------------------------------------------------------------------------------------------------------
def _call(r: _Reader, node: ast.Call) -> Any:
    dotted = _dotted(node.func)
    if not dotted and isinstance(node.func, ast.Attribute):
        return _method(r, node, node.func)
    name = dotted or (node.func.id if isinstance(node.func, ast.Name) else "")
    if not name:
        r.fail(node, "only named functions can be called", "write a function's name before the bracket")
    if name in r.declared.functions:
        return undefined(name, len(node.args))(*(r.expr(arg) for arg in node.args))
    if name == "len":
        return extent(r.expr(node.args[0]).shape[0])
    builder = names.find(name)
    if builder is None:
        close = get_close_matches(name.rpartition(".")[2], names.NAMES, n=3)
        hint = f"did you mean {' or '.join(close)}?" if close else "see the list of functions in the documentation"
        r.fail(node, f"{name} is not a function that symml knows", hint)
    return builder(*_arguments(r, node), **_options(r, node))


def _arguments(r: _Reader, node: ast.Call) -> list[Any]:
    if any(isinstance(arg, ast.Starred) for arg in node.args):
        r.fail(node, "starred arguments are not supported", "write the arguments out")
    return [r.value(arg) for arg in node.args]


def _options(r: _Reader, node: ast.Call) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for keyword in node.keywords:
        if keyword.arg is None:
            r.fail(node, "** arguments are not supported", "write the arguments out")
        value = keyword.value
        options[keyword.arg] = (
            value.value if isinstance(value, ast.Constant) and isinstance(value.value, bool) else r.value(value)
        )
    return options


def _method(r: _Reader, node: ast.Call, func: ast.Attribute) -> Any:
    base = r.expr(func.value)
    if func.attr not in _METHODS:
        r.fail(node, f"an array has no method .{func.attr}() here", "use " + ", ".join(sorted(_METHODS)))
    if func.attr == "ravel":
        return base if len(base.shape) == 1 else r.fail(node, ".ravel() mixes axes", "use sum, trace or einsum")
    builder = names.find(func.attr)
    assert builder is not None
    return builder(base, *_arguments(r, node), **_options(r, node))


_RULES: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Tuple: _tuple,
    ast.List: _tuple,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.IfExp: _choice,
    ast.Subscript: _subscript,
    ast.Slice: _slice,
    ast.Call: _call,
}
