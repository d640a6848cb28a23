"""Straight-line NumPy code over the expression's DAG: shared parts once, short parts in place."""

from __future__ import annotations

import keyword
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from symml.expr.dims import Dim, dim_names
from symml.expr.nodes import (
    Add,
    Along,
    Apply,
    Basis,
    Constant,
    Contract,
    Expr,
    Extent,
    Eye,
    Linalg,
    OneHot,
    Power,
    Selector,
    Symbol,
)
from symml.expr.walk import topological
from symml.kernels.helpers import HELPERS
from symml.kernels.product import Product, special_array, tight

_MAX_INLINE = 60
_OPERATORS = {"greater": ">", "less": "<", "greater_equal": ">=", "less_equal": "<=", "equal": "==", "not_equal": "!="}
_RESERVED = frozenset({"np", "math", "out", *HELPERS})
_HALF = Fraction(1, 2)


class Emitter:
    """Writes the body of one kernel."""

    def __init__(self, roots: Sequence[Expr], names: Mapping[str, str], wanted: Mapping[Expr, str]) -> None:
        self.roots, self.names, self.wanted = roots, names, wanted
        self.lines: list[str] = []
        self.helpers: set[str] = set()
        self.sizes: set[str] = set()
        self.codes: dict[Expr, str] = {}
        self.thin: dict[Expr, frozenset[int]] = {}
        self.taken = set(names.values()) | set(_RESERVED)

    def body(self) -> list[str]:
        """The code of each root, after the assignments it needs."""
        uses = _uses(self.roots)
        for node in topological(*self.roots):
            code = _RULES[type(node)](self, node)
            if not isinstance(node, Symbol | Constant | Extent) and self._deserves_a_name(node, code, uses):
                code = self._assigned(node, code)
            self.codes[node] = code
        return [self.whole(root) for root in self.roots]

    def _deserves_a_name(self, node: Expr, code: str, uses: Counter[Expr]) -> bool:
        if node in self.wanted:
            return True
        cheap = code.replace(".T", "").isidentifier()
        return not cheap and (uses[node] > 1 or (len(code) > _MAX_INLINE and node not in self.roots))

    def _assigned(self, node: Expr, code: str) -> str:
        name = self.wanted.get(node) or ""
        if not name or name in self.taken:
            name = next(f"t{k}" for k in range(1, 10**6) if f"t{k}" not in self.taken)
        self.taken.add(name)
        self.lines.append(f"{name} = {code}")
        return name

    # ---- sizes and shapes --------------------------------------------------------------------------------------------
    def size(self, dim: Dim) -> str:
        """A dimension in code."""
        self.sizes.update(dim_names(dim))
        if isinstance(dim, int):
            return str(dim)
        text = str(dim)
        for name in sorted(dim_names(dim), key=len, reverse=True):
            text = text.replace(name, self.names.get(name, name)) if self.names.get(name, name) != name else text
        return text

    def whole(self, node: Expr) -> str:
        """The code of a node with every axis at its full length."""
        code = self.codes[node]
        if not self.thin.get(node):
            return code
        shape = ", ".join(self.size(dim) for dim in node.shape) + ("," if len(node.shape) == 1 else "")
        return f"np.broadcast_to({code}, ({shape}))"

    def tight(self, node: Expr) -> str:
        """The code, in brackets where it needs them."""
        return tight(self.codes[node])

    def use(self, helper: str) -> None:
        """Notes that a helper is needed."""
        self.helpers.add(helper)

    def thin_of(self, node: Expr) -> frozenset[int]:
        """The axes of a node's code that have length one in place of their full length."""
        return self.thin.get(node, frozenset())


def _uses(roots: Sequence[Expr]) -> Counter[Expr]:
    counts: Counter[Expr] = Counter(roots)
    for node in topological(*roots):
        counts.update(node.args)
    return counts


def safe_name(name: str, taken: set[str]) -> str:
    """A Python identifier that is no keyword, helper or module."""
    plain = "".join(c if c.isalnum() or c == "_" else "_" for c in name) or "x"
    plain = plain if plain.isidentifier() else f"x_{plain}"
    while keyword.iskeyword(plain) or plain in _RESERVED or plain in taken:
        plain += "_"
    return plain


# ---- one rule a node type --------------------------------------------------------------------------------------------
def _constant(e: Emitter, node: Constant) -> str:
    if isinstance(node.value, str):
        return f"np.{node.value}"
    value = node.value
    return str(value.numerator) if value.denominator == 1 else f"{value.numerator} / {value.denominator}"


def _extent(e: Emitter, node: Extent) -> str:
    return e.size(node.size)


def _symbol(e: Emitter, node: Symbol) -> str:
    return e.names[node.name]


def _special_array(e: Emitter, node: Expr) -> str:
    """The identity, a unit vector or a slice matrix on its own."""
    return special_array(node, e.size)


def _onehot(e: Emitter, node: OneHot) -> str:
    return f"np.eye({e.size(node.shape[-1])})[np.asarray({e.codes[node.args[0]]}, int)]"


