"""The accuracy exam: kernels made from naive formulas, and their gradients, against mpmath on the whole float range.

Half of the inputs are uniform over the bit patterns of float64 in the domain, half lie in the working range. Each value
is compared with the truth from mpmath: NaN or infinity where the truth is a float counts as bad, a relative error over
1e-3 as lost; the rest is measured in units in the last place (ulp) of the truth.

    python benchmarks/accuracy.py [engine ...] [--n 400] [--gradients] [--json FILE]

Engines: symml, lambdify (the naive formula in NumPy), scipy, jax.
"""

from __future__ import annotations

import argparse
import json
import math
import struct
import tempfile
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
from accuracy_formulas import FORMULAS, TOP, Formula, Range

Columns = tuple[np.ndarray, ...]
Functions = Mapping[str, Callable[..., Any]]
LETTERS = "xy"


# ---- inputs ----------------------------------------------------------------------------------------------------------
def _place(value: float) -> int:
    """The number of a float among all floats in increasing order."""
    bits = struct.unpack("<q", struct.pack("<d", value))[0]
    return bits if bits >= 0 else -(bits & 0x7FFFFFFFFFFFFFFF)


def _at(place: int) -> float:
    bits = place if place >= 0 else (-place) | -0x8000000000000000
    return float(struct.unpack("<d", struct.pack("<q", bits))[0])


