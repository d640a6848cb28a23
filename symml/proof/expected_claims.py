"""Claims about random symbols whose laws are declared: their expectations are carried out, then both sides compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from symml.calculus.differentiate import evaluate_derivatives
from symml.calculus.moments import Fact, Model, expand_expectations
from symml.calculus.moments.instances import Instance, instances
from symml.calculus.moments.quadrature import by_quadrature
from symml.calculus.moments.requirements import Requirement, requirements, tightened, with_whole_counts
from symml.calculus.normal import prove_equal
from symml.calculus.sampling import Point, generic_points
from symml.errors import SymmlError
from symml.expr.nodes import Expr, Symbol, symbol_node
from symml.expr.probability import random_symbols
from symml.expr.scoped import Expectation
from symml.expr.walk import substitute, symbols, topological
from symml.proof.refute import compare, shrink
from symml.proof.scoped_claims import has_expectation
from symml.proof.verdict import Evidence, Verdict
from symml.render import text

Decide = Callable[[Expr, Expr, str], Verdict]
_POINTS = 40
UNKNOWN = "what is left are expectations that the stated laws do not fix"


@dataclass(frozen=True)
class Claim:
    """A claim and what is stated of its random symbols.

    Attributes:
        left: The left side.
        right: The right side.
        relation: ``==``, ``<=`` or ``>=``.
        words: The claim as text.
        model: The laws and the independence.
    """

    left: Expr
    right: Expr
    relation: str
    words: str
    model: Model


def decide_under(claim: Claim, decide: Decide) -> Verdict:
    """The verdict on a claim under declared laws.

    Args:
        claim: The claim.
        decide: Decides a claim without random symbols: left, right, words.
    """
    tight, tame = tightened(claim.model)
    sides = [evaluate_derivatives(_put(side, tame)) for side in (claim.left, claim.right)]
    claim = replace(claim, left=sides[0], right=sides[1], model=tight)
    work = _Work(claim, decide)
    facts: list[Fact] = []
    left, right = (expand_expectations(side, tight, facts) for side in sides)
    if not has_expectation(left, right) and not random_symbols(left, right):
        return work.decided(left, right, facts)
    carried = _carried_out(left, right, facts)
    if claim.relation == "==":
        proof = prove_equal(left, right)
        if proof is not None:
            evidence = (carried, Evidence("normal form", str(proof)))
            return Verdict("proved", claim.words, f"the expectations were carried out; then {proof}", evidence)
    for instance in instances(tight, _averaged(sides)):
        found = work.refuted_by(instance)
        if found is not None:
            return found
    return Verdict("not_understood", claim.words, f"no proof was found, and {UNKNOWN}", (carried,))


def _put(node: Expr, values: dict[Symbol, Symbol]) -> Expr:
    present = set(symbols(node))
    return substitute(node, {a: b for a, b in values.items() if a in present})


def _averaged(sides: Sequence[Expr]) -> list[Symbol]:
    """The random symbols that are free or averaged in the sides."""
    bound = [v for node in topological(*sides) if isinstance(node, Expectation) for v in node.variables]
    return list(dict.fromkeys([*random_symbols(*sides), *(symbol_node(v.name, v.shape, v.domain) for v in bound)]))


def _carried_out(left: Expr, right: Expr, facts: Sequence[Fact]) -> Evidence:
    used = "; ".join(dict.fromkeys(fact.reason.partition(":")[0] for fact in facts))
    shown = f"{text.show(left)} and {text.show(right)}" + (f", by {used}" if used else "")
    return Evidence("expectations", shown)


@dataclass
class _Work:
    """One claim on its way to a verdict."""

    claim: Claim
    decide: Decide

    def decided(self, left: Expr, right: Expr, facts: Sequence[Fact]) -> Verdict:
        """The verdict where no expectation is left; a refutation only at parameters for which the laws exist."""
        found = self.decide(left, right, self.claim.words)
        carried = _carried_out(left, right, facts)
        notes = [f"where {text.show(p)} is positive" for fact in facts for p in fact.positive]
        if found.verdict in ("refuted", "true_if"):
            found = self.confirmed(left, right, facts)
        elif found.verdict == "certified":
            needs = [*requirements(self.claim.model), *_existing(facts)]
            if needs:
                reason = "no proof was found, and points would have to satisfy what the laws ask of their parameters"
                found = Verdict("not_understood", self.claim.words, reason)
        found = replace(found, evidence=(carried, *found.evidence)).with_notes(*dict.fromkeys(notes))
        conditions = tuple(dict.fromkeys(c for fact in facts for c in fact.conditions))
        if conditions and found.verdict in ("proved", "proved_randomized", "certified"):
            reason = "SymPy's closed form holds under a condition"
            return replace(found, verdict="true_if", reason=reason, assumption=" and ".join(conditions))
        return found

    def confirmed(self, left: Expr, right: Expr, facts: Sequence[Fact]) -> Verdict:
        """A refutation at a point at which the laws and the means exist, checked by sums and integrals in numbers."""
        needs = [*requirements(self.claim.model), *_existing(facts)]
        for drawn in generic_points([left, right, *(need.expr for need in needs)], count=_POINTS):
            point = with_whole_counts(self.claim.model, drawn)
            if not _all_hold(needs, point) or compare(left, right, point, self.claim.relation).outcome != "differs":
                continue
            witness = shrink(left, right, point, self.claim.relation, lambda at: _all_hold(needs, at))
            numbers = self.by_numbers(witness.point)
            if numbers == "agree" or (numbers == "unknown" and any(fact.conditions for fact in facts)):
                reason = "the closed forms differ, but sums and integrals in numbers do not confirm it"
                return Verdict("not_understood", self.claim.words, reason)
            shown = "rigorous enclosures of both sides at an exact point exclude the claim"
            evidence = [Evidence("enclosure", shown)]
            if numbers == "differ":
                evidence.append(Evidence("quadrature", "sums and integrals over the laws, in numbers, differ too"))
            return Verdict("refuted", self.claim.words, shown, tuple(evidence), witness)
        reason = "the sides differ only at parameters for which the laws or the means do not exist"
        return Verdict("not_understood", self.claim.words, reason)

    def by_numbers(self, point: Point) -> str:
        """Whether sums and integrals over the laws ``agree``, ``differ`` or are ``unknown``."""
        try:
            left, right = (by_quadrature(side, self.claim.model, point) for side in (self.claim.left, self.claim.right))
        except SymmlError:
            return "unknown"
        gap = left - right
        close = abs(gap) <= 1e-6 * max(1, abs(left), abs(right))
        wrong = {"==": not close, "<=": gap > 0 and not close, ">=": gap < 0 and not close}[self.claim.relation]
        return "differ" if wrong else "agree"

    def refuted_by(self, instance: Instance) -> Verdict | None:
        """The refutation by one joint law that satisfies what was stated."""
        sides = [instance.put(side) for side in (self.claim.left, self.claim.right)]
        if sides[0] is None or sides[1] is None:
            return None
        facts: list[Fact] = []
        left, right = (expand_expectations(side, instance.model, facts) for side in sides if side is not None)
        if has_expectation(left, right) or random_symbols(left, right):
            return None
        inner = _Work(replace(self.claim, left=sides[0], right=sides[1], model=instance.model), self.decide)
        if self.decide(left, right, self.claim.words).verdict not in ("refuted", "true_if"):
            return None
        found = inner.confirmed(left, right, facts)
        if found.verdict != "refuted":
            return None
        return found.with_notes(f"under a law that satisfies what was stated: {instance.words}")


def _all_hold(needs: Sequence[Requirement], point: Point) -> bool:
    return all(need.holds(point) for need in needs)


def _existing(facts: Sequence[Fact]) -> list[Requirement]:
    return [Requirement("positive", p) for fact in facts for p in fact.positive]
