"""A plot as SVG, small enough to stand inside a page."""

from __future__ import annotations

import math
from collections.abc import Iterator
from html import escape

from symml.catalog.printing.curves import Curve, Plot

_WIDTH, _HEIGHT = 360, 210
_LEFT, _RIGHT, _TOP, _BOTTOM = 38, 8, 8, 22


def svg(plot: Plot) -> str:
    """The curves with axes, ticks and a legend, as an ``svg`` element that takes its colors from the page."""
    names = " and ".join(curve.name for curve in plot.curves)
    body = "".join([*_axes(plot), *(_line(plot, k, curve) for k, curve in enumerate(plot.curves))])
    title = f"<title>{escape(f'{names} {plot.caption()}')}</title>"
    return f'<svg class="plot" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">{title}{body}</svg>'


def _across(plot: Plot, x: float) -> float:
    low, high = plot.places[0], plot.places[-1]
    return _LEFT + (x - low) / (high - low) * (_WIDTH - _LEFT - _RIGHT)


def _down(plot: Plot, y: float) -> float:
    low, high = plot.window
    return _TOP + (high - y) / (high - low) * (_HEIGHT - _TOP - _BOTTOM)


def _axes(plot: Plot) -> Iterator[str]:
    low, high = plot.window
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
    yield f'<rect class="frame" x="{_LEFT}" y="{_TOP}" width="{right - _LEFT}" height="{bottom - _TOP}"/>'
    for x in ticks(plot.places[0], plot.places[-1]):
        at = _across(plot, x)
        yield f'<path class="{_weight(x)}" d="M{at:.1f} {_TOP}V{bottom}"/>'
        yield f'<text x="{at:.1f}" y="{bottom + 14}" text-anchor="middle">{x:g}</text>'
    for y in ticks(low, high):
        at = _down(plot, y)
        yield f'<path class="{_weight(y)}" d="M{_LEFT} {at:.1f}H{right}"/>'
        yield f'<text x="{_LEFT - 5}" y="{at + 3:.1f}" text-anchor="end">{y:g}</text>'


def _weight(value: float) -> str:
    return "axis" if value == 0 else "grid"


def ticks(low: float, high: float) -> list[float]:
    """Four to eight round numbers between two numbers."""
    rough = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * m for m in (1, 2, 5, 10) if power * m >= rough)
    first, last = math.ceil(low / step), math.floor(high / step)
    return [round(k * step, 10) + 0.0 for k in range(first, last + 1)]


def _line(plot: Plot, k: int, curve: Curve) -> str:
    low, high = plot.window
    path, pen = [], "M"
    for x, y in zip(plot.places, curve.values, strict=True):
        if math.isfinite(y) and low <= y <= high:
            path.append(f"{pen}{_across(plot, x):.1f} {_down(plot, y):.1f}")
            pen = "L"
        else:
            pen = "M"
    return f'<path class="curve curve-{k}" d="{"".join(path)}"/>'
