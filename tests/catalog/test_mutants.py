"""A wrong line in a chain is noticed: signs flipped and factors of two, in every entry."""

import pytest

from symml.catalog.book import entries, entry
from symml.expr.nodes import Apply, Expr
from symml.expr.walk import topological
from symml.proof.verify import verify

TRUE = [e.id for e in entries() if e.kind == "identity" and e.links and e.links[-1].relation == "=="]
MUTATIONS = {
    "sign flipped": lambda expr: -1 * expr,
    "factor 2": lambda expr: 2 * expr,
    "one added": lambda expr: 1 + expr,
}
PASSED = ("proved", "proved_randomized", "certified", "convention")


def is_numeric(expr: Expr) -> bool:
    """Whether the expression has values: a rule about undefined functions has none to refute it with."""
    return not any(isinstance(node, Apply) and node.function.undefined for node in topological(expr))


def last_link(entry_id: str) -> tuple[Expr, Expr]:
    link = entry(entry_id).links[-1]
    return link.left, link.right


@pytest.mark.parametrize("mutation", MUTATIONS)
@pytest.mark.parametrize("entry_id", TRUE)
def test_a_wrong_line_is_noticed(entry_id: str, mutation: str) -> None:
    left, right = last_link(entry_id)
    verdict = verify(left, MUTATIONS[mutation](right))
    assert verdict.verdict not in PASSED, verdict
    if is_numeric(left):
        assert verdict.verdict in ("refuted", "true_if"), verdict
        assert verdict.counterexample is not None or verdict.assumption
