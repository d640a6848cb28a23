"""Known functions: elementwise ones by their row, functions along axes, functions of matrices."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING

from symml.calculus.facts import is_symmetric
from symml.expr import arithmetic, functions, spectral
from symml.expr.build import diag, logdet, reshape, trace
from symml.expr.functions import AXIS_FUNCTIONS, FUNCTIONS
from symml.expr.functions.along import along
from symml.expr.nodes import Constant, Linalg, symbol_node
from symml.read.math.rules import algebra, arrays, derivatives, indices, powers
from symml.read.math.rules.choices import pointwise
from symml.read.math.rules.indices import letter_of
from symml.read.math.tree import Node, set_of
from symml.read.math.value import Value, describe, einsum

if TYPE_CHECKING:
    from symml.read.math.elaborate import Elaborator

Rule = Callable[["Elaborator", Node, list[Value]], Value]
# Functions that are also functions of a whole matrix: their name alone does not say which is meant.
_OF_MATRICES = set_of("exp log sin cos sinh cosh sqrt")


def call(e: Elaborator, node: Node) -> Value:
    """A known function of its arguments."""
    separators = [part for part in node.args if part.kind == "relation"]
    if separators:
        raise e.error(separators[0], "a relation is no argument here", "write the argument without it")
    return apply_named(e, node, node.value, [e.value(part) for part in node.args])


def apply_named(e: Elaborator, node: Node, name: str, values: list[Value]) -> Value:
    """The function of this name of values."""
    rule = _RULES.get(name)
    if rule is not None:
        return rule(e, node, values)
    row = FUNCTIONS.get(name)
    if row is not None:
        return _elementwise(e, node, name, values)
    function, _, axis = name.partition(" of ")
    if axis == "entries":
        return pointwise(e, node, FUNCTIONS[function], _one(e, node, values, function))
    if function in AXIS_FUNCTIONS:
        return _along(e, node, function, values, axis)
    raise e.error(
        node, f"not understood: {e.written(node)}; {name} has no expression here", "write it by its definition"
    )


def _elementwise(e: Elaborator, node: Node, name: str, values: list[Value]) -> Value:
    row = FUNCTIONS[name]
    if len(values) != row.arity:
        raise e.error(node, f"{name} takes {row.arity} argument(s), not {len(values)}")
    if name in _OF_MATRICES and values[0].is_square and not values[0].elementwise:
        what = f"ambiguous: {e.written(node)} is taken of every entry, or is the function of the matrix"
        raise e.error(node, what, r"write \exp_{\odot}(A), or it with indices: [\exp(A_{ij})]_{ij}")
    return pointwise(e, node, row, *values)


def _one(e: Elaborator, node: Node, values: list[Value], name: str) -> Value:
    if len(values) != 1:
        raise e.error(node, f"{name} takes one argument, not {len(values)}")
    return values[0]


def _along(e: Elaborator, node: Node, name: str, values: list[Value], axis: str = "") -> Value:
    """softmax and its kin: over a vector, the rows of a matrix, or all entries for those that remove axes."""
    x = _one(e, node, values, name)
    row = AXIS_FUNCTIONS[name]
    first = len(x.labels)
    if x.rank == 0:
        raise e.error(node, f"{name} of a number", "declare its argument as a vector, or write an index below the name")
    if axis and axis != "all":
        axes: tuple[int, ...] = (first + x.rank - 1,) if axis == "rows" else (first,)
    elif axis or x.rank == 1 or not row.keeps_axes:
        axes = tuple(range(first, first + x.rank))
    else:
        axes = (first + x.rank - 1,)
        e.note(f"{name} of a matrix is taken of each row")
    if not axis and x.rank > 1 and not row.keeps_axes:
        e.note(f"{name} is taken over all entries")
    return Value(along(row, x.expr, axes), x.labels, x.row and x.rank == 1 and row.keeps_axes, True)


def softmax_along(e: Elaborator, node: Node) -> Value:
    r"""``\mathrm{softmax}_j(z_j)``: over the index below the name; ``\mathrm{softmax}_i(z)`` is entry i."""
    x = e.value(node.args[0])
    letters = [letter_of(part) for part in node.args[1:]]
    row = AXIS_FUNCTIONS[node.value]
    if x.rank == 0 and letters and all(letter in x.labels for letter in letters):
        axes = tuple(sorted(x.labels.index(str(letter)) for letter in letters))
        kept = x.labels if row.keeps_axes else tuple(label for label in x.labels if label not in letters)
        for letter in letters:
            if not row.keeps_axes:
                e.free.pop(str(letter), None)
        return Value(along(row, x.expr, axes), kept)
    whole = _along(e, node, node.value, [x])
    return indices.take(e, node, whole, list(node.args[1:]))


def _trace(e: Elaborator, node: Node, values: list[Value]) -> Value:
    x = _one(e, node, values, "the trace")
    if x.rank == 0:
        return x
    if x.rank != 2 or not e.unify(*x.core):
        raise e.error(node, f"the trace of {describe(x)}", "the trace needs a square matrix")
    return Value(einsum([(x, "ii")], ""), x.labels) if x.labels else Value(trace(x.expr))


def _diag(e: Elaborator, node: Node, values: list[Value]) -> Value:
    if len(values) > 1:
        return _diag_of_numbers(e, node, values)
    x = values[0]
    if x.labels or x.rank not in (1, 2) or (x.rank == 2 and not e.unify(*x.core)):
        raise e.error(node, f"diag of {describe(x)}", "diag needs a vector or a square matrix")
    if x.rank == 2:
        e.note(f"{e.written(node)} is the diagonal, a vector")
    return Value(diag(x.expr))


def _diag_of_numbers(e: Elaborator, node: Node, values: list[Value]) -> Value:
    from symml.expr.build import stack

    if any(value.rank or value.labels for value in values):
        raise e.error(node, "diag of several arrays", "write one vector")
    return Value(diag(stack([value.expr for value in values])))


def _det(e: Elaborator, node: Node, values: list[Value]) -> Value:
    from symml.expr.build import det

    x = _square(e, node, values, "the determinant")
    return Value(det(x.expr))


def _logdet(e: Elaborator, node: Node, values: list[Value]) -> Value:
    return Value(logdet(_square(e, node, values, "the determinant").expr))


def _square(e: Elaborator, node: Node, values: list[Value], what: str) -> Value:
    x = _one(e, node, values, what)
    if x.rank != 2 or x.labels or not e.unify(*x.core):
        raise e.error(node, f"{what} of {describe(x)}", f"{what} needs a square matrix")
    return x


def _log(e: Elaborator, node: Node, values: list[Value]) -> Value:
    """The natural logarithm; of a determinant, the one of its absolute value."""
    x = _one(e, node, values, "log")
    if isinstance(x.expr, Linalg) and x.expr.function.name == "det":
        return Value(logdet(x.expr.args[0]))
    return _elementwise(e, node, "log", values)


def _log_to_base(e: Elaborator, node: Node, values: list[Value]) -> Value:
    if len(values) != 2:
        raise e.error(node, f"log takes one argument, not {len(values) - 1}")
    x, base = values
    number = base.expr.value if isinstance(base.expr, Constant) else None
    if number == "e":
        return _elementwise(e, node, "log", [x])
    if number in (Fraction(2), Fraction(10)):
        return _elementwise(e, node, f"log{number}", [x])
    return algebra.divide(e, node, _elementwise(e, node, "log", [x]), _elementwise(e, node, "log", [base]))


def _sqrt(e: Elaborator, node: Node, values: list[Value]) -> Value:
    half = Value(arithmetic.lift(Fraction(1, 2)))
    return powers.raise_to(e, node, _one(e, node, values, "sqrt"), half)


def _reciprocal(name: str) -> Rule:
    def rule(e: Elaborator, node: Node, values: list[Value]) -> Value:
        inner = _elementwise(e, node, name, values)
        return inner.with_expr(arithmetic.rational_power(inner.expr, Fraction(-1)))

    return rule


def _mean(e: Elaborator, node: Node, values: list[Value]) -> Value:
    from symml.expr.build import mean

    x = _one(e, node, values, "mean")
    if not x.rank or x.labels:
        raise e.error(node, f"the mean of {describe(x)}", r"write \frac1n\sum_i")
    return Value(mean(x.expr))


def _factorial(e: Elaborator, node: Node, values: list[Value]) -> Value:
    x = _one(e, node, values, "the factorial")
    number = x.expr.value if isinstance(x.expr, Constant) else None
    if isinstance(number, Fraction) and (number < 0 or number.denominator != 1):
        raise e.error(node, "the factorial of a number that is not whole")
    one_more = x.with_expr(arithmetic.plus(x.expr, arithmetic.full(1, x.expr.shape)))
    return pointwise(e, node, functions.gamma, one_more)


def _binomial(e: Elaborator, node: Node, values: list[Value]) -> Value:
    n, k = values
    parts = [_factorial(e, node, [x]) for x in (n, k, algebra.plus(e, node, n, algebra.negative(k)))]
    low = algebra.combine(e, node, "", parts[1], parts[2])
    return algebra.divide(e, node, parts[0], low)


def _beta(e: Elaborator, node: Node, values: list[Value]) -> Value:
    """The beta function of two numbers."""
    if len(values) != 2:
        raise e.error(node, f"the beta function takes two numbers, not {len(values)}")
    a, b = values
    above = [pointwise(e, node, functions.gamma, x) for x in (a, b)]
    below = pointwise(e, node, functions.gamma, algebra.plus(e, node, a, b))
    return algebra.divide(e, node, algebra.combine(e, node, "", *above), below)


def _dot(e: Elaborator, node: Node, values: list[Value]) -> Value:
    if len(values) != 2:
        raise e.error(node, "dot takes two vectors")
    return algebra.inner(e, node, *values)


def _abs(e: Elaborator, node: Node, values: list[Value]) -> Value:
    return _elementwise(e, node, "abs", values)


def _inv(e: Elaborator, node: Node, values: list[Value]) -> Value:
    return powers.inverse(e, node, _one(e, node, values, "inv"))


def _clip(e: Elaborator, node: Node, values: list[Value]) -> Value:
    if len(values) != 3:
        raise e.error(node, "clip takes a value, a lower and an upper bound")
    x, low, high = values
    return pointwise(e, node, functions.minimum, pointwise(e, node, functions.maximum, x, low), high)


def _vec(e: Elaborator, node: Node, values: list[Value]) -> Value:
    """The columns of a matrix, one below the other."""
    x = _one(e, node, values, "vec")
    if x.rank == 1:
        return x
    if x.rank != 2 or x.labels or not all(isinstance(dim, int) for dim in x.core):
        raise e.error(node, f"vec of {describe(x)}", "declare numbers as dims")
    rows, columns = x.core
    assert isinstance(rows, int)
    assert isinstance(columns, int)
    return Value(reshape(x.expr.T, (rows * columns,)))


def _rank(e: Elaborator, node: Node, values: list[Value]) -> Value:
    """The rank of a matrix: a number of which nothing more is known."""
    x = _one(e, node, values, "the rank")
    if x.rank != 2 or x.labels:
        raise e.error(node, f"the rank of {describe(x)}", "the rank is taken of a matrix")
    shown = e.written(node)
    e.note(f"{shown} is a number of which the text says only the name")
    return Value(e.undefined.setdefault(shown, symbol_node(shown, ())))


def _extreme(which: str, what: str) -> Rule:
    """The largest or the smallest eigenvalue of a symmetric matrix, or singular value of any matrix."""

    def rule(e: Elaborator, node: Node, values: list[Value]) -> Value:
        x = _one(e, node, values, f"the {what}")
        if x.rank != 2 or x.labels or (what == "eigenvalue" and not e.unify(*x.core)):
            raise e.error(node, f"the {what} of {describe(x)}", "declare a matrix")
        if what == "eigenvalue" and not is_symmetric(x.expr):
            raise e.error(node, f"the eigenvalues of {e.written(node.args[0])} may not be real", "declare it symmetric")
        if what == "singular value" and which == "max":
            return Value(spectral.spectral_norm(x.expr))
        found = spectral.eigvalsh(x.expr) if what == "eigenvalue" else spectral.singular_values(x.expr)
        return Value(along(AXIS_FUNCTIONS[which], found, (0,)))

    return rule


def slope_of(e: Elaborator, node: Node) -> Value:
    r"""``\sigma'(x)``: the derivative of a known function at its argument."""
    name, primes = node.value
    row = FUNCTIONS.get(name)
    if row is None or row.arity != 1 or primes > 2:
        raise e.error(node, f"not understood: the derivative of {name}", r"write \frac{d}{dx} f(x)")
    return derivatives.of_function(e, node, row, e.value(node.args[0]), primes)


