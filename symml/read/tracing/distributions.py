"""``scipy.stats.norm`` as traced code sees it: density, distribution and their logarithms."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from symml.errors import TraceError
from symml.expr.nodes import constant
from symml.read.tracing import dispatch
from symml.read.tracing.array import TracedArray
from symml.read.tracing.record import recorded


class Normal:
    """The normal distribution with its location and scale as arguments."""

    def pdf(self, x: Any, loc: Any = 0, scale: Any = 1) -> Any:
        """The density."""
        return dispatch.call("exp", (self.logpdf(x, loc, scale),), {})

    def logpdf(self, x: Any, loc: Any = 0, scale: Any = 1) -> Any:
        """The logarithm of the density."""
        z, width = _standard(x, loc, scale)
        return -z * z / 2 - dispatch.call("log", (2 * TracedArray(constant("pi")),), {}) / 2 - _log(width)

    def cdf(self, x: Any, loc: Any = 0, scale: Any = 1) -> Any:
        """The distribution function."""
        return dispatch.call("ndtr", (_standard(x, loc, scale)[0],), {})

    def logcdf(self, x: Any, loc: Any = 0, scale: Any = 1) -> Any:
        """The logarithm of the distribution function."""
        return _log(self.cdf(x, loc, scale))

    def sf(self, x: Any, loc: Any = 0, scale: Any = 1) -> Any:
        """The survival function."""
        return dispatch.call("ndtr", (-_standard(x, loc, scale)[0],), {})

    def logsf(self, x: Any, loc: Any = 0, scale: Any = 1) -> Any:
        """The logarithm of the survival function."""
        return _log(self.sf(x, loc, scale))

    # What scipy.stats itself, and statsmodels, call for the standard distribution.
    _pdf, _logpdf, _cdf, _logcdf, _sf, _logsf = pdf, logpdf, cdf, logcdf, sf, logsf

    @recorded
    def __getattr__(self, name: str) -> Any:
        raise TraceError(f"scipy.stats.norm.{name} cannot be traced", cure="use pdf, logpdf, cdf, logcdf, sf or logsf")


def _standard(x: Any, loc: Any, scale: Any) -> tuple[TracedArray, TracedArray]:
    value, center, width = (TracedArray(*dispatch.operand(part)) for part in (x, loc, scale))
    return (value - center) / width, width


def _log(x: TracedArray) -> Any:
    return dispatch.call("log", (x,), {})


class Stats:
    """``scipy.stats`` as traced code sees it."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._module, name)
        return Normal() if is_normal(found) else found


def is_normal(value: Any) -> bool:
    """Whether a value is ``scipy.stats.norm``."""
    return type(value).__name__ == "norm_gen" and type(value).__module__.startswith("scipy.stats")
