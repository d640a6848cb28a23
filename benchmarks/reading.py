"""How symml and its peers read the corpus of formulas: right, refused, or silently wrong; and how fast symml is.

Every peer runs in a process of its own, with the Python that is given for it, because their parser runtimes exclude
one another::

    python benchmarks/reading.py --peer latex2sympy2 --peer latex2sympy2_extended=PYTHON --peer sympy_antlr=PYTHON

A peer is right when its value at random points is the meaning; arrays have no value in the peers, so whatever a peer
returns for a formula over arrays is silently wrong unless it refuses it.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
SECONDS = 5
PEERS = ("latex2sympy2", "latex2sympy2_extended", "sympy_antlr", "sympy_antlr_strict", "sympy_lark")


# ---- the worker: needs nothing of symml ------------------------------------------------------------------------------
def reader(name):
    if name == "latex2sympy2":
        from latex2sympy2 import latex2sympy

        return latex2sympy
    if name == "latex2sympy2_extended":
        from latex2sympy2_extended import latex2sympy

        return latex2sympy
    from sympy.parsing.latex import parse_latex

    if name == "sympy_lark":
        return lambda text: parse_latex(text, backend="lark")
    return lambda text: parse_latex(text, strict=name.endswith("strict"))


def plain(name):
    name = name.replace("hat", "").replace("mathbf", "").replace("lambda", "lam")
    return "".join(char for char in name if char.isalnum())


def number(expr, values):
    import sympy

    places = {s: values[plain(str(s))] for s in expr.free_symbols if plain(str(s)) in values}
    return float(sympy.N(expr.subs(places).doit()))


def outcome(read, row):
    """right, wrong or refused."""

    def late(signum, frame):
        raise TimeoutError

    signal.signal(signal.SIGALRM, late)
    signal.alarm(SECONDS)
    try:
        found = [read(side) for side in row["sides"]]
    except BaseException:
        return "refused"
    finally:
        signal.alarm(0)
    if any(side is None for side in found):
        return "refused"
    if row["arrays"]:
        return "wrong"
    try:
        for values, wanted in zip(row["points"], row["meanings"], strict=True):
            for side, value in zip(found, wanted, strict=True):
                if value is not None and abs(number(side, values) - value) > 1e-7 * (1 + abs(value)):
                    return "wrong"
    except Exception:
        return "wrong"
    return "right"


def work(name):
    read = reader(name)
    for line in sys.stdin:
        print(outcome(read, json.loads(line)), flush=True)


# ---- the corpus ------------------------------------------------------------------------------------------------------
def rows():
    """The formulas in LaTeX that have a meaning, with points for the scalar ones."""
    import numpy as np

    from tests.read.corpus_lines import FOLDER, lines, meaning_of, python_name, values

    for path in sorted(FOLDER.glob("*.txt")):
        if path.stem.startswith("text"):
            continue
        for line in lines(path.name):
            if not line.meaning:
                continue
            points, meanings, arrays = [], [], False
            for seed in (1, 2):
                given = values(line.declared, seed)
                meaning = meaning_of(line, given)
                used = {k: v for k, v in given.items() if python_name(k) in line.meaning}
                arrays = arrays or any(np.ndim(v) for v in (*used.values(), *meaning) if v is not None)
                points.append({plain(k): float(v) for k, v in given.items() if not np.ndim(v)})
                meanings.append([None if v is None or np.ndim(v) else float(v) for v in meaning])
            sides = line.formula.split("=") if "|" in line.meaning and "align" not in line.formula else [line.formula]
            yield line, {"sides": sides, "arrays": arrays, "points": points, "meanings": meanings}


def measure_symml(found):
    from tests.read.test_corpus import test_a_formula_means_what_it_should as check

    counts = Counter()
    for line, _ in found:
        try:
            check(line)
            counts["right"] += 1
        except AssertionError:
            counts["wrong"] += 1
        except Exception:
            counts["refused"] += 1
    return counts


def measure_peer(name, python, found):
    done = subprocess.run(
        [python, __file__, "--worker", name],
        input="\n".join(json.dumps(row) for _, row in found),
        capture_output=True,
        text=True,
        check=False,
    )
    answers = done.stdout.split()
    if len(answers) < len(found):
        print(f"  {name}: stopped after {len(answers)} formulas: {done.stderr.strip().splitlines()[-1:]}")
    return Counter(answers)


def speed(found):
    from symml.read.latex import reading

    pairs = [(line.formula, line.declared) for line, _ in found]
    start = time.process_time()
    for formula, declared in pairs:
        reading(formula, declared)
    each = (time.process_time() - start) / len(pairs)
    print(f"\nsymml reads {1 / each:.0f} formulas of the corpus a second")
    for length in (1_000, 10_000, 100_000):
        text = " + ".join(["x^2 y"] * (length // 8))
        start = time.process_time()
        reading(text, "x:, y:")
        print(f"  a sum of {len(text):6} characters: {time.process_time() - start:.2f} s")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", action="append", default=[], metavar="NAME[=PYTHON]")
    parser.add_argument("--worker", choices=PEERS)
    options = parser.parse_args()
    if options.worker:
        work(options.worker)
        return
    sys.path.insert(0, str(ROOT))
    found = list(rows())
    scalar = sum(not row["arrays"] for _, row in found)
    print(f"{len(found)} formulas, {scalar} of them over numbers only\n")
    print(f"{'reader':24}{'right':>8}{'refused':>9}{'silently wrong':>16}")
    results = {"symml": measure_symml(found)}
    for peer in options.peer:
        name, _, python = peer.partition("=")
        results[name] = measure_peer(name, python or sys.executable, found)
    for name, counts in results.items():
        print(f"{name:24}{counts['right']:8}{counts['refused']:9}{counts['wrong']:16}")
    speed(found)


if __name__ == "__main__":
    main()
