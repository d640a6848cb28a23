"""Sums, products, powers, fractions, roots and marks, by the types of their parts."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING

from symml.expr import arithmetic, sequences
from symml.expr.dims import Shape
from symml.expr.nodes import Constant, Expr, constant, show_shape
from symml.expr.walk import symbols
from symml.read.math.rules import elided
from symml.read.math.tree import Node, walk
from symml.read.math.value import Value, describe, einsum, spread, union

if TYPE_CHECKING:
    from symml.read.math.elaborate import Elaborator

_LETTERS = "abcdefgh"


# ---- sums ------------------------------------------------------------------------------------------------------------
def add(e: Elaborator, node: Node) -> Value:
    """A sum of terms with their signs."""
    if any(part.kind == "dots" for part in node.args):
        return elided.total(e, node)
    longer = _longer_sum(e, node)
    if longer is not None:
        return e.value(longer)
    total: Value | None = None
    bound: set[str] = set()
    for sign, part in zip(node.value, node.args, strict=True):
        if sign in (r"\pm", r"\mp"):
            raise e.error(part, f"{sign} stands for two values", "write two formulas")
        term = e.value(part)
        _refuse_loose_index(e, part, term, bound)
        term = negative(term) if sign == "-" else term
        total = term if total is None else plus(e, part, total, term)
    assert total is not None
    return total


def _longer_sum(e: Elaborator, node: Node) -> Node | None:
    r"""``\sum_i a_i + b_i`` after a side without i is the sum of both."""
    if "=" not in e.source[: node.start]:
        return None
    for k, part in enumerate(node.args[:-1]):
        bound = part.value if part.kind == "big" else None
        if bound is None or bound.operator != "sum" or len(bound.letters) != 1 or part.args[0].kind == "sum":
            continue
        (letter,) = bound.letters
        stop = k + 1
        while stop < len(node.args) and _is_loose(node.args[stop], letter):
            stop += 1
        loose = any(_is_loose(other, letter) for other in node.args[:k] + node.args[stop:])
        if stop == k + 1 or loose or e.range_of(letter) is not None or _indexes(e.source[: node.start], letter):
            continue
        if _indexes(e.source[node.end :], letter):
            continue
        e.note(f"the sum over {letter} runs to the end of {e.written(node.args[stop - 1])}")
        terms, signs = (part.args[0], *node.args[k + 1 : stop]), ("", *node.value[k + 1 : stop])
        whole = Node("big", (Node("sum", terms, signs, terms[0].start, terms[-1].end),), bound, part.start, node.end)
        parts, outer = (*node.args[:k], whole, *node.args[stop:]), (*node.value[: k + 1], *node.value[stop:])
        return Node("sum", parts, outer, node.start, node.end)
    return None


def _indexes(text: str, letter: str) -> bool:
    """Whether a letter stands below or above something in a text."""
    return re.search(rf"[_^]\{{?[^{{}}]*(?<![A-Za-z]){re.escape(letter)}(?![A-Za-z])", text) is not None


def _is_loose(node: Node, letter: str) -> bool:
    """Whether a letter is an index in a node and nothing in it binds the letter."""
    inner = list(walk(node))
    if any(part.kind == "big" and letter in part.value.letters for part in inner):
        return False
    below = [index for part in inner if part.kind in ("entry", "name", "label") for index in part.args]
    return any(
        part.kind == "name" and part.value.key == letter and not part.args for index in below for part in walk(index)
    )


def _refuse_loose_index(e: Elaborator, node: Node, term: Value, bound: set[str]) -> None:
    r"""``\sum_i x_i + y_i``: an index that a sum before has bound is free again."""
    for letter in term.labels:
        if letter in bound and letter in e.free:
            what = f"{letter} is bound in the sum before, and free here"
            raise e.error(node, what, f"write brackets around what is summed over {letter}")
    bound.update(letter for part in walk(node) if part.kind == "big" for letter in part.value.letters)


def negative(x: Value) -> Value:
    """The value with the other sign."""
    return x.with_expr(arithmetic.scale(-1, x.expr))


def plus(e: Elaborator, node: Node, a: Value, b: Value) -> Value:
    """``a + b``: of one shape, a number and an array made entry by entry, or a vector added to each row or column."""
    core, row = common(e, node, a, b, "+")
    labels = union(a, b)
    left, right = (fitted(e, node, x, labels, core) for x in (a, b))
    return Value(arithmetic.plus(left, right), labels, row, (a.elementwise and b.elementwise) or a.rank != b.rank)


def fitted(e: Elaborator, node: Node, x: Value, labels: tuple[str, ...], core: Shape) -> Expr:
    """The value spread over indices and entries."""
    if x.rank == 1 and len(core) == 2:
        rows, cols = (x.core[0] == dim for dim in core)
        if rows and not cols:
            wide = Value(einsum([(x, "i")], "ij", dims={"j": core[1]}), x.labels)
            return spread(wide, labels, core, e.dims_of(labels))
    return spread(x, labels, core, e.dims_of(labels))


def common(e: Elaborator, node: Node, a: Value, b: Value, sign: str) -> tuple[Shape, bool]:
    """The shape of a sum, and whether it is a row."""
    if a.rank == b.rank:
        if not all(e.unify(x, y) for x, y in zip(a.core, b.core, strict=True)):
            raise _mismatch(e, node, a, b, sign)
        if a.rank == 1 and a.row != b.row:
            raise e.error(node, "a row and a column cannot be added", "transpose one of them")
        return a.core, a.row
    high, low = (a, b) if a.rank > b.rank else (b, a)
    if low.rank == 0:
        unknown = next((symbol for symbol in symbols(low.expr) if symbol in e.opaque), None) if high.rank else None
        if unknown is not None:
            what = f"{unknown.name} beside {describe(high)}: is it a number, or an array?"
            raise e.error(node, what, f"declare what the function gives, as in '{e.opaque[unknown]}: function d'")
        if high.rank == 2 and high.is_square and not high.elementwise and not is_zero(low):
            what = "a number added to a square matrix: to every entry, or to the diagonal?"
            raise e.error(node, what, r"write c I for the diagonal, c \mathbf{1}\mathbf{1}^\top for every entry")
        if high.rank and not high.elementwise and not isinstance(low.expr, Constant):
            if high.row:
                raise e.error(node, "a number added to a row", "a product before it may miss a factor")
            e.note(f"{e.written(node)}: the number is added to every entry")
        return high.core, high.row
    return _vector_on_matrix(e, node, high, low, sign)


def _vector_on_matrix(e: Elaborator, node: Node, matrix: Value, vector: Value, sign: str) -> tuple[Shape, bool]:
    if matrix.rank != 2:
        raise _mismatch(e, node, matrix, vector, sign)
    rows, cols = (vector.core[0] == dim for dim in matrix.core)
    if rows and cols and not vector.row:
        raise e.error(
            node, "a vector added to a square matrix: to each row, or to each column?", "write 1 b^T or b 1^T"
        )
    if not rows and not cols and not e.unify(vector.core[0], matrix.core[1]):
        raise _mismatch(e, node, matrix, vector, sign)
    e.note(f"{e.written(node)} is added to each {'column' if rows and not cols else 'row'}")
    return matrix.core, False


def is_zero(x: Value) -> bool:
    """Whether a value is written as zero."""
    return arithmetic.is_zero(x.expr)


def _mismatch(e: Elaborator, node: Node, a: Value, b: Value, sign: str) -> Exception:
    cure = "make the shapes agree"
    if a.rank == b.rank == 2 and a.core == b.core[::-1]:
        cure = r"did you mean a transpose (^\top) of one of them?"
    return e.misfit(node, f"{describe(a)} {sign} {describe(b)}", cure)


# ---- products --------------------------------------------------------------------------------------------------------
def product(e: Elaborator, node: Node) -> Value:
    """Factors from left to right; numbers in between do not matter."""
    if any(part.kind == "dots" for part in node.args):
        return elided.product(e, node)
    divided = _slashed(e, node)
    if divided is not None:
        return divided
    total = e.value(node.args[0])
    for op, part in zip(node.value[1:], node.args[1:], strict=True):
        total = combine(e, part, op, total, e.value(part))
    return total


def _slashed(e: Elaborator, node: Node) -> Value | None:
    """``a/b c`` is (a/b)c or a/(bc): both are tried."""
    slashes = [k for k, op in enumerate(node.value) if op == "/"]
    if len(slashes) > 1 and any(not op for op in node.value[slashes[0] + 1 :]):
        what = f"ambiguous: what stands below the bars in {e.written(node)}"
        raise e.error(node, what, "write fractions, or brackets")
    if len(slashes) != 1 or slashes[0] == len(node.args) - 1:
        return None
    k = slashes[0]
    rest, ops = node.args[k + 1 :], node.value[k + 1 :]
    if ops[0] or rest[0].kind in ("big", "norm", "bars", "extremum", "apply", "call", "nabla", "slope", "cases"):
        return None
    numbers = all(_is_coefficient(part) for part in node.args[: k + 1])
    if numbers and node.args[k].end < rest[0].start:
        return None
    if _is_coefficient(node.args[k]) and rest[0].kind == "group" and node.args[k].end < rest[0].start + 1:
        return None
    whole = Node("product", node.args[k:], ("", *ops), node.args[k].start, node.end)
    low = Node("product", (*node.args[:k], whole), (*node.value[:k], "/"), node.start, node.end)
    high_top = Node("product", node.args[: k + 1], node.value[: k + 1], node.start, node.args[k].end)
    high = Node("product", (high_top, *rest), ("", *ops), node.start, node.end)
    return e.either(Node("either", (high, low), None, node.start, node.end))


def _is_coefficient(node: Node) -> bool:
    return node.kind == "number" or (node.kind == "declared" and node.value.kind == "size")


def combine(e: Elaborator, node: Node, op: str, a: Value, b: Value) -> Value:
    """Two factors with the operator between them."""
    if op == "/":
        return divide(e, node, a, b)
    if op == r"\oplus":
        raise e.error(node, r"not understood: \oplus", "write concatenations as block matrices")
    if a.rank == 0 or b.rank == 0:
        high = b if a.rank == 0 else a
        letters = _LETTERS[: high.rank]
        expr = einsum([(a, letters if a.rank else ""), (b, letters if b.rank else "")], letters)
        return Value(expr, union(a, b), high.row, high.elementwise)
    if op == r"\otimes":
        return _tensor(e, node, a, b)
    if op in (r"\cdot", r"\times", "*") and a.rank == b.rank == 1:
        return _dotted(e, node, op, a, b)
    if op in (r"\times", "*"):
        raise e.error(node, f"not understood: {op} between {describe(a)} and {describe(b)}", _MANY)
    return matmul(e, node, a, b)


_MANY = r"write a b for the matrix product, a \odot b for the elementwise one"


def _tensor(e: Elaborator, node: Node, a: Value, b: Value) -> Value:
    if a.rank == b.rank == 1:
        e.note(r"\otimes of two vectors is their outer product")
        return Value(einsum([(a, "i"), (b, "j")], "ij"), union(a, b))
    if a.rank == b.rank == 2 and not a.labels and not b.labels:
        e.note(r"\otimes of two matrices is their Kronecker product")
        return Value(sequences.kron(a.expr, b.expr))
    raise e.error(node, r"not understood: \otimes of these", "write the product entry by entry")


def _dotted(e: Elaborator, node: Node, op: str, a: Value, b: Value) -> Value:
    if op != r"\cdot":
        raise e.error(node, f"not understood: {op} between two vectors", r"write \cdot, \odot, or a b^\top")
    if b.row and not a.row:
        return matmul(e, node, a, b)
    return inner(e, node, a, b)


def inner(e: Elaborator, node: Node, a: Value, b: Value) -> Value:
    """The sum of the products of the entries."""
    if a.rank != b.rank or not all(e.unify(x, y) for x, y in zip(a.core, b.core, strict=True)):
        raise e.misfit(node, f"the inner product of {describe(a)} and {describe(b)}", "both need one shape")
    letters = _LETTERS[: a.rank]
    return Value(einsum([(a, letters), (b, letters)], ""), union(a, b))


def matmul(e: Elaborator, node: Node, a: Value, b: Value) -> Value:
    """The product of matrices, columns and rows; each must fit."""
    if a.rank > 2 or b.rank > 2:
        raise e.error(node, f"{describe(a)} times {describe(b)}", "write the sum over indices")
    if a.rank == 1 and b.rank == 1:
        if a.row and not b.row:
            return inner(e, node, a, b)
        if b.row and not a.row:
            return Value(einsum([(a, "i"), (b, "j")], "ij"), union(a, b))
        if (a.elementwise or b.elementwise) and not a.row:
            e.note(f"the product with {e.written(node)} is taken entry by entry")
            return elementwise(e, node, a, b)
        raise e.error(node, "two vectors side by side", r"write x^\top y, x y^\top or x \odot y")
    if a.rank == 1 and not a.row:
        if b.core[0] == 1:
            return Value(einsum([(a, "i"), (b, "kj")], "ij"), union(a, b))
        raise e.error(node, "a column before a matrix", r"transpose the vector: x^\top A")
    if b.rank == 1 and b.row:
        raise e.error(node, "a row after a matrix", r"transpose the vector: A x")
    if not e.unify(a.core[-1], b.core[0]):
        if a.elementwise and b.elementwise and a.core == b.core:
            e.note(f"the product with {e.written(node)} is taken entry by entry")
            return elementwise(e, node, a, b)
        raise _no_product(e, node, a, b)
    if a.elementwise and b.elementwise and a.rank == 2 and a.core == b.core:
        what = f"ambiguous: the product with {e.written(node)} is one of matrices, or entry by entry"
        raise e.error(node, what, r"write \odot for entry by entry")
    left, right = ("ij" if a.rank == 2 else "j"), ("jk" if b.rank == 2 else "j")
    out = ("i" if a.rank == 2 else "") + ("k" if b.rank == 2 else "")
    return Value(einsum([(a, left), (b, right)], out), union(a, b), a.rank == 1)


def _no_product(e: Elaborator, node: Node, a: Value, b: Value) -> Exception:
    cure = "the columns of the left and the rows of the right must agree"
    if a.rank == 2 and a.core[0] == b.core[0]:
        cure = r"did you mean the transpose (^\top) of the left factor?"
    elif b.rank == 2 and a.core[-1] == b.core[1]:
        cure = r"did you mean the transpose (^\top) of the right factor?"
    return e.misfit(node, f"{show_shape(a.core)} times {show_shape(b.core)} does not fit", cure)


def hadamard(e: Elaborator, node: Node) -> Value:
    """Elementwise products and quotients."""
    total = e.value(node.args[0])
    for op, part in zip(node.value[1:], node.args[1:], strict=True):
        other = e.value(part)
        if op == r"\oslash":
            other = other.with_expr(arithmetic.rational_power(other.expr, Fraction(-1)))
        if total.rank == 0 or other.rank == 0:
            if op == r"\circ":
                raise e.error(
                    part, r"\circ needs two arrays of one shape", r"write \cdot, or f(g(x)) for a composition"
                )
            total = combine(e, part, "", total, other)
        else:
            total = elementwise(e, part, total, other)
    return total


def elementwise(e: Elaborator, node: Node, a: Value, b: Value) -> Value:
    """The product entry by entry."""
    core, row = common(e, node, a, b, "elementwise with")
    labels = union(a, b)
    left, right = (Value(fitted(e, node, x, labels, core), labels) for x in (a, b))
    letters = _LETTERS[: len(core)]
    return Value(einsum([(left, letters), (right, letters)], letters), labels, row, True)


# ---- quotients -------------------------------------------------------------------------------------------------------
def fraction(e: Elaborator, node: Node) -> Value:
    """A numerator over a denominator."""
    return divide(e, node, e.value(node.args[0]), e.value(node.args[1]))


def divide(e: Elaborator, node: Node, a: Value, b: Value) -> Value:
    """By a number; entry by entry for vectors; never by a matrix."""
    if b.rank >= 2 and not (b.elementwise and (a.rank == 0 or a.core == b.core)):
        raise e.error(node, "division by a matrix", r"write the inverse: A^{-1} B, or \oslash entry by entry")
    if b.rank == 1 and a.rank > 1:
        raise e.error(node, "a matrix over a vector", r"write \mathrm{diag}(v)^{-1} A or \oslash")
    if b.rank == 1:
        e.note(f"{e.written(node)}: the quotient is taken entry by entry")
    if b.rank == 0 and isinstance(b.expr, Constant) and b.expr.value == 0:
        raise e.error(node, "division by zero")
    low = b.with_expr(arithmetic.rational_power(b.expr, Fraction(-1)), elementwise=b.elementwise or b.rank > 0)
    return combine(e, node, "", a, low) if a.rank == 0 or b.rank == 0 else elementwise(e, node, a, low)


RULES: dict[str, Callable[..., Value]] = {
    "sum": add,
    "product": product,
    "hadamard": hadamard,
    "negative": lambda e, node: negative(e.value(node.args[0])),
    "fraction": fraction,
    "group": lambda e, node: e.value(node.args[0]),
    "number": lambda e, node: Value(constant(node.value)),
}
