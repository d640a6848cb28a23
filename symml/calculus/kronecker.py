"""A derivative of a matrix by a matrix as a sum of Kronecker products.

The array with axes ``(i, j, k, l)`` maps the direction ``V[k, l]`` to ``F[i, j]``. As a matrix it acts on ``vec(V)``,
where ``vec`` stacks columns: ``A[i, k] B[j, l]`` is ``B ⊗ A``. A Kronecker product is thus a way of reading such an
array, and needs no dimension ``n m``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from symml.calculus.canonical import add_terms
from symml.errors import NotDerivable
from symml.expr.arithmetic import scale
from symml.expr.build import ones
from symml.expr.contract import Factor, Label, contract, factors_of
from symml.expr.dims import Dim, Shape
from symml.expr.nodes import Add, Contract, Expr, Eye, Symbol, constant, eye, symbol_node
from symml.expr.walk import symbols

_MAX_TERMS = 32
_ROW = ("row",)
Sides = tuple[str, ...]
_PLAIN = {"first": "ik", "second": "jl"}
_CROSSED = {"first": "il", "second": "jk"}


@dataclass(frozen=True)
class Row:
    """A row (or column) of an array under a name of its own: ``x_m`` is row ``m`` of ``X``.

    Attributes:
        symbol: The row, a vector.
        of: The array.
        axis: The axis along which the rows are counted.
    """

    symbol: Symbol
    of: Expr
    axis: int


@dataclass(frozen=True)
class KronTerm:
    """``coef * scalars * diag(vec left) (second ⊗ first) K diag(vec right)``, or ``vec(left) vec(right)'``.

    Attributes:
        coef: The number in front.
        scalars: Scalar factors.
        left: The weights of the rows, an array of the shape of F; ``None`` for ones.
        right: The weights of the columns, an array of the shape of the direction; ``None`` for ones.
        first: The factor on the right of the product, which acts inside columns; ``None`` for an outer product.
        second: The factor on the left.
        crossed: Whether the direction is transposed first, by the commutation matrix K.
        over: The letter and the rows of a sum of such terms; empty where there is none.
        size: The number of rows that are summed.
    """

    coef: Fraction
    scalars: tuple[Expr, ...]
    left: Expr | None
    right: Expr | None
    first: Expr | None
    second: Expr | None
    crossed: bool = False
    over: tuple[Row, ...] = ()
    size: Dim = 1


@dataclass(frozen=True)
class KronForm:
    """The terms, with the shapes of F and of the direction."""

    terms: tuple[KronTerm, ...]
    rows: Shape
    cols: Shape

    def tensor(self) -> Expr:
        """The array that the terms stand for, with the axes of F and of the direction."""
        return add_terms([_tensor_of(term, self.rows, self.cols) for term in self.terms])


def kronecker_form(tensor: Expr, rank: int) -> KronForm:
    """A derivative as a sum of Kronecker products.

    Args:
        tensor: The derivative: ``rank`` axes of F, then those of the variable.
        rank: The number of axes of F, one or two.

    Raises:
        NotDerivable: A term is no Kronecker product, nor a sum of such over rows.
    """
    rows, cols = tensor.shape[:rank], tensor.shape[rank:]
    if not (0 < len(rows) <= 2 and 0 < len(cols) <= 2):
        raise NotDerivable(
            f"a derivative with {len(rows)} and {len(cols)} axes is no matrix of vec(dX)",
            cure="use the operator form, or differentiate a vector or matrix by a vector or matrix",
        )
    names = (*"ij"[: len(rows)], *"kl"[: len(cols)])
    dims: dict[Label, Dim] = dict(zip(names, tensor.shape, strict=True))
    todo: list[tuple[Fraction, list[Factor]]] = [(Fraction(1), [(tensor, names)])]
    found: list[KronTerm] = []
    named = _Rows(tensor)
    while todo:
        coef, factors = _flat(*todo.pop(), len(todo))
        term = _term(coef, factors, names, dict(dims), named)
        if term is None:
            todo += reversed(_split(coef, factors, len(todo) + len(found)))
        else:
            found.append(term)
    return KronForm(tuple(_merged(_merged(found, "first"), "second")), rows, cols)


# ---- products multiplied out, as far as is needed --------------------------------------------------------------------
def _flat(coef: Fraction, factors: list[Factor], mark: int) -> tuple[Fraction, list[Factor]]:
    """The factors with those of every product inside in its place."""
    flat: list[Factor] = []
    todo = list(factors)
    fresh = 0
    while todo:
        node, labels = todo.pop(0)
        if not isinstance(node, Contract):
            flat.append((node, labels))
            continue
        number, items = factors_of(node)
        inner: list[Label] = [*labels, *(("s", mark, len(factors), fresh + k) for k in range(_summed(node)))]
        fresh += _summed(node)
        coef *= number
        todo = [*((arg, tuple(inner[i] for i in sub)) for arg, sub in items), *todo]
    return coef, flat


def _split(coef: Fraction, factors: list[Factor], count: int) -> list[tuple[Fraction, list[Factor]]]:
    """One sum among the factors multiplied out: the one with the most axes."""
    sums = [k for k, (node, labels) in enumerate(factors) if isinstance(node, Add) and labels]
    if not sums:
        raise NotDerivable("a term of the derivative is no Kronecker product", cure="use the operator form")
    if count > _MAX_TERMS:
        raise NotDerivable("the derivative has too many terms for a Kronecker form", cure="use the operator form")
    place = max(sums, key=lambda k: len(factors[k][1]))
    node, labels = factors[place]
    return [(coef, [*factors[:place], (arg, labels), *factors[place + 1 :]]) for arg in node.args]


def _summed(node: Expr) -> int:
    assert isinstance(node, Contract)
    return len(node.dims) - len(node.shape)


# ---- one term --------------------------------------------------------------------------------------------------------
def _term(coef: Fraction, factors: list[Factor], names: Sides, dims: dict[Label, Dim], named: _Rows) -> KronTerm | None:
    """The term as a Kronecker product, or as a sum of them over one index."""
    for node, labels in factors:
        dims |= dict(zip(labels, node.shape, strict=True))
    scalars = tuple(node for node, labels in factors if not labels)
    arrays = [item for item in factors if item[1]]
    for same in _variants(arrays):
        found = _separated(same, dims)
        if found is not None:
            return KronTerm(coef, scalars, *found)
    inner = dict.fromkeys(x for _, labels in arrays for x in labels if x not in names)
    options = [(arrays, label, label) for label in inner]
    options += [(_counted(arrays, name, dims), _ROW, name) for name in names if name in "ij"]
    for same, label, name in options:
        if any(label in labels and len(labels) > 2 for _, labels in same):
            continue
        rows, sliced = _rows_at(same, label, named)
        found = _separated(sliced, dims)
        if found is not None:
            return KronTerm(coef, scalars, *found, over=rows, size=dims[name])
    return None


def _variants(arrays: list[Factor]) -> Iterator[list[Factor]]:
    """The same product in other words: where a delta says that two indices are equal, a factor may carry either."""
    yield arrays
    for node, labels in arrays:
        if isinstance(node, Eye):
            for old, new in (labels, labels[::-1]):
                yield [
                    item if isinstance(item[0], Eye) else (item[0], tuple(new if x == old else x for x in item[1]))
                    for item in arrays
                ]


def _merged(terms: list[KronTerm], kept: str) -> list[KronTerm]:
    """Terms that differ in one factor of the product only, as one: ``A ⊗ C - B ⊗ C = (A - B) ⊗ C``."""
    moved = "second" if kept == "first" else "first"
    groups: dict[object, list[KronTerm]] = {}
    for k, term in enumerate(terms):
        rows = frozenset(row.symbol for row in term.over)
        shared = (term.scalars, term.left, term.right, getattr(term, kept), term.crossed, bool(rows), term.size)
        groups.setdefault(shared if term.first is not None else k, []).append(term)
    return [_sum_of(group, moved) if len(group) > 1 else group[0] for group in groups.values()]


def _sum_of(group: list[KronTerm], moved: str) -> KronTerm:
    parts = [getattr(term, moved) for term in group]
    lead = group[0].coef
    whole = add_terms([scale(term.coef / lead, part) for term, part in zip(group, parts, strict=True)])
    over = tuple(dict.fromkeys(row for term in group for row in term.over))
    first = group[0]
    return replace(_with_factor(first, moved, whole), over=over)


def _with_factor(term: KronTerm, key: str, part: Expr) -> KronTerm:
    return replace(term, first=part) if key == "first" else replace(term, second=part)


def _counted(arrays: list[Factor], label: str, dims: dict[Label, Dim]) -> list[Factor]:
    """The same product as a sum over the entries of one axis of F, each put into its place by a unit vector."""
    moved = [(node, tuple(_ROW if x == label else x for x in labels)) for node, labels in arrays]
    return [*moved, (eye(dims[label]), (label, _ROW))]


Separated = tuple[Expr | None, Expr | None, Expr | None, Expr | None, bool]


def _separated(arrays: list[Factor], dims: dict[Label, Dim]) -> Separated | None:
    """(left, right, first, second, crossed), or ``None`` where a connected part touches both factors."""
    parts = _components(arrays)
    touched = [frozenset(x for _, labels in part for x in labels if isinstance(x, str)) for part in parts]
    for crossed, sides in ((False, _PLAIN), (True, _CROSSED)):
        homes = [_home(outs, sides) for outs in touched]
        if None in homes or (crossed and not {"first", "second"} & set(homes)):
            continue
        both_sided = any(home in _PLAIN and len(outs) == 2 for home, outs in zip(homes, touched, strict=True))
        linked = both_sided or all(home in _PLAIN for home in homes)
        groups: dict[str, list[Factor]] = {"left": [], "right": [], "first": [], "second": []}
        for part, home, outs in zip(parts, homes, touched, strict=True):
            groups[_moved(str(home), outs) if not linked else str(home)] += part
        left, right = _joined(groups["left"], "ij", dims), _joined(groups["right"], "kl", dims)
        if not linked:
            return _or_ones(left, "ij", dims), _or_ones(right, "kl", dims), None, None, False
        first, second = (_or_ones(_joined(groups[key], sides[key], dims), sides[key], dims) for key in _PLAIN)
        return left, right, first, second, crossed
    return None


def _home(outs: frozenset[str], sides: dict[str, str]) -> str | None:
    for key in ("first", "second"):
        if outs <= set(sides[key]):
            return key
    return "left" if outs <= set("ij") else "right" if outs <= set("kl") else None


def _moved(home: str, outs: frozenset[str]) -> str:
    """Where nothing links the sides, every part weighs the rows or the columns."""
    return home if home in ("left", "right") else "left" if outs <= set("ij") else "right"


def _components(arrays: list[Factor]) -> list[list[Factor]]:
    """The factors in groups that share summed indices."""
    parts: list[tuple[set[Label], list[Factor]]] = []
    for node, labels in arrays:
        inner = {x for x in labels if not isinstance(x, str)}
        own = [(node, labels)]
        apart = []
        for marks, items in parts:
            if marks & inner:
                inner, own = inner | marks, items + own
            else:
                apart.append((marks, items))
        parts = [*apart, (inner, own)]
    return [items for _, items in parts]


def _joined(factors: list[Factor], axes: str, dims: dict[Label, Dim]) -> Expr | None:
    """The product as an array with these axes, those that there are; ``None`` without factors."""
    if not factors:
        return None
    out = [axis for axis in axes if axis in dims]
    return contract(factors, out, dims={axis: dims[axis] for axis in out})


def _or_ones(found: Expr | None, axes: str, dims: dict[Label, Dim]) -> Expr:
    """What was found, or ones where no factor has these axes."""
    return ones(tuple(dims[axis] for axis in axes if axis in dims)) if found is None else found


def _rows_at(arrays: list[Factor], label: Label, named: _Rows) -> tuple[tuple[Row, ...], list[Factor]]:
    """The factors at one value of a summed index: every array that carries it gives its row under a new name."""
    rows: list[Row] = []
    sliced: list[Factor] = []
    for node, labels in arrays:
        if label not in labels:
            sliced.append((node, labels))
            continue
        rows.append(named.row(node, labels.index(label)))
        sliced.append((rows[-1].symbol, tuple(x for x in labels if x != label)))
    return tuple(dict.fromkeys(rows)), sliced


class _Rows:
    """The rows that have names, which are the same in all terms."""

    def __init__(self, tensor: Expr) -> None:
        self.taken = {symbol.name for symbol in symbols(tensor)}
        self.known: dict[tuple[Expr, int], Row] = {}

    def row(self, node: Expr, axis: int) -> Row:
        """The row (or column) of an array under its name."""
        found = self.known.get((node, axis))
        if found is None:
            shape = tuple(dim for k, dim in enumerate(node.shape) if k != axis)
            found = self.known[node, axis] = Row(symbol_node(self._name(node), shape), node, axis)
        return found

    def _name(self, node: Expr) -> str:
        letters = {"softmax": "p", "sigmoid": "p"}
        base = letters.get(getattr(getattr(node, "function", None), "name", ""), "c")
        if isinstance(node, Symbol) and len(node.name) == 1:
            base = node.name.lower()
        options = ["e_m"] if isinstance(node, Eye) else []
        options += [f"{base}_m", *(f"{base}{k}_m" for k in range(1, len(self.taken) + 2))]
        name = next(option for option in options if option not in self.taken)
        self.taken.add(name)
        return name


# ---- back to the array -----------------------------------------------------------------------------------------------
def _tensor_of(term: KronTerm, rows: Shape, cols: Shape) -> Expr:
    """The array that a term stands for; a sum over rows of a sum of products is a sum of such sums."""
    for key in ("first", "second") if term.over else ():
        part = getattr(term, key)
        if isinstance(part, Add):
            return add_terms([_tensor_of(_with_factor(term, key, arg), rows, cols) for arg in part.args])
    names = (*"ij"[: len(rows)], *"kl"[: len(cols)])
    dims = dict(zip(names, (*rows, *cols), strict=True))
    sides = _CROSSED if term.crossed else _PLAIN
    parts = [(term.left, "ij"), (term.right, "kl"), (term.first, sides["first"]), (term.second, sides["second"])]
    factors: list[Factor] = [(scalar, ()) for scalar in term.scalars]
    factors += [(node, tuple(a for a in axes if a in dims)) for node, axes in parts if node is not None]
    return contract(_unsliced(factors, term), names, coef=term.coef, dims=dims)


def _unsliced(factors: list[Factor], term: KronTerm) -> list[Factor]:
    """The factors with the rows as entries of their arrays again, at the index that is summed."""
    if not term.over:
        return factors
    rows = {row.symbol: row for row in term.over}
    opened: list[Factor] = []
    fresh = 0
    todo = list(factors)
    while todo:
        node, labels = todo.pop(0)
        if isinstance(node, Symbol) and node in rows:
            row = rows[node]
            opened.append((row.of, (*labels[: row.axis], "m", *labels[row.axis :])))
        elif isinstance(node, Contract):
            number, items = factors_of(node)
            inner = [*labels, *(("t", fresh + k) for k in range(_summed(node)))]
            fresh += _summed(node)
            todo += [(arg, tuple(inner[i] for i in sub)) for arg, sub in items]
            opened += [] if number == 1 else [(constant(number), ())]
        else:
            opened.append((node, labels))
    return opened
