"""Planted mistakes in hand-derived gradients: how many are refuted, and how many are diagnosed right.

Run it with ``python -m benchmarks.gradient_mutants``; ``--every 5`` takes every fifth mutant.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from random import Random
from statistics import median, quantiles
from time import perf_counter
from typing import Any

import numpy as np

from symml.errors import SymmlError
from symml.proof.gradient_check import check_gradient
from symml.proof.verdict import Verdict
from symml.read.declarations import read_declarations
from tests.proof.mutants import Mutant, load, mutants, rewrites, same_values

FAMILIES = ("regression", "classification", "networks", "probability", "matrices")
PASSED = ("proved", "proved_randomized", "certified", "convention")


@dataclass
class Score:
    """What was counted."""

    counts: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)


def arguments(shapes: str, seed: int) -> dict[str, Any]:
    """Random arguments of the declared domains."""
    declared = read_declarations(shapes)
    numbers = {name: 4 + k for k, name in enumerate(declared.sizes)}
    rng = Random(seed)
    values = {}
    for name, symbol in declared.with_numbers(numbers).symbols.items():
        entries = [float(v) for v in symbol.domain.sample(rng, symbol.shape)]
        value = np.array(entries).reshape(symbol.shape)
        values[name] = value.astype(int) if "label" in symbol.domain.facts else value
    return values


def kind_is_right(verdict: Verdict, mutant: Mutant) -> bool:
    """Whether the first diagnosis names the planted mistake."""
    found = verdict.diagnosis
    return found is not None and any(kind in found.kind for kind in mutant.kinds)


def run_mutant(label: str, pair: Any, function: Any, mutant: Mutant, score: Score) -> None:
    """Checks one mutant and counts the outcome."""
    loss, grad, wrt, shapes = pair
    same = same_values(grad, function, [arguments(shapes, seed) for seed in (1, 2, 3)])
    if same is None:
        score.counts["fails when run"] += 1
        return
    start = perf_counter()
    try:
        verdict = check_gradient(loss, function, wrt=wrt, shapes=shapes)
    except SymmlError as error:
        score.counts["error"] += 1
        score.missed.append(f"{label}: error: {error.what}")
        return
    score.seconds.append(perf_counter() - start)
    if same:
        score.counts["equivalent"] += 1
        score.counts[f"equivalent, {verdict.verdict}"] += 1
        if verdict.verdict not in ("proved", "proved_randomized"):
            score.missed.append(
                f"{label}: equivalent, yet {verdict.verdict}: {verdict.reason} {verdict.counterexample}"
            )
        return
    score.counts["wrong"] += 1
    score.counts[verdict.verdict] += 1
    if verdict.verdict in PASSED:
        score.missed.append(f"{label}: passed as {verdict.verdict} {verdict.reason} {verdict.assumption}")
    right = kind_is_right(verdict, mutant)
    score.counts["diagnosed"] += verdict.diagnosis is not None
    score.counts["diagnosed right"] += right
    if right and verdict.diagnosis and verdict.diagnosis.where:
        line = verdict.diagnosis.where.line - function.__code__.co_firstlineno + 1
        score.counts["line right"] += line == mutant.line
    if not right:
        said = f"{verdict.diagnosis.kind}: {verdict.diagnosis.words}" if verdict.diagnosis else "nothing"
        score.missed.append(f"{label}: {verdict.verdict}, diagnosed {said}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--only", default="")
    parser.add_argument("--missed", action="store_true")
    parser.add_argument("--rewrites", action="store_true", help="plant changes that change nothing")
    options = parser.parse_args()
    score = Score()
    number = 0
    with tempfile.TemporaryDirectory() as folder:
        for family in FAMILIES:
            home = import_module(f"tests.proof.pairs.{family}")
            for name, pair in home.PAIRS.items():
                if options.only not in (name, "", family):
                    continue
                chosen = {}
                for mutant in (rewrites if options.rewrites else mutants)(pair[1]):
                    number += 1
                    if number % options.every == 0:
                        chosen[f"mutant_{number}"] = mutant
                functions = load({key: m.source for key, m in chosen.items()}, home, Path(folder))
                for key, mutant in chosen.items():
                    run_mutant(f"{name}: {mutant.name}", pair, functions[key], mutant, score)
    if options.missed:
        print("\n".join(score.missed))
    print(dict(score.counts))
    print(f"seconds: median {median(score.seconds):.2f}, 95% {quantiles(score.seconds, n=20)[-1]:.2f}")


if __name__ == "__main__":
    main()
