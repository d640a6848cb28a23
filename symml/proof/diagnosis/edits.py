"""Small changes of one node: what a slip of the pen does to a formula, and what takes it back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from symml.errors import SymmlError
from symml.expr.arithmetic import full, rational_power, scale
from symml.expr.contract import contract
from symml.expr.functions import AXIS_FUNCTIONS, FUNCTIONS
from symml.expr.functions.along import along
from symml.expr.functions.matrix import inv
from symml.expr.nodes import (
    Add,
    Along,
    Apply,
    Basis,
    Constant,
    Contract,
    Expr,
    Linalg,
    Power,
    Selector,
    Symbol,
    add_node,
    apply_node,
    basis,
    constant,
    linalg_node,
    selector,
)
from symml.expr.walk import rebuild, topological
from symml.proof.diagnosis import mistakes

_SMALL = Fraction(1, 100)
_MAX_EDITS = 60


@dataclass(frozen=True)
class Edit:
    """A change of a node.

    Attributes:
        dropped: The mistake, when the change of the right formula gives the wrong one.
        added: The mistake, when the change of the wrong formula gives the right one.
        key: What tells the change from others of the same node type.
        apply: The change; ``None`` where it does not fit a node.
    """

    dropped: str
    added: str
    key: tuple[object, ...]
    apply: Callable[[Expr], Expr | None]


def edits(node: Expr) -> Iterator[Edit]:
    """The changes that are tried at a node, plausible ones first."""
    rule = _EDITS.get(type(node))
    if rule is not None:
        for count, edit in enumerate(rule(node)):
            if count >= _MAX_EDITS:
                return
            yield edit


def edited(root: Expr, nodes: frozenset[Expr], edit: Edit) -> Expr | None:
    """The expression with some nodes changed; ``None`` where the change does not fit.

    Shapes inside may change, as long as everything above still fits.
    """
    done: dict[Expr, Expr] = {}
    changed = False
    try:
        for node in topological(root):
            args = tuple([done[arg] for arg in node.args])
            new = node if args == node.args else _rebuilt(node, args)
            if node in nodes:
                own = edit.apply(new)
                changed = changed or own is not None
                new = new if own is None else own
            done[node] = new
    except (SymmlError, KeyError, ZeroDivisionError):
        return None
    return done[root] if changed and done[root] is not root else None


def _rebuilt(node: Expr, args: tuple[Expr, ...]) -> Expr:
    """The node over other arguments, whose shapes may have changed together."""
    if not isinstance(node, Contract):
        return rebuild(node, args)
    carried = {i for sub in node.subs for i in sub}
    broadcast = {i: dim for i, dim in enumerate(node.shape) if i not in carried}
    return contract(list(zip(args, node.subs, strict=True)), range(len(node.shape)), coef=node.coef, dims=broadcast)


# ---- sums and products -----------------------------------------------------------------------------------------------
def _of_add(node: Add) -> Iterator[Edit]:
    for k, arg in enumerate(node.args[:12]):
        yield Edit(mistakes.SIGN_OF_TERM, mistakes.SIGN_OF_TERM, ("negate", k), _on_term(k, -1))
        small = _is_small(arg)
        dropped = mistakes.EPS if small else mistakes.MISSING_TERM
        yield Edit(dropped, mistakes.EXTRA_TERM, ("drop", k), _on_term(k, 0))
    for k in range(len(node.args[:12])):
        yield Edit(mistakes.TERM_FACTOR, mistakes.TERM_FACTOR, ("double", k), _on_term(k, 2))
        yield Edit(mistakes.TERM_FACTOR, mistakes.TERM_FACTOR, ("halve", k), _on_term(k, Fraction(1, 2)))


def _is_small(term: Expr) -> bool:
    """Whether a summand is there only to keep a denominator or a logarithm away from zero."""
    core = term
    while isinstance(core, Contract) and len(core.args) == 1:
        core = core.args[0]
    if isinstance(core, Symbol):
        return core.name in ("eps", "epsilon", "delta", "tol")
    value = core.value if isinstance(core, Constant) else core.coef if isinstance(core, Contract) else None
    plain = isinstance(core, Constant) or (isinstance(core, Contract) and not core.args)
    return plain and isinstance(value, Fraction) and 0 < abs(value) <= _SMALL


def _on_term(k: int, factor: Fraction | int) -> Callable[[Expr], Expr | None]:
    def apply(node: Expr) -> Expr | None:
        if not isinstance(node, Add) or k >= len(node.args):
            return None
        own = [] if factor == 0 else [scale(factor, node.args[k])]
        terms = (*node.args[:k], *own, *node.args[k + 1 :])
        return terms[0] if len(terms) == 1 else add_node(terms)

    return apply


def _of_contract(node: Contract) -> Iterator[Edit]:
    for k, arg in enumerate(node.args[:8]):
        if len(node.args) > 1:
            yield Edit(mistakes.MISSING_FACTOR, mistakes.EXTRA_FACTOR, ("drop", k), _without(k))
        sub = node.subs[k]
        for i, j in combinations(range(len(sub)), 2):
            if arg.shape[i] == arg.shape[j] and sub[i] != sub[j]:
                yield Edit(mistakes.TRANSPOSE, mistakes.TRANSPOSE, ("swap", k, i, j), _swapped(k, i, j))
    yield from _reindexed(node)
    for k in range(len(node.args[:8])):
        yield Edit(mistakes.POWER, mistakes.POWER, ("square", k), _raised(k, 2))
        kind = mistakes.SIGN if _is_exponential(node.args[k]) else mistakes.POWER
        yield Edit(kind, kind, ("invert", k), _raised(k, -1))
    for factor in (Fraction(2), Fraction(1, 2), Fraction(-1)):
        kind = mistakes.SIGN if factor == -1 else mistakes.INNER_FACTOR
        yield Edit(kind, kind, ("scale", factor), _scaled(factor))


def _is_exponential(node: Expr) -> bool:
    """Whether inverting the node is a sign in an exponent."""
    node = node.args[0] if isinstance(node, Power) else node
    return isinstance(node, Apply) and node.function.name == "exp"


def _without(k: int) -> Callable[[Expr], Expr | None]:
    def apply(node: Expr) -> Expr | None:
        if not isinstance(node, Contract) or k >= len(node.args) or len(node.args) < 2:
            return None
        rest = [item for j, item in enumerate(zip(node.args, node.subs, strict=True)) if j != k]
        carried = {i for _, sub in rest for i in sub}
        summed_alone = [i for i in node.subs[k] if i >= len(node.shape) and i not in carried]
        if summed_alone and any(i in carried for i in node.subs[k]):
            return None
        return contract(rest, range(len(node.shape)), coef=node.coef, dims=dict(enumerate(node.shape)))

    return apply


def _swapped(k: int, i: int, j: int) -> Callable[[Expr], Expr | None]:
    def apply(node: Expr) -> Expr | None:
        if not isinstance(node, Contract) or k >= len(node.args) or max(i, j) >= len(node.subs[k]):
            return None
        sub = list(node.subs[k])
        sub[i], sub[j] = sub[j], sub[i]
        return _with_sub(node, k, tuple(sub))

    return apply


def _with_sub(node: Contract, k: int, sub: tuple[int, ...]) -> Expr:
    factors = list(zip(node.args, (*node.subs[:k], sub, *node.subs[k + 1 :]), strict=True))
    return contract(factors, range(len(node.shape)), coef=node.coef, dims=dict(enumerate(node.shape)))


def _reindexed(node: Contract) -> Iterator[Edit]:
    """One axis of a factor runs along another index of the same dim: a product taken entry by entry, a wrong axis."""
    for k, sub in enumerate(node.subs[:6]):
        for place, own in enumerate(sub):
            for other, dim in enumerate(node.dims):
                if other != own and dim == node.dims[own]:
                    key = ("reindex", k, place, other)
                    yield Edit(mistakes.AXIS, mistakes.AXIS, key, _moved(k, place, other))
    for k, sub in enumerate(node.subs[:6]):
        if len(sub) == 2 and node.dims[sub[0]] == node.dims[sub[1]] and sub[0] != sub[1]:
            for flip in (False, True):
                yield Edit(mistakes.ELEMENTWISE, mistakes.ELEMENTWISE, ("chain", k, flip), _chained(k, flip))
    rank = len(node.shape)
    for out in range(rank):
        for inner in range(rank, len(node.dims)):
            yield Edit(mistakes.AXIS, mistakes.AXIS, ("sum over", out, inner), _summed_over(out, inner))


def _moved(k: int, place: int, other: int) -> Callable[[Expr], Expr | None]:
    def apply(node: Expr) -> Expr | None:
        if not isinstance(node, Contract) or k >= len(node.args) or other >= len(node.dims):
            return None
        sub = node.subs[k]
        if place >= len(sub) or node.dims[other] != node.dims[sub[place]]:
            return None
        return _with_sub(node, k, (*sub[:place], other, *sub[place + 1 :]))

    return apply


def _chained(k: int, flip: bool) -> Callable[[Expr], Expr | None]:
    """A matmul in the place of a product entry by entry: ``A_ij B_ij`` becomes ``A_if B_fj``."""

    def apply(node: Expr) -> Expr | None:
        if not isinstance(node, Contract) or k >= len(node.args) or len(node.subs[k]) != 2:
            return None
        i, j = node.subs[k][::-1] if flip else node.subs[k]
        others = {x for n, sub in enumerate(node.subs) if n != k for x in sub}
        if not {i, j} <= others or node.dims[i] != node.dims[j]:
            return None
        rename = [{j: "f"} if n == k else {i: "f"} for n in range(len(node.args))]
        subs = [tuple(own.get(x, x) for x in sub) for own, sub in zip(rename, node.subs, strict=True)]
        return contract(list(zip(node.args, subs, strict=True)), range(len(node.shape)), coef=node.coef)

    return apply


def _summed_over(out: int, inner: int) -> Callable[[Expr], Expr | None]:
    """The axis that is kept is summed, and the summed one is kept: ``sum(axis=1)`` for ``sum(axis=0)``."""

    def apply(node: Expr) -> Expr | None:
        if not isinstance(node, Contract) or inner >= len(node.dims) or out >= len(node.shape):
            return None
        carried = {i for sub in node.subs for i in sub}
        if not {out, inner} <= carried:
            return None
        order = [inner if i == out else i for i in range(len(node.shape))]
        return contract(list(zip(node.args, node.subs, strict=True)), order, coef=node.coef)

    return apply


def _raised(k: int, power: int) -> Callable[[Expr], Expr | None]:
    def apply(node: Expr) -> Expr | None:
        if not isinstance(node, Contract) or k >= len(node.args):
            return None
        arg = node.args[k]
        exponent = (arg.exponent if isinstance(arg, Power) else Fraction(1)) * power
        base = arg.args[0] if isinstance(arg, Power) else arg
        new = rational_power(base, exponent)
        factors = list(zip((*node.args[:k], new, *node.args[k + 1 :]), node.subs, strict=True))
        return contract(factors, range(len(node.shape)), coef=node.coef, dims=dict(enumerate(node.shape)))

    return apply


def _scaled(factor: Fraction) -> Callable[[Expr], Expr | None]:
    return lambda node: scale(factor, node)


# ---- functions -------------------------------------------------------------------------------------------------------
def _of_power(node: Power) -> Iterator[Edit]:
    p = node.exponent
    options = (p * 2, p / 2, p + 1, p - 1, -p, p - Fraction(1, 2), p + Fraction(1, 2))
    for exponent in dict.fromkeys(options):
        if exponent not in (0, p):
            yield Edit(mistakes.POWER, mistakes.POWER, ("exponent", exponent), _to_power(exponent))


def _to_power(exponent: Fraction) -> Callable[[Expr], Expr | None]:
    return lambda node: rational_power(node.args[0], exponent) if isinstance(node, Power) else None


_SIBLINGS = (
    "sin cos", "sinh cosh tanh", "tanh sigmoid relu softplus silu gelu", "exp expm1 log", "log log1p log2 log10",
    "greater greater_equal less less_equal", "equal not_equal", "maximum minimum", "abs sign", "erf erfc normal_cdf",
    "lgamma digamma", "normal_cdf normal_pdf", "arcsin arccos arctan",
)  # fmt: skip


def _of_apply(node: Apply) -> Iterator[Edit]:
    name = node.function.name
    if name == "where":
        kind = mistakes.BRANCH
        yield Edit(kind, kind, ("swap branches",), lambda n: apply_node(n.function, (n.args[0], n.args[2], n.args[1])))  # type: ignore[attr-defined] # a where node stays one
    for row in _SIBLINGS:
        for other in row.split():
            if name in row.split() and other != name:
                kind = mistakes.LOG_BASE if "log2" in row and {name, other} & {"log2", "log10"} else mistakes.FUNCTION
                kind = mistakes.BRANCH if node.function.jumps else kind
                yield Edit(kind, kind, ("function", other), _renamed(other))
    if node.function.arity == 1:
        yield Edit(mistakes.SIGN, mistakes.SIGN, ("negate",), _of_negated)
    if node.function.arity == 1 and not node.function.jumps:
        yield Edit(mistakes.MISSING_FUNCTION, mistakes.EXTRA_FUNCTION, ("argument",), lambda n: n.args[0])
    for k, arg in enumerate(node.args):
        if node.function.jumps and isinstance(arg, Constant | Contract) and not topological(arg)[:-1]:
            for value in (0, 1, -1):
                yield Edit(mistakes.BRANCH, mistakes.BRANCH, ("threshold", k, value), _threshold(k, value))


def _of_negated(node: Expr) -> Expr | None:
    return apply_node(node.function, (scale(-1, node.args[0]),)) if isinstance(node, Apply) else None


def _renamed(name: str) -> Callable[[Expr], Expr | None]:
    return lambda node: apply_node(FUNCTIONS[name], node.args) if isinstance(node, Apply) else None


def _threshold(k: int, value: int) -> Callable[[Expr], Expr | None]:
    def apply(node: Expr) -> Expr | None:
        if not isinstance(node, Apply) or k >= len(node.args):
            return None
        args = [*node.args]
        args[k] = full(value, args[k].shape) if args[k].shape else constant(value)
        return apply_node(node.function, tuple(args))

    return apply


def _of_along(node: Along) -> Iterator[Edit]:
    for axis in range(len(node.args[0].shape)):
        yield Edit(mistakes.AXIS, mistakes.AXIS, ("axis", axis), _along_axis(axis))
    for row in (("softmax", "log_softmax"), ("max", "min")):
        for other in row:
            if node.function.name in row and other != node.function.name:
                yield Edit(mistakes.FUNCTION, mistakes.FUNCTION, ("function", other), _along_named(other))


def _along_axis(axis: int) -> Callable[[Expr], Expr | None]:
    def apply(node: Expr) -> Expr | None:
        if not isinstance(node, Along) or axis >= len(node.args[0].shape) or node.axes == (axis,):
            return None
        return along(node.function, node.args[0], (axis,))

    return apply


def _along_named(name: str) -> Callable[[Expr], Expr | None]:
    return lambda node: along(AXIS_FUNCTIONS[name], node.args[0], node.axes) if isinstance(node, Along) else None


def _of_linalg(node: Linalg) -> Iterator[Edit]:
    if node.function is inv:
        yield Edit(mistakes.MISSING_INVERSE, mistakes.EXTRA_INVERSE, ("argument",), lambda n: n.args[0])
    yield Edit(mistakes.TRANSPOSE, mistakes.TRANSPOSE, ("transpose",), lambda n: linalg_node(n.function, n.args[0].T))  # type: ignore[attr-defined] # a linear-algebra node stays one


def _of_selector(node: Selector) -> Iterator[Edit]:
    for shift in (1, -1):
        yield Edit(mistakes.OFF_BY_ONE, mistakes.OFF_BY_ONE, ("shift", shift), _shifted(shift))


def _shifted(shift: int) -> Callable[[Expr], Expr | None]:
    def apply(node: Expr) -> Expr | None:
        if isinstance(node, Selector):
            start = node.start + shift
            return selector(node.shape[0], node.shape[1], start, node.step) if not isinstance(start, Expr) else None
        if isinstance(node, Basis):
            position = node.position + shift
            return basis(node.shape[0], position) if not isinstance(position, Expr) else None
        return None

    return apply


_EDITS: dict[type[Expr], Callable[..., Iterator[Edit]]] = {
    Add: _of_add,
    Contract: _of_contract,
    Power: _of_power,
    Apply: _of_apply,
    Along: _of_along,
    Linalg: _of_linalg,
    Selector: _of_selector,
    Basis: _of_selector,
}
