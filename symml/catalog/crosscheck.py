"""The cross-check: links proved, and three numbers compared: symml's kernel, SymPy's lambdify and mpmath."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import takewhile
from random import Random
from typing import TYPE_CHECKING, Any

import mpmath
import numpy as np
import sympy

from symml.calculus.differentiate import evaluate_derivatives
from symml.calculus.numeric import evaluate
from symml.calculus.sampling import draw
from symml.catalog.check import FALSE, GOOD, link_verdicts
from symml.catalog.sympy_form import has_nested_inverse, side, sizes_of
from symml.errors import NotEvaluable, SymmlError
from symml.expr.nodes import Apply, Derivative, Expr, Symbol
from symml.expr.walk import symbols, topological
from symml.kernels import kernel
from symml.proof.derivative_check import agreeing_points

if TYPE_CHECKING:
    from symml.catalog.entry import Entry
    from symml.proof.verdict import Verdict

_POINTS = 5
_MAX_ULPS = 4096.0
# A lambdified form cancels where a stable kernel does not: six digits must agree.
_SYMPY_ULPS = 2.0**32
_TINY = 1e-30


@dataclass(frozen=True)
class Row:
    """The cross-check of one entry.

    Attributes:
        id: The entry's id.
        verdict: The symbolic verdict on its links.
        kernel_ulps: The largest distance of symml's kernel from the truth, in units of the last place.
        sympy_ulps: The same for ``sympy.lambdify`` of the entry's SymPy form.
        derivative: Whether differences agree, for derivatives; ``-`` for other entries.
        good: Whether nothing disagrees.
        reason: What disagrees.
    """

    id: str
    verdict: str
    kernel_ulps: float | None
    sympy_ulps: float | None
    derivative: str
    good: bool
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """The row as plain data."""
        return dict(vars(self))


def crosscheck(entry: Entry, verdict: Verdict | None = None) -> Row:
    """Cross-checks one entry; the verdict on its links may be handed over when it is known."""
    verdict = entry.verify() if verdict is None else verdict
    expected = FALSE if entry.pitfall else GOOD
    problems = [] if verdict.verdict in expected else [failing(entry, verdict)]
    if entry.pitfall:
        return Row(entry.id, verdict.verdict, None, None, "-", not problems, "; ".join(problems))
    distances = [_distances(entry, expr) for expr in computed(entry) if not _has_undefined(expr)]
    ours, theirs = (_largest(row[j] for row in distances) for j in (0, 1))
    measured = (("kernel", ours, _MAX_ULPS), ("sympy", theirs, _SYMPY_ULPS))
    problems += [f"{name}: {u:.0f} ulps" for name, u, most in measured if u is not None and u > most]
    derivative = _derivative(entry)
    if derivative == "differs":
        problems.append("differences of the left side disagree")
    return Row(entry.id, verdict.verdict, ours, theirs, derivative, not problems, "; ".join(problems))


def failing(entry: Entry, verdict: Verdict) -> str:
    """Where an entry fails: file and line, the step and its reason, what was decided and at which point."""
    place = f"{entry.file}:{entry.line}"
    if entry.pitfall:
        return f"{place}: a pitfall must be refuted, and this one is {verdict.verdict}: {verdict.reason}"
    found = link_verdicts(entry)
    k = next((k for k, row in enumerate(found) if row.verdict not in GOOD), 0)
    step = f"step {k + 1} [{entry.links[k].reason}]" if k < len(entry.links) else f"tight {k + 1 - len(entry.links)}"
    row = found[k] if found else verdict
    return f"{place}: {step}: {row.statement}: {row.verdict} {row.counterexample or row.reason}"


def _has_undefined(expr: Expr) -> bool:
    return any(isinstance(node, Apply) and node.function.undefined for node in topological(expr))


# ---- numbers ---------------------------------------------------------------------------------------------------------
def _largest(values: Iterable[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)


def computed(entry: Entry) -> tuple[Expr, ...]:
    """What is computed in the cross-check: the side of the statement that is not trivial."""
    if entry.kind == "algorithm":
        return tuple(value for _, value in entry.assignments)
    return (entry.lhs if entry.kind in ("inequality", "limit", "example") else entry.rhs,)


def _distances(entry: Entry, expr: Expr) -> list[float | None]:
    """Ulps from the truth of symml's kernel and of SymPy's, over a few points."""
    rhs = evaluate_derivatives(expr)
    sizes = sizes_of(entry)
    emitted = kernel(rhs)
    theirs, arguments = _lambdified(entry, rhs)
    worst: list[float | None] = [None, None]
    for k in range(_POINTS):
        point = draw(symbols(rhs), sizes, Random(f"{entry.id} {k}"), [rhs])
        try:
            truth = evaluate(rhs, point, 50)
        except NotEvaluable:
            continue
        floats = {s.name: np.asarray(v, float) for s, v in point.values.items()}
        values = [emitted(**_arguments(emitted.arguments, floats, sizes)), _call(theirs, arguments, floats)]
        for j, value in enumerate(values):
            if value is not None:
                worst[j] = max(worst[j] or 0.0, _ulps(np.asarray(value, float), truth))
    return worst


def _arguments(names: Iterable[str], floats: dict[str, Any], sizes: dict[str, int]) -> dict[str, Any]:
    return {name: floats[name] if name in floats else sizes[name] for name in names}


def _lambdified(entry: Entry, expr: Expr) -> tuple[Any, list[Any]]:
    """SymPy's kernel of an expression, and its arguments; None where SymPy has no form, or a huge one."""
    if has_nested_inverse(expr):
        return None, []
    try:
        form = side(entry, expr)
    except SymmlError:
        return None, []
    free = sorted(form.free_symbols | form.atoms(sympy.Indexed), key=str)
    used = [s for s in free if not isinstance(s, sympy.Idx) and not isinstance(s, sympy.IndexedBase)]
    bases = {str(i.base.label) for i in used if isinstance(i, sympy.Indexed)}
    used = [s for s in used if isinstance(s, sympy.Indexed) or str(s) not in bases]
    dummies = {s: sympy.Dummy() for s in used}
    body = (
        form.subs(dummies, simultaneous=True)
        if not hasattr(form, "applyfunc")
        else form.applyfunc(lambda e: e.subs(dummies))
    )
    modules = ["scipy", "numpy"] if _scipy() else "numpy"
    return sympy.lambdify(list(dummies.values()), body, modules=modules, cse=True), used


