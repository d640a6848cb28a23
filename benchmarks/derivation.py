"""How the cost of a gradient grows with depth: symml beside the peers that are installed.

Peers: SymPy and tensorgrad derive and simplify, PyTensor derives a graph, JAX and CasADi only trace.

Gradient of a chain of tanh, of a chain of silu (v * sigmoid(v)), and of a tanh network with respect to its first
layer. Engines are interleaved, the best of several runs counts, each engine stops once a point takes too long.

    python benchmarks/derivation.py [--quick] [--json FILE]
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec

LIMIT_S = 20.0
CHAINS = (1, 4, 16, 64, 256, 1024, 4096, 16384)
LAYERS = (1, 2, 4, 8, 16, 32, 64)
# Engines whose time grows so fast that the next depth would not end.
_EXPLODING = ("sympy", "tensorgrad")
Timed = Callable[[int], Callable[[], object]]


# ---- symml -----------------------------------------------------------------------------------------------------------
def symml_chain(function: str, derive: str) -> Timed:
    from symml.calculus import differentiate
    from symml.expr import build, functions

    def prepare(depth: int) -> Callable[[], object]:
        x = build.scalar("x")
        v = x
        for _ in range(depth):
            v = functions.tanh(v) if function == "tanh" else v * functions.sigmoid(v)
        return lambda: getattr(differentiate, derive)(v, x)

    return prepare


def symml_network(derive: str) -> Timed:
    from symml.calculus import differentiate
    from symml.expr import build, functions

    def prepare(depth: int) -> Callable[[], object]:
        h = build.matrix("X", "n", "m")
        weights = [build.matrix(f"W{k}", "m", "m") for k in range(depth)]
        for w in weights:
            h = functions.tanh(h @ w)
        loss = build.sum((h - build.matrix("Y", "n", "m")) ** 2) / 2
        return lambda: getattr(differentiate, derive)(loss, weights[0])

    return prepare


# ---- peers -----------------------------------------------------------------------------------------------------------
def sympy_chain(function: str) -> Timed:
    import sympy

    def prepare(depth: int) -> Callable[[], object]:
        x = sympy.Symbol("x", real=True)
        v = x
        for _ in range(depth):
            v = sympy.tanh(v) if function == "tanh" else v / (1 + sympy.exp(-v))
        return lambda: sympy.diff(v, x)

    return prepare


def casadi_chain(function: str) -> Timed:
    import casadi

    def prepare(depth: int) -> Callable[[], object]:
        x = casadi.SX.sym("x")
        v = x
        for _ in range(depth):
            v = casadi.tanh(v) if function == "tanh" else v / (1 + casadi.exp(-v))
        return lambda: casadi.gradient(v, x)

    return prepare


def jax_chain(function: str) -> Timed:
    import jax

    def prepare(depth: int) -> Callable[[], object]:
        def f(x: object) -> object:
            v = x
            for _ in range(depth):
                v = jax.numpy.tanh(v) if function == "tanh" else jax.nn.silu(v)
            return v

        return lambda: jax.make_jaxpr(jax.grad(f))(0.5)

    return prepare


def tensorgrad_chain(function: str) -> Timed:
    from tensorgrad import Derivative, Variable
    from tensorgrad import functions as F

    def prepare(depth: int) -> Callable[[], object]:
        x = v = Variable("x")
        for _ in range(depth):
            v = F.tanh(v) if function == "tanh" else v * F.sigmoid(v)
        return lambda: Derivative(v, x).full_simplify()

    return prepare


def pytensor_chain(function: str) -> Timed:
    import pytensor.tensor as pt
    from pytensor.gradient import grad

    def prepare(depth: int) -> Callable[[], object]:
        x = v = pt.dscalar("x")
        for _ in range(depth):
            v = pt.tanh(v) if function == "tanh" else v * pt.sigmoid(v)
        return lambda: grad(v, x)

    return prepare


def tensorgrad_network() -> Timed:
    import sympy
    from tensorgrad import Derivative, Variable
    from tensorgrad import functions as F

    def prepare(depth: int) -> Callable[[], object]:
        n, m = sympy.symbols("n m")
        h = Variable("X", i=n, a0=m)
        weights = [Variable(f"W{k}", **{f"a{k}": m, f"a{k + 1}": m}) for k in range(depth)]
        for w in weights:
            h = F.tanh(h @ w)
        loss = F.frobenius2(h - Variable("Y", **{"i": n, f"a{depth}": m}))
        return lambda: Derivative(loss, weights[0]).full_simplify()

    return prepare


def pytensor_network() -> Timed:
    import pytensor.tensor as pt
    from pytensor.gradient import grad

    def prepare(depth: int) -> Callable[[], object]:
        h, y = pt.dmatrix("X"), pt.dmatrix("Y")
        weights = [pt.dmatrix(f"W{k}") for k in range(depth)]
        for w in weights:
            h = pt.tanh(h @ w)
        loss = ((h - y) ** 2).sum() / 2
        return lambda: grad(loss, weights[0])

    return prepare


def engines(task: str) -> dict[str, Timed]:
    """The engines that are installed, for one task."""
    if task == "network":
        found = {"symml, swept": symml_network("derivative"), "symml, simplified": symml_network("gradient")}
        own = (("tensorgrad", tensorgrad_network), ("pytensor", pytensor_network))
        return found | {name: make() for name, make in own if find_spec(name)}
    found = {"symml, swept": symml_chain(task, "derivative"), "symml, simplified": symml_chain(task, "gradient")}
    peers = {"sympy": sympy_chain, "tensorgrad": tensorgrad_chain, "pytensor": pytensor_chain}
    peers |= {"casadi": casadi_chain, "jax": jax_chain}
    return found | {name: make(task) for name, make in peers.items() if find_spec(name)}


# ---- measuring -------------------------------------------------------------------------------------------------------
def best_time(timed: Timed, depth: int, runs: int) -> float | None:
    """Seconds of the fastest run, or None when the engine gives up."""
    best = math.inf
    for _ in range(runs):
        try:
            run = timed(depth)
            gc.collect()
            start = time.perf_counter()
            result = run()
            best = min(best, time.perf_counter() - start)
        except (RecursionError, MemoryError):
            return None
        del run, result
        if best > 1:
            break
    return best


def measure(task: str, depths: tuple[int, ...], runs: int) -> dict[str, dict[int, float]]:
    """Milliseconds by engine and depth."""
    table: dict[str, dict[int, float]] = {}
    alive = engines(task)
    for depth in depths:
        for name, timed in list(alive.items()):
            seconds = best_time(timed, depth, runs)
            if seconds is None or (seconds > LIMIT_S / 16 and name in _EXPLODING):
                del alive[name]
            if seconds is not None:
                table.setdefault(name, {})[depth] = seconds * 1e3
            if seconds is not None and seconds > LIMIT_S:
                alive.pop(name, None)
    return table


def exponent(row: dict[int, float]) -> float:
    """The slope of log time over log depth, from the depths of 64 (or the upper half) on."""
    points = [(math.log(d), math.log(t)) for d, t in row.items() if d >= min(64, max(row) // 8)]
    if len(points) < 2:
        return math.nan
    mean_x, mean_y = (sum(p[i] for p in points) / len(points) for i in (0, 1))
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)


def show(task: str, table: dict[str, dict[int, float]], depths: tuple[int, ...]) -> str:
    """A Markdown table of milliseconds."""
    lines = [f"### {task}: milliseconds by depth", "", "| | " + " | ".join(map(str, depths)) + " | exponent |"]
    lines.append("|---|" + "---|" * (len(depths) + 1))
    for name, row in table.items():
        cells = [f"{row[d]:.3g}" if d in row else "-" for d in depths]
        lines.append(f"| {name} | " + " | ".join(cells) + f" | {exponent(row):.2f} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measures and prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small depths only")
    parser.add_argument("--json", help="also write the numbers to this file")
    options = parser.parse_args()
    sys.setrecursionlimit(10_000)
    results = {}
    for task, depths in (("tanh", CHAINS), ("silu", CHAINS), ("network", LAYERS)):
        chosen = depths[:4] if options.quick else depths
        results[task] = measure(task, chosen, runs=3)
        print(show(task, results[task], chosen), flush=True)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(results, file, indent=1)


if __name__ == "__main__":
    main()