def _add(e: Emitter, node: Add) -> str:
    text = ""
    for k, arg in enumerate(node.args):
        code = e.codes[arg]
        negative = code.startswith("-") and not (" + " in code or " - " in code)
        piece = code[1:] if negative and k else code
        text += ("" if not k else " - " if negative else " + ") + piece
    thin = [e.thin_of(arg) for arg in node.args]
    _set_thin(e, node, frozenset.intersection(*thin))
    return text


def _set_thin(e: Emitter, node: Expr, axes: frozenset[int]) -> None:
    if axes:
        e.thin[node] = axes


def _contract(e: Emitter, node: Contract) -> str:
    solved = _solve(e, node)
    if solved is not None:
        return solved
    carried = {i for sub in node.subs for i in sub}
    thin = {i for i in range(len(node.shape)) if i not in carried and node.shape[i] != 1}
    for arg, sub in zip(node.args, node.subs, strict=True):
        thin |= {i for k, i in enumerate(sub) if i < len(node.shape) and k in e.thin_of(arg)}
    fat = {
        i for arg, sub in zip(node.args, node.subs, strict=True) for k, i in enumerate(sub) if k not in e.thin_of(arg)
    }
    inside = any(e.thin_of(arg) for arg in node.args)
    code, _ = Product(node, e.whole if inside else lambda arg: e.codes[arg], e.size, e.use).write()
    rest = {i for i in range(len(node.shape)) if i not in carried and node.shape[i] != 1} if inside else thin - fat
    _set_thin(e, node, frozenset(rest))
    return code


def _solve(e: Emitter, node: Contract) -> str | None:
    """inv(A) beside one factor is a linear system."""
    inverses = [k for k, arg in enumerate(node.args) if isinstance(arg, Linalg) and arg.function.name == "inv"]
    if len(inverses) != 1 or len(node.args) != 2 or node.coef != 1:
        return None
    k = inverses[0]
    (rows, cols), other, where = node.subs[k], node.args[1 - k], node.subs[1 - k]
    matrix, right = e.whole(node.args[k].args[0]), e.whole(other)
    if where == (cols,) and rows == 0 and cols >= len(node.shape):
        return f"np.linalg.solve({matrix}, {right})"
    if where == (rows,) and cols == 0 and rows >= len(node.shape):
        return f"np.linalg.solve({tight(matrix)}.T, {right})"
    if len(where) == 2 and where == (cols, 1) and rows == 0 and cols >= len(node.shape):
        return f"np.linalg.solve({matrix}, {right})"
    return None


def _power(e: Emitter, node: Power) -> str:
    base, p = node.args[0], node.exponent
    _set_thin(e, node, e.thin_of(base))
    if p == _HALF:
        return f"np.sqrt({e.codes[base]})"
    if p == -1:
        return f"1.0 / {e.tight(base)}"
    if p == -_HALF:
        return f"1.0 / np.sqrt({e.codes[base]})"
    if p.denominator == 1:
        return f"{e.tight(base)}**{p}" if p > 0 else f"1.0 / {e.tight(base)}**{-p}"
    return f"{e.tight(base)}**({p})"


def _apply(e: Emitter, node: Apply) -> str:
    name, args = node.function.name, node.args
    _set_thin(e, node, frozenset.intersection(*(e.thin_of(arg) for arg in args)))
    codes = [_as_number(e.codes[arg], arg) for arg in args]
    if name in _OPERATORS:
        return f"({tight(codes[0])} {_OPERATORS[name]} {tight(codes[1])}) * 1.0"
    if node.function.undefined:
        return f"{safe_name(name, set())}({', '.join(codes)})"
    if name == "where":
        test = codes[0].removesuffix(" * 1.0") if codes[0].endswith(") * 1.0") else f"{tight(codes[0])} != 0"
        return f"np.where({test}, {codes[1]}, {codes[2]})"
    if name in HELPERS:
        e.use(name)
        return f"{name}({', '.join(codes)})"
    return f"np.{node.function.numpy}({', '.join(codes)})"


def _as_number(code: str, node: Expr) -> str:
    """An array filled with one number is written as the number: NumPy stretches it."""
    filled = isinstance(node, Contract) and not node.args
    if not filled or not isinstance(node, Contract):
        return code
    return str(node.coef) if node.coef.denominator == 1 else f"({node.coef.numerator} / {node.coef.denominator})"


def _along(e: Emitter, node: Along) -> str:
    name, x = node.function.name, e.whole(node.args[0])
    axis = str(node.axes[0]) if len(node.axes) == 1 else str(node.axes)
    if name in HELPERS:
        e.use(name)
        return f"{name}({x}, {axis})"
    everything = len(node.axes) == len(node.args[0].shape)
    return f"np.{name}({x})" if everything else f"np.{name}({x}, axis={axis})"


def _linalg(e: Emitter, node: Linalg) -> str:
    x = e.whole(node.args[0])
    return f"np.linalg.slogdet({x})[1]" if node.function.name == "logdet" else f"np.linalg.{node.function.name}({x})"


_RULES: dict[type[Expr], Callable[..., str]] = {
    Symbol: _symbol,
    Constant: _constant,
    Extent: _extent,
    Eye: _special_array,
    Basis: _special_array,
    Selector: _special_array,
    OneHot: _onehot,
    Add: _add,
    Contract: _contract,
    Power: _power,
    Apply: _apply,
    Along: _along,
    Linalg: _linalg,
}
