"""Symbols with few values, or under equations, cannot make a false claim pass for an identity."""

import numpy as np

from symml.calculus.field_symbols import entries_on
from symml.calculus.identity_test import identity_test
from symml.expr.build import det, matrix, scalar, vector
from symml.expr.functions import exp
from symml.expr.nodes import ONE, ZERO
from symml.proof.verify import verify

SIX = "y1: binary, y2: binary, y3: binary, y4: binary, y5: binary, y6: binary, x: real"


def test_a_claim_that_fails_at_one_of_sixty_four_choices_is_refuted() -> None:
    assert verify("y1*y2*y3*y4*y5*y6*exp(x)/exp(x) == 0", shapes=SIX).verdict == "refuted"


def test_an_identity_that_needs_binary_values_is_shown() -> None:
    y, x = scalar("y", "binary"), scalar("x")
    assert identity_test(y**2 * exp(x), y * exp(x)).status == "zero"
    assert identity_test(y**2 * exp(x), y).status == "nonzero"


def test_a_claim_about_integers_that_fails_for_reals_is_left_open() -> None:
    k = scalar("k", "integer")
    assert identity_test(k * (k - 1), ZERO).status == "unsupported"
    assert identity_test((k + 1) ** 2, k**2 + 2 * k + 1).status == "zero"


def test_the_determinant_of_an_orthogonal_matrix_is_not_always_one() -> None:
    Q = matrix("Q", "d", "d", domain="orthogonal")
    assert verify(det(Q), ONE).verdict == "refuted"
    assert verify(det(Q) ** 2, ONE).verdict == "proved_randomized"


def test_products_of_orthogonal_matrices_are_shown_orthogonal() -> None:
    Q = matrix("Q", "d", "d", domain="orthogonal")
    s = vector("s", "d")
    left = (Q * s) @ Q.T @ (Q * s) @ Q.T
    assert verify(left, (Q * s**2) @ Q.T).verdict in ("proved", "proved_randomized")


def test_drawn_matrices_are_orthogonal_in_the_field() -> None:
    from random import Random

    p, seen = 2**61 - 1, set()
    for seed in range(12):
        q = entries_on(matrix("Q", "d", "d", domain="orthogonal"), (3, 3), p, Random(seed))
        assert np.array_equal(q @ q.T % p, np.eye(3, dtype=int))
        a, b, c = q
        value = sum(a * np.array([b[1] * c[2] - b[2] * c[1], b[2] * c[0] - b[0] * c[2], b[0] * c[1] - b[1] * c[0]]))
        seen.add(int(value) % p)
    assert seen == {1, p - 1}
