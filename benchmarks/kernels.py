"""The speed of kernels beside careful hand-written NumPy and JAX: one problem, outputs given, engines taking turns.

The best of many rounds counts, so that a busy machine hits all engines; read the ratios, not the times.

    python benchmarks/kernels.py [kernel ...] [--sizes tiny,medium,large] [--engines plan,bound,fast,jax] [--json FILE]

``plan`` is a call with checks and ``out``, ``bound`` one without checks, ``fast`` a bound plan with compiled loops.
Set OMP_NUM_THREADS=1, OPENBLAS_NUM_THREADS=1 and NUMBA_NUM_THREADS=1 for one thread.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import statistics
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from kernel_problems import PROBLEMS, Problem

from symml.faces import kernel
from symml.kernels import Kernel
from symml.kernels.bench import inputs
from symml.kernels.peers import jax_engine

Run = Callable[[], Any]
ENGINES = "plan,bound,fast,jax"


def _outs(planned: Any) -> Any:
    outs = tuple(np.empty(shape) if shape else None for shape in planned.results)
    return outs if len(outs) > 1 else outs[0]


def _plan(made: Kernel, sizes: Mapping[str, int], given: Mapping[str, Any]) -> Run:
    planned = made.plan(sizes)
    arguments, out = [given[name] for name in made.arguments], _outs(planned)
    return lambda: planned(*arguments, out=out)


def _bound(made: Kernel, sizes: Mapping[str, int], given: Mapping[str, Any]) -> Run:
    planned = made.plan(sizes)
    return planned.bind(**given, out=_outs(planned))


def _fast(made: Kernel, sizes: Mapping[str, int], given: Mapping[str, Any]) -> Run:
    planned = made.plan(sizes, fast=True)
    return planned.bind(**given, out=_outs(planned))


MAKERS = {"plan": _plan, "bound": _bound, "fast": _fast, "jax": lambda made, _, given: jax_engine(made, given)}


def prepared(problem: Problem, sizes: Mapping[str, int], engines: list[str]) -> dict[str, Run]:
    """The engines on the same arrays, by hand first."""
    roots = problem.roots()
    made = kernel(roots if len(roots) > 1 else roots[0])
    given = inputs(made, dict(sizes), 0)
    runs = {"hand": problem.by_hand(given)}
    for name in engines:
        try:
            runs[name] = MAKERS[name](made, sizes, given)
        except Exception as error:
            print(f"  {name}: {error}")
    return runs


def best_times(runs: Mapping[str, Run], seconds: float = 0.15, rounds: int = 15) -> dict[str, float]:
    """The best time of each engine; each gets ``seconds`` over all rounds, and a call a round at least."""
    counts = {}
    for name, run in runs.items():
        run()
        start = time.perf_counter()
        run()
        counts[name] = max(1, min(1000, int(seconds / rounds / max(time.perf_counter() - start, 1e-7))))
    best = dict.fromkeys(runs, math.inf)
    gc.disable()
    for _ in range(rounds):
        for name, run in runs.items():
            start = time.perf_counter()
            for _ in range(counts[name]):
                run()
            best[name] = min(best[name], (time.perf_counter() - start) / counts[name])
    gc.enable()
    return best


def check(a: Any, b: Any) -> None:
    """The results of two engines are close to each other."""
    for x, y in zip(a, b, strict=True) if isinstance(a, tuple | list) else [(a, b)]:
        size = max(1.0, float(np.max(np.abs(y))))
        np.testing.assert_allclose(x, y, rtol=1e-7, atol=1e-9 * size)


def main() -> None:
    """Measures and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kernels", nargs="*")
    parser.add_argument("--sizes", default="tiny,medium,large")
    parser.add_argument("--engines", default=ENGINES)
    parser.add_argument("--json")
    given = parser.parse_args()
    engines, found = given.engines.split(","), {}
    warnings.simplefilter("ignore")
    for size in given.sizes.split(","):
        ratios: dict[str, list[float]] = {name: [] for name in engines}
        print(f"\n| {size} | by hand | {' | '.join(engines)} |\n|---|---|{'---|' * len(engines)}")
        for name in given.kernels or PROBLEMS:
            runs = prepared(PROBLEMS[name], PROBLEMS[name].sizes[size], engines)
            expected = runs["hand"]()
            for run in runs.values():
                check(run(), expected)
            times = best_times(runs)
            found[f"{name} / {size}"] = times
            for engine in times.keys() - {"hand"}:
                ratios[engine].append(times[engine] / times["hand"])
            shown = [f"{times[e] / times['hand']:.2f}" if e in times else "-" for e in engines]
            print(f"| {name} | {times['hand'] * 1e6:.1f} us | {' | '.join(shown)} |", flush=True)
        means = [f"{statistics.geometric_mean(ratios[e]):.2f}" if ratios[e] else "-" for e in engines]
        print(f"| geometric mean | | {' | '.join(means)} |")
    if given.json:
        Path(given.json).write_text(json.dumps(found, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
