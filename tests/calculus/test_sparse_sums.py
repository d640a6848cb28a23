"""Sums of products on exact numbers are those of einsum, whatever is zero, repeated, missing or only copied."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
import pytest

from symml.calculus.scalars import Balls
from symml.calculus.sparse_sums import summed_product

CASES = (
    ("ij,jk->ik", (2, 3, 4)),
    ("ij,jk,kl->il", (2, 3, 4, 2)),
    ("ii->i", (3,)),
    ("ij,ij->", (2, 3)),
    ("i,j->ij", (2, 3)),
    ("ij,j,jk,ik->i", (2, 3, 2)),
)


def _array(rng: Random, shape: tuple[int, ...], zeros: float) -> Any:
    entries = [Fraction(0) if rng.random() < zeros else Fraction(rng.randint(-9, 9), 4) for _ in range(np.prod(shape))]
    return np.array(entries, dtype=object).reshape(shape)


@pytest.mark.parametrize("zeros", [0.0, 0.7, 1.0])
@pytest.mark.parametrize(("spec", "lengths"), CASES)
def test_the_sum_is_that_of_einsum(spec: str, lengths: tuple[int, ...], zeros: float) -> None:
    inputs, _, output = spec.partition("->")
    order = output + "".join(dict.fromkeys(c for c in inputs if c.isalpha() and c not in output))
    sizes = dict(zip(dict.fromkeys(c for c in inputs if c.isalpha()), lengths, strict=True))
    rng, field = Random(spec), Balls(64)
    arrays = [_array(rng, tuple(sizes[c] for c in part), zeros) for part in inputs.split(",")]
    exact = [np.vectorize(field.number, otypes=[object])(array) for array in arrays]
    subs = [tuple(order.index(c) for c in part) for part in inputs.split(",")]
    pairs = list(zip(exact, subs, strict=True))
    found = summed_product(field, pairs, [sizes[c] for c in order], len(output), field.number(3))
    wanted = 3 * np.einsum(spec, *[array.astype(float) for array in arrays])
    assert found.shape == wanted.shape
    assert np.allclose(np.vectorize(float, otypes=[float])(found), wanted)


def test_an_index_that_no_array_has_counts_and_repeats() -> None:
    field = Balls(64)
    row = np.array([field.number(1), field.number(2)], dtype=object)
    found = summed_product(field, [(row, (1,))], [3, 2, 5], 2, None)
    assert [[int(v.p) for v in line] for line in found] == [[5, 10]] * 3


def test_what_is_only_copied_stays_the_same_object() -> None:
    """Of two entries that are one object no comparison needs more bits."""
    field = Balls(64)
    values = np.array([field.named("pi"), field.named("e")], dtype=object)
    picked = np.array([field.number(0), field.number(1)], dtype=object)
    found = summed_product(field, [(values, (0,)), (picked, (0,))], [2], 0, None)
    assert found[()] is values[1]
