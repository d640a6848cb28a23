"""How each kind of node is written; products have modules of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symml.calculus.facts import is_symmetric
from symml.errors import NotEvaluable
from symml.expr.nodes import (
    ONE,
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
from symml.expr.probability import is_random
from symml.expr.scoped import Binder, Bound, Expectation, Integral, Series
from symml.kernels import code as C
from symml.kernels.axes import along_axes
from symml.kernels.code import Code, call
from symml.kernels.contractions import (
    cut_key,
    pick_place,
    solved,
    write_pair,
    write_pick,
    write_solve,
    write_sum,
    write_view,
)
from symml.kernels.elementwise import elementwise_parts, undivided, write_elementwise
from symml.kernels.library import HELPERS
from symml.kernels.scatters import Scatter, scatter_of, write_scatter, write_scatters
from symml.kernels.values import Value, stretched
from symml.kernels.views import view_parts

if TYPE_CHECKING:
    from symml.kernels.emit import Emitter

_COMPARISONS = {
    "greater": ">",
    "less": "<",
    "greater_equal": ">=",
    "less_equal": "<=",
    "equal": "==",
    "not_equal": "!=",
}
_HALF = Fraction(1, 2)


# ---- what a node is made of ------------------------------------------------------------------------------------------
def parts_of(e: Emitter, node: Expr) -> Sequence[Expr]:
    """The nodes whose values the code of ``node`` is made of."""
    if isinstance(node, Contract):
        return _contract_parts(node)
    if isinstance(node, Add):
        return [scatter.part if scatter else arg for arg, scatter in _terms(e, node)]
    if isinstance(node, Basis):
        return [ONE]
    inner, is_below = undivided(node)
    return [inner] if is_below else node.args


def _contract_parts(node: Contract) -> Sequence[Expr]:
    found, scatter, system = view_parts(node), scatter_of(node), solved(node)
    if found is not None:
        return [found[0]]
    if scatter is not None:
        return [scatter.part]
    if system is not None:
        return [node.args[system].args[0], node.args[1 - system]]
    if pick_place(node):
        return [node.args[0], *node.args[1].args]
    if len(node.dims) > len(node.shape) or _is_diagonal(node):
        return node.args
    return elementwise_parts(node)


def _is_diagonal(node: Contract) -> bool:
    """Whether an index stands twice on the only factor."""
    return len(node.args) == 1 and len(set(node.subs[0])) < len(node.subs[0])


def _terms(e: Emitter, node: Add) -> list[tuple[Expr, Scatter | None]]:
    """The terms; those that only this sum uses and that place entries inside zeros come with their parts."""
    return [(arg, scatter_of(arg) if e.uses[arg] == 1 else None) for arg in node.args]


# ---- the rules -------------------------------------------------------------------------------------------------------
def write(e: Emitter, node: Expr) -> Value:
    """The value of a node whose parts are written."""
    return _RULES[type(node)](e, node)


def _symbol(e: Emitter, node: Symbol) -> Value:
    return Value(Code(e.names[node.name]), tuple(range(len(node.shape))), alias=True)


def _constant(e: Emitter, node: Constant) -> Value:
    value = node.value
    if isinstance(value, str):
        return Value(Code(f"np.{value}"))
    top, low = abs(value.numerator), value.denominator
    text = Code(str(top)) if low == 1 else C.over(Code(str(top)), Code(str(low)))
    return Value(-text if value < 0 else text)


def _extent(e: Emitter, node: Extent) -> Value:
    return Value(e.size(node.size))


def _eye(e: Emitter, node: Eye) -> Value:
    return Value(call("np.eye", e.size(node.shape[0])), (0, 1))


def _basis(e: Emitter, node: Basis) -> Value:
    scatter = scatter_of(node)
    assert scatter is not None
    return write_scatter(e, node, scatter)


def _selector(e: Emitter, node: Selector) -> Value:
    """The 0/1 matrix of a slice where no factor can be sliced."""
    rows, cols = (e.size(dim) for dim in node.shape)
    if node.step == 1:
        shift = [] if node.start == 0 else [f"k={e.size(node.start)}"]
        return Value(call("np.eye", rows, cols, *shift), (0, 1))
    return Value(C.subscript(call("np.eye", cols), [cut_key(e, node)]), (0, 1))


def _onehot(e: Emitter, node: OneHot) -> Value:
    table = call("np.eye", e.size(node.shape[-1]))
    return Value(C.subscript(table, [str(e.whole(node.args[0]))]), tuple(range(len(node.shape))))


def _add(e: Emitter, node: Add) -> Value:
    terms = _terms(e, node)
    placed = [scatter for _, scatter in terms if scatter]
    values = [e.values[arg] for arg, scatter in terms if not scatter]
    if placed:
        values.append(write_scatters(e, node, placed))
    axes = _union(values)
    return Value(C.plus(stretched(value.number, value.axes, axes) for value in values), axes)


def _union(values: Sequence[Value]) -> tuple[int, ...]:
    return tuple(sorted({axis for value in values for axis in value.axes}))


def _power(e: Emitter, node: Power) -> Value:
    inner, is_below = undivided(node)
    if is_below:
        value = e.values[inner]
        return Value(C.over(Code("1"), value.number), value.axes)
    value, p = e.values[node.args[0]], node.exponent
    if p == _HALF:
        return Value(call("np.sqrt", value.number), value.axes)
    exponent = str(p) if p.denominator == 1 else str(float(p)) if p.denominator in (2, 4, 8) else f"({p})"
    return Value(C.power(value.number, exponent), value.axes)


def _apply(e: Emitter, node: Apply) -> Value:
    function = node.function
    if function.undefined:
        raise NotEvaluable(f"{function.name} is an undefined function; it has no kernel", cure="use a known function")
    values = [e.values[arg] for arg in node.args]
    axes = _union(values)
    codes = [stretched(value.number, value.axes, axes) for value in values]
    if function.name in _COMPARISONS:
        left, right = (code.at(C.SUM) for code in codes)
        return Value(Code(f"{left} {_COMPARISONS[function.name]} {right}", C.COMPARE), axes, boolean=True)
    if function.name == "where":
        condition = values[0]
        test = stretched(condition.code, condition.axes, axes)
        if not condition.boolean:
            test = Code(f"{test.at(C.SUM)} != 0", C.COMPARE)
        return Value(call("np.where", test, *map(C.as_float, codes[1:])), axes)
    if function.name in HELPERS:
        return Value(e.helper(function.name, *codes), axes)
    numbers = map(C.as_float, codes) if function.name == "power" else codes
    return Value(call(f"np.{function.numpy}", *numbers), axes)


def _along(e: Emitter, node: Along) -> Value:
    inner, name = node.args[0], node.function.name
    value = e.values[inner]
    live = frozenset(value.axes)
    if set(node.axes) <= live:
        code, axes = value.number, tuple(sorted(along_axes(node, live)))
        along = tuple(value.axes.index(axis) for axis in node.axes)
    else:
        code, axes, along = e.whole(inner), tuple(range(len(node.shape))), node.axes
    axis = str(along[0] if len(along) == 1 else along)
    if name in HELPERS:
        return Value(e.helper(name, code, f"axis={axis}"), axes)
    return Value(call(f"np.{name}", code, *([f"axis={axis}"] if axes else [])), axes)


def _linalg(e: Emitter, node: Linalg) -> Value:
    name, x = node.function.name, e.whole(node.args[0])
    if name == "logdet":
        return Value(C.subscript(call("np.linalg.slogdet", x), ["1"]))
    if node.function.reads_symmetric and not is_symmetric(node.args[0]):
        # NumPy reads one triangle only.
        x = C.over(C.plus([x, C.transposed(x)]), C.Code("2"))
    code = call(f"np.{node.function.numpy}", x)
    if name == "eigvecs":
        code = C.subscript(code, ["1"])
    return Value(code, tuple(range(node.function.axes)))


def _derivative(e: Emitter, node: Derivative) -> Value:
    raise NotEvaluable("a derivative that is not carried out has no kernel", cure="derive it first")


def _bound(e: Emitter, node: Bound) -> Value:
    kind = "a sum over whole numbers" if "integer" in node.domain.facts else "an integral"
    kind = "an expectation" if is_random(node) else kind
    raise NotEvaluable(f"{kind} over {node.name} has no kernel", cure="find its closed form first")


def _binder(e: Emitter, node: Binder) -> Value:
    return _bound(e, node.variables[0])


def _contract(e: Emitter, node: Contract) -> Value:
    found, scatter, system = view_parts(node), scatter_of(node), solved(node)
    if found is not None:
        return write_view(e, *found)
    if scatter is not None:
        return write_scatter(e, node, scatter)
    if system is not None:
        return write_solve(e, node, system)
    if pick_place(node):
        return write_pick(e, node)
    if len(node.dims) == len(node.shape) and not _is_diagonal(node):
        return write_elementwise(e, node)
    parts = []
    for arg, sub in zip(node.args, node.subs, strict=True):
        value = e.values[arg]
        parts.append((value.number, tuple(sub[axis] for axis in value.axes)))
    return write_sum(node, *parts[0]) if len(parts) == 1 else write_pair(parts, len(node.shape))


_RULES: dict[type[Expr], Callable[[Emitter, Any], Value]] = {
    Symbol: _symbol,
    Constant: _constant,
    Extent: _extent,
    Eye: _eye,
    Basis: _basis,
    Selector: _selector,
    Positions: lambda e, node: Value(call("np.arange", e.size(node.shape[0])), (0,)),
    OneHot: _onehot,
    Add: _add,
    Contract: _contract,
    Power: _power,
    Apply: _apply,
    Along: _along,
    Linalg: _linalg,
    Derivative: _derivative,
    Bound: _bound,
    Series: _binder,
    Integral: _binder,
    Expectation: _binder,
}
