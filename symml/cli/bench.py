"""``symml bench``."""

from __future__ import annotations

from collections.abc import Sequence

from symml.cli.kernel import emitted
from symml.cli.output import say, say_json
from symml.cli.sizes import parse_sizes
from symml.kernels.bench import Timing, bench, lengths_of
from symml.kernels.bench import plot as draw

_BAR = 30


def run(expression: str, shapes: str, wrt: str, sizes: str, *, plot: str, json: bool) -> None:
    """Times the engines of a kernel, prints a table and draws it into a file."""
    found = emitted(expression, shapes, wrt, "kernel")
    lengths = lengths_of(found, parse_sizes(sizes))
    timings = bench(found, lengths)
    named = ", ".join(f"{name} = {length}" for name, length in lengths.items()) or "scalars"
    if plot:
        draw(timings, plot, named)
    if json:
        rows = [{"engine": t.engine, "first": t.first, "best": t.best, "note": t.note} for t in timings]
        say_json({"schema": 1, "command": "bench", "sizes": lengths, "timings": rows})
        return
    say(named)
    say("\n".join(_table(timings)))


def _table(timings: Sequence[Timing]) -> list[str]:
    best = min((t.best for t in timings if not t.note), default=0.0)
    slowest = max((t.best for t in timings), default=0.0)
    lines = [f"{'engine':10} {'first call':>12} {'best call':>12} {'ratio':>6}"]
    for t in timings:
        if t.note:
            lines.append(f"{t.engine:10} {t.note}")
            continue
        bar = "#" * max(1, round(_BAR * t.best / slowest))
        lines.append(f"{t.engine:10} {_time(t.first):>12} {_time(t.best):>12} {t.best / best:6.2f}  {bar}")
    return lines


def _time(seconds: float) -> str:
    for unit, scale in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds * 1e6:.3g} us"
