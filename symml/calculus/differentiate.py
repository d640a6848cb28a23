"""Reverse accumulation: gradients, Jacobians and Hessians of expressions, one short rule a node type.

Layout: a derivative has the axes of what is differentiated, then the axes of the variable; a gradient has the
variable's shape. A derivative is zero only where the variable is provably absent or every path to it is flat.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from symml.calculus.canonical import add_terms
from symml.calculus.factors import PULL_FACTORS
from symml.calculus.leibniz import under_the_sign
from symml.calculus.simplify import Log, simplify
from symml.errors import NotDerivable, ShapeError
from symml.expr.arithmetic import is_zero, rational_power, scale, zeros
from symml.expr.contract import contract
from symml.expr.dims import Dim, Shape
from symml.expr.domains import unstructured
from symml.expr.functions import AXIS_FUNCTIONS, equal
from symml.expr.functions.along import along
from symml.expr.functions.matrix import inv
from symml.expr.nodes import (
    ONE,
    Add,
    Along,
    Apply,
    Contract,
    Derivative,
    Expr,
    Linalg,
    OneHot,
    Power,
    Symbol,
    eye,
    linalg_node,
    show_shape,
    symbol_node,
)
from symml.expr.scoped import Binder
from symml.expr.walk import depends_on, rebuild, substitute, topological

Labels = tuple[int, ...]
Record = list[tuple[Expr, Expr]]
_FEW_VALUES = frozenset({"label", "integer", "binary", "sign", "onehot"})


# ---- one rule a node type: the adjoint of argument k -----------------------------------------------------------------
def _pull_add(g: Expr, k: int, node: Add, seeds: Labels) -> Expr:
    """d(a + b) = da + db"""
    return g


def _pull_contract(g: Expr, k: int, node: Contract, seeds: Labels) -> Expr:
    """d(a b) = da b + a db; an index written twice on one factor (trace, diagonal) becomes a delta"""
    factors: list[tuple[Expr, Labels]] = [(g, seeds + tuple(range(len(node.shape))))]
    factors += [item for j, item in enumerate(zip(node.args, node.subs, strict=True)) if j != k]
    target: list[int] = []
    fresh = len(node.dims)
    for i in node.subs[k]:
        if i in target:
            factors.append((eye(node.dims[i]), (i, fresh)))
            i, fresh = fresh, fresh + 1
        target.append(i)
    dims = {i: node.dims[i] for i in target if i < len(node.dims)}
    return contract(factors, seeds + tuple(target), coef=node.coef, dims=dims)


def _pull_power(g: Expr, k: int, node: Power, seeds: Labels) -> Expr:
    """d x^p = p x^(p-1) dx"""
    slope = rational_power(node.args[0], node.exponent - 1)
    return _times_slope(g, slope, seeds, node.exponent)


def _pull_apply(g: Expr, k: int, node: Apply, seeds: Labels) -> Expr:
    """d f(x) = f'(x) dx, elementwise"""
    rule = node.function.slopes[k]
    slope = rule(*node.args, node) if rule is not None else None
    if slope is None:
        return zeros(g.shape[: len(seeds)] + node.shape)
    return _times_slope(g, slope, seeds)


def _times_slope(g: Expr, slope: Expr, seeds: Labels, coef: Fraction = Fraction(1)) -> Expr:
    axes = tuple(range(len(slope.shape)))
    return contract([(g, seeds + axes), (slope, axes)], seeds + axes, coef=coef)


def _pull_along(g: Expr, k: int, node: Along, seeds: Labels) -> Expr:
    return _PULL_ALONG[node.function.name](g, node, seeds)


def _pull_softmax(g: Expr, node: Along, seeds: Labels) -> Expr:
    """d s = s (dz - sum(s dz))"""
    axes = tuple(range(len(node.shape)))
    mean = _sum_with(g, node, node.axes, seeds)
    return contract([(node, axes), (add_terms([g, scale(-1, mean)]), seeds + axes)], seeds + axes)


def _sum_with(g: Expr, weight: Expr | None, axes: tuple[int, ...], seeds: Labels) -> Expr:
    """``sum(weight * g)`` along ``axes``, stretched back to the shape of ``g``."""
    rank = len(g.shape) - len(seeds)
    summed = tuple(rank + i if i in axes else i for i in range(rank))
    factors = [(g, seeds + summed)] + ([(weight, summed)] if weight is not None else [])
    return contract(factors, seeds + tuple(range(rank)), dims=dict(enumerate(g.shape[len(seeds) :])))


def _pull_log_softmax(g: Expr, node: Along, seeds: Labels) -> Expr:
    """d log s = dz - sum(s dz)"""
    axes = tuple(range(len(node.shape)))
    share = along(AXIS_FUNCTIONS["softmax"], node.args[0], node.axes)
    spread = contract([(share, axes), (_sum_with(g, None, node.axes, seeds), seeds + axes)], seeds + axes, coef=-1)
    return add_terms([g, spread])


