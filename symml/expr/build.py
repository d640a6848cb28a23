"""What people write besides operators: symbols, sums, means, norms, products of matrices, and functions along axes."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from symml.errors import ShapeError, SymmlError
from symml.expr.arithmetic import brief, broadcast, full, lift, matmul, times, zeros
from symml.expr.contract import contract
from symml.expr.dims import Dim, as_dim
from symml.expr.domains import REAL, Domain
from symml.expr.domains import domain as domain_named
from symml.expr.nodes import (
    Expr,
    Eye,
    Symbol,
    add_node,
    basis,
    extent,
    eye,
    linalg_node,
    onehot,
    selector,
    show_shape,
    symbol_node,
)
from symml.expr.subscripts import einsum

if TYPE_CHECKING:
    from symml.expr.dims import Shape

Axis = int | tuple[int, ...] | None

__all__ = [
    "Eye", "array", "concatenate", "det", "diag", "dot", "einsum", "eye", "full_like", "inv", "log_softmax",
    "logdet", "logsumexp", "matrix", "max", "mean", "min", "norm", "one_hot", "ones", "outer", "prod", "reshape",
    "scalar", "softmax", "solve", "sqrt", "stack", "std", "sum", "symbol", "trace", "var", "vector", "zeros",
]  # fmt: skip


# ---- symbols ---------------------------------------------------------------------------------------------------------
def symbol(name: str, *dims: object, domain: str | Domain = REAL) -> Symbol:
    """A named array of real numbers: ``symbol("X", n, d)``.

    Raises:
        DeclarationError: The domain is unknown.
        ShapeError: A dim is not a dim, or the domain needs a square matrix.
    """
    row = domain_named(domain) if isinstance(domain, str) else domain
    return symbol_node(name, tuple(as_dim(dim) for dim in dims), row)


def scalar(name: str, domain: str | Domain = REAL) -> Symbol:
    """A named number."""
    return symbol(name, domain=domain)


def vector(name: str, n: object, domain: str | Domain = REAL) -> Symbol:
    """A named vector of shape ``(n,)``."""
    return symbol(name, n, domain=domain)


def matrix(name: str, n: object, d: object, domain: str | Domain = REAL) -> Symbol:
    """A named matrix of shape ``(n, d)``."""
    return symbol(name, n, d, domain=domain)


# ---- constant arrays -------------------------------------------------------------------------------------------------
def shape_of(shape: object) -> Shape:
    """A shape from one dim or a tuple of dims."""
    return tuple(as_dim(d) for d in shape) if isinstance(shape, tuple | list) else (as_dim(shape),)


def ones(shape: object) -> Expr:
    """An array of ones."""
    return full(1, shape_of(shape))


def full_like(x: Expr, value: object) -> Expr:
    """An array of one value in the shape of ``x``."""
    return full(value, x.shape)


def array(values: Sequence[object]) -> Expr:
    """An array from a nested list of numbers and expressions."""
    return stack([lift(value) for value in values])


def stack(parts: Sequence[object], axis: int = 0) -> Expr:
    """Arrays of one shape along a new axis."""
    nodes = [lift(part) for part in parts]
    if not nodes:
        raise ShapeError("cannot stack an empty list")
    shape, count = nodes[0].shape, len(nodes)
    if any(node.shape != shape for node in nodes):
        raise ShapeError("cannot stack shapes " + ", ".join(show_shape(node.shape) for node in nodes))
    place = axis % (len(shape) + 1)
    axes = tuple(range(len(shape)))
    out = (*axes[:place], "new", *axes[place:])
    terms = tuple(
        contract([(basis(count, k), ("new",)), (node, axes)], out)
        for k, node in enumerate(nodes)
        if not arithmetic.is_zero(node)
    )
    if not terms:
        return zeros((*shape[:place], count, *shape[place:]))
    return terms[0] if len(terms) == 1 else add_node(terms)


def concatenate(parts: Sequence[object], axis: int = 0) -> Expr:
    """Arrays one after the other along an axis."""
    nodes = [lift(part) for part in parts]
    rank = len(nodes[0].shape) if nodes else 0
    if not rank:
        raise ShapeError("concatenate needs arrays with at least one axis", cure="use stack for scalars")
    return indexing.place_side_by_side(nodes, axis % rank)


def one_hot(labels: object, depth: object) -> Expr:
    """Integer labels ``(...)`` as 0/1 rows ``(..., depth)``."""
    return onehot(lift(labels), as_dim(depth))


# ---- sums ------------------------------------------------------------------------------------------------------------
def axes_of(x: Expr, axis: Axis) -> tuple[int, ...]:
    """The axes as increasing non-negative numbers.

    Raises:
        ShapeError: There is no such axis.
    """
    rank = len(x.shape)
    if axis is None:
        return tuple(range(rank))
    wanted: tuple[object, ...] = axis if isinstance(axis, tuple) else (axis,)
    found = set()
    for a in wanted:
        if not isinstance(a, int) or not -rank <= a < rank:
            raise ShapeError(f"{brief(x)} has {rank} axes; there is no axis {a}", cure=f"use axes 0 to {rank - 1}")
        found.add(a % rank)
    return tuple(sorted(found))


def sum(x: object, axis: Axis = None, *, keepdims: bool = False) -> Expr:
    """The sum over ``axis`` (all axes by default)."""
    node = lift(x)
    return _summed(node, axes_of(node, axis), keepdims)


def _summed(node: Expr, axes: tuple[int, ...], keepdims: bool) -> Expr:
    labels = tuple(range(len(node.shape)))
    if not keepdims:
        return contract([(node, labels)], [i for i in labels if i not in axes])
    out = tuple(("kept", i) if i in axes else i for i in labels)
    return contract([(node, labels)], out, dims={("kept", i): 1 for i in axes})


def count(x: Expr, axes: tuple[int, ...]) -> Expr:
    """The number of entries along these axes."""
    result = lift(1)
    for axis in axes:
        result = times(result, extent(x.shape[axis]))
    return result


def mean(x: object, axis: Axis = None, *, keepdims: bool = False) -> Expr:
    """The mean over ``axis`` (all axes by default)."""
    node = lift(x)
    axes = axes_of(node, axis)
    return _summed(node, axes, keepdims) / count(node, axes)


def var(x: object, axis: Axis = None, *, keepdims: bool = False, ddof: int = 0) -> Expr:
    """The variance over ``axis``: squared deviations from the mean over the number of entries less ``ddof``."""
    node = lift(x)
    axes = axes_of(node, axis)
    squares = (node - mean(node, axes, keepdims=True)) ** 2
    entries = count(node, axes)
    return _summed(squares, axes, keepdims) / (entries - ddof if ddof else entries)


def std(x: object, axis: Axis = None, *, keepdims: bool = False, ddof: int = 0) -> Expr:
    """The standard deviation over ``axis``."""
    return sqrt(var(x, axis, keepdims=keepdims, ddof=ddof))


def sqrt(x: object) -> Expr:
    """The square root."""
    return arithmetic.rational_power(lift(x), Fraction(1, 2))


# ---- products --------------------------------------------------------------------------------------------------------
def dot(a: object, b: object) -> Expr:
    """NumPy's ``dot``: matmul of vectors and matrices, a plain product with a scalar."""
    left, right = lift(a), lift(b)
    if len(left.shape) > 1 and len(right.shape) > 2:
        raise SymmlError(f"dot of {len(left.shape)} and {len(right.shape)} axes has no expression", cure="use einsum")
    return matmul(left, right) if left.shape and right.shape else times(left, right)