def _scipy() -> bool:
    return find_spec("scipy") is not None


def _call(function: Any, arguments: list[Any], floats: dict[str, Any]) -> Any:
    if function is None:
        return None
    values = [
        floats[str(a.base.label)][tuple(int(i) for i in a.indices)]
        if isinstance(a, sympy.Indexed)
        else float(floats[str(a)])
        for a in arguments
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return function(*values)


def _ulps(value: Any, truth: Any) -> float:
    """The largest distance in units of the last place of the truth (of its largest entry, for entries near zero)."""
    exact = np.asarray(truth, dtype=object)
    if np.shape(value) != exact.shape:
        return float("inf")
    largest = max((abs(t) for t in exact.flat), default=mpmath.mpf(0))
    # Fifty digits of an exact zero are not exactly zero.
    scale = largest if largest > _TINY else mpmath.mpf(1)
    floor, unit = scale * mpmath.mpf(2) ** -10, mpmath.mpf(2) ** -52
    pairs = zip(value.flat, exact.flat, strict=True)
    return float(max((abs(mpmath.mpf(float(v)) - t) / (max(abs(t), floor) * unit) for v, t in pairs), default=0))


# ---- derivatives -----------------------------------------------------------------------------------------------------
def _derivative(entry: Entry) -> str:
    """Whether high-precision differences of the function agree with the right side."""
    node = entry.lhs
    if not isinstance(node, Derivative) or _has_undefined(node.args[0]):
        return "-"
    wrt = node.args[1]
    assert isinstance(wrt, Symbol)
    equal = [link.right for link in takewhile(lambda link: link.relation == "==", entry.links)]
    if not equal:
        return "-"
    found = agreeing_points(evaluate_derivatives(node.args[0]), wrt, 1, evaluate_derivatives(equal[-1]))
    return "differs" if found < 0 else "agrees" if found else "-"


def table(rows: Iterable[Row]) -> str:
    """The rows as aligned text."""
    lines = [f"{'entry':44} {'links':18} {'kernel':>8} {'sympy':>8} {'differences':12}"]
    for row in rows:
        ulps = [f"{u:.1f}" if u is not None else "-" for u in (row.kernel_ulps, row.sympy_ulps)]
        mark = "" if row.good else "  <-- " + row.reason
        lines.append(f"{row.id:44} {row.verdict:18} {ulps[0]:>8} {ulps[1]:>8} {row.derivative:12}{mark}")
    return "\n".join(line.rstrip() for line in lines)
