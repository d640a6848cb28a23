"""A plot drawn with characters, for a terminal, and as a matplotlib figure, for a notebook or a file."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from symml.catalog.printing.curves import Plot
from symml.errors import SymmlError

_COLUMNS, _ROWS = 65, 17
_MARKS = "●○"


def drawn(plot: Plot) -> str:
    """The curves as text, with a frame, the ends of both axes and a legend."""
    low, high = plot.window
    grid = [[" "] * _COLUMNS for _ in range(_ROWS)]
    if low < 0 < high:
        grid[round(high / (high - low) * (_ROWS - 1))] = ["┈"] * _COLUMNS
    for mark, curve in reversed(list(zip(_MARKS, plot.curves, strict=False))):
        for k, y in enumerate(curve.values):
            if math.isfinite(y) and low <= y <= high:
                row = round((high - y) / (high - low) * (_ROWS - 1))
                grid[row][round(k / (len(curve.values) - 1) * (_COLUMNS - 1))] = mark
    edges = {0: f"{high:.3g}", _ROWS - 1: f"{low:.3g}"}
    lines = [f"{edges.get(k, ''):>9} │{''.join(row)}".rstrip() for k, row in enumerate(grid)]
    first, last = f"{plot.places[0]:.3g}", f"{plot.places[-1]:.3g}"
    lines += [" " * 10 + "└" + "─" * _COLUMNS]
    lines += [" " * 11 + first + plot.variable.center(_COLUMNS - len(first) - len(last)) + last]
    held = "".join(f"   {name} = {value}" for name, value in plot.held)
    lines += [f"{mark:>11} {c.name}: {c.label}{held}" for mark, c in zip(_MARKS, plot.curves, strict=False)]
    return "\n".join(lines)


def figure(plot: Plot, title: str) -> Any:
    """The curves as a matplotlib figure; a notebook shows it.

    Raises:
        SymmlError: matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError:
        raise SymmlError(
            "a figure needs matplotlib, which is not installed",
            cure='pip install "symml[plot]"; without it, symml show ID --plot draws in the terminal',
        ) from None
    made = Figure(figsize=(5.2, 3.2), layout="constrained")
    axes = made.add_subplot()
    for style, curve in zip(("-", "--"), plot.curves, strict=False):
        axes.plot(plot.places, curve.values, style, label=curve.name)
    held = "".join(f", {name} = {value}" for name, value in plot.held)
    axes.set(xlabel=plot.variable, ylim=plot.window, title=title + held)
    axes.axhline(0, color="gray", linewidth=0.6)
    axes.legend(frameon=False)
    return made


def saved(plot: Plot, title: str, path: Path) -> Path:
    """Writes the figure to a file; its suffix says how (png, svg, pdf).

    Raises:
        SymmlError: matplotlib is not installed, does not know the suffix, or the file cannot be written.
    """
    try:
        figure(plot, title).savefig(path, dpi=160)
    except (OSError, ValueError) as error:
        raise SymmlError(f"cannot write {path}: {error}", cure="name a file such as plot.png or plot.svg") from None
    return path