def outer(a: object, b: object) -> Expr:
    """The outer product of two vectors."""
    left, right = lift(a), lift(b)
    if len(left.shape) != 1 or len(right.shape) != 1:
        raise ShapeError(f"outer needs two vectors, not {show_shape(left.shape)} and {show_shape(right.shape)}")
    return contract([(left, "i"), (right, "j")], "ij")


def trace(x: object, offset: int = 0) -> Expr:
    """The sum of the diagonal, or of the one ``offset`` places above it."""
    node = lift(x)
    if offset:
        return sum(diag(node, offset))
    _need_square(node, "trace")
    return contract([(node, "ii")], "")


def diag(x: object, k: int = 0) -> Expr:
    """A vector as a diagonal matrix (``k`` places above the main diagonal), or the diagonal of a matrix."""
    node = lift(x)
    if len(node.shape) == 1 and k:
        return _shifted_diagonal(node, k)
    if k:
        rows, cols = (slice(None, -k), slice(k, None)) if k > 0 else (slice(-k, None), slice(None, k))
        _need_square(node, "diag")
        return diag(indexing.index(node, (rows, cols)))
    if len(node.shape) == 1:
        return contract([(node, "i"), (eye(node.shape[0]), "ij")], "ij")
    _need_square(node, "diag")
    return contract([(node, "ii")], "i")