_RULES: dict[str, Rule] = {
    "tr": _trace, "diag": _diag, "det": _det, "logdet": _logdet, "log": _log, "log to a base": _log_to_base,
    "sqrt": _sqrt, "sech": _reciprocal("cosh"), "csch": _reciprocal("sinh"), "coth": _reciprocal("tanh"),
    "sec": _reciprocal("cos"), "csc": _reciprocal("sin"), "cot": _reciprocal("tan"), "mean": _mean,
    "onehot": arrays.one_hot, "eigvals": arrays.of_matrix("eigvals"), "eigvecs": arrays.of_matrix("eigvecs"),
    "cholesky": arrays.of_matrix("cholesky"), "sort": arrays.sort, "cumsum": arrays.cumsum,
    "tril": arrays.triangle("tril"),
    "triu": arrays.triangle("triu"),
    "factorial": _factorial, "binomial": _binomial, "dot": _dot, "abs": _abs, "inv": _inv, "clip": _clip,
    "vec": _vec, "rank": _rank, "beta": _beta,
    "max eigenvalue": _extreme("max", "eigenvalue"), "min eigenvalue": _extreme("min", "eigenvalue"),
    "max singular value": _extreme("max", "singular value"), "min singular value": _extreme("min", "singular value"),
}  # fmt: skip

RULES: dict[str, Callable[..., Value]] = {
    "call": call,
    "counted": arrays.counted,
    "slope of": slope_of,
    "softmax along": softmax_along,
}
