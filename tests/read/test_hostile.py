"""Whatever comes in, a reading or a ReadError comes out, at once."""

from __future__ import annotations

import time
from random import Random

import pytest

from symml.errors import ReadError, SymmlError
from symml.read.latex import read_latex, read_text, reading
from symml.read.math.tree import set_of
from tests.read.corpus_lines import FOLDER, lines

LINES = [line for path in sorted(FOLDER.glob("*.txt")) for line in lines(path.name)]
PIECES = sorted(
    set_of(
        r"""\frac \sum_{i=1}^n \| | || { } ( ) [ ] ^ _ ' \\ & \begin{cases} \end{cases} \nabla \partial d \log \left
        \right = < , \mid x i j 1 12 \mathbf \hat \text{if} \dots + - / ! e I \mathbb{E} ᵀ ² Σ √ ‖ ̂ \max ~ %
        \begin{bmatrix}
        \end{bmatrix} \arg\min \sqrt \delta_{ij} P( \in \sim :: ⊙² ₁"""
    )
)
COUNT = 2000


def mutated(rng: Random) -> tuple[str, str]:
    """A formula of the corpus with small accidents, or fragments in a row."""
    line = rng.choice(LINES)
    formula = line.formula
    for _ in range(rng.randint(1, 4)):
        place = rng.randint(0, len(formula))
        match rng.randint(0, 4):
            case 0:
                formula = formula[:place] + rng.choice(PIECES) + formula[place:]
            case 1:
                formula = formula[:place] + formula[place + rng.randint(1, 4) :]
            case 2:
                other = rng.choice(LINES).formula
                formula = formula[:place] + other[rng.randint(0, len(other)) :]
            case 3:
                formula = formula[:place] + formula[place:][::-1]
            case _:
                formula = "".join(rng.choice(PIECES) for _ in range(rng.randint(1, 15)))
    return formula, line.shapes


@pytest.mark.parametrize("seed", range(4))
def test_mutated_formulas_are_read_or_refused(seed: int) -> None:
    rng = Random(seed)
    declared = {line.shapes: line.declared for line in LINES}
    for _ in range(COUNT):
        formula, shapes = mutated(rng)
        try:
            reading(formula, declared[shapes], one_line=rng.random() < 0.3)
        except SymmlError as error:
            assert str(error)


@pytest.mark.parametrize(
    "text",
    [
        "{" * 1_000_000,
        "(" * 100_000,
        r"\left(" * 20_000,
        r"\frac" * 30_000,
        r"\sqrt" * 30_000,
        "x^" * 50_000,
        "x_" * 50_000,
        "-" * 100_000,
        "'" * 100_000,
        "|" * 10_000,
        "||" * 5_000,
        r"\hat" * 20_000,
        r"\begin{cases}" * 5_000,
        r"\begin{bmatrix}" + "&" * 50_000,
        r"\log " * 20_000,
        r"\sum_i " * 20_000,
        r"\nabla " * 20_000,
        "a/b c" * 20_000,
        "\x00\x01\x02",
        "مرحبا",
        "x\u202ey",
        "\ud800",
        "",
        "   ",
        "%",
        "$$",
        r"\\",
        r"\begin{align}\end{align}",
    ],
    ids=lambda text: repr(text[:12]),
)
def test_hostile_texts_are_refused_within_a_second_or_two(text: str) -> None:
    for read in (read_latex, read_text):
        start = time.monotonic()
        with pytest.raises(ReadError):
            read(text, "a:, b:, c:")
        # Generous, so that a busy machine does not fail it; what hangs, hangs for minutes.
        assert time.monotonic() - start < 30


def test_long_sums_are_read_in_linear_time_without_recursion() -> None:
    assert read_latex(" + ".join(["x^2 y"] * 2000), "x:, y:").shape == ()
    assert read_latex("x" * 2000, "x:").shape == ()
