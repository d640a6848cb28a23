"""Entries: running indices become axes, numbers count from 1, labels pick."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING

from symml.errors import ReadError
from symml.expr import arithmetic
from symml.expr.contract import contract
from symml.expr.dims import Dim
from symml.expr.nodes import (
    Expr,
    Symbol,
    basis,
    constant,
    extent,
    onehot,
    positions,
    selector,
    show_shape,
    symbol_node,
)
from symml.read.math.rules import arrays
from symml.read.math.tree import Node, set_of
from symml.read.math.value import Value

if TYPE_CHECKING:
    from symml.read.math.elaborate import Elaborator, Range

_MOMENTS = ("t", r"\tau", "T", "0", r"\infty")
_LETTERS = set_of("i j k l m n r s c p q a b u v x y z")


def entry(e: Elaborator, node: Node) -> Value:
    """``x_i``, ``A_{ij}``, ``(Ax)_i``, and ``[f(i, j)]_{ij}`` which makes an array."""
    base, *at = node.args
    moment = _moment(e, node)
    if moment is not None:
        return moment
    value = e.value(base)
    if value.rank == 0 and base.kind == "group" and at:
        return gather(e, node, value, at)
    try:
        return take(e, node, value, at)
    except ReadError:
        row = _row_of_capital(e, base, at)
        if row is None:
            raise
        return row


def _moment(e: Elaborator, node: Node) -> Value | None:
    """``w_t``, ``w_{t+1}`` and ``w_{new}`` of a declared w, where t does not run: symbols of its kind."""
    base, *at = node.args
    symbol = base.value.value if base.kind == "declared" else None
    if not isinstance(symbol, Symbol) or len(at) != 1:
        return None
    if at[0].kind == "number" and not symbol.shape:
        return own_symbol(e, node, symbol, f"{symbol.name}_{{{at[0].value}}}")
    first = at[0].args[0] if at[0].kind == "sum" and at[0].args else at[0]
    if not symbol.shape and first.kind == "declared":
        return own_symbol(e, node, symbol, f"{symbol.name}_{{{e.written(at[0])}}}")
    plain = first.kind == "name" and not first.args and e.range_of(first.value.key) is None
    if not plain or not (first.value.key in _MOMENTS or first.value.base.startswith(r"\mathrm{") or not symbol.shape):
        return None
    if e.is_given(first.value.key) or first.value.key in e.known | dict.fromkeys(e.open_dims, 0):
        return None
    below = e.source[at[0].start : at[0].end].replace(" ", "")
    return own_symbol(e, node, symbol, f"{symbol.name}_{{{below}}}")


def _row_of_capital(e: Elaborator, base: Node, at: list[Node]) -> Value | None:
    """``x_i`` as row i of a declared X where x itself has no such entry."""
    name = str(base.value.name) if base.kind == "declared" else ""
    plain = name.removeprefix(r"\mathbf{").removesuffix("}")
    row = e.table.find(name.replace(plain, plain.upper())) if len(plain) == 1 and plain.islower() else None
    if row is None or not isinstance(row.value, Symbol) or len(row.value.shape) != 2 or len(at) != 1:
        return None
    try:
        found = take(e, base, Value(row.value), at)
    except ReadError:
        return None
    e.note(f"{e.written(base)}_{e.written(at[0])} is row {e.written(at[0])} of {row.name}")
    return found


def gather(e: Elaborator, node: Node, value: Value, at: list[Node]) -> Value:
    """The array whose entry at i, j is the value."""
    letters = [letter_of(part) for part in at]
    if any(letter is None or letter not in e.free or letter not in value.labels for letter in letters):
        raise e.error(node, f"{e.written(node.args[0])} is a number: it has no entries")
    kept = tuple(label for label in value.labels if label not in letters)
    axes = {label: k for k, label in enumerate(value.labels)}
    order = [axes[label] for label in (*kept, *[letter for letter in letters if letter])]
    for letter in letters:
        e.free.pop(str(letter), None)
    return Value(contract([(value.expr, range(len(order)))], order), kept, elementwise=True)


def letter_of(node: Node) -> str | None:
    """The letter that a bare index is."""
    return node.value.key if node.kind == "name" and not node.args else None


def take(e: Elaborator, node: Node, value: Value, at: list[Node]) -> Value:
    """The entries of a value at indices."""
    at = _digits(value, at)
    if value.rank == 0:
        raise e.error(
            node, f"{e.written(node)}: a number has no entries", "declare the symbol as a vector, or the indexed name"
        )
    if len(at) > value.rank:
        raise e.error(node, f"{len(at)} indices on {show_shape(value.core)}", "write one index an axis")
    factors: list[tuple[Expr, tuple[object, ...]]] = [
        (value.expr, (*(("run", x) for x in value.labels), *(("axis", k) for k in range(value.rank))))
    ]
    labels = list(value.labels)
    core: list[object] = []
    same: dict[object, object] = {}
    for k in range(value.rank):
        if k >= len(at) or at[k].kind == "all":
            core.append(("axis", k))
            continue
        if at[k].kind == "cut":
            core.append(("cut", k))
            factors.append((arrays.cut(e, at[k], e.resolve(value.core[k])), (("cut", k), ("axis", k))))
            continue
        _at_axis(e, at[k], value.core[k], ("axis", k), factors, labels, same)
    factors = [(expr, tuple(same.get(x, x) for x in own)) for expr, own in factors]
    out = [*(("run", x) for x in labels), *core]
    return Value(contract(factors, out), tuple(labels), len(core) == 1 and value.row)


def _digits(value: Value, at: list[Node]) -> list[Node]:
    """``A_{12}`` is the entry in row 1 and column 2."""
    if len(at) == 1 and value.rank == 2 and at[0].kind == "number" and 11 <= at[0].value <= 99 and at[0].value % 10:
        node = at[0]
        return [Node("number", (), Fraction(d), node.start, node.end) for d in divmod(int(node.value), 10)]
    return at


def _at_axis(
    e: Elaborator,
    node: Node,
    dim: Dim,
    axis: object,
    factors: list[tuple[Expr, tuple[object, ...]]],
    labels: list[str],
    same: dict[object, object],
) -> None:
    """Puts the 0/1 array of one index beside the factors."""
    letter, shift = shifted(e, node)
    if letter is not None:
        _run(e, node, letter, shift, dim, axis, factors, labels, same)
        return
    picked = _label_symbol(e, node)
    if picked is not None:
        factors.append((onehot(picked.expr, dim), (*(("run", x) for x in picked.labels), axis)))
        labels += [x for x in picked.labels if x not in labels]
        return
    factors.append((basis(dim, position(e, node, dim)), (axis,)))


def shifted(e: Elaborator, node: Node) -> tuple[str | None, Dim]:
    """The running letter and the number added to it, of ``i``, ``i+1``, ``t-1``."""
    if node.kind == "name" and not node.args:
        key = node.value.key
        if e.range_of(key) is not None:
            return key, 0
        if e.is_given(key) or key in e.open_dims or not _may_run(e, node):
            return None, 0
        return key, 0
    if node.kind == "sum" and len(node.args) == 2 and node.value[0] == "":
        letter, shift = shifted(e, node.args[0])
        if letter is not None:
            by = e.dim(node.args[1])
            moved = shift + by if node.value[1] == "+" else shift - by
            assert not isinstance(moved, Expr)
            return letter, moved
    return None, 0


def _may_run(e: Elaborator, node: Node) -> bool:
    """Whether an undeclared letter may be an index that nothing binds."""
    return node.value.key in _LETTERS


def _run(
    e: Elaborator,
    node: Node,
    letter: str,
    shift: Dim,
    dim: Dim,
    axis: object,
    factors: list[tuple[Expr, tuple[object, ...]]],
    labels: list[str],
    same: dict[object, object],
) -> None:
    row = e.range_of(letter)
    if row is None:
        row = e.free_index(letter, dim)
    if letter not in labels:
        labels.append(letter)
    if row.low is None and shift == 0:
        if not e.unify(row.dim, dim):
            raise e.error(node, f"{letter} runs over {row.dim} entries, this axis has {dim}", "use another letter")
        same[axis] = ("run", letter)
        return
    start = _start(e, node, letter, row, shift, dim)
    if start == 0 and e.resolve(row.dim) == dim:
        same[axis] = ("run", letter)
        return
    factors.append((selector(e.resolve(row.dim), dim, start, 1), (("run", letter), axis)))


def _start(e: Elaborator, node: Node, letter: str, row: Range, shift: Dim, dim: Dim) -> Dim:
    """The position of the first entry that an index with a range takes; checked to lie inside."""
    low = row.low if row.low is not None else 1
    bases = [e.bases[letter]] if letter in e.bases else [0, 1] if low == 0 else [1]
    for base in bases:
        start = low + shift - base
        assert not isinstance(start, Expr)
        if shift == 0 and start == 0 and e.unify(row.dim, dim):
            e.bases[letter] = base
            return 0
        rest = dim - (start + e.resolve(row.dim))
        if isinstance(rest, int) and rest >= 0 and _not_negative(start):
            e.bases[letter] = base
            return start
    what = f"{e.written(node)} runs from entry {low + shift} over {row.dim}, but the axis has {dim} entries"
    raise e.error(node, what, "check the range of the index")


def _not_negative(dim: Dim) -> bool:
    """Whether a dim cannot be negative: named sizes are 1 or more."""
    if isinstance(dim, int):
        return dim >= 0
    coefs = [coef for _, coef in dim.terms]
    return min(coefs) > 0 and sum(coefs) + dim.offset >= 0


def _label_symbol(e: Elaborator, node: Node) -> Value | None:
    """A declared label as an index: the entry that it names."""
    bare = node.args[0] if node.kind == "entry" else node
    if bare.kind != "declared" or bare.value.kind != "symbol":
        return None
    symbol = bare.value.value
    if "label" not in symbol.domain.facts and "integer" not in symbol.domain.facts:
        return None
    if "label" not in symbol.domain.facts:
        raise e.error(node, f"{e.written(node)} is a whole number, not the name of an entry", "declare it as a label")
    value = e.value(node)
    return value if value.rank == 0 else None


def position(e: Elaborator, node: Node, dim: Dim) -> Dim:
    """The 0-based position of an entry that is counted from 1."""
    number = e.dim(node)
    found = number - 1
    assert not isinstance(found, Expr)
    rest = dim - number
    if rest == 0 and not isinstance(dim, int):
        e.note(f"entry {e.written(node)} is the last one")
    if not _not_negative(found) or (isinstance(rest, int) and rest < 0):
        raise e.error(node, f"there is no entry {e.written(node)} on an axis of {dim}", "entries are counted from 1")
    return found


def numbers(e: Elaborator, node: Node, letter: str) -> Value:
    """A running index as a number."""
    row = e.range_of(letter)
    assert row is not None
    low = 1 if row.low is None else row.low
    first = extent(low) if not isinstance(low, int) else constant(low)
    return Value(arithmetic.plus(positions(e.resolve(row.dim)), first), (letter,))


def is_label(expr: Expr) -> bool:
    """Whether an expression is a symbol of labels."""
    return isinstance(expr, Symbol) and "label" in expr.domain.facts


def label(e: Elaborator, node: Node) -> Value:
    """``x^{(i)}``: an entry where i runs, else a symbol of its own of the kind of x."""
    base, at = node.args
    letter, _ = shifted(e, at)
    if letter is not None and e.range_of(letter) is not None:
        return entry(e, Node("entry", (base, at), None, node.start, node.end))
    bare = base.args[0] if base.kind == "entry" else base
    if bare.kind != "declared" or not isinstance(bare.value.value, Symbol):
        raise e.error(node, f"not understood: {e.written(node)}", "declare the symbol with its mark")
    is_word = at.kind == "name" and at.value.base.startswith(r"\mathrm{")
    above = e.source[at.start : at.end] if is_word else node.value
    return marked_symbol(e, node, base, above)


def marked_symbol(e: Elaborator, node: Node, base: Node, above: str) -> Value:
    r"""``w^*`` and ``w_j^{\text{new}}``: a symbol of its own of the kind of w, or its entry."""
    bare = base.args[0] if base.kind == "entry" else base
    own = own_symbol(e, node, bare.value.value, f"{bare.value.name}^{{{above}}}")
    return take(e, node, own, list(base.args[1:])) if base.kind == "entry" else own


def own_symbol(e: Elaborator, node: Node, like: Symbol, name: str) -> Value:
    """A symbol of its own, of the kind of a declared one: ``w^*``, ``x_{t+1}``, ``W^{(1)}``."""
    found = e.inferred.setdefault(name, symbol_node(name, like.shape, like.domain))
    e.note(f"{e.written(node)} is a symbol of its own, of the kind of {like.name}")
    return Value(found)


RULES: dict[str, Callable[..., Value]] = {"entry": entry, "label": label}
