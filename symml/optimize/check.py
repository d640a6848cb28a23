"""Whether a point satisfies the KKT conditions, with the residual of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import flint
import numpy as np

from symml.calculus.numeric import enclose
from symml.calculus.sampling import Point, as_array
from symml.errors import NotEvaluable, SymmlError
from symml.expr.dims import dim_names
from symml.expr.nodes import Expr, Symbol
from symml.expr.walk import symbols
from symml.kernels import kernel
from symml.render import text

if TYPE_CHECKING:
    from symml.optimize.kkt import KKT

_ROUNDS = 400


@dataclass(frozen=True, repr=False)
class Residuals:
    """The largest violation of each condition at a point.

    Attributes:
        rows: (condition, its largest violation).
        tolerance: What counts as zero.
        fitted: The multipliers that were fitted, by name.
        exact: The same violations as fractions, by condition, where the point was given in fractions.
    """

    rows: tuple[tuple[str, float], ...]
    tolerance: float
    fitted: Mapping[str, Any]
    exact: Mapping[str, Fraction] = field(default_factory=dict)

    @property
    def satisfied(self) -> bool:
        """Whether every condition holds to the tolerance."""
        return all(value <= self.tolerance for _, value in self.rows)

    def to_json(self) -> dict[str, Any]:
        """The residuals as plain data."""
        return {
            "schema": 1,
            "satisfied": self.satisfied,
            "tolerance": self.tolerance,
            "residuals": [self._row(name, value) for name, value in self.rows],
            "fitted": {name: np.asarray(value).tolist() for name, value in self.fitted.items()},
        }

    def _row(self, name: str, value: float) -> dict[str, Any]:
        exact = {"exact": str(self.exact[name])} if name in self.exact else {}
        return {"condition": name, "violation": value, **exact}

    def __repr__(self) -> str:
        everything = len(self.exact) == len(self.rows)
        head = "SATISFIED" if self.satisfied else "NOT SATISFIED"
        lines = [f"{head} exactly" if everything and not any(self.exact.values()) else f"{head} to {self.tolerance:g}"]
        for name, value in self.rows:
            shown = str(self.exact[name]) if name in self.exact else f"{value:.3g}"
            lines.append(f"  {'ok ' if value <= self.tolerance else 'NO '} {shown:>9}  {name}")
        lines += [f"  fitted {name} = {_shown(v)}" for name, v in self.fitted.items()]
        return "\n".join(lines)


def _shown(value: Any) -> str:
    array = np.asarray(value)
    if array.dtype == object:
        return str(np.vectorize(str, otypes=[object])(array).tolist()).replace("'", "")
    return np.array2string(array, precision=4)


def check(conditions: KKT, values: Mapping[str, Any], tolerance: float) -> Residuals:
    """The residuals at a point; exact ones where all of its numbers are whole numbers or fractions.

    Raises:
        SymmlError: A variable or a piece of data has no value.
    """
    problem = conditions.problem
    known = {name: np.asarray(value, dtype=float) for name, value in values.items()}
    missing = [m for m in problem.multipliers if m.name not in known]
    fitted = _fit(conditions, known, missing) if missing else {}
    rows = _violations(conditions)
    exact, simple = _exact(rows, values, fitted)
    known |= fitted
    found = tuple((name, _largest(kind, _value(expr, known))) for name, kind, expr in rows)
    return Residuals(found, tolerance, simple or fitted, exact)


Row = tuple[str, str, Expr]


def _violations(conditions: KKT) -> list[Row]:
    """(condition, ``zero`` or ``low``, expression): what is to vanish, and what is to be at most zero."""
    problem = conditions.problem
    rows = [(f"stationarity in {text.name(v.name)}", "zero", slope) for v, slope in conditions.stationarity]
    rows += [(f"primal feasibility: {c.text()}", "low", c.value) for c in problem.inequalities]
    rows += [(f"primal feasibility: {c.text()}", "zero", c.value) for c in problem.equalities]
    for c in problem.inequalities:
        name = text.show(c.multiplier)
        rows.append((f"dual feasibility: {name} ≥ 0", "low", -c.multiplier))
        rows.append((f"complementarity of {name}", "zero", c.multiplier * c.value))
    return rows


def _exact(
    rows: Sequence[Row], values: Mapping[str, Any], fitted: Mapping[str, Any]
) -> tuple[dict[str, Fraction], dict[str, Any]]:
    """The violations as fractions, and fitted multipliers as fractions where these satisfy all conditions."""
    given = {name: np.asarray(value, dtype=object) for name, value in values.items()}
    if not all(isinstance(v, int | Fraction) for array in given.values() for v in array.flat):
        return {}, {}
    simple = {name: np.vectorize(_near, otypes=[object])(value) for name, value in fitted.items()}
    point = {**given, **{name: np.asarray(value, dtype=object) for name, value in simple.items()}}
    found: dict[str, Fraction] = {}
    for name, kind, expr in rows:
        try:
            value = enclose(expr, _point(expr, point))
        except (NotEvaluable, KeyError):
            continue
        entries = list(np.asarray(value, dtype=object).flat)
        if all(isinstance(v, flint.fmpq) for v in entries):
            numbers = [Fraction(int(v.p), int(v.q)) for v in entries]
            found[name] = max([Fraction(0), *(abs(v) if kind == "zero" else v for v in numbers)])
    whole = len(found) == len(rows) and not any(found.values())
    return (found, simple) if whole or not fitted else ({}, {})


def _near(value: float) -> Fraction:
    return Fraction(float(value)).limit_denominator(10_000)


def _point(expr: Expr, values: Mapping[str, Any]) -> Point:
    sizes: dict[str, int] = {}
    found = {}
    for symbol in symbols(expr):
        array = values[symbol.name]
        found[symbol] = as_array([Fraction(v) for v in array.flat], array.shape)
        for dim, length in zip(symbol.shape, array.shape, strict=True):
            sizes |= dict.fromkeys(dim_names(dim), length) if str(dim) in dim_names(dim) else {}
    return Point(sizes, found)


def _largest(kind: str, values: Any) -> float:
    array = np.asarray(values, dtype=float)
    return max(0.0, float((np.abs(array) if kind == "zero" else array).max())) if array.size else 0.0


def _value(expr: Expr, known: Mapping[str, Any]) -> Any:
    run = kernel(expr)
    wanted = [s.name for s in symbols(expr)]
    absent = [name for name in wanted if name not in known]
    if absent:
        raise SymmlError(f"{', '.join(absent)} has no value at this point", cure="give it by name: check(w=..., X=...)")
    return run(**{name: known[name] for name in run.arguments if name in known})


def _fit(conditions: KKT, known: Mapping[str, Any], missing: list[Symbol]) -> dict[str, Any]:
    """Multipliers that make the gradients small: least squares, with nonnegative ones for active inequalities."""
    shapes = _shapes(conditions, known, missing)
    sizes = [int(np.prod(shape)) for shape in shapes]
    inequalities = {c.multiplier for c in conditions.problem.inequalities}
    signed = np.concatenate([np.full(size, m in inequalities) for m, size in zip(missing, sizes, strict=True)])

    def gradients(flat: Any) -> Any:
        return np.concatenate(
            [np.ravel(_value(g, {**known, **_unpacked(flat, missing, shapes)})) for _, g in conditions.stationarity]
        )

    base = gradients(np.zeros(sum(sizes)))
    columns = [gradients(row) - base for row in np.eye(sum(sizes))]
    matrix = np.stack(columns, axis=1) if columns else np.zeros((base.size, 0))
    matrix = matrix * _active(conditions, known, missing, sizes)
    return _unpacked(_least_squares(matrix, -base, signed), missing, shapes)


def _shapes(conditions: KKT, known: Mapping[str, Any], missing: list[Symbol]) -> list[tuple[int, ...]]:
    by_multiplier = {c.multiplier: c.value for c in conditions.problem.constraints}
    return [np.shape(_value(by_multiplier[m], known)) for m in missing]


def _active(conditions: KKT, known: Mapping[str, Any], missing: list[Symbol], sizes: list[int]) -> Any:
    """1 for equalities and for inequalities that hold with equality, 0 for slack ones."""
    rows = []
    by_multiplier = {c.multiplier: c for c in conditions.problem.constraints}
    for m, size in zip(missing, sizes, strict=True):
        c = by_multiplier[m]
        slack = np.ravel(_value(c.value, known)) < -1e-6
        rows.append(np.where(slack, 0.0, 1.0) if not c.is_equality else np.ones(size))
    return np.concatenate(rows) if rows else np.ones(0)


def _unpacked(flat: Any, missing: list[Symbol], shapes: list[tuple[int, ...]]) -> dict[str, Any]:
    found, start = {}, 0
    for m, shape in zip(missing, shapes, strict=True):
        size = int(np.prod(shape))
        found[m.name] = np.reshape(flat[start : start + size], shape)
        start += size
    return found


def _least_squares(matrix: Any, target: Any, signed: Any) -> Any:
    """The least squares solution whose signed entries are not negative (Lawson and Hanson's active sets)."""
    passive = ~signed
    x = np.zeros(matrix.shape[1])
    for _ in range(_ROUNDS):
        x = np.zeros(matrix.shape[1])
        if passive.any():
            x[passive] = np.linalg.lstsq(matrix[:, passive], target, rcond=None)[0]
        bad = signed & passive & (x < 0)
        if bad.any():
            passive = passive & ~bad
            continue
        slope = matrix.T @ (target - matrix @ x)
        waiting = signed & ~passive & (slope > 1e-12 * (1 + np.abs(target).max(initial=0.0)))
        if not waiting.any():
            break
        passive[np.argmax(np.where(waiting, slope, -np.inf))] = True
    return np.where(signed, np.maximum(x, 0.0), x)
