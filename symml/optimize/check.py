"""Whether a point satisfies the KKT conditions, with the residual of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from symml.errors import SymmlError
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
    """

    rows: tuple[tuple[str, float], ...]
    tolerance: float
    fitted: Mapping[str, Any]

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
            "residuals": [{"condition": name, "violation": value} for name, value in self.rows],
            "fitted": {name: np.asarray(value).tolist() for name, value in self.fitted.items()},
        }

    def __repr__(self) -> str:
        head = "SATISFIED" if self.satisfied else "NOT SATISFIED"
        lines = [f"{head} to {self.tolerance:g}"]
        lines += [f"  {'ok ' if value <= self.tolerance else 'NO '} {value:9.3g}  {name}" for name, value in self.rows]
        lines += [f"  fitted {name} = {np.array2string(np.asarray(v), precision=4)}" for name, v in self.fitted.items()]
        return "\n".join(lines)


def check(conditions: KKT, values: Mapping[str, Any], tolerance: float) -> Residuals:
    """The residuals at a point.

    Raises:
        SymmlError: A variable or a piece of data has no value.
    """
    problem = conditions.problem
    known = {name: np.asarray(value, dtype=float) for name, value in values.items()}
    missing = [m for m in problem.multipliers if m.name not in known]
    fitted = _fit(conditions, known, missing) if missing else {}
    known |= fitted
    rows: list[tuple[str, float]] = []
    for v, slope in conditions.stationarity:
        rows.append((f"stationarity in {text.name(v.name)}", _largest(np.abs(_value(slope, known)))))
    for c in problem.inequalities:
        rows.append((f"primal feasibility: {c.text()}", max(0.0, _largest(_value(c.value, known)))))
    for c in problem.equalities:
        rows.append((f"primal feasibility: {c.text()}", _largest(np.abs(_value(c.value, known)))))
    for c in problem.inequalities:
        name = text.show(c.multiplier)
        rows.append((f"dual feasibility: {name} ≥ 0", max(0.0, _largest(-known[c.multiplier.name]))))
        product = np.abs(known[c.multiplier.name] * _value(c.value, known))
        rows.append((f"complementarity of {name}", _largest(product)))
    return Residuals(tuple(rows), tolerance, fitted)


def _largest(values: Any) -> float:
    array = np.asarray(values, dtype=float)
    return float(array.max()) if array.size else 0.0


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