def _kept(node: Along) -> tuple[Labels, Labels]:
    axes = tuple(range(len(node.args[0].shape)))
    return axes, tuple(i for i in axes if i not in node.axes)


def _pull_logsumexp(g: Expr, node: Along, seeds: Labels) -> Expr:
    """d logsumexp(z) = softmax(z)' dz"""
    axes, kept = _kept(node)
    share = along(AXIS_FUNCTIONS["softmax"], node.args[0], node.axes)
    return contract([(g, seeds + kept), (share, axes)], seeds + axes)


def _pull_extremum(g: Expr, node: Along, seeds: Labels) -> Expr:
    """d max(x) = the dx of the largest entry (no ties)"""
    axes, kept = _kept(node)
    x = node.args[0]
    stretched = contract([(node, kept)], axes, dims=dict(enumerate(x.shape)))
    taken = _shared_out(equal(x, stretched), x, node.axes)
    return contract([(g, seeds + kept), (taken, axes)], seeds + axes)


def _shared_out(taken: Expr, x: Expr, axes: Labels) -> Expr:
    """The taken entries along axes; where data of few values make entries tie for good, these share the slope."""
    if not may_tie_for_good(x):
        return taken
    out = tuple(range(len(taken.shape)))
    kept = tuple(i for i in out if i not in axes)
    count = rational_power(contract([(taken, out)], kept), Fraction(-1))
    return contract([(taken, out), (count, kept)], out)


def may_tie_for_good(x: Expr) -> bool:
    """Whether entries may be equal on an open set, because data of few values enter them."""
    return any(_has_few_values(node) for node in topological(x))


def _has_few_values(node: Expr) -> bool:
    if isinstance(node, Symbol):
        return bool(node.domain.facts & _FEW_VALUES)
    return isinstance(node, OneHot) or (isinstance(node, Apply) and node.function.jumps)


def _pull_prod(g: Expr, node: Along, seeds: Labels) -> Expr:
    """d prod(x) = prod(x) sum(dx / x)"""
    axes, kept = _kept(node)
    inverse = rational_power(node.args[0], Fraction(-1))
    return contract([(g, seeds + kept), (node, kept), (inverse, axes)], seeds + axes)


def _pull_sort(g: Expr, node: Along, seeds: Labels) -> Expr:
    """d sort(x) = the dx in the order of the entries (no ties)"""
    (axis,) = node.axes
    axes: tuple[object, ...] = tuple(range(len(node.shape)))
    out, place = (*axes, "original"), (*axes[:axis], "original", *axes[axis + 1 :])
    dims: dict[object, Dim] = dict(enumerate(node.shape))
    dims["original"] = node.shape[axis]
    is_taken = equal(contract([(node, axes)], out, dims=dims), contract([(node.args[0], place)], out, dims=dims))
    is_taken = _shared_out(is_taken, node.args[0], (len(axes),))
    return contract([(g, seeds + axes), (is_taken, out)], seeds + place)


_PULL_ALONG: dict[str, Callable[[Expr, Along, Labels], Expr]] = {
    "softmax": _pull_softmax,
    "log_softmax": _pull_log_softmax,
    "logsumexp": _pull_logsumexp,
    "max": _pull_extremum,
    "min": _pull_extremum,
    "prod": _pull_prod,
    "sort": _pull_sort,
}


def _pull_linalg(g: Expr, k: int, node: Linalg, seeds: Labels) -> Expr:
    """d A^-1 = -A^-1 dA A^-1;  d det A = det A tr(A^-1 dA);  d log|det A| = tr(A^-1 dA)"""
    if node.function.reads_symmetric:
        return PULL_FACTORS[node.function.name](g, node, seeds)
    if node.function is inv:
        return contract([(node, (2, 0)), (g, (*seeds, 2, 3)), (node, (1, 3))], (*seeds, 0, 1), coef=-1)
    factors: list[tuple[Expr, Labels]] = [(g, seeds), (linalg_node(inv, node.args[0]), (1, 0))]
    if node.function.name == "det":
        factors.append((node, ()))
    return contract(factors, (*seeds, 0, 1))


_PULL: dict[type[Expr], Callable[..., Expr]] = {
    Add: _pull_add,
    Contract: _pull_contract,
    Power: _pull_power,
    Apply: _pull_apply,
    Along: _pull_along,
    Linalg: _pull_linalg,
}


def _pull(g: Expr, k: int, node: Expr, seeds: Labels) -> Expr:
    rule = _PULL.get(type(node))
    if rule is None:
        kind = "integer labels have no derivative" if isinstance(node, OneHot) else f"no rule for {type(node).__name__}"
        raise NotDerivable(f"cannot differentiate {node}: {kind}", cure="differentiate with respect to a real symbol")
    return rule(g, k, node, seeds)