def _shifted_diagonal(v: Expr, k: int) -> Expr:
    """A vector ``k`` places above the main diagonal of a matrix that is just large enough."""
    size = v.shape[0] + abs(k)
    assert not isinstance(size, Expr)
    rows = selector(v.shape[0], size, (abs(k) - k) // 2, 1)
    cols = selector(v.shape[0], size, (abs(k) + k) // 2, 1)
    return contract([(v, "k"), (rows, "ki"), (cols, "kj")], "ij")


def _need_square(x: Expr, what: str) -> None:
    if len(x.shape) != 2 or x.shape[0] != x.shape[1]:
        raise ShapeError(f"{what} needs a square matrix; {brief(x)} is {show_shape(x.shape)}")


def norm(x: object, ord: object = None, axis: Axis = None, *, keepdims: bool = False) -> Expr:
    """The norm of a vector (any order), or of a matrix (Frobenius, nuclear, 1, 2 or infinity).

    Raises:
        SymmlError: The order has no expression here.
    """
    node = lift(x)
    axes = axes_of(node, axis)
    if len(axes) == 2 and ord not in (None, "fro"):
        return _induced_norm(node, ord, axes, keepdims)
    if ord in (None, "fro", 2):
        return sqrt(_summed(node**2, axes, keepdims))
    if ord == 1:
        return _summed(functions.abs(node), axes, keepdims)
    if ord == float("inf"):
        return max(functions.abs(node), axes, keepdims=keepdims)
    if ord == 0:
        return _summed(functions.not_equal(node, 0), axes, keepdims)
    if isinstance(ord, str):
        raise SymmlError(f"there is no vector norm {ord!r}", cure="orders are numbers, or 'fro' for a matrix")
    order = lift(ord)
    return _summed(functions.abs(node) ** order, axes, keepdims) ** (1 / order)


def _induced_norm(node: Expr, ord: object, axes: tuple[int, ...], keepdims: bool) -> Expr:
    if ord in (2, "nuc") and len(node.shape) == 2:
        found = spectral.spectral_norm(node) if ord == 2 else spectral.nuclear_norm(node)
        return broadcast(found, (1, 1)) if keepdims else found
    if ord not in (1, float("inf")):
        raise SymmlError(f"the matrix norm of order {ord!r} has no expression", cure="use 'fro', 'nuc', 1, 2 or inf")
    summed, kept = axes if ord == 1 else axes[::-1]
    columns = _summed(functions.abs(node), (summed,), True)
    largest = max(columns, (kept,), keepdims=True)
    return largest if keepdims else _summed(largest, axes, False)


# ---- linear algebra --------------------------------------------------------------------------------------------------
def inv(x: object) -> Expr:
    """The inverse of a square matrix."""
    return linalg_node(functions.matrix.inv, lift(x))


def det(x: object) -> Expr:
    """The determinant."""
    return linalg_node(functions.matrix.det, lift(x))


def logdet(x: object) -> Expr:
    """The logarithm of the absolute value of the determinant."""
    return linalg_node(functions.matrix.logdet, lift(x))


def solve(a: object, b: object) -> Expr:
    """The solution of ``a @ x = b``."""
    return matmul(inv(a), b)


# ---- along axes ------------------------------------------------------------------------------------------------------
def _removing(function_name: str, x: object, axis: Axis, keepdims: bool) -> Expr:
    node = lift(x)
    axes = axes_of(node, axis)
    result = functions.along.along(functions.AXIS_FUNCTIONS[function_name], node, axes)
    if not keepdims or not axes:
        return result
    kept = tuple(i for i in range(len(node.shape)) if i not in axes)
    return contract([(result, kept)], range(len(node.shape)), dims=dict.fromkeys(axes, 1))


def max(x: object, axis: Axis = None, *, keepdims: bool = False) -> Expr:
    """The largest entry along ``axis``."""
    return _removing("max", x, axis, keepdims)


def min(x: object, axis: Axis = None, *, keepdims: bool = False) -> Expr:
    """The smallest entry along ``axis``."""
    return _removing("min", x, axis, keepdims)


def prod(x: object, axis: Axis = None, *, keepdims: bool = False) -> Expr:
    """The product along ``axis``."""
    return _removing("prod", x, axis, keepdims)


def logsumexp(x: object, axis: Axis = None, *, keepdims: bool = False) -> Expr:
    """The logarithm of the sum of exponentials along ``axis``."""
    return _removing("logsumexp", x, axis, keepdims)


def softmax(x: object, axis: Axis = -1) -> Expr:
    """Exponentials over their sum along ``axis`` (the last by default; ``None`` for all)."""
    node = lift(x)
    return functions.along.along(functions.AXIS_FUNCTIONS["softmax"], node, axes_of(node, axis))


def log_softmax(x: object, axis: Axis = -1) -> Expr:
    """The logarithm of softmax along ``axis``."""
    node = lift(x)
    return functions.along.along(functions.AXIS_FUNCTIONS["log_softmax"], node, axes_of(node, axis))


# ---- shapes ----------------------------------------------------------------------------------------------------------
def reshape(x: object, shape: Sequence[object]) -> Expr:
    """The array with axes of dim 1 put in or taken out; other axes are regrouped where all dims are numbers."""
    node = lift(x)
    wanted = [dim if dim == -1 else as_dim(dim) for dim in shape]
    rest = [dim for dim in node.shape if dim != 1]
    given = [dim for dim in wanted if dim not in (1, -1)]
    if -1 in wanted:
        free: list[Dim] = [dim for dim in rest if dim not in given]
        wanted[wanted.index(-1)] = free[0] if free else 1
    if [dim for dim in wanted if dim != 1] != rest:
        regrouped = indexing.regroup(node, [dim if dim == -1 else as_dim(dim) for dim in shape])
        if regrouped is not None:
            return regrouped
        raise ShapeError(
            f"reshape of {show_shape(node.shape)} to {tuple(shape)} mixes axes", cure="use transpose, sum or einsum"
        )
    source = [i for i, dim in enumerate(node.shape) if dim != 1]
    out = [source.pop(0) if dim != 1 else ("one", k) for k, dim in enumerate(wanted)]
    return contract(
        [(node, range(len(node.shape)))], out, dims={("one", k): 1 for k, dim in enumerate(wanted) if dim == 1}
    )


def same_shape(a: Expr, b: Expr) -> tuple[Expr, Expr]:
    """Both expressions stretched to their common shape."""
    shape = arithmetic.broadcast_shape(a.shape, b.shape)
    return broadcast(a, shape), broadcast(b, shape)


# Functions along axes and indexing stand on these builders and are called by them.
from symml.expr import arithmetic, functions, indexing, spectral  # noqa: E402  # see the line above
