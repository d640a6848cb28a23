"""Where a function has no derivative is said, with the slopes there."""

import pytest

from symml import derive

CASES = [
    ("norm(w, 1)", "w: d", "w = 0", "[-1, 1]"),
    ("sum(relu(X@w))", "X: n d, w: d", "X w = 0", "[0, 1]"),
    ("norm(X@w - y)", "X: n d, w: d, y: n", "X w - y = 0", "the unit ball"),
    ("norm(2*w)", "w: d", "‖w‖² = 0", "depend on how"),
    ("sqrt(w@S@w)", "w: d, S: d d spd", "wᵀ S w = 0", "depend on how"),
    ("sum(sqrt(w))", "w: d", "w = 0", "unbounded"),
    ("max(w)", "w: d", "two largest entries tie", "all means of the unit vectors"),
    ("dot(c, sort(w))", "w: d, c: d", "entries tie", "all means of the orders"),
    ("sum(maximum(0, 1 - y*(X@w)))", "X: n d, w: d, y: n sign", "= 0", "[0, 1]"),
    ("sum(floor(w)*w)", "w: d", "w passes a step", "none, the value jumps"),
    ("max(eigvalsh(A))", "A: d d", "eigenvalues coincide", "of their sum one"),
    ("sum(where(w > c, w, 0))", "w: d, c: d", "w = c", "branches"),
]


@pytest.mark.parametrize(("loss", "shapes", "where", "slopes"), CASES, ids=[row[0] for row in CASES])
def test_a_kink_is_named_with_the_slopes_there(loss: str, shapes: str, where: str, slopes: str) -> None:
    found = derive(loss, "A" if loss.startswith("max(eig") else "w", shapes=shapes)
    told = [repr(kink) for kink in found.kinks]
    assert any(slopes in line and where in line for line in told), told
    assert "almost everywhere: " in repr(found)
    assert found.to_json()["kinks"] == told


SMOOTH = [
    ("norm(X@w - y)**2", "X: n d, w: d, y: n"),
    ("sum(log(1 + exp(X@w)))", "X: n d, w: d"),
    ("sqrt(dot(w, w) + 1)", "w: d"),
    ("sum(abs(c)*w)", "c: d, w: d"),
    ("sum(abs(exp(w)))", "w: d"),
]


@pytest.mark.parametrize(("loss", "shapes"), SMOOTH, ids=[row[0] for row in SMOOTH])
def test_a_smooth_function_has_none(loss: str, shapes: str) -> None:
    assert derive(loss, "w", shapes=shapes).kinks == ()
