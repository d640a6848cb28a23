"""Claims with sums over whole numbers, integrals and expectations: a stage of closed forms, and what points can say."""

from __future__ import annotations

from symml.calculus.closed_forms import close
from symml.calculus.normal import prove_equal
from symml.expr.nodes import Expr
from symml.expr.scoped import Bound, Expectation, Ranged
from symml.expr.walk import topological
from symml.proof.verdict import Evidence, Verdict
from symml.render import text

NO_LAW = "no law is declared: what is claimed of an expectation must hold for every joint law of the random symbols"
_SECONDS = 8.0


def by_closed_forms(left: Expr, right: Expr, claim: str) -> Verdict | None:
    """A proof after SymPy has carried out the sums and integrals, each checked by numbers."""
    if not any(isinstance(node, Ranged) for node in topological(left, right)):
        return None
    sides = [close(side, seconds=_SECONDS) for side in (left, right)]
    done = [pair for side in sides for pair in side.done]
    if not done:
        return None
    proof = prove_equal(sides[0].expr, sides[1].expr)
    if proof is None:
        return None
    shown = "; ".join(f"{text.show(before)} = {text.show(after)}" for before, after in done)
    conditions = tuple(dict.fromkeys(c for side in sides for c in side.conditions))
    evidence = (Evidence("SymPy", f"closed forms: {shown}"), Evidence("normal form", str(proof)))
    if conditions:
        assumption = " and ".join(conditions)
        return Verdict("true_if", claim, "SymPy's closed form holds under a condition", evidence, assumption=assumption)
    return Verdict("proved", claim, f"by SymPy's closed forms, checked numerically; then {proof}", evidence)


def has_expectation(*roots: Expr) -> bool:
    """Whether an expectation occurs."""
    return any(isinstance(node, Expectation) for node in topological(*roots))


def law_notes(*roots: Expr) -> tuple[str, ...]:
    """What a refutation of a claim about expectations means."""
    if not has_expectation(*roots):
        return ()
    names = sorted({n.name for n in topological(*roots) if isinstance(n, Bound) and "random" in n.domain.facts})
    law = f"the values are those under a joint law of {', '.join(names)} with three equally likely points"
    return (law, NO_LAW)
