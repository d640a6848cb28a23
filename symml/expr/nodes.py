"""The closed set of nodes: immutable, hash-consed, with a shape checked when they are built.

Two structurally equal expressions are one object. Nodes never compute and never simplify; the functions of this module
only intern. What people write is built by ``arithmetic``, ``functions`` and ``build``; products by ``contract``. The
nodes with bound variables (sums, integrals, expectations) are in ``scoped``.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakValueDictionary

from symml.errors import DeclarationError, ShapeError
from symml.expr.domains import REAL, Domain
from symml.expr.operators import Operators

if TYPE_CHECKING:
    from symml.expr.dims import Dim, Shape, Size
    from symml.expr.function import AxisFunction, Function, MatrixFunction

Sub = tuple[int, ...]
_TABLE: WeakValueDictionary[tuple[Any, ...], Expr] = WeakValueDictionary()
_BIRTHS = count()


class Expr(Operators):
    """An expression: a node with arguments and a shape.

    Attributes:
        args: The arguments, expressions too.
        shape: The shape, dims by axis; ``()`` for a scalar.
        uid: A number that grows with every new node; a stable order of construction.
    """

    __slots__ = ("__weakref__", "args", "memo", "shape", "uid")

    args: tuple[Expr, ...]
    shape: Shape
    uid: int
    memo: dict[str, Any] | None

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    def __repr__(self) -> str:
        return face("text", self)

    def _repr_latex_(self) -> str:
        return "$\\displaystyle " + face("latex", self) + "$"


def face(view: str, node: Expr) -> str:
    """The node as ``text``, ``latex`` or ``code``."""
    # A notebook asks the object itself how it looks, and the views stand above the language: looked up when asked.
    from importlib import import_module

    return str(import_module(f"symml.render.{view}").show(node))


class Symbol(Expr):
    """A named array of real numbers with a declared domain."""

    __slots__ = ("domain", "name")
    name: str
    domain: Domain


class Constant(Expr):
    """An exact rational number, or one of the named numbers ``pi`` and ``e``."""

    __slots__ = ("value",)
    value: Fraction | str


class Extent(Expr):
    """A dimension as a number: the ``n`` of ``sum(x) / n``."""

    __slots__ = ("size",)
    size: Size


class Eye(Expr):
    """The identity matrix, or Kronecker's delta: shape ``(n, n)``."""

    __slots__ = ()


class Basis(Expr):
    """The unit vector with a one at ``position``: shape ``(n,)``."""

    __slots__ = ("position",)
    position: Dim


class Positions(Expr):
    """The numbers ``0, 1, ..., n - 1`` along an axis: shape ``(n,)``."""

    __slots__ = ()


class Selector(Expr):
    """The 0/1 matrix of a slice, shape ``(m, n)``: row ``i`` has its one in column ``start + step * i``."""

    __slots__ = ("start", "step")
    start: Dim
    step: int


class OneHot(Expr):
    """Integer labels as 0/1 rows: labels of shape ``(...)`` give shape ``(..., depth)``."""

    __slots__ = ()


class Add(Expr):
    """The sum of at least two terms of one shape."""

    __slots__ = ()


class Contract(Expr):
    """One einsum: ``coef`` times the product of the arguments, summed.

    Index ``i < len(shape)`` is the output axis ``i``; every other index is summed and carried by an argument. An output
    index that no argument carries is a broadcast.

    Attributes:
        coef: The rational coefficient.
        subs: For each argument, the index of each of its axes.
        dims: The dimension of every index.
    """

    __slots__ = ("coef", "dims", "subs")
    coef: Fraction
    subs: tuple[Sub, ...]
    dims: Shape


class Power(Expr):
    """An elementwise power with a rational exponent."""

    __slots__ = ("exponent",)
    exponent: Fraction


class Apply(Expr):
    """A scalar function applied elementwise; all arguments have the shape of the result."""

    __slots__ = ("function",)
    function: Function


class Along(Expr):
    """A function along axes: softmax keeps them, max and logsumexp remove them."""

    __slots__ = ("axes", "function")
    axes: tuple[int, ...]
    function: AxisFunction


