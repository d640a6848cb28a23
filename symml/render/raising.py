"""Raising: from the expression to typed matrix notation, by reducing the graph of each product to a fixed point.

Indices are vertices, vectors sit on vertices, matrices are edges. Self-loops become traces or diagonals, parallel edges
elementwise products, leaves matrix-vector products, and a vertex with two edges a matrix product.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from symml.calculus.facts import is_symmetric
from symml.expr.dims import Dim
from symml.expr.nodes import (
    Add,
    Along,
    Apply,
    Basis,
    Constant,
    Contract,
    Derivative,
    Expr,
    Extent,
    Eye,
    Linalg,
    OneHot,
    Positions,
    Power,
    Selector,
    Symbol,
)
from symml.expr.probability import as_covariance, averages_some
from symml.expr.scoped import Bound, Expectation, Integral, Ranged, Series
from symml.render import matrix_form as m
from symml.render.entries import entries_taken
from symml.render.grouping import grouped
from symml.render.literals import literal
from symml.render.matrix_form import CannotRaise, Form
from symml.render.opening import opened
from symml.render.stages import visible
from symml.render.triangles import triangle_of

Edge = tuple[int, int, Form]


class _Graph:
    """A product as a graph, reduced until only its output indices are left."""

    def __init__(
        self,
        coef: Fraction,
        items: list[tuple[Form, tuple[int, ...]]],
        rank: int,
        dims: tuple[Dim, ...],
        gone: set[int],
    ) -> None:
        self.coef, self.out, self.dims = coef, list(range(rank)), dims
        self.scalars: list[Form] = []
        self.vectors: dict[int, list[Form]] = {i: [] for i in range(len(dims))}
        self.edges: list[Edge] = []
        self.open = [i for i in range(rank, len(dims)) if i not in gone]
        for form, sub in items:
            if not sub:
                self.scalars.append(form)
            elif len(sub) == 1:
                self.vectors[sub[0]].append(form)
            elif len(sub) == 2:
                self.edges.append((sub[0], sub[1], form))
            else:
                raise CannotRaise(f"a factor with {len(sub)} axes")

    def _at(self, i: int) -> list[Edge]:
        return [e for e in self.edges if i in e[:2]]

    def _vector(self, i: int) -> Form:
        return m.hadamard(self.vectors[i]) if self.vectors[i] else m.ones(self.dims[i])

    def reduce(self) -> Form:
        """The formula; raises CannotRaise when the graph is not series-parallel."""
        rules = (self._loop, self._parallel, self._isolated, self._leaf, self._series)
        while any(rule() for rule in rules):
            pass
        if self.open:
            raise CannotRaise("the product is not a series-parallel graph")
        return self._assemble()

    def _loop(self) -> bool:
        """A_ii: a trace when i is summed and nothing else is there, else the diagonal."""
        for edge in self.edges:
            i, j, form = edge
            if i != j:
                continue
            self.edges.remove(edge)
            if i in self.open and not self._at(i) and not self.vectors[i]:
                self.scalars.append(m.trace(form))
                self.open.remove(i)
            else:
                self.vectors[i].append(m.diagonal_of(form))
            return True
        return False

    def _parallel(self) -> bool:
        """A_ij B_ij: tr(A'B) when both are summed and bare, else the elementwise product."""
        for p, a in enumerate(self.edges):
            for b in self.edges[p + 1 :]:
                if {a[0], a[1]} != {b[0], b[1]}:
                    continue
                other = b[2] if b[0] == a[0] else m.transposed(b[2])
                lonely = all(x in self.open and not self.vectors[x] and len(self._at(x)) == 2 for x in a[:2])
                self.edges = [e for e in self.edges if e is not a and e is not b]
                if lonely:
                    self.scalars.append(m.trace_of(a[2], other))
                    self.open = [x for x in self.open if x not in a[:2]]
                else:
                    self.edges.append((a[0], a[1], m.hadamard([a[2], other])))
                return True
        return False

    def _isolated(self) -> bool:
        """sum_i u_i v_i = u'v"""
        for i in self.open:
            if self._at(i):
                continue
            vectors = self.vectors[i]
            if not vectors:
                self.scalars.append(size_form(self.dims[i]))
            elif len(vectors) == 1:
                self.scalars.append(m.inner(m.ones(self.dims[i]), vectors[0]))
            else:
                self.scalars.append(m.inner(vectors[0], m.hadamard(vectors[1:])))
            self.open.remove(i)
            return True
        return False

    def _leaf(self) -> bool:
        """sum_j A_ij v_j = (A v)_i; A v before A'v"""
        options = [(self._at(i)[0][1] != i, i) for i in self.open if len(self._at(i)) == 1]
        if not options:
            return False
        i = min(options)[1]
        edge = self._at(i)[0]
        self.edges.remove(edge)
        j, form = (edge[0], edge[2]) if edge[1] == i else (edge[1], m.transposed(edge[2]))
        self.vectors[j].append(m.product(form, self._vector(i)))
        self.open.remove(i)
        return True

    def _series(self) -> bool:
        """sum_k A_ik v_k B_kj = (A diag(v) B)_ij"""
        for i in self.open:
            edges = self._at(i)
            if len(edges) != 2:
                continue
            (a, left), (b, right) = [(e[0], e[2]) if e[1] == i else (e[1], m.transposed(e[2])) for e in edges]
            if a in (b, i):
                continue
            if self._before(b, a):
                (a, left), (b, right) = (b, right), (a, left)
            middle = [m.diagonal(self._vector(i))] if self.vectors[i] else []
            self.edges = [e for e in self.edges if e not in edges]
            self.edges.append((a, b, m.product(left, *middle, m.transposed(right))))
            self.open.remove(i)
            return True
        return False

    def _before(self, b: int, a: int) -> bool:
        """Whether ``b`` should be the row index of a product over ``a`` and ``b``."""
        if b in self.out and a not in self.out:
            return True
        return a in self.out and b in self.out and b < a

    def _assemble(self) -> Form:
        if len(self.out) > 2:
            raise CannotRaise("more than two axes")
        if not self.out:
            return m.scaled(self.coef, self.scalars, None)
        if len(self.out) == 1:
            return m.scaled(self.coef, self.scalars, self._vector(0))
        if not self.edges:
            body = m.product(self._vector(0), m.transposed(self._vector(1)))
        else:
            ((a, _, form),) = self.edges
            form = form if a == 0 else m.transposed(form)
            body = self._with_diagonals(form)
        return m.scaled(self.coef, self.scalars, body)

    def _with_diagonals(self, form: Form) -> Form:
        """diag(u) A diag(v)"""
        if form.kind == "eye":
            return m.diagonal(m.hadamard(self.vectors[0] + self.vectors[1] or [m.ones(self.dims[0])]))
        left = [m.diagonal(self._vector(0))] if self.vectors[0] else []
        right = [m.diagonal(self._vector(1))] if self.vectors[1] else []
        return m.product(*left, form, *right)


def size_form(dim: Dim) -> Form:
    """A dimension as a number."""
    return m.number(dim) if isinstance(dim, int) else Form("sym", value=str(dim))


# ---- one rule a node type --------------------------------------------------------------------------------------------
def raise_form(root: Expr, names: Mapping[Expr, str] | None = None) -> Form:
    """The expression in matrix notation; nodes in ``names`` are printed as symbols.

    Raises:
        CannotRaise: A part has more than two axes, or is not a series-parallel product.
    """
    names = names or {}
    root = opened(root, names)
    done: dict[Expr, Form] = {}
    for node in visible(root, names):
        if node in names and node is not root:
            done[node] = Form("sym", (), names[node], *_sides(node), symmetric=is_symmetric(node))
            continue
        written_out = literal(node, done)
        if written_out is not None:
            done[node] = written_out
            continue
        rule = _RULES.get(type(node))
        if rule is None:
            raise CannotRaise(type(node).__name__)
        done[node] = rule(node, [done[arg] for arg in node.args])
    return grouped(done[root])


def _sides(node: Expr) -> tuple[Dim | None, Dim | None]:
    if len(node.shape) > 2:
        raise CannotRaise("more than two axes")
    rows, cols = (*node.shape, None, None)[:2]
    return rows, cols


def _symbol(node: Symbol, args: list[Form]) -> Form:
    return Form("sym", (), node.name, *_sides(node), symmetric=is_symmetric(node))


def _constant(node: Constant, args: list[Form]) -> Form:
    return Form("named", value=node.value) if isinstance(node.value, str) else m.number(node.value)


def _contract(node: Contract, args: list[Form]) -> Form:
    items, gone = entries_taken(list(zip(node.args, args, node.subs, strict=True)), len(node.shape))
    return _Graph(node.coef, items, len(node.shape), node.dims, gone).reduce()


def _apply(node: Apply, args: list[Form]) -> Form:
    found = triangle_of(node)
    if found is not None:
        return Form("triangle", (), found, *_sides(node))
    return Form("fun", tuple(args), node.function, *_sides(node), symmetric=is_symmetric(node))


def _along(node: Along, args: list[Form]) -> Form:
    return Form("along", tuple(args), (node.function, node.axes, len(node.args[0].shape)), *_sides(node))


def _linalg(node: Linalg, args: list[Form]) -> Form:
    return Form("linalg", tuple(args), node.function, *_sides(node), symmetric=is_symmetric(node))


def _bound(node: Bound, args: list[Form]) -> Form:
    return Form("sym", (), node.name, *_sides(node))


def _ranged(node: Ranged, args: list[Form]) -> Form:
    kind = "series" if isinstance(node, Series) else "integral"
    return Form(kind, tuple(args), (node.variables[0].name, node.ends), *_sides(node))


def _expectation(node: Expectation, args: list[Form]) -> Form:
    """The averaged symbols are named where others of the body are not averaged; variances have names of their own."""
    sides = as_covariance(node)
    if sides is not None:
        kind = "variance" if sides[0] is sides[1] else "covariance"
        shown = sides[:1] if kind == "variance" else sides
        forms = tuple(raise_form(side) for side in shown)
        return Form(kind, (*forms, *args[1 : 1 + node.given]), None, *_sides(node), symmetric=kind == "variance")
    named = tuple(v.name for v in node.variables) if averages_some(node) else ()
    return Form("expectation", tuple(args[: 1 + node.given]), named, *_sides(node))


def _derivative(node: Derivative, args: list[Form]) -> Form:
    return Form("deriv", tuple(args), bool(node.args[0].shape), *_sides(node))


_RULES: dict[type[Expr], Callable[..., Form]] = {
    Symbol: _symbol,
    Constant: _constant,
    Extent: lambda node, args: size_form(node.size),
    Eye: lambda node, args: m.identity(node.shape[0]),
    Basis: lambda node, args: Form("basis", (), node.position, node.shape[0]),
    Positions: lambda node, args: Form("positions", (), node.shape[0], node.shape[0]),
    Selector: lambda node, args: Form("selector", (), (node.start, node.step), *node.shape),
    OneHot: lambda node, args: Form("onehot", tuple(args), node.shape[-1], *_sides(node)),
    Add: lambda node, args: m.total(args),
    Contract: _contract,
    Power: lambda node, args: m.power(args[0], node.exponent),
    Apply: _apply,
    Along: _along,
    Linalg: _linalg,
    Bound: _bound,
    Series: _ranged,
    Integral: _ranged,
    Expectation: _expectation,
    Derivative: _derivative,
}
