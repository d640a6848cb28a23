"""Closed forms of sums over whole numbers and of integrals: found by SymPy under a time limit, checked by numbers."""

from __future__ import annotations

from dataclasses import dataclass

from symml.calculus.numeric import approximate
from symml.calculus.sampling import points
from symml.calculus.sympy_process import ask_sympy
from symml.errors import NotEvaluable, SymmlError
from symml.expr import functions
from symml.expr.arithmetic import is_zero
from symml.expr.binders import is_open
from symml.expr.nodes import Apply, Expr, Extent, extent
from symml.expr.scoped import Ranged
from symml.expr.sympy_bridge import from_sympy, to_sympy
from symml.expr.walk import rebuild, symbols, topological, transform

_DIGITS = 10
_CHECKS, _TRIES = 2, 8


@dataclass(frozen=True)
class Closed:
    """An expression whose sums and integrals have been carried out.

    Attributes:
        expr: The expression without those that SymPy could do.
        conditions: What SymPy asks of the symbols, as text.
        done: Pairs of a sum or integral and its closed form.
    """

    expr: Expr
    conditions: tuple[str, ...]
    done: tuple[tuple[Expr, Expr], ...]


def close(root: Expr, *, seconds: float = 5.0) -> Closed:
    """Carries out the sums and integrals that SymPy can do within the time; the others stay as they are."""
    done: dict[Expr, Expr] = {}
    found: list[tuple[Expr, Expr]] = []
    conditions: list[str] = []
    for node in topological(root):
        new = rebuild(node, tuple([done[arg] for arg in node.args]))
        if isinstance(new, Ranged) and not is_open(new):
            closed = closed_form(new, seconds)
            if closed is not None:
                value, condition = closed
                found.append((new, value))
                conditions += [condition] if condition else []
                new = value
        done[node] = new
    return Closed(done[root], tuple(dict.fromkeys(conditions)), tuple(found))


def closed_form(node: Ranged, seconds: float = 5.0) -> tuple[Expr, str] | None:
    """The closed form of one sum or integral of numbers, and SymPy's condition; ``None`` when there is none."""
    if any(part.shape for part in topological(node)):
        return None
    try:
        written = to_sympy(node)
    except SymmlError:
        return None
    import sympy

    names = {symbol.name: symbol for symbol in symbols(node)}
    known: dict[str, Expr] = {**names, **_sizes(node)}
    unknown = [s for s in written.free_symbols if s.name in names]
    units = tuple(s for s in unknown if "unit" in names[s.name].domain.facts)
    answer = ask_sympy("closed_form", written, units, seconds=seconds)
    if answer is None or answer[1] == sympy.false:
        return None
    try:
        value = transform(from_sympy(answer[0], known), _digamma)
    except SymmlError:
        return None
    condition = "" if answer[1] == sympy.true else str(answer[1])
    return (value, condition) if condition or _agrees(node, value) else None


def _digamma(node: Expr) -> Expr | None:
    """SymPy's polygamma(0, x)"""
    is_zeroth = isinstance(node, Apply) and node.function.name == "polygamma" and is_zero(node.args[0])
    return functions.digamma(node.args[1]) if is_zeroth else None


def _sizes(root: Expr) -> dict[str, Expr]:
    found: dict[str, Expr] = {}
    for node in topological(root):
        if isinstance(node, Extent):
            found |= {str(part): extent(part) for part, _ in node.size.parts()}
    return found


def _agrees(node: Expr, value: Expr) -> bool:
    """Whether a closed form has the sum's value at a few points; SymPy has been wrong before."""
    agreeing = 0
    for point in points([node, value], count=_TRIES, shapes=1, seed=3):
        try:
            a, b = (approximate(side, point, 2 * _DIGITS)[()] for side in (node, value))
        except NotEvaluable:
            continue
        if a is None or b is None:
            continue
        if abs(a - b) > (1 + abs(b)) * 10.0**-_DIGITS:
            return False
        agreeing += 1
        if agreeing == _CHECKS:
            break
    return agreeing > 0
