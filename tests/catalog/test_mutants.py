"""A wrong line in a chain is noticed: terms flipped or dropped, factors dropped, arguments swapped, numbers changed."""

from collections.abc import Iterator
from fractions import Fraction
from random import Random

import pytest

from symml.calculus.differentiate import evaluate_derivatives
from symml.calculus.sampling import generic_points
from symml.catalog.book import entries, entry
from symml.expr.arithmetic import scale
from symml.expr.contract import contract
from symml.expr.nodes import Add, Apply, Constant, Contract, Expr, Power, add_node, apply_node, constant, power_node
from symml.expr.walk import substitute, topological
from symml.proof.refute import compare
from symml.proof.verify import decide

TRUE = [e.id for e in entries() if not e.pitfall and any(link.relation == "==" for link in e.links)]
# "Right under another convention" says that the line is wrong as it stands.
PASSED = ("proved", "proved_randomized", "certified")
Mutation = tuple[str, Expr, Expr]


def mutations(node: Expr) -> Iterator[Mutation]:
    """What was done, the node, and what stands in its place."""
    if isinstance(node, Add):
        for k, term in enumerate(node.args):
            rest = node.args[:k], node.args[k + 1 :]
            yield "sign flipped", node, add_node((*rest[0], scale(-1, term), *rest[1]))
            if len(node.args) > 2:
                yield "term dropped", node, add_node(rest[0] + rest[1])
    if isinstance(node, Contract):
        yield from ((what, node, new) for what, new in contract_mutations(node))
    if isinstance(node, Power):
        yield "power raised", node, power_node(node.args[0], node.exponent + 1)
    if isinstance(node, Apply) and len(node.args) == 2 and node.args[0] is not node.args[1]:
        yield "arguments swapped", node, apply_node(node.function, node.args[::-1])
    if isinstance(node, Constant) and isinstance(node.value, Fraction) and node.value:
        yield "number changed", node, constant(node.value + 1)


def contract_mutations(node: Contract) -> Iterator[tuple[str, Expr]]:
    factors = list(zip(node.args, node.subs, strict=True))
    dims, out = dict(enumerate(node.dims)), range(len(node.shape))
    yield "sign flipped", contract(factors, out, coef=-node.coef, dims=dims)
    for k, (arg, sub) in enumerate(factors):
        rest = factors[:k] + factors[k + 1 :]
        if {i for s in (sub,) for i in s} <= {i for _, s in rest for i in s} | set(out):
            yield "factor dropped", contract(rest, out, coef=node.coef, dims=dims)
        if len(sub) == 2 and sub[0] != sub[1] and arg.shape[0] == arg.shape[1]:
            swapped = [*factors[:k], (arg, sub[::-1]), *factors[k + 1 :]]
            yield "transposed", contract(swapped, out, coef=node.coef, dims=dims)


def mutants(entry_id: str) -> list[tuple[str, Expr, Expr]]:
    """What was done, the line before, and the wrong line; only those that enclosures tell apart."""
    found = []
    for link in entry(entry_id).links:
        if link.relation != "==":
            continue
        for node in topological(link.right):
            for what, old, new in mutations(node):
                found.append((what, link.left, substitute(link.right, {old: new})))
    Random(entry_id).shuffle(found)
    return found


def differs(left: Expr, right: Expr) -> bool:
    """Whether the sides differ at a random point: else the mutant may be another way to say the same."""
    sides = [evaluate_derivatives(side) for side in (left, right)]
    points = generic_points(sides, count=3)
    return sides[0].shape == sides[1].shape and any(compare(*sides, point).outcome == "differs" for point in points)


def noticed(entry_id: str, most: int) -> int:
    count = 0
    for what, left, wrong in mutants(entry_id):
        if count < most and differs(left, wrong):
            verdict = decide(left, wrong, "==", what, 50)
            assert verdict.verdict not in PASSED, f"{what}: {verdict}"
            count += 1
    return count


@pytest.mark.parametrize("entry_id", TRUE[::6])
def test_a_wrong_line_is_noticed(entry_id: str) -> None:
    noticed(entry_id, 1)


@pytest.mark.slow
@pytest.mark.parametrize("entry_id", TRUE)
def test_every_wrong_line_is_noticed(entry_id: str) -> None:
    noticed(entry_id, 12)


def test_there_are_mutants_to_notice() -> None:
    kinds = {what for entry_id in TRUE[:40] for what, _, _ in mutants(entry_id)}
    assert {"sign flipped", "factor dropped", "arguments swapped", "number changed", "power raised"} <= kinds