class Linalg(Expr):
    """A function of square matrices: inverse, determinant, log-determinant."""

    __slots__ = ("function",)
    function: MatrixFunction


class Derivative(Expr):
    """The derivative of ``args[0]`` with respect to ``args[1]``, not yet carried out: axes of both, in this order."""

    __slots__ = ()


E = TypeVar("E", bound=Expr)


def find_node(key: tuple[Any, ...]) -> Any:
    """The living node of this key, or ``None``."""
    return _TABLE.get(key)


def new_node(kind: type[E], key: tuple[Any, ...], args: tuple[Expr, ...], shape: Shape) -> E:
    """A new node of this kind, interned under its key."""
    node = object.__new__(kind)
    node.args, node.shape, node.uid, node.memo = args, shape, next(_BIRTHS), None
    _TABLE[key] = node
    return node


def symbol_node(name: str, shape: Shape, domain: Domain = REAL) -> Symbol:
    """The symbol of this name, shape and domain."""
    key = (Symbol, name, shape, domain)
    node: Any = _TABLE.get(key)
    if node is None:
        if not (type(name) is str and name.strip()):
            raise DeclarationError(f"{name!r} is not a name", cure="use a letter or a word, such as w or y_hat")
        if domain.square and (len(shape) < 2 or shape[-1] != shape[-2]):
            raise ShapeError(f"{name} is declared {domain.name}: its shape must be square, not {show_shape(shape)}")
        node = new_node(Symbol, key, (), shape)
        node.name, node.domain = name, domain
    return node  # type: ignore[no-any-return] # the key fixes the type


def constant(value: Fraction | int | str) -> Constant:
    """An exact number, or ``"pi"`` or ``"e"``."""
    exact = value if isinstance(value, str) else Fraction(value)
    key = (Constant, exact)
    node: Any = _TABLE.get(key)
    if node is None:
        node = new_node(Constant, key, (), ())
        node.value = exact
    return node  # type: ignore[no-any-return] # the key fixes the type


def extent(dim: Dim) -> Expr:
    """A dimension as a number: ``n`` is a node of its own, ``2n - 1`` is a sum of such."""
    if isinstance(dim, int):
        return constant(dim)
    parts = [_multiple(coef, _extent_node(part)) for part, coef in dim.parts()]
    if dim.offset:
        parts.append(constant(dim.offset))
    return parts[0] if len(parts) == 1 else add_node(tuple(parts))


def _extent_node(size: Size) -> Extent:
    key = (Extent, size)
    node: Any = _TABLE.get(key)
    if node is None:
        node = new_node(Extent, key, (), ())
        node.size = size
    return node  # type: ignore[no-any-return] # the key fixes the type


def _multiple(coef: int, node: Expr) -> Expr:
    return node if coef == 1 else contract_node(Fraction(coef), (node,), ((),), (), 0)


def eye(dim: Dim) -> Eye:
    """The identity matrix of this size."""
    key = (Eye, dim)
    node: Any = _TABLE.get(key)
    return node if node is not None else new_node(Eye, key, (), (dim, dim))


def basis(dim: Dim, position: Dim) -> Basis:
    """The unit vector of this size with its one at ``position``."""
    key = (Basis, dim, position)
    node: Any = _TABLE.get(key)
    if node is None:
        node = new_node(Basis, key, (), (dim,))
        node.position = position
    return node  # type: ignore[no-any-return] # the key fixes the type


def positions(dim: Dim) -> Positions:
    """The positions of an axis of this size, counted from zero."""
    key = (Positions, dim)
    node: Any = _TABLE.get(key)
    return node if node is not None else new_node(Positions, key, (), (dim,))


def selector(rows: Dim, cols: Dim, start: Dim, step: int) -> Selector:
    """The matrix of the slice that takes ``rows`` of ``cols`` entries from ``start`` on."""
    key = (Selector, rows, cols, start, step)
    node: Any = _TABLE.get(key)
    if node is None:
        node = new_node(Selector, key, (), (rows, cols))
        node.start, node.step = start, step
    return node  # type: ignore[no-any-return] # the key fixes the type