# ---- reverse accumulation --------------------------------------------------------------------------------------------
def _seed(shape: Shape) -> Expr:
    """The identity with axes ``shape + shape``."""
    rank = len(shape)
    if not rank:
        return ONE
    return contract([(eye(dim), (i, rank + i)) for i, dim in enumerate(shape)], range(2 * rank))


def derivative(root: Expr, wrt: Expr, record: Record | None = None) -> Expr:
    """The raw derivative with axes ``root.shape + wrt.shape``, by one sweep over the nodes.

    Args:
        root: What is differentiated.
        wrt: The variable, a node under ``root``.
        record: Receives each node on the way with its adjoint, in the order of the sweep.
    """
    shape = root.shape + wrt.shape
    depends = depends_on(root, wrt)
    if wrt not in depends:
        return zeros(shape)
    seeds = tuple(range(-1, -1 - len(root.shape), -1))
    adjoints: dict[Expr, list[Expr]] = {root: [_seed(root.shape)]}
    for node in reversed(topological(root)):
        if node not in depends or node not in adjoints:
            continue
        g = add_terms(adjoints.pop(node))
        if record is not None:
            record.append((node, g))
        if node is wrt:
            return g
        if is_zero(g):
            continue
        if isinstance(node, Binder):
            adjoints.setdefault(wrt, []).append(_through_binder(g, node, wrt, seeds))
            continue
        for k, arg in enumerate(node.args):
            if arg in depends:
                adjoints.setdefault(arg, []).append(_pull(g, k, node, seeds))
    return zeros(shape)


def _through_binder(g: Expr, node: Binder, wrt: Expr, seeds: Labels) -> Expr:
    """What reaches the variable through a sum, an integral or an expectation, differentiated as a whole."""
    slope = under_the_sign(node, wrt, derivative)
    axes = tuple(range(len(node.shape)))
    inner = tuple(range(len(axes), len(axes) + len(wrt.shape)))
    return contract([(g, seeds + axes), (slope, axes + inner)], seeds + inner)


# ---- the variable's own equations ------------------------------------------------------------------------------------
def without_equations(root: Expr, wrt: Symbol) -> tuple[Expr, Symbol]:
    """``root`` and ``wrt`` with the variable's equations (symmetry, unit sum ...) forgotten.

    A fact such as ``S = S'`` must not rewrite the loss before an unstructured derivative is taken.
    """
    if not wrt.domain.open:
        return root, wrt
    bare = symbol_node(wrt.name, wrt.shape, unstructured(wrt.domain))
    return substitute(root, {wrt: bare}), bare


def _simplified(root: Expr, variables: Sequence[Symbol], log: Log | None) -> Expr:
    """One derivative after the other; the variables' equations are used only when all are taken."""
    found, renamed = evaluate_derivatives(root), {}
    for wrt in dict.fromkeys(variables):
        found, bare = without_equations(found, wrt)
        renamed[wrt] = bare
    for wrt in variables:
        found = derivative(simplify(found, log), renamed[wrt])
    back: dict[Expr, Expr] = {bare: wrt for wrt, bare in renamed.items() if bare is not wrt}
    return simplify(substitute(found, back) if back else found, log)


def gradient(root: Expr, wrt: Symbol, log: Log | None = None) -> Expr:
    """The gradient of a scalar in the variable's shape, simplified; the derivative is unstructured.

    Raises:
        ShapeError: ``root`` is not a scalar.
    """
    _need_scalar(root)
    return _simplified(root, [wrt], log)


def _need_scalar(root: Expr) -> None:
    if root.shape:
        raise ShapeError(
            f"the gradient is of a scalar; this has shape {show_shape(root.shape)}",
            cure="sum it, multiply by a cotangent, or ask for the Jacobian",
        )


def jacobian(root: Expr, wrt: Symbol, log: Log | None = None) -> Expr:
    """The Jacobian with axes ``root.shape + wrt.shape``, simplified."""
    return _simplified(root, [wrt], log)


def hessian(root: Expr, wrt: Symbol, other: Symbol | None = None, log: Log | None = None) -> Expr:
    """The Hessian with axes ``wrt.shape + other.shape`` (``other`` is ``wrt`` by default), simplified."""
    _need_scalar(root)
    return _simplified(root, [wrt, wrt if other is None else other], log)


def evaluate_derivatives(root: Expr) -> Expr:
    """Carries out every derivative that is written in the expression, innermost first."""
    done: dict[Expr, Expr] = {}
    for node in topological(root):
        args = tuple([done[arg] for arg in node.args])
        if isinstance(node, Derivative):
            wrt = node.args[1]
            assert isinstance(wrt, Symbol)
            free, bare = without_equations(args[0], wrt)
            found = derivative(free, bare)
            done[node] = substitute(found, {bare: wrt}) if bare is not wrt else found
        else:
            done[node] = rebuild(node, args)
    return done[root]
