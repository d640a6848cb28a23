"""What holds for two entries only is not proved: larger dims are tried before a proof at small ones is accepted."""

from symml.proof.verify import verify


def test_a_claim_that_holds_for_two_entries_only_is_refuted() -> None:
    centered = "sum(outer(x - mean(x), y - mean(y)) - outer(y - mean(y), x - mean(x)))"
    squared = centered.replace("sum(", "sum((", 1)[:-1] + ")**2)"
    found = verify(squared, "0", shapes="x: n, y: n")
    assert found.verdict == "refuted"
    assert found.counterexample is not None
    assert found.counterexample.point.sizes["n"] > 2


def test_lagranges_identity_with_a_wrong_sign_is_refuted() -> None:
    gap = "mean((outer(x - mean(x), y - mean(y)) - outer(y - mean(y), x - mean(x)))**2)/2"
    left = "mean((x - mean(x))*(y - mean(y)))**2"
    assert verify(left, f"var(x)*var(y) - {gap}", shapes="x: n, y: n").verdict in ("proved", "proved_randomized")
    assert verify(left, f"var(x)*var(y) + {gap}", shapes="x: n, y: n").verdict == "refuted"