def onehot(labels: Expr, depth: Dim) -> OneHot:
    """Integer labels as 0/1 rows."""
    key = (OneHot, labels, depth)
    node: Any = _TABLE.get(key)
    return node if node is not None else new_node(OneHot, key, (labels,), (*labels.shape, depth))


def add_node(terms: tuple[Expr, ...]) -> Add:
    """The sum of these terms as they stand."""
    key = (Add, terms)
    node: Any = _TABLE.get(key)
    if node is None:
        shape = terms[0].shape
        for term in terms:
            if term.shape != shape:
                raise ShapeError(f"cannot add {show_shape(term.shape)} to {show_shape(shape)}")
        node = new_node(Add, key, terms, shape)
    return node  # type: ignore[no-any-return] # the key fixes the type


def contract_node(coef: Fraction, args: tuple[Expr, ...], subs: tuple[Sub, ...], dims: Shape, rank: int) -> Contract:
    """The einsum with these normalized indices; use ``contract`` unless the indices are known to be normal."""
    key = (Contract, coef, args, subs, dims, rank)
    node: Any = _TABLE.get(key)
    if node is None:
        node = new_node(Contract, key, args, dims[:rank])
        node.coef, node.subs, node.dims = coef, subs, dims
    return node  # type: ignore[no-any-return] # the key fixes the type


def power_node(base: Expr, exponent: Fraction) -> Power:
    """``base`` to a rational power, elementwise."""
    key = (Power, base, exponent)
    node: Any = _TABLE.get(key)
    if node is None:
        node = new_node(Power, key, (base,), base.shape)
        node.exponent = exponent
    return node  # type: ignore[no-any-return] # the key fixes the type


def apply_node(function: Function, args: tuple[Expr, ...]) -> Apply:
    """A scalar function of arguments that already have one shape."""
    key = (Apply, function, args)
    node: Any = _TABLE.get(key)
    if node is None:
        if any(arg.shape != args[0].shape for arg in args):
            raise ShapeError(f"{function.name} of shapes " + ", ".join(show_shape(arg.shape) for arg in args))
        node = new_node(Apply, key, args, args[0].shape)
        node.function = function
    return node  # type: ignore[no-any-return] # the key fixes the type


def along_node(function: AxisFunction, arg: Expr, axes: tuple[int, ...]) -> Along:
    """A function along these axes, numbered from 0 and in increasing order."""
    key = (Along, function, arg, axes)
    node: Any = _TABLE.get(key)
    if node is None:
        shape = arg.shape if function.keeps_axes else tuple(d for i, d in enumerate(arg.shape) if i not in axes)
        node = new_node(Along, key, (arg,), shape)
        node.function, node.axes = function, axes
    return node  # type: ignore[no-any-return] # the key fixes the type


def linalg_node(function: MatrixFunction, arg: Expr) -> Linalg:
    """A function of a square matrix."""
    key = (Linalg, function, arg)
    node: Any = _TABLE.get(key)
    if node is None:
        if len(arg.shape) != 2 or arg.shape[0] != arg.shape[1]:
            raise ShapeError(f"{function.name} needs a square matrix, not {show_shape(arg.shape)}")
        node = new_node(Linalg, key, (arg,), arg.shape[: function.axes])
        node.function = function
    return node  # type: ignore[no-any-return] # the key fixes the type


def derivative_node(expr: Expr, wrt: Symbol) -> Derivative:
    """The derivative of ``expr`` with respect to ``wrt``, not carried out."""
    key = (Derivative, expr, wrt)
    node: Any = _TABLE.get(key)
    return node if node is not None else new_node(Derivative, key, (expr, wrt), (*expr.shape, *wrt.shape))


def show_shape(shape: Shape) -> str:
    """A shape as people write it: ``(n, d)``, ``(k,)``, ``()``."""
    return "(" + ", ".join(map(str, shape)) + (",)" if len(shape) == 1 else ")")


ZERO = constant(0)
ONE = constant(1)
