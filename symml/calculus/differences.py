"""Derivatives of functions that can only be called: high-order differences with an estimate of their error."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

_STARTS = (1e-1, 1e-2, 1e-3, 1e-4, 1e-6, 1e-7)
_SHRINK, _ROWS = 2.0, 6
_EPS = float(np.finfo(float).eps)
_TINY_STEP = 1e-30


@dataclass(frozen=True)
class Estimate:
    """A derivative with an estimate of its error, entry by entry.

    Attributes:
        value: The derivative.
        error: What the value may be off by: truncation, rounding, and what the step sizes disagree by.
        kink: Whether the slopes on both sides differ by more than their errors.
        method: How it was found.
        eps: The relative precision of the function's numbers.
    """

    value: Any
    error: Any
    kink: bool
    method: str
    eps: float = _EPS


def slope(function: Callable[[Any], Any], at: Any, direction: Any) -> Estimate:
    """The derivative of ``function`` at ``at`` along ``direction``.

    Central differences at shrinking steps are extrapolated (Ridders' tableau), from several first steps; the estimate
    with the smallest error is kept. Where the function also takes complex numbers, the complex step sharpens it.
    """
    scale = max(1.0, float(np.max(np.abs(at), initial=0.0)))
    first = np.asarray(function(at))
    middle, eps = _real(first), _precision(first)
    found = [_ridders(function, at, direction, start * scale, middle, eps) for start in _STARTS]
    best = found[0]
    for value, error in found[1:]:
        better = error < best[1]
        best = np.where(better, value, best[0]), np.where(better, error, best[1])
    value, error = best
    # Another first step must tell the same story, within the errors of both.
    gaps = np.sort(np.array([np.abs(v - value) - e for v, e in found]), axis=0)
    error = np.maximum(error, np.maximum(gaps[1], 0.0))
    kink = _is_kink(function, at, direction, scale, middle, error, eps)
    exact = None if kink else _complex_step(function, at, direction)
    if exact is not None and np.all(np.abs(exact - value) <= 10 * error + _EPS):
        return Estimate(exact, np.minimum(error, 1e-12 * (1 + np.abs(exact))), False, "complex step", eps)
    return Estimate(value, error, kink, "extrapolated central differences", eps)


def _precision(value: Any) -> float:
    """The relative precision of a function's numbers: single precision is common in deep learning."""
    return max(_EPS, float(np.finfo(value.dtype).eps)) if value.dtype.kind == "f" else _EPS


def _real(value: Any) -> Any:
    return np.asarray(value, dtype=float)


def _ridders(
    function: Callable[[Any], Any], at: Any, direction: Any, step: float, middle: Any, eps: float
) -> tuple[Any, Any]:
    """(value, error) from one first step."""
    size = max(1.0, float(np.max(np.abs(at), initial=0.0)))
    rows: list[list[Any]] = []
    best, least = np.zeros_like(middle), np.full_like(middle, np.inf)
    for k in range(_ROWS):
        h = step / _SHRINK**k
        ends = [_real(function(at + sign * h * direction)) for sign in (1, -1)]
        row = [(ends[0] - ends[1]) / (2 * h)]
        # The values are rounded, and so is the place at which they are taken.
        rounding = eps * (np.abs(ends[0]) + np.abs(ends[1]) + np.abs(middle) + size * np.abs(row[0])) / h
        for j in range(k):
            weight = _SHRINK ** (2 * (j + 1))
            row.append((weight * row[j] - rows[-1][j]) / (weight - 1))
            error = np.maximum(np.abs(row[j + 1] - row[j]), np.abs(row[j + 1] - rows[-1][j])) + rounding
            better = error < least
            best, least = np.where(better, row[j + 1], best), np.where(better, error, least)
        rows.append(row)
    return np.where(np.isfinite(best), best, 0.0), np.where(np.isfinite(best) & np.isfinite(least), least, np.inf)


def _is_kink(
    function: Callable[[Any], Any], at: Any, direction: Any, scale: float, middle: Any, error: Any, eps: float
) -> bool:
    """Whether slopes to the left and to the right differ, at steps so small that curvature cannot explain it."""
    apart = []
    for h in (1e-4 * scale, 1e-6 * scale) if eps == _EPS else (1e-1 * scale, 1e-2 * scale):
        ahead, behind = (_real(function(at + sign * h * direction)) for sign in (1, -1))
        rounding = 8 * eps * (np.abs(ahead) + np.abs(behind) + np.abs(middle)) / h
        apart.append(np.abs(ahead - 2 * middle + behind) / h - rounding)
    return bool(np.any((apart[1] > 0.5 * apart[0]) & (apart[1] > 1e-5 * (1 + np.abs(middle))) & (apart[1] > error)))


def _complex_step(function: Callable[[Any], Any], at: Any, direction: Any) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # parts that NumPy drops are noticed below
            moved = np.asarray(function(at + 1j * _TINY_STEP * direction))
    except Exception:
        # Whatever the user's function does with complex numbers, it was not written for them.
        return None
    return moved.imag / _TINY_STEP if np.iscomplexobj(moved) and np.all(np.isfinite(moved.imag)) else None
