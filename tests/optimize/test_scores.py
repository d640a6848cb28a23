"""Scores at an estimate: on the simplex they vanish along it, and a value that only sums to one is no solution."""

from __future__ import annotations

import symml
from symml.optimize.inference import scores
from symml.optimize.inference.likelihood import mle
from tests.cli.harness import run

SHAPES = "X: n k onehot, p: k simplex"


def test_a_score_on_the_simplex_vanishes_along_it_at_the_shares_only() -> None:
    found = mle("X ~ categorical(p)", "p", shapes=SHAPES)
    (parameter, score) = found.stationary.scores[0]
    assert scores.vanishes(parameter, score, found.of("p"))
    assert not scores.vanishes(parameter, score, symml.read_numpy("ones(k)/k", SHAPES))


def test_the_report_says_along_what_the_scores_vanish() -> None:
    simplex = run("mle", "X ~ categorical(p)", "--wrt", "p", "--shapes", SHAPES).out
    assert "the scores vanish along the simplex" in simplex
    plain = run("mle", "x ~ poisson(lam)", "--wrt", "lam", "--shapes", "x: n, lam: positive").out
    assert plain.count("put back in, the scores vanish\n") == 1
