"""``critical_points``: where a gradient vanishes, and what the Hessian says there, the undecided case included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import flint
import mpmath
import numpy as np

from symml.calculus.differentiate import evaluate_derivatives, gradient, jacobian
from symml.calculus.numeric import enclose, evaluate
from symml.calculus.sampling import Point, as_array
from symml.calculus.sympy_process import ask_sympy
from symml.errors import NotEvaluable, ShapeError, SymmlError
from symml.expr.dims import Size
from symml.expr.nodes import Expr, Symbol
from symml.expr.sympy_bridge import from_sympy, to_sympy
from symml.expr.walk import substitute, symbols
from symml.optimize.convexity import decide
from symml.optimize.problem import Shapes
from symml.proof.derive import find_variable
from symml.read.declarations import read_declarations
from symml.read.expression import read_expression
from symml.render import text

_DIGITS = 30


@dataclass(frozen=True, repr=False)
class CriticalPoint:
    """A point where the gradient vanishes.

    Attributes:
        values: The values of the variables.
        kind: ``minimum``, ``maximum``, ``saddle`` or ``undecided`` (the Hessian is semidefinite and singular).
        signs: How many eigenvalues of the Hessian are negative, zero and positive.
        reason: Why, in words.
    """

    values: Mapping[str, Any]
    kind: str
    signs: tuple[int, int, int]
    reason: str

    def to_json(self) -> dict[str, Any]:
        """The point as plain data."""
        negative, zero, positive = self.signs
        return {
            "values": {name: str(value) for name, value in self.values.items()},
            "kind": self.kind,
            "eigenvalues": {"negative": negative, "zero": zero, "positive": positive},
            "reason": self.reason,
        }

    def __repr__(self) -> str:
        at = ", ".join(f"{text.name(name)} = {value}" for name, value in self.values.items())
        return f"{self.kind} at {at}: {self.reason}"


def critical_points(
    f: Expr | str, wrt: str | Symbol | Sequence[Symbol], *, shapes: Shapes = None, seconds: float = 8.0
) -> list[CriticalPoint]:
    """Finds the points where the gradient of a number vanishes, with SymPy, and classifies each by the Hessian.

    Args:
        f: A number in scalar variables only.
        wrt: The variables: ``"x, y"``.
        shapes: Declarations.
        seconds: The time limit for SymPy.

    Raises:
        SymmlError: Other symbols occur, a variable is an array, or SymPy finds no solution in time.
    """
    declared = read_declarations(shapes)
    root = evaluate_derivatives(read_expression(f, declared))
    names = wrt.split(",") if isinstance(wrt, str) else [wrt] if isinstance(wrt, Symbol) else list(wrt)
    variables = [find_variable(root, name, declared) for name in names]
    if root.shape or any(v.shape for v in variables) or set(symbols(root)) != set(variables):
        raise SymmlError(
            "critical points are found for numbers in scalar variables, all of them named",
            cure="use classify(f, wrt, at=...) for arrays at a point",
        )
    slopes = [gradient(root, v) for v in variables]
    answer = ask_sympy("solve", [to_sympy(g) for g in slopes], [to_sympy(v) for v in variables], seconds=seconds)
    if answer is None:
        raise SymmlError("SymPy finds no critical points in time", cure="use classify(f, wrt, at=...)")
    points = [_values(row, variables) for row in answer]
    return [_classified(root, variables, point) for point in points if point is not None]


def _values(row: Mapping[Any, Any], variables: Sequence[Symbol]) -> dict[Symbol, Expr] | None:
    """The values of one solution; ``None`` for complex ones and for families."""
    found = {}
    for v in variables:
        value = row.get(to_sympy(v))
        if value is None or value.free_symbols or value.is_real is False:
            return None
        try:
            found[v] = from_sympy(value)
        except SymmlError:
            return None
    return found


def _classified(root: Expr, variables: Sequence[Symbol], point: Mapping[Symbol, Expr]) -> CriticalPoint:
    at: dict[Expr, Expr] = dict(zip(point, point.values(), strict=True))
    second = [[substitute(jacobian(gradient(root, a), b), at) for b in variables] for a in variables]
    shown = {v.name: value for v, value in point.items()}
    return _judged([[_entry(e, Point({}, {})) for e in row] for row in second], shown, root, tuple(variables))


def classify(f: Expr | str, wrt: str | Symbol, at: Mapping[str, Any], *, shapes: Shapes = None) -> CriticalPoint:
    """Classifies a point where the gradient vanishes, by the Hessian.

    Args:
        f: A number.
        wrt: The variable, a number or a vector.
        at: Values of all symbols by name, the variable's too; integers and fractions are exact.
        shapes: Declarations.

    Raises:
        SymmlError: The gradient does not vanish there, or a value is missing.
        ShapeError: ``f`` is not a number, or the variable is a matrix.
    """
    declared = read_declarations(shapes)
    root = evaluate_derivatives(read_expression(f, declared))
    variable = find_variable(root, wrt, declared)
    if root.shape or len(variable.shape) > 1:
        raise ShapeError("a number in a scalar or a vector is classified", cure="take a vector of the entries")
    point = _point(root, at)
    slope = gradient(root, variable)
    for value in np.asarray(_evaluated(slope, point), dtype=object).flat:
        if abs(float(value)) > 1e-12:
            raise SymmlError(f"the gradient does not vanish there: {float(value):.6g}", cure="give a critical point")
    second = np.asarray(enclose(jacobian(slope, variable), point), dtype=object)
    size = round(second.size**0.5)
    rows = second.reshape(size, size)
    if not all(isinstance(v, flint.fmpq) for v in rows.flat):
        rows = np.asarray(_evaluated(jacobian(slope, variable), point), dtype=object).reshape(size, size)
    shown = {variable.name: at[variable.name]}
    return _judged([[_exact(v) for v in row] for row in rows], shown, root, (variable,))


def _point(root: Expr, at: Mapping[str, Any]) -> Point:
    sizes: dict[str, int] = {}
    values: dict[Symbol, Any] = {}
    for symbol in symbols(root):
        if symbol.name not in at:
            raise SymmlError(f"{symbol.name} has no value at this point", cure="give it by name")
        array = np.asarray(at[symbol.name], dtype=object)
        if array.ndim != len(symbol.shape):
            raise ShapeError(f"{symbol.name} has {len(symbol.shape)} axes, its value has {array.ndim}")
        sizes |= {str(dim): length for dim, length in zip(symbol.shape, array.shape, strict=True) if _is_name(dim)}
        values[symbol] = as_array([Fraction(str(v)) for v in array.flat], array.shape)
    return Point(sizes, values)


def _is_name(dim: object) -> bool:
    return isinstance(dim, Size) and dim.terms == ((str(dim), 1),)


def _evaluated(expr: Expr, point: Point) -> Any:
    try:
        return evaluate(expr, point, _DIGITS)
    except NotEvaluable:
        return enclose(expr, point)


def _entry(expr: Expr, point: Point) -> Any:
    value = enclose(expr, point)[()]
    return _exact(value) if isinstance(value, flint.fmpq) else evaluate(expr, point, _DIGITS)[()]


def _exact(value: Any) -> Any:
    return Fraction(int(value.p), int(value.q)) if isinstance(value, flint.fmpq) else value


# ---- inertia ---------------------------------------------------------------------------------------------------------
def _judged(rows: list[list[Any]], shown: Mapping[str, Any], root: Expr, wrt: tuple[Symbol, ...]) -> CriticalPoint:
    signs = inertia(rows)
    negative, zero, positive = signs
    if negative and positive:
        return CriticalPoint(shown, "saddle", signs, "the Hessian has eigenvalues of both signs")
    if not zero:
        kind = "minimum" if positive else "maximum"
        return CriticalPoint(shown, kind, signs, f"the Hessian is {'positive' if positive else 'negative'} definite")
    certificate = decide(root, wrt, search=False)
    if certificate.is_convex:
        return CriticalPoint(shown, "minimum", signs, "the function is convex, though the Hessian is singular")
    if certificate.verdict == "concave":
        return CriticalPoint(shown, "maximum", signs, "the function is concave, though the Hessian is singular")
    return CriticalPoint(shown, "undecided", signs, "the Hessian is semidefinite and singular: it does not decide")


def inertia(rows: list[list[Any]]) -> tuple[int, int, int]:
    """How many eigenvalues of a symmetric matrix are negative, zero and positive; exact for fractions."""
    if all(isinstance(v, Fraction) for row in rows for v in row):
        return _exact_inertia([list(row) for row in rows])
    with mpmath.workdps(_DIGITS + 10):
        numbers = [[_number(v) for v in row] for row in rows]
        values = mpmath.eigsy(mpmath.matrix(numbers), eigvals_only=True)
        scale = max([abs(v) for v in values] + [mpmath.mpf(1)])
        signs = [0 if abs(v) < scale * mpmath.mpf(10) ** -(_DIGITS // 2) else int(mpmath.sign(v)) for v in values]
    return signs.count(-1), signs.count(0), signs.count(1)


def _number(value: Any) -> Any:
    return mpmath.mpf(value.numerator) / value.denominator if isinstance(value, Fraction) else value


def _exact_inertia(a: list[list[Fraction]]) -> tuple[int, int, int]:
    """Sylvester's law: symmetric elimination keeps the signs."""
    negative = positive = 0
    while a:
        k = next((i for i in range(len(a)) if a[i][i]), None)
        if k is None:
            pair = next(((i, j) for i in range(len(a)) for j in range(i) if a[i][j]), None)
            if pair is None:
                break
            i, j = pair
            a = [[v + (a[j][c] if r == i else 0) for c, v in enumerate(row)] for r, row in enumerate(a)]
            for row in a:
                row[i] += row[j]
            continue
        pivot, rest = a[k][k], [r for r in range(len(a)) if r != k]
        negative, positive = negative + (pivot < 0), positive + (pivot > 0)
        a = [[a[r][c] - a[r][k] * a[k][c] / pivot for c in rest] for r in rest]
    return negative, len(a), positive