def inputs(where: Range, n: int, rng: np.random.Generator) -> np.ndarray:
    low, high, work_low, work_high = where
    first, last = _place(low), _place(high)
    spread = [_at(first + int(rng.random() * (last - first))) for _ in range(n // 2)]
    return np.array([*spread, *rng.uniform(work_low, work_high, n - n // 2)])


# ---- the truth -------------------------------------------------------------------------------------------------------
def _nearest(value: Any) -> float:
    if not mpmath.isfinite(value) or mpmath.isnan(value):
        return math.nan
    if abs(value) > mpmath.mpf(TOP) * (1 + mpmath.mpf(2) ** -54):
        return math.copysign(math.inf, float(mpmath.sign(value)))
    return float(value)


def _settled(value: Callable[[], Any], precisions: tuple[int, ...]) -> float:
    """The value rounded to a float once two precisions give the same one."""
    before: float | None = None
    for bits in precisions:
        with mpmath.workprec(bits):
            try:
                found: float | None = _nearest(value())
            except (OverflowError, ValueError, ZeroDivisionError, mpmath.libmp.NoConvergence):
                found = None
        if found is not None and found == before:
            return found
        before = found
    return math.nan if before is None else before


def _slope(formula: Formula, point: list[Any], k: int) -> Any:
    """A central difference so fine that its error is far below an ulp."""
    if formula.slopes:
        return formula.slopes[k](*point)
    x = point[k]
    room = min([abs(x), mpmath.mpf(1)] + ([1 - abs(x)] if formula.ranges[k][1] < 1 else []))
    if x == 0:
        room = mpmath.mpf(1)
    step = room * mpmath.mpf(2) ** (-mpmath.mp.prec // 4)
    above, below = ([*point[:k], x + sign * step, *point[k + 1 :]] for sign in (1, -1))
    return (formula.exact(*above) - formula.exact(*below)) / (2 * step)


def truths(formula: Formula, columns: Columns, wrt: int | None) -> np.ndarray:
    found = []
    for row in zip(*columns, strict=True):

        def value(row: tuple[float, ...] = row) -> Any:
            point = [mpmath.mpf(float(entry)) for entry in row]
            return formula.exact(*point) if wrt is None else _slope(formula, point, wrt)

        found.append(_settled(value, (240, 1200, 5000) if wrt is None else (2400, 4800, 9600)))
    return np.array(found)


def questions(gradients: bool) -> list[tuple[str, int | None]]:
    """Names of formulas, alone or with the place of an argument."""
    found: list[tuple[str, int | None]] = [(name, None) for name in FORMULAS]
    if gradients:
        found += [(name, k) for name, f in FORMULAS.items() for k in range(len(f.domains))]
    return found


def label(name: str, wrt: int | None) -> str:
    return name if wrt is None else f"d {name} / d{LETTERS[wrt]}"


def exam(n: int, gradients: bool, seed: int = 1) -> dict[str, tuple[Columns, np.ndarray]]:
    """Inputs and truths of every question; kept in a file between runs."""
    store = Path(tempfile.gettempdir()) / f"symml-accuracy-{n}-{seed}.npz"
    known = dict(np.load(store)) if store.exists() else {}
    found = {}
    for name, wrt in questions(gradients):
        formula, key = FORMULAS[name], label(name, wrt)
        rng = np.random.default_rng([seed, *map(ord, name)])
        columns = tuple(inputs(where, n, rng) for where in formula.ranges)
        if key not in known:
            known[key] = truths(formula, columns, wrt)
            np.savez(store, **known)
        found[key] = (columns, known[key])
    return found


# ---- marks -----------------------------------------------------------------------------------------------------------
def marks(function: Callable[..., Any], columns: Columns, truth: np.ndarray) -> dict[str, float]:
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        got = np.asarray(function(*columns), float) * np.ones_like(truth)
    asked = np.isfinite(truth)
    got, truth = got[asked], truth[asked]
    bad = ~np.isfinite(got)
    with np.errstate(all="ignore"):
        error = np.abs(got - truth)
        relative = np.where(bad, np.inf, error / np.maximum(np.abs(truth), 5e-324))
        ulps = error / np.spacing(np.abs(truth))
    faint = (np.abs(truth) < 2.3e-308) & ~bad & (error < 1e-307)  # Subnormal truths are judged by absolute error.
    relative, ulps = np.where(faint, 0, relative), np.where(faint, 0, ulps)
    return {
        "points": len(truth),
        "bad": float(100 * np.mean(bad)),
        "lost": float(100 * np.mean(relative > 1e-3)),
        "ulp": float(np.max(ulps[~bad], initial=0)),
        "bits": float(np.mean(np.where(bad, 64, np.minimum(64, np.log2(1 + np.where(bad, 0, ulps)))))),
    }


# ---- engines ---------------------------------------------------------------------------------------------------------
def _declared(formula: Formula) -> str:
    return ", ".join(f"{letter}: n {domain}" for letter, domain in zip(LETTERS, formula.domains, strict=False))


def symml_engine(gradients: bool) -> Functions:
    from symml.expr import build
    from symml.faces import grad
    from symml.faces import read_numpy as read

    found = {}
    for name, wrt in questions(gradients):
        formula, shapes = FORMULAS[name], _declared(FORMULAS[name])
        expr = read(formula.text, shapes)
        for letter in (formula.derived, "" if wrt is None else LETTERS[wrt]):
            expr = grad(build.sum(expr), letter, shapes) if letter else expr
        found[label(name, wrt)] = symml_function(expr, len(formula.domains))
    return found


def symml_function(expr: Any, arity: int) -> Callable[..., Any]:
    from symml.faces import kernel

    made = kernel(expr)

    def run(*columns: np.ndarray) -> Any:
        given = {**dict(zip(LETTERS[:arity], columns, strict=True)), "n": len(columns[0])}
        return made(**{name: given[name] for name in made.arguments})

    return run


def naive_engine(gradients: bool) -> Functions:
    import sympy

    found = {}
    names = {letter: sympy.Symbol(letter, real=True) for letter in LETTERS}
    extra = {"where": lambda c, a, b: sympy.Piecewise((a, c), (b, True)), "abs": sympy.Abs}
    for name, wrt in questions(gradients):
        formula = FORMULAS[name]
        expr = sympy.sympify(formula.text, locals={**names, **extra}, rational=True)
        symbols = [names[letter] for letter in LETTERS[: len(formula.domains)]]
        for letter in (formula.derived, "" if wrt is None else LETTERS[wrt]):
            expr = sympy.diff(expr, names[letter]) if letter else expr
        found[label(name, wrt)] = sympy.lambdify(symbols, expr, modules=["scipy", "numpy"], cse=True)
    return found


def scipy_engine(gradients: bool) -> Functions:
    from accuracy_peers import scipy_functions

    return scipy_functions()


def jax_engine(gradients: bool) -> Functions:
    from accuracy_peers import jax_functions

    return jax_functions()


ENGINES: dict[str, Callable[[bool], Functions]] = {
    "symml": symml_engine,
    "lambdify": naive_engine,
    "scipy": scipy_engine,
    "jax": jax_engine,
}


def report(engine: str, rows: Mapping[str, Mapping[str, float]]) -> None:
    print(f"\n{engine:32s} {'bad %':>7} {'lost %':>7} {'max ulp':>10} {'bits':>6}")
    for name, row in rows.items():
        print(f"{name:32s} {row['bad']:7.1f} {row['lost']:7.1f} {row['ulp']:10.3g} {row['bits']:6.2f}")
    bad, lost = (np.mean([row[key] for row in rows.values()]) for key in ("bad", "lost"))
    good = sum(row["bad"] == row["lost"] == 0 and row["ulp"] <= 16 for row in rows.values())
    print(f"{len(rows)} questions: bad {bad:.1f} %, lost {lost:.1f} %, within 16 ulp everywhere {good}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("engines", nargs="*", metavar="engine", help=f"{', '.join(ENGINES)}; symml by default")
    parser.add_argument("--n", type=int, default=400)
    parser.add_argument("--gradients", action="store_true")
    parser.add_argument("--json")
    given = parser.parse_args()
    unknown = set(given.engines) - set(ENGINES)
    if unknown:
        parser.error(f"no engine {', '.join(sorted(unknown))}; there are {', '.join(ENGINES)}")
    asked = exam(given.n, given.gradients)
    results = {}
    for engine in given.engines or ["symml"]:
        functions = ENGINES[engine](given.gradients)
        results[engine] = {key: marks(functions[key], *asked[key]) for key in asked if key in functions}
        report(engine, results[engine])
    if given.json:
        Path(given.json).write_text(json.dumps(results, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
