"""The curves of an entry of one real variable: a function and its slope, the sides of a bound, a limit."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from symml.calculus.differentiate import evaluate_derivatives
from symml.errors import SymmlError
from symml.expr.nodes import Apply, Derivative, Expr, Symbol
from symml.expr.scoped import Binder
from symml.expr.walk import size_names, symbols, topological
from symml.kernels import kernel
from symml.render.text import text

if TYPE_CHECKING:
    from symml.catalog.entry import Entry

_COUNT = 201
_FAR = 20.0
_FLAT = 1e-9
_RANGES = {
    "real": (-4.0, 4.0),
    "nonzero": (-4.0, 4.0),
    "positive": (0.02, 4.0),
    "nonnegative": (0.0, 4.0),
    "unit": (0.005, 0.995),
    "probability": (0.0, 1.0),
}
# Parameters beside the variable are held at values that differ and are not one, where much would look the same.
_HELD = ("1/2", "2", "3/2")
_HELD_IN = {"unit": ("1/4", "3/4", "1/2"), "probability": ("1/4", "3/4", "1/2"), "binary": ("1", "0", "1")}


@dataclass(frozen=True)
class Curve:
    """A function at the places of a plot.

    Attributes:
        name: What it is: ``function``, ``slope``, ``left side``, ``right side`` or ``limit``.
        label: Its formula as text.
        values: Its values; NaN where it has none.
    """

    name: str
    label: str
    values: tuple[float, ...]


@dataclass(frozen=True)
class Plot:
    """The curves of an entry.

    Attributes:
        variable: The variable's name.
        places: Where the curves are drawn.
        curves: One or two curves.
        held: The parameters and the values at which they are held.
    """

    variable: str
    places: tuple[float, ...]
    curves: tuple[Curve, ...]
    held: tuple[tuple[str, str], ...] = ()

    @property
    def window(self) -> tuple[float, float]:
        """The lowest and the highest value worth showing: poles are cut off."""
        values = [v for curve in self.curves for v in curve.values if math.isfinite(v)]
        low, high = (float(v) for v in np.quantile(values, (0.02, 0.98)))
        margin = 0.06 * (high - low) or 0.5
        lowest, highest = max(min(values), low - 8 * margin), min(max(values), high + 8 * margin)
        return lowest - margin, highest + margin

    def caption(self) -> str:
        """What is drawn, in words."""
        held = "".join(f", {name} = {value}" for name, value in self.held)
        return f"over {self.variable}{held}"


def plot_of(entry: Entry) -> Plot | None:
    """The curves of an entry of one real variable; none where there is nothing to draw.

    A derivative is drawn beside the function that it is of; bounds, limits and pitfalls with both of their sides.
    """
    found = _functions(entry)
    if found is None:
        return None
    variable, named = found
    others = [s for s in entry.symbols.values() if isinstance(s, Symbol) and s is not variable]
    used = [s for s in others if any(s in symbols(expr) for _, expr in named)]
    if len(used) > len(_HELD):
        return None
    held = {s: _HELD_IN.get(str(s.domain), _HELD)[k] for k, s in enumerate(used)}
    places = _places(entry, variable)
    curves = tuple(_curve(name, expr, variable, held, places) for name, expr in named)
    if not all(sum(map(math.isfinite, curve.values)) > _COUNT // 4 for curve in curves) or _is_flat(curves[0]):
        return None
    return Plot(variable.name, places, curves, tuple((s.name, value) for s, value in held.items()))


def _is_flat(curve: Curve) -> bool:
    finite = [v for v in curve.values if math.isfinite(v)]
    return max(finite) - min(finite) < _FLAT * max(1.0, max(map(abs, finite)))


def required_plot(entry: Entry) -> Plot:
    """The curves of an entry.

    Raises:
        SymmlError: It is not about a function of one real variable.
    """
    found = plot_of(entry)
    if found is None:
        raise SymmlError(
            f"{entry.id} has no plot: it is not about a function of one real variable",
            cure="see its formulas with --steps, or plot another entry, such as activations.sigmoid_deriv",
        )
    return found


def _functions(entry: Entry) -> tuple[Symbol, list[tuple[str, Expr]]] | None:
    """The variable, and the functions of it by name."""
    if entry.kind in ("algorithm", "example") or any(_is_beyond(side) for side in (entry.lhs, entry.rhs)):
        return None
    variable = _variable(entry)
    if variable is None:
        return None
    return variable, list(_named(entry))


def _is_beyond(expr: Expr) -> bool:
    """Whether an expression has arrays, sizes, sums over ranges, integrals or functions that are not defined."""
    nodes = topological(expr)
    return bool(size_names(expr)) or any(
        node.shape or isinstance(node, Binder) or (isinstance(node, Apply) and node.function.undefined)
        for node in nodes
    )


def _variable(entry: Entry) -> Symbol | None:
    if isinstance(entry.lhs, Derivative):
        wrt = entry.lhs.args[1]
        return wrt if isinstance(wrt, Symbol) and str(wrt.domain) in _RANGES else None
    if entry.kind == "limit":
        found = entry.symbols[entry.at[0]]
        return found if isinstance(found, Symbol) else None
    free = list(dict.fromkeys(symbols(entry.lhs, entry.rhs)))
    return free[0] if len(free) == 1 and str(free[0].domain) in _RANGES else None


def _named(entry: Entry) -> Iterator[tuple[str, Expr]]:
    if isinstance(entry.lhs, Derivative) and not entry.pitfall:
        yield "function", entry.lhs.args[0]
        yield "slope", entry.rhs
    elif entry.kind == "limit":
        yield "function", entry.lhs
        yield "limit", entry.rhs
    elif entry.kind in ("inequality", "pitfall"):
        yield "left side", entry.lhs
        yield "right side", entry.rhs
    else:
        yield "function", entry.rhs


def _places(entry: Entry, variable: Symbol) -> tuple[float, ...]:
    low, high = _RANGES.get(str(variable.domain), _RANGES["real"])
    if entry.kind == "limit" and "oo" in entry.at[1]:
        low, high = (low, _FAR) if entry.at[1] == "oo" else (-_FAR, high)
    return tuple(float(x) for x in np.linspace(low, high, _COUNT))


def _curve(name: str, expr: Expr, variable: Symbol, held: dict[Symbol, str], places: tuple[float, ...]) -> Curve:
    function = kernel(evaluate_derivatives(expr), name="curve")
    fixed = {s.name: float(Fraction(value)) for s, value in held.items() if s.name in function.arguments}
    if variable.name not in function.arguments:
        return Curve(name, text(expr), (float(function(**fixed)),) * len(places))
    with np.errstate(all="ignore"):
        values = tuple(float(function(**fixed, **{variable.name: x})) for x in places)
    return Curve(name, text(expr), values)
