"""Every formula of the corpus means what it should, or is refused in the words it should be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symml.calculus.differentiate import evaluate_derivatives
from symml.errors import ReadError
from symml.expr.nodes import Expr
from symml.expr.walk import symbols
from symml.kernels import kernel
from symml.read.latex import reading
from symml.read.math.relation import Relation
from tests.read.corpus_lines import FOLDER, SIZES, Line, lines, meaning_of, values

FILES = sorted(path.name for path in FOLDER.glob("*.txt"))
ALL = [line for file in FILES for line in lines(file)]


def evaluated(expr: Expr, given: dict[str, Any]) -> Any:
    root = evaluate_derivatives(expr)
    if not symbols(root) and not root.args and hasattr(root, "value") and not isinstance(root.value, str):
        return float(root.value)
    made = kernel(root)
    names = {symbol.name for symbol in symbols(root)}
    arguments = {name: value for name, value in given.items() if name in names}
    return made(
        **arguments, **{name: SIZES[name] for name in made.arguments if name in SIZES and name not in made.shapes}
    )


def sides_of(line: Line) -> list[Any]:
    found = reading(line.formula, line.declared, one_line=line.file.startswith("text")).value
    return list(found.sides) if isinstance(found, Relation) else [found]


@pytest.mark.parametrize("line", [line for line in ALL if line.meaning], ids=lambda line: line.id)
def test_a_formula_means_what_it_should(line: Line) -> None:
    sides = sides_of(line)
    for seed in (1, 2):
        given = values(line.declared, seed)
        wanted = meaning_of(line, given)
        assert len(sides) == len(wanted), f"{line.formula}: {sides}"
        for side, value in zip(sides, wanted, strict=True):
            if value is None:
                continue
            found = np.asarray(evaluated(side, given), float)
            assert found.shape == np.shape(value), f"{line.formula} is {side}: {found.shape}"
            assert np.allclose(found, value, rtol=1e-8, atol=1e-10), f"{line.formula} is {side}: {found}, not {value}"


@pytest.mark.parametrize("line", [line for line in ALL if line.refusal], ids=lambda line: line.id)
def test_what_is_not_understood_is_refused_with_a_caret(line: Line) -> None:
    with pytest.raises(ReadError) as caught:
        sides_of(line)
    assert line.refusal in str(caught.value)


def test_the_corpus_is_large() -> None:
    assert len(ALL) >= 600
