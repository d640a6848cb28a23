"""How long a kernel takes on this machine: as it is written, as a plan, and in numba, JAX and torch where installed."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from symml.errors import SymmlError
from symml.expr.dims import dim_names, dim_value
from symml.kernels.fused.build import NotFusable
from symml.kernels.peers import jax_engine, torch_engine

if TYPE_CHECKING:
    from symml.expr.nodes import Symbol
    from symml.kernels.kernel import Kernel

_LENGTHS = (1000, 32, 16, 8, 4)
_SECONDS = 0.25
_ROUNDS = 15


@dataclass(frozen=True)
class Timing:
    """The time of one engine.

    Attributes:
        engine: What ran.
        first: Seconds to the first result, compilation included.
        best: Seconds of the quickest of many calls, engines taking turns.
        note: What a reader must know.
    """

    engine: str
    first: float
    best: float
    note: str = ""


def bench(kernel: Kernel, sizes: Mapping[str, int] | None = None, seed: int = 0) -> list[Timing]:
    """Times of a kernel's engines on random arrays of the declared domains.

    Args:
        kernel: The kernel.
        sizes: The length of each dimension; by default 1000, 32, 16, 8, 4 in the order in which they occur.
        seed: The seed of the inputs.

    Raises:
        SymmlError: A size is unknown, or a domain cannot be drawn in this size.
    """
    lengths = lengths_of(kernel, sizes or {})
    given = inputs(kernel, lengths, seed)
    engines: dict[str, Callable[[], Callable[[], Any]]] = {
        "kernel": lambda: lambda: kernel(**given),
        "plan": lambda: _planned(kernel, lengths, given),
    }
    if find_spec("numba"):
        engines["numba"] = lambda: _fast(kernel, given)
    for module, name, engine in (("jax", "jax.jit", jax_engine), ("torch", "torch", torch_engine)):
        if find_spec(module):
            engines[name] = partial(engine, kernel, given)
    ready, found = {}, []
    for name, make in engines.items():
        try:
            start = time.perf_counter()
            run = make()
            run()
            ready[name] = run, time.perf_counter() - start
        except NotFusable:
            found.append(Timing(name, 0.0, 0.0, "nothing gains from a compiled loop"))
        except (AttributeError, TypeError, NotImplementedError, RuntimeError, ValueError) as error:
            found.append(Timing(name, 0.0, 0.0, f"cannot run it: {type(error).__name__}"))
    best = _interleaved({name: run for name, (run, _) in ready.items()})
    return [Timing(name, first, best[name]) for name, (_, first) in ready.items()] + found


def plot(timings: Sequence[Timing], path: str | Path, title: str) -> None:
    """Draws the times as bars into a file, whose ending says how: ``png``, ``svg``, ``pdf``.

    Raises:
        SymmlError: matplotlib is not installed, or the file cannot be written.
    """
    if not find_spec("matplotlib"):
        raise SymmlError("a plot needs matplotlib", cure="run: pip install 'symml[plot]'")
    from matplotlib.figure import Figure

    shown = [t for t in timings if not t.note][::-1]
    figure = Figure(figsize=(7, 1.2 + 0.4 * len(shown)), layout="constrained")
    axes = figure.add_subplot()
    bars = axes.barh([t.engine for t in shown], [t.best * 1e6 for t in shown], color="#3b6ea5")
    axes.bar_label(bars, fmt="%.3g", padding=3)
    axes.margins(x=0.12)
    axes.set(xlabel="microseconds a call", title=title)
    axes.spines[["top", "right"]].set_visible(False)
    try:
        figure.savefig(path)
    except (OSError, ValueError) as error:
        raise SymmlError(f"cannot write {path}: {error}", cure="choose a file such as times.png") from None


def lengths_of(kernel: Kernel, sizes: Mapping[str, int]) -> dict[str, int]:
    """A length for every dimension of a kernel."""
    names = list(dict.fromkeys(name for shape in kernel.shapes.values() for dim in shape for name in dim_names(dim)))
    names += [name for name in kernel.arguments if name not in kernel.shapes and name not in names]
    for name in sizes:
        if name not in names:
            raise SymmlError(f"{kernel.name} has no dimension {name}", cure=f"its dimensions are: {', '.join(names)}")
    defaults = dict(zip(names, _LENGTHS + (4,) * len(names), strict=False))
    return {**defaults, **sizes}


def inputs(kernel: Kernel, lengths: Mapping[str, int], seed: int) -> dict[str, Any]:
    """Random arrays of the declared domains."""
    rng = np.random.default_rng(seed)
    given: dict[str, Any] = {}
    for symbol in kernel.symbols:
        shape = tuple(dim_value(dim, lengths) for dim in symbol.shape)
        given[kernel.argument_of(symbol)] = _array(symbol, shape, rng)
    return given | {name: lengths[name] for name in kernel.arguments if name not in kernel.shapes}


def _array(symbol: Symbol, shape: tuple[int, ...], rng: np.random.Generator) -> Any:
    name = symbol.domain.name
    if name in _DRAWS:
        return _DRAWS[name](rng, shape)
    if name in ("spd", "psd", "symmetric", "invertible"):
        a = rng.normal(size=shape)
        square = a @ np.swapaxes(a, -1, -2) / shape[-1] + np.eye(shape[-1])
        return square if name != "invertible" else a + shape[-1] * np.eye(shape[-1])
    raise SymmlError(f"no random arrays of the domain {name} for {symbol.name}", cure="time it on arrays of your own")


_DRAWS: dict[str, Callable[[np.random.Generator, tuple[int, ...]], Any]] = {
    "real": lambda rng, shape: rng.normal(size=shape),
    "nonzero": lambda rng, shape: rng.normal(size=shape),
    "positive": lambda rng, shape: rng.gamma(2.0, size=shape) + 0.01,
    "nonnegative": lambda rng, shape: rng.gamma(2.0, size=shape),
    "unit": lambda rng, shape: rng.uniform(0.01, 0.99, size=shape),
    "probability": lambda rng, shape: rng.uniform(0.01, 0.99, size=shape),
    "sign": lambda rng, shape: rng.choice([-1.0, 1.0], size=shape),
    "binary": lambda rng, shape: rng.choice([0.0, 1.0], size=shape),
    "label": lambda rng, shape: rng.integers(0, 2, size=shape),
    "simplex": lambda rng, shape: rng.dirichlet(np.ones(shape[-1]), size=shape[:-1]),
}


# ---- engines ---------------------------------------------------------------------------------------------------------
def _planned(kernel: Kernel, lengths: Mapping[str, int], given: Mapping[str, Any]) -> Callable[[], Any]:
    planned = kernel.plan(lengths)
    outs = tuple(np.empty(shape) if shape else None for shape in planned.results)
    out = outs if len(outs) > 1 else outs[0]
    arguments = [given[name] for name in kernel.arguments]
    if all(array is None for array in outs):
        return lambda: planned(*arguments)
    return lambda: planned(*arguments, out=out)


def _fast(kernel: Kernel, given: Mapping[str, Any]) -> Callable[[], Any]:
    fused = kernel.fast(wait=True)
    return lambda: fused(**given)


def _interleaved(runs: Mapping[str, Callable[[], Any]]) -> dict[str, float]:
    """The best time of each, taking turns, so that a busy moment hits all of them."""
    counts = {}
    for name, run in runs.items():
        start = time.perf_counter()
        run()
        counts[name] = max(1, min(1000, int(_SECONDS / _ROUNDS / max(time.perf_counter() - start, 1e-7))))
    best = dict.fromkeys(runs, float("inf"))
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        for _ in range(_ROUNDS):
            for name, run in runs.items():
                start = time.perf_counter()
                for _ in range(counts[name]):
                    run()
                best[name] = min(best[name], (time.perf_counter() - start) / counts[name])
    finally:
        if was_enabled:
            gc.enable()
    return best
